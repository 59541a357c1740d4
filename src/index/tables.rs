//! Tables in Arrow IPC files: one record batch each, read whole, so that a checksum of the file guards all of it.

use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{
    FixedSizeBinaryBuilder, LargeStringBuilder, ListBuilder, StringDictionaryBuilder, UInt32Builder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Int64Type, UInt8Type, UInt32Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, Int64Array, PrimitiveArray, RecordBatch,
    UInt8Array, UInt32Array, UInt64Array,
};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::ArrowError;

use super::Names;
use super::files::IndexError;
use crate::boilerplate::{Known, KnownRepeat};
use crate::catalog::{DocNo, DocPair};
use crate::compare::exact::Comparison;
use crate::compare::passage::Passage;
use crate::document::{Precision, Published};
use crate::pipeline::KnownPair;

/// A row of the table of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) serial: u64,
    /// When it joined, in seconds since 1970.
    pub(super) added: i64,
    pub(super) id: String,
    pub(super) site: Option<String>,
    pub(super) published: Option<Published>,
    pub(super) page: u64,
    pub(super) title: u32,
    pub(super) words: u32,
    pub(super) content: u128,
    pub(super) whole: u128,
    /// The words that were taken out.
    pub(super) regions: Vec<Range<u32>>,
    /// Fingerprints for passages.
    pub(super) passages: u32,
    pub(super) at: RecordPlace,
}

/// Where a record stands: its frame, and its number within that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordPlace {
    pub(super) frame: u64,
    pub(super) frame_bytes: u32,
    pub(super) record: u32,
}

/// The table of documents, as it is read.
pub(super) struct Documents {
    batch: RecordBatch,
    name: String,
    /// The names of sites, by number.
    pub(super) sites: Vec<String>,
}

pub(super) fn write_documents(rows: &[Row]) -> Result<Vec<u8>, IndexError> {
    // Ids of very many documents are more than 32 bits can count.
    let mut ids = LargeStringBuilder::new();
    let mut sites = StringDictionaryBuilder::<UInt32Type>::new();
    let mut regions = ListBuilder::new(UInt32Builder::new());
    let mut contents = FixedSizeBinaryBuilder::new(16);
    let mut wholes = FixedSizeBinaryBuilder::new(16);
    for row in rows {
        ids.append_value(&row.id);
        sites.append_option(row.site.as_deref());
        let ends = row
            .regions
            .iter()
            .flat_map(|region| [region.start, region.end]);
        regions.append_value(ends.map(Some));
        contents
            .append_value(row.content.to_le_bytes())
            .map_err(unwritable)?;
        wholes
            .append_value(row.whole.to_le_bytes())
            .map_err(unwritable)?;
    }
    let u64s = |of: fn(&Row) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(of)))
    };
    let u32s = |of: fn(&Row) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(of)))
    };
    let seconds = rows
        .iter()
        .map(|row| row.published.map(|published| published.seconds));
    let precisions = rows.iter().map(|row| {
        row.published
            .map(|published| precision_code(published.precision))
    });
    batch(vec![
        ("serial", u64s(|row| row.serial)),
        (
            "added",
            Arc::new(Int64Array::from_iter_values(
                rows.iter().map(|row| row.added),
            )),
        ),
        ("id", Arc::new(ids.finish())),
        ("site", Arc::new(sites.finish())),
        ("published", Arc::new(Int64Array::from_iter(seconds))),
        ("precision", Arc::new(UInt8Array::from_iter(precisions))),
        ("page", u64s(|row| row.page)),
        ("title", u32s(|row| row.title)),
        ("words", u32s(|row| row.words)),
        ("content", Arc::new(contents.finish())),
        ("whole", Arc::new(wholes.finish())),
        ("removed", Arc::new(regions.finish())),
        ("passages", u32s(|row| row.passages)),
        ("frame", u64s(|row| row.at.frame)),
        ("frame_bytes", u32s(|row| row.at.frame_bytes)),
        ("record", u32s(|row| row.at.record)),
    ])
}

impl Documents {
    pub(super) fn read(bytes: &[u8], name: &str) -> Result<Documents, IndexError> {
        let batch = read(bytes, name)?;
        let column = column(&batch, name, "site")?;
        let dictionary = column
            .as_dictionary_opt::<UInt32Type>()
            .and_then(|sites| sites.values().as_string_opt::<i32>())
            .ok_or_else(|| damaged(name, "site"))?;
        let sites = dictionary
            .iter()
            .map(|name| name.unwrap_or_default().to_owned());
        Ok(Documents {
            sites: sites.collect(),
            name: name.to_owned(),
            batch,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    pub(super) fn serials(&self) -> Result<&[u64], IndexError> {
        self.numbers::<UInt64Type>("serial")
    }

    pub(super) fn added(&self) -> Result<&[i64], IndexError> {
        self.numbers::<Int64Type>("added")
    }

    pub(super) fn passages(&self) -> Result<&[u32], IndexError> {
        self.numbers::<UInt32Type>("passages")
    }

    /// Hands every row to `each`, with the number of its site among [`Documents::sites`], or `u32::MAX`.
    pub(super) fn each(
        &self,
        each: &mut dyn FnMut(RowView<'_>) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let name = &self.name;
        let (serials, added) = (self.serials()?, self.added()?);
        let ids = column(&self.batch, name, "id")?
            .as_string_opt::<i64>()
            .ok_or_else(|| damaged(name, "id"))?;
        let sites = column(&self.batch, name, "site")?
            .as_dictionary_opt::<UInt32Type>()
            .ok_or_else(|| damaged(name, "site"))?
            .keys();
        let published = self.nullable::<Int64Type>("published")?;
        let precisions = self.nullable::<UInt8Type>("precision")?;
        let pages = self.numbers::<UInt64Type>("page")?;
        let titles = self.numbers::<UInt32Type>("title")?;
        let words = self.numbers::<UInt32Type>("words")?;
        let (contents, wholes) = (self.hashes("content")?, self.hashes("whole")?);
        let regions = column(&self.batch, name, "removed")?
            .as_list_opt::<i32>()
            .ok_or_else(|| damaged(name, "removed"))?;
        let ends = regions
            .values()
            .as_primitive_opt::<UInt32Type>()
            .ok_or_else(|| damaged(name, "removed"))?
            .values();
        let passages = self.passages()?;
        let frames = self.numbers::<UInt64Type>("frame")?;
        let frame_bytes = self.numbers::<UInt32Type>("frame_bytes")?;
        let records = self.numbers::<UInt32Type>("record")?;
        for at in 0..self.len() {
            let published = published.is_valid(at).then(|| Published {
                seconds: published.value(at),
                precision: precision(precisions.value(at)),
            });
            let offsets = regions.value_offsets();
            let ends = ends
                .get(offsets[at] as usize..offsets[at + 1] as usize)
                .ok_or_else(|| damaged(name, "removed"))?;
            each(RowView {
                serial: serials[at],
                added: added[at],
                id: ids.value(at),
                site: if sites.is_valid(at) {
                    sites.value(at)
                } else {
                    u32::MAX
                },
                published,
                page: pages[at],
                title: titles[at],
                words: words[at],
                content: hash(contents, at),
                whole: hash(wholes, at),
                regions: ends.chunks_exact(2).map(|ends| ends[0]..ends[1]).collect(),
                passages: passages[at],
                at: RecordPlace {
                    frame: frames[at],
                    frame_bytes: frame_bytes[at],
                    record: records[at],
                },
            })?;
        }
        Ok(())
    }

    fn numbers<T: ArrowPrimitiveType>(&self, column: &str) -> Result<&[T::Native], IndexError> {
        numbers::<T>(&self.batch, &self.name, column)
    }

    fn nullable<T: ArrowPrimitiveType>(
        &self,
        name: &str,
    ) -> Result<&PrimitiveArray<T>, IndexError> {
        column(&self.batch, &self.name, name)?
            .as_primitive_opt::<T>()
            .ok_or_else(|| damaged(&self.name, name))
    }

    fn hashes(&self, name: &str) -> Result<&FixedSizeBinaryArray, IndexError> {
        column(&self.batch, &self.name, name)?
            .as_fixed_size_binary_opt()
            .filter(|hashes| hashes.value_length() == 16)
            .ok_or_else(|| damaged(&self.name, name))
    }
}

/// A row as it is read.
pub(super) struct RowView<'a> {
    pub(super) serial: u64,
    pub(super) added: i64,
    pub(super) id: &'a str,
    pub(super) site: u32,
    pub(super) published: Option<Published>,
    pub(super) page: u64,
    pub(super) title: u32,
    pub(super) words: u32,
    pub(super) content: u128,
    pub(super) whole: u128,
    pub(super) regions: Vec<Range<u32>>,
    pub(super) passages: u32,
    pub(super) at: RecordPlace,
}

impl RowView<'_> {
    /// The same to keep, `sites` being those of its table.
    pub(super) fn owned(&self, sites: &[String]) -> Row {
        Row {
            serial: self.serial,
            added: self.added,
            id: self.id.to_owned(),
            site: sites.get(self.site as usize).cloned(),
            published: self.published,
            page: self.page,
            title: self.title,
            words: self.words,
            content: self.content,
            whole: self.whole,
            regions: self.regions.clone(),
            passages: self.passages,
            at: self.at,
        }
    }
}

pub(super) fn write_ties(ties: &[KnownPair]) -> Result<Vec<u8>, IndexError> {
    let u64s = |of: fn(&KnownPair) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(ties.iter().map(of)))
    };
    let u32s = |of: fn(&Comparison) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(
            ties.iter().map(|tie| of(&tie.found)),
        ))
    };
    batch(vec![
        ("a", u64s(|tie| tie.a)),
        ("b", u64s(|tie| tie.b)),
        ("shared", u32s(|found| found.shared)),
        ("shingles_a", u32s(|found| found.shingles_a)),
        ("shingles_b", u32s(|found| found.shingles_b)),
        ("longest_a", u32s(|found| found.longest.a as u32)),
        ("longest_b", u32s(|found| found.longest.b as u32)),
        ("longest_words", u32s(|found| found.longest.words as u32)),
        (
            "near",
            Arc::new(BooleanArray::from_iter(
                ties.iter().map(|tie| Some(tie.found.near)),
            )),
        ),
    ])
}

pub(super) fn read_ties(
    bytes: &[u8],
    name: &str,
    ties: &mut Vec<KnownPair>,
) -> Result<(), IndexError> {
    let table = read(bytes, name)?;
    let u64s = |column: &str| numbers::<UInt64Type>(&table, name, column);
    let u32s = |column: &str| numbers::<UInt32Type>(&table, name, column);
    let (a, b) = (u64s("a")?, u64s("b")?);
    let (shared, shingles_a, shingles_b) =
        (u32s("shared")?, u32s("shingles_a")?, u32s("shingles_b")?);
    let (longest_a, longest_b, words) = (
        u32s("longest_a")?,
        u32s("longest_b")?,
        u32s("longest_words")?,
    );
    let near = column(&table, name, "near")?
        .as_boolean_opt()
        .ok_or_else(|| damaged(name, "near"))?;
    ties.extend((0..table.num_rows()).map(|at| KnownPair {
        a: a[at],
        b: b[at],
        found: Comparison {
            pair: DocPair {
                a: DocNo(0),
                b: DocNo(1),
            },
            shared: shared[at],
            shingles_a: shingles_a[at],
            shingles_b: shingles_b[at],
            longest: Passage {
                a: longest_a[at] as usize,
                b: longest_b[at] as usize,
                words: words[at] as usize,
            },
            near: near.value(at),
        },
    }));
    Ok(())
}

pub(super) fn write_names(names: &[(u64, Arc<str>)]) -> Result<Vec<u8>, IndexError> {
    let mut clusters = StringDictionaryBuilder::<UInt32Type>::new();
    names
        .iter()
        .for_each(|(_, name)| clusters.append_value(name));
    let serials = names.iter().map(|(serial, _)| *serial);
    batch(vec![
        ("serial", Arc::new(UInt64Array::from_iter_values(serials))),
        ("cluster", Arc::new(clusters.finish())),
    ])
}

/// Reads names in the place of those that are known.
pub(super) fn read_names(bytes: &[u8], name: &str, names: &mut Names) -> Result<(), IndexError> {
    let table = read(bytes, name)?;
    let serials = numbers::<UInt64Type>(&table, name, "serial")?;
    let clusters = column(&table, name, "cluster")?
        .as_dictionary_opt::<UInt32Type>()
        .ok_or_else(|| damaged(name, "cluster"))?;
    let values = clusters
        .values()
        .as_string_opt::<i32>()
        .ok_or_else(|| damaged(name, "cluster"))?;
    let values: Vec<Arc<str>> = values
        .iter()
        .map(|name| Arc::from(name.unwrap_or_default()))
        .collect();
    for (&serial, &key) in serials.iter().zip(clusters.keys().values()) {
        let cluster = values
            .get(key as usize)
            .ok_or_else(|| damaged(name, "cluster"))?;
        match &**cluster {
            "" => names.remove(&serial),
            _ => names.insert(serial, Arc::clone(cluster)),
        };
    }
    Ok(())
}

pub(super) fn write_boilerplate(known: &Known) -> Result<Vec<u8>, IndexError> {
    let mut sites = StringDictionaryBuilder::<UInt32Type>::new();
    for repeat in &known.repeats {
        sites.append_option(known.sites.get(repeat.site as usize));
    }
    let repeats = || known.repeats.iter();
    batch(vec![
        ("site", Arc::new(sites.finish())),
        (
            "fingerprint",
            Arc::new(UInt32Array::from_iter_values(
                repeats().map(|repeat| repeat.fingerprint),
            )),
        ),
        (
            "kind",
            Arc::new(UInt8Array::from_iter_values(
                repeats().map(|repeat| repeat.kind),
            )),
        ),
        (
            "learned",
            Arc::new(Int64Array::from_iter_values(
                repeats().map(|repeat| repeat.learned),
            )),
        ),
    ])
}

pub(super) fn read_boilerplate(bytes: &[u8], name: &str) -> Result<Known, IndexError> {
    let table = read(bytes, name)?;
    let sites = column(&table, name, "site")?
        .as_dictionary_opt::<UInt32Type>()
        .ok_or_else(|| damaged(name, "site"))?;
    let names = sites
        .values()
        .as_string_opt::<i32>()
        .ok_or_else(|| damaged(name, "site"))?;
    let keys = sites.keys();
    let fingerprints = numbers::<UInt32Type>(&table, name, "fingerprint")?;
    let kinds = numbers::<UInt8Type>(&table, name, "kind")?;
    let learned = numbers::<Int64Type>(&table, name, "learned")?;
    Ok(Known {
        sites: names
            .iter()
            .map(|name| name.unwrap_or_default().to_owned())
            .collect(),
        repeats: (0..table.num_rows())
            .map(|at| KnownRepeat {
                site: if keys.is_valid(at) {
                    keys.value(at)
                } else {
                    u32::MAX
                },
                fingerprint: fingerprints[at],
                kind: kinds[at],
                learned: learned[at],
            })
            .collect(),
    })
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<Vec<u8>, IndexError> {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| {
            let nullable = matches!(name, "site" | "published" | "precision");
            (name, column, nullable)
        }))
        .map_err(unwritable)?;
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, &batch.schema()).map_err(unwritable)?;
    writer.write(&batch).map_err(unwritable)?;
    writer.finish().map_err(unwritable)?;
    drop(writer);
    Ok(bytes)
}

fn read(bytes: &[u8], name: &str) -> Result<RecordBatch, IndexError> {
    let not_read = |error: ArrowError| IndexError::Damaged {
        file: name.to_owned(),
        problem: error.to_string(),
    };
    let mut reader = FileReader::try_new(Cursor::new(bytes), None).map_err(not_read)?;
    let batch = reader.next().transpose().map_err(not_read)?;
    batch.ok_or_else(|| IndexError::Damaged {
        file: name.to_owned(),
        problem: "it has no rows".to_owned(),
    })
}

fn column<'a>(batch: &'a RecordBatch, file: &str, name: &str) -> Result<&'a ArrayRef, IndexError> {
    batch
        .column_by_name(name)
        .ok_or_else(|| damaged(file, name))
}

fn numbers<'a, T: ArrowPrimitiveType>(
    batch: &'a RecordBatch,
    file: &str,
    name: &str,
) -> Result<&'a [T::Native], IndexError> {
    let array = column(batch, file, name)?.as_primitive_opt::<T>();
    let array = array.ok_or_else(|| damaged(file, name))?;
    Ok(&array.values()[..])
}

fn hash(hashes: &FixedSizeBinaryArray, at: usize) -> u128 {
    hashes.value(at).try_into().map_or(0, u128::from_le_bytes)
}

fn damaged(file: &str, column: &str) -> IndexError {
    IndexError::Damaged {
        file: file.to_owned(),
        problem: format!("its column {column} is not there, or not what it should be"),
    }
}

fn unwritable(error: ArrowError) -> IndexError {
    IndexError::Write {
        file: "a table".to_owned(),
        cause: std::io::Error::other(error),
    }
}

/// Precisions by their numbers in tables, which mean the same for ever.
const PRECISIONS: [Precision; 3] = [Precision::Day, Precision::Midnight, Precision::Second];

fn precision_code(precision: Precision) -> u8 {
    precision as u8
}

fn precision(code: u8) -> Precision {
    PRECISIONS
        .get(usize::from(code))
        .copied()
        .unwrap_or(Precision::Second)
}
