//! Syndication as it is: stories that hundreds of sites run, in waves that overlap.

use crate::corpus::{Article, Corpus, Draft, lag};
use crate::draw::Draw;
use crate::edits;
use crate::prose::Facts;
use crate::record::{Kind, Made};
use crate::sites::{self, SYNDICATED_SITES, SiteNumber};

/// Share of documents that are copies of a syndicated story.
const COPIES: f64 = 0.3;
/// Most copies of a story.
const MOST_COPIES: usize = 400;
/// Stories whose copies appear at the same time.
const RUNNING: usize = 16;
/// Share of copies without an edit of the text.
const UNEDITED: f64 = 0.25;
/// Jaccard values that edited copies aim at, in percent (inclusive).
const AIM: (usize, usize) = (50, 99);

/// A story whose copies are appearing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunningStory {
    /// Its place in the window, which it keeps until its last copy.
    pub(crate) slot: usize,
    copies_left: usize,
}

/// Draws the number of copies of a story. The number of stories with at least n copies falls as
/// n^-4/3.
fn copies(draw: &mut Draw) -> usize {
    loop {
        let root = (1.0 / (1.0 - draw.unit())).sqrt();
        let copies = (root * root.sqrt()) as usize;
        if copies <= MOST_COPIES {
            return copies;
        }
    }
}

/// Draws a site; few have many pages, most have few.
pub(crate) fn any_site(draw: &mut Draw) -> SiteNumber {
    let below = draw.below(SYNDICATED_SITES.len()) + 1;
    SYNDICATED_SITES.start + draw.below(below)
}

impl Corpus<'_> {
    /// Makes a document of [`Profile::Dense`](crate::Profile::Dense).
    pub(crate) fn dense(&mut self, number: u64, draw: &mut Draw) -> Made {
        if self.window.len() < RUNNING || !draw.chance(COPIES) {
            return self.news(number, draw);
        }
        let at = draw.below(RUNNING);
        if at >= self.running.len() {
            let slot = self.source(draw);
            let copies_left = copies(draw);
            self.running.push(RunningStory { slot, copies_left });
        }
        let at = at.min(self.running.len() - 1);
        let story = self.running[at];
        if story.copies_left == 1 {
            self.running.swap_remove(at);
        } else {
            self.running[at].copies_left -= 1;
        }
        self.syndicated(number, story.slot, draw)
    }

    /// Makes a copy of the article in `slot` on another site.
    fn syndicated(&mut self, number: u64, slot: usize, draw: &mut Draw) -> Made {
        let source = &self.window[slot];
        let (kind, target, body) = match draw.chance(UNEDITED) {
            true => (Kind::Exact, 1.0, source.page.body.clone()),
            false => {
                let target = draw.between(AIM.0, AIM.1) as f64 / 100.0;
                (Kind::Near, target, self.edited(source, target, draw))
            }
        };
        let site = self.site_away_from(source.page.site, draw);
        let draft = Draft {
            kind,
            site,
            second: source.page.second + lag(draw),
            url: None,
            title: source.title.clone(),
            author: match source.wire {
                Some(_) => source.author.clone(),
                None => sites::site(site).reporter(&self.language, draw),
            },
            script: source.script,
            body,
            curly: (!draw.chance(self.spec.requoted)).then_some(source.curly),
            dressed: true,
        };
        let wire = source.wire;
        let (mut document, mut finished) = self.finish(number, draft, draw);
        self.tag(&mut document, &mut finished.page, wire, draw);
        self.copied(slot, number, document, finished.page, Some(target), kind)
    }

    fn edited(&self, source: &Article, target: f64, draw: &mut Draw) -> String {
        let facts = Facts::new(&self.language, source.event, source.page.number);
        let body = &source.page.body;
        edits::near(&self.language, body, &facts, source.script, target, draw)
    }
}
