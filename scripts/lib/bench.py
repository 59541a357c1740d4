"""Shared code of the benchmark scripts.

Builds wirecopy, generates corpora, times child processes, describes the machine and writes tables.
"""

import hashlib
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
TIMED = Path(__file__).with_name("timed.py")
RESULTS = ROOT / "benches" / "results"
THREADS = 2
# Exit statuses with complete outputs. 3 means that some records were rejected.
WHOLE = (0, 3)


def say(text):
    print(text, file=sys.stderr, flush=True)


def fail(text):
    sys.exit(f"{Path(sys.argv[0]).name}: {text}")


def must(command, advice, **options):
    """Runs a command that must succeed, with its output on standard error."""
    say(f"$ {shlex.join(map(str, command))}")
    try:
        done = subprocess.run(command, stdout=sys.stderr, **options)
    except FileNotFoundError:
        fail(f"{command[0]} is not installed: {advice}")
    if done.returncode:
        fail(f"'{Path(str(command[0])).name} {command[1]}' failed (see above): {advice}")


def output_of(*command):
    """Returns the output of a command, or None if it cannot be run."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


# --- program and corpus ---


def wirecopy(given):
    """Returns the binary to measure: the given one, or this tree built as it is installed."""
    if given:
        binary = Path(given).resolve()
        if not os.access(binary, os.X_OK):
            fail(f"{given} is not a program: give --wirecopy the path of a built wirecopy")
        return binary
    must(
        ["cargo", "build", "--profile", "dist", "--locked", "--bin", "wirecopy"],
        "fix the build, or give --wirecopy PATH",
        cwd=ROOT,
    )
    return TARGET / "dist" / "wirecopy"


def wirecopy_version(binary):
    # The short version is one line.
    version = (output_of(str(binary), "-V") or "unknown").removeprefix("wirecopy ")
    commit = binary.is_relative_to(TARGET) and output_of("git", "describe", "--always", "--dirty")
    return f"{version} ({commit})" if commit else version


def corpus(documents, profile="news", seed=1):
    """Returns the path of a generated corpus.

    Generates it with its truth and stories files if one of the three is missing.
    """
    name = f"{profile}-{short(documents)}" + (f"-seed{seed}" if seed != 1 else "")
    path = TARGET / "corpus" / f"{name}.jsonl"
    truth, stories = path.with_suffix(".truth.csv"), path.with_suffix(".stories.csv")
    if not (path.exists() and truth.exists() and stories.exists()):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        generator = [
            "cargo",
            "run",
            "--release",
            "-p",
            "newsgen",
            "--",
            "--documents",
            str(documents),
            "--seed",
            str(seed),
        ]
        generator += [
            "--profile",
            profile,
            "-o",
            str(part),
            "--truth",
            str(truth),
            "--stories",
            str(stories),
        ]
        must(generator, "fix newsgen", cwd=ROOT)
        part.rename(path)
    return path


def describe_corpus(path):
    """Returns name, size and hash of a corpus.

    Reading it also puts it into the page cache, so that all tools start equal.
    """
    digest, documents = hashlib.sha256(), 0
    try:
        with open(path, "rb") as lines:
            for line in lines:
                digest.update(line)
                documents += bool(line.strip())
    except OSError as error:
        fail(f"cannot read the corpus {path}: {error.strerror}")
    if not documents:
        fail(f"the corpus {path} is empty: give a JSONL file with id and text in every record")
    return {
        "name": path.name,
        "documents": documents,
        "bytes": path.stat().st_size,
        "sha256": digest.hexdigest(),
    }


def short(number):
    for size, letter in ((10**6, "m"), (1000, "k")):
        if number % size == 0:
            return f"{number // size}{letter}"
    return str(number)


# --- measuring ---


def measure(command, timeout, environment=None):
    """Runs a command with timed.py.

    Returns its status, wall and CPU seconds and the peak memory of the whole process.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryFile("w+", errors="replace") as talk:
        helper = [sys.executable, "-I", "-S", TIMED, str(timeout), *map(str, command)]
        done = subprocess.run(
            helper,
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        talk.seek(0)
        if done.returncode:
            fail(f"could not start {command[0]}: {talk.read().strip().rpartition(chr(10))[2]}")
        *printed, last = done.stdout.splitlines()
        talk.seek(0)
        return {
            **json.loads(last),
            "load_before": round(load, 2),
            "printed": printed,
            "talk": talk.read()[-2000:],
        }


def median(runs):
    """Returns the successful run with the lower median wall time, or the first if all failed."""
    well = sorted((run for run in runs if run["outcome"] == "ok"), key=lambda run: run["wall_s"])
    return well[(len(well) - 1) // 2] if well else runs[0]


# --- reporting ---


def machine():
    """Describes the machine without naming it."""
    model, memory = platform.processor() or platform.machine(), None
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        model = found[1] if found else model
        memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (OSError, ValueError):
        pass
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gib": memory,
        "kernel": f"{platform.system()} {re.match(r'[0-9.]*', platform.release())[0]}",
        "python": platform.python_version(),
        "rustc": (output_of("rustc", "--version") or "unknown").removeprefix("rustc "),
    }


def machine_line(of):
    return (
        f"{of['cpu']}, {of['cores']} cores, {of['memory_gib']} GiB, {of['kernel']}; "
        f"Python {of['python']}, rustc {of['rustc']}"
    )


def shown(command):
    """Formats a command as a reader would type it: file names without their folders."""
    return shlex.join(Path(word).name if os.sep in word else word for word in map(str, command))


def own_command():
    return f"scripts/{shown(sys.argv)}"


def number(value, decimals=0):
    return "" if value is None else f"{value:,.{decimals}f}"


def table(head, rows):
    """Formats a Markdown table; all columns but the first are aligned right."""
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, rule, *rows))


def wrapped(markdown):
    """Wraps paragraphs and list items at 100 columns; headings, tables and images stay."""

    def lines():
        for line in markdown.split("\n"):
            item = re.match(r"( *(?:- )?)", line)[1]
            if len(line) <= 100 or line.startswith(("#", "|", "![")):
                yield line
            else:
                yield from textwrap.wrap(
                    line,
                    100,
                    subsequent_indent=" " * len(item),
                    break_long_words=False,
                    break_on_hyphens=False,
                )

    return "\n".join(lines())


def write_results(folder, name, result, markdown):
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    (folder / f"{name}-{day}.json").write_text(json.dumps({"date": day, **result}, indent=1) + "\n")
    markdown = wrapped(markdown)
    (folder / f"{name}.md").write_text(markdown)
    print(markdown)
