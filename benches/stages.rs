//! Throughput of every stage, and of whole scans.
//!
//! The corpus is generated: `newsgen`, profile news, 5,000 documents, seed 1, about 17 MB of JSON
//! lines. It is in a temporary file that the system keeps in memory, so the disk does not limit
//! reading. Throughput is counted in
//!
//! - items: documents, or candidate pairs in `verification`;
//! - bytes: those of the file if the file is read, else those of the texts.
//!
//! Everything except `scan_on_every_core` runs on one thread, so the times of stages can be added.
//! Stages that read documents again in a scan (`verification`, `prefix_filtering`) do so here too.
//!
//! Run all with `cargo bench --profile dist --bench stages`, or some by a name after `--`.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use newsgen::Spec;
use rayon::{ThreadPool, ThreadPoolBuilder};
use wirecopy::candidates::SearchScope;
use wirecopy::candidates::bands::{self as by_bands, HOT_BUCKET};
use wirecopy::candidates::families::SettledFamilies;
use wirecopy::candidates::prefixes::{self, Postings, ShingleCounts};
use wirecopy::catalog::{
    BlockColumns, Catalog, DocNo, DocPair, SeenDocuments, SourceFacts, Traces, identical,
};
use wirecopy::compare::exact::{Criteria, DEFAULT_PASSAGE, Shingled};
use wirecopy::compare::tasks::{self, Task};
use wirecopy::document::{BlockTally, Corpus, Fetch};
use wirecopy::pipeline::{self, ScanResult, Settings, Surfacing, Unobserved};
use wirecopy::read::{self, Inputs};
use wirecopy::sketch::banding::{Banding, Bands, RecallTarget, Rows};
use wirecopy::sketch::minhash::{DEFAULT_SEED, Signer};
use wirecopy::sketch::winnowing::{self, Fingerprinter, Winnowing};
use wirecopy::text::shingle::{DEFAULT_SHINGLE, Shingler};
use wirecopy::text::word_hasher::WordHasher;

/// Thresholds at which bandings differ: 17 bands of 4 rows at 0.7, 35 bands of 3 rows at 0.5.
const THRESHOLDS: [f64; 2] = [0.7, 0.5];

/// Shingles of `signing_one_document`: an article of about the mean length.
const MEAN_SHINGLES: u64 = 500;

fn main() {
    // Held here so that the file is deleted in the end: statics are never dropped.
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    CORPUS.get_or_init(|| BenchCorpus::generate_in(directory.path()));
    divan::main();
}

#[divan::bench]
fn reading(bencher: Bencher) {
    let corpus = corpus();
    corpus.count_file(bencher).bench_local(|| {
        let inputs = corpus.inputs();
        each_block(&inputs, |block| {
            inputs.parse(block, &mut |record| {
                black_box(&record.document);
            })
        })
    });
}

#[divan::bench]
fn words(bencher: Bencher) {
    let corpus = corpus();
    let (mut hasher, mut words) = (WordHasher::default(), Vec::new());
    corpus.count_texts(bencher).bench_local(|| {
        for text in &corpus.texts {
            words.clear();
            hasher.hash_into(text, &mut words);
            black_box(&words);
        }
    });
}

#[divan::bench]
fn words_and_shingles(bencher: Bencher) {
    let corpus = corpus();
    let mut shingler = Shingler::default();
    corpus.count_texts(bencher).bench_local(|| {
        for text in &corpus.texts {
            shingler.read(text, DEFAULT_SHINGLE);
            black_box(&shingler.shingles);
        }
    });
}

#[divan::bench(args = THRESHOLDS)]
fn signing(bencher: Bencher, threshold: f64) {
    let corpus = corpus();
    let mut signer = Signer::new(planned(threshold), DEFAULT_SEED);
    let mut bands = Vec::new();
    corpus.count_texts(bencher).bench_local(|| {
        for shingles in &corpus.shingles {
            bands.clear();
            signer.sign_into(shingles, &mut bands);
            black_box(&bands);
        }
    });
}

/// Signs 500 shingles with 128 permutations. The target is at most 1.5 µs.
#[divan::bench]
fn signing_one_document(bencher: Bencher) {
    let banding = Banding::new(Bands(32), Rows(4)).expect("in range");
    let mut signer = Signer::new(banding, DEFAULT_SEED);
    let mut shingler = Shingler::default();
    let numbers: Vec<String> = (0..MEAN_SHINGLES + 4).map(|n| n.to_string()).collect();
    shingler.read(&numbers.join(" "), DEFAULT_SHINGLE);
    assert_eq!(shingler.shingles.len() as u64, MEAN_SHINGLES);
    let mut bands = Vec::new();
    bencher.counter(ItemsCount::new(1u32)).bench_local(|| {
        bands.clear();
        signer.sign_into(black_box(&shingler.shingles), &mut bands);
        black_box(bands.last().copied())
    });
}

#[divan::bench(args = THRESHOLDS)]
fn band_sort_and_candidates(bencher: Bencher, threshold: f64) {
    let corpus = corpus();
    let signed = Signed::at(threshold);
    corpus
        .count_texts(bencher)
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
            let tasks = ONE_THREAD.install(|| tasks::tasks(&signed.catalog, &pairs));
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
    let corpus = corpus();
    let signed = Signed::at(threshold);
    let mut shingler = Shingler::default();
    corpus.count_texts(bencher).bench_local(|| {
        let words = signed.documents.iter();
        let rarity =
            ShingleCounts::new(words.map(|&doc| u64::from(signed.catalog.words(doc))).sum());
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
            Postings::new(postings).candidates(
                threshold,
                &SettledFamilies::default(),
                None,
                &|_| false,
            )
        })
    });
}

/// Chooses the fingerprints of a text for boilerplate, and from these the ones for passages.
#[divan::bench]
fn fingerprints(bencher: Bencher) {
    let corpus = corpus();
    let (mut shingler, mut fingerprinter) = (Shingler::default(), Fingerprinter::default());
    let words: Vec<(Vec<u64>, Vec<u64>)> = corpus
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
    corpus.count_texts(bencher).bench_local(|| {
        let mut sum = 0;
        for (words, runs) in &words {
            let chosen = fingerprinter.choose(runs, narrow);
            let passages =
                winnowing::rechoose(chosen, narrow, wide, words.len()).unwrap_or_default();
            sum += winnowing::fingerprints(words, runs, &passages, wide)
                .filter(|fingerprint| fingerprint.gram() > 0)
                .count();
        }
        sum
    });
}

/// Scans with default settings.
#[divan::bench(sample_count = 20)]
fn default_scan_on_one_thread(bencher: Bencher) {
    let corpus = corpus();
    corpus.count_file(bencher).bench_local(|| {
        ONE_THREAD.install(|| {
            pipeline::scan(&corpus.inputs(), &Settings::default(), &Unobserved)
                .expect("the corpus can be read")
        })
    });
}

#[divan::bench(args = THRESHOLDS, sample_count = 20)]
fn scan_on_one_thread(bencher: Bencher, threshold: f64) {
    let corpus = corpus();
    corpus
        .count_file(bencher)
        .bench_local(|| ONE_THREAD.install(|| corpus.scan(threshold, bands(threshold))));
}

#[divan::bench(args = THRESHOLDS, sample_count = 20)]
fn scan_on_every_core(bencher: Bencher, threshold: f64) {
    let corpus = corpus();
    corpus
        .count_file(bencher)
        .bench_local(|| corpus.scan(threshold, bands(threshold)));
}

/// Scans with recall 1: prefix filtering instead of bands.
#[divan::bench(args = THRESHOLDS, sample_count = 20)]
fn scan_by_prefixes_on_one_thread(bencher: Bencher, threshold: f64) {
    let corpus = corpus();
    corpus
        .count_file(bencher)
        .bench_local(|| ONE_THREAD.install(|| corpus.scan(threshold, Surfacing::Prefixes)));
}

/// The corpus, its texts and their shingles.
struct BenchCorpus {
    path: String,
    bytes: u64,
    texts: Vec<String>,
    shingles: Vec<Vec<u64>>,
}

static CORPUS: OnceLock<BenchCorpus> = OnceLock::new();

static ONE_THREAD: LazyLock<ThreadPool> = LazyLock::new(|| {
    let pool = ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a thread can be started")
});

fn corpus() -> &'static BenchCorpus {
    CORPUS.get().expect("generated before the first bench")
}

impl BenchCorpus {
    fn generate_in(directory: &Path) -> BenchCorpus {
        let spec = Spec {
            documents: 5_000,
            seed: 1,
            ..Spec::default()
        };
        let path = directory.join("corpus.jsonl");
        let mut file = BufWriter::new(File::create(&path).expect("the file can be made"));
        let tally = newsgen::generate(&spec, &mut file, &mut io::sink());
        let mut corpus = BenchCorpus {
            path: path.to_str().expect("a path in UTF-8").to_owned(),
            bytes: tally.expect("the corpus can be written").bytes,
            texts: Vec::new(),
            shingles: Vec::new(),
        };
        let mut shingler = Shingler::default();
        let inputs = corpus.inputs();
        each_block(&inputs, |block| {
            inputs.parse(block, &mut |record| {
                let text = &*record.document.text;
                shingler.read(text, DEFAULT_SHINGLE);
                corpus.texts.push(text.to_owned());
                corpus.shingles.push(shingler.shingles.clone());
            })
        });
        corpus
    }

    fn inputs(&self) -> Inputs {
        Inputs::open(
            std::slice::from_ref(&self.path),
            read::ReadSettings::default(),
        )
        .expect("the corpus can be opened")
    }

    fn scan(&self, threshold: f64, surfacing: Surfacing) -> ScanResult {
        let settings = Settings {
            threshold,
            surfacing,
            excerpts: None,
            boilerplate: false,
            ..Settings::default()
        };
        pipeline::scan(&self.inputs(), &settings, &Unobserved).expect("the corpus can be read")
    }

    /// Makes throughput count documents and the bytes of the file.
    fn count_file<'a, 'b>(&self, bencher: Bencher<'a, 'b>) -> Bencher<'a, 'b> {
        bencher
            .counter(ItemsCount::new(self.texts.len()))
            .counter(BytesCount::new(self.bytes))
    }

    /// Makes throughput count documents and the bytes of their texts.
    fn count_texts<'a, 'b>(&self, bencher: Bencher<'a, 'b>) -> Bencher<'a, 'b> {
        bencher
            .counter(ItemsCount::new(self.texts.len()))
            .counter(BytesCount::new(
                self.texts.iter().map(String::len).sum::<usize>(),
            ))
    }
}

/// The state of a scan between the first reading of the corpus and the second.
struct Signed {
    inputs: Inputs,
    catalog: Catalog,
    /// One document of each group with the same words.
    documents: Vec<DocNo>,
    bands: usize,
}

impl Signed {
    fn at(threshold: f64) -> Signed {
        let inputs = corpus().inputs();
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
        let source = SourceFacts {
            name: "corpus",
            date_order: None,
            is_reference: false,
        };
        let (catalog, _) = Catalog::join(SeenDocuments::default(), blocks, &[source]);
        let with_words = catalog.documents().filter(|&doc| catalog.words(doc) > 0);
        let groups = identical::group_identical(&catalog, with_words);
        Signed {
            documents: groups.iter().map(|group| group.members[0]).collect(),
            inputs,
            catalog,
            bands,
        }
    }

    fn candidates(&self) -> Vec<DocPair> {
        let among = SearchScope {
            catalog: &self.catalog,
            documents: &self.documents,
            asking: None,
            sides: None,
            bytes_a_round: usize::MAX,
        };
        by_bands::from_bands(among, self.bands, HOT_BUCKET, &|_| false)
            .expect("everything is in memory")
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
    let target = RecallTarget {
        threshold,
        ..RecallTarget::default()
    };
    Banding::for_recall(target).expect("the usual thresholds can be reached")
}

fn bands(threshold: f64) -> Surfacing {
    Surfacing::Bands(planned(threshold))
}
