//! Runs gaoya as its documentation shows: `MinHasher32` with its default hash function, and bands
//! and rows from `calculate_minhash_params` (0.99 at the threshold).
//!
//! Queries of the `MinHashIndex` drop candidates whose signatures are under the threshold. All runs
//! on rayon's threads. Ids are integers in a `SmallVecContainer`, as gaoya's notes on speed and
//! memory advise.

use gaoya::minhash::{
    MinHashIndex, MinHasher, MinHasher32, SmallVecContainer, calculate_minhash_params,
};
use peers::{arguments, read};
use rayon::prelude::*;
use std::error::Error;

const HASHES: usize = 128;

fn main() -> Result<(), Box<dyn Error>> {
    let [corpus, threshold, out] = arguments("gaoya CORPUS.jsonl THRESHOLD PAIRS.csv")?;
    let threshold: f64 = threshold.parse()?;
    let (bands, rows) = calculate_minhash_params(threshold, HASHES);
    let hasher = MinHasher32::new(bands * rows);
    let (ids, signatures): (Vec<String>, Vec<Vec<u32>>) =
        read(&corpus, |words| hasher.create_signature(words.shingles()))?
            .into_iter()
            .unzip();

    let mut index =
        MinHashIndex::<u32, u32, SmallVecContainer<u32, 4>>::new_index(bands, rows, threshold);
    index.par_bulk_insert((0..ids.len() as u32).collect(), signatures);
    let pairs: Vec<(u32, u32)> = (0..ids.len() as u32)
        .into_par_iter()
        .flat_map_iter(|a| {
            index
                .query_by_id_owned(&a)
                .into_iter()
                .filter(move |&b| a < b)
                .map(move |b| (a, b))
        })
        .collect();

    let mut table = csv::Writer::from_path(&out)?;
    table.write_record(["id_a", "id_b"])?;
    for (a, b) in pairs {
        table.write_record([&ids[a as usize], &ids[b as usize]])?;
    }
    table.flush()?;
    println!(
        "{}",
        serde_json::json!({ "bands": bands, "rows": rows, "permutations": bands * rows })
    );
    Ok(())
}
