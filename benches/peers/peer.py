"""peer.py datasketch|rensa CORPUS THRESHOLD PAIRS: runs one Python peer.

Reads a corpus of JSON lines or Parquet and writes a file of pairs. Text is split as in the Rust code (src/lib.rs):
lower-case, words are runs of Unicode letters and digits, and a shingle is five words in a row
joined by one space. Documents shorter than that take no part. The last line printed is JSON: the
settings of the peer and the seconds spent inside its own calls. The rest is reading, splitting and
writing in Python.
"""

import csv
import json
import re
import sys
import time

NUM_PERM = 128
BATCH = 1000
words_of = re.compile(r"[^\W_]+").findall


def texts(corpus):
    """Yields id and text of each record of a file of JSON lines, or of a frame from Parquet."""
    if corpus.endswith(".parquet"):
        import polars

        yield from polars.read_parquet(corpus, columns=["id", "text"]).iter_rows()
        return
    with open(corpus, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                record = json.loads(line)
                yield record["id"], record["text"]


def documents(corpus):
    """Yields (id, shingles) of each document that has a shingle."""
    for name, text in texts(corpus):
        words = words_of(text.lower())
        if len(words) >= 5:
            yield name, list(map(" ".join, zip(*(words[at:] for at in range(5)))))


def batches(corpus):
    ids, shingles = [], []
    for name, of_document in documents(corpus):
        ids.append(name)
        shingles.append(of_document)
        if len(ids) == BATCH:
            yield ids, shingles
            ids, shingles = [], []
    if ids:
        yield ids, shingles


class Clock:
    """Adds up the seconds spent in `with` blocks."""

    seconds = 0.0

    def __enter__(self):
        self.started = time.perf_counter()

    def __exit__(self, *_):
        self.seconds += time.perf_counter() - self.started


def datasketch(corpus, threshold, write):
    """Runs MinHash.bulk and MinHashLSH with their defaults and xxhash as the hash function.

    Each document is looked up and then inserted, so every pair comes once and no sketch is kept
    twice. The result is that of `query`: LSH candidates.
    """
    from datasketch import MinHash, MinHashLSH
    from xxhash import xxh32_intdigest

    clock = Clock()
    index = MinHashLSH(threshold=threshold, num_perm=NUM_PERM)
    for ids, shingles in batches(corpus):
        encoded = [[shingle.encode() for shingle in of_document] for of_document in shingles]
        with clock:
            sketches = MinHash.bulk(encoded, num_perm=NUM_PERM, hashfunc=xxh32_intdigest)
            found = []
            for name, sketch in zip(ids, sketches):
                found.append(index.query(sketch))
                index.insert(name, sketch)
        for name, others in zip(ids, found):
            write((other, name) for other in others)
    return clock, {"permutations": NUM_PERM, "bands": index.b, "rows": index.r}


def rensa(corpus, threshold, write):
    """Runs RMinHash.from_token_sets and RMinHashLSH; keeps candidates that `is_similar` accepts.

    rensa's own RMinHashDeduplicator does the same, but cannot list pairs. Bands are that class's
    default for the threshold.
    """
    from rensa import RMinHash, RMinHashLSH

    bands = next((b for t, b in ((0.9, 4), (0.8, 8), (0.7, 16), (0.5, 32)) if threshold >= t), 64)
    clock, names, sketches = Clock(), [], []
    index = RMinHashLSH(threshold, NUM_PERM, bands)
    for ids, shingles in batches(corpus):
        start = len(names)
        names += ids
        with clock:
            batch = RMinHash.from_token_sets(shingles, NUM_PERM, 42)
            sketches += batch
            index.insert_many(batch, start)
            found = [
                (other, at)
                for at, others in enumerate(index.query_all(batch), start)
                for other in others
                if other < at and index.is_similar(sketches[other], sketches[at])
            ]
        write((names[other], names[at]) for other, at in found)
    return clock, {"permutations": NUM_PERM, "bands": bands, "rows": NUM_PERM // bands}


def main():
    tool, corpus, threshold, out = sys.argv[1:]
    with open(out, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("id_a", "id_b"))
        clock, settings = {"datasketch": datasketch, "rensa": rensa}[tool](
            corpus, float(threshold), table.writerows
        )
    print(json.dumps({**settings, "seconds_in_library": round(clock.seconds, 3)}))


if __name__ == "__main__":
    main()
