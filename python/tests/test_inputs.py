"""Every kind of input gives what the command gives for the same records."""

from __future__ import annotations

import csv
import datetime
import math
from pathlib import Path
from typing import Any

import datasets
import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from helpers import SAMPLE, TABLES, command, known, lines, records, tables_of_command

import wirecopy


def as_paths(folder: Path) -> Any:
    return [SAMPLE]


def as_text(folder: Path) -> Any:
    return str(SAMPLE)


def as_mappings(folder: Path) -> Any:
    return records()


def as_generator(folder: Path) -> Any:
    return (record for record in records())


def as_csv(folder: Path) -> Any:
    path = folder / "articles.csv"
    rows = records()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_parquet(folder: Path) -> Any:
    path = folder / "articles.parquet"
    pyarrow.parquet.write_table(arrow(), path)
    return path


def arrow() -> pyarrow.Table:
    return pyarrow.Table.from_pylist(records())


def cast(kind: pyarrow.DataType) -> pyarrow.Table:
    table = arrow()
    fields = [pyarrow.field(name, kind) for name in table.column_names]
    return table.cast(pyarrow.schema(fields))


def as_arrow(folder: Path) -> Any:
    return arrow()


def as_large_strings(folder: Path) -> Any:
    return cast(pyarrow.large_string())


def as_string_views(folder: Path) -> Any:
    return cast(pyarrow.string_view())


def as_dictionaries(folder: Path) -> Any:
    table = arrow()
    columns = [column.dictionary_encode() for column in table.columns]
    return pyarrow.table(columns, names=table.column_names)


def as_chunks(folder: Path) -> Any:
    return pyarrow.Table.from_batches(arrow().to_batches(max_chunksize=7))


def as_slice(folder: Path) -> Any:
    twice = pyarrow.concat_tables([arrow(), arrow()])
    return twice.slice(len(records()))


def as_stream(folder: Path) -> Any:
    return arrow().to_reader(max_chunksize=10)


def as_pandas(folder: Path) -> Any:
    return pandas.DataFrame(records())


def as_polars(folder: Path) -> Any:
    return polars.DataFrame(records())


def as_duckdb(folder: Path) -> Any:
    articles = arrow()
    assert articles is not None
    return duckdb.sql("SELECT * FROM articles")


def as_dataset(folder: Path) -> Any:
    datasets.Dataset.from_list(records()).save_to_disk(folder / "dataset")
    return datasets.load_from_disk(folder / "dataset")


def as_streamed_dataset(folder: Path) -> Any:
    return datasets.Dataset.from_list(records()).to_iterable_dataset()


KINDS = [
    as_paths,
    as_text,
    as_csv,
    as_parquet,
    as_mappings,
    as_generator,
    as_arrow,
    as_large_strings,
    as_string_views,
    as_dictionaries,
    as_chunks,
    as_slice,
    as_stream,
    as_pandas,
    as_polars,
    as_duckdb,
    as_dataset,
    as_streamed_dataset,
]


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_those_of_the_command(kind: Any, tmp_path: Path) -> None:
    expected = tables_of_command(tmp_path, SAMPLE)
    found = wirecopy.scan(kind(tmp_path))
    for name in TABLES:
        assert getattr(found, name).to_pylist() == expected[name], name
    assert len(expected["pairs"]) == 42


def test_rows_beyond_the_memory_go_to_the_disk(tmp_path: Path) -> None:
    texts = [f"{record['text']} Edition {n}." for n in range(1200) for record in records()]
    ids = [str(number) for number in range(len(texts))]
    table = pyarrow.table({"id": ids, "text": texts})
    assert table.nbytes > 48 << 20
    found = wirecopy.scan(
        table.to_reader(max_chunksize=500),
        memory="256M",
        temp_dir=tmp_path,
        relations=["exact"],
    )
    assert found.summary["read"]["documents"] == len(texts)
    assert list(tmp_path.iterdir()) == []


def test_other_columns_are_named(tmp_path: Path) -> None:
    table = arrow().rename_columns(
        [{"text": "story", "id": "key"}.get(name, name) for name in arrow().column_names]
    )
    with pytest.raises(wirecopy.RunError, match="has no text column.*--text-field"):
        wirecopy.scan(table.rename_columns([f"{name}-x" for name in table.column_names]))
    found = wirecopy.scan(table, text_field="story", id_field="key")
    assert found.pairs.to_pylist() == wirecopy.scan(SAMPLE).pairs.to_pylist()
    with pytest.raises(wirecopy.RunError, match="no record has a field called `lnik`"):
        wirecopy.scan(table, text_field="story", url_field="lnik")


HOSTILE = [
    None,
    math.nan,
    math.inf,
    7,
    True,
    b"\xff\xfe",
    "\ud800 lone",
    "",
    "\0\x1b[31m" * 50,
    [],
    ["two", "parts"],
    {"deep": {"deeper": [1, None]}},
    datetime.date(2026, 3, 1),
    numpy.float64(3.5),
    numpy.array([1, 2]),
    "x" * 3_000_000,
    10**40,
]


@pytest.mark.parametrize("field", ["id", "text", "url", "published", "title"])
def test_hostile_values_become_rejects_or_documents(field: str) -> None:
    sample = records()
    hostile = [{**sample[0], "id": f"h{n}", field: value} for n, value in enumerate(HOSTILE)]
    found = wirecopy.scan(sample + hostile)
    rejects = found.rejects.to_pylist()
    assert found.summary["read"]["documents"] + len(rejects) == len(sample) + len(hostile)
    assert all(reject["reason"] for reject in rejects)
    assert (len(rejects) > 0) == (field == "text")


def test_lists_of_numbers_cost_no_reading() -> None:
    count = len(records())
    vectors = pyarrow.array([[0.5] * 64] * count, pyarrow.list_(pyarrow.float32()))
    spans = pyarrow.array([(1, 2, 3)] * count, pyarrow.month_day_nano_interval())
    table = arrow().append_column("vector", vectors).append_column("span", spans)
    assert wirecopy.scan(table).pairs.to_pylist() == wirecopy.scan(SAMPLE).pairs.to_pylist()
    kept = wirecopy.dedup(table).to_arrow()
    assert kept.schema.field("vector").type == vectors.type


def test_columns_without_any_value_are_read() -> None:
    nothing = {"author": None, "tags": [], "more": {"credit": None}}
    sample = [{**record, **nothing} for record in records()]
    expected = wirecopy.scan(SAMPLE).pairs.to_pylist()
    for frame in (polars.DataFrame(sample), pyarrow.Table.from_pylist(sample), sample):
        assert wirecopy.scan(frame).pairs.to_pylist() == expected
        assert len(wirecopy.dedup(frame)) == len(wirecopy.dedup(SAMPLE))


def test_what_is_no_record_is_an_error_that_tells_which() -> None:
    with pytest.raises(TypeError, match="article 1 is a int"):
        wirecopy.scan([{"text": "a"}, 3])
    with pytest.raises(TypeError, match="lazy frame"):
        wirecopy.scan(polars.DataFrame(records()).lazy())
    splits = datasets.DatasetDict(train=datasets.Dataset.from_list(records()))
    with pytest.raises(TypeError, match="give one split"):
        wirecopy.scan(splits)
    with pytest.raises(TypeError, match="no rows of columns"):
        wirecopy.scan(polars.Series(["a"]))
    with pytest.raises(TypeError, match="cannot read articles from a int"):
        wirecopy.scan(3)
    loop: dict[str, Any] = {"text": "a"}
    loop["more"] = loop
    with pytest.raises(wirecopy.RunError, match="article 0 cannot be read"):
        wirecopy.scan([loop])
    with pytest.raises(wirecopy.RunError, match="article 0 cannot be read: a set is no text"):
        wirecopy.scan([{"text": "a", "tags": {1}}])


def test_an_error_of_a_stream_loses_nothing_in_silence() -> None:
    def batches() -> Any:
        yield from arrow().to_batches(max_chunksize=10)[:2]
        raise OSError("the link is down")

    broken = pyarrow.RecordBatchReader.from_batches(arrow().schema, batches())
    with pytest.raises(wirecopy.RunError, match="unknown number of records.*the link is down"):
        wirecopy.scan(broken)


@pytest.mark.parametrize("mark", [False, True])
def test_dedup_keeps_columns_and_rows(mark: bool, tmp_path: Path) -> None:
    columns = arrow().append_column("extra", pyarrow.array(range(len(records())), "int16"))
    expected = tmp_path / "kept.jsonl"
    command("dedup", SAMPLE, "-q", "-o", expected, *(["--mark"] if mark else []))
    kept = wirecopy.dedup(columns, mark=mark)
    assert [row["id"] for row in kept] == [row["id"] for row in lines(expected)]
    schema = kept.to_arrow().schema
    assert schema.names[: len(columns.schema)] == columns.column_names
    assert schema.field("extra").type == pyarrow.int16()
    of_mappings = wirecopy.dedup(records(), mark=mark)
    assert of_mappings.column_names == [name for name in kept.column_names if name != "extra"]
    assert known(of_mappings.to_pylist()) == known(lines(expected))
    of_path = wirecopy.dedup(SAMPLE, mark=mark)
    assert known(of_path.to_pylist()) == known(lines(expected))
    assert len(kept.removed) == len(of_path.removed) == len(records()) - len(wirecopy.dedup(SAMPLE))


def test_notebooks_show_texts_as_text() -> None:
    title = "<script>alert(1)</script>"
    found = wirecopy.scan([{**record, "title": title} for record in records()])
    pair = found.pairs.to_pylist()[0]
    shown = found._repr_html_() + found.explain(pair["id_a"], pair["id_b"])._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
