//! Finding duplicates: which documents go because another stays.
//!
//! Only documents that may both stay have to be compared. So crowds come first: in a hot bucket the most preferred document meets
//! all others, whoever is like it goes, and the next meets what is left, until the bucket is a small one. Then every two that
//! still stay and share a bucket are compared. That may send away a leader for whose sake others went, and these stay after all:
//! then it begins again with what was not compared.
//!
//! At the end every two documents that stay and share a bucket were compared, so what stays is what the rule of the leader gives
//! with every pair of those buckets known: by induction in order of preference. A family of 100,000 copies costs some 100,000
//! comparisons.

use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::before::{Before, Sources};
use super::findings::Counts;
use super::observer::{Observer, Stage};
use super::prepare::{Prepared, prepare};
use super::read;
use super::read::Removed;
use super::search::{self, Search};
use super::settings::{Settings, Surfacing};
use super::texts::Texts;
use crate::boilerplate::Profiles;
use crate::candidates::bands::{self, HOT_BUCKET, HotBucket};
use crate::candidates::families::SettledFamilies;
use crate::candidates::prefixes::Postings;
use crate::candidates::union;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, DocPair, ReadTally, SiteNo, pairs_of};
use crate::cluster::duplicates::{Decided, Duplicate, Preference, Ranking};
use crate::cluster::{Relation, Selection};
use crate::compare::exact::Comparison;
use crate::document::{Corpus, Published, SourcePlace};
use crate::error::ReadError;

/// How many comparisons hot buckets may cost for each document of theirs, about. In a crowd of pages of one skeleton that are no copies
/// nobody goes, and each leader costs as many comparisons as there are pages.
const MEETINGS: usize = 16;

/// What was decided about a corpus.
#[derive(Debug)]
pub struct Duplicates {
    /// Every document.
    pub catalog: Catalog,
    /// The documents that go, in canonical order. All others stay: those without words too, which are copies of nothing.
    pub duplicates: Vec<Duplicate>,
    /// The documents that were decided on, going and staying, in order of reading: all but those that an earlier run kept.
    pub decided: Vec<DocNo>,
    /// What was taken out as boilerplate before documents were compared.
    pub removed: Removed,
    /// What was read and rejected.
    pub read: ReadTally,
    /// What was skipped, compared and bounded. What a scan finds is not counted.
    pub counts: Counts,
    /// What sites repeat, for as long as they were learned from documents.
    pub boilerplate: Profiles,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Its document, or the one that was seen before with its id and words.
    pub doc: DocNo,
    /// Where it stands.
    pub place: SourcePlace,
    /// The site that it names, or [`NO_SITE`](crate::catalog::NO_SITE).
    pub site: SiteNo,
    /// When it says it was published.
    pub published: Option<Published>,
    /// Why it goes, if it does. What was seen before as it is goes for itself.
    pub duplicate: Option<Duplicate>,
}

impl Duplicates {
    /// What becomes of every record that was decided on or that was seen before as it is, in order of reading.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        let decided = self.decided.iter().map(|&doc| Outcome {
            doc,
            place: self.catalog.place(doc),
            site: self.catalog.site(doc),
            published: self.catalog.published(doc),
            duplicate: self.find(doc).copied(),
        });
        let known = self.read.known.iter().map(|known| Outcome {
            doc: known.doc,
            place: known.place,
            site: known.site,
            published: known.published,
            // What this same run let join, when it was made before, stays again.
            duplicate: (!known.is_of_run).then_some(Duplicate {
                doc: known.doc,
                of: known.doc,
                relation: Relation::Exact,
                jaccard: 1.0,
            }),
        });
        let (mut decided, mut known) = (decided.peekable(), known.peekable());
        let order = |outcome: &Outcome| (outcome.place.source, outcome.place.offset);
        std::iter::from_fn(move || match (decided.peek(), known.peek()) {
            (Some(new), Some(old)) if order(old) < order(new) => known.next(),
            (None, _) => known.next(),
            (Some(_), _) => decided.next(),
        })
    }

    /// The new documents that stay, in canonical order.
    pub fn staying(&self) -> Vec<DocNo> {
        let mut staying = self.decided.clone();
        staying.retain(|&doc| self.catalog.is_new(doc) && self.find(doc).is_none());
        staying.sort_unstable();
        staying
    }

    /// Of a document that goes, why.
    pub fn find(&self, doc: DocNo) -> Option<&Duplicate> {
        let found = self
            .duplicates
            .binary_search_by_key(&doc, |duplicate| duplicate.doc);
        found.ok().map(|at| &self.duplicates[at])
    }
}

/// Finds the duplicates of a corpus. Of the settings those of excerpts, selection and reports do not matter.
///
/// # Errors
/// What ends the reading of the corpus.
pub fn duplicates<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    preference: Preference<'_>,
    observer: &dyn Observer,
) -> Result<Duplicates, ReadError> {
    duplicates_after(corpus, Before::default(), settings, preference, observer)
}

/// Finds the duplicates of a corpus that comes after others. What was seen before stays, whatever else is preferred.
///
/// # Errors
/// What ends the reading of the corpus, or of what is known of the documents before.
pub fn duplicates_after<C: Corpus>(
    corpus: &C,
    before: Before,
    settings: &Settings,
    preference: Preference<'_>,
    observer: &dyn Observer,
) -> Result<Duplicates, ReadError> {
    let settings = &Settings {
        excerpts: None,
        selection: Selection::default(),
        ..settings.clone()
    };
    let sources = Sources::of(corpus, before.archive);
    let (seen, known) = (before.seen, &before.boilerplate);
    let Prepared {
        catalog,
        read: tally,
        boilerplate,
        removed,
        mut counts,
        twins,
    } = prepare(corpus, &sources, seen, known, settings, observer)?;
    let mut bare: Vec<DocNo> = catalog.documents().collect();
    bare.retain(|&doc| read::boilerplate_only(&catalog, doc));

    let ranking = Ranking::new(&catalog, &twins, &bare, preference);
    let texts = Texts {
        corpus: &sources,
        catalog: &catalog,
        shingle: settings.shingle,
    };
    let search = Search {
        texts: &texts,
        catalog: &catalog,
        twins: &twins,
        known: &[],
        asking: search::asking(&catalog, &twins),
        settings,
        observer,
    };
    let found = Rounds::new(&search, &ranking).run(&twins, &mut counts)?;
    let duplicates = found.duplicates;
    let mut decided: Vec<DocNo> = catalog.documents().collect();
    decided.retain(|&doc| !(preference.seen)(&catalog, doc));
    decided.par_sort_unstable_by_key(|&doc| {
        let place = catalog.place(doc);
        (place.source, place.offset)
    });
    Ok(Duplicates {
        catalog,
        duplicates,
        decided,
        removed,
        read: tally,
        counts,
        boilerplate,
    })
}

/// Compares and decides in turns.
struct Rounds<'a, 'c> {
    search: &'a Search<'a>,
    ranking: &'a Ranking<'c>,
    /// The pairs that were compared, in order.
    met: Vec<DocPair>,
    /// Those of them that are near.
    found: Vec<Comparison>,
    decided: Decided,
    /// By the hash of a hot bucket's documents in order of preference, how many of the first met all others: in a bucket that nobody
    /// leaves they need not be asked again.
    leaders_met: HashMap<u64, usize>,
}

impl<'a, 'c> Rounds<'a, 'c> {
    fn new(search: &'a Search<'a>, ranking: &'a Ranking<'c>) -> Rounds<'a, 'c> {
        Rounds {
            search,
            ranking,
            met: Vec::new(),
            found: Vec::new(),
            decided: ranking.decide(&[]),
            leaders_met: HashMap::new(),
        }
    }

    fn run(mut self, twins: &[IdenticalGroup], counts: &mut Counts) -> Result<Decided, ReadError> {
        let mut staying: Vec<DocNo> = twins.iter().map(|twins| twins.members[0]).collect();
        let mut left = None;
        // Twice as many leaders in each round: so there are few rounds, and no leader is asked much too early.
        let mut leaders = 1;
        loop {
            let buckets = Buckets::of(self.search, &staying)?;
            let hot = buckets.hot(self.search, &staying)?;
            let crowded: usize = hot.iter().map(|bucket| bucket.documents.len()).sum();
            let meetings = left.get_or_insert(MEETINGS * crowded);
            if *meetings > 0 {
                let led = hot.iter().flat_map(|bucket| self.led(bucket, leaders));
                let mut led: Vec<DocPair> = led.collect();
                led.sort_unstable();
                led.dedup();
                if !led.is_empty() {
                    *meetings = meetings.saturating_sub(led.len());
                    leaders = leaders.saturating_mul(2);
                    self.compare(led)?;
                    staying = self.decided.staying(self.ranking);
                    continue;
                }
            }
            let among = staying;
            let pairs = buckets.pairs(self.search, &among, &|pair| self.known(pair))?;
            self.compare(pairs)?;
            staying = self.decided.staying(self.ranking);
            if staying.iter().all(|doc| among.binary_search(doc).is_ok()) {
                if matches!(buckets, Buckets::Bands(_)) {
                    self.count_bounded(&hot, counts);
                }
                counts.candidates.compared = self.met.len() as u64;
                counts.candidates.verified = self.found.len() as u64;
                return Ok(self.decided);
            }
        }
    }

    /// The pairs that so many documents of a hot bucket make with all others of it: the most preferred that did not meet them yet.
    fn led(&mut self, bucket: &HotBucket, leaders: usize) -> Vec<DocPair> {
        let (preferred, name) = self.preferred(bucket);
        let met = self.leaders_met.get(&name).copied().unwrap_or(0);
        let (mut led, mut asked) = (Vec::new(), 0);
        for (at, &leader) in preferred.iter().enumerate().skip(met) {
            let others = preferred.iter().filter(|&&other| other != leader);
            let pairs = others.map(|&other| DocPair::of(leader, other));
            let before = led.len();
            led.extend(pairs.filter(|&pair| !self.known(pair)));
            asked += usize::from(led.len() > before);
            self.leaders_met.insert(name, at + 1);
            if asked == leaders {
                break;
            }
        }
        led
    }

    /// The documents of a bucket in order of preference, and a hash of them.
    fn preferred(&self, bucket: &HotBucket) -> (Vec<DocNo>, u64) {
        let mut preferred = bucket.documents.clone();
        preferred.sort_by_cached_key(|&doc| self.decided.rank(self.ranking, doc));
        let numbers: Vec<u32> = preferred.iter().map(|doc| doc.0).collect();
        (preferred, xxh3_64(bytemuck::cast_slice(&numbers)))
    }

    /// Whether nothing is to be learned from a pair.
    fn known(&self, pair: DocPair) -> bool {
        self.met.binary_search(&pair).is_ok() || self.decided.is_settled(self.ranking, pair)
    }

    fn compare(&mut self, pairs: Vec<DocPair>) -> Result<(), ReadError> {
        self.found.append(&mut self.search.verify(&pairs)?);
        self.met = union(std::mem::take(&mut self.met), pairs);
        self.decided = self.ranking.decide(&self.found);
        Ok(())
    }

    /// Counts the hot buckets that are left, and the pairs in them that no leader made.
    fn count_bounded(&self, hot: &[HotBucket], counts: &mut Counts) {
        for bucket in hot {
            let documents = bucket.documents.len();
            let (_, name) = self.preferred(bucket);
            let met = self.leaders_met.get(&name).copied().unwrap_or(0);
            let not_compared = pairs_of(documents.saturating_sub(met));
            if not_compared > 0 {
                counts.bounded.buckets.number += 1;
                counts.bounded.buckets.largest =
                    counts.bounded.buckets.largest.max(documents as u64);
                counts.bounded.buckets.pairs += not_compared;
            }
        }
    }
}

/// How documents meet.
enum Buckets {
    /// In so many bands.
    Bands(usize),
    /// In lists of prefixes.
    Prefixes(Postings),
}

impl Buckets {
    fn of(search: &Search<'_>, among: &[DocNo]) -> Result<Buckets, ReadError> {
        let buckets = match search.settings.surfacing {
            Surfacing::Bands(banding) => Buckets::Bands(banding.bands()),
            Surfacing::Prefixes => Buckets::Prefixes(search.postings(among)?),
        };
        search.observer.begin(Stage::Candidates, None);
        Ok(buckets)
    }

    fn hot(&self, search: &Search<'_>, among: &[DocNo]) -> Result<Vec<HotBucket>, ReadError> {
        match self {
            Buckets::Bands(bands) => {
                let asking = search.asking_of(among);
                let among = search.among(among, asking.as_deref());
                Ok(bands::hot_buckets(among, *bands)?.concat())
            }
            Buckets::Prefixes(postings) => Ok(postings.hot_buckets()),
        }
    }

    /// The pairs that share a bucket, but for those that `skip` says. Bands leave hot buckets out, prefixes none.
    fn pairs(
        &self,
        search: &Search<'_>,
        among: &[DocNo],
        skip: &(dyn Fn(DocPair) -> bool + Sync),
    ) -> Result<Vec<DocPair>, ReadError> {
        match self {
            Buckets::Bands(bands) => {
                let asking = search.asking_of(among);
                let among = search.among(among, asking.as_deref());
                bands::from_bands(among, *bands, HOT_BUCKET, skip)
            }
            Buckets::Prefixes(postings) => {
                let threshold = search.settings.threshold;
                Ok(postings.candidates(threshold, &SettledFamilies::default(), skip))
            }
        }
    }
}
