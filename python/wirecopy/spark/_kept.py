"""Data frames that are computed once and kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession


class Kept:
    """The data frames that a run keeps on the workers, in memory or on their disks."""

    def __init__(self) -> None:
        self._frames: list[DataFrame] = []
        #: Name, seconds and rows of each stage, in order.
        self.stages: list[dict[str, Any]] = []

    def keep(self, frame: DataFrame, stage: str) -> DataFrame:
        """The same rows, computed and kept; `stage` names the work in the web page of Spark.

        The plan of the result does not hold the plan that led to it: that of each stage would
        otherwise hold the plans before it several times, and grow beyond any memory. Its rows still
        know what they are made of. (`localCheckpoint` cuts that, too, and a lost worker would then
        end the job.) If the context has a checkpoint directory, rows are kept there instead.
        """
        session = frame.sparkSession
        start = time.monotonic()
        with described(session, stage):
            if session.sparkContext._jsc.sc().getCheckpointDir().isDefined():
                frame = frame.checkpoint()
                rows = frame.count()
            else:
                frame = frame.persist(StorageLevel.MEMORY_AND_DISK)
                rows = frame.count()
                self._frames.append(frame)
                java: Any = session._jsparkSession
                cut = java.internalCreateDataFrame(
                    frame._jdf.queryExecution().toRdd(), frame._jdf.schema(), False
                )
                frame = DataFrame(cut, session)
        seconds = round(time.monotonic() - start, 3)
        self.stages.append({"stage": stage, "seconds": seconds, "rows": rows})
        return frame

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
