"""Runs: settings, messages, errors, threads, interrupts, memory."""

from __future__ import annotations

import datetime
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from helpers import SAMPLE, command, lines, records

import wirecopy


def test_settings_are_those_of_the_command(tmp_path: Path) -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "wirecopy", "scan", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.findall(r"^ +(?:-\w, )?--([\w-]+)", helped, re.M)
    flags = {flag.replace("-", "_") for flag in found}
    typed = {"color", "format", "help", "log_format", "print_config", "progress", "quiet"}
    names = {setting["name"] for setting in wirecopy.settings("scan")}
    assert names == flags - typed - {"version"}


@pytest.mark.parametrize(
    ("settings", "flags"),
    [
        ({"threshold": 0.8, "recall": 1}, ["--threshold=0.8", "--recall=1"]),
        ({"relations": ["exact", "near"]}, ["--relations=exact,near"]),
        ({"window": datetime.timedelta(days=2)}, ["--window=2d"]),
        ({"as_of": datetime.date(2026, 3, 6)}, ["--as-of=2026-03-06"]),
        ({"cross_site_only": True, "keep_boilerplate": False}, ["--cross-site-only"]),
        ({"reworded": True, "seed": 7, "threads": 1}, ["--reworded", "--seed=7"]),
        ({"shingle": "char:9", "site": None}, ["--shingle=char:9"]),
    ],
)
def test_settings_mean_what_flags_mean(
    settings: dict[str, Any], flags: list[str], tmp_path: Path
) -> None:
    pairs = tmp_path / "pairs.jsonl"
    command("scan", SAMPLE, "-q", "-o", pairs, *flags)
    assert wirecopy.scan(records(), **settings).pairs.to_pylist() == lines(pairs)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": 2}, "invalid value '2' for '--threshold"),
        ({"treshold": 0.5}, "scan has no setting treshold; did you mean threshold?"),
        ({"threshold": True}, "threshold takes a value, not true or false"),
        ({"reworded": 3}, "reworded is true or false"),
        ({"output": "-"}, "the pairs cannot go to standard output here: name a file"),
        ({"progress_bar": 1}, "scan has no setting progress_bar"),
        ({"metrics_label": "a=b"}, "--metrics"),
    ],
)
def test_a_wrong_setting_is_an_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(wirecopy.SettingError, match=re.escape(message)):
        wirecopy.scan(SAMPLE, **settings)


def test_errors_have_the_text_of_the_command(tmp_path: Path) -> None:
    missing = tmp_path / "missing.jsonl"
    with pytest.raises(wirecopy.RunError) as raised:
        wirecopy.scan(missing)
    assert f"error: {raised.value}" in command("scan", missing, status=1)
    with pytest.raises(wirecopy.WirecopyError):
        wirecopy.scan(missing)


def test_files_are_written_like_those_of_the_command(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    wirecopy.scan(SAMPLE, output=ours, report=tmp_path / "ours.html")
    command("scan", SAMPLE, "-q", "-o", theirs, "--report", tmp_path / "theirs.html")
    assert ours.read_bytes() == theirs.read_bytes()
    page = (tmp_path / "theirs.html").read_text()
    assert (tmp_path / "ours.html").read_text() == page
    wirecopy.scan(records()).report(tmp_path / "later.html")
    assert len((tmp_path / "later.html").read_text()) > len(page) // 2


def test_neither_the_environment_nor_a_file_that_nobody_named_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = wirecopy.scan(SAMPLE).pairs.to_pylist()
    (tmp_path / "wirecopy.toml").write_text("threshold = 0.95\ncross-site-only = true\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIRECOPY_THRESHOLD", "0.99")
    assert wirecopy.scan(SAMPLE).pairs.to_pylist() == usual
    strict = wirecopy.scan(SAMPLE, config="wirecopy.toml", threshold=0.9)
    assert strict.summary["settings"]["threshold"] == 0.9
    assert all(pair["cross_site"] for pair in strict.pairs)


def test_messages_go_to_logging(caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    with caplog.at_level(logging.INFO, logger="wirecopy"):
        wirecopy.scan([*records(), {"id": "bad", "text": 3}])
    assert any("a number, not a string" in message for message in caplog.messages)
    assert any("61 documents from 8 sites" in message for message in caplog.messages)
    assert capfd.readouterr() == ("", "")


def test_progress_shows_a_bar(capfd: Any) -> None:
    many = [{**record, "id": f"{n}-{record['id']}"} for n in range(100) for record in records()]
    wirecopy.scan(many, progress=True)
    assert "read" in capfd.readouterr().err


def test_explanations_are_those_of_the_command(tmp_path: Path) -> None:
    found = wirecopy.scan(records())
    pair = found.pairs.to_pylist()[0]
    page = tmp_path / "pair.html"
    command("explain", pair["id_a"], pair["id_b"], SAMPLE, "-q", "-o", page)
    for explanation in (
        found.explain(pair["id_a"], pair["id_b"]),
        wirecopy.scan(SAMPLE).explain(pair["id_a"], pair["id_b"]),
        wirecopy.explain(pair["id_a"], pair["id_b"], SAMPLE),
    ):
        explanation.save(tmp_path / "ours.html")
        ours = (tmp_path / "ours.html").read_text()
        # The page names where a document was read.
        assert ours.replace(">records<", f">{SAMPLE}<") == page.read_text()
        assert explanation.facts["relation"] == pair["relation"]
    with pytest.raises(wirecopy.RunError, match="nobody"):
        found.explain("nobody", pair["id_a"])


def test_an_index_is_that_of_the_command(tmp_path: Path) -> None:
    sample = records()
    first, second = sample[:30], sample[30:]
    index = wirecopy.Index(tmp_path / "news.index")
    index.scan(first, as_of="2026-03-05")
    tonight = index.scan(second, as_of="2026-03-06", output=tmp_path / "pairs.jsonl")
    assert tonight.pairs.to_pylist() == lines(tmp_path / "pairs.jsonl")
    assert index.info()["documents"] == len(sample)
    assert index.verify()["whole"]
    known = next(pair for pair in tonight.pairs if pair["id_a"] in {one["id"] for one in first})
    explained = tonight.explain(known["id_a"], known["id_b"])
    assert explained.facts["relation"] == known["relation"]
    with pytest.raises(wirecopy.RunError, match="in the index already"):
        index.scan(second, as_of="2026-03-07")
    assert index.remove(first[0]["id"])["documents_removed"] == 1
    assert index.prune("1d", as_of="2026-03-06T12:00:00Z")["documents_gone"] == len(first) - 1
    index.compact()
    index.export(tmp_path / "left.jsonl")
    assert len(lines(tmp_path / "left.jsonl")) == len(second)


def test_labels_are_files_tables_or_mappings(tmp_path: Path) -> None:
    pairs = wirecopy.scan(SAMPLE).pairs.to_pylist()
    labels = [
        {"id_a": pair["id_a"], "id_b": pair["id_b"], "label": "copy" if n % 2 else "different"}
        for n, pair in enumerate(pairs)
    ]
    table = pyarrow.Table.from_pylist(labels)
    path = tmp_path / "labels.csv"
    path.write_text("id_a,id_b,label\n" + "".join(",".join(row.values()) + "\n" for row in labels))
    best = [wirecopy.tune(SAMPLE, labels=given).facts["best"] for given in (labels, table, path)]
    assert best[0] is not None
    assert best[0] == best[1] == best[2]


def test_scans_run_at_once() -> None:
    expected = wirecopy.scan(SAMPLE).pairs.to_pylist()
    results: list[Any] = []

    def scan() -> None:
        results.append(wirecopy.scan(records()).pairs.to_pylist())

    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


ENDLESS = """
import itertools, sys, time, pyarrow, wirecopy
text = "The ferry to Halden left late because of fog, and the second one of the day was cancelled."
def batches():
    for n in itertools.count():
        ids = [f"{n}-{k}" for k in range(500)]
        yield pyarrow.record_batch({"id": ids, "text": [f"{text} Number {i}." for i in ids]})
schema = pyarrow.schema([("id", pyarrow.string()), ("text", pyarrow.string())])
stream = pyarrow.RecordBatchReader.from_batches(schema, batches())
print("ready", flush=True)
try:
    wirecopy.scan(stream, output=sys.argv[1])
except KeyboardInterrupt:
    print("interrupted", time.time(), flush=True)
"""


def test_an_interrupt_ends_a_run_within_a_second(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(tmp_path / "pairs.csv")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(1.5)
    sent = time.time()
    os.kill(process.pid, signal.SIGINT)
    answer = process.stdout.read().split()
    assert process.wait(timeout=20) == 0
    assert answer[0] == "interrupted"
    # A second, and what a busy machine adds.
    assert float(answer[1]) - sent < 5
    assert list(tmp_path.iterdir()) == []


MANY = """
import gc, json, sys, wirecopy
records = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
for n in range(100):
    found = wirecopy.scan(records, threads=2)
    found.pairs.to_pylist(), found.summary, found.clusters
    wirecopy.dedup(records, threads=2).removed
    if n == 20:
        early = resident()
print(resident() - early)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_hundred_scans_leave_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MANY, str(SAMPLE)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 24 << 20
