//! Scans documents that are in memory and prints pairs and clusters.
//!
//! `cargo run --example in_memory`

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

use std::error::Error;

use wirecopy::{Document, Scan};

const AGENCY: &str = "HALDEN (Nordwire) - The port of Halden closed on Monday after a crane fell \
    across the only rail line into the harbour. Nobody was hurt. The harbour master said that two \
    ships with grain wait in the roads, and that the line will be open again on Thursday if the \
    weather holds.";

const LOCAL: &str = "The town council meets tonight to discuss the accident, the second at the \
    harbour this year. Residents are invited.";

fn main() -> Result<(), Box<dyn Error>> {
    let with_local_news = format!("{AGENCY} {LOCAL}");
    let documents = [
        Document::new("agency-1", AGENCY)
            .title("Crane closes port of Halden")
            .url("https://nordwire.example/2026/03/02/halden")
            .published("2026-03-02T06:10:00Z".parse()?),
        Document::new("coast-7", with_local_news)
            .title("Harbour shut after crane accident")
            .url("https://www.coast.example/news/crane")
            .published("2026-03-02T09:40:00Z".parse()?),
        Document::new(
            "coast-8",
            "Rain is expected along the whole coast until the weekend.",
        )
        .url("https://www.coast.example/weather"),
    ];

    let found = Scan::new().threshold(0.6).run(&documents)?;

    for pair in found.pairs() {
        println!(
            "{} and {}: {}, Jaccard {:.4}, longest passage {} words",
            pair.a.id(),
            pair.b.id(),
            pair.relation.name(),
            pair.jaccard,
            pair.longest_passage
        );
    }
    for cluster in found.clusters() {
        println!("{}:", cluster.name());
        for (document, role) in cluster.members() {
            let site = document.site().unwrap_or("unknown site");
            println!("  {:<8} {} on {site}", role.name(), document.title());
        }
    }
    Ok(())
}
