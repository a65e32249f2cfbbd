"""Find the gaps, and apply the ones that an operation has."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response, Result
from rolecall.sandbox.runtime import Runtime

# Operations for which a gap that answers others only checks the parameters.
_ONLY_CHECKED = frozenset({"iam.CreateRole", "iam.CreateUser"})


@lru_cache(maxsize=1)
def gap_classes() -> tuple[type[Gap], ...]:
    """Find every gap: those that only check come first, then by name. Each public module defines one.

    Raises
    ------
    TypeError
        If a module defines no gap, or several.
    """
    package = __name__.rpartition(".")[0]
    path = import_module(package).__path__
    names = sorted(module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_"))
    classes = (_gap_class(f"{package}.{name}") for name in names)
    return tuple(sorted(classes, key=lambda gap: gap.answers))


def _gap_class(module_name: str) -> type[Gap]:
    defined = [
        value
        for value in vars(import_module(module_name)).values()
        if isinstance(value, type) and issubclass(value, Gap) and value.__module__ == module_name
    ]
    if len(defined) != 1:
        raise TypeError(f"{module_name} must define exactly one subclass of Gap, not {len(defined)}")
    return defined[0]


@dataclass(frozen=True, slots=True)
class _GapsOfOperation:
    """The gaps of an operation that do something in each of the three steps."""

    validating: tuple[Gap, ...]
    before: tuple[Gap, ...]
    after: tuple[Gap, ...]


class Gaps:
    """The gaps of one sandbox."""

    def __init__(self, runtime: Runtime) -> None:
        self._gaps = tuple(gap(runtime) for gap in gap_classes())
        self._by_operation: dict[str, _GapsOfOperation] = {}
        for gap in self._gaps:
            gap.connect(self)

    def validate(self, call: Call) -> None:
        """Raise the error that AWS returns for a parameter before it evaluates any policy."""
        for gap in self._of(call).validating:
            gap.validate(call)

    def before(self, call: Call) -> Result | None:
        """Raise the error that AWS returns in this state, or return the first result that a gap gives."""
        for gap in self._of(call).before:
            result = gap.before(call)
            if result is not None:
                return result
        return None

    def check(self, call: Call) -> None:
        """Raise the error that AWS returns for a call that CloudFormation makes."""
        self.validate(call)
        for gap in self._of(call).before:
            if not gap.answers or call.name in _ONLY_CHECKED:
                gap.before(call)

    def after(self, call: Call, response: Response) -> Response:
        """Return the response with each gap's corrections."""
        for gap in self._of(call).after:
            response = gap.after(call, response)
        return response

    def reset(self) -> None:
        """Make every gap forget what it keeps."""
        for gap in self._gaps:
            gap.reset()

    def _of(self, call: Call) -> _GapsOfOperation:
        name = call.name
        found = self._by_operation.get(name)
        if found is None:
            names = {name, f"{call.operation.service}.*"}
            gaps = [gap for gap in self._gaps if gap.operations & names]
            found = self._by_operation[name] = _GapsOfOperation(
                tuple(gap for gap in gaps if type(gap).validate is not Gap.validate),
                tuple(gap for gap in gaps if type(gap).before is not Gap.before),
                tuple(gap for gap in gaps if type(gap).after is not Gap.after),
            )
        return found
