//! Decides from what the pages of all sites show of a fingerprint if it is repeated, and how.

use super::limits::{
    FEWEST_NOTICE_SITES, FEWEST_SHARED_STORIES, PLACED, PLACED_SHARED, SHARED_STORIES, SiteLimits,
};
use super::profiles::{ProfileEntry, Repeated};
use crate::catalog::{NO_SITE, SiteNo};

/// What the pages of a site show about a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SiteEvidence {
    /// The fingerprint.
    pub fingerprint: u32,
    /// The site.
    pub site: SiteNo,
    /// Number of pages of the site, on which its limits depend.
    pub site_pages: usize,
    /// Stories of the site that have the fingerprint, counted up to the number that is very many.
    pub stories: usize,
    /// Pages with it that are as short as a notice of a system that several sites share, counted up
    /// to [`FEWEST_SHARED_STORIES`].
    pub notices: usize,
    /// Share of the pages with it on which it stands at the beginning or the end.
    pub at_ends: f64,
}

impl SiteEvidence {
    fn is_placed(&self) -> bool {
        self.at_ends >= PLACED
    }

    fn may_be_shared(&self) -> bool {
        self.at_ends >= PLACED_SHARED && self.stories >= FEWEST_SHARED_STORIES
    }

    fn is_noticed(&self) -> bool {
        self.is_placed() && self.notices >= FEWEST_SHARED_STORIES
    }
}

/// What was learned of a fingerprint on a site.
struct Verdict {
    repeated: Repeated,
    /// True if the text is boilerplate on every site.
    everywhere: bool,
}

/// Decides on which sites one fingerprint is repeated, from the evidence of all sites in order of
/// their names. An entry for [`NO_SITE`] applies to every site.
///
/// The entries are those of a text that no site has without repeating it;
/// [`ProfileEntry::if_elsewhere`] changes them.
pub fn judge(evidence: &[SiteEvidence]) -> Vec<ProfileEntry> {
    let sharing = evidence.iter().filter(|on_site| on_site.may_be_shared());
    let (sites, stories) = sharing.fold((0, 0), |(sites, stories), on_site| {
        (sites + 1, stories + on_site.stories)
    });
    let noticed = evidence.iter().filter(|on_site| on_site.is_noticed());
    let shared = if noticed.count() >= FEWEST_NOTICE_SITES {
        |on_site: &SiteEvidence| on_site.notices
    } else if sites > 1 && stories >= SHARED_STORIES {
        |on_site: &SiteEvidence| on_site.stories
    } else {
        |_: &SiteEvidence| 0
    };
    let (mut entries, mut everywhere) = (Vec::new(), None);
    for on_site in evidence {
        let Some(verdict) = on_site_verdict(on_site, shared(on_site)) else {
            continue;
        };
        let entry = ProfileEntry {
            site: on_site.site,
            fingerprint: on_site.fingerprint,
            repeated: verdict.repeated,
        };
        entries.push(entry);
        if verdict.everywhere {
            everywhere.get_or_insert(ProfileEntry {
                site: NO_SITE,
                ..entry
            });
        }
    }
    entries.extend(everywhere);
    entries
}

fn on_site_verdict(on_site: &SiteEvidence, shared: usize) -> Option<Verdict> {
    let limits = SiteLimits::for_pages(on_site.site_pages);
    let (stories, is_placed) = (on_site.stories, on_site.is_placed());
    if stories >= limits.many_stories {
        return Some(Verdict {
            repeated: Repeated::InManyStories,
            everywhere: true,
        });
    }
    let everywhere = is_placed && shared >= FEWEST_SHARED_STORIES;
    if everywhere || is_placed && stories >= limits.fewest_stories || stories >= limits.most_pages {
        return Some(Verdict {
            repeated: Repeated::AtEndsOnlyHere,
            everywhere,
        });
    }
    (stories >= limits.fewest_stories).then_some(Verdict {
        repeated: Repeated::AnywhereInOwnStories,
        everywhere: false,
    })
}
