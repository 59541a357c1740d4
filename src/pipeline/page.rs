//! Content of the report page: the clusters and pairs on it, and the texts that it shows side by
//! side.
//!
//! Clusters are taken in their order, those with whole copies on the most sites first. Their pairs
//! and texts are taken until a limit is reached, so the size of a page is bounded
//! however much was found.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::passages::{PlacedPassage, PlacedWords};
use super::settings::PageLimits;
use super::texts::{CorpusTexts, TextReader};
use crate::catalog::DocNo;
use crate::cluster::{Cluster, Member, ReportedPair};
use crate::error::ReadError;

/// Most texts of one cluster: a reader does not compare more side by side.
const TEXTS_PER_CLUSTER: usize = 16;

/// Most bytes of one text: a book is cut.
const BYTES_PER_TEXT: usize = 64 << 10;

/// Most members that are listed of one cluster.
const MEMBERS_PER_CLUSTER: usize = 256;

/// Content of the report page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageContent {
    /// Indices of the clusters, in order.
    pub clusters: Vec<usize>,
    /// Members that are listed of each of these clusters, as indices of all its members.
    pub members: Vec<Vec<usize>>,
    /// Indices of the pairs, in order of their clusters here.
    pub pairs: Vec<usize>,
    /// Texts, in canonical order.
    pub texts: Vec<PageText>,
    /// Passages that two texts share, in canonical order.
    pub side_by_side: Vec<SideBySide>,
}

/// A text as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText {
    /// The document.
    pub doc: DocNo,
    /// Its text, or the beginning of it.
    pub text: String,
    /// True if the end is missing.
    pub cut: bool,
    /// Bytes that were removed as boilerplate.
    pub boilerplate: Vec<Range<usize>>,
}

/// Passages that two texts share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideBySide {
    /// The first document in canonical order.
    pub a: DocNo,
    /// The other one.
    pub b: DocNo,
    /// The passages that are complete in both texts on the page.
    pub passages: Vec<PlacedPassage>,
}

/// Chooses the content of the page, and reads the texts.
pub(super) fn choose(
    texts: &CorpusTexts<'_>,
    limits: PageLimits,
    pairs: &[ReportedPair],
    clusters: &[Cluster],
) -> Result<PageContent, ReadError> {
    let mut of_cluster: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (number, pair) in pairs.iter().enumerate() {
        of_cluster
            .entry(pair.cluster as usize)
            .or_default()
            .push(number);
    }
    let of_cluster = |cluster: usize| of_cluster.get(&cluster).map_or(&[][..], Vec::as_slice);
    let mut page = PageContent::default();
    let mut read = Vec::new();
    let (mut members, mut bytes_left) = (0, limits.texts);
    for (number, cluster) in clusters.iter().enumerate() {
        let its_pairs = of_cluster(number);
        let pairs_left = limits.pairs - page.pairs.len();
        if pairs_left == 0 || page.clusters.len() == limits.pairs || members >= 2 * limits.pairs {
            break;
        }
        let mut listed = source_first(cluster);
        listed.truncate(MEMBERS_PER_CLUSTER);
        members += listed.len();
        if bytes_left > 0 {
            let of_pairs = its_pairs.iter().map(|&at| {
                let ReportedPair { a, b, .. } = pairs[at];
                (a.min(b), a.max(b))
            });
            let texts = ClusterTexts::read(texts, cluster, &listed, of_pairs, &mut bytes_left)?;
            read.push(texts);
        }
        listed.sort_unstable();
        page.clusters.push(number);
        page.members.push(listed);
        page.pairs.extend(its_pairs.iter().take(pairs_left));
    }
    let shared: Vec<Vec<SideBySide>> = read.par_iter().map(ClusterTexts::shared).collect();
    page.side_by_side = shared.into_iter().flatten().collect();
    page.side_by_side.sort_by_key(|two| (two.a, two.b));
    page.side_by_side.dedup_by_key(|two| (two.a, two.b));
    let texts = read.into_iter().flat_map(|cluster| cluster.texts);
    page.texts = texts.map(|(text, _)| text).collect();
    page.texts.sort_by_key(|text| text.doc);
    page.texts.dedup_by_key(|text| text.doc);
    Ok(page)
}

/// Indices of the members of a cluster: its source, the other whole copies, the rest.
fn source_first(cluster: &Cluster) -> Vec<usize> {
    let rank = |&at: &usize| {
        let Member { doc, whole, .. } = cluster.members[at];
        let source = cluster.source.doc.unwrap_or(cluster.first);
        (doc != source, !whole, at)
    };
    let mut places: Vec<usize> = (0..cluster.members.len()).collect();
    places.sort_by_key(rank);
    places
}

/// End of the beginning of a text that is shown, at a boundary of characters.
fn end_of_beginning(text: &str) -> usize {
    let most = BYTES_PER_TEXT.min(text.len());
    (0..=most)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// Texts of a cluster, and the pairs of them that are compared.
struct ClusterTexts {
    texts: Vec<(PageText, PlacedWords)>,
    compared: Vec<(DocNo, DocNo)>,
}

impl ClusterTexts {
    /// Reads the texts of the first of the `listed` members, until one exceeds the bytes that are
    /// left.
    fn read(
        texts: &CorpusTexts<'_>,
        cluster: &Cluster,
        listed: &[usize],
        pairs: impl Iterator<Item = (DocNo, DocNo)>,
        bytes_left: &mut usize,
    ) -> Result<ClusterTexts, ReadError> {
        let mut reader = TextReader::default();
        let mut read: Vec<(PageText, PlacedWords)> = Vec::new();
        for &at in listed.iter().take(TEXTS_PER_CLUSTER) {
            let doc = cluster.members[at].doc;
            texts.read(doc, &mut reader, &mut |document, reader| {
                let words = PlacedWords::of(&document.text, reader);
                let end = end_of_beginning(&document.text);
                let regions = reader.regions.iter();
                let boilerplate = regions.filter_map(|region| words.bytes(region));
                let text = PageText {
                    doc,
                    text: document.text[..end].to_owned(),
                    cut: end < document.text.len(),
                    boilerplate: boilerplate.filter(|bytes| bytes.end <= end).collect(),
                };
                read.push((text, words));
            })?;
            let bytes = read.last().map_or(0, |(text, _)| text.text.len());
            if bytes > *bytes_left {
                *bytes_left = 0;
                read.pop();
                break;
            }
            *bytes_left -= bytes;
        }
        let docs: FxHashSet<DocNo> = read.iter().map(|(text, _)| text.doc).collect();
        let pairs = pairs.filter(|(a, b)| docs.contains(a) && docs.contains(b));
        // A big cluster has links instead of pairs, so the first text is compared with all others.
        let first = read.first().map(|(text, _)| text.doc);
        let with_first = first.into_iter().flat_map(|first| {
            let others = docs.iter().filter(move |&&doc| doc != first);
            others.map(move |&doc| (first.min(doc), first.max(doc)))
        });
        let mut compared: Vec<(DocNo, DocNo)> = pairs.chain(with_first).collect();
        compared.sort_unstable();
        compared.dedup();
        Ok(ClusterTexts {
            texts: read,
            compared,
        })
    }

    fn shared(&self) -> Vec<SideBySide> {
        let text = |doc: DocNo| self.texts.iter().find(|(text, _)| text.doc == doc);
        let shared = |&(a, b): &(DocNo, DocNo)| {
            let ((text_a, words_a), (text_b, words_b)) = text(a).zip(text(b))?;
            let mut passages = words_a.shared(words_b);
            passages.retain(|passage| {
                passage.bytes_a.end <= text_a.text.len() && passage.bytes_b.end <= text_b.text.len()
            });
            Some(SideBySide { a, b, passages })
        };
        self.compared.iter().filter_map(shared).collect()
    }
}
