//! Segments of a text: its passages, quotations and boilerplate.

use std::ops::Range;

/// A segment of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSegment {
    /// Its bytes in the text.
    pub bytes: Range<usize>,
    /// Its properties.
    pub mark: SegmentMark,
}

/// Properties of a segment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SegmentMark {
    /// Number of its passage, from 0, if it is in one.
    pub passage: Option<usize>,
    /// True if it is within quotation marks.
    pub quoted: bool,
    /// True if it was removed as boilerplate.
    pub boilerplate: bool,
}

impl SegmentMark {
    /// Properties that two marks have in common.
    fn common(self, other: SegmentMark) -> SegmentMark {
        SegmentMark {
            passage: self.passage.filter(|_| self.passage == other.passage),
            quoted: self.quoted && other.quoted,
            boilerplate: self.boilerplate && other.boilerplate,
        }
    }
}

/// Cuts a text into segments, given the bytes and the marks of its words.
///
/// Characters between two words have the properties that both words have.
pub(super) fn segments(
    text: &str,
    spans: &[Range<usize>],
    marks: &[SegmentMark],
) -> Vec<TextSegment> {
    let mut segments: Vec<TextSegment> = Vec::new();
    let mut at = 0;
    let mut extend_to = |end: usize, mark: SegmentMark| {
        if end <= at {
            return;
        }
        match segments.last_mut() {
            Some(last) if last.mark == mark => last.bytes.end = end,
            _ => segments.push(TextSegment {
                bytes: at..end,
                mark,
            }),
        }
        at = end;
    };
    let mut before = SegmentMark::default();
    for (span, &mark) in spans.iter().zip(marks) {
        extend_to(span.start, before.common(mark));
        extend_to(span.end, mark);
        before = mark;
    }
    extend_to(text.len(), SegmentMark::default());
    segments
}
