"""Components that are too big for one task, split into parts by a rule.

A component of more documents than the limit, identical ones included, is split in three steps. In
what follows, *node* is a document that stands for all that are identical to it, known by its number
in canonical order. It counts as many documents as it stands for, and is never divided.

1. Whole copies stay together: nodes that near comparisons connect are one part.
2. A node without a near comparison joins the part of its smallest neighbour, which is the smallest
   node that a comparison connects it with. If that one has no near comparison either, the node
   belongs to the part named by the smaller of the two. This is one step and not repeated, so
   excerpts of excerpts do not chain: nodes with one such name are one part.
3. A part of more documents than the limit is cut into runs: its nodes are taken in canonical order,
   and one that would exceed the limit begins the next run. So a part exceeds the limit only if it
   is a single node of more identical documents.

A part is known by its smallest node. Comparisons within parts go with them, as those of a component
do. Each comparison between two parts is made into rows of pairs alone, with no other comparison of
its documents, and these rows have no cluster.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from . import _components
from ._kept import Kept
from ._schemas import REPORTS
from ._tasks import (
    CommandSettings,
    Shared,
    Work,
    batches_of,
    file_of,
    fitted,
    given,
    narrow,
    spark_schema,
    stages,
)

#: Most documents of a component that one task gets. A document takes 4 to 8 kB in a task if its
#: text has 3,300 bytes, so they take 2 to 4 GB.
TASK_LIMIT = 500_000

#: Bytes of the documents that are handed to the native part at once, about; a document counts
#: `BYTES_A_DOCUMENT` beside its text. With texts of 4,700 bytes, a comparison then takes 0.13 ms;
#: it takes 1.9 ms if each is handed over by itself, and 0.11 ms in calls of ten times the bytes.
BYTES_A_CALL = 8_000_000
BYTES_A_DOCUMENT = 1_000

#: Relations of pairs that are compared. Identical documents are always in one part.
COMPARED_RELATIONS = ("near", "excerpt")


@dataclass(frozen=True)
class Split:
    """Components that are small enough, and the parts of those that were not."""

    #: Columns `node` and `component`, which names the component or the part.
    components: DataFrame
    #: Comparisons within them.
    within: DataFrame
    #: Comparisons between them: `a`, `b` and the number of `documents` that both stand for.
    between: DataFrame
    #: Number of components that were split.
    number: int


def split(
    components: DataFrame, compared: DataFrame, texts: DataFrame, limit: int, tasks: int, kept: Kept
) -> Split | None:
    """Splits components of more documents than the limit; `None` if there are none."""
    sizes = texts.where(F.col("doc") == F.col("rep")).select(F.col("rep").alias("node"), "size")
    sized = components.join(sizes, "node")
    big = sized.groupBy("component").agg(F.sum("size").alias("documents"))
    big = kept.keep(
        big.where(F.col("documents") > limit).select("component"), "find big components"
    )
    number = kept.last_rows
    if not number:
        return None
    nodes = sized.join(big, "component", "left_semi").select("node", "size")
    nodes = kept.keep(nodes, "gather nodes of big components")
    of_big = nodes.select(F.col("node").alias("a"))
    edges = compared.join(of_big, "a", "left_semi").select("a", "b", "near")
    edges = kept.keep(edges, "gather comparisons of big components")
    parts = kept.keep(parts_of(nodes, edges, limit, tasks, kept), "split big components")

    sized_parts = parts.join(nodes, "node")
    of_a, of_b = (
        sized_parts.select(
            F.col("node").alias(end),
            F.col("part").alias(f"part_{end}"),
            F.col("size").alias(f"size_{end}"),
        )
        for end in ("a", "b")
    )
    between = edges.join(of_a, "a").join(of_b, "b").where(F.col("part_a") != F.col("part_b"))
    documents = (F.col("size_a") + F.col("size_b")).alias("documents")
    between = kept.keep(between.select("a", "b", documents), "find comparisons between parts")
    named = components.join(parts, "node", "left").select(
        "node", F.coalesce("part", "component").alias("component")
    )
    within = compared.join(between, ["a", "b"], "left_anti").select(compared.columns)
    return Split(named, within, between, number)


def parts_of(nodes: DataFrame, edges: DataFrame, limit: int, tasks: int, kept: Kept) -> DataFrame:
    """The `part` of each `node` of components that are too big, by the rule of this module.

    `nodes` have a `size`, the number of documents that each stands for; `edges` are all comparisons
    `a`, `b` of these nodes, with `near`.
    """
    near = edges.where("near").select("a", "b")
    near = kept.add(_components.components(near)).withColumnRenamed("component", "name")
    ends = edges.select(F.col("a").alias("node"), F.col("b").alias("other"))
    ends = ends.union(edges.select("b", "a"))
    smallest = ends.groupBy("node").agg(F.min("other").alias("other"))
    of_other = near.withColumnRenamed("node", "other")
    others = (
        smallest.join(near, "node", "left_anti")
        .join(of_other, "other", "left")
        .select("node", F.coalesce("name", F.least("node", "other")).alias("name"))
    )
    named = nodes.join(near.select("node", "name").union(others), "node")
    named = kept.keep(named.select("node", "size", "name"), "name parts of big components")
    groups = named.groupBy("name").agg(
        F.sum("size").alias("documents"), F.min("node").alias("part")
    )
    grouped = named.join(groups, "name")
    fitting = grouped.where(F.col("documents") <= limit).select("node", "part")
    large = grouped.where(F.col("documents") > limit).select("part", "node", "size")
    large = large.repartition(tasks, "part").sortWithinPartitions("part", "node")
    return fitting.union(large.mapInArrow(runs(limit), spark_schema(PARTS)))


PARTS = pa.schema({"node": pa.int64(), "part": pa.int64()}.items())


def runs(limit: int) -> Any:
    """A function that cuts parts into runs of at most `limit` documents. Its rows are in order of
    part and node; a run is known by its first node."""

    def cut(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        part, first, documents = None, 0, 0
        for batch in batches:
            columns = [batch.column(name).to_pylist() for name in ("part", "node", "size")]
            names = []
            for of, node, size in zip(*columns):
                if of != part or documents + size > limit:
                    part, first, documents = of, node, 0
                documents += size
                names.append(first)
            yield pa.RecordBatch.from_arrays(
                [batch.column("node"), pa.array(names, pa.int64())], schema=PARTS
            )

    return cut


def pairs_between(
    split: Split,
    compared: DataFrame,
    texts: DataFrame,
    settings: CommandSettings,
    shared: tuple[list[str], Shared],
    tasks: int,
    documents_a_task: int,
) -> DataFrame | None:
    """The reports of the pairs between parts, with rows of `pairs`, `across` and `counts`; `None`
    if the settings want no such pairs. `shared` are the names and times that the stage `join`
    takes."""
    wanted = without_exact(settings)
    if wanted is None:
        return None
    counted = split.between.agg(F.sum("documents")).first()
    documents = (counted[0] if counted else None) or 0
    # The rows of one label are handled at a time, so a task that gets several labels needs no more
    # memory.
    number = max(tasks, math.ceil(documents / documents_a_task))
    placed = split.between.select(
        "a", "b", F.pmod(F.xxhash64("a", "b"), F.lit(number)).alias("label")
    )
    needed = placed.select(F.col("a").alias("rep"), "label").union(placed.select("b", "label"))
    rows = texts.join(needed.distinct(), "rep").unionByName(
        compared.join(placed, ["a", "b"]), allowMissingColumns=True
    )
    rows = rows.repartition(tasks, "label").sortWithinPartitions("label")
    return each_label(rows, join_alone(wanted, *shared), REPORTS)


def without_exact(settings: CommandSettings) -> CommandSettings | None:
    """The settings without pairs of identical documents, which their part has; `None` if they want
    no others."""
    command, values = settings
    given_values = dict(values).get("relations") or ()
    names = [name.strip() for value in given_values for name in value.split(",")]
    wanted = tuple(name for name in names or COMPARED_RELATIONS if name in COMPARED_RELATIONS)
    others = tuple(setting for setting in values if setting[0] != "relations")
    return (command, (*others, ("relations", wanted))) if wanted else None


def each_label(frame: DataFrame, work: Work, schema: pa.Schema) -> DataFrame:
    """The rows that `work` makes of the rows of each label, which are next to each other."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held: list[pa.RecordBatch] = []
        label = None
        for batch in map(narrow, batches):
            labels = batch.column("label").to_pylist()
            start = 0
            while start < len(labels):
                end = start
                while end < len(labels) and labels[end] == labels[start]:
                    end += 1
                if held and labels[start] != label:
                    yield from fitted(work(held), schema)
                    held = []
                label = labels[start]
                held.append(batch.slice(start, end - start))
                start = end
        if held:
            yield from fitted(work(held), schema)

    return frame.mapInArrow(run, spark_schema(schema))


def join_alone(settings: CommandSettings, named: list[str], times: Shared) -> Work:
    """The stage `join` on each comparison alone, for its pairs only."""

    def work(batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        join, known_times = stages(settings).join, given(times)
        for apart in calls(batches):
            yield pairs_alone(join(apart, named, known_times))

    return work


def calls(
    batches: list[pa.RecordBatch], bytes_a_call: int = BYTES_A_CALL
) -> Iterator[list[pa.RecordBatch]]:
    """The comparisons of batches with their documents, as many at once as are no burden.

    Each comparison gets documents of its own: they have other numbers than those of other
    comparisons, and another hash of their words. So a call finds components of one comparison.
    """
    documents: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    comparisons = []
    for number, batch in enumerate(batches):
        reps, ends = batch.column("rep").to_pylist(), batch.column("a").to_pylist()
        others = batch.column("b").to_pylist()
        lengths = pc.binary_length(batch.column("text")).to_pylist()
        for row, (rep, a, b, length) in enumerate(zip(reps, ends, others, lengths)):
            if a is None:
                documents[rep].append((number, row, BYTES_A_DOCUMENT + (length or 0)))
            else:
                comparisons.append((number, row, a, b))
    call = Call(batches)
    for comparison in comparisons:
        call.add(comparison, documents)
        if call.bytes >= bytes_a_call:
            yield call.batches()
            call = Call(batches)
    if call.bytes:
        yield call.batches()


class Call:
    """Comparisons with documents of their own, taken from batches."""

    def __init__(self, batches: list[pa.RecordBatch]) -> None:
        self.given = batches
        #: By batch: rows, and the new values of `doc`, `a`, `b` and `content` of each.
        self.rows: dict[int, list[tuple[int, int | None, int | None, int | None, Any]]] = (
            defaultdict(list)
        )
        self.documents = 0
        self.bytes = 0

    def add(self, comparison: tuple[int, int, int, int], documents: Any) -> None:
        number, row, *ends = comparison
        # Identical documents of this comparison have the same hash, and those of others do not.
        salt = self.documents.to_bytes(8, "little")
        firsts = []
        for end in ends:
            first = None
            for batch, place, size in documents[end]:
                content = self.given[batch].column("content")[place].as_py() or b""
                content = hashlib.blake2b(content + salt, digest_size=16).digest()
                self.rows[batch].append((place, self.documents, None, None, content))
                if self.given[batch].column("doc")[place].as_py() == end:
                    first = self.documents
                self.documents += 1
                self.bytes += size
            firsts.append(first)
        self.rows[number].append((row, None, firsts[0], firsts[1], None))

    def batches(self) -> list[pa.RecordBatch]:
        """The rows of the call, as the stage `join` takes them."""
        return [taken(self.given[number], rows) for number, rows in self.rows.items()]


def taken(batch: pa.RecordBatch, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """Rows of a batch with other values of `doc`, `a`, `b` and `content`."""
    places, docs, of_a, of_b, contents = zip(*rows)
    batch = batch.take(pa.array(places, pa.int64()))
    columns = dict(zip(batch.schema.names, batch.columns))
    longs = {"doc": docs, "a": of_a, "b": of_b}
    columns.update({name: pa.array(values, pa.int64()) for name, values in longs.items()})
    columns["content"] = pa.array(contents, pa.binary())
    # Hot buckets decide which of several leaders a document follows; here is only one.
    columns["hot"] = pa.array([False] * len(rows))
    return pa.RecordBatch.from_pydict(columns)


def pairs_alone(report: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of a report of single comparisons that are about pairs, without clusters."""
    files = dict(zip(*[column.to_pylist() for column in report.columns]))
    kept: dict[str, bytes] = {}
    for name in ("pairs", "across"):
        batches = [batch for batch in batches_of(files[name]) if batch.num_rows]
        if batches:
            kept[name] = file_of([without_cluster(batch, name) for batch in batches])
    counts = json.loads(files["counts"])
    counts = {
        name: counts[name]
        for name in ("near", "excerpt", "cross_site", "less_boilerplate", "same_site_excerpts")
    } | {
        "bounded_cluster_pairs": counts["bounded_cluster_pairs"],
        "pairs_between_parts": counts["near"] + counts["excerpt"],
    }
    kept["counts"] = json.dumps(counts).encode()
    return pa.RecordBatch.from_pydict(
        {"table": list(kept), "rows": list(kept.values())}, schema=REPORTS
    )


def without_cluster(batch: pa.RecordBatch, table: str) -> pa.RecordBatch:
    """The batch with an unknown cluster in each row. Routes count it as one cluster."""
    at = batch.schema.get_field_index("cluster")
    field = batch.schema.field(at)
    clusters = (
        pa.nulls(batch.num_rows, field.type)
        if table == "pairs"
        else pa.array([""] * batch.num_rows, field.type)
    )
    return batch.set_column(at, field, clusters)
