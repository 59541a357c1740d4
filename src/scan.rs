//! The front door: set options by name, scan documents or files, and loop over what was found.
//!
//! May import: `attribution`, `cluster`, `compare`, `document`, `error`, `found`, `in_memory`,
//! `index`, `pipeline`, `read`, `sketch`, `storage`, `text`.
//! Imported by: nothing of this crate.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::attribution::credit::Credits;
use crate::cluster::{Relation, Selection};
use crate::compare::exact::{DEFAULT_LONG_PASSAGE, Excerpts};
use crate::compare::reworded::{DEFAULT_SCORE, DEFAULT_WINDOW, Rewording};
use crate::document::{Corpus, Document, Published};
use crate::error::ReadError;
use crate::found::Findings;
use crate::in_memory::InMemory;
use crate::index::{Addition, IndexError, Writer};
use crate::pipeline::{
    self, EarlierRuns, LEAST_MEMORY, Memory, ScanResult, Settings, Surfacing, Unobserved,
};
use crate::read::{self, FieldNames, Inputs};
use crate::sketch::banding::{BandingError, DEFAULT_PERMUTATIONS, DEFAULT_RECALL, RecallTarget};
use crate::storage::spill::Spill;
use crate::text::shingle::{LONGEST, Shingle};
use crate::text::words::WordRule;

/// A scan for documents that share their text: set what differs from the defaults, then
/// [`run`](Scan::run) it on documents in memory or [`run_paths`](Scan::run_paths) on files.
///
/// ```
/// use wirecopy::{Document, Scan};
///
/// let report = "The port of Halden closed on Monday after a crane fell across the only rail line \
///     into the harbour, the harbour master said, and will stay closed until Thursday.";
/// let documents = [
///     Document::new("a", report).site("halden.example").published("2026-03-02".parse()?),
///     Document::new("b", report).site("coast.example").published("2026-03-04".parse()?),
/// ];
/// let found = Scan::new().threshold(0.8).cross_site_only(true).run(&documents)?;
/// let pair = found.pairs().next().expect("one pair");
/// assert_eq!((pair.a.id(), pair.b.id(), pair.jaccard), ("a", "b", 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scan {
    threshold: f64,
    recall: f64,
    permutations: usize,
    shingle: Shingle,
    containment: Option<f64>,
    passage: Option<u32>,
    long_passage: u32,
    excerpts: bool,
    reworded: bool,
    boilerplate: bool,
    min_words: u32,
    seed: u64,
    selection: Selection,
    credits: Arc<Credits>,
    as_of: Option<Published>,
    memory: Option<u64>,
    temp_dir: Option<PathBuf>,
    threads: usize,
    fields: FieldNames,
    index: Option<PathBuf>,
    keep_days: Option<u32>,
    allow_replacing: bool,
}

/// Error that ends a [`Scan`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// A setting has a value that it cannot have.
    #[error("{name} is {value}, and must be {range}")]
    OutOfRange {
        /// The method of [`Scan`] that sets it.
        name: &'static str,
        /// Its value.
        value: String,
        /// The values that it can have.
        range: String,
    },
    /// No bands of the permitted permutations reach the recall.
    #[error("threshold, recall and permutations do not go together")]
    Banding(#[from] BandingError),
    /// The threads cannot be started.
    #[error("cannot start threads")]
    Threads(#[source] rayon::ThreadPoolBuildError),
    /// The documents cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index cannot be read or written, or was made with other settings.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Most documents would replace one of the index, which was left as it is.
    #[error("{replaced} of {documents} documents would replace one of the index with the same id")]
    MostlyReplaces {
        /// Documents that would be replaced.
        replaced: u64,
        /// Documents that were read.
        documents: u64,
    },
}

impl Default for Scan {
    fn default() -> Scan {
        Scan::new()
    }
}

impl Scan {
    /// A scan with the settings of the command `wirecopy scan`.
    pub fn new() -> Scan {
        let usual = Settings::default();
        Scan {
            threshold: usual.threshold,
            recall: DEFAULT_RECALL,
            permutations: DEFAULT_PERMUTATIONS,
            shingle: usual.shingle,
            containment: None,
            passage: None,
            long_passage: DEFAULT_LONG_PASSAGE,
            excerpts: true,
            reworded: false,
            boilerplate: usual.boilerplate,
            min_words: usual.min_words,
            seed: usual.seed,
            selection: usual.selection,
            credits: usual.credits,
            as_of: None,
            memory: None,
            temp_dir: None,
            threads: 0,
            fields: FieldNames::default(),
            index: None,
            keep_days: None,
            allow_replacing: false,
        }
    }

    /// Sets the Jaccard similarity from which two documents are near-duplicates: over 0, at most 1.
    #[must_use]
    pub fn threshold(self, threshold: f64) -> Scan {
        Scan { threshold, ..self }
    }

    /// Sets the chance that a pair exactly at the threshold is found: over 0, at most 1. With 1
    /// every pair is found, by prefix filtering instead of LSH bands.
    #[must_use]
    pub fn recall(self, recall: f64) -> Scan {
        Scan { recall, ..self }
    }

    /// Sets the largest number of MinHash permutations that bands may use (datasketch's
    /// `num_perm`).
    #[must_use]
    pub fn permutations(self, permutations: usize) -> Scan {
        Scan {
            permutations,
            ..self
        }
    }

    /// Sets what a shingle is: a run of words (5 by default) or of characters.
    #[must_use]
    pub fn shingle(self, shingle: Shingle) -> Scan {
        Scan { shingle, ..self }
    }

    /// Sets the containment from which a pair below the threshold is an excerpt: over 0, at most 1.
    #[must_use]
    pub fn containment(self, containment: f64) -> Scan {
        Scan {
            containment: Some(containment),
            ..self
        }
    }

    /// Sets the shortest passage of an excerpt in words, from 5 to 1,000. Two documents that share
    /// a run of this length are always compared.
    #[must_use]
    pub fn passage(self, words: u32) -> Scan {
        Scan {
            passage: Some(words),
            ..self
        }
    }

    /// Sets the number of words, quotations left out, of a passage that makes an excerpt whatever
    /// the containment: from 5 to 1,000, or 0 for none.
    #[must_use]
    pub fn long_passage(self, words: u32) -> Scan {
        Scan {
            long_passage: words,
            ..self
        }
    }

    /// Sets whether excerpts are looked for; without them a scan takes less time.
    #[must_use]
    pub fn excerpts(self, wanted: bool) -> Scan {
        Scan {
            excerpts: wanted,
            ..self
        }
    }

    /// Sets whether stories that were told sentence by sentence in other words are looked for.
    /// That they are copies is likely, not exact.
    #[must_use]
    pub fn reworded(self, wanted: bool) -> Scan {
        Scan {
            reworded: wanted,
            ..self
        }
    }

    /// Sets whether text that a site repeats across its pages stays in its documents. By default
    /// it is removed before anything is compared.
    #[must_use]
    pub fn keep_boilerplate(self, keep: bool) -> Scan {
        Scan {
            boilerplate: !keep,
            ..self
        }
    }

    /// Sets the number of words that a document needs to take part.
    #[must_use]
    pub fn min_words(self, words: u32) -> Scan {
        Scan {
            min_words: words,
            ..self
        }
    }

    /// Sets the seed of the signatures.
    #[must_use]
    pub fn seed(self, seed: u64) -> Scan {
        Scan { seed, ..self }
    }

    /// Sets whether only pairs on two different, known sites are reported.
    #[must_use]
    pub fn cross_site_only(mut self, only: bool) -> Scan {
        self.selection.cross_site_only = only;
        self
    }

    /// Sets which pairs are reported.
    #[must_use]
    pub fn selection(self, selection: Selection) -> Scan {
        Scan { selection, ..self }
    }

    /// Sets how news agencies are recognised in documents.
    #[must_use]
    pub fn credits(self, credits: Credits) -> Scan {
        Scan {
            credits: Arc::new(credits),
            ..self
        }
    }

    /// Sets the time of the run. Later dates of publication are not believed, and documents join an
    /// index at this time.
    #[must_use]
    pub fn as_of(self, time: Published) -> Scan {
        Scan {
            as_of: Some(time),
            ..self
        }
    }

    /// Limits memory to about this number of bytes, at least 128 MiB; hashes that do not fit go to
    /// a temporary file.
    #[must_use]
    pub fn memory(self, bytes: u64) -> Scan {
        Scan {
            memory: Some(bytes),
            ..self
        }
    }

    /// Sets the directory for temporary files; by default the system's.
    #[must_use]
    pub fn temp_dir(self, directory: impl Into<PathBuf>) -> Scan {
        Scan {
            temp_dir: Some(directory.into()),
            ..self
        }
    }

    /// Sets the number of threads; 0, the default, uses one for each core.
    #[must_use]
    pub fn threads(self, threads: usize) -> Scan {
        Scan { threads, ..self }
    }

    /// Sets the names under which files hold the fields of documents.
    #[must_use]
    pub fn fields(self, fields: FieldNames) -> Scan {
        Scan { fields, ..self }
    }

    /// Compares with the documents of an index as well, and adds the new ones to it. A directory
    /// that does not exist yet becomes a new index. Pairs of two documents that were in the index
    /// already are not reported again.
    #[must_use]
    pub fn index(self, directory: impl Into<PathBuf>) -> Scan {
        Scan {
            index: Some(directory.into()),
            ..self
        }
    }

    /// Sets how many days a document stays in the index.
    #[must_use]
    pub fn keep_days(self, days: u32) -> Scan {
        Scan {
            keep_days: Some(days),
            ..self
        }
    }

    /// Sets whether most documents may replace one of the index with the same id, and whether one
    /// does so if neither has a url or a site. By default such a run fails, and such a document
    /// stays beside the other under another id.
    #[must_use]
    pub fn allow_replacing(self, allow: bool) -> Scan {
        Scan {
            allow_replacing: allow,
            ..self
        }
    }

    /// Scans documents in memory.
    ///
    /// # Errors
    /// When a setting is out of range, or the index cannot be read, does not fit the settings, or
    /// cannot be written.
    pub fn run(&self, documents: &[Document<'_>]) -> Result<Findings, ScanError> {
        let result = self.run_corpus(&InMemory::new(documents))?;
        Ok(Findings::new(result, true))
    }

    /// Scans files and directories.
    ///
    /// # Errors
    /// As [`run`](Scan::run); also when a file cannot be read. A single bad record is no error: see
    /// [`Findings::rejects`].
    pub fn run_paths<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Findings, ScanError> {
        let name = |path: P| path.as_ref().to_string_lossy().into_owned();
        let names: Vec<String> = paths.into_iter().map(name).collect();
        let reading = read::ReadSettings {
            fields: self.fields.clone(),
            temp_dir: self.temp_dir.clone(),
            ..read::ReadSettings::default()
        };
        let result = self.run_corpus(&Inputs::open(&names, reading)?)?;
        Ok(Findings::new(result, false))
    }

    fn run_corpus<C: Corpus>(&self, corpus: &C) -> Result<ScanResult, ScanError> {
        let settings = self.settings()?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build()
            .map_err(ScanError::Threads)?;
        pool.install(|| match &self.index {
            None => Ok(pipeline::scan(corpus, &settings, &Unobserved)?),
            Some(directory) => self.run_night(corpus, settings, directory),
        })
    }

    fn run_night<C: Corpus>(
        &self,
        corpus: &C,
        mut settings: Settings,
        directory: &Path,
    ) -> Result<ScanResult, ScanError> {
        let now = match self.as_of {
            Some(time) => time.seconds,
            None => jiff::Timestamp::now().as_second(),
        };
        let since = self
            .keep_days
            .map(|days| now.saturating_sub(i64::from(days) * 24 * 60 * 60));
        let mut writer = Writer::open(directory, false, &|_| {})?;
        let mut before = match writer.index() {
            None => EarlierRuns::of_new_index(),
            Some(index) => {
                index.settings().lead(&mut settings)?;
                index.before(self.as_of.map(|_| now), since)?.0
            }
        };
        before.replace_by_id_alone(self.allow_replacing);
        let result = pipeline::scan_after(corpus, before, &settings, &Unobserved)?;
        let documents = result.counts.documents.read;
        if !self.allow_replacing && result.read.mostly_replaces(documents) {
            return Err(ScanError::MostlyReplaces {
                replaced: result.read.replaced.len() as u64,
                documents: documents + result.read.known.len() as u64,
            });
        }
        let addition = Addition::of(&result);
        writer
            .add(&addition, corpus, &settings, now, since)?
            .publish()?;
        // The night is published by now. Segments that cannot be merged are merged by a later run.
        let _ = writer.tidy();
        Ok(result)
    }

    /// Checks the settings and works out what follows from them.
    fn settings(&self) -> Result<Settings, ScanError> {
        let share = |name, value: f64| {
            let in_range = value > 0.0 && value <= 1.0;
            check(name, value, in_range, "over 0 and at most 1".to_owned())
        };
        let threshold = share("threshold", self.threshold)?;
        let recall = share("recall", self.recall)?;
        let surfacing = Surfacing::for_recall(RecallTarget {
            threshold,
            recall,
            permutations: self.permutations,
        })?;
        let (Shingle::Words(size) | Shingle::Chars(size)) = self.shingle;
        let sizes = format!("from 1 to {LONGEST} words or characters");
        check(
            "shingle",
            self.shingle,
            (1..=LONGEST).contains(&size),
            sizes,
        )?;
        let usual = Excerpts::default_for(self.shingle);
        let excerpts = Excerpts {
            containment: share("containment", self.containment.unwrap_or(usual.containment))?,
            passage: self.passage.unwrap_or(usual.passage),
            long_passage: (self.long_passage > 0).then_some(self.long_passage),
        };
        let in_range = Excerpts::PASSAGES.contains(&excerpts.passage);
        let (shortest, longest) = Excerpts::PASSAGES.into_inner();
        let lengths = format!("from {shortest} to {longest} words");
        check("passage", excerpts.passage, in_range, lengths)?;
        if let Some(words) = excerpts.long_passage {
            let in_range = Excerpts::PASSAGES.contains(&words);
            let lengths = format!("0 or from {shortest} to {longest} words");
            check("long_passage", words, in_range, lengths)?;
        }
        let with_excerpts = self.excerpts && self.selection.takes(Relation::Excerpt);
        Ok(Settings {
            shingle: self.shingle,
            word_rule: WordRule::default(),
            threshold,
            surfacing,
            excerpts: with_excerpts.then_some(excerpts),
            boilerplate: self.boilerplate,
            seed: self.seed,
            min_words: self.min_words,
            selection: self.selection.clone(),
            credits: Arc::clone(&self.credits),
            as_of: self.as_of,
            keep_hashes: self.index.is_some(),
            memory: self.memory_limit()?,
            reworded: self.reworded.then_some(Rewording {
                score: DEFAULT_SCORE,
                window: self.selection.window.unwrap_or(DEFAULT_WINDOW),
            }),
            ..Settings::default()
        })
    }

    fn memory_limit(&self) -> Result<Option<Memory>, ScanError> {
        let Some(limit) = self.memory else {
            return Ok(None);
        };
        let least = format!("at least {LEAST_MEMORY} bytes");
        check("memory", limit, limit >= LEAST_MEMORY, least)?;
        Ok(Some(Memory {
            limit,
            store: Arc::new(Spill::new(self.temp_dir.as_deref())?),
        }))
    }
}

/// Returns the value of a setting if it is in range.
fn check<T: Display>(
    name: &'static str,
    value: T,
    in_range: bool,
    range: String,
) -> Result<T, ScanError> {
    match in_range {
        true => Ok(value),
        false => Err(ScanError::OutOfRange {
            name,
            value: value.to_string(),
            range,
        }),
    }
}
