use std::collections::BTreeMap;

use arrow_array::builder::{BinaryBuilder, Int8Builder, Int64Builder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_select::filter::filter_record_batch;

use super::*;
use crate::catalog::DocNo;
use crate::stages::columns::table;

/// A document of a test: its site, its number and its fingerprints.
#[derive(Debug, Clone)]
struct TestPage {
    site: Option<&'static str>,
    number: i64,
    repeats: Vec<u32>,
}

/// Pages of a site, each with fingerprints of its own after those that `first` gives, and before
/// those that `within` gives.
fn pages(
    site: &'static str,
    count: i64,
    first: impl Fn(i64) -> std::ops::Range<u32>,
    within: impl Fn(i64) -> std::ops::Range<u32>,
) -> Vec<TestPage> {
    let own = |at: i64, part: u32| {
        let start = (u32::from(site.as_bytes()[0]) << 20) + (at as u32 * 2 + part) * 100;
        start..start + 60
    };
    let page = |at: i64| TestPage {
        site: Some(site),
        number: at,
        repeats: first(at)
            .chain(own(at, 0))
            .chain(within(at))
            .chain(own(at, 1))
            .collect(),
    };
    (0..count).map(page).collect()
}

fn batch(pages: &[TestPage]) -> RecordBatch {
    let (mut ids, mut sites) = (StringBuilder::new(), StringBuilder::new());
    let (mut seconds, mut precisions) = (Int64Builder::new(), Int8Builder::new());
    let (mut whole, mut repeats) = (BinaryBuilder::new(), BinaryBuilder::new());
    for page in pages {
        ids.append_value(format!("{:?}/{}", page.site, page.number));
        sites.append_option(page.site);
        seconds.append_option((page.number != 3).then_some(page.number * 86_400));
        precisions.append_option((page.number != 3).then_some(3));
        let site = page.site.map_or(0, |site| site.as_bytes()[0]);
        whole.append_value((i128::from(site) << 64 | i128::from(page.number)).to_le_bytes());
        let fingerprints = page.repeats.iter().flat_map(|number| number.to_le_bytes());
        repeats.append_value(Vec::from_iter(fingerprints));
    }
    let count = pages.len();
    table([
        ("id", Arc::new(ids.finish())),
        ("site", Arc::new(sites.finish())),
        ("seconds", Arc::new(seconds.finish())),
        ("precision", Arc::new(precisions.finish())),
        ("page", Arc::new(Int64Array::from(vec![0; count]))),
        ("title", Arc::new(Int32Array::from(vec![0; count]))),
        ("words", Arc::new(Int32Array::from(vec![500; count]))),
        ("whole", Arc::new(whole.finish())),
        ("repeats", Arc::new(repeats.finish())),
    ])
    .expect("the columns have one length")
}

/// The rows of batches with an even fingerprint, and those with an odd one.
fn by_fingerprint(batches: &[RecordBatch]) -> [Vec<RecordBatch>; 2] {
    [0, 1].map(|part| {
        let rows = |batch: &RecordBatch| {
            let fingerprints = batch["fingerprint"].as_primitive::<Int32Type>();
            let of_part = fingerprints
                .values()
                .iter()
                .map(|number| number & 1 == part);
            let of_part: Vec<bool> = of_part.collect();
            filter_record_batch(batch, &of_part.into()).expect("one value a row")
        };
        batches.iter().map(rows).collect()
    })
}

/// What tasks give that each have some of the rows.
fn in_tasks(
    tasks: &[Vec<RecordBatch>],
    task: impl Fn(&[RecordBatch]) -> Result<RecordBatch, StageError>,
) -> Vec<RecordBatch> {
    let task = |rows: &Vec<RecordBatch>| task(rows).expect("the rows are of the stage");
    tasks.iter().map(task).collect()
}

fn entries_of(profile: &[RecordBatch]) -> BTreeMap<(Option<String>, u32), Repeated> {
    let mut entries = BTreeMap::new();
    each_entry(profile, |site, entry| {
        entries.insert((site.map(str::to_owned), entry.fingerprint), entry.repeated);
    })
    .expect("the rows are of a profile");
    entries
}

#[test]
fn tasks_learn_what_one_machine_learns() {
    let none = |_| 0..0;
    let nowhere = TestPage {
        site: None,
        number: 0,
        repeats: (10..20).chain(30..40).collect(),
    };
    // Of 30 pages all have one text, 7 another, 6 a third in the middle. Two sites share a system.
    let sites = [
        pages("a.example", 4, |_| 10..20, none),
        pages(
            "b.example",
            30,
            |at| if at < 7 { 30..50 } else { 40..50 },
            |at| {
                if at < 6 { 60..90 } else { 0..0 }
            },
        ),
        pages("c.example", 4, |_| 10..20, none),
        pages("d.example", 2, |_| 30..35, |_| 60..65),
    ];
    let of_all = batch(&[sites.concat(), vec![nowhere.clone()]].concat());
    let [a, b, c, d] = sites.each_ref().map(|pages| batch(pages));
    let (first, second) = (b.slice(0, 11), b.slice(11, 19));
    let tasks = [vec![second, d, first], vec![c, a, batch(&[nowhere])]];

    let sharing = in_tasks(&tasks, sharing_sites);
    let shared = in_tasks(&by_fingerprint(&sharing), shared);
    let evidence = in_tasks(&tasks, |documents| evidence(documents, &shared));
    let judged = in_tasks(&by_fingerprint(&evidence), judge);
    let elsewhere = in_tasks(&tasks, |documents| not_repeated(documents, &judged));
    let profile = in_tasks(&by_fingerprint(&judged), |part| settle(part, &elsewhere));

    let catalog = catalog_of(&[of_all], &[]).expect("the rows are of documents");
    let documents: Vec<DocNo> = catalog.documents().collect();
    let learned = Profiles::learn(&catalog, &documents, BYTES_A_ROUND).expect("memory");
    let entries = learned.entries().map(|entry| {
        let name = Some(catalog.site_name(entry.site)).filter(|name| !name.is_empty());
        ((name.map(str::to_owned), entry.fingerprint), entry.repeated)
    });
    let found = entries_of(&profile);
    assert_eq!(found, entries.collect());

    let kind = |site: Option<&str>, fingerprint| {
        found.get(&(site.map(str::to_owned), fingerprint)).copied()
    };
    for (name, site, fingerprint, expected) in [
        (
            "shared, and repeated by neither",
            Some("a.example"),
            10,
            Some(Repeated::AtEnds),
        ),
        (
            "shared, so boilerplate everywhere",
            None,
            10,
            Some(Repeated::AtEnds),
        ),
        (
            "on 7 pages, and 2 elsewhere",
            Some("b.example"),
            30,
            Some(Repeated::AtEnds),
        ),
        (
            "on 7 pages",
            Some("b.example"),
            37,
            Some(Repeated::AtEndsOnlyHere),
        ),
        ("on all pages", None, 40, Some(Repeated::InManyStories)),
        (
            "within 6 pages",
            Some("b.example"),
            80,
            Some(Repeated::AnywhereInOwnStories),
        ),
        (
            "within 6 pages, and 2 elsewhere",
            Some("b.example"),
            60,
            None,
        ),
    ] {
        assert_eq!(kind(site, fingerprint), expected, "{name}");
    }

    let named = NamedProfiles::read(&profile).expect("the rows are of a profile");
    assert_eq!(named.profiles.entries().count(), found.len());
    assert_ne!(named.site(Some("b.example")), NO_SITE);
    for site in [None, Some("d.example"), Some("unknown.example")] {
        assert_eq!(
            named.site(site),
            NO_SITE,
            "{site:?} repeats nothing of its own"
        );
    }
}

#[test]
fn rows_of_other_stages_are_refused() {
    let documents = batch(&pages("a.example", 5, |_| 10..20, |_| 0..0));
    let without = judge(std::slice::from_ref(&documents)).expect_err("these are documents");
    assert_eq!(without.to_string(), "the rows have no column fingerprint");
    let unknown = table([
        (
            "site",
            Arc::new(StringArray::from(vec!["a.example"])) as ArrayRef,
        ),
        ("fingerprint", Arc::new(Int32Array::from(vec![1]))),
        ("kind", Arc::new(Int8Array::from(vec![4]))),
    ]);
    let unknown = [unknown.expect("one row")];
    let damaged = NamedProfiles::read(&unknown).expect_err("there are four kinds");
    assert_eq!(
        damaged.to_string(),
        "the column kind holds a value that is damaged"
    );
}
