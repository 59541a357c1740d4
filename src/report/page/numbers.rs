//! The numbers at the top of the page, the settings, and what is left out.

use crate::pipeline::{ScanResult, Settings};
use crate::report::bounded::sentences;
use crate::report::html::count;
use crate::report::summary::recall_at_threshold;

/// A number with its name and a note.
pub(super) struct KeyNumber {
    pub(super) value: String,
    pub(super) what: &'static str,
    pub(super) note: String,
}

/// The most important numbers of a run.
pub(super) fn numbers(findings: &ScanResult) -> Vec<KeyNumber> {
    let (counts, catalog) = (&findings.counts, &findings.catalog);
    let new = catalog
        .documents()
        .filter(|&doc| catalog.is_new(doc) && !catalog.is_reference(doc));
    let number = |value: u64, what, note| KeyNumber {
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
        number(catalog.sites_among(new) as u64, "sites", String::new()),
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
            some(&[(removed.documents, "documents had some")]),
        ),
        number(findings.read.rejected(), "records rejected", String::new()),
    ]
}

/// The settings of a run, with their names.
pub(super) fn settings_in_force(settings: &Settings) -> Vec<(&'static str, String)> {
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
        if let Some(long) = excerpts.long_passage {
            listed.push((
                "Unquoted passage that is an excerpt of any containment, at least",
                format!("{long} words"),
            ));
        }
    }
    if let Some(rewording) = settings.reworded {
        listed.push((
            "Score of a reworded pair, at least",
            rewording.score.to_string(),
        ));
    }
    let boilerplate = if settings.boilerplate {
        "removed"
    } else {
        "kept"
    };
    listed.push(("Boilerplate", boilerplate.to_owned()));
    listed
}

/// Sentences about findings that the page does not show.
pub(super) fn left_out(findings: &ScanResult) -> Vec<String> {
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
        "those of the biggest clusters (--report-limit shows more)",
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
        "some of each cluster, starting with the biggest",
    );
    let cut = page.texts.iter().filter(|text| text.cut).count();
    if cut > 0 {
        left_out.push(format!(
            "{} long texts are cut at the end.",
            count(cut as u64)
        ));
    }
    left_out
}

/// Sentences about what the run did not compare or write.
pub(super) fn bounded(findings: &ScanResult) -> Vec<String> {
    let counts = &findings.counts;
    let sentences = sentences(&counts.bounded, "--all-pairs");
    let mut bounded: Vec<String> = sentences.into_iter().map(|said| said + ".").collect();
    if counts.pairs.same_site_excerpts > 0 {
        bounded.push(format!(
            "{} excerpts within one site share too little to be reported.",
            count(counts.pairs.same_site_excerpts)
        ));
    }
    bounded
}
