//! Learns which text each site repeats.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::counting::BucketRepeats;
use super::groups::{PageGroupNo, TextGroups};
use super::placeholders;
use super::places::Places;
use super::profiles::{Profiles, key};
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
        let places = Places::find(&groups, &catalog.repeats(&firsts), &counted)?;

        let touched: Vec<AtomicBool> = (0..catalog.len()).map(|_| AtomicBool::new(false)).collect();
        let judge = |bucket: &BucketRepeats| {
            let mut learned = Vec::new();
            for of_one in bucket.fingerprints() {
                let verdicts = stories.judge(&groups, &places, bucket, of_one);
                let everywhere = verdicts.iter().flatten().find(|verdict| verdict.everywhere);
                for (repeat, verdict) in of_one.iter().zip(&verdicts) {
                    let Some(verdict) = verdict else { continue };
                    learned.push((key(repeat.site, repeat.fingerprint), verdict.repeated));
                    touch(&touched, &groups, bucket.holders_on_site(repeat));
                }
                if let Some(verdict) = everywhere {
                    // An entry for `NO_SITE` applies to every site.
                    learned.push((key(NO_SITE, of_one[0].fingerprint), verdict.repeated));
                    touch(&touched, &groups, bucket.holders_on_any(&of_one[0]));
                }
            }
            learned
        };
        let repeated = counted.par_iter().flat_map_iter(judge).collect();
        // Few texts are that short, and reading them again tells which are placeholders.
        for &doc in documents {
            if (1..=placeholders::MOST_WORDS).contains(&catalog.words(doc)) {
                touched[doc.0 as usize].store(true, Ordering::Relaxed);
            }
        }
        Ok(Profiles {
            repeated,
            touched: touched.into_iter().map(AtomicBool::into_inner).collect(),
            ..Profiles::default()
        })
    }
}

/// Marks the documents of groups as touched.
fn touch(touched: &[AtomicBool], groups: &TextGroups<'_>, holders: &[PageGroupNo]) {
    for &doc in holders.iter().flat_map(|&group| groups.documents(group)) {
        touched[doc.0 as usize].store(true, Ordering::Relaxed);
    }
}
