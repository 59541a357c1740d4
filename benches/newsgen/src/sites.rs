//! Invented sites: their urls, dates, bylines, quotation marks, and the chrome around their
//! articles.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;

use crate::draw::{Draw, mix};
use crate::prose::Language;

/// Reporters of a site.
const STAFF: u64 = 40;
const SECTIONS: [&str; 8] = [
    "news", "politics", "business", "sports", "world", "local", "health", "opinion",
];
/// 2026-01-05 00:00:00 UTC, in seconds since 1970.
const FIRST_SECOND: u64 = 1_767_571_200;
/// Seconds between the documents of all sites together: 4,320 a day.
const PACE: u64 = 20;

/// Share of pages with each piece of chrome, before the factor of the site. With pieces of 10 to 60
/// words this gives about 1 % of all words. In main text extracted from real pages it is 0.7 to
/// 1.9 %, depending on the extraction rule.
const HEADER: f64 = 0.08;
const NEWSLETTER: f64 = 0.07;
const RELATED: f64 = 0.05;
const FOOTER: f64 = 0.13;

/// One invented site.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) domain: &'static str,
    name: &'static str,
    /// Scheme and host name before the domain in its urls.
    host: &'static str,
    style: UrlStyle,
    /// True for typographic quotation marks and apostrophes, false for typewriter ones.
    pub(crate) curly: bool,
    /// Hours behind UTC; 0 prints `Z`.
    behind: u64,
    /// Factor for the shares of chrome above.
    chrome: f64,
    /// Share of pages, in percent.
    weight: usize,
    layout: Layout,
}

/// Layout of the pages of a site.
#[derive(Clone, Copy, Debug)]
enum Layout {
    /// Random pieces of chrome.
    Usual,
    /// A word or two of chrome above and a line below, on every page.
    Short,
    /// 200 words of chrome on every page, more than many articles have.
    Long,
    /// Navigation entries in a different order on every page, and changing headlines.
    Shuffled,
    /// Legal text of the owner, the same on all sites of the group.
    Group,
    /// A sign-in prompt below the free part of the article.
    Metered,
    /// Chrome of a site with only three pages.
    Tiny,
}

#[derive(Clone, Copy, Debug)]
enum UrlStyle {
    DatedHtml,
    Sectioned,
    StoryNumber,
    Query,
}

#[rustfmt::skip]
static SITES: [Site; 11] = [
    Site {
        domain: "dailyharbor.example", name: "The Daily Harbor", host: "https://www.",
        style: UrlStyle::DatedHtml, curly: true, behind: 5, chrome: 1.0,
        weight: 18, layout: Layout::Usual,
    },
    Site {
        domain: "northvalleypost.example", name: "North Valley Post", host: "https://www.",
        style: UrlStyle::Sectioned, curly: true, behind: 8, chrome: 2.0,
        weight: 14, layout: Layout::Usual,
    },
    Site {
        domain: "metrowire.example", name: "Metro Wire", host: "https://",
        style: UrlStyle::StoryNumber, curly: false, behind: 0, chrome: 0.3,
        weight: 13, layout: Layout::Usual,
    },
    Site {
        domain: "lakecountytimes.example", name: "Lake County Times", host: "http://www.",
        style: UrlStyle::DatedHtml, curly: false, behind: 6, chrome: 1.5,
        weight: 11, layout: Layout::Usual,
    },
    Site {
        domain: "thecapitolledger.example", name: "The Capitol Ledger", host: "https://www.",
        style: UrlStyle::Sectioned, curly: true, behind: 5, chrome: 1.0,
        weight: 10, layout: Layout::Usual,
    },
    Site {
        domain: "channelsix.example", name: "Channel Six", host: "https://news.",
        style: UrlStyle::Query, curly: false, behind: 5, chrome: 2.5,
        weight: 9, layout: Layout::Usual,
    },
    Site {
        domain: "eastcoastcourier.example", name: "East Coast Courier", host: "https://www.",
        style: UrlStyle::DatedHtml, curly: true, behind: 5, chrome: 0.5,
        weight: 8, layout: Layout::Usual,
    },
    Site {
        domain: "prairiestar.example", name: "Prairie Star", host: "https://www.",
        style: UrlStyle::Sectioned, curly: false, behind: 6, chrome: 1.0,
        weight: 6, layout: Layout::Usual,
    },
    Site {
        domain: "globalbrief.example", name: "Global Brief", host: "https://m.",
        style: UrlStyle::StoryNumber, curly: true, behind: 0, chrome: 0.0,
        weight: 5, layout: Layout::Usual,
    },
    Site {
        domain: "mountainherald.example", name: "Mountain Herald", host: "http://",
        style: UrlStyle::DatedHtml, curly: false, behind: 7, chrome: 1.0,
        weight: 4, layout: Layout::Usual,
    },
    Site {
        domain: "citypulse.example", name: "City Pulse", host: "https://www.",
        style: UrlStyle::Sectioned, curly: true, behind: 0, chrome: 0.7,
        weight: 2, layout: Layout::Usual,
    },
];

/// The sites of [`Profile::Traps`](crate::Profile::Traps), numbered on.
#[rustfmt::skip]
static MORE_SITES: [Site; 12] = [
    Site {
        domain: "teaserpost.example", name: "Teaser Post", host: "https://www.",
        style: UrlStyle::DatedHtml, curly: true, behind: 5, chrome: 1.0,
        weight: 0, layout: Layout::Usual,
    },
    Site {
        domain: "meteredmail.example", name: "The Metered Mail", host: "https://www.",
        style: UrlStyle::Sectioned, curly: true, behind: 5, chrome: 0.0,
        weight: 0, layout: Layout::Metered,
    },
    Site {
        domain: "longbeacon.example", name: "The Long Beacon", host: "https://www.",
        style: UrlStyle::DatedHtml, curly: true, behind: 6, chrome: 0.0,
        weight: 0, layout: Layout::Long,
    },
    Site {
        domain: "shortline.example", name: "Shortline", host: "https://",
        style: UrlStyle::StoryNumber, curly: false, behind: 0, chrome: 0.0,
        weight: 0, layout: Layout::Short,
    },
    Site {
        domain: "shuffle.example", name: "Shuffle News", host: "https://www.",
        style: UrlStyle::Query, curly: false, behind: 8, chrome: 0.0,
        weight: 0, layout: Layout::Shuffled,
    },
    Site {
        domain: "groupeast.example", name: "Group East", host: "https://www.",
        style: UrlStyle::Sectioned, curly: true, behind: 5, chrome: 0.5,
        weight: 0, layout: Layout::Group,
    },
    Site {
        domain: "groupwest.example", name: "Group West", host: "https://www.",
        style: UrlStyle::Sectioned, curly: false, behind: 8, chrome: 0.5,
        weight: 0, layout: Layout::Group,
    },
    Site {
        domain: "groupsouth.example", name: "Group South", host: "https://www.",
        style: UrlStyle::DatedHtml, curly: true, behind: 6, chrome: 0.5,
        weight: 0, layout: Layout::Group,
    },
    Site {
        domain: "tinyone.example", name: "Tiny One", host: "https://",
        style: UrlStyle::StoryNumber, curly: false, behind: 5, chrome: 0.0,
        weight: 0, layout: Layout::Tiny,
    },
    Site {
        domain: "tinytwo.example", name: "Tiny Two", host: "https://",
        style: UrlStyle::StoryNumber, curly: true, behind: 5, chrome: 0.0,
        weight: 0, layout: Layout::Tiny,
    },
    Site {
        domain: "tinythree.example", name: "Tiny Three", host: "https://",
        style: UrlStyle::Sectioned, curly: false, behind: 5, chrome: 0.0,
        weight: 0, layout: Layout::Tiny,
    },
    Site {
        domain: "tinyfour.example", name: "Tiny Four", host: "https://",
        style: UrlStyle::Sectioned, curly: true, behind: 5, chrome: 0.0,
        weight: 0, layout: Layout::Tiny,
    },
];
/// Numbers of the sites of [`Profile::Dense`](crate::Profile::Dense).
pub(crate) const SYNDICATED_SITES: Range<SiteNumber> =
    SITES.len() + MORE_SITES.len()..SITES.len() + MORE_SITES.len() + 948;
pub(crate) const SITE_COUNT: usize = SYNDICATED_SITES.end;
/// Sites with awkward chrome, and those of three pages.
pub(crate) const TRAP_SITES: Range<SiteNumber> = SITES.len()..SITES.len() + 8;
pub(crate) const TINY_SITES: Range<SiteNumber> = TRAP_SITES.end..SYNDICATED_SITES.start;

/// Chrome of the layouts; `@` is the site's name.
const LONG_ABOVE: &str = "@ Home News Politics Business Markets Sports Scores Opinion Letters \
    Obituaries Weather Traffic Jobs Homes Cars Puzzles Comics Events Newsletters Podcasts Video \
    Photos Archive Store Subscribe Sign In\n\nYou are reading the free edition of @. Members read \
    without limits, hear every article read aloud, and get the weekend magazine at their door. \
    Become a member today and pay one dollar for the first six months.";
const LONG_BELOW: &str = "About @\n\n@ has reported from this region since 1887. Our newsroom of \
    forty reporters works from three offices and owes nothing to anybody but its readers. We \
    correct mistakes promptly: write to the standards editor, who answers every letter.\n\nThis \
    site uses cookies to remember your choices, to measure how many readers an article finds, and \
    to show you advertising that may be of interest. You can change your mind at any time in the \
    privacy centre. By going on reading you agree to our terms of service, our privacy policy and \
    our rules for comments.\n\nContact us. Advertise with us. Careers at @. Printing and delivery. \
    Accessibility. Site map. Do not sell my personal information. All rights reserved.";
const ENTRIES: [&str; 24] = [
    "Home",
    "Latest headlines",
    "Politics",
    "Business today",
    "Markets",
    "Sports",
    "High school",
    "Opinion",
    "Letters to us",
    "Obituaries",
    "Weather radar",
    "Traffic",
    "Jobs board",
    "Real estate",
    "Puzzles",
    "Comics page",
    "Events near you",
    "Newsletters",
    "Podcasts",
    "Video",
    "Photo galleries",
    "Archive",
    "Manage subscription",
    "Sign in",
];
const GROUP: &str = "This publication is part of the Compass Media Group, a family of forty-one \
    local titles. The views expressed by columnists are their own. Compass Media Group and its \
    partners may receive compensation for some links to products and services on this website. To \
    request a licence for this article, or to report an error that our editors have overlooked, \
    contact the group's reader service desk by telephone on weekdays.";
const METERED: &str = "To continue reading, sign in\n\nThis article is for subscribers of @. Sign \
    in with your email address and password, or choose a plan to read on: digital for four dollars \
    a week, digital and weekend paper for seven, every day for eleven. Cancel at any time, no \
    questions asked.\n\nAlready a subscriber of the printed paper? Link your account number, which \
    stands on your last bill, and digital reading is free. Having trouble? Our help desk answers \
    from six in the morning until nine at night.";
const TINY: &str = "@ is written, edited and paid for by two neighbours who were tired of not \
    knowing what the town board was up to. If you saw something, or heard something, or think that \
    we got something wrong, write to the address above or stop us at the bakery. Nothing on these \
    pages may be used for the training of machines without asking first.";

/// Number of a site.
pub(crate) type SiteNumber = usize;

pub(crate) fn site(number: SiteNumber) -> &'static Site {
    /// The sites of [`SYNDICATED_SITES`]. Their names are never freed.
    static SYNDICATED: LazyLock<Vec<Site>> = LazyLock::new(|| {
        let numbers = 1..=SYNDICATED_SITES.len();
        numbers
            .map(|number| Site {
                domain: format!("townpaper{number}.example").leak(),
                name: format!("Town Paper {number}").leak(),
                ..SITES[number % SITES.len()]
            })
            .collect()
    });
    match number.checked_sub(SYNDICATED_SITES.start) {
        Some(syndicated) => &SYNDICATED[syndicated],
        None => SITES
            .get(number)
            .unwrap_or_else(|| &MORE_SITES[number - SITES.len()]),
    }
}

/// Draws a site by its weight.
pub(crate) fn any_site(draw: &mut Draw) -> SiteNumber {
    let total = SITES.iter().map(|s| s.weight).sum();
    let mut at = draw.below(total);
    SITES
        .iter()
        .position(|site| {
            let here = at < site.weight;
            at = at.saturating_sub(site.weight);
            here
        })
        .unwrap_or(0)
}

/// Publication time of document `number`, in seconds since 1970. It grows with the number, plus a
/// random part of up to six hours.
pub(crate) fn second_of(number: u64, draw: &mut Draw) -> u64 {
    FIRST_SECOND + number * PACE + draw.below(6 * 3_600) as u64
}

impl Site {
    /// Formats a time as RFC 3339 in the offset of the site.
    pub(crate) fn date(&self, second: u64) -> String {
        let local = second - self.behind * 3_600;
        let (year, month, day) = civil(local / 86_400);
        let (hour, minute, second) = (local / 3_600 % 24, local / 60 % 60, local % 60);
        let mut date = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if self.behind == 0 {
            date.push('Z');
        } else {
            // Writing to a string cannot fail.
            let _ = write!(date, "-{:02}:00", self.behind);
        }
        date
    }

    /// Makes the url of an article; `number` makes it unique.
    pub(crate) fn url(&self, title: &str, second: u64, number: u64, draw: &mut Draw) -> String {
        let (host, domain) = (self.host, self.domain);
        let slug = slug(title);
        let section = draw.pick(&SECTIONS);
        let (year, month, day) = civil((second - self.behind * 3_600) / 86_400);
        match self.style {
            UrlStyle::DatedHtml => {
                format!("{host}{domain}/{year:04}/{month:02}/{day:02}/{slug}-{number}.html")
            }
            UrlStyle::Sectioned => format!("{host}{domain}/{section}/{slug}-{number}/"),
            UrlStyle::StoryNumber => format!("{host}{domain}/story/{number}/{slug}"),
            UrlStyle::Query => format!("{host}{domain}/{section}/story?id={number}&t={slug}"),
        }
    }

    /// Draws one of the reporters of the site.
    pub(crate) fn reporter(&self, language: &Language, draw: &mut Draw) -> String {
        let number = draw.rank(STAFF.ilog2() as usize + 1) % STAFF;
        let mut own = Draw::new(
            mix(self.domain.len() as u64 ^ mix(self.weight as u64)),
            mix(number),
        );
        language.byline(&mut own)
    }

    /// Puts the chrome of the site around the body of an article. `recent` are titles of the latest
    /// articles of the site.
    pub(crate) fn dress(
        &self,
        body: &str,
        recent: &[String],
        scale: f64,
        draw: &mut Draw,
    ) -> String {
        let name = self.name;
        let (above, below) = match self.layout {
            Layout::Usual => return self.dress_by_chance(body, recent, scale, draw),
            Layout::Short => (
                format!("{name} | Live"),
                format!("Thanks for reading {name}. Tell a friend."),
            ),
            Layout::Long => (LONG_ABOVE.replace('@', name), LONG_BELOW.replace('@', name)),
            Layout::Shuffled => {
                let mut entries: Vec<&str> = ENTRIES.to_vec();
                for last in (1..entries.len()).rev() {
                    entries.swap(last, draw.below(last + 1));
                }
                let headlines = &recent[..recent.len().min(5)];
                (
                    entries.join("\n\n"),
                    format!("Most read on {name}\n\n{}", headlines.join("\n\n")),
                )
            }
            Layout::Group => {
                let text = self.dress_by_chance(body, recent, scale, draw);
                if draw.chance(0.7) {
                    return format!("{text}\n\n{GROUP}");
                }
                return text;
            }
            Layout::Metered => (String::new(), METERED.replace('@', name)),
            Layout::Tiny => (
                format!("{name} Home About Contact Archive"),
                TINY.replace('@', name),
            ),
        };
        let parts = [above.as_str(), body, below.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n\n")
    }

    fn dress_by_chance(
        &self,
        body: &str,
        recent: &[String],
        scale: f64,
        draw: &mut Draw,
    ) -> String {
        let name = self.name;
        let factor = self.chrome * scale;
        let mut text = String::with_capacity(body.len() + 256);
        if draw.chance(HEADER * factor) {
            let _ = write!(
                text,
                "{name} Home News Politics Business Sports Opinion Obituaries Subscribe \
                 Sign In\n\n"
            );
        }
        let newsletter = draw.chance(NEWSLETTER * factor);
        match body.find("\n\n").filter(|_| newsletter) {
            Some(end) => {
                text.push_str(&body[..end]);
                text.push_str("\n\n");
                text.push_str(&self.newsletter());
                text.push_str(&body[end..]);
            }
            None => text.push_str(body),
        }
        if draw.chance(RELATED * factor) && !recent.is_empty() {
            let _ = write!(text, "\n\nMore from {name}:");
            for _ in 0..draw.between(2, 5) {
                text.push_str("\n\n");
                text.push_str(&recent[draw.below(recent.len())]);
            }
        }
        if draw.chance(FOOTER * factor) {
            text.push_str("\n\n");
            text.push_str(&self.footer());
        }
        text
    }

    /// Text of the box that invites to the newsletter of the site.
    fn newsletter(&self) -> String {
        let name = self.name;
        match self.weight % 3 {
            0 => format!(
                "Sign up for the {name} morning newsletter: the stories that matter, in \
                 your inbox by 7 a.m. every weekday. By signing up you agree to our terms \
                 of use and privacy policy."
            ),
            1 => format!(
                "Get the latest from {name} delivered free. Enter your email address \
                 below. You may occasionally receive promotional content from {name} and \
                 its partners, and you can leave at any time."
            ),
            _ => format!(
                "Download the {name} app for breaking news alerts, weather and traffic near you."
            ),
        }
    }

    /// Text at the end of a page of the site.
    fn footer(&self) -> String {
        let name = self.name;
        match self.weight % 4 {
            0 => format!(
                "Copyright 2026 {name}. All rights reserved. This material may not be \
                 published, broadcast, rewritten or redistributed without permission. Follow \
                 {name} on social media and tell us what you think of this story."
            ),
            1 => format!(
                "Have a tip or a correction? Write to the newsroom of {name} at tips@{}. \
                 Share this article. Print. Comments are closed on this story.",
                self.domain
            ),
            2 => format!(
                "Support local journalism. Subscribe to {name} today and read without limits for \
                 one dollar."
            ),
            _ => format!(
                "{name} is an independent newsroom and may earn a commission from links on \
                 this page. Offers are subject to change. Read our ethics policy and our \
                 privacy notice, or manage your cookie choices at any time from the foot of \
                 every page of this site."
            ),
        }
    }
}

/// Replaces apostrophes with typographic ones, or quotation marks with typewriter ones.
pub(crate) fn set_quotes(text: &str, curly: bool) -> String {
    if curly {
        text.replace('\'', "’")
    } else {
        text.replace(['“', '”'], "\"")
    }
}

fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for letter in title.chars().take(60) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "article".to_owned()
    } else {
        slug.to_owned()
    }
}

/// Returns year, month and day of a day since 1970 (Hinnant, "chrono-compatible low-level date
/// algorithms", `civil_from_days`).
fn civil(day: u64) -> (u64, u64, u64) {
    let z = day + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (
        yoe + era * 400 + u64::from(month <= 2),
        month,
        doy - (153 * mp + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(19_782), (2024, 2, 29));
        assert_eq!(SITES[2].date(FIRST_SECOND), "2026-01-05T00:00:00Z");
        assert_eq!(SITES[0].date(FIRST_SECOND), "2026-01-04T19:00:00-05:00");
    }

    #[test]
    fn weights_are_percentages() {
        assert_eq!(SITES.iter().map(|s| s.weight).sum::<usize>(), 100);
    }
}
