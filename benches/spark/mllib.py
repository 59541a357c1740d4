"""Finds near-duplicates with MinHashLSH of Spark's MLlib: mllib.py CORPUS OUTPUT [options].

Words are runs of letters and digits of the lower-cased text, a document is the set of its five-word
shingles. Shingles are hashed to 2^30 dimensions, as wide as MinHashLSH allows with a power of two
(its prime is 2,038,074,743): the default of HashingTF, 2^18, would give unlike documents many
shingles in common. `approxSimilarityJoin` then compares the documents that share a hash exactly.
OUTPUT has a row a pair, with id_a < id_b and the Jaccard similarity. Documents of fewer than five
words have no shingle and take no part. Everything runs in the JVM.

MinHashLSH has no bands: each of its hash tables holds one MinHash (SPARK-18450 would have added
rows to a band, and was not merged). A pair of similarity J is found if any of T tables agrees:

    1 - (1 - J)^T       T = 3    T = 5    T = 8    T = 10
    J = 0.5             0.875    0.969    0.996    0.999
    J = 0.7             0.973    0.998    1.000    1.000
    J = 0.05, compared  0.143    0.226    0.337    0.401

The default of five tables so finds 97 % of the pairs at J = 0.5, more above. The last row is the
price: a fifth of all pairs that share every twentieth shingle are compared, and each common
shingle makes a bucket of all its documents. Fewer tables lower both.
"""

from __future__ import annotations

from common import WORDS, Job, arguments
from pyspark.ml.feature import HashingTF, MinHashLSH, NGram, RegexTokenizer
from pyspark.sql import functions as F

parser = arguments(__doc__)
parser.add_argument(
    "--threshold", type=float, default=0.5, metavar="J", help="Jaccard (default: %(default)s)"
)
parser.add_argument(
    "--tables", type=int, default=5, metavar="T", help="hash tables (default: %(default)s)"
)
parser.add_argument("--seed", type=int, default=1, help="of the hashes (default: %(default)s)")


def main() -> None:
    given = parser.parse_args()
    job = Job("MLlib MinHashLSH", given)
    with job.stage("vectors"):
        words = RegexTokenizer(
            inputCol="text", outputCol="words", pattern=r"[\p{L}\p{N}]+", gaps=False
        )
        shingles = NGram(n=WORDS, inputCol="words", outputCol="shingles")
        hashed = HashingTF(
            inputCol="shingles", outputCol="vector", numFeatures=1 << 30, binary=True
        )
        rows = shingles.transform(words.transform(job.corpus())).where(F.size("shingles") > 0)
        vectors = hashed.transform(rows).select("id", "vector").persist()
        documents = vectors.count()
    with job.stage("join"):
        lsh = MinHashLSH(
            inputCol="vector", outputCol="hashes", numHashTables=given.tables, seed=given.seed
        )
        model = lsh.fit(vectors)
        # Hashed once, not once for each side of the join.
        signed = model.transform(vectors)
        joined = model.approxSimilarityJoin(signed, signed, 1 - given.threshold, "distance")
        # The distance of a pair at the threshold may be over it by rounding, as 1 - 0.7 is; such
        # pairs are lost.
        pairs = joined.where(F.col("datasetA.id") < F.col("datasetB.id")).select(
            F.col("datasetA.id").alias("id_a"),
            F.col("datasetB.id").alias("id_b"),
            (1 - F.col("distance")).alias("jaccard"),
        )
        job.write(pairs)
    found = job.session.read.parquet(given.output).count()
    job.finish(documents=documents, pairs=found)


if __name__ == "__main__":
    main()
