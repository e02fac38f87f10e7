"""Collect all requirements from the packages of ``conformance.contract``."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import conformance.contract
from conformance.errors import UnknownName
from conformance.model.check import Check
from conformance.model.probe import Probe
from conformance.model.profile import Profile
from conformance.model.requirement import Requirement, Untested


@dataclass(frozen=True)
class Catalogue:
    """All checks and all untested requirements, in the order of the source code."""

    checks: tuple[Check, ...]
    untested: tuple[Untested, ...]

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Return every tested requirement."""
        return tuple(check.requirement for check in self.checks)

    @property
    def sections(self) -> tuple[str, ...]:
        """Return the section names in catalogue order, without duplicates."""
        return tuple(dict.fromkeys(r.section for r in self.requirements))

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Return every probe that a check uses, without duplicates."""
        return tuple(dict.fromkeys(p for check in self.checks for p in check.probes))

    def find(self, id_: str) -> Check:
        """Return the check of the requirement ``id_``.

        Raises ``UnknownName`` if there is none.
        """
        for check in self.checks:
            if check.requirement.id == id_:
                return check
        raise UnknownName.of("requirement", id_, (r.id for r in self.requirements))

    def select(self, names: tuple[str, ...]) -> tuple[Check, ...]:
        """Return the checks whose requirement id or section is in ``names``.

        Returns all checks if ``names`` is empty. Raises ``UnknownName`` for a name that
        is neither a requirement id nor a section.
        """
        ids = {requirement.id for requirement in self.requirements}
        for name in names:
            if name not in ids and name not in self.sections:
                raise UnknownName.of(
                    "requirement or section", name, ids.union(self.sections)
                )
        return tuple(
            check
            for check in self.checks
            if not names
            or check.requirement.id in names
            or check.requirement.section in names
        )

    def for_profile(self, profile: Profile) -> tuple[Check, ...]:
        """Return the checks whose requirement applies in ``profile``."""
        return tuple(c for c in self.checks if profile.includes(c.requirement))


def _packages(parent: ModuleType) -> Iterator[ModuleType]:
    """Import and yield the packages directly below ``parent``."""
    for module in pkgutil.iter_modules(parent.__path__, f"{parent.__name__}."):
        if module.ispkg:
            yield importlib.import_module(module.name)


@cache
def catalogue() -> Catalogue:
    """Import the modules of all sections and return the catalogue.

    The result is cached. Raises ``ValueError`` if two checks have the same requirement
    id.
    """
    modules = [
        importlib.import_module(module.name)
        for section in _packages(conformance.contract)
        for module in pkgutil.iter_modules(section.__path__, f"{section.__name__}.")
        if not module.ispkg
    ]
    values = [value for module in modules for value in vars(module).values()]
    result = Catalogue(
        tuple(value for value in values if isinstance(value, Check)),
        tuple(value for value in values if isinstance(value, Untested)),
    )
    ids = [requirement.id for requirement in result.requirements]
    if repeated := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        raise ValueError(f"two checks have the same requirement id: {repeated}")
    return result
