//! A file of labels: recognises what it is, and reads it.

use std::collections::BTreeMap;
use std::io;

use encoding_rs::Encoding;

use super::error::LabelError;
use super::judgements::Judgements;
use super::record::Gathering;
use super::settings::LabelSettings;
use super::{json, rows};

/// Most unknown labels that an error lists.
const LISTED: usize = 10;

/// Adds the labels of a file to `found`.
///
/// # Errors
/// If the file cannot be read as labels, or if a label is not known.
pub fn read(
    file: &str,
    mut input: impl io::Read,
    settings: &LabelSettings,
    found: &mut Judgements,
) -> Result<(), LabelError> {
    let unreadable = |cause| LabelError::Unreadable {
        file: file.to_owned(),
        cause,
    };
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(unreadable)?;
    let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    let text = decoded.ok_or_else(|| {
        let problem = format!("this is not {}: save it as UTF-8", encoding.name());
        unreadable(io::Error::new(io::ErrorKind::InvalidData, problem))
    })?;
    let mut gathering = Gathering {
        file,
        settings,
        found,
        unknown: BTreeMap::new(),
    };
    match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => json::add(&text, &mut gathering)?,
        _ => rows::add(&text, &mut gathering)?,
    }
    if gathering.unknown.is_empty() {
        return Ok(());
    }
    let number = gathering.unknown.len();
    let mut labels: Vec<_> = gathering.unknown.into_iter().collect();
    labels.sort_by_key(|&(_, place)| place);
    labels.truncate(LISTED);
    Err(LabelError::Unknown {
        file: file.to_owned(),
        number,
        labels,
    })
}
