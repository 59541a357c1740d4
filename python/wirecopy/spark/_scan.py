"""A scan on Spark: the stages of one machine, with shuffles between them."""

from __future__ import annotations

import datetime
import json
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .. import _native, _settings
from . import _components
from ._kept import Kept
from ._tasks import (
    Shared,
    batches_of,
    collected,
    each_batch,
    each_task,
    file_of,
    frozen,
    profiles,
    stages,
    table_schema,
)

#: Documents that a task has, about: their hashes take some 60 MB, and their texts 150 MB.
DOCUMENTS_A_TASK = 50_000

#: Most keys that all workers get: 8 bytes each.
MOST_SHARED_KEYS = 20_000_000

#: Kinds of rows that `propose` gives.
SIMILAR, SHARES_PASSAGE, HOT_BUCKET, COMMON_PASSAGE = range(4)

LONG, INT, SMALL = pa.int64(), pa.int32(), pa.int8()
TEXT, BYTES, FLAG = pa.string(), pa.binary(), pa.bool_()

SIGNED = pa.schema(
    {
        "key": LONG,
        "id": TEXT,
        "site": TEXT,
        "seconds": LONG,
        "precision": SMALL,
        "page": LONG,
        "title": INT,
        "words": INT,
        "removed": INT,
        "content": BYTES,
        "whole": BYTES,
        "regions": BYTES,
        "bands": BYTES,
        "passages": BYTES,
        "repeats": BYTES,
        "identity": LONG,
        "fate": SMALL,
        "host": TEXT,
        "other_seconds": LONG,
        "proven": SMALL,
        "note": TEXT,
    }.items()
)
TEXTS = pa.schema(
    {
        "key": LONG,
        "identity": LONG,
        "text": TEXT,
        "url": TEXT,
        "headline": TEXT,
        "author": TEXT,
        "canonical": TEXT,
        "crawled": LONG,
        "crawled_precision": SMALL,
    }.items()
)
ENTRIES = pa.schema({"task": INT, "bands": BYTES, "passages": BYTES}.items())
PROPOSED = pa.schema(
    {"kind": SMALL, "a": LONG, "b": LONG, "documents": pa.list_(LONG)}.items()
)
COMPARED = pa.schema(
    {
        "a": LONG,
        "b": LONG,
        "shared": INT,
        "shingles_a": INT,
        "shingles_b": INT,
        "start_a": INT,
        "start_b": INT,
        "length": INT,
        "passage_words": INT,
        "long_passage": FLAG,
        "near": FLAG,
    }.items()
)
PAIRS = pa.schema({"a": LONG, "b": LONG}.items())
REPORTS = pa.schema({"table": TEXT, "rows": BYTES}.items())

#: What the stages after the search need of a document, besides its text.
FACTS = ["id", "site", "seconds", "precision", "page", "title", "words", "regions", "content"]

@dataclass
class Findings:
    """What a scan on Spark found, as data frames."""

    pairs: DataFrame
    clusters: DataFrame
    members: DataFrame
    sites: DataFrame
    rejects: DataFrame
    summary: Mapping[str, Any]
    _kept: Kept = field(default_factory=Kept, repr=False)

    def unpersist(self) -> None:
        """Frees what the findings keep on the workers."""
        self._kept.free()


class Scan:
    """A scan of the records of a data frame."""

    def __init__(self, records: DataFrame, settings: Mapping[str, Any], tasks: int | None) -> None:
        self.records = records
        self.spark = records.sparkSession
        given = dict(settings)
        # Tasks run at different times, and must not believe different dates.
        given.setdefault("as_of", datetime.datetime.now(datetime.timezone.utc).isoformat())
        self.settings = frozen(_settings.given(given))
        self.stages = stages(self.settings)
        self.tasks = tasks
        self.kept = Kept()

    def run(self) -> Findings:
        first = self.kept.keep(self.signed(None), "read records")
        counts = self.count(first)
        if self.tasks is None:
            least = self.spark.sparkContext.defaultParallelism
            self.tasks = max(least, math.ceil(counts["documents"] / DOCUMENTS_A_TASK))
        proven = counts["proven"]
        first = self.documents(first, proven, counts["repeated"])
        if self.stages.boilerplate:
            known = self.learn(first)
            signed = self.documents(self.signed(known), proven, counts["repeated"])
        else:
            signed = self.documents(self.signed(self.no_profiles()), proven, counts["repeated"])
        signed = self.kept.keep(signed, "sign documents")
        documents = self.kept.keep(self.numbered(signed), "number documents")
        proposed = self.kept.keep(self.proposed(documents), "propose candidates")
        pairs = (
            proposed.where(F.col("kind").isin(SIMILAR, SHARES_PASSAGE))
            .groupBy("a", "b")
            .agg(F.min("kind").alias("kind"))
        )
        pairs = self.kept.keep(pairs, "gather candidates")
        lists = proposed.where(F.col("kind") == COMMON_PASSAGE).select("documents").distinct()
        lists = self.kept.keep(
            lists.withColumn("list", F.monotonically_increasing_id()), "gather common passages"
        )
        texts = self.kept.keep(self.texts(documents, pairs, lists, proven), "read texts of candidates")
        compared = self.kept.keep(self.compared(pairs, texts), "compare candidates")
        common = self.between(lists, documents, compared)
        if common is not None:
            further = self.kept.keep(
                common.join(pairs, ["a", "b"], "left_anti"), "gather candidates of stories"
            )
            compared = compared.unionByName(
                self.kept.keep(self.compared(further, texts), "compare candidates of stories")
            )
        reports = self.kept.keep(self.reports(compared, documents, texts, first), "join clusters")
        tables = self.tables(reports)
        return Findings(
            **tables,
            rejects=first,
            summary={"documents": counts["documents"]},
            _kept=self.kept,
        )

    def signed(self, known: Shared | None) -> DataFrame:
        """A row for each document, and for what is said about records."""
        settings = self.settings

        def sign(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            of_sites = None if known is None else profiles(known)
            return [stages(settings).sign(batches, of_sites)]

        return each_batch(self.records, sign, SIGNED)

    def count(self, signed: DataFrame) -> dict[str, Any]:
        """Counts of what was read."""
        documents = F.col("note").isNull()
        row = signed.agg(
            F.count(F.when(documents, 1)).alias("documents"),
            F.countDistinct("key").alias("keys"),
            F.coalesce(F.bit_or("proven"), F.lit(0)).alias("proven"),
        ).first()
        assert row is not None
        return {
            "documents": row.documents,
            "repeated": row.keys < row.documents,
            "proven": row.proven,
        }

    def documents(self, signed: DataFrame, proven: int, repeated: bool) -> DataFrame:
        """The documents among rows, each with its date and an id of its own."""
        order = {1: F.col("seconds"), 2: F.col("other_seconds")}.get(proven & 3)
        is_open = F.col("other_seconds").isNotNull()
        unknown = F.lit(None).cast("long")
        seconds = F.when(is_open, unknown if order is None else order).otherwise(F.col("seconds"))
        documents = (
            signed.where(F.col("note").isNull())
            .withColumn("seconds", seconds)
            .withColumn("precision", F.when(F.col("seconds").isNotNull(), F.col("precision")))
        )
        if not repeated:
            return documents
        chosen = documents.groupBy("key").agg(F.min("identity").alias("identity"))
        return documents.join(chosen, ["key", "identity"], "left_semi").dropDuplicates(["key"])

    def no_profiles(self) -> Shared:
        none = pa.RecordBatch.from_pylist(
            [], schema=pa.schema({"site": TEXT, "fingerprint": INT, "kind": SMALL}.items())
        )
        return self.shared(file_of([none]))

    def shared(self, file: bytes) -> Shared:
        return Shared(uuid.uuid4().hex, self.spark.sparkContext.broadcast(file))

    def learn(self, first: DataFrame) -> Shared:
        raise NotImplementedError

    def numbered(self, signed: DataFrame) -> DataFrame:
        """The documents that take part, with their number in canonical order, that of the first
        document with the same words, and the number of these."""
        slim = signed.where(F.col("fate") == 0).select(
            "key", "content", "seconds", "precision", "id"
        )
        order: list[Column] = [F.col("seconds").isNull(), F.col("seconds"), F.col("precision")]
        slim = slim.orderBy(*order, F.col("id")).select(
            "key",
            "content",
            F.spark_partition_id().alias("part"),
            F.monotonically_increasing_id().alias("row"),
        )
        slim = self.kept.keep(slim, "sort documents")
        starts, start = [], 0
        for part, size in sorted(tuple(row) for row in slim.groupBy("part").count().collect()):
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
        return signed.join(numbers, "key")

    def proposed(self, documents: DataFrame) -> DataFrame:
        """Candidates, hot buckets and common passages."""
        settings, tasks = self.settings, self.tasks or 1
        all_pairs = self.stages.all_pairs

        def pack(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            return [_native.entries(batches, tasks)]

        def propose(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            return [_native.propose(batches, all_pairs)]

        first = documents.where(F.col("doc") == F.col("rep"))
        entries = each_batch(first.select("doc", "bands", "passages"), pack, ENTRIES)
        return each_task(self.placed(entries, "task"), propose, PROPOSED)

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
            for row in numbers.select("place", task).collect():
                found.setdefault(row.task, row.place)
            tried += 16 * tasks
        return [found[task] for task in range(tasks)]

    def texts(
        self, documents: DataFrame, pairs: DataFrame, lists: DataFrame, proven: int
    ) -> DataFrame:
        """Documents that may be compared, and identical ones, with their texts."""
        candidates = (
            pairs.select(F.col("a").alias("rep"))
            .union(pairs.select("b"))
            .union(lists.select(F.explode("documents")))
            .distinct()
        )
        wanted = documents.join(candidates, "rep", "left_semi")
        if self.stages.takes_exact:
            others = documents.join(candidates, "rep", "left_anti").where(F.col("size") > 1)
            wanted = wanted.union(others.select(wanted.columns))
        wanted = self.kept.keep(
            wanted.select("key", "identity", "doc", "rep", "size", *FACTS), "choose documents"
        )
        settings = self.settings
        keys = collected(wanted.select("key")).column("key").combine_chunks().sort()
        shared = self.shared(file_of([pa.RecordBatch.from_arrays([keys], names=["key"])]))

        def read(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            (keys,) = batches_of(shared.value)
            return [stages(settings).texts(batches, proven, keys)]

        texts = each_batch(self.records, read, TEXTS)
        return wanted.join(texts.dropDuplicates(["key"]), ["key", "identity"])

    def compared(self, pairs: DataFrame, texts: DataFrame) -> DataFrame:
        """Exact comparisons of pairs. Pairs of one neighbourhood go to one task."""
        settings, tasks = self.settings, self.tasks or 1
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

        def compare(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            return [stages(settings).compare(batches)]

        return each_task(rows.repartition(tasks, "label"), compare, COMPARED)

    def between(
        self, lists: DataFrame, documents: DataFrame, compared: DataFrame
    ) -> DataFrame | None:
        """Candidates from common passages; `None` if there are no such passages."""
        if lists.isEmpty():
            return None
        settings, tasks = self.settings, self.tasks or 1
        near = _components.components(compared.where("near").select("a", "b"))
        stories = near.select(F.col("node").alias("doc"), F.col("component").alias("story"))
        facts = documents.select("doc", "size", *FACTS)
        members = lists.select("list", F.explode("documents").alias("doc"))
        members = (
            members.join(facts, "doc")
            .join(stories, "doc", "left")
            .withColumn("story", F.coalesce("story", "doc"))
        )

        def between(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            return [stages(settings).between(batches)]

        found = each_task(members.repartition(tasks, "list"), between, PAIRS)
        found = self.kept.keep(found, "look for candidates between stories")
        return found.where(F.col("a") >= 0).distinct()

    def reports(
        self, compared: DataFrame, documents: DataFrame, texts: DataFrame, first: DataFrame
    ) -> DataFrame:
        """The reports of whole components, as files of Arrow."""
        settings, tasks = self.settings, self.tasks or 1
        edges = compared.select("a", "b")
        components = _components.components(edges)
        named = self.named_sites(first)
        times = self.placeholder_times(first)
        of_rep = components.withColumnRenamed("node", "rep")
        members = (
            texts.join(of_rep, "rep", "left")
            .where((F.col("size") > 1) | F.col("component").isNotNull())
            .withColumn("component", F.coalesce("component", "rep"))
            .withColumn("hot", F.lit(False))
        )
        of_a = components.withColumnRenamed("node", "a")
        rows = members.unionByName(compared.join(of_a, "a"), allowMissingColumns=True)

        def join(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            return [stages(settings).join(batches, named, times)]

        return each_task(rows.repartition(tasks, "component"), join, REPORTS)

    def named_sites(self, first: DataFrame) -> list[str]:
        """Sites that canonical urls on other sites lead to: the host or one of its parents."""
        labels = F.split("host", r"\.")
        hosts = first.where(F.col("host").isNotNull()).select("host").distinct()
        parents = hosts.select(
            F.explode(
                F.transform(
                    F.sequence(F.lit(1), F.size(labels)),
                    lambda at: F.array_join(F.slice(labels, at, F.size(labels)), "."),
                )
            ).alias("site")
        )
        sites = first.select("site").distinct()
        return [row.site for row in sites.join(parents.distinct(), "site").collect()]

    def placeholder_times(self, first: DataFrame) -> list[tuple[str, int]]:
        return []

    def tables(self, reports: DataFrame) -> dict[str, DataFrame]:
        """The reports as data frames."""
        empty = stages(self.settings).join([], [], [])
        files = dict(zip(*[column.to_pylist() for column in empty.columns]))
        tables = {
            name: self.table(reports.where(F.col("table") == name), files[name])
            for name in ("pairs", "clusters", "members", "across")
        }
        across = tables.pop("across")
        both = [F.least("site_a", "site_b"), F.greatest("site_a", "site_b")]
        across = across.repartition(self.tasks or 1, *both)
        schema = table_schema(_native.sites_schema())
        tables["sites"] = each_task(across, _native.sites, schema)
        return tables

    def table(self, files: DataFrame, empty: bytes) -> DataFrame:
        schema = table_schema(pa.ipc.open_file(empty).schema)

        def unpack(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            rows = [file.as_py() for batch in batches for file in batch.column("rows")]
            return [batch for file in rows for batch in batches_of(file)]

        return each_batch(files.select("rows"), unpack, schema)
