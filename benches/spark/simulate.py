"""Predicts entries, pairs and the largest task of the bucket stages of a distributed scan.

    simulate.py predict HISTOGRAM --partitions 2000 --cores 1000 --scale 1000
    simulate.py rates   TASKS --write RATES
    simulate.py check   HISTOGRAM TASKS
    simulate.py fit     SMALLER LARGER --growth 10

A stage of buckets shuffles entries (a hash and a document) by their hash and pairs the documents of
each bucket. The shuffle sends a whole bucket to one task, so the largest bucket bounds how even the
tasks can be.

## Input

HISTOGRAM has the columns `stage`, `size` (entries of a bucket) and `buckets` (number of them), as a
scan measures it. TASKS has a row a task: `stage`, `entries`, `pairs` and `seconds`. RATES has a row
a stage: `stage`, `per_task`, `per_entry` and `per_pair` in seconds. Each is a file of CSV or
Parquet, or a directory of Parquet.

## Model

**Pairs.** A bucket of s entries makes

    pairs(s) = s (s - 1) / 2     if s <= hot
             = linear s          otherwise

which is an upper bound of what a scan compares: a hot bucket of bands (more than 256 documents)
compares a document with one leader and two neighbours, hence linear = 3; a passage in more than 32
documents waits for a later stage, hence linear = 0 (--hot STAGE=SIZE[:LINEAR]). Pairs that several
buckets propose are counted for each, as the stage makes them.

**Time.** A bucket takes cost(s) = per_entry s + per_pair pairs(s); a task takes per_task and the
cost of its buckets.

**Partitions.** Each bucket goes to one of P partitions, independently and with equal chance. The
buckets of one size so fall on partitions by a multinomial distribution. `predict` draws from it
(--trials times, --seed) and gives the mean and the 95th percentile of the largest task, and of the
job on C cores, where each task in turn starts on the first free core. With T the sum of all costs,
no draw can be below

    largest >= max(T / P, cost(largest bucket))

and more partitions help no more once P > T / cost(largest bucket), which `predict` prints as
`useful_partitions`. Skew is the largest task divided by the mean task.

**Growth.** The corpus grows to k times the documents. A document has as many entries as before, so
entries grow k-fold in each size, by more buckets or by larger ones. Buckets of up to --split
entries are stories: more documents are more stories, not larger ones, so their number grows k-fold.
Larger buckets are what sites have in common, such as menus and notices: with a growth exponent g
(--exponent, from 0 to 1),

    size    s -> k^g s
    buckets n -> k^(1-g) n

With g = 0 the corpus is k samples that share nothing; with g = 1 each of these buckets is in every
sample. The pairs of the larger buckets then grow by k^(1+g) until they are hot, and by k after.
Numbers of buckets are rounded to whole ones, at least one, so a single largest bucket stays one.

The entries and the largest bucket, which decide on the skew, depend little on the split. The pairs
depend on it much, because those of the buckets that become hot vanish. So if --pairs-exponent E is
given, the pairs of all buckets are multiplied by the factor that makes their sum

    pairs(k n) = k^E pairs(n)

**Fit.** With S2(n) the sum of s^2 over the larger buckets of n documents, S2(k n) = k^(1+g) S2(n).
So two histograms, of n and k n documents of one source, give

    g = log(S2(k n) / S2(n)) / log(k) - 1        E = log(pairs(k n) / pairs(n)) / log(k)

`fit` prints both for each stage (g cut to the range from 0 to 1, beside the uncut value), and the
exponents of the entries and of the largest bucket, which should be about 1 and g. The smaller
corpus must be a shorter time of the same sites. A random sample of documents does not do: it thins
out each story, so pairs seem to grow by up to k^2.

Measured on passages (one five-word shingle in eight) of a month of 100,000 generated articles and
its first 4,000 and 20,000: g is 0.97 to 1, E is 1.12 from 4,000 to 20,000 and 1.13 from there to
100,000. Of 100,000 articles, the first two predict 0.7 % too many entries, 1 % too few pairs and a
largest bucket 3 % too large.

**Check.** `check` takes the partitions of each stage and its entries, pairs and seconds from TASKS,
finds the rates by least squares without negative ones, and prints the prediction beside the run.
Entries and pairs must agree exactly if both tell of one run. The largest task is one draw, so it
agrees about: `most_entries` and `most_pairs` compare the task with the most of either. They were
within 3 % for the 600,000 passages of 10,000 generated articles on a cluster, with 8 and with 32
partitions. Seconds should be those of an idle machine, or of its processors: with other programs at
work the slowest task took twice the time that its work explains.
"""

from __future__ import annotations

import argparse
import csv
import heapq
import itertools
import json
import math
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy

Array = Any


@dataclass(frozen=True)
class Hot:
    """Bound of a stage: buckets of more entries are hot and make `linear` pairs an entry."""

    size: float = math.inf
    linear: float = 0.0


#: Bounds of `wirecopy scan`: HOT_BUCKET and NEIGHBOURS of its bands, FEW of its passages.
HOT = {"bands": Hot(256, 3), "passages": Hot(32, 0)}


@dataclass(frozen=True)
class Rates:
    """Seconds of a task itself, of an entry and of a pair."""

    per_task: float = 0.0
    per_entry: float = 0.0
    per_pair: float = 0.0


@dataclass(frozen=True)
class Buckets:
    """Histogram of the buckets of a stage: sizes, and how many there are of each."""

    sizes: Array
    counts: Array
    hot: Hot = field(default_factory=Hot)
    #: What the pairs of each bucket are multiplied by.
    factor: float = 1.0

    def pairs_of(self) -> Array:
        """Pairs of one bucket of each size."""
        sizes = self.sizes
        few = sizes <= self.hot.size
        return self.factor * numpy.where(few, sizes * (sizes - 1) / 2, self.hot.linear * sizes)

    def entries(self) -> float:
        return float(numpy.sum(self.sizes * self.counts))

    def pairs(self) -> float:
        return float(numpy.sum(self.pairs_of() * self.counts))

    def cost_of(self, rates: Rates) -> Array:
        """Seconds of one bucket of each size."""
        return rates.per_entry * self.sizes + rates.per_pair * self.pairs_of()

    def grown(
        self, scale: float, split: float, exponent: float, pairs_exponent: float | None = None
    ) -> Buckets:
        """The histogram of a corpus of `scale` times the documents."""
        larger = self.sizes > split
        sizes = numpy.where(larger, numpy.rint(self.sizes * scale**exponent), self.sizes)
        counts = numpy.where(larger, self.counts * scale ** (1 - exponent), self.counts * scale)
        grown = Buckets(sizes, numpy.maximum(1, numpy.rint(counts)), self.hot)
        if pairs_exponent is None or not grown.pairs():
            return grown
        factor = self.pairs() * scale**pairs_exponent / grown.pairs()
        return replace(grown, factor=factor)

    def squares(self, split: float) -> float:
        larger = self.sizes > split
        return float(numpy.sum(numpy.where(larger, self.sizes**2.0 * self.counts, 0)))


def exponent_of(smaller: Buckets, larger: Buckets, growth: float, split: float) -> float | None:
    """Growth exponent that two histograms tell of, or None if one has no larger buckets."""
    before, after = smaller.squares(split), larger.squares(split)
    if not before or not after:
        return None
    return math.log(after / before) / math.log(growth) - 1


def power(before: float, after: float, growth: float) -> float | None:
    """Exponent of the power law through two values, or None if one is 0."""
    return math.log(after / before) / math.log(growth) if before and after else None


def loads(buckets: Buckets, rates: Rates, partitions: int, dice: Any) -> Array:
    """Seconds of each task of one draw."""
    tasks = numpy.full(partitions, float(rates.per_task))
    even = numpy.full(partitions, 1 / partitions)
    for count, cost in zip(buckets.counts, buckets.cost_of(rates)):
        if count < partitions:
            # Few buckets: the same distribution with less work.
            where = dice.integers(partitions, size=int(count))
            numpy.add.at(tasks, where, cost)
        else:
            tasks += cost * dice.multinomial(int(count), even)
    return tasks


def makespan(tasks: Array, cores: int) -> float:
    """Seconds until the last task ends, if each starts in turn on the first free core."""
    free = [0.0] * cores
    for task in tasks:
        heapq.heappush(free, heapq.heappop(free) + float(task))
    return max(free)


def predict(
    buckets: Buckets, rates: Rates, partitions: int, cores: int, trials: int = 20, seed: int = 1
) -> dict[str, float]:
    """What a stage will take."""
    dice = numpy.random.default_rng(seed)
    draws = [loads(buckets, rates, partitions, dice) for _ in range(trials)]
    largest = numpy.array([draw.max() for draw in draws])
    spans = numpy.array([makespan(draw, cores) for draw in draws])
    costs = buckets.cost_of(rates)
    total = float(numpy.sum(costs * buckets.counts))
    biggest = float(costs.max()) if len(costs) else 0.0
    mean = total / partitions + rates.per_task
    return {
        "entries": buckets.entries(),
        "pairs": buckets.pairs(),
        "buckets": float(numpy.sum(buckets.counts)),
        "largest_bucket": float(buckets.sizes.max()) if len(costs) else 0.0,
        "core_seconds": total + partitions * rates.per_task,
        "mean_task": mean,
        "least_largest_task": max(mean, biggest + rates.per_task),
        "largest_task": float(largest.mean()),
        "largest_task_p95": float(numpy.quantile(largest, 0.95)),
        "skew": float(largest.mean()) / mean if mean else 1.0,
        "useful_partitions": max(1.0, math.floor(total / biggest)) if biggest else 1.0,
        "job": float(spans.mean()),
    }


def rates_of(tasks: Array) -> Rates:
    """Rates that fit tasks (rows of entries, pairs, seconds) best, none of them negative.

    Of all choices of rates that are 0, the one with the least squares whose other rates are
    positive: with three rates that is the exact answer.
    """
    features = numpy.column_stack([numpy.ones(len(tasks)), tasks[:, :2]])
    seconds = tasks[:, 2]
    best, least = numpy.zeros(3), float(numpy.sum(seconds**2))
    for used in (c for n in (1, 2, 3) for c in itertools.combinations(range(3), n)):
        # Scaled, since entries are millions and a task is one.
        chosen = features[:, used]
        scale = numpy.maximum(numpy.abs(chosen).max(axis=0), 1e-300)
        found = numpy.linalg.lstsq(chosen / scale, seconds, rcond=None)[0] / scale
        error = float(numpy.sum((chosen @ found - seconds) ** 2))
        if (found >= 0).all() and error < least:
            least = error
            best = numpy.zeros(3)
            best[list(used)] = found
    return Rates(*map(float, best))


# --- files ---


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Rows of a file of CSV or Parquet, or of a directory of Parquet."""
    if path.is_dir() or path.suffix == ".parquet":
        from pyarrow import parquet

        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
        return rows
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def columns(rows: list[dict[str, Any]], path: Path, *names: str) -> dict[str, Array]:
    """Numbers of named columns, of each stage."""
    by_stage: dict[str, list[list[float]]] = {}
    for row in rows:
        missing = {"stage", *names} - set(row)
        if missing:
            sys.exit(f"{path}: there is no column {', '.join(sorted(missing))}")
        by_stage.setdefault(str(row["stage"]), []).append([float(row[name]) for name in names])
    return {stage: numpy.array(values) for stage, values in by_stage.items()}


def histogram(path: Path, hot: dict[str, Hot]) -> dict[str, Buckets]:
    found = columns(rows_of(path), path, "size", "buckets")
    return {
        stage: Buckets(values[:, 0], values[:, 1], hot.get(stage, Hot()))
        for stage, values in found.items()
    }


def rates_in(path: Path) -> dict[str, Rates]:
    found = columns(rows_of(path), path, "per_task", "per_entry", "per_pair")
    return {stage: Rates(*map(float, values[0])) for stage, values in found.items()}


# --- command ---


def hot_bound(text: str) -> tuple[str, Hot]:
    """Parses STAGE=SIZE[:LINEAR]."""
    stage, _, bound = text.partition("=")
    size, _, linear = bound.partition(":")
    try:
        return stage, Hot(float(size), float(linear or 0))
    except ValueError:
        raise argparse.ArgumentTypeError("must be STAGE=SIZE or STAGE=SIZE:LINEAR") from None


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--hot",
        action="append",
        type=hot_bound,
        default=[],
        metavar="STAGE=SIZE[:LINEAR]",
        help="bound of a stage (default: bands=256:3 and passages=32:0)",
    )
    common.add_argument("--trials", type=int, default=20, metavar="N", help="(default: 20)")
    common.add_argument("--seed", type=int, default=1, help="(default: 1)")
    common.add_argument("--cores", type=int, default=2, metavar="C", help="(default: 2)")

    one = verbs.add_parser("predict", parents=[common], help="of a corpus, grown or as it is")
    one.add_argument("histogram", type=Path, metavar="HISTOGRAM")
    one.add_argument("--partitions", type=int, required=True, metavar="P")
    one.add_argument("--rates", type=Path, metavar="RATES")
    one.add_argument("--per-task", type=float, default=0.0, metavar="SECONDS")
    one.add_argument("--per-entry", type=float, default=0.0, metavar="SECONDS")
    one.add_argument("--per-pair", type=float, default=0.0, metavar="SECONDS")
    one.add_argument("--scale", type=float, default=1.0, metavar="K", help="(default: 1)")
    one.add_argument("--split", type=float, default=16, metavar="S", help="(default: 16)")
    one.add_argument("--exponent", type=float, default=1.0, metavar="G", help="(default: 1)")
    one.add_argument("--pairs-exponent", type=float, metavar="E", help="(default: as of buckets)")

    two = verbs.add_parser("rates", help="seconds of a task, an entry and a pair")
    two.add_argument("tasks", type=Path, metavar="TASKS")
    two.add_argument("--write", type=Path, metavar="RATES", help="file of CSV")

    three = verbs.add_parser("check", parents=[common], help="a prediction beside a run")
    three.add_argument("histogram", type=Path, metavar="HISTOGRAM")
    three.add_argument("tasks", type=Path, metavar="TASKS")

    four = verbs.add_parser("fit", help="the growth exponent")
    four.add_argument("smaller", type=Path, metavar="SMALLER")
    four.add_argument("larger", type=Path, metavar="LARGER")
    four.add_argument("--growth", type=float, required=True, metavar="K", help="of the documents")
    four.add_argument("--split", type=float, default=16, metavar="S", help="(default: 16)")
    return parser


def say(stage: str, **values: Any) -> None:
    """Prints a line of JSON, with numbers of six digits."""
    short = {
        key: float(f"{value:.6g}") if isinstance(value, float) else value
        for key, value in values.items()
    }
    print(json.dumps({"stage": stage, **short}))


def main() -> None:
    parser = arguments()
    given = parser.parse_args()
    if given.verb == "predict":
        if given.partitions < 1 or given.scale <= 0 or not 0 <= given.exponent <= 1:
            parser.error("--partitions and --scale must be over 0, --exponent from 0 to 1")
        default = Rates(given.per_task, given.per_entry, given.per_pair)
        known = rates_in(given.rates) if given.rates else {}
        for stage, buckets in histogram(given.histogram, {**HOT, **dict(given.hot)}).items():
            rates = known.get(stage, default)
            if rates == Rates():
                parser.error(f"there are no rates for {stage}: give --rates or --per-entry")
            growth = (given.scale, given.split, given.exponent, given.pairs_exponent)
            grown = buckets.grown(*growth)
            found = predict(grown, rates, given.partitions, given.cores, given.trials, given.seed)
            say(stage, **found)
    elif given.verb == "rates":
        tasks = columns(rows_of(given.tasks), given.tasks, "entries", "pairs", "seconds")
        fitted = {stage: rates_of(values) for stage, values in tasks.items()}
        for stage, rates in fitted.items():
            say(stage, **vars(rates))
        if given.write:
            with given.write.open("w", newline="", encoding="utf-8") as file:
                rows = csv.writer(file)
                rows.writerow(["stage", "per_task", "per_entry", "per_pair"])
                rows.writerows([stage, *vars(rates).values()] for stage, rates in fitted.items())
    elif given.verb == "check":
        tasks = columns(rows_of(given.tasks), given.tasks, "entries", "pairs", "seconds")
        for stage, buckets in histogram(given.histogram, {**HOT, **dict(given.hot)}).items():
            if stage not in tasks:
                parser.error(f"{given.tasks} has no tasks of {stage}")
            rows = tasks[stage]
            expected = predict(
                buckets, rates_of(rows), len(rows), given.cores, given.trials, given.seed
            )
            seconds = rows[:, 2]
            run = {
                "entries": float(rows[:, 0].sum()),
                "pairs": float(rows[:, 1].sum()),
                "core_seconds": float(seconds.sum()),
                "mean_task": float(seconds.mean()),
                "largest_task": float(seconds.max()),
                "skew": float(seconds.max() / seconds.mean()),
                "job": makespan(seconds, given.cores),
            }
            # What a task has to do is known exactly; seconds hold what else the machine did.
            for key, rates, column in (
                ("most_entries", Rates(per_entry=1), 0),
                ("most_pairs", Rates(per_pair=1), 1),
            ):
                draws = predict(buckets, rates, len(rows), 1, given.trials, given.seed)
                expected[key] = draws["largest_task"]
                run[key] = float(rows[:, column].max())
            for key, value in run.items():
                shown = expected[key]
                ratio = shown / value if value else None
                say(stage, value=key, predicted=shown, run=value, ratio=ratio)
    else:
        if given.growth <= 0 or given.growth == 1:
            parser.error("--growth must be over 0, and not 1")
        smaller, larger = (histogram(path, HOT) for path in (given.smaller, given.larger))
        for stage in smaller:
            if stage not in larger:
                parser.error(f"{given.larger} has no stage {stage}")
            before, after = smaller[stage], larger[stage]
            uncut = exponent_of(before, after, given.growth, given.split)
            say(
                stage,
                exponent=None if uncut is None else min(1.0, max(0.0, uncut)),
                uncut=uncut,
                entries_exponent=power(before.entries(), after.entries(), given.growth),
                pairs_exponent=power(before.pairs(), after.pairs(), given.growth),
                largest_exponent=power(before.sizes.max(), after.sizes.max(), given.growth),
            )


if __name__ == "__main__":
    main()
