//! One of the two documents, read again.

use std::ops::Range;
use std::sync::Arc;

use super::finished_scan::FinishedScan;
use super::segments::{SegmentMark, TextSegment, segments};
use crate::attribution::credit::Credit;
use crate::attribution::interval::PublicationInterval;
use crate::boilerplate::{Region, Stripper};
use crate::catalog::DocNo;
use crate::catalog::identical::group_of;
use crate::compare::exact::Shingled;
use crate::document::{Corpus, Document, Published};
use crate::error::ReadError;
use crate::pipeline::details::{Details, site_of};
use crate::pipeline::passages::PlacedWords;
use crate::pipeline::prepare::is_boilerplate_only;
use crate::pipeline::texts::TextReader;
use crate::text::quotation;
use crate::text::shingle::Shingler;

/// One of the two documents.
#[derive(Debug)]
pub struct ExplainedDocument {
    /// Its number.
    pub doc: DocNo,
    /// Its id.
    pub id: String,
    /// The file that it was read from; `None` if it is in the index.
    pub file: Option<String>,
    /// Its site; empty if unknown.
    pub site: String,
    /// Its url; empty if unknown.
    pub url: String,
    /// Its headline; empty if unknown.
    pub title: String,
    /// Its byline; empty if unknown.
    pub author: String,
    /// The url of its original, as it says itself; empty if it names none.
    pub canonical: String,
    /// Site of that url, if it is another site: then it is evidence for a source.
    pub canonical_site: Option<String>,
    /// Its time of publication.
    pub published: Option<Published>,
    /// The time when it was fetched.
    pub crawled: Option<Published>,
    /// Time in which it can have been published.
    pub when: PublicationInterval,
    /// The agency that it credits.
    pub credit: Option<Credit>,
    /// Sites for which that credit is evidence that they are the source.
    pub credited: Vec<String>,
    /// Number of words without boilerplate.
    pub words: u32,
    /// Number of words that were removed as boilerplate.
    pub removed: u32,
    /// Its participation in the scan.
    pub part: Participation,
    /// Number of other documents with the same words.
    pub same_words: usize,
    /// Name of the cluster in which it was a whole copy in an earlier run.
    pub known_as: Option<Arc<str>>,
    /// Further records with its id that were rejected, each with the reason.
    pub rejected: Vec<String>,
    /// Its text as it was read.
    pub text: String,
    /// Regions that were removed from the text, in order.
    pub boilerplate: Vec<RemovedRegion>,
    /// The whole text in segments.
    pub segments: Vec<TextSegment>,
}

/// Participation of a document in a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Participation {
    /// It is compared with others.
    Compared,
    /// It has no words.
    Empty,
    /// It has fewer words than required.
    TooShort,
    /// It has next to no words without its boilerplate.
    BoilerplateOnly,
}

/// Words that were removed from a text because its site repeats them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedRegion {
    /// Number of words.
    pub words: usize,
    /// Their bytes in the text.
    pub bytes: Range<usize>,
    /// Number of documents of the site that lost them, if the passage is among the ten most
    /// frequent of the site.
    pub documents: Option<u64>,
}

/// The text of a document, and its words.
pub(super) struct ExplainedText {
    pub(super) words: PlacedWords,
    pub(super) shingled: Shingled,
    /// For each word of the whole text, whether it is quoted; empty if that is unknown.
    quoted: Vec<bool>,
    /// Words that were removed as boilerplate.
    regions: Vec<Range<usize>>,
}

impl ExplainedText {
    /// Cuts the text into segments, given the words of each passage.
    pub(super) fn segments<'p>(
        &self,
        text: &str,
        passages: impl Iterator<Item = &'p Range<usize>>,
    ) -> Vec<TextSegment> {
        let spans = &self.words.spans;
        let mut marks = vec![SegmentMark::default(); spans.len()];
        for (number, words) in passages.enumerate() {
            let marks = marks[words.clone()].iter_mut();
            marks.for_each(|mark| mark.passage = Some(number));
        }
        for words in &self.regions {
            marks[words.clone()].fill(SegmentMark {
                boilerplate: true,
                ..SegmentMark::default()
            });
        }
        for (mark, &quoted) in marks.iter_mut().zip(&self.quoted) {
            mark.quoted = quoted;
        }
        segments(text, spans, &marks)
    }
}

/// Reads a document again. Its segments are left empty, because they depend on the other document.
pub(super) fn read_document<C: Corpus>(
    scan: &FinishedScan<'_, C>,
    doc: DocNo,
) -> Result<(ExplainedDocument, ExplainedText), ReadError> {
    let mut reader = TextReader::default();
    let mut read = None;
    scan.texts()
        .read(doc, &mut reader, &mut |document, reader| {
            let words = PlacedWords::of(&document.text, reader);
            let all = words.spans.len();
            let text = ExplainedText {
                quoted: quotation::quoted(&document.text, all),
                regions: reader.regions.clone(),
                shingled: Shingled::new(&reader.shingler, scan.settings.shingle),
                words,
            };
            read = Some((explained(scan, doc, document, &text), text));
        })?;
    let gone = || ReadError::Changed {
        input: scan.file(doc).unwrap_or_default(),
        offset: scan.result.catalog.place(doc).offset,
    };
    read.ok_or_else(gone)
}

fn explained<C: Corpus>(
    scan: &FinishedScan<'_, C>,
    doc: DocNo,
    document: &Document<'_>,
    text: &ExplainedText,
) -> ExplainedDocument {
    let catalog = &scan.result.catalog;
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let details = Details::of(doc, document, &scan.dating(), &scan.settings);
    let credited = |credit: &Credit| scan.settings.credits.sites(credit);
    let serial = catalog.serial(doc);
    let part = participation(scan, doc);
    ExplainedDocument {
        doc,
        id: catalog.id(doc).to_owned(),
        file: scan.file(doc),
        site: catalog.site_name(catalog.site(doc)).to_owned(),
        author: owned(document.author.as_deref()),
        canonical: owned(document.canonical.as_deref()),
        canonical_site: details
            .canonical
            .as_deref()
            .map(|host| site_of(catalog, host)),
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
            Participation::Compared => same_words(scan, doc),
            _ => 0,
        },
        part,
        known_as: serial.and_then(|serial| scan.earlier_names.get(&serial).cloned()),
        rejected: scan.rejected(catalog.id(doc)),
        boilerplate: removed_regions(scan, doc, document, text),
        text: document.text.clone().into_owned(),
        segments: Vec::new(),
    }
}

fn participation<C: Corpus>(scan: &FinishedScan<'_, C>, doc: DocNo) -> Participation {
    let catalog = &scan.result.catalog;
    match catalog.words(doc) {
        _ if is_boilerplate_only(catalog.words(doc), catalog.removed(doc)) => {
            Participation::BoilerplateOnly
        }
        0 => Participation::Empty,
        words if words < scan.settings.min_words => Participation::TooShort,
        _ => Participation::Compared,
    }
}

/// Number of other documents with the same words as one that takes part.
fn same_words<C: Corpus>(scan: &FinishedScan<'_, C>, doc: DocNo) -> usize {
    let group = group_of(&scan.groups, scan.representative(doc));
    let group = scan.groups.get(group);
    group.map_or(0, |group| group.members.len() - 1)
}

/// Regions that were removed from a text, and how often the site repeats each.
fn removed_regions<C: Corpus>(
    scan: &FinishedScan<'_, C>,
    doc: DocNo,
    document: &Document<'_>,
    text: &ExplainedText,
) -> Vec<RemovedRegion> {
    let site = scan.result.catalog.site(doc);
    let mut with_keys: Vec<Region> = Vec::new();
    if !text.regions.is_empty() {
        // The catalogue keeps the regions without the keys of their passages.
        let profiles = &scan.result.boilerplate;
        let shingle = scan.settings.shingle;
        let mut shingler = Shingler::with_rule(scan.settings.word_rule);
        shingler.read_without(&document.text, shingle, |words, lines| {
            Stripper::default().regions(profiles, site, words, lines, &mut with_keys);
            &[]
        });
    }
    let on_site = scan.result.removed.sites.iter();
    let passages = on_site
        .filter(|on_site| on_site.site == site)
        .flat_map(|on_site| &on_site.passages);
    let documents = |words: &Range<usize>| {
        let region = with_keys.iter().find(|region| region.words == *words)?;
        let mut passages = passages.clone();
        let passage = passages.find(|passage| passage.key == region.key)?;
        Some(passage.documents)
    };
    let spans = &text.words.spans;
    let removed = |words: &Range<usize>| {
        let (first, last) = (spans.get(words.start)?, spans.get(words.end - 1)?);
        Some(RemovedRegion {
            words: words.len(),
            bytes: first.start..last.end.max(first.end),
            documents: documents(words),
        })
    };
    text.regions.iter().filter_map(removed).collect()
}
