//! Throughput of every stage, and of whole scans.
//!
//! The corpus is generated (`newsgen`, profile news, 5,000 documents, seed 1: about 17 MB of JSON lines) and lies in a temporary file
//! that the system has in memory, so that reading costs what it costs when the disk is not the limit. What is counted:
//!
//! - items are documents, but candidate pairs in `verification`;
//! - bytes are those of the file where the file is read, else those of the texts.
//!
//! Everything runs on one thread, so that stages can be added up, except `scan_on_every_core`. Stages that read documents again
//! (`verification`, `prefix_filtering`) do so here as well. Run with `cargo bench --profile dist --bench stages`; a name after `--` picks some.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use newsgen::Spec;
use rayon::{ThreadPool, ThreadPoolBuilder};
use wirecopy::candidates::bands::{self as by_bands, HOT_BUCKET};
use wirecopy::candidates::prefixes::{self, Postings, Rarity};
use wirecopy::candidates::{Among, Pair};
use wirecopy::catalog::{BlockColumns, Catalog, DocNo, Seen, Traces};
use wirecopy::document::{BlockTally, Corpus, Fetch};
use wirecopy::family::Settled;
use wirecopy::finding;
use wirecopy::fingerprint::{self, Fingerprinter, Winnowing};
use wirecopy::pipeline::{self, Findings, Settings, Surfacing, Unobserved};
use wirecopy::plan::{Banding, DEFAULT_PERMUTATIONS, DEFAULT_RECALL};
use wirecopy::read::{self, Inputs};
use wirecopy::shingle::{DEFAULT_SHINGLE, Shingler};
use wirecopy::sign::{DEFAULT_SEED, Signer};
use wirecopy::verify::{self, Criteria, DEFAULT_PASSAGE, Shingled, Task};
use wirecopy::words::Words;

/// Thresholds of the planner's two usual plans, 17 bands of 4 rows and 35 of 3.
const THRESHOLDS: [f64; 2] = [0.7, 0.5];

/// Shingles of the one long document: an article of about the mean length.
const LONG_DOCUMENT: u64 = 500;

fn main() {
    // Held here because statics are never dropped, and the file is to go.
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    MATERIAL.get_or_init(|| Material::generated_in(directory.path()));
    divan::main();
}

#[divan::bench]
fn reading(bencher: Bencher) {
    let material = material();
    material.of_the_file(bencher).bench_local(|| {
        let inputs = material.inputs();
        each_block(&inputs, |block| {
            inputs.parse(block, &mut |record| {
                black_box(&record.document);
            })
        })
    });
}

#[divan::bench]
fn words(bencher: Bencher) {
    let material = material();
    let (mut scanner, mut words) = (Words::default(), Vec::new());
    material.of_the_texts(bencher).bench_local(|| {
        for text in &material.texts {
            words.clear();
            scanner.hash_into(text, &mut words);
            black_box(&words);
        }
    });
}

#[divan::bench]
fn words_and_shingles(bencher: Bencher) {
    let material = material();
    let mut shingler = Shingler::default();
    material.of_the_texts(bencher).bench_local(|| {
        for text in &material.texts {
            shingler.read(text, DEFAULT_SHINGLE);
            black_box(&shingler.shingles);
        }
    });
}

#[divan::bench(args = THRESHOLDS)]
fn signing(bencher: Bencher, threshold: f64) {
    let material = material();
    let mut signer = Signer::new(planned(threshold), DEFAULT_SEED);
    let mut bands = Vec::new();
    material.of_the_texts(bencher).bench_local(|| {
        for shingles in &material.shingles {
            bands.clear();
            signer.sign_into(shingles, &mut bands);
            black_box(&bands);
        }
    });
}

/// 500 shingles into 128 permutations: at most 1.5 µs is asked for.
#[divan::bench]
fn signing_one_document(bencher: Bencher) {
    let banding = Banding::new(32, 4).expect("in range");
    let mut signer = Signer::new(banding, DEFAULT_SEED);
    let mut shingler = Shingler::default();
    let numbers: Vec<String> = (0..LONG_DOCUMENT + 4).map(|n| n.to_string()).collect();
    shingler.read(&numbers.join(" "), DEFAULT_SHINGLE);
    assert_eq!(shingler.shingles.len() as u64, LONG_DOCUMENT);
    let mut bands = Vec::new();
    bencher.counter(ItemsCount::new(1u32)).bench_local(|| {
        bands.clear();
        signer.sign_into(black_box(&shingler.shingles), &mut bands);
        black_box(bands.last().copied())
    });
}

#[divan::bench(args = THRESHOLDS)]
fn band_sort_and_candidates(bencher: Bencher, threshold: f64) {
    let material = material();
    let signed = Signed::at(threshold);
    material
        .of_the_texts(bencher)
        .bench_local(|| ONE_THREAD.install(|| signed.candidates()));
}

#[divan::bench(args = THRESHOLDS)]
fn verification(bencher: Bencher, threshold: f64) {
    let signed = Signed::at(threshold);
    let pairs = signed.candidates();
    let criteria = Criteria {
        threshold,
        excerpts: None,
    };
    let mut shingler = Shingler::default();
    bencher
        .counter(ItemsCount::new(pairs.len()))
        .bench_local(|| {
            let tasks = ONE_THREAD.install(|| verify::tasks(&signed.catalog, &pairs));
            let compare = |task: Task| {
                let mut texts = Vec::new();
                for doc in task.documents() {
                    signed.fetch(doc, &mut |text| {
                        shingler.read(text, DEFAULT_SHINGLE);
                        texts.push((doc, Shingled::new(&shingler, DEFAULT_SHINGLE)));
                    });
                }
                task.compare(&texts, &criteria).len()
            };
            tasks.into_iter().map(compare).sum::<usize>()
        });
}

#[divan::bench(args = THRESHOLDS)]
fn prefix_filtering(bencher: Bencher, threshold: f64) {
    let material = material();
    let signed = Signed::at(threshold);
    let mut shingler = Shingler::default();
    material.of_the_texts(bencher).bench_local(|| {
        let words = signed.documents.iter();
        let rarity = Rarity::new(words.map(|&doc| u64::from(signed.catalog.words(doc))).sum());
        let mut each = |each: &mut dyn FnMut(DocNo, &[u64])| {
            for &doc in &signed.documents {
                signed.fetch(doc, &mut |text| {
                    shingler.read(text, DEFAULT_SHINGLE);
                    each(doc, &shingler.shingles);
                });
            }
        };
        each(&mut |_, shingles| rarity.count(shingles));
        let (mut common, mut postings) = (Vec::new(), Vec::new());
        each(&mut |doc, shingles| {
            prefixes::post(
                doc,
                shingles,
                threshold,
                &rarity,
                &mut common,
                &mut postings,
            );
        });
        ONE_THREAD.install(|| {
            Postings::new(postings).candidates(threshold, &Settled::default(), &|_| false)
        })
    });
}

/// What one reading leaves for boilerplate and passages.
#[divan::bench]
fn fingerprints(bencher: Bencher) {
    let material = material();
    let (mut shingler, mut fingerprinter) = (Shingler::default(), Fingerprinter::default());
    let words: Vec<(Vec<u64>, Vec<u64>)> = material
        .texts
        .iter()
        .map(|text| {
            shingler.read(text, DEFAULT_SHINGLE);
            (shingler.words.clone(), shingler.shingles.clone())
        })
        .collect();
    let (narrow, wide) = (
        Winnowing::for_boilerplate(),
        Winnowing::for_passages(DEFAULT_PASSAGE as usize),
    );
    material.of_the_texts(bencher).bench_local(|| {
        let mut sum = 0;
        for (words, runs) in &words {
            let chosen = fingerprinter.choose(runs, narrow);
            let passages =
                fingerprint::rechoose(chosen, narrow, wide, words.len()).unwrap_or_default();
            sum += fingerprint::fingerprints(words, runs, &passages, wide)
                .filter(|fingerprint| fingerprint.gram() > 0)
                .count();
        }
        sum
    });
}

/// Everything that a scan does unless told otherwise.
#[divan::bench(sample_count = 20)]
fn default_scan_on_one_thread(bencher: Bencher) {
    let material = material();
    material.of_the_file(bencher).bench_local(|| {
        ONE_THREAD.install(|| {
            pipeline::scan(&material.inputs(), &Settings::default(), &Unobserved)
                .expect("the corpus can be read")
        })
    });
}

#[divan::bench(args = THRESHOLDS, sample_count = 20)]
fn scan_on_one_thread(bencher: Bencher, threshold: f64) {
    let material = material();
    material
        .of_the_file(bencher)
        .bench_local(|| ONE_THREAD.install(|| material.scan(threshold, bands(threshold))));
}

#[divan::bench(args = THRESHOLDS, sample_count = 20)]
fn scan_on_every_core(bencher: Bencher, threshold: f64) {
    let material = material();
    material
        .of_the_file(bencher)
        .bench_local(|| material.scan(threshold, bands(threshold)));
}

/// Recall 1: prefix filtering instead of bands.
#[divan::bench(args = THRESHOLDS, sample_count = 20)]
fn scan_by_prefixes_on_one_thread(bencher: Bencher, threshold: f64) {
    let material = material();
    material
        .of_the_file(bencher)
        .bench_local(|| ONE_THREAD.install(|| material.scan(threshold, Surfacing::Prefixes)));
}

/// What is measured on.
struct Material {
    path: String,
    bytes: u64,
    texts: Vec<String>,
    shingles: Vec<Vec<u64>>,
}

static MATERIAL: OnceLock<Material> = OnceLock::new();

static ONE_THREAD: LazyLock<ThreadPool> = LazyLock::new(|| {
    let pool = ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a thread can be started")
});

fn material() -> &'static Material {
    MATERIAL.get().expect("generated before the first bench")
}

impl Material {
    fn generated_in(directory: &Path) -> Material {
        let spec = Spec {
            documents: 5_000,
            seed: 1,
            ..Spec::default()
        };
        let path = directory.join("corpus.jsonl");
        let mut file = BufWriter::new(File::create(&path).expect("the file can be made"));
        let tally = newsgen::generate(&spec, &mut file, &mut io::sink());
        let mut material = Material {
            path: path.to_str().expect("a path in UTF-8").to_owned(),
            bytes: tally.expect("the corpus can be written").bytes,
            texts: Vec::new(),
            shingles: Vec::new(),
        };
        let mut shingler = Shingler::default();
        let inputs = material.inputs();
        each_block(&inputs, |block| {
            inputs.parse(block, &mut |record| {
                let text = &*record.document.text;
                shingler.read(text, DEFAULT_SHINGLE);
                material.texts.push(text.to_owned());
                material.shingles.push(shingler.shingles.clone());
            })
        });
        material
    }

    fn inputs(&self) -> Inputs {
        Inputs::open(std::slice::from_ref(&self.path), read::Settings::default())
            .expect("the corpus can be opened")
    }

    fn scan(&self, threshold: f64, surfacing: Surfacing) -> Findings {
        let settings = Settings {
            threshold,
            surfacing,
            excerpts: None,
            boilerplate: false,
            ..Settings::default()
        };
        pipeline::scan(&self.inputs(), &settings, &Unobserved).expect("the corpus can be read")
    }

    fn of_the_file<'a, 'b>(&self, bencher: Bencher<'a, 'b>) -> Bencher<'a, 'b> {
        bencher
            .counter(ItemsCount::new(self.texts.len()))
            .counter(BytesCount::new(self.bytes))
    }

    fn of_the_texts<'a, 'b>(&self, bencher: Bencher<'a, 'b>) -> Bencher<'a, 'b> {
        bencher
            .counter(ItemsCount::new(self.texts.len()))
            .counter(BytesCount::new(
                self.texts.iter().map(String::len).sum::<usize>(),
            ))
    }
}

/// The corpus as it stands between the first reading and the second.
struct Signed {
    inputs: Inputs,
    catalog: Catalog,
    /// One document of each that have the same words.
    documents: Vec<DocNo>,
    bands: usize,
}

impl Signed {
    fn at(threshold: f64) -> Signed {
        let inputs = material().inputs();
        let bands = planned(threshold).bands();
        let mut signer = Signer::new(planned(threshold), DEFAULT_SEED);
        let mut traces = Traces::default();
        let mut shingler = Shingler::default();
        let mut blocks = Vec::new();
        each_block(&inputs, |block| {
            let mut columns = BlockColumns::default();
            let tally = inputs.parse(block, &mut |record| {
                shingler.read(&record.document.text, DEFAULT_SHINGLE);
                traces.bands.clear();
                if !signer.sign_into(&shingler.shingles, &mut traces.bands) {
                    traces.bands.resize(bands, 0);
                }
                columns.push(&record, &shingler.words, &traces);
            });
            blocks.push((
                0,
                columns,
                BlockTally {
                    records: tally.records,
                    ..BlockTally::default()
                },
            ));
            tally
        });
        let (catalog, _) = Catalog::join(Seen::default(), blocks, &["corpus"]);
        let with_words = catalog.documents().filter(|&doc| catalog.words(doc) > 0);
        let twins = finding::twins(&catalog, with_words);
        Signed {
            documents: twins.iter().map(|twins| twins.members[0]).collect(),
            inputs,
            catalog,
            bands,
        }
    }

    fn candidates(&self) -> Vec<Pair> {
        let among = Among {
            catalog: &self.catalog,
            documents: &self.documents,
            asking: None,
            bytes_a_round: usize::MAX,
        };
        by_bands::from_bands(among, self.bands, HOT_BUCKET, &|_| false)
            .expect("nothing was put away")
    }

    fn fetch(&self, doc: DocNo, sink: &mut dyn FnMut(&str)) {
        self.inputs
            .fetch(self.catalog.place(doc), &mut |document| {
                sink(&document.text)
            })
            .expect("the corpus can be read again");
    }
}

fn each_block(inputs: &Inputs, mut parse: impl FnMut(<Inputs as Corpus>::Block) -> BlockTally) {
    for block in inputs.blocks(0) {
        let tally = parse(block.expect("the corpus can be read"));
        assert!(tally.rejects.is_empty(), "{:?}", tally.rejects);
    }
}

fn planned(threshold: f64) -> Banding {
    Banding::for_recall(threshold, DEFAULT_RECALL, DEFAULT_PERMUTATIONS)
        .expect("the usual thresholds can be planned")
}

fn bands(threshold: f64) -> Surfacing {
    Surfacing::Bands(planned(threshold))
}
