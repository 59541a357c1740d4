"""The notebook runs from a CSV file to the network, and is kept without outputs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import networkx as nx
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "python/examples/newsroom.ipynb"


def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the notebook, at the same place beside the sample data."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("bad"))
    folder = root / "python/examples"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def executed(folder: Path) -> Any:
    book = notebook()
    where = {"metadata": {"path": folder}}
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3", resources=where).execute()
    return book


def outputs(book: Any, cell: str) -> Any:
    return next(one for one in book.cells if one.id == cell).outputs


def test_the_network_shows_who_republishes_whom(executed: Any, folder: Path) -> None:
    network = nx.read_graphml(folder / "newsroom/network.graphml")
    agency = network.out_degree("meridiannews", weight="stories")
    assert agency == max(given for _, given in network.out_degree(weight="stories"))
    # The paper that printed the bird flu story first is not its source.
    assert set(network.successors("PWS")) >= {"valleydispatch", "harborledger"}
    assert network.out_degree("valleydispatch") == 0


def test_every_plot_is_drawn_and_nothing_is_warned_of(executed: Any) -> None:
    plots = [
        cell.id for cell in executed.cells if "plt.show()" in cell.source or "draw(" in cell.source
    ]
    for cell in plots:
        drawn = [
            output for output in outputs(executed, cell) if "image/png" in output.get("data", {})
        ]
        assert len(drawn) == 1, cell
    said = [
        o for cell in executed.cells for o in cell.get("outputs", []) if o.output_type == "stream"
    ]
    assert not said


def test_the_explanation_is_a_page_in_a_frame(executed: Any) -> None:
    (shown,) = outputs(executed, "explain")
    assert shown["data"]["text/html"].startswith("<iframe")


def test_the_notebook_is_kept_without_outputs() -> None:
    """Outputs would change with every version of every package. To remove them:
    jupyter nbconvert --clear-output --inplace python/examples/newsroom.ipynb"""
    cells = [cell for cell in notebook().cells if cell.cell_type == "code"]
    assert not [cell.id for cell in cells if cell.outputs or cell.execution_count]


def test_lines_of_code_are_short_enough() -> None:
    lines = [line for cell in notebook().cells for line in cell.source.splitlines()]
    assert not [line for line in lines if len(line) > 100]
