//! Hot buckets: the pairs of a round beside their definition, and what dense corpora give beside
//! the comparison of all pairs.

use crate::common::{Memory, Page, edited, scan, story, story_words, whole_copies};
use proptest::prelude::*;
use wirecopy::candidates::bands::{HotBucket, NEIGHBOURS, Round};
use wirecopy::catalog::{Catalog, DocNo, DocPair, NO_SITE};
use wirecopy::cluster::{Relation, ReportedPair, Selection};
use wirecopy::pipeline::{ScanResult, Settings, Surfacing};
use wirecopy::sketch::banding::{Banding, Bands, Rows};

const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];
const BANDS: usize = 35;

fn settings(surfacing: Surfacing, all_pairs: bool) -> Settings {
    let selection = Selection {
        all_pairs,
        ..Selection::default()
    };
    Settings {
        selection,
        ..whole_copies(0.5, surfacing)
    }
}

fn bands() -> Surfacing {
    Surfacing::Bands(Banding::new(Bands(BANDS), Rows(3)).expect("in range"))
}

fn page(number: usize, site: Option<usize>, text: String) -> Page {
    Page {
        id: format!("p{number:04}"),
        site: site.map(|site| SITES[site].to_owned()),
        text,
        ..Page::default()
    }
    .at(number as i64)
}

/// A catalog of pages on these sites, in this order.
fn catalog(sites: impl Iterator<Item = Option<usize>>) -> Catalog {
    let pages = sites
        .enumerate()
        .map(|(number, site)| page(number, site, format!("page {number}")));
    scan(&Memory::new(pages.collect()), &settings(bands(), false)).catalog
}

/// The pairs of a round, by the definition of [`Round`].
fn defined(
    documents: &[DocNo],
    catalog: &Catalog,
    round: Round,
    family: &dyn Fn(DocNo) -> usize,
    wanted: &dyn Fn(DocPair) -> bool,
) -> Vec<DocPair> {
    let first = documents[0];
    let is_elsewhere = |doc: &DocNo| {
        let sites = [catalog.site(first), catalog.site(*doc)];
        sites[1] != NO_SITE && sites[0] != sites[1]
    };
    let elsewhere = documents.iter().copied().find(is_elsewhere);
    let (mut pairs, mut sent): (Vec<DocPair>, Vec<[usize; 2]>) = (Vec::new(), Vec::new());
    for (at, &doc) in documents.iter().enumerate() {
        let others: Vec<DocNo> = match round {
            Round::Leaders => [Some(first), elsewhere].into_iter().flatten().collect(),
            Round::Neighbours => documents[at.saturating_sub(NEIGHBOURS)..at].to_vec(),
        };
        let others = others.into_iter().filter(|&other| other != doc);
        let mut others: Vec<DocPair> = others
            .map(|other| DocPair::of(other, doc))
            .filter(|&pair| wanted(pair))
            .collect();
        if round == Round::Leaders {
            others.truncate(1);
        }
        for pair in others {
            let families = [family(pair.a), family(pair.b)];
            let is_sent = round == Round::Leaders && sent.contains(&families);
            if families[0] != families[1] && !is_sent {
                sent.push(families);
                pairs.push(pair);
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

proptest! {
    #[test]
    fn pairs_of_a_round_follow_from_the_bucket_alone(
        sites in prop::collection::vec(prop::option::weighted(0.8, 0usize..3), 40),
        members in prop::sample::subsequence((0..40).collect::<Vec<u32>>(), 2..40),
        families in prop::collection::vec(0usize..40, 40),
        chance in 0u32..4,
    ) {
        let whole = catalog(sites.iter().copied());
        let documents: Vec<DocNo> = members.iter().copied().map(DocNo).collect();
        // A selection rules out some of the pairs, or none.
        let wanted = |pair: DocPair| (pair.a.0 * 7 + pair.b.0 * 13) % 4 >= chance;
        let family = |doc: DocNo| families[doc.0 as usize];
        // The same bucket in a catalog of nothing but its documents.
        let alone = catalog(members.iter().map(|&member| sites[member as usize]));
        let there = |doc: DocNo| documents[doc.0 as usize];
        let there_pair = |pair: DocPair| DocPair { a: there(pair.a), b: there(pair.b) };
        let renumbered = HotBucket { documents: (0..members.len() as u32).map(DocNo).collect() };
        for round in [Round::Leaders, Round::Neighbours] {
            let expected = defined(&documents, &whole, round, &family, &wanted);
            let bucket = HotBucket { documents: documents.clone() };
            let mut pairs = bucket.pairs(&whole, round, &family, &wanted);
            pairs.sort_unstable();
            pairs.dedup();
            prop_assert_eq!(&pairs, &expected, "{:?}", round);
            let family = |doc| family(there(doc));
            let wanted = |pair| wanted(there_pair(pair));
            let pairs = renumbered.pairs(&alone, round, &family, &wanted);
            let mut pairs: Vec<DocPair> = pairs.into_iter().map(there_pair).collect();
            pairs.sort_unstable();
            pairs.dedup();
            prop_assert_eq!(pairs, expected, "{:?} in a catalog of its own", round);
        }
    }
}

/// Pages of one template with a few words of their own.
fn template(pages: usize) -> Vec<Page> {
    let skeleton = story(1, 150);
    let text = |number: usize| edited(&skeleton, 40, number as u64);
    (0..pages)
        .map(|number| page(number, Some(number % 3), text(number)))
        .collect()
}

/// Stories in one template that is half of each page; each has `copies` edited copies, spread over
/// the time of all.
fn stories_in_a_template(stories: usize, copies: usize) -> Vec<Page> {
    let (top, bottom) = (story(1, 50), story(2, 50));
    let text = |number: usize| {
        let own = story(3 + (number % stories) as u64, 100);
        let own = edited(&own, 40, number as u64);
        format!("{top} {own} {bottom}")
    };
    (0..stories * copies)
        .map(|number| page(number, Some(number / stories % 3), text(number)))
        .collect()
}

/// Captures of a live page with a fixed frame. Each replaces some words of the one before, so the
/// first and the last have the frame in common and nothing else.
fn live_page(captures: usize) -> Vec<Page> {
    let frame = story(1, 100);
    let mut words = story_words(2, 150);
    let mut capture = |number: usize| {
        let from = number * 7 % 150;
        let new = story_words(3 + number as u64, 7).into_iter();
        words[from..150.min(from + 7)]
            .iter_mut()
            .zip(new)
            .for_each(|(word, new)| *word = new);
        page(number, Some(0), format!("{frame} {}", words.join(" ")))
    };
    (0..captures).map(&mut capture).collect()
}

/// Families of documents that near pairs connect: the first member of that of each document.
fn families(found: &ScanResult) -> Vec<usize> {
    let near = |pair: &&ReportedPair| pair.relation == Relation::Near;
    let near: Vec<[usize; 2]> = found
        .pairs
        .iter()
        .filter(near)
        .map(|pair| [pair.a.0 as usize, pair.b.0 as usize])
        .collect();
    let mut families: Vec<usize> = (0..found.catalog.len()).collect();
    loop {
        let before = families.clone();
        for &[a, b] in &near {
            let first = families[a].min(families[b]);
            (families[a], families[b]) = (first, first);
        }
        if families == before {
            return families;
        }
    }
}

#[test]
fn two_rounds_connect_what_comparing_all_pairs_connects() {
    for (name, pages, stories) in [
        ("a template", template(900), 1),
        ("stories in a template", stories_in_a_template(30, 30), 30),
        ("a live page", live_page(900), 1),
    ] {
        let corpus = Memory::new(pages);
        for surfacing in [bands(), Surfacing::Prefixes] {
            let of = format!("{name}, {surfacing:?}");
            let found = scan(&corpus, &settings(surfacing, false));
            let every = scan(&corpus, &settings(surfacing, true));
            if surfacing == bands() {
                assert!(found.counts.bounded.buckets.number > 0, "{of}");
            }
            let mut distinct = families(&every);
            assert_eq!(families(&found), distinct, "{of}");
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), stories, "{of}");
        }
    }
}

#[test]
fn a_document_is_compared_with_a_few_leaders() {
    for pages in [1_000, 4_000] {
        let found = scan(&Memory::new(template(pages)), &settings(bands(), false));
        assert_eq!(found.clusters.len(), 1);
        let compared = found.counts.candidates.compared as usize;
        assert!(compared < 8 * pages, "{compared} for {pages} pages");
    }
}

proptest! {
    #[test]
    fn pieces_have_all_documents_in_order_after_the_first_one(
        documents in 1_u32..60,
        size in 1_usize..70,
    ) {
        let documents: Vec<DocNo> = (0..documents).map(|number| DocNo(3 * number)).collect();
        let bucket = HotBucket { documents: documents.clone() };
        let pieces = bucket.pieces(size);
        let first = documents[0];
        let mut others = Vec::new();
        for piece in &pieces {
            prop_assert_eq!(piece.documents[0], first);
            prop_assert!(piece.documents.len() <= size + 1);
            others.extend_from_slice(&piece.documents[1..]);
        }
        prop_assert_eq!(&others[..], &documents[1..]);
        prop_assert_eq!(pieces.len() == 1, documents.len() <= size + 1);
    }
}
