//! Finds the records of a table, also where its quotes are wrong.
//!
//! A record is read by the rules of RFC 4180 first. Text after a closing quote, a wrong number of
//! fields, or lines within a field that look like records of their own show that a quote went
//! wrong. If the first line alone has the right number of fields, it is the record. Otherwise the
//! quotes may stand within a text without being doubled: then a quote closes a field only before a
//! separator or a line end. If that does not fit either, the line is lost, and reading goes on with
//! the next line that is a record.

use memchr::{memchr, memchr2, memchr3};

use super::cells::{Dialect, RecordFields, skip_line_ends};
use super::delimited::TableColumns;
use super::names::Field;
use super::pieces::{BytesDone, DroppedBytes, Piece, PieceFault, PieceFinder};

/// The reason why lines are lost.
const QUOTE_WRONG: &str = "a quote goes wrong here, so that it cannot be known where the records \
    begin and end; double the quotes inside fields";

/// Bytes in which the end of a record with quotes that are not doubled is looked for: enough for an
/// article, and few enough for a table that is broken in every line.
const MENDED_BYTES: usize = 32 << 10;

/// Longest id of a record within a field, in bytes.
const LONGEST_ID: usize = 64;

/// What the records of a table look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableShape {
    dialect: Dialect,
    columns: usize,
    id: Option<usize>,
    url: Option<usize>,
    published: Option<usize>,
}

impl TableShape {
    pub(super) fn of(columns: &TableColumns) -> Self {
        Self {
            dialect: columns.dialect,
            columns: columns.count(),
            id: columns.column_of(Field::Id),
            url: columns.column_of(Field::Url),
            published: columns.column_of(Field::Published),
        }
    }

    /// Tells whether a line within a quoted field looks like a record: as many cells as columns,
    /// and an address, a date or an id where those of the table stand.
    fn is_record(&self, line: &[u8], fields: &mut RecordFields) -> bool {
        let literal = Dialect {
            quotes: false,
            ..self.dialect
        };
        if self.columns < 2 || fields.split(line, 0, literal) != line.len() {
            return false;
        }
        let cell = |column: Option<usize>| {
            let text = fields.bytes(column?, line)?;
            let trimmed = text.trim_ascii();
            let inner = trimmed.strip_prefix(b"\"").unwrap_or(trimmed);
            Some(inner.strip_suffix(b"\"").unwrap_or(inner))
        };
        let digits = |text: &[u8]| text.iter().filter(|byte| byte.is_ascii_digit()).count();
        if fields.count() != self.columns {
            return false;
        }
        let (id, url, date) = (cell(self.id), cell(self.url), cell(self.published));
        let has_id = id.is_some_and(|id| digits(id) > 0);
        let has_url = url.is_some_and(|url| url.starts_with(b"http"));
        let has_date = date.is_some_and(|date| digits(date) >= 4);
        let url_fits = has_url || url.is_none_or(<[u8]>::is_empty);
        let date_fits = has_date || date.is_none_or(<[u8]>::is_empty);
        let id_fits =
            id.is_none_or(|id| id.len() <= LONGEST_ID && !id.iter().any(u8::is_ascii_whitespace));
        url_fits && date_fits && id_fits && (has_url || has_date || has_id)
    }

    /// Tells whether any line of a record but the first looks like a record.
    fn holds_records(&self, record: &[u8], fields: &mut RecordFields) -> bool {
        let mut at = 0;
        while let Some(n) = memchr2(b'\n', b'\r', &record[at..]) {
            at += n + 1;
            let end = memchr2(b'\n', b'\r', &record[at..]).map_or(record.len(), |n| at + n);
            if end > at && self.is_record(&record[at..end], fields) {
                return true;
            }
        }
        false
    }
}

/// Finder of the records of a table whose header is known.
#[derive(Debug)]
pub(super) struct TableFinder {
    shape: TableShape,
    fields: RecordFields,
    /// Start of the record that is looked at.
    start: usize,
    scan: StrictScan,
    /// Start of lines that are lost.
    lost: Option<usize>,
    /// A line that is too long goes by.
    dropped: Option<Box<DroppedBytes>>,
}

/// State of reading a record by RFC 4180.
#[derive(Debug, Clone, Copy)]
struct StrictScan {
    at: usize,
    state: TableState,
    fields: usize,
    /// A line end stands within a quoted field.
    several_lines: bool,
    /// Text follows a closing quote.
    unclean: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TableState {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: its end, or the first of a doubled quote.
    QuoteSeen,
}

/// Result of [`StrictScan::run`].
enum Scanned {
    /// The record ends before a line end at this place.
    Ends(usize),
    /// Text follows the closing quote of a field that holds a line end.
    Wrong,
    More,
}

impl StrictScan {
    fn new(at: usize) -> Self {
        Self {
            at,
            state: TableState::FieldStart,
            fields: 1,
            several_lines: false,
            unclean: false,
        }
    }

    /// Reads on from where the last call stopped.
    fn run(&mut self, held: &[u8], dialect: Dialect) -> Scanned {
        use TableState::{FieldStart, Plain, QuoteSeen, Quoted};
        while let Some(&byte) = held.get(self.at) {
            let rest = &held[self.at..];
            self.state = match (self.state, byte) {
                (Quoted, _) => {
                    let found = match dialect.backslash {
                        true => memchr2(b'"', b'\\', rest),
                        false => memchr(b'"', rest),
                    };
                    let passed = found.unwrap_or(rest.len());
                    self.several_lines =
                        self.several_lines || memchr2(b'\n', b'\r', &rest[..passed]).is_some();
                    self.at += passed;
                    match found {
                        None => return Scanned::More,
                        Some(n) if rest[n] == b'\\' && n + 1 == rest.len() => {
                            return Scanned::More;
                        }
                        Some(n) if rest[n] == b'\\' => {
                            self.at += 1;
                            Quoted
                        }
                        Some(_) => QuoteSeen,
                    }
                }
                (QuoteSeen, b'"') if !dialect.backslash => Quoted,
                (FieldStart, b'"') if dialect.quotes => Quoted,
                (_, b'\n' | b'\r') => return Scanned::Ends(self.at),
                (_, byte) if byte == dialect.delimiter => {
                    self.fields += 1;
                    FieldStart
                }
                (QuoteSeen, _) => {
                    self.unclean = true;
                    if self.several_lines {
                        return Scanned::Wrong;
                    }
                    Plain
                }
                (_, b'\\') if dialect.backslash => {
                    if rest.len() == 1 {
                        return Scanned::More;
                    }
                    self.at += 1;
                    Plain
                }
                (_, _) => {
                    let found = memchr3(dialect.delimiter, b'\n', b'\r', rest);
                    let passed = found.unwrap_or(rest.len());
                    let escape = dialect.backslash.then(|| memchr(b'\\', &rest[..passed]));
                    self.at += escape.flatten().unwrap_or(passed) - 1;
                    Plain
                }
            };
            self.at += 1;
        }
        Scanned::More
    }
}

/// What to do with the record that is looked at.
enum Verdict {
    /// It ends at this place.
    Record(usize),
    /// Its line is lost, up to this place.
    Lost(usize),
    /// Its line is longer than permitted.
    TooLong,
    More,
}

impl TableFinder {
    /// Begins at a byte of the bytes held, after the header.
    pub(super) fn new(shape: TableShape, start: usize) -> Self {
        Self {
            shape,
            fields: RecordFields::default(),
            start,
            scan: StrictScan::new(start),
            lost: None,
            dropped: None,
        }
    }

    /// Looks at the record that begins at `self.start`, which is no line end.
    fn look(&mut self, held: &[u8], last: bool, longest: usize) -> Verdict {
        let TableShape {
            dialect, columns, ..
        } = self.shape;
        let scanned = self.scan.run(held, dialect);
        let scan = self.scan;
        let over = held.len() - self.start > longest;
        let end = match scanned {
            Scanned::Ends(end) if !scan.several_lines => {
                let too_long = end - self.start > longest;
                let broken = scan.unclean && !too_long && !self.fits(&held[self.start..end]);
                match broken {
                    // A field with quotes that are not doubled may go on after its line.
                    true => None,
                    false => return self.one_line(held, end, longest),
                }
            }
            Scanned::Ends(end) => Some(end).filter(|end| end - self.start <= longest),
            Scanned::Wrong => None,
            Scanned::More if over && !scan.several_lines => return Verdict::TooLong,
            Scanned::More if !over && !last => return Verdict::More,
            // The file is cut off within a field.
            Scanned::More if !scan.several_lines && scan.state == TableState::Quoted => {
                return Verdict::Lost(held.len());
            }
            Scanned::More if !scan.several_lines => {
                return self.one_line(held, held.len(), longest);
            }
            Scanned::More if over || scan.state == TableState::Quoted => None,
            Scanned::More => Some(held.len()),
        };
        let end = end.filter(|_| !scan.unclean && scan.fields == columns);
        match end {
            Some(end)
                if !self
                    .shape
                    .holds_records(&held[self.start..end], &mut self.fields) =>
            {
                Verdict::Record(end)
            }
            _ => self.mend(held, last, longest),
        }
    }

    /// A record of one line that ends at `end`. While lines are lost, only a line that is sure to be
    /// a record ends the loss.
    fn one_line(&mut self, held: &[u8], end: usize, longest: usize) -> Verdict {
        let line = &held[self.start..end];
        if line.len() > longest {
            Verdict::TooLong
        } else if self.lost.is_none() || self.is_sure(line) {
            Verdict::Record(end)
        } else {
            Verdict::Lost(end)
        }
    }

    /// Tells whether a line is a record on its own.
    fn fits(&mut self, line: &[u8]) -> bool {
        let TableShape {
            dialect, columns, ..
        } = self.shape;
        self.fields.split_whole(line, dialect, columns)
    }

    /// Tells whether a line that may stand within a lost text is a record.
    fn is_sure(&mut self, line: &[u8]) -> bool {
        let typed = [self.shape.id, self.shape.url, self.shape.published];
        let any_typed = typed.iter().any(Option::is_some);
        self.fits(line) && (!any_typed || self.shape.is_record(line, &mut self.fields))
    }

    /// Decides on a record of several lines whose quotes are wrong.
    fn mend(&mut self, held: &[u8], last: bool, longest: usize) -> Verdict {
        let rest = &held[self.start..];
        let first = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        if first > longest {
            return Verdict::TooLong;
        }
        let lost = Verdict::Lost(self.start + first);
        if self.lost.is_some() {
            return match self.is_sure(&rest[..first]) {
                true => Verdict::Record(self.start + first),
                false => lost,
            };
        }
        if rest.len() < MENDED_BYTES && !last {
            return Verdict::More;
        }
        if self.shape.columns > 1 && self.fits(&rest[..first]) && self.goes_on(rest, first, last) {
            return Verdict::Record(self.start + first);
        }
        let near = &rest[..rest.len().min(MENDED_BYTES)];
        let end = self.fields.split_mended(near, self.shape.dialect);
        let ends = end < near.len() || (last && near.len() == rest.len());
        // The first line alone was looked at before.
        let whole = ends && end > first;
        let found = whole && self.fits(&near[..end]);
        match found && !self.shape.holds_records(&near[..end], &mut self.fields) {
            true => Verdict::Record(self.start + end),
            false => lost,
        }
    }

    /// Tells whether a record begins after the line that ends at `first`.
    fn goes_on(&mut self, rest: &[u8], first: usize, last: bool) -> bool {
        let near = &rest[..rest.len().min(MENDED_BYTES)];
        let next = skip_line_ends(near, first);
        let mut scan = StrictScan::new(next);
        let scanned = scan.run(near, self.shape.dialect);
        let right = !scan.unclean && scan.fields == self.shape.columns;
        let is_record = match scanned {
            Scanned::Ends(_) => right,
            Scanned::Wrong => false,
            Scanned::More if last && near.len() == rest.len() => {
                next == near.len() || (right && scan.state != TableState::Quoted)
            }
            Scanned::More => true,
        };
        // The next record may have a stray quote too.
        is_record || {
            let line = &near[next..];
            let end = memchr2(b'\n', b'\r', line).unwrap_or(line.len());
            self.is_sure(&line[..end])
        }
    }

    /// Ends the lines that are lost, if there are any, at `end`.
    fn end_loss(&mut self, end: usize, pieces: &mut Vec<Piece>) {
        if let Some(start) = self.lost.take() {
            pieces.push(Piece {
                range: start..end,
                fault: Some(PieceFault::Lost(QUOTE_WRONG)),
                dropped: None,
            });
        }
    }

    /// Goes on with a line that is too long. Returns false when more bytes are needed.
    fn skip(&mut self, held: &[u8], last: bool, pieces: &mut Vec<Piece>) -> bool {
        if self.dropped.is_none() {
            return true;
        }
        let end = memchr2(b'\n', b'\r', &held[self.start..]).map(|n| self.start + n);
        let Some(end) = end.or(last.then_some(held.len())) else {
            return false;
        };
        pieces.push(Piece {
            range: self.start..end,
            fault: None,
            dropped: self.dropped.take(),
        });
        self.go_to(end);
        true
    }

    fn go_to(&mut self, start: usize) {
        self.start = start;
        self.scan = StrictScan::new(start);
    }
}

impl PieceFinder for TableFinder {
    fn find(
        &mut self,
        held: &[u8],
        last: bool,
        longest: usize,
        pieces: &mut Vec<Piece>,
    ) -> BytesDone {
        while self.skip(held, last, pieces) {
            if self.scan.at == self.start {
                self.go_to(skip_line_ends(held, self.start));
            }
            if self.start == held.len() {
                break;
            }
            match self.look(held, last, longest) {
                Verdict::Record(end) => {
                    self.end_loss(self.start, pieces);
                    pieces.push(Piece {
                        range: self.start..end,
                        fault: None,
                        dropped: None,
                    });
                    self.go_to(end);
                }
                Verdict::Lost(end) => {
                    self.lost.get_or_insert(self.start);
                    self.go_to(end);
                    if let Some(lost) = self.lost.filter(|lost| end - lost > longest) {
                        self.end_loss(end, pieces);
                        debug_assert!(lost < end);
                    }
                }
                Verdict::TooLong => {
                    self.end_loss(self.start, pieces);
                    self.dropped = Some(Box::default());
                }
                Verdict::More => break,
            }
        }
        if last {
            self.end_loss(held.len(), pieces);
            return BytesDone {
                cut: held.len(),
                dropped: 0,
            };
        }
        let cut = self.lost.unwrap_or(self.start);
        let mut dropped = 0;
        if let Some(so_far) = &mut self.dropped {
            so_far.add(&held[cut..]);
            dropped = held.len() - cut;
            self.go_to(held.len());
        }
        let done = cut + dropped;
        self.start -= done;
        self.scan.at -= done;
        self.lost = self.lost.map(|_| 0);
        BytesDone { cut, dropped }
    }
}
