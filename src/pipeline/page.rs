//! The page: which clusters and pairs the report page shows, and the texts that it lays side by side.
//!
//! The biggest clusters come first: those on the most sites, then those of the most whole copies. Their pairs and texts are taken until a limit is
//! reached, so a page has a bounded size however much was found.

use std::cmp::Reverse;
use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::show::{LaidOut, Placed};
use super::texts::{Reader, Texts};
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::cluster::{Cluster, Member, ReportedPair};
use crate::error::ReadError;

/// The most pairs of a page, unless told otherwise: with what is told of their documents some 15 MB, which a browser still reads in under a second.
pub const DEFAULT_PAGE_PAIRS: u32 = 50_000;

/// Bytes of texts on a page: those of some two thousand articles.
const TEXTS: usize = 8 << 20;

/// Texts of a cluster: more are not read side by side.
const TEXTS_A_CLUSTER: usize = 16;

/// Bytes that are shown of a text: a book is cut.
const LONGEST_TEXT: usize = 64 << 10;

/// Members of a cluster that are listed.
const MEMBERS_A_CLUSTER: usize = 256;

/// How much a page may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimits {
    /// The most pairs; as many clusters, and twice as many members of clusters.
    pub pairs: usize,
    /// The most bytes of texts.
    pub texts: usize,
}

impl PageLimits {
    /// Those of a page of so many pairs.
    pub fn of_pairs(pairs: u32) -> PageLimits {
        PageLimits {
            pairs: pairs as usize,
            texts: TEXTS,
        }
    }
}

/// What a page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Indices of the clusters, the biggest first.
    pub clusters: Vec<usize>,
    /// The members that are listed of each of these, by their places among all of its members.
    pub members: Vec<Vec<usize>>,
    /// Indices of the pairs, in order of their clusters here.
    pub pairs: Vec<usize>,
    /// Texts, in canonical order.
    pub texts: Vec<PageText>,
    /// What texts share, in canonical order.
    pub side_by_side: Vec<SideBySide>,
}

/// A text as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText {
    /// The document.
    pub doc: DocNo,
    /// Its text, or how it begins.
    pub text: String,
    /// Whether the end is missing.
    pub cut: bool,
    /// Bytes that were taken out as boilerplate.
    pub boilerplate: Vec<Range<usize>>,
}

/// What two texts share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideBySide {
    /// The earlier document.
    pub a: DocNo,
    /// The later one.
    pub b: DocNo,
    /// The passages, as far as both texts are there.
    pub passages: Vec<Placed>,
}

/// Chooses what a page shows, and reads the texts.
pub(super) fn choose(
    texts: &Texts<'_>,
    limits: PageLimits,
    pairs: &[ReportedPair],
    clusters: &[Cluster],
) -> Result<Page, ReadError> {
    let mut of_cluster: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (number, pair) in pairs.iter().enumerate() {
        of_cluster
            .entry(pair.cluster as usize)
            .or_default()
            .push(number);
    }
    let of_cluster = |cluster: usize| of_cluster.get(&cluster).map_or(&[][..], Vec::as_slice);
    let mut page = Page::default();
    let mut read = Vec::new();
    let (mut members, mut room) = (0, limits.texts);
    for number in biggest_first(texts.catalog, clusters) {
        let (cluster, its_pairs) = (&clusters[number], of_cluster(number));
        let left = limits.pairs - page.pairs.len();
        if left == 0 || page.clusters.len() == limits.pairs || members >= 2 * limits.pairs {
            break;
        }
        let mut listed = source_first(cluster);
        listed.truncate(MEMBERS_A_CLUSTER);
        members += listed.len();
        if room > 0 {
            let together = Together::read(texts, cluster, &listed, its_pairs, pairs, &mut room)?;
            read.push(together);
        }
        listed.sort_unstable();
        page.clusters.push(number);
        page.members.push(listed);
        page.pairs.extend(its_pairs.iter().take(left));
    }
    let passages: Vec<Vec<SideBySide>> = read.par_iter().map(Together::shared).collect();
    page.side_by_side = passages.into_iter().flatten().collect();
    page.side_by_side.sort_by_key(|two| (two.a, two.b));
    page.side_by_side.dedup_by_key(|two| (two.a, two.b));
    let texts = read.into_iter().flat_map(|together| together.texts);
    page.texts = texts.map(|(text, _)| text).collect();
    page.texts.sort_by_key(|text| text.doc);
    page.texts.dedup_by_key(|text| text.doc);
    Ok(page)
}

/// The numbers of the clusters.
fn biggest_first(catalog: &Catalog, clusters: &[Cluster]) -> Vec<usize> {
    let size = |cluster: &Cluster| {
        let whole = cluster.members.iter().filter(|member| member.whole).count();
        let known = |doc| Some(catalog.site(doc)).filter(|&site| site != NO_SITE);
        let sites: FxHashSet<SiteNo> = cluster.documents().filter_map(known).collect();
        (sites.len(), whole, cluster.members.len())
    };
    let mut numbers: Vec<usize> = (0..clusters.len()).collect();
    numbers.sort_by_cached_key(|&number| (Reverse(size(&clusters[number])), number));
    numbers
}

/// The places of a cluster's members: its source, the whole copies, the rest.
fn source_first(cluster: &Cluster) -> Vec<usize> {
    let rank = |&at: &usize| {
        let Member { doc, whole, .. } = cluster.members[at];
        let lead = cluster.source.doc.unwrap_or(cluster.first);
        (doc != lead, !whole, at)
    };
    let mut places: Vec<usize> = (0..cluster.members.len()).collect();
    places.sort_by_key(rank);
    places
}

/// Where the beginning of a text ends that is shown of it.
fn beginning(text: &str) -> usize {
    let most = LONGEST_TEXT.min(text.len());
    (0..=most)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// Texts of a cluster, and which two of them are compared.
struct Together {
    texts: Vec<(PageText, LaidOut)>,
    compared: Vec<(DocNo, DocNo)>,
}

impl Together {
    /// Reads texts until there is no room for another: those that stand first among `listed`.
    fn read(
        texts: &Texts<'_>,
        cluster: &Cluster,
        listed: &[usize],
        its_pairs: &[usize],
        pairs: &[ReportedPair],
        room: &mut usize,
    ) -> Result<Together, ReadError> {
        let mut reader = Reader::default();
        let mut read: Vec<(PageText, LaidOut)> = Vec::new();
        for &at in listed.iter().take(TEXTS_A_CLUSTER) {
            let doc = cluster.members[at].doc;
            texts.read(doc, &mut reader, &mut |document, reader| {
                let laid_out = LaidOut::of(&document.text, reader);
                let end = beginning(&document.text);
                let regions = reader.regions.iter();
                let boilerplate = regions.filter_map(|words| laid_out.bytes(words));
                let text = PageText {
                    doc,
                    text: document.text[..end].to_owned(),
                    cut: end < document.text.len(),
                    boilerplate: boilerplate.filter(|bytes| bytes.end <= end).collect(),
                };
                read.push((text, laid_out));
            })?;
            let took = read.last().map_or(0, |(text, _)| text.text.len());
            if took > *room {
                *room = 0;
                read.pop();
                break;
            }
            *room -= took;
        }
        let docs: FxHashSet<DocNo> = read.iter().map(|(text, _)| text.doc).collect();
        let pairs = its_pairs
            .iter()
            .map(|&pair| (pairs[pair].a, pairs[pair].b))
            .filter(|(a, b)| docs.contains(a) && docs.contains(b));
        // Where only links were written, the first of them with every other.
        let lead = read.first().map(|(text, _)| text.doc);
        let with_lead = lead.into_iter().flat_map(|lead| {
            let others = docs.iter().filter(move |&&doc| doc != lead);
            others.map(move |&doc| (lead.min(doc), lead.max(doc)))
        });
        let mut compared: Vec<(DocNo, DocNo)> = pairs.chain(with_lead).collect();
        compared.sort_unstable();
        compared.dedup();
        Ok(Together {
            texts: read,
            compared,
        })
    }

    fn shared(&self) -> Vec<SideBySide> {
        let text = |doc: DocNo| self.texts.iter().find(|(text, _)| text.doc == doc);
        let shared = |&(a, b): &(DocNo, DocNo)| {
            let ((text_a, laid_out_a), (text_b, laid_out_b)) = text(a).zip(text(b))?;
            let mut passages = laid_out_a.shared(laid_out_b);
            passages.retain(|passage| {
                passage.bytes_a.end <= text_a.text.len() && passage.bytes_b.end <= text_b.text.len()
            });
            Some(SideBySide { a, b, passages })
        };
        self.compared.iter().filter_map(shared).collect()
    }
}
