"""Components that are too big for one task are split by the rule, and lose no pair."""

from __future__ import annotations

import collections
import json
import random
from typing import Any

import pyarrow as pa
import pytest
import wirecopy
import wirecopy.spark
from corpora import Record, corpus, edited, prose, record
from pyspark.sql import SparkSession
from test_components import naive
from test_scan import AS_OF, TABLES, both, frame_of, rows
from wirecopy.spark import _splitting
from wirecopy.spark._kept import Kept
from wirecopy.spark._splitting import parts_of
from wirecopy.spark._tasks import collected

Comparisons = list[tuple[int, int, bool]]

#: Columns that other documents of a component decide.
OF_COMPONENT = {"cluster"}


def oracle(sizes: dict[int, int], compared: Comparisons, limit: int) -> dict[int, int]:
    """The part of each node, by the words of the rule."""
    neighbours: dict[int, set[int]] = collections.defaultdict(set)
    for a, b, _ in compared:
        neighbours[a].add(b)
        neighbours[b].add(a)
    name = naive((a, b) for a, b, near in compared if near)
    whole = dict(name)
    for node in sizes:
        if node not in whole:
            other = min(neighbours[node])
            name[node] = whole.get(other, min(node, other))
    of_name: dict[int, list[int]] = collections.defaultdict(list)
    for node in sorted(sizes):
        of_name[name[node]].append(node)
    parts = {}
    for nodes in of_name.values():
        runs: list[list[int]] = [[]]
        if sum(sizes[node] for node in nodes) <= limit:
            runs = [nodes]
        else:
            for node in nodes:
                if runs[-1] and sum(sizes[other] for other in [*runs[-1], node]) > limit:
                    runs.append([])
                runs[-1].append(node)
        for run in runs:
            parts.update(dict.fromkeys(run, run[0]))
    return parts


def graphs(seed: int) -> tuple[dict[int, int], Comparisons]:
    """Random graphs of many kinds, each with numbers of its own."""
    dice = random.Random(seed)
    compared: dict[tuple[int, int], bool] = {}
    for number in range(40):
        nodes, share = dice.randrange(2, 14), dice.choice([0.0, 0.2, 0.5, 1.0])
        for _ in range(dice.randrange(1, 2 * nodes)):
            a, b = sorted(dice.sample(range(nodes), 2))
            compared[100 * number + a, 100 * number + b] = dice.random() < share
    found = [(a, b, near) for (a, b), near in compared.items()]
    nodes_of = sorted({node for a, b, _ in found for node in (a, b)})
    return {node: dice.choice([1, 1, 1, 2, 5]) for node in nodes_of}, found


@pytest.mark.parametrize(
    "limit",
    [pytest.param(1, marks=pytest.mark.long), 4, pytest.param(1_000, marks=pytest.mark.long)],
)
def test_parts_are_those_of_the_rule(spark: SparkSession, limit: int) -> None:
    sizes, compared = graphs(limit)
    nodes = spark.createDataFrame(list(sizes.items()), "node long, size long").repartition(3)
    edges = spark.createDataFrame(compared, "a long, b long, near boolean").repartition(3)
    kept = Kept()
    listed = [tuple(row) for row in parts_of(nodes, edges, limit, 3, kept).collect()]
    kept.free()
    assert len(listed) == len(sizes), "a node has one part"
    parts = dict(listed)
    assert parts == oracle(sizes, compared, limit)
    documents: collections.Counter[int] = collections.Counter()
    for node, part in parts.items():
        documents[part] += sizes[node]
    of_part = collections.Counter(parts.values())
    assert all(size <= limit or of_part[part] == 1 for part, size in documents.items())


@pytest.mark.parametrize(
    ("sizes", "compared", "limit", "parts"),
    [
        pytest.param(
            {1: 1, 2: 1, 3: 1, 4: 1},
            [(1, 2, True), (3, 4, True), (2, 3, False)],
            2,
            {1: 1, 2: 1, 3: 3, 4: 3},
            id="an excerpt between two stories connects them no longer",
        ),
        pytest.param(
            {1: 1, 2: 1, 3: 1, 4: 1},
            [(2, 3, True), (1, 3, False), (3, 4, False)],
            4,
            {1: 1, 2: 1, 3: 1, 4: 1},
            id="excerpts go with the story, and a part is known by its smallest node",
        ),
        pytest.param(
            {1: 1, 2: 1, 3: 1, 4: 1},
            [(1, 2, False), (2, 3, False), (3, 4, False)],
            4,
            {1: 1, 2: 1, 3: 3, 4: 4},
            id="excerpts of excerpts do not chain",
        ),
        pytest.param(
            {1: 2, 2: 2, 3: 1, 4: 1, 5: 7},
            [(1, 2, True), (2, 3, True), (3, 4, True), (4, 5, True)],
            3,
            {1: 1, 2: 2, 3: 2, 4: 4, 5: 5},
            id="runs have at most the limit, but for identical documents",
        ),
    ],
)
def test_the_rule_by_example(
    sizes: dict[int, int], compared: Comparisons, limit: int, parts: dict[int, int]
) -> None:
    assert oracle(sizes, compared, limit) == parts


def stories() -> list[Record]:
    """Stories that round-ups connect to one component, with identical copies and excerpts."""
    source = random.Random(11)
    texts, told = [], [prose(source, 180) for _ in range(24)]
    for story in told:
        texts += [story] * source.randrange(1, 4)
        texts += [edited(source, story, share) for share in (0.02, 0.04, 0.06, 0.08)]
        texts.append(prose(source, 90) + "\n" + " ".join(story.split(" ")[30:110]))
    for start in range(0, 23):
        part = [" ".join(story.split(" ")[60:120]) for story in told[start : start + 2]]
        texts += ["\n".join(part)] * source.randrange(1, 3)
    texts += [prose(source, 120), *[prose(source, 150)] * 3]
    lone = prose(source, 200)
    texts += [lone, edited(source, lone, 0.05), " ".join(lone.split(" ")[:90])]
    source.shuffle(texts)
    return [record(source, number, text) for number, text in enumerate(texts)]


def table_of(table: Any) -> list[dict[str, Any]]:
    return [json.loads(row) for row in rows(table)]


def without(row: dict[str, Any], columns: set[str]) -> str:
    return json.dumps({name: value for name, value in row.items() if name not in columns})


LIMIT = 7


@pytest.mark.parametrize(
    ("settings", "limit"),
    [
        pytest.param({}, LIMIT, id="defaults"),
        # Without excerpts stories are components, so these are cut into runs.
        pytest.param({"relations": ["near"]}, 3, marks=pytest.mark.long, id="near"),
        pytest.param({"cross_site_only": True}, LIMIT, marks=pytest.mark.long, id="cross-site"),
        pytest.param(
            {"relations": "exact,excerpt"}, LIMIT, marks=pytest.mark.long, id="exact-excerpt"
        ),
    ],
)
def test_no_pair_is_lost_or_written_twice(
    spark: SparkSession, settings: dict[str, Any], limit: int
) -> None:
    found, alone = both(spark, stories(), tasks=4, task_limit=limit, **settings)
    bounded = found.summary["bounded"]
    assert bounded["split_components"] > 0
    assert bounded["pairs_between_parts"] > 20
    pairs, expected = table_of(collected(found.pairs)), table_of(alone.pairs)
    # Every column but one is that of one machine, and so are the number of rows.
    assert sorted(without(row, OF_COMPONENT) for row in pairs) == sorted(
        without(row, OF_COMPONENT) for row in expected
    )
    assert sum(row["cluster"] is None for row in pairs) == bounded["pairs_between_parts"]
    for name in ("pairs", "exact", "near", "excerpt", "cross_site"):
        assert found.summary["found"][name] == alone.summary["found"][name], name
    of_routes = {"clusters"}
    assert sorted(without(row, of_routes) for row in table_of(collected(found.sites))) == sorted(
        without(row, of_routes) for row in table_of(alone.sites)
    )
    found.unpersist()


def components_of(alone: wirecopy.Findings) -> dict[str, set[str]]:
    """The documents of the component of each, by its pairs on one machine."""
    component: dict[str, set[str]] = {}
    for row in table_of(alone.pairs):
        one, other = (component.get(row[end], {row[end]}) for end in ("id_a", "id_b"))
        joined = one | other
        component.update(dict.fromkeys(joined, joined))
    return component


def test_parts_are_small_and_other_components_are_as_before(spark: SparkSession) -> None:
    found, alone = both(spark, stories(), tasks=4, task_limit=LIMIT)
    component = components_of(alone)
    assert {len(documents) > LIMIT for documents in component.values()} == {True, False}
    is_small = {document: len(documents) <= LIMIT for document, documents in component.items()}
    for name, column in (("pairs", "id_a"), ("clusters", "cluster"), ("members", "id")):
        small, expected = (
            [row for row in table_of(table) if is_small[row[column]]]
            for table in (collected(getattr(found, name)), getattr(alone, name))
        )
        assert small == expected, name
        assert small, name
    clusters = collections.Counter(row["cluster"] for row in table_of(collected(found.members)))
    assert max(clusters.values()) <= LIMIT
    # Identical documents are in one part, so their pairs have a cluster.
    exact = [row for row in table_of(collected(found.pairs)) if row["relation"] == "exact"]
    assert len(exact) > 20
    assert all(row["cluster"] for row in exact)
    found.unpersist()


@pytest.mark.long
def test_a_component_of_just_the_limit_is_not_split(spark: SparkSession) -> None:
    records = stories()
    _, alone = both(spark, records, tasks=4)
    largest = max(map(len, components_of(alone).values()))
    frame = frame_of(spark, records, 3)
    fitting = wirecopy.spark.scan(frame, tasks=4, task_limit=largest, as_of=AS_OF)
    for name in TABLES:
        assert rows(collected(getattr(fitting, name))) == rows(getattr(alone, name)), name
    assert fitting.summary["bounded"]["split_components"] == 0
    assert fitting.summary["bounded"]["pairs_between_parts"] == 0
    names = [row["stage"] for row in fitting.summary["stages"]]
    assert [name for name in names if "big component" in name] == ["find big components"]
    split = wirecopy.spark.scan(frame, tasks=4, task_limit=largest - 1, as_of=AS_OF)
    assert split.summary["bounded"]["split_components"] == 1
    fitting.unpersist()
    split.unpersist()


@pytest.mark.long
def test_of_big_stories_all_pairs_of_one_machine_are_among_the_rows(spark: SparkSession) -> None:
    records = corpus(7, stories=10)
    found, alone = both(spark, records, tasks=4, task_limit=100, keep_boilerplate=True)
    assert alone.summary["bounded"]["big_clusters"] > 0
    assert found.summary["bounded"]["split_components"] > 0
    pairs, expected = (
        [without(row, OF_COMPONENT) for row in table_of(table)]
        for table in (collected(found.pairs), alone.pairs)
    )
    assert len(set(pairs)) == len(pairs)
    assert set(expected) <= set(pairs)
    found.unpersist()


def test_comparisons_are_handed_over_in_small_calls_with_documents_of_their_own() -> None:
    documents = [
        {"doc": doc, "rep": rep, "text": "word " * 20, "content": bytes([rep] * 16)}
        for doc, rep in [(1, 1), (2, 2), (3, 3), (4, 1)]
    ]
    compared = [{"a": 1, "b": 2}, {"a": 1, "b": 3}, {"a": 2, "b": 3}]
    schema = pa.schema(
        [(name, pa.int64()) for name in ("doc", "rep", "a", "b")]
        + [("text", pa.string()), ("content", pa.binary())]
    )
    table = pa.Table.from_pylist([*documents, *compared], schema)
    batches = table.to_batches(max_chunksize=3)
    for limit, sizes in ((1, [3, 3, 2]), (3_500, [6, 2]), (1_000_000, [8])):
        calls = [
            [row for batch in call for row in batch.to_pylist()]
            for call in _splitting.calls(batches, limit)
        ]
        assert [sum(row["a"] is None for row in call) for call in calls] == sizes
        ends = []
        for call in calls:
            contents = {row["doc"]: row["content"] for row in call if row["a"] is None}
            reps = {row["doc"]: row["rep"] for row in call if row["a"] is None}
            of_comparison = [(row["a"], row["b"]) for row in call if row["a"] is not None]
            ends += [(reps[a], reps[b]) for a, b in of_comparison]
            assert len(set(contents.values())) == 2 * len(of_comparison)
        assert sorted(ends) == [(1, 2), (1, 3), (2, 3)]


def test_a_limit_without_documents_is_refused(spark: SparkSession) -> None:
    with pytest.raises(wirecopy.SettingError, match="task_limit must be at least 1"):
        wirecopy.spark.scan(frame_of(spark, stories()[:2], 1), task_limit=0)
