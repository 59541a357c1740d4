"""Reads outputs with pandas, Polars, DuckDB and pyarrow; see scripts/test-outputs."""

import datetime
import json
import math
import os
import subprocess
import tempfile
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
WIRECOPY = os.environ["WIRECOPY"]
TEXT_ENDINGS = [
    form + packed for form in ("csv", "tsv", "jsonl") for packed in ("", ".gz", ".zst")
]
COLUMNAR = ("parquet", "arrow", "feather")
ENDINGS = [*COLUMNAR, *TEXT_ENDINGS]

# Columns that are no text, by table. A date is a text as precise as the input, which some readers
# turn into a time.
TYPES = {
    "pairs": {
        "jaccard": "score",
        "containment_a": "score",
        "containment_b": "score",
        "longest_passage": "count",
        "cross_site": "flag",
        "published_a": "time",
        "published_b": "time",
        "lag_hours": "score",
        "quoted_share": "score",
        "order_known": "flag",
    },
    "clusters": {
        "documents": "count",
        "sites": "count",
        "first_published": "time",
        "last_published": "time",
        "boilerplate_share": "score",
        "quoted": "flag",
    },
    "members": {"published": "time"},
    "sites": {
        "pairs": "count",
        "clusters": "count",
        "median_lag_hours": "score",
        "median_containment": "score",
        "ordered_pairs": "count",
        "reverse_pairs": "count",
    },
    "rejects": {"record": "count", "line": "count"},
    "removed": {
        "jaccard": "score",
        "cross_site": "flag",
        "published": "time",
        "published_kept": "time",
        "longest_passage": "count",
    },
    "clean": {"published": "date", "crawled": "date"},
    "kept": {"published": "date", "crawled": "date"},
}

ARROW_TYPES = {
    "text": pyarrow.string(),
    "score": pyarrow.float64(),
    "count": pyarrow.int64(),
    "flag": pyarrow.bool_(),
    "time": pyarrow.timestamp("ms", tz="UTC"),
    "date": pyarrow.string(),
}


def corpus(path):
    """Writes the newsroom, and documents that are hard to write as a table."""
    story = " ".join(f"Lorry {n} left the quay at dawn with crates of pears." for n in range(30))
    hard = [
        {"title": "=HYPERLINK(1)", "published": "2026-03-04", "site": "quay.example"},
        {"title": 'He said "no",\tthen\nleft; — 東京', "published": "2026-03-04T08:00:00Z"},
        {"title": "-2+3", "published": "2026-03-04T00:00:00+01:00", "site": "pier.example"},
        {"title": "back\\slash \\n \\\" and '", "published": "1969-12-31T23:59:59Z"},
        {"title": "\u2028 separators \u0085 \x0b", "site": "dock.example"},
    ]
    lines = (ROOT / "data/newsroom.jsonl").read_text(encoding="utf-8").splitlines()
    for number, record in enumerate(hard):
        lines.append(json.dumps({"id": f"+hard-{number}", "text": f"{story} {number}", **record}))
    lines.append("no record")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(*arguments):
    done = subprocess.run([WIRECOPY, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 3, (arguments, done.returncode, done.stderr)


def write(directory, source, ending):
    def path(table):
        return directory / f"{table}.{ending}"

    flags = [(f"--{table}", path(table)) for table in ("clusters", "members", "sites", "rejects")]
    flags = [item for flag in flags for item in flag]
    run("scan", source, "-q", "-o", path("pairs"), "--clean", path("clean"), *flags)
    # JSON lines are copied byte for byte, with all their fields.
    if not ending.startswith("jsonl"):
        run("dedup", source, "-q", "-o", path("kept"), "--removed", path("removed"))


def read_pandas(path, form, types):
    if form in COLUMNAR:
        read = pandas.read_parquet if form == "parquet" else pandas.read_feather
        return read(path).to_dict("list")
    times = [name for name, kind in types.items() if kind == "time"]
    if form == "jsonl":
        frame = pandas.read_json(path, lines=True, dtype=False, precise_float=True)
        for name in times:
            frame[name] = pandas.to_datetime(frame[name])
    else:
        sep = "\t" if form == "tsv" else ","
        frame = pandas.read_csv(path, sep=sep, parse_dates=times)
    for name in times:
        assert str(frame[name].dtype).startswith("datetime64") or frame[name].isna().all(), name
    return frame.to_dict("list")


def read_polars(path, form, types):
    if form in COLUMNAR:
        frame = (polars.read_parquet if form == "parquet" else polars.read_ipc)(path)
    elif form == "jsonl":
        frame = polars.scan_ndjson(path, infer_schema_length=None).collect()
        times = [name for name, kind in types.items() if kind == "time"]
        times = [name for name in times if frame.schema[name] == polars.String]
        frame = frame.with_columns(
            polars.col(name).str.to_datetime(time_zone="UTC") for name in times
        )
    else:
        sep = "\t" if form == "tsv" else ","
        frame = polars.read_csv(
            path, separator=sep, try_parse_dates=True, infer_schema_length=None
        )
    for name, kind in types.items():
        found = frame.schema[name]
        if frame[name].null_count() == frame.height:
            continue
        expected = {
            "score": found.is_float() or (form not in COLUMNAR and found.is_integer()),
            "count": found == polars.Int64,
            "flag": found == polars.Boolean,
            "time": found.is_temporal(),
            "date": True,
        }
        assert expected[kind], (path, name, found)
    return frame.to_dict(as_series=False)


def read_duckdb(path, form, types):
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    reader = {"parquet": "read_parquet", "jsonl": "read_json"}.get(form, "read_csv")
    options = ", header = true, sample_size = -1" if reader == "read_csv" else ""
    source = f"{reader}('{path}'{options})"
    if form in ("arrow", "feather"):  # DuckDB reads no such file by itself.
        database.register("arrow", pyarrow.feather.read_table(path))
        source = "arrow"
    table = database.sql(f"SELECT * FROM {source}")
    found = dict(zip(table.columns, map(str, table.types)))
    rows = table.fetchall()
    columns = {name: [row[n] for row in rows] for n, name in enumerate(table.columns)}
    for name, kind in types.items():
        expected = {
            "score": ("DOUBLE",) if form in COLUMNAR else ("DOUBLE", "BIGINT", "JSON", "VARCHAR"),
            "count": ("BIGINT",),
            "flag": ("BOOLEAN",),
            "time": ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
            "date": (found[name],),
        }[kind]
        unknown = all(value is None for value in columns[name])
        assert unknown or found[name] in expected, (path, name, found[name])
    return columns


def read_pyarrow(path, form, types):
    if form in COLUMNAR:
        read = pyarrow.parquet if form == "parquet" else pyarrow.feather
        table = read.read_table(path)
        for field in table.schema:
            expected = ARROW_TYPES[types.get(field.name, "text")]
            # Parquet has one kind of text.
            found = pyarrow.string() if field.type == pyarrow.large_string() else field.type
            assert found == expected, (path, field)
    elif form == "jsonl":
        with pyarrow.input_stream(str(path)) as stream:
            table = pyarrow.json.read_json(stream)
    else:
        parse = pyarrow.csv.ParseOptions(
            delimiter="\t" if form == "tsv" else ",", newlines_in_values=True
        )
        convert = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
        table = pyarrow.csv.read_csv(path, parse_options=parse, convert_options=convert)
    for name, kind in types.items():
        found = table.schema.field(name).type
        known = table[name].null_count < len(table)
        if kind == "time" and known:
            assert pyarrow.types.is_timestamp(found), (path, name, found)
    return table.to_pydict()


READERS = {
    "pandas": read_pandas,
    "polars": read_polars,
    "duckdb": read_duckdb,
    "pyarrow": read_pyarrow,
}


def plain(value, kind):
    """A value that does not depend on the reader."""
    if value is None or value is pandas.NaT or value == "":
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    if kind in ("time", "date"):
        if isinstance(value, str):
            value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        if isinstance(value, pandas.Timestamp):
            value = value.to_pydatetime()
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return value
    if kind in ("score", "count"):
        return float(value)
    if kind == "flag":
        return bool(value)
    return str(value)


def rows_of(columns, types):
    names = list(columns)
    values = [[plain(value, types.get(name)) for value in columns[name]] for name in names]
    return names, list(zip(*values))


def without_protection(rows, expected):
    """Rows of CSV without the apostrophes that stop spreadsheets, where the expected has none."""
    def cell(found, wanted):
        protected = isinstance(found, str) and isinstance(wanted, str)
        return wanted if protected and found == "'" + wanted else found

    return [tuple(map(cell, row, other)) for row, other in zip(rows, expected)]


def check(directory):
    checked = protected = 0
    for table, types in TYPES.items():
        reference = rows_of(read_pyarrow(directory / f"{table}.parquet", "parquet", types), types)
        names, expected = reference
        assert expected, f"{table} is empty"
        for ending in ENDINGS:
            path = directory / f"{table}.{ending}"
            if not path.exists():
                assert ending.startswith("jsonl") and table in ("kept", "removed"), path
                continue
            form = ending.split(".")[0]
            for reader, read in READERS.items():
                found_names, rows = rows_of(read(path, form, types), types)
                if form in ("csv", "tsv"):
                    bare = without_protection(rows, expected)
                    protected += sum(row != other for row, other in zip(rows, bare))
                    rows = bare
                assert found_names == names, (reader, path, found_names)
                assert len(rows) == len(expected), (reader, path, len(rows), len(expected))
                for row, other in zip(rows, expected):
                    assert row == other, (reader, path, row, other)
                checked += 1
    assert protected, "no formula was neutralised"
    return checked


def main():
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        source = directory / "corpus.jsonl"
        corpus(source)
        for ending in ENDINGS:
            write(directory, source, ending)
        checked = check(directory)
    print(f"outputs: {checked} readings of {len(TYPES)} tables agree, with the types of columns")


main()
