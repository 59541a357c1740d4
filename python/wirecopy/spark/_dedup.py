"""A dedup on Spark: documents that may be duplicates of each other are decided on in one task."""

from __future__ import annotations

import collections
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StructField, StructType

from .. import _native
from . import _components
from ._kept import Kept
from ._reading import UNREADABLE, ReadCounts, readable
from ._run import BOILERPLATE_ONLY, HOT_BUCKET, SIMILAR, TAKES_PART, UNAVAILABLE, Prepared, Run
from ._schemas import FACTS, REPORTS, SIGNED, TEXTS
from ._tasks import counts_of, each_task, narrow, stage, stages, tables_of

#: Columns with the name of a record, until the documents that stay are found.
KEY, IDENTITY = "_wirecopy_key", "_wirecopy_identity"


@dataclass
class Deduplicated:
    """Documents that stay, and those that were removed, as data frames."""

    #: The records that stay, with the columns that they had; with `mark`, all of them.
    documents: DataFrame
    #: The duplicates, each with the document that it duplicates.
    removed: DataFrame
    rejects: DataFrame
    summary: Mapping[str, Any]
    _kept: Kept = field(default_factory=Kept, repr=False)

    def unpersist(self) -> None:
        """Frees what is kept on the workers. What is asked of the data frames later is computed
        again."""
        self._kept.free()


class Dedup(Run[Deduplicated]):
    """A dedup of the records of a data frame."""

    command = "dedup"
    unavailable = UNAVAILABLE | frozenset(
        ["as_of", "excerpts", "min_reference_words", "passage", "removed"]
    )

    def work(self) -> Deduplicated:
        start = time.monotonic()
        marks = self.stages.marks or []
        for name in {KEY, IDENTITY, *marks}.intersection(self.records.columns):
            raise _native.SettingError(f"the records have a column {name} already; use another name")
        prepared = self.prepared()
        self.check_numbers(prepared.signed)
        documents = self.that_can_be_duplicates(prepared.signed)
        self.kept.drop(prepared.signed)
        tables = self.decided(documents, prepared.counts)
        found = tables_of(tables, self.stages.duplicates([self.no_document()]))
        decisions = self.kept.keep(found["marks"], "gather decisions")
        summary = self.summary(prepared, documents, tables)
        summary["seconds"] = round(time.monotonic() - start, 3)
        summary["stages"] = self.kept.stages
        return Deduplicated(
            documents=self.documents(prepared, decisions),
            removed=found["removed"].drop("file"),
            rejects=prepared.rejects,
            summary=summary,
            _kept=self.kept,
        )

    def that_can_be_duplicates(self, signed: DataFrame) -> DataFrame:
        """Documents with words, numbered."""
        with_words = signed.where(F.col("fate").isin(TAKES_PART, BOILERPLATE_ONLY))
        # Of pages of boilerplate alone, those with the same text are duplicates.
        is_bare = F.col("fate") == BOILERPLATE_ONLY
        content = F.when(is_bare, F.col("whole")).otherwise(F.col("content"))
        return self.numbered(with_words.withColumn("content", content))

    def decided(self, documents: DataFrame, counts: ReadCounts) -> DataFrame:
        """What the stage `duplicates` decides on all documents."""
        proposed = self.proposed(documents.where(F.col("fate") == TAKES_PART))
        hot = self.lists(proposed, HOT_BUCKET, "gather hot buckets")
        candidates = self.candidates_of(proposed, SIMILAR)
        self.candidates = self.kept.last_rows
        self.kept.drop(proposed)
        same_text = self.kept.keep(self.same_text(documents), "find equal texts")
        texts = self.texts(self.wanted(documents, candidates, hot, same_text), counts)
        near = self.kept.keep(self.compared(candidates, texts), "compare pairs of candidates")
        components = self.whole_components(documents, self.joined(near, hot, same_text), texts)
        tables = each_task(components, stage(self.settings, "duplicates"), REPORTS)
        return self.kept.keep(tables, "decide which documents stay")

    def same_text(self, documents: DataFrame) -> DataFrame:
        """Pairs of documents that have the same text, of which boilerplate left different words."""
        first = documents.groupBy("whole").agg(F.min("rep").alias("b"), F.max("rep").alias("most"))
        first = first.where(F.col("b") < F.col("most"))
        pairs = documents.join(first, "whole").select(F.col("rep").alias("a"), "b")
        return pairs.where(F.col("a") != F.col("b")).distinct()

    def wanted(
        self, documents: DataFrame, candidates: DataFrame, hot: DataFrame, same_text: DataFrame
    ) -> DataFrame:
        """Documents that may be compared, one of all with the same words."""
        ends = [pairs.select(end) for pairs in (candidates, same_text) for end in ("a", "b")]
        of_hot = hot.select(F.explode("documents").alias("doc"))
        for end in ends:
            of_hot = of_hot.union(end)
        wanted = documents.where(F.col("doc") == F.col("rep"))
        wanted = wanted.join(of_hot.distinct(), "doc", "left_semi")
        wanted = wanted.select("key", "identity", "doc", "rep", "size", *FACTS)
        return self.kept.keep(wanted, "choose documents")

    def joined(self, near: DataFrame, hot: DataFrame, same_text: DataFrame) -> DataFrame:
        """The component of each document that can be a duplicate of another one, or have one."""
        of_hot = hot.select(
            F.element_at("documents", 1).alias("a"), F.explode("documents").alias("b")
        )
        edges = near.where("near").select("a", "b").union(same_text).union(of_hot)
        components = self.kept.add(_components.components(edges))
        return components.withColumnRenamed("node", "rep")

    def whole_components(
        self, documents: DataFrame, joined: DataFrame, texts: DataFrame
    ) -> DataFrame:
        """Documents with their texts, those of one component in one task."""
        members = (
            documents.join(joined, "rep", "left")
            .where((F.col("size") > 1) | F.col("component").isNotNull())
            .withColumn("component", F.coalesce("component", "rep"))
        )
        members = members.select("doc", *FACTS, "whole", "bands", "number", "component")
        of_texts = [name for name in TEXTS.names if name not in ("key", "identity")]
        members = members.join(texts.select("doc", *of_texts), "doc", "left")
        return members.repartition(self.tasks or 1, "component")

    def no_document(self) -> pa.RecordBatch:
        """No row, with the columns of documents that are decided on."""
        fields = [*SIGNED, *TEXTS, pa.field("doc", pa.int64())]
        return pa.RecordBatch.from_pylist([], schema=pa.schema({f.name: f.type for f in fields}))

    def check_numbers(self, documents: DataFrame) -> None:
        """Ends a run that prefers documents by a field that none has."""
        field_name = self.stages.number_field
        if field_name is None:
            return
        with self.named("look for numbers"):
            if documents.where(F.col("number").isNotNull()).isEmpty():
                raise _native.RunError(f"no record has a number in a field called `{field_name}`")

    def documents(self, prepared: Prepared, marks: DataFrame) -> DataFrame:
        """The records that stay, or all with their marks."""
        records = self.named_records()
        if prepared.chosen is not None:
            chosen = prepared.chosen.select(
                F.col("key").alias(KEY), F.col("identity").alias(IDENTITY)
            )
            records = records.join(chosen, [KEY, IDENTITY], "left_semi").dropDuplicates([KEY])
        marks = marks.withColumnRenamed("key", KEY)
        names = self.stages.marks
        if names is None:
            removed = marks.where(F.col("duplicate_of").isNotNull()).select(KEY)
            return records.join(removed, KEY, "left_anti").drop(KEY, IDENTITY, UNREADABLE)
        columns = zip(("duplicate_of", "duplicate_group"), names)
        marks = marks.select(KEY, *[F.col(of).alias(name) for of, name in columns])
        marked = records.join(marks, KEY, "left")
        return marked.select(*self.records.columns, *names).drop(UNREADABLE)

    def named_records(self) -> DataFrame:
        """The records that are documents, with the hashes of their ids and of what they are."""
        settings = self.settings
        names = [StructField(KEY, LongType()), StructField(IDENTITY, LongType())]

        def name(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                batch, _ = readable(batch)
                keys = stages(settings).keys([narrow(batch)])
                columns = [*batch.columns, *keys.columns]
                yield pa.RecordBatch.from_arrays(columns, [*batch.schema.names, KEY, IDENTITY])

        schema = StructType([*self.records.schema.fields, *names])
        return self.records.mapInArrow(name, schema).where(F.col(KEY).isNotNull())

    def summary(
        self, prepared: Prepared, documents: DataFrame, tables: DataFrame
    ) -> dict[str, Any]:
        """Counts of the dedup."""
        with self.named("count decisions"):
            identical = documents.where(F.col("doc") != F.col("rep")).count()
            counts = counts_of(tables)
        found: collections.Counter[str] = collections.Counter()
        largest = 0
        for of_task in counts:
            largest = max(largest, of_task.pop("largest_bucket"))
            found.update(of_task)
        removed = found["exact"] + found["near"]
        return {
            **prepared.summary,
            "compared": {"identical": identical, "candidates": self.candidates},
            "bounded": {
                "hot_buckets": found["hot_buckets"],
                "largest_bucket": largest,
                "not_compared": found["not_compared"],
            },
            "found": {
                "documents": prepared.counts.documents - removed,
                "removed": removed,
                "exact": found["exact"],
                "near": found["near"],
            },
        }
