//! Long passages: copied text that is an excerpt however small its share of the documents is.
//!
//! The texts decide whether a passage is copied text or a quotation of somebody else, and a
//! comparison of hashes does not have them. So they are read again for the few pairs that depend on
//! it.

use super::pair_texts::map_pairs;
use super::quoted_text::QuotedText;
use super::texts::CorpusTexts;
use crate::catalog::DocPair;
use crate::compare::exact::{Comparison, Excerpts};
use crate::compare::passage::{self, Passage};
use crate::error::ReadError;
use crate::text::word_count;

/// Drops the pairs that would be excerpts only by a long passage, and have none that is not quoted.
pub(super) fn drop_unconfirmed(
    texts: &CorpusTexts<'_>,
    excerpts: Excerpts,
    found: &mut Vec<Comparison>,
) -> Result<(), ReadError> {
    let is_open = |found: &Comparison| !found.near && !excerpts.accept(found);
    let open = found.iter_mut().filter(|found| is_open(found)).collect();
    mark(texts, excerpts, open)?;
    found.retain(|found| !is_open(found));
    Ok(())
}

/// Sets `long_passage` of comparisons.
pub(super) fn mark(
    texts: &CorpusTexts<'_>,
    excerpts: Excerpts,
    found: Vec<&mut Comparison>,
) -> Result<(), ReadError> {
    let Some(fewest) = excerpts.long_passage else {
        return Ok(());
    };
    let may_be_long = |found: &&mut Comparison| found.passage_words >= fewest;
    let found: Vec<&mut Comparison> = found.into_iter().filter(may_be_long).collect();
    let pairs: Vec<DocPair> = found.iter().map(|found| found.pair).collect();
    let are_long = map_pairs(texts, &pairs, QuotedText::of, |number, [a, b]| {
        most_unquoted(a, b, found[number].longest) >= fewest as usize
    })?;
    for (found, is_long) in found.into_iter().zip(are_long) {
        found.long_passage = is_long;
    }
    Ok(())
}

/// Most words, outside quotation marks in both texts, of a passage that they share. `longest` is
/// the longest one, which the list of all passages can miss if the texts are very repetitive.
pub(super) fn most_unquoted(a: &QuotedText, b: &QuotedText, longest: Passage) -> usize {
    let passages = passage::shared(&a.words, &b.words).into_iter();
    let unquoted = passages.map(|passage| unquoted(a, b, passage));
    unquoted.fold(self::unquoted(a, b, longest), usize::max)
}

/// Words of a passage that are outside quotation marks in both texts. A passage that was found
/// before a file changed can lie beyond the end of its text.
fn unquoted(a: &QuotedText, b: &QuotedText, passage: Passage) -> usize {
    let is_quoted = |text: &QuotedText, at: usize| text.quoted.get(at) == Some(&true);
    let unquoted = (0..passage.words)
        .filter(|at| !is_quoted(a, passage.a + at) && !is_quoted(b, passage.b + at));
    match a.unspaced {
        true => word_count::counted(
            unquoted.filter_map(|at| a.words.words().get(passage.a + at).copied()),
        ),
        false => unquoted.count(),
    }
}
