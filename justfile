# List the verbs.
default:
    @just --list

# Format, lint, test: what a change must pass.
test:
    scripts/test

# Build the Python package and run its tests.
test-python *ARGS:
    scripts/test-python {{ARGS}}

# Test wirecopy.spark on a local cluster: PySpark 4, or PYSPARK=3.5.
test-spark *ARGS:
    scripts/test-spark {{ARGS}}

# Time the Python package beside the command and its peers.
measure-python *ARGS:
    scripts/measure-python {{ARGS}}

# Scan the sample newsroom.
sample:
    cargo run --release -- scan data/newsroom.jsonl -o pairs.csv

# Write the golden files of the command line anew.
bless:
    TRYCMD=overwrite cargo test --test suite cli::golden

# Time each stage on a generated corpus.
bench:
    cargo bench --profile dist --bench stages

# Run the pinned peers and wirecopy on one corpus, side by side.
compare *ARGS:
    scripts/compare-peers {{ARGS}}

# Crates that find the main text of web pages, on a folder of the article-extraction-benchmark.
extraction *ARGS:
    scripts/measure-extraction {{ARGS}}

# How fast one corpus is read in many formats.
readers *ARGS:
    scripts/measure-readers {{ARGS}}

# Time, memory and candidates at 10k, 100k and 1M documents.
scaling *ARGS:
    scripts/scaling {{ARGS}}

# Growth of CPU time on corpora that are made to be expensive.
adversarial *ARGS:
    scripts/measure-adversarial {{ARGS}}

# One night against an index of a million, and a million in 512M.
night *ARGS:
    scripts/one-night {{ARGS}}

# 100k articles against 10k short texts: copies, passages and pairs.
decontamination *ARGS:
    scripts/measure-decontamination {{ARGS}}

# A year of nights against one index.
year *ARGS:
    scripts/simulate-year {{ARGS}}

# Read damaged inputs with every reader: [READER [SECONDS [SEED]]]
fuzz-readers *ARGS:
    scripts/fuzz-readers {{ARGS}}

# Stop runs that change an index at every system call that matters.
kill-index *ARGS:
    scripts/kill-index {{ARGS}}

# Score a scan of a generated corpus against its truth (--profile news or traps).
score *ARGS:
    scripts/score-corpus {{ARGS}}

# Try the examples for nightly runs with the tools that they are for.
check-deploy:
    scripts/check-deploy

# Open the pages in Chromium, and label a sample.
test-report:
    scripts/test-report

# Read from servers that speak the protocols of object stores.
test-remote:
    scripts/test-remote

# Check licenses, advisories, unused dependencies and the minimum Rust version.
check-dependencies:
    scripts/check-dependencies

# Build what is installed or measured: target/dist/wirecopy.
dist:
    cargo build --profile dist --locked --bin wirecopy

# Build and check everything that is released: [DIRECTORY]
release *ARGS:
    scripts/release {{ARGS}}
