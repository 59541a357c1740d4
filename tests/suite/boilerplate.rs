//! Text that is removed from the pages of a site as boilerplate, and text that must be kept.

use crate::common::{
    Memory, Page, defaults, doc, edited, named, oracle_with_excerpts, related_rows, scan, story,
};
use proptest::prelude::*;
use wirecopy::boilerplate::{
    FEWEST_STORIES, FEWEST_WORDS_LEFT, LONGEST_REGION, MANY_STORIES, WIDEST_GAP,
};
use wirecopy::cluster::{Relation, Selection};
use wirecopy::pipeline::{ScanResult, Settings, Surfacing};
use wirecopy::sketch::winnowing::EDGE;
use wirecopy::text::shingle::Shingle;

const SITE: &str = "one.example";
const OTHER: &str = "two.example";

/// Numbers of urls under which a site publishes one story, none of them very many.
const URLS: [usize; 5] = [3, 5, 8, 12, 19];

/// The default settings with prefixes, so that no whole copy is missed.
fn settings() -> Settings {
    Settings {
        surfacing: Surfacing::Prefixes,
        ..defaults()
    }
}

fn stripped(pages: &[Page]) -> ScanResult {
    scan(&Memory::new(pages.to_vec()), &settings())
}

/// Number of words removed from each page, in order.
fn removed(pages: &[Page]) -> Vec<u32> {
    let found = stripped(pages);
    let of = |page: &Page| found.catalog.removed(doc(&found, &page.id));
    pages.iter().map(of).collect()
}

/// `count` pages of a site, with texts made from their numbers.
fn pages(site: &str, count: usize, text: impl Fn(u64) -> String) -> Vec<Page> {
    let page = |at: usize| {
        Page::new(site, &format!("{site}-{at:03}"), &text(at as u64)).at(at as i64 * 3_600)
    };
    (0..count).map(page).collect()
}

/// A text that no other page has.
fn own(at: u64) -> String {
    story(10_000 + at, 120)
}

fn prompt() -> String {
    story(1, 40)
}

/// One story under several urls of a site, and pages of the site that have nothing to do with it.
fn reruns(urls: usize, text: impl Fn(u64) -> String) -> Vec<Page> {
    let mut all = pages(SITE, urls, text);
    all.extend((0..10).map(|at| Page::new(SITE, &format!("own{at}"), &own(at))));
    all
}

/// One story under each number of [`URLS`], at each of these lengths in words. `text` makes the
/// text of a page from the length and the number of the page.
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

/// The same pages, published at one moment.
fn at_once(pages: Vec<Page>) -> Vec<Page> {
    pages.into_iter().map(|page| page.at(0)).collect()
}

/// Asserts that no page of any case lost words.
fn assert_kept(cases: Vec<(String, Vec<Page>)>) {
    let losses = |(name, pages): (String, Vec<Page>)| {
        let taken = removed(&pages);
        let (touched, words) = (
            taken.iter().filter(|&&words| words > 0).count(),
            taken.iter().sum::<u32>(),
        );
        (touched > 0).then(|| format!("{name}: {touched} pages lost {words} words"))
    };
    let losses: Vec<String> = cases.into_iter().filter_map(losses).collect();
    assert!(losses.is_empty(), "{}", losses.join("\n"));
}

/// Sites with boilerplate in whole lines above, below and between the paragraphs of their own
/// stories and of copies of other sites' stories.
fn newsrooms() -> impl Strategy<Value = Vec<(Page, String)>> {
    let boilerplate = prop::collection::vec((0usize..3, 13usize..60), 1..4);
    let kind = (0usize..4, any::<prop::sample::Index>(), 0i64..50);
    (
        prop::collection::vec(boilerplate, 1..4),
        prop::collection::vec(kind, 24..40),
    )
        .prop_map(|(sites, kinds)| {
            let mut bodies: Vec<[String; 2]> = Vec::new();
            let mut pages = Vec::new();
            for (at, (kind, of, published)) in kinds.into_iter().enumerate() {
                let own = 1_000 + 2 * at as u64;
                let mut body = [story(own, 40), story(own + 1, 50)];
                // The sites take turns to publish their own stories; the last pages are copies.
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
                    let boilerplate = story(100 + 10 * number as u64 + line as u64, words);
                    lines.insert([0, lines.len() / 2, lines.len()][place], boilerplate);
                }
                let site = format!("s{number}.example");
                let page = Page::new(&site, &format!("p{at:02}"), &lines.join("\n")).at(published);
                pages.push((page, body.join("\n")));
            }
            pages
        })
}

#[test]
fn text_on_enough_pages_with_different_stories_is_removed() {
    type LayOut = fn(&str, &str) -> String;
    let cases: [(&str, LayOut); 4] = [
        ("first line", |boilerplate, own| {
            format!("{boilerplate}\n{own}")
        }),
        ("last line", |boilerplate, own| {
            format!("{own}\n\n{boilerplate}\n")
        }),
        ("between paragraphs", |boilerplate, own| {
            format!("{own}\n{boilerplate}\n{own} end")
        }),
        ("windows line ends", |boilerplate, own| {
            format!("{boilerplate}\r\n\r\n{own}\r\n")
        }),
    ];
    for (name, lay_out) in cases {
        for (count, taken) in [
            (FEWEST_STORIES - 1, 0),
            (FEWEST_STORIES, 40),
            (FEWEST_STORIES + 1, 40),
            (MANY_STORIES + 1, 40),
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
fn two_kinds_of_boilerplate_on_one_page_are_removed() {
    let pages = pages(SITE, 6, |at| {
        format!("{}\n{}\n{}", story(1, 30), own(at), story(2, 50))
    });
    assert_eq!(removed(&pages), [80; 6]);
}

#[test]
fn other_sites_keep_the_text_that_one_site_repeats() {
    let text = |at: u64| format!("{}\n{}", prompt(), own(at));
    let both = [pages(SITE, 8, text), pages(OTHER, 2, |at| text(100 + at))].concat();
    let expected = [vec![40; 8], vec![0; 2]].concat();
    assert_eq!(removed(&both), expected, "another site");

    let nowhere = Page::without_site("nowhere", &text(200));
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
fn boilerplate_is_learned_only_from_sites_with_enough_pages() {
    let text = |at: u64| format!("{}\n{}", prompt(), own(at));
    assert_eq!(removed(&pages(SITE, 3, text)), [0; 3], "three pages");
    let nowhere: Vec<Page> = (0..30)
        .map(|at| Page::without_site(&format!("p{at}"), &text(at)))
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

#[test]
fn a_story_under_several_urls_of_a_site_is_kept() {
    assert_kept(reruns_of([60, 150, 400], |words, _| story(1, words)));
}

#[test]
fn a_story_of_several_paragraphs_under_several_urls_is_kept() {
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
fn an_edited_story_under_several_urls_is_kept() {
    assert_kept(reruns_of([80, 150, 400], |words, at| {
        edited(&story(1, words), 40, at)
    }));
}

#[test]
fn a_story_under_very_many_urls_is_kept() {
    let same = [25, 200].into_iter().flat_map(|urls| {
        [60, 150, 400].map(|words| {
            let pages = reruns(urls, |_| story(1, words));
            (format!("{words} words under {urls} urls"), at_once(pages))
        })
    });
    assert_kept(same.collect());
    let edited = [25, 200].map(|urls| {
        let pages = reruns(urls, |at| edited(&story(1, 400), 40, at));
        (format!("edited, under {urls} urls"), at_once(pages))
    });
    assert_kept(edited.into());
}

#[test]
fn a_part_of_a_story_under_very_many_urls_is_found_elsewhere() {
    let mut pages = at_once(reruns(60, |_| story(1, 240)));
    let part: Vec<String> = story(1, 240)
        .split(' ')
        .skip(50)
        .take(60)
        .map(str::to_owned)
        .collect();
    let text = format!(
        "{} {} {}",
        story(50_000, 30),
        part.join(" "),
        story(50_001, 30)
    );
    pages.push(Page::new(OTHER, "lifted", &text));
    let found = stripped(&pages);
    let lifted = doc(&found, "lifted");
    assert!(
        found
            .pairs
            .iter()
            .any(|pair| pair.a == lifted || pair.b == lifted)
    );
}

#[test]
fn forms_of_one_page_are_one_page() {
    let forms = |at: u64| match at % 5 {
        0 => format!("https://www.one.example/ferry?utm_campaign={at}"),
        1 => format!("https://m.one.example/ferry?fbclid=x{at}"),
        2 => format!("https://www.one.example/ferry/amp?ref=r{at}"),
        3 => format!("http://one.example/ferry?print=1&src=s{at}"),
        _ => format!("https://www.one.example/ferry#part{at}"),
    };
    for words in [30, 150, 400] {
        let mut all = pages(SITE, 60, |_| story(1, words));
        for (at, page) in (0..).zip(&mut all) {
            page.url = Some(forms(at));
        }
        assert_eq!(removed(&all), [0; 60], "{words} words");
    }
}

#[test]
fn a_notice_on_many_days_is_boilerplate() {
    let notices = |apart: i64| -> Vec<Page> {
        let pages = pages(SITE, 40, |_| story(1, 120)).into_iter();
        (0..)
            .zip(pages)
            .map(|(at, page)| page.at(at * apart))
            .collect()
    };
    assert_eq!(removed(&notices(86_400)), [120; 40], "one a day");
    assert_eq!(removed(&notices(60)), [0; 40], "one a minute");
}

/// Twelve pages of a site in which a text stands at varying places between paragraphs, and many
/// others.
fn background(text: &str) -> Vec<Page> {
    let mut all = pages(SITE, 12, |at| {
        let mut paragraphs: Vec<String> = (0..5)
            .map(|part| story(20_000 + 5 * at + part, 45))
            .collect();
        paragraphs.insert(1 + at as usize % 5, text.to_owned());
        paragraphs.join("\n\n")
    });
    all.extend((0..60).map(|at| Page::new(SITE, &format!("own{at}"), &own(at))));
    all
}

#[test]
fn background_that_stories_repeat_is_kept() {
    for words in [20, 60, 92, 180] {
        assert_eq!(
            removed(&background(&story(1, words))),
            [0; 72],
            "{words} words"
        );
    }
    // Two paragraphs that come together or alone.
    let both = background(&format!("{}\n\n{}", story(1, 60), story(2, 40)));
    let alone = background(&story(2, 40)).into_iter().take(12);
    let alone = alone.map(|page| Page {
        id: format!("alone-{}", page.id),
        ..page
    });
    let pages: Vec<Page> = both.into_iter().chain(alone).collect();
    assert_eq!(removed(&pages), [0; 84]);
}

#[test]
fn phrases_of_an_agency_are_kept_however_many_stories_have_them() {
    let phrase = story(1, 12);
    for ends in ["\n\n", " "] {
        let pages = pages(SITE, 600, |at| {
            let (before, after) = (story(30_000 + 2 * at, 40), story(30_001 + 2 * at, 30));
            let phrase = if at % 3 == 0 { phrase.as_str() } else { "" };
            format!("{before}{ends}{before} {phrase} {after}{ends}{after}")
        });
        let taken: u32 = removed(&pages).into_iter().sum();
        assert_eq!(taken, 0);
    }
}

#[test]
fn prompts_that_sister_sites_share_are_boilerplate() {
    let prompt = story(1, 90);
    let sites = ["north.example", "south.example", "east.example"];
    let of_site = |(number, site): (usize, &&str), count: usize| {
        let start = 1_000 * number as u64;
        pages(site, count, |at| {
            format!("{}\n\n{prompt}", story(40_000 + start + at, 45))
        })
    };
    let all = |count| -> Vec<Page> {
        let mut pages: Vec<Page> = sites
            .iter()
            .enumerate()
            .flat_map(|site| of_site(site, count))
            .collect();
        for page in &mut pages {
            page.title = Some(page.id.clone());
        }
        pages
    };
    let found = stripped(&all(4));
    assert!(found.pairs.is_empty());
    assert_eq!(removed(&all(4)), [90; 12]);
    assert_eq!(
        removed(&all(2)),
        [0; 6],
        "two pages of each site are too few"
    );
    // A story that the sites ran, each under several urls, is none.
    let story = |site: &&str| pages(site, 4, |_| story(1, 300));
    let pages: Vec<Page> = sites.iter().flat_map(story).collect();
    assert_eq!(removed(&pages), [0; 12]);
}

#[test]
fn a_notice_of_a_system_that_several_sites_use_is_boilerplate() {
    let sites = ["north.example", "south.example", "east.example"];
    let mut all: Vec<Page> = sites
        .iter()
        .flat_map(|site| pages(site, 4, |_| story(1, 60)))
        .collect();
    for page in &mut all {
        page.title = Some("Just a moment".to_owned());
    }
    let found = stripped(&all);
    assert_eq!(
        (found.counts.documents.boilerplate_only, found.pairs.len()),
        (12, 0)
    );
}

#[test]
fn placeholders_for_a_text_are_boilerplate() {
    for text in ["[Removed]", "nan", "N/A"] {
        let pages = [
            Page::new(SITE, "a", text),
            Page::new(SITE, "b", text),
            Page::new(OTHER, "c", text),
            Page::without_site("d", text),
        ];
        let found = stripped(&pages);
        let counts = &found.counts.documents;
        assert_eq!(
            (counts.boilerplate_only, found.pairs.len()),
            (4, 0),
            "{text}"
        );
    }
}

#[test]
fn boilerplate_without_line_breaks_is_removed() {
    let pages = pages(SITE, 12, |at| {
        format!("{} {} {}", prompt(), own(at), story(2, 30))
    });
    for (page, words) in pages.iter().zip(removed(&pages)) {
        // Up to five words stay at each end within the line.
        assert!(
            (70 - 2 * EDGE as u32..=70).contains(&words),
            "{}: {words}",
            page.id
        );
    }
}

#[test]
fn pages_of_boilerplate_alone_are_set_aside_if_there_are_enough() {
    let sign_in = pages(SITE, 36, |_| prompt());
    let found = stripped(&sign_in);
    assert_eq!(
        (found.counts.documents.boilerplate_only, found.pairs.len()),
        (36, 0)
    );

    // So few pages may be a story under several urls, so their text is kept.
    let few = pages(SITE, MANY_STORIES - 1, |_| prompt());
    let found = stripped(&few);
    assert_eq!(found.counts.documents.boilerplate_only, 0);
    assert_eq!(found.pairs.len(), 19 * 18 / 2);

    // Some pages have different stories below it, which proves that it is boilerplate.
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
fn pages_with_too_few_words_left_count_as_boilerplate_only() {
    for (left, only) in [
        (0, true),
        (FEWEST_WORDS_LEFT - 1, true),
        (FEWEST_WORDS_LEFT, false),
    ] {
        let mut all = pages(SITE, 8, |at| format!("{}\n{}", prompt(), own(at)));
        let text = format!("{}\n{}", prompt(), story(3, left));
        all.push(Page::new(SITE, "left", &text));
        // A page on another site with the words that are left.
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
    // A short page that lost nothing is compared.
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
        // Without a break and on this site only: an embedded gallery.
        (LONGEST_REGION + 1, false, true),
        (LONGEST_REGION, true, true),
        // Taken for copied text. Words at the ends of a region are not counted as repeated.
        (LONGEST_REGION + 1 + 2 * EDGE, true, false),
        (LONGEST_REGION + 40, true, false),
    ] {
        let pages = pages(SITE, 6, |at| {
            let mut boilerplate: Vec<String> =
                story(1, words).split(' ').map(str::to_owned).collect();
            if broken {
                for place in [50, 100, 150] {
                    boilerplate[place] = format!("date{at}");
                }
            }
            format!("{}\n{}", boilerplate.join(" "), own(at))
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
fn an_embedded_gallery_is_removed_unless_another_site_has_it() {
    let with_gallery = |at: u64| format!("{}\n{}\n{}", own(at), story(1, 300), own(100 + at));
    let gallery = pages(SITE, 6, with_gallery);
    assert_eq!(removed(&gallery), [300; 6], "of the site alone");
    let mut shared = gallery.clone();
    shared.push(Page::new(OTHER, "elsewhere", &with_gallery(50)));
    assert_eq!(removed(&shared), [0; 7], "another site has it");
    let everywhere = pages(SITE, MANY_STORIES, with_gallery);
    assert_eq!(
        removed(&everywhere),
        [300; MANY_STORIES],
        "on very many pages"
    );
}

#[test]
fn small_gaps_inside_boilerplate_are_removed_with_it() {
    // A few words at each end of a repeated run are not counted as repeated, so a gap may look that
    // much longer than it is.
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
fn navigation_in_a_different_order_on_every_page_is_removed() {
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
fn scores_are_computed_from_the_remaining_text() {
    // Copies, revisions and excerpts on three sites, two of which add boilerplate around them.
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
    // More pages of the second site, from which its boilerplate is learned.
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
    // Without sites no boilerplate is learned and all text is kept.
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn boilerplate_in_whole_lines_does_not_change_the_result(
        pages in newsrooms(),
        of_characters: bool,
    ) {
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
fn removed_passages_are_reported() {
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
    // The text of the first page, without the full stop after the last word.
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
