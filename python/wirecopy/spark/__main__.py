"""The command `python -m wirecopy.spark [dedup] INPUT -o OUTPUT`, alone or under `spark-submit`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField

from .. import RunError, SettingError
from .. import settings as known_settings
from ._dedup import Dedup
from ._kept import described
from ._run import Run
from ._scan import Scan
from ._splitting import TASK_LIMIT

#: Each command with the tables that it writes.
COMMANDS: dict[str, tuple[type[Run[Any]], tuple[str, ...]]] = {
    "scan": (Scan, ("pairs", "clusters", "members", "sites", "rejects")),
    "dedup": (Dedup, ("documents", "removed", "rejects")),
}

SUMMARY = "summary.json"

#: Exit statuses, those of the command `wirecopy`.
DONE, FAILED, USAGE, SOME_REJECTED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Scans INPUT, or removes its duplicates, and writes the results. Returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words.pop(0) if words and words[0] in COMMANDS else "scan"
    run, tables = COMMANDS[command]
    given = vars(parser_of(command).parse_args(words))
    inputs, output = given.pop("input"), given.pop("output").rstrip("/")
    table_format, input_format = given.pop("format"), given.pop("input_format")
    overwrite = given.pop("overwrite")
    options = {name: given.pop(name) for name in ("tasks", "task_limit") if name in given}
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        # Alone, without spark-submit: workers are on this machine, and run this Python.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.appName(f"wirecopy {command}").getOrCreate()
    mode = "overwrite" if overwrite else "errorifexists"
    store = Store(spark, output)
    # Tables without a summary are those of a run that was interrupted.
    there = [name for name in (*tables, SUMMARY) if store.exists(f"{output}/{name}")]
    if there and not overwrite:
        print(f"{output} has the results of a run; --overwrite replaces them", file=sys.stderr)
        return FAILED
    try:
        records = read(spark, inputs, input_format)
        found = run(records, given, **options).run()
        store.delete(f"{output}/{SUMMARY}")
        write({name: getattr(found, name) for name in tables}, output, table_format, mode)
    except SettingError as error:
        print(f"wirecopy: {error}", file=sys.stderr)
        return USAGE
    except (RunError, AnalysisException) as error:
        # Spark adds plans of many lines to its own messages.
        print(f"wirecopy: {str(error).splitlines()[0]}", file=sys.stderr)
        return FAILED
    # The last file to appear: with it, all results are complete.
    store.write(f"{output}/{SUMMARY}", json.dumps(found.summary, indent=2))
    print(closing(found.summary), file=sys.stderr)
    found.unpersist()
    return SOME_REJECTED if found.summary["read"]["rejected"] else DONE


def parser_of(command: str) -> argparse.ArgumentParser:
    """The flags of a command that there are on Spark, and those of reading and writing."""
    run, tables = COMMANDS[command]
    work = "Scans records" if command == "scan" else "Removes duplicates among records"
    places = ", ".join(f"OUTPUT/{name}" for name in tables)
    parser = argparse.ArgumentParser(
        prog="python -m wirecopy.spark" + (f" {command}" if command != "scan" else ""),
        description=f"{work} on Apache Spark and writes {places} and OUTPUT/summary.json.",
    )
    parser.add_argument("input", nargs="+", metavar="INPUT", help="what Spark can read")
    parser.add_argument("-o", "--output", required=True, help="directory of any store")
    parser.add_argument(
        "--format", choices=("parquet", "json", "csv"), default="parquet", help="of the tables"
    )
    parser.add_argument(
        "--input-format",
        choices=("parquet", "json", "csv", "orc"),
        help="of the records; without it, the ending of INPUT tells",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace tables that are there")
    parser.add_argument("--tasks", type=int, help="tasks of each stage; without it, by the records")
    if command == "scan":
        parser.add_argument(
            "--task-limit",
            type=int,
            default=TASK_LIMIT,
            metavar="N",
            help="documents of a component that one task gets at most; a larger one is split into "
            f"parts (by default {TASK_LIMIT:,})",
        )
    for setting in known_settings(command):
        name = setting["name"]
        if name in run.unavailable:
            continue
        flag = "--" + name.replace("_", "-")
        options: dict[str, Any] = {"dest": name, "help": setting["help"].replace("%", "%%")}
        if setting["kind"] == "switch":
            parser.add_argument(flag, action="store_const", const=True, **options)
        elif setting["is_list"]:
            parser.add_argument(flag, action="append", metavar="VALUE", **options)
        else:
            parser.add_argument(flag, metavar="VALUE", **options)
    return parser


def read(spark: SparkSession, inputs: Sequence[str], given: str | None) -> DataFrame:
    """The records of the inputs."""
    name = given or format_of(inputs[0])
    if name == "json":
        return spark.read.json(list(inputs))
    if name == "csv":
        # As RFC 4180 has it: quotes are doubled, and lines can end within them.
        options: dict[str, Any] = {"header": True, "multiLine": True, "quote": '"', "escape": '"'}
        separator = "\t" if inputs[0].endswith((".tsv", ".tsv.gz")) else ","
        return spark.read.options(sep=separator, **options).csv(list(inputs))
    return spark.read.format(name).load(list(inputs))


def format_of(name: str) -> str:
    """The format that the ending of a name tells."""
    name = name.rstrip("/*").lower()
    for compression in (".gz", ".bz2", ".zst", ".xz"):
        name = name.removesuffix(compression)
    for ending, of_ending in (
        ((".jsonl", ".ndjson", ".json"), "json"),
        ((".csv", ".tsv"), "csv"),
        ((".orc",), "orc"),
    ):
        if name.endswith(ending):
            return of_ending
    return "parquet"


def write(tables: dict[str, DataFrame], output: str, table_format: str, mode: str) -> None:
    """Writes the tables; Spark's committer makes each appear as a whole."""
    for name, table in tables.items():
        if table_format == "csv" and name != "documents":
            table = table.select(*[neutral(table, field) for field in table.schema.fields])
        writer = table.write.mode(mode).format(table_format)
        if table_format == "csv":
            writer = writer.options(header=True, quote='"', escape='"')
        with described(table.sparkSession, f"write {name}"):
            writer.save(f"{output}/{name}")


#: A text that a spreadsheet might run as a formula, as the command has it (`src/text/escaping.rs`):
#: blanks, quotes and invisible characters at its beginning are skipped.
FORMULA = r"""(?Us)^(?!-\z)["'`\u200b-\u200f\u2060\ufeff\s\p{Cntrl}]*[=+@\t\r\n＝＋－＠-]"""


def neutral(table: DataFrame, field: StructField) -> Column:
    """The column such that no spreadsheet runs a cell of it."""
    column = table[field.name]
    if not isinstance(field.dataType, StringType):
        return column
    escaped = F.concat(F.lit("'"), column)
    return F.when(column.rlike(FORMULA), escaped).otherwise(column).alias(field.name)


def closing(summary: Mapping[str, Any]) -> str:
    """A line about what was found."""
    read, found = summary["read"], summary["found"]
    rejected = f" ({read['rejected']:,} rejected)" if read["rejected"] else ""
    if "pairs" in found:
        what = f"{found['pairs']:,} pairs in {found['clusters']:,} clusters"
    else:
        what = f"{found['removed']:,} duplicates ({found['exact']:,} identical)"
    return f"{read['documents']:,} documents{rejected}: {what}, {summary['seconds']:.0f} s"


class Store:
    """Files of any store that Hadoop knows."""

    def __init__(self, spark: SparkSession, place: str) -> None:
        self.jvm: Any = spark.sparkContext._jvm
        configuration = spark.sparkContext._jsc.hadoopConfiguration()
        self.files = self.path(place).getFileSystem(configuration)

    def path(self, name: str) -> Any:
        return self.jvm.org.apache.hadoop.fs.Path(name)

    def exists(self, name: str) -> bool:
        return bool(self.files.exists(self.path(name)))

    def delete(self, name: str) -> None:
        """Deletes a file, if it is there."""
        self.files.delete(self.path(name), False)

    def write(self, name: str, text: str) -> None:
        """Writes a file, under another name until it is complete."""
        hidden = self.path(name.replace(SUMMARY, f"_{SUMMARY}"))
        out = self.files.create(hidden, True)
        out.write(bytearray(text.encode()))
        out.close()
        self.delete(name)
        self.files.rename(hidden, self.path(name))


if __name__ == "__main__":
    sys.exit(main())
