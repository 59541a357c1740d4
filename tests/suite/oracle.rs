//! The results of a scan, compared with an oracle that compares all pairs.

use crate::common::{Memory, Page, Row, oracle, rows, scan, whole_copies};
use proptest::prelude::*;
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::cluster::Selection;
use wirecopy::pipeline::{ScanResult, Settings, Surfacing};
use wirecopy::sketch::banding::{Banding, Bands, Rows};
use wirecopy::text::shingle::Shingle;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Settings that find whole copies only, with short shingles.
fn settings(threshold: f64, surfacing: Surfacing) -> Settings {
    Settings {
        shingle: Shingle::Words(3),
        ..whole_copies(threshold, surfacing)
    }
}

/// Enough bands to find every pair at or above 0.3: the chance to miss one is below 1e-9.
fn sure_bands() -> Surfacing {
    Surfacing::Bands(Banding::new(Bands(230), Rows(2)).expect("in range"))
}

fn page(number: usize, site: Option<&str>, published: Option<i64>, text: String) -> Page {
    Page {
        id: format!("p{number:04}"),
        site: site.map(str::to_owned),
        published,
        text,
        ..Page::default()
    }
}

/// Pages with a small vocabulary, so that they share shingles; some are edits of others.
fn pages() -> impl Strategy<Value = Vec<Page>> {
    let text = prop_oneof![
        4 => "([a-e]{1,2} ){0,40}",
        1 => Just(String::new()),
        1 => Just("one".to_owned()),
        1 => Just("spam ".repeat(50)),
        1 => "([あいう]{1,20}|[a-c]{1,3} ){0,5}",
    ];
    let edit = (any::<prop::sample::Index>(), 0usize..40, "[a-e]{1,2} ");
    (
        prop::collection::vec(text, 1..12),
        prop::collection::vec(edit, 0..12),
    )
        .prop_map(|(mut texts, edits)| {
            for (of, at, word) in edits {
                let mut text = texts[of.index(texts.len())].clone();
                let at = text
                    .char_indices()
                    .map(|(i, _)| i)
                    .nth(at)
                    .unwrap_or(text.len());
                text.insert_str(at, &word);
                texts.push(text);
            }
            let dated = |i: usize| (i % 5 != 4).then_some((i as i64 * 37) % 11);
            let site = |i: usize| ["a.example", "b.example", "c.example"].get(i % 4).copied();
            texts
                .into_iter()
                .enumerate()
                .map(|(i, text)| page(i, site(i), dated(i), text))
                .collect()
        })
}

/// Big families of identical and near copies, with any site or none and any time or none.
fn big_families() -> impl Strategy<Value = Vec<Page>> {
    let member = (
        0usize..3,
        prop::option::weighted(0.8, 0usize..3),
        prop::option::weighted(0.9, 0i64..400),
    );
    prop::collection::vec(member, BIG_CLUSTER + 1..3 * BIG_CLUSTER).prop_map(|members| {
        let texts = [
            "a b c d e f g h i j",
            "a b c d e f g h i j k l",
            "x b c d e f g h i j",
        ];
        let sites = ["a.example", "b.example", "c.example"];
        let member = |(i, (text, site, day)): (usize, (usize, Option<usize>, Option<i64>))| {
            // Pages are identical to others, or have a word of their own.
            let own = texts.get(text).map_or_else(
                || format!("a b c d e f g h i j own{i}"),
                |&text| text.to_owned(),
            );
            page(i, site.map(|site| sites[site]), day, own)
        };
        members.into_iter().enumerate().map(member).collect()
    })
}

/// `count` pages with the same 60 words and one word of their own; every tenth page is entirely
/// different.
fn family(count: usize) -> Vec<Page> {
    let skeleton: String = (0..60).map(|word| format!("s{word} ")).collect();
    let sites = ["a.example", "b.example"];
    let text = |i: usize| match i % 10 {
        9 => (0..60).map(|word| format!("w{i}x{word} ")).collect(),
        _ => format!("{skeleton}own{i}"),
    };
    (0..count)
        .map(|i| page(i, Some(sites[i % 2]), Some(i as i64), text(i)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bands_and_prefixes_find_what_the_oracle_finds(
        pages in pages(),
        threshold in prop::sample::select(vec![0.3, 0.5, 0.7, 0.8, 1.0]),
    ) {
        let expected = oracle(&pages, Shingle::Words(3), threshold);
        let corpus = Memory::new(pages);
        for surfacing in [Surfacing::Prefixes, sure_bands()] {
            let found = scan(&corpus, &settings(threshold, surfacing));
            prop_assert_eq!(&rows(&found), &expected, "{:?}", surfacing);
        }
    }

    #[test]
    fn results_do_not_depend_on_order_blocks_or_threads(
        pages in pages(),
        pages_a_block in 1usize..9,
        threads in 1usize..4,
        seed: u64,
    ) {
        let once = rows(&scan(&Memory::new(pages.clone()), &settings(0.3, sure_bands())));
        let mut shuffled = pages;
        shuffled.sort_by_key(|page| xxh3_64_with_seed(page.id.as_bytes(), seed));
        let corpus = Memory { pages: shuffled, pages_a_block };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.expect("threads can be started");
        let again = pool.install(|| scan(&corpus, &settings(0.3, sure_bands())));
        prop_assert_eq!(rows(&again), once);
    }

    #[test]
    fn a_selection_filters_the_same_pairs(
        pages in pages(),
        cross_site_only: bool,
        window in prop::option::of(0i64..11),
    ) {
        let all = Settings { selection: Selection::default(), ..settings(0.3, sure_bands()) };
        let selection = Selection { cross_site_only, window, ..Selection::default() };
        let some = Settings { selection, ..all.clone() };
        let corpus = Memory::new(pages);
        let by_id = |id: &str| corpus.pages.iter().find(|page| page.id == id).expect("known id");
        let expected: Vec<_> = rows(&scan(&corpus, &all)).into_iter().filter(|row| {
            let (a, b) = (by_id(&row.0), by_id(&row.1));
            let elsewhere = a.site.is_some() && b.site.is_some() && a.site != b.site;
            let apart = a.published.zip(b.published).map(|(a, b)| b - a);
            let in_window = |window| apart.is_some_and(|apart| apart <= window);
            (!cross_site_only || elsewhere) && window.is_none_or(in_window)
        }).collect();
        prop_assert_eq!(rows(&scan(&corpus, &some)), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn links_and_all_pairs_give_the_same_clusters(
        pages in big_families(),
        prefixes: bool,
        cross_site_only: bool,
        window in prop::option::of(0i64..9),
    ) {
        let surfacing = if prefixes { Surfacing::Prefixes } else { sure_bands() };
        let linked = Selection { cross_site_only, window, ..Selection::default() };
        let corpus = Memory::new(pages);
        let linked = scan(&corpus, &Settings { selection: linked, ..settings(0.3, surfacing) });
        let every = Selection { cross_site_only, window, all_pairs: true, ..Selection::default() };
        let every = scan(&corpus, &Settings { selection: every, ..settings(0.3, surfacing) });
        // Roles are left out: the written pairs decide which copies are revisions.
        let documents = |found: &ScanResult| -> Vec<Vec<_>> {
            found.clusters.iter().map(|cluster| cluster.documents().collect()).collect()
        };
        prop_assert!(documents(&linked) == documents(&every), "clusters differ");
        let all = rows(&every);
        for row in rows(&linked) {
            let by_ids = |known: &Row| (&known.0, &known.1).cmp(&(&row.0, &row.1));
            let known = all.binary_search_by(by_ids).ok().map(|at| &all[at]);
            prop_assert_eq!(known, Some(&row));
        }
    }
}

#[test]
fn families_over_the_big_cluster_bound_are_linked() {
    for (members, big) in [
        (BIG_CLUSTER - 1, false),
        (BIG_CLUSTER, false),
        (BIG_CLUSTER + 1, true),
    ] {
        let pages: Vec<Page> = family(members * 2)
            .into_iter()
            .filter(|page| page.text.starts_with("s0 "))
            .take(members)
            .collect();
        let corpus = Memory::new(pages);
        let linked = scan(&corpus, &settings(0.5, sure_bands()));
        assert_eq!(linked.clusters.len(), 1, "{members}");
        assert_eq!(linked.clusters[0].members.len(), members);
        let every = members * (members - 1) / 2;
        assert_eq!(
            linked.pairs.len(),
            if big { members - 1 } else { every },
            "{members}"
        );
        assert_eq!(linked.counts.bounded.clusters.number, u64::from(big));
        let selection = Selection {
            all_pairs: true,
            ..Selection::default()
        };
        let all = scan(
            &corpus,
            &Settings {
                selection,
                ..settings(0.5, sure_bands())
            },
        );
        assert_eq!(all.pairs.len(), every, "{members}: --all-pairs");
    }
}

#[test]
fn a_hot_bucket_costs_linear_work_and_loses_no_document() {
    let corpus = Memory::new(family(4000));
    let found = scan(&corpus, &settings(0.5, sure_bands()));
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].members.len(), 3600);
    assert!(
        found.counts.candidates.compared < 6 * 4000,
        "{}",
        found.counts.candidates.compared
    );
    assert!(found.counts.bounded.buckets.pairs > 0 && found.counts.bounded.buckets.number > 0);

    let across = Selection {
        cross_site_only: true,
        ..Selection::default()
    };
    let across = scan(
        &corpus,
        &Settings {
            selection: across,
            ..settings(0.5, sure_bands())
        },
    );
    assert_eq!(
        across.clusters[0].members.len(),
        3600,
        "every page has a link to the other site"
    );
    assert!(
        across
            .pairs
            .iter()
            .all(|pair| across.catalog.cross_site(pair.a, pair.b) == Some(true))
    );
}

#[test]
fn ten_thousand_copies_of_one_page_have_one_representative() {
    let pages = (0..10_000)
        .map(|i| page(i, None, None, "the same few words on every page".to_owned()))
        .collect();
    let found = scan(&Memory::new(pages), &settings(0.5, sure_bands()));
    assert_eq!(
        (
            found.counts.documents.identical,
            found.counts.candidates.compared
        ),
        (9_999, 0)
    );
    assert_eq!((found.pairs.len(), found.clusters.len()), (9_999, 1));
    assert_eq!(
        found.counts.bounded.clusters.pairs,
        10_000 * 9_999 / 2 - 9_999
    );
}

#[test]
fn edge_cases_have_the_documented_result() {
    let text = "a story of exactly eight words for all";
    let cases = [
        ("empty never matches empty", "", "", false),
        ("punctuation alone is empty", "!!!", "!!!", false),
        ("shorter than a shingle, the same", "one", "ONE", true),
        ("shorter than a shingle, different", "one", "two", false),
        (
            "same words, different punctuation",
            text,
            "A story -- of EXACTLY eight words, for all!",
            true,
        ),
    ];
    for (name, a, b, expected) in cases {
        let pages = vec![
            page(0, None, None, a.to_owned()),
            page(1, None, None, b.to_owned()),
        ];
        let found = scan(&Memory::new(pages), &settings(0.5, sure_bands()));
        assert_eq!(!found.pairs.is_empty(), expected, "{name}");
    }
    let few = Settings {
        min_words: 9,
        ..settings(0.5, sure_bands())
    };
    let pages = vec![
        page(0, None, None, text.to_owned()),
        page(1, None, None, text.to_owned()),
    ];
    let found = scan(&Memory::new(pages), &few);
    assert_eq!(
        (found.pairs.len(), found.counts.documents.too_short),
        (0, 2)
    );
}
