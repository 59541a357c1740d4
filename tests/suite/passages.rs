//! Excerpts: documents that share a long enough run of words are compared; comparisons are bounded
//! and counted where very many documents share it.

use crate::common::{
    Memory, Page, assert_same, defaults, doc, edited, named, oracle_with_excerpts, related_rows,
    scan, scan_shuffled, story, whole_copies,
};
use newsgen::{Profile, Spec};
use proptest::prelude::*;
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::candidates::passages::{FEW, MOST_STORIES, between_stories};
use wirecopy::catalog::{DocNo, DocPair};
use wirecopy::cluster::{Relation, Selection};
use wirecopy::compare::exact::Excerpts;
use wirecopy::pipeline::{ScanResult, Settings, Surfacing};
use wirecopy::read::dates;
use wirecopy::sketch::banding::{Banding, Bands, RecallTarget, Rows};
use wirecopy::text::shingle::Shingle;

/// A containment so low that only the length of the passage decides.
const TINY: f64 = 0.001;

/// Settings that find excerpts of at least `passage` words, boilerplate included. Prefixes find the
/// whole copies, so that nothing is left to chance.
fn settings(passage: u32) -> Settings {
    Settings {
        excerpts: Some(Excerpts {
            containment: TINY,
            passage,
            long_passage: None,
        }),
        selection: Selection::default(),
        ..whole_copies(0.8, Surfacing::Prefixes)
    }
}

/// Pages with a small or a large vocabulary, into which runs of other pages are copied that are
/// about as long as a passage.
fn pages_with_runs(passage: usize) -> impl Strategy<Value = Vec<Page>> {
    let words = prop::sample::select(vec![2u32, 3, 9, 5_000]);
    let texts = words
        .prop_flat_map(|words| prop::collection::vec(prop::collection::vec(0..words, 0..90), 2..9));
    let run = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        passage - 1..=passage + 1,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    );
    (texts, prop::collection::vec(run, 0..7)).prop_map(|(mut texts, runs)| {
        for (from, at, length, to, place) in runs {
            let source = &texts[from.index(texts.len())];
            let start = at.index(source.len() + 1);
            let run = source[start..(start + length).min(source.len())].to_vec();
            let to = to.index(texts.len());
            let place = place.index(texts[to].len() + 1);
            texts[to].splice(place..place, run);
        }
        let sites = ["a.example", "b.example", "c.example"];
        let page = |(at, words): (usize, Vec<u32>)| {
            let words: Vec<String> = words.iter().map(|word| format!("w{word}")).collect();
            let page = Page::without_site(&format!("p{at}"), &words.join(" "));
            Page {
                site: sites.get(at % 4).map(|&site| site.to_owned()),
                published: (at % 5 != 4).then_some((at as i64 * 37) % 11),
                // Two of eight pages are captures of one url.
                url: (at % 4 != 3).then(|| format!("https://{}/{}", sites[at % 4], at % 6)),
                ..page
            }
        };
        texts.into_iter().enumerate().map(page).collect()
    })
}

fn passage_and_pages() -> impl Strategy<Value = (u32, Vec<Page>)> {
    prop::sample::select(vec![6u32, 8, 9, 12, 25])
        .prop_flat_map(|passage| (Just(passage), pages_with_runs(passage as usize)))
}

/// Selections of every kind, alone and together.
fn selections() -> impl Strategy<Value = Selection> {
    let sites = || {
        let sites = vec![
            vec![],
            vec![],
            vec!["a.example"],
            vec!["b.example", "c.example"],
        ];
        prop::sample::select(sites)
            .prop_map(|sites| sites.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let relations = prop::sample::select(vec![
        vec![],
        vec![],
        vec![Relation::Excerpt],
        vec![Relation::Near],
        vec![Relation::Excerpt, Relation::Exact],
    ]);
    (
        relations,
        prop::sample::select(vec![0.0, 0.3, 0.6, 0.8, 1.0]),
        sites(),
        sites(),
        any::<bool>(),
        prop::option::of(0i64..11),
        any::<bool>(),
    )
        .prop_map(
            |(
                relations,
                same_site_containment,
                sites,
                not_sites,
                cross_site_only,
                window,
                all_pairs,
            )| {
                Selection {
                    relations,
                    same_site_containment,
                    sites,
                    not_sites,
                    cross_site_only,
                    window,
                    max_quoted: None,
                    all_pairs,
                }
            },
        )
}

fn shingles() -> impl Strategy<Value = Shingle> {
    prop::sample::select(vec![
        Shingle::Words(5),
        Shingle::Words(5),
        Shingle::Words(3),
        Shingle::Words(8),
        Shingle::Chars(9),
    ])
}

/// Documents with nothing but a passage in common, each published after the one before.
fn unrelated(documents: usize, passage: &str, words: usize) -> Vec<Page> {
    let page = |at: usize| {
        let (before, after) = (
            story(1_000 + at as u64, words),
            story(9_000 + at as u64, words),
        );
        let page = Page::without_site(&format!("p{at:03}"), &format!("{before} {passage} {after}"));
        page.at(at as i64)
    };
    (0..documents).map(page).collect()
}

/// Near copies of a story of 150 words, in order of publication, and excerpts of it in otherwise
/// unrelated documents.
fn copied_and_excerpted(
    copies: usize,
    excerpts: usize,
    site: fn(usize) -> &'static str,
) -> Vec<Page> {
    let text = story(1, 150);
    let part: Vec<&str> = text.split(' ').skip(40).take(60).collect();
    let copy = |at: usize| {
        // Only words near the ends change, so that every copy has the part.
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words[at % 20] = format!("changed{at}");
        words[130 + at % 20] = format!("changed{at}");
        Page::new(site(at), &format!("copy{at:03}"), &words.join(" ")).at(at as i64)
    };
    let excerpt = |at: usize| {
        let own = 5_000 + 2 * at as u64;
        let text = format!(
            "{} {} {}",
            story(own, 70),
            part.join(" "),
            story(own + 1, 50)
        );
        let page = Page::new("other.example", &format!("excerpt{at:02}"), &text);
        page.at(100_000 + at as i64)
    };
    (0..copies)
        .map(copy)
        .chain((0..excerpts).map(excerpt))
        .collect()
}

/// Number of documents in excerpt pairs whose ids have this beginning.
fn in_excerpts(scanned: &ScanResult, beginning: &str) -> usize {
    let mut ids: Vec<String> = named(scanned)
        .into_iter()
        .filter(|(.., relation)| *relation == Relation::Excerpt)
        .flat_map(|(a, b, _)| [a, b])
        .filter(|id| id.starts_with(beginning))
        .collect();
    ids.sort();
    ids.dedup();
    ids.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn exactly_the_documents_that_share_a_passage_are_found(
        (passage, pages) in passage_and_pages(),
        shingle in shingles(),
    ) {
        let settings = Settings { shingle, ..settings(passage) };
        let expected = oracle_with_excerpts(&pages, &settings);
        prop_assert_eq!(related_rows(&scan(&Memory::new(pages), &settings)), expected);
    }

    #[test]
    fn exactly_the_documents_that_share_a_long_passage_are_found(
        (passage, pages) in passage_and_pages(),
        shingle in shingles(),
        longer in 0u32..3,
    ) {
        let by_length = Excerpts {
            containment: 0.9,
            passage: passage - longer.min(passage - 5),
            long_passage: Some(passage),
        };
        let settings = Settings { shingle, excerpts: Some(by_length), ..settings(passage) };
        let expected = oracle_with_excerpts(&pages, &settings);
        prop_assert_eq!(related_rows(&scan(&Memory::new(pages), &settings)), expected);
    }

    #[test]
    fn a_selection_filters_the_same_pairs(
        (passage, pages) in passage_and_pages(),
        selection in selections(),
    ) {
        let settings = Settings { selection, ..settings(passage) };
        let expected = oracle_with_excerpts(&pages, &settings);
        prop_assert_eq!(related_rows(&scan(&Memory::new(pages), &settings)), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn results_do_not_depend_on_order_blocks_or_threads(
        (passage, mut pages) in passage_and_pages(),
        prompts in 0usize..12,
        seed: u64,
        pages_a_block in 1usize..9,
        threads in 1usize..4,
    ) {
        // Enough pages of one site with the same prompt and different stories, so that there is
        // boilerplate to remove.
        pages.extend((0..prompts).map(|at| {
            let text = format!("{}\n{}", story(77, 40), story(100 + at as u64 / 2, 60));
            Page::new("a.example", &format!("prompt{at}"), &text)
        }));
        let settings = Settings { list_passages: true, boilerplate: true, ..settings(passage) };
        let once = scan(&Memory::new(pages.clone()), &settings);
        let again = scan_shuffled(&pages, seed, pages_a_block, threads, &settings);
        assert_same("shuffled", &again, &once);
    }
}

#[test]
fn generated_news_gives_the_same_result_in_any_order() {
    for (profile, documents, list_passages) in
        [(Profile::News, 400, true), (Profile::Traps, 400, false)]
    {
        let spec = Spec {
            documents,
            profile,
            mean_words: 70,
            ..Spec::default()
        };
        let (documents, _) = newsgen::documents(&spec).expect("the settings are in range");
        let page = |document: newsgen::Document| Page {
            published: dates::parse(&document.published).map(|moment| moment.seconds),
            id: document.id,
            site: Some(document.site).filter(|site| !site.is_empty()),
            url: Some(document.url).filter(|url| !url.is_empty()),
            text: document.text,
            ..Page::default()
        };
        let pages: Vec<Page> = documents.into_iter().map(page).collect();
        let banding = Banding::for_recall(RecallTarget::default());
        let settings = Settings {
            surfacing: Surfacing::Bands(banding.expect("usual thresholds can be planned")),
            list_passages,
            ..defaults()
        };
        let once = scan(&Memory::new(pages.clone()), &settings);
        let name = format!("{profile:?}");
        assert!(
            once.counts.pairs.excerpt > 0 && once.counts.pairs.near > 0,
            "{name}"
        );
        assert!(once.removed.documents > 0, "{name}");
        for (seed, pages_a_block, threads) in [(1, 1_000, 1), (2, 3, 4)] {
            let again = scan_shuffled(&pages, seed, pages_a_block, threads, &settings);
            assert_same(&name, &again, &once);
        }
    }
}

#[test]
fn a_passage_counts_from_its_shortest_length() {
    for passage in [5, 8, 9, 12, 25, 60] {
        for (words, found) in [(passage - 1, false), (passage, true), (passage + 1, true)] {
            for (place, text) in [
                ("alone", story(1, words)),
                ("first", format!("{} {}", story(1, words), story(2, 200))),
                ("last", format!("{} {}", story(2, 200), story(1, words))),
                (
                    "inside",
                    format!("{} {} {}", story(2, 99), story(1, words), story(3, 99)),
                ),
            ] {
                let other = format!("{} {} {}", story(4, 150), story(1, words), story(5, 150));
                let pages = vec![
                    Page::without_site("a", &text),
                    Page::without_site("b", &other),
                ];
                let scanned = scan(&Memory::new(pages), &settings(passage as u32));
                let name = format!("{words} of {passage} words, {place}");
                assert_eq!(scanned.pairs.len(), usize::from(found), "{name}");
                let longest = |pair: &wirecopy::cluster::ReportedPair| pair.longest.words;
                assert!(
                    scanned.pairs.iter().all(|pair| longest(pair) == words),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn containment_counts_from_its_threshold() {
    // 40 shared words are 36 shingles: .4 of the 90 shingles of a page of 94 words.
    let shared = story(1, 40);
    for (containment, found) in [(0.39, true), (0.4, true), (0.41, false)] {
        let pages = vec![
            Page::without_site("a", &format!("{shared} {}", story(2, 54))),
            Page::without_site(
                "b",
                &format!("{} {shared} {}", story(3, 300), story(4, 300)),
            ),
        ];
        let settings = Settings {
            excerpts: Some(Excerpts {
                containment,
                passage: 25,
                long_passage: None,
            }),
            ..settings(25)
        };
        let scanned = scan(&Memory::new(pages), &settings);
        assert_eq!(scanned.pairs.len(), usize::from(found), "{containment}");
    }
}

/// Two long articles on two sites with a passage in common that is a small part of both.
fn long_articles(sites: [&str; 2], passage_a: &str, passage_b: &str) -> Memory {
    let article = |site: &str, id: &str, subject: u64, passage: &str| {
        let [before, after] = [subject, subject + 1].map(|subject| story(subject, 300));
        Page::new(site, id, &format!("{before}\n{passage}\n{after}\n"))
    };
    Memory::new(vec![
        article(sites[0], "a", 10, passage_a),
        article(sites[1], "b", 20, passage_b),
    ])
}

#[test]
fn a_long_passage_is_an_excerpt_of_any_containment() {
    let sites = ["a.example", "b.example"];
    for (words, long_passage, found) in [
        (79, Some(80), false),
        (80, Some(80), true),
        (81, Some(80), true),
        (80, None, false),
        (30, Some(30), true),
    ] {
        let settings = Settings {
            excerpts: Some(Excerpts {
                containment: 0.3,
                passage: 25,
                long_passage,
            }),
            ..settings(25)
        };
        let passage = story(1, words);
        let scanned = scan(&long_articles(sites, &passage, &passage), &settings);
        let relations: Vec<Relation> = scanned.pairs.iter().map(|pair| pair.relation).collect();
        let expected: &[Relation] = if found { &[Relation::Excerpt] } else { &[] };
        assert_eq!(relations, expected, "{words} {long_passage:?}");
    }
    let passage = story(1, 200);
    let default = Settings {
        excerpts: defaults().excerpts,
        ..settings(25)
    };
    let on_one_site = long_articles(["a.example"; 2], &passage, &passage);
    let one_site = Settings {
        selection: defaults().selection,
        ..default.clone()
    };
    assert_eq!(scan(&on_one_site, &one_site).pairs, []);
    assert_eq!(scan(&on_one_site, &default).pairs.len(), 1);
}

#[test]
fn a_long_quotation_is_no_excerpt_of_any_containment() {
    let [said, other] = [1, 2].map(|subject| story(subject, 90));
    let scanned = |a: &str, b: &str| {
        let sites = ["a.example", "b.example"];
        scan(&long_articles(sites, a, b), &defaults()).pairs.len()
    };
    let quotation = format!("“{said}”");
    for (a, b, pairs) in [
        (&said, &said, 1),
        (&quotation, &quotation, 0),
        (&quotation, &said, 0),
        (&said, &quotation, 0),
        (
            &format!("{quotation} {other}"),
            &format!("{quotation} {other}"),
            1,
        ),
        (
            &format!("{quotation}\n{other}"),
            &format!("{said}\n{other}"),
            1,
        ),
    ] {
        assert_eq!(scanned(a, b), pairs, "{a} {b}");
    }
}

#[test]
fn excerpts_can_be_limited_by_their_share_of_quotation() {
    let sites = ["a.example", "b.example"];
    let passage = format!("“{}” {}", story(1, 60), story(2, 60));
    let corpus = long_articles(sites, &passage, &passage);
    for (max_quoted, pairs) in [(None, 1), (Some(0.51), 1), (Some(0.5), 1), (Some(0.49), 0)] {
        let settings = Settings {
            selection: Selection {
                max_quoted,
                ..Selection::default()
            },
            ..settings(25)
        };
        let scanned = scan(&corpus, &settings);
        assert_eq!(scanned.pairs.len(), pairs, "{max_quoted:?}");
        assert_eq!(scanned.clusters.len(), pairs, "{max_quoted:?}");
    }
}

#[test]
fn a_passage_in_a_script_without_spaces_counts_in_parts_of_words() {
    // Ideographs and Thai letters in an order of their own for each subject.
    let text = |subject: u32, characters: u32, first: u32, range: u32| -> String {
        let character = |at| first + (at * at * 7 + at * 31 + subject * 977) % range;
        let characters = (0..characters).filter_map(|at| char::from_u32(character(at)));
        characters.collect()
    };
    for (name, first, range, characters, pairs) in [
        ("Han", 0x4E00, 0x4FFF, 49, 0),
        ("Han", 0x4E00, 0x4FFF, 50, 1),
        ("Thai", 0xE01, 0x2D, 99, 0),
        ("Thai", 0xE01, 0x2D, 100, 1),
    ] {
        let shared = text(1, characters, first, range);
        let page = |id: &str, subject: u32| {
            let own = story(u64::from(subject), 20);
            Page::without_site(id, &format!("{own}\n{shared}\n"))
        };
        let corpus = Memory::new(vec![page("a", 2), page("b", 3)]);
        let settings = Settings {
            threshold: 0.99,
            excerpts: defaults().excerpts,
            ..settings(25)
        };
        assert_eq!(
            scan(&corpus, &settings).pairs.len(),
            pairs,
            "{name} {characters}"
        );
    }
}

#[test]
fn same_site_containment_counts_from_its_threshold() {
    let shared = story(1, 40);
    let own = format!("{shared} {}", story(2, 54));
    let other = format!("{} {shared} {}", story(3, 300), story(4, 300));
    let on = |site: &str, url: &str, id: &str, text: &str| Page {
        url: Some(url.to_owned()),
        ..Page::new(site, id, text)
    };
    let cases = [
        (
            "two pages of one site",
            ("s.example", "u1"),
            ("s.example", "u2"),
            false,
        ),
        (
            "one page of it, captured twice",
            ("s.example", "u1"),
            ("s.example", "u1"),
            true,
        ),
        ("two sites", ("s.example", "u1"), ("t.example", "u2"), true),
    ];
    for (same_site_containment, enough) in [(0.4, true), (0.41, false)] {
        for (name, (site_a, url_a), (site_b, url_b), exempt) in cases {
            let pages = vec![on(site_a, url_a, "a", &own), on(site_b, url_b, "b", &other)];
            let base = settings(25);
            let settings = Settings {
                selection: Selection {
                    same_site_containment,
                    ..Selection::default()
                },
                ..base
            };
            let scanned = scan(&Memory::new(pages), &settings);
            let found = enough || exempt;
            let name = format!("{name} at {same_site_containment}");
            assert_eq!(scanned.pairs.len(), usize::from(found), "{name}");
            assert_eq!(
                scanned.counts.pairs.same_site_excerpts,
                u64::from(!found),
                "{name}"
            );
        }
    }
}

#[test]
fn a_passage_in_many_documents_is_bounded_and_counted() {
    for passage in [25, 70] {
        let words = passage as usize;
        for (documents, every_two) in [
            (FEW - 1, true),
            (FEW, true),
            (FEW + 1, true),
            (MOST_STORIES - 1, true),
            (MOST_STORIES, true),
            (MOST_STORIES + 1, false),
            (2 * MOST_STORIES, false),
        ] {
            let corpus = Memory::new(unrelated(documents, &story(1, words), 60));
            let scanned = scan(&corpus, &settings(25));
            let name = format!("a passage of {words} words in {documents}");
            let all = documents * (documents - 1) / 2;
            let bounded = u64::from(!every_two);
            let most = if documents > FEW { documents } else { 0 };
            assert_eq!(
                scanned.counts.bounded.passages.most_stories, most as u64,
                "{name}"
            );
            if every_two {
                assert_eq!(scanned.pairs.len(), all, "{name}");
                assert_eq!(scanned.counts.bounded.passages.pairs, 0, "{name}");
            } else {
                let first = doc(&scanned, "p000");
                let with_first = scanned.pairs.iter().filter(|pair| pair.a == first).count();
                assert_eq!(with_first, documents - 1, "{name}");
                assert!(scanned.pairs.len() < all, "{name}");
                // A missing pair may be counted once per common gram, but never not at all.
                let missing = (all - scanned.pairs.len()) as u64;
                assert!(scanned.counts.bounded.passages.pairs >= missing, "{name}");
            }
            assert!(scanned.counts.bounded.passages.number >= bounded, "{name}");
            assert!(
                every_two == (scanned.counts.bounded.passages.number == 0),
                "{name}"
            );
        }
    }
}

#[test]
fn pairs_left_out_between_stories_are_counted() {
    let documents = |range: std::ops::Range<u32>| range.map(DocNo).collect::<Vec<_>>();
    let most = MOST_STORIES as u32;
    // Number of documents, number of those that are copies of one story, and the expected numbers
    // of pairs, bounded passages, stories, and pairs left out.
    for (name, list, of_one, expected) in [
        ("two stories", 2, 1, (1, 0, 2, 0)),
        ("one story in all", 70, 70, (0, 0, 1, 0)),
        ("up to the bound", most, 1, (2_016, 0, 64, 0)),
        ("beyond it", most + 1, 1, (64, 1, 65, 2_080 - 64)),
        // Ten copies of one story and 64 others: one document represents the ten, so each of the 64
        // has one pair instead of ten.
        (
            "beyond it, copies among them",
            most + 10,
            10,
            (64, 1, 65, 74 * 73 / 2 - 45 - 64),
        ),
        (
            "up to it, copies among them",
            most + 9,
            10,
            (2_016, 0, 64, 73 * 72 / 2 - 45 - 2_016),
        ),
    ] {
        let story = |doc: DocNo| if doc.0 < of_one { 0 } else { doc.0 as usize };
        let met = between_stories(&[documents(0..list)], None, &story, &|_| true, &|_| false);
        let counts = (
            met.pairs.len(),
            met.bounded,
            met.most_stories,
            met.not_compared,
        );
        assert_eq!(counts, expected, "{name}");
        let skipped = between_stories(&[documents(0..list)], None, &story, &|_| true, &|_| true);
        assert!(skipped.pairs.is_empty(), "{name}");
    }
    let two = between_stories(
        &[documents(0..40), documents(0..41)],
        None,
        &|doc| doc.0 as usize,
        &|_| true,
        &|_| false,
    );
    assert_eq!(
        two.pairs.len(),
        41 * 40 / 2,
        "a pair of two passages is listed once"
    );
    assert!(two.pairs.is_sorted());
    assert_eq!(two.pairs[0], DocPair::of(DocNo(0), DocNo(1)));
}

#[test]
fn excerpts_of_a_story_in_very_many_copies_are_found() {
    for (copies, excerpts) in [(40, 5), (BIG_CLUSTER - 1, 9), (300, 60)] {
        for surfacing in [
            Surfacing::Prefixes,
            Surfacing::Bands(Banding::new(Bands(40), Rows(3)).expect("in range")),
        ] {
            let pages = copied_and_excerpted(copies, excerpts, |_| "site.example");
            let base = settings(25);
            let settings = Settings {
                surfacing,
                threshold: 0.5,
                ..base
            };
            let scanned = scan(&Memory::new(pages), &settings);
            let name = format!("{copies} copies, {excerpts} excerpts, {surfacing:?}");
            // Each is paired with a copy, not only with other excerpts.
            let with_copy = named(&scanned)
                .into_iter()
                .filter(|(a, b, relation)| {
                    *relation == Relation::Excerpt
                        && a.starts_with("copy")
                        && b.starts_with("excerpt")
                })
                .map(|(_, excerpt, _)| excerpt)
                .collect::<std::collections::BTreeSet<_>>();
            assert_eq!(with_copy.len(), excerpts, "{name}");
            assert_eq!(in_excerpts(&scanned, "excerpt"), excerpts, "{name}");
            assert_eq!(scanned.counts.bounded.passages.number, 0, "{name}");
        }
    }
}

/// One document represents each story where its passage is common. A selection that excludes that
/// document must get another one.
#[test]
fn selections_find_excerpts_of_a_story_in_very_many_copies() {
    // The first copy is on the site of the excerpts.
    let pages = copied_and_excerpted(40, 3, |at| match at {
        0 => "other.example",
        1..20 => "one.example",
        _ => "two.example",
    });
    let corpus = Memory::new(pages);
    let mut missed = Vec::new();
    let base = || Selection::default();
    for (name, selection) in [
        ("all", base()),
        (
            "other sites only",
            Selection {
                cross_site_only: true,
                ..base()
            },
        ),
        (
            "one site",
            Selection {
                sites: vec!["two.example".to_owned()],
                ..base()
            },
        ),
        (
            "not one site",
            Selection {
                not_sites: vec!["one.example".to_owned()],
                ..base()
            },
        ),
        (
            "within some time",
            Selection {
                window: Some(100_000 - 35),
                ..base()
            },
        ),
    ] {
        let settings = Settings {
            selection,
            threshold: 0.5,
            ..settings(25)
        };
        let scanned = scan(&corpus, &settings);
        let with_copies = named(&scanned).into_iter().any(|(a, b, relation)| {
            relation == Relation::Excerpt && a.starts_with("copy") && b.starts_with("excerpt00")
        });
        if !with_copies {
            missed.push(name);
        }
    }
    let none: [&str; 0] = [];
    assert_eq!(
        missed, none,
        "selections for which the first excerpt has no pair with a copy"
    );
}

#[test]
fn every_identical_copy_of_an_excerpt_is_an_excerpt() {
    let host = format!("{} {} {}", story(2, 80), story(1, 40), story(3, 80));
    let mut pages: Vec<Page> = (0..3)
        .map(|at| Page::without_site(&format!("host{at}"), &host))
        .collect();
    pages.extend((0..2).map(|at| Page::without_site(&format!("part{at}"), &story(1, 40))));
    pages.push(Page::without_site("near", &edited(&host, 60, 1)));
    let scanned = scan(&Memory::new(pages.clone()), &settings(25));
    assert_eq!(
        related_rows(&scanned),
        oracle_with_excerpts(&pages, &settings(25))
    );
    assert_eq!(scanned.counts.pairs.exact, 3 + 1);
    assert!(scanned.counts.pairs.excerpt >= 6);
}
