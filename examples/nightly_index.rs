//! Scans two nights against one index: the second night is compared with the first.
//!
//! `cargo run --example nightly_index`

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

use std::error::Error;

use wirecopy::{Document, Scan};

const STORY: &str = "The city library opens a reading room on the top floor on Saturday, with \
    forty seats, a terrace and a view of the river. It stays open until ten at night, the director said, \
    because students asked for it. The first week is free of charge.";

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let scan = Scan::new()
        .index(directory.path().join("news.index"))
        .keep_days(60);

    let monday = [Document::new("gazette-1", STORY)
        .site("gazette.example")
        .published("2026-03-02T18:00:00Z".parse()?)];
    let found = scan
        .clone()
        .as_of("2026-03-02T23:00:00Z".parse()?)
        .run(&monday)?;
    println!("Monday: {} pairs", found.pairs().len());

    let tuesday = [Document::new("courier-4", STORY)
        .site("courier.example")
        .published("2026-03-03T07:30:00Z".parse()?)];
    let found = scan.as_of("2026-03-03T23:00:00Z".parse()?).run(&tuesday)?;
    println!("Tuesday: {} pair", found.pairs().len());
    for pair in found.pairs() {
        println!("  {} has the words of {}", pair.b.id(), pair.a.id());
    }
    Ok(())
}
