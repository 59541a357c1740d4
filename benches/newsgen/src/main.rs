//! `newsgen`: writes a news-like corpus and its ground truth.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use newsgen::{Shares, Spec, generate_with_stories};

/// Write a seeded corpus of invented news as JSON lines, and its copies as CSV.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Number of documents.
    #[arg(short = 'n', long, default_value_t = Spec::default().documents)]
    documents: u64,
    /// Seed. Equal seeds and settings give equal bytes.
    #[arg(long, default_value_t = Spec::default().seed)]
    seed: u64,
    /// The mix of documents.
    #[arg(long, value_enum, default_value_t = Profile::News)]
    profile: Profile,
    /// Corpus file; `-` is standard output.
    #[arg(short, long, default_value = "-")]
    output: PathBuf,
    /// Truth file; `-` is standard output. Not written if the flag is missing.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Stories file: which story each document holds, and how much of it.
    #[arg(long)]
    stories: Option<PathBuf>,

    /// Share of edited copies.
    #[arg(long, default_value_t = Shares::default().near)]
    near: f64,
    /// Share of word-for-word copies on another site.
    #[arg(long, default_value_t = Shares::default().exact)]
    exact: f64,
    /// Share of distinct articles with a copied run.
    #[arg(long, default_value_t = Shares::default().excerpt)]
    excerpt: f64,
    /// Share of pages made of parts of other articles.
    #[arg(long, default_value_t = Shares::default().digest)]
    digest: f64,
    /// Share of independent reports of an event that was reported before.
    #[arg(long, default_value_t = Shares::default().event)]
    event: f64,
    /// Share of urls published again.
    #[arg(long, default_value_t = Shares::default().recapture)]
    recapture: f64,
    /// Share of sign-in and error pages.
    #[arg(long, default_value_t = Shares::default().hot)]
    hot: f64,

    /// Mean words of a distinct article.
    #[arg(long, default_value_t = Spec::default().mean_words)]
    mean_words: usize,
    /// Amount of chrome: 0 is none, 1 is some on about a quarter of the pages.
    #[arg(long, default_value_t = Spec::default().chrome)]
    chrome: f64,
    /// Share of distinct articles in scripts that are not Latin.
    #[arg(long, default_value_t = Spec::default().foreign)]
    foreign: f64,
    /// Share of distinct articles in accented Latin.
    #[arg(long, default_value_t = Spec::default().accented)]
    accented: f64,
    /// Share of copies that use the quotation marks of their site, not of their source.
    #[arg(long, default_value_t = Spec::default().requoted)]
    requoted: f64,
    /// Number of latest distinct articles that copies are made of.
    #[arg(long, default_value_t = Spec::default().window)]
    window: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Profile {
    /// Distinct articles and every kind of copy.
    News,
    /// Distinct articles, no copies.
    Distinct,
    /// One page under many urls.
    OnePage,
    /// Pages of one template with a few words of their own.
    Skeleton,
    /// Documents of 1 to 30 words.
    Short,
    /// Cases that fool a detector of copies.
    Traps,
    /// Many sites that run the same stories.
    Dense,
}

impl Arguments {
    fn spec(&self) -> Spec {
        Spec {
            documents: self.documents,
            seed: self.seed,
            profile: match self.profile {
                Profile::News => newsgen::Profile::News,
                Profile::Distinct => newsgen::Profile::Distinct,
                Profile::OnePage => newsgen::Profile::OnePage,
                Profile::Skeleton => newsgen::Profile::Skeleton,
                Profile::Short => newsgen::Profile::Short,
                Profile::Traps => newsgen::Profile::Traps,
                Profile::Dense => newsgen::Profile::Dense,
            },
            shares: Shares {
                near: self.near,
                exact: self.exact,
                excerpt: self.excerpt,
                digest: self.digest,
                event: self.event,
                recapture: self.recapture,
                hot: self.hot,
            },
            mean_words: self.mean_words,
            chrome: self.chrome,
            foreign: self.foreign,
            accented: self.accented,
            requoted: self.requoted,
            window: self.window,
        }
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut corpus = open(&arguments.output)?;
    let mut truth = open_or_sink(arguments.truth.as_deref())?;
    let mut stories = open_or_sink(arguments.stories.as_deref())?;
    let start = Instant::now();
    let spec = arguments.spec();
    let tally = generate_with_stories(&spec, &mut corpus, &mut truth, &mut stories)
        .with_context(|| format!("cannot generate {}", arguments.output.display()))?;

    let seconds = start.elapsed().as_secs_f64();
    let megabytes = tally.bytes as f64 / 1e6;
    let kinds: Vec<String> = tally
        .kinds
        .iter()
        .map(|(kind, count)| format!("{} {count}", kind.name()))
        .collect();
    writeln!(
        io::stderr(),
        "{} documents, {megabytes:.1} MB, {} pairs in {seconds:.2} s ({:.0} MB/s): {}",
        tally.documents,
        tally.pairs,
        megabytes / seconds,
        kinds.join(", ")
    )
    .context("cannot write to standard error")
}

fn open_or_sink(path: Option<&Path>) -> Result<Box<dyn Write>> {
    path.map_or_else(|| Ok(Box::new(io::sink()) as Box<dyn Write>), open)
}

fn open(path: &Path) -> Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufWriter::new(io::stdout().lock())));
    }
    let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    Ok(Box::new(BufWriter::with_capacity(1 << 20, file)))
}
