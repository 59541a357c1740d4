//! Labels of a run: read, settled, and looked up in the corpus.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use crate::catalog::{Catalog, DocNo, DocPair, NO_SITE, SiteNo, hash_of_words};
use crate::pipeline::Judged;
use crate::read::labels::{
    self, Conflict, DocumentName, Judgements, LabelSettings, Labels, PairLabel,
};
use crate::report::tune::{ChoiceRow, JudgedSite, Labelled, People, Searched, Tuned};
use crate::text::shingle::{Shingle, Shingler};
use crate::tuning::agreement::Agreement;
use crate::tuning::clusterings::Contingency;
use crate::tuning::evaluation::Confusion;

use super::best::best;
use crate::cli::figures::counted;
use crate::cli::status::Stop;

/// Fewest labelled pairs of a site that is judged by itself. The 95 % interval of a share of 30
/// pairs is at most .34 wide.
pub const FEWEST_LABELS: u64 = 30;

/// Most sites that are judged by themselves.
const MOST_SITES: usize = 50;

/// Labels of a run.
pub struct ReadLabels {
    labels: Labels,
    /// Clusters by the id of the document; empty for a document that is alone.
    clusters: BTreeMap<String, String>,
    /// The people who labelled pairs.
    pub people: Option<People>,
}

/// Labels of documents of the corpus.
#[derive(Default)]
pub struct JudgedCorpus {
    /// Labelled pairs, each with whether it is a copy.
    pub pairs: Vec<(DocPair, bool)>,
    /// Documents with the numbers of their clusters, in canonical order.
    pub clusters: Vec<(DocNo, u64)>,
    /// Counts of the labels.
    pub known: Labelled,
}

impl ReadLabels {
    /// Reads all files of labels. Fails if people contradict each other, unless the majority
    /// decides.
    pub fn of(
        paths: &[PathBuf],
        settings: &LabelSettings,
        majority: bool,
    ) -> Result<ReadLabels, Stop> {
        let mut read = Judgements::default();
        for path in paths {
            let name = path.display().to_string();
            let file = File::open(path)
                .map_err(|error| Stop::usage(format!("cannot read --labels {name}: {error}")))?;
            labels::read(&name, file, settings, &mut read)?;
        }
        if !read.pairs.is_empty() && !read.clusters.is_empty() {
            return Err(Stop::usage(
                "--labels names both labelled pairs and clusters: judge by one of them at a time",
            ));
        }
        let (labels, conflicts) = read.settle();
        let agreement = Agreement::of(&read.decided());
        if !majority && !conflicts.is_empty() {
            return Err(contradicted(&conflicts, agreement));
        }
        let undecided = conflicts
            .iter()
            .filter(|one| one.majority.is_none())
            .count();
        let people = (!read.pairs.is_empty()).then(|| People {
            names: read.annotators().into_iter().map(str::to_owned).collect(),
            agreement,
            conflicts: conflicts.iter().map(Conflict::to_string).collect(),
            undecided: undecided as u64,
        });
        Ok(ReadLabels {
            labels,
            clusters: read.clusters,
            people,
        })
    }

    /// Looks the documents up in the corpus.
    pub fn in_corpus(&self, catalog: &Catalog) -> JudgedCorpus {
        let ids: BTreeMap<&str, DocNo> = catalog
            .documents()
            .map(|doc| (catalog.id(doc), doc))
            .collect();
        // A table written by hand may have a space after a comma.
        let by_id = |id: &str| ids.get(id).or_else(|| ids.get(id.trim())).copied();
        match self.clusters.is_empty() {
            true => self.judged_pairs(catalog, &by_id),
            false => self.judged_clusters(&by_id),
        }
    }

    fn judged_pairs(
        &self,
        catalog: &Catalog,
        by_id: &dyn Fn(&str) -> Option<DocNo>,
    ) -> JudgedCorpus {
        let has_texts = |pair: &[DocumentName; 2]| {
            pair.iter()
                .any(|name| matches!(name, DocumentName::Text(_)))
        };
        let mut texts: BTreeMap<u128, DocNo> = BTreeMap::new();
        if self.labels.keys().any(has_texts) {
            for doc in catalog.documents() {
                // Of documents with the same words, the first.
                texts.entry(catalog.whole(doc)).or_insert(doc);
            }
        }
        let mut shingler = Shingler::default();
        let mut find = |name: &DocumentName| match name {
            DocumentName::Id(id) => by_id(id),
            DocumentName::Text(text) => {
                shingler.read(text, Shingle::Words(1));
                texts.get(&hash_of_words(&shingler.words)).copied()
            }
        };
        let mut judged = JudgedCorpus::default();
        let known = &mut judged.known;
        for ([a, b], label) in &self.labels {
            let found = find(a).zip(find(b)).filter(|(a, b)| a != b);
            let is_copy = match (found, label) {
                (_, PairLabel::Unsure) => {
                    known.unsure += 1;
                    continue;
                }
                (None, _) => {
                    known.missing += 1;
                    continue;
                }
                (Some(_), PairLabel::Copy) => true,
                (Some(_), PairLabel::Other) => false,
            };
            *match is_copy {
                true => &mut known.copies,
                false => &mut known.others,
            } += 1;
            let pair = found.map(|(a, b)| (DocPair::of(a, b), is_copy));
            judged.pairs.extend(pair);
        }
        judged
    }

    fn judged_clusters(&self, by_id: &dyn Fn(&str) -> Option<DocNo>) -> JudgedCorpus {
        let mut judged = JudgedCorpus::default();
        let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
        for (number, (id, cluster)) in (0..).zip(&self.clusters) {
            let Some(doc) = by_id(id) else {
                judged.known.missing += 1;
                continue;
            };
            // The number of a document that is alone is its own.
            let number = match &**cluster {
                "" => number,
                cluster => *numbers.entry(cluster).or_insert(number),
            };
            judged.clusters.push((doc, number));
        }
        judged.clusters.sort_unstable();
        judged.clusters.dedup_by_key(|(doc, _)| *doc);
        let truth = judged.clusters.iter().map(|&(_, number)| (number, number));
        let pairs = Contingency::of(truth).confusion();
        judged.known.copies = pairs.true_positives;
        judged.known.others = pairs.true_negatives;
        judged.known.clustered = Some(judged.clusters.len() as u64);
        judged
    }
}

impl JudgedCorpus {
    /// Judgements that a choice is compared with; `documents` are the labelled pairs.
    pub fn judged<'a>(&'a self, documents: &'a [DocPair]) -> Judged<'a> {
        match self.known.clustered {
            Some(_) => Judged::Clusters(&self.clusters),
            None => Judged::Pairs(documents),
        }
    }
}

/// The error for people who contradict each other.
fn contradicted(conflicts: &[Conflict], agreement: Option<Agreement>) -> Stop {
    let listed: Vec<String> = conflicts.iter().map(Conflict::to_string).collect();
    let agreement = agreement.map(|agreement| format!(" {}", agreement.sentence()));
    Stop::usage(format!(
        "{} with labels that contradict each other; --majority takes the label that most people \
         gave.{}\n   {}",
        counted(conflicts.len() as u64, "pair"),
        agreement.unwrap_or_default(),
        listed.join("\n   ")
    ))
}

/// Judges the choices by the pairs of each site that has enough of them.
pub fn by_site(tuned: &Tuned, judged: &JudgedCorpus, catalog: &Catalog) -> Vec<JudgedSite> {
    let mut of_site: BTreeMap<SiteNo, Vec<usize>> = BTreeMap::new();
    for (at, (pair, _)) in judged.pairs.iter().enumerate() {
        let mut sites = vec![catalog.site(pair.a), catalog.site(pair.b)];
        sites.dedup();
        for site in sites.into_iter().filter(|&site| site != NO_SITE) {
            of_site.entry(site).or_default().push(at);
        }
    }
    of_site.retain(|_, pairs| pairs.len() as u64 >= FEWEST_LABELS);
    let mut sites: Vec<(SiteNo, Vec<usize>)> = of_site.into_iter().collect();
    sites.sort_by_key(|(site, pairs)| (Reverse(pairs.len()), *site));
    sites.truncate(MOST_SITES);
    let judge = |(site, pairs): (SiteNo, Vec<usize>)| {
        let confusion = |row: &ChoiceRow| {
            let of_pair = |&at: &usize| (row.effect.labelled[at], judged.pairs[at].1);
            Confusion::of(pairs.iter().map(of_pair))
        };
        let rows: Vec<ChoiceRow> = tuned
            .rows
            .iter()
            .map(|row| ChoiceRow {
                confusion: Some(confusion(row)),
                ..row.clone()
            })
            .collect();
        let as_asked = rows
            .first()
            .and_then(|row| row.confusion)
            .unwrap_or_default();
        let known = Labelled {
            copies: as_asked.true_positives + as_asked.false_negatives,
            others: as_asked.false_positives + as_asked.true_negatives,
            ..Labelled::default()
        };
        let of_site = Tuned {
            rows,
            searched: Searched::default(),
            labels: Some(known),
            people: None,
            sites: Vec::new(),
            suggested: None,
            best: None,
        };
        JudgedSite {
            site: catalog.site_name(site).to_owned(),
            pairs: pairs.len() as u64,
            as_asked,
            best: best(&of_site, None).ok().flatten(),
        }
    };
    sites.into_iter().map(judge).collect()
}
