"""Costs of the stages of a scan on Spark, from the event log of the run.

    stage_costs.py EVENT_LOG --documents N [--tasks TASKS]

Run the scan with `--conf spark.eventLog.enabled=true --conf spark.eventLog.dir=DIRECTORY
--conf spark.eventLog.compress=false`; EVENT_LOG is the file, or the directory of files, that Spark
made there. With `--conf spark.executor.processTreeMetrics.enabled=true
--conf spark.eventLog.logStageExecutorMetrics=true`, the last line has the peak of the resident
memory of an executor and of its Python workers. With --tasks, the seconds of the tasks that propose
candidates are added to a file of tasks for `simulate.py`, by their numbers.

Prints a table of Markdown: for each stage, as it is named in the web page of Spark, the seconds of
its tasks on all cores, the bytes shuffled, spilled to disk and read again, and stored for each
document, and the longest task against the mean task of the same stage. Stored bytes are logged with
`--conf spark.eventLog.logBlockUpdates.enabled=true`; what a run stores is freed when it is of no
more use, so a line has the most that was stored at a time.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Text before the name of each stage of a scan.
PREFIX = "wirecopy: "


@dataclass
class Costs:
    """Costs of the tasks of one stage."""

    seconds: list[float] = field(default_factory=list)
    shuffled: int = 0
    spilled: int = 0
    stored: int = 0
    #: By the number of Spark's stage: seconds by the number of the task.
    of_tasks: dict[int, dict[int, float]] = field(default_factory=dict)

    def longest(self) -> dict[int, float]:
        """Seconds by the number of the task, of the stage of Spark that took the most."""
        return max(self.of_tasks.values(), key=lambda tasks: sum(tasks.values()))


def events(path: Path) -> Iterator[dict[str, Any]]:
    """The events of a log."""
    # Long runs write several files: `events_1_…`, `events_2_…`.
    number = lambda file: int(file.name.split("_")[1])  # noqa: E731
    files = sorted(path.glob("**/events_*"), key=number) if path.is_dir() else [path]
    files = files or [file for file in sorted(path.iterdir()) if file.is_file()]
    for file in files:
        with file.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def costs(log: Iterator[dict[str, Any]]) -> dict[str, Costs]:
    """The costs of each stage, in the order in which they first ran."""
    names: dict[int, str] = {}
    of_rdds: dict[str, str] = {}
    found: dict[str, Costs] = {}
    for event in log:
        if event["Event"] == "SparkListenerStageSubmitted":
            stage_info = event["Stage Info"]
            for rdd in stage_info["RDD Info"]:
                # The first stage that needs kept rows computes them.
                name = names.get(stage_info["Stage ID"], "other")
                of_rdds.setdefault(f"rdd_{rdd['RDD ID']}", name)
        for rdd, size in stored_block(event):
            found.setdefault(of_rdds.get(rdd, "other"), Costs()).stored += size
        if event["Event"] == "SparkListenerJobStart":
            name = (event.get("Properties") or {}).get("spark.job.description") or "other"
            for stage in event["Stage IDs"]:
                # A stage that an earlier job computed belongs to that one.
                names.setdefault(stage, name.removeprefix(PREFIX))
        elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
            stage = found.setdefault(names.get(event["Stage ID"], "other"), Costs())
            metrics = event["Task Metrics"]
            stage.seconds.append(metrics["Executor Run Time"] / 1000)
            stage.shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            stage.spilled += metrics["Disk Bytes Spilled"]
            tasks = stage.of_tasks.setdefault(event["Stage ID"], {})
            tasks[event["Task Info"]["Index"]] = stage.seconds[-1]
    return found


def stored_block(event: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The kept rows to which a block was added, and its bytes on disk."""
    if event["Event"] == "SparkListenerBlockUpdated":
        block = event["Block Updated Info"]
        if block["Block ID"].startswith("rdd_") and block["Disk Size"]:
            yield block["Block ID"].rpartition("_")[0], block["Disk Size"]


def most_stored(log: Iterator[dict[str, Any]]) -> int:
    """The most bytes of kept rows on disks at a time."""
    blocks: dict[tuple[str, str], int] = {}
    most, freed = 0, set()
    for event in log:
        if event["Event"] == "SparkListenerUnpersistRDD":
            freed.add(f"rdd_{event['RDD ID']}")
            blocks = {key: size for key, size in blocks.items() if key[0] not in freed}
        for rdd, size in stored_block(event):
            blocks[rdd, event["Block Updated Info"]["Block ID"]] = size
            most = max(most, sum(blocks.values()))
    return most


def peaks(log: Iterator[dict[str, Any]]) -> dict[str, int]:
    """Largest resident memory of an executor, and of its workers of Python, in bytes."""
    found = {"jvm": 0, "python": 0}
    for event in log:
        if event["Event"] == "SparkListenerStageExecutorMetrics" and event["Executor ID"] != "driver":
            metrics = event["Executor Metrics"]
            found["jvm"] = max(found["jvm"], metrics.get("ProcessTreeJVMRSSMemory", 0))
            found["python"] = max(found["python"], metrics.get("ProcessTreePythonRSSMemory", 0))
    return found


def add_seconds(path: Path, seconds: dict[int, float]) -> None:
    """Adds the seconds of tasks to a file of tasks; each stage of buckets gets those of its task."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, ["stage", "task", "entries", "pairs", "seconds"])
        out.writeheader()
        out.writerows({**row, "seconds": seconds[int(row["task"])]} for row in rows)


def table(found: dict[str, Costs], documents: int) -> str:
    """The costs as a table of Markdown."""
    lines = [
        "| stage | tasks | core seconds | longest : mean | shuffled, bytes a document "
        "| spilled, bytes a document | stored, bytes a document |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, stage in found.items():
        total = sum(stage.seconds)
        skew = max(stage.seconds) / (total / len(stage.seconds)) if total else 1
        lines.append(
            f"| {name} | {len(stage.seconds)} | {total:.1f} | {skew:.1f} "
            f"| {stage.shuffled / documents:.0f} | {stage.spilled / documents:.0f} "
            f"| {stage.stored / documents:.0f} |"
        )
    seconds = sum(sum(stage.seconds) for stage in found.values())
    shuffled = sum(stage.shuffled for stage in found.values())
    spilled = sum(stage.spilled for stage in found.values())
    stored = sum(stage.stored for stage in found.values())
    lines.append(
        f"| all | {sum(len(stage.seconds) for stage in found.values())} | {seconds:.1f} | "
        f"| {shuffled / documents:.0f} | {spilled / documents:.0f} | {stored / documents:.0f} |"
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("log", type=Path, metavar="EVENT_LOG")
    parser.add_argument("--documents", type=int, required=True, metavar="N")
    parser.add_argument("--tasks", type=Path, metavar="TASKS")
    given = parser.parse_args()
    found = costs(events(given.log))
    print(table(found, given.documents))
    peak = {name: f"{size / 1e6:.0f} MB" for name, size in peaks(events(given.log)).items()}
    most = most_stored(events(given.log)) / given.documents
    print(f"\nMost stored at a time: {most:.0f} bytes a document")
    print(f"Peak of an executor: {peak['jvm']} in the JVM, {peak['python']} in Python")
    if given.tasks:
        add_seconds(given.tasks, found["propose candidates"].longest())


if __name__ == "__main__":
    main()
