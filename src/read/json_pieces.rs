//! Finds the records in JSON that is not one record a line: arrays, wrapper objects, and objects
//! written over several lines.
//!
//! A [`RecordPath`] says where the records stand in each top-level value. The finder walks over the
//! bytes once, without recursion, and looks at nothing but strings and brackets; the scanner of the
//! records checks the rest.
//!
//! JSON allows no line end within a string. A line end there means that a quote is missing, and
//! everything up to the next record that begins like the broken one is lost.

use memchr::{memchr, memchr2, memchr3};

use super::names::show;
use super::pieces::{BytesDone, DroppedBytes, Piece, PieceFault, PieceFinder};

/// Deepest nesting outside of records.
const DEEPEST_OUTSIDE: usize = 64;

/// Longest key that is compared with those of a path, in bytes.
const LONGEST_KEY: usize = 200;

/// The reason why bytes are lost after a string that is not closed.
const QUOTE_MISSING: &str = "a string is not closed on its line; \
    what stands between here and the next record is lost";

/// The reason why bytes at the end are lost.
const CUT_OFF: &str = "the JSON ends in the middle; what stands from here on is lost";

/// The reason why bytes are lost after brackets that do not match.
const UNBALANCED: &str = "brackets do not match; what stands from here on is lost";

/// Place of the records in a top-level value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RecordPath {
    /// Keys of the objects around them, the outermost first.
    pub(super) keys: Vec<String>,
    /// How they stand there.
    pub(super) within: RecordsWithin,
}

/// How records stand at the end of a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum RecordsWithin {
    /// The value there is the record.
    #[default]
    Itself,
    /// They are the elements of an array.
    Array,
    /// They are the values of an object, whatever their keys.
    Object,
}

impl RecordPath {
    /// Number of arrays and objects around a record.
    fn depth(&self) -> usize {
        self.keys.len() + usize::from(self.within != RecordsWithin::Itself)
    }

    /// The reason to reject a top-level value that has no records at the path.
    pub(super) fn missing(&self) -> String {
        let place = match self.within {
            RecordsWithin::Array => "array of records",
            _ => "object of records",
        };
        let keys = match &self.keys[..] {
            [] => String::new(),
            keys => format!(" called {}", show(&keys.join("."), LONGEST_KEY)),
        };
        format!("the value that ends here has no {place}{keys}, as the first one of the file has")
    }

    /// The bracket that opens the container number `at` on the path.
    fn bracket(&self, at: usize) -> u8 {
        if at == self.keys.len() && self.within == RecordsWithin::Array {
            b'['
        } else {
            b'{'
        }
    }
}

/// Finder of the records at a path.
#[derive(Debug)]
pub(super) struct JsonFinder {
    path: RecordPath,
    /// Open brackets outside of a record.
    open: Vec<u8>,
    /// Number of the outermost open brackets that are those of the path.
    on_path: usize,
    /// The path was followed to its end in this top-level value.
    path_found: bool,
    /// The next string at this place is a key of the innermost object.
    key_next: bool,
    /// The value that comes next stands under the key of the path.
    key_matches: bool,
    /// White space since the start of the line; `None` after anything else.
    indent: Option<usize>,
    state: JsonState,
    /// First byte that is needed: the start of a key, a record, or lost bytes.
    start: usize,
    /// Bytes of `held` that were looked at.
    at: usize,
    dropped: Option<Box<DroppedBytes>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonState {
    /// Between values and keys.
    Outside,
    Key,
    /// In a string that is no record.
    OtherString,
    /// In a record: an object or an array.
    Record {
        depth: u32,
        string: bool,
        array: bool,
    },
    /// In a record that is neither.
    Scalar {
        string: bool,
    },
    /// After a string that is not closed, until a record begins a line.
    Lost {
        line_start: bool,
        indent: Option<usize>,
    },
    /// After brackets that do not match.
    Unbalanced,
}

impl JsonFinder {
    pub(super) fn new(path: RecordPath) -> Self {
        Self {
            path,
            open: Vec::new(),
            on_path: 0,
            path_found: false,
            key_next: false,
            key_matches: false,
            indent: Some(0),
            state: JsonState::Outside,
            start: 0,
            at: 0,
            dropped: None,
        }
    }

    /// True where the next value is a record.
    fn at_record(&self) -> bool {
        let depth = self.path.depth();
        self.open.len() == depth
            && self.on_path == depth
            && (self.path.within == RecordsWithin::Array || depth == 0 || self.key_matches)
    }

    /// True for a top-level value of another kind than those with the records: it is a record of its
    /// own, so that nothing is skipped in silence.
    fn off_path(&self, bracket: u8) -> bool {
        self.open.is_empty() && self.path.bracket(0) != bracket
    }

    /// Steps over one byte outside of keys and values.
    fn outside(&mut self, byte: u8, pieces: &mut Vec<Piece>) {
        self.start = self.at;
        match byte {
            b'"' if self.key_next => {
                self.start = self.at + 1;
                self.state = JsonState::Key;
            }
            b' ' | b'\t' | b'\r' | b'\n' | b':' | 0x1e => {}
            b',' => {
                self.key_next = self.open.last() == Some(&b'{');
                self.key_matches = false;
            }
            b'}' | b']' => self.close(byte, pieces),
            b'{' | b'[' if self.at_record() || self.off_path(byte) => {
                self.state = JsonState::Record {
                    depth: 1,
                    string: false,
                    array: byte == b'[',
                };
            }
            b'{' | b'[' => self.open(byte),
            _ if self.at_record() || self.open.is_empty() => {
                let string = byte == b'"';
                self.state = JsonState::Scalar { string };
            }
            b'"' => self.state = JsonState::OtherString,
            _ => {}
        }
        self.indent = match byte {
            b'\n' => Some(0),
            b' ' | b'\t' => self.indent.map(|indent| indent + 1),
            _ if self.state == JsonState::Outside => None,
            _ => self.indent,
        };
        self.at += 1;
    }

    fn open(&mut self, bracket: u8) {
        let level = self.open.len();
        if level == DEEPEST_OUTSIDE {
            self.state = JsonState::Unbalanced;
            return;
        }
        let under_key = level == 0 || level > self.path.keys.len() || self.key_matches;
        let expected = level < self.path.depth() && self.path.bracket(level) == bracket;
        if self.on_path == level && under_key && expected {
            self.on_path += 1;
            self.path_found |= self.on_path == self.path.depth();
        }
        self.open.push(bracket);
        self.key_next = bracket == b'{';
        self.key_matches = false;
    }

    fn close(&mut self, bracket: u8, pieces: &mut Vec<Piece>) {
        let opening = if bracket == b'}' { b'{' } else { b'[' };
        if self.open.pop() != Some(opening) {
            self.state = JsonState::Unbalanced;
            return;
        }
        self.on_path = self.on_path.min(self.open.len());
        self.key_next = false;
        self.key_matches = false;
        if self.open.is_empty() && !std::mem::take(&mut self.path_found) {
            pieces.push(Piece {
                range: self.at..self.at + 1,
                fault: Some(PieceFault::NoRecords),
                dropped: None,
            });
        }
    }

    /// True in an object whose values are records, whatever their keys.
    fn any_key(&self) -> bool {
        let depth = self.path.depth();
        self.path.within == RecordsWithin::Object
            && self.open.len() == depth
            && self.on_path == depth
    }

    /// Steps on within a key, which ends at a quote.
    fn key(&mut self, held: &[u8]) -> bool {
        match memchr3(b'"', b'\\', b'\n', &held[self.at..]) {
            Some(n) if held[self.at + n] == b'"' => {
                let key = &held[self.start..self.at + n];
                let level = self.open.len();
                let wanted = self.path.keys.get(level - 1).map(String::as_bytes);
                let is_wanted = self.on_path == level && wanted == Some(key);
                self.key_matches = is_wanted || self.any_key();
                self.key_next = false;
                self.state = JsonState::Outside;
                self.at += n + 1;
            }
            None if held.len() - self.start <= LONGEST_KEY => return false,
            // A key with an escape, or a long one, is none of the path.
            _ => {
                self.key_matches = self.any_key();
                self.state = JsonState::OtherString;
            }
        }
        true
    }

    /// Steps over a string that is no record.
    fn other_string(&mut self, held: &[u8]) -> bool {
        match memchr2(b'"', b'\\', &held[self.at..]) {
            None => self.at = held.len(),
            Some(n) if held[self.at + n] == b'"' => {
                self.at += n + 1;
                self.key_next = false;
                self.state = JsonState::Outside;
            }
            // The escaped byte may not be there yet.
            Some(n) if self.at + n + 1 == held.len() => {
                self.at += n;
                self.start = self.at;
                return false;
            }
            Some(n) => self.at += n + 2,
        }
        self.start = self.at;
        true
    }

    /// Steps on within a record. Returns false when more bytes are needed.
    fn record(
        &mut self,
        held: &[u8],
        mut depth: u32,
        mut string: bool,
        array: bool,
        pieces: &mut Vec<Piece>,
    ) -> bool {
        let (open, close) = if array { (b'[', b']') } else { (b'{', b'}') };
        loop {
            let rest = &held[self.at..];
            let found = if string {
                memchr3(b'"', b'\\', b'\n', rest)
            } else {
                memchr3(b'"', open, close, rest)
            };
            let escape_cut =
                found.is_some_and(|n| string && rest[n] == b'\\' && n + 1 == rest.len());
            let Some(n) = found.filter(|_| !escape_cut) else {
                self.at += found.unwrap_or(rest.len());
                self.state = JsonState::Record {
                    depth,
                    string,
                    array,
                };
                return false;
            };
            self.at += n + 1;
            match rest[n] {
                b'\\' => self.at += 1,
                b'\n' => {
                    self.state = JsonState::Lost {
                        line_start: true,
                        indent: self.indent,
                    };
                    return true;
                }
                b'"' => string = !string,
                bracket if bracket == open => depth += 1,
                _ if depth > 1 => depth -= 1,
                _ => break,
            }
        }
        self.state = JsonState::Outside;
        self.indent = None;
        self.push(None, pieces);
        true
    }

    /// Steps on within a record that is neither an object nor an array.
    fn scalar(&mut self, held: &[u8], mut string: bool, pieces: &mut Vec<Piece>) -> bool {
        while let Some(&byte) = held.get(self.at) {
            match byte {
                // The escaped byte may not be there yet.
                b'\\' if string && self.at + 1 == held.len() => break,
                b'\\' if string => self.at += 1,
                b'"' => string = !string,
                b'\n' | b'\r' => return self.end_scalar(pieces),
                b',' | b']' | b'}' if !string => return self.end_scalar(pieces),
                _ => {}
            }
            self.at += 1;
        }
        self.state = JsonState::Scalar { string };
        false
    }

    fn end_scalar(&mut self, pieces: &mut Vec<Piece>) -> bool {
        self.state = JsonState::Outside;
        self.indent = None;
        self.push(None, pieces);
        true
    }

    /// Looks for a line that begins a record.
    fn resume(
        &mut self,
        held: &[u8],
        line_start: bool,
        indent: Option<usize>,
        pieces: &mut Vec<Piece>,
    ) -> bool {
        let line = &held[self.at..];
        let white = line
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        if line_start && white == line.len() {
            return false;
        }
        if line_start && line[white] == b'{' && indent.is_none_or(|indent| indent == white) {
            self.state = JsonState::Outside;
            self.indent = Some(0);
            self.push(Some(PieceFault::Lost(QUOTE_MISSING)), pieces);
            return true;
        }
        let end = memchr(b'\n', line);
        self.at += end.map_or(line.len(), |n| n + 1);
        self.state = JsonState::Lost {
            line_start: end.is_some(),
            indent,
        };
        end.is_some()
    }

    /// Takes one step. Returns false when more bytes are needed.
    fn step(&mut self, held: &[u8], pieces: &mut Vec<Piece>) -> bool {
        match self.state {
            JsonState::Outside => {
                self.outside(held[self.at], pieces);
                true
            }
            JsonState::Key => self.key(held),
            JsonState::OtherString => self.other_string(held),
            JsonState::Record {
                depth,
                string,
                array,
            } => self.record(held, depth, string, array, pieces),
            JsonState::Scalar { string } => self.scalar(held, string, pieces),
            JsonState::Lost { line_start, indent } => self.resume(held, line_start, indent, pieces),
            JsonState::Unbalanced => {
                self.at = held.len();
                false
            }
        }
    }

    /// Appends the piece from `self.start` to `self.at`.
    fn push(&mut self, fault: Option<PieceFault>, pieces: &mut Vec<Piece>) {
        pieces.push(Piece {
            range: self.start..self.at,
            fault,
            dropped: self.dropped.take(),
        });
        self.start = self.at;
    }

    /// Appends what is left at the end of the source.
    fn end(&mut self, held: &[u8], pieces: &mut Vec<Piece>) {
        self.at = held.len();
        let lost = match self.state {
            JsonState::Outside if self.open.is_empty() => return,
            JsonState::Scalar { .. } => None,
            JsonState::Lost { .. } => Some(QUOTE_MISSING),
            JsonState::Unbalanced => Some(UNBALANCED),
            _ => Some(CUT_OFF),
        };
        self.push(lost.map(PieceFault::Lost), pieces);
    }
}

impl PieceFinder for JsonFinder {
    fn find(
        &mut self,
        held: &[u8],
        last: bool,
        longest: usize,
        pieces: &mut Vec<Piece>,
    ) -> BytesDone {
        while self.at < held.len() && self.step(held, pieces) {}
        if last {
            self.end(held, pieces);
            return BytesDone {
                cut: held.len(),
                dropped: 0,
            };
        }
        if self.state == JsonState::Outside {
            self.start = self.at;
        }
        let cut = self.start;
        let mut dropped = 0;
        if self.at - cut > longest || self.dropped.is_some() {
            dropped = self.at - cut;
            let so_far = self.dropped.get_or_insert_default();
            so_far.add(&held[cut..self.at]);
        }
        self.at -= cut + dropped;
        self.start = 0;
        BytesDone { cut, dropped }
    }
}
