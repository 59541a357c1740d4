//! Site and date from the paths of files.
#![allow(clippy::unwrap_used)]

use std::fs;

use super::common::program::said;
use super::containers::scan;

const STORY: &str = "The ferry to the outer islands will run twice a day from April, the harbour \
    office said, after the council found the money for a second crew and for the fuel it burns.";

#[test]
fn paths_give_site_and_date_on_request() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for (name, text) in [
        ("crawl/alpha.com/2026-03-04/17.txt", STORY.to_owned()),
        ("crawl/bravo.org/2026/03/06/ferry.txt", STORY.to_owned()),
        (
            "crawl/charlie.net/20260307.jsonl",
            format!(
                "{{\"id\":\"c\",\"url\":\"https://delta.com/c\",\"published\":\"2026-03-09\",\
                 \"text\":\"{STORY}\"}}\n"
            ),
        ),
    ] {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let pairs = |flags: &[&str]| {
        let output = scan(root, &[&["crawl"][..], flags].concat(), None);
        assert!(output.status.success(), "{}", said(&output));
        (
            String::from_utf8(output.stdout.clone()).unwrap(),
            said(&output),
        )
    };
    let (without, _) = pairs(&[]);
    assert!(!without.contains("alpha.com,"), "{without}");
    let (with, said) = pairs(&["--site-from-path", "--date-from-path"]);
    let cells = [
        "alpha.com,bravo.org",
        "alpha.com,delta.com",
        "2026-03-04T00:00:00Z,2026-03-06T00:00:00Z",
    ];
    for piece in cells {
        assert!(with.contains(piece), "{piece}: {with}");
    }
    // The record's own url and date count.
    assert!(
        !with.contains("charlie.net,") && with.contains("2026-03-09"),
        "{with}"
    );
    for piece in [
        "2 with the site of their path",
        "2 with the date of their path",
    ] {
        assert!(said.contains(piece), "{said}");
    }
}
