//! Learns in parts, each of which has all documents of some sites, what
//! [`Profiles::learn`](super::profiles::Profiles::learn) learns from all documents at once.
//!
//! Little depends on more than one site, so the parts exchange little, and all of it by fingerprint:
//!
//! 1. [`SitesPart::sharing_sites`] of each part finds fingerprints that several sites may share, and
//!    [`shared`] of all of these finds those that several sites do share.
//! 2. [`SitesPart::evidence`] of each part examines the pages, given the shared fingerprints, and
//!    [`judge`](super::judge::judge) decides for each fingerprint from the evidence of all sites.
//! 3. [`SitesPart::not_repeated`] of each part finds which of the fingerprints in the entries a site
//!    has without repeating them. [`ProfileEntry::if_elsewhere`] changes the entries of those.
//!
//! The entries are those that are learned from all documents at once. Documents without a site teach
//! nothing.
//!
//! [`ProfileEntry::if_elsewhere`]: super::profiles::ProfileEntry::if_elsewhere

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::counting::{self, Sharing, SharingSite, are_enough_to_share};
use super::examine::Examined;
use super::groups::TextGroups;
use super::judge::SiteEvidence;
use crate::catalog::{Catalog, DocNo, NO_SITE};
use crate::error::ReadError;
use crate::storage::buckets;

/// All documents of some sites.
pub struct SitesPart<'a> {
    groups: TextGroups<'a>,
    bytes_a_round: usize,
}

impl<'a> SitesPart<'a> {
    /// The documents of a catalog that have a site.
    ///
    /// About `bytes_a_round` bytes of fingerprints are held in memory at a time.
    pub fn new(catalog: &'a Catalog, bytes_a_round: usize) -> SitesPart<'a> {
        let documents: Vec<DocNo> = catalog
            .documents()
            .filter(|&doc| catalog.site(doc) != NO_SITE)
            .collect();
        SitesPart {
            groups: TextGroups::new(catalog, &documents),
            bytes_a_round,
        }
    }

    /// Finds each fingerprint that stands on enough pages of a site to be shared, once a site.
    ///
    /// # Errors
    /// When the fingerprints of documents cannot be read back.
    pub fn sharing_sites(&self) -> Result<Vec<SharingSite>, ReadError> {
        let firsts = self.groups.firsts();
        let found = buckets::each(
            &self.groups.catalog.repeats(&firsts),
            self.bytes_a_round,
            |&fingerprint| Some((fingerprint, ())),
            |bucket| counting::sharing_sites(&self.groups, bucket),
        )?;
        Ok(found.concat())
    }

    /// Evidence of each fingerprint that a site repeats or has on enough pages and shares, given
    /// the fingerprints that sites of all parts share.
    ///
    /// # Errors
    /// When the fingerprints of documents cannot be read back.
    pub fn evidence(&self, shared: &FxHashSet<u32>) -> Result<Vec<SiteEvidence>, ReadError> {
        let groups = &self.groups;
        let examined = Examined::new(groups, self.bytes_a_round, Sharing::Known(shared))?;
        let buckets = examined.counted.par_iter();
        let evidence = buckets.flat_map_iter(|bucket| {
            let repeats = bucket.fingerprints();
            repeats.flat_map(|of_one| examined.evidence(groups, bucket, of_one))
        });
        Ok(evidence.collect())
    }

    /// Finds those of some fingerprints that a site has and does not repeat.
    ///
    /// # Errors
    /// When the fingerprints of documents cannot be read back.
    pub fn not_repeated(&self, of: &FxHashSet<u32>) -> Result<Vec<u32>, ReadError> {
        let firsts = self.groups.firsts();
        let found = buckets::each(
            &self.groups.catalog.repeats(&firsts),
            self.bytes_a_round,
            |fingerprint| of.contains(fingerprint).then_some((*fingerprint, ())),
            |bucket| counting::not_repeated(&self.groups, bucket),
        )?;
        Ok(found.concat())
    }
}

/// Finds the fingerprints that several sites share. All sites of a fingerprint must be given.
pub fn shared(mut sites: Vec<SharingSite>) -> Vec<u32> {
    sites.par_sort_unstable();
    let fingerprints = sites.chunk_by(|x, y| x.fingerprint == y.fingerprint);
    let are_shared =
        |sites: &&[SharingSite]| are_enough_to_share(sites.iter().map(|site| site.pages));
    let shared = fingerprints.filter(are_shared);
    shared.map(|sites| sites[0].fingerprint).collect()
}

#[cfg(test)]
mod tests;
