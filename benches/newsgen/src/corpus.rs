//! Mixes a corpus: chooses the next document, its source, and its rows of the truth file.

use crate::draw::{Draw, mix};
use crate::edits;
use crate::prose::{Facts, Language};
use crate::record::{DocPair, Document, Holding, Kind, Made, Page, StoryNumber};
use crate::repeated::{self, SKELETON_FAMILY};
use crate::scripts::{FOREIGN, Script};
use crate::sites::{self, SITE_COUNT, SiteNumber};
use crate::spec::{Profile, Spec};
use crate::syndicated::{self, RunningStory};
use crate::traps::Traps;

/// Most copies of a source. The truth rows of a source are quadratic in them.
const FAMILY: usize = 12;
/// Share of copies of a source that was copied before, which makes families of three and more.
const AGAIN: f64 = 0.4;
/// Recently copied sources that `AGAIN` chooses from.
const LATELY: usize = 64;
/// Share of articles that come from an agency. Copies prefer them.
const WIRE: f64 = 0.3;
/// Recent titles that the related links of a site choose from.
const TITLES: usize = 12;
/// Words of a copied run (inclusive).
const EXCERPT_WORDS: (usize, usize) = (40, 200);
/// Parts of a digest, and words of each (inclusive).
const DIGEST_PARTS: (usize, usize) = (5, 30);
const DIGEST_WORDS: (usize, usize) = (20, 60);
/// Jaccard values that many near copies aim at: common thresholds.
const AIMS: [f64; 3] = [0.5, 0.7, 0.8];
/// Share of near copies for each aim. The others are uniform between .3 and 1.
const AIMED: f64 = 0.15;

/// Agencies in datelines and bylines, with their weights. The names are real, so that credits are
/// recognised; the text under them is invented.
#[rustfmt::skip]
static AGENCIES: [Agency; 5] = [
    Agency { short: "AP", long: "The Associated Press", weight: 50 },
    Agency { short: "Reuters", long: "Reuters", weight: 25 },
    Agency { short: "AFP", long: "AFP", weight: 10 },
    Agency { short: "dpa", long: "dpa", weight: 5 },
    Agency { short: "TNS", long: "Tribune News Service", weight: 10 },
];

/// Documents of a [`Spec`], in order, each with its rows of the truth file.
#[derive(Debug)]
pub(crate) struct Corpus<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) language: Language,
    next: u64,
    pub(crate) window: Vec<Article>,
    /// Slots of the window that were copied recently.
    lately: Vec<usize>,
    titles: Vec<Vec<String>>,
    /// Stories of [`Profile::Dense`] whose copies are appearing.
    pub(crate) running: Vec<RunningStory>,
    /// First page of each hot family, or of the one page or the skeleton.
    pub(crate) firsts: Vec<Option<Page>>,
    pub(crate) skeleton: Vec<String>,
    pub(crate) traps: Traps,
}

/// A news agency, as datelines and bylines name it.
#[derive(Debug)]
pub(crate) struct Agency {
    pub(crate) short: &'static str,
    pub(crate) long: &'static str,
    weight: usize,
}

/// A distinct article that later documents may copy. Its text is a story, named after the number
/// of its page.
#[derive(Debug)]
pub(crate) struct Article {
    pub(crate) page: Page,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) script: Script,
    /// Number of the first article that reports the same facts; its own number if it is the first.
    pub(crate) event: u64,
    pub(crate) wire: Option<&'static Agency>,
    pub(crate) curly: bool,
    pub(crate) copies: Vec<Page>,
}

/// A document before its site adds chrome.
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) site: SiteNumber,
    pub(crate) second: u64,
    pub(crate) url: Option<String>,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) script: Script,
    pub(crate) body: String,
    /// Quotation marks to keep; `None` for those of its site.
    pub(crate) curly: Option<bool>,
    pub(crate) dressed: bool,
}

impl Draft {
    /// Makes a page of parts of other articles.
    pub(crate) fn digest(site: SiteNumber, second: u64, title: String, parts: &[String]) -> Draft {
        Draft {
            kind: Kind::Digest,
            site,
            second,
            url: None,
            title,
            author: String::new(),
            script: Script::Plain,
            body: parts.join("\n\n"),
            curly: None,
            dressed: true,
        }
    }
}

/// A numbered document with its chrome, ready to be written.
pub(crate) struct Finished {
    pub(crate) page: Page,
    pub(crate) script: Script,
    pub(crate) curly: bool,
}

impl Agency {
    pub(crate) fn tagline(&self) -> String {
        format!(
            "Copyright 2026 {}. All rights reserved. This material may not be published, \
             broadcast, rewritten or redistributed without permission.",
            self.long
        )
    }
}

impl<'a> Corpus<'a> {
    /// Starts a corpus. The spec must have no [complaint](Spec::complaint).
    pub(crate) fn new(spec: &'a Spec) -> Self {
        let language = Language::new(spec.seed);
        let skeleton = match spec.profile {
            Profile::Skeleton | Profile::Traps => repeated::skeleton(&language, spec.seed),
            _ => Vec::new(),
        };
        Self {
            spec,
            language,
            next: 0,
            window: Vec::new(),
            lately: Vec::new(),
            titles: vec![Vec::new(); SITE_COUNT],
            running: Vec::new(),
            firsts: (0..=SKELETON_FAMILY).map(|_| None).collect(),
            skeleton,
            traps: Traps::default(),
        }
    }

    pub(crate) fn has_traps(&self) -> bool {
        self.spec.profile == Profile::Traps
    }

    /// Draws a site of the profile.
    pub(crate) fn any_site(&self, draw: &mut Draw) -> SiteNumber {
        match self.spec.profile {
            Profile::Dense => syndicated::any_site(draw),
            _ => sites::any_site(draw),
        }
    }

    /// Writes a distinct article about the facts of story `story`.
    pub(crate) fn own(
        &self,
        number: u64,
        story: u64,
        script: Script,
        draw: &mut Draw,
    ) -> (Draft, Option<&'static Agency>) {
        let facts = Facts::new(&self.language, story, number);
        let site = self.any_site(draw);
        let from_agency = draw.chance(WIRE);
        let words = self.language.article_words(self.spec.mean_words, draw);
        let mut body = String::new();
        let mut author = if draw.chance(0.88) {
            sites::site(site).reporter(&self.language, draw)
        } else {
            String::new()
        };
        let wire = from_agency.then(|| agency(draw));
        if let Some(Agency { short, long, .. }) = wire {
            author = (*long).to_owned();
            if script == Script::Plain && draw.chance(0.8) {
                body = format!("{} ({short}) — ", facts.places[0].to_uppercase());
            }
        }
        body += &self
            .language
            .paragraphs(&facts, script, words, draw)
            .join("\n\n");
        let draft = Draft {
            kind: Kind::Own,
            site,
            second: sites::second_of(number, draw),
            url: None,
            title: self.language.title(&facts, script, draw),
            author,
            script,
            body,
            curly: None,
            dressed: true,
        };
        (draft, wire)
    }

    pub(crate) fn script(&self, draw: &mut Draw) -> Script {
        let at = draw.unit();
        if at < self.spec.foreign {
            FOREIGN[draw.below(FOREIGN.len())]
        } else if at < self.spec.foreign + self.spec.accented {
            Script::Accented
        } else {
            Script::Plain
        }
    }

    /// Draws the kind of the next document. The first has nothing to copy.
    fn kind(&self, draw: &mut Draw) -> Kind {
        let mut at = draw.unit();
        if !matches!(self.spec.profile, Profile::News | Profile::Dense) {
            return Kind::Own;
        }
        let shares = &self.spec.shares;
        for (kind, share) in [
            (Kind::Near, shares.near),
            (Kind::Exact, shares.exact),
            (Kind::Excerpt, shares.excerpt),
            (Kind::Digest, shares.digest),
            (Kind::Event, shares.event),
            (Kind::Recapture, shares.recapture),
            (Kind::Hot, shares.hot),
        ] {
            if at < share {
                let copies = kind != Kind::Hot;
                return if copies && self.window.is_empty() {
                    Kind::Own
                } else {
                    kind
                };
            }
            at -= share;
        }
        Kind::Own
    }

    /// Draws the slot of the window to copy from: preferably a wire story with room in its family.
    pub(crate) fn source(&self, draw: &mut Draw) -> usize {
        let mut slot = draw.below(self.window.len());
        if !self.lately.is_empty() && draw.chance(AGAIN) {
            slot = self.lately[draw.below(self.lately.len())];
        }
        for _ in 0..8 {
            if self.window[slot].copies.len() < FAMILY
                && (self.window[slot].wire.is_some() || draw.chance(0.1))
            {
                break;
            }
            slot = draw.below(self.window.len());
        }
        slot
    }

    pub(crate) fn news(&mut self, number: u64, draw: &mut Draw) -> Made {
        match self.kind(draw) {
            Kind::Near => self.copy(number, Kind::Near, draw),
            Kind::Exact => self.copy(number, Kind::Exact, draw),
            Kind::Recapture => self.copy(number, Kind::Recapture, draw),
            Kind::Excerpt => self.excerpt(number, draw),
            Kind::Digest => self.digest(number, draw),
            Kind::Hot => self.hot(number, draw),
            Kind::Event => self.event(number, draw),
            _ => {
                let script = self.script(draw);
                let (draft, wire) = self.own(number, number, script, draw);
                let (document, finished) = self.finish(number, draft, draw);
                self.first(finished, document, Vec::new(), number, wire, Kind::Own)
            }
        }
    }

    /// Makes an independent report of an event that an article in the window reports.
    pub(crate) fn event(&mut self, number: u64, draw: &mut Draw) -> Made {
        let slot = self.source(draw);
        let source = &self.window[slot];
        let (mut draft, wire) = self.own(number, source.event, source.script, draw);
        draft.kind = Kind::Event;
        draft.site = self.site_away_from(source.page.site, draw);
        draft.second = source.page.second + lag(draw);
        let event = source.event;
        let (document, finished) = self.finish(number, draft, draw);
        let pairs = vec![self.window[slot].page.pair(&finished.page, Kind::Event)];
        self.first(finished, document, pairs, event, wire, Kind::Event)
    }

    /// Makes a near copy, an exact copy or a recapture of a source.
    pub(crate) fn copy(&mut self, number: u64, kind: Kind, draw: &mut Draw) -> Made {
        let slot = self.source(draw);
        let source = &self.window[slot];
        let facts = Facts::new(&self.language, source.event, source.page.number);
        let site = match kind {
            Kind::Recapture => source.page.site,
            _ => self.site_away_from(source.page.site, draw),
        };
        let (body, target) = match kind {
            Kind::Near => {
                let target = aim(draw);
                (
                    edits::near(
                        &self.language,
                        &source.page.body,
                        &facts,
                        source.script,
                        target,
                        draw,
                    ),
                    Some(target),
                )
            }
            Kind::Recapture => (
                edits::update(
                    &self.language,
                    &source.page.body,
                    &facts,
                    source.script,
                    draw,
                ),
                None,
            ),
            _ => (source.page.body.clone(), Some(1.0)),
        };
        let requoted = draw.chance(self.spec.requoted);
        let retitled = kind == Kind::Near && draw.chance(0.5);
        let draft = Draft {
            kind,
            site,
            second: source.page.second + lag(draw),
            url: (kind == Kind::Recapture).then(|| source.url.clone()),
            title: if retitled {
                self.language.title(&facts, source.script, draw)
            } else {
                source.title.clone()
            },
            author: if source.wire.is_some() || kind == Kind::Recapture {
                source.author.clone()
            } else {
                sites::site(site).reporter(&self.language, draw)
            },
            script: source.script,
            body,
            curly: (!requoted || kind == Kind::Recapture).then_some(source.curly),
            dressed: self.spec.profile != Profile::Short,
        };
        let wire = source.wire;
        let (mut document, Finished { mut page, .. }) = self.finish(number, draft, draw);
        self.tag(&mut document, &mut page, wire, draw);
        self.copied(slot, number, document, page, target, kind)
    }

    /// Returns a finished copy of the article in `slot` with its truth.
    pub(crate) fn copied(
        &mut self,
        slot: usize,
        number: u64,
        document: Document,
        page: Page,
        target: Option<f64>,
        kind: Kind,
    ) -> Made {
        let source = &mut self.window[slot];
        let holdings = vec![source.held_by(&document, &page, kind)];
        let mut pairs = vec![DocPair {
            target,
            ..source.page.pair(&page, kind)
        }];
        pairs.extend(
            source
                .copies
                .iter()
                .map(|copy| copy.pair(&page, Kind::Sibling)),
        );
        if source.copies.len() < FAMILY {
            source.copies.push(page.without_text());
        }
        if self.lately.len() < LATELY {
            self.lately.push(slot);
        } else {
            self.lately[number as usize % LATELY] = slot;
        }
        Made {
            document,
            pairs,
            holdings,
            kind,
        }
    }

    pub(crate) fn excerpt(&mut self, number: u64, draw: &mut Draw) -> Made {
        let slot = self.source(draw);
        let source = &self.window[slot];
        let words = draw.between(EXCERPT_WORDS.0, EXCERPT_WORDS.1);
        let (from, run) = edits::run(&source.page.body, words, draw);
        let (mut draft, wire) = self.own(number, number, source.script, draw);
        draft.kind = Kind::Excerpt;
        draft.body = edits::insert(&draft.body, &run, draw);
        draft.site = self.site_away_from(source.page.site, draw);
        draft.second = source.page.second + lag(draw);
        let (document, Finished { page, .. }) = self.finish(number, draft, draw);
        let source = &self.window[slot];
        let pair = source.page.pair(&page, Kind::Excerpt);
        let part = source.part_in(&document, &page, Kind::Excerpt, from, &run);
        let own = Holding {
            words: page.body_words() - part.words,
            ..Holding::first(&document, &page, Kind::Own, number, wire)
        };
        let made = Made {
            document,
            pairs: vec![DocPair {
                passage_words: Some(part.words),
                ..pair
            }],
            holdings: vec![own, part],
            kind: Kind::Excerpt,
        };
        self.keep_compound(page, &made);
        made
    }

    pub(crate) fn digest(&mut self, number: u64, draw: &mut Draw) -> Made {
        let facts = Facts::new(&self.language, number, number);
        let mut parts = Vec::new();
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        let mut second = sites::second_of(number, draw);
        for _ in 0..draw.between(DIGEST_PARTS.0, DIGEST_PARTS.1) {
            let slot = draw.below(self.window.len());
            let source = &self.window[slot];
            if source.script != Script::Plain || runs.iter().any(|r| r.0 == slot) {
                continue;
            }
            let words = draw.between(DIGEST_WORDS.0, DIGEST_WORDS.1);
            let (from, run) = edits::run(&source.page.body, words, draw);
            parts.push(source.title.clone());
            parts.push(run.clone());
            runs.push((slot, from, run));
            second = second.max(source.page.second + 60);
        }
        if parts.is_empty() {
            parts = self.language.paragraphs(&facts, Script::Plain, 60, draw);
        }
        let site = self.any_site(draw);
        let title = self.language.title(&facts, Script::Plain, draw);
        let draft = Draft::digest(site, second, format!("Briefing: {title}"), &parts);
        let (document, Finished { page, .. }) = self.finish(number, draft, draw);
        self.digested(document, page, None, &runs)
    }

    /// Returns a finished digest with its truth. Each run has its slot and its first word.
    pub(crate) fn digested(
        &mut self,
        document: Document,
        page: Page,
        wire: Option<&'static Agency>,
        runs: &[(usize, usize, String)],
    ) -> Made {
        let mut own = Holding::first(&document, &page, Kind::Own, page.number, wire);
        let mut pairs = Vec::with_capacity(runs.len());
        let mut parts = Vec::with_capacity(runs.len());
        for (slot, from, run) in runs {
            let source = &self.window[*slot];
            let part = source.part_in(&document, &page, Kind::Digest, *from, run);
            own.words -= part.words;
            pairs.push(DocPair {
                passage_words: Some(part.words),
                ..source.page.pair(&page, Kind::Digest)
            });
            parts.push(part);
        }
        let made = Made {
            document,
            pairs,
            holdings: std::iter::once(own).chain(parts).collect(),
            kind: Kind::Digest,
        };
        self.keep_compound(page, &made);
        made
    }

    fn short(&mut self, number: u64, draw: &mut Draw) -> Made {
        if !self.window.is_empty() && draw.chance(self.spec.shares.exact) {
            return self.copy(number, Kind::Exact, draw);
        }
        let script = self.script(draw);
        let (mut draft, wire) = self.own(number, number, script, draw);
        draft.dressed = false;
        let words = draw.between(1, 30);
        draft.body = if script == Script::Plain {
            let facts = Facts::new(&self.language, number, number);
            self.language.line(&facts, words, draw)
        } else {
            crate::prose::cut_to_words(&mut draft.body, words);
            draft.body
        };
        let (document, finished) = self.finish(number, draft, draw);
        self.first(finished, document, Vec::new(), number, wire, Kind::Own)
    }

    /// Sets quotation marks, adds chrome, and numbers the document.
    pub(crate) fn finish(
        &mut self,
        number: u64,
        draft: Draft,
        draw: &mut Draw,
    ) -> (Document, Finished) {
        let site = sites::site(draft.site);
        let curly = draft.curly.unwrap_or(site.curly);
        let body = sites::set_quotes(&draft.body, curly);
        let title = sites::set_quotes(&draft.title, curly);
        let titles = &self.titles[draft.site];
        let body_bytes = body.len();
        let text = if draft.dressed {
            site.dress(&body, titles, self.spec.chrome, draw)
        } else {
            body
        };
        let url = draft
            .url
            .unwrap_or_else(|| site.url(&title, draft.second, number, draw));

        if matches!(draft.kind, Kind::Own | Kind::Event) && draft.script == Script::Plain {
            let titles = &mut self.titles[draft.site];
            if titles.len() < TITLES {
                titles.push(title.clone());
            } else {
                titles[number as usize % TITLES] = title.clone();
            }
        }
        let dressed = (text.len() != body_bytes).then(|| text.clone());
        let page = Page::new(number, draft.second, draft.site, draft.body, dressed);
        let document = Document {
            id: page.id(),
            url,
            site: site.domain.to_owned(),
            published: site.date(draft.second),
            title,
            author: draft.author,
            text,
        };
        (
            document,
            Finished {
                page,
                script: draft.script,
                curly,
            },
        )
    }

    /// Returns a finished distinct article with its truth, and lets later documents copy it.
    pub(crate) fn first(
        &mut self,
        finished: Finished,
        document: Document,
        pairs: Vec<DocPair>,
        event: u64,
        wire: Option<&'static Agency>,
        kind: Kind,
    ) -> Made {
        let page = &finished.page;
        let mut own = Holding::first(&document, page, kind, page.number, wire);
        own.event = (event != page.number).then(|| StoryNumber::Text(event).name());
        self.remember(finished, &document, event, wire);
        Made {
            document,
            pairs,
            holdings: vec![own],
            kind,
        }
    }

    /// Adds a distinct article to the window. If the window is full, it replaces the oldest one,
    /// unless copies of that are still appearing.
    fn remember(
        &mut self,
        finished: Finished,
        document: &Document,
        event: u64,
        wire: Option<&'static Agency>,
    ) {
        let Finished {
            page,
            script,
            curly,
        } = finished;
        let article = Article {
            url: document.url.clone(),
            title: document.title.clone(),
            author: document.author.clone(),
            script,
            event,
            wire,
            curly,
            copies: Vec::new(),
            page,
        };
        if self.window.len() < self.spec.window {
            self.window.push(article);
        } else {
            let slot = article.page.number as usize % self.spec.window;
            if self.running.iter().any(|story| story.slot == slot) {
                return;
            }
            self.lately.retain(|&s| s != slot);
            self.window[slot] = article;
        }
    }
}

impl Iterator for Corpus<'_> {
    type Item = Made;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.spec.documents {
            return None;
        }
        let number = self.next;
        self.next += 1;
        let mut draw = Draw::new(self.spec.seed, mix(number) ^ 0xd0c);
        Some(match self.spec.profile {
            Profile::News | Profile::Distinct => self.news(number, &mut draw),
            Profile::OnePage => self.one_page(number, &mut draw),
            Profile::Skeleton => self.skeleton(number, &mut draw),
            Profile::Short => self.short(number, &mut draw),
            Profile::Traps => self.trap(number, &mut draw),
            Profile::Dense => self.dense(number, &mut draw),
        })
    }
}

fn aim(draw: &mut Draw) -> f64 {
    let at = draw.unit();
    let aimed = (at / AIMED) as usize;
    match AIMS.get(aimed) {
        Some(&aim) => aim,
        // In steps of .01 from .30 to .99.
        None => draw.between(30, 99) as f64 / 100.0,
    }
}

/// Draws the seconds after which a copy appears: one minute to three days, all doublings equally
/// likely.
pub(crate) fn lag(draw: &mut Draw) -> u64 {
    let octave = 60u64 << draw.below(12);
    octave + draw.below(octave as usize) as u64
}

pub(crate) fn agency(draw: &mut Draw) -> &'static Agency {
    let total = AGENCIES.iter().map(|a| a.weight).sum();
    let mut at = draw.below(total);
    for agency in &AGENCIES {
        if at < agency.weight {
            return agency;
        }
        at -= agency.weight;
    }
    &AGENCIES[0]
}
