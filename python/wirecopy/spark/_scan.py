"""A scan on Spark: the stages of one machine, with shuffles between them."""

from __future__ import annotations

import collections
import datetime
import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .. import _native
from . import _components, _splitting
from ._kept import Kept
from ._learning import named_sites, placeholder_times
from ._run import (
    COMMON_PASSAGE,
    DOCUMENTS_A_TASK,
    HOT_BUCKET,
    SHARES_PASSAGE,
    SIMILAR,
    TAKES_PART,
    UNAVAILABLE,
    Prepared,
    Run,
)
from ._schemas import COMPARED, FACTS, PAIRS, REPORTS
from ._tasks import counts_of, each_task, stage, table_schema, tables_of


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


def content_of(path: Any) -> str:
    """The table of agencies, which is a file of the driver."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _native.SettingError(f"cannot read credits {path}: {error}") from error


class Scan(Run[Findings]):
    """A scan of the records of a data frame."""

    command = "scan"
    unavailable = UNAVAILABLE | frozenset(
        """bom clean clusters members metrics metrics_label passages report report_limit reworded
        reworded_score sites summary""".split()
    )

    def __init__(
        self,
        records: DataFrame,
        settings: Mapping[str, Any],
        tasks: int | None = None,
        task_limit: int = _splitting.TASK_LIMIT,
    ) -> None:
        if task_limit < 1:
            raise _native.SettingError("task_limit must be at least 1")
        super().__init__(records, settings, tasks)
        self.task_limit = task_limit
        self.split_components = 0

    def given(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        given = dict(settings)
        # Tasks run at different times, and must not believe different dates.
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        given["as_of"] = given.get("as_of") or now
        if given.get("credits") is not None:
            given["credits"] = content_of(given["credits"])
        return given

    def look_at_sites(self, first: DataFrame, pages: DataFrame) -> None:
        self.named_sites = named_sites(first)
        self.placeholder_times = placeholder_times(pages)

    def work(self) -> Findings:
        start = time.monotonic()
        prepared = self.prepared()
        documents = self.numbered(prepared.signed.where(F.col("fate") == TAKES_PART))
        self.kept.drop(prepared.signed)
        proposed = self.proposed(documents)
        hot_sizes = self.hot_sizes(proposed)
        hot = self.lists(proposed, HOT_BUCKET, "gather hot buckets")
        has_hot = self.kept.last_rows > 0
        common = self.lists(proposed, COMMON_PASSAGE, "gather common passages")
        has_common = self.kept.last_rows > 0
        candidates = self.candidates_of(proposed, SIMILAR, SHARES_PASSAGE)
        self.kept.drop(proposed)
        wanted = self.wanted(documents, candidates, hot, common)
        texts = self.texts(wanted, prepared.counts)
        compared = self.compare_all(
            documents, candidates, hot if has_hot else None, common if has_common else None, texts
        )
        reports = self.kept.keep(
            self.reports(compared.found, hot, texts), "join clusters and report"
        )
        summary = self.summary(prepared, documents, hot_sizes, compared, reports)
        summary["seconds"] = round(time.monotonic() - start, 3)
        summary["stages"] = self.kept.stages
        return Findings(
            **self.tables(reports),
            rejects=prepared.rejects,
            summary=summary,
            _kept=self.kept,
        )

    def summary(
        self,
        prepared: Prepared,
        documents: DataFrame,
        hot_sizes: tuple[int, int],
        compared: Compared,
        reports: DataFrame,
    ) -> dict[str, Any]:
        """Counts of the scan, under the names of the command's summary."""
        with self.named("count findings"):
            identical = documents.where(F.col("doc") != F.col("rep")).count()
            counts = counts_of(reports)
        found: collections.Counter[str] = collections.Counter()
        for of_task in counts:
            found.update(of_task)
        relations = {name: found[name] for name in ("exact", "near", "excerpt")}
        return {
            **prepared.summary,
            "compared": {
                "identical": identical,
                "candidates": compared.pairs,
                "verified": compared.verified,
            },
            "bounded": {
                "hot_buckets": hot_sizes[0],
                "largest_bucket": hot_sizes[1],
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

    def compare_all(
        self,
        documents: DataFrame,
        candidates: DataFrame,
        hot: DataFrame | None,
        common: DataFrame | None,
        texts: DataFrame,
    ) -> Compared:
        """Compares the pairs of hot buckets first, then the candidates, then candidates between
        stories. `None` stands for no hot bucket or common passage."""
        done = Compared()

        def compare(pairs: DataFrame, of: str) -> DataFrame:
            pairs = self.kept.keep(pairs.select("a", "b"), f"choose pairs of {of}")
            done.pairs += self.kept.last_rows
            found = self.kept.keep(self.compared(pairs, texts), f"compare pairs of {of}")
            done.verified += self.kept.last_rows
            done.add(pairs, found)
            return found

        if hot is not None:
            alone = self.listed(hot, documents, None)
            compare(self.hot_pairs(alone, True), "hot buckets with leaders")
            families = self.families(self.joining(done.found, documents))
            near = self.hot_pairs(self.listed(hot, documents, families), False)
            compare(done.without(near), "hot buckets with neighbours")
            families = self.families(self.joining(done.found, documents))
            candidates = self.without_big_families(candidates, families, documents)
        compare(done.without(candidates), "candidates")
        if common is not None:
            families = self.families(done.found.where("near"))
            further = self.story_pairs(self.listed(common, documents, families))
            bounded = further.where(F.col("a") < 0).groupBy("a").agg(F.sum("b"), F.max("b"))
            with self.named("count common passages"):
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

    def wanted(
        self, documents: DataFrame, pairs: DataFrame, hot: DataFrame, common: DataFrame
    ) -> DataFrame:
        """Documents that may be compared, and identical ones."""
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
        wanted = wanted.select("key", "identity", "doc", "rep", "size", *FACTS)
        return self.kept.keep(wanted, "choose documents")

    def reports(self, compared: DataFrame, hot: DataFrame, texts: DataFrame) -> DataFrame:
        """The reports of whole components, or of parts of those that are too big for one task, as
        files of Arrow."""
        tasks = self.tasks or 1
        components = self.kept.add(_components.components(compared.select("a", "b")))
        split = _splitting.split(components, compared, texts, self.task_limit, tasks, self.kept)
        within = compared
        if split is not None:
            components, within = split.components, split.within
            self.split_components = split.number
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

        join = stage(self.settings, "join", self.named_sites, self.placeholder_times)
        reports = each_task(rows.repartition(tasks, "component"), join, REPORTS)
        if split is not None:
            between = _splitting.pairs_between(
                split,
                compared,
                texts,
                self.settings,
                (self.named_sites, self.placeholder_times),
                tasks,
                DOCUMENTS_A_TASK,
            )
            reports = reports if between is None else reports.unionByName(between)
        return reports

    def tables(self, reports: DataFrame) -> dict[str, DataFrame]:
        """The reports as data frames."""
        tables = tables_of(reports, self.stages.join([], [], []))
        across = tables.pop("across")
        both = [F.least("site_a", "site_b"), F.greatest("site_a", "site_b")]
        across = across.repartition(self.tasks or 1, *both)
        schema = table_schema(_native.sites_schema())
        tables["sites"] = each_task(across, _native.sites, schema)
        return tables
