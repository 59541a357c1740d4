//! Excerpts and digests: documents that hold a part of a story hang on its cluster.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;

use super::members::Role;
use super::relation::{Relation, ReportedPair};
use crate::candidates::passages::FEW;
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo};

/// Whoever shares so many parts with stories that have nothing to do with each other is a digest, whichever was first: of so many excerpts of one
/// source some would overlap.
const DIGEST_PARTS: usize = 5;

/// Of so many parts that a document shares with other stories it is found out which have something in common.
const PARTNERS: usize = 64;

/// Behind the digests that two documents can be, in the order in which pairs hang.
const REWORDED_LAST: u8 = 3;

/// What is known of all documents when pairs become clusters: more than the pairs that were written tell.
pub(crate) struct Stories {
    /// The group of each document, by [`DocNo`]; `usize::MAX` for those in none.
    pub(crate) groups: Vec<usize>,
    /// The leader of each group.
    pub(crate) cores: Vec<usize>,
    /// Documents of each leader's story.
    pub(crate) sizes: Vec<usize>,
    /// Groups of which pairs were found, wanted or not, both ways round.
    pub(crate) tied: FxHashSet<(usize, usize)>,
}

impl Stories {
    pub(super) fn group(&self, doc: DocNo) -> usize {
        self.groups[doc.0 as usize]
    }

    /// Whether two documents are a pair, written or not.
    fn pair(&self, x: DocNo, y: DocNo) -> bool {
        self.tied.contains(&(self.group(x), self.group(y)))
    }
}

/// What hangs on what.
pub(super) struct Hanging {
    /// By place of the document: the clusters it hangs on, and in what role.
    pub(super) hosts: Vec<BTreeMap<usize, Role>>,
    /// The cluster of each pair whose documents are whole copies of different stories; `None` where they are of one.
    pub(super) of_pairs: Vec<Option<usize>>,
}

impl Hanging {
    pub(super) fn of(
        catalog: &Catalog,
        pairs: &[ReportedPair],
        stories: &Stories,
        documents: &[DocNo],
        home: &[usize],
    ) -> Hanging {
        let at = |doc: DocNo| documents.partition_point(|&known| known < doc);
        let across: Vec<(usize, usize, usize)> = pairs
            .iter()
            .enumerate()
            .map(|(number, pair)| (number, at(pair.a), at(pair.b)))
            .filter(|&(_, x, y)| home[x] != home[y])
            .collect();
        // Stories are related if any of their groups are, also where the pair is not wanted.
        let core = |place: usize| stories.cores[stories.group(documents[place])];
        let related: FxHashSet<(usize, usize)> = stories
            .tied
            .iter()
            .map(|&(x, y)| (stories.cores[x], stories.cores[y]))
            .collect();
        let related = |x: &Part, y: &Part| related.contains(&(core(x.story), core(y.story)));
        let mut partners: Vec<Vec<Part>> = vec![Vec::new(); documents.len()];
        for &(number, x, y) in &across {
            // Of what was reworded nobody knows where it stands.
            if pairs[number].relation == Relation::Reworded {
                continue;
            }
            let run = pairs[number].longest;
            let part = |story: usize, start: usize| Part {
                story,
                words: start..start + run.words,
            };
            partners[x].push(part(home[y], run.a));
            partners[y].push(part(home[x], run.b));
        }
        let is_digest = |place: usize, mut parts: Vec<Part>| {
            // Of each story the longest run, of equals the first.
            parts.sort_unstable_by_key(|part| {
                (part.story, Reverse(part.words.len()), part.words.start)
            });
            parts.dedup_by_key(|part| part.story);
            parts.truncate(PARTNERS);
            let dated = |place: usize| catalog.published(documents[place]).is_some();
            let earlier = |part: &&Part| part.story < place || !dated(place) || !dated(part.story);
            let before: Vec<Part> = parts.iter().filter(earlier).cloned().collect();
            apart(&before, &related) >= 2 || apart(&parts, &related) >= DIGEST_PARTS
        };
        let mut digest: Vec<bool> = Vec::with_capacity(documents.len());
        for (place, parts) in partners.into_iter().enumerate() {
            // What a whole copy holds is what its story holds.
            digest.push(match home[place] {
                first if first < place => digest[first],
                _ => parts.len() > 1 && is_digest(place, parts),
            });
        }

        let mut hanging = Hanging {
            hosts: vec![BTreeMap::new(); documents.len()],
            of_pairs: vec![None; pairs.len()],
        };
        let role = |place: usize, number: usize| match pairs[number].relation {
            Relation::Reworded => Role::Reworded,
            _ if digest[place] => Role::Digest,
            Relation::Excerpt => Role::Excerpt,
            Relation::Exact | Relation::Near => Role::Revised,
        };
        // By the first document of the host, so that two excerpts of one story are found to hang on it and not on each other; digests last, for
        // they hang on what they are made of, whichever was first. What was reworded comes behind all that shares words, and hangs on the earlier story.
        let mut hung: Vec<(u8, usize, usize, usize, usize)> = across
            .into_iter()
            .map(|(number, x, y)| {
                if pairs[number].relation == Relation::Reworded {
                    return (REWORDED_LAST, home[x].min(home[y]), number, x, y);
                }
                let host = match (digest[x], digest[y]) {
                    (true, false) => home[y],
                    (false, true) => home[x],
                    _ => home[x].min(home[y]),
                };
                (
                    u8::from(digest[x]) + u8::from(digest[y]),
                    host,
                    number,
                    x,
                    y,
                )
            })
            .collect();
        hung.sort_unstable();
        for (digests, host, number, x, y) in hung {
            if let Some(common) = hanging.common(x, y) {
                hanging.of_pairs[number] = Some(common);
                continue;
            }
            let (guest, met) = if home[x] == host { (y, x) } else { (x, y) };
            // Who has nothing of the host's first document has only met a copy that holds more than the story: then that one hangs. Of larger
            // stories one document stands for all, so whom others met tells nothing.
            let has_first = |guest: usize, host: usize| {
                documents[host] == documents[guest]
                    || stories.pair(documents[host], documents[guest])
            };
            let everyone_met = stories.sizes[core(host)] <= FEW;
            let turned = digests == 0
                && everyone_met
                && !has_first(guest, host)
                && has_first(met, home[guest]);
            let (guest, host) = if turned {
                (met, home[guest])
            } else {
                (guest, host)
            };
            hanging.hang(number, guest, host, role(guest, number));
        }
        hanging
    }

    /// The first cluster that both hang on.
    fn common(&self, x: usize, y: usize) -> Option<usize> {
        let (x, y) = (&self.hosts[x], &self.hosts[y]);
        let (few, many) = if x.len() <= y.len() { (x, y) } else { (y, x) };
        few.keys().find(|story| many.contains_key(story)).copied()
    }

    fn hang(&mut self, number: usize, guest: usize, host: usize, role: Role) {
        let known = self.hosts[guest].entry(host).or_insert(role);
        *known = role.min(*known);
        self.of_pairs[number] = Some(host);
    }
}

/// What a document shares with a story: where it stands in the document.
#[derive(Debug, Clone)]
struct Part {
    story: usize,
    words: Range<usize>,
}

/// How many of the parts have nothing to do with each other: those of one story or of stories that share copy count as one, and so do those that
/// stand in one place, for then it is one text that all of them have.
fn apart(parts: &[Part], related: &dyn Fn(&Part, &Part) -> bool) -> usize {
    let mut groups = UnionFind::new(parts.len());
    for (at, y) in parts.iter().enumerate() {
        for (other, x) in parts[..at].iter().enumerate() {
            let overlap = x.words.start < y.words.end && y.words.start < x.words.end;
            if overlap || x.story == y.story || related(x, y) {
                groups.join(other, at);
            }
        }
    }
    (0..parts.len()).filter(|&at| groups.root(at) == at).count()
}
