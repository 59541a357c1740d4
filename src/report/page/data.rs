//! The data of the script of the page: documents, pairs, clusters and texts. Documents and pairs
//! are stored as columns, which takes less space.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::attribution::credit::Credit;
use crate::catalog::{DocNo, NO_SITE, SiteNo};
use crate::cluster::{Cluster, ReportedPair};
use crate::pipeline::{PageContent, PageText, PlacedPassage, ScanResult};
use crate::report::details::details;
use crate::report::moment;
use crate::text::escaping;

/// Most characters that are shown of an id or the name of a site.
pub(super) const NAME: usize = 120;

/// Most characters that are shown of a candidate for the source.
const CANDIDATE: usize = 2 * NAME;

/// Most characters that are shown of a title.
const TITLE: usize = 200;

/// Everything but the texts. Documents and sites are referred to by their positions here; scores
/// are in ten-thousandths.
#[derive(Serialize)]
pub(super) struct PageData {
    sites: Vec<String>,
    documents: DocumentColumns,
    pairs: PairColumns,
    clusters: Vec<ClusterEntry>,
}

#[derive(Default, Serialize)]
struct DocumentColumns {
    id: Vec<String>,
    site: Vec<Option<usize>>,
    published: Vec<String>,
    /// First second at which it can have been published; `None` if no date proves one.
    from: Vec<Option<i64>>,
    /// Last second at which it can have been published.
    until: Vec<Option<i64>>,
    title: Vec<String>,
    url: Vec<Option<String>>,
    credit: Vec<String>,
}

#[derive(Default, Serialize)]
struct PairColumns {
    a: Vec<usize>,
    b: Vec<usize>,
    relation: Vec<&'static str>,
    jaccard: Vec<u32>,
    containment_a: Vec<u32>,
    containment_b: Vec<u32>,
    longest: Vec<usize>,
    quoted: Vec<Option<u32>>,
    /// Empty if reworded copy was not looked for.
    reworded: Vec<Option<u32>>,
    lag: Vec<Option<f64>>,
    /// True if it is known that `a` was published first.
    ordered: Vec<bool>,
    cluster: Vec<usize>,
}

#[derive(Serialize)]
struct ClusterEntry {
    name: String,
    documents: usize,
    sites: usize,
    /// Number of sites with whole copies.
    whole_sites: usize,
    /// Second of the first date of its documents; dates that prove nothing do not count.
    first: Option<i64>,
    /// Words of the longest passage of its pairs.
    longest: usize,
    members: Vec<MemberEntry>,
    source: Option<usize>,
    source_site: String,
    basis: Vec<&'static str>,
    sureness: Option<&'static str>,
    candidates: Vec<String>,
    quoted: bool,
    /// Number of its storyline, which clusters of one storyline have in common.
    storyline: Option<usize>,
}

/// A document, its role, and the hours from the source to it, if they are known.
#[derive(Serialize)]
struct MemberEntry(usize, &'static str, Option<f64>);

/// The texts, which the script parses when the first cluster is opened.
#[derive(Serialize)]
pub(super) struct PageTexts {
    texts: Vec<TextEntry>,
    /// For two documents, the passages they share: beginning and end in one and in the other.
    side_by_side: Vec<(usize, usize, Vec<[usize; 4]>)>,
}

#[derive(Serialize)]
struct TextEntry {
    document: usize,
    text: String,
    cut: bool,
    boilerplate: Vec<[usize; 2]>,
}

/// Everything the page shows, and its texts.
pub(super) fn of(findings: &ScanResult, page: &PageContent) -> (PageData, PageTexts) {
    let known = Listed::of(findings, page);
    let data = PageData {
        sites: known.sites(findings),
        documents: known.documents(findings),
        pairs: known.pairs(findings, page),
        clusters: known.clusters(findings, page),
    };
    let places: BTreeMap<DocNo, Utf16Places> = page
        .texts
        .iter()
        .map(|text| (text.doc, Utf16Places::of(text)))
        .collect();
    let side_by_side = page.side_by_side.iter().filter_map(|two| {
        let (a, b) = (places.get(&two.a)?, places.get(&two.b)?);
        let ends = |passage: &PlacedPassage| {
            let (in_a, in_b) = (&passage.bytes_a, &passage.bytes_b);
            [
                a.at(in_a.start),
                a.at(in_a.end),
                b.at(in_b.start),
                b.at(in_b.end),
            ]
        };
        let passages = two.passages.iter().map(ends).collect();
        Some((known.document(two.a), known.document(two.b), passages))
    });
    let text = |text: &PageText| TextEntry {
        document: known.document(text.doc),
        text: escaping::body(&text.text),
        cut: text.cut,
        boilerplate: text
            .boilerplate
            .iter()
            .map(|bytes| [bytes.start, bytes.end].map(|at| places[&text.doc].at(at)))
            .collect(),
    };
    let texts = PageTexts {
        texts: page.texts.iter().map(text).collect(),
        side_by_side: side_by_side.collect(),
    };
    (data, texts)
}

/// The documents on the page, in canonical order, and their sites, in order of name. Their
/// positions here are their numbers in the data.
struct Listed {
    documents: Vec<DocNo>,
    sites: Vec<SiteNo>,
}

impl Listed {
    fn of(findings: &ScanResult, page: &PageContent) -> Listed {
        let pairs = page.pairs.iter().map(|&pair| &findings.pairs[pair]);
        let members = page.clusters.iter().zip(&page.members);
        let members = members.flat_map(|(&number, listed)| {
            let cluster = &findings.clusters[number];
            let listed = listed.iter().map(|&at| cluster.members[at].doc);
            listed.chain(cluster.source.doc)
        });
        let mut documents: Vec<DocNo> = pairs
            .flat_map(|pair| [pair.a, pair.b])
            .chain(members)
            .collect();
        documents.sort_unstable();
        documents.dedup();
        let sites = documents.iter().map(|&doc| findings.catalog.site(doc));
        let mut sites: Vec<_> = sites.filter(|&site| site != NO_SITE).collect();
        sites.sort_unstable();
        sites.dedup();
        Listed { documents, sites }
    }

    /// The position of a document, which must be listed.
    fn document(&self, doc: DocNo) -> usize {
        self.documents.partition_point(|&known| known < doc)
    }

    fn sites(&self, findings: &ScanResult) -> Vec<String> {
        let name = |&site| escaping::field(findings.catalog.site_name(site), NAME);
        self.sites.iter().map(name).collect()
    }

    fn documents(&self, findings: &ScanResult) -> DocumentColumns {
        let mut documents = DocumentColumns::default();
        for &doc in &self.documents {
            let details = details(findings, doc);
            let (id, site) = (findings.catalog.id(doc), findings.catalog.site(doc));
            let published = findings.catalog.published(doc);
            let title = details.map_or("", |details| details.title.as_str());
            let credit = details.and_then(|details| details.credit.as_ref());
            documents.id.push(escaping::field(id, NAME));
            documents.site.push(self.sites.binary_search(&site).ok());
            documents
                .published
                .push(moment::written_or_empty(published));
            let (from, until) = findings.when(doc).bounds();
            documents.from.push(from.filter(is_drawable));
            documents.until.push(until.filter(is_drawable));
            documents.title.push(escaping::field(title, TITLE));
            documents
                .url
                .push(details.and_then(|details| escaping::link(&details.url)));
            let credit = credit.map_or("".into(), Credit::label);
            documents.credit.push(escaping::field(&credit, NAME));
        }
        documents
    }

    fn pairs(&self, findings: &ScanResult, page: &PageContent) -> PairColumns {
        let cluster: BTreeMap<usize, usize> = (page.clusters.iter().copied()).zip(0..).collect();
        let mut pairs = PairColumns::default();
        for &number in &page.pairs {
            let pair: &ReportedPair = &findings.pairs[number];
            pairs.a.push(self.document(pair.a));
            pairs.b.push(self.document(pair.b));
            pairs.relation.push(pair.relation.name());
            pairs.jaccard.push(score(pair.jaccard));
            pairs.containment_a.push(score(pair.containment_a));
            pairs.containment_b.push(score(pair.containment_b));
            pairs.longest.push(pair.longest.words);
            pairs.quoted.push(pair.quoted_share.map(score));
            if findings.counts.reworded.is_some() {
                let likeness = pair.likeness.map(|likeness| score(likeness.score));
                pairs.reworded.push(likeness);
            }
            pairs.lag.push(findings.lag_hours(pair).map(hundredths));
            pairs.ordered.push(findings.is_order_known(pair));
            pairs.cluster.push(cluster[&(pair.cluster as usize)]);
        }
        pairs
    }

    fn clusters(&self, findings: &ScanResult, page: &PageContent) -> Vec<ClusterEntry> {
        let longest = longest_passages(findings);
        let mut storylines: BTreeMap<&str, usize> = BTreeMap::new();
        for name in findings
            .clusters
            .iter()
            .filter_map(|cluster| cluster.storyline.as_deref())
        {
            let number = storylines.len();
            storylines.entry(name).or_insert(number);
        }
        let cluster = |(&number, listed): (&usize, &Vec<usize>)| {
            let cluster = &findings.clusters[number];
            let source = &cluster.source;
            let member = |&at: &usize| {
                let member = cluster.members[at];
                let after = source
                    .doc
                    .and_then(|first| findings.when(first).hours_until(findings.when(member.doc)));
                let document = self.document(member.doc);
                MemberEntry(document, member.role.name(), after.map(hundredths))
            };
            let whole = cluster.members.iter().filter(|member| member.whole);
            ClusterEntry {
                name: escaping::field(&cluster.name, NAME),
                documents: cluster.members.len(),
                sites: findings.catalog.sites_among(cluster.documents()),
                whole_sites: findings.catalog.sites_among(whole.map(|member| member.doc)),
                first: first_date(findings, cluster),
                longest: longest[number],
                members: listed.iter().map(member).collect(),
                source: source.doc.map(|doc| self.document(doc)),
                source_site: escaping::field(&source.site, NAME),
                basis: source.basis.iter().map(|basis| basis.name()).collect(),
                sureness: source.sureness.map(|sureness| sureness.name()),
                candidates: source
                    .candidate_labels(|doc| findings.catalog.id(doc))
                    .iter()
                    .map(|candidate| escaping::field(candidate, CANDIDATE))
                    .collect(),
                quoted: cluster.is_quoted,
                storyline: cluster.storyline.as_deref().map(|name| storylines[name]),
            }
        };
        page.clusters
            .iter()
            .zip(&page.members)
            .map(cluster)
            .collect()
    }
}

/// Words of the longest passage of the pairs of each cluster.
fn longest_passages(findings: &ScanResult) -> Vec<usize> {
    let mut longest = vec![0; findings.clusters.len()];
    for pair in &findings.pairs {
        let words = &mut longest[pair.cluster as usize];
        *words = pair.longest.words.max(*words);
    }
    longest
}

/// First date of the documents of a cluster, in seconds; dates that prove nothing do not count.
fn first_date(findings: &ScanResult, cluster: &Cluster) -> Option<i64> {
    let dated = cluster
        .documents()
        .filter(|&doc| findings.when(doc).bounds().0.is_some());
    let dates = dated.filter_map(|doc| findings.catalog.published(doc));
    dates.map(|date| date.seconds).filter(is_drawable).min()
}

/// True for a time that scripts and people can read: one in the years -9999 to 9999.
fn is_drawable(seconds: &i64) -> bool {
    Timestamp::from_second(*seconds).is_ok()
}

/// Hours with two decimals, rounded as in the tables.
fn hundredths(hours: f64) -> f64 {
    format!("{hours:.2}").parse().unwrap_or(hours)
}

/// A share in ten-thousandths.
fn score(share: f64) -> u32 {
    (share * 10_000.0).round() as u32
}

/// Positions of the bytes of a text in UTF-16, which is how scripts count; `None` if the text is
/// ASCII, where they are equal.
struct Utf16Places(Option<Vec<u32>>);

impl Utf16Places {
    fn of(text: &PageText) -> Utf16Places {
        if text.text.is_ascii() {
            return Utf16Places(None);
        }
        let mut places = Vec::with_capacity(text.text.len() + 1);
        let mut units = 0;
        for c in text.text.chars() {
            places.extend(std::iter::repeat_n(units, c.len_utf8()));
            units += c.len_utf16() as u32;
        }
        places.push(units);
        Utf16Places(Some(places))
    }

    fn at(&self, byte: usize) -> usize {
        let Utf16Places(Some(places)) = self else {
            return byte;
        };
        places.get(byte).map_or(byte, |&units| units as usize)
    }
}
