"""Fixtures of all tests, and the names that the examples in docstrings use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import wirecopy

TEXT = (
    "The port of Halden closed on Monday after a crane fell across the only rail line into the "
    "harbour. Nobody was hurt. The harbour master said that two ships with grain wait in the "
    "roads, and that the line will be open again on Thursday if the weather holds."
)

ARTICLES = [
    {
        "id": "agency-1",
        "url": "https://wire.example/halden-port",
        "published": "2026-03-02T06:10:00Z",
        "text": TEXT,
    },
    {
        "id": "local-7",
        "url": "https://coast.example/news/crane",
        "published": "2026-03-02T09:40:00Z",
        "text": TEXT,
    },
    {
        "id": "other-3",
        "url": "https://coast.example/weather",
        "published": "2026-03-03T05:00:00Z",
        "text": "Rain is expected along the whole coast until the weekend.",
    },
]


@pytest.fixture(autouse=True)
def examples(doctest_namespace: dict[str, Any], tmp_path: Path) -> None:
    """Names that the examples in docstrings use."""
    doctest_namespace.update(wirecopy=wirecopy, articles=ARTICLES, folder=tmp_path)
