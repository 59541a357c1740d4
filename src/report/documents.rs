//! Documents as a table: the fields that wirecopy knows, to be read by other programs and by
//! wirecopy itself. Texts are written as they are.

use std::borrow::Cow;
use std::io::{self, Write};

use super::table::TableEncoding;
use super::table::column::Column;
use crate::document::{Document, Published};

/// Fields of a document, in order. Their order never changes; new ones go to the end.
pub const FIELDS: [&str; 9] = [
    "id",
    "text",
    "url",
    "site",
    "published",
    "title",
    "author",
    "canonical",
    "crawled",
];

/// A document to write.
#[derive(Debug)]
pub struct DocumentRow {
    /// Its id, which the record itself need not have.
    pub id: String,
    /// Its other fields.
    pub document: Document<'static>,
    /// Values of its marks, if documents are marked.
    pub marks: Vec<Option<String>>,
}

/// Takes the documents to write, one after the other.
pub type DocumentSink<'s> = &'s mut dyn FnMut(&DocumentRow) -> io::Result<()>;

/// Writes the documents that `fill` passes to its argument. A column follows for each of the names
/// in `marks`.
///
/// # Errors
/// When `out` cannot be written to, or `fill` fails.
pub fn write(
    encoding: TableEncoding,
    marks: &[&str],
    out: &mut (dyn Write + Send),
    fill: impl FnOnce(DocumentSink<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut columns = columns();
    columns.extend(marks.iter().enumerate().map(|(at, mark)| {
        Column::data(mark, move |row: &DocumentRow| {
            row.marks.get(at)?.as_deref().map(Cow::Borrowed)
        })
    }));
    encoding.write_each(&columns, out, fill)
}

fn columns<'t>() -> Vec<Column<'t, DocumentRow>> {
    type Field = for<'d> fn(&'d Document<'static>) -> Option<Cow<'d, str>>;
    let values: [Field; 8] = [
        |document| Some(Cow::Borrowed(&document.text)),
        |document| borrowed(&document.url),
        |document| borrowed(&document.site),
        |document| written(document.published),
        |document| borrowed(&document.title),
        |document| borrowed(&document.author),
        |document| borrowed(&document.canonical),
        |document| written(document.crawled),
    ];
    let [id, others @ ..] = FIELDS;
    let id = Column::data(id, |row: &DocumentRow| Some(Cow::Borrowed(&row.id)));
    let others = others.into_iter().zip(values);
    let others = others
        .map(|(name, value)| Column::data(name, move |row: &DocumentRow| value(&row.document)));
    std::iter::once(id).chain(others).collect()
}

fn borrowed<'d>(field: &'d Option<Cow<'static, str>>) -> Option<Cow<'d, str>> {
    field.as_deref().map(Cow::Borrowed)
}

/// A date as precise as it is known, which a column of times cannot hold.
fn written(date: Option<Published>) -> Option<Cow<'static, str>> {
    let date = date?.to_string();
    (!date.is_empty()).then_some(Cow::Owned(date))
}
