//! Tests with a store in memory.

use std::io::Read as _;
use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use super::super::addresses::Service;
use super::network::RemoteStores;

/// A bucket with these keys, whose objects hold their key; those that end with `/` are empty.
fn bucket(keys: &[&str]) -> RemoteStores {
    let stores = RemoteStores::new(false).unwrap();
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    for key in keys {
        let content = if key.ends_with('/') { "" } else { *key };
        let path = Path::parse(key).unwrap();
        let put = store.put(&path, content.to_owned().into());
        stores.network.handle.block_on(put).unwrap();
    }
    stores.put("s3://bucket", store);
    stores
}

/// Names that an address stands for, with a mark for those that were not named one by one.
fn found(stores: &RemoteStores, address: &str) -> Result<(Vec<String>, u64), String> {
    let found = stores.find(Service::S3, address);
    let found = found.map_err(|error| error.to_string())?;
    let names = found.objects.into_iter().map(|object| match object.walked {
        true => format!("{} *", object.name),
        false => object.name,
    });
    Ok((names.collect(), found.hidden))
}

#[test]
fn addresses_stand_for_objects() {
    let stores = bucket(&[
        "night/",
        "night/b.jsonl",
        "night/a.csv",
        "night/.tmp/a.csv",
        "nights.jsonl",
        "2026/03/x.jsonl.gz",
        "2026/04/y.jsonl.gz",
        "2026/04/z.txt",
        "odd[1].jsonl",
    ]);
    let both = ["s3://bucket/night/a.csv *", "s3://bucket/night/b.jsonl *"];
    for (address, expected, hidden) in [
        (
            "s3://bucket/night/b.jsonl",
            &["s3://bucket/night/b.jsonl"][..],
            0,
        ),
        ("s3://bucket/night/", &both, 1),
        ("s3://bucket/odd[1].jsonl", &["s3://bucket/odd[1].jsonl"], 0),
        (
            "s3://bucket/2026/*/*.gz",
            &[
                "s3://bucket/2026/03/x.jsonl.gz",
                "s3://bucket/2026/04/y.jsonl.gz",
            ],
            0,
        ),
        ("s3://bucket/**/*.txt", &["s3://bucket/2026/04/z.txt"], 0),
        (
            "s3://bucket/2026/0[4]",
            &[
                "s3://bucket/2026/04/y.jsonl.gz *",
                "s3://bucket/2026/04/z.txt *",
            ],
            0,
        ),
        (
            "s3://bucket/2026/03",
            &["s3://bucket/2026/03/x.jsonl.gz *"],
            0,
        ),
    ] {
        let expected = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(found(&stores, address), Ok((expected, hidden)), "{address}");
    }
    let (all, hidden) = found(&stores, "s3://bucket").unwrap();
    assert_eq!((all.len(), hidden), (7, 1));
    for missing in [
        "s3://bucket/none/",
        "s3://bucket/none.csv",
        "s3://bucket/2027/*",
    ] {
        let error = found(&stores, missing).unwrap_err();
        assert!(
            error.contains("no such object") || error.contains("no object below"),
            "{error}"
        );
    }
}

#[test]
fn objects_give_their_bytes() {
    let stores = bucket(&["night/a.csv", "empty/"]);
    for (address, expected) in [
        ("s3://bucket/night/a.csv", "night/a.csv"),
        ("s3://bucket/empty", ""),
    ] {
        let object = stores
            .find(Service::S3, address)
            .unwrap()
            .objects
            .remove(0)
            .object;
        for limit in [4, 11, 100] {
            let (head, complete) = object.head(limit).unwrap();
            assert_eq!(head, expected.as_bytes()[..expected.len().min(limit)]);
            assert_eq!(complete, limit >= expected.len(), "{limit}");
        }
        assert_eq!(object.bytes(), Some(expected.len() as u64));
        let mut all = String::new();
        object.reader().read_to_string(&mut all).unwrap();
        assert_eq!(all, expected);
    }
}
