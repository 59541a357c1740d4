"""Results of the commands."""

from __future__ import annotations

import functools
import html
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._progress import watched
from ._table import Table

if TYPE_CHECKING:
    from . import _native


class Findings:
    """Findings of a scan: tables of Arrow, made when they are asked for."""

    def __init__(self, found: _native.Found) -> None:
        self._found = found

    @functools.cached_property
    def pairs(self) -> Table:
        """The pairs of documents that share text, with their scores. The columns are those of the
        pairs file of the command.

        >>> pair = wirecopy.scan(articles).pairs.to_pylist()[0]
        >>> pair["id_a"], pair["id_b"], pair["relation"], pair["cross_site"]
        ('agency-1', 'local-7', 'exact', True)
        """
        return Table(self._found.table("pairs"))

    @functools.cached_property
    def clusters(self) -> Table:
        """The clusters that pairs join, one row each.

        >>> [row["cluster"] for row in wirecopy.scan(articles).clusters]
        ['agency-1']
        """
        return Table(self._found.table("clusters"))

    @functools.cached_property
    def members(self) -> Table:
        """The documents of every cluster.

        >>> [row["id"] for row in wirecopy.scan(articles).members]
        ['agency-1', 'local-7']
        """
        return Table(self._found.table("members"))

    @functools.cached_property
    def sites(self) -> Table:
        """Pairs of sites: which copies from which, how much and how fast.

        >>> [(row["source_site"], row["copy_site"]) for row in wirecopy.scan(articles).sites]
        [('wire.example', 'coast.example')]
        """
        return Table(self._found.table("sites"))

    @functools.cached_property
    def rejects(self) -> Table:
        """The records that were rejected, with reasons.

        >>> len(wirecopy.scan(articles).rejects)
        0
        """
        return Table(self._found.table("rejects"))

    @functools.cached_property
    def clean(self) -> Table:
        """Every document without its boilerplate. The documents are read again for it.

        >>> wirecopy.scan(articles).clean.column_names[:2]
        ['id', 'text']
        """
        return Table(self._found.table("clean"))

    @functools.cached_property
    def summary(self) -> dict[str, Any]:
        """Counts, settings, times and memory, as in the summary file of the command.

        >>> wirecopy.scan(articles).summary["read"]["documents"]
        3
        """
        summary: dict[str, Any] = json.loads(self._found.summary())
        return summary

    def report(self, path: str | os.PathLike[str], *, limit: int | None = None) -> None:
        """Writes the report page, with at most `limit` pairs.

        >>> wirecopy.scan(articles).report(folder / "report.html")
        """
        self._found.write_page(os.fspath(path), limit)

    def explain(self, a: str, b: str, *, progress: bool = False) -> Explanation:
        """Explains why two documents are a pair, or why they are not. The scan runs again for it,
        because boilerplate and candidates depend on every document.

        >>> wirecopy.scan(articles).explain("agency-1", "local-7").facts["relation"]
        'exact'
        """
        with watched(progress) as watch:
            return Explanation(self._found.explain(a, b, watch))

    def __repr__(self) -> str:
        return f"<Findings: {len(self.pairs)} pairs, {len(self.clusters)} clusters>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{self.pairs._repr_html_()}"


class Deduplicated(Table):
    """The documents that stay, with the columns that they had."""

    __slots__ = ("_kept", "_rejects", "_removed")

    def __init__(self, kept: _native.Kept) -> None:
        super().__init__(kept.documents())
        self._kept = kept
        self._removed: Table | None = None
        self._rejects: Table | None = None

    @property
    def removed(self) -> Table:
        """The duplicates, each with the document that it duplicates.

        >>> [row["duplicate_of"] for row in wirecopy.dedup(articles).removed]
        ['agency-1']
        """
        if self._removed is None:
            self._removed = Table(self._kept.removed())
        return self._removed

    @property
    def rejects(self) -> Table:
        """The records that were rejected, with reasons.

        >>> len(wirecopy.dedup(articles).rejects)
        0
        """
        if self._rejects is None:
            self._rejects = Table(self._kept.rejects())
        return self._rejects


class Explanation:
    """Two documents, compared: why they are a pair, or why they are not."""

    def __init__(self, explanation: _native.Explanation) -> None:
        self._explanation = explanation

    @functools.cached_property
    def facts(self) -> dict[str, Any]:
        """The explanation as data, as the command writes it as JSON.

        >>> wirecopy.explain("agency-1", "local-7", articles).facts["scores"]["jaccard"]
        1.0
        """
        facts: dict[str, Any] = json.loads(self._explanation.json)
        return facts

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the explanation as a page.

        >>> wirecopy.explain("agency-1", "local-7", articles).save(folder / "pair.html")
        """
        Path(path).write_text(self._explanation.html, encoding="utf-8")

    def __str__(self) -> str:
        return self._explanation.text

    def __repr__(self) -> str:
        return f"<Explanation: {self._explanation.text.partition(chr(10))[0]}>"

    def _repr_html_(self) -> str:
        return framed(self._explanation.html)


class Tuning:
    """Comparison of thresholds: findings of each, and the best one."""

    def __init__(self, tuned: tuple[str, str]) -> None:
        self._json, self._html = tuned

    @functools.cached_property
    def facts(self) -> dict[str, Any]:
        """The comparison as data, as the command writes it as JSON.

        >>> sorted(wirecopy.tune(articles, thresholds=[0.5, 0.8]).facts)[:2]
        ['best', 'choices']
        """
        facts: dict[str, Any] = json.loads(self._json)
        return facts

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The choices, with what each would find.

        >>> tuning = wirecopy.tune(articles, thresholds=[0.5, 0.8])
        >>> len(tuning.choices) > 1
        True
        """
        choices: list[dict[str, Any]] = self.facts["choices"]
        return choices

    @property
    def best(self) -> dict[str, Any] | None:
        """The best choice by the labels, if there are any.

        >>> wirecopy.tune(articles).best is None
        True
        """
        best = self.facts["best"]
        return None if best is None else self.choices[best["choice"]]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the comparison as a page.

        >>> wirecopy.tune(articles).save(folder / "choices.html")
        """
        Path(path).write_text(self._html, encoding="utf-8")

    def __repr__(self) -> str:
        return f"<Tuning: {len(self.choices)} choices>"

    def _repr_html_(self) -> str:
        return framed(self._html)


def framed(page: str) -> str:
    """A page in a frame of its own, so that its style and that of a notebook stay apart."""
    source = html.escape(page)
    return f'<iframe srcdoc="{source}" sandbox width="100%" height="600"></iframe>'
