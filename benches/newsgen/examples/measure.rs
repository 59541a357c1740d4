//! Measures a JSONL corpus the way `README.md` reports it: lengths, scripts, sentences, vocabulary,
//! and in how many documents a run of five words stands.
//!
//! `measure CORPUS.jsonl [COPIES.csv]`: documents named in the second column of `COPIES.csv` (a
//! truth file, or any list of pairs) are copies and left out, so that what repeats does so between
//! documents that are not copies.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// Words measured: the document frequency of a run depends on it, so two corpora must agree. us11
/// without its copies holds 5.17 million.
const SAMPLE: usize = 5_160_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let corpus = arguments
        .next()
        .ok_or("usage: measure CORPUS.jsonl [COPIES.csv]")?;
    let copies = match arguments.next() {
        Some(path) => second_column(&path)?,
        None => HashSet::new(),
    };

    let mut lengths = Vec::new();
    let mut sentences = Vec::new();
    let mut paragraphs = Vec::new();
    let (mut record_bytes, mut text_bytes, mut non_ascii, mut escaped) =
        (0usize, 0usize, 0usize, 0usize);
    let (mut curly, mut straight, mut digits, mut capitals) = (0usize, 0usize, 0usize, 0usize);
    let mut counts: HashMap<String, u64> = HashMap::new();
    // Run of five words -> (last document that held it, documents, last site, "stands on two
    // sites").
    let mut runs: HashMap<u64, (u32, u32, u32, bool)> = HashMap::new();
    let mut sites: HashMap<String, u32> = HashMap::new();
    let mut occurrences = 0usize;
    let mut document = 0u32;
    let mut measured = 0;

    for line in BufReader::new(File::open(&corpus)?).lines() {
        let line = line?;
        let record: serde_json::Value = serde_json::from_str(&line)?;
        let field = |name: &str| record[name].as_str().unwrap_or_default();
        if copies.contains(field("id")) {
            continue;
        }
        let text = field("text");
        record_bytes += line.len() + 1;
        text_bytes += text.len();
        non_ascii += text.bytes().filter(|b| !b.is_ascii()).count();
        escaped += text
            .bytes()
            .filter(|b| matches!(b, b'"' | b'\\' | 0..=31))
            .count();
        curly += text.matches(['“', '”', '‘', '’']).count();
        straight += text.matches(['"', '\'']).count();
        digits += text.bytes().filter(u8::is_ascii_digit).count();
        capitals += text.bytes().filter(u8::is_ascii_uppercase).count();

        let words: Vec<String> = words(text).collect();
        lengths.push(words.len());
        for paragraph in text.split('\n').filter(|p| !p.trim().is_empty()) {
            paragraphs.push(self::words(paragraph).count());
            sentences.extend(sentence_lengths(paragraph));
        }
        let next = sites.len() as u32;
        let site = *sites.entry(field("site").to_owned()).or_insert(next);
        for run in words.windows(5) {
            let entry = runs.entry(hash(run)).or_insert((u32::MAX, 0, site, false));
            if entry.0 != document {
                *entry = (document, entry.1 + 1, site, entry.3 || entry.2 != site);
                occurrences += 1;
            }
        }
        measured += words.len();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
        document += 1;
        if measured >= SAMPLE {
            break;
        }
    }

    let n = document as usize;
    let per = |part: usize, whole: usize| 100.0 * part as f64 / whole as f64;
    println!("documents {n}, copies left out {}", copies.len());
    println!(
        "record bytes, mean {}; text bytes, mean {}",
        record_bytes / n,
        text_bytes / n
    );
    println!("words a document: {}", quantiles(&mut lengths));
    println!("words a sentence: {}", quantiles(&mut sentences));
    println!(
        "words a paragraph: {}; paragraphs a document {:.1}",
        quantiles(&mut paragraphs),
        paragraphs.len() as f64 / n as f64
    );
    println!(
        "non-ASCII bytes {:.3} %, escaped {:.3} %",
        per(non_ascii, text_bytes),
        per(escaped, text_bytes)
    );
    println!(
        "curly quotes {:.3} %, straight {:.3} %, digits {:.3} %, capitals {:.3} % of bytes",
        per(curly, text_bytes),
        per(straight, text_bytes),
        per(digits, text_bytes),
        per(capitals, text_bytes)
    );

    let tokens: u64 = counts.values().sum();
    let letters: u64 = counts
        .iter()
        .map(|(w, c)| w.chars().count() as u64 * c)
        .sum();
    let mut by_count: Vec<u64> = counts.values().copied().collect();
    by_count.sort_unstable_by(|a, b| b.cmp(a));
    print!(
        "tokens {tokens}, types {}, letters a word {:.2}; share of the top",
        by_count.len(),
        letters as f64 / tokens as f64
    );
    for top in [1, 10, 100, 1_000, 10_000] {
        let sum: u64 = by_count.iter().take(top).sum();
        print!(" {top}: {:.1} %", per(sum as usize, tokens as usize));
    }
    let once = by_count.iter().filter(|&&c| c == 1).count();
    println!("; types seen once {:.1} %", per(once, by_count.len()));

    let types = runs.len();
    let two_sites = runs.values().filter(|r| r.3).count();
    println!(
        "runs of five: types {types}, in two sites or more {:.3} %",
        per(two_sites, types)
    );
    for (name, low, high) in [
        ("1", 1, 1),
        ("2", 2, 2),
        ("3-5", 3, 5),
        ("6-20", 6, 20),
        ("21-100", 21, 100),
        ("101+", 101, u32::MAX),
    ] {
        let of: Vec<u32> = runs
            .values()
            .map(|r| r.1)
            .filter(|d| (low..=high).contains(d))
            .collect();
        let held: usize = of.iter().map(|&d| d as usize).sum();
        println!(
            "  df {name:>6}: {:.3} % of types, {:.3} % of occurrences",
            per(of.len(), types),
            per(held, occurrences)
        );
    }
    Ok(())
}

/// Lower-cased maximal runs of letters and digits: the words that truth files count too.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
}

/// Words between full stops, question and exclamation marks that a space or the paragraph's end
/// follows.
fn sentence_lengths(paragraph: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut current = 0;
    for token in paragraph.split_whitespace() {
        current += words(token).count();
        let bare = token.trim_end_matches(['"', '”', '\'', '’', ')']);
        if bare.ends_with(['.', '?', '!']) {
            lengths.push(current);
            current = 0;
        }
    }
    lengths.push(current);
    lengths.retain(|&l| l > 0);
    lengths
}

fn quantiles(values: &mut [usize]) -> String {
    values.sort_unstable();
    let mean = values.iter().sum::<usize>() as f64 / values.len() as f64;
    let mut text = format!("mean {mean:.1}, percentiles");
    for p in [1, 5, 10, 25, 50, 75, 90, 95, 99, 100] {
        text += &format!(" {p}: {}", values[(values.len() - 1) * p / 100]);
    }
    text
}

fn second_column(path: &str) -> Result<HashSet<String>, Box<dyn Error>> {
    let mut ids = HashSet::new();
    for line in BufReader::new(File::open(path)?).lines().skip(1) {
        if let Some(id) = line?.split(',').nth(1) {
            ids.insert(id.to_owned());
        }
    }
    Ok(ids)
}

/// FNV-1a over the words, each ended by a zero byte.
fn hash(run: &[String]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in run.iter().flat_map(|w| w.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
