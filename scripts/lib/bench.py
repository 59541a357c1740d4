"""What the benchmark scripts share: building, making a corpus, timing a child, describing the machine, tables."""

import hashlib
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
TIMED = Path(__file__).with_name("timed.py")
RESULTS = ROOT / "benches" / "results"
THREADS = 2
# wirecopy's exit status 3: done, but some records were rejected; its outputs are whole.
WHOLE = (0, 3)


def say(text):
    print(text, file=sys.stderr, flush=True)


def fail(text):
    sys.exit(f"{Path(sys.argv[0]).name}: {text}")


def must(command, advice, **options):
    """Runs a command that has to succeed, its output on standard error."""
    say(f"$ {shlex.join(map(str, command))}")
    try:
        done = subprocess.run(command, stdout=sys.stderr, **options)
    except FileNotFoundError:
        fail(f"{command[0]} is not installed: {advice}")
    if done.returncode:
        fail(f"'{Path(str(command[0])).name} {command[1]}' failed (see above): {advice}")


def output_of(*command):
    """What a command says about itself, or None where it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


# --- what is measured ---


def wirecopy(given):
    """The binary to measure: the one given, or this tree's own, built as it is installed."""
    if given:
        binary = Path(given).resolve()
        if not os.access(binary, os.X_OK):
            fail(f"{given} is not a program: give --wirecopy the path of a built wirecopy")
        return binary
    must(["cargo", "build", "--profile", "dist", "--locked", "--bin", "wirecopy"], "mend the build, or give --wirecopy PATH", cwd=ROOT)
    return TARGET / "dist" / "wirecopy"


def wirecopy_version(binary):
    version = (output_of(str(binary), "--version") or "unknown").removeprefix("wirecopy ")
    commit = binary.is_relative_to(TARGET) and output_of("git", "describe", "--always", "--dirty")
    return f"{version} ({commit})" if commit else version


def corpus(documents, profile="news", seed=1):
    """The project's generated corpus of so many documents, made with its truth if one of the three is not there."""
    name = f"{profile}-{short(documents)}" + (f"-seed{seed}" if seed != 1 else "")
    path = TARGET / "corpus" / f"{name}.jsonl"
    truth, stories = path.with_suffix(".truth.csv"), path.with_suffix(".stories.csv")
    if not (path.exists() and truth.exists() and stories.exists()):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        generator = ["cargo", "run", "--release", "-p", "newsgen", "--", "--documents", str(documents), "--seed", str(seed)]
        generator += ["--profile", profile, "-o", str(part), "--truth", str(truth), "--stories", str(stories)]
        must(generator, "mend newsgen", cwd=ROOT)
        part.rename(path)
    return path


def describe_corpus(path):
    """Name, size and hash of a corpus. Reading it also puts it in the page cache, for every tool alike."""
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
    return {"name": path.name, "documents": documents, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def short(number):
    for size, letter in ((10**6, "m"), (1000, "k")):
        if number % size == 0:
            return f"{number // size}{letter}"
    return str(number)


# --- measuring ---


def measure(command, timeout, environment=None):
    """Runs a command to its end (timed.py does): status, wall and CPU seconds, peak RSS of the whole process."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryFile("w+", errors="replace") as talk:
        helper = [sys.executable, "-I", "-S", TIMED, str(timeout), *map(str, command)]
        done = subprocess.run(
            helper, stdout=subprocess.PIPE, stderr=talk, text=True, env={**os.environ, **(environment or {})}
        )
        talk.seek(0)
        if done.returncode:
            fail(f"could not start {command[0]}: {talk.read().strip().rpartition(chr(10))[2]}")
        *printed, last = done.stdout.splitlines()
        talk.seek(0)
        return {**json.loads(last), "load_before": round(load, 2), "printed": printed, "talk": talk.read()[-2000:]}


def median(runs):
    """The run with the (lower) median wall time of those that went well, or the first where none did."""
    well = sorted((run for run in runs if run["outcome"] == "ok"), key=lambda run: run["wall_s"])
    return well[(len(well) - 1) // 2] if well else runs[0]


# --- reporting ---


def machine():
    """What the numbers depend on, and nothing that names the machine."""
    model, memory = platform.processor() or platform.machine(), None
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        model = found[1] if found else model
        memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (OSError, ValueError):
        pass
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
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
    """A command as a reader would type it: file names without their folders."""
    return shlex.join(Path(word).name if os.sep in word else word for word in map(str, command))


def own_command():
    return f"scripts/{shown(sys.argv)}"


def number(value, decimals=0):
    return "" if value is None else f"{value:,.{decimals}f}"


def table(head, rows):
    """A Markdown table; every column but the first is aligned right."""
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, rule, *rows))


def write_results(folder, name, result, markdown):
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    (folder / f"{name}-{day}.json").write_text(json.dumps({"date": day, **result}, indent=1) + "\n")
    (folder / f"{name}.md").write_text(markdown)
    print(markdown)
