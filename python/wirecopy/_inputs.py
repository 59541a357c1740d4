"""Inputs: paths, tables and streams of Arrow, and records."""

from __future__ import annotations

import datetime
import decimal
import itertools
import json
import math
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Union

#: Records in one piece of JSON lines: few enough that a piece takes little memory.
RECORDS_A_PIECE = 256

Path = Union[str, "os.PathLike[str]"]

#: Paths, a table or a stream with `__arrow_c_stream__`, or mappings.
Articles = Any


def given(articles: Articles) -> Any:
    """Inputs as the native part takes them: paths, a stream of Arrow, or a function that gives
    pieces of JSON lines."""
    if isinstance(articles, (str, os.PathLike)):
        return [os.fsdecode(articles)]
    if type(articles).__module__.startswith("polars.dataframe"):
        return of_polars(articles)
    if hasattr(articles, "__arrow_c_stream__"):
        return articles
    stream = stream_of(articles)
    if stream is not None:
        return stream
    if isinstance(articles, Mapping) or not isinstance(articles, Iterable):
        raise TypeError(
            f"cannot read articles from a {type(articles).__name__}: give paths, an object with "
            "__arrow_c_stream__ (a table of pyarrow, pandas, Polars or DuckDB), or mappings"
        )
    return of_several(articles)


def stream_of(articles: Any) -> Any:
    """The Arrow data of an object of another kind; `None` if it has none."""
    module = type(articles).__module__.partition(".")[0]
    if hasattr(articles, "collect_schema") and hasattr(articles, "collect"):
        raise TypeError("a lazy frame has no rows yet: call collect() first")
    if module == "datasets" and hasattr(articles, "with_format"):
        return of_dataset(articles)
    if module == "pandas":  # Before pandas 2.2
        import pyarrow

        return pyarrow.Table.from_pandas(articles, preserve_index=False)
    if hasattr(articles, "__arrow_c_array__"):
        import pyarrow

        return pyarrow.Table.from_batches([pyarrow.record_batch(articles)])
    return None


def of_polars(frame: Any) -> Any:
    """A frame of Polars. Its columns without any value have the type `Null`, in a form that other
    readers of Arrow than pyarrow refuse, so they become columns of strings."""
    import polars

    def known(kind: Any) -> Any:
        if kind == polars.Null:
            return polars.String()
        if isinstance(kind, polars.List):
            return polars.List(known(kind.inner))
        if isinstance(kind, polars.Struct):
            return polars.Struct({field.name: known(field.dtype) for field in kind.fields})
        return kind

    unknown = {name: known(kind) for name, kind in frame.schema.items() if known(kind) != kind}
    return frame.cast(unknown) if unknown else frame


def of_dataset(dataset: Any) -> Any:
    """The rows of a dataset of Hugging Face, some at a time: those of a `Dataset` are Arrow data
    that stay mapped into memory, those of an `IterableDataset` mappings."""
    if isinstance(dataset, Mapping):
        raise TypeError("give one split of the dataset, such as dataset['train']")
    if not hasattr(dataset, "num_rows"):
        return pieces_of(dataset)
    import pyarrow

    arrow = dataset.with_format("arrow")
    schema = dataset.features.arrow_schema
    batches = (
        batch
        for table in arrow.iter(batch_size=4096)
        for batch in table.cast(schema).to_batches()
    )
    return pyarrow.RecordBatchReader.from_batches(schema, batches)


def of_several(articles: Iterable[Any]) -> Any:
    """Paths, or records."""
    if not isinstance(articles, (list, tuple)):
        articles = list(articles)
    if articles and all(isinstance(one, (str, os.PathLike)) for one in articles):
        return [os.fsdecode(one) for one in articles]
    for number, one in enumerate(articles):
        if not isinstance(one, Mapping):
            raise TypeError(
                f"article {number} is a {type(one).__name__}: articles are all paths or all "
                "mappings, such as {'id': 'a', 'text': '...'}"
            )
    return pieces_of(articles)


def pieces_of(records: Iterable[Mapping[str, Any]]) -> Callable[[], Iterator[bytes]]:
    """A function that gives pieces of JSON lines, from the first record on each time."""

    def pieces() -> Iterator[bytes]:
        numbered = enumerate(records)
        while some := list(itertools.islice(numbered, RECORDS_A_PIECE)):
            lines = [line(number, record) for number, record in some]
            yield "".join(lines).encode("utf-8", "surrogatepass")

    return pieces


def line(number: int, record: Mapping[str, Any]) -> str:
    """A record as a line of JSON."""
    try:
        return encoder.encode(plain(record)) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"article {number} cannot be read: {error}") from error


def plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without numbers that JSON has none of."""
    return {
        str(name): None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in record.items()
    }


def of_other_type(value: Any) -> Any:
    """A value of a type that JSON has none of, as one that it has."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, (uuid.UUID, decimal.Decimal)):
        return str(value)
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if hasattr(value, "tolist"):  # A number or an array of NumPy
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is no text, number, list or mapping")


encoder = json.JSONEncoder(ensure_ascii=False, default=of_other_type)
