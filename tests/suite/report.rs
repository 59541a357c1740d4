//! The report page, without a browser: it is well-formed HTML of a bounded size, the same at any
//! thread count, and nothing in a corpus can be more than text in it. `scripts/test-report` opens
//! it in Chromium.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

struct Page {
    bytes: String,
    html: Html,
    data: Value,
    texts: Value,
}

impl Page {
    fn of(input: &str, flags: &[&str]) -> Page {
        let bytes = bytes(input, flags);
        let html = Html::parse_document(&bytes);
        let json = |id: &str| {
            let selector = Selector::parse(&format!("script#{id}")).expect("a selector");
            let script = html.select(&selector).next().expect("a script");
            serde_json::from_str(&script.text().collect::<String>()).expect("JSON")
        };
        let (data, texts) = (json("data"), json("texts"));
        Page {
            bytes,
            html,
            data,
            texts,
        }
    }

    fn of_records(records: &[Value], flags: &[&str]) -> Page {
        let at = TempDir::new().expect("a directory");
        let path = at.path().join("articles.jsonl");
        let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
        fs::write(&path, lines).expect("the test directory is writable");
        Page::of(&path.display().to_string(), flags)
    }

    fn select(&self, selector: &str) -> Vec<scraper::ElementRef<'_>> {
        let selector = Selector::parse(selector).expect("a selector");
        self.html.select(&selector).collect()
    }

    fn count(&self, selector: &str) -> usize {
        self.select(selector).len()
    }

    fn text(&self, selector: &str) -> String {
        self.select(selector)
            .iter()
            .flat_map(|found| found.text())
            .collect()
    }

    fn left_out(&self) -> Vec<String> {
        let lines = self.select("#left-out li");
        lines.iter().map(|line| line.text().collect()).collect()
    }
}

/// Records that try to inject markup through every field.
fn hostile() -> Vec<Value> {
    let text = story();
    let fields = [
        "</script><script>window.hit=1</script>",
        "<img src=x onerror=\"window.hit=1\"><b>",
        "\"><svg onload=window.hit=1><!--",
        "'-alert(1)-' {{ 7*7 }} ${7*7} &lt;b&gt;",
        "\u{202e}txt.exe\u{2066} \u{2028}\u{2029}\u{0}",
    ];
    let urls = [
        "javascript:window.hit=1//",
        "https://a.example/\"onmouseover=\"window.hit=1",
        "data:text/html,<script>window.hit=1</script>",
        "JaVaScRiPt:window.hit=1",
        "https://b.example/?</script><script>window.hit=1</script>",
    ];
    let record = |(n, (field, url)): (usize, (&&str, &&str))| {
        json!({
            "id": format!("{n}{field}"),
            "title": field,
            "site": format!("{field}{n}"),
            "author": field,
            "url": url,
            "canonical": url,
            "published": format!("2026-03-0{}T10:00:00Z", n + 1),
            "text": format!("{field}\n{text}\n{field}"),
        })
    };
    fields.iter().zip(&urls).enumerate().map(record).collect()
}

fn story() -> String {
    (0..60)
        .map(|n| format!("Word{n} and <i>word{}</i>. ", n * 7))
        .collect()
}

fn bytes(input: &str, flags: &[&str]) -> String {
    let at = TempDir::new().expect("a directory");
    let path = at.path().join("report.html");
    let status = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["scan", input, "-q", "-o"])
        .arg(at.path().join("pairs.csv"))
        .arg("--report")
        .arg(&path)
        .args(flags)
        .status();
    assert!(status.expect("the program starts").success());
    fs::read_to_string(&path).expect("a page")
}

fn newsroom() -> String {
    data("newsroom.jsonl")
}

fn data(name: &str) -> String {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    data.join(name).display().to_string()
}

#[test]
fn the_page_of_the_newsroom_is_complete() {
    let page = Page::of(&newsroom(), &[]);
    assert!(page.html.errors.is_empty(), "{:?}", page.html.errors);
    let pairs = page.data["pairs"]["a"].as_array().expect("a column");
    assert_eq!(pairs.len(), 42);
    assert_eq!(page.data["clusters"].as_array().map(Vec::len), Some(15));
    assert!(page.left_out().is_empty(), "{:?}", page.left_out());
    assert_eq!(page.count("#sites .matrix tbody tr"), 8);
    assert_eq!(page.count("#scores svg"), 2);
    assert_eq!(page.count("#boilerplate details"), 1);
    for (name, column) in page.data["pairs"].as_object().expect("columns") {
        let rows = if name == "reworded" { 0 } else { 42 };
        assert_eq!(column.as_array().map(Vec::len), Some(rows), "{name}");
    }
}

#[test]
fn clusters_and_pairs_can_be_filtered_by_fields_of_distinct_names() {
    let page = Page::of(&newsroom(), &[]);
    let fields = page.select("#cluster-filters [name], #filters [name]");
    let names: Vec<_> = fields
        .iter()
        .filter_map(|field| field.attr("name"))
        .collect();
    for name in [
        "find", "order", "site", "with", "credit", "from", "to", "quoted",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    // Links use these names too.
    for name in ["cluster", "left", "right", "pair-order"] {
        assert!(!names.contains(&name), "{name}");
    }
    // The script finds the sites of the matrix by their names.
    let sites = page.data["sites"].as_array().expect("sites");
    let heads = page.select(".matrix tbody th");
    assert_eq!(heads.len(), 8);
    for head in heads {
        let site = head.attr("data-site").expect("a site");
        assert!(sites.iter().any(|known| known == site), "{site}");
    }
}

#[test]
fn clusters_have_what_they_are_sorted_by() {
    let page = Page::of(&newsroom(), &[]);
    let clusters = page.data["clusters"].as_array().expect("clusters");
    let longest = page.data["pairs"]["longest"].as_array().expect("a column");
    let of_cluster = page.data["pairs"]["cluster"].as_array().expect("a column");
    for (at, cluster) in clusters.iter().enumerate() {
        let its = of_cluster.iter().zip(longest);
        let its = its.filter(|(of, _)| **of == json!(at));
        let most = its.filter_map(|(_, words)| words.as_u64()).max();
        assert_eq!(cluster["longest"].as_u64(), most, "{cluster}");
        assert!(cluster["whole_sites"].as_u64() <= cluster["sites"].as_u64());
    }
}

#[test]
fn clusters_of_quotations_come_last() {
    let words =
        |from: usize| -> String { (from..from + 90).map(|n| format!("word{n} ")).collect() };
    let record =
        |id: &str, text: String| json!({"id": id, "site": format!("{id}.example"), "text": text});
    let quotation = format!("\u{201c}{}\u{201d}", words(500));
    let records = [
        record("a", format!("{}{quotation}", words(100))),
        record("b", format!("{}{quotation}", words(200))),
        record("c", format!("{}{quotation}", words(300))),
        record("d", words(700)),
        record("e", format!("{}in the end", words(700))),
    ];
    let page = Page::of_records(&records, &[]);
    let clusters = page.data["clusters"].as_array().expect("clusters");
    let quoted: Vec<_> = clusters.iter().map(|cluster| &cluster["quoted"]).collect();
    assert_eq!(quoted.last(), Some(&&json!(true)), "{clusters:?}");
    assert_eq!(clusters[0]["quoted"], false);
    assert!(page.count("#cluster-filters [name=quoted] option[value=only]") == 1);
}

#[test]
fn timelines_have_the_time_that_a_date_can_mean() {
    const NOON: i64 = 1_772_452_800; // 2026-03-02T12:00:00Z
    const HOUR: i64 = 3600;
    let midnight = NOON - 12 * HOUR;
    let cases = [
        (
            json!("2026-03-02T12:00:30Z"),
            Some(NOON + 30),
            Some(NOON + 30),
        ),
        (
            json!("2026-03-02"),
            Some(midnight - 14 * HOUR),
            Some(midnight + 36 * HOUR),
        ),
        (
            json!("2026-03-02T12:00:30"),
            Some(NOON + 30 - 14 * HOUR),
            Some(NOON + 30 + 12 * HOUR),
        ),
        (json!("1970-01-01T00:00:00Z"), None, None),
        (Value::Null, None, None),
    ];
    let records: Vec<Value> = cases
        .iter()
        .enumerate()
        .map(|(n, (date, ..))| {
            json!({
                "id": format!("{n}"),
                "site": format!("{n}.example"),
                "published": date,
                "text": story(),
            })
        })
        .collect();
    let page = Page::of_records(&records, &[]);
    let documents = &page.data["documents"];
    let ids = documents["id"].as_array().expect("ids");
    assert_eq!(ids.len(), cases.len());
    for (at, id) in ids.iter().enumerate() {
        let number: usize = id.as_str().and_then(|id| id.parse().ok()).expect("an id");
        let (date, from, until) = &cases[number];
        assert_eq!(documents["from"][at].as_i64(), *from, "{date}");
        assert_eq!(documents["until"][at].as_i64(), *until, "{date}");
    }
    // The first date that proves something: the bare day.
    assert_eq!(page.data["clusters"][0]["first"], json!(midnight));
}

#[test]
fn shared_passages_are_the_same_words_in_both_texts() {
    let page = Page::of(&newsroom(), &[]);
    let texts = page.texts["texts"].as_array().expect("texts");
    let text = |document: &Value| {
        let found = texts.iter().find(|text| text["document"] == *document);
        let text = found.and_then(|text| text["text"].as_str());
        text.expect("a text").encode_utf16().collect::<Vec<u16>>()
    };
    let words = |text: &[u16], from: &Value, to: &Value| {
        let at = |place: &Value| place.as_u64().expect("a place") as usize;
        let passage = String::from_utf16(&text[at(from)..at(to)]).expect("whole characters");
        wirecopy::text::words::reference(&passage)
    };
    let (mut passages, mut scripts) = (0, BTreeSet::new());
    for two in page.texts["side_by_side"].as_array().expect("pairs") {
        let (a, b) = (text(&two[0]), text(&two[1]));
        for passage in two[2].as_array().expect("passages") {
            let in_a = words(&a, &passage[0], &passage[1]);
            assert!(!in_a.is_empty());
            assert_eq!(in_a, words(&b, &passage[2], &passage[3]));
            passages += 1;
            scripts.extend(in_a[0].chars().next().map(char::len_utf8));
        }
    }
    assert!(passages > 42, "{passages}");
    assert!(scripts.len() > 1, "the passages have several scripts");
}

#[test]
fn the_page_is_the_same_at_any_thread_count_and_time() {
    let alone = bytes(&newsroom(), &["--threads", "1"]);
    assert_eq!(alone, bytes(&newsroom(), &["--threads", "2"]));
    assert_eq!(alone, bytes(&newsroom(), &["--threads", "7"]));
    assert_eq!(alone, bytes(&newsroom(), &["--memory", "256M"]));
}

#[test]
fn a_page_is_bounded_and_states_its_bounds() {
    let page = Page::of(&newsroom(), &["--report-limit", "5"]);
    assert_eq!(page.data["pairs"]["a"].as_array().map(Vec::len), Some(5));
    let left_out = page.left_out();
    assert!(
        left_out
            .iter()
            .any(|line| line.starts_with("5 of 42 pairs")),
        "{left_out:?}"
    );
    assert!(
        left_out.iter().any(|line| line.contains("of 15 clusters")),
        "{left_out:?}"
    );
    // The totals include the pairs that are left out.
    assert!(page.text("#numbers").contains("42"));

    let long: String = (0..3000)
        .map(|n| format!("é{n}{} ", "é".repeat(20)))
        .collect();
    let records: Vec<Value> = (0..40)
        .map(|n| {
            json!({
                "id": format!("{n}"),
                "site": format!("{n}.example"),
                "text": format!("{long}{n}"),
            })
        })
        .collect();
    let page = Page::of_records(&records, &[]);
    let texts = page.texts["texts"].as_array().expect("texts");
    assert!(texts.len() <= 16, "{}", texts.len());
    assert!(texts.iter().all(|text| text["cut"] == true));
    assert!(page.bytes.len() < 2 << 20, "{}", page.bytes.len());
    assert!(
        page.left_out()
            .iter()
            .any(|line| line.contains("long texts"))
    );
}

#[test]
fn hostile_fields_stay_text() {
    let page = Page::of_records(&hostile(), &[]);
    assert!(page.html.errors.is_empty(), "{:?}", page.html.errors);
    let scripts = page.select("script");
    let kinds: Vec<_> = scripts.iter().map(|script| script.attr("type")).collect();
    assert_eq!(
        kinds,
        [Some("application/json"), Some("application/json"), None]
    );
    for tag in [
        "img",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "foreignObject",
        "b",
    ] {
        assert_eq!(page.count(tag), 0, "{tag}");
    }
    for element in page.select("*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && name != "style", "{name}={value}");
            if matches!(name, "href" | "src" | "action" | "xlink:href") {
                assert!(value.starts_with('#'), "{name}={value}");
            }
        }
    }
    assert!(!page.bytes.contains(['\u{202e}', '\u{2066}', '\u{2028}']));
    for url in page.data["documents"]["url"].as_array().expect("urls") {
        let url = url.as_str().unwrap_or("https://");
        assert!(
            url.starts_with("https://") || url.starts_with("http://"),
            "{url}"
        );
    }
    // Nothing is lost: the title is unchanged.
    let titles = page.data["documents"]["title"].as_array().expect("titles");
    assert!(
        titles
            .iter()
            .any(|title| title == "</script><script>window.hit=1</script>")
    );
}

#[test]
fn the_content_policy_allows_only_the_page_itself() {
    let page = Page::of_records(&hostile(), &[]);
    let policy = page.select("meta[http-equiv='Content-Security-Policy']");
    let policy = policy[0].attr("content").expect("a policy");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (directive, tag) in [("script-src", "script:not([type])"), ("style-src", "style")] {
        let elements = page.select(tag);
        let inside: String = elements[0].text().collect();
        let hash = STANDARD.encode(Sha256::digest(inside));
        assert!(
            policy.contains(&format!("{directive} 'sha256-{hash}'")),
            "{policy}"
        );
    }
}

#[test]
fn reworded_copy_is_shown_as_such() {
    let corpus = data("reworded/articles.jsonl");
    let page = Page::of(&corpus, &["--reworded"]);
    assert!(page.html.errors.is_empty(), "{:?}", page.html.errors);
    let relations = page.data["pairs"]["relation"].as_array().expect("a column");
    let scores = page.data["pairs"]["reworded"].as_array().expect("a column");
    assert_eq!(relations.len(), scores.len());
    for (relation, score) in relations.iter().zip(scores) {
        assert_eq!(relation == "reworded", score.is_u64(), "{relation} {score}");
    }
    let found = scores.iter().filter(|score| score.is_u64()).count();
    assert!(found > 20, "{found}");
    assert!(
        page.text("#numbers").contains(&format!("{found} reworded")),
        "{}",
        page.text("#numbers")
    );
    assert!(page.text("#relation").contains("reworded"));
    assert!(page.count("#scores rect.reworded") > 0);
    let clusters = page.data["clusters"].as_array().expect("clusters");
    let mut members = clusters
        .iter()
        .filter_map(|cluster| cluster["members"].as_array())
        .flatten();
    assert!(members.any(|member| member[1] == "reworded"));

    // Without --reworded the page does not mention it.
    let page = Page::of(&corpus, &[]);
    assert_eq!(page.data["pairs"]["reworded"], json!([]));
    assert!(!page.text("#relation").contains("reworded"));
    assert_eq!(page.count("#clusters .reworded"), 0);
}

#[test]
fn documents_of_earlier_nights_are_members_with_their_texts() {
    let at = TempDir::new().expect("a directory");
    let index = at.path().join("news.index").display().to_string();
    let night = |day: u32| {
        let record = json!({
            "id": format!("night {day}"),
            "site": format!("{day}.example"),
            "published": format!("2026-03-0{day}T10:00:00Z"),
            "text": story(),
        });
        Page::of_records(&[record], &["--index", &index])
    };
    assert_eq!(night(1).data["clusters"], json!([]));
    let page = night(2);
    assert_eq!(page.data["documents"]["id"], json!(["night 1", "night 2"]));
    assert_eq!(page.data["pairs"]["relation"], json!(["exact"]));
    let texts = page.texts["texts"].as_array().expect("texts");
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[0]["text"], *story());
    assert!(page.text("#numbers").contains("1 seen before"));
    // On the third night the pair of the first two is known; their texts are still shown side by
    // side with the new one.
    let page = night(3);
    assert_eq!(page.data["pairs"]["a"].as_array().map(Vec::len), Some(2));
    assert_eq!(page.data["clusters"][0]["documents"], 3);
    let side_by_side = page.texts["side_by_side"].as_array().expect("pairs");
    assert_eq!(side_by_side.len(), 3);
}

#[test]
fn an_empty_run_has_a_page() {
    let page = Page::of_records(&[json!({"id": "1", "text": "Alone."})], &[]);
    assert!(page.html.errors.is_empty(), "{:?}", page.html.errors);
    assert!(
        page.text("#sites")
            .contains("No pair has documents on two different sites")
    );
}
