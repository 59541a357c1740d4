//! Tables: comma- or tab-separated values with a header line.
//!
//! Read as the `csv` crate reads them, which the tests hold this against: a quote opens a field only at the field's
//! start, a doubled quote inside stands for one, anything after the closing quote is taken as it is, records end
//! with CR, LF or both, and empty lines are no records. In two things this is stricter: a record with the wrong number of fields is
//! rejected, and so is a quote that is still open at the end of the file.
//!
//! Own code, because each byte of a table is read twice: first in order, to cut blocks, then in
//! parallel. On 321 MB of generated articles as CSV (one core, warm memory), the first pass takes
//! 24 ms and the second, with unquoting and a check of UTF-8, 70 ms; `csv-core` 0.1.13 takes 255 ms
//! for either. That would add 400 ms, more than 6 %, to the CPU time of a scan, and would slow the
//! pass that runs on one thread to a tenth. `csv-core` also copies every field, keeps no places in
//! the record, and does not tell that a quote is open at the end of the input.
//!
//! [`RecordEnds`] finds the ends of records in bytes that arrive piece by piece; [`Fields`] takes one
//! whole record apart.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::LineEnd;
use super::fields::{
    Decoding, FIELDS, Field, Found, Held, Lookup, Parsed, Refused, assemble, list_names,
};

/// Where in a table the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    RecordStart,
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: its end, or the first of a doubled quote.
    QuoteSeen,
}

/// Finds where records end.
#[derive(Debug)]
pub(super) struct RecordEnds {
    delimiter: u8,
    state: State,
}

impl RecordEnds {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            state: State::RecordStart,
        }
    }

    /// Walks over `bytes` up to the next end of a record or empty line; the index after it, or `None` if all of
    /// `bytes` belongs to a record that goes on.
    pub(super) fn next_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            self.state = match (self.state, byte) {
                (State::Quoted, _) => match memchr(b'"', rest) {
                    Some(n) => {
                        at += n;
                        State::QuoteSeen
                    }
                    None => return None,
                },
                (State::QuoteSeen, b'"') => State::Quoted,
                (State::RecordStart | State::FieldStart, b'"') => State::Quoted,
                (_, b'\n' | b'\r') => {
                    self.state = State::RecordStart;
                    return Some(at + 1);
                }
                (_, byte) if byte == self.delimiter => State::FieldStart,
                (_, _) => {
                    at += memchr3(self.delimiter, b'\n', b'\r', rest).map_or(rest.len(), |n| n) - 1;
                    State::Plain
                }
            };
            at += 1;
        }
        None
    }
}

/// One whole record, found in a block.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// Where each field stands, quotes and all.
    spans: Vec<(usize, usize)>,
}

/// How a record ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With its line end, or with the bytes.
    Whole,
    /// With a quote still open.
    QuoteOpen,
}

impl Fields {
    /// Takes the record that starts at `start` apart; `start` stands on no line end. Gives the end of the record, before its
    /// line end. The fields are counted from `start`.
    pub(super) fn split(&mut self, bytes: &[u8], start: usize, delimiter: u8) -> (usize, Ended) {
        self.spans.clear();
        let mut field = start;
        loop {
            let mut at = field;
            if bytes.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    let Some(n) = memchr(b'"', &bytes[at..]) else {
                        self.spans.push((field - start, bytes.len() - start));
                        return (bytes.len(), Ended::QuoteOpen);
                    };
                    at += n + 1;
                    if bytes.get(at) != Some(&b'"') {
                        break;
                    }
                    at += 1;
                }
            }
            at += memchr3(delimiter, b'\n', b'\r', &bytes[at..]).unwrap_or(bytes.len() - at);
            self.spans.push((field - start, at - start));
            if bytes.get(at) != Some(&delimiter) {
                return (at, Ended::Whole);
            }
            field = at + 1;
        }
    }
}

/// The header of a table as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its bytes, without the line end.
    pub bytes: Vec<u8>,
    /// How its line ends.
    pub line_end: LineEnd,
    /// The names of the columns, in their order.
    pub names: Vec<String>,
}

/// The columns that a table has, by the field they stand for.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) header: Header,
    /// How many columns there are.
    count: usize,
    /// For each field its columns, the preferred one first.
    of: [Vec<usize>; FIELDS],
}

impl Columns {
    /// Reads the header, whose line ends so. `Err` lists the columns of a table without a text.
    pub(super) fn of_header(
        header: &[u8],
        line_end: LineEnd,
        delimiter: u8,
        lookup: &Lookup,
    ) -> Result<Self, String> {
        let mut fields = Fields::default();
        let text = String::from_utf8_lossy(header);
        fields.split(text.as_bytes(), 0, delimiter);
        let names: Vec<Cow<'_, str>> = fields
            .spans
            .iter()
            .map(|&(start, end)| {
                let mut decoded = String::new();
                let raw = text.get(start..end).unwrap_or_default();
                Cow::Owned(
                    unquote(raw, &mut decoded)
                        .map_or_else(|| raw.trim().to_owned(), |()| decoded.trim().to_owned()),
                )
            })
            .collect();
        let mut ranked: [Vec<(u32, usize)>; FIELDS] = Default::default();
        for (column, name) in names.iter().enumerate() {
            for target in lookup.targets(name) {
                ranked[target.field.index()].push((target.rank, column));
            }
        }
        if ranked[Field::Text.index()].is_empty() {
            return Err(list_names(names.into_iter()));
        }
        let of = ranked.map(|mut columns| {
            columns.sort_unstable();
            columns.into_iter().map(|(_, column)| column).collect()
        });
        Ok(Self {
            count: names.len(),
            header: Header {
                bytes: header.to_vec(),
                line_end,
                names: names.into_iter().map(Cow::into_owned).collect(),
            },
            of,
        })
    }
}

/// Makes a document of one record: `text` is the record without its line end, and `fields` what it was split into.
pub(super) fn parse<'s>(
    text: &'s str,
    lossy: bool,
    (fields, ended): (&Fields, &Ended),
    columns: &Columns,
    decoding: &'s mut Decoding,
) -> Result<Parsed<'s>, Refused> {
    let refuse = |reason| Err(Refused { id: None, reason });
    if *ended == Ended::QuoteOpen {
        return refuse("a quote that opens in this record is never closed; close it, or double the quotes inside fields".to_owned());
    }
    if fields.spans.len() != columns.count {
        let (here, header) = (fields.spans.len(), columns.count);
        return refuse(format!(
            "{here} fields where the header has {header}; put fields that hold a separator or a line end in quotes"
        ));
    }
    let mut found: Found<'s> = [const { None }; FIELDS];
    for (held, columns) in found.iter_mut().zip(&columns.of) {
        for &column in columns {
            let Some(raw) = fields
                .spans
                .get(column)
                .and_then(|&(start, end)| text.get(start..end))
            else {
                continue;
            };
            let start = decoding.decoded.len();
            *held = match unquote(raw, &mut decoding.decoded) {
                None if raw.is_empty() => None,
                None => Some(Held::Record(raw)),
                Some(()) if decoding.decoded.len() == start => None,
                Some(()) => Some(Held::Decoded(start..decoding.decoded.len())),
            };
            if held.is_some() {
                break;
            }
        }
    }
    Ok(assemble(&found, decoding, lossy, false))
}

/// Appends the meaning of a quoted field to `out`; `None` if it is not quoted and means itself.
fn unquote(raw: &str, out: &mut String) -> Option<()> {
    let mut rest = raw.strip_prefix('"')?;
    while let Some(n) = memchr(b'"', rest.as_bytes()) {
        out.push_str(&rest[..n]);
        rest = &rest[n + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                out.push('"');
                rest = after;
            }
            None => break,
        }
    }
    out.push_str(rest);
    Some(())
}

/// Counts line ends, for line numbers.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Skips line ends from `at` on.
pub(super) fn skip_line_ends(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..]
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::FieldNames;

    /// Records as the code under test sees them: each its fields, or the mark of an open quote.
    fn own(bytes: &[u8]) -> (Vec<Vec<String>>, bool) {
        let mut fields = Fields::default();
        let mut records = Vec::new();
        let mut at = skip_line_ends(bytes, 0);
        let mut open = false;
        while at < bytes.len() {
            let (end, ended) = fields.split(bytes, at, b',');
            let record = std::str::from_utf8(&bytes[at..end]).unwrap();
            records.push(
                fields
                    .spans
                    .iter()
                    .map(|&(start, end)| {
                        let raw = &record[start..end];
                        let mut out = String::new();
                        unquote(raw, &mut out).map_or_else(|| raw.to_owned(), |()| out)
                    })
                    .collect(),
            );
            open = ended == Ended::QuoteOpen;
            at = skip_line_ends(bytes, end);
        }
        (records, open)
    }

    fn by_csv(bytes: &[u8]) -> Vec<Vec<String>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes)
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    /// The ends that are found when the bytes come in pieces.
    fn ends(bytes: &[u8], piece: usize) -> Vec<usize> {
        let mut finder = RecordEnds::new(b',');
        let mut ends = Vec::new();
        for (n, piece_bytes) in bytes.chunks(piece).enumerate() {
            let mut at = 0;
            while let Some(end) = finder.next_end(&piece_bytes[at..]) {
                at += end;
                ends.push(n * piece + at);
            }
        }
        ends
    }

    #[test]
    fn records_are_split() {
        for (table, records, open) in [
            ("a,b\nc,d\n", vec![vec!["a", "b"], vec!["c", "d"]], false),
            (
                "a,b\r\n\r\nc,d",
                vec![vec!["a", "b"], vec!["c", "d"]],
                false,
            ),
            ("a,b\rc,d\r", vec![vec!["a", "b"], vec!["c", "d"]], false),
            ("\"a\nb\",\"c\"\"d\"\n", vec![vec!["a\nb", "c\"d"]], false),
            ("\"a\"b\"c,d\n", vec![vec!["ab\"c", "d"]], false),
            ("a\"b,c\n", vec![vec!["a\"b", "c"]], false),
            (",\n", vec![vec!["", ""]], false),
            ("\"\"\n", vec![vec![""]], false),
            ("a,\"b\nc\n", vec![vec!["a", "b\nc\n"]], true),
            ("\"", vec![vec![""]], true),
            ("\n\n", vec![], false),
        ] {
            assert_eq!(
                own(table.as_bytes()),
                (
                    records
                        .iter()
                        .map(|r| r.iter().map(|f| (*f).to_owned()).collect())
                        .collect(),
                    open
                ),
                "{table:?}"
            );
        }
    }

    #[test]
    fn a_header_is_read() {
        let lookup = Lookup::new(&FieldNames::default());
        let columns =
            |header: &str| Columns::of_header(header.as_bytes(), LineEnd::Lf, b',', &lookup);
        let read = columns("Content, ID ,\"text\",x,text").unwrap();
        assert_eq!(read.count, 5);
        assert_eq!(read.of[Field::Text.index()], [2, 4, 0]);
        assert_eq!(read.of[Field::Id.index()], [1]);
        assert_eq!(
            columns("a,\"b\"\"\",c\u{7}").unwrap_err(),
            "a, b\", c\\u{7}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn split_as_the_csv_crate_does(table in "([aé,\n\r]|\"\"|\"|,\"|\"\n){0,24}") {
            let (records, _) = own(table.as_bytes());
            prop_assert_eq!(records, by_csv(table.as_bytes()));
        }

        #[test]
        fn ends_are_where_records_end(table in "([a,\n\r]|\"\"|\"|,\"|\"\n){0,24}", piece in 1usize..9) {
            let found = ends(table.as_bytes(), piece);
            prop_assert_eq!(&found, &ends(table.as_bytes(), 100));
            // Cutting at them changes nothing.
            let mut pieces = Vec::new();
            let mut start = 0;
            for end in found.into_iter().chain([table.len()]) {
                pieces.extend(own(&table.as_bytes()[start..end]).0);
                start = end;
            }
            prop_assert_eq!(pieces, own(table.as_bytes()).0);
        }
    }
}
