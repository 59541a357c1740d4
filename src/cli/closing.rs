//! The closing lines: what a run found, in a few lines for a person.

use std::cmp::Reverse;
use std::fmt::{self, Write as _};

use wirecopy::catalog::{Catalog, ReadTally};
use wirecopy::pipeline::{
    Counts, Details, MergedCluster, Removed, ScanResult, Settings, Surfacing,
};
use wirecopy::report::bounded;
use wirecopy::report::clusters::sites_among;
use wirecopy::report::sites;
use wirecopy::report::summary::{FilesSkipped, IndexUse, Output, StageCost, recall_at_threshold};

use super::figures::{bytes, count, counted, percent, seconds};
use super::terminal::{Style, Terminal, escaped, excerpt};

/// Clusters that are shown.
pub const CLUSTERS_SHOWN: usize = 5;

/// Republishing routes that are shown.
const ROUTES_SHOWN: usize = 3;

/// Characters of a site's name that are shown.
const SITE_SHOWN: usize = 40;

/// Characters of a title that are shown.
pub const TITLE_SHOWN: usize = 60;

/// What was found, in one line.
pub fn headline(findings: &ScanResult) -> String {
    format!(
        "{} in {} among {}",
        counted(findings.pairs.len() as u64, "pair"),
        counted(findings.clusters.len() as u64, "cluster"),
        counted(findings.counts.documents.read, "document")
    )
}

/// What there is to tell of a scan.
pub struct Closing<'a> {
    pub findings: &'a ScanResult,
    pub index: Option<IndexUse>,
    pub run: Run<'a>,
}

/// What there is to tell of any run.
pub struct Run<'a> {
    pub catalog: &'a Catalog,
    pub read: &'a ReadTally,
    pub counts: &'a Counts,
    pub removed: &'a Removed,
    pub settings: &'a Settings,
    pub costs: &'a [StageCost],
    pub outputs: &'a [Output],
    pub files_skipped: FilesSkipped,
    pub details: bool,
    pub terminal: Terminal,
}

impl Closing<'_> {
    /// The lines, each with its end.
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
        run.boilerplate(out, "--summary shows which, --keep-boilerplate leaves them")?;
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
                "{} within one site left out; --same-site-containment {} shows them",
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
        let mut biggest: Vec<_> = clusters.iter().collect();
        // Stable, so that of equals the first in canonical order stays first.
        biggest.sort_by_key(|cluster| Reverse(cluster.members.len()));
        biggest.truncate(CLUSTERS_SHOWN);
        let colon = if clusters.len() > biggest.len() {
            "; the biggest:"
        } else {
            ":"
        };
        writeln!(
            out,
            "{}{colon}",
            self.run.strong(counted(clusters.len() as u64, "cluster"))
        )?;
        let width = count(biggest[0].members.len() as u64).len();
        let rows: Vec<(String, &str)> = biggest
            .into_iter()
            .map(|cluster| {
                let sites = sites_among(catalog, cluster.documents()) as u64;
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
            // Three columns before, two between, and the ellipsis.
            let room = self.run.terminal.room(width + 6, TITLE_SHOWN);
            writeln!(out, "   {size:<width$}  {}", excerpt(name, room))?;
        }
        Ok(())
    }

    fn routes(&self, out: &mut String) -> fmt::Result {
        let mut routes = sites::routes(self.findings);
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
                // An arrow would say who was first.
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
            match route.median_lag_hours {
                Some(lag) => writeln!(out, ", {lag:.1} h later")?,
                None => writeln!(out, ", who was first is not told")?,
            }
        }
        Ok(())
    }

    fn merged(&self, out: &mut String) -> fmt::Result {
        let merged = &self.findings.merged;
        if !merged.is_empty() {
            writeln!(
                out,
                "{} became one with others; --summary shows which",
                counted(merged.len() as u64, "cluster")
            )?;
        }
        for MergedCluster { from, into } in merged.iter().filter(|_| self.run.details) {
            let name = |name: &str| excerpt(name, SITE_SHOWN);
            writeln!(out, "   {} became {}", name(from), name(into))?;
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
            "reworded: {} of {} compared, at a score of {}",
            counted(counts.found, "pair"),
            count(counts.candidates),
            rewording.score
        )?;
        for (n, what) in [
            (
                counts.without_anchors,
                "stories without names and numbers in Latin script not looked at",
            ),
            (
                counts.not_compared,
                "pairs at most not looked at for names in too many stories",
            ),
        ] {
            if n > 0 {
                write!(out, "; {} {what}", count(n))?;
            }
        }
        writeln!(out)
    }
}

impl Run<'_> {
    /// What was done with an index, which so many documents of the run joined unless it was only asked.
    pub fn index(&self, out: &mut String, usage: Option<IndexUse>, joined: u64) -> fmt::Result {
        let Some(IndexUse { expired, adds }) = usage else {
            return Ok(());
        };
        let replaced = self.read.replaced.len() as u64;
        let before = counted(self.counts.documents.seen + replaced, "document");
        write!(out, "index: compared with {before}")?;
        if adds {
            write!(out, "; {} joined", count(joined))?;
        }
        for (n, what) in [
            (self.read.known.len() as u64, "were there already"),
            (replaced, "took the place of others of their ids"),
            (expired, "were kept long enough"),
        ] {
            if n > 0 {
                write!(out, ", {} {what}", count(n))?;
            }
        }
        writeln!(out)
    }

    /// What was read and what was left alone.
    pub fn documents(&self, out: &mut String) -> fmt::Result {
        let (counts, read, catalog) = (self.counts, self.read, self.catalog);
        let sites = sites_among(catalog, catalog.documents()) as u64;
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
            (read.rejects.len() as u64, "rejected"),
            (read.bad_dates, "with a date not understood"),
            (read.lossy, "with broken UTF-8 mended"),
        ] {
            if n > 0 {
                write!(out, ", {} {what}", count(n))?;
            }
        }
        writeln!(out)?;
        self.files_skipped(out)
    }

    fn files_skipped(&self, out: &mut String) -> fmt::Result {
        let FilesSkipped {
            unknown_ending,
            hidden,
            same_file,
        } = self.files_skipped;
        let skipped = [
            (unknown_ending, "of an unknown ending"),
            (hidden, "hidden"),
            (same_file, "other names of a file that was read"),
        ];
        let parts: Vec<_> = skipped
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {what}", count(*n)))
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        writeln!(out, "left alone in directories: {}", parts.join(", "))
    }

    /// What was taken out of texts before they were compared, and what to do about it.
    pub fn boilerplate(&self, out: &mut String, advice: &str) -> fmt::Result {
        let removed = self.removed;
        if removed.words == 0 {
            return Ok(());
        }
        writeln!(
            out,
            "boilerplate: {} taken out of {} on {}; {advice}",
            counted(removed.words, "word"),
            counted(removed.documents, "document"),
            counted(removed.sites.len() as u64, "site"),
        )
    }

    /// How sure it is that copies were found.
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
                let but = match self.counts.bounded.passages.pairs {
                    0 => "",
                    _ => ", common ones apart",
                };
                format!(", every shared run of {} words{but}", excerpts.passage)
            }
            None => String::new(),
        };
        writeln!(
            out,
            "recall {recall} at Jaccard {} ({how}){passages}; every value is exact",
            self.settings.threshold
        )
    }

    /// What each stage did and took.
    pub fn stages(&self, out: &mut String) -> fmt::Result {
        let counts = self.counts;
        for cost in self.costs {
            let memory = cost
                .peak_memory_bytes
                .map(|peak| format!(", {} at most so far", bytes(peak)))
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

    /// What the run took, and where its outputs are.
    pub fn costs(&self, out: &mut String) -> fmt::Result {
        let total = self.costs.iter().map(|cost| cost.seconds).sum();
        let peak = self
            .costs
            .iter()
            .filter_map(|cost| cost.peak_memory_bytes)
            .max();
        let memory = peak
            .map(|peak| format!(", {} at most", bytes(peak)))
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
        let line = format!("{}{memory} -> {}", seconds(total), names.join(", "));
        writeln!(out, "{}", self.terminal.paint(Style::Faint, line))
    }

    /// A figure that matters.
    pub fn strong(&self, words: impl fmt::Display) -> String {
        self.terminal.paint(Style::Strong, words)
    }
}
