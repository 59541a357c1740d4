"""wirecopy finds who republished whose copy.

    >>> import wirecopy
    >>> found = wirecopy.scan(articles, threshold=0.5)
    >>> found.pairs.to_pandas()["relation"].tolist()
    ['exact']

Articles are paths of files, directories and addresses; or a table or stream with
`__arrow_c_stream__` (pyarrow, pandas, Polars, DuckDB, datasets); or mappings such as
`{"id": "a", "text": "..."}`. Every setting of the command is a keyword of the same name, with
underscores for hyphens; `wirecopy.settings("scan")` lists them.

Messages go to the logger `wirecopy`. An error is a `SettingError` or a `RunError`; both are
`WirecopyError`, and no file is changed then.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _inputs, _native, _settings
from ._index import Index
from ._native import RunError, SettingError, WirecopyError
from ._progress import watched
from ._results import Deduplicated, Explanation, Findings, Tuning
from ._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._inputs import Articles
    from ._types import DedupSettings, ExplainSettings, ScanSettings, TuneSettings

__all__ = [
    "Deduplicated",
    "Explanation",
    "Findings",
    "Index",
    "RunError",
    "SettingError",
    "Table",
    "Tuning",
    "WirecopyError",
    "dedup",
    "explain",
    "sample",
    "scan",
    "settings",
    "tune",
]

__version__ = _native.version()


def scan(
    articles: Articles, *, progress: bool = False, **settings: Unpack[ScanSettings]
) -> Findings:
    """Finds the pairs of articles that share text.

    >>> found = wirecopy.scan(articles, threshold=0.5, cross_site_only=True)
    >>> found
    <Findings: 1 pairs, 1 clusters>
    """
    with watched(progress) as watch:
        given = _settings.given(settings)
        return Findings(_native.scan(_inputs.given(articles), given, watch))


def dedup(
    articles: Articles, *, progress: bool = False, **settings: Unpack[DedupSettings]
) -> Deduplicated:
    """Removes duplicates, or marks them with `mark=True`. The rows keep their columns.

    >>> [row["id"] for row in wirecopy.dedup(articles, threshold=0.8)]
    ['agency-1', 'other-3']
    >>> [row["duplicate_of"] for row in wirecopy.dedup(articles, mark=True)]
    [None, 'agency-1', None]
    """
    with watched(progress) as watch:
        given = _settings.given(settings)
        return Deduplicated(_native.dedup(_inputs.given(articles), given, watch))


def explain(
    a: str,
    b: str,
    articles: Articles,
    *,
    progress: bool = False,
    **settings: Unpack[ExplainSettings],
) -> Explanation:
    """Explains why two articles are a pair, or why they are not, by their ids.

    >>> wirecopy.explain("agency-1", "other-3", articles).facts["relation"] is None
    True
    """
    with watched(progress) as watch:
        given = _settings.given(settings)
        return Explanation(_native.explain(a, b, _inputs.given(articles), given, watch))


def tune(
    articles: Articles,
    *,
    labels: Any = None,
    progress: bool = False,
    **settings: Unpack[TuneSettings],
) -> Tuning:
    """Shows what other thresholds would find, and by labels which of them is best. Labels are
    files, a table with `__arrow_c_stream__`, or mappings.

    >>> labels = [{"id_a": "agency-1", "id_b": "local-7", "label": "copy"},
    ...           {"id_a": "agency-1", "id_b": "other-3", "label": "different"}]
    >>> wirecopy.tune(articles, labels=labels).best["labelled"]["f1"]["value"]
    1.0
    """
    with watched(progress) as watch, tempfile.TemporaryDirectory() as directory:
        if labels is not None:
            labels = files_of_labels(labels, Path(directory))
        given = _settings.given({**settings, "labels": labels})
        return Tuning(_native.tune(_inputs.given(articles), given, watch))


def sample(
    articles: Articles,
    pairs: int,
    path: str | os.PathLike[str],
    *,
    progress: bool = False,
    **settings: Unpack[ScanSettings],
) -> None:
    """Draws a sample of pairs and writes the page on which they are labelled.

    >>> wirecopy.sample(articles, 10, folder / "label.html")
    """
    with watched(progress) as watch:
        given = _settings.given(settings)
        page = _native.sample(_inputs.given(articles), pairs, given, watch)
    Path(path).write_text(page, encoding="utf-8")


def settings(command: str = "scan") -> list[dict[str, Any]]:
    """The settings of `scan`, `dedup`, `explain` or `tune`.

    >>> [setting["default"] for setting in wirecopy.settings() if setting["name"] == "threshold"]
    ['0.5']
    """
    return _native.settings(command)


def files_of_labels(labels: Any, directory: Path) -> Any:
    """The files of labels: those that are named, or a new one."""
    given = _inputs.given(labels)
    if isinstance(given, list):
        return given
    path = directory / "labels.jsonl"
    if callable(given):
        with path.open("wb") as file:
            file.writelines(given())
    else:
        _native.write_json_lines(given, str(path))
    return [path]
