//! Traces of a text: the hashes that are kept of it for the later stages.

use super::settings::Settings;
use crate::boilerplate;
use crate::catalog::Traces;
use crate::sketch::anchors;
use crate::sketch::minhash::Signer;
use crate::sketch::winnowing::{self, Fingerprinter, Winnowing};
use crate::text::shingle::{Shingle, Shingler};

/// Makes the traces that the settings ask for.
pub(super) struct Tracer {
    signer: Option<Signer>,
    passages: Option<Winnowing>,
    fingerprinter: Fingerprinter,
    shingle: Shingle,
    /// Buffer for the hashes of runs of words.
    runs: Vec<u64>,
    anchors: bool,
}

impl Tracer {
    pub(super) fn new(settings: &Settings) -> Tracer {
        let signer = |banding| Signer::new(banding, settings.seed);
        Tracer {
            signer: settings.banding().map(signer),
            passages: settings
                .excerpts
                .map(|excerpts| Winnowing::for_passages(excerpts.passage as usize)),
            fingerprinter: Fingerprinter::default(),
            shingle: settings.shingle,
            runs: Vec::new(),
            anchors: settings.reworded.is_some(),
        }
    }

    /// Replaces the anchors, that is names and numbers, by those of the pieces of a text, if they
    /// are needed.
    pub(super) fn trace_anchors<'t, P: IntoIterator<Item = &'t str>>(
        &self,
        pieces: impl FnOnce() -> P,
        traces: &mut Traces,
    ) {
        if self.anchors {
            anchors::read(pieces(), traces.anchors.get_or_insert_default());
        }
    }

    /// Replaces bands, passages and repeats by those of a text.
    ///
    /// Repeats, which boilerplate is learned from, are left empty unless `with_repeats` is set.
    pub(super) fn trace(&mut self, text: &Shingler, with_repeats: bool, traces: &mut Traces) {
        traces.bands.clear();
        traces.passages.clear();
        traces.repeats.clear();
        if let Some(signer) = &mut self.signer
            && !signer.sign_into(&text.shingles, &mut traces.bands)
        {
            traces.bands.resize(signer.bands(), 0);
        }
        if !with_repeats && self.passages.is_none() {
            return;
        }
        let words = &text.words;
        let runs = runs(text, self.shingle, &mut self.runs);
        let boilerplate = Winnowing::for_boilerplate();
        let mut chosen = None;
        if with_repeats {
            let repeats = self.fingerprinter.choose(runs, boilerplate);
            traces
                .repeats
                .extend(repeats.iter().map(|chosen| boilerplate::short(chosen.hash)));
            let narrower =
                |passages| winnowing::rechoose(repeats, boilerplate, passages, words.len());
            chosen = self.passages.and_then(narrower);
        }
        if let Some(winnowing) = self.passages {
            let chosen = match &chosen {
                Some(chosen) => chosen,
                None => self.fingerprinter.choose(runs, winnowing),
            };
            traces
                .passages
                .extend(winnowing::fingerprints(words, runs, chosen, winnowing));
        }
    }

    /// Replaces the repeats alone by those of a text.
    pub(super) fn trace_repeats(&mut self, text: &Shingler, traces: &mut Traces) {
        let runs = runs(text, self.shingle, &mut self.runs);
        let chosen = self
            .fingerprinter
            .choose(runs, Winnowing::for_boilerplate());
        let repeats = chosen.iter().map(|chosen| boilerplate::short(chosen.hash));
        traces.repeats.clear();
        traces.repeats.extend(repeats);
    }
}

/// Hashes of the runs of [`winnowing::RUN`] words of a text. If its shingles have that many words,
/// they are the runs.
fn runs<'a>(text: &'a Shingler, shingle: Shingle, buffer: &'a mut Vec<u64>) -> &'a [u64] {
    if shingle == Shingle::Words(winnowing::RUN) {
        return &text.shingles;
    }
    winnowing::runs(&text.words, buffer);
    buffer
}
