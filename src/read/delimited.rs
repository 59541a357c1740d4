//! Tables: their columns, and the documents of their records.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::assemble::{
    AssembledRecord, ChosenValues, Decoding, FieldValue, OfferedValue, RecordValues,
    RejectedRecord, assemble,
};
use super::cells::{Dialect, RecordFields};
use super::date_order::SourceDates;
use super::dates::{DateReading, DateSettings};
use super::dialect::are_values;
use super::field_lookup::{FieldLookup, FieldTarget, Promise};
use super::format::LineEnd;
use super::names::{FIELDS, Field, list_names};

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
    pub(super) dialect: Dialect,
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

/// The reason why a table has no columns to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderError {
    /// None of these columns is the text.
    NoText(String),
    /// The first record holds values instead of names.
    NoHeader,
    /// A quote is never closed.
    QuoteOpen,
}

impl TableColumns {
    /// Reads the header line.
    pub(super) fn of_header(
        header: &[u8],
        line_end: LineEnd,
        dialect: Dialect,
        lookup: &FieldLookup,
    ) -> Result<Self, HeaderError> {
        let mut fields = RecordFields::default();
        let text = String::from_utf8_lossy(header);
        fields.split(text.as_bytes(), 0, dialect);
        if fields.quote_open() {
            return Err(HeaderError::QuoteOpen);
        }
        let names = fields.names(&text, dialect).collect();
        Self::of_names(
            Header {
                bytes: header.to_vec(),
                line_end,
                names,
            },
            dialect,
            lookup,
        )
    }

    /// Takes names that the user gave, for a table without a header line.
    pub(super) fn given(
        names: &[String],
        dialect: Dialect,
        lookup: &FieldLookup,
    ) -> Result<Self, HeaderError> {
        Self::of_names(
            Header {
                bytes: Vec::new(),
                line_end: LineEnd::Lf,
                names: names.to_vec(),
            },
            dialect,
            lookup,
        )
    }

    /// Tells the columns of a table without a header line by what its first record holds: the
    /// longest cell is the text, an address the url, a date the time of publication, a cell without
    /// white space before them the id, and the longest of the others the title.
    pub(super) fn inferred(first: &[u8], dialect: Dialect) -> Result<Self, HeaderError> {
        let mut fields = RecordFields::default();
        let text = String::from_utf8_lossy(first);
        fields.split(text.as_bytes(), 0, dialect);
        let cells: Vec<String> = fields.names(&text, dialect).collect();
        let mut of: [Vec<FieldColumn>; FIELDS] = Default::default();
        let mut free: Vec<usize> = (0..cells.len()).collect();
        let mut take = |field: Field, found: Option<usize>| {
            if let Some(column) = found {
                free.retain(|&other| other != column);
                of[field.index()].push(FieldColumn {
                    column,
                    promise: Promise::Usual,
                });
            }
            free.clone()
        };
        let longest = |free: &[usize]| {
            free.iter()
                .copied()
                .max_by_key(|&column| (cells[column].len(), Reverse(column)))
        };
        let all: Vec<usize> = (0..cells.len()).collect();
        let free = take(Field::Text, longest(&all));
        let is_address = |&&column: &&usize| cells[column].contains("://");
        let free = take(Field::Url, free.iter().find(is_address).copied());
        let is_date = |&&column: &&usize| {
            let cell = cells[column].as_str();
            cell.contains(['-', '/', ':', '.'])
                && DateSettings::default().read(cell) != DateReading::NotUnderstood
        };
        let free = take(Field::Published, free.iter().find(is_date).copied());
        let is_id = |&&column: &&usize| {
            let cell = cells[column].as_str();
            !cell.is_empty() && !cell.contains(char::is_whitespace)
        };
        let free = take(Field::Id, free.iter().take(1).find(is_id).copied());
        take(Field::Title, longest(&free));
        let names = (1..=cells.len()).map(|column| format!("column {column}"));
        Ok(Self {
            count: cells.len(),
            header: Header {
                bytes: Vec::new(),
                line_end: LineEnd::Lf,
                names: names.collect(),
            },
            dialect,
            of,
        })
    }

    fn of_names(
        header: Header,
        dialect: Dialect,
        lookup: &FieldLookup,
    ) -> Result<Self, HeaderError> {
        let names = &header.names;
        let mut ranked: [Vec<(u32, FieldColumn)>; FIELDS] = Default::default();
        let mut known = 0;
        for (column, name) in names.iter().enumerate() {
            known += usize::from(lookup.knows(name));
            for FieldTarget {
                field,
                rank,
                promise,
            } in lookup.fields(name)
            {
                ranked[field.index()].push((rank, FieldColumn { column, promise }));
            }
        }
        if ranked[Field::Text.index()].is_empty() {
            return Err(match known {
                0 if are_values(names.iter().map(String::as_str)) => HeaderError::NoHeader,
                _ => HeaderError::NoText(list_names(
                    names.iter().map(|name| Cow::Borrowed(name.as_str())),
                )),
            });
        }
        let of = ranked.map(|mut columns| {
            columns.sort_unstable_by_key(|(rank, column)| (*rank, column.column));
            columns.into_iter().map(|(_, column)| column).collect()
        });
        Ok(Self {
            count: names.len(),
            header,
            dialect,
            of,
        })
    }

    /// Number of columns.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The preferred column of a field.
    pub(super) fn column_of(&self, field: Field) -> Option<usize> {
        self.of[field.index()].first().map(|column| column.column)
    }
}

/// Builds a document of one record. `text` is the record without its line end, `fields` were split
/// from it by [`RecordFields::split_whole`], and `fits` is what that returned.
pub(super) fn parse<'s>(
    text: &'s str,
    lossy: bool,
    fits: bool,
    fields: &RecordFields,
    columns: &TableColumns,
    decoding: &'s mut Decoding,
    dates: SourceDates<'_>,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    if !fits {
        let (here, header) = (fields.count(), columns.count);
        let reason = match fields.quote_open() {
            true => "a quote that opens in this record is never closed; \
                     close it, or double the quotes inside fields"
                .to_owned(),
            false => format!(
                "{here} fields where the header has {header}; \
                 put fields that hold a separator or a line end in quotes"
            ),
        };
        return Err(RejectedRecord::new(None, reason));
    }
    decoding.lossy |= lossy;
    let record = TableRecord {
        text,
        fields,
        columns,
    };
    match ChosenValues::of(&record, decoding, dates) {
        Ok(chosen) => Ok(assemble(&chosen, decoding)),
        Err(reason) => Err(RejectedRecord::new(None, reason)),
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
        let (dialect, start) = (self.columns.dialect, decoding.decoded.len());
        let cell = column.and_then(|column| {
            self.fields
                .cell(column.column, self.text, dialect, &mut decoding.decoded)
        });
        let end = decoding.decoded.len();
        match cell {
            Some("") => OfferedValue::Nothing,
            Some(text) => OfferedValue::Given(FieldValue::Borrowed(text)),
            None if end == start => OfferedValue::Nothing,
            None => OfferedValue::Given(FieldValue::Decoded(start..end)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::FieldNames;

    #[test]
    fn a_header_names_the_columns() {
        let lookup = FieldLookup::new(&FieldNames::default());
        let columns = |header: &str| {
            TableColumns::of_header(
                header.as_bytes(),
                LineEnd::Lf,
                Dialect::of_delimiter(b','),
                &lookup,
            )
        };
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
            HeaderError::NoText("a, b\", c\\u{7}".to_owned())
        );
    }
}
