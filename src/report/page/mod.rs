//! The report page: one HTML file that tells what a run found, to be opened from a disk and without a network.
//!
//! The template writes the figures; the script draws clusters, texts and pairs from JSON within the page. Nothing that comes from outside is ever
//! taken for HTML: the template escapes, the script makes text nodes, and the content security policy lets no other script or style in and nothing
//! out. There is no clock in it, so the same run gives the same bytes.

mod data;
mod figures;

use std::io::{self, Write};

use askama::Template;

use super::bounded::sentences;
use super::clusters::sites_among;
use super::html::{self, count};
use super::summary::recall_at_threshold;
use crate::cluster::Relation;
use crate::pipeline::{RemovedOnSite, ScanResult, Settings};
use crate::text::escaping;
use figures::{Histogram, Sites};

const STYLE: &str = html::style!("page.css");
const SCRIPT: &str = html::script!("page.js");

/// Rejects that are listed.
const REJECTS: usize = 500;

/// Characters that are shown of a reason or a file's name.
const LINE: usize = 300;

#[derive(Template)]
#[template(path = "page/page.html")]
struct Html<'a> {
    version: &'a str,
    style: &'a str,
    script: &'a str,
    policy: String,
    headline: String,
    numbers: Vec<Number>,
    settings: Vec<(&'a str, String)>,
    left_out: Vec<String>,
    bounded: Vec<String>,
    relations: Vec<&'a str>,
    reworded: bool,
    histograms: Vec<Histogram>,
    sites: Sites,
    boilerplate: Vec<SiteBoilerplate>,
    rejects: Vec<RejectLine>,
    rejected: String,
    data: String,
    texts: String,
}

struct Number {
    value: String,
    what: &'static str,
    note: String,
}

struct SiteBoilerplate {
    site: String,
    documents: String,
    words: String,
    passages: Vec<Boilerplate>,
}

struct Boilerplate {
    documents: String,
    words: String,
    text: String,
}

struct RejectLine {
    file: String,
    line: u64,
    id: String,
    reason: String,
}

/// Writes the report; `source_names` are what the sources are called, by number.
///
/// # Errors
/// Those of `out`.
pub fn write(
    findings: &ScanResult,
    settings: &Settings,
    source_names: &[&str],
    out: &mut impl Write,
) -> io::Result<()> {
    let page = findings.page.as_ref();
    let nothing = Default::default();
    let (data, texts) = data::of(findings, page.unwrap_or(&nothing));
    let relations = relations(findings);
    let rejects = &findings.read.rejects;
    let html = Html {
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        script: SCRIPT,
        policy: html::policy(STYLE, Some(SCRIPT)),
        headline: format!(
            "{} pairs in {} clusters among {} documents",
            count(findings.pairs.len() as u64),
            count(findings.clusters.len() as u64),
            count(findings.counts.documents.read)
        ),
        numbers: numbers(findings),
        settings: settings_in_force(settings),
        left_out: left_out(findings),
        bounded: bounded(findings),
        relations: relations.iter().map(|relation| relation.name()).collect(),
        reworded: relations.contains(&Relation::Reworded),
        histograms: figures::histograms(&findings.pairs, &relations),
        sites: figures::sites(findings),
        boilerplate: boilerplate(findings),
        rejects: rejects
            .iter()
            .take(REJECTS)
            .map(|reject| RejectLine {
                file: escaping::field(
                    source_names.get(reject.source as usize).unwrap_or(&""),
                    LINE,
                ),
                line: reject.line,
                id: escaping::field(reject.id.as_deref().unwrap_or_default(), LINE),
                reason: escaping::field(&reject.reason, LINE),
            })
            .collect(),
        rejected: count(rejects.len() as u64),
        data: html::json(&data)?,
        texts: html::json(&texts)?,
    };
    out.write_all(html.render().map_err(io::Error::other)?.as_bytes())
}

/// The relations that pairs of this run can have.
fn relations(findings: &ScanResult) -> Vec<Relation> {
    let mut relations = Relation::ALL.to_vec();
    if findings.counts.reworded.is_some() {
        relations.push(Relation::Reworded);
    }
    relations
}

fn numbers(findings: &ScanResult) -> Vec<Number> {
    let (counts, catalog) = (&findings.counts, &findings.catalog);
    let new = catalog.documents().filter(|&doc| catalog.is_new(doc));
    let number = |value: u64, what, note| Number {
        value: count(value),
        what,
        note,
    };
    let some = |parts: &[(u64, &str)]| {
        let parts = parts.iter().filter(|(n, _)| *n > 0);
        let parts: Vec<String> = parts
            .map(|(n, what)| format!("{} {what}", count(*n)))
            .collect();
        parts.join(", ")
    };
    let clustered = findings
        .clusters
        .iter()
        .map(|cluster| cluster.members.len());
    let biggest = clustered.max().unwrap_or(0) as u64;
    let reworded = counts.reworded.as_ref();
    let removed = &findings.removed;
    vec![
        number(
            counts.documents.read,
            "documents",
            some(&[
                (counts.documents.empty, "empty"),
                (counts.documents.too_short, "too short"),
                (counts.documents.boilerplate_only, "boilerplate only"),
                (counts.documents.seen, "seen before"),
            ]),
        ),
        number(sites_among(catalog, new) as u64, "sites", String::new()),
        number(
            findings.pairs.len() as u64,
            "pairs",
            some(&[
                (counts.pairs.exact, "exact"),
                (counts.pairs.near, "near"),
                (counts.pairs.excerpt, "excerpt"),
                (reworded.map_or(0, |reworded| reworded.found), "reworded"),
            ]),
        ),
        number(counts.pairs.cross_site, "pairs across sites", String::new()),
        number(
            findings.clusters.len() as u64,
            "clusters",
            some(&[(biggest, "documents in the biggest")]),
        ),
        number(
            removed.words,
            "words of boilerplate",
            some(&[(removed.documents, "documents lost some")]),
        ),
        number(
            findings.read.rejects.len() as u64,
            "records rejected",
            String::new(),
        ),
    ]
}

fn settings_in_force(settings: &Settings) -> Vec<(&'static str, String)> {
    let recall = format!("{:.4}", recall_at_threshold(settings));
    let mut listed = vec![
        (
            "Jaccard of a near pair, at least",
            settings.threshold.to_string(),
        ),
        ("Recall at that Jaccard", recall),
        ("Shingle", settings.shingle.to_string()),
    ];
    if let Some(excerpts) = settings.excerpts {
        listed.push((
            "Containment of an excerpt, at least",
            excerpts.containment.to_string(),
        ));
        listed.push((
            "Longest passage of an excerpt, at least",
            format!("{} words", excerpts.passage),
        ));
    }
    if let Some(rewording) = settings.reworded {
        listed.push((
            "Score of a reworded pair, at least",
            rewording.score.to_string(),
        ));
    }
    let boilerplate = if settings.boilerplate { "out" } else { "kept" };
    listed.push(("Boilerplate", boilerplate.to_owned()));
    listed
}

/// What the page does not show of what was found.
fn left_out(findings: &ScanResult) -> Vec<String> {
    let Some(page) = &findings.page else {
        return Vec::new();
    };
    let mut left_out = Vec::new();
    let mut say = |shown: usize, of: usize, what: &str, which: &str| {
        if shown < of {
            let (shown, of) = (count(shown as u64), count(of as u64));
            left_out.push(format!("{shown} of {of} {what}: {which}."));
        }
    };
    say(
        page.pairs.len(),
        findings.pairs.len(),
        "pairs can be searched",
        "those of the biggest clusters (--report-limit takes more)",
    );
    say(
        page.clusters.len(),
        findings.clusters.len(),
        "clusters can be opened",
        "the biggest",
    );
    let members = page.clusters.iter();
    let members = members.map(|&number| findings.clusters[number].members.len());
    say(
        page.members.iter().map(Vec::len).sum(),
        members.sum(),
        "documents of these clusters are listed",
        "sources and whole copies first",
    );
    say(
        page.texts.len(),
        findings.details.len(),
        "texts of documents in clusters can be read here",
        "some of each cluster, of the biggest first",
    );
    let cut = page.texts.iter().filter(|text| text.cut).count();
    if cut > 0 {
        left_out.push(format!(
            "The end of {} long texts is missing.",
            count(cut as u64)
        ));
    }
    left_out
}

/// What the run itself did not look at or write.
fn bounded(findings: &ScanResult) -> Vec<String> {
    let counts = &findings.counts;
    let sentences = sentences(&counts.bounded, "--all-pairs");
    let mut bounded: Vec<String> = sentences.into_iter().map(|said| said + ".").collect();
    if counts.pairs.same_site_excerpts > 0 {
        bounded.push(format!(
            "{} excerpts within one site hold too little to be worth a row.",
            count(counts.pairs.same_site_excerpts)
        ));
    }
    bounded
}

fn boilerplate(findings: &ScanResult) -> Vec<SiteBoilerplate> {
    let on_site = |on_site: &RemovedOnSite| SiteBoilerplate {
        site: escaping::field(findings.catalog.site_name(on_site.site), LINE),
        documents: count(on_site.documents),
        words: count(on_site.words),
        passages: on_site
            .passages
            .iter()
            .map(|passage| Boilerplate {
                documents: count(passage.documents),
                words: count(passage.words),
                text: escaping::field(&passage.text, 2 * LINE),
            })
            .collect(),
    };
    findings.removed.sites.iter().map(on_site).collect()
}
