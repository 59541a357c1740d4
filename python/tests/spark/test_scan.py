"""A scan on Spark finds what a scan on one machine finds."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
import wirecopy
import wirecopy.spark
from corpora import Record, corpus
from pyspark.sql import SparkSession
from wirecopy.spark._splitting import TASK_LIMIT
from wirecopy.spark._tasks import collected

TABLES = ("pairs", "clusters", "members", "sites")
AS_OF = "2026-04-01T12:00:00Z"
SCHEMA = (
    "id string, url string, text string, published string, title string, author string, "
    "canonical string"
)


def rows(table: Any, schema: pa.Schema | None = None) -> list[str]:
    """The rows of a table as sorted texts."""
    table = pa.table(table)
    types = {pa.large_string(): pa.string(), pa.timestamp("ms", "UTC"): pa.timestamp("us", "UTC")}
    fields = [field.with_type(types.get(field.type, field.type)) for field in table.schema]
    return sorted(json.dumps(row, default=str) for row in table.cast(pa.schema(fields)).to_pylist())


def frame_of(spark: SparkSession, records: list[Record], parts: int) -> Any:
    frame = spark.createDataFrame(records, SCHEMA)
    return frame.repartition(parts, "id")


def both(
    spark: SparkSession,
    records: list[Record],
    tasks: int,
    task_limit: int = TASK_LIMIT,
    **settings: Any,
) -> tuple[wirecopy.spark.Findings, wirecopy.Findings]:
    found = wirecopy.spark.scan(
        frame_of(spark, records, 3), tasks=tasks, task_limit=task_limit, as_of=AS_OF, **settings
    )
    schema = pa.schema([(name, pa.string()) for name in records[0]])
    alone = wirecopy.scan(pa.Table.from_pylist(records, schema), as_of=AS_OF, **settings)
    return found, alone


def assert_same(found: wirecopy.spark.Findings, alone: wirecopy.Findings) -> None:
    for name in TABLES:
        assert rows(collected(getattr(found, name))) == rows(getattr(alone, name)), name


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"keep_boilerplate": True},
        {"cross_site_only": True, "window": "48h"},
        pytest.param({"relations": ["exact", "near"]}, marks=pytest.mark.long),
        pytest.param({"all_pairs": True, "keep_boilerplate": True}, marks=pytest.mark.long),
    ],
    ids=lambda settings: "-".join(settings) or "defaults",
)
def test_rows_equal_those_of_one_machine(spark: SparkSession, settings: dict[str, Any]) -> None:
    found, alone = both(spark, corpus(7), tasks=5, **settings)
    assert_same(found, alone)
    summary = alone.summary
    assert found.summary["read"]["documents"] == summary["read"]["documents"]
    assert found.summary["skipped"]["too_short"] == summary["skipped"]["too_short"]
    for name in ("exact", "near", "excerpt", "clusters", "clustered_documents"):
        assert found.summary["found"][name] == summary["found"][name], name
    for name in ("hot_buckets", "largest_bucket", "common_passages", "big_clusters"):
        assert found.summary["bounded"][name] == summary["bounded"][name], name
    found.unpersist()


def test_the_corpus_has_what_is_treated_in_its_own_way() -> None:
    schema = pa.schema([(name, pa.string()) for name in corpus(7)[0]])
    table = pa.Table.from_pylist(corpus(7), schema)
    summary = wirecopy.scan(table, as_of=AS_OF).summary
    assert summary["boilerplate"]["documents"] > 100
    assert summary["bounded"]["common_passages"] > 0
    bounded = wirecopy.scan(table, keep_boilerplate=True, as_of=AS_OF).summary["bounded"]
    assert bounded["hot_buckets"] > 0
    assert bounded["big_clusters"] > 0


def test_dates_are_read_in_the_order_that_other_tasks_prove(spark: SparkSession) -> None:
    records = corpus(3, hot_pages=0, stories=3)
    for number, row in enumerate(records):
        row["published"] = f"{number % 12 + 1:02}/03/2026"
    records[0]["published"] = "25/03/2026"
    found, alone = both(spark, records, tasks=4)
    assert_same(found, alone)
    assert all("2026-03" in row for row in rows(collected(found.members)))


def test_repeated_and_missing_ids_are_counted_and_told(spark: SparkSession) -> None:
    records = corpus(5, hot_pages=0, stories=3)
    records.append({**records[0], "text": records[1]["text"]})
    records.append({**records[2], "title": "Another title"})
    for row in records[10:14]:
        row["id"] = None
    frame = frame_of(spark, records, 3)
    first = wirecopy.spark.scan(frame, tasks=3, as_of=AS_OF)
    again = wirecopy.spark.scan(frame.repartition(7, "text"), tasks=5, as_of=AS_OF)
    assert first.summary["read"]["repeated_ids"] == 2
    assert first.summary["read"]["documents"] == len(records) - 2
    rejects = rows(collected(first.rejects))
    assert len(rejects) == 2
    assert records[0]["id"] in "".join(rejects)
    for name in TABLES:
        assert rows(collected(getattr(first, name))) == rows(collected(getattr(again, name)))


def test_records_that_cannot_be_used_are_rejects(spark: SparkSession) -> None:
    records = [*corpus(2, hot_pages=0, stories=3)]
    schema = "id string, text string, body string"
    frame = spark.createDataFrame(
        [(row["id"], row["text"] or "empty", None) for row in records], schema
    )
    with pytest.raises(wirecopy.SettingError, match="index is not available on Spark"):
        wirecopy.spark.scan(frame, index="index")
    with pytest.raises(wirecopy.SettingError, match="threshold"):
        wirecopy.spark.scan(frame, threshold=7)
    long = spark.createDataFrame([("long", "word " * 40_000, None)], schema)
    found = wirecopy.spark.scan(frame.union(long), max_record="100k", as_of=AS_OF)
    assert found.summary["read"]["rejected"] == 1
    (reject,) = collected(found.rejects).to_pylist()
    assert "100000" in reject["reason"] or "longer" in reject["reason"]
    with pytest.raises(wirecopy.RunError, match="1 records? "):
        wirecopy.spark.scan(frame.union(long), max_record="100k", strict=True)


def test_nothing_and_one_document(spark: SparkSession) -> None:
    records = corpus(2, hot_pages=0, stories=3)[:1]
    found, alone = both(spark, records, tasks=2)
    assert_same(found, alone)
    none = wirecopy.spark.scan(frame_of(spark, records, 1).limit(0), as_of=AS_OF)
    assert collected(none.pairs).num_rows == 0
    assert none.summary["read"]["documents"] == 0
