"""Scans a corpus on the cluster of the environment and on this machine, and tells whether both find
the same. Arguments: the script of clusters, and the stage in which a worker is killed, if any."""

import subprocess
import sys
import threading

import pyarrow as pa
import wirecopy
import wirecopy.spark
from corpora import corpus
from pyspark.sql import SparkSession
from test_scan import AS_OF, SCHEMA, TABLES, rows
from wirecopy.spark._kept import Kept
from wirecopy.spark._tasks import collected

script, fatal = sys.argv[1], sys.argv[2]
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
keep, killed = Kept.keep, []


def kill() -> None:
    subprocess.run([sys.executable, script, "kill", "worker-2"], check=True)
    killed.append(fatal)


def keep_and_kill(self, frame, stage):  # type: ignore[no-untyped-def]
    if stage != fatal:
        return keep(self, frame, stage)
    # Half a second later, tasks run and parts of the shuffle are written.
    timer = threading.Timer(0.5, kill)
    timer.start()
    done = keep(self, frame, stage)
    timer.join()
    return done


Kept.keep = keep_and_kill  # type: ignore[method-assign]
records = corpus(11, hot_pages=120, stories=40)
frame = spark.createDataFrame(records, SCHEMA).repartition(4, "id")
found = wirecopy.spark.scan(frame, tasks=4, as_of=AS_OF)
alone = wirecopy.scan(
    pa.Table.from_pylist(records, pa.schema([(name, pa.string()) for name in records[0]])),
    as_of=AS_OF,
)
for name in TABLES:
    assert rows(collected(getattr(found, name))) == rows(getattr(alone, name)), name
assert killed == ([fatal] if fatal else [])
print(len(alone.pairs), "pairs, the same")
