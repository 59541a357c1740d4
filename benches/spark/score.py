"""Recall and precision of Spark jobs: score.py TRUTH OUTPUT...

TRUTH is a CSV of all pairs at or over the threshold, with `id_a` and `id_b`:

    wirecopy scan CORPUS -o TRUTH --relations exact,near --keep-boilerplate --all-pairs --recall 1 \\
        --threshold J

An OUTPUT has pairs (`id_a`, `id_b`), or clusters (`id`, `cluster`), of which every two documents
are a pair. Prints a line of JSON for each.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections import defaultdict

import pyarrow.parquet

Pairs = set[tuple[str, str]]


def pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def truth(path: str) -> Pairs:
    with open(path, newline="", encoding="utf-8") as file:
        return {pair(row["id_a"], row["id_b"]) for row in csv.DictReader(file)}


def found(output: str) -> Pairs:
    columns = pyarrow.parquet.read_table(output).to_pydict()
    if "id_a" in columns:
        return {pair(a, b) for a, b in zip(columns["id_a"], columns["id_b"])}
    clusters = defaultdict(list)
    for name, cluster in zip(columns["id"], columns["cluster"]):
        clusters[cluster].append(name)
    return {
        pair(a, b)
        for members in clusters.values()
        for a, b in itertools.combinations(members, 2)
    }


def main() -> None:
    true = truth(sys.argv[1])
    for output in sys.argv[2:]:
        pairs = found(output)
        right = len(pairs & true)
        print(
            json.dumps(
                {
                    "output": output,
                    "true": len(true),
                    "found": len(pairs),
                    "recall": round(right / len(true), 4) if true else None,
                    "precision": round(right / len(pairs), 4) if pairs else None,
                }
            )
        )


if __name__ == "__main__":
    main()
