//! The page as HTML.

use std::io::{self, Write};

use askama::Template;

use super::data;
use super::figures::{self, Histogram, SiteFigures};
use super::numbers::{self, KeyNumber};
use crate::cluster::Relation;
use crate::pipeline::{RemovedOnSite, ScanResult, Settings};
use crate::report::html::{self, count};
use crate::text::escaping;

const STYLE: &str = html::style!("page.css");
const SCRIPT: &str = html::script!(
    "script/documents.js",
    "script/timeline.js",
    "script/texts.js",
    "script/clusters.js",
    "script/view.js",
    "script/pairs.js",
    "script/state.js",
    "script/start.js"
);

/// Most rejects that are listed.
const REJECTS: usize = 500;

/// Most characters that are shown of a reason or the name of a file.
const LINE: usize = 300;

/// Values of the template.
#[derive(Template)]
#[template(path = "page/page.html")]
struct ReportPage<'a> {
    version: &'a str,
    style: &'a str,
    script: &'a str,
    policy: String,
    headline: String,
    numbers: Vec<KeyNumber>,
    settings: Vec<(&'a str, String)>,
    left_out: Vec<String>,
    bounded: Vec<String>,
    relations: Vec<&'a str>,
    reworded: bool,
    histograms: Vec<Histogram>,
    sites: SiteFigures,
    boilerplate: Vec<SiteBoilerplate>,
    rejects: Vec<RejectLine>,
    rejected: String,
    data: String,
    texts: String,
}

/// The boilerplate of a site.
struct SiteBoilerplate {
    site: String,
    documents: String,
    words: String,
    passages: Vec<BoilerplateLine>,
}

/// A passage that a site repeats.
struct BoilerplateLine {
    documents: String,
    words: String,
    text: String,
}

/// A record that could not be used.
struct RejectLine {
    file: String,
    line: u64,
    id: String,
    reason: String,
}

/// Writes the report; `source_names` has the name of each source by its number.
///
/// # Errors
/// When `out` cannot be written to.
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
    let html = ReportPage {
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
        numbers: numbers::numbers(findings),
        settings: numbers::settings_in_force(settings),
        left_out: numbers::left_out(findings),
        bounded: numbers::bounded(findings),
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
        rejected: count(findings.read.rejected()),
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

/// The boilerplate of each site.
fn boilerplate(findings: &ScanResult) -> Vec<SiteBoilerplate> {
    let on_site = |on_site: &RemovedOnSite| SiteBoilerplate {
        site: escaping::field(findings.catalog.site_name(on_site.site), LINE),
        documents: count(on_site.documents),
        words: count(on_site.words),
        passages: on_site
            .passages
            .iter()
            .map(|passage| BoilerplateLine {
                documents: count(passage.documents),
                words: count(passage.words),
                text: escaping::field(&passage.text, 2 * LINE),
            })
            .collect(),
    };
    findings.removed.sites.iter().map(on_site).collect()
}
