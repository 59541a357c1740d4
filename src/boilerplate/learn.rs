//! Learns which text each site repeats.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::counting::{BucketRepeats, SiteRepeat};
use super::groups::TextGroups;
use super::profiles::{Profiles, Repeated, key};
use super::stories::StoryGroups;
use crate::catalog::{Catalog, DocNo, NO_SITE};
use crate::error::ReadError;
use crate::storage::buckets;

impl Profiles {
    /// Learns from documents of a catalog. Nothing is learned from documents without a site.
    ///
    /// About `bytes_a_round` bytes of fingerprints are held in memory at a time.
    ///
    /// # Errors
    /// When the fingerprints of documents cannot be read back.
    pub fn learn(
        catalog: &Catalog,
        documents: &[DocNo],
        bytes_a_round: usize,
    ) -> Result<Profiles, ReadError> {
        let groups = TextGroups::new(catalog, documents);
        let firsts: Vec<DocNo> = groups.all().map(|group| groups.first(group)).collect();
        let counted = buckets::each(
            &catalog.repeats(&firsts),
            bytes_a_round,
            |&fingerprint| Some((fingerprint, ())),
            |bucket| BucketRepeats::count(&groups, bucket),
        )?;
        let stories = StoryGroups::find(&groups, &counted)?;

        let touched: Vec<AtomicBool> = (0..catalog.len()).map(|_| AtomicBool::new(false)).collect();
        let judge = |bucket: &BucketRepeats, repeat: &SiteRepeat| {
            let on_site = bucket.holders_on_site(repeat);
            let repeated = stories.judge(&groups, repeat, on_site)?;
            let everywhere = repeated == Repeated::OnManyPages;
            let holders = if everywhere {
                bucket.holders_on_any(repeat)
            } else {
                on_site
            };
            for &doc in holders.iter().flat_map(|&group| groups.documents(group)) {
                touched[doc.0 as usize].store(true, Ordering::Relaxed);
            }
            let entry = |site| (key(site, repeat.fingerprint), repeated);
            // An entry for `NO_SITE` applies to every site.
            Some([Some(entry(repeat.site)), everywhere.then(|| entry(NO_SITE))])
        };
        let repeated = counted
            .par_iter()
            .flat_map_iter(|bucket| bucket.repeats.iter().map(move |repeat| (bucket, repeat)))
            .filter_map(|(bucket, repeat)| judge(bucket, repeat))
            .flatten_iter()
            .flatten_iter()
            .collect();
        Ok(Profiles {
            repeated,
            touched: touched.into_iter().map(AtomicBool::into_inner).collect(),
            ..Profiles::default()
        })
    }
}
