"""Shared code of the Spark jobs that wirecopy is compared with."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import DataFrame, SparkSession

#: Words of a shingle.
WORDS = 5


def arguments(doc: str) -> argparse.ArgumentParser:
    """Parser of the arguments that all jobs have. Its help is the docstring of the job."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", metavar="CORPUS", help="JSON lines with id and text")
    parser.add_argument("output", metavar="OUTPUT", help="directory of Parquet; is replaced")
    parser.add_argument(
        "--partitions",
        type=int,
        default=8,
        metavar="N",
        help="of the corpus and of each shuffle (default: %(default)s)",
    )
    return parser


class Job:
    """A session, and the seconds of the stages of a job."""

    def __init__(self, name: str, given: argparse.Namespace) -> None:
        self.given = given
        self.seconds: dict[str, float] = {}
        with self.stage("session"):
            self.session = (
                SparkSession.builder.appName(name)
                .config("spark.sql.shuffle.partitions", given.partitions)
                .getOrCreate()
            )

    def corpus(self) -> DataFrame:
        """Documents with an id and a text, in as many partitions as were asked for."""
        rows = self.session.read.schema("id string, text string").json(self.given.corpus)
        return rows.dropna().repartition(self.given.partitions)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times a block, which must end in an action."""
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 2)

    def write(self, rows: DataFrame) -> None:
        rows.write.mode("overwrite").parquet(self.given.output)

    def finish(self, **result: Any) -> None:
        """Prints the settings, the results and the times as one line of JSON."""
        settings = {
            key: value for key, value in vars(self.given).items() if key not in ("corpus", "output")
        }
        total = round(sum(self.seconds.values()), 2)
        seconds = {**self.seconds, "total": total}
        line = {"spark": self.session.version, "settings": settings, **result, "seconds": seconds}
        print(json.dumps(line, default=str), flush=True)
        self.session.stop()
        sys.stdout.flush()
