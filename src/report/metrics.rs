//! Metrics: the figures of a run for monitoring, in the [text exposition
//! format](https://prometheus.io/docs/instrumenting/exposition_formats/) of Prometheus.
//! `docs/pipelines.md` lists them and says what to watch.
//!
//! All metrics are gauges of the last run. A run counts from zero, so nothing adds up from one run
//! to the next. A figure that a run did not reach is absent, because a 0 would claim that it was
//! counted.

use std::io::{self, Write};

use super::summary::StageCost;
use crate::cluster::Relation;
use crate::pipeline::{Counts, ScanResult};

/// Labels that some metrics have of their own.
pub const OWN_LABELS: [&str; 4] = ["reason", "relation", "stage", "version"];

/// The run that metrics describe.
#[derive(Debug, Clone, Copy)]
pub struct MeasuredRun<'a> {
    /// Time when the run ended, in seconds since 1970.
    pub ended: i64,
    /// Exit status.
    pub exit_status: u8,
    /// True if the exit status means that all outputs are complete.
    pub success: bool,
    /// Cost of each stage, in order.
    pub stages: &'a [StageCost],
    /// Findings, if the run got that far. Of a run that failed, only the figures about reading are
    /// written, because the rest never became visible.
    pub findings: Option<&'a ScanResult>,
    /// Labels that every metric gets in addition to its own.
    pub labels: &'a [(String, String)],
}

/// True if every metric can get a label of this name: it is well formed, and neither Prometheus nor
/// a metric uses it.
pub fn is_free_label(name: &str) -> bool {
    let fit = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins_well && !name.starts_with("__") && name.chars().all(fit) && !OWN_LABELS.contains(&name)
}

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(run: MeasuredRun<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut metrics = MetricsWriter {
        out,
        labels: run.labels,
    };
    metrics.run(run)?;
    let Some(findings) = run.findings else {
        return Ok(());
    };
    metrics.read(findings)?;
    if run.success {
        metrics.found(findings)?;
    }
    Ok(())
}

struct MetricsWriter<'a, W> {
    out: &'a mut W,
    labels: &'a [(String, String)],
}

impl<W: Write> MetricsWriter<'_, W> {
    fn run(&mut self, run: MeasuredRun<'_>) -> io::Result<()> {
        self.labelled(
            "build_info",
            "The version of wirecopy, as a label; always 1.",
            "version",
            &[(env!("CARGO_PKG_VERSION"), 1.0)],
        )?;
        self.gauge(
            "last_run_timestamp_seconds",
            "Time when the last run ended, in seconds since 1970.",
            run.ended as f64,
        )?;
        self.gauge(
            "last_run_success",
            "Whether the last run wrote all of its outputs: 1 for exit status 0 or 3, else 0.",
            f64::from(u8::from(run.success)),
        )?;
        self.gauge(
            "last_run_exit_status",
            "Exit status of the last run.",
            f64::from(run.exit_status),
        )?;
        self.gauge(
            "last_run_duration_seconds",
            "Duration of the last run.",
            run.stages.iter().fold(0.0, |sum, cost| sum + cost.seconds),
        )?;
        let stages: Vec<_> = run
            .stages
            .iter()
            .map(|cost| (cost.stage, cost.seconds))
            .collect();
        self.labelled(
            "last_run_stage_duration_seconds",
            "Duration of each stage of the last run.",
            "stage",
            &stages,
        )?;
        let peak = run.stages.iter().filter_map(|cost| cost.peak_memory_bytes);
        match peak.max() {
            Some(peak) => self.gauge(
                "last_run_peak_memory_bytes",
                "Largest resident memory of the last run.",
                peak as f64,
            ),
            None => Ok(()),
        }
    }

    fn read(&mut self, findings: &ScanResult) -> io::Result<()> {
        let (read, counts) = (&findings.read, &findings.counts);
        for (name, help, count) in [
            ("read_files", "Files that were read.", read.sources),
            (
                "read_bytes",
                "Bytes that were read, after decompression.",
                read.bytes,
            ),
            (
                "records",
                "Records that were found, including rejected ones.",
                read.records,
            ),
            (
                "rejected_records",
                "Records that could not be used.",
                read.rejected(),
            ),
            (
                "documents",
                "Documents that were read.",
                counts.documents.read,
            ),
            (
                "known_documents",
                "Documents that were read and that the index has already.",
                read.known.len() as u64,
            ),
            (
                "id_conflict_documents",
                "Documents that stay under another id because theirs names another document.",
                read.conflicting(),
            ),
            (
                "bad_date_documents",
                "Documents with a date that was not understood.",
                read.bad_dates,
            ),
            (
                "lossy_documents",
                "Documents whose invalid UTF-8 was replaced.",
                read.lossy,
            ),
        ] {
            self.gauge(name, help, count as f64)?;
        }
        self.labelled(
            "skipped_documents",
            "Documents that took no part, by reason.",
            "reason",
            &[
                ("empty", counts.documents.empty as f64),
                ("too_short", counts.documents.too_short as f64),
                ("boilerplate_only", counts.documents.boilerplate_only as f64),
            ],
        )
    }

    fn found(&mut self, findings: &ScanResult) -> io::Result<()> {
        let Counts {
            documents,
            candidates,
            bounded,
            pairs,
            ..
        } = &findings.counts;
        let members = findings
            .clusters
            .iter()
            .map(|cluster| cluster.members.len());
        self.labelled(
            "pairs",
            "Pairs that were found, by relation.",
            "relation",
            &[
                (Relation::Exact.name(), pairs.exact as f64),
                (Relation::Near.name(), pairs.near as f64),
                (Relation::Excerpt.name(), pairs.excerpt as f64),
            ],
        )?;
        for (name, help, count) in [
            (
                "replaced_documents",
                "Documents of the index that a document with the same id replaced.",
                findings.read.replaced.len() as u64,
            ),
            (
                "withdrawn_documents",
                "Documents of the index that an earlier attempt at this night added and this one lacks.",
                findings.read.withdrawn.len() as u64,
            ),
            (
                "cross_site_pairs",
                "Pairs whose documents are on different sites.",
                pairs.cross_site,
            ),
            (
                "clusters",
                "Clusters that were found.",
                findings.clusters.len() as u64,
            ),
            (
                "clustered_documents",
                "Documents in clusters; one in several clusters counts for each of them.",
                members.sum::<usize>() as u64,
            ),
            (
                "identical_documents",
                "Documents with the same words as an earlier document.",
                documents.identical,
            ),
            (
                "candidate_pairs",
                "Pairs that were compared.",
                candidates.compared,
            ),
            (
                "boilerplate_documents",
                "Documents from which boilerplate was removed.",
                findings.removed.documents,
            ),
            (
                "boilerplate_words",
                "Words that were removed as boilerplate.",
                findings.removed.words,
            ),
        ] {
            self.gauge(name, help, count as f64)?;
        }
        self.labelled(
            "bounded_pairs",
            "Upper bound of pairs that were not compared or not written, by reason.",
            "reason",
            &[
                ("hot_bucket", bounded.buckets.pairs as f64),
                ("common_passage", bounded.passages.pairs as f64),
                ("big_cluster", bounded.clusters.pairs as f64),
            ],
        )
    }

    fn gauge(&mut self, name: &str, help: &str, value: f64) -> io::Result<()> {
        self.head(name, help)?;
        self.sample(name, None, value)
    }

    /// Writes a metric with a value for each value of its label, unless there are none.
    fn labelled(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, f64)],
    ) -> io::Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        self.head(name, help)?;
        for &(of, value) in values {
            self.sample(name, Some((label, of)), value)?;
        }
        Ok(())
    }

    fn head(&mut self, name: &str, help: &str) -> io::Result<()> {
        writeln!(self.out, "# HELP wirecopy_{name} {help}")?;
        writeln!(self.out, "# TYPE wirecopy_{name} gauge")
    }

    fn sample(&mut self, name: &str, own: Option<(&str, &str)>, value: f64) -> io::Result<()> {
        let labels = self.labels.iter().map(|(name, value)| (&**name, &**value));
        let labels: Vec<String> = own
            .into_iter()
            .chain(labels)
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let braced = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        writeln!(self.out, "wirecopy_{name}{braced} {value}")
    }
}

/// The value of a label with the escapes of the format.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_label_is_well_formed_and_not_in_use() {
        for (name, fits) in [
            ("feed", true),
            ("_feed2", true),
            ("", false),
            ("2nd", false),
            ("__name", false),
            ("le-bon", false),
            ("é", false),
            ("stage", false),
        ] {
            assert_eq!(is_free_label(name), fits, "{name}");
        }
    }

    #[test]
    fn a_run_that_failed_early_has_its_end_and_no_counts() {
        let labels = [("feed".to_owned(), "a\"b\\c\nd".to_owned())];
        let run = MeasuredRun {
            ended: 1_772_928_000,
            exit_status: 1,
            success: false,
            stages: &[],
            findings: None,
            labels: &labels,
        };
        let mut out = Vec::new();
        write(run, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            samples,
            [
                &*format!(r#"wirecopy_build_info{{version="{version}",feed="a\"b\\c\nd"}} 1"#),
                r#"wirecopy_last_run_timestamp_seconds{feed="a\"b\\c\nd"} 1772928000"#,
                r#"wirecopy_last_run_success{feed="a\"b\\c\nd"} 0"#,
                r#"wirecopy_last_run_exit_status{feed="a\"b\\c\nd"} 1"#,
                r#"wirecopy_last_run_duration_seconds{feed="a\"b\\c\nd"} 0"#,
            ]
        );
    }
}
