"""Everything public has an example in its docstring. `scripts/test-python` runs the examples."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import wirecopy


def public() -> Iterator[tuple[str, object]]:
    """The functions and classes, and what the classes have."""
    for name in wirecopy.__all__:
        one = getattr(wirecopy, name)
        yield name, one
        if inspect.isclass(one) and not issubclass(one, BaseException):
            parts = (of for of in vars(one).items() if not of[0].startswith("_"))
            yield from ((f"{name}.{of}", part) for of, part in parts)


def test_everything_public_has_an_example() -> None:
    """Nobody makes an object of these classes; the functions that give them have examples."""
    given = {"Findings", "Deduplicated", "Explanation", "Tuning"}
    errors = {"WirecopyError", "SettingError", "RunError"}
    without = {name for name, one in public() if ">>>" not in (inspect.getdoc(one) or "")}
    assert without == given | errors
