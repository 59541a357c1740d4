"""Tests of simulate.py: `python -m pytest benches/spark/test_simulate.py`."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import simulate  # noqa: E402
from simulate import Buckets, Hot, Rates  # noqa: E402

SCRIPT = Path(simulate.__file__)


def buckets(sizes: dict[int, int], hot: Hot | None = None) -> Buckets:
    return Buckets(
        numpy.array(list(sizes), float), numpy.array(list(sizes.values()), float), hot or Hot()
    )


def run(*arguments: Any) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def write(path: Path, *rows: tuple[Any, ...]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_entries_and_pairs_are_those_of_listed_buckets() -> None:
    of = buckets({1: 10, 2: 3, 5: 1})
    assert of.entries() == 21
    assert of.pairs() == 3 + 10


@pytest.mark.parametrize(("size", "pairs"), [(256, 256 * 255 / 2), (257, 3 * 257)])
def test_pairs_of_a_hot_bucket_are_linear(size: int, pairs: float) -> None:
    assert buckets({size: 1}, simulate.HOT["bands"]).pairs() == pairs


def test_bounds_are_those_of_the_scan() -> None:
    source = SCRIPT.parents[2] / "src" / "candidates"
    bands, passages = (source / name for name in ("bands.rs", "passages.rs"))
    hot = simulate.HOT
    assert f"HOT_BUCKET: usize = {hot['bands'].size};" in bands.read_text()
    assert f"NEIGHBOURS: usize = {int(hot['bands'].linear) - 1};" in bands.read_text()
    assert f"FEW: usize = {hot['passages'].size};" in passages.read_text()


@pytest.mark.parametrize("partitions", [1, 3, 50])
def test_tasks_of_a_draw_have_all_the_work(partitions: int) -> None:
    of, rates = buckets({1: 1000, 3: 40, 90: 2}), Rates(0.5, 2.0, 3.0)
    tasks = simulate.loads(of, rates, partitions, numpy.random.default_rng(1))
    assert len(tasks) == partitions
    total = 0.5 * partitions + 2 * of.entries() + 3 * of.pairs()
    assert tasks.sum() == pytest.approx(total)


def test_draws_are_those_of_buckets_thrown_one_by_one() -> None:
    of, rates, partitions = buckets({1: 400, 7: 30, 60: 3}), Rates(0, 1, 0), 8
    dice = numpy.random.default_rng(5)
    sizes = numpy.repeat(of.sizes, of.counts.astype(int))
    thrown = [
        numpy.bincount(dice.integers(partitions, size=len(sizes)), sizes, partitions).max()
        for _ in range(2000)
    ]
    found = simulate.predict(of, rates, partitions, cores=1, trials=2000)
    assert found["largest_task"] == pytest.approx(numpy.mean(thrown), rel=0.01)
    assert found["largest_task_p95"] == pytest.approx(numpy.quantile(thrown, 0.95), rel=0.02)


def test_one_partition_is_the_whole() -> None:
    found = simulate.predict(buckets({2: 10}), Rates(1, 1, 1), 1, cores=4)
    assert found["largest_task"] == found["job"] == found["core_seconds"] == 31
    assert found["skew"] == 1


def test_the_largest_bucket_bounds_the_largest_task() -> None:
    of, rates = buckets({1: 100, 100: 1}), Rates(0, 1, 0)
    found = simulate.predict(of, rates, 1000, cores=10)
    assert found["least_largest_task"] == 100
    assert 100 <= found["largest_task"] < 104
    assert found["useful_partitions"] == 2
    assert found["job"] >= 100


def test_one_seed_gives_one_answer() -> None:
    of, rates = buckets({1: 500, 30: 5}), Rates(0, 1, 1)
    assert simulate.predict(of, rates, 7, 2) == simulate.predict(of, rates, 7, 2)


@pytest.mark.parametrize(
    ("tasks", "cores", "seconds"),
    [([3, 1, 1, 1], 2, 3), ([1, 1, 1, 3], 2, 4), ([2, 2], 1, 4), ([5], 9, 5)],
)
def test_tasks_start_in_turn_on_free_cores(tasks: list[int], cores: int, seconds: int) -> None:
    assert simulate.makespan(numpy.array(tasks), cores) == seconds


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_growth_keeps_the_entries_of_a_document(exponent: float) -> None:
    of = buckets({1: 1000, 8: 100, 20: 64, 400: 16})
    grown = of.grown(16, split=8, exponent=exponent)
    assert grown.entries() == pytest.approx(16 * of.entries())
    assert grown.sizes.max() == 400 * 16**exponent


@pytest.mark.parametrize("exponent", [0.0, 0.25, 0.5, 1.0])
def test_a_fit_finds_the_exponent_of_a_grown_histogram(exponent: float) -> None:
    of = buckets({1: 1000, 20: 81, 4000: 1 << 10})
    grown = of.grown(16, 8, exponent)
    assert simulate.exponent_of(of, grown, 16, 8) == pytest.approx(exponent, abs=0.01)
    assert simulate.exponent_of(buckets({1: 5}), grown, 16, 8) is None


def test_rates_are_those_that_made_the_tasks() -> None:
    dice = numpy.random.default_rng(2)
    entries, pairs = dice.integers(1, 10**6, 40), dice.integers(1, 10**7, 40)
    seconds = 0.2 + 3e-6 * entries + 5e-7 * pairs
    rates = simulate.rates_of(numpy.column_stack([entries, pairs, seconds]))
    assert tuple(vars(rates).values()) == pytest.approx((0.2, 3e-6, 5e-7))


def test_no_rate_is_negative() -> None:
    # More entries, less time: the best line would fall.
    rates = simulate.rates_of(numpy.array([[1, 0, 4], [2, 0, 3], [3, 0, 2.0]]))
    assert vars(rates) == pytest.approx({"per_task": 3.0, "per_entry": 0.0, "per_pair": 0.0})


def test_a_run_is_checked_against_its_histogram(tmp_path: Path) -> None:
    dice = numpy.random.default_rng(9)
    of = buckets({1: 4000, 2: 900, 5: 80, 200: 6}, simulate.HOT["bands"])
    partitions = 12
    entries, pairs = numpy.zeros(partitions), numpy.zeros(partitions)
    for size, count, of_one in zip(of.sizes, of.counts, of.pairs_of()):
        for at in dice.integers(partitions, size=int(count)):
            entries[at] += size
            pairs[at] += of_one
    seconds = 0.1 + entries * 1e-3 + pairs * 1e-4
    shape = write(
        tmp_path / "histogram.csv",
        ("stage", "size", "buckets"),
        *(("bands", int(size), int(count)) for size, count in zip(of.sizes, of.counts)),
    )
    tasks = write(
        tmp_path / "tasks.csv",
        ("stage", "entries", "pairs", "seconds"),
        *(("bands", *row) for row in zip(entries, pairs, seconds)),
    )
    checked = {row["value"]: row for row in run("check", shape, tasks, "--trials", 200)}
    for exact in ("entries", "pairs", "core_seconds", "mean_task"):
        assert checked[exact]["ratio"] == pytest.approx(1, abs=1e-4), exact
    for drawn in ("largest_task", "most_entries", "most_pairs"):
        assert 0.6 < checked[drawn]["ratio"] < 1.6, drawn

    rates = tmp_path / "rates.csv"
    (found,) = run("rates", tasks, "--write", rates)
    assert found["per_pair"] == pytest.approx(1e-4, rel=1e-3)
    (far,) = run("predict", shape, "--rates", rates, "--partitions", 12, "--scale", 10)
    assert far["entries"] == pytest.approx(10 * of.entries())


def test_parquet_is_read(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pyarrow.table({"stage": ["passages"] * 2, "size": [1, 33], "buckets": [9, 1]})
    (tmp_path / "of").mkdir()
    parquet.write_table(table, tmp_path / "of" / "part.parquet")
    (found,) = run("predict", tmp_path / "of", "--partitions", 4, "--per-entry", 1)
    assert (found["entries"], found["pairs"]) == (42, 0)


def test_fit_prints_the_exponent_of_each_stage(tmp_path: Path) -> None:
    head = ("stage", "size", "buckets")
    small = write(tmp_path / "a.csv", head, ("bands", 1, 50), ("bands", 100, 2))
    large = write(tmp_path / "b.csv", head, ("bands", 1, 500), ("bands", 1000, 2))
    (found,) = run("fit", small, large, "--growth", 10)
    assert found == {
        "stage": "bands",
        "exponent": 1.0,
        "uncut": 1.0,
        "entries_exponent": 1.0,
        # Two hot buckets, and before two of 4,950 pairs each.
        "pairs_exponent": pytest.approx(math.log10(6000 / 9900), rel=1e-5),
        "largest_exponent": 1.0,
    }
    options = ("--partitions", 2, "--per-pair", 1, "--scale", 10)
    (far,) = run("predict", small, *options, "--pairs-exponent", 1.5)
    assert far["pairs"] == pytest.approx(9900 * 10**1.5, rel=1e-5)
