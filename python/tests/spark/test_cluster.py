"""A cluster on loopback: `scripts/spark-cluster`, and the loss of one of its workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "spark-cluster"

#: Components of a random graph, with worker-2 killed after some rounds.
KILLED = """
import random, subprocess, sys
from pyspark.sql import SparkSession
from wirecopy.spark import _components

script, directory = sys.argv[1:]
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
if directory:
    spark.sparkContext.setCheckpointDir(directory)
kept, calls = _components._kept, []

def kept_and_killed(rows):
    done = kept(rows)
    calls.append(done)
    if len(calls) == 3:
        subprocess.run([sys.executable, script, "kill", "worker-2"], check=True)
    return done

_components._kept = kept_and_killed
dice = random.Random(3)
edges = [(dice.randrange(900), dice.randrange(900)) for _ in range(700)]
found = _components.components(
    spark.createDataFrame(edges, "a long, b long").repartition(4, "a"), limit=0
)
of = {row["node"]: row["component"] for row in found.collect()}
assert len(calls) > 4, "no round was left after the loss"

smallest = {node: node for edge in edges for node in edge}
while any(smallest[a] != smallest[b] for a, b in edges):
    for a, b in edges:
        smallest[a] = smallest[b] = min(smallest[a], smallest[b])
assert of == smallest
print("the same")
"""

#: A scan whose only task has texts of 100 MB, which take more as words.
TOO_LITTLE = """
import random
import wirecopy.spark
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")

def pages(numbers):
    dice = random.Random(5)
    frame = [str(dice.randrange(10**9)) for _ in range(100_000)]
    for number in numbers:
        yield f"page {number}", " ".join([*frame, *map(str, range(number, number + 30_000))])

records = spark.sparkContext.parallelize(range(100), 1).mapPartitions(pages)
try:
    wirecopy.spark.scan(records.toDF("id string, text string"), tasks=1)
except wirecopy.RunError as error:
    print(error)
"""


def cluster(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def of_spark() -> set[str]:
    """Processes of masters, workers and executors."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,command="], capture_output=True, text=True, check=True
    )
    return {line for line in listed.stdout.splitlines() if "org.apache.spark." in line}


def owned(directory: Path) -> list[str]:
    return [line for line in of_spark() if str(directory) in line]


def test_a_command_gets_a_cluster_and_its_status_counts(tmp_path: Path) -> None:
    home = tmp_path / "cluster"
    told = 'ls "$SPARK_CLUSTER" && echo "$SPARK_MASTER" && exit 7'
    done = cluster("run", "--directory", home, "sh", "-c", told)
    assert done.returncode == 7, done.stderr
    lines = done.stdout.split()
    assert {"master.pid", "worker-1.pid", "worker-2.pid", "worker-2.log"} < set(lines)
    assert lines[-1].startswith("spark://127.0.0.1:")
    assert not owned(home)
    assert not home.exists()


def test_stop_works_twice_and_spares_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    started = cluster("start", "--workers", 1, "--directory", tmp_path)
    try:
        assert started.returncode == 0, started.stderr
        assert f"export SPARK_CLUSTER={tmp_path}" in started.stdout.splitlines()
        again = cluster("start", "--directory", tmp_path)
        assert again.returncode == 1
        assert "a cluster runs in" in again.stderr
        assert len(cluster("list", "--directory", tmp_path).stdout.splitlines()) == 2
    finally:
        stopped = [cluster("stop", "--directory", tmp_path).returncode for _ in range(2)]
    assert stopped == [0, 0]
    assert not owned(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_start_that_fails_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "cluster"
    # The master starts, the worker does not.
    done = cluster("run", "--directory", home, "--worker-memory", "99999999999g", "true")
    assert done.returncode == 1
    assert "worker-1 ended" in done.stderr
    assert not owned(home)
    assert not home.exists()


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "cluster"
    running = subprocess.Popen([sys.executable, SCRIPT, "run", "--directory", home, "sleep", "600"])
    deadline = time.monotonic() + 60
    while not (home / "worker-1.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 128 + signal.SIGTERM
    assert not owned(home)
    assert not home.exists()


@pytest.mark.long
@pytest.mark.parametrize("checkpoint", [False, True], ids=["shuffles", "checkpoint directory"])
def test_components_are_the_same_if_a_worker_is_killed(tmp_path: Path, checkpoint: bool) -> None:
    driver = tmp_path / "driver.py"
    driver.write_text(KILLED)
    directory = str(tmp_path / "kept") if checkpoint else ""
    home = tmp_path / "cluster"
    done = cluster("run", "--directory", home, sys.executable, driver, SCRIPT, directory)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the same\n"
    assert not owned(home)


@pytest.mark.parametrize(
    "fatal",
    [pytest.param("", marks=pytest.mark.long), "compare pairs of candidates"],
    ids=["whole", "killed"],
)
def test_a_scan_finds_what_one_machine_finds(tmp_path: Path, fatal: str) -> None:
    home, driver = tmp_path / "cluster", Path(__file__).with_name("cluster_scan.py")
    done = cluster("run", "--directory", home, sys.executable, driver, SCRIPT, fatal)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("pairs, the same\n")
    assert not owned(home)


def test_a_task_with_too_little_memory_ends_with_advice(tmp_path: Path) -> None:
    home, driver = tmp_path / "cluster", tmp_path / "driver.py"
    driver.write_text(TOO_LITTLE)
    limits = ("spark.executor.pyspark.memory=600m", "spark.task.maxFailures=1")
    settings = [word for limit in limits for word in ("--conf", limit)]
    done = cluster("run", "--directory", home, *settings, "--", sys.executable, driver)
    assert done.returncode == 0, done.stderr
    assert "had too little memory" in done.stdout
    assert "more tasks" in done.stdout
    assert not owned(home)
