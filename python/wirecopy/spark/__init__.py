"""wirecopy on Apache Spark."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame

from ._dedup import Dedup, Deduplicated
from ._scan import Findings, Scan
from ._splitting import TASK_LIMIT

__all__ = ["Deduplicated", "Findings", "dedup", "scan"]


def scan(
    records: DataFrame,
    *,
    tasks: int | None = None,
    task_limit: int = TASK_LIMIT,
    **settings: Any,
) -> Findings:
    """Scans the records of a data frame.

    A component of more than `task_limit` documents is split into parts, so that each fits a task.
    """
    return Scan(records, settings, tasks, task_limit).run()


def dedup(records: DataFrame, *, tasks: int | None = None, **settings: Any) -> Deduplicated:
    """Removes duplicates among the records of a data frame, or marks them with `mark=True`."""
    return Dedup(records, settings, tasks).run()
