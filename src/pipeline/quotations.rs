//! Share of quotation in excerpts.

use super::pair_texts::map_pairs;
use super::quoted_text::QuotedText;
use super::texts::CorpusTexts;
use crate::catalog::DocPair;
use crate::cluster::{Relation, ReportedPair};
use crate::compare::exact::Comparison;
use crate::compare::passage;
use crate::error::ReadError;

/// Words of a run that both documents must have for its words to count as shared: as many as the
/// usual shingle.
const RUN: usize = 5;

/// Sets `quoted_share` of every excerpt: the share of the common words that are within quotation
/// marks.
pub(super) fn measure_quotations(
    texts: &CorpusTexts<'_>,
    pairs: &mut [ReportedPair],
) -> Result<(), ReadError> {
    let is_excerpt = |pair: &&mut ReportedPair| pair.relation == Relation::Excerpt;
    let excerpts: Vec<&mut ReportedPair> = pairs.iter_mut().filter(is_excerpt).collect();
    let documents: Vec<DocPair> = excerpts
        .iter()
        .map(|pair| DocPair {
            a: pair.a,
            b: pair.b,
        })
        .collect();
    let shares = quoted_shares(texts, &documents)?;
    for (pair, share) in excerpts.into_iter().zip(shares) {
        pair.quoted_share = share;
    }
    Ok(())
}

/// Drops the excerpts of whose common words more than a share is quoted.
pub(super) fn drop_quoted(
    texts: &CorpusTexts<'_>,
    most: f64,
    found: &mut Vec<Comparison>,
) -> Result<(), ReadError> {
    let excerpts = found.iter().filter(|found| !found.near);
    let documents: Vec<DocPair> = excerpts.map(|found| found.pair).collect();
    let mut shares = quoted_shares(texts, &documents)?.into_iter();
    found.retain(|found| found.near || shares.next().flatten().is_none_or(|share| share <= most));
    Ok(())
}

/// The [`larger_share`] of each pair.
fn quoted_shares(
    texts: &CorpusTexts<'_>,
    pairs: &[DocPair],
) -> Result<Vec<Option<f64>>, ReadError> {
    map_pairs(texts, pairs, QuotedText::of, |_, both| larger_share(both))
}

/// Share of the common words of two texts that are within quotation marks, in the text where it is
/// larger; `None` if that is unknown.
pub(super) fn larger_share([a, b]: [&QuotedText; 2]) -> Option<f64> {
    let shares = [quoted_share(a, b), quoted_share(b, a)];
    shares.into_iter().flatten().max_by(f64::total_cmp)
}

/// Share of the words of a text that the other has too which are quoted; `None` if that is unknown.
fn quoted_share(own: &QuotedText, other: &QuotedText) -> Option<f64> {
    match own.has_quotes {
        true => passage::marked_share(&own.words, &other.words, RUN, &own.quoted),
        false => (!own.quoted.is_empty()).then_some(0.0),
    }
}
