//! The JSON log: one object per line.
//!
//! Every object has `time` (RFC 3339, UTC), `level`, `event` (the kind of event) and `message` (the
//! text for people), and further fields that depend on the event.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::text::escaping;

/// Severity of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    Info,
    Warning,
    Error,
}

impl LogLevel {
    fn name(self) -> &'static str {
        match self {
            LogLevel::Info => "info",
            LogLevel::Warning => "warning",
            LogLevel::Error => "error",
        }
    }
}

/// One event as a JSON object on one line, without a line end. `fields` is an object of further
/// fields.
pub fn object(
    time: Timestamp,
    level: LogLevel,
    event: &str,
    message: &str,
    fields: Value,
) -> String {
    let mut fields = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    // The common fields must not occur twice.
    fields.retain(|name, _| !["time", "level", "event", "message"].contains(&&**name));
    let line = LogLine {
        time: format!("{time:.3}"),
        level: level.name(),
        event,
        message: message.trim(),
        fields,
    };
    escaping::json(&serde_json::to_string(&line).unwrap_or_default())
}

#[derive(Serialize)]
struct LogLine<'a> {
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
    fn an_event_is_one_line_of_json() {
        let time = Timestamp::from_millisecond(1_772_928_000_123).unwrap();
        let nasty = "a\nb \u{9b}31m \u{202e} \u{2028} \u{7f} \"é\"";
        let line = object(
            time,
            LogLevel::Warning,
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
