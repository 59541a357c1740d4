//! Documents that fool a detector of copies, and sites with chrome that looks like news.
//!
//! Each trap is a function that makes one document. [`MIX`] has the share of each.

use crate::corpus::{Agency, Corpus, Draft, Finished, agency, lag};
use crate::draw::{Draw, mix};
use crate::edits;
use crate::prose::{Facts, cut_to_words};
use crate::record::{DocPair, Document, Holding, Kind, Made, Page, StoryNumber};
use crate::scripts::Script;
use crate::shingles::count_words;
use crate::sites::{self, SiteNumber, TINY_SITES, TRAP_SITES};

/// Share of documents of each trap, in thousandths. The rest are distinct articles.
const MIX: [(Trap, usize); 18] = [
    (Trap::Digest, 50),
    (Trap::Briefs, 50),
    (Trap::Recopied, 30),
    (Trap::Near, 90),
    (Trap::Exact, 60),
    (Trap::Stripped, 30),
    (Trap::Excerpt, 50),
    (Trap::Event, 20),
    (Trap::Rerun, 60),
    (Trap::Captured, 40),
    (Trap::Metered, 30),
    (Trap::Paged, 20),
    (Trap::Merged, 30),
    (Trap::Scraped, 30),
    (Trap::Damaged, 30),
    (Trap::Teasers, 30),
    (Trap::Quote, 40),
    (Trap::Repeated, 40),
];
/// Articles that must exist before the first copy.
const ENOUGH: usize = 40;
/// Share of copies that go to a trap site.
const TO_TRAPS: f64 = 0.4;
/// Share of distinct articles that are cut to a brief, and words of a brief (inclusive). Digests
/// contain whole briefs, and a brief has fewer words than the chrome of many pages.
const BRIEF: f64 = 0.4;
const BRIEF_WORDS: (usize, usize) = (25, 80);
/// Most bytes of a brief.
const BRIEF_BYTES: usize = 600;
/// Share of agency copy that keeps the copyright line of the agency.
const TAGGED: f64 = 0.5;
/// Share of other articles that mention an agency without being its copy.
const MENTIONS: f64 = 0.15;
/// Number of urls under which a site runs one story, and of captures of one url (inclusive).
const RERUNS: (usize, usize) = (3, 25);
const CAPTURES: (usize, usize) = (5, 40);
/// Number of recent digests and excerpts that may be copied as a whole.
const COMPOUNDS: usize = 16;
/// Number of briefs of a page, of teasers below an article, and of words of a teaser (inclusive).
const BRIEFS: (usize, usize) = (5, 30);
const TEASERS: (usize, usize) = (3, 5);
const TEASER_WORDS: (usize, usize) = (20, 35);
/// Number of documents during which one speech is quoted.
const SPEECH: u64 = 150;
/// Numbers of the three pages of a tiny site within its stretch of documents.
const STRETCH: u64 = 400;
const TINY_PAGES: [u64; 3] = [100, 150, 200];

#[derive(Clone, Copy, Debug)]
enum Trap {
    /// Parts of 5 to 30 unrelated articles.
    Digest,
    /// 5 to 30 unrelated short stories as a whole: the page contains them, but copies none.
    Briefs,
    /// A digest or an article with an excerpt, copied word for word: a copy with many stories.
    Recopied,
    Near,
    Exact,
    /// A copy or an article without site and url; some have no date, or a date without a time.
    Stripped,
    Excerpt,
    Event,
    /// One story under 3 to 25 urls of a site. The site repeats it, but it is not chrome.
    Rerun,
    /// One url captured 5 to 40 times, each an edit of the previous one: the ends are less similar.
    Captured,
    /// The beginning of a story and a longer sign-in prompt.
    Metered,
    /// One third of a story, which another site spreads over three pages.
    Paged,
    /// Two unrelated whole stories on one page.
    Merged,
    /// A copy with the chrome of the site of its source.
    Scraped,
    /// A copy in capitals, in a wrong encoding, with soft hyphens, broken lines or ligatures.
    Damaged,
    /// An article above the beginnings of others.
    Teasers,
    /// A passage of a speech that many documents quote, without a source in the corpus.
    Quote,
    /// Sign-in pages of one site, error pages of all sites, pages of one template.
    Repeated,
}

/// A copy before it is finished.
struct Copy {
    slot: usize,
    kind: Kind,
    site: SiteNumber,
    second: u64,
    body: String,
    /// Page of the source with its chrome, which replaces the body.
    scraped: Option<String>,
}

/// State of the traps between documents.
#[derive(Debug, Default)]
pub(crate) struct Traps {
    rerun: Option<Series>,
    captured: Option<Series>,
    compounds: Vec<Compound>,
}

/// A story that a site repeats as long as the window holds it.
#[derive(Debug)]
struct Series {
    slot: usize,
    number: u64,
    site: SiteNumber,
    left: usize,
    second: u64,
    body: String,
}

/// A page with text of other stories.
#[derive(Debug)]
struct Compound {
    page: Page,
    title: String,
    author: String,
    holdings: Vec<Holding>,
}

impl Corpus<'_> {
    pub(crate) fn trap(&mut self, number: u64, draw: &mut Draw) -> Made {
        if let Some(made) = self.tiny(number, draw) {
            return made;
        }
        if self.window.len() < ENOUGH {
            return self.article(number, false, draw);
        }
        let mut at = draw.below(1_000);
        for (trap, share) in MIX {
            if at < share {
                return self.make(trap, number, draw);
            }
            at -= share;
        }
        self.article(number, false, draw)
    }

    fn make(&mut self, trap: Trap, number: u64, draw: &mut Draw) -> Made {
        match trap {
            Trap::Digest => self.digest(number, draw),
            Trap::Briefs => self.briefs(number, draw),
            Trap::Recopied => self.recopied(number, draw),
            Trap::Near => self.copy(number, Kind::Near, draw),
            Trap::Exact => self.copy(number, Kind::Exact, draw),
            Trap::Stripped => self.stripped(number, draw),
            Trap::Excerpt => self.excerpt(number, draw),
            Trap::Event => self.event(number, draw),
            Trap::Rerun => self.rerun(number, draw),
            Trap::Captured => self.captured(number, draw),
            Trap::Metered => self.metered(number, draw),
            Trap::Paged => self.paged(number, draw),
            Trap::Merged => self.merged(number, draw),
            Trap::Scraped => {
                let slot = self.source(draw);
                let mut copy = self.copy_of(slot, Kind::Near, draw);
                copy.scraped.clone_from(&self.window[slot].page.text);
                self.derived(number, copy, draw)
            }
            Trap::Damaged => {
                let slot = self.source(draw);
                let mut copy = self.copy_of(slot, Kind::Exact, draw);
                copy.body = damaged(&copy.body, draw);
                self.derived(number, copy, draw)
            }
            Trap::Teasers => self.teasers(number, draw),
            Trap::Quote => self.quote(number, draw),
            Trap::Repeated if draw.chance(0.3) => self.skeleton(number, draw),
            Trap::Repeated => self.hot(number, draw),
        }
    }

    /// Draws the site of a copy, other than `site`.
    pub(crate) fn site_away_from(&self, site: SiteNumber, draw: &mut Draw) -> SiteNumber {
        if self.has_traps() && draw.chance(TO_TRAPS) {
            loop {
                let other = trap_site(draw);
                if other != site {
                    return other;
                }
            }
        }
        loop {
            let other = self.any_site(draw);
            if other != site {
                return other;
            }
        }
    }

    /// Keeps a page with text of other stories for [`Trap::Recopied`].
    pub(crate) fn keep_compound(&mut self, page: Page, made: &Made) {
        if !self.has_traps() {
            return;
        }
        let compound = Compound {
            title: made.document.title.clone(),
            author: made.document.author.clone(),
            holdings: made.holdings.clone(),
            page,
        };
        let compounds = &mut self.traps.compounds;
        if compounds.len() < COMPOUNDS {
            compounds.push(compound);
        } else {
            let at = compound.page.number as usize % COMPOUNDS;
            compounds[at] = compound;
        }
    }

    /// Adds the copyright line of the agency to some of its copy.
    pub(crate) fn tag(
        &self,
        document: &mut Document,
        page: &mut Page,
        agency: Option<&Agency>,
        draw: &mut Draw,
    ) {
        let Some(agency) = agency.filter(|_| self.has_traps()) else {
            return;
        };
        if draw.chance(TAGGED) {
            document.text.push_str("\n\n");
            document.text.push_str(&agency.tagline());
            page.text = Some(document.text.clone());
        }
    }

    /// Makes a distinct article, long or brief, often on a trap site.
    fn article(&mut self, number: u64, stripped: bool, draw: &mut Draw) -> Made {
        let script = self.script(draw);
        let (mut draft, wire) = self.own(number, number, script, draw);
        if draw.chance(0.5) {
            draft.site = trap_site(draw);
        }
        self.shorten(&mut draft, draw);
        if wire.is_none() && draw.chance(MENTIONS) {
            let (given, family) = self.language.public_person(draw);
            let Agency { short, long, .. } = agency(draw);
            draft.body += &match draw.below(3) {
                0 => format!("\n\nThe news was first reported by {long}."),
                1 => format!("\n\n{given} {family} told {short} that nothing was decided."),
                _ => format!("\n\n({short} Photo/{given} {family})"),
            };
        }
        let (mut document, mut finished) = self.finish(number, draft, draw);
        self.tag(&mut document, &mut finished.page, wire, draw);
        if stripped {
            strip(&mut document);
        }
        self.first(finished, document, Vec::new(), number, wire, Kind::Own)
    }

    /// Cuts some articles to briefs.
    fn shorten(&self, draft: &mut Draft, draw: &mut Draw) {
        if draw.chance(BRIEF) {
            let words = draw.between(BRIEF_WORDS.0, BRIEF_WORDS.1);
            cut_to_words(&mut draft.body, words);
        }
    }

    /// Copies the whole article in `slot` to another site.
    fn copy_of(&self, slot: usize, kind: Kind, draw: &mut Draw) -> Copy {
        let page = &self.window[slot].page;
        Copy {
            slot,
            kind,
            site: self.site_away_from(page.site, draw),
            second: page.second + lag(draw),
            body: page.body.clone(),
            scraped: None,
        }
    }

    /// Finishes a copy with its truth.
    fn derived(&mut self, number: u64, copy: Copy, draw: &mut Draw) -> Made {
        let Copy {
            slot,
            kind,
            site,
            second,
            body,
            scraped,
        } = copy;
        let source = &self.window[slot];
        let (wire, curly) = (source.wire, source.curly);
        let draft = Draft {
            kind,
            site,
            second,
            url: (kind == Kind::Recapture).then(|| source.url.clone()),
            title: source.title.clone(),
            author: if wire.is_some() || site == source.page.site {
                source.author.clone()
            } else {
                sites::site(site).reporter(&self.language, draw)
            },
            script: source.script,
            body,
            curly: Some(curly),
            dressed: true,
        };
        let (mut document, Finished { mut page, .. }) = self.finish(number, draft, draw);
        if let Some(scraped) = scraped {
            // If the chrome of the copying site cuts the body in two, nothing is replaced.
            let body = sites::set_quotes(&page.body, curly);
            document.text = document.text.replacen(&body, &scraped, 1);
            page.text = Some(document.text.clone());
        }
        self.tag(&mut document, &mut page, wire, draw);
        self.copied(slot, number, document, page, None, kind)
    }

    /// Makes a page of a tiny site, which has three pages in all. Half of the sites have three
    /// stories, the others one story three times, which is not chrome.
    fn tiny(&mut self, number: u64, draw: &mut Draw) -> Option<Made> {
        let at = (number / STRETCH) as usize;
        if at >= TINY_SITES.len() || !TINY_PAGES.contains(&(number % STRETCH)) {
            return None;
        }
        let site = TINY_SITES.start + at;
        let slot = ENOUGH - 1 - at;
        if at % 2 == 1 && slot < self.window.len() {
            let mut copy = self.copy_of(slot, Kind::Exact, draw);
            copy.site = site;
            return Some(self.derived(number, copy, draw));
        }
        let (mut draft, wire) = self.own(number, number, Script::Plain, draw);
        draft.site = site;
        cut_to_words(&mut draft.body, BRIEF_WORDS.1);
        let (document, finished) = self.finish(number, draft, draw);
        Some(self.first(finished, document, Vec::new(), number, wire, Kind::Own))
    }

    fn stripped(&mut self, number: u64, draw: &mut Draw) -> Made {
        if draw.chance(0.3) {
            return self.article(number, true, draw);
        }
        let kind = [Kind::Near, Kind::Exact][draw.below(2)];
        let mut made = self.copy(number, kind, draw);
        match draw.below(4) {
            0 => strip(&mut made.document),
            1 => {
                strip(&mut made.document);
                made.document.published.clear();
            }
            2 => made.document.published.clear(),
            // A date without a time begins before the source was published.
            _ => made.document.published.truncate("2026-01-05".len()),
        }
        made
    }

    fn briefs(&mut self, number: u64, draw: &mut Draw) -> Made {
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        let mut parts = Vec::new();
        let mut second = sites::second_of(number, draw);
        let wanted = draw.between(BRIEFS.0, BRIEFS.1);
        for _ in 0..8 * wanted {
            let slot = draw.below(self.window.len());
            let source = &self.window[slot];
            let brief = source.page.body.len() < BRIEF_BYTES && source.script == Script::Plain;
            if !brief || runs.iter().any(|run| run.0 == slot) {
                continue;
            }
            second = second.max(source.page.second + 60);
            // With a headline between them no shingle spans two briefs. Half have no headlines.
            if number.is_multiple_of(2) {
                parts.push(source.title.clone());
            }
            parts.push(source.page.body.clone());
            runs.push((slot, 0, source.page.body.clone()));
            if runs.len() == wanted {
                break;
            }
        }
        if runs.is_empty() {
            return self.article(number, false, draw);
        }
        let facts = Facts::new(&self.language, number, number);
        let title = self.language.title(&facts, Script::Plain, draw);
        let site = trap_site(draw);
        let draft = Draft::digest(site, second, format!("In brief: {title}"), &parts);
        let (document, Finished { page, .. }) = self.finish(number, draft, draw);
        self.digested(document, page, None, &runs)
    }

    fn teasers(&mut self, number: u64, draw: &mut Draw) -> Made {
        let (mut draft, wire) = self.own(number, number, Script::Plain, draw);
        self.shorten(&mut draft, draw);
        draft.site = TRAP_SITES.start;
        draft.kind = Kind::Digest;
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        draft.body.push_str("\n\nRelated coverage");
        for _ in 0..draw.between(TEASERS.0, TEASERS.1) {
            // Recent articles, so that they repeat like chrome.
            let slot = self.window.len() - 1 - draw.below(ENOUGH / 2);
            let source = &self.window[slot];
            if source.script != Script::Plain || runs.iter().any(|run| run.0 == slot) {
                continue;
            }
            let mut lead = source.page.body.clone();
            cut_to_words(&mut lead, draw.between(TEASER_WORDS.0, TEASER_WORDS.1));
            draft.second = draft.second.max(source.page.second + 60);
            draft.body.push_str("\n\n");
            draft.body.push_str(&lead);
            runs.push((slot, 0, lead));
        }
        let (document, Finished { page, .. }) = self.finish(number, draft, draw);
        self.digested(document, page, wire, &runs)
    }

    fn recopied(&mut self, number: u64, draw: &mut Draw) -> Made {
        let compounds = self.traps.compounds.len();
        if compounds == 0 {
            return self.digest(number, draw);
        }
        let at = draw.below(compounds);
        let compound = &self.traps.compounds[at];
        let draft = Draft {
            kind: Kind::Exact,
            site: self.site_away_from(compound.page.site, draw),
            second: compound.page.second + lag(draw),
            url: None,
            title: compound.title.clone(),
            author: compound.author.clone(),
            script: Script::Plain,
            body: compound.page.body.clone(),
            curly: None,
            dressed: true,
        };
        let (document, Finished { page, .. }) = self.finish(number, draft, draw);
        let compound = &self.traps.compounds[at];
        let chrome_words = page.chrome_words();
        let mut holdings = compound.holdings.clone();
        for holding in &mut holdings {
            holding.id.clone_from(&document.id);
            holding.chrome_words = chrome_words;
        }
        if let Some(whole) = holdings.first_mut() {
            whole.kind = Kind::Exact;
            whole.run = Some(page.body_words());
            whole.containments = page.body().containments(compound.page.body());
        }
        Made {
            pairs: vec![compound.page.pair(&page, Kind::Exact)],
            document,
            holdings,
            kind: Kind::Exact,
        }
    }

    fn rerun(&mut self, number: u64, draw: &mut Draw) -> Made {
        let series = self.traps.rerun.take();
        let mut series = self.going_on(series).unwrap_or_else(|| {
            let slot = self.source(draw);
            let page = &self.window[slot].page;
            let site = if draw.chance(0.5) {
                page.site
            } else {
                self.site_away_from(page.site, draw)
            };
            self.series(slot, site, draw.between(RERUNS.0, RERUNS.1))
        });
        series.left -= 1;
        let (slot, site) = (series.slot, series.site);
        let source = &self.window[slot];
        let facts = Facts::new(&self.language, source.event, source.page.number);
        let body = if draw.chance(0.3) {
            edits::update(&self.language, &series.body, &facts, source.script, draw)
        } else {
            series.body.clone()
        };
        self.traps.rerun = Some(series);
        let mut copy = self.copy_of(slot, Kind::Rerun, draw);
        (copy.site, copy.body) = (site, body);
        self.derived(number, copy, draw)
    }

    fn captured(&mut self, number: u64, draw: &mut Draw) -> Made {
        let series = self.traps.captured.take();
        let mut series = self.going_on(series).unwrap_or_else(|| {
            let slot = self.source(draw);
            let site = self.window[slot].page.site;
            self.series(slot, site, draw.between(CAPTURES.0, CAPTURES.1))
        });
        series.left -= 1;
        series.second += 600 + draw.below(7_200) as u64;
        let source = &self.window[series.slot];
        if source.url.is_empty() {
            // A page without a url cannot be captured again.
            return self.article(number, false, draw);
        }
        if draw.chance(0.7) {
            let facts = Facts::new(&self.language, source.event, source.page.number);
            series.body = edits::update(&self.language, &series.body, &facts, source.script, draw);
        }
        let copy = Copy {
            slot: series.slot,
            kind: Kind::Recapture,
            site: series.site,
            second: series.second,
            body: series.body.clone(),
            scraped: None,
        };
        self.traps.captured = Some(series);
        self.derived(number, copy, draw)
    }

    fn series(&self, slot: usize, site: SiteNumber, left: usize) -> Series {
        let page = &self.window[slot].page;
        Series {
            slot,
            number: page.number,
            site,
            left,
            second: page.second,
            body: page.body.clone(),
        }
    }

    /// Returns the series unless it is done or its source left the window.
    fn going_on(&self, series: Option<Series>) -> Option<Series> {
        series.filter(|s| s.left > 0 && self.window[s.slot].page.number == s.number)
    }

    fn metered(&mut self, number: u64, draw: &mut Draw) -> Made {
        let site = TRAP_SITES.start + 1;
        let words = draw.between(30, 60);
        if draw.chance(0.5) {
            let (mut draft, wire) = self.own(number, number, Script::Plain, draw);
            draft.site = site;
            cut_to_words(&mut draft.body, words);
            let (document, finished) = self.finish(number, draft, draw);
            return self.first(finished, document, Vec::new(), number, wire, Kind::Own);
        }
        let slot = self.source(draw);
        let mut copy = self.copy_of(slot, Kind::Near, draw);
        copy.site = site;
        cut_to_words(&mut copy.body, words);
        self.derived(number, copy, draw)
    }

    fn paged(&mut self, number: u64, draw: &mut Draw) -> Made {
        let slot = self.source(draw);
        let page = &self.window[slot].page;
        let paragraphs: Vec<&str> = page.body.split("\n\n").collect();
        let third = paragraphs.len() / 3;
        let from = third * draw.below(3);
        let body = paragraphs[from..from + third].join("\n\n");
        if count_words(&body) < BRIEF_WORDS.0 {
            return self.copy(number, Kind::Near, draw);
        }
        let mut copy = self.copy_of(slot, Kind::Near, draw);
        copy.body = body;
        self.derived(number, copy, draw)
    }

    fn merged(&mut self, number: u64, draw: &mut Draw) -> Made {
        let slot = self.source(draw);
        let mut second_slot = draw.below(self.window.len());
        for _ in 0..64 {
            let other = &self.window[second_slot];
            let apart = other.event != self.window[slot].event;
            if apart && other.page.body.len() < 3 * BRIEF_BYTES && other.script == Script::Plain {
                break;
            }
            second_slot = draw.below(self.window.len());
        }
        let (one, other) = (&self.window[slot], &self.window[second_slot]);
        if one.event == other.event {
            return self.copy(number, Kind::Exact, draw);
        }
        let run = other.page.body.clone();
        let mut copy = self.copy_of(slot, Kind::Near, draw);
        copy.body = format!("{}\n\n{run}", one.page.body);
        copy.second = copy.second.max(other.page.second + 60);
        // The first story takes the page, but the pair with the second story needs it too.
        let page = Page::new(number, copy.second, copy.site, copy.body.clone(), None);
        let mut made = self.derived(number, copy, draw);
        let page = page.with_text(made.document.text.clone());
        let other = &self.window[second_slot];
        let part = other.part_in(&made.document, &page, Kind::Excerpt, 0, &run);
        made.pairs.push(DocPair {
            passage_words: Some(part.words),
            ..other.page.pair(&page, Kind::Excerpt)
        });
        made.holdings.push(part);
        made
    }

    fn quote(&mut self, number: u64, draw: &mut Draw) -> Made {
        // The latest speech or the one before.
        let speech = (number / SPEECH).saturating_sub(draw.below(2) as u64);
        let mut own = Draw::new(self.spec.seed, mix(speech) ^ 0x5bee);
        let facts = Facts::new(&self.language, u64::MAX - 1 - speech, number);
        let words = own.between(30, 70);
        let said = self
            .language
            .paragraphs(&facts, Script::Plain, words, &mut own)
            .join(" ");
        let (mut draft, wire) = self.own(number, number, Script::Plain, draw);
        self.shorten(&mut draft, draw);
        draft.kind = Kind::Quote;
        draft.body = edits::insert(&draft.body, &said, draw);
        let (document, Finished { page, .. }) = self.finish(number, draft, draw);
        let whole = Holding::first(&document, &page, Kind::Own, number, wire);
        let said_words = count_words(&said);
        let quoted = Holding {
            story: StoryNumber::Page(Kind::Quote, speech as usize).name(),
            kind: Kind::Quote,
            source: None,
            agency: None,
            credit: Default::default(),
            words: said_words,
            first_word: Some(0),
            ..whole.clone()
        };
        let whole = Holding {
            words: whole.words - said_words,
            ..whole
        };
        Made {
            document,
            pairs: Vec::new(),
            holdings: vec![whole, quoted],
            kind: Kind::Quote,
        }
    }
}

fn trap_site(draw: &mut Draw) -> SiteNumber {
    draw.between(TRAP_SITES.start, TRAP_SITES.end - 1)
}

fn strip(document: &mut Document) {
    document.site.clear();
    document.url.clear();
}

/// Damages a text as conversions do. A reader sees the same words.
fn damaged(text: &str, draw: &mut Draw) -> String {
    match draw.below(5) {
        0 => text.to_uppercase(),
        // UTF-8 read as Windows-1252.
        1 => text
            .replace('\'', "â€™")
            .replace('“', "â€œ")
            .replace('”', "â€\u{9d}")
            .replace('—', "â€”"),
        2 => in_long_words(text, |_| "\u{ad}"),
        // A line break and a hyphen in every eighth long word.
        3 => in_long_words(text, |count| if count % 8 == 0 { "-\n" } else { "" }),
        _ => text.replace("fi", "ﬁ").replace("fl", "ﬂ"),
    }
}

/// Inserts the result of `between` after the fourth letter of every long ASCII word (eight letters
/// and more).
fn in_long_words(text: &str, between: impl Fn(usize) -> &'static str) -> String {
    let mut count = 0;
    let words = text.split_inclusive(' ').map(|piece| {
        let long = piece.len() > 8 && piece.bytes().take(8).all(|b| b.is_ascii_alphabetic());
        count += usize::from(long);
        if long {
            format!("{}{}{}", &piece[..4], between(count), &piece[4..])
        } else {
            piece.to_owned()
        }
    });
    words.collect()
}
