//! The lines at the two ends of a text that can hold a credit.
//!
//! The search is limited to the first four lines within the first 4 KiB and the last six lines
//! within the last 2 KiB. At most the first 300 characters of a line at the beginning are searched,
//! and the last 600 characters of a line at the end. So a text without line breaks is judged by its
//! first 300 and its last 600 characters.

/// Bytes searched at the beginning: enough for four lines, even if some are captions.
pub(super) const HEAD: usize = 4096;

/// Bytes searched at the end.
pub(super) const TAIL: usize = 2048;

/// Lines at the beginning that can be a byline, or nothing but an agency's name.
pub(super) const HEAD_LINES: usize = 4;

/// Lines at the beginning that can start with a dateline.
const DATELINE_LINES: usize = 3;

/// Lines at the end that can name contributors or a copyright.
pub(super) const TAIL_LINES: usize = 6;

/// Lines at the end that can be nothing but an agency's name.
const LAST_LINES: usize = 3;

/// Characters searched of a line at the beginning and of the author field: more than the length of
/// any byline or dateline.
pub(super) const HEAD_CHARS: usize = 300;

/// Characters searched of a line at the end: more than the length of any list of contributors with
/// its copyright line.
pub(super) const TAIL_CHARS: usize = 600;

/// Kinds of credit that a line can hold, by its position in the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LinePosition {
    /// The line can start with a dateline.
    pub(super) dateline: bool,
    /// The line can be a byline, or nothing but an agency's name.
    pub(super) alone: bool,
    /// The line is near the end, so that it can be a tagline.
    pub(super) tail: bool,
    /// The line is the last one.
    pub(super) last: bool,
}

/// The lines to search at the beginning.
pub(super) fn head(text: &str) -> impl Iterator<Item = (&str, LinePosition)> {
    let head = &text[..floor_char_boundary(text, HEAD)];
    let mut rest = Some(head);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text.as_bytes());
        rest = end.map(|end| &text[end + 1..]);
        Some(trimmed(&text[..end.unwrap_or(text.len())]))
    });
    let lines = lines.filter(|line| !line.is_empty());
    lines.take(HEAD_LINES).enumerate().map(|(number, line)| {
        let position = LinePosition {
            dateline: number < DATELINE_LINES,
            alone: true,
            ..LinePosition::default()
        };
        (first_chars(line, HEAD_CHARS), position)
    })
}

/// The lines to search at the end, from the last one backwards. In a short text, a line can be at
/// both ends.
pub(super) fn tail(text: &str) -> impl Iterator<Item = (&str, LinePosition)> {
    let tail = &text[floor_char_boundary(text, text.len().saturating_sub(TAIL))..];
    let mut rest = Some(tail);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let before = memchr::memrchr(b'\n', text.as_bytes());
        rest = before.map(|before| &text[..before]);
        Some(trimmed(&text[before.map_or(0, |before| before + 1)..]))
    });
    let lines = lines.filter(|line| !line.is_empty());
    lines.take(TAIL_LINES).enumerate().map(|(number, line)| {
        let position = LinePosition {
            alone: number < LAST_LINES,
            tail: true,
            last: number == 0,
            ..LinePosition::default()
        };
        (last_chars(line, TAIL_CHARS), position)
    })
}

/// The last character boundary at or before a byte.
fn floor_char_boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first `count` characters of a text.
pub(super) fn first_chars(text: &str, count: usize) -> &str {
    let (mut end, mut left) = (0, count);
    // `left` bytes hold at most `left` characters, so that many bytes can be skipped without
    // passing the limit.
    while left > 0 && left < text.len() - end {
        let mut to = end + left;
        while !text.is_char_boundary(to) {
            to += 1;
        }
        left -= text[end..to].chars().count();
        end = to;
    }
    if left > 0 { text } else { &text[..end] }
}

/// The last `count` characters of a text.
pub(super) fn last_chars(text: &str, count: usize) -> &str {
    let (mut start, mut left) = (text.len(), count);
    while left > 0 && left < start {
        let from = floor_char_boundary(text, start - left);
        left -= text[from..start].chars().count();
        start = from;
    }
    if left > 0 { text } else { &text[start..] }
}

/// Trims white space like [`str::trim`], but faster if there is none, as in nearly all lines and
/// urls.
pub(super) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}
