"""Types of the settings. Written by scripts/python-settings from the flags of the command."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from typing import Literal, TypedDict, Union

Path = Union[str, "os.PathLike[str]"]
Date = Union[str, datetime.date]
Span = Union[str, datetime.timedelta]


class ScanSettings(TypedDict, total=False):
    """Settings of `scan`."""

    #: Write pairs to this file (default: standard output, as CSV)
    output: Path
    #: Begin tables in .csv and .tsv with a byte order mark, for Excel
    bom: bool
    #: Write clusters of documents that pairs join
    clusters: Path
    #: Write the documents of every cluster
    members: Path
    #: Write which site copies from which, how much and how fast
    sites: Path
    #: Write every document without its boilerplate
    clean: Path
    #: Add to each pair the positions of its shared passages; needs pairs in .jsonl
    passages: bool
    #: Write counts, settings, times and memory as JSON
    summary: Path
    #: Write a page for the browser
    report: Path
    #: Maximum number of pairs on the page; those of the biggest clusters come first (default:
    #: 50000)
    report_limit: Union[int, str]
    #: Write rejected records with file, line and reason
    rejects: Path
    #: Write metrics in the text format of Prometheus, even if the run fails
    metrics: Path
    #: Add a label to every metric, to tell jobs apart; can be repeated
    metrics_label: Union[str, Sequence[str]]
    #: Minimum Jaccard similarity of near-duplicates (default: 0.5)
    threshold: float
    #: Minimum containment of an excerpt [default: 0.3]
    containment: float
    #: Minimum containment of an excerpt within one site, if it is higher (default: 0.8)
    same_site_containment: float
    #: Minimum words in the longest passage of an excerpt [default: 25]
    passage: Union[int, str]
    #: Minimum unquoted words of a passage that is an excerpt whatever the containment
    #: (default: 80)
    long_passage: Union[int, str]
    #: Compare boilerplate too: text that a site repeats on its pages
    keep_boilerplate: bool
    #: Compare runs of N words or N characters (default: word:5)
    shingle: str
    #: Ignore documents with fewer words (default: 1)
    min_words: Union[int, str]
    #: Probability that a pair at the threshold is found (default: 0.99)
    recall: float
    #: Maximum number of hash functions in a signature (default: 128)
    permutations: Union[int, str]
    #: Number of bands in a signature
    bands: Union[int, str]
    #: Number of rows in each band
    rows: Union[int, str]
    #: Seed of the signatures (default: 1)
    seed: Union[int, str]
    #: Also find reworded copy
    reworded: bool
    #: Minimum probability of reworded copy: over 0, at most 1 (default: 0.97)
    reworded_score: float
    #: Write only these relations
    relations: Union[
        Literal["exact", "near", "excerpt"], Sequence[Literal["exact", "near", "excerpt"]]
    ]
    #: Write only pairs with a document on this site; can be repeated
    site: Union[str, Sequence[str]]
    #: Write only pairs with no document on this site; can be repeated
    not_site: Union[str, Sequence[str]]
    #: Write only pairs of documents on different, known sites
    cross_site_only: bool
    #: Find only pairs published within this time, such as 3d, 36h or 1d12h
    window: Span
    #: Find no excerpts of whose common words more than this share is quoted: from 0 to 1
    max_quoted: float
    #: Write every pair, even in clusters of over 256 documents
    all_pairs: bool
    #: In clusters of over 256 documents, write one link per document (the default)
    links: bool
    #: Format of all inputs
    input_format: Literal[
        "jsonl", "json", "csv", "tsv", "text", "html", "warc", "feed", "parquet", "arrow", "xlsx"
    ]
    #: Encoding of all inputs, such as windows-1252
    encoding: str
    #: Separator of the cells of tables: a character, or `tab`
    delimiter: str
    #: Meaning of double quotes in tables
    quote: Literal["double", "none"]
    #: Names of the columns of tables that have no header line
    columns: Union[str, Sequence[str]]
    #: Take the first line of tables for a record
    no_header: bool
    #: Field with the document's id; usually id or doc_id
    id_field: str
    #: Field with the text; usually text, content, body or maintext
    text_field: str
    #: Field with the url; usually url or link
    url_field: str
    #: Field with the site; usually site, source or domain, else taken from the url
    site_field: str
    #: Field with the time of publication; usually published, date, date_publish or timestamp
    published_field: str
    #: Field with the headline; usually title
    title_field: str
    #: Field with the byline; usually author
    author_field: str
    #: Field with the url of the original; usually canonical
    canonical_field: str
    #: Field with the time of the crawl; usually crawled, crawl_ts or date_download
    crawled_field: str
    #: Take the site of documents without one from the path of their file
    site_from_path: bool
    #: Take the date of documents without one from the path of their file
    date_from_path: bool
    #: Form of dates as in strptime, tried first, such as '%d/%m/%Y %H:%M'
    date_format: Union[str, Sequence[str]]
    #: Time zone of times without one, such as Europe/Berlin, UTC or +01:00
    time_zone: str
    #: Maximum size of a record (default: 64M)
    max_record: Union[int, str]
    #: Maximum number of bytes that one compressed byte may expand to (default: 200)
    max_expansion: Union[int, str]
    #: Read addresses that begin with http:// (others on the way can read and change them)
    allow_http: bool
    #: Go on if an unknown number of records is lost
    allow_loss: bool
    #: Fail and write nothing if any record is rejected
    strict: bool
    #: Fail and write nothing if more records than this are rejected
    max_rejects: Union[int, str]
    #: Fail and write nothing if no document with a word was read
    fail_if_empty: bool
    #: Compare only with these files or this index; can be repeated
    against: Union[str, Sequence[str]]
    #: Field of the reference with the text, if the inputs call it otherwise
    against_text_field: str
    #: Field of the reference with the id, if the inputs call it otherwise
    against_id_field: str
    #: Recognise the agencies of this table too; data/credits.toml shows the format
    credits: Path
    #: Ignore later dates as evidence of who was first (default: now)
    as_of: Date
    #: Compare with this index too, then add the documents of this run
    index: Path
    #: Compare with the index, but do not change it
    no_add: bool
    #: Withdraw documents of the same night that the input no longer has
    replace_night: bool
    #: Remove documents from the index this long after they were added, such as 90d
    keep: Span
    #: Allow most documents to replace one of the index
    allow_replacing: bool
    #: Wait for another run that writes to the index
    wait: bool
    #: Read settings from this file
    config: Path
    #: Directory for temporary files (default: that of the system)
    temp_dir: Path
    #: Maximum memory, such as 2G; the rest goes to disk (default: no limit)
    memory: Union[int, str]
    #: Number of threads, at most 1024; 0 means one per core (default: 0)
    threads: Union[int, str]
    #: Print what each stage did, and every rejected record
    verbose: bool


class DedupSettings(TypedDict, total=False):
    """Settings of `dedup`."""

    #: Write documents to this file (default: standard output)
    output: Path
    #: Mark duplicates instead of removing them
    mark: bool
    #: Name of the field for the document that is duplicated, with --mark (default:
    #: duplicate_of)
    mark_field: str
    #: Name of the field for the group, with --mark (default: duplicate_group)
    group_field: str
    #: Write the removed documents to this file, with reasons
    removed: Path
    #: Write rejected records with file, line and reason
    rejects: Path
    #: Which of several duplicates to keep; --help lists the rules (default: first-published)
    prefer: str
    #: Minimum Jaccard similarity of a duplicate (default: 0.8)
    threshold: float
    #: Compare only with these files or this index; can be repeated
    against: Union[str, Sequence[str]]
    #: Field of the reference with the text, if the inputs call it otherwise
    against_text_field: str
    #: Field of the reference with the id, if the inputs call it otherwise
    against_id_field: str
    #: Also remove documents that hold a passage of the reference
    excerpts: bool
    #: Words of a passage, with --excerpts (default: 13)
    passage: Union[int, str]
    #: Ignore documents of the reference with fewer words, with --excerpts (default: 5)
    min_reference_words: Union[int, str]
    #: Compare boilerplate too: text that a site repeats on its pages
    keep_boilerplate: bool
    #: Compare runs of N words or N characters (default: word:5)
    shingle: str
    #: Ignore documents with fewer words (default: 1)
    min_words: Union[int, str]
    #: Probability that a pair at the threshold is found (default: 0.99)
    recall: float
    #: Maximum number of hash functions in a signature (default: 128)
    permutations: Union[int, str]
    #: Number of bands in a signature
    bands: Union[int, str]
    #: Number of rows in each band
    rows: Union[int, str]
    #: Seed of the signatures (default: 1)
    seed: Union[int, str]
    #: Format of all inputs
    input_format: Literal[
        "jsonl", "json", "csv", "tsv", "text", "html", "warc", "feed", "parquet", "arrow", "xlsx"
    ]
    #: Encoding of all inputs, such as windows-1252
    encoding: str
    #: Separator of the cells of tables: a character, or `tab`
    delimiter: str
    #: Meaning of double quotes in tables
    quote: Literal["double", "none"]
    #: Names of the columns of tables that have no header line
    columns: Union[str, Sequence[str]]
    #: Take the first line of tables for a record
    no_header: bool
    #: Field with the document's id; usually id or doc_id
    id_field: str
    #: Field with the text; usually text, content, body or maintext
    text_field: str
    #: Field with the url; usually url or link
    url_field: str
    #: Field with the site; usually site, source or domain, else taken from the url
    site_field: str
    #: Field with the time of publication; usually published, date, date_publish or timestamp
    published_field: str
    #: Field with the headline; usually title
    title_field: str
    #: Field with the byline; usually author
    author_field: str
    #: Field with the url of the original; usually canonical
    canonical_field: str
    #: Field with the time of the crawl; usually crawled, crawl_ts or date_download
    crawled_field: str
    #: Take the site of documents without one from the path of their file
    site_from_path: bool
    #: Take the date of documents without one from the path of their file
    date_from_path: bool
    #: Form of dates as in strptime, tried first, such as '%d/%m/%Y %H:%M'
    date_format: Union[str, Sequence[str]]
    #: Time zone of times without one, such as Europe/Berlin, UTC or +01:00
    time_zone: str
    #: Maximum size of a record (default: 64M)
    max_record: Union[int, str]
    #: Maximum number of bytes that one compressed byte may expand to (default: 200)
    max_expansion: Union[int, str]
    #: Read addresses that begin with http:// (others on the way can read and change them)
    allow_http: bool
    #: Go on if an unknown number of records is lost
    allow_loss: bool
    #: Fail and write nothing if any record is rejected
    strict: bool
    #: Fail and write nothing if more records than this are rejected
    max_rejects: Union[int, str]
    #: Fail and write nothing if no document with a word was read
    fail_if_empty: bool
    #: Compare with this index too, then add the documents of this run
    index: Path
    #: Compare with the index, but do not change it
    no_add: bool
    #: Withdraw documents of the same night that the input no longer has
    replace_night: bool
    #: Remove documents from the index this long after they were added, such as 90d
    keep: Span
    #: Allow most documents to replace one of the index
    allow_replacing: bool
    #: Wait for another run that writes to the index
    wait: bool
    #: Date on which the kept documents are added to the index (default: now)
    as_of: Date
    #: Read settings from this file
    config: Path
    #: Directory for temporary files (default: that of the system)
    temp_dir: Path
    #: Maximum memory, such as 2G; the rest goes to disk (default: no limit)
    memory: Union[int, str]
    #: Number of threads, at most 1024; 0 means one per core (default: 0)
    threads: Union[int, str]
    #: Print what each stage did, and every rejected record
    verbose: bool


class ExplainSettings(TypedDict, total=False):
    """Settings of `explain`."""

    #: Write to this file (default: standard output)
    output: Path
    #: Minimum Jaccard similarity of near-duplicates (default: 0.5)
    threshold: float
    #: Minimum containment of an excerpt [default: 0.3]
    containment: float
    #: Minimum containment of an excerpt within one site, if it is higher (default: 0.8)
    same_site_containment: float
    #: Minimum words in the longest passage of an excerpt [default: 25]
    passage: Union[int, str]
    #: Minimum unquoted words of a passage that is an excerpt whatever the containment
    #: (default: 80)
    long_passage: Union[int, str]
    #: Compare boilerplate too: text that a site repeats on its pages
    keep_boilerplate: bool
    #: Compare runs of N words or N characters (default: word:5)
    shingle: str
    #: Ignore documents with fewer words (default: 1)
    min_words: Union[int, str]
    #: Probability that a pair at the threshold is found (default: 0.99)
    recall: float
    #: Maximum number of hash functions in a signature (default: 128)
    permutations: Union[int, str]
    #: Number of bands in a signature
    bands: Union[int, str]
    #: Number of rows in each band
    rows: Union[int, str]
    #: Seed of the signatures (default: 1)
    seed: Union[int, str]
    #: Also find reworded copy
    reworded: bool
    #: Minimum probability of reworded copy: over 0, at most 1 (default: 0.97)
    reworded_score: float
    #: Write only these relations
    relations: Union[
        Literal["exact", "near", "excerpt"], Sequence[Literal["exact", "near", "excerpt"]]
    ]
    #: Write only pairs with a document on this site; can be repeated
    site: Union[str, Sequence[str]]
    #: Write only pairs with no document on this site; can be repeated
    not_site: Union[str, Sequence[str]]
    #: Write only pairs of documents on different, known sites
    cross_site_only: bool
    #: Find only pairs published within this time, such as 3d, 36h or 1d12h
    window: Span
    #: Find no excerpts of whose common words more than this share is quoted: from 0 to 1
    max_quoted: float
    #: Write every pair, even in clusters of over 256 documents
    all_pairs: bool
    #: In clusters of over 256 documents, write one link per document (the default)
    links: bool
    #: Format of all inputs
    input_format: Literal[
        "jsonl", "json", "csv", "tsv", "text", "html", "warc", "feed", "parquet", "arrow", "xlsx"
    ]
    #: Encoding of all inputs, such as windows-1252
    encoding: str
    #: Separator of the cells of tables: a character, or `tab`
    delimiter: str
    #: Meaning of double quotes in tables
    quote: Literal["double", "none"]
    #: Names of the columns of tables that have no header line
    columns: Union[str, Sequence[str]]
    #: Take the first line of tables for a record
    no_header: bool
    #: Field with the document's id; usually id or doc_id
    id_field: str
    #: Field with the text; usually text, content, body or maintext
    text_field: str
    #: Field with the url; usually url or link
    url_field: str
    #: Field with the site; usually site, source or domain, else taken from the url
    site_field: str
    #: Field with the time of publication; usually published, date, date_publish or timestamp
    published_field: str
    #: Field with the headline; usually title
    title_field: str
    #: Field with the byline; usually author
    author_field: str
    #: Field with the url of the original; usually canonical
    canonical_field: str
    #: Field with the time of the crawl; usually crawled, crawl_ts or date_download
    crawled_field: str
    #: Take the site of documents without one from the path of their file
    site_from_path: bool
    #: Take the date of documents without one from the path of their file
    date_from_path: bool
    #: Form of dates as in strptime, tried first, such as '%d/%m/%Y %H:%M'
    date_format: Union[str, Sequence[str]]
    #: Time zone of times without one, such as Europe/Berlin, UTC or +01:00
    time_zone: str
    #: Maximum size of a record (default: 64M)
    max_record: Union[int, str]
    #: Maximum number of bytes that one compressed byte may expand to (default: 200)
    max_expansion: Union[int, str]
    #: Read addresses that begin with http:// (others on the way can read and change them)
    allow_http: bool
    #: Go on if an unknown number of records is lost
    allow_loss: bool
    #: Fail and write nothing if any record is rejected
    strict: bool
    #: Fail and write nothing if more records than this are rejected
    max_rejects: Union[int, str]
    #: Fail and write nothing if no document with a word was read
    fail_if_empty: bool
    #: Recognise the agencies of this table too; data/credits.toml shows the format
    credits: Path
    #: Ignore later dates as evidence of who was first (default: now)
    as_of: Date
    #: Also search the documents of this index, which does not change
    index: Path
    #: Read settings from this file
    config: Path
    #: Directory for temporary files (default: that of the system)
    temp_dir: Path
    #: Maximum memory, such as 2G; the rest goes to disk (default: no limit)
    memory: Union[int, str]
    #: Number of threads, at most 1024; 0 means one per core (default: 0)
    threads: Union[int, str]
    #: Print what each stage did, and every rejected record
    verbose: bool


class TuneSettings(TypedDict, total=False):
    """Settings of `tune`."""

    #: Values of --threshold to try, separated by commas
    thresholds: Union[float, Sequence[float]]
    #: Values of --containment to try, separated by commas
    containments: Union[float, Sequence[float]]
    #: Values of --passage to try, separated by commas
    passages: Union[Union[int, str], Sequence[Union[int, str]]]
    #: Values of --shingle to try too; each takes a search of its own
    shingles: Union[str, Sequence[str]]
    #: Values of --reworded-score to try with --reworded
    reworded_scores: Union[float, Sequence[float]]
    #: Try all combinations of these values, instead of one at a time
    grid: bool
    #: Labels that mean a copy, separated by commas; all others then mean no copy
    copies: Union[str, Sequence[str]]
    #: Labels to leave out, separated by commas
    unsure: Union[str, Sequence[str]]
    #: Columns of labels with the two ids, if they have other names
    id_columns: Union[str, Sequence[str]]
    #: Column with the label, if it has another name
    label_column: Union[str, Sequence[str]]
    #: Column with the person who labelled the pair, if it has another name
    annotator_column: str
    #: Take the label of most people for pairs with different labels
    majority: bool
    #: Minimum precision of the best choice
    min_precision: float
    #: Suggest numbers without labels, from a valley in the scores
    suggest: bool
    #: Store the best choice in this settings file
    write: Path
    #: Write to this file (default: standard output)
    output: Path
    #: Write a page with curves for the browser
    report: Path
    #: Minimum Jaccard similarity of near-duplicates (default: 0.5)
    threshold: float
    #: Minimum containment of an excerpt [default: 0.3]
    containment: float
    #: Minimum containment of an excerpt within one site, if it is higher (default: 0.8)
    same_site_containment: float
    #: Minimum words in the longest passage of an excerpt [default: 25]
    passage: Union[int, str]
    #: Minimum unquoted words of a passage that is an excerpt whatever the containment
    #: (default: 80)
    long_passage: Union[int, str]
    #: Compare boilerplate too: text that a site repeats on its pages
    keep_boilerplate: bool
    #: Compare runs of N words or N characters (default: word:5)
    shingle: str
    #: Ignore documents with fewer words (default: 1)
    min_words: Union[int, str]
    #: Probability that a pair at the threshold is found (default: 0.99)
    recall: float
    #: Maximum number of hash functions in a signature (default: 128)
    permutations: Union[int, str]
    #: Number of bands in a signature
    bands: Union[int, str]
    #: Number of rows in each band
    rows: Union[int, str]
    #: Seed of the signatures (default: 1)
    seed: Union[int, str]
    #: Also find reworded copy
    reworded: bool
    #: Minimum probability of reworded copy: over 0, at most 1 (default: 0.97)
    reworded_score: float
    #: Write only these relations
    relations: Union[
        Literal["exact", "near", "excerpt"], Sequence[Literal["exact", "near", "excerpt"]]
    ]
    #: Write only pairs with a document on this site; can be repeated
    site: Union[str, Sequence[str]]
    #: Write only pairs with no document on this site; can be repeated
    not_site: Union[str, Sequence[str]]
    #: Write only pairs of documents on different, known sites
    cross_site_only: bool
    #: Find only pairs published within this time, such as 3d, 36h or 1d12h
    window: Span
    #: Find no excerpts of whose common words more than this share is quoted: from 0 to 1
    max_quoted: float
    #: Write every pair, even in clusters of over 256 documents
    all_pairs: bool
    #: In clusters of over 256 documents, write one link per document (the default)
    links: bool
    #: Format of all inputs
    input_format: Literal[
        "jsonl", "json", "csv", "tsv", "text", "html", "warc", "feed", "parquet", "arrow", "xlsx"
    ]
    #: Encoding of all inputs, such as windows-1252
    encoding: str
    #: Separator of the cells of tables: a character, or `tab`
    delimiter: str
    #: Meaning of double quotes in tables
    quote: Literal["double", "none"]
    #: Names of the columns of tables that have no header line
    columns: Union[str, Sequence[str]]
    #: Take the first line of tables for a record
    no_header: bool
    #: Field with the document's id; usually id or doc_id
    id_field: str
    #: Field with the text; usually text, content, body or maintext
    text_field: str
    #: Field with the url; usually url or link
    url_field: str
    #: Field with the site; usually site, source or domain, else taken from the url
    site_field: str
    #: Field with the time of publication; usually published, date, date_publish or timestamp
    published_field: str
    #: Field with the headline; usually title
    title_field: str
    #: Field with the byline; usually author
    author_field: str
    #: Field with the url of the original; usually canonical
    canonical_field: str
    #: Field with the time of the crawl; usually crawled, crawl_ts or date_download
    crawled_field: str
    #: Take the site of documents without one from the path of their file
    site_from_path: bool
    #: Take the date of documents without one from the path of their file
    date_from_path: bool
    #: Form of dates as in strptime, tried first, such as '%d/%m/%Y %H:%M'
    date_format: Union[str, Sequence[str]]
    #: Time zone of times without one, such as Europe/Berlin, UTC or +01:00
    time_zone: str
    #: Maximum size of a record (default: 64M)
    max_record: Union[int, str]
    #: Maximum number of bytes that one compressed byte may expand to (default: 200)
    max_expansion: Union[int, str]
    #: Read addresses that begin with http:// (others on the way can read and change them)
    allow_http: bool
    #: Go on if an unknown number of records is lost
    allow_loss: bool
    #: Fail and write nothing if any record is rejected
    strict: bool
    #: Fail and write nothing if more records than this are rejected
    max_rejects: Union[int, str]
    #: Fail and write nothing if no document with a word was read
    fail_if_empty: bool
    #: Read settings from this file
    config: Path
    #: Directory for temporary files (default: that of the system)
    temp_dir: Path
    #: Maximum memory, such as 2G; the rest goes to disk (default: no limit)
    memory: Union[int, str]
    #: Number of threads, at most 1024; 0 means one per core (default: 0)
    threads: Union[int, str]
    #: Print what each stage did, and every rejected record
    verbose: bool
