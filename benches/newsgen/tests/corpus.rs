//! Tests of a generated corpus and its truth.

use std::collections::{HashMap, HashSet};
use std::io;

use newsgen::{
    Document, Kind, Profile, Shares, Spec, documents, documents_with_stories, generate,
    generate_with_stories,
};
use xxhash_rust::xxh3::xxh3_64;

const PROFILES: [Profile; 7] = [
    Profile::News,
    Profile::Distinct,
    Profile::OnePage,
    Profile::Skeleton,
    Profile::Short,
    Profile::Traps,
    Profile::Dense,
];

fn spec(profile: Profile, documents: u64) -> Spec {
    Spec {
        documents,
        profile,
        ..Spec::default()
    }
}

fn written(spec: &Spec) -> (Vec<u8>, Vec<u8>) {
    let (mut corpus, mut truth) = (Vec::new(), Vec::new());
    generate(spec, &mut corpus, &mut truth).expect("a vector takes every byte");
    (corpus, truth)
}

/// Shingles of words as the truth counts them: lower-cased runs of letters and digits. No caller
/// has a script without spaces.
fn shingles(text: &str) -> HashSet<Vec<String>> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.windows(5).map(<[String]>::to_vec).collect()
}

/// If these values change, every corpus changes, and results from before and after cannot be
/// compared.
#[test]
fn bytes_are_pinned() {
    let pinned = [
        (0xd59e_920d_11ee_8ef4, 0xa886_451a_b23c_f554),
        (0xa83d_8cde_dc20_3943, 0x6669_6414_06e5_7c01),
        (0x0574_ea37_2586_ac64, 0x0ef1_144c_4d83_706b),
        (0x4448_0697_64cc_0afe, 0xa5c6_f16f_1f20_2a32),
        (0x65f9_2ef2_77da_4a09, 0x8535_56e2_14a2_1aa9),
        (0x8a0e_5ed9_8445_7727, 0xba08_b8de_9a36_74be),
        (0xa69c_df24_3b80_8642, 0x7e4c_13da_bcff_1d6d),
    ];
    for (profile, (corpus_hash, truth_hash)) in PROFILES.into_iter().zip(pinned) {
        let (corpus, truth) = written(&spec(profile, 300));
        assert_eq!(
            (xxh3_64(&corpus), xxh3_64(&truth)),
            (corpus_hash, truth_hash),
            "{profile:?}: {:#018x}, {:#018x}",
            xxh3_64(&corpus),
            xxh3_64(&truth)
        );
    }
}

#[test]
fn a_corpus_begins_with_every_smaller_one() {
    for profile in [Profile::News, Profile::Traps] {
        let (small, small_truth) = written(&spec(profile, 200));
        let (large, large_truth) = written(&spec(profile, 400));
        assert!(large.starts_with(&small), "{profile:?}");
        assert!(large_truth.starts_with(&small_truth), "{profile:?}");
    }
}

#[test]
fn another_seed_gives_another_corpus() {
    let other = Spec {
        seed: 2,
        ..spec(Profile::News, 50)
    };
    assert_ne!(written(&spec(Profile::News, 50)).0, written(&other).0);
}

#[test]
fn lines_parse_and_the_truth_names_documents() {
    for profile in PROFILES {
        let (corpus, truth) = written(&spec(profile, 500));
        let (list, pairs) = documents(&spec(profile, 500)).expect("a valid spec");
        let mut ids = HashSet::new();
        let lines = std::str::from_utf8(&corpus).expect("UTF-8").lines();
        for (line, document) in lines.zip(&list) {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let fields = [
                ("id", &document.id),
                ("url", &document.url),
                ("site", &document.site),
                ("published", &document.published),
                ("title", &document.title),
                ("author", &document.author),
                ("text", &document.text),
            ];
            for (name, expected) in fields {
                assert_eq!(
                    value[name].as_str(),
                    Some(expected.as_str()),
                    "{profile:?} {name}"
                );
            }
            assert!(document.url.contains(&document.site));
            assert!(!document.text.trim().is_empty());
            assert!(ids.insert(document.id.clone()), "{} twice", document.id);
        }
        assert_eq!(ids.len(), 500);

        let truth = String::from_utf8(truth).expect("UTF-8");
        assert_eq!(truth.lines().count(), pairs.len() + 1);
        let mut seen = HashSet::new();
        for row in truth.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            assert_eq!(cells.len(), 7, "{row}");
            assert!(ids.contains(cells[0]) && ids.contains(cells[1]), "{row}");
            assert!(
                seen.insert((cells[0].to_owned(), cells[1].to_owned())),
                "{row} twice"
            );
        }
    }
}

/// True if the document holds a passage of the story next to text of its own.
fn is_passage(kind: Kind) -> bool {
    matches!(kind, Kind::Excerpt | Kind::Digest | Kind::Quote)
}

#[test]
fn the_stories_file_leaves_corpus_and_truth_alone() {
    let spec = spec(Profile::News, 300);
    let (mut corpus, mut truth, mut stories) = (Vec::new(), Vec::new(), Vec::new());
    generate_with_stories(&spec, &mut corpus, &mut truth, &mut stories)
        .expect("a vector takes every byte");
    assert_eq!((corpus, truth), written(&spec));
    let (_, _, rows) = documents_with_stories(&spec).expect("a valid spec");
    let stories = String::from_utf8(stories).expect("UTF-8");
    assert_eq!(stories.lines().count(), rows.len() + 1);
    assert!(stories.lines().all(|row| row.split(',').count() == 13));
}

#[test]
fn every_document_is_whole_in_one_story() {
    for profile in PROFILES {
        let (list, pairs, rows) =
            documents_with_stories(&spec(profile, 1_500)).expect("a valid spec");
        let whole = rows.iter().filter(|row| !is_passage(row.kind));
        assert!(
            whole
                .map(|row| &row.id)
                .eq(list.iter().map(|document| &document.id)),
            "{profile:?}"
        );
        let held: HashSet<(&str, &str)> = rows
            .iter()
            .map(|row| (row.id.as_str(), row.story.as_str()))
            .collect();
        assert_eq!(held.len(), rows.len(), "{profile:?}: a story twice");
        for row in &rows {
            if let Some(source) = &row.source {
                assert!(
                    held.contains(&(source.as_str(), row.story.as_str())),
                    "{row:?}"
                );
                let first = row.source.as_ref() == Some(&row.id);
                assert_eq!(
                    first,
                    matches!(row.kind, Kind::Own | Kind::Event),
                    "{row:?}"
                );
            }
        }
        let mut stories: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in &rows {
            stories.entry(&row.id).or_default().push(&row.story);
        }
        for pair in &pairs {
            let share = stories[pair.id_a.as_str()]
                .iter()
                .any(|story| held.contains(&(pair.id_b.as_str(), *story)));
            assert_eq!(share, pair.kind != Kind::Event, "{pair:?}");
        }
    }
}

#[test]
fn passages_stand_where_the_stories_say() {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    // Without chrome, the text is the body.
    let spec = Spec {
        foreign: 0.0,
        chrome: 0.0,
        ..spec(Profile::News, 1_500)
    };
    let (list, pairs, rows) = documents_with_stories(&spec).expect("a valid spec");
    let by_id: HashMap<&str, &Document> = list.iter().map(|d| (d.id.as_str(), d)).collect();
    for row in rows.iter().filter(|row| is_passage(row.kind)) {
        let source = row.source.as_deref().expect("passages have a source here");
        let (source, copy) = (&by_id[source].text, &by_id[row.id.as_str()].text);
        let (source, copy) = (words(source), words(copy));
        let from = row.first_word.expect("a passage begins somewhere");
        let passage = &source[from..from + row.words];
        assert!(copy.windows(row.words).any(|run| run == passage), "{row:?}");
        assert!(row.run.is_some_and(|run| run >= row.words), "{row:?}");
    }
    let jaccards: HashMap<(&str, &str), f64> = pairs
        .iter()
        .filter_map(|p| Some(((p.id_a.as_str(), p.id_b.as_str()), p.body_jaccard?)))
        .collect();
    for row in &rows {
        let (Some(source), Some((a, b))) = (&row.source, row.containments) else {
            continue;
        };
        let jaccard = jaccards[&(source.as_str(), row.id.as_str())];
        // |A and B| / |A or B| from the two containments.
        let expected = if a == 0.0 {
            0.0
        } else {
            1.0 / (1.0 / a + 1.0 / b - 1.0)
        };
        assert!((jaccard - expected).abs() < 1e-9, "{row:?}: {jaccard}");
    }
}

#[test]
fn credits_are_what_the_page_says() {
    let (list, _, rows) =
        documents_with_stories(&spec(Profile::News, 1_500)).expect("a valid spec");
    let by_id: HashMap<&str, &Document> = list.iter().map(|d| (d.id.as_str(), d)).collect();
    let mut datelines = 0;
    for row in rows.iter().filter(|row| row.credit.dateline) {
        let named = format!("({}) — ", row.agency.expect("a credit is an agency's"));
        assert!(by_id[row.id.as_str()].text.contains(&named), "{row:?}");
        datelines += 1;
    }
    assert!(datelines > 300, "{datelines}");
    assert!(
        rows.iter()
            .all(|row| row.agency.is_some() || row.credit == newsgen::Credit::default())
    );
}

#[test]
fn realised_jaccard_is_exact() {
    let spec = Spec {
        foreign: 0.0,
        ..spec(Profile::News, 1_500)
    };
    let (list, pairs) = documents(&spec).expect("a valid spec");
    let by_id: HashMap<&str, &Document> = list.iter().map(|d| (d.id.as_str(), d)).collect();
    for pair in pairs.iter().step_by(5) {
        let (a, b) = (
            &by_id[pair.id_a.as_str()].text,
            &by_id[pair.id_b.as_str()].text,
        );
        let (a, b) = (shingles(a), shingles(b));
        let jaccard = a.intersection(&b).count() as f64 / a.union(&b).count() as f64;
        assert_eq!(pair.jaccard, Some(jaccard), "{pair:?}");
    }
}

#[test]
fn near_copies_hit_their_targets() {
    let (list, pairs) = documents(&spec(Profile::News, 3_000)).expect("a valid spec");
    let bytes: HashMap<&str, usize> = list.iter().map(|d| (d.id.as_str(), d.text.len())).collect();
    // In a page of fewer than about 150 words, one replaced word changes the Jaccard by over .03.
    let misses: Vec<f64> = pairs
        .iter()
        .filter(|p| p.kind == Kind::Near && bytes[p.id_a.as_str()] > 1_000)
        .filter_map(|p| Some((p.target? - p.body_jaccard?).abs()))
        .collect();
    assert!(misses.len() > 150);
    let within =
        |miss: f64| misses.iter().filter(|&&m| m <= miss).count() as f64 / misses.len() as f64;
    assert!(
        within(0.02) > 0.85,
        "within .02: {}, within .05: {}",
        within(0.02),
        within(0.05)
    );
    assert!(within(0.05) > 0.95, "within .05: {}", within(0.05));
}

#[test]
fn kinds_are_what_they_say() {
    let (list, pairs) = documents(&spec(Profile::News, 2_000)).expect("a valid spec");
    let by_id: HashMap<&str, &Document> = list.iter().map(|d| (d.id.as_str(), d)).collect();
    for pair in &pairs {
        let (a, b) = (by_id[pair.id_a.as_str()], by_id[pair.id_b.as_str()]);
        match pair.kind {
            Kind::Exact => {
                assert_ne!(a.site, b.site);
                assert!(pair.body_jaccard.is_none_or(|j| j == 1.0), "{pair:?}");
            }
            Kind::Near => assert_ne!(a.site, b.site),
            Kind::Event => assert!(pair.jaccard.is_some_and(|j| j < 0.2), "{pair:?}"),
            Kind::Recapture => assert_eq!((&a.url, &a.site), (&b.url, &b.site)),
            Kind::Excerpt => assert!(pair.passage_words.is_some_and(|w| w <= 200)),
            Kind::Hot => assert_eq!(a.site, b.site),
            _ => {}
        }
    }
}

#[test]
fn shares_are_as_asked() {
    let spec = spec(Profile::News, 6_000);
    let (mut corpus, mut truth) = (io::sink(), io::sink());
    let tally = generate(&spec, &mut corpus, &mut truth).expect("a sink takes every byte");
    let asked = &spec.shares;
    for (kind, share) in [
        (Kind::Near, asked.near),
        (Kind::Exact, asked.exact),
        (Kind::Excerpt, asked.excerpt),
        (Kind::Digest, asked.digest),
        (Kind::Event, asked.event),
        (Kind::Recapture, asked.recapture),
        (Kind::Hot, asked.hot),
    ] {
        let mean = share * spec.documents as f64;
        // Four standard deviations of a Poisson count.
        let miss = (tally.kinds[&kind] as f64 - mean).abs();
        assert!(
            miss < 4.0 * mean.sqrt(),
            "{kind:?}: {} of {mean}",
            tally.kinds[&kind]
        );
    }
    let mean_bytes = tally.bytes / tally.documents;
    assert!(
        (3_100..3_500).contains(&mean_bytes),
        "{mean_bytes} bytes a record"
    );
}

#[test]
fn one_page_is_one_text() {
    let (list, pairs) = documents(&spec(Profile::OnePage, 200)).expect("a valid spec");
    assert!(list.iter().all(|d| d.text == list[0].text));
    assert_eq!(
        list.iter().map(|d| &d.url).collect::<HashSet<_>>().len(),
        200
    );
    assert_eq!(pairs.len(), 199);
}

#[test]
fn skeleton_pages_share_most_words() {
    let (_, pairs) = documents(&spec(Profile::Skeleton, 200)).expect("a valid spec");
    for pair in pairs {
        assert!(
            pair.jaccard.is_some_and(|j| (0.7..0.85).contains(&j)),
            "{pair:?}"
        );
    }
}

#[test]
fn dense_news_is_run_by_many_sites() {
    let spec = spec(Profile::Dense, 4_000);
    let (list, _, holdings) = documents_with_stories(&spec).expect("a valid spec");
    let sites: HashSet<&str> = list.iter().map(|d| &*d.site).collect();
    assert!(sites.len() > 500, "{}", sites.len());
    let mut copies: HashMap<&str, usize> = HashMap::new();
    for holding in &holdings {
        if matches!(holding.kind, Kind::Near | Kind::Exact) {
            *copies.entry(&holding.story).or_default() += 1;
        }
    }
    let all: usize = copies.values().sum();
    assert!((1_300..1_800).contains(&all), "{all} copies");
    let most = copies.values().max();
    assert!(
        most.is_some_and(|most| (50..=412).contains(most)),
        "{most:?}"
    );
}

#[test]
fn short_documents_are_short() {
    let (list, _) = documents(&spec(Profile::Short, 500)).expect("a valid spec");
    let most = list.iter().map(|d| d.text.split_whitespace().count()).max();
    assert!(
        most.is_some_and(|most| (25..=30).contains(&most)),
        "{most:?}"
    );
}

#[test]
fn bad_settings_are_refused() {
    let shares = Shares {
        near: 0.9,
        exact: 0.2,
        ..Shares::default()
    };
    for bad in [
        Spec {
            shares,
            ..Spec::default()
        },
        Spec {
            foreign: -0.1,
            ..Spec::default()
        },
        Spec {
            window: 0,
            ..Spec::default()
        },
        Spec {
            mean_words: 0,
            ..Spec::default()
        },
        Spec {
            chrome: f64::NAN,
            ..Spec::default()
        },
    ] {
        let error = documents(&bad).expect_err("out of range");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}

#[test]
fn a_failed_write_names_the_document() {
    let mut room = [0u8; 10_000];
    let error = generate(
        &spec(Profile::News, 100),
        &mut room.as_mut_slice(),
        &mut io::sink(),
    )
    .expect_err("10,000 bytes hold no hundred articles");
    assert!(
        error.to_string().starts_with("writing document n0000000"),
        "{error}"
    );
}

#[test]
fn traps_are_set() {
    let (list, pairs, rows) =
        documents_with_stories(&spec(Profile::Traps, 3_000)).expect("a valid spec");
    let by_id: HashMap<&str, &Document> = list.iter().map(|d| (d.id.as_str(), d)).collect();

    let mut urls: HashMap<&str, usize> = HashMap::new();
    let mut sites: HashMap<&str, usize> = HashMap::new();
    for document in &list {
        *urls.entry(&document.url).or_default() += 1;
        *sites.entry(&document.site).or_default() += 1;
    }
    for tiny in ["tinyone", "tinytwo", "tinythree", "tinyfour"] {
        assert_eq!(sites[format!("{tiny}.example").as_str()], 3, "{tiny}");
    }
    assert!(sites[""] > 30, "without site: {}", sites[""]);
    assert_eq!(sites[""], urls.remove("").unwrap_or_default());
    let captures = urls.values().max();
    assert!(captures.is_some_and(|&n| n >= 15), "{captures:?}");
    for length in ["", "2026-01-05"].map(str::len) {
        let dates = list.iter().filter(|d| d.published.len() == length);
        assert!(dates.count() > 5, "no date of {length} letters");
    }

    let mut reruns: HashMap<(&str, &str), HashSet<&str>> = HashMap::new();
    let mut parts: HashMap<&str, usize> = HashMap::new();
    for row in &rows {
        let document = by_id[row.id.as_str()];
        match row.kind {
            Kind::Rerun => {
                let key = (row.story.as_str(), document.site.as_str());
                reruns.entry(key).or_default().insert(&document.url);
            }
            Kind::Digest => *parts.entry(&row.id).or_default() += 1,
            Kind::Quote => assert!(row.source.is_none() && row.words >= 30, "{row:?}"),
            _ => {}
        }
    }
    let most = reruns.values().map(HashSet::len).max();
    assert!(most.is_some_and(|n| (15..=25).contains(&n)), "{most:?}");
    assert!(parts.values().all(|&n| n <= 30));
    assert!(parts.values().filter(|&&n| n >= 20).count() > 40);
    assert!(pairs.iter().all(|pair| pair.kind != Kind::Quote));

    let chrome = |site: &str| -> Vec<usize> {
        let rows = rows.iter().filter(|row| row.kind == Kind::Own);
        rows.filter(|row| by_id[row.id.as_str()].site == format!("{site}.example"))
            .map(|row| row.chrome_words)
            .collect()
    };
    assert!(chrome("longbeacon").iter().all(|&n| n >= 190));
    assert!(chrome("shortline").iter().all(|&n| (9..40).contains(&n)));
}
