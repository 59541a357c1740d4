//! The closing lines: the results of a run in a few lines.

use std::cmp::Reverse;
use std::fmt::{self, Write as _};

use crate::catalog::{Catalog, ReadTally};
use crate::pipeline::{Counts, Details, MergedCluster, Removed, ScanResult, Settings, Surfacing};
use crate::report::bounded;
use crate::report::sites;
use crate::report::summary::{
    FilesSkipped, IndexUse, InputFacts, Output, StageCost, recall_at_threshold,
};

use super::closing_dates::{DateLines, FILES_SHOWN};
use super::closing_fields::FieldsFound;
use super::figures::{bytes, count, counted, percent, seconds};
use super::terminal::{MessageStyle, Terminal, escaped, excerpt};

/// Number of clusters shown.
pub const CLUSTERS_SHOWN: usize = 5;

/// Number of republishing routes shown.
const ROUTES_SHOWN: usize = 3;

/// Longest name of a file, in characters.
const FILE_SHOWN: usize = 60;

/// Longest name of a site, in characters.
const SITE_SHOWN: usize = 40;

/// Longest title, in characters.
pub const TITLE_SHOWN: usize = 60;

/// The results in one line.
pub fn headline(findings: &ScanResult) -> String {
    format!(
        "{} in {} among {}",
        counted(findings.pairs.len() as u64, "pair"),
        counted(findings.clusters.len() as u64, "cluster"),
        counted(findings.counts.documents.read, "document")
    )
}

/// Results of a scan.
pub struct ScanClosing<'a> {
    pub findings: &'a ScanResult,
    pub index: Option<IndexUse>,
    pub run: ClosingFacts<'a>,
}

/// Facts about a run of `scan` or `dedup`.
pub struct ClosingFacts<'a> {
    pub catalog: &'a Catalog,
    /// Names of the inputs, by number.
    pub source_names: &'a [&'a str],
    pub read: &'a ReadTally,
    pub counts: &'a Counts,
    pub removed: &'a Removed,
    pub settings: &'a Settings,
    pub costs: &'a [StageCost],
    pub outputs: &'a [Output],
    pub inputs: &'a InputFacts,
    pub details: bool,
    pub terminal: &'a Terminal,
}

impl ScanClosing<'_> {
    /// The closing lines, each with its line end.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let run = &self.run;
        run.documents(out)?;
        self.pairs(out)?;
        self.clusters(out)?;
        self.routes(out)?;
        run.index(out, self.index, run.counts.documents.read)?;
        self.merged(out)?;
        run.boilerplate(
            out,
            "removed from",
            "--summary shows which, --keep-boilerplate keeps them",
        )?;
        self.bounded(out)?;
        self.reworded(out)?;
        run.recall(out)?;
        if run.details {
            run.stages(out)?;
        }
        run.costs(out)
    }

    fn pairs(&self, out: &mut String) -> fmt::Result {
        let counts = &self.findings.counts;
        let pairs = self.findings.pairs.len() as u64;
        if pairs == 0 {
            return writeln!(out, "{}", self.run.strong("no pairs"));
        }
        write!(
            out,
            "{}: {} exact, {} near, {}",
            self.run.strong(counted(pairs, "pair")),
            count(counts.pairs.exact),
            count(counts.pairs.near),
            counted(counts.pairs.excerpt, "excerpt")
        )?;
        if let Some(reworded) = &counts.reworded {
            write!(out, ", {} reworded", count(reworded.found))?;
        }
        if counts.pairs.cross_site > 0 {
            write!(out, "; {} across sites", count(counts.pairs.cross_site))?;
        }
        writeln!(out)?;
        if counts.pairs.same_site_excerpts > 0 {
            writeln!(
                out,
                "{} within one site not written; --same-site-containment {} writes them",
                counted(counts.pairs.same_site_excerpts, "excerpt"),
                self.run
                    .settings
                    .excerpts
                    .map_or(0.0, |excerpts| excerpts.containment),
            )?;
        }
        Ok(())
    }

    fn clusters(&self, out: &mut String) -> fmt::Result {
        let ScanResult {
            catalog,
            clusters,
            details,
            ..
        } = self.findings;
        if clusters.is_empty() {
            return Ok(());
        }
        let first = &clusters[..clusters.len().min(CLUSTERS_SHOWN)];
        let colon = match clusters.len() > first.len() {
            true => "; the most widely copied:",
            false => ":",
        };
        writeln!(
            out,
            "{}{colon}",
            self.run.strong(counted(clusters.len() as u64, "cluster"))
        )?;
        let most = first.iter().map(|cluster| cluster.members.len()).max();
        let width = count(most.unwrap_or(0) as u64).len();
        let rows: Vec<(String, &str)> = first
            .iter()
            .map(|cluster| {
                let sites = catalog.sites_among(cluster.documents()) as u64;
                let on_sites = if sites > 0 {
                    format!(" on {}", counted(sites, "site"))
                } else {
                    String::new()
                };
                let size = format!(
                    "{:>width$} documents{on_sites}",
                    count(cluster.members.len() as u64)
                );
                let first = cluster.first;
                let title =
                    Details::find(details, first).map_or("", |details| details.title.trim());
                (
                    size,
                    if title.is_empty() {
                        catalog.id(first)
                    } else {
                        title
                    },
                )
            })
            .collect();
        let width = rows
            .iter()
            .map(|(size, _)| size.len())
            .max()
            .unwrap_or_default();
        for (size, name) in rows {
            // Three columns before the size, two after it, and the ellipsis.
            let room = self.run.terminal.room(width + 6, TITLE_SHOWN);
            writeln!(out, "   {size:<width$}  {}", excerpt(name, room))?;
        }
        Ok(())
    }

    fn routes(&self, out: &mut String) -> fmt::Result {
        let mut routes = sites::routes(sites::pairs_across(self.findings));
        if routes.is_empty() {
            return Ok(());
        }
        routes.sort_by_key(|route| Reverse((route.clusters, route.pairs)));
        let more = if routes.len() > ROUTES_SHOWN {
            "; the busiest:"
        } else {
            ":"
        };
        writeln!(
            out,
            "{}{more}",
            self.run
                .strong(counted(routes.len() as u64, "republishing route"))
        )?;
        routes.truncate(ROUTES_SHOWN);
        let name = |site| excerpt(self.findings.catalog.site_name(site), SITE_SHOWN);
        let names: Vec<String> = routes
            .iter()
            .map(|route| {
                // An arrow states which site was first.
                let way = if route.ordered_pairs > 0 { "->" } else { "and" };
                format!("{} {way} {}", name(route.source), name(route.copy))
            })
            .collect();
        let width = names
            .iter()
            .map(|names| names.chars().count())
            .max()
            .unwrap_or_default();
        for (route, names) in routes.iter().zip(names) {
            write!(
                out,
                "   {names:<width$}  {} in {}",
                counted(route.pairs, "pair"),
                counted(route.clusters, "cluster")
            )?;
            match route.ordered_pairs {
                0 => write!(out, ", order not known")?,
                ordered if ordered < route.pairs => {
                    write!(out, ", order known of {}", count(ordered))?;
                }
                _ => {}
            }
            if let Some(lag) = route.median_lag_hours {
                write!(out, ", median lag {lag:.1} h")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn merged(&self, out: &mut String) -> fmt::Result {
        let merged = &self.findings.merged;
        if !merged.is_empty() {
            writeln!(
                out,
                "{} merged with others; --summary shows which",
                counted(merged.len() as u64, "cluster")
            )?;
        }
        for MergedCluster { from, into } in merged.iter().filter(|_| self.run.details) {
            let name = |name: &str| excerpt(name, SITE_SHOWN);
            writeln!(out, "   {} merged into {}", name(from), name(into))?;
        }
        Ok(())
    }

    fn bounded(&self, out: &mut String) -> fmt::Result {
        for sentence in bounded::sentences(&self.findings.counts.bounded, "--all-pairs") {
            writeln!(out, "{sentence}")?;
        }
        Ok(())
    }

    fn reworded(&self, out: &mut String) -> fmt::Result {
        let counts = &self.findings.counts.reworded;
        let Some((counts, rewording)) = counts.as_ref().zip(self.run.settings.reworded) else {
            return Ok(());
        };
        write!(
            out,
            "reworded: {} with a score of at least {}, of {} compared",
            counted(counts.found, "pair"),
            rewording.score,
            count(counts.candidates),
        )?;
        if counts.without_anchors > 0 {
            let stories = count(counts.without_anchors);
            write!(
                out,
                "; {stories} stories skipped without names and numbers in Latin script"
            )?;
        }
        if counts.not_compared > 0 {
            let pairs = counted(counts.not_compared, "pair");
            write!(
                out,
                "; up to {pairs} skipped because too many stories have their names"
            )?;
        }
        writeln!(out)
    }
}

impl ClosingFacts<'_> {
    /// The use of an index. `added` documents of the run were added to it, unless the run leaves
    /// the index as it is.
    pub fn index(&self, out: &mut String, usage: Option<IndexUse>, added: u64) -> fmt::Result {
        let Some(IndexUse { expired, adds, .. }) = usage else {
            return Ok(());
        };
        let replaced = self.read.replaced.len() as u64;
        let withdrawn = self.read.withdrawn.len() as u64;
        let before = self.counts.documents.seen + replaced + withdrawn;
        let before = counted(before, "document");
        write!(out, "index: compared with {before}")?;
        if adds {
            write!(out, "; {} added", count(added))?;
        }
        for (n, what) in [
            (self.read.known.len() as u64, "in the index already"),
            (replaced, "that replace documents with the same id"),
            (withdrawn, "of the same night withdrawn"),
            (
                self.read.conflicting(),
                "with the id of another document, kept under another one",
            ),
            (expired, "expired"),
        ] {
            if n > 0 {
                write!(out, ", {} {what}", count(n))?;
            }
        }
        writeln!(out)
    }

    /// Documents and files, read and skipped.
    pub fn documents(&self, out: &mut String) -> fmt::Result {
        let (counts, read, catalog) = (self.counts, self.read, self.catalog);
        let inputs = catalog
            .documents()
            .filter(|&doc| !catalog.is_reference(doc));
        let sites = catalog.sites_among(inputs) as u64;
        write!(
            out,
            "{}",
            self.strong(counted(counts.documents.read, "document"))
        )?;
        if sites > 0 {
            write!(out, " from {}", counted(sites, "site"))?;
        }
        for (n, what) in [
            (counts.documents.empty, "empty"),
            (counts.documents.too_short, "too short"),
            (counts.documents.boilerplate_only, "boilerplate only"),
            (read.rejected(), "rejected"),
            (read.bad_dates, "with an unreadable date"),
            (read.bad_ids, "with an unusable id"),
            (read.lossy, "with invalid UTF-8 repaired"),
        ] {
            if n > 0 {
                write!(out, ", {} {what}", count(n))?;
            }
        }
        for (remark, number) in &read.remarks {
            write!(out, ", {} {remark}", count(*number))?;
        }
        writeln!(out)?;
        self.reference(out)?;
        let dates = DateLines {
            source_names: self.source_names,
            read,
            details: self.details,
        };
        out.push_str(&dates.lines());
        let fields = FieldsFound {
            documents: counts.documents.read,
            read,
            learns_boilerplate: self.settings.boilerplate,
        };
        out.push_str(&fields.lines());
        self.files_skipped(out)
    }

    /// The reference that the documents were compared with, if there is one.
    fn reference(&self, out: &mut String) -> fmt::Result {
        let documents = &self.counts.documents;
        if documents.reference == 0 {
            return Ok(());
        }
        let reference = counted(documents.reference, "document");
        write!(out, "compared with a reference of {reference} only")?;
        if documents.reference_not_compared > 0 {
            let left_out = count(documents.reference_not_compared);
            write!(
                out,
                ", {left_out} of them empty, too short or boilerplate only"
            )?;
        }
        writeln!(out)
    }

    fn files_skipped(&self, out: &mut String) -> fmt::Result {
        let FilesSkipped {
            unknown_ending,
            left_out,
            hidden,
            same_file,
        } = &self.inputs.files_skipped;
        let skipped = [(hidden, "hidden"), (same_file, "read under another name")];
        let parts: Vec<_> = skipped
            .iter()
            .filter(|(n, _)| **n > 0)
            .map(|(n, what)| format!("{} {what}", count(**n)))
            .collect();
        if !parts.is_empty() {
            writeln!(
                out,
                "skipped in directories and archives: {}",
                parts.join(", ")
            )?;
        }
        if !self.read.left_out.is_empty() {
            let kinds = self.read.left_out.iter();
            let kinds: Vec<String> = kinds
                .map(|(kind, number)| format!("{} {kind}", count(*number)))
                .collect();
            writeln!(out, "left out of web archives: {}", kinds.join(", "))?;
        }
        let left_out = left_out.iter().map(|left| (&left.file, &left.reason));
        list(out, "left out", left_out, *unknown_ending)?;
        let assumed = self.inputs.assumed.iter();
        let all = assumed.len() as u64;
        let assumed = assumed.map(|file| (&file.file, &file.assumed));
        list(out, "assumed", assumed, all)
    }

    /// Boilerplate that was not compared. `done` is what happened to it.
    pub fn boilerplate(&self, out: &mut String, done: &str, advice: &str) -> fmt::Result {
        let removed = self.removed;
        if removed.words == 0 {
            return Ok(());
        }
        writeln!(
            out,
            "{} of boilerplate {done} {} on {}; {advice}",
            counted(removed.words, "word"),
            counted(removed.documents, "document"),
            counted(removed.sites.len() as u64, "site"),
        )
    }

    /// Probability that copies were found.
    pub fn recall(&self, out: &mut String) -> fmt::Result {
        let recall = percent(recall_at_threshold(self.settings));
        let how = match self.settings.surfacing {
            Surfacing::Bands(banding) => format!(
                "{} of {}",
                counted(banding.bands() as u64, "band"),
                counted(banding.rows() as u64, "row")
            ),
            Surfacing::Prefixes => "prefix filtering".to_owned(),
        };
        let passages = match self.settings.excerpts {
            Some(excerpts) => {
                let except = match self.counts.bounded.passages.pairs {
                    0 => "",
                    _ => ", except very common ones",
                };
                format!(", every shared run of {} words{except}", excerpts.passage)
            }
            None => String::new(),
        };
        writeln!(
            out,
            "recall {recall} at Jaccard {} ({how}){passages}; every value is exact",
            self.settings.threshold
        )
    }

    /// Time, memory and counts of the stages.
    pub fn stages(&self, out: &mut String) -> fmt::Result {
        let counts = self.counts;
        for cost in self.costs {
            let memory = cost
                .peak_memory_bytes
                .map(|peak| format!(", peak {}", bytes(peak)))
                .unwrap_or_default();
            writeln!(
                out,
                "   {:<11} {:>8}{memory}",
                cost.stage,
                seconds(cost.seconds)
            )?;
        }
        writeln!(
            out,
            "   {} read, {}, {}, {} found",
            bytes(self.read.bytes),
            counted(counts.documents.identical, "identical document"),
            counted(counts.candidates.compared, "candidate"),
            count(counts.candidates.verified),
        )
    }

    /// Time and memory of the run, and its outputs.
    pub fn costs(&self, out: &mut String) -> fmt::Result {
        let total = self.costs.iter().map(|cost| cost.seconds).sum();
        let peak = self
            .costs
            .iter()
            .filter_map(|cost| cost.peak_memory_bytes)
            .max();
        let memory = peak
            .map(|peak| format!(", peak {}", bytes(peak)))
            .unwrap_or_default();
        let names: Vec<_> = self
            .outputs
            .iter()
            .map(|output| {
                if output.path == "-" {
                    "standard output".to_owned()
                } else {
                    escaped(&output.path)
                }
            })
            .collect();
        let mut line = format!("{}{memory}", seconds(total));
        if !names.is_empty() {
            line += &format!(" -> {}", names.join(", "));
        }
        writeln!(out, "{}", self.terminal.paint(MessageStyle::Faint, line))
    }

    /// A figure that stands out.
    pub fn strong(&self, figure: impl fmt::Display) -> String {
        self.terminal.paint(MessageStyle::Strong, figure)
    }
}

/// A line that lists the first of `all` files with something about each.
fn list<'f>(
    out: &mut String,
    title: &str,
    files: impl Iterator<Item = (&'f String, &'f String)>,
    all: u64,
) -> fmt::Result {
    let shown: Vec<String> = files
        .take(FILES_SHOWN)
        .map(|(file, what)| format!("{} ({})", excerpt(file, FILE_SHOWN), escaped(what)))
        .collect();
    if shown.is_empty() {
        return Ok(());
    }
    write!(out, "{title}: {}", shown.join(", "))?;
    match all - shown.len() as u64 {
        0 => writeln!(out),
        more => writeln!(
            out,
            " and {}; --summary lists more",
            counted(more, "more file")
        ),
    }
}
