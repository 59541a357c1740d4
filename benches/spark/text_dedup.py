"""Finds near-duplicates as text-dedup's Spark job does: text_dedup.py CORPUS OUTPUT [options].

Written from the description of `minhash_spark` in the README and the articles of text-dedup
(github.com/ChenghaoMou/text-dedup); no code is copied. Its steps, which many pipelines for training
data share:

1. Split a text into words, drop it if it has fewer than --min-words, and hash its five-word
   shingles to 32 bits.
2. Permute each hash by (a h + b) mod (2^61 - 1), 32 bits of it, and keep the minimum of each of
   --permutations: the signature, computed with numpy.
3. Cut the signature into bands; the numbers of bands and rows are those with the least sum of
   false positives and false negatives around --threshold (each the area between the S-curve and
   the step).
4. Group by band. Within a group each document is linked to the smallest one.
5. Connected components of the links are the clusters. All but one document of each would be
   removed. No pair is compared: whoever shares a band is a duplicate.

OUTPUT has a row a document of a cluster: id and cluster, a number. Step 5 uses
`wirecopy.spark._components`, which is the algorithm that text-dedup uses, so the two jobs differ in
what they link and not in how they join it. Links that are wrong merge clusters: judge the precision
by pairs within clusters as well as by documents removed.

Defaults of text-dedup: 250 permutations, a threshold of 0.7, 5 words. At 0.7 that makes 25 bands
of 10 rows, at 0.5 it makes 41 bands of 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy
from common import WORDS, Job, arguments
from pyspark.sql import functions as F

from wirecopy.spark._components import components

if TYPE_CHECKING:
    import pyarrow

PRIME = (1 << 61) - 1
SMALL = (1 << 32) - 1

parser = arguments(__doc__)
parser.add_argument(
    "--threshold", type=float, default=0.7, metavar="J", help="Jaccard (default: %(default)s)"
)
parser.add_argument(
    "--permutations", type=int, default=250, metavar="N", help="(default: %(default)s)"
)
parser.add_argument("--min-words", type=int, default=5, metavar="N", help="(default: %(default)s)")
parser.add_argument(
    "--limit",
    type=int,
    metavar="N",
    help="links that one task joins to clusters (default: as wirecopy.spark)",
)
parser.add_argument("--seed", type=int, default=42, help="of the permutations")


def bands_and_rows(threshold: float, permutations: int) -> tuple[int, int]:
    """Numbers of bands and rows with the least error, false positives and negatives alike."""
    steps = 1000
    below = (numpy.arange(steps) + 0.5) / steps * threshold
    above = threshold + (numpy.arange(steps) + 0.5) / steps * (1 - threshold)

    def error(bands: int, rows: int) -> float:
        positive = threshold * numpy.mean(1 - (1 - below**rows) ** bands)
        negative = (1 - threshold) * numpy.mean((1 - above**rows) ** bands)
        return float(positive + negative)

    shapes = [
        (bands, rows)
        for bands in range(1, permutations + 1)
        for rows in range(1, permutations // bands + 1)
    ]
    return min(shapes, key=lambda shape: error(*shape))


def banding(bands: int, rows: int, min_words: int, seed: int) -> Any:
    """Function from batches of (node, text) to batches of (band, hash, node)."""
    import hashlib
    import random

    dice = random.Random(seed)
    count = bands * rows
    # Products of 32 bits and 31 bits stay in 64 bits, so no number wraps around.
    a = numpy.array([dice.randrange(1, 1 << 31) for _ in range(count)], dtype=numpy.uint64)
    b = numpy.array([dice.randrange(1 << 31) for _ in range(count)], dtype=numpy.uint64)

    def hashed(shingle: str) -> int:
        return int.from_bytes(hashlib.sha1(shingle.encode()).digest()[:4], "big")

    def bands_of(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        import pyarrow

        words_of = re.compile(r"[^\W_]+").findall
        for batch in batches:
            names: list[int] = []
            keys: list[bytes] = []
            nodes = batch.column(0).to_pylist()
            for node, text in zip(nodes, batch.column(1).to_pylist()):
                words = words_of(text.lower())
                if len(words) < max(min_words, WORDS):
                    continue
                shingles = {
                    " ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)
                }
                hashes = numpy.array([hashed(one) for one in shingles], numpy.uint64)
                permuted = (numpy.outer(hashes, a) + b) % PRIME & SMALL
                signature = permuted.min(axis=0).astype(">u4").reshape(bands, rows)
                names.append(node)
                keys.extend(band.tobytes() for band in signature)
            yield pyarrow.record_batch(
                {
                    "band": pyarrow.array(
                        numpy.tile(numpy.arange(bands, dtype="int32"), len(names))
                    ),
                    "hash": pyarrow.array(keys, pyarrow.binary()),
                    "node": pyarrow.array(numpy.repeat(numpy.array(names, "int64"), bands)),
                }
            )

    return bands_of


def main() -> None:
    given = parser.parse_args()
    bands, rows = bands_and_rows(given.threshold, given.permutations)
    job = Job("text-dedup style MinHash", given)
    # A number made of the id stays the same if a lost task is run again. Two of a million ids have
    # the same number in one of 37 million corpora.
    documents = job.corpus().select(F.xxhash64("id").alias("node"), "id", "text")
    with job.stage("links"):
        signed = documents.select("node", "text").mapInArrow(
            banding(bands, rows, given.min_words, given.seed), "band int, hash binary, node long"
        )
        groups = (
            signed.groupBy("band", "hash")
            .agg(F.collect_list("node").alias("nodes"))
            .where(F.size("nodes") > 1)
        )
        links = (
            groups.select(F.array_min("nodes").alias("a"), F.explode("nodes").alias("b"))
            .where("a <> b")
            .persist()
        )
        linked = links.count()
    with job.stage("clusters"):
        limit = {} if given.limit is None else {"limit": given.limit}
        joined = components(links, **limit)
        clusters = joined.join(documents.select("node", "id"), "node")
        job.write(clusters.select("id", F.col("component").alias("cluster")))
    written = job.session.read.parquet(given.output)
    members, sets = written.agg(F.count("*"), F.count_distinct("cluster")).first() or (0, 0)
    job.finish(bands=bands, rows=rows, links=linked, members=members, clusters=sets)


if __name__ == "__main__":
    main()
