//! The manifest: which segments count, and what an index was made with. It is replaced whole.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::files::{Checksum, Directory, FileEntry, IndexError};
use crate::pipeline::Settings;

/// The name of the file.
pub(super) const MANIFEST: &str = "manifest.json";

/// The version of the format that is written. Every version that was ever released can be read.
pub const FORMAT: u32 = 1;

/// The generation of a manifest that stands there before the first files do.
const NOTHING_YET: u64 = 0;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// Grows with every change.
    pub(super) generation: u64,
    pub(super) settings: IndexSettings,
    /// The number of the next document.
    pub(super) next_serial: u64,
    /// The number of the next segment.
    next_number: u64,
    /// In the order in which their documents joined.
    pub(super) segments: Vec<SegmentEntry>,
    pub(super) boilerplate: Option<FileEntry>,
    /// The numbers of documents in segments that do not count any more: ranges in order and apart.
    gone: Vec<Range<u64>>,
}

/// What decides which hashes are kept and which pairs are known: it stays the same as long as an index lasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexSettings {
    /// As `--shingle`.
    pub shingle: String,
    /// As `--threshold`.
    pub threshold: f64,
    /// Bands of a signature; 0 if pairs are found by prefixes.
    pub bands: usize,
    /// Rows of a band.
    pub rows: usize,
    /// As `--seed`.
    pub seed: u64,
    /// As `--containment`; `None` if no excerpts are looked for.
    pub containment: Option<f64>,
    /// As `--passage`.
    pub passage: Option<u32>,
    /// As `--keep-boilerplate`.
    pub keep_boilerplate: bool,
    /// As `--min-words`.
    pub min_words: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SegmentEntry {
    pub(super) number: u64,
    pub(super) documents: u64,
    pub(super) ties: u64,
    /// When its first and its last document joined, in seconds since 1970.
    pub(super) first_added: i64,
    pub(super) last_added: i64,
    /// The numbers of its first document, and after its last.
    pub(super) serials: Range<u64>,
    pub(super) table: FileEntry,
    pub(super) bands: FileEntry,
    pub(super) passages: FileEntry,
    pub(super) records: FileEntry,
    pub(super) ties_table: FileEntry,
    pub(super) names: FileEntry,
    /// The chunks of hashes.
    pub(super) chunks: Vec<ChunkEntry>,
}

/// The hashes of some documents that follow each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ChunkEntry {
    pub(super) documents: u64,
    /// Band hashes of each document.
    pub(super) bands: u32,
    pub(super) bands_xxh3: Checksum,
    /// Fingerprints of all of them.
    pub(super) passages: u64,
    pub(super) passages_xxh3: Checksum,
}

impl IndexSettings {
    /// Those of a scan.
    pub fn of(settings: &Settings) -> IndexSettings {
        let banding = settings.surfacing.banding();
        IndexSettings {
            shingle: settings.shingle.to_string(),
            threshold: settings.threshold,
            bands: banding.map_or(0, |banding| banding.bands()),
            rows: banding.map_or(0, |banding| banding.rows()),
            seed: settings.seed,
            containment: settings.excerpts.map(|excerpts| excerpts.containment),
            passage: settings.excerpts.map(|excerpts| excerpts.passage),
            keep_boilerplate: !settings.boilerplate,
            min_words: settings.min_words,
        }
    }

    /// The flags that ask for them.
    pub fn flags(&self) -> [String; 7] {
        let excerpts = match (self.containment, self.passage) {
            (Some(containment), Some(passage)) => {
                format!("--containment {containment} --passage {passage}")
            }
            _ => "--relations exact,near".to_owned(),
        };
        let surfacing = match self.bands {
            0 => "--recall 1".to_owned(),
            bands => format!("--bands {bands} --rows {}", self.rows),
        };
        let boilerplate = match self.keep_boilerplate {
            true => "--keep-boilerplate",
            false => "no --keep-boilerplate",
        };
        [
            format!("--shingle {}", self.shingle),
            format!("--threshold {}", self.threshold),
            surfacing,
            format!("--seed {}", self.seed),
            excerpts,
            boilerplate.to_owned(),
            format!("--min-words {}", self.min_words),
        ]
    }

    /// Whether a scan goes with the index.
    ///
    /// # Errors
    /// Names the first setting that does not.
    pub fn check(&self, scan: &IndexSettings) -> Result<(), IndexError> {
        let mut flags = self.flags().into_iter().zip(scan.flags());
        match flags.find(|(made, asked)| made != asked) {
            None => Ok(()),
            Some((made, asked)) => Err(IndexError::Settings { made, asked }),
        }
    }
}

/// The sum, if there is one that fits.
fn sum(mut numbers: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    numbers.try_fold(0, |sum: u64, number| sum.checked_add(number?))
}

impl ChunkEntry {
    /// The bytes of its band hashes.
    fn band_bytes(&self) -> Option<u64> {
        let values = self.documents.checked_mul(self.bands.into())?;
        values.checked_mul(size_of::<u32>() as u64)
    }

    /// The bytes of its fingerprints.
    fn passage_bytes(&self) -> Option<u64> {
        self.passages.checked_mul(size_of::<u64>() as u64)
    }
}

impl SegmentEntry {
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
    /// That of an index whose first night is being written. Readers take it for none; without it, files of segments have lost theirs.
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
        }
    }

    pub(super) fn read(directory: &Directory) -> Result<Manifest, IndexError> {
        let damaged = |problem: &str| IndexError::Damaged {
            file: MANIFEST.to_owned(),
            problem: problem.to_owned(),
        };
        let Some(body) = directory.read_sealed(MANIFEST)? else {
            // A first night may have begun since.
            let lost = directory.has_numbered()? && !directory.of(MANIFEST).exists();
            return Err(match lost {
                true => directory.lost(),
                false => directory.missing(),
            });
        };
        // The format first: what a later version wrote need not be understood any further.
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let not_understood = |error: serde_json::Error| damaged(&error.to_string());
        let Format { format } = serde_json::from_str(&body).map_err(not_understood)?;
        if format > FORMAT {
            return Err(IndexError::TooNew {
                directory: directory.path().display().to_string(),
                format,
                newest: FORMAT,
            });
        }
        let manifest: Manifest = serde_json::from_str(&body).map_err(not_understood)?;
        match manifest.generation {
            _ if !manifest.adds_up() => Err(damaged("its numbers do not go together")),
            NOTHING_YET => Err(directory.missing()),
            _ => Ok(manifest),
        }
    }

    /// Whether its numbers go together, so that sums and differences of them are numbers too.
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
        // The segments must be there before they are named.
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

    /// How many documents in segments do not count any more.
    pub(super) fn gone(&self) -> u64 {
        self.gone.iter().map(|range| range.end - range.start).sum()
    }

    pub(super) fn is_gone(&self, serial: u64) -> bool {
        let at = self.gone.partition_point(|range| range.end <= serial);
        self.gone.get(at).is_some_and(|range| range.start <= serial)
    }

    /// How many documents of a segment do not count any more.
    pub(super) fn gone_of(&self, segment: &SegmentEntry) -> u64 {
        let within = |range: &Range<u64>| {
            let start = range.start.max(segment.serials.start);
            range.end.min(segment.serials.end).saturating_sub(start)
        };
        self.gone.iter().map(within).sum()
    }

    /// Makes documents count no more.
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

    /// Leaves out the segments of which no document counts any more.
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
            .for_each(|serials| self.remember(&serials));
    }

    /// Puts one segment, without any document that does not count, in the place of some.
    pub(super) fn replace_segments(&mut self, range: Range<usize>, merged: Option<SegmentEntry>) {
        let replaced: Vec<SegmentEntry> = self.segments.splice(range, merged).collect();
        for segment in replaced {
            self.remember(&segment.serials);
        }
    }

    /// Takes the numbers of documents that are in no segment any more from those that are said to be gone.
    fn remember(&mut self, serials: &Range<u64>) {
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
