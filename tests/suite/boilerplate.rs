//! What is taken out of the pages of a site as boilerplate, and what must not be.

use crate::common::{
    Memory, Page, defaults, doc, edited, named, oracle_with_excerpts, related_rows, scan, story,
};
use proptest::prelude::*;
use wirecopy::boilerplate::{
    FEWEST_STORIES, FEWEST_WORDS_LEFT, LONGEST_REGION, MANY_PAGES, WIDEST_GAP,
};
use wirecopy::cluster::{Relation, Selection};
use wirecopy::pipeline::{ScanResult, Settings, Surfacing};
use wirecopy::sketch::winnowing::EDGE;
use wirecopy::text::shingle::Shingle;

const SITE: &str = "one.example";
const OTHER: &str = "two.example";

/// Whole copies by proof.
fn settings() -> Settings {
    Settings {
        surfacing: Surfacing::Prefixes,
        ..defaults()
    }
}

fn stripped(pages: &[Page]) -> ScanResult {
    scan(&Memory::new(pages.to_vec()), &settings())
}

/// Words taken out of each page, in order.
fn removed(pages: &[Page]) -> Vec<u32> {
    let found = stripped(pages);
    let of = |page: &Page| found.catalog.removed(doc(&found, &page.id));
    pages.iter().map(of).collect()
}

/// So many pages of a site, made by number.
fn pages(site: &str, count: usize, text: impl Fn(u64) -> String) -> Vec<Page> {
    let page = |at: usize| {
        Page::new(site, &format!("{site}-{at:03}"), &text(at as u64)).at(at as i64 * 3_600)
    };
    (0..count).map(page).collect()
}

/// A text of its own for every page.
fn own(at: u64) -> String {
    story(10_000 + at, 120)
}

fn prompt() -> String {
    story(1, 40)
}

#[test]
fn what_stands_on_enough_pages_with_stories_of_their_own() {
    type LayOut = fn(&str, &str) -> String;
    let cases: [(&str, LayOut); 4] = [
        ("first line", |chrome, own| format!("{chrome}\n{own}")),
        ("last line", |chrome, own| format!("{own}\n\n{chrome}\n")),
        ("between paragraphs", |chrome, own| {
            format!("{own}\n{chrome}\n{own} end")
        }),
        ("windows line ends", |chrome, own| {
            format!("{chrome}\r\n\r\n{own}\r\n")
        }),
    ];
    for (name, lay_out) in cases {
        for (count, taken) in [
            (FEWEST_STORIES - 1, 0),
            (FEWEST_STORIES, 40),
            (FEWEST_STORIES + 1, 40),
            (MANY_PAGES + 1, 40),
        ] {
            let pages = pages(SITE, count, |at| lay_out(&prompt(), &own(at)));
            assert_eq!(
                removed(&pages),
                vec![taken; count],
                "{name} of {count} pages"
            );
            let found = stripped(&pages);
            assert!(named(&found).is_empty(), "{name} of {count} pages");
            assert_eq!(
                found.removed.documents,
                if taken == 0 { 0 } else { count as u64 }
            );
            assert_eq!(found.removed.words, u64::from(taken) * count as u64);
        }
    }
}

#[test]
fn two_kinds_of_chrome_on_one_page() {
    let pages = pages(SITE, 6, |at| {
        format!("{}\n{}\n{}", story(1, 30), own(at), story(2, 50))
    });
    assert_eq!(removed(&pages), [80; 6]);
}

#[test]
fn pages_elsewhere_keep_what_a_site_repeats() {
    let text = |at: u64| format!("{}\n{}", prompt(), own(at));
    let both = [pages(SITE, 8, text), pages(OTHER, 4, |at| text(100 + at))].concat();
    let expected = [vec![40; 8], vec![0; 4]].concat();
    assert_eq!(removed(&both), expected, "another site");

    let nowhere = Page::nowhere("nowhere", &text(200));
    let both = [pages(SITE, 8, text), vec![nowhere]].concat();
    assert_eq!(removed(&both), [vec![40; 8], vec![0]].concat(), "no site");

    let both = [pages(SITE, 8, text), pages(OTHER, 8, |at| text(100 + at))].concat();
    assert_eq!(
        removed(&both),
        [40; 16],
        "another site that repeats it as much"
    );
}

#[test]
fn sites_that_cannot_be_learned_from() {
    let text = |at: u64| format!("{}\n{}", prompt(), own(at));
    assert_eq!(removed(&pages(SITE, 3, text)), [0; 3], "three pages");
    let nowhere: Vec<Page> = (0..30)
        .map(|at| Page::nowhere(&format!("p{at}"), &text(at)))
        .collect();
    assert_eq!(removed(&nowhere), [0; 30], "no sites");
    let without_url: Vec<Page> = pages(SITE, 6, text)
        .into_iter()
        .map(|page| Page { url: None, ..page })
        .collect();
    assert_eq!(removed(&without_url), [40; 6], "no urls, but a site");
    assert_eq!(removed(&[]), [0; 0], "no pages");
    let empty = pages(SITE, 30, |_| String::new());
    assert_eq!(removed(&empty), [0; 30], "empty pages");
}

#[test]
fn one_url_captured_many_times_keeps_its_text() {
    let one_url = |pages: Vec<Page>| -> Vec<Page> {
        let url = Some("https://one.example/story".to_owned());
        pages
            .into_iter()
            .map(|page| Page {
                url: url.clone(),
                ..page
            })
            .collect()
    };
    for (name, words) in [("a brief", 60), ("a story", 150), ("a long story", 400)] {
        let same = one_url(pages(SITE, 30, |_| story(1, words)));
        assert_eq!(removed(&same), [0; 30], "{name}, the same");
        let changed = one_url(pages(SITE, 30, |at| edited(&story(1, words), 40, at)));
        assert_eq!(removed(&changed), [0; 30], "{name}, a little changed");
        let grows = one_url(pages(SITE, 30, |at| {
            format!("{} {}", story(1, words), story(2, 5 * at as usize))
        }));
        assert_eq!(removed(&grows), [0; 30], "{name} that grows");
    }
    let by_canonical: Vec<Page> = pages(SITE, 30, |at| edited(&story(1, 150), 40, at))
        .into_iter()
        .map(|page| Page {
            canonical: Some("https://www.one.example/story/".to_owned()),
            ..page
        })
        .collect();
    assert_eq!(removed(&by_canonical), [0; 30], "one canonical url");
}

/// One story under several urls of a site, and pages of the site that have nothing to do with it.
fn reruns(urls: usize, text: impl Fn(u64) -> String) -> Vec<Page> {
    let mut all = pages(SITE, urls, text);
    all.extend((0..10).map(|at| Page::new(SITE, &format!("own{at}"), &own(at))));
    all
}

/// Numbers of urls that a site runs one story under, none of them very many.
const URLS: [usize; 5] = [3, 5, 8, 12, 19];

/// One story under each of [`URLS`], at each of these lengths in words; `text` makes a page's from the length and the page's number.
fn reruns_of(lengths: [usize; 3], text: impl Fn(usize, u64) -> String) -> Vec<(String, Vec<Page>)> {
    let cases = URLS
        .iter()
        .flat_map(|&urls| lengths.map(|words| (urls, words)));
    cases
        .map(|(urls, words)| {
            (
                format!("{words} words under {urls} urls"),
                reruns(urls, |at| text(words, at)),
            )
        })
        .collect()
}

/// Panics unless no page of any case lost words.
fn assert_kept(cases: Vec<(String, Vec<Page>)>) {
    let shortened = |(name, pages): (String, Vec<Page>)| {
        let taken = removed(&pages);
        let (touched, words) = (
            taken.iter().filter(|&&words| words > 0).count(),
            taken.iter().sum::<u32>(),
        );
        (touched > 0).then(|| format!("{name}: {touched} pages lost {words} words"))
    };
    let shortened: Vec<String> = cases.into_iter().filter_map(shortened).collect();
    assert!(shortened.is_empty(), "{}", shortened.join("\n"));
}

#[test]
fn a_story_under_several_urls_of_a_site_stays() {
    assert_kept(reruns_of([60, 150, 400], |words, _| story(1, words)));
}

#[test]
fn a_story_of_several_paragraphs_under_several_urls_stays() {
    let text = (0..6)
        .map(|at| story(500 + at, 60))
        .collect::<Vec<_>>()
        .join("\n\n");
    assert_kept(
        URLS.map(|urls| (format!("{urls} urls"), reruns(urls, |_| text.clone())))
            .into(),
    );
}

#[test]
fn a_story_under_several_urls_with_a_word_in_forty_changed_stays() {
    assert_kept(reruns_of([80, 150, 400], |words, at| {
        edited(&story(1, words), 40, at)
    }));
}

#[test]
fn a_story_under_very_many_urls_of_a_site_alone_is_boilerplate() {
    let found = stripped(&reruns(25, |_| story(1, 150)));
    assert_eq!(found.counts.documents.boilerplate_only, 25);
    assert_eq!(found.catalog.removed(doc(&found, "one.example-000")), 150);
    assert!(found.pairs.is_empty());
}

#[test]
fn a_story_under_very_many_urls_of_a_site_that_another_has_too_stays() {
    let text = |_| story(1, 150);
    let mut shared = reruns(25, text);
    shared.push(Page::new(OTHER, "elsewhere", &text(99)));
    assert_kept(vec![("the same".to_owned(), shared)]);
}

#[test]
fn a_story_under_very_many_urls_with_a_word_in_forty_changed_that_another_site_has_too_stays() {
    let cases = [80, 150, 400].map(|words| {
        let text = |at: u64| edited(&story(1, words), 40, at);
        let mut shared = reruns(25, text);
        shared.push(Page::new(OTHER, "elsewhere", &text(99)));
        (format!("{words} words"), shared)
    });
    assert_kept(cases.into());
}

#[test]
fn pages_that_are_nothing_but_chrome() {
    let sign_in = pages(SITE, 36, |_| prompt());
    let found = stripped(&sign_in);
    assert_eq!(
        (found.counts.documents.boilerplate_only, found.pairs.len()),
        (36, 0)
    );

    // As many pages as a story may have: which it is, nobody can tell.
    let few = pages(SITE, MANY_PAGES - 1, |_| prompt());
    let found = stripped(&few);
    assert_eq!(found.counts.documents.boilerplate_only, 0);
    assert_eq!(found.pairs.len(), 19 * 18 / 2);

    // On some pages there is a story below it, which tells that it is chrome.
    let mut mixed = pages(SITE, 3, |_| prompt());
    mixed.extend((0..FEWEST_STORIES as u64).map(|at| {
        Page::new(
            SITE,
            &format!("story{at}"),
            &format!("{}\n{}", prompt(), own(at)),
        )
    }));
    let found = stripped(&mixed);
    assert_eq!(
        (found.counts.documents.boilerplate_only, found.pairs.len()),
        (3, 0)
    );
}

#[test]
fn next_to_nothing_left_is_boilerplate_only() {
    for (left, only) in [
        (0, true),
        (FEWEST_WORDS_LEFT - 1, true),
        (FEWEST_WORDS_LEFT, false),
    ] {
        let mut all = pages(SITE, 8, |at| format!("{}\n{}", prompt(), own(at)));
        let text = format!("{}\n{}", prompt(), story(3, left));
        all.push(Page::new(SITE, "left", &text));
        // The same words elsewhere would be a pair.
        all.push(Page::new(OTHER, "elsewhere", &story(3, left)));
        let found = stripped(&all);
        let name = format!("{left} words left");
        assert_eq!(
            found.counts.documents.boilerplate_only,
            u64::from(only),
            "{name}"
        );
        assert_eq!(
            found.catalog.words(doc(&found, "left")),
            left as u32,
            "{name}"
        );
        assert_eq!(found.pairs.len(), usize::from(!only), "{name}");
        assert_eq!(found.clusters.len(), usize::from(!only), "{name}");
        assert_eq!(
            found.counts.documents.empty,
            u64::from(left == 0),
            "{name}: elsewhere"
        );
    }
    // A short page that lost nothing takes part.
    let brief = [
        Page::new(SITE, "a", "a brief of five words"),
        Page::new(OTHER, "b", "a brief of five words"),
    ];
    assert_eq!(stripped(&brief).pairs.len(), 1);
}

#[test]
fn a_long_region_is_removed_only_if_it_is_unbroken() {
    for (words, broken, taken) in [
        (LONGEST_REGION, false, true),
        // Without a break and nobody else has it: an embedded gallery.
        (LONGEST_REGION + 1, false, true),
        (LONGEST_REGION, true, true),
        // Copied text, it seems; words at the ends of a region are not seen to be repeated.
        (LONGEST_REGION + 1 + 2 * EDGE, true, false),
        (LONGEST_REGION + 40, true, false),
    ] {
        let pages = pages(SITE, 6, |at| {
            let mut chrome: Vec<String> = story(1, words).split(' ').map(str::to_owned).collect();
            if broken {
                for place in [50, 100, 150] {
                    chrome[place] = format!("date{at}");
                }
            }
            format!("{}\n{}", chrome.join(" "), own(at))
        });
        let expected = if taken { words as u32 } else { 0 };
        assert_eq!(
            removed(&pages),
            [expected; 6],
            "{words} words, broken: {broken}"
        );
    }
}

#[test]
fn an_embedded_gallery_on_several_stories() {
    let with_gallery = |at: u64| format!("{}\n{}\n{}", own(at), story(1, 300), own(100 + at));
    let gallery = pages(SITE, 6, with_gallery);
    assert_eq!(removed(&gallery), [300; 6], "of the site alone");
    let mut shared = gallery.clone();
    shared.push(Page::new(OTHER, "elsewhere", &with_gallery(50)));
    assert_eq!(removed(&shared), [0; 7], "another site has it");
    let everywhere = pages(SITE, MANY_PAGES, with_gallery);
    assert_eq!(
        removed(&everywhere),
        [300; MANY_PAGES],
        "on very many pages"
    );
}

#[test]
fn gaps_inside_chrome() {
    // Repeated words are seen to a few words of their ends, so a gap may look that much longer than it is.
    let unseen = 2 * EDGE;
    for (gap, joined) in [
        (1, true),
        (5, true),
        (WIDEST_GAP - unseen, true),
        (WIDEST_GAP + 1, false),
        (WIDEST_GAP + 9, false),
    ] {
        let pages = pages(SITE, 7, |at| {
            format!(
                "{} {} {}\n{}",
                story(1, 30),
                story(300 + at, gap),
                story(2, 30),
                own(at)
            )
        });
        for (page, words) in pages.iter().zip(removed(&pages)) {
            let whole = 60 + gap as u32;
            let name = format!("a gap of {gap} words in {}", page.id);
            if joined {
                assert_eq!(words, whole, "{name}");
            } else {
                assert!(
                    words <= 60 && words >= 60 - unseen as u32,
                    "{name}: {words}"
                );
            }
        }
    }
}

#[test]
fn navigation_in_another_order_on_every_page() {
    let entries: Vec<String> = (0..8).map(|at| story(700 + at, 14)).collect();
    let pages = pages(SITE, 9, |at| {
        let mut entries = entries.clone();
        entries.rotate_left(at as usize % 8);
        entries.swap(0, at as usize % 3);
        format!("{}\n{}", entries.join("\n"), own(at))
    });
    assert_eq!(removed(&pages), [8 * 14; 9]);
}

#[test]
fn scores_are_those_of_what_is_left() {
    // Copies, revisions and excerpts on three sites, under and over chrome of two of them.
    let bodies: Vec<String> = (0..24)
        .map(|at| {
            let source = story(at / 3, 150);
            match at % 3 {
                0 => source,
                1 => edited(&source, 12 + at as usize, at),
                _ => {
                    let part: Vec<&str> = source.split(' ').skip(30).take(60).collect();
                    format!("{} {}", part.join(" "), story(900 + at, 70))
                }
            }
        })
        .collect();
    let page = |at: usize, text: &str| {
        let site = [SITE, OTHER, "three.example"][at / 3 % 3 * (at % 2) % 3];
        Page::new(site, &format!("p{at:02}"), text).at((at as i64 * 7) % 24)
    };
    let cut: Vec<Page> = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| page(at, body))
        .collect();
    let whole: Vec<Page> = cut
        .iter()
        .map(|page| {
            let text = match page.site.as_deref() {
                Some(SITE) => format!("{}\n{}\n{}", story(80, 25), page.text, story(81, 35)),
                Some(OTHER) => format!("{}\n{}", page.text, story(82, 45)),
                _ => page.text.clone(),
            };
            Page {
                text,
                ..page.clone()
            }
        })
        .collect();
    // What the second site repeats is learned from more of its pages.
    let mut whole = whole;
    let mut cut = cut;
    for at in 0..6 {
        let page = Page::new(OTHER, &format!("more{at}"), &own(at));
        let text = format!("{}\n{}", page.text, story(82, 45));
        whole.push(Page {
            text,
            ..page.clone()
        });
        cut.push(page);
    }
    let settings = settings();
    let found = scan(&Memory::new(whole.clone()), &settings);
    let expected = oracle_with_excerpts(&cut, &settings);
    assert!(
        expected
            .iter()
            .any(|(relation, _)| *relation == Relation::Near)
    );
    assert!(
        expected
            .iter()
            .any(|(relation, _)| *relation == Relation::Excerpt)
    );
    assert_eq!(related_rows(&found), expected);

    let kept = Settings {
        boilerplate: false,
        ..settings
    };
    let keep = scan(&Memory::new(whole.clone()), &kept);
    assert_eq!(
        related_rows(&keep),
        oracle_with_excerpts(&whole, &kept),
        "boilerplate kept"
    );
    assert_eq!(
        (
            keep.removed.documents,
            keep.counts.documents.boilerplate_only
        ),
        (0, 0)
    );
    // Without a site nothing is learned, which is as if all were kept.
    let nowhere: Vec<Page> = whole
        .into_iter()
        .map(|page| Page { site: None, ..page })
        .collect();
    let every_site = Settings {
        selection: Selection {
            same_site_containment: 0.0,
            ..Selection::default()
        },
        ..kept
    };
    let without = scan(
        &Memory::new(nowhere.clone()),
        &Settings {
            boilerplate: true,
            ..every_site.clone()
        },
    );
    assert_eq!(
        related_rows(&without),
        related_rows(&scan(&Memory::new(nowhere), &every_site)),
        "no site"
    );
}

/// Sites with chrome in whole lines, above, below and between the paragraphs of their own stories and of copies of other sites' stories.
fn newsrooms() -> impl Strategy<Value = Vec<(Page, String)>> {
    let chrome = prop::collection::vec((0usize..3, 13usize..60), 1..4);
    let kind = (0usize..4, any::<prop::sample::Index>(), 0i64..50);
    (
        prop::collection::vec(chrome, 1..4),
        prop::collection::vec(kind, 24..40),
    )
        .prop_map(|(sites, kinds)| {
            let mut bodies: Vec<[String; 2]> = Vec::new();
            let mut pages = Vec::new();
            for (at, (kind, of, published)) in kinds.into_iter().enumerate() {
                let own = 1_000 + 2 * at as u64;
                let mut body = [story(own, 40), story(own + 1, 50)];
                // Sites take turns in telling stories of their own; the last few pages of all are copies.
                if at >= 24 && kind > 0 {
                    let source = &bodies[of.index(24)];
                    body = match kind {
                        1 => source.clone(),
                        2 => [source[0].clone(), edited(&source[1], 25, at as u64)],
                        _ => [source[0].clone(), body[1].clone()],
                    };
                }
                bodies.push(body.clone());
                let number = at % sites.len();
                let mut lines = body.to_vec();
                for (line, &(place, words)) in sites[number].iter().enumerate() {
                    let chrome = story(100 + 10 * number as u64 + line as u64, words);
                    lines.insert([0, lines.len() / 2, lines.len()][place], chrome);
                }
                let site = format!("s{number}.example");
                let page = Page::new(&site, &format!("p{at:02}"), &lines.join("\n")).at(published);
                pages.push((page, body.join("\n")));
            }
            pages
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn chrome_in_whole_lines_is_as_if_it_were_not_there(pages in newsrooms(), of_characters: bool) {
        let (whole, cut): (Vec<Page>, Vec<Page>) = pages
            .into_iter()
            .map(|(page, text)| (page.clone(), Page { text, ..page }))
            .unzip();
        let shingle = if of_characters { Shingle::Chars(9) } else { Shingle::Words(5) };
        let settings = Settings { shingle, ..settings() };
        let expected = oracle_with_excerpts(&cut, &settings);
        prop_assert_eq!(related_rows(&scan(&Memory::new(whole), &settings)), expected);
    }
}

#[test]
fn what_was_removed_is_shown() {
    let mut all = pages(SITE, 9, |at| {
        let below = if at < 6 {
            format!("\n{}", story(2, 60))
        } else {
            String::new()
        };
        format!("{}\n{}{below}", prompt(), own(at))
    });
    all.extend(pages(OTHER, 5, |at| {
        format!("{}\n{}", own(100 + at), story(3, 13))
    }));
    let found = stripped(&all);
    assert_eq!(found.removed.documents, 14);
    assert_eq!(found.removed.words, 9 * 40 + 6 * 60 + 5 * 13);
    let sites: Vec<_> = found
        .removed
        .sites
        .iter()
        .map(|on_site| {
            let name = found.catalog.site_name(on_site.site);
            (name, on_site.documents, on_site.words)
        })
        .collect();
    assert_eq!(sites, [(SITE, 9, 9 * 40 + 6 * 60), (OTHER, 5, 65)]);
    let passages = |at: usize| -> Vec<(u64, u64, String)> {
        let shown = &found.removed.sites[at].passages;
        shown
            .iter()
            .map(|shown| (shown.documents, shown.words, shown.text.clone()))
            .collect()
    };
    // As they read in the first page, without the full stop behind the last word.
    let reads = |text: String, characters: usize| -> String {
        text.trim_end_matches('.')
            .chars()
            .take(characters)
            .collect()
    };
    assert_eq!(
        passages(0),
        [
            (9, 40, reads(prompt(), 300)),
            (6, 60, reads(story(2, 60), 300))
        ]
    );
    assert_eq!(passages(1), [(5, 13, reads(story(3, 13), 300))]);
}
