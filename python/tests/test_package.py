"""The package itself: types, lists of settings, the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from helpers import ROOT, SAMPLE, command

import wirecopy

TYPED = """
import wirecopy

found = wirecopy.scan("a.jsonl", threshold=0.5, relations=["exact"], as_of="2026-03-01")
rows: list[dict[str, object]] = found.pairs.to_pylist()
kept = wirecopy.dedup([{"text": "a"}], mark=True)
names: list[str] = kept.removed.column_names
index = wirecopy.Index("news.index")
index.scan(rows, keep="90d")
"""

UNTYPED = """
import wirecopy

wirecopy.scan("a.jsonl", treshold=0.5)
wirecopy.scan("a.jsonl", threshold="high")
"""


def mypy(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mypy", "--strict", *arguments]
    return subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False)


def test_types_of_the_package_are_strict() -> None:
    checked = mypy("--package", "wirecopy", cwd=ROOT / "python")
    assert checked.returncode == 0, checked.stdout


def test_types_of_users_are_checked(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(TYPED)
    (tmp_path / "bad.py").write_text(UNTYPED)
    good = mypy("good.py", cwd=tmp_path)
    assert good.returncode == 0, good.stdout
    bad = mypy("bad.py", cwd=tmp_path)
    assert bad.stdout.count("error:") == 2, bad.stdout


def test_the_list_of_settings_is_up_to_date() -> None:
    script = ROOT / "scripts" / "python-settings"
    subprocess.run([sys.executable, script, "--check"], check=True)


def test_the_command_is_installed(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "wirecopy"
    done = subprocess.run([program, "-V"], capture_output=True, text=True, check=True)
    assert done.stdout == f"wirecopy {wirecopy.__version__}\n"
    pairs = tmp_path / "pairs.csv"
    command("scan", SAMPLE, "-o", pairs)
    assert len(pairs.read_text().splitlines()) == 1 + len(wirecopy.scan(SAMPLE).pairs)


def test_names_are_exported_and_documented() -> None:
    for name in wirecopy.__all__:
        assert getattr(wirecopy, name).__doc__, name
    assert os.path.exists(Path(wirecopy.__file__).parent / "py.typed")
