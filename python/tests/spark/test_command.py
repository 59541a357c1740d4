"""The command `python -m wirecopy.spark` writes what `wirecopy scan` finds in the same file."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import wirecopy
from corpora import Record, corpus
from pyspark.sql import SparkSession
from test_scan import AS_OF, TABLES, rows
from wirecopy.spark import __main__ as command
from wirecopy.spark._tasks import collected

#: Exit statuses of the command.
DONE, FAILED, USAGE, SOME_REJECTED = 0, 1, 2, 3


def records() -> list[Record]:
    """Records with quotes, line breaks, separators, missing values and other scripts."""
    found = corpus(9, hot_pages=0, stories=12)
    for number, row in enumerate(found):
        if row["title"] and number % 3 == 0:
            row["title"] = f'"Story", {number};\nthe second line\tÜber Straße \\ 日本'
        if row["text"] and number % 4 == 0:
            row["text"] = '“Quoted,” he said, "twice"\n\n' + row["text"]
    return found


def write_jsonl(path: Path, found: list[Record]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")


def write_csv(path: Path, found: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def write_tsv(path: Path, found: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(found[0]), delimiter="\t")
        writer.writeheader()
        writer.writerows(found)


def scan(*arguments: object) -> int:
    """Runs the command in the session of the tests."""
    try:
        return command.main([*map(str, arguments), "--as-of", AS_OF, "--tasks", "3"])
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


def written(spark: SparkSession, output: Path, name: str, like: Any, form: str) -> list[str]:
    """The rows of a report that was written, in the types of another table."""
    reader = spark.read.schema(like.schema)
    if form == "csv":
        reader = reader.options(header=True, multiLine=True, quote='"', escape='"')
    return rows(collected(reader.format(form).load(str(output / name))))


def assert_written(spark: SparkSession, output: Path, alone: wirecopy.Findings) -> None:
    for name in TABLES:
        table = collected(spark.read.parquet(str(output / name)))
        assert rows(table) == rows(getattr(alone, name)), name


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("corpus.jsonl", write_jsonl),
        ("corpus.csv", write_csv),
        pytest.param("corpus.tsv", write_tsv, marks=pytest.mark.long),
    ],
    ids=["JSON lines", "CSV", "TSV"],
)
def test_reports_have_the_rows_of_one_machine(
    spark: SparkSession,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    write: Callable[[Path, list[Record]], None],
) -> None:
    given, output = tmp_path / name, tmp_path / "found"
    write(given, records())
    assert scan(given, "-o", output, "--threshold", "0.6") == DONE
    alone = wirecopy.scan(given, as_of=AS_OF, threshold=0.6)
    assert len(alone.pairs) > 100
    assert_written(spark, output, alone)
    assert {path.name for path in output.iterdir() if not path.name.startswith(".")} == {
        *TABLES,
        "rejects",
        "summary.json",
    }
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["read"]["documents"] == len(records())
    assert summary["found"]["pairs"] == len(alone.pairs)
    assert f"{len(alone.pairs):,} pairs" in capsys.readouterr().err


@pytest.mark.long
def test_reports_are_replaced_only_on_demand(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, output = tmp_path / "corpus.jsonl", tmp_path / "found"
    write_jsonl(given, records())
    assert scan(given, "-o", f"{output}/") == DONE
    before = (output / "summary.json").read_text(encoding="utf-8")
    assert scan(given, "-o", output, "--relations", "exact") == FAILED
    assert "--overwrite replaces them" in capsys.readouterr().err
    assert (output / "summary.json").read_text(encoding="utf-8") == before
    assert_written(spark, output, wirecopy.scan(given, as_of=AS_OF))
    assert scan(given, "-o", output, "--relations", "exact", "--overwrite") == DONE
    assert_written(spark, output, wirecopy.scan(given, as_of=AS_OF, relations="exact"))


def test_the_summary_is_the_last_file(
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given, output = tmp_path / "corpus.jsonl", tmp_path / "found"
    write_jsonl(given, records()[:30])
    assert scan(given, "-o", output) == DONE

    def fail(*_: object) -> None:
        assert not (output / "summary.json").exists(), "reports that are not complete have none"
        raise RuntimeError("the store is full")

    with monkeypatch.context() as patched:
        patched.setattr(command, "write", fail)
        with pytest.raises(RuntimeError, match="the store is full"):
            scan(given, "-o", output, "--overwrite")
    assert not (output / "summary.json").exists()
    # What an interrupted run left is replaced on demand, too.
    capsys.readouterr()
    assert scan(given, "-o", output) == FAILED
    assert "--overwrite replaces them" in capsys.readouterr().err
    assert scan(given, "-o", output, "--overwrite") == DONE
    order = sorted(output.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert [path.name for path in order if not path.name.startswith(".")][-1] == "summary.json"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--threshold", "7"], "threshold"),
        (["--task-limit", "0"], "task_limit must be at least 1"),
        (["--tasks", "0"], "tasks must be at least 1"),
        (["--index", "index"], "--index"),
        (["--format", "xlsx"], "--format"),
        (["--task-limit", "many"], "--task-limit"),
        (["--relations", "similar"], "relations"),
        (["--credits", "missing.toml"], "missing.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_setting_is_told_before_anything_is_written(
    spark: SparkSession,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    message: str,
) -> None:
    given, output = tmp_path / "corpus.jsonl", tmp_path / "found"
    write_jsonl(given, records()[:3])
    try:
        status = command.main([str(given), "-o", str(output), *flags])
    except SystemExit as end:
        assert isinstance(end.code, int)
        status = end.code
    assert status == USAGE
    assert message in capsys.readouterr().err
    assert not output.exists()


def test_missing_inputs_are_told(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scan(tmp_path / "missing.jsonl", "-o", tmp_path / "found") == FAILED
    assert "missing.jsonl" in capsys.readouterr().err
    assert not (tmp_path / "found").exists()


def test_rejected_records_are_listed(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, output = tmp_path / "corpus.jsonl", tmp_path / "found"
    good = records()
    write_jsonl(given, [*good, {**good[0], "id": "too-long", "text": "word " * 40_000}])
    assert scan(given, "-o", output, "--max-record", "100k") == SOME_REJECTED
    (reject,) = spark.read.parquet(str(output / "rejects")).collect()
    assert reject["id"] == "too-long"
    assert reject["reason"]
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["read"]["rejected"] == 1
    assert "(1 rejected)" in capsys.readouterr().err
    assert_written(spark, output, wirecopy.scan(given, as_of=AS_OF, max_record="100k"))
    # With --strict it is an error, and nothing is written.
    strict = tmp_path / "strict"
    assert scan(given, "-o", strict, "--max-record", "100k", "--strict") == FAILED
    assert "1 records were rejected" in capsys.readouterr().err
    assert not strict.exists()


def test_lines_that_are_no_json_are_rejected(spark: SparkSession, tmp_path: Path) -> None:
    given, output = tmp_path / "corpus.jsonl", tmp_path / "found"
    write_jsonl(given, records())
    with given.open("a", encoding="utf-8") as file:
        file.write('{"id": "cut", "text": "no end\n')
    assert scan(given, "-o", output) == SOME_REJECTED
    alone = wirecopy.scan(given, as_of=AS_OF)
    assert len(alone.rejects) == 1
    (reject,) = spark.read.parquet(str(output / "rejects")).collect()
    assert reject["reason"] == 'not JSON: {"id": "cut", "text": "no end'
    read = json.loads((output / "summary.json").read_text(encoding="utf-8"))["read"]
    counts = {"records": len(records()) + 1, "documents": len(records()), "rejected": 1}
    assert {name: read[name] for name in counts} == counts
    assert {name: alone.summary["read"][name] for name in counts} == counts
    assert_written(spark, output, alone)


@pytest.mark.parametrize("form", ["csv", pytest.param("json", marks=pytest.mark.long)])
def test_other_formats_have_the_same_values(spark: SparkSession, tmp_path: Path, form: str) -> None:
    given, output, other = tmp_path / "corpus.jsonl", tmp_path / "parquet", tmp_path / form
    write_jsonl(given, records())
    assert scan(given, "-o", output) == DONE
    assert scan(given, "-o", other, "--format", form) == DONE
    for name in (*TABLES, "rejects"):
        like = spark.read.parquet(str(output / name))
        assert written(spark, other, name, like, form) == rows(collected(like)), name


@pytest.mark.long
def test_the_module_is_a_command(tmp_path: Path) -> None:
    given, output = tmp_path / "corpus.csv", tmp_path / "found"
    write_csv(given, records())
    done = subprocess.run(
        [sys.executable, "-m", "wirecopy.spark", given, "-o", output, "--tasks", "2"],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYSPARK_PYTHON"},
    )
    assert done.returncode == DONE, done.stderr
    assert " pairs in " in done.stderr.splitlines()[-1]
    assert json.loads((output / "summary.json").read_text(encoding="utf-8"))["found"]["pairs"]


def test_cells_of_csv_are_no_formulas(spark: SparkSession) -> None:
    formulas = ["=1+1", "+1", "-1", "@A1", "\tx", "\n=1", " =1", "\u00a0=1", '"=1', "'=1", "＝1"]
    formulas += ["\ufeff=1", "\0=1", "\u200b-x"]
    harmless = ["", "-", "a=b", "1-2", "'quoted' words", "Über", "(=1)", "   ", "…=1", None]
    frame = spark.createDataFrame([(one,) for one in [*formulas, *harmless]], "title string")
    cells = frame.select(command.neutral(frame, frame.schema["title"])).collect()
    assert [row["title"] for row in cells] == [*[f"'{one}" for one in formulas], *harmless]


def test_duplicates_are_removed_by_the_command(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, output = tmp_path / "corpus.jsonl", tmp_path / "clean"
    write_jsonl(given, records())
    settings = ["--threshold", "0.6", "--prefer", "longest", "--tasks", "3"]
    assert command.main(["dedup", str(given), "-o", str(output), *settings]) == DONE
    alone = wirecopy.dedup(given, threshold=0.6, prefer="longest")
    written_ids = {row["id"] for row in spark.read.parquet(str(output / "documents")).collect()}
    assert written_ids == {row["id"] for row in alone}
    removed = spark.read.parquet(str(output / "removed"))
    assert removed.count() == len(alone.removed)
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["found"]["removed"] == len(alone.removed)
    assert f"{len(alone.removed)} duplicates" in capsys.readouterr().err
