//! Writes documents as JSON lines, and truth and stories as CSV.

use std::fmt::Write;

use crate::record::{DocPair, Document, Holding};

/// Header of a truth file.
pub(crate) const TRUTH_HEADER: &str = "id_a,id_b,kind,target,jaccard,body_jaccard,passage_words\n";

/// Header of a stories file.
pub(crate) const STORIES_HEADER: &str = "id,kind,story,source,event,agency,credit,words,\
    first_word,run,containment,source_containment,chrome_words\n";

/// Appends the document as one line. Only required escapes are used; other scripts stay UTF-8.
pub(crate) fn append_document(line: &mut String, document: &Document) {
    let fields = [
        ("{\"id\":\"", &document.id),
        (",\"url\":\"", &document.url),
        (",\"site\":\"", &document.site),
        (",\"published\":\"", &document.published),
        (",\"title\":\"", &document.title),
        (",\"author\":\"", &document.author),
        (",\"text\":\"", &document.text),
    ];
    for (lead, value) in fields {
        line.push_str(lead);
        append_escaped(line, value);
        line.push('"');
    }
    line.push_str("}\n");
}

fn append_escaped(line: &mut String, value: &str) {
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            _ => continue,
        };
        line.push_str(&value[plain..at]);
        line.push_str(escape);
        plain = at + 1;
    }
    line.push_str(&value[plain..]);
}

/// Appends the pair as one line. No cell needs quoting.
pub(crate) fn append_pair(line: &mut String, pair: &DocPair) {
    let score = |score: Option<f64>| score.map_or(String::new(), |score| format!("{score:.4}"));
    let words = pair
        .passage_words
        .map_or(String::new(), |words| words.to_string());
    // Writing to a string cannot fail.
    let _ = writeln!(
        line,
        "{},{},{},{},{},{},{words}",
        pair.id_a,
        pair.id_b,
        pair.kind.name(),
        pair.target
            .map_or(String::new(), |target| format!("{target:.2}")),
        score(pair.jaccard),
        score(pair.body_jaccard),
    );
}

/// Appends the holding as one line. No cell needs quoting.
pub(crate) fn append_holding(line: &mut String, holding: &Holding) {
    let number = |number: Option<usize>| number.map_or(String::new(), |n| n.to_string());
    let score = |score: Option<f64>| score.map_or(String::new(), |score| format!("{score:.4}"));
    let credit = &holding.credit;
    let places = [
        (credit.dateline, "dateline"),
        (credit.byline, "byline"),
        (credit.tagline, "tagline"),
    ];
    let places: Vec<&str> = places.iter().filter(|p| p.0).map(|p| p.1).collect();
    let _ = writeln!(
        line,
        "{},{},{},{},{},{},{},{},{},{},{},{},{}",
        holding.id,
        holding.kind.name(),
        holding.story,
        holding.source.as_deref().unwrap_or_default(),
        holding.event.as_deref().unwrap_or_default(),
        holding.agency.unwrap_or_default(),
        places.join(" "),
        holding.words,
        number(holding.first_word),
        number(holding.run),
        score(holding.containments.map(|c| c.0)),
        score(holding.containments.map(|c| c.1)),
        holding.chrome_words,
    );
}
