"""scan.py PARQUET PAIRS [SETTING=VALUE ...]: scans a Polars frame with the Python package.

Writes the pairs. The last line printed is JSON: the seconds spent in the package. The rest is
starting Python and reading the file into the frame.
"""

import json
import sys
import time

import polars

import wirecopy

corpus, out, *given = sys.argv[1:]
settings = dict(setting.split("=") for setting in given)
settings = {name: True if value == "True" else value for name, value in settings.items()}
frame = polars.read_parquet(corpus)
started = time.perf_counter()
wirecopy.scan(frame, output=out, **settings)
print(json.dumps({"seconds_in_library": round(time.perf_counter() - started, 3)}))
