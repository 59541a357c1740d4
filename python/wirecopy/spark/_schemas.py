"""Columns of the rows that stages take and give."""

from __future__ import annotations

import pyarrow as pa

LONG, INT, SMALL = pa.int64(), pa.int32(), pa.int8()
TEXT, BYTES, FLAG = pa.string(), pa.binary(), pa.bool_()

SIGNED = pa.schema(
    {
        "key": LONG,
        "id": TEXT,
        "site": TEXT,
        "seconds": LONG,
        "precision": SMALL,
        "page": LONG,
        "title": INT,
        "words": INT,
        "removed": INT,
        "content": BYTES,
        "whole": BYTES,
        "regions": BYTES,
        "bands": BYTES,
        "passages": BYTES,
        "repeats": BYTES,
        "identity": LONG,
        "fate": SMALL,
        "host": TEXT,
        "other_seconds": LONG,
        "number": pa.float64(),
        "proven": SMALL,
        "note": TEXT,
    }.items()
)
TEXTS = pa.schema(
    {
        "key": LONG,
        "identity": LONG,
        "text": TEXT,
        "url": TEXT,
        "headline": TEXT,
        "author": TEXT,
        "canonical": TEXT,
        "crawled": LONG,
        "crawled_precision": SMALL,
    }.items()
)
ENTRIES = pa.schema({"task": INT, "bands": BYTES, "passages": BYTES}.items())
PROPOSED = pa.schema(
    {"kind": SMALL, "a": LONG, "b": LONG, "documents": pa.list_(LONG)}.items()
)
COMPARED = pa.schema(
    {
        "a": LONG,
        "b": LONG,
        "shared": INT,
        "shingles_a": INT,
        "shingles_b": INT,
        "start_a": INT,
        "start_b": INT,
        "length": INT,
        "passage_words": INT,
        "long_passage": FLAG,
        "near": FLAG,
    }.items()
)
PAIRS = pa.schema({"a": LONG, "b": LONG}.items())
FINGERPRINTS = pa.schema({"fingerprint": INT}.items())
SHARING = pa.schema({"fingerprint": INT, "pages": LONG}.items())
EVIDENCE = pa.schema(
    {
        "fingerprint": INT,
        "site": TEXT,
        "site_pages": LONG,
        "stories": LONG,
        "notices": LONG,
        "at_ends": pa.float64(),
    }.items()
)
PROFILE = pa.schema({"site": TEXT, "fingerprint": INT, "kind": SMALL}.items())
TIMES = pa.schema({"site": TEXT, "seconds": LONG}.items())
REPORTS = pa.schema({"table": TEXT, "rows": BYTES}.items())

#: Columns that boilerplate and placeholder dates are learned from.
PAGES = [
    *["id", "site", "seconds", "precision", "page", "title", "words", "removed", "whole"],
    "repeats",
]

#: Columns of a document that the stages after the search need, besides its text.
FACTS = ["id", "site", "seconds", "precision", "page", "title", "words", "regions", "content"]
