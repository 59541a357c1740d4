//! The verdict on two documents: a headline and the reasons.

use super::words;
use crate::cluster::Relation;
use crate::pipeline::Explanation;

/// The verdict in one line.
pub fn headline(explained: &Explanation) -> String {
    match (explained.written, explained.relation) {
        (true, Some(relation)) => format!("A pair: {}.", relation.name()),
        (false, Some(relation)) => format!("No row, although the two are {}.", called(relation)),
        (_, None) => "No pair.".to_owned(),
    }
}

fn called(relation: Relation) -> &'static str {
    match relation {
        Relation::Exact => "exact",
        Relation::Near => "near",
        Relation::Excerpt => "an excerpt",
        Relation::Reworded => "reworded",
    }
}

/// The reasons, one sentence each.
pub fn because(explained: &Explanation) -> Vec<String> {
    let mut sentences: Vec<String> = explained.reasons.iter().map(words::told).collect();
    if let (true, Some(scores), Some(relation)) =
        (explained.written, &explained.scores, explained.relation)
    {
        sentences.push(words::qualifies(explained, scores, relation));
    }
    sentences
}
