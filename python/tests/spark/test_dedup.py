"""A dedup on Spark keeps what a dedup on one machine keeps."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
import wirecopy
import wirecopy.spark
from corpora import Record, corpus
from pyspark.sql import SparkSession
from test_scan import SCHEMA, frame_of, rows
from wirecopy.spark._tasks import collected


def both(
    spark: SparkSession, records: list[Record], tasks: int, **settings: Any
) -> tuple[wirecopy.spark.Deduplicated, wirecopy.Deduplicated]:
    found = wirecopy.spark.dedup(frame_of(spark, records, 3), tasks=tasks, **settings)
    schema = pa.schema([(name, pa.string()) for name in records[0]])
    return found, wirecopy.dedup(pa.Table.from_pylist(records, schema), **settings)


def assert_same(found: wirecopy.spark.Deduplicated, alone: wirecopy.Deduplicated) -> None:
    assert rows(collected(found.documents)) == rows(alone)
    removed = pa.table(alone.removed)
    assert rows(collected(found.removed)) == rows(removed.drop_columns(["file"]))
    assert found.summary["found"]["removed"] == removed.num_rows


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"keep_boilerplate": True, "mark": True, "prefer": "longest"},
        pytest.param(
            {"threshold": 0.6, "prefer": "site=paper-3.example,paper-1.example"},
            marks=pytest.mark.long,
        ),
        pytest.param({"prefer": "last-published", "mark": True}, marks=pytest.mark.long),
    ],
    ids=lambda settings: "-".join(settings) or "defaults",
)
def test_documents_equal_those_of_one_machine(
    spark: SparkSession, settings: dict[str, Any]
) -> None:
    found, alone = both(spark, corpus(7), tasks=5, **settings)
    assert_same(found, alone)
    found.unpersist()


def test_pages_of_boilerplate_alone_are_duplicates_of_equal_texts(spark: SparkSession) -> None:
    records = corpus(9, hot_pages=0, stories=10)
    notice = "Sign in to read on. Your trial ends today. Manage your newsletters and alerts."
    for number in range(30):
        site = f"paper-{number % 2}.example"
        text = notice if number % 3 else f"{notice} Offer"
        url = f"https://{site}/notice/{number}"
        records.append({**records[0], "id": f"notice-{number}", "url": url, "text": text})
    found, alone = both(spark, records, tasks=3)
    assert found.summary["skipped"]["boilerplate_only"] > 0
    assert_same(found, alone)


@pytest.mark.long
def test_the_largest_number_of_a_field_is_preferred(spark: SparkSession) -> None:
    records = corpus(4, hot_pages=0, stories=3)
    for number, row in enumerate(records):
        row["canonical"] = str(number * 7 % 101) if number % 5 else None
    found, alone = both(spark, records, tasks=3, prefer="field:canonical")
    assert_same(found, alone)
    frame = frame_of(spark, records, 2)
    with pytest.raises(wirecopy.RunError, match="number in a field called `author`"):
        wirecopy.spark.dedup(frame, prefer="field:author")


def test_of_records_with_one_id_one_stays(spark: SparkSession) -> None:
    records = corpus(5, hot_pages=0, stories=3)
    records.append({**records[0], "text": records[1]["text"]})
    records.append({**records[2], "title": "Another title"})
    for row in records[10:14]:
        row["id"] = None
    frame = spark.createDataFrame(records, SCHEMA)
    first = wirecopy.spark.dedup(frame.repartition(3, "id"), tasks=3)
    again = wirecopy.spark.dedup(frame.repartition(7, "text"), tasks=5)
    documents = collected(first.documents)
    assert first.summary["read"]["repeated_ids"] == 2
    assert documents.num_rows == first.summary["found"]["documents"]
    assert documents.num_rows == len(records) - 2 - first.summary["found"]["removed"]
    assert rows(documents) == rows(collected(again.documents))
    assert rows(collected(first.removed)) == rows(collected(again.removed))


def test_what_cannot_be_done_is_refused(spark: SparkSession) -> None:
    frame = frame_of(spark, corpus(2, hot_pages=0, stories=3), 2)
    for settings in ({"index": "seen"}, {"against": "old.jsonl"}, {"prefer": "first-read"}):
        with pytest.raises(wirecopy.SettingError, match="not available"):
            wirecopy.spark.dedup(frame, **settings)
    with pytest.raises(wirecopy.SettingError, match="column title already"):
        wirecopy.spark.dedup(frame, mark=True, mark_field="title")
