//! Share of quotation in excerpts.

use std::collections::hash_map::Entry;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::texts::{CorpusTexts, DOCUMENTS_PER_TASK, TextReader};
use crate::catalog::DocNo;
use crate::cluster::{Relation, ReportedPair};
use crate::compare::passage;
use crate::document::Document;
use crate::error::ReadError;
use crate::text::{quotation, ranges};

/// Words of a run that both documents must have for its words to count as shared: as many as the
/// usual shingle.
const RUN: usize = 5;

/// Words of texts that a thread keeps for the next excerpts: 9 MB.
const WORDS_KEPT: usize = 1 << 20;

/// Sets `quoted_share` of every excerpt: the share of the common words that are within quotation
/// marks.
pub(super) fn measure_quotations(
    texts: &CorpusTexts<'_>,
    pairs: &mut [ReportedPair],
) -> Result<(), ReadError> {
    let excerpts: Vec<&mut ReportedPair> = pairs
        .iter_mut()
        .filter(|pair| pair.relation == Relation::Excerpt)
        .collect();
    // Pairs come in order of `a`, so pairs of one story are next to each other and share texts.
    excerpts
        .into_par_iter()
        .chunks(DOCUMENTS_PER_TASK)
        .try_for_each_init(TextReader::default, |reader, chunk| {
            // Words of each document, and for each word whether it is quoted.
            let mut read: FxHashMap<DocNo, (Vec<u64>, Vec<bool>)> = FxHashMap::default();
            let mut kept = 0;
            for pair in chunk {
                if kept > WORDS_KEPT {
                    read.clear();
                    kept = 0;
                }
                for doc in [pair.a, pair.b] {
                    if let Entry::Vacant(place) = read.entry(doc) {
                        let mut text = (Vec::new(), Vec::new());
                        texts.read(doc, reader, &mut |document, reader| {
                            text = (reader.shingler.words.clone(), quoted(document, reader));
                        })?;
                        kept += text.0.len();
                        place.insert(text);
                    }
                }
                let ((a, quoted_a), (b, quoted_b)) = (&read[&pair.a], &read[&pair.b]);
                let share = |own, other, quoted: &[bool]| match quoted.contains(&true) {
                    true => passage::marked_share(own, other, RUN, quoted),
                    false => (!quoted.is_empty()).then_some(0.0),
                };
                let shares = [share(a, b, quoted_a), share(b, a, quoted_b)];
                pair.quoted_share = shares.into_iter().flatten().max_by(f64::total_cmp);
            }
            Ok(())
        })
}

/// For each remaining word of a document, whether it is within quotation marks; empty if that
/// cannot be known.
fn quoted(document: &Document<'_>, reader: &TextReader) -> Vec<bool> {
    let words = reader.shingler.words.len() + reader.removed();
    let mut quoted = quotation::quoted(&document.text, words);
    if !quoted.is_empty() {
        ranges::remove(&mut quoted, &reader.regions);
    }
    quoted
}
