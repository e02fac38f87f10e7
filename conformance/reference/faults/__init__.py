"""Every fault of the embedded gateway, one package per section of the contract.

A fault is a function decorated with `on_request`, `on_reply` or `on_wire`. `FAULTS`
is collected from all modules of this package, so a new fault needs no registration.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from conformance.reference.fault import Fault


def collect_faults(*modules: ModuleType) -> Mapping[str, Fault]:
    """Return the faults that the modules define, by name.

    Raises `ValueError` when two different faults have the same name.
    """
    found: dict[str, Fault] = {}
    for module in modules:
        for fault in vars(module).values():
            if (
                isinstance(fault, Fault)
                and found.setdefault(fault.name, fault) != fault
            ):
                raise ValueError(f"two faults are named {fault.name!r}")
    return MappingProxyType(found)


FAULTS = collect_faults(
    *(
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(__path__, f"{__name__}.")
        if not module.ispkg
    )
)
