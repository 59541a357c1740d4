//! Tables in the formats of text, written row by row.
//!
//! Rows that are all at hand are rendered in blocks by many threads while the blocks before them
//! are written, in order.

use std::io::{self, Write};

use rayon::prelude::*;

use super::column::{Column, RowSink};
use super::delimited::DelimitedRows;
use super::format::TableFormat;
use super::jsonl::JsonRows;

/// Rows of a block: half a megabyte of a table of pairs.
const BLOCK_ROWS: usize = 1024;

/// Blocks for each thread in a round. Some take longer than others.
const BLOCKS_PER_THREAD: usize = 4;

/// Writes the names of the columns, and all rows.
pub(super) fn write<R: Send + Sync>(
    format: TableFormat,
    columns: &[Column<'_, R>],
    out: &mut (dyn Write + Send),
    mut rows: impl Iterator<Item = R>,
) -> io::Result<()> {
    let mut header = Vec::new();
    let mut table = TextRows::new(format, columns, &mut header);
    table.header(columns)?;
    table.finish()?;
    let mut rendered = vec![header];
    while !rendered.is_empty() {
        let round = BLOCK_ROWS * BLOCKS_PER_THREAD * rayon::current_num_threads();
        let next: Vec<R> = rows.by_ref().take(round).collect();
        let (written, blocks) = rayon::join(
            || rendered.iter().try_for_each(|block| out.write_all(block)),
            || render(format, columns, &next),
        );
        written?;
        rendered = blocks?;
    }
    Ok(())
}

/// Renders rows in blocks.
fn render<R: Sync>(
    format: TableFormat,
    columns: &[Column<'_, R>],
    rows: &[R],
) -> io::Result<Vec<Vec<u8>>> {
    let blocks = rows.par_chunks(BLOCK_ROWS).map(|rows| {
        let mut block = Vec::new();
        let mut table = TextRows::new(format, columns, &mut block);
        rows.iter().try_for_each(|row| table.row(columns, row))?;
        table.finish()?;
        Ok(block)
    });
    blocks.collect()
}

/// Writes the names of the columns, and the rows that `fill` passes to its argument.
pub(super) fn write_each<R>(
    format: TableFormat,
    columns: &[Column<'_, R>],
    out: &mut (dyn Write + Send),
    fill: impl FnOnce(RowSink<'_, R>) -> io::Result<()>,
) -> io::Result<()> {
    let mut table = TextRows::new(format, columns, out);
    table.header(columns)?;
    fill(&mut |row| table.row(columns, row))?;
    table.finish()
}

/// A writer of rows in a format of text.
enum TextRows<W: Write> {
    Delimited(Box<DelimitedRows<W>>),
    Json(JsonRows<W>),
}

impl<W: Write> TextRows<W> {
    fn new<R>(format: TableFormat, columns: &[Column<'_, R>], out: W) -> Self {
        match format {
            TableFormat::Jsonl => Self::Json(JsonRows::new(columns, out)),
            TableFormat::Tsv => Self::Delimited(Box::new(DelimitedRows::new(b'\t', out))),
            _ => Self::Delimited(Box::new(DelimitedRows::new(b',', out))),
        }
    }

    fn header<R>(&mut self, columns: &[Column<'_, R>]) -> io::Result<()> {
        match self {
            Self::Delimited(table) => table.header(columns),
            Self::Json(_) => Ok(()),
        }
    }

    fn row<R>(&mut self, columns: &[Column<'_, R>], row: &R) -> io::Result<()> {
        match self {
            Self::Delimited(table) => table.row(columns, row),
            Self::Json(table) => table.row(columns, row),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Delimited(table) => table.finish(),
            Self::Json(_) => Ok(()),
        }
    }
}
