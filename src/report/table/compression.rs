//! Compression of files as a whole.

use std::io::{self, BufWriter, Write};

use flate2::write::GzEncoder;

/// Compression of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileCompression {
    /// None.
    #[default]
    None,
    /// Gzip, without a time, so that the same bytes give the same file.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl FileCompression {
    /// All kinds of compression.
    pub const ALL: [FileCompression; 2] = [FileCompression::Gzip, FileCompression::Zstd];

    /// Ending of the names of files with this compression, after the ending of the format.
    pub fn ending(self) -> &'static str {
        match self {
            FileCompression::None => "",
            FileCompression::Gzip => ".gz",
            FileCompression::Zstd => ".zst",
        }
    }

    /// The compression that a name asks for, and the rest of the name. The name is in lower case.
    pub fn of_name(name: &str) -> (FileCompression, &str) {
        FileCompression::ALL
            .into_iter()
            .find_map(|compression| Some((compression, name.strip_suffix(compression.ending())?)))
            .unwrap_or((FileCompression::None, name))
    }

    /// Compresses the bytes that `fill` writes.
    ///
    /// # Errors
    /// When `out` cannot be written to, or `fill` fails.
    pub fn write(
        self,
        out: &mut (dyn Write + Send),
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            FileCompression::None => fill(out),
            FileCompression::Gzip => {
                let level = flate2::Compression::default();
                let mut packed = BufWriter::new(GzEncoder::new(out, level));
                fill(&mut packed)?;
                packed.into_inner()?.finish().map(|_| ())
            }
            FileCompression::Zstd => {
                let level = zstd::DEFAULT_COMPRESSION_LEVEL;
                let mut packed = BufWriter::new(zstd::Encoder::new(out, level)?);
                fill(&mut packed)?;
                packed.into_inner()?.finish().map(|_| ())
            }
        }
    }
}
