"""Where code lives: layers, cycles, sizes, and trees that mirror each other."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import conformance
from conformance.contract.catalogue import catalogue
from conformance.reference.fault import Fault
from conformance.reference.faults import FAULTS

ROOT = Path(conformance.__file__).parent
TESTS = Path(__file__).parent
MAX_LINES = 300
MAX_NAMES = 12
LAYERS = [
    {"errors"},
    {"config", "model"},
    {"clients", "property_based"},
    {"contract"},
    {"judge"},
    {"run"},
    {"reports"},
    {"cli", "pytest_plugin"},
]
"""From the bottom up. ``reference`` stands apart: anybody may start the gateway."""

EXCEPTIONS = {
    "null-output-cap-crashes",
    "unknown-model-returns-503",
    "deep-nesting-closes-connection",
    "non-ascii-instructions-crash",
    "null-tool-crashes",
    "nested-array-input-crashes",
    "long-field-name-crashes",
}
"""Faults that stand with the probes that reach them, not with what they break."""

MODULES = {
    ".".join(
        ("conformance", *path.relative_to(ROOT).with_suffix("").parts)
    ).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}


def imports_of(module: str) -> Iterator[str]:
    """Yield the modules of this package that a module imports, lazily or not."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                name = inner if inner in MODULES else node.module
                if name in MODULES:
                    yield name
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name in MODULES)


def package_of(module: str) -> str:
    """Return the name directly below ``conformance`` that a module belongs to."""
    return [*module.split("."), ""][1]


def layer_of(module: str) -> int:
    """Return the number of the layer that a module belongs to."""
    name = package_of(module)
    return next((i for i, names in enumerate(LAYERS) if name in names), len(LAYERS))


def test_nothing_imports_upwards() -> None:
    """Each layer knows only those below it."""
    upwards = [
        f"{module} imports {name}"
        for module in MODULES
        if package_of(module) not in {"", "__main__", "reference"}
        for name in imports_of(module)
        if package_of(name) not in {"", "reference"}
        if layer_of(name) > layer_of(module)
    ]

    assert upwards == []


def test_the_embedded_gateway_imports_nothing_of_the_judge() -> None:
    """The gateway and the checks cannot share a mistake."""
    crossing = [
        f"{module} imports {name}"
        for module in MODULES
        if package_of(module) == "reference"
        for name in imports_of(module)
        if package_of(name) != "reference"
    ]

    assert crossing == []


def test_only_some_layers_know_the_embedded_gateway() -> None:
    """Checks and reports never look at it; commands start it."""
    knowing = {
        package_of(module)
        for module in MODULES
        for name in imports_of(module)
        if package_of(name) == "reference"
    }

    assert knowing <= {"reference", "cli", "contract"}


def test_the_model_imports_the_standard_library_only() -> None:
    """The nouns work without any installed package."""
    foreign = {
        f"{module} imports {name}"
        for module, path in MODULES.items()
        if package_of(module) == "model"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "conformance"}
    }

    assert foreign == set()


def test_no_imports_form_a_cycle() -> None:
    """Not even through a function that imports late."""
    graph = {module: set(imports_of(module)) - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_few_names_stand_at_the_top() -> None:
    """A newcomer takes them in at one glance."""
    names = {
        path.name
        for path in ROOT.iterdir()
        if path.name not in {"__init__.py", "__main__.py", "py.typed", "__pycache__"}
    }

    assert len(names) <= MAX_NAMES, sorted(names)


def test_only_one_package_knows_schemathesis() -> None:
    """Its undocumented corners are kept in one place."""
    knowing = set()
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            if any(n.startswith(("schemathesis", "hypothesis")) for n in names):
                knowing.add(package_of(module))

    assert knowing == {"property_based"}


def test_no_module_is_too_long() -> None:
    """A longer file has two subjects."""
    lengths = {
        module: len(path.read_text(encoding="utf-8").splitlines())
        for module, path in MODULES.items()
    }

    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def _module_of(fault: Fault) -> str:
    """Return the module of a fault below ``reference.faults``."""
    return fault.module.removeprefix("conformance.reference.faults.")


def test_faults_mirror_the_contract() -> None:
    """A fault stands in the file named like that of a requirement it breaks."""
    homes = {
        check.requirement.id: check.function.__module__.removeprefix(
            "conformance.contract."
        )
        for check in catalogue().checks
    }
    misplaced = [
        f"{name} is in {_module_of(fault)}, and breaks what is in {sorted(wanted)}"
        for name, fault in FAULTS.items()
        if name not in EXCEPTIONS
        and (wanted := {homes[id_] for id_ in fault.breaks})
        and _module_of(fault) not in wanted
    ]

    assert misplaced == []


def test_tests_mirror_the_contract() -> None:
    """Tests of a file of the contract are in a file of the same name."""
    contract = {
        path.relative_to(ROOT / "contract").with_suffix("").as_posix()
        for path in (ROOT / "contract").rglob("*.py")
    }
    unmatched = [
        name
        for path in (TESTS / "contract").glob("*/test_*.py")
        if (
            name := path.relative_to(TESTS / "contract")
            .with_suffix("")
            .as_posix()
            .replace("test_", "")
        )
        not in contract
    ]

    assert unmatched == []
