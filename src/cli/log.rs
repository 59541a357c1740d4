//! The log for machines: one JSON object a line.
//!
//! Every object has `time` (RFC 3339, UTC), `level`, `event`, which names the kind, and `message`, as a person would read it; the fields of its kind
//! stand beside them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use wirecopy::text::escaping;

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// The event as an object on one line, without the line's end. The fields are those of the object `fields`.
pub fn object(time: Timestamp, level: Level, event: &str, message: &str, fields: Value) -> String {
    let mut fields = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    // What every object has is never said twice.
    fields.retain(|name, _| !["time", "level", "event", "message"].contains(&&**name));
    let line = Line {
        time: format!("{time:.3}"),
        level: level.name(),
        event,
        message: message.trim(),
        fields,
    };
    escaping::json(&serde_json::to_string(&line).unwrap_or_default())
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    level: &'a str,
    event: &'a str,
    message: &'a str,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_one_line_that_reads_back() {
        let time = Timestamp::from_millisecond(1_772_928_000_123).unwrap();
        let nasty = "a\nb \u{9b}31m \u{202e} \u{2028} \u{7f} \"é\"";
        let line = object(
            time,
            Level::Warning,
            "reject",
            nasty,
            json!({"reason": nasty, "level": "mine"}),
        );
        assert!(!line.chars().any(escaping::is_unsafe), "{line}");
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            read,
            json!({
                "time": "2026-03-08T00:00:00.123Z",
                "level": "warning",
                "event": "reject",
                "message": nasty,
                "reason": nasty,
            })
        );
    }
}
