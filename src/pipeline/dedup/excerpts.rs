//! Documents that hold a passage of a reference document.

use rayon::prelude::*;

use crate::candidates::ngrams::{Ngrams, ReferenceText};
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{DocNo, DocPair};
use crate::cluster::Relation;
use crate::cluster::duplicates::Duplicate;
use crate::compare::exact::Shingled;
use crate::error::ReadError;
use crate::pipeline::observer::{Observer, Stage};
use crate::pipeline::settings::{ReferencePassages, Settings};
use crate::pipeline::texts::{CorpusTexts, DOCUMENTS_PER_TASK, TextReader};

/// Numbers of reference documents, by the part that they took.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceCounts {
    /// Documents of which every passage was looked for.
    pub passages: u64,
    /// Documents with fewer words than a passage, which were looked for as a whole.
    pub wholes: u64,
    /// Documents with too few words to be looked for.
    pub too_short: u64,
}

/// Finds the documents that hold a passage of a reference document, in canonical order.
///
/// `staying` are representatives of documents that stay so far; each stands for its group, which
/// has no reference document then.
pub(super) fn find_excerpts(
    texts: &CorpusTexts<'_>,
    groups: &[IdenticalGroup],
    staying: &[DocNo],
    settings: &Settings,
    passages: ReferencePassages,
    observer: &dyn Observer,
) -> Result<(Vec<Duplicate>, ReferenceCounts), ReadError> {
    let (grams, counts) = read_grams(texts, passages, observer)?;
    let grams = grams.finish();
    let is_input = |doc: &&DocNo| !texts.catalog.is_reference(**doc);
    let inputs: Vec<DocNo> = staying.iter().filter(is_input).copied().collect();
    observer.begin(Stage::Verify, Some(inputs.len() as u64));
    let found: Result<Vec<Vec<Duplicate>>, ReadError> = inputs
        .par_chunks(DOCUMENTS_PER_TASK)
        .map_init(
            <[TextReader; 2]>::default,
            |[reader, of_reference], chunk| {
                let mut found = Vec::new();
                for &doc in chunk {
                    let mut held = None;
                    texts.read(doc, reader, &mut |_, reader| {
                        let words = &reader.shingler;
                        held = grams.find(&words.words, words.unspaced);
                    })?;
                    let Some(of) = held else { continue };
                    let input = Shingled::new(&reader.shingler, settings.shingle);
                    let mut compared = None;
                    texts.read(of, of_reference, &mut |_, reader| {
                        let reference = Shingled::new(&reader.shingler, settings.shingle);
                        compared = Some(input.measure(&reference, DocPair { a: doc, b: of }));
                    })?;
                    found.extend(compared.map(|compared| Duplicate {
                        doc,
                        of,
                        relation: Relation::Excerpt,
                        jaccard: compared.jaccard(),
                        longest_passage: Some(compared.longest.words as u32),
                    }));
                }
                observer.advance(chunk.len() as u64);
                Ok(found)
            },
        )
        .collect();
    let of_all = |found: Duplicate| {
        let members = &groups[group_of(groups, found.doc)].members;
        members.iter().map(move |&doc| Duplicate { doc, ..found })
    };
    let mut found: Vec<Duplicate> = found?.into_iter().flatten().flat_map(of_all).collect();
    found.par_sort_unstable_by_key(|found| found.doc);
    Ok((found, counts))
}

/// The grams of all reference documents.
fn read_grams(
    texts: &CorpusTexts<'_>,
    passages: ReferencePassages,
    observer: &dyn Observer,
) -> Result<(Ngrams, ReferenceCounts), ReadError> {
    let catalog = texts.catalog;
    let references: Vec<DocNo> = catalog
        .documents()
        .filter(|&doc| catalog.is_reference(doc))
        .collect();
    observer.begin(Stage::Candidates, Some(references.len() as u64));
    let none = || {
        let grams = Ngrams::new(passages.words, passages.fewest_words);
        (grams, ReferenceCounts::default())
    };
    let read: Result<Vec<(Ngrams, ReferenceCounts)>, ReadError> = references
        .par_chunks(DOCUMENTS_PER_TASK)
        .map_init(TextReader::default, |reader, chunk| {
            let (mut grams, mut counts) = none();
            for &doc in chunk {
                texts.read(doc, reader, &mut |_, reader| {
                    let text = &reader.shingler;
                    match grams.add(doc, &text.words, text.unspaced) {
                        ReferenceText::Passages => counts.passages += 1,
                        ReferenceText::Whole => counts.wholes += 1,
                        ReferenceText::TooShort => counts.too_short += 1,
                    }
                })?;
            }
            observer.advance(chunk.len() as u64);
            Ok((grams, counts))
        })
        .collect();
    let (mut grams, mut counts) = none();
    for (other, of_chunk) in read? {
        grams.append(other);
        counts.passages += of_chunk.passages;
        counts.wholes += of_chunk.wholes;
        counts.too_short += of_chunk.too_short;
    }
    Ok((grams, counts))
}
