//! One object, and its bytes for readers that block.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStore;
use object_store::path::Path;
use tokio::sync::mpsc;

use super::super::addresses::Service;
use super::super::remote_failure::RemoteFailure;
use super::download::Download;
use super::network::Network;
use super::place::RemotePlace;
use crate::platform;

/// Pieces of a download, of up to some 400 KB, that wait for the reader.
const PIECES_AHEAD: usize = 8;

/// Ranges of an object that are fetched at the same time.
const RANGES_AT_ONCE: usize = 4;

/// An object in a store or on a web server.
#[derive(Debug, Clone)]
pub(in crate::read) struct RemoteObject {
    network: Arc<Network>,
    place: Arc<RemotePlace>,
}

impl RemoteObject {
    pub(super) fn new(
        network: Arc<Network>,
        service: Service,
        store: Arc<dyn ObjectStore>,
        path: Path,
        address: String,
    ) -> Self {
        Self {
            network,
            place: Arc::new(RemotePlace::new(service, store, path, address)),
        }
    }

    /// Tells whether two addresses lead to one object.
    pub(in crate::read) fn is(&self, other: &Self) -> bool {
        self.place.address() == other.place.address()
    }

    /// Number of bytes, if the server gives it.
    pub(in crate::read) fn bytes(&self) -> Option<u64> {
        self.place.size()
    }

    /// Tells whether parts of it can be fetched.
    pub(in crate::read) fn has_ranges(&self) -> bool {
        let identity = self.place.identity();
        identity.is_some_and(|known| known.ranges && known.size.is_some())
    }

    /// The first `limit` bytes, and whether it ends with them.
    pub(in crate::read) fn head(&self, limit: usize) -> io::Result<(Vec<u8>, bool)> {
        let head = self.first_bytes(limit)?;
        let complete = match self.bytes() {
            Some(size) => head.len() as u64 >= size,
            None => head.len() < limit,
        };
        Ok((head, complete))
    }

    /// The first `limit` bytes.
    pub(super) fn first_bytes(&self, limit: usize) -> Result<Vec<u8>, RemoteFailure> {
        self.network.handle.block_on(async {
            let mut download = Download::new(Arc::clone(&self.place), 0..limit as u64);
            let mut head = Vec::new();
            while let Some(bytes) = download.next().await? {
                head.extend_from_slice(&bytes);
            }
            Ok(head)
        })
    }

    /// A reader of all bytes. The download runs ahead of it a little.
    pub(in crate::read) fn reader(&self) -> Box<dyn Read + Send> {
        let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
        let mut download = Download::new(Arc::clone(&self.place), 0..u64::MAX);
        self.network.handle.spawn(async move {
            loop {
                let piece = download.next().await;
                let ends = !matches!(piece, Ok(Some(_)));
                // The reader was dropped.
                if sender.send(piece).await.is_err() || ends {
                    return;
                }
            }
        });
        Box::new(ObjectReader {
            pieces,
            piece: Bytes::new(),
            ended: None,
            _network: Arc::clone(&self.network),
        })
    }

    /// Copies ranges of the object to a file, each to its own place behind the first `base` bytes.
    pub(in crate::read) fn fetch(
        &self,
        ranges: &[Range<u64>],
        file: &File,
        base: u64,
    ) -> io::Result<()> {
        let fetch = |range: Range<u64>| async move {
            let mut at = base + range.start;
            let mut download = Download::new(Arc::clone(&self.place), range);
            while let Some(bytes) = download.next().await? {
                platform::write_all_at(file, &bytes, at)?;
                at += bytes.len() as u64;
            }
            Ok::<_, io::Error>(())
        };
        self.network.handle.block_on(async {
            stream::iter(ranges.iter().cloned().map(fetch))
                .buffer_unordered(RANGES_AT_ONCE)
                .try_collect()
                .await
        })
    }
}

/// A reader of a download that runs on the thread of the network.
struct ObjectReader {
    pieces: mpsc::Receiver<Result<Option<Bytes>, RemoteFailure>>,
    piece: Bytes,
    /// The end, which may be a failure.
    ended: Option<Result<(), RemoteFailure>>,
    /// Keeps the thread running while there is a reader.
    _network: Arc<Network>,
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match &self.ended {
                Some(Ok(())) => return Ok(0),
                Some(Err(failure)) => return Err(failure.clone().into()),
                None => match self.pieces.blocking_recv() {
                    Some(Ok(Some(piece))) => self.piece = piece,
                    Some(Ok(None)) => self.ended = Some(Ok(())),
                    Some(Err(failure)) => self.ended = Some(Err(failure)),
                    None => return Err(io::Error::other("the download stopped")),
                },
            }
        }
        let read = self.piece.len().min(buffer.len());
        buffer[..read].copy_from_slice(&self.piece.split_to(read));
        Ok(read)
    }
}
