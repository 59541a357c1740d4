//! What reports show beside the findings: read once more from the documents in clusters.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::observer::Observer;
use super::settings::Settings;
use super::texts::{DOCUMENTS_A_TASK, Reader, Texts};
use crate::attribution::credit::Credit;
use crate::attribution::interval::PublicationInterval;
use crate::attribution::source::{LikelySource, Testimony};
use crate::catalog::{Catalog, DocNo};
use crate::cluster::{Assembled, Cluster, Member, Relation, ReportedPair};
use crate::compare::passage;
use crate::document::Document;
use crate::error::ReadError;
use crate::text::{domain, quotation, ranges, spans};

/// Words of a run that two documents share, for telling how much of it is quotation: those of the usual shingle.
const RUN: usize = 5;

/// From this share within quotation marks on, what two documents have in common is what somebody else said: on real news copy has less, and most
/// pairs of statements and interviews have more.
const QUOTATION: f64 = 0.6;

/// Words of texts that a worker holds for the excerpts that follow: 9 MB.
const WORDS_HELD: usize = 1 << 20;

/// What reports show of a document beside the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// The document.
    pub doc: DocNo,
    /// Its url; empty where unknown.
    pub url: String,
    /// Its headline; empty where unknown.
    pub title: String,
    /// The agency that it names as its source.
    pub credit: Option<Credit>,
    /// When it can have been published.
    pub when: PublicationInterval,
    /// The host that its canonical url names, if that is not its own.
    pub(super) canonical: Option<String>,
}

/// A passage of a pair, and where it stands in the two texts as they were read, boilerplate included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// How many words both have.
    pub words: usize,
    /// Its words in `a`; more than `words` where boilerplate stands in the middle.
    pub words_a: Range<usize>,
    /// Its words in `b`.
    pub words_b: Range<usize>,
    /// Its bytes in the text of `a`.
    pub bytes_a: Range<usize>,
    /// Its bytes in the text of `b`.
    pub bytes_b: Range<usize>,
}

/// Reads what the reports show of the documents in clusters, and finds the source of every cluster and the roles that follow from it.
pub(super) fn show(
    texts: &Texts<'_>,
    settings: &Settings,
    assembled: &mut Assembled,
    observer: &dyn Observer,
) -> Result<Vec<Details>, ReadError> {
    let mut documents: Vec<DocNo> = assembled
        .clusters
        .iter()
        .flat_map(Cluster::documents)
        .collect();
    documents.par_sort_unstable();
    documents.dedup();
    let details: Result<Vec<Details>, ReadError> = documents
        .into_par_iter()
        .with_min_len(DOCUMENTS_A_TASK)
        .map(|doc| {
            let mut details = None;
            texts
                .corpus
                .fetch(texts.catalog.place(doc), &mut |document| {
                    details = Some(Details::of(doc, document, settings));
                })?;
            observer.advance(1);
            Ok(details)
        })
        .filter_map(Result::transpose)
        .collect();
    let details = details?;

    quotations(texts, &mut assembled.pairs)?;
    attribute(texts, settings, assembled, &details);
    Ok(details)
}

impl Details {
    /// Those of a document, among details in canonical order of document.
    pub fn find(among: &[Details], doc: DocNo) -> Option<&Details> {
        let at = among
            .binary_search_by_key(&doc, |details| details.doc)
            .ok()?;
        among.get(at)
    }

    pub(super) fn of(doc: DocNo, document: &Document<'_>, settings: &Settings) -> Details {
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Details {
            doc,
            url: owned(document.url.as_deref()),
            title: owned(document.title.as_deref()),
            credit: settings.credits.find(document),
            when: PublicationInterval::of(document.published, document.crawled, settings.as_of),
            canonical: foreign_host(document),
        }
    }
}

/// The host that a document's canonical url names, if it is another site's than the document's own by its name or its url.
fn foreign_host(document: &Document<'_>) -> Option<String> {
    let canonical = document
        .canonical
        .as_deref()
        .filter(|&canonical| document.url.as_deref() != Some(canonical))?;
    let host = domain::host(canonical)?;
    let own = |site: &str| {
        host.strip_suffix(site)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if document.site.as_deref().is_some_and(own) {
        return None;
    }
    let url = document.url.as_deref().and_then(domain::registrable);
    (url.is_none() || url != domain::registrable(canonical)).then_some(host)
}

/// What the corpus calls the site of a host, else its registrable domain.
pub(super) fn site_of(catalog: &Catalog, host: &str) -> String {
    let parents = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    let known = std::iter::once(host)
        .chain(parents)
        .find(|name| catalog.site_called(name).is_some());
    known
        .map(str::to_owned)
        .or_else(|| domain::registrable(host))
        .unwrap_or_else(|| host.to_owned())
}

/// Tells of every excerpt how much of what is shared stands within quotation marks.
pub(super) fn quotations(texts: &Texts<'_>, pairs: &mut [ReportedPair]) -> Result<(), ReadError> {
    let excerpts: Vec<&mut ReportedPair> = pairs
        .iter_mut()
        .filter(|pair| pair.relation == Relation::Excerpt)
        .collect();
    // Pairs come in order of `a`, so those of one story stand together and share their texts.
    excerpts
        .into_par_iter()
        .chunks(DOCUMENTS_A_TASK)
        .try_for_each_init(Reader::default, |reader, chunk| {
            let mut read: FxHashMap<DocNo, (Vec<u64>, Vec<bool>)> = FxHashMap::default();
            let mut held = 0;
            for pair in chunk {
                if held > WORDS_HELD {
                    read.clear();
                    held = 0;
                }
                for doc in [pair.a, pair.b] {
                    if let Entry::Vacant(place) = read.entry(doc) {
                        let mut text = (Vec::new(), Vec::new());
                        texts.read(doc, reader, &mut |document, reader| {
                            text = (reader.shingler.words.clone(), quoted(document, reader));
                        })?;
                        held += text.0.len();
                        place.insert(text);
                    }
                }
                let ((a, in_a), (b, in_b)) = (&read[&pair.a], &read[&pair.b]);
                let share = |mine, others, marked: &[bool]| match marked.contains(&true) {
                    true => passage::marked_share(mine, others, RUN, marked),
                    false => (!marked.is_empty()).then_some(0.0),
                };
                let shares = [share(a, b, in_a), share(b, a, in_b)];
                pair.quoted_share = shares.into_iter().flatten().max_by(f64::total_cmp);
            }
            Ok(())
        })
}

/// Which of the words that are left of a document stand within quotation marks; empty if that cannot be told.
fn quoted(document: &Document<'_>, reader: &Reader) -> Vec<bool> {
    let words = reader.shingler.words.len() + reader.removed();
    let mut quoted = quotation::quoted(&document.text, words);
    if !quoted.is_empty() {
        ranges::remove(&mut quoted, &reader.regions);
    }
    quoted
}

/// Lists the passages of every pair, if that was asked for.
pub(super) fn passages(
    texts: &Texts<'_>,
    settings: &Settings,
    pairs: &[ReportedPair],
) -> Result<Vec<Vec<Placed>>, ReadError> {
    if !settings.list_passages {
        return Ok(Vec::new());
    }
    pairs
        .par_iter()
        .map_init(Reader::default, |reader, pair| {
            let a = LaidOut::read(texts, pair.a, reader)?;
            Ok(a.shared(&LaidOut::read(texts, pair.b, reader)?))
        })
        .collect()
}

/// A text without its boilerplate, and where its words stand in the whole.
#[derive(Default)]
pub(super) struct LaidOut {
    words: Vec<u64>,
    /// The place among all words of each word that is left.
    places: Vec<usize>,
    /// Where every word of the whole text stands in its bytes.
    pub(super) spans: Vec<Range<usize>>,
}

impl LaidOut {
    fn read(texts: &Texts<'_>, doc: DocNo, reader: &mut Reader) -> Result<LaidOut, ReadError> {
        let mut laid_out = LaidOut::default();
        texts.read(doc, reader, &mut |document, reader| {
            laid_out = LaidOut::of(&document.text, reader);
        })?;
        Ok(laid_out)
    }

    /// Of the text that the reader read last.
    pub(super) fn of(text: &str, reader: &Reader) -> LaidOut {
        let spans = spans::of_words(text);
        let mut places: Vec<usize> = (0..spans.len()).collect();
        ranges::remove(&mut places, &reader.regions);
        LaidOut {
            words: reader.shingler.words.clone(),
            places,
            spans,
        }
    }

    /// The passages that it shares with another text.
    pub(super) fn shared(&self, other: &LaidOut) -> Vec<Placed> {
        let placed = |passage: passage::Passage| {
            let (words_a, bytes_a) = self.place(passage.a..passage.a + passage.words)?;
            let (words_b, bytes_b) = other.place(passage.b..passage.b + passage.words)?;
            Some(Placed {
                words: passage.words,
                words_a,
                words_b,
                bytes_a,
                bytes_b,
            })
        };
        let passages = passage::shared(&self.words, &other.words);
        passages.into_iter().filter_map(placed).collect()
    }

    /// Where words stand in the bytes of the whole text.
    pub(super) fn bytes(&self, words: &Range<usize>) -> Option<Range<usize>> {
        let (first, last) = (words.start, words.end.checked_sub(1)?);
        Some(self.spans.get(first)?.start..self.spans.get(last)?.end)
    }

    /// The words and the bytes in the whole text of a run of what is left.
    fn place(&self, run: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let (first, last) = (*self.places.get(run.start)?, *self.places.get(run.end - 1)?);
        Some((
            first..last + 1,
            self.spans.get(first)?.start..self.spans.get(last)?.end,
        ))
    }
}

/// Finds the source of every cluster, and the roles of its documents.
fn attribute(
    texts: &Texts<'_>,
    settings: &Settings,
    assembled: &mut Assembled,
    details: &[Details],
) {
    let mut pairs: BTreeMap<u32, Vec<ReportedPair>> = BTreeMap::new();
    for pair in &assembled.pairs {
        pairs.entry(pair.cluster).or_default().push(*pair);
    }
    let catalog = texts.catalog;
    let testimony = |&Member { doc, whole, .. }: &Member| {
        let details = Details::find(details, doc)?;
        let credit = details.credit.as_ref();
        Some(Testimony {
            doc,
            site: catalog.site_name(catalog.site(doc)).to_owned(),
            whole,
            published: details.when,
            canonical: details
                .canonical
                .as_deref()
                .map(|host| site_of(catalog, host)),
            credit: credit.map_or_else(Vec::new, |credit| settings.credits.sites(credit)),
        })
    };
    for (number, cluster) in (0..).zip(&mut assembled.clusters) {
        let pairs: &[ReportedPair] = pairs.get(&number).map_or(&[], |pairs| pairs);
        let is_quotation =
            |pair: &ReportedPair| pair.quoted_share.is_some_and(|share| share >= QUOTATION);
        let source = if pairs.iter().all(is_quotation) {
            // What all say was said by somebody else.
            LikelySource::default()
        } else {
            let testimonies: Vec<Testimony> =
                cluster.members.iter().filter_map(testimony).collect();
            LikelySource::of(&testimonies)
        };
        cluster.assign_source(source, pairs);
    }
}
