//! Labels in a table.

use super::error::{LabelError, Place};
use super::record::{Gathering, LabelRecord};
use crate::read::cells::{RecordFields, skip_line_ends};
use crate::read::dialect::sniff;
use crate::read::field_lookup::FieldLookup;
use crate::read::names::FieldNames;
use crate::text::escaping;

/// Bytes of a table from which its separator is told.
const HEAD: usize = 64 << 10;

/// Adds the labels of a table.
pub(super) fn add(text: &str, gathering: &mut Gathering<'_>) -> Result<(), LabelError> {
    let bytes = text.as_bytes();
    let head = &bytes[..bytes.len().min(HEAD)];
    let lookup = FieldLookup::new(&FieldNames::default());
    let given = gathering.settings.dialect;
    let sniffed = sniff(head, head.len() == bytes.len(), None, given, &lookup);
    let dialect = sniffed.dialect;
    let mut fields = RecordFields::default();
    let (mut at, mut line) = (sniffed.before, 1 + u64::from(sniffed.before > 0));
    let mut names: Option<Vec<String>> = None;
    loop {
        let start = skip_line_ends(bytes, at);
        line += lines(&bytes[at..start]);
        if start == bytes.len() {
            break;
        }
        at = fields.split(bytes, start, dialect);
        let cells: Vec<String> = fields.names(&text[start..at], dialect).collect();
        let place = Place::Line(line);
        line += lines(&bytes[start..at]);
        let Some(names) = &names else {
            names = Some(cells);
            continue;
        };
        if cells.len() != names.len() {
            return Err(LabelError::Row {
                file: gathering.file.to_owned(),
                place,
                problem: format!(
                    "the row has {} of the {} columns that the header has",
                    cells.len(),
                    names.len()
                ),
            });
        }
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| escaping::restored(cell).to_owned())
            .collect();
        let record = LabelRecord::Row {
            names,
            cells: &cells,
        };
        gathering.add(record, place)?;
    }
    // A header alone must have the columns too.
    let names = names.unwrap_or_default();
    let header = LabelRecord::Row {
        names: &names,
        cells: &[],
    };
    if header.is_clustered(gathering.settings) {
        return Ok(());
    }
    let columns = header.has_columns(gathering.settings);
    columns.or_else(|error| gathering.failed(error, Place::Line(1)))
}

/// Number of line ends; `\r\n` is one.
fn lines(bytes: &[u8]) -> u64 {
    let feeds = bytes.iter().filter(|&&byte| byte == b'\n').count();
    let returns = bytes
        .windows(2)
        .filter(|pair| pair[0] == b'\r' && pair[1] != b'\n');
    let last = bytes.last() == Some(&b'\r');
    (feeds + returns.count()) as u64 + u64::from(last)
}
