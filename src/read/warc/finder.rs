//! Finds the records of an archive by the lengths in their heads.
//!
//! A record is a line `WARC/1.0`, fields, an empty line, and as many bytes as `Content-Length`
//! says; then empty lines. [`WarcFinder`] is a state machine over the bytes. It only goes forward,
//! so the same bytes give the same records however they arrive. Where a record should
//! start and none does, or a head has no length, the bytes up to the next line that starts with
//! `WARC/` and a digit are lost.

use memchr::memchr;

use crate::read::pieces::{BytesDone, DroppedBytes, Piece, PieceFault, PieceFinder};

/// How a record starts. The digit of the version follows.
const START: &[u8] = b"WARC/";

/// Bytes of the longest head. Those of crawlers have 300 to 3,000.
const MAX_HEAD: usize = 64 << 10;

/// Bytes of a line of the head that are kept, enough for `Content-Length`.
const LINE_KEPT: usize = 64;

/// The reason why bytes are lost in which no record stands.
const DAMAGE: &str = "no WARC record starts here; what stands between here and the next is lost";

/// The reason why bytes at the end are lost.
const CUT_OFF: &str = "the archive ends in the middle of this record";

/// Place of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a record: line ends, then as many bytes of [`START`] and the version as given.
    Between(usize),
    /// In a head.
    Head,
    /// In a body with as many bytes to come.
    Body(u64),
    /// In damage, after as many bytes of a start at the beginning of a line; `None` within a line.
    Lost(Option<usize>),
}

/// What happens at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// A record started as many bytes before.
    Started(usize),
    /// A record ended.
    Ended,
}

/// Finder of the records of an archive.
#[derive(Debug)]
pub(in crate::read) struct WarcFinder {
    state: State,
    /// The beginning of the current line of a head.
    line: Vec<u8>,
    /// Bytes of the current line, and of the head.
    line_length: usize,
    head: usize,
    /// The length that the head has named.
    length: Option<u64>,
    /// Start of the bytes held that are in no piece yet: a record, damage, or line ends.
    start: usize,
    /// Bytes held that were looked at.
    at: usize,
    dropped: Option<Box<DroppedBytes>>,
}

impl WarcFinder {
    pub(in crate::read) fn new() -> Self {
        Self {
            state: State::Between(0),
            line: Vec::new(),
            line_length: 0,
            head: 0,
            length: None,
            start: 0,
            at: 0,
            dropped: None,
        }
    }

    /// Appends the damage from `self.start` to `end`, unless there are only line ends.
    fn push_lost(&mut self, held: &[u8], end: usize, reason: &'static str, to: &mut Vec<Piece>) {
        let start = match &self.dropped {
            Some(_) => self.start,
            None => {
                let line_ends = held[self.start..end]
                    .iter()
                    .take_while(|byte| matches!(byte, b'\r' | b'\n'));
                self.start + line_ends.count()
            }
        };
        if start < end || self.dropped.is_some() {
            to.push(Piece {
                range: start..end,
                fault: Some(PieceFault::Lost(reason)),
                dropped: self.dropped.take(),
            });
        }
        self.start = end;
    }

    /// Goes on to the next event, or to the end of the bytes held.
    fn next(&mut self, held: &[u8]) -> Option<Event> {
        while self.at < held.len() {
            let event = match self.state {
                State::Between(matched) => self.between(held[self.at], matched),
                State::Head => self.head(held),
                State::Body(left) => {
                    let rest = (held.len() - self.at) as u64;
                    let passed = rest.min(left);
                    // Fits: it is at most the length of the slice.
                    self.at += passed as usize;
                    self.state = State::Body(left - passed);
                    (left == passed).then(|| self.end_record())
                }
                State::Lost(matched) => self.lost(held, matched),
            };
            if event.is_some() {
                return event;
            }
        }
        None
    }

    fn between(&mut self, byte: u8, matched: usize) -> Option<Event> {
        if matched == 0 && matches!(byte, b'\r' | b'\n') {
            self.at += 1;
            return None;
        }
        if !continues_start(matched, byte) {
            self.state = State::Lost(None);
            return None;
        }
        self.at += 1;
        self.after_match(matched + 1, State::Between)
    }

    /// Passes damage up to the next start of a record.
    fn lost(&mut self, held: &[u8], matched: Option<usize>) -> Option<Event> {
        match matched {
            Some(matched) if continues_start(matched, held[self.at]) => {
                self.at += 1;
                self.after_match(matched + 1, |matched| State::Lost(Some(matched)))
            }
            _ => {
                let line_end = memchr(b'\n', &held[self.at..]);
                self.at = line_end.map_or(held.len(), |end| self.at + end + 1);
                self.state = State::Lost(line_end.map(|_| 0));
                None
            }
        }
    }

    /// The state after `matched` bytes of a start.
    fn after_match(&mut self, matched: usize, state: impl Fn(usize) -> State) -> Option<Event> {
        if matched <= START.len() {
            self.state = state(matched);
            return None;
        }
        self.state = State::Head;
        self.line.clear();
        self.line_length = matched;
        self.head = matched;
        self.length = None;
        Some(Event::Started(matched))
    }

    /// Takes one line of a head, or what there is of it.
    fn head(&mut self, held: &[u8]) -> Option<Event> {
        let rest = &held[self.at..];
        let line_end = memchr(b'\n', rest);
        let taken = line_end.map_or(rest.len(), |end| end + 1);
        let kept = LINE_KEPT.saturating_sub(self.line.len()).min(taken);
        self.line.extend_from_slice(&rest[..kept]);
        self.line_length += taken;
        self.head += taken;
        self.at += taken;
        if self.head > MAX_HEAD {
            self.state = State::Lost(line_end.map(|_| 0));
            return None;
        }
        line_end?;
        let line = self.line.trim_ascii();
        let mut event = None;
        if line.is_empty() && self.line_length <= LINE_KEPT {
            event = match self.length {
                Some(0) => Some(self.end_record()),
                Some(length) => {
                    self.state = State::Body(length);
                    None
                }
                None => {
                    self.state = State::Lost(Some(0));
                    None
                }
            };
        } else if is_start(line) {
            // The record before broke off in its head.
            let length = self.line_length;
            self.length = None;
            self.head = length;
            event = Some(Event::Started(length));
        } else if let Some(length) = content_length(line) {
            self.length = length;
        }
        self.line.clear();
        self.line_length = 0;
        event
    }

    fn end_record(&mut self) -> Event {
        self.state = State::Between(0);
        Event::Ended
    }
}

impl PieceFinder for WarcFinder {
    fn find(
        &mut self,
        held: &[u8],
        last: bool,
        longest: usize,
        pieces: &mut Vec<Piece>,
    ) -> BytesDone {
        while let Some(event) = self.next(held) {
            match event {
                Event::Started(before) => self.push_lost(held, self.at - before, DAMAGE, pieces),
                Event::Ended => {
                    pieces.push(Piece {
                        range: self.start..self.at,
                        fault: None,
                        dropped: self.dropped.take(),
                    });
                    self.start = self.at;
                }
            }
        }
        if last {
            let reason = match self.state {
                State::Head | State::Body(_) => CUT_OFF,
                State::Between(_) | State::Lost(_) => DAMAGE,
            };
            self.push_lost(held, held.len(), reason, pieces);
            return BytesDone {
                cut: held.len(),
                dropped: 0,
            };
        }
        let cut = self.start;
        // What may be the start of a record is needed, and heads are short.
        let droppable = match self.state {
            State::Body(_) => self.at,
            State::Lost(matched) => self.at - matched.unwrap_or(0),
            State::Between(_) | State::Head => cut,
        };
        let mut dropped = 0;
        if droppable > cut && (self.at - cut > longest || self.dropped.is_some()) {
            dropped = droppable - cut;
            let so_far = self.dropped.get_or_insert_default();
            so_far.add(&held[cut..droppable]);
        }
        self.at -= cut + dropped;
        self.start = 0;
        BytesDone { cut, dropped }
    }
}

/// Tells whether `byte` continues a start of which `matched` bytes are there.
fn continues_start(matched: usize, byte: u8) -> bool {
    match START.get(matched) {
        Some(&expected) => byte == expected,
        None => byte.is_ascii_digit(),
    }
}

fn is_start(line: &[u8]) -> bool {
    line.strip_prefix(START)
        .is_some_and(|version| version.first().is_some_and(u8::is_ascii_digit))
}

/// The length that a line names: `None` for another field, `Some(None)` for no number.
fn content_length(line: &[u8]) -> Option<Option<u64>> {
    let colon = memchr(b':', line)?;
    let (name, value) = line.split_at(colon);
    if !name.trim_ascii().eq_ignore_ascii_case(b"content-length") {
        return None;
    }
    let digits = value[1..].trim_ascii();
    let number = std::str::from_utf8(digits).ok()?;
    Some(
        number
            .bytes()
            .all(|digit| digit.is_ascii_digit())
            .then(|| number.parse().ok())
            .flatten(),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(body: &str) -> String {
        format!(
            "WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    }

    /// Bodies of the records, and the lost bytes in brackets, if the bytes come in blocks.
    fn shown_in_blocks(bytes: &[u8], sizes: &[usize], longest: usize) -> Vec<String> {
        let mut finder = WarcFinder::new();
        let mut found = Vec::new();
        let (mut start, mut seen) = (0, 0);
        let mut sizes = sizes.iter().cycle();
        loop {
            let size = sizes.next().copied().unwrap_or(usize::MAX);
            let last = seen == bytes.len();
            seen = seen.saturating_add(size).min(bytes.len());
            let held = &bytes[start..seen];
            let mut pieces = Vec::new();
            let done = finder.find(held, last, longest, &mut pieces);
            for piece in pieces {
                let text = String::from_utf8_lossy(&held[piece.range]).replace('\r', "");
                found.push(match (piece.fault, piece.dropped) {
                    (Some(_), None) => format!("[{text}]"),
                    (None, None) => text.split_once("\n\n").unwrap().1.to_owned(),
                    (lost, Some(dropped)) => format!("{} bytes, {}", dropped.bytes, lost.is_some()),
                });
            }
            start += done.cut + done.dropped;
            if last {
                assert_eq!(start, bytes.len());
                return found;
            }
        }
    }

    fn shown(bytes: &[u8]) -> Vec<String> {
        shown_in_blocks(bytes, &[], usize::MAX)
    }

    #[test]
    fn records_and_damage_that_are_too_long_go_by() {
        let archive = format!("{}{}", record(&"x".repeat(5000)), record("short"));
        let found = shown_in_blocks(archive.as_bytes(), &[100], 1000);
        assert_eq!(found.len(), 2);
        assert!(found[0].ends_with("bytes, false"), "{found:?}");
        assert_eq!(found[1], "short");
        let damage = format!("{}\n{}", "y".repeat(5000), record("short"));
        for size in [1, 7, 100, 10_000] {
            let found = shown_in_blocks(damage.as_bytes(), &[size], 1000);
            assert_eq!(found.last().unwrap(), "short", "{size}");
            assert_eq!(found.len(), 2, "{size}");
        }
    }

    #[test]
    fn records_are_found_and_damage_costs_what_is_damaged() {
        let (a, b) = (record("first"), record("second\r\n\r\nWARC/1.0\r\n"));
        let second = "second\n\nWARC/1.0\n";
        let cases: Vec<(&str, String, Vec<&str>)> = vec![
            ("two", format!("{a}{b}"), vec!["first", second]),
            (
                "line ends of Unix",
                a.replace('\r', "") + &a,
                vec!["first", "first"],
            ),
            (
                "no line ends between",
                a.trim_end().to_owned() + &a,
                vec!["first", "first"],
            ),
            ("line ends before", format!("\r\n\n{a}"), vec!["first"]),
            ("empty body", record("") + &a, vec!["", "first"]),
            (
                "rubbish before",
                format!("rubbish\nWARC/x\n{a}"),
                vec!["[rubbish\nWARC/x\n]", "first"],
            ),
            (
                "rubbish between",
                format!("{a}rub\nbish\n{b}"),
                vec!["first", "[rub\nbish\n]", second],
            ),
            (
                "cut off",
                format!("{a}{}", &b[..b.len() - 9]),
                vec![
                    "first",
                    "[WARC/1.0\nWARC-Type: resource\nContent-Length: 20\n\nsecond\n\nWARC/]",
                ],
            ),
            (
                "no length",
                format!("WARC/1.1\r\nA: b\r\n\r\nx\r\n\r\n{a}"),
                vec!["[WARC/1.1\nA: b\n\nx\n\n]", "first"],
            ),
            (
                "length of letters",
                format!("WARC/1.1\r\nContent-Length: x1\r\n\r\n{a}"),
                vec!["[WARC/1.1\nContent-Length: x1\n\n]", "first"],
            ),
            (
                "huge length",
                format!("WARC/1.1\ncontent-length : 99999999999999999999\n\n{a}"),
                vec![
                    "[WARC/1.1\ncontent-length : 99999999999999999999\n\n]",
                    "first",
                ],
            ),
            (
                "broken head",
                format!("WARC/1.1\r\nA: b\r\n{a}"),
                vec!["[WARC/1.1\nA: b\n]", "first"],
            ),
            (
                "long line",
                format!("WARC/1.1\r\nA: {}\r\n{}", "b".repeat(200), &a[10..]),
                vec!["first"],
            ),
            (
                "endless head",
                format!("WARC/1.1\n{}{a}", "a: b\n".repeat(20_000)),
                vec!["[..]", "first"],
            ),
            ("nothing", String::new(), vec![]),
            ("line ends", "\r\n\r\n".to_owned(), vec![]),
            ("start of a start", "WAR".to_owned(), vec!["[WAR]"]),
        ];
        for (case, bytes, expected) in cases {
            let mut found = shown(bytes.as_bytes());
            if case == "endless head" {
                found[0] = "[..]".to_owned();
            }
            assert_eq!(found, expected, "{case}");
        }
    }

    fn archive() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            4 => "[ -~\r\n]{0,30}".prop_map(|body| record(&body)),
            1 => Just("WARC/1.0\r\n".to_owned()),
            1 => Just("Content-Length: 7\r\n".to_owned()),
            1 => Just("\r\n\r\n".to_owned()),
            1 => "[A-Z/1.\n]{0,12}",
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn pieces_do_not_depend_on_how_the_bytes_arrive(
            bytes in archive(),
            sizes in prop::collection::vec(1usize..40, 1..60),
        ) {
            let in_blocks = shown_in_blocks(&bytes, &sizes, usize::MAX);
            prop_assert_eq!(in_blocks, shown(&bytes));
            // Whatever goes by, the records after it are found.
            shown_in_blocks(&bytes, &sizes, 20);
        }
    }
}
