"""Stages in the tasks of Spark: each task hands its batches to the native part."""

from __future__ import annotations

import functools
import inspect
import io
import json
import os
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .. import _native

if TYPE_CHECKING:
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame, SparkSession

    from .._settings import Given

#: Work of a task: from all its batches to those that it gives.
Work = Callable[[list[pa.RecordBatch]], Iterable[pa.RecordBatch]]


@functools.lru_cache(maxsize=4)
def stages(settings: CommandSettings) -> Any:
    """The stages of a command with these settings, made once in each worker of Python."""
    command, values = settings
    with tempfile.TemporaryDirectory() as directory:
        given = [of_worker(name, value, directory) for name, value in values]
        return _native.Stages(command, given)


def of_worker(name: str, value: Any, directory: str) -> tuple[str, Any]:
    """A setting as the native part takes it. The table of agencies is a file on the driver alone,
    so its content is the setting."""
    if name == "credits":
        path = os.path.join(directory, "credits.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(value[0])
        return name, [path]
    return name, value if isinstance(value, bool) else list(value)


#: Settings that can be the key of a cache.
Frozen = tuple[tuple[str, Any], ...]

#: Name of a command, and its settings.
CommandSettings = tuple[str, Frozen]


def frozen(settings: Given) -> Frozen:
    """Settings that can be the key of a cache."""
    return tuple(
        (name, value if isinstance(value, bool) else tuple(value)) for name, value in settings
    )


def native(function: Callable[..., Any], *arguments: Any) -> Work:
    """The work of a function of the native part. Of its further arguments, those that all workers
    share are given as batches."""

    def work(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [function(batches, *map(given, arguments))]

    return work


def stage(settings: CommandSettings, name: str, *arguments: Any) -> Work:
    """The work of a stage with settings, in the same way."""

    def work(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        return [getattr(stages(settings), name)(batches, *map(given, arguments))]

    return work


def given(argument: Any) -> Any:
    return batches_of(argument.value) if isinstance(argument, Shared) else argument


def each_batch(frame: DataFrame, work: Work, schema: pa.Schema) -> DataFrame:
    """The rows that `work` makes of each batch."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield from fitted(work([narrow(batch)]), schema)

    return frame.mapInArrow(run, spark_schema(schema))


def each_task(frame: DataFrame, work: Work, schema: pa.Schema) -> DataFrame:
    """The rows that `work` makes of all batches of a task; none of a task without rows."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        filled = [narrow(batch) for batch in batches if batch.num_rows]
        if filled:
            yield from fitted(work(filled), schema)

    return frame.mapInArrow(run, spark_schema(schema))


def fitted(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The batches with exactly these columns: all batches of a task must be alike."""
    for batch in batches:
        yield from pa.Table.from_batches([batch]).select(schema.names).cast(schema).to_batches()


def narrow(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with texts and bytes as the native part takes them, whatever Spark is set to."""
    fields = [field.with_type(NARROW.get(field.type, field.type)) for field in batch.schema]
    return batch.cast(pa.schema(fields)) if fields != list(batch.schema) else batch


NARROW = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}


def spark_schema(schema: pa.Schema) -> Any:
    """The columns as Spark has them."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def table_schema(schema: pa.Schema) -> pa.Schema:
    """Columns of a report in types that every release of Spark takes."""
    types = {pa.large_string(): pa.string(), pa.timestamp("ms", "UTC"): pa.timestamp("us", "UTC")}
    return pa.schema([field.with_type(types.get(field.type, field.type)) for field in schema])


def tables_of(files: DataFrame, empty: pa.RecordBatch) -> dict[str, DataFrame]:
    """The tables among rows with the name of a `table` and its `rows`, which are files of Arrow.
    `empty` has the same rows of no document; counts are no table."""
    names, examples = [column.to_pylist() for column in empty.columns]
    return {
        name: unpacked(files.where(files["table"] == name), table_schema(schema_of(example)))
        for name, example in zip(names, examples)
        if name != "counts"
    }


def counts_of(files: DataFrame) -> list[dict[str, int]]:
    """The counts among such rows, as each task has given them."""
    rows = files.where(files["table"] == "counts").select("rows").collect()
    return [json.loads(bytes(row.rows)) for row in rows]


def unpacked(files: DataFrame, schema: pa.Schema) -> DataFrame:
    """The rows of files of Arrow."""

    def unpack(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        rows = [file.as_py() for batch in batches for file in batch.column("rows")]
        return [batch for file in rows for batch in batches_of(file)]

    return each_batch(files.select("rows"), unpack, schema)


def collected(frame: DataFrame) -> pa.Table:
    """The rows of a small table on the driver: packed by the tasks, as Spark 3.5 cannot collect
    Arrow data, and rows of Python take a hundred times the memory."""
    packed = pa.schema([("rows", pa.binary())])

    def pack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_arrays([pa.array([file_of([narrow(batch)])])], schema=packed)

    rows = frame.mapInArrow(pack, spark_schema(packed)).collect()
    batches = [batch for row in rows for batch in batches_of(bytes(row.rows))]
    if batches:
        return pa.Table.from_batches(batches)
    return arrow_schema(frame).empty_table()


def arrow_schema(frame: DataFrame) -> pa.Schema:
    """The columns of a data frame as Arrow has them."""
    from pyspark.sql.pandas.types import to_arrow_schema

    # Spark 4 asks for the time zone of times; earlier releases take UTC.
    takes_zone = "timezone" in inspect.signature(to_arrow_schema).parameters
    zone: dict[str, Any] = {"timezone": "UTC"} if takes_zone else {}
    return to_arrow_schema(frame.schema, **zone)


def file_of(batches: list[pa.RecordBatch]) -> bytes:
    """Batches as a file of Arrow."""
    out = io.BytesIO()
    with pa.ipc.new_file(out, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return out.getvalue()


def schema_of(file: bytes) -> pa.Schema:
    """The columns of a file of Arrow."""
    return pa.ipc.open_file(file).schema


def batches_of(file: bytes) -> list[pa.RecordBatch]:
    """The batches of a file of Arrow."""
    reader = pa.ipc.open_file(file)
    return [reader.get_batch(number) for number in range(reader.num_record_batches)]


@functools.lru_cache(maxsize=2)
def profiles(broadcast: Shared) -> Any:
    """The boilerplate of all sites, made once in each worker of Python."""
    return _native.Profiles(batches_of(broadcast.value))


class Shared:
    """A file of Arrow that all workers have, by a name of its own."""

    def __init__(self, name: str, broadcast: Broadcast[bytes]) -> None:
        self.name = name
        self.broadcast = broadcast

    @property
    def value(self) -> bytes:
        file: bytes = self.broadcast.value
        return file

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shared) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


def shared_by_all(spark: SparkSession, table: pa.Table) -> Shared:
    """A table that all workers get."""
    file = file_of(table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)])
    return Shared(uuid.uuid4().hex, spark.sparkContext.broadcast(file))
