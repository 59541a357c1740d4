//! The documents tell the truth: links lead somewhere, flags exist, and defaults are the constants.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wirecopy::cluster::BIG_CLUSTER;
use wirecopy::plan::{DEFAULT_PERMUTATIONS, DEFAULT_RECALL, DEFAULT_THRESHOLD};
use wirecopy::read::{
    AUTHOR_NAMES, CANONICAL_NAMES, Format, ID_NAMES, MAX_RECORD, PUBLISHED_NAMES, SITE_NAMES,
    TEXT_NAMES, TITLE_NAMES, URL_NAMES,
};
use wirecopy::shingle::DEFAULT_SHINGLE;
use wirecopy::sign::DEFAULT_SEED;
