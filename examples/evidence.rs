//! Writes the evidence for reworded pairs. `scripts/calibrate-reworded` fits the score with it.
//!
//! ```text
//! cargo run --example evidence -- articles.jsonl pairs.csv
//! ```
//!
//! `pairs.csv` has the columns `id_a` and `id_b`. The output adds `order`, `coverage_a`,
//! `coverage_b`, `aligned` and `score`. Weights are learned from all articles, as in a scan.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, stdout};

use wirecopy::compare::reworded::sentences::Sentences;
use wirecopy::compare::reworded::weights::{SAMPLE, Weights};
use wirecopy::compare::reworded::{self};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(articles), Some(pairs)) = (arguments.next(), arguments.next()) else {
        return Err("two arguments: articles.jsonl pairs.csv".into());
    };
    let mut texts: Vec<(String, String)> = Vec::new();
    for line in BufReader::new(File::open(articles)?).lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let field = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        texts.push((field("id"), field("text")));
    }
    let step = texts.len().div_ceil(SAMPLE).max(1);
    let mut weights = Weights::default();
    for (_, text) in texts.iter().step_by(step) {
        weights.add(&Sentences::of(text));
    }
    let texts: HashMap<String, String> = texts.into_iter().collect();
    let mut read: HashMap<String, Sentences> = HashMap::new();
    let mut rows = csv::Reader::from_path(pairs)?;
    let mut out = csv::Writer::from_writer(stdout().lock());
    let headers = rows.headers()?.clone();
    let place = |name: &str| headers.iter().position(|header| header == name);
    let (Some(a), Some(b)) = (place("id_a"), place("id_b")) else {
        return Err("the pairs have no id_a and id_b".into());
    };
    let added = ["order", "coverage_a", "coverage_b", "aligned", "score"];
    out.write_record(headers.iter().chain(added))?;
    for row in rows.records() {
        let row = row?;
        for id in [&row[a], &row[b]] {
            let text = texts.get(id).ok_or_else(|| format!("no article {id}"))?;
            read.entry(id.to_owned())
                .or_insert_with(|| Sentences::of(text));
        }
        let evidence = reworded::compare(&read[&row[a]], &read[&row[b]], &weights);
        let added = [
            format!("{:.5}", evidence.order),
            format!("{:.5}", evidence.coverage_a),
            format!("{:.5}", evidence.coverage_b),
            evidence.aligned.to_string(),
            format!("{:.5}", evidence.score()),
        ];
        out.write_record(row.iter().chain(added.iter().map(String::as_str)))?;
    }
    Ok(())
}
