//! Every reader on damaged inputs: no panic, no lost count, no endless loop, bounded memory.
//!
//! Good inputs are changed at random, the same way for the same seed. `scripts/fuzz-readers` runs
//! this for as long as one likes:
//!
//! - `FUZZ_SECONDS`: time for each reader; without it, forty inputs of each.
//! - `FUZZ_READER`: only the inputs whose name contains this.
//! - `FUZZ_SEED`: number of the first input.
//!
//! The input that is being read stands in `target/fuzz`, so that it is there after a crash.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use wirecopy::document::{Corpus, Fetch};
use wirecopy::read::{Inputs, ReadSettings};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::common::nights::number_from;
use super::common::program::root;
use super::containers::{forms, gzip, xz, zip};

/// Longest time that an input of a few kilobytes may take.
const LONGEST: Duration = Duration::from_secs(10);

/// Most memory of the process in kilobytes.
const MOST_MEMORY: u64 = 1 << 20;

/// Inputs of each reader without `FUZZ_SECONDS`.
const USUAL_INPUTS: u64 = 40;

/// Bytes that mean something to a reader.
const TOKENS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"<",
    b"</",
    b">",
    b"&",
    b"&#0;",
    b"<![CDATA[",
    b"<!--",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"WARC/1.0\r\n",
    b"Content-Length: 99999999999\r\n",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"PAR1",
    b"NaN",
    b"-1e999",
    b"\x7f\xff\xff\xff",
];

/// Numbers that follow from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = xxh3_64_with_seed(b"fuzz", self.0);
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Good inputs, by name.
fn good() -> Vec<(String, Vec<u8>)> {
    let story = "<p>The mill at the weir turned all night while the council argued.</p>".repeat(9);
    let page = format!(
        "<html><head><title>Mill</title><meta property=\"og:url\" content=\"https://a.example/1\">\
         <script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"headline\":\"Mill\",\
         \"datePublished\":\"2026-03-04\"}}</script></head><body><article>{story}</article></body>\
         </html>"
    );
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
    let warc = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\n\
         WARC-Target-URI: https://a.example/1\r\nWARC-Date: 2026-03-04T10:00:00Z\r\n\
         Content-Type: application/http\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
        http.len()
    );
    let rss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><item><guid>a</guid>\
        <pubDate>Wed, 04 Mar 2026 10:15:00 GMT</pubDate><title>Mill</title><description>&lt;p&gt;The \
        mill &amp;amp; the weir&lt;/p&gt;</description></item></channel></rss>";
    let atom = "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>\
        <id>a</id><title>Mill</title><content type=\"html\">&lt;p&gt;x&lt;/p&gt;</content></entry>\
        </feed>";
    let nitf = "<?xml version=\"1.0\"?><nitf><head><title>Mill</title></head><body><body.content>\
        <p>The mill turns.</p></body.content></body></nitf>";
    let newsml = "<?xml version=\"1.0\"?><newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\" \
        guid=\"a\" version=\"1\"><contentSet><inlineXML><html><body><p>x</p></body></html>\
        </inlineXML></contentSet></newsItem>";
    let own = [
        ("page.html", page),
        ("pages.warc", warc.repeat(2)),
        ("feed.rss", rss.to_owned()),
        ("feed.atom", atom.to_owned()),
        ("story.nitf", nitf.to_owned()),
        ("story.newsml", newsml.to_owned()),
        (
            "story.txt",
            "The mill turned all night.\n\nThe weir held.\n".to_owned(),
        ),
    ];
    let own = own.map(|(name, text)| (name, text.into_bytes()));
    let all = forms().into_iter().chain(own);
    all.map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

/// Changes a few places.
fn damaged(mut bytes: Vec<u8>, numbers: &mut Numbers) -> Vec<u8> {
    for _ in 0..1 + numbers.below(6) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + 1 + numbers.below(40)).min(bytes.len());
        match numbers.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 if at < bytes.len() => bytes[at] = numbers.below(256) as u8,
            2 | 3 => {
                let token = TOKENS[numbers.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            4 => drop(bytes.drain(at..end)),
            5 => {
                let copy = bytes[at..end].repeat(1 + numbers.below(20));
                bytes.splice(at..at, copy);
            }
            6 => {
                let copy = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            _ if numbers.below(4) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

/// Damages what a container holds, or the container itself.
fn input(name: &str, bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let damaged = damaged(bytes.to_vec(), numbers);
    match numbers.below(12) {
        0 => gzip(&damaged),
        1 => zstd::encode_all(&damaged[..], 1).unwrap(),
        2 => xz(&damaged),
        3 => zip(&[(name, &damaged)]),
        _ => damaged,
    }
}

/// Reads everything twice. `Err` says what is wrong.
fn read(path: &Path, block_bytes: usize) -> Result<(), String> {
    let settings = ReadSettings {
        block_bytes,
        ..ReadSettings::default()
    };
    let Ok(inputs) = Inputs::open(&[path.display().to_string()], settings) else {
        return Ok(());
    };
    for source in 0..inputs.sources() {
        for block in inputs.blocks(source) {
            let Ok(block) = block else { break };
            let mut places = Vec::new();
            let tally = inputs.parse(block, &mut |record| {
                places.push((record.place, record.document.text.to_string()));
            });
            let rejects = tally.rejects.len() as u64 + tally.more_rejects;
            if tally.records != places.len() as u64 + rejects {
                return Err("a record is neither a document nor a reject".to_owned());
            }
            for (place, text) in places {
                let mut again = None;
                let fetched = inputs.fetch(place, &mut |document| {
                    again = Some(document.text.to_string());
                });
                if fetched.is_err() || again.as_ref() != Some(&text) {
                    return Err(format!("{place} is not what it was: {fetched:?}"));
                }
            }
        }
    }
    Ok(())
}

/// Most memory that the process had so far, in kilobytes; 0 where that is unknown.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let figures = line.and_then(|line| line.split_whitespace().next());
    figures.map_or(0, |figures| figures.parse().unwrap_or(0))
}

/// Reads one damaged input. Returns what is wrong, if anything is.
fn attempt(path: &Path, block_bytes: usize, alone: bool) -> Option<String> {
    let began = Instant::now();
    let memory = peak_memory();
    match catch_unwind(AssertUnwindSafe(|| read(path, block_bytes))) {
        Err(_) => Some("panics".to_owned()),
        Ok(Err(wrong)) => Some(wrong),
        Ok(Ok(())) if began.elapsed() > LONGEST => Some("takes too long".to_owned()),
        // Other tests share the process otherwise.
        Ok(Ok(())) if alone && memory < MOST_MEMORY && peak_memory() > MOST_MEMORY => {
            Some("takes too much memory".to_owned())
        }
        Ok(Ok(())) => None,
    }
}

#[test]
fn readers_survive_damaged_inputs() {
    let seconds = number_from("FUZZ_SECONDS", 0);
    let first = number_from("FUZZ_SEED", 1);
    let only = std::env::var("FUZZ_READER").unwrap_or_default();
    let temporary = tempfile::tempdir().unwrap();
    let directory = match seconds {
        0 => temporary.path().to_owned(),
        _ => root().join("target/fuzz"),
    };
    let mut failures = Vec::new();
    for (name, bytes) in good().iter().filter(|(name, _)| name.contains(&only)) {
        let directory = directory.join(name);
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join(name);
        let began = Instant::now();
        let mut seed = first;
        while match seconds {
            0 => seed < first + USUAL_INPUTS,
            _ => began.elapsed() < Duration::from_secs(seconds),
        } {
            let mut numbers = Numbers(seed);
            fs::write(&path, input(name, bytes, &mut numbers)).unwrap();
            let block_bytes = [1 << 20, 1 + numbers.below(100)][numbers.below(2)];
            if let Some(wrong) = attempt(&path, block_bytes, seconds > 0) {
                let _ = fs::copy(&path, directory.join(format!("seed-{seed}")));
                failures.push(format!(
                    "{name}, seed {seed}, blocks of {block_bytes}: {wrong}"
                ));
            }
            seed += 1;
        }
        if seconds > 0 {
            println!("{name}: {} inputs", seed - first);
        }
    }
    failures.truncate(100);
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
