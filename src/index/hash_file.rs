//! A file of hashes in chunks, each with a checksum.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;

use super::files::Checksum;
use crate::error::ReadError;
use crate::platform;
use crate::storage::lists::Store;

/// A file of hashes. A chunk is always read whole, so that its checksum can be compared.
#[derive(Debug)]
pub(super) struct HashFile {
    file: Arc<File>,
    name: String,
    /// The bytes of each chunk and their checksum, in order and without gaps.
    chunks: Vec<(Range<u64>, Checksum)>,
}

impl HashFile {
    /// A file whose chunks have these lengths and checksums.
    pub(super) fn new(
        file: Arc<File>,
        name: String,
        chunks: impl Iterator<Item = (u64, Checksum)>,
    ) -> HashFile {
        let chunks = chunks.scan(0, |end, (bytes, xxh3)| {
            *end += bytes;
            Some((*end - bytes..*end, xxh3))
        });
        HashFile {
            file,
            name,
            chunks: chunks.collect(),
        }
    }

    fn read_chunk(&self, at: usize, bytes: &mut [u8]) -> Result<(), ReadError> {
        let (range, xxh3) = &self.chunks[at];
        match platform::read_exact_at(&self.file, bytes, range.start) {
            Err(cause) if cause.kind() == ErrorKind::UnexpectedEof => {
                Err(self.damaged("it ends too early".to_owned()))
            }
            Err(cause) => Err(ReadError::Read {
                input: self.name.clone(),
                cause,
            }),
            Ok(()) if Checksum::of(bytes) != *xxh3 => Err(self.damaged(format!(
                "the checksum of bytes {} to {} is wrong",
                range.start, range.end
            ))),
            Ok(()) => Ok(()),
        }
    }

    /// Checks every chunk.
    pub(super) fn verify(&self) -> Result<(), ReadError> {
        let mut bytes = Vec::new();
        for at in 0..self.chunks.len() {
            let range = &self.chunks[at].0;
            bytes.resize((range.end - range.start) as usize, 0);
            self.read_chunk(at, &mut bytes)?;
        }
        Ok(())
    }

    fn damaged(&self, problem: String) -> ReadError {
        ReadError::Damaged {
            file: self.name.clone(),
            problem,
        }
    }
}

impl Store for HashFile {
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let at = self
            .chunks
            .partition_point(|(range, _)| range.end <= offset);
        let Some((range, _)) = self.chunks.get(at) else {
            let problem = "it is shorter than the table of documents says";
            return Err(self.damaged(problem.to_owned()));
        };
        if range.start == offset && range.end == offset + bytes.len() as u64 {
            return self.read_chunk(at, bytes);
        }
        let mut chunk = vec![0; (range.end - range.start) as usize];
        self.read_chunk(at, &mut chunk)?;
        let start = (offset - range.start) as usize;
        bytes.copy_from_slice(&chunk[start..start + bytes.len()]);
        Ok(())
    }
}
