"""wirecopy on Apache Spark."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame

from ._scan import Findings, Scan

__all__ = ["Findings", "scan"]


def scan(records: DataFrame, *, tasks: int | None = None, **settings: Any) -> Findings:
    """Scans the records of a data frame."""
    return Scan(records, settings, tasks).run()
