"""Data frames that are computed once and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession


class Kept:
    """The data frames that a run keeps on the workers, in memory or on their disks."""

    def __init__(self) -> None:
        self._frames: list[DataFrame] = []

    def keep(self, frame: DataFrame, stage: str) -> DataFrame:
        """The same rows, computed and kept; `stage` names the work in the web page of Spark.

        The plan of the result does not hold the plan that led to it: that of each stage would
        otherwise hold the plans before it several times, and grow beyond any memory. Its rows still
        know what they are made of. (`localCheckpoint` cuts that, too, and a lost worker would then
        end the job.) If the context has a checkpoint directory, rows are kept there instead.
        """
        session = frame.sparkSession
        with described(session, stage):
            if session.sparkContext._jsc.sc().getCheckpointDir().isDefined():
                return frame.checkpoint()
            frame = frame.persist(StorageLevel.MEMORY_AND_DISK)
            frame.count()
            self._frames.append(frame)
        java: Any = session._jsparkSession
        rows = frame._jdf.queryExecution().toRdd()
        return DataFrame(java.internalCreateDataFrame(rows, frame._jdf.schema(), False), session)

    def free(self) -> None:
        """Frees the memory and the disks of the workers."""
        for frame in self._frames:
            frame.unpersist()
        self._frames.clear()


@contextmanager
def described(session: SparkSession, stage: str) -> Iterator[None]:
    """Names the jobs of a block in the web page of Spark."""
    context: Any = session.sparkContext
    before = context.getLocalProperty("spark.job.description")
    context.setJobDescription(f"wirecopy: {stage}")
    try:
        yield
    finally:
        context.setLocalProperty("spark.job.description", before)
