//! Turns of comparing and deciding, until nothing is left to compare.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::candidates::bands::{self, HOT_BUCKET, HotBucket};
use crate::candidates::families::SettledFamilies;
use crate::candidates::prefixes::Postings;
use crate::candidates::union;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{DocNo, DocPair, pairs_of};
use crate::cluster::duplicates::{Decided, Ranking};
use crate::compare::exact::Comparison;
use crate::error::ReadError;
use crate::pipeline::findings::Counts;
use crate::pipeline::observer::Stage;
use crate::pipeline::search::PairSearch;
use crate::pipeline::settings::Surfacing;

/// Comparisons with leaders that hot buckets may cost for each of their documents, about.
///
/// In a bucket of pages that have the same skeleton but are no copies, no page is removed, and
/// each leader costs as many comparisons as there are pages.
const COMPARISONS_PER_DOCUMENT: usize = 16;

/// State of the turns.
pub(super) struct Turns<'a, 'c> {
    search: &'a PairSearch<'a>,
    ranking: &'a Ranking<'c>,
    /// Pairs that were compared, in order.
    compared: Vec<DocPair>,
    /// Near pairs among them.
    found: Vec<Comparison>,
    decided: Decided,
    /// Number of leaders that were compared with all others, by the hash of a hot bucket's
    /// documents in order of preference. As long as the bucket stays the same, they are not
    /// compared again.
    leaders_done: HashMap<u64, usize>,
}

impl<'a, 'c> Turns<'a, 'c> {
    pub(super) fn new(search: &'a PairSearch<'a>, ranking: &'a Ranking<'c>) -> Turns<'a, 'c> {
        Turns {
            search,
            ranking,
            compared: Vec::new(),
            found: Vec::new(),
            decided: ranking.decide(&[]),
            leaders_done: HashMap::new(),
        }
    }

    pub(super) fn run(
        mut self,
        groups: &[IdenticalGroup],
        counts: &mut Counts,
    ) -> Result<Decided, ReadError> {
        let mut staying: Vec<DocNo> = groups.iter().map(IdenticalGroup::representative).collect();
        let mut budget = None;
        // The number of leaders doubles in each turn. So there are few turns, and few leaders are
        // compared that an earlier leader would have removed.
        let mut leaders = 1;
        loop {
            let buckets = Buckets::of(self.search, &staying)?;
            let hot = buckets.hot(self.search, &staying)?;
            let in_hot: usize = hot.iter().map(|bucket| bucket.documents.len()).sum();
            let comparisons_left = budget.get_or_insert(COMPARISONS_PER_DOCUMENT * in_hot);
            if *comparisons_left > 0 {
                let pairs = hot
                    .iter()
                    .flat_map(|bucket| self.leader_pairs(bucket, leaders));
                let mut pairs: Vec<DocPair> = pairs.collect();
                pairs.sort_unstable();
                pairs.dedup();
                if !pairs.is_empty() {
                    *comparisons_left = comparisons_left.saturating_sub(pairs.len());
                    leaders = leaders.saturating_mul(2);
                    self.compare(pairs)?;
                    staying = self.decided.staying(self.ranking);
                    continue;
                }
            }
            let among = staying;
            let pairs = buckets.pairs(self.search, &among, &|pair| self.is_settled(pair))?;
            self.compare(pairs)?;
            staying = self.decided.staying(self.ranking);
            if staying.iter().all(|doc| among.binary_search(doc).is_ok()) {
                if matches!(buckets, Buckets::Bands(_)) {
                    self.count_bounded(&hot, counts);
                }
                counts.candidates.compared = self.compared.len() as u64;
                counts.candidates.verified = self.found.len() as u64;
                return Ok(self.decided);
            }
        }
    }

    /// Pairs of so many leaders of a hot bucket with all its other documents.
    ///
    /// The leaders are the most preferred documents that were not compared with all others yet.
    fn leader_pairs(&mut self, bucket: &HotBucket, leaders: usize) -> Vec<DocPair> {
        let (documents, hash) = self.by_preference(bucket);
        let done = self.leaders_done.get(&hash).copied().unwrap_or(0);
        let (mut leader_pairs, mut leaders_used) = (Vec::new(), 0);
        for (at, &leader) in documents.iter().enumerate().skip(done) {
            if !self.ranking.may_lead(&self.decided, leader) {
                // The documents after it may not lead either.
                self.leaders_done.insert(hash, documents.len());
                break;
            }
            let others = documents.iter().filter(|&&other| other != leader);
            let pairs = others.map(|&other| DocPair::of(leader, other));
            let before = leader_pairs.len();
            leader_pairs.extend(pairs.filter(|&pair| !self.is_settled(pair)));
            leaders_used += usize::from(leader_pairs.len() > before);
            self.leaders_done.insert(hash, at + 1);
            if leaders_used == leaders {
                break;
            }
        }
        leader_pairs
    }

    /// The documents of a bucket in order of preference, and a hash of this list.
    fn by_preference(&self, bucket: &HotBucket) -> (Vec<DocNo>, u64) {
        let mut documents = bucket.documents.clone();
        documents.sort_by_cached_key(|&doc| self.decided.rank(self.ranking, doc));
        let numbers: Vec<u32> = documents.iter().map(|doc| doc.0).collect();
        (documents, xxh3_64(bytemuck::cast_slice(&numbers)))
    }

    /// True if the comparison of a pair would change nothing.
    fn is_settled(&self, pair: DocPair) -> bool {
        self.compared.binary_search(&pair).is_ok() || self.decided.is_settled(self.ranking, pair)
    }

    fn compare(&mut self, pairs: Vec<DocPair>) -> Result<(), ReadError> {
        self.found.append(&mut self.search.verify(&pairs)?);
        self.compared = union(std::mem::take(&mut self.compared), pairs);
        self.decided = self.ranking.decide(&self.found);
        Ok(())
    }

    /// Counts the hot buckets that remain, and the pairs in them that have no leader.
    fn count_bounded(&self, hot: &[HotBucket], counts: &mut Counts) {
        let bounded = &mut counts.bounded.buckets;
        for bucket in hot {
            let documents = bucket.documents.len();
            let (_, hash) = self.by_preference(bucket);
            let done = self.leaders_done.get(&hash).copied().unwrap_or(0);
            let not_compared = pairs_of(documents.saturating_sub(done));
            if not_compared > 0 {
                bounded.number += 1;
                bounded.largest = bounded.largest.max(documents as u64);
                bounded.pairs += not_compared;
            }
        }
    }
}

/// Buckets that make candidates.
enum Buckets {
    /// LSH buckets of so many bands.
    Bands(usize),
    /// Lists of prefixes.
    Prefixes(Postings),
}

impl Buckets {
    fn of(search: &PairSearch<'_>, among: &[DocNo]) -> Result<Buckets, ReadError> {
        let buckets = match search.settings.surfacing {
            Surfacing::Bands(banding) => Buckets::Bands(banding.bands()),
            Surfacing::Prefixes => Buckets::Prefixes(search.postings(among)?),
        };
        search.observer.begin(Stage::Candidates, None);
        Ok(buckets)
    }

    fn hot(&self, search: &PairSearch<'_>, among: &[DocNo]) -> Result<Vec<HotBucket>, ReadError> {
        match self {
            Buckets::Bands(bands) => {
                let asking = search.asking_among(among);
                let among = search.among(among, asking.as_deref());
                bands::hot_buckets(among, *bands)
            }
            Buckets::Prefixes(postings) => Ok(postings.hot_buckets(search.sides.as_ref())),
        }
    }

    /// Pairs that share a bucket, except those that `skip` rejects. Bands leave out hot buckets,
    /// prefixes none.
    fn pairs(
        &self,
        search: &PairSearch<'_>,
        among: &[DocNo],
        skip: &(dyn Fn(DocPair) -> bool + Sync),
    ) -> Result<Vec<DocPair>, ReadError> {
        match self {
            Buckets::Bands(bands) => {
                let asking = search.asking_among(among);
                let among = search.among(among, asking.as_deref());
                bands::from_bands(among, *bands, HOT_BUCKET, skip)
            }
            Buckets::Prefixes(postings) => {
                let threshold = search.settings.threshold;
                let (families, sides) = (SettledFamilies::default(), search.sides.as_ref());
                Ok(postings.candidates(threshold, &families, sides, skip))
            }
        }
    }
}
