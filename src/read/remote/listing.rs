//! Finds the objects that an address stands for: one, those below a prefix, or those that match a
//! pattern.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use glob::{MatchOptions, Pattern};
use object_store::ObjectStore;
use object_store::path::Path;

use super::super::addresses::{self, Service};
use super::super::found_objects::{FoundObject, FoundObjects};
use super::super::remote_failure::RemoteFailure;
use super::failure::failure;
use super::network::RemoteStores;
use super::object::RemoteObject;

/// The same rules as for patterns of files.
const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Most objects that a prefix may have, since their keys are in memory: some 200 MB.
const MOST_LISTED: usize = 1_000_000;

/// A bucket and a part of its keys.
struct Bucket<'a> {
    stores: &'a RemoteStores,
    service: Service,
    store: Arc<dyn ObjectStore>,
    /// Scheme and bucket.
    address: &'a str,
}

/// A key that was listed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    key: String,
    is_empty: bool,
}

impl RemoteStores {
    /// Finds the objects that an address stands for.
    pub(in crate::read) fn find(
        &self,
        service: Service,
        address: &str,
    ) -> io::Result<FoundObjects<RemoteObject>> {
        if service == Service::Web {
            let store = self.page(address)?;
            let network = Arc::clone(&self.network);
            let address_of = address.to_owned();
            let object = RemoteObject::new(network, service, store, Path::default(), address_of);
            return Ok(FoundObjects::one(addresses::shown(address), object));
        }
        let scheme = address.find("://").map_or(0, |at| at + "://".len());
        let key = address[scheme..].find('/').map(|at| scheme + at);
        let (bucket, key) = address.split_at(key.unwrap_or(address.len()));
        let bucket = Bucket {
            stores: self,
            service,
            store: self.bucket(service, bucket)?,
            address: bucket,
        };
        Ok(bucket.find(key.trim_start_matches('/'))?)
    }
}

impl Bucket<'_> {
    fn find(&self, key: &str) -> Result<FoundObjects<RemoteObject>, RemoteFailure> {
        let nothing = |found: &FoundObjects<_>| found.objects.is_empty() && found.hidden == 0;
        if key.is_empty() || key.ends_with('/') {
            let found = self.below(key.trim_end_matches('/'))?;
            return match nothing(&found) {
                true => Err(RemoteFailure::new(
                    io::ErrorKind::NotFound,
                    "there is no object below this prefix",
                )),
                false => Ok(found),
            };
        }
        let object = self.object(key)?;
        match object.first_bytes(1) {
            Ok(_) => Ok(FoundObjects::one(self.name(key), object)),
            Err(failure) if failure.is_not_found() => {
                let found = match key.contains(['*', '?', '[']) {
                    true => self.matching(key)?,
                    false => self.below(key)?,
                };
                match nothing(&found) {
                    true => Err(failure),
                    false => Ok(found),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    /// The objects below a prefix.
    fn below(&self, prefix: &str) -> Result<FoundObjects<RemoteObject>, RemoteFailure> {
        let mut found = FoundObjects::default();
        for key in self.list(prefix)? {
            let below = key.strip_prefix(prefix).unwrap_or(&key);
            if below.split('/').any(|part| part.starts_with('.')) {
                found.hidden += 1;
                continue;
            }
            found.objects.push(self.found(&key, true)?);
        }
        Ok(found)
    }

    /// The objects whose key, or a prefix of it that ends before a `/`, matches a pattern.
    fn matching(&self, pattern: &str) -> Result<FoundObjects<RemoteObject>, RemoteFailure> {
        let matcher = Pattern::new(pattern)
            .map_err(|error| RemoteFailure::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        let literal = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
        let prefix = pattern[..literal]
            .rfind('/')
            .map_or("", |at| &pattern[..at]);
        let mut found = FoundObjects::default();
        for key in self.list(prefix)? {
            let is_named = matcher.matches_with(&key, MATCHING);
            let mut above = key.match_indices('/').map(|(at, _)| &key[..at]);
            if is_named || above.any(|prefix| matcher.matches_with(prefix, MATCHING)) {
                found.objects.push(self.found(&key, !is_named)?);
            }
        }
        Ok(found)
    }

    /// The keys below a prefix, sorted. Empty objects that stand for folders are left out.
    fn list(&self, prefix: &str) -> Result<Vec<String>, RemoteFailure> {
        let path = path(prefix)?;
        let objects = self.store.list(Some(&path)).take(MOST_LISTED + 1);
        let objects = objects.map_ok(|meta| Listed {
            key: meta.location.into(),
            is_empty: meta.size == 0,
        });
        let network = &self.stores.network;
        let listed: BTreeSet<Listed> = network
            .handle
            .block_on(objects.try_collect())
            .map_err(|error| failure(self.service, &error))?;
        if listed.len() > MOST_LISTED {
            let text = format!("over {MOST_LISTED} objects are below {prefix:?}; name fewer");
            return Err(RemoteFailure::new(io::ErrorKind::InvalidInput, text));
        }
        let is_folder = |object: &Listed| {
            let first = Listed {
                key: format!("{}/", object.key),
                is_empty: false,
            };
            let mut below = listed.range(&first..);
            object.is_empty
                && below
                    .next()
                    .is_some_and(|next| next.key.starts_with(&first.key))
        };
        let objects = listed.iter().filter(|object| !is_folder(object));
        Ok(objects.map(|object| object.key.clone()).collect())
    }

    fn found(&self, key: &str, walked: bool) -> Result<FoundObject<RemoteObject>, RemoteFailure> {
        Ok(FoundObject {
            name: self.name(key),
            walked,
            object: self.object(key)?,
        })
    }

    fn object(&self, key: &str) -> Result<RemoteObject, RemoteFailure> {
        let network = Arc::clone(&self.stores.network);
        let store = Arc::clone(&self.store);
        let address = format!("{}/{key}", self.address);
        Ok(RemoteObject::new(
            network,
            self.service,
            store,
            path(key)?,
            address,
        ))
    }

    fn name(&self, key: &str) -> String {
        format!("{}/{key}", addresses::shown(self.address))
    }
}

fn path(key: &str) -> Result<Path, RemoteFailure> {
    Path::parse(key)
        .map_err(|error| RemoteFailure::new(io::ErrorKind::InvalidInput, error.to_string()))
}
