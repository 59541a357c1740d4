"""Scans with wirecopy: scan.py CORPUS OUTPUT [options].

OUTPUT has a row a pair, with id_a, id_b and the Jaccard similarity. The line of results has the
seconds of each stage, too. With --buckets DIRECTORY, the files `histogram.csv` and `tasks.csv` for
`simulate.py` are written there: sizes of the buckets of bands and passages, and entries and pairs
of each task. Their seconds are taken from the event log by `stage_costs.py --tasks`.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from common import Job, arguments
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wirecopy.spark._run import BUCKET_SIZE
from wirecopy.spark._scan import Scan

parser = arguments(__doc__)
parser.add_argument(
    "--settings", type=json.loads, default={}, metavar="JSON", help="settings of the scan"
)
parser.add_argument("--tasks", type=int, metavar="N", help="(default: by the documents)")
parser.add_argument("--buckets", type=Path, metavar="DIRECTORY")

#: Stages of the simulator, by the kind of rows with sizes.
STAGES = {BUCKET_SIZE: "bands", BUCKET_SIZE + 1: "passages"}


class Measured(Scan):
    """A scan that writes the sizes of its buckets to a directory, if there is one."""

    directory: Path | None = None

    def proposed(self, documents: DataFrame) -> DataFrame:
        proposed = super().proposed(documents)
        if self.directory:
            write_buckets(proposed, self.directory)
        return proposed


def write_buckets(proposed: DataFrame, directory: Path) -> None:
    """Writes the sizes of buckets, and what each task had of them."""
    directory.mkdir(parents=True, exist_ok=True)
    sizes = proposed.where(F.col("kind").isin(*STAGES))
    of_task = sizes.groupBy(F.spark_partition_id().alias("task"), "kind", F.col("a").alias("size"))
    rows = of_task.agg(F.sum("b").alias("buckets")).collect()
    histogram: dict[tuple[int, int], int] = {}
    tasks: dict[tuple[int, int], dict[int, int]] = {}
    for row in rows:
        key = (row.kind, row.size)
        histogram[key] = histogram.get(key, 0) + row.buckets
        tasks.setdefault((row.kind, row.task), {})[row.size] = row.buckets
    with (directory / "histogram.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["stage", "size", "buckets"])
        out.writerows([STAGES[kind], size, n] for (kind, size), n in sorted(histogram.items()))
    from simulate import HOT

    with (directory / "tasks.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["stage", "task", "entries", "pairs"])
        for (kind, task), of_size in sorted(tasks.items()):
            hot = HOT[STAGES[kind]]
            entries = sum(size * n for size, n in of_size.items())
            pairs = sum(
                n * (size * (size - 1) // 2 if size <= hot.size else int(hot.linear * size))
                for size, n in of_size.items()
            )
            out.writerow([STAGES[kind], task, entries, pairs])


def main() -> None:
    given = parser.parse_args()
    job = Job("wirecopy scan", given)
    records: Any = job.session.read.json(given.corpus)
    with job.stage("scan"):
        scan = Measured(records, {"as_of": "2026-12-01", **given.settings}, given.tasks)
        scan.directory = given.buckets
        found = scan.run()
    with job.stage("pairs"):
        job.write(found.pairs.select("id_a", "id_b", "jaccard"))
    pairs = job.session.read.parquet(given.output).count()
    stages = {one["stage"]: one["seconds"] for one in found.summary["stages"]}
    job.finish(
        documents=found.summary["read"]["documents"],
        pairs=pairs,
        bounded=found.summary["bounded"],
        stages=stages,
    )


if __name__ == "__main__":
    main()
