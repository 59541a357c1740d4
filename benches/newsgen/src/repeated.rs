//! Pages that a site repeats: hot pages, one page under many urls, pages of one template.

use crate::corpus::{Corpus, Draft, Finished};
use crate::draw::{Draw, mix};
use crate::prose::{Facts, Language};
use crate::record::{Holding, Kind, Made, StoryNumber};
use crate::scripts::Script;
use crate::sites::{self, SiteNumber};

/// The site of the hot pages.
const HOT_SITE: SiteNumber = 5;
/// Shared words of the skeleton, its gaps, and the words of a gap. 40 of about 440 words are a
/// page's own. Each gap costs 14 shingles, so two pages have a Jaccard of about .78.
const SKELETON_WORDS: usize = 400;
const SKELETON_GAPS: usize = 4;
const SKELETON_GAP_WORDS: usize = 10;

/// Index of the first page of the skeleton in [`Corpus::firsts`], after those of the hot pages.
pub(crate) const SKELETON_FAMILY: usize = HOT_PAGES.len();

/// Title and text of the hot pages.
pub(crate) const HOT_PAGES: [(&str, &str); 2] = [
    (
        "Sign in to continue",
        "Sign in to continue reading\n\nYou have reached your limit of free articles for this \
         month. To keep reading, sign in to your account or choose a subscription. Subscribers \
         get every story, the print replica, and our weekend magazine.\n\nEmail address. \
         Password. Remember me on this device. Forgot your password? We'll send you a link to \
         choose a new one.\n\nNew here? Create a free account in less than a minute. We never \
         share your address, and you can leave whenever you like. By continuing you agree to the \
         terms of service and the privacy policy, and you confirm that you are at least sixteen \
         years old.\n\nNeed help? Our customer service desk answers on weekdays from 8 a.m. to 6 \
         p.m.",
    ),
    (
        "This page is no longer available",
        "We can't find that page\n\nThe story you are looking for may have moved, or its license \
         may have expired. Stories from our partners are taken down after thirty days.\n\nTry the \
         search box at the top of this page, go back to the home page, or browse today's most \
         read stories in news, politics, business and sports. If you followed a link from another \
         site, please let its editors know that the address has changed.",
    ),
];

/// Writes the paragraphs that all pages of the skeleton share.
pub(crate) fn skeleton(language: &Language, seed: u64) -> Vec<String> {
    let mut draw = Draw::new(seed, mix(0x5ce1));
    let facts = Facts::new(language, u64::MAX, 0);
    language.paragraphs(&facts, Script::Plain, SKELETON_WORDS, &mut draw)
}

impl Corpus<'_> {
    pub(crate) fn hot(&mut self, number: u64, draw: &mut Draw) -> Made {
        // Three of four are sign-in pages.
        let family = usize::from(draw.chance(0.25));
        let (title, text) = HOT_PAGES[family];
        let mut body = text.to_owned();
        if draw.chance(0.4) {
            let session = draw.bits() & 0xff_ffff;
            body += &format!(
                "\n\nReference: {session:06x}, {} articles left this month.",
                draw.below(5)
            );
        }
        let second = sites::second_of(number, draw);
        let draft = Draft {
            kind: Kind::Hot,
            // Error pages come from the publishing system that many sites use.
            site: if self.has_traps() && family == 1 {
                self.any_site(draw)
            } else {
                HOT_SITE
            },
            second,
            url: None,
            title: title.to_owned(),
            author: String::new(),
            script: Script::Plain,
            body,
            curly: Some(false),
            dressed: false,
        };
        self.repeated(number, family, draft, draw)
    }

    /// Makes a page of a family. Its only pair is with the first page of the family.
    fn repeated(&mut self, number: u64, family: usize, draft: Draft, draw: &mut Draw) -> Made {
        let kind = draft.kind;
        let (document, Finished { page, .. }) = self.finish(number, draft, draw);
        let first = self.firsts[family].as_ref();
        let pairs = first.iter().map(|first| first.pair(&page, kind)).collect();
        let story = StoryNumber::Page(kind, family);
        let holdings = vec![Holding::of_page(&document, &page, kind, story, first)];
        self.firsts[family].get_or_insert_with(|| page.without_text());
        Made {
            document,
            pairs,
            holdings,
            kind,
        }
    }

    pub(crate) fn one_page(&mut self, number: u64, draw: &mut Draw) -> Made {
        let mut same = Draw::new(self.spec.seed, mix(0x01e9));
        let (mut draft, _) = self.own(0, 0, Script::Plain, &mut same);
        draft.kind = Kind::OnePage;
        draft.site = self.any_site(draw);
        draft.second = sites::second_of(number, draw);
        draft.curly = Some(false);
        draft.dressed = false;
        self.repeated(number, 0, draft, draw)
    }

    pub(crate) fn skeleton(&mut self, number: u64, draw: &mut Draw) -> Made {
        let facts = Facts::new(&self.language, number, number);
        let mut parts = Vec::with_capacity(self.skeleton.len() + SKELETON_GAPS);
        let step = self.skeleton.len().div_ceil(SKELETON_GAPS);
        for (i, paragraph) in self.skeleton.iter().enumerate() {
            if i % step == 0 {
                parts.push(self.language.line(&facts, SKELETON_GAP_WORDS, draw));
            }
            parts.push(paragraph.clone());
        }
        let draft = Draft {
            kind: Kind::Skeleton,
            site: HOT_SITE,
            second: sites::second_of(number, draw),
            url: None,
            title: self.language.title(&facts, Script::Plain, draw),
            author: String::new(),
            script: Script::Plain,
            body: parts.join("\n\n"),
            curly: None,
            dressed: false,
        };
        self.repeated(number, SKELETON_FAMILY, draft, draw)
    }
}
