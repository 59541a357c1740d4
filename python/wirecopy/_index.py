"""An index of earlier documents."""

from __future__ import annotations

import datetime
import json
import os
from typing import TYPE_CHECKING, Any, Union

from . import _native, _settings

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._inputs import Articles
    from ._results import Deduplicated, Findings
    from ._types import DedupSettings, ScanSettings

#: A time span: `90d`, or a `datetime.timedelta`.
Span = Union[str, datetime.timedelta]


class Index:
    """An index of earlier documents in a directory. The first scan with it creates it.

    >>> index = wirecopy.Index(folder / "news.index")
    >>> tonight = index.scan(articles, as_of="2026-03-05", keep="90d")
    >>> len(tonight.pairs), index.info()["documents"]
    (1, 3)
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = os.fspath(directory)

    def scan(
        self, articles: Articles, *, progress: bool = False, **settings: Unpack[ScanSettings]
    ) -> Findings:
        """Scans articles and the documents of the index, and adds the articles to it.

        >>> index = wirecopy.Index(folder / "week.index")
        >>> found = index.scan(articles, as_of="2026-03-05")
        >>> len(index.scan(articles, as_of="2026-03-06", no_add=True).pairs)
        1
        """
        from . import scan

        settings["index"] = self.directory
        return scan(articles, progress=progress, **settings)

    def dedup(
        self, articles: Articles, *, progress: bool = False, **settings: Unpack[DedupSettings]
    ) -> Deduplicated:
        """The articles that duplicate neither each other nor a document of the index.

        >>> index = wirecopy.Index(folder / "seen.index")
        >>> len(index.dedup(articles))
        2
        """
        from . import dedup

        settings["index"] = self.directory
        return dedup(articles, progress=progress, **settings)

    def info(self) -> dict[str, Any]:
        """Contents of the index, and the settings it was made with.

        >>> index = wirecopy.Index(folder / "news.index")
        >>> index.scan(articles, as_of="2026-03-05")
        <Findings: 1 pairs, 1 clusters>
        >>> index.info()["documents"], index.info()["last_added"]
        (3, '2026-03-05T00:00:00Z')
        """
        return self._ask("info")

    def verify(self) -> dict[str, Any]:
        """Checks every byte of the index. `whole` tells that no file is damaged.

        >>> index = wirecopy.Index(folder / "news.index")
        >>> index.scan(articles, as_of="2026-03-05")
        <Findings: 1 pairs, 1 clusters>
        >>> index.verify()
        {'damaged': [], 'whole': True}
        """
        return self._ask("verify")

    def prune(self, older_than: Span, *, as_of: Any = None, wait: bool = False) -> dict[str, Any]:
        """Removes the documents that were added longer ago than `older_than`.

        >>> index = wirecopy.Index(folder / "news.index")
        >>> index.scan(articles, as_of="2026-03-05")
        <Findings: 1 pairs, 1 clusters>
        >>> index.prune("90d", as_of="2026-07-01")
        {'documents_gone': 3}
        """
        return self._ask("prune", older_than=older_than, as_of=as_of, wait=wait)

    def remove(self, *ids: str, wait: bool = False) -> dict[str, Any]:
        """Removes documents by their ids, so that no file of the index has anything of them.

        >>> index = wirecopy.Index(folder / "news.index")
        >>> index.scan(articles, as_of="2026-03-05")
        <Findings: 1 pairs, 1 clusters>
        >>> answer = index.remove("local-7", "nobody-1")
        >>> answer["documents_removed"], answer["unknown_ids"]
        (1, ['nobody-1'])
        """
        return self._ask("remove", id=list(ids), wait=wait)

    def compact(self, *, wait: bool = False) -> dict[str, Any]:
        """Merges all segments of the index, without the removed documents.

        >>> index = wirecopy.Index(folder / "news.index")
        >>> index.scan(articles, as_of="2026-03-05")
        <Findings: 1 pairs, 1 clusters>
        >>> sorted(index.compact())
        ['bytes_after', 'bytes_before']
        """
        return self._ask("compact", wait=wait)

    def export(self, path: str | os.PathLike[str]) -> None:
        """Writes the documents of the index to a file, as JSON lines.

        >>> index = wirecopy.Index(folder / "news.index")
        >>> index.scan(articles, as_of="2026-03-05")
        <Findings: 1 pairs, 1 clusters>
        >>> index.export(folder / "all.jsonl")
        >>> len((folder / "all.jsonl").read_text().splitlines())
        3
        """
        self._ask("export", output=path)

    def _ask(self, command: str, **settings: Any) -> dict[str, Any]:
        given = _settings.given(settings)
        answer: dict[str, Any] = json.loads(_native.index(command, self.directory, given)) or {}
        return answer

    def __repr__(self) -> str:
        return f"Index({self.directory!r})"
