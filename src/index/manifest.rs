//! The manifest of an index: its settings and the segments that count. It is replaced as a whole.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::error::IndexError;
use super::files::{Checksum, Directory, FileEntry};
use super::settings::IndexSettings;

/// The name of the file.
pub(super) const MANIFEST: &str = "manifest.json";

/// Version of the format that is written for a new index. Every released version can be read, and
/// an index keeps the one that it was made with. Version 2 names the word rule.
pub const FORMAT: u32 = 2;

/// Generation of a manifest that is written before the first segment.
const NOTHING_YET: u64 = 0;

/// The parts of an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// Number of changes so far.
    pub(super) generation: u64,
    pub(super) settings: IndexSettings,
    /// Serial of the next document.
    pub(super) next_serial: u64,
    /// Number of the next segment.
    next_number: u64,
    /// In the order in which their documents were added.
    pub(super) segments: Vec<SegmentEntry>,
    pub(super) boilerplate: Option<FileEntry>,
    /// Serials of documents that are still in segments but do not count any more: ranges in order
    /// that do not touch.
    gone: Vec<Range<u64>>,
    /// Documents that were replaced by one with the same id so far.
    #[serde(default)]
    pub(super) replaced: u64,
    /// Documents that were removed by their ids so far.
    #[serde(default)]
    pub(super) removed: u64,
    /// Documents that were read under another id so far, because theirs named another document.
    #[serde(default)]
    pub(super) conflicts: u64,
}

/// A segment as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SegmentEntry {
    pub(super) number: u64,
    pub(super) documents: u64,
    pub(super) ties: u64,
    /// Times when its first and its last document were added, in seconds since 1970.
    pub(super) first_added: i64,
    pub(super) last_added: i64,
    /// From the serial of its first document to the one after its last.
    pub(super) serials: Range<u64>,
    pub(super) table: FileEntry,
    pub(super) bands: FileEntry,
    pub(super) passages: FileEntry,
    pub(super) records: FileEntry,
    pub(super) ties_table: FileEntry,
    pub(super) names: FileEntry,
    /// Chunks of its two files of hashes.
    pub(super) chunks: Vec<ChunkEntry>,
}

/// The hashes of some consecutive documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ChunkEntry {
    pub(super) documents: u64,
    /// Number of band hashes of each document.
    pub(super) bands: u32,
    pub(super) bands_xxh3: Checksum,
    /// Number of fingerprints of all documents together.
    pub(super) passages: u64,
    pub(super) passages_xxh3: Checksum,
}

/// The part of a manifest that every version understands.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

impl ChunkEntry {
    /// Bytes of its band hashes.
    fn band_bytes(&self) -> Option<u64> {
        let values = self.documents.checked_mul(self.bands.into())?;
        values.checked_mul(size_of::<u32>() as u64)
    }

    /// Bytes of its fingerprints.
    fn passage_bytes(&self) -> Option<u64> {
        self.passages.checked_mul(size_of::<u64>() as u64)
    }
}

impl SegmentEntry {
    /// True if the numbers of its chunks agree with those of its files.
    fn adds_up(&self) -> bool {
        let chunks = || self.chunks.iter();
        self.serials.start <= self.serials.end
            && sum(chunks().map(|chunk| Some(chunk.documents))) == Some(self.documents)
            && sum(chunks().map(ChunkEntry::band_bytes)) == Some(self.bands.bytes)
            && sum(chunks().map(ChunkEntry::passage_bytes)) == Some(self.passages.bytes)
    }

    pub(super) fn files(&self) -> [&FileEntry; 6] {
        [
            &self.table,
            &self.bands,
            &self.passages,
            &self.records,
            &self.ties_table,
            &self.names,
        ]
    }
}

impl Manifest {
    /// The manifest of an index whose first segment is being written. Readers treat it as no index;
    /// files without any manifest have lost theirs.
    pub(super) fn begun(settings: IndexSettings) -> Manifest {
        Manifest {
            format: FORMAT,
            generation: NOTHING_YET,
            settings,
            next_serial: 0,
            next_number: 1,
            segments: Vec::new(),
            boilerplate: None,
            gone: Vec::new(),
            replaced: 0,
            removed: 0,
            conflicts: 0,
        }
    }

    /// Reads the manifest.
    ///
    /// # Errors
    /// When there is no index, or its manifest cannot be read.
    pub(super) fn read(directory: &Directory) -> Result<Manifest, IndexError> {
        let damaged = |problem: &str| IndexError::Damaged {
            file: MANIFEST.to_owned(),
            problem: problem.to_owned(),
        };
        let Some(body) = directory.read_sealed(MANIFEST)? else {
            // The first run may have written its manifest since.
            let lost = directory.has_numbered()? && !directory.of(MANIFEST).exists();
            return Err(match lost {
                true => directory.lost(),
                false => directory.missing(),
            });
        };
        let not_understood = |error: serde_json::Error| damaged(&error.to_string());
        // A manifest of a later version may have fields that are unknown here.
        let FormatOnly { format } = serde_json::from_str(&body).map_err(not_understood)?;
        if format > FORMAT {
            return Err(IndexError::TooNew {
                directory: directory.path().display().to_string(),
                format,
                newest: FORMAT,
            });
        }
        let manifest: Manifest = serde_json::from_str(&body).map_err(not_understood)?;
        match manifest.generation {
            _ if !manifest.adds_up() => Err(damaged("its numbers contradict each other")),
            NOTHING_YET => Err(directory.missing()),
            _ => Ok(manifest),
        }
    }

    /// True if its numbers agree, so that no later sum or difference of them overflows.
    fn adds_up(&self) -> bool {
        let documents = sum(self.segments.iter().map(|segment| Some(segment.documents)));
        let gone = sum(self
            .gone
            .iter()
            .map(|range| range.end.checked_sub(range.start)));
        documents.is_some()
            && gone.is_some()
            && gone <= documents
            && sum(self.segments.iter().map(|segment| Some(segment.ties))).is_some()
            && sum(self.files().map(|file| Some(file.bytes))).is_some()
            && self.segments.iter().all(SegmentEntry::adds_up)
    }

    pub(super) fn write(&self, directory: &Directory) -> Result<(), IndexError> {
        // The segments must be safe on the disk before they are named.
        directory.sync()?;
        directory.replace_sealed(MANIFEST, self)
    }

    pub(super) fn remove(directory: &Directory) -> Result<(), IndexError> {
        directory.remove(MANIFEST)
    }

    /// Every file that counts.
    pub(super) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let of_segments = self.segments.iter().flat_map(SegmentEntry::files);
        of_segments.chain(&self.boilerplate)
    }

    /// The number of the next segment.
    pub(super) fn take_number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number - 1
    }

    /// Number of documents in segments that do not count any more.
    pub(super) fn gone(&self) -> u64 {
        self.gone.iter().map(|range| range.end - range.start).sum()
    }

    pub(super) fn is_gone(&self, serial: u64) -> bool {
        let at = self.gone.partition_point(|range| range.end <= serial);
        self.gone.get(at).is_some_and(|range| range.start <= serial)
    }

    /// Number of documents of a segment that do not count any more.
    pub(super) fn gone_of(&self, segment: &SegmentEntry) -> u64 {
        let within = |range: &Range<u64>| {
            let start = range.start.max(segment.serials.start);
            range.end.min(segment.serials.end).saturating_sub(start)
        };
        self.gone.iter().map(within).sum()
    }

    /// Marks documents as no longer counting.
    pub(super) fn forget(&mut self, serials: impl IntoIterator<Item = Range<u64>>) {
        self.gone.extend(serials);
        self.gone.sort_unstable_by_key(|range| range.start);
        self.gone.dedup_by(|next, last| {
            let joined = next.start <= last.end;
            if joined {
                last.end = last.end.max(next.end);
            }
            joined
        });
    }

    /// Removes the segments of which no document counts any more.
    pub(super) fn drop_empty_segments(&mut self) {
        let empty: Vec<Range<u64>> = self
            .segments
            .iter()
            .filter(|segment| segment.documents > 0 && self.gone_of(segment) >= segment.documents)
            .map(|segment| segment.serials.clone())
            .collect();
        self.segments
            .retain(|segment| segment.documents == 0 || !empty.contains(&segment.serials));
        empty
            .into_iter()
            .for_each(|serials| self.remove_from_gone(&serials));
    }

    /// Replaces segments by the one they were merged into, of which every document counts.
    pub(super) fn replace_segments(&mut self, range: Range<usize>, merged: Option<SegmentEntry>) {
        let replaced: Vec<SegmentEntry> = self.segments.splice(range, merged).collect();
        for segment in replaced {
            self.remove_from_gone(&segment.serials);
        }
    }

    /// Removes the serials of documents that are in no segment any more from `gone`.
    fn remove_from_gone(&mut self, serials: &Range<u64>) {
        let gone = std::mem::take(&mut self.gone).into_iter();
        self.gone = gone
            .flat_map(|range| {
                [
                    range.start..range.end.min(serials.start),
                    range.start.max(serials.end)..range.end,
                ]
            })
            .filter(|range| range.start < range.end)
            .collect();
    }
}

/// The sum of numbers; `None` if one of them is missing or the sum does not fit.
fn sum(mut numbers: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    numbers.try_fold(0, |sum: u64, number| sum.checked_add(number?))
}
