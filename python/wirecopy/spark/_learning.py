"""What is learned of the sites: boilerplate, placeholder dates and names."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .. import _native
from ._kept import described
from ._schemas import EVIDENCE, FINGERPRINTS, PROFILE, SHARING, TIMES
from ._tasks import Shared, batches_of, collected, each_task, shared_by_all


def learn(pages: DataFrame, tasks: int) -> Shared:
    """The boilerplate of all sites. Each task has all pages of some sites."""
    spark = pages.sparkSession

    def sharing(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [_native.sharing_sites(batches)]

    def shared(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [_native.shared(batches)]

    def evidence(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [_native.evidence(batches, batches_of(all_shared.value))]

    def judge(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [_native.judge(batches)]

    def not_repeated(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [_native.not_repeated(batches, batches_of(profile.value))]

    sites = each_task(pages, sharing, SHARING).repartition(tasks, "fingerprint")
    with described(spark, "find text that sites share"):
        all_shared = shared_by_all(spark, collected(each_task(sites, shared, FINGERPRINTS)))
    found = each_task(pages, evidence, EVIDENCE).repartition(tasks, "fingerprint")
    with described(spark, "learn what sites repeat"):
        learned = collected(each_task(found, judge, PROFILE))
    profile = shared_by_all(spark, learned)
    with described(spark, "look for boilerplate on other sites"):
        others = collected(each_task(pages, not_repeated, FINGERPRINTS).distinct())
    settled = _native.settle(learned.to_batches(), others.to_batches())
    return shared_by_all(spark, pa.Table.from_batches([settled]))


def placeholder_times(pages: DataFrame) -> Shared:
    """Times that publishing systems filled in."""

    def find(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [_native.placeholder_times(batches)]

    spark = pages.sparkSession
    with described(spark, "find placeholder dates"):
        return shared_by_all(spark, collected(each_task(pages, find, TIMES)))


def named_sites(first: DataFrame) -> list[str]:
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
