"""Progress of a run, on a terminal and in a notebook."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


class Progress:
    """A bar for the current stage."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.stage: str | None = None

    def __call__(self, stage: str, unit: str | None, done: int, total: int | None) -> None:
        from tqdm.auto import tqdm

        if self.bar is None or stage != self.stage:
            self.close()
            self.stage = stage
            self.bar = tqdm(desc=stage, total=total, unit=f" {unit}" if unit else "", leave=False)
        self.bar.total = total
        self.bar.n = done
        self.bar.refresh()

    def close(self) -> None:
        """Removes the bar."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


@contextlib.contextmanager
def watched(progress: bool) -> Iterator[Progress | None]:
    """Progress of a run if it is wanted; its bar is gone afterwards."""
    if not progress:
        yield None
        return
    bar = Progress()
    try:
        yield bar
    finally:
        bar.close()
