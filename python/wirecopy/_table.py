"""Tables of Arrow."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from . import _native

#: Rows of a table that a notebook shows.
ROWS_SHOWN = 10

#: Characters of a cell that a notebook shows.
CHARACTERS_SHOWN = 80


class Table:
    """Rows of columns, in memory that every reader of Arrow shares without a copy.

    pyarrow, pandas, Polars, DuckDB and others take it as it is, by `__arrow_c_stream__`.

    >>> found = wirecopy.scan(articles)
    >>> len(found.pairs), found.pairs.column_names[:3]
    (1, ['id_a', 'id_b', 'relation'])
    >>> next(iter(found.pairs))["jaccard"]
    1.0
    """

    __slots__ = ("_rows",)

    def __init__(self, rows: _native.Rows) -> None:
        self._rows = rows

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in order.

        >>> wirecopy.scan(articles).sites.column_names[:2]
        ['source_site', 'copy_site']
        """
        return self._rows.column_names

    def __len__(self) -> int:
        return len(self._rows)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._rows.__arrow_c_schema__()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows as mappings, with times as texts, as in `.jsonl`."""
        step = 1000
        for start in range(0, len(self), step):
            for line in self._rows.json_lines(start, step).splitlines():
                yield json.loads(line)

    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows as a list of mappings, with times as texts, as in `.jsonl`.

        >>> [pair["relation"] for pair in wirecopy.scan(articles).pairs.to_pylist()]
        ['exact']
        """
        return list(self)

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a table of pyarrow, without a copy.

        >>> wirecopy.scan(articles).pairs.to_arrow().num_rows
        1
        """
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame of pandas; needs pandas and pyarrow.

        >>> wirecopy.scan(articles).pairs.to_pandas()["relation"].tolist()
        ['exact']
        """
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The rows as a data frame of Polars, without a copy.

        >>> wirecopy.scan(articles).pairs.to_polars().height
        1
        """
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} rows of {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        """The first rows, for a notebook."""
        names = self.column_names
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        lines = self._rows.json_lines(0, ROWS_SHOWN).splitlines()
        rows = (json.loads(line) for line in lines)
        body = "".join(
            "<tr>" + "".join(f"<td>{cell(row[name])}</td>" for name in names) + "</tr>"
            for row in rows
        )
        more = max(len(self) - ROWS_SHOWN, 0)
        note = f"<p>{more:,} more rows</p>" if more else ""
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
        )


def cell(value: Any) -> str:
    """A value as the content of a cell."""
    if value is None:
        return ""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(shown) > CHARACTERS_SHOWN:
        shown = shown[:CHARACTERS_SHOWN] + "…"
    return html.escape(shown)
