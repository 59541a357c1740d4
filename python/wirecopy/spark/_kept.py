"""Data frames that are computed once and kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from .. import _native


class Kept:
    """The data frames that a run keeps on the disks of the workers.

    Nobody reads one more than a few times, and memory that held them would be missing for sorting
    and joining: with all of them in memory, a million documents in heaps of 4 GB spent their time
    on garbage collection.
    """

    def __init__(self) -> None:
        self._frames: list[DataFrame] = []
        #: Name, seconds and rows of each stage, in order.
        self.stages: list[dict[str, Any]] = []

    def keep(self, frame: DataFrame, stage: str) -> DataFrame:
        """The same rows, computed and kept; `stage` names the work in the web page of Spark."""
        start = time.monotonic()
        with described(frame.sparkSession, stage):
            frame, rows = kept(frame)
        self.add(frame)
        seconds = round(time.monotonic() - start, 3)
        self.stages.append({"stage": stage, "seconds": seconds, "rows": rows})
        return frame

    def add(self, frame: DataFrame) -> DataFrame:
        """Takes a data frame that is kept already."""
        self._frames.append(frame)
        return frame

    @property
    def last_rows(self) -> int:
        """Number of rows of the data frame that was kept last."""
        rows: int = self.stages[-1]["rows"]
        return rows

    def drop(self, frame: DataFrame) -> None:
        """Frees a data frame from which nothing else will be computed."""
        frame.unpersist()
        self._frames = [other for other in self._frames if other is not frame]

    def free(self) -> None:
        """Frees the disks of the workers."""
        for frame in self._frames:
            frame.unpersist()
        self._frames.clear()


def kept(frame: DataFrame) -> tuple[DataFrame, int]:
    """The same rows, computed and kept, and their number.

    The plan of the result does not hold the plan that led to it: that of each stage would otherwise
    hold the plans before it several times, and grow beyond any memory. The rows still know what
    they are made of, so a lost worker costs time only. (`localCheckpoint` cuts that, too, and a
    lost worker would then end the job.) If the context has a checkpoint directory, rows are kept
    there.
    """
    session = frame.sparkSession
    if session.sparkContext._jsc.sc().getCheckpointDir().isDefined():
        frame = frame.checkpoint()
        return frame, frame.count()
    java: Any = session._jsparkSession
    # Not `toRdd`, whose rows know their plan: Spark 4.3 sends that of all stages before with each
    # event, 27 MB at the end of a scan.
    rows = frame._jdf.queryExecution().executedPlan().execute()
    cut = DataFrame(java.internalCreateDataFrame(rows, frame._jdf.schema(), False), session)
    cut = cut.persist(StorageLevel.DISK_ONLY)
    return cut, cut.count()


#: What Spark says of a task that had too little memory, in Python or in the JVM.
OUT_OF_MEMORY = (
    "Python worker exited unexpectedly",
    "MemoryError",
    "OutOfMemoryError",
    "Cannot allocate memory",
    "exit status 137",
    "code 137",
)


@contextmanager
def described(session: SparkSession, stage: str) -> Iterator[None]:
    """Names the jobs of a block in the web page of Spark, and gives advice if one of them ends for
    lack of memory."""
    context: Any = session.sparkContext
    before = context.getLocalProperty("spark.job.description")
    context.setJobDescription(f"wirecopy: {stage}")
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        if not any(sign in str(error) for sign in OUT_OF_MEMORY):
            raise
        raise _native.RunError(
            f"a task of the stage `{stage}` had too little memory, or its worker was ended: take "
            "more tasks (tasks=, --tasks), fewer cores an executor, or give the workers of Python "
            "more (spark.executor.memoryOverhead, spark.executor.pyspark.memory) and the JVM more "
            "(spark.executor.memory)"
        ) from error
    finally:
        context.setLocalProperty("spark.job.description", before)
