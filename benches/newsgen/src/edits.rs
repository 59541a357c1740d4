//! Edits for copies that aim at a Jaccard, for excerpts and for parts of digests.

use crate::draw::Draw;
use crate::prose::{Facts, Language, cut_to_words};
use crate::scripts::Script;
use crate::shingles::{Shingles, count_words, is_unspaced};

/// Shingles that both texts lose for each replaced word: the five that contain it.
const LOST_PER_WORD: f64 = 5.0;
/// Rounds of replacing words. Each corrects what the previous one missed (test
/// `near_copies_hit_their_targets`).
const ROUNDS: usize = 4;

/// Way in which a near copy differs from its source.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// Some words are replaced.
    Words,
    /// Paragraphs are cut, and paragraphs of the copying site are added.
    Paragraphs,
    /// Half of the difference comes from each.
    Both,
}

/// A paragraph of a copy. `own` is true if the copying site wrote it.
struct Part {
    text: String,
    own: bool,
}

/// Edits a copy of `source` so that their Jaccard is close to `target`.
pub(crate) fn near(
    language: &Language,
    source: &str,
    facts: &Facts,
    script: Script,
    target: f64,
    draw: &mut Draw,
) -> String {
    let shingles = Shingles::of(source);
    let manner = [
        Manner::Words,
        Manner::Words,
        Manner::Paragraphs,
        Manner::Paragraphs,
        Manner::Both,
    ][draw.below(5)];
    let by_paragraphs = match manner {
        Manner::Words => 1.0,
        // Whole paragraphs are coarse, and each joint costs shingles. Words do the rest.
        Manner::Paragraphs => target + (1.0 - target) / 5.0,
        Manner::Both => (1.0 + target) / 2.0,
    };
    let mut parts = paragraphs(source);
    let total = count_words(source) as f64;

    // Cutting c of n words and adding a words gives (n - c) / (n + a). `cut_share` is the share of
    // the change that cutting does.
    let cut_share = draw.unit().max(0.3);
    let cut = cut_share * total * (1.0 - by_paragraphs);
    let add = ((total - cut) / by_paragraphs - total).max(0.0);
    cut_paragraphs(&mut parts, cut, draw);
    if add >= 5.0 {
        let mut at = draw.between(1, parts.len());
        for text in language.paragraphs(facts, script, add as usize, draw) {
            // Never before the first paragraph, because a copy begins like its source. Mostly after
            // another added paragraph.
            if draw.chance(0.3) {
                at = draw.between(1, parts.len());
            }
            parts.insert(at, Part { text, own: true });
            at += 1;
        }
    }
    let mut text = join(&parts);
    for _ in 0..ROUNDS {
        let (both, all) = Shingles::of(&text).overlap(&shingles);
        let excess = (both as f64 - target * all as f64) / (LOST_PER_WORD * (1.0 + target));
        if excess < 1.0 {
            break;
        }
        replace_words(language, &mut parts, script, excess as usize, draw);
        text = join(&parts);
    }
    text
}

/// Updates a page slightly: replaces a few words and sometimes adds a closing paragraph.
pub(crate) fn update(
    language: &Language,
    source: &str,
    facts: &Facts,
    script: Script,
    draw: &mut Draw,
) -> String {
    let mut parts = paragraphs(source);
    let words = draw.between(1, 4);
    replace_words(language, &mut parts, script, words, draw);
    if draw.chance(0.5) {
        let added = draw.between(10, 30);
        for text in language.paragraphs(facts, script, added, draw) {
            parts.push(Part { text, own: true });
        }
    }
    join(&parts)
}

/// Draws a run of about `words` words of `source` that begins with a paragraph. Returns the number
/// of words before it, and the run.
pub(crate) fn run(source: &str, words: usize, draw: &mut Draw) -> (usize, String) {
    let paragraphs: Vec<&str> = source.split("\n\n").collect();
    let counts: Vec<usize> = paragraphs.iter().map(|p| count_words(p)).collect();
    // The last paragraph with enough words from there to the end.
    let mut left = 0;
    let last = counts
        .iter()
        .rposition(|count| {
            left += count;
            left >= words
        })
        .unwrap_or(0);
    let first = draw.between(0, last);
    let mut text = paragraphs[first..].join("\n\n");
    cut_to_words(&mut text, words);
    (counts[..first].iter().sum(), text)
}

/// Inserts `run` between two paragraphs of `host`.
pub(crate) fn insert(host: &str, run: &str, draw: &mut Draw) -> String {
    let mut parts: Vec<&str> = host.split("\n\n").collect();
    parts.insert(draw.between(0, parts.len()), run);
    parts.join("\n\n")
}

fn paragraphs(source: &str) -> Vec<Part> {
    source
        .split("\n\n")
        .map(|text| Part {
            text: text.to_owned(),
            own: false,
        })
        .collect()
}

fn join(parts: &[Part]) -> String {
    let texts: Vec<&str> = parts.iter().map(|p| p.text.as_str()).collect();
    texts.join("\n\n")
}

/// Cuts random paragraphs of at most `words` words in all; the first paragraph stays.
fn cut_paragraphs(parts: &mut Vec<Part>, words: f64, draw: &mut Draw) {
    let mut budget = words as usize;
    for _ in 0..2 * parts.len() {
        if parts.len() < 2 {
            return;
        }
        let at = draw.between(1, parts.len() - 1);
        let count = count_words(&parts[at].text);
        if count <= budget {
            budget -= count;
            parts.remove(at);
        }
    }
}

/// Replaces `count` words in the paragraphs of the source, spread evenly with some randomness.
fn replace_words(
    language: &Language,
    parts: &mut [Part],
    script: Script,
    count: usize,
    draw: &mut Draw,
) {
    let slots: Vec<usize> = parts
        .iter()
        .map(|p| {
            if p.own {
                0
            } else {
                slots(&p.text, script).len()
            }
        })
        .collect();
    let total: usize = slots.iter().sum();
    if total == 0 {
        return;
    }
    let count = count.min(total);
    let mut chosen: Vec<usize> = (0..count)
        .map(|i| {
            let (from, to) = (i * total / count, (i + 1) * total / count);
            // Five words before the next cell if possible, so that no shingle is lost twice.
            from + draw.below((to - from).saturating_sub(4).max(1))
        })
        .collect();
    let mut first = 0;
    for (part, slot_count) in parts.iter_mut().zip(slots) {
        let here: Vec<usize> = chosen
            .iter()
            .take_while(|&&at| at < first + slot_count)
            .map(|at| at - first)
            .collect();
        chosen.drain(..here.len());
        first += slot_count;
        if !here.is_empty() {
            part.text = with_words_replaced(language, &part.text, script, &here, draw);
        }
    }
}

fn with_words_replaced(
    language: &Language,
    text: &str,
    script: Script,
    which: &[usize],
    draw: &mut Draw,
) -> String {
    let spans = slots(text, script);
    let mut edited = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for &(start, end) in which.iter().map(|&i| &spans[i]) {
        edited.push_str(&text[at..start]);
        let word = language.spare_word(script, draw);
        let mut letters = word.chars();
        let first = letters.next();
        if script.unspaced() {
            edited.extend(first);
        } else if text[start..].starts_with(char::is_uppercase) {
            edited.extend(first.into_iter().flat_map(char::to_uppercase));
            edited.push_str(letters.as_str());
        } else {
            edited.push_str(&word);
        }
        at = end;
    }
    edited.push_str(&text[at..]);
    edited
}

/// Lists the byte ranges of replaceable words: text between spaces without punctuation, or single
/// letters in scripts without spaces.
fn slots(text: &str, script: Script) -> Vec<(usize, usize)> {
    if script.unspaced() {
        let letters = text
            .char_indices()
            .filter(|(_, c)| c.is_alphanumeric() && is_unspaced(*c));
        return letters.map(|(at, c)| (at, at + c.len_utf8())).collect();
    }
    let mut slots = Vec::with_capacity(text.len() / 6);
    let mut start = 0;
    for piece in text.split(' ') {
        let left = piece.trim_start_matches(|c: char| !c.is_alphanumeric());
        let from = start + piece.len() - left.len();
        let word = left.trim_end_matches(|c: char| !c.is_alphanumeric());
        if !word.is_empty() {
            slots.push((from, from + word.len()));
        }
        start += piece.len() + 1;
    }
    slots
}
