//! Fetching single documents of an index from its frames of records.

use std::cell::RefCell;
use std::fs::File;
use std::sync::Arc;

use super::records;
use super::segment_reader::SegmentReader;
use crate::document::{Document, Fetch, SourcePlace};
use crate::error::ReadError;

/// The records of all segments of an index.
pub(super) struct Archive {
    segments: Vec<(Arc<File>, String)>,
}

/// The frame that a thread read last. Documents that are read one after the other often share it.
#[derive(Default)]
struct LastFrame {
    file: Option<Arc<File>>,
    at: u64,
    lines: Vec<u8>,
}

thread_local! {
    static LAST_FRAME: RefCell<LastFrame> = RefCell::default();
}

impl Archive {
    pub(super) fn of(segments: &[SegmentReader]) -> Archive {
        let records =
            |segment: &SegmentReader| (Arc::clone(&segment.records), segment.records_name());
        Archive {
            segments: segments.iter().map(records).collect(),
        }
    }
}

impl Fetch for Archive {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        let Some((file, name)) = self.segments.get(place.source as usize) else {
            return Err(ReadError::Damaged {
                file: "a table of documents".to_owned(),
                problem: "it names a segment that is not there".to_owned(),
            });
        };
        let (frame, record) = records::frame_and_record(place);
        // Taken out, so that a sink may fetch further documents without a second borrow.
        let mut last = LAST_FRAME.take();
        let same = last.at == frame
            && last
                .file
                .as_ref()
                .is_some_and(|last| Arc::ptr_eq(last, file));
        if !same {
            last.file = None;
            records::read_frame(file, name, frame, place.length, &mut last.lines)?;
            last.file = Some(Arc::clone(file));
            last.at = frame;
        }
        let line = records::line(&last.lines, record as usize);
        let line = line.ok_or_else(|| records::missing(name, frame, record))?;
        let document = records::parse_line(line).map_err(|error| ReadError::Damaged {
            file: name.clone(),
            problem: format!("the frame at byte {frame} holds no record there: {error}"),
        })?;
        sink(&document);
        LAST_FRAME.set(last);
        Ok(())
    }
}
