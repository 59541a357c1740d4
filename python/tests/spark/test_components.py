"""Connected components against a naive search on the same graphs."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from wirecopy.spark import _components
from wirecopy.spark._components import components

Edges = list[tuple[int, int]]


def naive(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Smallest node that a search from each node meets."""
    neighbours: dict[int, set[int]] = defaultdict(set)
    for a, b in edges:
        neighbours[a].add(b)
        neighbours[b].add(a)
    found: dict[int, int] = {}
    for start in sorted(neighbours):
        waiting = [] if start in found else [start]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found[node] = start
                waiting.extend(neighbours[node])
    return found


def found(spark: SparkSession, edges: Edges, limit: int) -> dict[int, int]:
    rows = components(spark.createDataFrame(edges, "a long, b long").repartition(3), limit=limit)
    assert rows.columns == ["node", "component"]
    listed = [(row["node"], row["component"]) for row in rows.collect()]
    rows.unpersist()
    assert len(listed) == len(dict(listed)), "a node has one row"
    return dict(listed)


def chain(length: int) -> Edges:
    return [(node, node + 1) for node in range(length)]


def shuffled_chain(length: int) -> Edges:
    names = list(range(length + 1))
    random.Random(7).shuffle(names)
    return [(names[one], names[other]) for one, other in chain(length)]


def graph(seed: int, nodes: int, edges: int) -> Edges:
    dice = random.Random(seed)
    return [(dice.randrange(nodes), dice.randrange(nodes)) for _ in range(edges)]


GRAPHS: dict[str, Edges] = {
    "no edge": [],
    "one edge": [(2, 1)],
    "an edge to itself": [(5, 5)],
    "the same edge in both directions": [(1, 2), (2, 1), (1, 2)],
    "an edge to itself beside others": [(3, 3), (3, 2), (9, 9), (2, 2)],
    "a chain": chain(60),
    "a chain of nodes in no order": shuffled_chain(60),
    "a star with its smallest node as centre": [(0, leaf) for leaf in range(1, 40)],
    "a star with its largest node as centre": [(99, leaf) for leaf in range(40)],
    "a clique": [(a, b) for a in range(12) for b in range(12)],
    "two cliques with a bridge": [
        (a + c, b + c) for c in (0, 100) for a in range(8) for b in range(a)
    ]
    + [(107, 3)],
    "negative and large numbers": [(-(2**63), 2**63 - 1), (0, -1), (2**63 - 1, 2**62)],
    "a tree": [(node, node // 2) for node in range(1, 200)],
    "few of many possible edges": graph(1, 300, 120),
    "near the birth of a giant component": graph(2, 300, 160),
    "many edges": graph(3, 100, 500),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("limit", [0, 1_000_000], ids=["rounds", "one task"])
def test_components_are_those_of_a_search(spark: SparkSession, name: str, limit: int) -> None:
    assert found(spark, GRAPHS[name], limit) == naive(GRAPHS[name])


def test_rounds_end_in_one_task_when_the_graph_has_become_small(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four of five edges of each clique are redundant, and 25 nodes need 20 edges.
    edges = [(a * 5 + c, b * 5 + c) for c in range(5) for a in range(5) for b in range(5)]
    calls = []
    finish = _components._in_one_task
    monkeypatch.setattr(_components, "_in_one_task", lambda rows: calls.append(1) or finish(rows))
    assert found(spark, edges, 30) == naive(edges)
    assert calls == [1]


def test_a_checkpoint_directory_is_used(spark: SparkSession, tmp_path: Path) -> None:
    context = spark.sparkContext
    context.setCheckpointDir(str(tmp_path))
    try:
        assert found(spark, GRAPHS["a tree"], 0) == naive(GRAPHS["a tree"])
        assert any(tmp_path.rglob("rdd-*"))
    finally:
        context._jsc.sc().setCheckpointDir(None)
    assert not context._jsc.sc().getCheckpointDir().isDefined()


def test_nothing_stays_in_memory(spark: SparkSession) -> None:
    before = spark.sparkContext._jsc.getPersistentRDDs().size()
    found(spark, GRAPHS["a chain"], 0)
    assert spark.sparkContext._jsc.getPersistentRDDs().size() == before


def test_jobs_keep_the_description_that_they_had(spark: SparkSession) -> None:
    context: Any = spark.sparkContext
    found(spark, [(1, 2)], 0)
    assert context.getLocalProperty("spark.job.description") is None
    context.setJobDescription("mine")
    found(spark, [(1, 2)], 0)
    assert context.getLocalProperty("spark.job.description") == "mine"
    context.setLocalProperty("spark.job.description", None)


def test_smaller_numbers_are_widened(spark: SparkSession) -> None:
    rows = components(spark.createDataFrame([(1, 2)], "a int, b short"))
    assert sorted(map(tuple, rows.collect())) == [(1, 1), (2, 1)]


def test_a_null_is_an_error(spark: SparkSession) -> None:
    with pytest.raises(Exception, match="column b has a null"):
        components(spark.createDataFrame([(1, 2), (3, None)], "a long, b long"))
