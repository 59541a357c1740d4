"""Values of settings, as the command takes them."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from typing import Any, Union

Given = list[tuple[str, Union[bool, list[str]]]]


def given(settings: Mapping[str, Any]) -> Given:
    """The settings that are set. `None` leaves a setting at its default."""
    return [
        (name, value if isinstance(value, bool) else texts(name, value))
        for name, value in settings.items()
        if value is not None
    ]


def texts(name: str, value: Any) -> list[str]:
    """The texts of one value, or of several."""
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, os.PathLike)):
        return [text(name, one) for one in value]
    return [text(name, value)]


def text(name: str, value: Any) -> str:
    """A value as it is typed after a flag."""
    if isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return f"{value.total_seconds():.0f}s"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    if hasattr(value, "item"):  # A number of NumPy
        return text(name, value.item())
    raise TypeError(f"{name} cannot be a {type(value).__name__}")
