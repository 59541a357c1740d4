//! Examines the pages of sites for evidence of what they repeat.

use super::counting::{BucketRepeats, Sharing, SiteRepeat};
use super::groups::TextGroups;
use super::judge::SiteEvidence;
use super::places::Places;
use super::stories::{StoryGroups, count_notices};
use crate::error::ReadError;
use crate::storage::buckets;

/// The pages of sites, examined: all that is evidence of what they repeat.
pub(super) struct Examined {
    pub(super) counted: Vec<BucketRepeats>,
    stories: StoryGroups,
    places: Places,
}

impl Examined {
    /// Examines the pages of groups.
    pub(super) fn new(
        groups: &TextGroups<'_>,
        bytes_a_round: usize,
        sharing: Sharing<'_>,
    ) -> Result<Examined, ReadError> {
        let firsts = groups.firsts();
        let counted = buckets::each(
            &groups.catalog.repeats(&firsts),
            bytes_a_round,
            |&fingerprint| Some((fingerprint, ())),
            |bucket| BucketRepeats::count(groups, bucket, sharing),
        )?;
        Ok(Examined {
            stories: StoryGroups::find(groups, &counted)?,
            places: Places::find(groups, &groups.catalog.repeats(&firsts), &counted)?,
            counted,
        })
    }

    /// Evidence of each of some repeats of a bucket.
    pub(super) fn evidence(
        &self,
        groups: &TextGroups<'_>,
        bucket: &BucketRepeats,
        repeats: &[SiteRepeat],
    ) -> Vec<SiteEvidence> {
        let of_repeat = |repeat: &SiteRepeat| {
            let holders = bucket.holders_on_site(repeat);
            SiteEvidence {
                fingerprint: repeat.fingerprint,
                site: repeat.site,
                site_pages: groups.site_pages(repeat.site),
                stories: self.stories.count(groups, repeat, holders),
                notices: count_notices(groups, holders),
                at_ends: self.places.share_at_ends(repeat, holders.len()),
            }
        };
        repeats.iter().map(of_repeat).collect()
    }
}
