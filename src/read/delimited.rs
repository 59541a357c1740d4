//! Tables: comma- or tab-separated values with a header line.
//!
//! Tables are read as the `csv` crate reads them: a quote opens a field only at the field's start,
//! a doubled quote inside stands for one, anything after the closing quote is taken as it is,
//! records end with CR, LF or both, and empty lines are no records. Tests compare the two. This
//! module is stricter in two points: a record with the wrong number of fields is rejected, and so
//! is a quote that is still open at the end of the file.
//!
//! [`RecordEnds`] finds the ends of records in bytes that arrive piece by piece; [`RecordFields`]
//! splits one whole record.
//!
//! Own code, because each byte of a table is read twice: first in order, to cut blocks, then in
//! parallel. On 321 MB of generated articles as CSV (one core, warm memory), the first pass takes
//! 24 ms and the second, with unquoting and a check of UTF-8, 70 ms; `csv-core` 0.1.13 takes 255 ms
//! for either. That would add 400 ms, more than 6 %, to the CPU time of a scan, and would slow the
//! pass that runs on one thread to a tenth. `csv-core` also copies every field, keeps no places in
//! the record, and does not tell that a quote is open at the end of the input.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::assemble::{
    AssembledRecord, ChosenValues, Decoding, FieldValue, OfferedValue, RecordValues,
    RejectedRecord, assemble,
};
use super::field_lookup::{FieldLookup, FieldTarget, Promise};
use super::format::LineEnd;
use super::names::{FIELDS, Field, list_names};

/// State at a byte of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TableState {
    RecordStart,
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: its end, or the first of a doubled quote.
    QuoteSeen,
}

/// Finds the ends of records.
#[derive(Debug)]
pub(super) struct RecordEnds {
    delimiter: u8,
    state: TableState,
}

impl RecordEnds {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            state: TableState::RecordStart,
        }
    }

    /// Reads `bytes` up to the next end of a record or empty line. Returns the index after it, or
    /// `None` if the record at the end of `bytes` goes on.
    pub(super) fn next_end(&mut self, bytes: &[u8]) -> Option<usize> {
        use TableState::{FieldStart, Plain, QuoteSeen, Quoted, RecordStart};
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            self.state = match (self.state, byte) {
                (Quoted, _) => match memchr(b'"', rest) {
                    Some(n) => {
                        at += n;
                        QuoteSeen
                    }
                    None => return None,
                },
                (QuoteSeen | RecordStart | FieldStart, b'"') => Quoted,
                (_, b'\n' | b'\r') => {
                    self.state = RecordStart;
                    return Some(at + 1);
                }
                (_, byte) if byte == self.delimiter => FieldStart,
                (_, _) => {
                    at += memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len()) - 1;
                    Plain
                }
            };
            at += 1;
        }
        None
    }
}

/// The fields of one whole record.
#[derive(Debug, Default)]
pub(super) struct RecordFields {
    /// Start and end of each field in the record, its quotes included.
    spans: Vec<(usize, usize)>,
    quote_open: bool,
}

impl RecordFields {
    /// Splits the record that starts at `start`, which is no line end. Returns the end of the
    /// record, before its line end.
    pub(super) fn split(&mut self, bytes: &[u8], start: usize, delimiter: u8) -> usize {
        self.spans.clear();
        self.quote_open = false;
        let mut field = start;
        loop {
            let mut at = field;
            if bytes.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    let Some(n) = memchr(b'"', &bytes[at..]) else {
                        self.spans.push((field - start, bytes.len() - start));
                        self.quote_open = true;
                        return bytes.len();
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
                return at;
            }
            field = at + 1;
        }
    }

    /// Tells that the bytes ended inside a quoted field.
    pub(super) fn quote_open(&self) -> bool {
        self.quote_open
    }

    /// The fields of `record`, the text that was split, as they stand there.
    fn raw<'r>(&self, record: &'r str) -> impl Iterator<Item = &'r str> {
        self.spans
            .iter()
            .map(|&(start, end)| record.get(start..end).unwrap_or_default())
    }
}

/// The header of a table, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its bytes, without the line end.
    pub bytes: Vec<u8>,
    /// Its line end.
    pub line_end: LineEnd,
    /// The names of the columns, in their order.
    pub names: Vec<String>,
}

/// The columns of a table.
#[derive(Debug)]
pub(super) struct TableColumns {
    pub(super) header: Header,
    /// Number of columns.
    count: usize,
    /// The columns of each field, the preferred one first.
    of: [Vec<FieldColumn>; FIELDS],
}

/// A column that may hold a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FieldColumn {
    column: usize,
    promise: Promise,
}

impl TableColumns {
    /// Reads the header. `Err` lists the columns of a table that has none for the text.
    pub(super) fn of_header(
        header: &[u8],
        line_end: LineEnd,
        delimiter: u8,
        lookup: &FieldLookup,
    ) -> Result<Self, String> {
        let mut fields = RecordFields::default();
        let text = String::from_utf8_lossy(header);
        fields.split(text.as_bytes(), 0, delimiter);
        let names: Vec<String> = fields
            .raw(&text)
            .map(|raw| {
                let mut decoded = String::new();
                match unquote(raw, &mut decoded) {
                    Some(()) => decoded.trim().to_owned(),
                    None => raw.trim().to_owned(),
                }
            })
            .collect();
        let mut ranked: [Vec<(u32, FieldColumn)>; FIELDS] = Default::default();
        for (column, name) in names.iter().enumerate() {
            let found = lookup.find(&lookup.top(), name);
            for FieldTarget {
                field,
                rank,
                promise,
            } in lookup.targets(&found, false)
            {
                ranked[field.index()].push((rank, FieldColumn { column, promise }));
            }
        }
        if ranked[Field::Text.index()].is_empty() {
            return Err(list_names(names.into_iter().map(Cow::Owned)));
        }
        let of = ranked.map(|mut columns| {
            columns.sort_unstable_by_key(|(rank, column)| (*rank, column.column));
            columns.into_iter().map(|(_, column)| column).collect()
        });
        Ok(Self {
            count: names.len(),
            header: Header {
                bytes: header.to_vec(),
                line_end,
                names,
            },
            of,
        })
    }
}

/// Builds a document of one record. `text` is the record without its line end, `fields` were split
/// from it.
pub(super) fn parse<'s>(
    text: &'s str,
    lossy: bool,
    fields: &RecordFields,
    columns: &TableColumns,
    decoding: &'s mut Decoding,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    let reject = |reason| Err(RejectedRecord { id: None, reason });
    if fields.quote_open {
        return reject(
            "a quote that opens in this record is never closed; \
             close it, or double the quotes inside fields"
                .to_owned(),
        );
    }
    if fields.spans.len() != columns.count {
        let (here, header) = (fields.spans.len(), columns.count);
        return reject(format!(
            "{here} fields where the header has {header}; \
             put fields that hold a separator or a line end in quotes"
        ));
    }
    decoding.lossy |= lossy;
    let record = TableRecord {
        text,
        fields,
        columns,
    };
    match ChosenValues::of(&record, decoding) {
        Ok(chosen) => Ok(assemble(&chosen, decoding)),
        Err(reason) => reject(reason),
    }
}

/// A record with as many fields as the table has columns.
struct TableRecord<'a, 'c> {
    text: &'a str,
    fields: &'c RecordFields,
    columns: &'c TableColumns,
}

impl<'a> RecordValues<'a> for TableRecord<'a, '_> {
    fn promise(&self, field: Field, n: usize) -> Option<Promise> {
        let column = self.columns.of[field.index()].get(n)?;
        Some(column.promise)
    }

    fn value(&self, field: Field, n: usize, decoding: &mut Decoding) -> OfferedValue<'a> {
        let column = self.columns.of[field.index()].get(n);
        let raw = column
            .and_then(|column| self.fields.spans.get(column.column))
            .and_then(|&(start, end)| self.text.get(start..end))
            .unwrap_or_default();
        let start = decoding.decoded.len();
        match unquote(raw, &mut decoding.decoded) {
            None if raw.is_empty() => OfferedValue::Nothing,
            None => OfferedValue::Given(FieldValue::Borrowed(raw)),
            Some(()) if decoding.decoded.len() == start => OfferedValue::Nothing,
            Some(()) => OfferedValue::Given(FieldValue::Decoded(start..decoding.decoded.len())),
        }
    }
}

/// Appends the content of a quoted field to `out`; `None` if the field is not quoted.
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

    /// The fields of each record as this module reads them, and whether a quote is open at the end.
    fn own(bytes: &[u8]) -> (Vec<Vec<String>>, bool) {
        let mut fields = RecordFields::default();
        let mut records = Vec::new();
        let mut at = skip_line_ends(bytes, 0);
        while at < bytes.len() {
            let end = fields.split(bytes, at, b',');
            let record = std::str::from_utf8(&bytes[at..end]).unwrap();
            let unquoted = fields.raw(record).map(|raw| {
                let mut out = String::new();
                unquote(raw, &mut out).map_or_else(|| raw.to_owned(), |()| out)
            });
            records.push(unquoted.collect());
            at = skip_line_ends(bytes, end);
        }
        (records, fields.quote_open())
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

    /// The ends that [`RecordEnds`] finds in pieces of the bytes.
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
    fn records_are_split_into_fields() {
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
    fn a_header_names_the_columns() {
        let lookup = FieldLookup::new(&FieldNames::default());
        let columns =
            |header: &str| TableColumns::of_header(header.as_bytes(), LineEnd::Lf, b',', &lookup);
        let read = columns("Content, ID ,\"text\",x,text").unwrap();
        assert_eq!(read.count, 5);
        let of = |field: Field| -> Vec<usize> {
            let columns = read.of[field.index()].iter();
            columns.map(|column| column.column).collect()
        };
        assert_eq!(of(Field::Text), [2, 4, 0]);
        assert_eq!(of(Field::Id), [1]);
        assert_eq!(
            columns("a,\"b\"\"\",c\u{7}").unwrap_err(),
            "a, b\", c\\u{7}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn records_are_split_as_the_csv_crate_does(table in "([aé,\n\r]|\"\"|\"|,\"|\"\n){0,24}") {
            let (records, _) = own(table.as_bytes());
            prop_assert_eq!(records, by_csv(table.as_bytes()));
        }

        #[test]
        fn cutting_at_the_ends_changes_no_record(
            table in "([a,\n\r]|\"\"|\"|,\"|\"\n){0,24}",
            piece in 1usize..9,
        ) {
            let found = ends(table.as_bytes(), piece);
            prop_assert_eq!(&found, &ends(table.as_bytes(), 100));
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
