"""Facts about sites that are learned: boilerplate, placeholder dates and names."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .. import _native
from ._kept import described
from ._schemas import EVIDENCE, FINGERPRINTS, PROFILE, SHARING, TIMES
from ._tasks import Shared, collected, each_task, native, shared_by_all


def learn(pages: DataFrame, tasks: int) -> Shared:
    """The boilerplate of all sites. Each task has all pages of some sites."""
    spark = pages.sparkSession

    sites = each_task(pages, native(_native.sharing_sites), SHARING)
    sites = sites.repartition(tasks, "fingerprint")
    with described(spark, "find text that sites share"):
        shared = each_task(sites, native(_native.shared), FINGERPRINTS)
        all_shared = shared_by_all(spark, collected(shared))
    found = each_task(pages, native(_native.evidence, all_shared), EVIDENCE)
    found = found.repartition(tasks, "fingerprint")
    with described(spark, "learn what sites repeat"):
        learned = collected(each_task(found, native(_native.judge), PROFILE))
    profile = shared_by_all(spark, learned)
    with described(spark, "look for boilerplate on other sites"):
        others = each_task(pages, native(_native.not_repeated, profile), FINGERPRINTS)
        others = collected(others.distinct())
    settled = _native.settle(learned.to_batches(), others.to_batches())
    return shared_by_all(spark, pa.Table.from_batches([settled]))


def placeholder_times(pages: DataFrame) -> Shared:
    """Times that publishing systems filled in."""
    spark = pages.sparkSession
    with described(spark, "find placeholder dates"):
        times = each_task(pages, native(_native.placeholder_times), TIMES)
        return shared_by_all(spark, collected(times))


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
