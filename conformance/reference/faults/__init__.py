"""Every named fault: each module of this package holds those of one section.

A fault is one function under `on_request`, `on_reply` or `on_wire`; being defined
is all the registration it needs.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from conformance.reference.fault import Fault


def collected(*modules: ModuleType) -> Mapping[str, Fault]:
    """The faults that are defined in some modules, by name; a name is given once."""
    found: dict[str, Fault] = {}
    for module in modules:
        for fault in vars(module).values():
            if (
                isinstance(fault, Fault)
                and found.setdefault(fault.name, fault) != fault
            ):
                raise ValueError(f"two faults are called {fault.name!r}")
    return MappingProxyType(found)


FAULTS = collected(
    *(
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(__path__, f"{__name__}.")
        if not module.ispkg
    )
)
