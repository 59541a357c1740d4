//! Input records with one more field. All other bytes stay as they are.

use std::io::{self, Write};

/// Writes a JSON record with more members at the end of its object: values, or null.
///
/// Spaces before the closing brace stay where they are. `record` must be a JSON object.
///
/// # Errors
/// When `out` cannot be written to.
pub fn with_members(
    record: &[u8],
    members: &[(&str, Option<&str>)],
    out: &mut impl Write,
) -> io::Result<()> {
    let object = record.trim_ascii_end();
    let before = object.strip_suffix(b"}").unwrap_or(object).trim_ascii_end();
    out.write_all(before)?;
    let mut is_first = before.ends_with(b"{");
    for (name, value) in members {
        if !std::mem::take(&mut is_first) {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, name)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut *out, value)?;
    }
    out.write_all(&record[before.len()..])
}

/// Writes a record of a table with more cells at the end of its row, without the line end.
///
/// The values are not protected against being run as a formula by a spreadsheet, because they must
/// equal the ids of other rows.
///
/// # Errors
/// When `out` cannot be written to.
pub fn with_cells(
    record: &[u8],
    delimiter: u8,
    values: &[&str],
    out: &mut impl Write,
) -> io::Result<()> {
    // Written after an empty cell, because a row of one empty cell would become quotes.
    let mut row = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(Vec::new());
    row.write_record(std::iter::once(&"").chain(values))?;
    let row = row.into_inner().map_err(csv::IntoInnerError::into_error)?;
    out.write_all(record)?;
    out.write_all(row.strip_suffix(b"\n").unwrap_or(&row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_put_before_the_closing_brace() {
        for (record, kept, gone) in [
            (r#"{"a":1}"#, r#"{"a":1,"of":null}"#, r#"{"a":1,"of":"x"}"#),
            (
                r#"  { "a" : {} } "#,
                r#"  { "a" : {},"of":null } "#,
                r#"  { "a" : {},"of":"x" } "#,
            ),
            (
                r#"{"a":"{"}"#,
                r#"{"a":"{","of":null}"#,
                r#"{"a":"{","of":"x"}"#,
            ),
            ("{}", r#"{"of":null}"#, r#"{"of":"x"}"#),
            ("{ }", r#"{"of":null }"#, r#"{"of":"x" }"#),
            (
                "{\"a\":\"}\"\t}\t",
                "{\"a\":\"}\",\"of\":null\t}\t",
                "{\"a\":\"}\",\"of\":\"x\"\t}\t",
            ),
        ] {
            for (value, expected) in [(None, kept), (Some("x"), gone)] {
                let mut out = Vec::new();
                with_members(record.as_bytes(), &[("of", value)], &mut out).expect("a vector");
                assert_eq!(String::from_utf8_lossy(&out), expected);
            }
        }
        let mut out = Vec::new();
        let member = [("\"", Some("\n"))];
        with_members(b"{\"a\":\"\xff\"}", &member, &mut out).expect("a vector");
        assert_eq!(out, b"{\"a\":\"\xff\",\"\\\"\":\"\\n\"}");
        let mut out = Vec::new();
        with_members(b"{}", &[("x", None), ("y", Some("z"))], &mut out).expect("a vector");
        assert_eq!(out, b"{\"x\":null,\"y\":\"z\"}");
    }

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        for (value, expected) in [
            ("", "a,b,"),
            ("x", "a,b,x"),
            ("x,y", "a,b,\"x,y\""),
            ("\"", "a,b,\"\"\"\""),
            ("x\ny", "a,b,\"x\ny\""),
            ("=1", "a,b,=1"),
        ] {
            let mut out = Vec::new();
            with_cells(b"a,b", b',', &[value], &mut out).expect("a vector");
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
        let mut out = Vec::new();
        with_cells(b"a", b'\t', &["", "x,\ty"], &mut out).expect("a vector");
        assert_eq!(String::from_utf8_lossy(&out), "a\t\t\"x,\ty\"");
    }
}
