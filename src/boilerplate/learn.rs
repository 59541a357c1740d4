//! Learns which text each site repeats.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::counting::{BucketRepeats, Sharing};
use super::examine::Examined;
use super::groups::{PageGroupNo, TextGroups};
use super::judge::judge;
use super::placeholders;
use super::profiles::{ProfileEntry, Profiles, key};
use crate::catalog::{Catalog, DocNo};
use crate::error::ReadError;

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
        let examined = Examined::new(&groups, bytes_a_round, Sharing::Counted)?;

        let touched: Vec<AtomicBool> = (0..catalog.len()).map(|_| AtomicBool::new(false)).collect();
        let learn_bucket = |bucket: &BucketRepeats| {
            let mut learned = Vec::new();
            for of_one in bucket.fingerprints() {
                let elsewhere = of_one[0].elsewhere;
                for entry in judge(&examined.evidence(&groups, bucket, of_one)) {
                    let entry = if elsewhere {
                        entry.if_elsewhere()
                    } else {
                        Some(entry)
                    };
                    let Some(ProfileEntry {
                        site,
                        fingerprint,
                        repeated,
                    }) = entry
                    else {
                        continue;
                    };
                    learned.push((key(site, fingerprint), repeated));
                    touch(&touched, &groups, bucket.holders(of_one, site));
                }
            }
            learned
        };
        let repeated = examined
            .counted
            .par_iter()
            .flat_map_iter(learn_bucket)
            .collect();
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
