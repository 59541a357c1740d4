//! Signing: what is kept of one text, with or without boilerplate.

use std::ops::Range;

use super::settings::Settings;
use super::texts::remaining;
use super::tracer::Tracer;
use crate::boilerplate::{Profiles, Region, Stripper};
use crate::catalog::{SiteNo, Traces, hash_of_words};
use crate::text::shingle::{Shingle, Shingler};

/// Reads texts one after the other and makes what is kept of them.
pub struct TextSigner {
    shingle: Shingle,
    /// Words and shingles of the last text, without what was removed.
    shingler: Shingler,
    stripper: Stripper,
    tracer: Tracer,
    /// Regions that were removed from the last text.
    regions: Vec<Region>,
    /// Their words.
    removed: Vec<Range<usize>>,
    /// Hash of all words of the last text, if it was read without boilerplate.
    whole: Option<u128>,
    traces: Traces,
}

impl TextSigner {
    /// A signer for these settings.
    pub fn new(settings: &Settings) -> TextSigner {
        TextSigner {
            shingle: settings.shingle,
            shingler: Shingler::with_rule(settings.word_rule),
            stripper: Stripper::default(),
            tracer: Tracer::new(settings),
            regions: Vec::new(),
            removed: Vec::new(),
            whole: None,
            traces: Traces::default(),
        }
    }

    /// Reads a text as it is.
    pub fn read(&mut self, text: &str) {
        self.regions.clear();
        self.removed.clear();
        self.shingler.read(text, self.shingle);
        self.whole = None;
    }

    /// Reads a text of a site without the boilerplate that `profiles` know of the site.
    pub fn read_without(&mut self, text: &str, profiles: &Profiles, site: SiteNo) {
        let TextSigner {
            shingler,
            stripper,
            regions,
            removed,
            whole,
            ..
        } = self;
        regions.clear();
        removed.clear();
        shingler.read_without(text, self.shingle, |words, lines| {
            *whole = Some(hash_of_words(words));
            stripper.regions(profiles, site, words, lines, regions);
            removed.extend(regions.iter().map(|region| region.words.clone()));
            &*removed
        });
    }

    /// Makes the traces of the text that was read last, which is given again. Those that
    /// boilerplate is learned from are left empty unless `with_repeats` is set.
    pub fn trace(&mut self, text: &str, with_repeats: bool) {
        let TextSigner {
            shingler,
            tracer,
            removed,
            traces,
            ..
        } = self;
        tracer.trace(shingler, with_repeats, traces);
        tracer.trace_anchors(|| remaining(shingler, removed, text), traces);
    }

    /// Makes only the traces that boilerplate is learned from.
    pub fn trace_repeats(&mut self) {
        self.tracer.trace_repeats(&self.shingler, &mut self.traces);
    }

    /// The traces that were made last.
    pub fn traces(&self) -> &Traces {
        &self.traces
    }

    /// Hashes of the words of the text that was read last, without those that were removed.
    pub fn words(&self) -> &[u64] {
        &self.shingler.words
    }

    /// Hash of all words of the text that was read last.
    pub fn whole(&self) -> u128 {
        self.whole.unwrap_or_else(|| hash_of_words(self.words()))
    }

    /// Regions that were removed from the text that was read last.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Words that were removed from the text that was read last.
    pub fn removed(&self) -> &[Range<usize>] {
        &self.removed
    }
}
