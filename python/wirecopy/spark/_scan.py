"""A scan on Spark: the stages of one machine, with shuffles between them."""

from __future__ import annotations

import collections
import datetime
import functools
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .. import _native, _settings
from . import _components, _splitting
from ._kept import Kept
from ._learning import learn, named_sites, placeholder_times
from ._reading import TALLIED, ReadCounts, check, count, documents_of, readable, rejects_of
from ._schemas import (
    COMPARED,
    ENTRIES,
    FACTS,
    PAGES,
    PAIRS,
    PROFILE,
    PROPOSED,
    REPORTS,
    SIGNED,
    TEXTS,
)
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
    table_schema,
)

#: Documents that a task has, about: their hashes take some 60 MB, and their texts 150 MB.
DOCUMENTS_A_TASK = 50_000

#: Kinds of rows that `propose` gives.
SIMILAR, SHARES_PASSAGE, HOT_BUCKET, COMMON_PASSAGE = range(4)


@dataclass
class Findings:
    """Findings of a scan on Spark, as data frames."""

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


@dataclass
class Compared:
    """Pairs that were compared, and what was found."""

    hot_buckets: int
    pairs: int = 0
    verified: int = 0
    bounded: Mapping[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("common_passages", "most_stories", "passages_not_compared"), 0
        )
    )
    _done: list[DataFrame] = field(default_factory=list)
    _found: list[DataFrame] = field(default_factory=list)

    def add(self, pairs: DataFrame, found: DataFrame) -> None:
        self._done.append(pairs)
        self._found.append(found)

    def without(self, pairs: DataFrame) -> DataFrame:
        """The pairs that were not compared yet."""
        for done in self._done:
            pairs = pairs.join(done, ["a", "b"], "left_anti")
        return pairs

    @property
    def found(self) -> DataFrame:
        """All comparisons that found a pair."""
        return functools.reduce(DataFrame.union, self._found)


#: Settings of the command that a scan on Spark does not have: Spark reads and writes, and what
#: needs all documents in one place stays with the command.
UNAVAILABLE = frozenset(
    """against against_id_field against_text_field allow_http allow_replacing bom clean clusters
    columns config date_from_path delimiter encoding index input_format keep max_expansion members
    memory metrics metrics_label no_add no_header output passages quote rejects replace_night
    report report_limit reworded reworded_score site_from_path sites summary temp_dir threads
    verbose
    wait""".split()
)


def content_of(path: Any) -> str:
    """The table of agencies, which is a file of the driver."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _native.SettingError(f"cannot read credits {path}: {error}") from error


class Scan:
    """A scan of the records of a data frame."""

    def __init__(
        self,
        records: DataFrame,
        settings: Mapping[str, Any],
        tasks: int | None,
        task_limit: int = _splitting.TASK_LIMIT,
    ) -> None:
        for name, number in (("tasks", tasks), ("task_limit", task_limit)):
            if number is not None and number < 1:
                raise _native.SettingError(f"{name} must be at least 1")
        for name in sorted(UNAVAILABLE.intersection(settings)):
            raise _native.SettingError(f"{name} is not available on Spark")
        self.records = records
        self.spark = records.sparkSession
        given = dict(settings)
        # Tasks run at different times, and must not believe different dates.
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        given["as_of"] = given.get("as_of") or now
        if given.get("credits") is not None:
            given["credits"] = content_of(given["credits"])
        self.settings = frozen(_settings.given(given))
        self.stages = stages(self.settings)
        self.tasks = tasks
        self.task_limit = task_limit
        self.split_components = 0
        self.kept = Kept()

    def run(self) -> Findings:
        start = time.monotonic()
        read = self.kept.keep(self.signed(None), "read records")
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
        signed = documents_of(self.signed(known), counts)
        signed = self.kept.keep(signed, "sign documents")
        documents = self.kept.keep(self.numbered(signed), "number documents")
        proposed = self.kept.keep(self.proposed(documents), "propose candidates")
        hot = self.lists(proposed, HOT_BUCKET, "gather hot buckets")
        common = self.lists(proposed, COMMON_PASSAGE, "gather common passages")
        candidates = proposed.where(F.col("kind").isin(SIMILAR, SHARES_PASSAGE))
        candidates = candidates.groupBy("a", "b").agg(F.min("kind").alias("kind"))
        candidates = self.kept.keep(candidates, "gather candidates")
        texts = self.texts(documents, candidates, hot, common, counts)
        texts = self.kept.keep(texts, "read texts of candidates")
        compared = self.compare_all(documents, candidates, hot, common, texts)
        reports = self.kept.keep(
            self.reports(compared.found, hot, texts, first, pages), "join clusters and report"
        )
        summary = self.summary(counts, signed, documents, hot, compared, reports)
        summary["seconds"] = round(time.monotonic() - start, 3)
        summary["stages"] = self.kept.stages
        return Findings(
            **self.tables(reports),
            rejects=rejects_of(read, counts),
            summary=summary,
            _kept=self.kept,
        )

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

    def summary(
        self,
        counts: ReadCounts,
        signed: DataFrame,
        documents: DataFrame,
        hot: DataFrame,
        compared: Compared,
        reports: DataFrame,
    ) -> dict[str, Any]:
        """Counts of the scan, under the names of the command's summary."""
        of_fate = {row.fate: row["count"] for row in signed.groupBy("fate").count().collect()}
        removed = signed.agg(
            F.count(F.when(F.col("removed") > 0, 1)).alias("documents"),
            F.coalesce(F.sum("removed"), F.lit(0)).alias("words"),
        ).first()
        identical = documents.where(F.col("doc") != F.col("rep")).count()
        found: collections.Counter[str] = collections.Counter()
        for row in reports.where(F.col("table") == "counts").select("rows").collect():
            found.update(json.loads(bytes(row.rows)))
        largest = hot.agg(F.max(F.size("documents"))).first()
        relations = {name: found[name] for name in ("exact", "near", "excerpt")}
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
                "empty": of_fate.get(1, 0),
                "too_short": of_fate.get(2, 0),
                "boilerplate_only": of_fate.get(3, 0),
            },
            "boilerplate": removed.asDict() if removed else {},
            "compared": {
                "identical": identical,
                "candidates": compared.pairs,
                "verified": compared.verified,
            },
            "bounded": {
                "hot_buckets": compared.hot_buckets,
                "largest_bucket": (largest[0] if largest else None) or 0,
                **compared.bounded,
                "big_clusters": found["bounded_clusters"],
                "not_written": found["bounded_cluster_pairs"],
                "same_site_excerpts": found["same_site_excerpts"],
                "split_components": self.split_components,
                "pairs_between_parts": found["pairs_between_parts"],
            },
            "found": {
                "pairs": sum(relations.values()),
                **relations,
                "cross_site": found["cross_site"],
                "clusters": found["clusters"],
                "clustered_documents": found["clustered_documents"],
            },
        }

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
        tasks = self.tasks or 1
        first = documents.where(F.col("doc") == F.col("rep"))
        entries = each_batch(
            first.select("doc", "bands", "passages"), native(_native.entries, tasks), ENTRIES
        )
        propose = native(_native.propose, self.stages.all_pairs)
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

    def lists(self, proposed: DataFrame, kind: int, stage: str) -> DataFrame:
        """Distinct lists of documents that share something, each with a number."""
        lists = proposed.where(F.col("kind") == kind).select("documents")
        # A document list is a list of one passage or several; a bucket is one even if another has
        # the same documents.
        if kind == COMMON_PASSAGE:
            lists = lists.distinct()
        return self.kept.keep(lists.withColumn("list", F.monotonically_increasing_id()), stage)

    def compare_all(
        self,
        documents: DataFrame,
        candidates: DataFrame,
        hot: DataFrame,
        common: DataFrame,
        texts: DataFrame,
    ) -> Compared:
        """Compares the pairs of hot buckets first, then the candidates, then candidates between
        stories."""
        done = Compared(hot_buckets=hot.count())

        def compare(pairs: DataFrame, of: str) -> DataFrame:
            pairs = self.kept.keep(pairs.select("a", "b"), f"choose pairs of {of}")
            done.pairs += self.kept.stages[-1]["rows"]
            found = self.kept.keep(self.compared(pairs, texts), f"compare pairs of {of}")
            done.verified += self.kept.stages[-1]["rows"]
            done.add(pairs, found)
            return found

        if done.hot_buckets:
            alone = self.listed(hot, documents, None)
            compare(self.hot_pairs(alone, True), "hot buckets with leaders")
            families = self.families(self.joining(done.found, documents))
            near = self.hot_pairs(self.listed(hot, documents, families), False)
            compare(done.without(near), "hot buckets with neighbours")
            families = self.families(self.joining(done.found, documents))
            candidates = self.without_big_families(candidates, families, documents)
        compare(done.without(candidates), "candidates")
        if not common.isEmpty():
            families = self.families(done.found.where("near"))
            further = self.story_pairs(self.listed(common, documents, families))
            bounded = further.where(F.col("a") < 0).groupBy("a").agg(F.sum("b"), F.max("b"))
            of = {row["a"]: row for row in bounded.collect()}
            done.bounded = {
                "common_passages": of[-1]["sum(b)"],
                "most_stories": of[-2]["max(b)"],
                "passages_not_compared": of[-3]["sum(b)"],
            }
            pairs = further.where(F.col("a") >= 0).distinct()
            compare(done.without(pairs), "common passages")
        return done

    def listed(
        self, lists: DataFrame, documents: DataFrame, stories: DataFrame | None
    ) -> DataFrame:
        """The documents of lists, one row for each, with the story of each."""
        members = lists.select("list", F.explode("documents").alias("doc"))
        members = members.join(documents.select("doc", "size", *FACTS), "doc")
        if stories is None:
            return members.withColumn("story", F.col("doc"))
        return members.join(stories, "doc", "left").withColumn(
            "story", F.coalesce("story", "doc")
        )

    def families(self, near: DataFrame) -> DataFrame:
        """The family of each document of near pairs."""
        components = self.kept.add(_components.components(near.select("a", "b")))
        return components.select(F.col("node").alias("doc"), F.col("component").alias("story"))

    def joining(self, found: DataFrame, documents: DataFrame) -> DataFrame:
        """The near pairs that join families: those on which the selection decides alike for all
        documents that they stand for."""
        near = found.where("near")
        if self.stages.selects_nothing:
            return near
        alone = documents.where(F.col("size") == 1)
        for end in ("a", "b"):
            near = near.join(alone.select(F.col("doc").alias(end)), end, "left_semi")
        return near.select(COMPARED.names)

    def without_big_families(
        self, pairs: DataFrame, families: DataFrame, documents: DataFrame
    ) -> DataFrame:
        """The pairs without those within one family of more documents than all pairs are written
        of."""
        sized = families.join(documents.select("doc", "size"), "doc")
        big = sized.groupBy("story").agg(F.sum("size").alias("size"))
        big = sized.select("doc", "story").join(
            big.where(F.col("size") > self.stages.big_cluster), "story", "left_semi"
        )
        of_a = big.select(F.col("doc").alias("a"), F.col("story").alias("of_a"))
        of_b = big.select(F.col("doc").alias("b"), F.col("story").alias("of_b"))
        pairs = pairs.join(of_a, "a", "left").join(of_b, "b", "left")
        within = F.coalesce(F.col("of_a") == F.col("of_b"), F.lit(False))
        return pairs.where(~within).drop("of_a", "of_b")

    def hot_pairs(self, rows: DataFrame, first_round: bool) -> DataFrame:
        work = stage(self.settings, "hot_pairs", first_round)
        return each_task(rows.repartition(self.tasks or 1, "list"), work, PAIRS).distinct()

    def story_pairs(self, rows: DataFrame) -> DataFrame:
        work = stage(self.settings, "story_pairs")
        found = each_task(rows.repartition(self.tasks or 1, "list"), work, PAIRS)
        return self.kept.keep(found, "find pairs of stories")

    def texts(
        self,
        documents: DataFrame,
        pairs: DataFrame,
        hot: DataFrame,
        common: DataFrame,
        counts: ReadCounts,
    ) -> DataFrame:
        """Documents that may be compared, and identical ones, with their texts."""
        candidates = (
            pairs.select(F.col("a").alias("rep"))
            .union(pairs.select("b"))
            .union(hot.select(F.explode("documents")))
            .union(common.select(F.explode("documents")))
            .distinct()
        )
        wanted = documents.join(candidates, "rep", "left_semi")
        if self.stages.takes_exact:
            others = documents.join(candidates, "rep", "left_anti").where(F.col("size") > 1)
            wanted = wanted.union(others.select(wanted.columns))
        wanted = self.kept.keep(
            wanted.select("key", "identity", "doc", "rep", "size", *FACTS), "choose documents"
        )
        settings, proven = self.settings, counts.proven
        keys = collected(wanted.select("key")).sort_by("key").combine_chunks()
        shared = shared_by_all(self.spark, keys)

        def read(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
            (keys,) = batches_of(shared.value)
            return [stages(settings).texts(batches, proven, keys)]

        texts = wanted.join(each_batch(self.records, read, TEXTS), ["key", "identity"])
        return texts.dropDuplicates(["key"]) if counts.repeated else texts

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

    def reports(
        self,
        compared: DataFrame,
        hot: DataFrame,
        texts: DataFrame,
        first: DataFrame,
        pages: DataFrame,
    ) -> DataFrame:
        """The reports of whole components, or of parts of those that are too big for one task, as
        files of Arrow."""
        tasks = self.tasks or 1
        components = self.kept.add(_components.components(compared.select("a", "b")))
        split = _splitting.split(components, compared, texts, self.task_limit, tasks, self.kept)
        within = compared
        if split is not None:
            components, within = split.components, split.within
            self.split_components = split.number
        named = named_sites(first)
        times = placeholder_times(pages)
        of_rep = components.withColumnRenamed("node", "rep")
        members = (
            texts.join(of_rep, "rep", "left")
            .where((F.col("size") > 1) | F.col("component").isNotNull())
            .withColumn("component", F.coalesce("component", "rep"))
        )
        of_hot = hot.select(F.explode("documents").alias("doc")).distinct()
        members = members.join(of_hot.withColumn("hot", F.lit(True)), "doc", "left")
        members = members.withColumn("hot", F.coalesce("hot", F.lit(False)))
        of_a = components.withColumnRenamed("node", "a")
        rows = members.unionByName(within.join(of_a, "a"), allowMissingColumns=True)

        join = stage(self.settings, "join", named, times)
        reports = each_task(rows.repartition(tasks, "component"), join, REPORTS)
        if split is not None:
            between = _splitting.pairs_between(
                split, compared, texts, self.settings, (named, times), tasks, DOCUMENTS_A_TASK
            )
            reports = reports if between is None else reports.unionByName(between)
        return reports

    def tables(self, reports: DataFrame) -> dict[str, DataFrame]:
        """The reports as data frames."""
        empty = self.stages.join([], [], [])
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
