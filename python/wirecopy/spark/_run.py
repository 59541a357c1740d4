"""What a scan and a dedup have in common: records become signed documents, numbered in canonical
order, and documents that share a bucket become candidates."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .. import _native, _settings
from ._kept import Kept, described
from ._learning import learn
from ._reading import (
    TALLIED,
    ReadCounts,
    check,
    chosen_of,
    count,
    documents_of,
    readable,
    rejects_of,
)
from ._schemas import COMPARED, ENTRIES, PAGES, PROFILE, PROPOSED, SIGNED, TEXTS
from ._tasks import (
    Shared,
    batches_of,
    collected,
    each_batch,
    each_task,
    frozen,
    native,
    profiles,
    shared_by_all,
    stage,
    stages,
)

#: Documents that a task has, about: their hashes take some 60 MB, and their texts 150 MB.
DOCUMENTS_A_TASK = 50_000

#: Kinds of rows that `propose` gives.
SIMILAR, SHARES_PASSAGE, HOT_BUCKET, COMMON_PASSAGE, BUCKET_SIZE = range(5)

#: Fates of documents, as numbers of the column `fate`.
TAKES_PART, EMPTY, TOO_SHORT, BOILERPLATE_ONLY = range(4)

#: Settings of all commands that there are not on Spark: Spark reads and writes, and what needs all
#: documents in one place stays with the command.
UNAVAILABLE = frozenset(
    """against against_id_field against_text_field allow_http allow_replacing columns config
    date_from_path delimiter encoding index input_format keep max_expansion memory no_add no_header
    output quote rejects replace_night site_from_path temp_dir threads verbose wait""".split()
)


@dataclass(frozen=True)
class Prepared:
    """Documents that were read and signed."""

    counts: ReadCounts
    rejects: DataFrame
    #: The `identity` of the record that stays for each `key`; `None` if no id is repeated.
    chosen: DataFrame | None
    #: Documents without their boilerplate.
    signed: DataFrame
    #: Counts of what was read and left out, under the names of the command's summary.
    summary: Mapping[str, Any]


#: What a run gives.
Result = TypeVar("Result")


class Run(ABC, Generic[Result]):
    """A run of a command on the records of a data frame."""

    #: Name of the command.
    command: str
    #: Settings of the command that there are not on Spark.
    unavailable: frozenset[str]

    def __init__(
        self, records: DataFrame, settings: Mapping[str, Any], tasks: int | None = None
    ) -> None:
        if tasks is not None and tasks < 1:
            raise _native.SettingError("tasks must be at least 1")
        for name in sorted(self.unavailable.intersection(settings)):
            raise _native.SettingError(f"{name} is not available on Spark")
        self.records = records
        self.spark = records.sparkSession
        self.settings = (self.command, frozen(_settings.given(self.given(settings))))
        self.stages = stages(self.settings)
        self.tasks = tasks
        self.kept = Kept()

    def run(self) -> Result:
        """Does the work of the command, and keeps nothing on the workers if it fails."""
        try:
            return self.work()
        except BaseException:
            self.kept.free()
            raise

    @abstractmethod
    def work(self) -> Result:
        """Does the work of the command."""

    def given(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings, with those that tasks cannot find out alike."""
        return dict(settings)

    def prepared(self) -> Prepared:
        """Reads and signs the records."""
        read = self.kept.keep(self.signed(None), "read records")
        with self.named("count records"):
            counts = count(read)
        check(counts, self.stages)
        if self.tasks is None:
            least = self.spark.sparkContext.defaultParallelism
            self.tasks = max(least, math.ceil(counts.documents / DOCUMENTS_A_TASK))
        first = documents_of(read, counts)
        pages = first.where(F.col("site").isNotNull()).select(*PAGES)
        pages = self.kept.keep(
            pages.repartition(self.tasks, "site"), "bring pages of sites together"
        )
        if self.stages.boilerplate:
            known = learn(pages, self.tasks)
        else:
            known = shared_by_all(self.spark, PROFILE.empty_table())
        with self.named("look at sites"):
            self.look_at_sites(first, pages)
        self.kept.drop(pages)
        rejects = self.kept.keep(rejects_of(read, counts), "gather rejects")
        chosen = None
        if counts.repeated:
            chosen = self.kept.keep(chosen_of(read), "choose records with one id")
        self.kept.drop(read)
        signed = self.kept.keep(documents_of(self.signed(known), counts), "sign documents")
        with self.named("count documents"):
            summary = summary_of(counts, signed)
        return Prepared(counts, rejects, chosen, signed, summary)

    def named(self, step: str) -> AbstractContextManager[None]:
        """Names the jobs of a block in the web page of Spark."""
        return described(self.spark, step)

    def look_at_sites(self, first: DataFrame, pages: DataFrame) -> None:
        """Learns what else the command has to know of sites. `first` are the documents with their
        boilerplate; `pages` have those of one site in one task."""

    def signed(self, known: Shared | None) -> DataFrame:
        """A row for each document, and for what is said about records."""
        settings = self.settings

        def sign(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            of_sites = None if known is None else profiles(known)
            (batch,) = batches
            records, rejects = readable(batch)
            if records.num_rows:
                return [stages(settings).sign([records], of_sites), *rejects]
            return rejects

        return each_batch(self.records, sign, SIGNED)

    def numbered(self, signed: DataFrame) -> DataFrame:
        """Documents with their number in canonical order, that of the first document with the same
        words, and the number of these."""
        slim = signed.select("key", "content", "seconds", "precision", "id")
        order: list[Column] = [F.col("seconds").isNull(), F.col("seconds"), F.col("precision")]
        slim = slim.orderBy(*order, F.col("id")).select(
            "key",
            "content",
            F.spark_partition_id().alias("part"),
            F.monotonically_increasing_id().alias("row"),
        )
        slim = self.kept.keep(slim, "sort documents")
        starts, start = [], 0
        with self.named("count documents of tasks"):
            sizes = slim.groupBy("part").count().collect()
        for part, size in sorted(map(tuple, sizes)):
            starts.append((part, start))
            start += size
        if not starts:
            starts = [(0, 0)]
        offsets = self.spark.createDataFrame(starts, "part int, start long")
        in_part = F.col("row").bitwiseAND(F.lit((1 << 33) - 1))
        numbers = slim.join(F.broadcast(offsets), "part").select(
            "key", "content", (F.col("start") + in_part).alias("doc")
        )
        groups = numbers.groupBy("content").agg(
            F.min("doc").alias("rep"), F.count(F.lit(1)).alias("size")
        )
        numbers = numbers.join(groups, "content").select("key", "doc", "rep", "size")
        documents = self.kept.keep(signed.join(numbers, "key"), "number documents")
        self.kept.drop(slim)
        return documents

    def proposed(self, documents: DataFrame) -> DataFrame:
        """Candidates, hot buckets and common passages among documents, each of which stands for
        all with the same words."""
        tasks = self.tasks or 1
        first = documents.where(F.col("doc") == F.col("rep"))
        entries = each_batch(
            first.select("doc", "bands", "passages"), native(_native.entries, tasks), ENTRIES
        )
        propose = native(_native.propose, self.stages.all_pairs)
        proposed = each_task(self.placed(entries, "task"), propose, PROPOSED)
        return self.kept.keep(proposed, "propose candidates")

    def placed(self, frame: DataFrame, number: str) -> DataFrame:
        """The rows with number `n` in task `n`."""
        tasks = self.tasks or 1
        places = self.places(tasks)
        place = F.element_at(F.array(*[F.lit(place) for place in places]), F.col(number) + 1)
        return frame.withColumn("place", place).repartition(tasks, "place")

    def places(self, tasks: int) -> list[int]:
        """For each task a number that Spark's hash brings there."""
        found: dict[int, int] = {}
        tried = 0
        while len(found) < tasks:
            numbers = self.spark.range(tried, tried + 16 * tasks).select(
                F.col("id").cast("int").alias("place")
            )
            task = F.pmod(F.hash("place"), F.lit(tasks)).alias("task")
            with self.named("place tasks"):
                rows = numbers.select("place", task).collect()
            for row in rows:
                found.setdefault(row.task, row.place)
            tried += 16 * tasks
        return [found[task] for task in range(tasks)]

    def lists(self, proposed: DataFrame, kind: int, stage: str) -> DataFrame:
        """Distinct lists of documents that share something, each with a number."""
        lists = proposed.where(F.col("kind") == kind).select("documents")
        # A document list is a list of one passage or several; a bucket is one even if another has
        # the same documents.
        if kind == COMMON_PASSAGE:
            lists = lists.distinct()
        return self.kept.keep(lists.withColumn("list", F.monotonically_increasing_id()), stage)

    def compared(self, pairs: DataFrame, texts: DataFrame) -> DataFrame:
        """Exact comparisons of pairs. Pairs of one neighbourhood go to one task."""
        tasks = self.tasks or 1
        ends = pairs.select(F.col("a").alias("doc"), F.least("a", "b").alias("label")).union(
            pairs.select("b", F.least("a", "b"))
        )
        labels = ends.groupBy("doc").agg(F.min("label").alias("label"))
        of_a = labels.select(F.col("doc").alias("a"), F.col("label").alias("label_a"))
        of_b = labels.select(F.col("doc").alias("b"), F.col("label").alias("label_b"))
        placed = (
            pairs.join(of_a, "a")
            .join(of_b, "b")
            .select("a", "b", F.least("label_a", "label_b").alias("label"))
        )
        task = F.pmod(F.hash("label"), F.lit(tasks))
        needed = (
            placed.select(F.col("a").alias("doc"), "label")
            .union(placed.select("b", "label"))
            .groupBy("doc", task.alias("task"))
            .agg(F.min("label").alias("label"))
            .drop("task")
        )
        rows = texts.join(needed, "doc").unionByName(placed, allowMissingColumns=True)

        compare = stage(self.settings, "compare")
        return each_task(rows.repartition(tasks, "label"), compare, COMPARED)
    def candidates_of(self, proposed: DataFrame, *kinds: int) -> DataFrame:
        """The distinct pairs of these kinds."""
        pairs = proposed.where(F.col("kind").isin(*kinds)).select("a", "b").distinct()
        return self.kept.keep(pairs, "gather candidates")

    def hot_sizes(self, proposed: DataFrame) -> tuple[int, int]:
        """Number of hot buckets, and documents of the largest."""
        if self.stages.all_pairs:
            return 0, 0
        sizes = proposed.where(F.col("kind") == BUCKET_SIZE)
        sizes = sizes.where(F.col("a") > self.stages.hot_bucket)
        with self.named("count hot buckets"):
            number, largest = sizes.agg(F.sum("b"), F.max("a")).first() or (None, None)
        return number or 0, largest or 0

    def texts(self, wanted: DataFrame, counts: ReadCounts) -> DataFrame:
        """Documents with their texts, which are read again; `wanted` has their `key` and
        `identity`."""
        settings, proven = self.settings, counts.proven
        with self.named("gather keys of candidates"):
            keys = collected(wanted.select("key")).sort_by("key").combine_chunks()
        shared = shared_by_all(self.spark, keys)

        def read(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            (keys,) = batches_of(shared.value)
            return [stages(settings).texts(batches, proven, keys)]

        texts = wanted.join(each_batch(self.records, read, TEXTS), ["key", "identity"])
        texts = texts.dropDuplicates(["key"]) if counts.repeated else texts
        return self.kept.keep(texts, "read texts of candidates")


def summary_of(counts: ReadCounts, signed: DataFrame) -> dict[str, Any]:
    """Counts of what was read and left out."""
    of_fate = signed.groupBy("fate").agg(
        F.count(F.lit(1)).alias("documents"),
        F.count(F.when(F.col("removed") > 0, 1)).alias("shortened"),
        F.sum("removed").alias("removed"),
    )
    rows = {row.fate: row for row in of_fate.collect()}
    left_out = {"empty": EMPTY, "too_short": TOO_SHORT, "boilerplate_only": BOILERPLATE_ONLY}
    return {
        "version": _native.version(),
        "read": {
            "records": counts.tallies["records"],
            "documents": counts.documents,
            "rejected": counts.rejected,
            "repeated_ids": counts.repeated,
            **{name: counts.tallies[name] for name in TALLIED[1:-1]},
        },
        "skipped": {
            name: rows[fate].documents if fate in rows else 0 for name, fate in left_out.items()
        },
        "boilerplate": {
            "documents": sum(row.shortened for row in rows.values()),
            "words": sum(row.removed for row in rows.values()),
        },
    }
