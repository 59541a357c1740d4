//! The bytes of an object, in order. A download that breaks is resumed where it broke.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::{Error as StoreError, GetRange, GetResult};

use super::super::remote_failure::RemoteFailure;
use super::failure::{changed, failure, status};
use super::place::{Identity, RemotePlace};

/// Most times that a download is resumed without [`PROGRESS`].
const MOST_RESUMED: u32 = 3;

/// Bytes after which the times that a download was resumed are counted anew.
const PROGRESS: u64 = 1 << 20;

/// Time before a download is resumed the first time; it doubles from there.
const PAUSE: Duration = Duration::from_millis(200);

/// A download of a range of an object.
pub(super) struct Download {
    place: Arc<RemotePlace>,
    /// The bytes that are still to come. They may end after the object.
    range: Range<u64>,
    stream: Option<BoxStream<'static, object_store::Result<Bytes>>>,
    /// Number of times that it broke without [`PROGRESS`].
    broken: u32,
    /// Place where it broke the last time.
    broken_at: u64,
}

impl Download {
    pub(super) fn new(place: Arc<RemotePlace>, range: Range<u64>) -> Self {
        Self {
            place,
            broken_at: range.start,
            range,
            stream: None,
            broken: 0,
        }
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, RemoteFailure> {
        loop {
            let size = self.place.size();
            let end = self.range.end.min(size.unwrap_or(u64::MAX));
            if self.range.start >= end && self.place.identity().is_some() {
                return Ok(None);
            }
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None => self.open().await?,
            };
            match stream.next().await {
                Some(Ok(mut bytes)) => {
                    let wanted = self.range.end - self.range.start;
                    bytes.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
                    self.range.start += bytes.len() as u64;
                    self.stream = Some(stream);
                    if !bytes.is_empty() {
                        return Ok(Some(bytes));
                    }
                }
                Some(Err(error)) => {
                    let cause = failure(self.place.service, &error);
                    self.pause(&cause.to_string()).await?;
                }
                None => match self.place.size() {
                    Some(size) if self.range.start < self.range.end.min(size) => {
                        self.pause("the server sends no more").await?;
                    }
                    _ => return Ok(None),
                },
            }
        }
    }

    /// Opens a stream of the bytes that are to come.
    async fn open(
        &mut self,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, RemoteFailure> {
        let place = Arc::clone(&self.place);
        let fails = |error: StoreError| failure(place.service, &error);
        let identity = place.identity();
        let Range { start, end } = self.range;
        let end = end.min(place.size().unwrap_or(u64::MAX));
        let range = match (start, end) {
            _ if identity.is_some_and(|known| !known.ranges) => None,
            (0, u64::MAX) => None,
            (start, u64::MAX) => Some(GetRange::Offset(start)),
            (start, end) => Some(GetRange::Bounded(start..end)),
        };
        let ranged = range.is_some();
        let (result, ranges) = match place.get(range).await {
            Err(error) if ranged && identity.is_none() && refuses_ranges(&error) => {
                (place.get(None).await.map_err(fails)?, false)
            }
            result => (result.map_err(fails)?, true),
        };
        let now = Identity::of(&result, ranges);
        match identity {
            None => place.note(now),
            Some(known) if known.is_same(&now) => {}
            Some(_) => return Err(changed()),
        }
        let skipped = if ranges && ranged { 0 } else { start };
        Ok(without_first(result, skipped))
    }

    /// Waits before the download is resumed; fails if it broke too often.
    async fn pause(&mut self, cause: &str) -> Result<(), RemoteFailure> {
        if self.range.start >= self.broken_at.saturating_add(PROGRESS) {
            self.broken = 0;
        }
        self.broken += 1;
        self.broken_at = self.range.start;
        let proven = self.place.identity().is_none_or(|known| known.is_proven());
        if self.broken > MOST_RESUMED || !proven {
            let of = match self.place.size() {
                Some(size) => format!(" of {size}"),
                None => String::new(),
            };
            return Err(RemoteFailure::new(
                io::ErrorKind::Other,
                format!(
                    "the download breaks off at byte {}{of} ({cause}); run again",
                    self.range.start
                ),
            ));
        }
        tokio::time::sleep(PAUSE * (1 << (self.broken - 1))).await;
        Ok(())
    }
}

/// Tells whether a server cannot send a part of an object, or has no such part because the object
/// is empty.
fn refuses_ranges(error: &StoreError) -> bool {
    let of_range = || error.to_string().to_ascii_lowercase().contains("range");
    matches!(error, StoreError::NotSupported { .. })
        || status(error) == Some(416)
        || (status(error).is_none() && of_range())
}

/// The bytes of an answer after the first `skipped` ones.
fn without_first(
    result: GetResult,
    mut skipped: u64,
) -> BoxStream<'static, object_store::Result<Bytes>> {
    let stream = result.into_stream();
    let rest = stream.map(move |bytes| {
        bytes.map(|mut bytes| {
            let passed = usize::try_from(skipped)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            skipped -= passed as u64;
            bytes.split_off(passed)
        })
    });
    rest.boxed()
}
