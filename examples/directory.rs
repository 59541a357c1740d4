//! Scans files or directories and prints the pairs that stand on different sites.
//!
//! `cargo run --example directory -- data/newsroom.jsonl`

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

use std::error::Error;

use wirecopy::Scan;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        paths.push("data/newsroom.jsonl".to_owned());
    }
    let found = Scan::new().cross_site_only(true).run_paths(&paths)?;

    for reject in found.rejects() {
        eprintln!("line {}: {}", reject.line, reject.reason);
    }
    for pair in found.pairs() {
        println!(
            "{:.4}  {:<8} {} -> {}",
            pair.jaccard,
            pair.relation.name(),
            pair.a.id(),
            pair.b.id()
        );
    }
    let counts = found.counts();
    println!(
        "{} pairs in {} clusters, from {} documents",
        found.pairs().len(),
        found.clusters().len(),
        counts.documents.read
    );
    Ok(())
}
