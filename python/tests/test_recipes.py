"""The examples of docs/python.md and of the README run and print what the pages say, and so do the
files that they name."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet
import pytest

import wirecopy

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "python/examples"
GUIDE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE = ROOT / "data/newsroom.jsonl"

#: A block of Python, and the output that follows it, if the page shows it.
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def sections() -> Iterator[Any]:
    """The blocks of each recipe, of the guide before the recipes, whose blocks build on each other,
    and of the README."""
    guide, recipes = GUIDE.split("\n## Recipes\n")
    parts = {"guide": guide, "README": README}
    for recipe in recipes.split("\n### ")[1:]:
        parts[recipe.partition("\n")[0]] = recipe
    for name, part in parts.items():
        if blocks := BLOCK.findall(part):
            yield pytest.param(blocks, id=name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the sample newsroom in three formats, and labels."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))  # of datasets
    shutil.copy(SAMPLE, "articles.jsonl")
    Path("data").mkdir()
    shutil.copy(SAMPLE, "data")
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    articles = pandas.DataFrame(json.loads(line) for line in lines)
    articles.to_csv("articles.csv", index=False)
    articles.to_parquet("articles.parquet")
    expected = pandas.read_csv(ROOT / "data/newsroom-expected.csv")
    copies = expected["kind"].isin(["exact", "near", "excerpt", "recapture"])
    expected["label"] = copies.map({True: "copy", False: "different"})
    expected[["id_a", "id_b", "label"]].to_csv("labels.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("blocks", list(sections()))
def test_the_guide_prints_what_it_says(blocks: list[tuple[str, str]], folder: Path) -> None:
    names: dict[str, Any] = {"wirecopy": wirecopy}
    for code, output in blocks:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(code, "docs/python.md", "exec"), names)
        if output or said.getvalue():
            assert said.getvalue() == output, code


@pytest.fixture
def nightly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the DAG. Airflow is far larger than the package, so its decorators are replaced
    by some that keep the function; `scripts/check-deploy` runs the DAG with Airflow itself."""
    tasks: dict[str, Any] = {}

    def task(**settings: Any) -> Any:
        def kept(function: Any) -> Any:
            tasks[function.__name__] = function
            return lambda: None

        return kept

    sdk = types.ModuleType("airflow.sdk")
    vars(sdk).update(task=task, dag=lambda **settings: lambda function: function)
    monkeypatch.setitem(sys.modules, "airflow", types.ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.sdk", sdk)
    module: dict[str, Any] = {"__name__": "airflow_nightly"}
    code = (EXAMPLES / "airflow_nightly.py").read_text(encoding="utf-8")
    exec(compile(code, "airflow_nightly.py", "exec"), module)
    module["STATE"] = folder
    for name in ["tonight", "pairs", "runs", "metrics"]:
        (folder / name).mkdir()
    return tasks["scan"]


def test_the_airflow_task_can_be_run_again(nightly: Any, folder: Path) -> None:
    shutil.copy(SAMPLE, folder / "tonight/2026-03-08.jsonl")
    first = nightly(ds="2026-03-08")
    pairs = (folder / "pairs/2026-03-08.csv").read_bytes()
    assert first["pairs"] == 42
    assert nightly(ds="2026-03-08") == first
    assert (folder / "pairs/2026-03-08.csv").read_bytes() == pairs
    assert (folder / "pairs/2026-03-08-clusters.csv").exists()
    assert json.loads((folder / "runs/2026-03-08.json").read_text())["index"]
    assert "wirecopy_last_run_success 1" in (folder / "metrics/wirecopy.prom").read_text()


def test_a_night_without_articles_fails_the_airflow_task(nightly: Any, folder: Path) -> None:
    (folder / "tonight/2026-03-08.jsonl").write_text("")
    with pytest.raises(wirecopy.RunError):
        nightly(ds="2026-03-08")
    assert not (folder / "pairs/2026-03-08.csv").exists()


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_prints_what_the_guide_says(folder: Path) -> None:
    wirecopy.scan("articles.jsonl", output="pairs.csv")
    argv = ["Rscript", str(EXAMPLES / "pairs.R"), "pairs.csv"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    _, said = GUIDE.split("Rscript pairs.R pairs.csv\n```\n\n```text\n")
    assert done.stdout == said.partition("```")[0]


def test_streams_and_frames_are_as_the_guide_says(folder: Path) -> None:
    table = pyarrow.parquet.read_table("articles.parquet")
    reader = table.to_reader()
    assert [len(wirecopy.scan(reader).pairs), len(wirecopy.scan(reader).pairs)] == [42, 0]
    dataset = pyarrow.dataset.dataset("articles.parquet")
    assert len(wirecopy.scan(dataset.scanner().to_reader()).pairs) == 42
    with pytest.raises(TypeError, match="collect"):
        wirecopy.scan(polars.scan_parquet("articles.parquet"))
    assert len(wirecopy.dedup("*.parquet")) == 47


def test_a_missing_text_and_an_empty_one_are_skipped(folder: Path) -> None:
    rows = pandas.read_csv("articles.csv")
    for found in (wirecopy.scan(rows), wirecopy.scan(rows.fillna({"text": ""}))):
        assert (len(found.rejects), found.summary["skipped"]["empty"]) == (0, 1)


def test_the_guide_names_every_setting_correctly() -> None:
    """Keywords in code spans, such as `text_field="body"`, are settings."""
    known = {
        setting["name"] for of in ["scan", "dedup", "tune"] for setting in wirecopy.settings(of)
    }
    known |= {"progress", "labels"}
    named = set(re.findall(r"`(\w+)=[^`]+`", GUIDE))
    assert named
    assert named <= known


def test_the_guide_names_everything_public() -> None:
    for name in wirecopy.__all__:
        assert name in GUIDE, name
