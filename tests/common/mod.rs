//! A corpus in memory and an oracle that compares every pair: the definition of a right answer.

use std::borrow::Cow;
use std::collections::BTreeSet;

use wirecopy::document::{
    BlockTally, Corpus, Document, Place, Precision, Published, ReadError, Record,
};
use wirecopy::finding::Finding;
use wirecopy::pipeline::{Findings, Settings, Surfacing};
use wirecopy::shingle::{Shingle, Shingler};

/// Settings that find near-duplicates of whole texts, boilerplate included, and no excerpts.
pub fn whole_copies(threshold: f64, surfacing: Surfacing) -> Settings {
    Settings {
        threshold,
        surfacing,
        excerpts: None,
        boilerplate: false,
        ..Settings::default()
    }
}

/// A document as a test writes it down.
#[derive(Debug, Clone)]
pub struct Page {
    pub id: String,
    pub site: Option<String>,
    pub published: Option<i64>,
    pub text: String,
}

/// Pages in blocks of any size.
pub struct Memory {
    pub pages: Vec<Page>,
    pub pages_a_block: usize,
}

impl Memory {
    pub fn new(pages: Vec<Page>) -> Memory {
        Memory {
            pages,
            pages_a_block: 7,
        }
    }

    fn document(page: &Page) -> Document<'_> {
        Document {
            id: Some(Cow::Borrowed(&page.id)),
            text: Cow::Borrowed(&page.text),
            site: page.site.as_deref().map(Cow::Borrowed),
            published: page.published.map(|seconds| Published {
                seconds,
                precision: Precision::Second,
            }),
            ..Document::default()
        }
    }
}

impl Corpus for Memory {
    type Block = std::ops::Range<usize>;

    fn sources(&self) -> usize {
        1
    }

    fn source_name(&self, _: usize) -> &str {
        "memory"
    }

    fn blocks(
        &self,
        _: usize,
    ) -> Box<dyn Iterator<Item = Result<Self::Block, ReadError>> + Send + '_> {
        let all = 0..self.pages.len();
        let size = self.pages_a_block;
        Box::new(
            all.step_by(size)
                .map(move |start| Ok(start..(start + size).min(self.pages.len()))),
        )
    }

    fn parse(&self, block: Self::Block, sink: &mut dyn FnMut(Record<'_>)) -> BlockTally {
        let first = block.start;
        for at in block.clone() {
            let place = Place {
                source: 0,
                length: 1,
                offset: at as u64,
            };
            let number = (at - first) as u64;
            sink(Record {
                place,
                record: number,
                line: number,
                document: Memory::document(&self.pages[at]),
            });
        }
        BlockTally {
            records: block.len() as u64,
            lines: block.len() as u64,
            ..BlockTally::default()
        }
    }

    fn fetch(&self, place: Place, sink: &mut dyn FnMut(&Document<'_>)) -> Result<(), ReadError> {
        sink(&Memory::document(&self.pages[place.offset as usize]));
        Ok(())
    }
}

/// One row of an answer: ids, exact scores, longest passage in words.
pub type Row = (String, String, f64, f64, f64, u32);

/// What a scan found, as rows in order of ids.
pub fn rows(findings: &Findings) -> Vec<Row> {
    let id = |doc| findings.catalog.id(doc).to_owned();
    let row = |p: &Finding| {
        (
            id(p.a),
            id(p.b),
            p.jaccard,
            p.containment_a,
            p.containment_b,
            p.longest.words as u32,
        )
    };
    let mut rows: Vec<Row> = findings.pairs.iter().map(row).collect();
    rows.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
    rows
}

/// Compares every pair of pages, by sets and by the quadratic recurrence for the longest common run.
pub fn oracle(pages: &[Page], shingle: Shingle, threshold: f64) -> Vec<Row> {
    let read = |page: &Page| {
        let mut shingler = Shingler::default();
        shingler.read(&page.text, shingle);
        (
            shingler.words.clone(),
            shingler.shingles.iter().copied().collect::<BTreeSet<u64>>(),
        )
    };
    let texts: Vec<_> = pages.iter().map(read).collect();
    let mut order: Vec<usize> = (0..pages.len()).collect();
    order.sort_by_key(|&i| {
        (
            pages[i].published.is_none(),
            pages[i].published,
            &pages[i].id,
        )
    });
    let mut rows = Vec::new();
    for (at, &b) in order.iter().enumerate() {
        for &a in &order[..at] {
            let ((words_a, set_a), (words_b, set_b)) = (&texts[a], &texts[b]);
            let shared = set_a.intersection(set_b).count() as f64;
            let union = set_a.union(set_b).count() as f64;
            if shared > 0.0 && shared / union >= threshold {
                let (ids, of_a, of_b) = (
                    (pages[a].id.clone(), pages[b].id.clone()),
                    shared / set_a.len() as f64,
                    shared / set_b.len() as f64,
                );
                rows.push((
                    ids.0,
                    ids.1,
                    shared / union,
                    of_a,
                    of_b,
                    longest_run(words_a, words_b),
                ));
            }
        }
    }
    rows.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
    rows
}

fn longest_run(a: &[u64], b: &[u64]) -> u32 {
    let mut best = 0;
    let mut row = vec![0; b.len() + 1];
    for x in a {
        for j in (0..b.len()).rev() {
            row[j + 1] = if *x == b[j] { row[j] + 1 } else { 0 };
            best = best.max(row[j + 1]);
        }
    }
    best
}
