//! Tables as Apache Parquet and Arrow.
//!
//! Values are those of the text formats, so scores and hours are rounded too. Rows are collected
//! into batches of bounded size, and a row group of Parquet is closed before it holds
//! [`ROW_GROUP_BYTES`].

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Float64Builder, Int64Builder, LargeStringBuilder,
    TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::cell::{rounded_hours, rounded_score};
use super::column::{Column, ColumnValues, RowSink, known};
use super::format::TableFormat;
use crate::report::moment;

/// Most rows of a batch.
const BATCH_ROWS: usize = 8192;

/// Bytes of texts from which a batch is closed.
const BATCH_BYTES: usize = 4 << 20;

/// Bytes of a row group, compressed, which is what the writer holds in memory.
const ROW_GROUP_BYTES: usize = 32 << 20;

/// Writes the rows that `fill` passes to its argument.
pub(super) fn write<R>(
    format: TableFormat,
    columns: &[Column<'_, R>],
    out: &mut (dyn Write + Send),
    fill: impl FnOnce(RowSink<'_, R>) -> io::Result<()>,
) -> io::Result<()> {
    let mut batch = Batch::of(columns);
    // Readers of Parquet then see its own types alone, which all of them know.
    let mut table = ColumnarWriter::new(format, Arc::clone(&batch.schema), false, out)?;
    fill(&mut |row| {
        batch.append(row);
        match batch.is_full() {
            true => table.write(&batch.take()?),
            false => Ok(()),
        }
    })?;
    table.write(&batch.take()?)?;
    table.finish()
}

/// A writer of batches to any output.
pub(in crate::report) enum ColumnarWriter<'w> {
    Parquet(Box<ArrowWriter<&'w mut (dyn Write + Send)>>),
    Arrow(Box<FileWriter<&'w mut (dyn Write + Send)>>),
}

impl<'w> ColumnarWriter<'w> {
    /// Begins a file of Arrow, or of Parquet for any other format. In Parquet, `arrow_types` writes
    /// the types of Arrow beside its own.
    pub(in crate::report) fn new(
        format: TableFormat,
        schema: Arc<Schema>,
        arrow_types: bool,
        out: &'w mut (dyn Write + Send),
    ) -> io::Result<Self> {
        if format == TableFormat::Arrow {
            let writer = FileWriter::try_new(out, &schema).map_err(of_arrow)?;
            return Ok(Self::Arrow(Box::new(writer)));
        }
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
            .build();
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_skip_arrow_metadata(!arrow_types);
        let writer = ArrowWriter::try_new_with_options(out, schema, options);
        Ok(Self::Parquet(Box::new(writer.map_err(of_parquet)?)))
    }

    /// Writes a batch.
    pub(in crate::report) fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        match self {
            Self::Parquet(table) => table.write(rows).map_err(of_parquet),
            // An empty batch would be one more for readers.
            Self::Arrow(_) if rows.num_rows() == 0 => Ok(()),
            Self::Arrow(table) => table.write(rows).map_err(of_arrow),
        }
    }

    /// Writes the rest of the file.
    pub(in crate::report) fn finish(self) -> io::Result<()> {
        match self {
            Self::Parquet(table) => table.close().map(|_| ()).map_err(of_parquet),
            Self::Arrow(mut table) => table.finish().map_err(of_arrow),
        }
    }
}

/// Rows that are not written yet, column by column.
struct Batch<'c, R> {
    schema: Arc<Schema>,
    columns: Vec<Box<dyn ValueBuffer<R> + 'c>>,
    rows: usize,
}

impl<'c, R> Batch<'c, R> {
    fn of(columns: &'c [Column<'_, R>]) -> Batch<'c, R> {
        let mut buffers: Vec<_> = columns.iter().map(buffer_for).collect();
        let field = |(column, buffer): (&Column<'_, R>, &mut Box<dyn ValueBuffer<R> + 'c>)| {
            Field::new(column.name, buffer.take().data_type().clone(), true)
        };
        let fields: Vec<Field> = columns.iter().zip(&mut buffers).map(field).collect();
        Batch {
            schema: Arc::new(Schema::new(fields)),
            columns: buffers,
            rows: 0,
        }
    }

    fn append(&mut self, row: &R) {
        for column in &mut self.columns {
            column.append(row);
        }
        self.rows += 1;
    }

    fn is_full(&self) -> bool {
        let bytes = || self.columns.iter().map(|column| column.text_bytes());
        self.rows == BATCH_ROWS || bytes().sum::<usize>() >= BATCH_BYTES
    }

    /// The rows, which leave the batch.
    fn take(&mut self) -> io::Result<RecordBatch> {
        self.rows = 0;
        let columns = self.columns.iter_mut().map(|column| column.take());
        RecordBatch::try_new(Arc::clone(&self.schema), columns.collect())
            .map_err(|error: ArrowError| io::Error::other(error))
    }
}

/// Values of one column that are not written yet.
trait ValueBuffer<R> {
    /// Adds the value of a row.
    fn append(&mut self, row: &R);

    /// The values as an array, which leave the buffer.
    fn take(&mut self) -> ArrayRef;

    /// Number of bytes of texts.
    fn text_bytes(&self) -> usize;
}

/// A builder of arrays, and the function that adds the value of a row to it.
struct BuilderBuffer<B, F> {
    builder: B,
    append: F,
    text_bytes: fn(&B) -> usize,
}

impl<R, B: ArrayBuilder, F: Fn(&mut B, &R)> ValueBuffer<R> for BuilderBuffer<B, F> {
    fn append(&mut self, row: &R) {
        (self.append)(&mut self.builder, row);
    }

    fn take(&mut self) -> ArrayRef {
        ArrayBuilder::finish(&mut self.builder)
    }

    fn text_bytes(&self) -> usize {
        (self.text_bytes)(&self.builder)
    }
}

/// The buffer for values of a fixed size.
fn numbers<'c, R, B: ArrayBuilder>(
    builder: B,
    append: impl Fn(&mut B, &R) + 'c,
) -> Box<dyn ValueBuffer<R> + 'c> {
    Box::new(BuilderBuffer {
        builder,
        append,
        text_bytes: |_| 0,
    })
}

/// The buffer for texts.
fn texts<'c, R>(
    value: impl for<'r> Fn(&'r R) -> Option<Cow<'r, str>> + 'c,
) -> Box<dyn ValueBuffer<R> + 'c> {
    Box::new(BuilderBuffer {
        builder: LargeStringBuilder::new(),
        append: move |texts: &mut LargeStringBuilder, row: &R| texts.append_option(value(row)),
        text_bytes: |texts| texts.values_slice().len(),
    })
}

/// The buffer for the values of a column. Its builder decides the type in the file.
fn buffer_for<'c, R>(column: &'c Column<'_, R>) -> Box<dyn ValueBuffer<R> + 'c> {
    match &column.values {
        ColumnValues::Text(value) => texts(move |row| known(value(row))),
        ColumnValues::Data(value) => texts(move |row| value(row)),
        ColumnValues::Json(value) => texts(move |row| value(row).map(Cow::Owned)),
        ColumnValues::Count(value) => numbers(Int64Builder::new(), move |counts, row| {
            counts.append_option(value(row).and_then(|count| i64::try_from(count).ok()));
        }),
        ColumnValues::Score(value) => numbers(Float64Builder::new(), move |scores, row| {
            scores.append_option(value(row).map(rounded_score));
        }),
        ColumnValues::Hours(value) => numbers(Float64Builder::new(), move |hours, row| {
            hours.append_option(value(row).map(rounded_hours));
        }),
        ColumnValues::Flag(value) => numbers(BooleanBuilder::new(), move |flags, row| {
            flags.append_option(value(row));
        }),
        ColumnValues::Time(value) => {
            let times = TimestampMillisecondBuilder::new().with_timezone("UTC");
            numbers(times, move |times, row| {
                let time = value(row).and_then(moment::time);
                times.append_option(time.map(|time| time.as_millisecond()));
            })
        }
    }
}

/// The error of the system as it was, so that a closed pipe is still recognised.
fn of_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    }
}

/// The error of the system as it was.
fn of_arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, cause) => cause,
        other => io::Error::other(other),
    }
}
