//! Spreadsheets of Excel (XLSX): the rows of the first sheet that has a header with a text column
//! become lines of JSON.

use std::io::{Read, Seek};

use calamine::{Data, Reader, Xlsx};
use serde_json::{Map, Value};

use super::field_lookup::FieldLookup;
use super::names::{Field, list_names};

/// Adds the rows of a workbook to `lines`. `Err` is the reason why it gives none.
pub(super) fn read(
    workbook: impl Read + Seek,
    lookup: &FieldLookup,
    lines: &mut Vec<u8>,
) -> Result<(), String> {
    let damaged = |error: calamine::XlsxError| format!("the workbook cannot be read: {error}");
    let mut book: Xlsx<_> = Xlsx::new(workbook).map_err(damaged)?;
    let mut columns_seen = Vec::new();
    for name in book.sheet_names() {
        let sheet = book.worksheet_range(&name).map_err(damaged)?;
        let mut rows = sheet.rows();
        let Some(first) = rows.next() else { continue };
        let header: Vec<String> = first.iter().map(ToString::to_string).collect();
        let has_text = header.iter().any(|name| {
            let targets = lookup.fields(name.trim());
            targets.iter().any(|target| target.field == Field::Text)
        });
        if !has_text {
            columns_seen.extend(header);
            continue;
        }
        for row in rows.filter(|row| row.iter().any(|cell| *cell != Data::Empty)) {
            let cells = header
                .iter()
                .zip(row)
                .filter_map(|(name, cell)| Some((name.trim().to_owned(), value(cell)?)));
            let object: Map<String, Value> = cells.collect();
            serde_json::to_writer(&mut *lines, &object).map_err(|error| error.to_string())?;
            lines.push(b'\n');
        }
        return Ok(());
    }
    let names = columns_seen.iter().map(|name| name.as_str().into());
    Err(format!(
        "no sheet has a text column; the columns are {}",
        list_names(names)
    ))
}

/// The value of a cell; `None` for an empty one.
fn value(cell: &Data) -> Option<Value> {
    match cell {
        Data::Empty | Data::Error(_) => None,
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Some(Value::from(*number as i64))
        }
        Data::Float(number) => Some(Value::from(*number)),
        Data::Int(number) => Some(Value::from(*number)),
        Data::Bool(flag) => Some(Value::from(*flag)),
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            Some(Value::from(match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
            }))
        }
        other => Some(Value::from(other.to_string())),
    }
}
