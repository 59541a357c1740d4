//! Stands for `remote` in a build without that feature: no address is read.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use super::addresses::Service;
use super::found_objects::FoundObjects;
use super::remote_failure::RemoteFailure;

/// No stores.
#[derive(Debug)]
pub(super) struct RemoteStores;

/// An object, of which there is none without the feature.
#[derive(Debug, Clone)]
pub(super) enum RemoteObject {}

impl RemoteStores {
    pub(super) fn new(_plain_http: bool) -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn find(
        &self,
        _service: Service,
        _address: &str,
    ) -> io::Result<FoundObjects<RemoteObject>> {
        let text = "this build reads files alone: the feature `remote` is off";
        Err(RemoteFailure::new(io::ErrorKind::Unsupported, text).into())
    }
}

impl RemoteObject {
    pub(super) fn is(&self, _other: &Self) -> bool {
        match *self {}
    }

    pub(super) fn bytes(&self) -> Option<u64> {
        match *self {}
    }

    pub(super) fn has_ranges(&self) -> bool {
        match *self {}
    }

    pub(super) fn head(&self, _limit: usize) -> io::Result<(Vec<u8>, bool)> {
        match *self {}
    }

    pub(super) fn reader(&self) -> Box<dyn Read + Send> {
        match *self {}
    }

    pub(super) fn fetch(&self, _: &[Range<u64>], _: &File, _: u64) -> io::Result<()> {
        match *self {}
    }
}
