//! Runs an extractor of main text over the pages of the article-extraction-benchmark, or over a
//! page that nests elements deeply.
//!
//! `extraction list` prints the names of the extractors. `extraction run NAME PAGES OUTPUT` writes
//! the predictions as the benchmark wants them, and prints the milliseconds of CPU of each page.
//! `extraction nest NAME DEPTH` prints the seconds of CPU for one page on a stack of 2 MiB.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};
use trafilatura::{ExtractionFocus, Options};

/// An extractor: takes a page and its address.
type Extract = fn(&str, &str) -> Option<String>;

/// The crates with their settings. Where the text of a crate runs paragraphs together, its markup
/// is rendered here.
const EXTRACTORS: &[(&str, Extract)] = &[
    ("trafilatura, precision", |html, _| {
        let options = Options::default()
            .with_fallback(true)
            .with_exclude_comments(true)
            .with_focus(ExtractionFocus::FavorPrecision);
        Some(lines(
            &trafilatura::extract(html, &options).ok()?.content_html,
        ))
    }),
    ("trafilatura, fallbacks", |html, _| {
        let options = Options::default()
            .with_fallback(true)
            .with_exclude_comments(true);
        Some(lines(
            &trafilatura::extract(html, &options).ok()?.content_html,
        ))
    }),
    ("trafilatura", |html, _| {
        let result = trafilatura::extract(html, &Options::default()).ok()?;
        Some(lines(&result.content_html))
    }),
    ("rs-trafilatura", |html, _| {
        Some(rs_trafilatura::extract(html).ok()?.content_text)
    }),
    ("rs-trafilatura, precision", |html, url| {
        let options = rs_trafilatura::Options {
            favor_precision: true,
            url: Some(url.to_owned()),
            ..rs_trafilatura::Options::default()
        };
        let result = rs_trafilatura::extract_with_options(html, &options).ok()?;
        Some(result.content_text)
    }),
    ("libreadability", |html, url| {
        Some(lines(
            &libreadability::extract(html, Some(url)).ok()?.content,
        ))
    }),
    ("dom_smoothie", |html, url| {
        let mut readability = dom_smoothie::Readability::new(html, Some(url), None).ok()?;
        Some(lines(&readability.parse().ok()?.content))
    }),
    ("legible", |html, url| {
        Some(lines(&legible::parse(html, Some(url), None).ok()?.content))
    }),
    ("readable-readability", |html, _| {
        let (node, _) = readable_readability::Readability::new().parse(html);
        let mut markup = Vec::new();
        node.serialize(&mut markup).ok()?;
        Some(lines(&String::from_utf8_lossy(&markup)))
    }),
    ("readability-rust", |html, _| {
        let mut readability = readability_rust::Readability::new(html, None).ok()?;
        Some(lines(&readability.parse()?.content?))
    }),
];

/// Elements that stand within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr",
];

/// Text of markup, with line ends around blocks.
fn lines(markup: &str) -> String {
    use ego_tree::iter::Edge;
    let html = scraper::Html::parse_document(markup);
    let mut text = String::new();
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                scraper::Node::Text(part) => text.push_str(part),
                scraper::Node::Element(e) if !INLINE.contains(&e.name()) => text.push('\n'),
                _ => {}
            },
            Edge::Close(node) => match node.value() {
                scraper::Node::Element(e) if !INLINE.contains(&e.name()) => text.push('\n'),
                _ => {}
            },
        }
    }
    text
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["list"] => EXTRACTORS.iter().for_each(|(name, _)| println!("{name}")),
        ["run", name, pages, output] => run(extractor(name), pages.as_ref(), output.as_ref()),
        ["nest", name, depth] => nest(extractor(name), depth.parse().expect("a depth")),
        _ => panic!("extraction list | run NAME PAGES OUTPUT | nest NAME DEPTH"),
    }
}

fn extractor(name: &str) -> Extract {
    let found = EXTRACTORS.iter().find(|(known, _)| *known == name);
    found.expect("a name that `list` prints").1
}

/// Extracts all pages and prints the milliseconds of CPU of each; -1 for a panic.
fn run(extract: Extract, pages: &Path, output: &Path) {
    let truth = File::open(pages.join("ground-truth.json")).expect("ground-truth.json");
    let truth: BTreeMap<String, serde_json::Value> = serde_json::from_reader(truth).expect("JSON");
    let mut predictions = serde_json::Map::new();
    for (id, known) in truth {
        let file = File::open(pages.join(format!("html/{id}.html.gz"))).expect("a page");
        let mut html = Vec::new();
        flate2::read::MultiGzDecoder::new(file)
            .read_to_end(&mut html)
            .expect("gzip");
        let html = String::from_utf8_lossy(&html);
        let url = known["url"].as_str().unwrap_or("https://example.com/");
        let url = match url.contains("://") {
            true => url.to_owned(),
            false => format!("https://{url}"),
        };
        let start = cpu_seconds();
        let text = catch_unwind(AssertUnwindSafe(|| extract(&html, &url)));
        let milliseconds = (cpu_seconds() - start) * 1000.0;
        println!("{}", if text.is_ok() { milliseconds } else { -1.0 });
        let text = text.ok().flatten().unwrap_or_default();
        predictions.insert(id, serde_json::json!({ "articleBody": text }));
    }
    let file = File::create(output).expect("the output");
    serde_json::to_writer(file, &predictions).expect("the output");
}

/// CPU time of the thread, which other work on the machine does not change much.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Extracts a page of nested elements.
fn nest(extract: Extract, depth: usize) {
    let html = format!(
        "<html><body>{}<p>The council met on Tuesday evening and voted, after three hours of \
         debate, to close the road for repairs until the autumn.</p>",
        "<div>".repeat(depth)
    );
    let run = move || {
        extract(&html, "https://example.com/");
        cpu_seconds()
    };
    let seconds = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .expect("a thread")
        .join()
        .expect("no panic");
    println!("{seconds}");
}
