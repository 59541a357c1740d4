"""Connected components of a graph that is spread over a cluster.

The algorithm alternates two operations on edges until the graph is a set of stars (Kiveris,
Lattanzi, Mirrokni, Rastogi, Vassilvitskii: Connected Components in MapReduce and Beyond, SoCC 2014,
section 3). Both keep the components as they are. Written for an edge as (low, high) with
low < high, they are

- large star: each node links its larger neighbours to the smallest node among itself and its
  neighbours. An edge (low, high) becomes (m, high), where m is the smallest neighbour of `low`, or
  `low` itself if it has none that is smaller.
- small star: each node links its smaller neighbours and itself to the smallest of them. Of the
  edges of one `high`, the one to the smallest node m stays, and each other (low, high) becomes
  (m, low).

Neither makes more edges than there were. The paper proves O(log^2 n) rounds. A million random edges
of a million nodes take 10, a chain of 1,000 edges takes 11. An edge that a round replaced carries a
mark, so a round without marks is the last one.

If the graph is small, or has become small, one task finishes it. Node numbers and edges never reach
the driver, only counts do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from ._kept import described, kept

if TYPE_CHECKING:
    import pyarrow

#: Edges that one task finishes by itself. If no two share a node, 2 million take 11 seconds
#: and 480 MB in the Python worker, 4 million 24 seconds and 660 MB. A round on a cluster takes 3
#: seconds even if it has little to do.
EDGES_OF_ONE_TASK = 2_000_000

#: Rounds after which something must be wrong.
ROUNDS = 100

_COMPONENTS = "node long, component long"


def components(edges: DataFrame, *, limit: int = EDGES_OF_ONE_TASK) -> DataFrame:
    """Returns the component of each node of a graph: its smallest node.

    `edges` has columns `a` and `b` of whole numbers, in any direction and any number of times. A
    node without neighbours is one with an edge to itself. A null raises an error of Spark.

    At most `limit` edges are finished by one task; 0 forces rounds on the cluster.

    The result has columns `node` and `component`, a row a node in no order. It is computed and
    kept, in the checkpoint directory if the context has one and otherwise by `persist`: call
    `unpersist` when it is no longer needed. In both cases the loss of a worker costs time only.
    Without a directory the lost part is computed again from shuffles that are kept for it; with one
    it is read again.
    """
    known = [F.coalesce(F.col(name).cast("long"), _null(name)) for name in ("a", "b")]
    both = edges.select(known[0].alias("a"), known[1].alias("b"))
    with described(edges.sparkSession, "connected components: distinct edges"):
        given = _kept(
            both.select(
                F.least("a", "b").alias("low"), F.greatest("a", "b").alias("high")
            ).distinct()
        )
        count = given.count()
    if count <= limit:
        with described(edges.sparkSession, "connected components: one task"):
            done = _kept(_in_one_task(given))
            done.count()
        given.unpersist()
        return done

    # A node whose only edge is to itself is in no star.
    loops = given.where("low = high").select(F.col("low").alias("node"))
    graph, rounds = given.where("low < high").select("low", "high"), 0
    while True:
        rounds += 1
        if rounds > ROUNDS:
            raise RuntimeError(f"connected components: no end after {ROUNDS} rounds")
        with described(edges.sparkSession, f"connected components: round {rounds}"):
            after = _kept(_small_star(_large_star(graph)))
            count, moved = after.agg(F.count("*"), F.count_if("moved")).first() or (0, 0)
        if rounds > 1:
            graph.unpersist()
        graph = after
        if moved == 0 or count <= limit:
            break
    with described(edges.sparkSession, "connected components: nodes"):
        if moved:
            linked = _in_one_task(graph)
        else:
            centres = graph.select(F.col("low").alias("node"), F.col("low").alias("component"))
            leaves = graph.select(F.col("high").alias("node"), F.col("low").alias("component"))
            linked = leaves.union(centres)
        alone = loops.select("node", F.col("node").alias("component"))
        # The smallest is the component of a node that also has an edge to itself.
        whole = linked.union(alone).groupBy("node").agg(F.min("component").alias("component"))
        done = _kept(whole)
        done.count()
    graph.unpersist()
    given.unpersist()
    return done


def _null(name: str) -> Any:
    """Column that raises an error when it is evaluated."""
    return F.raise_error(F.lit(f"connected components: column {name} has a null")).cast("long")


def _large_star(edges: DataFrame) -> DataFrame:
    """Edges after a large star; `moved` marks those that changed."""
    # Aggregated before the shuffle, so a node with millions of neighbours is no burden.
    smallest = edges.groupBy(F.col("high").alias("node")).agg(F.min("low").alias("smallest"))
    joined = edges.join(smallest, edges["low"] == smallest["node"], "left")
    return joined.select(
        F.coalesce("smallest", "low").alias("low"),
        "high",
        F.col("smallest").isNotNull().alias("moved"),
    )


def _small_star(edges: DataFrame) -> DataFrame:
    """Distinct edges after a small star, `moved` being set or kept."""
    # Partitioned by `high`, so neither the distinct edges nor the windows need another shuffle.
    distinct = edges.repartition("high").groupBy("low", "high").agg(F.max("moved").alias("moved"))
    smallest = distinct.withColumn("smallest", F.min("low").over(Window.partitionBy("high")))
    stays = F.col("low") == F.col("smallest")
    return (
        smallest.select(
            F.col("smallest").alias("low"),
            F.when(stays, F.col("high")).otherwise(F.col("low")).alias("high"),
            (F.col("moved") | ~stays).alias("moved"),
        )
        .repartition("high")
        .groupBy("low", "high")
        .agg(F.max("moved").alias("moved"))
    )


def _in_one_task(edges: DataFrame) -> DataFrame:
    """Components of a graph that is small enough for one task."""
    return edges.select("low", "high").coalesce(1).mapInArrow(_joined, _COMPONENTS)


def _joined(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    """Components of all edges of the batches."""
    import numpy
    import pyarrow

    columns = [(batch.column(0).to_numpy(), batch.column(1).to_numpy()) for batch in batches]
    if not columns:
        return
    low, high = (numpy.concatenate(parts) for parts in zip(*columns))
    del columns
    # Sorted, so the smaller of two indices is that of the smaller node.
    nodes, indices = numpy.unique(numpy.concatenate([low, high]), return_inverse=True)
    del low, high
    parent = _roots(len(nodes), indices.reshape(2, -1))
    step = 10_000
    for start in range(0, len(nodes), step):
        rows = slice(start, start + step)
        yield pyarrow.record_batch({"node": nodes[rows], "component": nodes[parent[rows]]})


def _roots(count: int, edges: Any) -> Any:
    """Smallest index of the component of each index, by union-find with path halving.

    Roots are the smallest of their trees, so there is no union by rank; halving alone is O(log n)
    an operation, amortised.
    """
    import numpy

    parent = list(range(count))
    step = 100_000
    for start in range(0, edges.shape[1], step):
        part = edges[:, start : start + step]
        for one, other in zip(part[0].tolist(), part[1].tolist()):
            while parent[one] != one:
                parent[one] = one = parent[parent[one]]
            while parent[other] != other:
                parent[other] = other = parent[parent[other]]
            if one < other:
                parent[other] = one
            else:
                parent[one] = other
    # A parent is smaller than its child, so one pass in order finds each root.
    for index, above in enumerate(parent):
        parent[index] = parent[above]
    return numpy.array(parent, dtype=numpy.int64)


def _kept(rows: DataFrame) -> DataFrame:
    """The same rows, computed and kept."""
    return kept(rows)[0]
