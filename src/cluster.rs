//! Clusters: whole copies of one story, and the excerpts and digests that hang on it.
//!
//! Joining whatever is alike chains: a digest that holds parts of thirty stories would make one cluster of them, and so would a page that changes
//! a little every hour. So whole copies are joined with a *leader*: in order of time a document joins the first document of a
//! cluster that it is near to, or, where it is only near to others of the cluster, that it shares copy with, as with at least half of the
//! others. A document that holds no more than a part of a story joins nobody: it hangs on the cluster, on several if need be, and
//! whatever hangs on several that have nothing to do with each other is a *digest*.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::candidates::passages::FEW;
use crate::catalog::{Catalog, DocNo};
use crate::family::Forest;
use crate::finding::{Finding, Relation};
use crate::source::Source;

/// Of so many other members of a cluster, half must share copy with a document that is near to it but not to its leader.
const ASKED: usize = 8;

/// Whoever shares so many parts with stories that have nothing to do with each other is a digest, whichever was first: of so many excerpts of one
/// source some would overlap.
const DIGEST_PARTS: usize = 5;

/// Of so many parts that a document shares with other stories it is found out which have something in common.
const PARTNERS: usize = 64;

/// From this Jaccard similarity with the source on, a document is a copy; below, a revision.
pub const COPY: f64 = 0.8;

/// Behind the digests that two documents can be, in the order in which pairs hang.
const REWORDED_LAST: u8 = 3;

/// Documents joined by pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The earliest of the whole copies.
    pub first: DocNo,
    /// What it is called: the id of its first document, or what it was called before that one was known.
    pub name: Arc<str>,
    /// The documents, in canonical order.
    pub members: Vec<Member>,
    /// Who is likely to have published it first.
    pub source: Source,
}

/// A document in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The document.
    pub doc: DocNo,
    /// Its part in the cluster.
    pub role: Role,
    /// Whether it is a whole copy, not one that hangs on the cluster.
    pub whole: bool,
}

/// What a document is to its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Likely the first to publish it.
    Source,
    /// A whole copy with next to no changes.
    Copy,
    /// A whole copy with changes.
    Revised,
    /// Holds a part of it, or is a part of it.
    Excerpt,
    /// Holds parts of stories that have nothing to do with each other, of this one among them.
    Digest,
    /// Tells it sentence by sentence in other words.
    Reworded,
}

impl Role {
    /// The word in the `role` column.
    pub fn name(self) -> &'static str {
        match self {
            Role::Source => "source",
            Role::Copy => "copy",
            Role::Revised => "revised",
            Role::Excerpt => "excerpt",
            Role::Digest => "digest",
            Role::Reworded => "reworded",
        }
    }
}

impl Cluster {
    /// The documents, in canonical order.
    pub fn documents(&self) -> impl Iterator<Item = DocNo> + '_ {
        self.members.iter().map(|member| member.doc)
    }

    /// Makes a member the source and tells copies from revisions: by the pair with the source or, where none was written, the closest of all.
    pub(crate) fn assign(&mut self, source: Source, pairs: &[Finding]) {
        let mut closest = vec![(false, 0.0); self.members.len()];
        for pair in pairs {
            for (doc, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
                if let Ok(at) = self.members.binary_search_by_key(&doc, |member| member.doc) {
                    let with = (source.doc == Some(other), pair.jaccard);
                    if with > closest[at] {
                        closest[at] = with;
                    }
                }
            }
        }
        let whole = self.members.iter().filter(|member| member.whole).count();
        for (member, (_, jaccard)) in self.members.iter_mut().zip(closest) {
            member.role = match member.role {
                role if !member.whole => role,
                _ if source.doc == Some(member.doc) => Role::Source,
                // Alone it is a revision of nothing.
                _ if jaccard >= COPY || whole == 1 => Role::Copy,
                _ => Role::Revised,
            };
        }
        self.source = source;
    }
}

/// How two groups of identical documents, numbered in canonical order, were found to relate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tie {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) jaccard: f64,
    /// Else one is an excerpt of the other.
    pub(crate) near: bool,
}

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
    fn group(&self, doc: DocNo) -> usize {
        self.groups[doc.0 as usize]
    }

    /// Whether two documents are a pair, written or not.
    fn pair(&self, x: DocNo, y: DocNo) -> bool {
        self.tied.contains(&(self.group(x), self.group(y)))
    }
}

/// The leader of each group: itself, or an earlier one whose whole copy it is.
///
/// Of groups in hot buckets not every two were compared, so those that are near are joined whoever leads.
pub(crate) fn cores(groups: usize, ties: &[Tie], hot: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let mut joined = Forest::new(groups);
    for tie in ties
        .iter()
        .filter(|tie| tie.near && (hot(tie.x) || hot(tie.y)))
    {
        joined.join(tie.x, tie.y);
    }
    let mut neighbours: Vec<(usize, usize, bool, f64)> = ties
        .iter()
        .flat_map(|tie| {
            [
                (tie.x, tie.y, tie.near, tie.jaccard),
                (tie.y, tie.x, tie.near, tie.jaccard),
            ]
        })
        .collect();
    neighbours.sort_unstable_by_key(|&(of, other, ..)| (of, other));
    let of = |group: usize| {
        let start = neighbours.partition_point(|entry| entry.0 < group);
        let end = neighbours.partition_point(|entry| entry.0 <= group);
        &neighbours[start..end]
    };

    let mut leaders: Vec<usize> = Vec::with_capacity(groups);
    // Of each leader, the first who joined it.
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); groups];
    for group in 0..groups {
        let root = joined.root(group);
        let leader = if root < group {
            leaders[root]
        } else {
            let mine = of(group);
            let with = |other: usize| {
                mine.binary_search_by_key(&other, |entry| entry.1)
                    .ok()
                    .map(|at| mine[at])
            };
            let supported = |leader: usize| {
                let others = &members[leader];
                with(leader).is_some()
                    && 2 * others
                        .iter()
                        .filter(|&&other| with(other).is_some())
                        .count()
                        >= others.len()
            };
            let near = mine
                .iter()
                .filter(|&&(_, other, near, _)| near && other < group);
            near.filter_map(|&(_, other, ..)| {
                let leader = leaders[other];
                let (_, _, near, jaccard) = with(leader)?;
                (near || supported(leader)).then_some((near, jaccard, leader))
            })
            // The closest leader, of equals the first.
            .max_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(y.2.cmp(&x.2)))
            .map_or(group, |(.., leader)| leader)
        };
        leaders.push(leader);
        if leader != group && members[leader].len() < ASKED {
            members[leader].push(group);
        }
    }
    leaders
}

/// Joins the documents of the pairs to clusters, in canonical order of their first documents, and tells each pair its cluster.
///
/// A source is not known yet, so whole copies all have the role of copies.
pub(crate) fn clusters(
    catalog: &Catalog,
    pairs: &mut [Finding],
    stories: &Stories,
) -> Vec<Cluster> {
    let core = |doc: DocNo| stories.cores[stories.group(doc)];
    let mut documents: Vec<DocNo> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    documents.sort_unstable();
    documents.dedup();
    let at = |doc: DocNo| documents.partition_point(|&known| known < doc);
    let mut joined = Forest::new(documents.len());
    for pair in pairs.iter().filter(|pair| core(pair.a) == core(pair.b)) {
        joined.join(at(pair.a), at(pair.b));
    }
    // The cluster that each document is a whole copy of, by the place of its first document.
    let home: Vec<usize> = (0..documents.len()).map(|at| joined.root(at)).collect();

    let hanging = Hanging::of(catalog, pairs, stories, &documents, &home);
    let mut found: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
    for (place, &home) in home.iter().enumerate() {
        found.entry(home).or_default().push(Member {
            doc: documents[place],
            role: Role::Copy,
            whole: true,
        });
    }
    for (place, hosts) in hanging.hosts.iter().enumerate() {
        for (&host, &role) in hosts {
            found.entry(host).or_default().push(Member {
                doc: documents[place],
                role,
                whole: false,
            });
        }
    }
    found.retain(|_, members| members.len() > 1);
    let number: BTreeMap<usize, u32> = found.keys().copied().zip(0..).collect();
    for (pair, host) in pairs.iter_mut().zip(hanging.of_pairs) {
        pair.cluster = number[&host.unwrap_or(home[at(pair.a)])];
    }
    let cluster = |(first, mut members): (usize, Vec<Member>)| {
        members.sort_unstable_by_key(|member| member.doc);
        Cluster {
            first: documents[first],
            name: Arc::from(""),
            members,
            source: Source::default(),
        }
    };
    found.into_iter().map(cluster).collect()
}

/// What hangs on what.
struct Hanging {
    /// By place of the document: the clusters it hangs on, and in what role.
    hosts: Vec<BTreeMap<usize, Role>>,
    /// The cluster of each pair whose documents are whole copies of different stories; `None` where they are of one.
    of_pairs: Vec<Option<usize>>,
}

impl Hanging {
    fn of(
        catalog: &Catalog,
        pairs: &[Finding],
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
    let mut groups = Forest::new(parts.len());
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
