"""Rows that were read: their counts, the rejects, and the documents among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .. import _native
from ._schemas import SIGNED

#: Counts of records, as the notes of the native part have it.
TALLIED = ("records", "lossy", "bad_dates", "bad_ids", "without_url", "more_rejects")

#: Notes of the native part about records.
NOTE = (
    "reject STRUCT<id: STRING, reason: STRING, unknown_loss: BOOLEAN>, tally STRUCT<"
    + "".join(f"{name}: BIGINT, " for name in TALLIED)
    + "unknown_loss: BOOLEAN>"
)


#: Column of dates whose order of day and month is open, by the only order that other dates prove.
ORDERS = {1: "seconds", 2: "other_seconds"}


@dataclass(frozen=True)
class ReadCounts:
    """Counts of what was read."""

    documents: int
    #: Records whose id another one has.
    repeated: int
    #: Orders of day and month that dates prove, as bits.
    proven: int
    rejected: int
    unknown_loss: bool
    tallies: Mapping[str, int]


#: Column in which Spark puts a line that it could not read, by default.
UNREADABLE = "_corrupt_record"

#: Characters of such a line that its reason quotes.
QUOTED = 60


def readable(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[pa.RecordBatch]]:
    """The records that Spark could read, and rows that reject the others."""
    if UNREADABLE not in batch.schema.names:
        return batch, []
    lines = batch.column(UNREADABLE)
    notes = [
        {
            "note": json.dumps(
                {
                    "reject": {"reason": f"not JSON: {line[:QUOTED]}", "unknown_loss": False},
                    "tally": {"records": 1},
                }
            )
        }
        for line in lines.drop_null().to_pylist()
    ]
    rejects = [pa.RecordBatch.from_pylist(notes, schema=SIGNED)] if notes else []
    return batch.filter(lines.is_null()), rejects


def count(read: DataFrame) -> ReadCounts:
    """Counts of what was read. A record whose id another has is a reject."""
    is_document = F.col("note").isNull()
    row = read.agg(
        F.count(F.when(is_document, 1)).alias("documents"),
        F.countDistinct("key").alias("keys"),
        F.coalesce(F.bit_or("proven"), F.lit(0)).alias("proven"),
        F.count("other_seconds").alias("open_dates"),
    ).first()
    assert row is not None
    note = F.from_json("note", NOTE)
    tally = note["tally"]
    counted = read.where(~is_document).agg(
        *[F.coalesce(F.sum(tally[name]), F.lit(0)).alias(name) for name in TALLIED],
        F.count(note["reject"]["reason"]).alias("rejects"),
        F.coalesce(
            F.bool_or(tally["unknown_loss"] | note["reject"]["unknown_loss"]), F.lit(False)
        ).alias("unknown_loss"),
    )
    tallies = counted.first()
    assert tallies is not None
    counts = {name: tallies[name] for name in TALLIED if name != "more_rejects"}
    if row.proven & 3 not in ORDERS:
        counts["bad_dates"] += row.open_dates
    return ReadCounts(
        documents=row["keys"],
        repeated=row.documents - row["keys"],
        proven=row.proven,
        rejected=tallies.rejects + tallies.more_rejects + row.documents - row["keys"],
        unknown_loss=tallies.unknown_loss,
        tallies=counts,
    )


def check(counts: ReadCounts, stages: Any) -> None:
    """Ends a scan that lost more records than it may, or that read none."""
    rejected, most = counts.rejected, stages.most_rejects
    if most is not None and rejected > most:
        allowed = f"at most {most} are" if most else "none is"
        raise _native.RunError(f"{rejected} records were rejected and {allowed} allowed")
    if counts.unknown_loss and not stages.allow_loss:
        raise _native.RunError(
            "an unknown number of records is lost: mend the input, or set allow_loss to go on "
            "without them"
        )
    if not counts.documents and rejected:
        raise _native.RunError(f"all {rejected} records were rejected")
    if not counts.documents and stages.fail_if_empty:
        raise _native.RunError("there is no document")


def documents_of(rows: DataFrame, counts: ReadCounts) -> DataFrame:
    """The documents among rows, each with its date and an id of its own."""
    column = ORDERS.get(counts.proven & 3)
    is_open = F.col("other_seconds").isNotNull()
    in_order = F.lit(None).cast("long") if column is None else F.col(column)
    seconds = F.when(is_open, in_order).otherwise(F.col("seconds"))
    documents = (
        rows.where(F.col("note").isNull())
        .withColumn("seconds", seconds)
        .withColumn("precision", F.when(F.col("seconds").isNotNull(), F.col("precision")))
    )
    if not counts.repeated:
        return documents
    chosen = chosen_of(rows)
    return documents.join(chosen, ["key", "identity"], "left_semi").dropDuplicates(["key"])


def chosen_of(rows: DataFrame) -> DataFrame:
    """The `identity` of the record that stays of those with one `key`."""
    documents = rows.where(F.col("note").isNull())
    return documents.groupBy("key").agg(F.min("identity").alias("identity"))


def rejects_of(read: DataFrame, counts: ReadCounts) -> DataFrame:
    """The rejected records."""
    reject = F.from_json("note", NOTE)["reject"]
    rejects = read.select(reject["id"].alias("id"), reject["reason"].alias("reason"))
    rejects = rejects.where(F.col("reason").isNotNull())
    if not counts.repeated:
        return rejects
    documents = read.where(F.col("note").isNull())
    repeated = documents.groupBy("id").count().where(F.col("count") > 1)
    times = F.explode(F.sequence(F.lit(2), F.col("count")))
    repeated = repeated.select("id", times.alias("time")).select(
        "id", F.lit("the id was taken already; give every record its own id").alias("reason")
    )
    return rejects.union(repeated)
