//! Reads files or directories and only counts their documents, to measure how fast they are read.
//! `scripts/measure-readers` runs it on one corpus in many formats.
//!
//! `cargo run --release --example reading -- data/newsroom.jsonl`

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use wirecopy::ReadError;
use wirecopy::document::Corpus;
use wirecopy::read::{Inputs, ReadSettings};

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        paths.push("data/newsroom.jsonl".to_owned());
    }
    let inputs = Inputs::open(&paths, ReadSettings::default())?;
    let [documents, text, rejected] = [const { AtomicU64::new(0) }; 3];
    (0..inputs.sources())
        .into_par_iter()
        .try_for_each(|source| {
            inputs.blocks(source).par_bridge().try_for_each(|block| {
                let tally = inputs.parse(block?, &mut |record| {
                    documents.fetch_add(1, Ordering::Relaxed);
                    text.fetch_add(record.document.text.len() as u64, Ordering::Relaxed);
                    black_box(&record.document);
                });
                rejected.fetch_add(tally.rejects.len() as u64, Ordering::Relaxed);
                Ok::<(), ReadError>(())
            })
        })?;
    let [documents, text, rejected] = [documents, text, rejected].map(AtomicU64::into_inner);
    println!("{documents} documents, {text} bytes of text, {rejected} rejected");
    Ok(())
}
