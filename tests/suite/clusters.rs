//! Clusters: the documents that are joined, the role of every member, and the likely source.

use std::collections::BTreeSet;

use crate::common::{Memory, Page, defaults, edited, named, scan, story};
use proptest::prelude::*;
use wirecopy::attribution::interval::PublicationInterval;
use wirecopy::attribution::source::{Basis, LikelySource, Sureness, Testimony};
use wirecopy::catalog::DocNo;
use wirecopy::cluster::{Relation, Role, Selection};
use wirecopy::document::{Precision, Published};
use wirecopy::pipeline::{ScanResult, Settings, Surfacing};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn settings() -> Settings {
    Settings {
        threshold: 0.5,
        surfacing: Surfacing::Prefixes,
        boilerplate: false,
        ..defaults()
    }
}

fn found(pages: &[Page]) -> ScanResult {
    scan(&Memory::new(pages.to_vec()), &settings())
}

/// A page on a site of its own.
fn page(id: &str, text: &str) -> Page {
    Page::new(&format!("{id}.example"), id, text)
}

/// `words` words of a text, starting at word `from`.
fn part(text: &str, from: usize, words: usize) -> String {
    let part: Vec<&str> = text.split(' ').skip(from).take(words).collect();
    part.join(" ")
}

/// Every cluster: its first document, and its members with their roles, in canonical order of the
/// first documents.
fn clusters(found: &ScanResult) -> Vec<(String, Vec<(String, Role)>)> {
    let id = |doc: DocNo| found.catalog.id(doc).to_owned();
    let cluster = |cluster: &wirecopy::cluster::Cluster| {
        let members = cluster
            .members
            .iter()
            .map(|member| (id(member.doc), member.role));
        (id(cluster.first), members.collect())
    };
    let mut clusters: Vec<_> = found.clusters.iter().collect();
    clusters.sort_by_key(|cluster| cluster.first);
    clusters.into_iter().map(cluster).collect()
}

#[test]
fn widely_copied_stories_come_first_and_quotations_last() {
    let said = format!("\u{201c}{}\u{201d}", story(9, 60));
    let quoting = |site: &str, id: &str, own: u64| {
        let text = format!("{} {said} {}", story(own, 20), story(own + 1, 20));
        Page::new(site, id, &text)
    };
    let pages = [
        quoting("a.example", "q1", 20).at(0),
        quoting("b.example", "q2", 30).at(1),
        quoting("c.example", "q3", 40).at(2),
        Page::new("a.example", "twice1", &story(1, 120)).at(3),
        Page::new("a.example", "twice2", &story(1, 120)).at(4),
        Page::new("a.example", "wide1", &story(2, 120)).at(5),
        Page::new("b.example", "wide2", &story(2, 120)).at(6),
    ];
    let found = found(&pages);
    let ranked: Vec<(&str, bool)> = found
        .clusters
        .iter()
        .map(|cluster| (&*cluster.name, cluster.is_quoted))
        .collect();
    assert_eq!(
        ranked,
        [("wide1", false), ("twice1", false), ("q1", true)],
        "{:?}",
        clusters(&found)
    );
    for pair in &found.pairs {
        let members = &found.clusters[pair.cluster as usize].members;
        assert!(members.iter().any(|member| member.doc == pair.a));
        assert!(members.iter().any(|member| member.doc == pair.b));
    }
}

#[test]
fn a_story_that_goes_on_is_one_storyline() {
    // Each report has a paragraph of the one a week before, and a copy.
    let reports: Vec<String> = (0..4).map(|week| story(10 + week, 150)).collect();
    let mut pages = Vec::new();
    for week in 0..4 {
        let background = match week {
            0 => String::new(),
            _ => part(&reports[week - 1], 20, 80),
        };
        let text = format!("{} {background}", reports[week]);
        for (copy, site) in ["a.example", "b.example"].into_iter().enumerate() {
            let when = week as i64 * 7 * DAY + copy as i64 * HOUR;
            pages.push(Page::new(site, &format!("week{week}-{copy}"), &text).at(when));
        }
    }
    // Other stories, which a digest and a quotation link with these.
    let other = |number: u64| story(100 + number, 150);
    for number in 0..3 {
        for site in ["a.example", "c.example"] {
            let id = format!("other{number}-{site}");
            pages.push(Page::new(site, &id, &other(number)).at(DAY));
        }
    }
    let parts = [&other(0), &other(1), &reports[0]].map(|text| part(text, 80, 60));
    let between = |number: u64| story(200 + number, 30);
    let digest = format!(
        "{} {} {} {} {}",
        parts[0],
        between(0),
        parts[1],
        between(1),
        parts[2]
    );
    pages.push(Page::new("d.example", "digest", &digest).at(2 * DAY));
    let found = found(&pages);
    let mut storylines: Vec<(&str, Option<&str>)> = found
        .clusters
        .iter()
        .map(|cluster| (&*cluster.name, cluster.storyline.as_deref()))
        .collect();
    storylines.sort_unstable();
    let story = Some("week0-0");
    assert_eq!(
        storylines,
        [
            ("other0-a.example", None),
            ("other1-a.example", None),
            ("other2-a.example", None),
            ("week0-0", story),
            ("week1-0", story),
            ("week2-0", story),
            ("week3-0", story),
        ],
        "{:?}",
        clusters(&found)
    );
}

/// Asserts that a scan of the pages gives these clusters.
fn expect(pages: &[Page], expected: &[(&str, &[(&str, Role)])], name: &str) {
    let expected: Vec<(String, Vec<(String, Role)>)> = expected
        .iter()
        .map(|(first, members)| {
            let members = members.iter().map(|&(id, role)| (id.to_owned(), role));
            (first.to_string(), members.collect())
        })
        .collect();
    assert_eq!(clusters(&found(pages)), expected, "{name}");
}

/// Asserts what must be true of every result.
fn assert_sound(found: &ScanResult) {
    let paired: BTreeSet<(DocNo, DocNo)> =
        found.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    for cluster in &found.clusters {
        assert!(cluster.members.len() > 1);
        assert!(cluster.members.is_sorted_by_key(|member| member.doc));
        let whole: Vec<DocNo> = cluster
            .members
            .iter()
            .filter(|member| member.whole)
            .map(|member| member.doc)
            .collect();
        assert_eq!(
            whole.first(),
            Some(&cluster.first),
            "the first whole copy names the cluster"
        );
        let number = found
            .pairs
            .iter()
            .filter(|pair| found.clusters[pair.cluster as usize] == *cluster);
        let near: BTreeSet<DocNo> = number
            .filter(|pair| pair.relation != Relation::Excerpt)
            .flat_map(|pair| [pair.a, pair.b])
            .collect();
        for &doc in &whole[1..] {
            // A revision that is near only another member also belongs to a cluster of its own.
            let (first, id) = (found.catalog.id(cluster.first), found.catalog.id(doc));
            let paired = paired.contains(&(cluster.first, doc));
            assert!(
                paired || near.contains(&doc),
                "{first} and {id} are not a pair"
            );
        }
        let sources = cluster
            .members
            .iter()
            .filter(|member| member.role == Role::Source);
        assert!(sources.count() <= 1);
        if let Some(storyline) = &cluster.storyline {
            let of_story = found
                .clusters
                .iter()
                .filter(|other| other.storyline == cluster.storyline);
            let first = of_story.clone().min_by_key(|cluster| cluster.first);
            assert!(of_story.count() > 1);
            assert_eq!(first.map(|first| &first.name), Some(storyline));
        }
    }
    for pair in &found.pairs {
        let cluster = &found.clusters[pair.cluster as usize];
        let documents: BTreeSet<DocNo> = cluster.documents().collect();
        assert!(documents.contains(&pair.a) && documents.contains(&pair.b));
    }
}

/// Documents of 100 words of one long text, each beginning 30 words after the one before.
/// Neighbours have a Jaccard similarity of .52, documents two apart one of .23, and documents
/// further apart almost none.
fn windows(count: usize) -> Vec<Page> {
    let text = story(1, 100 + 30 * count);
    let window = |at: usize| page(&format!("w{at:02}"), &part(&text, 30 * at, 100));
    (0..count).map(window).collect()
}

/// A big family of identical and near copies, and documents that contain a part of it, on any site
/// and at any time.
fn big_family_and_excerpts() -> impl Strategy<Value = Vec<Page>> {
    let when = || prop::option::weighted(0.9, 0i64..400);
    let member = (0usize..3, 0usize..3, when());
    let excerpt = (0usize..4, 0usize..3, 0usize..3, when());
    let family = prop::collection::vec(member, 258..330);
    (family, prop::collection::vec(excerpt, 0..12)).prop_map(|(family, excerpts)| {
        let text = story(1, 60);
        let sites = ["x.example", "y.example", "z.example"];
        let member = |(at, (kind, site, when)): (usize, (usize, usize, Option<i64>))| {
            let text = match kind {
                0 => text.clone(),
                1 => format!("{text} more"),
                _ => format!("{text} own{at}"),
            };
            Page {
                published: when,
                ..Page::new(sites[site], &format!("c{at:03}"), &text)
            }
        };
        let excerpt =
            |(at, (host, from, site, when)): (usize, (usize, usize, usize, Option<i64>))| {
                // Some excerpts are identical.
                let text = format!(
                    "{} {}",
                    story(50 + host as u64, 50),
                    part(&text, 5 * from, 40)
                );
                Page {
                    published: when,
                    ..Page::new(sites[site], &format!("x{at:02}"), &text)
                }
            };
        let family = family.into_iter().enumerate().map(member);
        family
            .chain(excerpts.into_iter().enumerate().map(excerpt))
            .collect()
    })
}

/// True for the roles of whole copies.
fn is_whole(role: Role) -> bool {
    matches!(role, Role::Source | Role::Copy | Role::Revised)
}

/// A copy on the given site with the given time of publication.
fn copy(doc: u32, site: &str, when: PublicationInterval) -> Testimony {
    Testimony {
        doc: DocNo(doc),
        page: u64::from(doc),
        site: site.to_owned(),
        whole: true,
        published: when,
        canonical: None,
        credit: Vec::new(),
        contributed: Vec::new(),
    }
}

/// The testimony with a canonical url on another site.
fn naming(testimony: Testimony, canonical: &str) -> Testimony {
    Testimony {
        canonical: Some(canonical.to_owned()),
        ..testimony
    }
}

/// The testimony with a credit of an agency that has these sites.
fn crediting(testimony: Testimony, sites: &[&str]) -> Testimony {
    Testimony {
        credit: sites.iter().map(|&site| site.to_owned()).collect(),
        ..testimony
    }
}

/// The testimony for a capture of another document's page.
fn capture_of(testimony: Testimony, doc: u32) -> Testimony {
    Testimony {
        page: u64::from(doc),
        ..testimony
    }
}

/// The testimony with the credit of an agency that only contributed.
fn thanking(testimony: Testimony, sites: &[&str]) -> Testimony {
    Testimony {
        contributed: sites.iter().map(|&site| site.to_owned()).collect(),
        ..testimony
    }
}

fn at(seconds: i64) -> PublicationInterval {
    dated(seconds, Precision::Second)
}

fn dated(seconds: i64, precision: Precision) -> PublicationInterval {
    PublicationInterval::of(Some(Published { seconds, precision }), None, None)
}

fn undated() -> PublicationInterval {
    PublicationInterval::of(None, None, None)
}

/// Possible times of publication of a page with this date, given the times of the crawl and of the
/// run.
fn seen(
    seconds: i64,
    crawled: Option<(i64, Precision)>,
    as_of: Option<i64>,
) -> PublicationInterval {
    let exactly = |seconds| Published {
        seconds,
        precision: Precision::Second,
    };
    let crawled = crawled.map(|(seconds, precision)| Published { seconds, precision });
    PublicationInterval::of(Some(exactly(seconds)), crawled, as_of.map(exactly))
}

#[test]
fn a_chain_of_windows_is_not_one_cluster() {
    let pages: Vec<Page> = windows(12)
        .into_iter()
        .zip(0..)
        .map(|(page, at)| page.at(at * HOUR))
        .collect();
    let found = found(&pages);
    assert_eq!(found.counts.pairs.near, 11);
    assert_sound(&found);
    assert!(found.clusters.len() > 2, "{:?}", clusters(&found));
    for cluster in &found.clusters {
        assert!(cluster.members.len() < 7, "{:?}", clusters(&found));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn clusters_of_chains_and_families_are_sound_in_any_order_of_time(
        count in 2usize..14,
        times in prop::collection::vec(prop::option::weighted(0.8, 0i64..30), 30),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 3usize..40), 0..14),
        digest in any::<bool>(),
    ) {
        let mut pages = windows(count);
        for (at, (of, step)) in edits.into_iter().enumerate() {
            let text = edited(&pages[of.index(pages.len())].text, step, at as u64);
            pages.push(page(&format!("e{at:02}"), &text));
        }
        if digest {
            let parts: Vec<String> = pages.iter().map(|page| part(&page.text, 10, 40)).collect();
            pages.push(page("digest", &parts.join(" ")));
        }
        for (page, time) in pages.iter_mut().zip(times) {
            page.published = time.map(|time| time * HOUR);
        }
        assert_sound(&found(&pages));
    }
}

#[test]
fn a_digest_does_not_join_two_stories() {
    for (name, when) in [
        ("later", Some(100 * HOUR)),
        ("earlier", Some(-HOUR)),
        ("undated", None),
        ("in the middle", Some(15 * HOUR)),
    ] {
        for whole_briefs in [false, true] {
            for copied in [false, true] {
                let name =
                    format!("{name}, of whole briefs: {whole_briefs}, stories copied: {copied}");
                let text = |at: i64| story(at as u64, if whole_briefs { 40 } else { 80 });
                let mut pages: Vec<Page> = (0..30)
                    .map(|at| page(&format!("s{at:02}"), &text(at)).at(at * HOUR))
                    .collect();
                let parts: Vec<String> = (0..30).map(|at| part(&text(at), 0, 40)).collect();
                pages.push(Page {
                    published: when,
                    ..page("digest", &parts.join(" "))
                });
                if copied {
                    pages.extend((0..30).map(|at| {
                        page(&format!("t{at:02}"), &edited(&text(at), 35, at as u64))
                            .at((at + 200) * HOUR)
                    }));
                }
                let found = found(&pages);
                assert_eq!(found.clusters.len(), 30, "{name}: {:?}", clusters(&found));
                for (at, (first, members)) in clusters(&found).into_iter().enumerate() {
                    assert_eq!(first, format!("s{at:02}"), "{name}");
                    let hanging: Vec<_> = members
                        .iter()
                        .filter(|(_, role)| !is_whole(*role))
                        .collect();
                    assert_eq!(hanging, [&("digest".to_owned(), Role::Digest)], "{name}");
                    assert_eq!(
                        members.len(),
                        if copied { 3 } else { 2 },
                        "{name}: {members:?}"
                    );
                }
                for pair in &found.pairs {
                    let of_digest = [pair.a, pair.b]
                        .iter()
                        .any(|&doc| found.catalog.id(doc) == "digest");
                    if of_digest {
                        assert_eq!(pair.relation, Relation::Excerpt, "{name}");
                        // 36 of the 76 shingles of a story of 80 words, or all of a brief.
                        let contained = pair.containment_a.max(pair.containment_b);
                        assert!(
                            contained >= if copied { 0.3 } else { 36.0 / 76.0 },
                            "{name}"
                        );
                        assert!(!whole_briefs || copied || contained == 1.0, "{name}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_copied_digest_is_one_cluster_and_a_member_of_many() {
    let mut pages: Vec<Page> = (0..6)
        .map(|at| page(&format!("s{at}"), &story(at, 80)).at(at as i64 * HOUR))
        .collect();
    let parts: Vec<String> = (0..6).map(|at| part(&story(at, 80), 0, 40)).collect();
    pages.push(page("d0", &parts.join(" ")).at(50 * HOUR));
    pages.push(page("d1", &parts.join(" ")).at(51 * HOUR));
    let found = found(&pages);
    let clusters = clusters(&found);
    assert_eq!(clusters.len(), 7, "{clusters:?}");
    for (first, members) in &clusters[..6] {
        assert!(first.starts_with('s'));
        let hanging = [
            ("d0".to_owned(), Role::Digest),
            ("d1".to_owned(), Role::Digest),
        ];
        assert_eq!(members[1..], hanging, "{first}");
    }
    assert_eq!(
        clusters[6].1,
        [
            ("d0".to_owned(), Role::Source),
            ("d1".to_owned(), Role::Copy)
        ]
    );
}

#[test]
fn members_have_the_expected_roles() {
    use Role::{Copy, Digest, Excerpt, Revised, Source};
    let text = story(1, 200);
    let own = |of: u64, words| story(100 + of, words);
    let with = |of: u64, part: String| format!("{} {part}", own(of, 40));
    let source = || page("a", &text).at(0);

    expect(
        &[
            source(),
            page("b", &text).at(HOUR),
            page("c", &edited(&text, 100, 1)).at(2 * HOUR),
            page("d", &edited(&text, 20, 2)).at(3 * HOUR),
        ],
        &[(
            "a",
            &[("a", Source), ("b", Copy), ("c", Copy), ("d", Revised)],
        )],
        "copies and a revision",
    );
    expect(
        &[
            source(),
            page("b", &with(1, part(&text, 0, 100))).at(HOUR),
            page("c", &with(2, part(&text, 50, 100))).at(2 * HOUR),
        ],
        &[("a", &[("a", Source), ("b", Excerpt), ("c", Excerpt)])],
        "two overlapping excerpts belong to the story, not to each other",
    );
    expect(
        &[
            source(),
            page("b", &with(1, part(&text, 0, 60))).at(HOUR),
            page("c", &with(2, part(&text, 100, 60))).at(2 * HOUR),
        ],
        &[("a", &[("a", Source), ("b", Excerpt), ("c", Excerpt)])],
        "two excerpts that do not overlap",
    );
    let excerpt = with(1, part(&text, 0, 100));
    expect(
        &[
            source(),
            page("b", &excerpt).at(HOUR),
            page("c", &excerpt).at(2 * HOUR),
            page("d", &edited(&excerpt, 70, 1)).at(3 * HOUR),
        ],
        &[
            (
                "a",
                &[
                    ("a", Source),
                    ("b", Excerpt),
                    ("c", Excerpt),
                    ("d", Excerpt),
                ],
            ),
            ("b", &[("b", Source), ("c", Copy), ("d", Copy)]),
        ],
        "an excerpt that others copied",
    );
    expect(
        &[source(), page("b", &part(&text, 20, 60)).at(HOUR)],
        &[("a", &[("a", Source), ("b", Excerpt)])],
        "a page that is only a part of the story",
    );
    expect(
        &[
            page("a", &part(&text, 20, 60)).at(0),
            page("b", &text).at(HOUR),
        ],
        &[("a", &[("a", Source), ("b", Excerpt)])],
        "a later report that contains the first",
    );
    expect(
        &[
            source(),
            page("b", &story(2, 200)).at(HOUR),
            page(
                "c",
                &format!("{} {}", part(&text, 0, 70), part(&story(2, 200), 0, 70)),
            )
            .at(2 * HOUR),
        ],
        &[
            ("a", &[("a", Source), ("c", Digest)]),
            ("b", &[("b", Source), ("c", Digest)]),
        ],
        "a digest of two stories",
    );
    expect(
        &[
            page(
                "a",
                &format!("{} {}", part(&text, 0, 70), part(&story(2, 200), 0, 70)),
            )
            .at(0),
            page("b", &text).at(HOUR),
            page("c", &story(2, 200)).at(2 * HOUR),
        ],
        &[("a", &[("a", Source), ("b", Excerpt), ("c", Excerpt)])],
        "a source that two stories quote later",
    );
    expect(
        &[
            page("z", &text).at(0),
            page("a", &text).at(HOUR),
            page("m", &text),
        ],
        &[("z", &[("z", Copy), ("a", Copy), ("m", Copy)])],
        "the earliest names the cluster, whatever its id; an undated copy comes last, and may be \
         the source",
    );
    expect(
        &[page("b", &text), page("a", &text)],
        &[("a", &[("a", Copy), ("b", Copy)])],
        "without dates the smallest id names the cluster, and it has no source",
    );
    expect(
        &[source(), page("b", &own(1, 200)).at(HOUR)],
        &[],
        "unrelated documents",
    );
}

#[test]
fn a_live_blog_is_one_cluster() {
    // Every capture of the page has sixty more words at the top.
    let capture = |at: usize| {
        let posts: Vec<String> = (0..at + 2)
            .rev()
            .map(|post| story(post as u64, 60))
            .collect();
        Page {
            url: Some("https://news.example/live".to_owned()),
            ..Page::new("news.example", &format!("c{at:02}"), &posts.join("\n"))
        }
        .at(at as i64 * HOUR)
    };
    let pages: Vec<Page> = (0..12).map(capture).collect();
    let found = found(&pages);
    assert_sound(&found);
    let clusters = clusters(&found);
    assert_eq!(clusters.len(), 1, "{clusters:?}");
    assert_eq!(clusters[0].1.len(), 12);
    assert!(
        clusters[0].1.iter().all(|(_, role)| is_whole(*role)),
        "{clusters:?}"
    );
}

#[test]
fn a_page_with_two_whole_stories_does_not_join_them() {
    let (long, short) = (story(1, 120), story(2, 80));
    let both = page("c", &format!("{long} {short}")).at(2 * HOUR);
    let pages = [page("a", &long).at(0), page("b", &short).at(HOUR), both];
    let clusters = clusters(&found(&pages));
    let together = |(_, members): &(String, Vec<(String, Role)>)| {
        members
            .iter()
            .filter(|(id, _)| id == "a" || id == "b")
            .count()
            > 1
    };
    assert!(!clusters.iter().any(together), "{clusters:?}");
    let with_c = clusters
        .iter()
        .filter(|(_, members)| members.iter().any(|(id, _)| id == "c"));
    assert_eq!(with_c.count(), 2, "{clusters:?}");
}

#[test]
fn links_and_all_pairs_give_the_same_clusters_with_excerpts_and_digests() {
    let text = story(1, 120);
    let site = |at: usize| ["x.example", "y.example", "z.example"][at % 3];
    let copy = |at: usize| {
        let text = if at.is_multiple_of(2) {
            text.clone()
        } else {
            format!("{text} own{at}")
        };
        Page::new(site(at), &format!("c{at:03}"), &text).at(at as i64)
    };
    let mut pages: Vec<Page> = (0..300).map(copy).collect();
    pages.extend((0..20).map(|at| {
        let text = format!("{} {}", story(50 + at as u64, 60), part(&text, at, 50));
        page(&format!("x{at:02}"), &text).at(1_000 + at as i64)
    }));
    let others: Vec<String> = (0..8).map(|at| story(200 + at, 80)).collect();
    pages.extend(
        others
            .iter()
            .enumerate()
            .map(|(at, text)| page(&format!("o{at}"), text).at(500)),
    );
    let parts: Vec<String> = others
        .iter()
        .chain([&text])
        .map(|text| part(text, 10, 40))
        .collect();
    pages.push(page("digest", &parts.join(" ")).at(2_000));
    let corpus = Memory::new(pages);
    for cross_site_only in [false, true] {
        let found = [false, true].map(|all_pairs| {
            let selection = Selection {
                cross_site_only,
                all_pairs,
                ..settings().selection
            };
            scan(
                &corpus,
                &Settings {
                    selection,
                    ..settings()
                },
            )
        });
        assert!(found[0].pairs.len() < found[1].pairs.len() / 10);
        assert_eq!(found[0].counts.bounded.clusters.number, 1);
        // Roles of whole copies are left out: the written pairs decide which are revisions.
        let comparable = found.each_ref().map(|found| -> Vec<_> {
            let whole =
                |(id, role): (String, Role)| (id, if is_whole(role) { Role::Copy } else { role });
            let cluster = |(first, members): (String, Vec<(String, Role)>)| {
                (first, members.into_iter().map(whole).collect::<Vec<_>>())
            };
            clusters(found).into_iter().map(cluster).collect()
        });
        let missing = |of: usize| -> Vec<String> {
            let pairs = named(&found[of]).into_iter().filter(|(a, b, relation)| {
                *relation == Relation::Excerpt && a.starts_with('c') && b.starts_with('x')
            });
            let with: BTreeSet<String> = pairs.map(|(_, excerpt, _)| excerpt).collect();
            (0..20)
                .map(|at| format!("x{at:02}"))
                .filter(|id| !with.contains(id))
                .collect()
        };
        assert_eq!(
            [missing(0), missing(1)],
            [vec![], vec![] as Vec<String>],
            "cross_site_only: {cross_site_only}"
        );
        let documents = comparable.each_ref().map(|comparable| {
            comparable
                .iter()
                .map(|(first, members)| (first.clone(), members.len()))
                .collect::<Vec<_>>()
        });
        assert_eq!(
            documents[0], documents[1],
            "cross_site_only: {cross_site_only}"
        );
        assert!(
            comparable[0] == comparable[1],
            "cross_site_only: {cross_site_only}: members differ"
        );
        let linked: BTreeSet<_> = named(&found[0]).into_iter().collect();
        assert!(linked.is_subset(&named(&found[1]).into_iter().collect()));
    }
}

/// For a big family that is written as links, a selection may exclude the pair with the closest
/// member and include the pair with the next one.
#[test]
fn an_excerpt_of_a_big_family_is_linked_with_a_selected_member() {
    let (text, paragraph) = (story(1, 150), story(2, 60));
    let member = |at: usize| {
        // Three members have one more paragraph; the first of them is on the site of the excerpts.
        let (site, more) = match at {
            0 => ("own.example", &paragraph[..]),
            1 | 2 => ("two.example", &paragraph[..]),
            _ => ("two.example", ""),
        };
        Page::new(
            site,
            &format!("c{at:03}"),
            &format!("{text} own{at} {more}"),
        )
        .at(at as i64)
    };
    let mut pages: Vec<Page> = (0..300).map(member).collect();
    // Two identical excerpts, so that each needs a link.
    let excerpt = format!("{} {paragraph}", story(3, 80));
    pages.extend(["x0", "x1"].map(|id| Page::new("own.example", id, &excerpt).at(1_000)));
    let corpus = Memory::new(pages);
    for (name, cross_site_only) in [
        ("too little is shared within the site", false),
        ("other sites only", true),
    ] {
        for all_pairs in [true, false] {
            let selection = Selection {
                all_pairs,
                cross_site_only,
                ..settings().selection
            };
            let found = scan(
                &corpus,
                &Settings {
                    selection,
                    ..settings()
                },
            );
            let linked: BTreeSet<String> = named(&found)
                .into_iter()
                .filter(|(.., relation)| *relation == Relation::Excerpt)
                .map(|(_, excerpt, _)| excerpt)
                .collect();
            assert_eq!(
                linked.into_iter().collect::<Vec<_>>(),
                ["x0", "x1"],
                "{name}, all pairs: {all_pairs}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_paired_document_is_linked(pages in big_family_and_excerpts(), cross_site_only: bool) {
        let corpus = Memory::new(pages);
        let [links, every] = [false, true].map(|all_pairs| {
            let selection = Selection { all_pairs, cross_site_only, ..settings().selection };
            scan(&corpus, &Settings { selection, ..settings() })
        });
        let with_pairs = |found: &ScanResult, relation: Relation| -> BTreeSet<String> {
            let of = |(a, b, related): (String, String, Relation)| [(a, related), (b, related)];
            let ids = named(found).into_iter().flat_map(of);
            ids.filter(|(id, related)| *related == relation && id.starts_with('x'))
                .map(|(id, _)| id)
                .collect()
        };
        for relation in Relation::ALL {
            prop_assert_eq!(with_pairs(&links, relation), with_pairs(&every, relation));
        }
        let every: BTreeSet<_> = named(&every).into_iter().collect();
        let links: BTreeSet<_> = named(&links).into_iter().collect();
        prop_assert!(links.is_subset(&every));
    }
}

/// Pages of one site that share a paragraph are not pairs, although they have text in common.
#[test]
fn a_story_that_one_site_quotes_many_times_is_not_a_digest() {
    for pages in [4, 5, 12] {
        let text = story(1, 300);
        let mut all = vec![page("a", &text).at(0)];
        all.extend((0..pages).map(|at| {
            let text = format!("{} {}", story(10 + at, 90), part(&text, 100, 60));
            Page::new("b.example", &format!("b{at:02}"), &text).at((at as i64 + 1) * HOUR)
        }));
        let found = found(&all);
        let clusters = clusters(&found);
        assert_eq!(clusters.len(), 1, "{pages} pages: {clusters:?}");
        assert_eq!(
            clusters[0].1[0],
            ("a".to_owned(), Role::Source),
            "{pages} pages"
        );
    }
}

#[test]
fn the_likely_source_follows_from_dates_canonical_urls_and_credits() {
    use Basis::{Canonical, Contributed, Credit, Earliest};
    use Precision::{Day, Local, Midnight, Second};
    use Sureness::{Agreed, Single, Unsure};
    const AGENCY: &[&str] = &["agency.example", "agency-news.example"];
    let (a, b, c) = ("a.example", "b.example", "c.example");
    let noon = 10 * DAY + 12 * HOUR;
    let (day, next, after) = (10 * DAY, 11 * DAY, 12 * DAY);
    type Expected = (
        Option<u32>,
        &'static str,
        &'static [Basis],
        Option<Sureness>,
    );
    let unknown: Expected = (None, "", &[], None);
    let cases: Vec<(&str, Vec<Testimony>, Expected)> = vec![
        ("no copies", vec![], unknown),
        (
            "no dates",
            vec![copy(0, a, undated()), copy(1, b, undated())],
            unknown,
        ),
        (
            "one before the other",
            vec![copy(0, a, at(noon + 1)), copy(1, b, at(noon + 2))],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "at the same second",
            vec![copy(0, a, at(noon)), copy(1, b, at(noon))],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "one without a date",
            vec![copy(0, a, at(noon)), copy(1, b, undated())],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "two of three at the same second",
            vec![
                copy(0, a, at(noon)),
                copy(1, b, at(noon)),
                copy(2, c, at(after)),
            ],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "no site",
            vec![copy(0, "", at(noon)), copy(1, b, at(after))],
            (Some(0), "", &[Earliest], Some(Single)),
        ),
        (
            "the same day",
            vec![copy(0, a, dated(day, Day)), copy(1, b, dated(day, Day))],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "the next day",
            vec![copy(0, a, dated(day, Day)), copy(1, b, dated(next, Day))],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "one before the other in the same minute, on clocks without seconds",
            vec![copy(0, a, at(noon)), copy(1, b, at(noon + 59))],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "two days later, which may be the same moment",
            vec![copy(0, a, dated(day, Day)), copy(1, b, dated(after, Day))],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "two captures of one page before another",
            vec![
                copy(0, a, at(noon)),
                capture_of(copy(1, a, at(noon)), 0),
                copy(2, b, at(next)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "two captures of one page and nothing else",
            vec![copy(0, a, at(noon)), capture_of(copy(1, a, at(noon)), 0)],
            unknown,
        ),
        (
            "two versions of one page and nothing else",
            vec![copy(0, a, at(noon)), capture_of(copy(1, a, at(next)), 0)],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "three days later",
            vec![
                copy(0, a, dated(day, Day)),
                copy(1, b, dated(after + DAY, Day)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "times in unknown zones, a day apart",
            vec![
                copy(0, a, dated(noon, Local)),
                copy(1, b, dated(noon + DAY, Local)),
            ],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "times in unknown zones, more than the zones apart",
            vec![
                copy(0, a, dated(noon, Local)),
                copy(1, b, dated(noon + 26 * HOUR + 60, Local)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "the same midnight",
            vec![
                copy(0, a, dated(day, Midnight)),
                copy(1, b, dated(day, Midnight)),
            ],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "a midnight three days later",
            vec![
                copy(0, a, dated(day, Midnight)),
                copy(1, b, dated(after + DAY, Midnight)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "a day, and a time on that day, which may be earlier",
            vec![copy(0, a, dated(day, Day)), copy(1, b, dated(noon, Second))],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "a day, and the last second that it may have",
            vec![
                copy(0, a, dated(day, Day)),
                copy(1, b, dated(next + 12 * HOUR, Second)),
            ],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "a day, and the second after that",
            vec![
                copy(0, a, dated(day, Day)),
                copy(1, b, dated(next + 12 * HOUR + 1, Second)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "a time before the day can have begun",
            vec![
                copy(0, a, dated(day - 14 * HOUR - 1, Second)),
                copy(1, b, dated(day, Day)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "a time at which the day may have begun",
            vec![
                copy(0, a, dated(day - 14 * HOUR, Second)),
                copy(1, b, dated(day, Day)),
            ],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "a date after the run",
            vec![
                copy(0, a, seen(noon, None, Some(noon - DAY - 1))),
                copy(1, b, at(after)),
            ],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "a date one day after the run, possible in another time zone",
            vec![
                copy(0, a, seen(noon, None, Some(noon - DAY))),
                copy(1, b, at(after)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "a date after the crawl",
            vec![
                copy(0, a, seen(noon, Some((noon - DAY - 1, Second)), None)),
                copy(1, b, at(after)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "a date after the crawl but before the run",
            vec![
                copy(
                    0,
                    a,
                    seen(noon, Some((noon - DAY - 1, Second)), Some(after)),
                ),
                copy(1, b, at(after)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "a date equal to the crawl time: the page may be older",
            vec![
                copy(0, a, at(noon)),
                copy(1, b, seen(next, Some((next + 2, Second)), None)),
            ],
            (None, "d0 on a.example; d1 on b.example", &[], Some(Unsure)),
        ),
        (
            "a date shortly before the crawl",
            vec![
                copy(0, a, at(noon)),
                copy(1, b, seen(next, Some((next + 3, Second)), None)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "a crawl known only by its day",
            vec![
                copy(0, a, at(noon)),
                copy(1, b, seen(next, Some((next, Day)), None)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "the earliest has the date of its crawl and is earlier anyway",
            vec![
                copy(0, a, seen(noon, Some((noon, Second)), None)),
                copy(1, b, at(next)),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "declared by a canonical url, and first",
            vec![copy(0, a, at(noon)), naming(copy(1, b, at(next)), a)],
            (Some(0), "a.example", &[Canonical, Earliest], Some(Agreed)),
        ),
        (
            "declared by a canonical url, order unknown",
            vec![copy(0, a, undated()), naming(copy(1, b, at(next)), a)],
            (Some(0), "a.example", &[Canonical], Some(Single)),
        ),
        (
            "declared by a canonical url, but later",
            vec![naming(copy(0, b, at(noon)), a), copy(1, a, at(next))],
            (
                None,
                "d1 on a.example (canonical); d0 on b.example (earliest)",
                &[],
                Some(Unsure),
            ),
        ),
        (
            "declared by a canonical url, not in the corpus",
            vec![naming(copy(0, b, at(noon)), a), copy(1, c, at(next))],
            (None, "a.example", &[Canonical], Some(Single)),
        ),
        (
            "declared by two sites",
            vec![
                naming(copy(0, b, at(noon)), a),
                naming(copy(1, c, at(next)), a),
            ],
            (None, "a.example", &[Canonical], Some(Agreed)),
        ),
        (
            "declared twice by one site",
            vec![
                naming(copy(0, b, at(noon)), a),
                naming(copy(1, b, at(next)), a),
            ],
            (None, "a.example", &[Canonical], Some(Single)),
        ),
        (
            "a canonical url on its own site declares nothing",
            vec![copy(0, a, at(noon)), naming(copy(1, b, at(next)), b)],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "credit, the agency not in the corpus",
            vec![
                crediting(copy(0, a, at(noon)), AGENCY),
                copy(1, b, at(next)),
            ],
            (None, "agency.example", &[Credit], Some(Single)),
        ),
        (
            "credit by two sites, the agency not in the corpus",
            vec![
                crediting(copy(0, a, at(noon)), AGENCY),
                crediting(copy(1, b, at(next)), AGENCY),
            ],
            (None, "agency.example", &[Credit], Some(Agreed)),
        ),
        (
            "credit, the agency is first",
            vec![
                copy(0, "agency-news.example", at(day)),
                crediting(copy(1, a, at(noon)), AGENCY),
            ],
            (
                Some(0),
                "agency-news.example",
                &[Credit, Earliest],
                Some(Agreed),
            ),
        ),
        (
            "credit, the agency is later",
            vec![
                crediting(copy(0, a, at(noon)), AGENCY),
                copy(1, "agency.example", at(next)),
            ],
            (
                None,
                "d1 on agency.example (credit); d0 on a.example (earliest)",
                &[],
                Some(Unsure),
            ),
        ),
        (
            "credit of an agency without a site",
            vec![
                crediting(copy(0, a, at(noon)), &["Agency"]),
                copy(1, b, at(next)),
            ],
            (None, "Agency", &[Credit], Some(Single)),
        ),
        (
            "credit and canonical url of one agency",
            vec![
                naming(copy(0, a, at(noon)), "agency-news.example"),
                crediting(copy(1, b, at(next)), AGENCY),
            ],
            (None, "agency.example", &[Canonical, Credit], Some(Agreed)),
        ),
        (
            "two canonical urls: the first",
            vec![
                naming(copy(0, a, at(noon)), b),
                naming(copy(1, "d.example", at(next)), c),
            ],
            (
                None,
                "b.example (canonical); c.example (canonical); d0 on a.example (earliest)",
                &[],
                Some(Unsure),
            ),
        ),
        (
            "two equal canonical urls against another",
            vec![
                naming(copy(0, a, at(noon)), b),
                naming(copy(1, "d.example", at(next)), c),
                naming(copy(2, "e.example", at(next)), c),
            ],
            (
                None,
                "c.example (canonical); b.example (canonical); d0 on a.example (earliest)",
                &[],
                Some(Unsure),
            ),
        ),
        (
            "a canonical url takes precedence over credits",
            vec![
                crediting(copy(0, a, at(noon)), AGENCY),
                crediting(copy(1, b, at(next)), AGENCY),
                naming(copy(2, c, at(next)), "d.example"),
            ],
            (
                None,
                "d.example (canonical); agency.example (credit); d0 on a.example (earliest)",
                &[],
                Some(Unsure),
            ),
        ),
        (
            "two agencies: the one credited more often",
            vec![
                crediting(copy(0, a, at(noon)), &["x.example"]),
                crediting(copy(1, b, at(next)), AGENCY),
                crediting(copy(2, c, at(next)), AGENCY),
            ],
            (
                None,
                "agency.example (credit); x.example (credit); d0 on a.example (earliest)",
                &[],
                Some(Unsure),
            ),
        ),
        (
            "an agency that contributed, and has the text on its own site",
            vec![
                copy(0, "agency.example", at(noon)),
                thanking(copy(1, b, at(noon)), AGENCY),
            ],
            (Some(0), "agency.example", &[Contributed], Some(Single)),
        ),
        (
            "an agency that contributed, to a text that one site has first",
            vec![
                thanking(copy(0, a, at(noon)), AGENCY),
                thanking(copy(1, b, at(next)), AGENCY),
            ],
            (Some(0), "a.example", &[Earliest], Some(Single)),
        ),
        (
            "an agency that contributed, order unknown",
            vec![
                thanking(copy(0, a, at(noon)), AGENCY),
                thanking(copy(1, b, at(noon)), AGENCY),
            ],
            (
                None,
                "agency.example (contributed); d0 on a.example; d1 on b.example",
                &[],
                Some(Unsure),
            ),
        ),
        (
            "a page that declares itself and is declared by another",
            vec![
                naming(copy(0, a, at(noon)), a),
                naming(copy(1, b, at(next)), a),
            ],
            (Some(0), "a.example", &[Canonical, Earliest], Some(Agreed)),
        ),
    ];
    let mut failed = Vec::new();
    for (name, copies, (doc, site, basis, sureness)) in cases {
        let source = LikelySource::of(&copies);
        let ids = ["d0", "d1", "d2"];
        let candidates = source.candidate_labels(|doc| ids[doc.0 as usize]);
        let came = (
            source.doc,
            source.site + &candidates.join("; "),
            source.basis,
        );
        let expected = (doc.map(DocNo), site.to_owned(), basis.to_vec());
        if (&came, source.sureness) != (&expected, sureness) {
            failed.push(format!("{name}: {came:?} {:?}", source.sureness));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn canonical_urls_and_credits_are_read_from_the_copies() {
    let text = story(1, 120);
    let canonical = |id: &str, url: &str| Page {
        canonical: Some(url.to_owned()),
        ..page(id, &text)
    };
    let source = |pages: &[Page]| {
        let found = found(pages);
        assert_eq!(found.clusters.len(), 1);
        let source = found.clusters[0].source.clone();
        let id = source.doc.map(|doc| found.catalog.id(doc).to_owned());
        (id, source.site, source.basis)
    };
    let id = |id: &str| Some(id.to_owned());

    let pages = [
        page("a", &text),
        canonical("b", "https://www.a.example/story").at(DAY),
    ];
    assert_eq!(
        source(&pages),
        (id("a"), "a.example".to_owned(), vec![Basis::Canonical])
    );

    let credited = |id: &str, credit: &str| page(id, &format!("{text}\n\n{credit}"));
    let pages = [
        page("a", &text).at(DAY),
        credited("b", "(Reporting by the Associated Press)").at(2 * DAY),
    ];
    assert_eq!(
        source(&pages).0,
        id("a"),
        "a sentence that names an agency is no credit"
    );

    let dateline = |id: &str| page(id, &format!("PARIS (Reuters) - {text}"));
    let pages = [page("a", &text).at(DAY), dateline("b").at(2 * DAY)];
    let (doc, site, basis) = source(&pages);
    assert_eq!((doc, basis), (None, vec![Basis::Credit]), "{site}");
    assert_eq!(site, "reuters.com");

    let contributed = credited("b", "The Associated Press contributed to this report.").at(2 * DAY);
    let pages = [page("a", &text).at(DAY), contributed];
    assert_eq!(
        source(&pages),
        (id("a"), "a.example".to_owned(), vec![Basis::Earliest]),
        "a contribution is no credit"
    );
}
