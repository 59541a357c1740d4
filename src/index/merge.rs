//! Merging segments, so that an index of many nights opens as fast as one of a few, and documents
//! that do not count any more take no space.
//!
//! Segments are merged as in a log-structured merge tree with tiers (O'Neil et al. 1996, "The
//! log-structured merge-tree"): as soon as [`FAN_IN`] neighbours have about the same size they
//! become one. A document is therefore copied about once for each digit of the size of the index.

use std::collections::HashMap;
use std::ops::Range;

use super::error::IndexError;
use super::files::Directory;
use super::manifest::{Manifest, SegmentEntry};
use super::records;
use super::removal::Scrub;
use super::segment_reader::{HashChunk, SegmentReader};
use super::segment_writer::{self, SegmentWriter};
use super::tables::{self, DocumentRow, DocumentTable, RecordPlace};
use crate::storage::lists::Store;

/// Number of neighbouring segments of about the same size that become one.
const FAN_IN: usize = 8;

/// Base in which sizes with the same number of digits are about the same.
const TIER: u64 = 8;

/// The segments to merge next: one of which half is gone, or [`FAN_IN`] of one tier in a row.
/// `None` if no merge is worth it.
pub(super) fn worth_it(manifest: &Manifest) -> Option<Range<usize>> {
    let counts = |segment: &SegmentEntry| segment.documents - manifest.gone_of(segment);
    let half_gone = |segment: &SegmentEntry| 2 * counts(segment) <= segment.documents;
    if let Some(at) = manifest.segments.iter().position(half_gone) {
        return Some(at..at + 1);
    }
    let tier = |segment: &SegmentEntry| counts(segment).max(1).ilog(TIER);
    let tiers: Vec<u32> = manifest.segments.iter().map(tier).collect();
    // Segments stay in order, so smaller ones between those of a tier are merged with them.
    (0..tiers.len()).find_map(|start| {
        let row = tiers[start..]
            .iter()
            .take_while(|&&tier| tier <= tiers[start])
            .count();
        let of_tier = tiers[start..start + row]
            .iter()
            .filter(|&&tier| tier == tiers[start]);
        (of_tier.count() >= FAN_IN).then_some(start..start + row)
    })
}

/// Writes the documents of some segments that count in the manifest as one segment; `None` if there
/// are none. What is to be removed is taken out.
pub(super) fn merge(
    directory: &Directory,
    segments: &[SegmentReader],
    manifest: &Manifest,
    scrub: &Scrub,
    number: u64,
) -> Result<Option<SegmentEntry>, IndexError> {
    // Rows of the new segment borrow from the tables of the old ones.
    let tables = segments.iter().map(SegmentReader::documents);
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let mut writer = SegmentWriter::create(directory, number)?;
    let is_gone = |serial: u64| manifest.is_gone(serial);
    let (mut ties, mut names) = (Vec::new(), HashMap::new());
    let mut documents = 0;
    for (segment, table) in segments.iter().zip(&tables) {
        let kept: Vec<bool> = table
            .serials()?
            .iter()
            .map(|&serial| !is_gone(serial))
            .collect();
        documents += kept.iter().filter(|&&kept| kept).count();
        for chunk in segment.chunks(table)? {
            let kept = &kept[chunk.rows.clone()];
            let lengths = &table.passages()?[chunk.rows.clone()];
            copy_hashes(&mut writer, segment, &chunk, lengths, kept)?;
        }
        copy_records(&mut writer, segment, table, &is_gone)?;
        segment.load_ties(&mut ties)?;
        segment.load_names(&mut names)?;
    }
    scrub.ties(&mut ties);
    scrub.names(&mut names);
    // Serials are never used again, so no later document can get these ties and names.
    ties.retain(|tie| !is_gone(tie.a) && !is_gone(tie.b));
    names.retain(|&serial, _| !is_gone(serial));
    // An empty name takes back one of an earlier segment.
    let first = manifest.segments.first().map(|segment| segment.number);
    if segments.first().map(|segment| segment.entry.number) == first {
        names.retain(|_, name| !name.is_empty());
    }
    let merged = writer.finish(ties, &segment_writer::sorted(names))?;
    if documents == 0 {
        for file in merged.files() {
            directory.remove(&file.name)?;
        }
        return Ok(None);
    }
    Ok(Some(merged))
}

/// Writes the tables of pairs and names of a segment again, without what is to be removed. Returns
/// the segment with the new tables; `None` if there was nothing to remove.
pub(super) fn scrub_tables(
    directory: &Directory,
    segment: &SegmentReader,
    scrub: &Scrub,
    number: u64,
) -> Result<Option<SegmentEntry>, IndexError> {
    let (mut ties, mut names) = (Vec::new(), HashMap::new());
    segment.load_ties(&mut ties)?;
    segment.load_names(&mut names)?;
    let changed = [scrub.ties(&mut ties), scrub.names(&mut names)];
    if !changed.contains(&true) {
        return Ok(None);
    }
    let write =
        |name: &str, bytes: Vec<u8>| directory.write(&format!("{number:06}.{name}.arrow"), &bytes);
    Ok(Some(SegmentEntry {
        ties: ties.len() as u64,
        ties_table: write("ties", tables::write_ties(&mut ties)?)?,
        names: write(
            "names",
            tables::write_names(&segment_writer::sorted(names))?,
        )?,
        ..segment.entry.clone()
    }))
}

/// Copies the hashes of those documents of a chunk that are kept; `lengths` has the number of
/// fingerprints of each.
fn copy_hashes(
    writer: &mut SegmentWriter<'_>,
    segment: &SegmentReader,
    chunk: &HashChunk<'_>,
    lengths: &[u32],
    kept: &[bool],
) -> Result<(), IndexError> {
    let bands_of_each = chunk.entry.bands as usize;
    let mut bands = vec![0u32; kept.len() * bands_of_each];
    let mut passages = vec![0u64; chunk.entry.passages as usize];
    let in_bytes = bytemuck::cast_slice_mut(&mut bands);
    segment.bands.read(chunk.bands_at, in_bytes)?;
    let in_bytes = bytemuck::cast_slice_mut(&mut passages);
    segment.passages.read(chunk.passages_at, in_bytes)?;
    if bands_of_each > 0 {
        let mut of_each = kept.iter();
        let each = bands.chunks(bands_of_each);
        let each = each.filter(|_| of_each.next() == Some(&true));
        bands = each.collect::<Vec<_>>().concat();
    }
    let (mut at, mut left) = (0, Vec::new());
    for (&length, &kept) in lengths.iter().zip(kept) {
        let end = at + length as usize;
        if kept {
            left.extend_from_slice(&passages[at..end]);
        }
        at = end;
    }
    let documents = kept.iter().filter(|&&kept| kept).count();
    if documents > 0 {
        writer.add_hashes(documents, &bands, &left)?;
    }
    Ok(())
}

/// Copies the records and rows that still count. A frame of which all records count is copied as it
/// is.
fn copy_records<'a>(
    writer: &mut SegmentWriter<'a>,
    segment: &SegmentReader,
    table: &'a DocumentTable,
    is_gone: &dyn Fn(u64) -> bool,
) -> Result<(), IndexError> {
    let mut rows: Vec<(DocumentRow<'a>, bool)> = Vec::with_capacity(table.len());
    table.each(&mut |row| {
        let gone = is_gone(row.serial);
        rows.push((row, gone));
        Ok(())
    })?;
    let name = segment.records_name();
    for frame in rows.chunk_by_mut(|x, y| x.0.at.frame == y.0.at.frame) {
        let RecordPlace {
            frame: at,
            frame_bytes,
            ..
        } = frame[0].0.at;
        if frame.iter().all(|(_, gone)| *gone) {
            continue;
        }
        let packed = if frame.iter().any(|(_, gone)| *gone) {
            let (mut lines, mut left) = (Vec::new(), Vec::new());
            records::read_frame(&segment.records, &name, at, frame_bytes, &mut lines)?;
            let rows = frame.iter_mut().filter(|(_, gone)| !gone);
            for (number, (row, _)) in (0..).zip(rows) {
                let line = records::line(&lines, row.at.record as usize);
                let line = line.ok_or_else(|| records::missing(&name, at, row.at.record))?;
                left.extend_from_slice(line);
                left.push(b'\n');
                row.at.record = number;
            }
            records::pack(&left).map_err(IndexError::records)?
        } else {
            records::packed_frame(&segment.records, &name, at, frame_bytes)?
        };
        let at = writer.add_frame(&packed)?;
        for (row, _) in frame.iter().filter(|(_, gone)| !gone) {
            writer.add_row(DocumentRow {
                at: RecordPlace {
                    frame: at,
                    frame_bytes: packed.len() as u32,
                    record: row.at.record,
                },
                ..row.clone()
            });
        }
    }
    Ok(())
}
