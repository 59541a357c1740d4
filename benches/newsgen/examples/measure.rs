//! Measures a JSONL corpus for `README.md`: lengths, scripts, sentences, vocabulary, and the number
//! of documents that contain each run of five words.
//!
//! ```text
//! measure CORPUS.jsonl [COPIES.csv]
//! ```
//!
//! Documents in the second column of `COPIES.csv` (a truth file or any list of pairs) are copies
//! and are left out, so that the repetition is that between documents that are not copies.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// Words to measure. Document frequencies of runs depend on it, so compare corpora with the same
/// number. The real corpus of `README.md` has 5.17 million words without copies.
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
    let mut measured = Measured::default();
    for line in BufReader::new(File::open(&corpus)?).lines() {
        let line = line?;
        let record: serde_json::Value = serde_json::from_str(&line)?;
        let field = |name: &str| record[name].as_str().unwrap_or_default();
        if copies.contains(field("id")) {
            continue;
        }
        measured.record_bytes += line.len() + 1;
        measured.add(field("site"), field("text"));
        if measured.words >= SAMPLE {
            break;
        }
    }
    println!(
        "documents {}, copies left out {}",
        measured.documents,
        copies.len()
    );
    measured.print_sizes();
    measured.print_vocabulary();
    measured.print_runs();
    Ok(())
}

/// Counts of the documents that were measured.
#[derive(Default)]
struct Measured {
    documents: u32,
    words: usize,
    record_bytes: usize,
    text_bytes: usize,
    non_ascii: usize,
    escaped: usize,
    curly: usize,
    straight: usize,
    digits: usize,
    capitals: usize,
    /// Words of each document.
    lengths: Vec<usize>,
    /// Words of each sentence.
    sentences: Vec<usize>,
    /// Words of each paragraph.
    paragraphs: Vec<usize>,
    /// Occurrences of each word.
    counts: HashMap<String, u64>,
    /// Runs of five words, by their hash.
    runs: HashMap<u64, Run>,
    /// Number of each site.
    sites: HashMap<String, u32>,
    /// Runs of all documents; those of one document count once.
    occurrences: usize,
}

/// Documents and sites that contain a run of five words.
struct Run {
    /// Number of the last document that contains it.
    last: u32,
    documents: u32,
    /// Number of the site of the last document.
    site: u32,
    /// True if it is on two sites or more.
    on_two_sites: bool,
}

impl Measured {
    fn add(&mut self, site: &str, text: &str) {
        let bytes = |matching: fn(u8) -> bool| text.bytes().filter(|&b| matching(b)).count();
        self.text_bytes += text.len();
        self.non_ascii += bytes(|b| !b.is_ascii());
        self.escaped += bytes(|b| matches!(b, b'"' | b'\\' | 0..=31));
        self.curly += text.matches(['“', '”', '‘', '’']).count();
        self.straight += text.matches(['"', '\'']).count();
        self.digits += bytes(|b| b.is_ascii_digit());
        self.capitals += bytes(|b| b.is_ascii_uppercase());

        let words: Vec<String> = words(text).collect();
        self.lengths.push(words.len());
        for paragraph in text.split('\n').filter(|p| !p.trim().is_empty()) {
            self.paragraphs.push(self::words(paragraph).count());
            self.sentences.extend(sentence_lengths(paragraph));
        }
        self.add_runs(site, &words);
        self.words += words.len();
        for word in words {
            *self.counts.entry(word).or_default() += 1;
        }
        self.documents += 1;
    }

    fn add_runs(&mut self, site: &str, words: &[String]) {
        let next = self.sites.len() as u32;
        let site = *self.sites.entry(site.to_owned()).or_insert(next);
        for words in words.windows(5) {
            let run = self.runs.entry(hash(words)).or_insert(Run {
                last: u32::MAX,
                documents: 0,
                site,
                on_two_sites: false,
            });
            if run.last != self.documents {
                run.last = self.documents;
                run.documents += 1;
                run.on_two_sites |= run.site != site;
                run.site = site;
                self.occurrences += 1;
            }
        }
    }

    fn print_sizes(&mut self) {
        let n = self.documents as usize;
        println!(
            "record bytes, mean {}; text bytes, mean {}",
            self.record_bytes / n,
            self.text_bytes / n
        );
        println!("words a document: {}", quantiles(&mut self.lengths));
        println!("words a sentence: {}", quantiles(&mut self.sentences));
        println!(
            "words a paragraph: {}; paragraphs a document {:.1}",
            quantiles(&mut self.paragraphs),
            self.paragraphs.len() as f64 / n as f64
        );
        println!(
            "non-ASCII bytes {:.3} %, escaped {:.3} %",
            percent(self.non_ascii, self.text_bytes),
            percent(self.escaped, self.text_bytes)
        );
        println!(
            "curly quotes {:.3} %, straight {:.3} %, digits {:.3} %, capitals {:.3} % of bytes",
            percent(self.curly, self.text_bytes),
            percent(self.straight, self.text_bytes),
            percent(self.digits, self.text_bytes),
            percent(self.capitals, self.text_bytes)
        );
    }

    fn print_vocabulary(&self) {
        let tokens: u64 = self.counts.values().sum();
        let letters: u64 = self
            .counts
            .iter()
            .map(|(w, c)| w.chars().count() as u64 * c)
            .sum();
        let mut by_count: Vec<u64> = self.counts.values().copied().collect();
        by_count.sort_unstable_by(|a, b| b.cmp(a));
        print!(
            "tokens {tokens}, types {}, letters a word {:.2}; share of the top",
            by_count.len(),
            letters as f64 / tokens as f64
        );
        for top in [1, 10, 100, 1_000, 10_000] {
            let sum: u64 = by_count.iter().take(top).sum();
            print!(" {top}: {:.1} %", percent(sum as usize, tokens as usize));
        }
        let once = by_count.iter().filter(|&&c| c == 1).count();
        println!("; types seen once {:.1} %", percent(once, by_count.len()));
    }

    fn print_runs(&self) {
        let types = self.runs.len();
        let two_sites = self.runs.values().filter(|run| run.on_two_sites).count();
        println!(
            "runs of five: types {types}, in two sites or more {:.3} %",
            percent(two_sites, types)
        );
        for (name, low, high) in [
            ("1", 1, 1),
            ("2", 2, 2),
            ("3-5", 3, 5),
            ("6-20", 6, 20),
            ("21-100", 21, 100),
            ("101+", 101, u32::MAX),
        ] {
            let of: Vec<u32> = self
                .runs
                .values()
                .map(|run| run.documents)
                .filter(|d| (low..=high).contains(d))
                .collect();
            let held: usize = of.iter().map(|&d| d as usize).sum();
            println!(
                "  df {name:>6}: {:.3} % of types, {:.3} % of occurrences",
                percent(of.len(), types),
                percent(held, self.occurrences)
            );
        }
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

/// Splits a text into lower-cased maximal runs of letters and digits, the words of truth files.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
}

/// Counts the words of each sentence. A sentence ends with a full stop, question mark or
/// exclamation mark before a space or the end of the paragraph.
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

/// Hashes words with FNV-1a, each followed by a zero byte.
fn hash(run: &[String]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in run.iter().flat_map(|w| w.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
