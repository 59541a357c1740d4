"""Sample articles, and the command to compare with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "data" / "newsroom.jsonl"

#: The tables of a scan and the flags that write them.
TABLES = {
    "pairs": "--output",
    "clusters": "--clusters",
    "members": "--members",
    "sites": "--sites",
    "rejects": "--rejects",
    "clean": "--clean",
}


def records() -> list[dict[str, Any]]:
    """The sample articles, all with the same fields."""
    articles = lines(SAMPLE)
    names = list(dict.fromkeys(name for article in articles for name in article))
    return [{name: article.get(name) for name in names} for article in articles]


def known(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what is null."""
    return [{name: row[name] for name in row if row[name] is not None} for row in rows]


def command(*arguments: Any, status: int = 0) -> str:
    """Runs the command; returns its standard error."""
    argv = [sys.executable, "-m", "wirecopy", *map(str, arguments)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stderr


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a table in JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def tables_of_command(folder: Path, *arguments: Any) -> dict[str, list[dict[str, Any]]]:
    """The tables that the command writes."""
    files = {name: folder / f"{name}.jsonl" for name in TABLES}
    flags = [part for name, flag in TABLES.items() for part in (flag, files[name])]
    command("scan", *arguments, "-q", *flags)
    return {name: lines(path) for name, path in files.items()}
