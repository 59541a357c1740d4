//! Explanations of two documents agree with a scan, and give the reasons why a pair is not written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::common::{Memory, Page, defaults, edited, story, whole_copies};
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::catalog::DocNo;
use wirecopy::cluster::{Relation, ReportedPair, Selection};
use wirecopy::compare::exact::Excerpts;
use wirecopy::compare::reworded::Rewording;
use wirecopy::document::{Corpus, Published};
use wirecopy::pipeline::{
    self, EarlierRuns, ExplainError, Explainer, Explanation, PairMember, Participation, Reason,
    Settings, Surfacing, Unobserved,
};
use wirecopy::read::{self, Inputs};
use wirecopy::sketch::banding::{Banding, Bands, Rows};
use wirecopy::text::shingle::{Shingle, Shingler};

fn too_short(document: PairMember) -> Reason {
    Reason::TooShort {
        document,
        words: 3,
        asked: 4,
    }
}

fn page(id: &str, text: &str) -> Page {
    Page::new("one.example", id, text)
}

fn newsroom() -> Inputs {
    shipped("newsroom.jsonl")
}

/// A corpus in `data`.
fn shipped(name: &str) -> Inputs {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    let names = [file.display().to_string()];
    Inputs::open(&names, read::ReadSettings::default()).expect("the input can be opened")
}

fn explainer<'a, C: Corpus>(corpus: &'a C, settings: &Settings) -> Explainer<'a, C> {
    Explainer::new(corpus, EarlierRuns::default(), settings, &Unobserved)
        .expect("the corpus can be read")
}

fn explain<C: Corpus>(explainer: &Explainer<'_, C>, x: &str, y: &str) -> Explanation {
    let find = |id| explainer.find(id).expect("the document is known");
    explainer
        .explain(find(x), find(y))
        .expect("the corpus can be read")
}

/// Calls `each` with every two documents and their explanation.
fn each_two<C: Corpus>(
    explainer: &Explainer<'_, C>,
    mut each: impl FnMut(DocNo, DocNo, &Explanation),
) {
    let documents: Vec<DocNo> = explainer.findings().catalog.documents().collect();
    for (at, &b) in documents.iter().enumerate() {
        for &a in &documents[..at] {
            each(
                a,
                b,
                &explainer.explain(b, a).expect("the corpus can be read"),
            );
        }
    }
}

/// The expected reasons, computed from the texts with sets and a table of runs.
fn expected<C: Corpus>(
    explainer: &Explainer<'_, C>,
    settings: &Settings,
    [a, b]: [DocNo; 2],
    explanation: &Explanation,
) -> Vec<Reason> {
    let catalog = &explainer.findings().catalog;
    let texts = [0, 1].map(|side| {
        let mut shingler = Shingler::default();
        shingler.read(&explanation.documents[side].text, Shingle::Words(5));
        shingler
    });
    let [words_a, words_b] = [&texts[0].words, &texts[1].words];
    let mut reasons = Vec::new();
    for (which, words) in PairMember::ALL.into_iter().zip([words_a, words_b]) {
        let words = words.len() as u32;
        if words == 0 {
            reasons.push(Reason::Empty(which));
        } else if words < settings.min_words {
            reasons.push(Reason::TooShort {
                document: which,
                words,
                asked: settings.min_words,
            });
        }
    }
    let takes_part = explanation
        .documents
        .each_ref()
        .map(|side| side.part == Participation::Compared);
    assert_eq!(reasons.is_empty(), takes_part == [true, true]);
    if !reasons.is_empty() {
        return reasons;
    }
    let [set_a, set_b] = [0, 1].map(|side: usize| {
        let shingles = texts[side].shingles.iter().copied();
        shingles.collect::<BTreeSet<u64>>()
    });
    let both = set_a.intersection(&set_b).count() as f64;
    let jaccard = both / set_a.union(&set_b).count() as f64;
    let containment = (both / set_a.len() as f64).max(both / set_b.len() as f64);
    let longest = longest_run(words_a, words_b);
    // Quotations and scripts without spaces are tested where excerpts are.
    let scores = explanation.scores.as_ref();
    let unquoted = scores.map_or(0, |scores| scores.unquoted_passage);
    let passage_words = scores.map_or(0, |scores| scores.passage_words);
    assert!(unquoted <= longest && passage_words as usize <= longest);
    let is_long = |asked: &Excerpts| {
        let long = asked.long_passage;
        long.is_some_and(|long| unquoted >= long as usize)
    };
    let is_excerpt = settings.excerpts.is_some_and(|asked| {
        passage_words >= asked.passage && (containment >= asked.containment || is_long(&asked))
    });
    let relation = if words_a == words_b {
        Some(Relation::Exact)
    } else if jaccard >= settings.threshold {
        Some(Relation::Near)
    } else {
        is_excerpt.then_some(Relation::Excerpt)
    };
    if relation.is_none() {
        reasons.push(Reason::UnderThreshold {
            jaccard,
            asked: settings.threshold,
        });
        match settings.excerpts {
            None => reasons.push(Reason::NoExcerpts),
            Some(asked) => {
                if containment < asked.containment && !is_long(&asked) {
                    reasons.push(Reason::UnderContainment {
                        containment,
                        asked: asked.containment,
                        unquoted_passage: unquoted,
                        long_passage: asked.long_passage,
                    });
                }
                if passage_words < asked.passage {
                    reasons.push(Reason::PassageTooShort {
                        words: passage_words,
                        asked: asked.passage,
                    });
                }
            }
        }
    }
    let selection = &settings.selection;
    let is_wanted = |relation: &Relation| {
        selection.relations.is_empty() || selection.relations.contains(relation)
    };
    if let Some(relation) = relation.filter(|relation| !is_wanted(relation)) {
        reasons.push(Reason::UnwantedRelation(relation));
    }
    let [on_a, on_b] = explanation
        .documents
        .each_ref()
        .map(|side| side.site.as_str());
    let [url_a, url_b] = explanation
        .documents
        .each_ref()
        .map(|side| side.url.as_str());
    let one_site = !on_a.is_empty() && on_a == on_b;
    if relation == Some(Relation::Excerpt)
        && one_site
        && url_a != url_b
        && containment < selection.same_site_containment
    {
        reasons.push(Reason::SameSite {
            containment,
            asked: selection.same_site_containment,
        });
    }
    let is_in = |site: &str, sites: &[String]| sites.iter().any(|known| known == site);
    if !selection.sites.is_empty()
        && !is_in(on_a, &selection.sites)
        && !is_in(on_b, &selection.sites)
    {
        reasons.push(Reason::OnNoWantedSite);
    }
    for (which, site) in PairMember::ALL.into_iter().zip([on_a, on_b]) {
        if is_in(site, &selection.not_sites) {
            reasons.push(Reason::OnUnwantedSite(which));
        }
    }
    if selection.cross_site_only && one_site {
        reasons.push(Reason::NotAcrossSites);
    }
    let seconds = |doc| {
        catalog
            .published(doc)
            .map(|Published { seconds, .. }| seconds)
    };
    if let (Some(window), Some(from), Some(to)) = (selection.window, seconds(a), seconds(b))
        && to - from > window
    {
        reasons.push(Reason::OutsideWindow {
            apart: (to - from) as u64,
            asked: window as u64,
        });
    }
    reasons
}

/// Number of words of the longest common run.
fn longest_run(a: &[u64], b: &[u64]) -> usize {
    let mut longest = 0;
    let mut runs = vec![0; b.len() + 1];
    for word in a {
        for at in (0..b.len()).rev() {
            runs[at + 1] = if b[at] == *word { runs[at] + 1 } else { 0 };
            longest = longest.max(runs[at + 1]);
        }
    }
    longest
}

#[test]
fn explanations_of_the_newsroom_agree_with_the_pairs_file() {
    let corpus = newsroom();
    let scanned =
        pipeline::scan(&newsroom(), &defaults(), &Unobserved).expect("the corpus can be read");
    let rows: BTreeMap<(DocNo, DocNo), &ReportedPair> = scanned
        .pairs
        .iter()
        .map(|pair| ((pair.a, pair.b), pair))
        .collect();
    let explainer = explainer(&corpus, &defaults());
    let mut written = 0;
    each_two(&explainer, |a, b, explanation| {
        let Some(row) = rows.get(&(a, b)) else {
            assert!(!explanation.written, "{a:?} {b:?}");
            assert_ne!(explanation.reasons, [], "{a:?} {b:?}");
            return;
        };
        written += 1;
        let scores = explanation.scores.expect("both documents have words");
        assert!(explanation.written && explanation.reasons.is_empty());
        assert_eq!(explanation.relation, Some(row.relation));
        assert_eq!(scores.jaccard.to_bits(), row.jaccard.to_bits());
        assert_eq!(scores.containment_a.to_bits(), row.containment_a.to_bits());
        assert_eq!(scores.containment_b.to_bits(), row.containment_b.to_bits());
        assert_eq!(scores.longest_passage, row.longest.words);
        if row.relation == Relation::Excerpt {
            assert_eq!(scores.quoted_share, row.quoted_share);
        }
        let candidacy = explanation
            .candidacy
            .as_ref()
            .expect("both documents take part");
        let met = candidacy.by_bands() || candidacy.by_passages();
        assert!(met || candidacy.identical, "{a:?} {b:?}");
        let cluster = &scanned.clusters[row.cluster as usize];
        assert!(
            explanation
                .clusters
                .iter()
                .any(|found| found.name == cluster.name)
        );
    });
    assert_eq!(written, scanned.pairs.len());
}

#[test]
fn reasons_agree_with_an_oracle() {
    let selections = [
        Selection::default(),
        Selection {
            window: Some(86_400),
            cross_site_only: true,
            same_site_containment: 0.8,
            ..Selection::default()
        },
        Selection {
            relations: vec![Relation::Near],
            not_sites: vec!["meridiannews.example".to_owned()],
            sites: vec!["tidewaterpost.example".to_owned()],
            ..Selection::default()
        },
    ];
    for (number, (selection, min_words)) in selections.into_iter().zip([1, 320, 1]).enumerate() {
        let excerpts = selection.takes(Relation::Excerpt);
        let settings = Settings {
            boilerplate: false,
            min_words,
            excerpts: defaults().excerpts.filter(|_| excerpts),
            selection,
            ..defaults()
        };
        let corpus = newsroom();
        let explainer = explainer(&corpus, &settings);
        each_two(&explainer, |a, b, explanation| {
            // All related pairs; the others completely for the first selection, else one in five.
            if number > 0 && explanation.relation.is_none() && (a.0 + b.0) % 5 > 0 {
                return;
            }
            let ids = [&explanation.documents[0].id, &explanation.documents[1].id];
            let expected = expected(&explainer, &settings, [a, b], explanation);
            assert_eq!(explanation.reasons, expected, "{ids:?}");
            assert_eq!(explanation.written, expected.is_empty(), "{ids:?}");
        });
    }
}

#[test]
fn named_cases_have_the_expected_reasons() {
    let text = story(1, 300);
    let near = edited(&text, 10, 7);
    let short = "three words only";
    let one_band = |rows| Surfacing::Bands(Banding::new(Bands(1), Rows(rows)).expect("in range"));
    let everything = whole_copies(0.3, Surfacing::Prefixes);
    let with = |selection: Selection| Settings {
        selection,
        ..everything.clone()
    };
    let window = Selection {
        window: Some(60),
        ..Selection::default()
    };
    let day = |hours: i64| hours * 3600;
    type Case<'a> = (&'a str, [Page; 2], Settings, Vec<Reason>);
    let cases: Vec<Case<'_>> = vec![
        (
            "a pair",
            [page("a", &text), page("b", &near)],
            everything.clone(),
            vec![],
        ),
        (
            "no words",
            [page("a", &text), page("b", "")],
            everything.clone(),
            vec![Reason::Empty(PairMember::B)],
        ),
        (
            "too few words on both sides",
            [page("a", short), page("b", short)],
            Settings {
                min_words: 4,
                ..everything.clone()
            },
            vec![too_short(PairMember::A), too_short(PairMember::B)],
        ),
        (
            "not surfaced because of too many rows",
            [page("a", &text), page("b", &near)],
            Settings {
                surfacing: one_band(128),
                ..everything.clone()
            },
            vec![Reason::NotSurfaced],
        ),
        (
            "outside the window",
            [page("a", &text).at(day(1)), page("b", &near).at(day(2))],
            with(window.clone()),
            vec![Reason::OutsideWindow {
                apart: 3600,
                asked: 60,
            }],
        ),
        (
            "no date",
            [page("a", &text).at(day(1)), page("b", &near)],
            with(window),
            vec![Reason::NoDate(PairMember::B)],
        ),
        (
            "on one site",
            [page("a", &text), page("b", &near)],
            with(Selection {
                cross_site_only: true,
                ..Selection::default()
            }),
            vec![Reason::NotAcrossSites],
        ),
        (
            "on no site",
            [Page::without_site("a", &text), page("b", &near)],
            with(Selection {
                cross_site_only: true,
                ..Selection::default()
            }),
            vec![Reason::NoSite(PairMember::A)],
        ),
    ];
    for (name, pages, settings, expected) in cases {
        let corpus = Memory::new(pages.to_vec());
        let explainer = explainer(&corpus, &settings);
        // The order of the ids does not matter.
        let explanation = explain(&explainer, "b", "a");
        assert_eq!(explanation.reasons, expected, "{name}");
        assert_eq!(explanation.written, expected.is_empty(), "{name}");
        assert_eq!(explanation.documents[0].id, "a", "{name}");
    }
}

#[test]
fn pairs_of_a_big_family_are_explained_as_links() {
    let text = story(2, 80);
    let pages: Vec<Page> = (0..BIG_CLUSTER + 10)
        .map(|number| page(&format!("p{number:03}"), &text))
        .collect();
    let corpus = Memory::new(pages);
    let settings = Settings {
        selection: Selection::default(),
        ..whole_copies(0.5, Surfacing::Prefixes)
    };
    let explanation = explain(&explainer(&corpus, &settings), "p100", "p200");
    assert_eq!(explanation.relation, Some(Relation::Exact));
    assert_eq!(explanation.reasons, [Reason::Linked]);
    let all = Settings {
        selection: Selection {
            all_pairs: true,
            ..Selection::default()
        },
        ..settings
    };
    let explanation = explain(&explainer(&corpus, &all), "p100", "p200");
    assert!(explanation.written);
}

#[test]
fn a_passage_of_many_documents_is_reported_as_common() {
    let passage = story(3, 60);
    let page = |number: usize| {
        let own = story(100 + number as u64, 60);
        Page::new(
            &format!("s{number}.example"),
            &format!("p{number:03}"),
            &format!("{own}\n{passage}\n"),
        )
    };
    let corpus = Memory::new((0..80).map(page).collect());
    let settings = Settings {
        boilerplate: false,
        excerpts: Some(Excerpts {
            containment: 0.3,
            passage: 25,
            long_passage: None,
        }),
        threshold: 0.9,
        ..defaults()
    };
    let explainer = explainer(&corpus, &settings);
    let explanation = explain(&explainer, "p040", "p050");
    let candidacy = explanation.candidacy.expect("both documents take part");
    let passages = candidacy.passages.expect("passages are looked for");
    assert!(passages.iter().all(|passage| passage.documents == 80));
    assert!(passages.iter().all(|passage| passage.bounded()));
    assert_eq!(explanation.reasons, [Reason::NotSurfaced]);
    // Every story is compared with the first.
    assert!(explain(&explainer, "p000", "p050").written);
}

#[test]
fn boilerplate_is_shown_with_its_number_of_documents() {
    let corpus = newsroom();
    let explanation = explain(
        &explainer(&corpus, &defaults()),
        "mn-0303-outage",
        "nc-0303-outage",
    );
    let [agency, courier] = &explanation.documents;
    assert_eq!(explanation.relation, Some(Relation::Exact));
    assert_eq!(agency.boilerplate, []);
    assert_eq!(courier.boilerplate.len(), 2);
    for region in &courier.boilerplate {
        assert_eq!(region.documents, Some(6));
        let text = &courier.text[region.bytes.clone()];
        assert!(text.contains("Courier"), "{text}");
    }
    for side in &explanation.documents {
        let pieces: String = side
            .segments
            .iter()
            .map(|segment| &side.text[segment.bytes.clone()])
            .collect();
        assert_eq!(pieces, side.text, "nothing is lost between segments");
    }
}

#[test]
fn an_unknown_id_is_reported_with_the_rejected_records() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/bad/duplicate-ids.jsonl");
    let names = [file.display().to_string()];
    let corpus =
        Inputs::open(&names, read::ReadSettings::default()).expect("the input can be opened");
    let explainer = explainer(&corpus, &defaults());
    let repeated = &explainer.findings().read.rejects[0];
    let id = repeated.id.clone().expect("the reject has an id");
    let doc = explainer.find(&id).expect("the first document was kept");
    let other = explainer
        .findings()
        .catalog
        .documents()
        .find(|&other| other != doc)
        .expect("another document");
    let explanation = explainer
        .explain(doc, other)
        .expect("the corpus can be read");
    let sides = explanation.documents.iter();
    let rejected: Vec<_> = sides.flat_map(|side| &side.rejected).collect();
    assert!(rejected[0].contains("the id was taken already"));
    assert!(matches!(
        explainer.find("nobody"),
        Err(ExplainError::Unknown { .. })
    ));
}

#[test]
fn retellings_agree_with_the_scan() {
    let corpus = shipped("reworded/articles.jsonl");
    let settings = Settings {
        reworded: Some(Rewording::default()),
        ..defaults()
    };
    let explainer = explainer(&corpus, &settings);
    let findings = explainer.findings();
    let reworded = findings.pairs.iter();
    let reworded: Vec<&ReportedPair> = reworded
        .filter(|pair| pair.relation == Relation::Reworded)
        .collect();
    assert!(reworded.len() >= 24, "{}", reworded.len());
    for pair in reworded.into_iter().step_by(4) {
        let explanation = explainer
            .explain(pair.a, pair.b)
            .expect("the corpus can be read");
        let retelling = explanation.retelling.expect("the pair is reworded");
        assert_eq!(explanation.relation, Some(Relation::Reworded));
        assert_eq!(Some(retelling.evidence.likeness()), pair.likeness);
        assert_eq!(
            retelling.sentences.len(),
            retelling.evidence.aligned as usize
        );
        let [a, b] = &explanation.documents;
        let mut ended = [0, 0];
        for [in_a, in_b] in &retelling.sentences {
            for (text, place) in [(&a.text, in_a), (&b.text, in_b)] {
                let sentence = text.get(place.clone()).expect("whole characters");
                assert!(
                    !sentence.is_empty() && sentence.trim() == sentence,
                    "{sentence:?}"
                );
            }
            assert!(in_a.start >= ended[0] && in_b.start >= ended[1]);
            ended = [in_a.end, in_b.end];
        }
    }

    for other in ["01-01-i", "01-01-r", "01-02-w"] {
        let explanation = explain(&explainer, "01-01-w", other);
        assert!(!explanation.written && explanation.retelling.is_some());
        let is_below = |reason: &Reason| match reason {
            Reason::NotReworded { score, asked } => score < asked,
            _ => false,
        };
        assert!(
            explanation.reasons.iter().any(is_below),
            "{other}: {:?}",
            explanation.reasons
        );
    }
}
