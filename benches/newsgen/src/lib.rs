//! A seeded generator of news-like corpora with ground truth.
//!
//! The text is invented. Its lengths, vocabulary and repetition follow measurements of real news
//! (`README.md`). Equal [`Spec`]s give the same bytes on every machine.
//!
//! ```
//! use newsgen::{Spec, generate};
//!
//! let spec = Spec { documents: 50, ..Spec::default() };
//! let (mut corpus, mut truth) = (Vec::new(), Vec::new());
//! let tally = generate(&spec, &mut corpus, &mut truth)?;
//! assert_eq!(tally.documents, 50);
//! assert_eq!(tally.bytes, corpus.len() as u64);
//! # Ok::<(), std::io::Error>(())
//! ```

mod corpus;
mod draw;
mod edits;
mod lexicon;
mod output;
mod pen;
mod prose;
mod record;
mod repeated;
mod scripts;
mod shingles;
mod sites;
mod spec;
mod syndicated;
mod traps;

use std::collections::BTreeMap;
use std::io::{self, Write};

pub use record::{Credit, DocPair, Document, Holding, Kind};
pub use spec::{Profile, Shares, Spec};

use corpus::Corpus;
use record::Made;

/// Counts of a generated corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Documents, as many as requested.
    pub documents: u64,
    /// Bytes of the corpus.
    pub bytes: u64,
    /// Rows of the truth file.
    pub pairs: u64,
    /// Documents of each kind. No document is a [`Kind::Sibling`].
    pub kinds: BTreeMap<Kind, u64>,
}

/// Writes the corpus of `spec` as JSON lines and its truth as CSV, one document at a time.
///
/// Memory is bounded by [`Spec::window`], not by the number of documents.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if a setting is out of range; otherwise the error of a writer,
/// with the document.
pub fn generate(spec: &Spec, corpus: &mut impl Write, truth: &mut impl Write) -> io::Result<Tally> {
    generate_with_stories(spec, corpus, truth, &mut io::sink())
}

/// Like [`generate`], and also writes the stories that every document holds as CSV ([`Holding`]).
///
/// # Errors
/// As [`generate`].
pub fn generate_with_stories(
    spec: &Spec,
    corpus: &mut impl Write,
    truth: &mut impl Write,
    stories: &mut impl Write,
) -> io::Result<Tally> {
    check(spec)?;
    let mut tally = Tally::default();
    let mut buffer = String::new();
    truth
        .write_all(output::TRUTH_HEADER.as_bytes())
        .map_err(|e| context(e, "the header of the truth"))?;
    stories
        .write_all(output::STORIES_HEADER.as_bytes())
        .map_err(|e| context(e, "the header of the stories"))?;
    for made in Corpus::new(spec) {
        let Made {
            document,
            pairs,
            holdings,
            kind,
        } = made;
        buffer.clear();
        output::append_document(&mut buffer, &document);
        corpus
            .write_all(buffer.as_bytes())
            .map_err(|e| context(e, &format!("document {}", document.id)))?;
        tally.documents += 1;
        tally.bytes += buffer.len() as u64;
        tally.pairs += pairs.len() as u64;
        *tally.kinds.entry(kind).or_default() += 1;

        buffer.clear();
        for pair in &pairs {
            output::append_pair(&mut buffer, pair);
        }
        truth
            .write_all(buffer.as_bytes())
            .map_err(|e| context(e, &format!("the truth of {}", document.id)))?;

        buffer.clear();
        for holding in &holdings {
            output::append_holding(&mut buffer, holding);
        }
        stories
            .write_all(buffer.as_bytes())
            .map_err(|e| context(e, &format!("the stories of {}", document.id)))?;
    }
    corpus
        .flush()
        .map_err(|e| context(e, "the end of the corpus"))?;
    truth
        .flush()
        .map_err(|e| context(e, "the end of the truth"))?;
    stories
        .flush()
        .map_err(|e| context(e, "the end of the stories"))?;
    Ok(tally)
}

/// Generates the same corpus in memory: documents in order, and the pairs of the truth.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if a setting is out of range.
pub fn documents(spec: &Spec) -> io::Result<(Vec<Document>, Vec<DocPair>)> {
    let (documents, truth, _) = documents_with_stories(spec)?;
    Ok((documents, truth))
}

/// Like [`documents`], and also returns the stories that every document holds.
///
/// # Errors
/// As [`documents`].
pub fn documents_with_stories(
    spec: &Spec,
) -> io::Result<(Vec<Document>, Vec<DocPair>, Vec<Holding>)> {
    check(spec)?;
    let (mut documents, mut truth, mut stories) = (Vec::new(), Vec::new(), Vec::new());
    for made in Corpus::new(spec) {
        documents.push(made.document);
        truth.extend(made.pairs);
        stories.extend(made.holdings);
    }
    Ok((documents, truth, stories))
}

fn check(spec: &Spec) -> io::Result<()> {
    match spec.complaint() {
        Some(complaint) => Err(io::Error::new(io::ErrorKind::InvalidInput, complaint)),
        None => Ok(()),
    }
}

fn context(error: io::Error, what: &str) -> io::Error {
    io::Error::new(error.kind(), format!("writing {what}: {error}"))
}
