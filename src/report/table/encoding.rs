//! The format of a table together with the compression of its file.

use std::io::{self, Write};

use super::column::{Column, RowSink};
use super::compression::FileCompression;
use super::format::TableFormat;
use super::{columnar, text};

/// The format of a table, and the compression of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableEncoding {
    /// Format of the table.
    pub format: TableFormat,
    /// Compression of the file as a whole.
    pub compression: FileCompression,
    /// Delimited text begins with the mark by which Excel knows that it is UTF-8.
    pub byte_order_mark: bool,
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl TableEncoding {
    /// The encoding that the ending of a file name asks for.
    pub fn of_name(name: &str) -> Option<TableEncoding> {
        let name = name.to_ascii_lowercase();
        let (compression, rest) = FileCompression::of_name(&name);
        let is_format = |format: &TableFormat| {
            let endings = format.endings();
            endings.iter().any(|ending| rest.ends_with(ending))
        };
        let format = TableFormat::ALL.into_iter().find(is_format)?;
        let fits = format.is_text() || compression == FileCompression::None;
        fits.then_some(TableEncoding {
            format,
            compression,
            byte_order_mark: false,
        })
    }

    /// Writes a table with these columns and rows.
    pub(in crate::report) fn write<R: Send + Sync>(
        self,
        columns: &[Column<'_, R>],
        rows: impl IntoIterator<Item = R>,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let mut rows = rows.into_iter();
        self.begin(out, |out| match self.format {
            TableFormat::Csv | TableFormat::Tsv | TableFormat::Jsonl => {
                text::write(self.format, columns, out, rows)
            }
            TableFormat::Parquet | TableFormat::Arrow => {
                columnar::write(self.format, columns, out, |sink| {
                    rows.try_for_each(|row| sink(&row))
                })
            }
        })
    }

    /// Writes a table with these columns, and the rows that `fill` passes to its argument.
    pub(in crate::report) fn write_each<R>(
        self,
        columns: &[Column<'_, R>],
        out: &mut (dyn Write + Send),
        fill: impl FnOnce(RowSink<'_, R>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.begin(out, |out| match self.format {
            TableFormat::Csv | TableFormat::Tsv | TableFormat::Jsonl => {
                text::write_each(self.format, columns, out, fill)
            }
            TableFormat::Parquet | TableFormat::Arrow => {
                columnar::write(self.format, columns, out, fill)
            }
        })
    }

    /// Begins a file; `fill` writes the table.
    fn begin(
        self,
        out: &mut (dyn Write + Send),
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<()> {
        self.compression.write(out, |out| {
            if self.byte_order_mark && self.format.is_delimited() {
                out.write_all(BYTE_ORDER_MARK)?;
            }
            fill(out)
        })
    }
}

impl From<TableFormat> for TableEncoding {
    /// The format without compression of the file.
    fn from(format: TableFormat) -> TableEncoding {
        TableEncoding {
            format,
            compression: FileCompression::None,
            byte_order_mark: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
    use arrow_array::{OffsetSizeTrait, RecordBatch};
    use arrow_ipc::reader::FileReader;
    use arrow_schema::{DataType, TimeUnit};

    use super::*;
    use crate::document::{Precision, Published};

    /// The columns of a table with a value of every kind; a row may know the values or not.
    fn every_kind() -> Vec<Column<'static, bool>> {
        let moment = Published {
            seconds: 1_772_582_400,
            precision: Precision::Day,
        };
        vec![
            Column::text("t", |&known: &bool| {
                if known { "=a,\"b\"\t\n" } else { "" }.into()
            }),
            Column::data("d", |&known: &bool| known.then_some(Cow::Borrowed("=1"))),
            Column::data("e", |_| Some(Cow::Borrowed(""))),
            Column::count("c", |&known: &bool| known.then_some(7)),
            Column::score("s", |&known: &bool| known.then_some(1.0 / 3.0)),
            Column::hours("h", |&known: &bool| known.then_some(-0.5)),
            Column::flag("f", |&known: &bool| known.then_some(true)),
            Column::time("m", move |&known: &bool| known.then_some(moment)),
            Column::precision("p", move |&known: &bool| known.then_some(moment)),
        ]
    }

    fn written(format: TableFormat, compression: FileCompression) -> Vec<u8> {
        let mut out = Vec::new();
        let encoding = TableEncoding {
            format,
            compression,
            byte_order_mark: false,
        };
        encoding
            .write(&every_kind(), [true, false], &mut out)
            .expect("a vector takes everything");
        out
    }

    #[test]
    fn delimited_text_alone_begins_with_the_byte_order_mark() {
        for format in TableFormat::ALL {
            let mut out = Vec::new();
            let encoding = TableEncoding {
                byte_order_mark: true,
                ..TableEncoding::from(format)
            };
            let result = encoding.write(&every_kind(), [true, false], &mut out);
            result.expect("a vector takes everything");
            let plain = written(format, FileCompression::None);
            match format {
                TableFormat::Csv | TableFormat::Tsv => {
                    assert_eq!(out.strip_prefix(BYTE_ORDER_MARK), Some(&*plain));
                }
                _ => assert_eq!(out, plain),
            }
        }
    }

    #[test]
    fn texts_with_a_value_of_every_kind() {
        for (format, expected) in [
            (
                TableFormat::Csv,
                "t,d,e,c,s,h,f,m,p\n\"'=a,\"\"b\"\"\t\n\",=1,,7,0.3333,-0.50,true,\
                 2026-03-04T00:00:00Z,day\n,,,,,,,,\n",
            ),
            (
                TableFormat::Tsv,
                "t\td\te\tc\ts\th\tf\tm\tp\n\"'=a,\"\"b\"\"\t\n\"\t=1\t\t7\t0.3333\t-0.50\ttrue\t\
                 2026-03-04T00:00:00Z\tday\n\t\t\t\t\t\t\t\t\n",
            ),
            (
                TableFormat::Jsonl,
                "{\"t\":\"=a,\\\"b\\\"\\t\\n\",\"d\":\"=1\",\"e\":\"\",\"c\":7,\"s\":0.3333,\
                 \"h\":-0.50,\"f\":true,\"m\":\"2026-03-04T00:00:00Z\",\"p\":\"day\"}\n\
                 {\"t\":null,\"d\":null,\"e\":\"\",\"c\":null,\"s\":null,\"h\":null,\"f\":null,\
                 \"m\":null,\"p\":null}\n",
            ),
        ] {
            let plain = written(format, FileCompression::None);
            assert_eq!(String::from_utf8_lossy(&plain), expected);
            let mut unpacked = Vec::new();
            let packed = written(format, FileCompression::Gzip);
            io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*packed), &mut unpacked)
                .expect("it is gzip");
            assert_eq!(unpacked, plain);
            let packed = written(format, FileCompression::Zstd);
            assert_eq!(zstd::decode_all(&*packed).expect("it is Zstandard"), plain);
        }
    }

    #[test]
    fn columns_have_the_same_values_and_their_types() {
        for format in [TableFormat::Parquet, TableFormat::Arrow] {
            let [batch] = &*batches_of(format, &written(format, FileCompression::None)) else {
                panic!("two rows are one batch");
            };
            // Parquet has one kind of text.
            match format {
                TableFormat::Arrow => check_every_kind::<i64>(batch, DataType::LargeUtf8),
                _ => check_every_kind::<i32>(batch, DataType::Utf8),
            }
        }
    }

    fn check_every_kind<O: OffsetSizeTrait>(batch: &RecordBatch, text: DataType) {
        let schema = batch.schema();
        let utc = Some("UTC".into());
        let types = [
            text.clone(),
            text.clone(),
            text.clone(),
            DataType::Int64,
            DataType::Float64,
            DataType::Float64,
            DataType::Boolean,
            DataType::Timestamp(TimeUnit::Millisecond, utc),
            text.clone(),
        ];
        let found: Vec<(&str, &DataType)> = schema
            .fields()
            .iter()
            .map(|field| (&**field.name(), field.data_type()))
            .collect();
        let names = ["t", "d", "e", "c", "s", "h", "f", "m", "p"];
        let expected: Vec<(&str, &DataType)> = names.into_iter().zip(&types).collect();
        assert_eq!(found, expected);

        let texts = |column: usize| -> Vec<Option<&str>> {
            batch.column(column).as_string::<O>().iter().collect()
        };
        assert_eq!(texts(0), [Some("=a,\"b\"\t\n"), None]);
        assert_eq!(texts(1), [Some("=1"), None]);
        assert_eq!(texts(2), [Some(""), Some("")]);
        assert_eq!(texts(8), [Some("day"), None]);
        let column = |at: usize| batch.column(at);
        let counts = column(3).as_primitive::<Int64Type>();
        assert_eq!(counts.iter().collect::<Vec<_>>(), [Some(7), None]);
        let scores = column(4).as_primitive::<Float64Type>();
        assert_eq!(scores.iter().collect::<Vec<_>>(), [Some(0.3333), None]);
        let hours = column(5).as_primitive::<Float64Type>();
        assert_eq!(hours.iter().collect::<Vec<_>>(), [Some(-0.5), None]);
        let flags = column(6).as_boolean();
        assert_eq!(flags.iter().collect::<Vec<_>>(), [Some(true), None]);
        let times = column(7).as_primitive::<TimestampMillisecondType>();
        let times: Vec<_> = times.iter().collect();
        assert_eq!(times, [Some(1_772_582_400_000), None]);
    }

    #[test]
    fn a_long_table_has_several_batches_and_its_rows_in_order() {
        let columns = [
            Column::count("n", |&n: &u64| Some(n)),
            Column::data("text", |&n: &u64| {
                Some("x".repeat(n as usize % 4000).into())
            }),
        ];
        for format in [TableFormat::Parquet, TableFormat::Arrow] {
            let mut out = Vec::new();
            TableEncoding::from(format)
                .write(&columns, 0..20_000, &mut out)
                .expect("a vector takes everything");
            let batches = batches_of(format, &out);
            assert!(batches.len() > 1, "{format:?}");
            let numbers = batches.iter().flat_map(|batch| {
                let numbers = batch.column(0).as_primitive::<Int64Type>();
                numbers.values().iter().copied()
            });
            assert!(numbers.eq(0..20_000), "{format:?}");
        }
    }

    #[test]
    fn a_long_table_of_text_is_the_same_however_its_rows_come() {
        let columns = [
            Column::count("n", |&n: &u64| Some(n)),
            Column::text("text", |&n: &u64| format!("={n}, \"{}\"", n % 7).into()),
            Column::score("score", |&n: &u64| {
                (n % 5 > 0).then_some(n as f64 / 30_000.0)
            }),
        ];
        for format in [TableFormat::Csv, TableFormat::Tsv, TableFormat::Jsonl] {
            for rows in [0, 1, 1023, 1024, 1025, 30_000] {
                let encoding = TableEncoding::from(format);
                let (mut at_hand, mut each) = (Vec::new(), Vec::new());
                let written = encoding.write(&columns, 0..rows, &mut at_hand);
                written.expect("a vector takes everything");
                let written = encoding.write_each(&columns, &mut each, |sink| {
                    (0..rows).try_for_each(|row| sink(&row))
                });
                written.expect("a vector takes everything");
                assert_eq!(at_hand, each, "{rows} rows of {format:?}");
            }
        }
    }

    /// The rows of a table in a format of columns.
    fn batches_of(format: TableFormat, table: &[u8]) -> Vec<RecordBatch> {
        if format == TableFormat::Arrow {
            let reader = FileReader::try_new(io::Cursor::new(table), None).expect("it is Arrow");
            return reader.collect::<Result<_, _>>().expect("it is Arrow");
        }
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(table).expect("room on the disk");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet");
        let reader = reader.build().expect("it is Parquet");
        reader.collect::<Result<_, _>>().expect("it is Parquet")
    }

    #[test]
    fn names_and_their_encodings() {
        let (plain, gzip, zstd) = (
            FileCompression::None,
            FileCompression::Gzip,
            FileCompression::Zstd,
        );
        for (name, expected) in [
            ("a.csv", Some((TableFormat::Csv, plain))),
            ("a.CSV.GZ", Some((TableFormat::Csv, gzip))),
            ("a.b.tsv.zst", Some((TableFormat::Tsv, zstd))),
            ("a.tab", Some((TableFormat::Tsv, plain))),
            ("a.jsonl.zst", Some((TableFormat::Jsonl, zstd))),
            ("a.ndjson", Some((TableFormat::Jsonl, plain))),
            ("a.parquet", Some((TableFormat::Parquet, plain))),
            ("a.parquet.zst", None),
            ("a.arrow", Some((TableFormat::Arrow, plain))),
            ("a.feather", Some((TableFormat::Arrow, plain))),
            ("a.arrow.gz", None),
            ("a.json", None),
            ("a.gz", None),
            ("csv", None),
            ("", None),
        ] {
            let found = TableEncoding::of_name(name);
            let found = found.map(|found| (found.format, found.compression));
            assert_eq!(found, expected, "{name}");
        }
    }
}
