//! Dialects of tables: the separator, and how quotes are written; worked out from the first bytes.

use super::cells::{Dialect, DialectSettings, RecordFields, skip_line_ends};
use super::field_lookup::FieldLookup;

/// Separators that are tried, the most common one first.
pub(super) const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Records of the first bytes that are looked at.
const RECORDS_LOOKED_AT: usize = 200;

/// Longest cell, in bytes, that can be the name of a column.
const LONGEST_NAME: usize = 100;

/// The dialect of a table, and how well its first record names columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SniffedTable {
    pub(super) dialect: Dialect,
    /// Bytes of a line `sep=;` before the header.
    pub(super) before: usize,
    /// Cells of the first record that are names of fields.
    pub(super) names_known: usize,
    /// One of them is a name of the text.
    pub(super) names_text: bool,
    /// Cells of the first record.
    pub(super) columns: usize,
    /// Records looked at that have as many cells as the first.
    pub(super) consistent: usize,
}

/// Works out the dialect of the table that begins with `head`. `delimiter` is the one that the name
/// of the file promises.
pub(super) fn sniff(
    head: &[u8],
    complete: bool,
    delimiter: Option<u8>,
    given: DialectSettings,
    lookup: &FieldLookup,
) -> SniffedTable {
    let (declared, before) = separator_line(head);
    let table = &head[before..];
    let sniffed = |delimiter| SniffedTable {
        before,
        ..sniff_as(table, complete, delimiter, given.quotes, lookup)
    };
    if let Some(delimiter) = given.delimiter.or(declared) {
        return sniffed(delimiter);
    }
    let promised = delimiter.into_iter();
    promised
        .chain(DELIMITERS)
        .map(sniffed)
        .reduce(|best, other| {
            let rank = |table: &SniffedTable| {
                (
                    table.names_text,
                    table.names_known,
                    // A table of one column has no separator that could be wrong.
                    table.columns.min(2),
                    table.consistent,
                )
            };
            if rank(&other) > rank(&best) {
                other
            } else {
                best
            }
        })
        .unwrap_or_else(|| sniffed(b','))
}

/// The separator that a line `sep=;` declares, which spreadsheets read, and the bytes of the line.
fn separator_line(head: &[u8]) -> (Option<u8>, usize) {
    let Some(rest) = head.strip_prefix(b"sep=") else {
        return (None, 0);
    };
    match rest {
        [delimiter, b'\r', b'\n', ..] => (Some(*delimiter), 7),
        [delimiter, b'\n' | b'\r', ..] => (Some(*delimiter), 6),
        _ => (None, 0),
    }
}

fn sniff_as(
    table: &[u8],
    complete: bool,
    delimiter: u8,
    quotes: Option<bool>,
    lookup: &FieldLookup,
) -> SniffedTable {
    let dialect = Dialect {
        delimiter,
        quotes: quotes.unwrap_or(true),
        backslash: quotes.unwrap_or(true) && escapes_by_backslash(table, delimiter),
    };
    let mut fields = RecordFields::default();
    let mut names_known = 0;
    let mut names_text = false;
    let mut columns = 0;
    let mut consistent = 0;
    let mut at = 0;
    for record in 0..RECORDS_LOOKED_AT {
        at = skip_line_ends(table, at);
        if at == table.len() {
            break;
        }
        let end = fields.split(table, at, dialect);
        if end == table.len() && !complete && record > 0 {
            break;
        }
        if record == 0 {
            columns = fields.count();
            let text = String::from_utf8_lossy(&table[at..end]);
            for name in fields.names(&text, dialect) {
                names_known += usize::from(lookup.knows(&name));
                names_text |= lookup.names_text(&name);
            }
        } else {
            consistent += usize::from(fields.count() == columns);
        }
        at = end;
    }
    SniffedTable {
        dialect,
        before: 0,
        names_known,
        names_text,
        columns,
        consistent,
    }
}

/// Tells whether quotes within quoted cells are written as `\"` and never as `""`.
fn escapes_by_backslash(table: &[u8], delimiter: u8) -> bool {
    let mut escaped = 0;
    let mut doubled = 0;
    for (n, pair) in table.windows(2).enumerate() {
        match pair {
            // `\",` may also be a backslash at the end of a cell.
            b"\\\"" => {
                let next = table.get(n + 2).copied();
                let ends =
                    next.is_none_or(|next| next == delimiter || next == b'\n' || next == b'\r');
                escaped += usize::from(!ends);
            }
            b"\"\"" => {
                let before = n.checked_sub(1).map(|n| table[n]);
                let empty = before
                    .is_none_or(|before| before == delimiter || before == b'\n' || before == b'\r');
                doubled += usize::from(!empty && before != Some(b'\\'));
            }
            _ => {}
        }
    }
    escaped > doubled
}

/// Tells whether cells look like values and not like names of columns: one is an address, a number,
/// or long.
pub(super) fn are_values<'n>(mut cells: impl Iterator<Item = &'n str>) -> bool {
    cells.any(|cell| {
        let cell = cell.trim();
        let number = !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let date = cell.len() >= 8 && cell.bytes().filter(u8::is_ascii_digit).count() >= 6;
        cell.contains("://") || cell.len() > LONGEST_NAME || number || date
    })
}
