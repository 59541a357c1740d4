//! The search: finds stories that share names and numbers, and compares them.

use std::borrow::Cow;
use std::collections::hash_map::Entry;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::sentences::{SentenceTools, read_sentences};
use super::stories::StoryTable;
use super::weights::weights_of;
use crate::candidates::rewording;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{DocNo, DocPair};
use crate::cluster::RewordedPair;
use crate::compare::exact::{Comparison, Shingled};
use crate::compare::reworded::sentences::Sentences;
use crate::compare::reworded::weights::Weights;
use crate::compare::reworded::{self, Rewording};
use crate::error::ReadError;
use crate::pipeline::observer::{Observer, Stage};
use crate::pipeline::settings::Settings;
use crate::pipeline::texts::{CorpusTexts, TextReader};

/// Pairs that one task compares: some 20 ms of work.
const PAIRS_PER_TASK: usize = 32;

/// Terms of texts that a thread keeps for the next pairs: about 20 MB.
const TERMS_KEPT: usize = 1 << 18;

/// Counts of a search for reworded copy.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct RewordedCounts {
    /// Stories without names and numbers in Latin script, which cannot be found.
    pub without_anchors: u64,
    /// Pairs of stories that were compared sentence by sentence.
    pub candidates: u64,
    /// Pairs of names or numbers that are in too many stories to compare all of these.
    pub common_anchors: u64,
    /// Upper bound of the pairs of stories that were not compared for this reason.
    pub not_compared: u64,
    /// Pairs that were found.
    pub found: u64,
}

/// Finds reworded copy among stories that share no words: one pair of documents for two stories.
pub(in crate::pipeline) fn find_reworded(
    texts: &CorpusTexts<'_>,
    groups: &[IdenticalGroup],
    compared: &[Comparison],
    settings: &Settings,
    rewording: Rewording,
    observer: &dyn Observer,
) -> Result<(Vec<RewordedPair>, RewordedCounts), ReadError> {
    observer.begin(Stage::Candidates, None);
    let stories = StoryTable::of(texts.catalog, groups, compared);
    let anchors: Vec<Cow<'_, [u32]>> = stories
        .stories
        .par_iter()
        .map(|story| texts.catalog.anchors(story.documents[0]))
        .collect::<Result<_, ReadError>>()?;
    let anchors: Vec<&[u32]> = anchors.iter().map(|anchors| &anchors[..]).collect();
    let without_anchors = anchors.iter().filter(|anchors| anchors.is_empty()).count();
    let sharing = rewording::sharing(
        &anchors,
        &|x, y| stories.may_pair(x, y, rewording.window),
        &|x, y| !stories.share_words(x, y),
    )?;
    let candidates: Vec<DocPair> = sharing
        .pairs
        .par_iter()
        .filter_map(|&(x, y)| stories.pair_to_compare(texts.catalog, x, y, settings, rewording))
        .collect();
    let mut counts = RewordedCounts {
        without_anchors: without_anchors as u64,
        candidates: candidates.len() as u64,
        common_anchors: sharing.common,
        not_compared: sharing.not_compared,
        found: 0,
    };
    if candidates.is_empty() {
        return Ok((Vec::new(), counts));
    }
    let weights = weights_of(texts, &stories)?;
    let found = verify(texts, candidates, &weights, rewording, observer)?;
    counts.found = found.len() as u64;
    Ok((found, counts))
}

/// Compares candidates and keeps those with a high enough score, in order.
fn verify(
    texts: &CorpusTexts<'_>,
    mut candidates: Vec<DocPair>,
    weights: &Weights,
    rewording: Rewording,
    observer: &dyn Observer,
) -> Result<Vec<RewordedPair>, ReadError> {
    observer.begin(Stage::Verify, Some(candidates.len() as u64));
    candidates.par_sort_unstable();
    let found: Result<Vec<Vec<RewordedPair>>, ReadError> = candidates
        .par_chunks(PAIRS_PER_TASK)
        .map_init(SentenceTools::default, |tools, pairs| {
            let mut read: FxHashMap<DocNo, Sentences> = FxHashMap::default();
            let (mut kept, mut found) = (0, Vec::new());
            for &pair in pairs {
                if kept > TERMS_KEPT {
                    read.clear();
                    kept = 0;
                }
                for doc in [pair.a, pair.b] {
                    if let Entry::Vacant(place) = read.entry(doc) {
                        let sentences = read_sentences(texts, doc, tools)?;
                        kept += sentences.terms().count();
                        place.insert(sentences);
                    }
                }
                let evidence = reworded::compare(&read[&pair.a], &read[&pair.b], weights);
                if evidence.score() >= rewording.score {
                    found.push(RewordedPair {
                        compared: compare_words(texts, pair, &mut tools.reader)?,
                        likeness: evidence.likeness(),
                    });
                }
            }
            observer.advance(pairs.len() as u64);
            Ok(found)
        })
        .collect();
    Ok(found?.concat())
}

/// Compares two documents word by word. They share next to nothing, but the scores of a reworded
/// pair are exact like those of all others.
fn compare_words(
    texts: &CorpusTexts<'_>,
    pair: DocPair,
    reader: &mut TextReader,
) -> Result<Comparison, ReadError> {
    let mut shingled = |doc| {
        let mut text = None;
        texts.read(doc, reader, &mut |_, reader| {
            text = Some(Shingled::new(&reader.shingler, texts.shingle));
        })?;
        Ok::<_, ReadError>(text.unwrap_or_default())
    };
    let (a, b): (Shingled, Shingled) = (shingled(pair.a)?, shingled(pair.b)?);
    Ok(a.measure(&b, pair))
}
