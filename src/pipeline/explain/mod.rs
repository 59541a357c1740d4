//! Explaining two documents: what a scan makes of them, and why.
//!
//! The scan itself is run as always, for boilerplate, candidates and clusters follow from all documents. What it does not keep of the two is worked
//! out once more from their texts, by the same code: so values are those of the pairs file, and a pair that it has no row for is measured too.

mod candidacy;
mod reasons;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::before::{Before, Sources};
use super::findings::{Counts, ScanResult};
use super::observer::Observer;
use super::prepare::taking_part;
use super::read;
use super::rewording::Retelling;
use super::scan::scan_after;
use super::settings::Settings;
use super::show::{self, Details, LaidOut, Placed};
use super::texts::{Reader, Texts};
use crate::attribution::credit::Credit;
use crate::attribution::interval::PublicationInterval;
use crate::attribution::source::{Basis, LikelySource, Sureness};
use crate::boilerplate::{Region, Stripper};
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{DocNo, DocPair, identical};
use crate::cluster::{Cluster, Relation, ReportedPair, Role};
use crate::compare::exact::{Comparison, Shingled};
use crate::document::{Corpus, Document, Published, Reject};
use crate::error::ReadError;
use crate::text::quotation;
use crate::text::shingle::Shingler;

pub use candidacy::{Candidacy, SharedBand, SharedPassage};
pub use reasons::Reason;

/// Everything about two documents.
#[derive(Debug)]
pub struct Explanation {
    /// The documents, the earlier one first.
    pub documents: [Side; 2],
    /// What they share; `None` if one has no words.
    pub scores: Option<Scores>,
    /// How they relate by their scores.
    pub relation: Option<Relation>,
    /// Whether the pairs file has a row for them.
    pub written: bool,
    /// Why it has none.
    pub reasons: Vec<Reason>,
    /// Whether they stand on different sites, if that is known.
    pub cross_site: Option<bool>,
    /// How they were found, or could have been; `None` if one takes no part.
    pub candidacy: Option<Candidacy>,
    /// The passages that they share, in order of the first.
    pub passages: Vec<Placed>,
    /// How one retells the other, where reworded copy is looked for and they are neither copies nor excerpts.
    pub retelling: Option<Retelling>,
    /// The clusters that either is in.
    pub stories: Vec<Story>,
    /// What was asked for.
    pub settings: Settings,
}

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The earlier one.
    A,
    /// The later one.
    B,
}

impl Which {
    /// Both.
    pub const ALL: [Which; 2] = [Which::A, Which::B];

    /// Its letter in the pairs file.
    pub fn name(self) -> &'static str {
        match self {
            Which::A => "a",
            Which::B => "b",
        }
    }
}

/// What two texts share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Exact Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Share of the shingles of `a` that `b` has.
    pub containment_a: f64,
    /// Share of the shingles of `b` that `a` has.
    pub containment_b: f64,
    /// Shingles that both have.
    pub shared: u32,
    /// Distinct shingles of `a`.
    pub shingles_a: u32,
    /// Distinct shingles of `b`.
    pub shingles_b: u32,
    /// Words of the longest run that stands in both.
    pub longest_passage: usize,
    /// Share of the words in common that stand within quotation marks, where it can be told. The pairs file tells it of excerpts.
    pub quoted_share: Option<f64>,
}

impl Scores {
    /// The larger of both containments.
    pub fn containment(&self) -> f64 {
        self.containment_a.max(self.containment_b)
    }
}

/// One of the two documents.
#[derive(Debug)]
pub struct Side {
    /// Its number.
    pub doc: DocNo,
    /// Its id.
    pub id: String,
    /// The file that it was read from; `None` if it is in the index.
    pub file: Option<String>,
    /// Its site; empty where unknown.
    pub site: String,
    /// Its url; empty where unknown.
    pub url: String,
    /// Its headline; empty where unknown.
    pub title: String,
    /// Its byline; empty where unknown.
    pub author: String,
    /// The url that it calls its original; empty where it names none.
    pub canonical: String,
    /// The site of that url, if it is another than its own: then it speaks for a source.
    pub canonical_site: Option<String>,
    /// When it says it was published.
    pub published: Option<Published>,
    /// When it was fetched.
    pub crawled: Option<Published>,
    /// What its date is worth.
    pub when: PublicationInterval,
    /// The agency that it names.
    pub credit: Option<Credit>,
    /// The sites for which that credit speaks as the source.
    pub credited: Vec<String>,
    /// Words that are left of it.
    pub words: u32,
    /// Words that were taken out as boilerplate.
    pub removed: u32,
    /// Whether it takes part.
    pub part: Part,
    /// How many other documents have the same words.
    pub same_words: usize,
    /// The cluster that it was known to be a whole copy in, if it was seen before.
    pub known_as: Option<Arc<str>>,
    /// Further records with its id, and why they were rejected.
    pub rejected: Vec<String>,
    /// Its text as it was read.
    pub text: String,
    /// What was taken out of it, in order.
    pub boilerplate: Vec<Boilerplate>,
    /// The text cut where something changes.
    pub segments: Vec<Segment>,
}

/// Whether a document takes part in a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It is compared with others.
    Compared,
    /// It has no words.
    Empty,
    /// It has fewer than are asked for.
    TooShort,
    /// Next to nothing is left of it without its boilerplate.
    BoilerplateOnly,
}

/// Words that were taken out of a text because its site repeats them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boilerplate {
    /// How many.
    pub words: usize,
    /// Where they stand in the text.
    pub bytes: Range<usize>,
    /// How many documents of the site lost them, where that was counted: of the ten most frequent passages of a site.
    pub documents: Option<u64>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Where it stands.
    pub bytes: Range<usize>,
    /// What it is.
    pub mark: Mark,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// The number of the passage that it is of, from 0.
    pub passage: Option<usize>,
    /// Whether it stands within quotation marks.
    pub quoted: bool,
    /// Whether it was taken out as boilerplate.
    pub boilerplate: bool,
}

/// A cluster that one of the two is in, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// What it is called.
    pub name: Arc<str>,
    /// How many documents it has.
    pub documents: usize,
    /// The parts of the two documents in it.
    pub roles: [Option<Role>; 2],
    /// The id of its source, if that is in the corpus.
    pub source_id: Option<String>,
    /// The site of its source; empty if nothing is known.
    pub source_site: String,
    /// What speaks for the source.
    pub basis: Vec<Basis>,
    /// What that is worth.
    pub sureness: Option<Sureness>,
}

/// Why two documents cannot be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// Reading ended.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no such document.
    #[error("no document is called {id} among {documents} that were read{}", and_rejected(.rejected))]
    Unknown {
        /// The id asked for.
        id: String,
        /// How many there are.
        documents: usize,
        /// Records of that id, and why they were rejected.
        rejected: Vec<String>,
    },
}

fn and_rejected(rejected: &[String]) -> String {
    let told = rejected
        .iter()
        .map(|reject| format!("; it was rejected: {reject}"));
    told.collect()
}

/// A scan that was run, and can tell of any two of its documents.
pub struct Explainer<'a, C> {
    corpus: &'a C,
    sources: Sources<'a>,
    settings: Settings,
    findings: ScanResult,
    twins: Vec<IdenticalGroup>,
    names: HashMap<u64, Arc<str>>,
}

impl<'a, C: Corpus> Explainer<'a, C> {
    /// Runs a scan.
    ///
    /// # Errors
    /// What ends the reading of the corpus.
    pub fn new(
        corpus: &'a C,
        before: Before,
        settings: &Settings,
        observer: &dyn Observer,
    ) -> Result<Explainer<'a, C>, ReadError> {
        let settings = Settings {
            keep_hashes: true,
            list_passages: false,
            page: None,
            ..settings.clone()
        };
        let names = before.names.clone();
        let sources = Sources::of(corpus, before.archive.clone());
        let findings = scan_after(corpus, before, &settings, observer)?;
        let documents = taking_part(&findings.catalog, &settings, &mut Counts::default());
        let twins = identical::group_identical(&findings.catalog, documents.into_iter());
        Ok(Explainer {
            corpus,
            sources,
            settings,
            findings,
            twins,
            names,
        })
    }

    /// What the scan found.
    pub fn findings(&self) -> &ScanResult {
        &self.findings
    }

    /// The document of that id.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, id: &str) -> Result<DocNo, ExplainError> {
        let catalog = &self.findings.catalog;
        let found = catalog.documents().find(|&doc| catalog.id(doc) == id);
        found.ok_or_else(|| ExplainError::Unknown {
            id: id.to_owned(),
            documents: catalog.len(),
            rejected: self.rejected(id),
        })
    }

    /// Tells everything about two different documents, in any order.
    ///
    /// # Errors
    /// When one cannot be read again.
    pub fn explain(&self, x: DocNo, y: DocNo) -> Result<Explanation, ReadError> {
        let pair = DocPair::of(x, y);
        let (mut a, text_a) = self.read(pair.a)?;
        let (mut b, text_b) = self.read(pair.b)?;
        let passages = text_a.words.shared(&text_b.words);
        a.segments = text_a.segments(&a.text, passages.iter().map(|passage| &passage.words_a));
        b.segments = text_b.segments(&b.text, passages.iter().map(|passage| &passage.words_b));
        let documents = [a, b];
        let written = self.written(pair);
        let scores = self.scores(pair, &text_a, &text_b)?;
        let retelling = self.retelling(pair, scores.as_ref())?;
        let verdict = reasons::Verdict::of(
            self,
            pair,
            &documents,
            scores.as_ref(),
            retelling.as_ref(),
            written,
        );
        let takes_part = |side: &Side| side.part == Part::Compared;
        let candidacy = match documents.iter().all(takes_part) {
            true => Some(self.candidacy(pair)?),
            false => None,
        };
        Ok(Explanation {
            documents,
            scores,
            relation: verdict.relation,
            written: written.is_some(),
            reasons: verdict.reasons,
            cross_site: self.findings.catalog.cross_site(pair.a, pair.b),
            candidacy,
            passages,
            retelling,
            stories: self.stories(pair),
            settings: self.settings.clone(),
        })
    }

    fn texts(&self) -> Texts<'_> {
        Texts {
            corpus: &self.sources,
            catalog: &self.findings.catalog,
            shingle: self.settings.shingle,
        }
    }

    /// The row of the pairs file; none if both were in the index before, for then it was written.
    fn written(&self, pair: DocPair) -> Option<&ReportedPair> {
        let is_new = |doc| self.findings.catalog.is_new(doc);
        if !is_new(pair.a) && !is_new(pair.b) {
            return None;
        }
        let pairs = &self.findings.pairs;
        let found = pairs.binary_search_by_key(&(pair.a, pair.b), |found| (found.a, found.b));
        found.ok().map(|at| &pairs[at])
    }

    /// The first of the documents of the same words, which stood for it.
    fn representative(&self, doc: DocNo) -> DocNo {
        let content = |doc| self.findings.catalog.content(doc);
        let group = self
            .twins
            .iter()
            .map(|twins| twins.members[0])
            .find(|&first| content(first) == content(doc));
        group.unwrap_or(doc)
    }

    fn rejected(&self, id: &str) -> Vec<String> {
        let rejects = self.findings.read.rejects.iter();
        let of_id = rejects.filter(|reject| reject.id.as_deref() == Some(id));
        let told = |reject: &Reject| {
            let file = self.corpus.source_name(reject.source as usize);
            format!("{file}:{}: {}", reject.line, reject.reason)
        };
        of_id.map(told).collect()
    }

    /// Reads a document once more.
    fn read(&self, doc: DocNo) -> Result<(Side, Text), ReadError> {
        let mut reader = Reader::default();
        let mut read = None;
        self.texts()
            .read(doc, &mut reader, &mut |document, reader| {
                let words = LaidOut::of(&document.text, reader);
                let all = words.spans.len();
                let text = Text {
                    quoted: quotation::quoted(&document.text, all),
                    regions: reader.regions.clone(),
                    shingled: Shingled::new(&reader.shingler, self.settings.shingle),
                    words,
                };
                read = Some((self.side(doc, document, &text), text));
            })?;
        let gone = || ReadError::Changed {
            input: self.file(doc).unwrap_or_default(),
            offset: self.findings.catalog.place(doc).offset,
        };
        read.ok_or_else(gone)
    }

    /// The file of a document, unless it is in the index.
    fn file(&self, doc: DocNo) -> Option<String> {
        let source = self.findings.catalog.place(doc).source;
        let in_corpus = source < self.sources.of_corpus;
        in_corpus.then(|| self.corpus.source_name(source as usize).to_owned())
    }

    fn side(&self, doc: DocNo, document: &Document<'_>, text: &Text) -> Side {
        let catalog = &self.findings.catalog;
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let details = Details::of(doc, document, &self.settings);
        let credited = |credit: &Credit| self.settings.credits.sites(credit);
        let serial = catalog.serial(doc);
        let twins = self
            .twins
            .get(group_of(&self.twins, self.representative(doc)));
        let part = match catalog.words(doc) {
            _ if read::boilerplate_only(catalog, doc) => Part::BoilerplateOnly,
            0 => Part::Empty,
            words if words < self.settings.min_words => Part::TooShort,
            _ => Part::Compared,
        };
        Side {
            doc,
            id: catalog.id(doc).to_owned(),
            file: self.file(doc),
            site: catalog.site_name(catalog.site(doc)).to_owned(),
            author: owned(document.author.as_deref()),
            canonical: owned(document.canonical.as_deref()),
            canonical_site: details
                .canonical
                .as_deref()
                .map(|host| show::site_of(catalog, host)),
            published: document.published,
            crawled: document.crawled,
            when: details.when,
            credited: details.credit.as_ref().map(credited).unwrap_or_default(),
            url: details.url,
            title: details.title,
            credit: details.credit,
            words: catalog.words(doc),
            removed: catalog.removed(doc),
            same_words: match part {
                Part::Compared => twins.map_or(0, |twins| twins.members.len() - 1),
                _ => 0,
            },
            part,
            known_as: serial.and_then(|serial| self.names.get(&serial).cloned()),
            rejected: self.rejected(catalog.id(doc)),
            boilerplate: self.boilerplate(doc, document, text),
            text: document.text.clone().into_owned(),
            segments: Vec::new(),
        }
    }

    /// What was taken out of a text, and how often its site repeats it.
    fn boilerplate(&self, doc: DocNo, document: &Document<'_>, text: &Text) -> Vec<Boilerplate> {
        let site = self.findings.catalog.site(doc);
        let mut known: Vec<Region> = Vec::new();
        if !text.regions.is_empty() {
            // The regions are known; what their passages are called is not.
            let profiles = &self.findings.boilerplate;
            Shingler::default().read_without(
                &document.text,
                self.settings.shingle,
                |words, lines| {
                    Stripper::default().regions(profiles, site, words, lines, &mut known);
                    &[]
                },
            );
        }
        let on_site = self.findings.removed.sites.iter();
        let passages = on_site
            .filter(|on_site| on_site.site == site)
            .flat_map(|on_site| &on_site.passages);
        let repeated = |words: &Range<usize>| {
            let region = known.iter().find(|region| region.words == *words)?;
            let mut passages = passages.clone();
            let passage = passages.find(|passage| passage.key == region.key)?;
            Some(passage.documents)
        };
        let spans = &text.words.spans;
        let region = |words: &Range<usize>| {
            let (first, last) = (spans.get(words.start)?, spans.get(words.end - 1)?);
            Some(Boilerplate {
                words: words.len(),
                bytes: first.start..last.end.max(first.end),
                documents: repeated(words),
            })
        };
        text.regions.iter().filter_map(region).collect()
    }

    /// What the two share, measured as a scan does; identical ones are not measured there.
    fn scores(&self, pair: DocPair, a: &Text, b: &Text) -> Result<Option<Scores>, ReadError> {
        let catalog = &self.findings.catalog;
        if catalog.words(pair.a) == 0 || catalog.words(pair.b) == 0 {
            return Ok(None);
        }
        let compared: Comparison = a.shingled.measure(&b.shingled, pair);
        // The share of quotation is told of excerpts, so it is asked for as of one.
        let mut asked = [ReportedPair {
            a: pair.a,
            b: pair.b,
            relation: Relation::Excerpt,
            jaccard: compared.jaccard(),
            containment_a: compared.containment_a(),
            containment_b: compared.containment_b(),
            longest: compared.longest,
            quoted_share: None,
            cluster: 0,
            likeness: None,
        }];
        show::quotations(&self.texts(), &mut asked)?;
        Ok(Some(Scores {
            jaccard: compared.jaccard(),
            containment_a: compared.containment_a(),
            containment_b: compared.containment_b(),
            shared: compared.shared,
            shingles_a: compared.shingles_a,
            shingles_b: compared.shingles_b,
            longest_passage: compared.longest.words,
            quoted_share: asked[0].quoted_share,
        }))
    }

    /// Compares two documents sentence by sentence, unless what they share makes them a pair already.
    fn retelling(
        &self,
        pair: DocPair,
        scores: Option<&Scores>,
    ) -> Result<Option<Retelling>, ReadError> {
        let is_told = |scores: &Scores| {
            reasons::relation(&self.findings.catalog, pair, scores, &self.settings).is_none()
        };
        if self.settings.reworded.is_none() || !scores.is_some_and(is_told) {
            return Ok(None);
        }
        let compared = &self.findings.compared;
        Retelling::of(&self.texts(), &self.twins, compared, pair).map(Some)
    }

    fn stories(&self, pair: DocPair) -> Vec<Story> {
        let catalog = &self.findings.catalog;
        let role = |cluster: &Cluster, doc: DocNo| {
            let at = cluster
                .members
                .binary_search_by_key(&doc, |member| member.doc);
            at.ok().map(|at| cluster.members[at].role)
        };
        let story = |cluster: &Cluster| {
            let roles = [role(cluster, pair.a), role(cluster, pair.b)];
            let LikelySource {
                doc,
                site,
                basis,
                sureness,
            } = cluster.source.clone();
            roles.iter().any(Option::is_some).then(|| Story {
                name: Arc::clone(&cluster.name),
                documents: cluster.members.len(),
                roles,
                source_id: doc.map(|doc| catalog.id(doc).to_owned()),
                source_site: site,
                basis,
                sureness,
            })
        };
        self.findings.clusters.iter().filter_map(story).collect()
    }
}

/// A text that was read once more.
struct Text {
    words: LaidOut,
    /// Of every word of the whole text; empty where it cannot be told.
    quoted: Vec<bool>,
    /// The words that were taken out.
    regions: Vec<Range<usize>>,
    shingled: Shingled,
}

impl Text {
    /// Cuts the text, given the words of each passage.
    fn segments<'p>(
        &self,
        text: &str,
        passages: impl Iterator<Item = &'p Range<usize>>,
    ) -> Vec<Segment> {
        let spans = &self.words.spans;
        let mut marks = vec![Mark::default(); spans.len()];
        for (number, words) in passages.enumerate() {
            let marks = marks[words.clone()].iter_mut();
            marks.for_each(|mark| mark.passage = Some(number));
        }
        for words in &self.regions {
            marks[words.clone()].fill(Mark {
                boilerplate: true,
                ..Mark::default()
            });
        }
        for (mark, &quoted) in marks.iter_mut().zip(&self.quoted) {
            mark.quoted = quoted;
        }
        segments(text, spans, &marks)
    }
}

/// Cuts a text by the marks of its words. What stands between two words is what both are.
fn segments(text: &str, spans: &[Range<usize>], marks: &[Mark]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut at = 0;
    let mut until = |end: usize, mark: Mark| {
        if end <= at {
            return;
        }
        match segments.last_mut() {
            Some(last) if last.mark == mark => last.bytes.end = end,
            _ => segments.push(Segment {
                bytes: at..end,
                mark,
            }),
        }
        at = end;
    };
    let mut before = Mark::default();
    for (span, &mark) in spans.iter().zip(marks) {
        until(span.start, before.common(mark));
        until(span.end, mark);
        before = mark;
    }
    until(text.len(), Mark::default());
    segments
}

impl Mark {
    fn common(self, other: Mark) -> Mark {
        Mark {
            passage: self.passage.filter(|_| self.passage == other.passage),
            quoted: self.quoted && other.quoted,
            boilerplate: self.boilerplate && other.boilerplate,
        }
    }
}
