//! Finding reworded copy: stories that tell the same names and numbers are read sentence by sentence.
//!
//! Runs when whole copies and excerpts are known, so that a story that ran in three hundred copies is looked at once, and what shares its words
//! is not looked at.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::observer::{Observer, Stage};
use super::settings::Settings;
use super::texts::{Reader, Texts};
use crate::candidates::families::Families;
use crate::candidates::rewording;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, DocPair, SiteNo};
use crate::cluster::RewordedPair;
use crate::compare::exact::{Comparison, Shingled};
use crate::compare::reworded::align::AlignmentStep;
use crate::compare::reworded::sentences::{SentenceReader, Sentences};
use crate::compare::reworded::weights::{SAMPLE, Weights};
use crate::compare::reworded::{self, Rewording, RewordingEvidence};
use crate::error::ReadError;

/// Of the documents of two stories so many pairs are looked at for a wanted one.
const PAIRS_LOOKED_AT: usize = 1 << 12;

/// How many pairs one task compares: some 20 ms of work.
const PAIRS_A_TASK: usize = 32;

/// Terms of texts that a worker holds for the pairs that follow: about 20 MB.
const TERMS_HELD: usize = 1 << 18;

/// Counts of a search for reworded copy.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct RewordedCounts {
    /// Stories that have no names and numbers to be found by, or are in another script than Latin: they were not looked at.
    pub not_told: u64,
    /// Pairs of stories that were compared sentence by sentence.
    pub candidates: u64,
    /// Pairs of names or numbers in too many stories to look at all of them.
    pub common_anchors: u64,
    /// At most so many pairs of stories share such and were not looked at for it.
    pub not_compared: u64,
    /// Pairs found.
    pub found: u64,
}

/// Finds the reworded copy among stories that share no words, a pair of documents for two stories.
pub(super) fn rewordings(
    texts: &Texts<'_>,
    twins: &[IdenticalGroup],
    compared: &[Comparison],
    settings: &Settings,
    rewording: Rewording,
    observer: &dyn Observer,
) -> Result<(Vec<RewordedPair>, RewordedCounts), ReadError> {
    observer.begin(Stage::Candidates, None);
    let stories = Stories::of(texts.catalog, twins, compared);
    let anchors: Vec<Cow<'_, [u32]>> = stories
        .stories
        .par_iter()
        .map(|story| texts.catalog.anchors(story.documents[0]))
        .collect::<Result<_, ReadError>>()?;
    let anchors: Vec<&[u32]> = anchors.iter().map(|anchors| &anchors[..]).collect();
    let sharing = rewording::sharing(
        &anchors,
        &|x, y| stories.may_pair(x, y, rewording.window),
        &|x, y| !stories.known.contains(&(x, y)),
    )?;
    let candidates: Vec<DocPair> = sharing
        .pairs
        .par_iter()
        .filter_map(|&(x, y)| stories.wanted(texts.catalog, x, y, settings, rewording))
        .collect();
    let mut counts = RewordedCounts {
        not_told: anchors.iter().filter(|anchors| anchors.is_empty()).count() as u64,
        candidates: candidates.len() as u64,
        common_anchors: sharing.common,
        not_compared: sharing.not_compared,
        found: 0,
    };
    if candidates.is_empty() {
        return Ok((Vec::new(), counts));
    }
    let weights = weights(texts, &stories)?;
    let found = verify(texts, candidates, &weights, rewording, observer)?;
    counts.found = found.len() as u64;
    Ok((found, counts))
}

/// Documents that are whole copies of each other, as far as is known.
struct Story {
    /// In canonical order.
    documents: Vec<DocNo>,
    /// When the first and the last of those with a date were published, in seconds.
    published: Option<(i64, i64)>,
    /// Whether some have no date.
    undated: bool,
    /// The site, if all stand on one that is known.
    site: Option<SiteNo>,
}

/// All documents by story.
struct Stories {
    /// In canonical order of their first documents.
    stories: Vec<Story>,
    /// Stories of which documents were found to share words, by number, the smaller first.
    known: HashSet<(u32, u32)>,
}

impl Stories {
    fn of(catalog: &Catalog, twins: &[IdenticalGroup], compared: &[Comparison]) -> Stories {
        let mut families = Families::new(catalog, twins);
        for found in compared.iter().filter(|found| found.near) {
            families.join(found.pair);
        }
        let family = families.flat();
        let mut by_family: BTreeMap<usize, Vec<DocNo>> = BTreeMap::new();
        for twins in twins {
            let documents = by_family.entry(family(twins.members[0])).or_default();
            documents.extend(&twins.members);
        }
        let number: FxHashMap<usize, u32> = by_family.keys().copied().zip(0..).collect();
        let known = compared.iter().map(|found| {
            let (x, y) = (number[&family(found.pair.a)], number[&family(found.pair.b)]);
            (x.min(y), x.max(y))
        });
        Stories {
            known: known.collect(),
            stories: by_family
                .into_values()
                .map(|documents| Story::of(catalog, documents))
                .collect(),
        }
    }

    /// Whether two stories can have documents to compare: a quick answer, sometimes yes too often.
    fn may_pair(&self, x: u32, y: u32, window: i64) -> bool {
        let (x, y) = (&self.stories[x as usize], &self.stories[y as usize]);
        let near = match (x.published, y.published) {
            (Some((first_x, last_x)), Some((first_y, last_y))) => {
                let within = |window: i64| {
                    first_x <= last_y.saturating_add(window)
                        && first_y <= last_x.saturating_add(window)
                };
                x.undated || y.undated || within(window)
            }
            _ => true,
        };
        near && (x.site.is_none() || x.site != y.site)
    }

    /// The first pair of documents of two stories that is to be compared: of different sites, or of one that is not known; within the window, or
    /// without a date; and such as is selected.
    fn wanted(
        &self,
        catalog: &Catalog,
        x: u32,
        y: u32,
        settings: &Settings,
        rewording: Rewording,
    ) -> Option<DocPair> {
        let near = |pair: &DocPair| match (catalog.published(pair.a), catalog.published(pair.b)) {
            (Some(a), Some(b)) => a.seconds.abs_diff(b.seconds) <= rewording.window.unsigned_abs(),
            _ => true,
        };
        let (x, y) = (&self.stories[x as usize], &self.stories[y as usize]);
        let every = x.documents.iter();
        every
            .flat_map(|&a| y.documents.iter().map(move |&b| DocPair::of(a, b)))
            .take(PAIRS_LOOKED_AT)
            .filter(|pair| catalog.cross_site(pair.a, pair.b) != Some(false))
            .filter(near)
            .find(|pair| settings.selection.wants(catalog, pair.a, pair.b))
    }
}

impl Story {
    fn of(catalog: &Catalog, mut documents: Vec<DocNo>) -> Story {
        documents.sort_unstable();
        let dates = || {
            documents
                .iter()
                .filter_map(|&doc| catalog.published(doc).map(|published| published.seconds))
        };
        let site = catalog.site(documents[0]);
        let one_site = documents
            .iter()
            .all(|&doc| catalog.cross_site(documents[0], doc) == Some(false));
        Story {
            published: dates().min().zip(dates().max()),
            undated: dates().count() < documents.len(),
            site: one_site.then_some(site),
            documents,
        }
    }
}

/// What terms are worth among documents of which these share words.
pub(super) fn weights_among(
    texts: &Texts<'_>,
    twins: &[IdenticalGroup],
    compared: &[Comparison],
) -> Result<Weights, ReadError> {
    weights(texts, &Stories::of(texts.catalog, twins, compared))
}

/// What terms are worth: learned from stories at equal distances, the same whatever is compared.
fn weights(texts: &Texts<'_>, stories: &Stories) -> Result<Weights, ReadError> {
    let step = stories.stories.len().div_ceil(SAMPLE).max(1);
    stories
        .stories
        .par_iter()
        .step_by(step)
        .try_fold(
            <(Tools, Weights)>::default,
            |(mut tools, mut weights), story| {
                weights.add(&sentences(texts, story.documents[0], &mut tools)?);
                Ok((tools, weights))
            },
        )
        .map(|folded| folded.map(|(_, weights)| weights))
        .try_reduce(Weights::default, |x, y| Ok(x.join(y)))
}

/// Compares candidates and keeps those that score enough, in order.
fn verify(
    texts: &Texts<'_>,
    mut candidates: Vec<DocPair>,
    weights: &Weights,
    rewording: Rewording,
    observer: &dyn Observer,
) -> Result<Vec<RewordedPair>, ReadError> {
    observer.begin(Stage::Verify, Some(candidates.len() as u64));
    candidates.par_sort_unstable();
    let found: Result<Vec<Vec<RewordedPair>>, ReadError> = candidates
        .par_chunks(PAIRS_A_TASK)
        .map_init(Tools::default, |tools, pairs| {
            let mut read: FxHashMap<DocNo, Sentences> = FxHashMap::default();
            let (mut held, mut found) = (0, Vec::new());
            for &pair in pairs {
                if held > TERMS_HELD {
                    read.clear();
                    held = 0;
                }
                for doc in [pair.a, pair.b] {
                    if let Entry::Vacant(place) = read.entry(doc) {
                        let sentences = sentences(texts, doc, tools)?;
                        held += sentences.terms().count();
                        place.insert(sentences);
                    }
                }
                let evidence = reworded::compare(&read[&pair.a], &read[&pair.b], weights);
                if evidence.score() >= rewording.score {
                    found.push(RewordedPair {
                        compared: measured(texts, pair, &mut tools.0)?,
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

/// How one document tells what another does.
#[derive(Debug, Clone, PartialEq)]
pub struct Retelling {
    /// How alike they are.
    pub evidence: RewordingEvidence,
    /// The sentences that go together, one or two with one or two: their bytes in both texts as they were read, in order.
    pub sentences: Vec<[Range<usize>; 2]>,
}

impl Retelling {
    /// Compares two documents as a search does, whatever it knows of them already.
    pub(super) fn of(
        texts: &Texts<'_>,
        twins: &[IdenticalGroup],
        compared: &[Comparison],
        pair: DocPair,
    ) -> Result<Retelling, ReadError> {
        let weights = weights_among(texts, twins, compared)?;
        Retelling::weighed(texts, &weights, pair)
    }

    /// The same with weights that were learned before.
    pub(super) fn weighed(
        texts: &Texts<'_>,
        weights: &Weights,
        pair: DocPair,
    ) -> Result<Retelling, ReadError> {
        let mut tools = Tools::default();
        let a = sentences(texts, pair.a, &mut tools)?;
        let b = sentences(texts, pair.b, &mut tools)?;
        let (evidence, steps) = reworded::aligned(&a, &b, weights);
        let place = |text: &Sentences, sentences: &Range<usize>| {
            let first = text.places.get(sentences.start)?;
            let last = text.places.get(sentences.end.checked_sub(1)?)?;
            Some(first.start..last.end)
        };
        let both = |step: &AlignmentStep| Some([place(&a, &step.a)?, place(&b, &step.b)?]);
        Ok(Retelling {
            evidence,
            sentences: steps.iter().filter_map(both).collect(),
        })
    }
}

/// What reading a document by its sentences needs.
type Tools = (Reader, SentenceReader);

/// The sentences that are left of a document, with their places in all of its text.
fn sentences(
    texts: &Texts<'_>,
    doc: DocNo,
    (reader, terms): &mut Tools,
) -> Result<Sentences, ReadError> {
    let mut sentences = Sentences::default();
    texts.read(doc, reader, &mut |document, reader| {
        let pieces = reader.left(&document.text);
        sentences = match &pieces[..] {
            [whole] => terms.read(whole),
            pieces => terms.read(&pieces.join("\n")),
        };
        // Where each piece begins, in what was read and in the text.
        let begins: Vec<(usize, usize)> = pieces
            .iter()
            .scan(0, |at, piece| {
                let begin = *at;
                *at += piece.len() + 1;
                Some((begin, piece.as_ptr().addr() - document.text.as_ptr().addr()))
            })
            .collect();
        for place in &mut sentences.places {
            let piece = begins.partition_point(|(begin, _)| *begin <= place.start);
            let (begin, in_text) = begins[piece - 1];
            *place = place.start - begin + in_text..place.end - begin + in_text;
        }
    })?;
    Ok(sentences)
}

/// What the two share word by word: next to nothing, but as exact as for every other pair.
fn measured(
    texts: &Texts<'_>,
    pair: DocPair,
    reader: &mut Reader,
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
