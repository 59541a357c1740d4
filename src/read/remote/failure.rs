//! Words for failures of servers: what they answered and what the user can do.

use std::error::Error;
use std::io;

use object_store::Error as StoreError;

use super::super::addresses::{self, Service};
use super::super::remote_failure::RemoteFailure;

/// Length of a server's own words that is shown.
const WORDS_SHOWN: usize = 200;

/// Before the status in an error of `object_store`, which keeps the type of the error private.
const STATUS: &str = "status code: ";

/// The failure of an object that is not what it was in the first answer.
pub(super) fn changed() -> RemoteFailure {
    let text = "the object was replaced while it was read; run again when nothing writes to it";
    RemoteFailure::new(io::ErrorKind::InvalidData, text)
}

/// The failure behind an error of `object_store`.
pub(super) fn failure(service: Service, error: &StoreError) -> RemoteFailure {
    let whole = error.to_string();
    let status = status(error);
    let words = words(&whole).map_or_else(String::new, |words| format!(", {words}"));
    let advice = advice(service);
    match (error, status) {
        // Before the credentials, which are told by words that a key can have too.
        (StoreError::NotFound { .. }, _) => {
            let text = format!("there is no such object (404 Not Found{words})");
            RemoteFailure::new(io::ErrorKind::NotFound, text)
        }
        _ if asks_for_credentials(&whole) => {
            let text = format!("no credentials were found; {advice}");
            RemoteFailure::new(io::ErrorKind::PermissionDenied, text)
        }
        (_, Some(status @ (401 | 403))) => {
            let name = if status == 401 {
                "Unauthorized"
            } else {
                "Forbidden"
            };
            let text = format!("access is denied ({status} {name}{words}); {advice}");
            RemoteFailure::new(io::ErrorKind::PermissionDenied, text)
        }
        (_, Some(status @ 300..=399)) => {
            let text = format!(
                "the server sends the request elsewhere ({status}{words}); is the region \
                 right?"
            );
            RemoteFailure::new(io::ErrorKind::Other, text)
        }
        (_, Some(status @ (408 | 429 | 500..=599))) => {
            let text = format!("the server answers {status}{words}, and did after retries");
            RemoteFailure::new(io::ErrorKind::Other, text)
        }
        (_, Some(status)) => RemoteFailure::new(
            io::ErrorKind::Other,
            format!("the server answers {status}{words}"),
        ),
        (_, None) => {
            let cause = addresses::redacted(&last_cause(error));
            let advice = if cause.contains("onfigur") || cause.contains("ccount") {
                format!("; {advice}")
            } else {
                String::new()
            };
            RemoteFailure::new(
                io::ErrorKind::Other,
                format!("{}{advice}", shortened(&cause)),
            )
        }
    }
}

/// The HTTP status in an error.
pub(super) fn status(error: &StoreError) -> Option<u16> {
    let whole = error.to_string();
    let (_, after) = whole.split_once(STATUS)?;
    after.get(..3)?.parse().ok()
}

/// The variables that hold credentials, and what else may be wrong.
fn advice(service: Service) -> &'static str {
    match service {
        Service::S3 => {
            "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where they are temporary, \
             AWS_SESSION_TOKEN, or AWS_SKIP_SIGNATURE=true for a public bucket; AWS_REGION and \
             AWS_ENDPOINT say where it is"
        }
        Service::GoogleCloud => {
            "set GOOGLE_APPLICATION_CREDENTIALS to the file with the credentials, or \
             GOOGLE_SKIP_SIGNATURE=true for a public bucket"
        }
        Service::Azure => {
            "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY or \
             AZURE_STORAGE_SAS_TOKEN, or AZURE_SKIP_SIGNATURE=true for a public container"
        }
        Service::Web => {
            "a signed address may have expired; a user and a password can stand before the host, \
             as in https://user:password@host/"
        }
    }
}

/// Tells whether an error comes from the service that hands out credentials in a cloud, which is
/// the last place where they are looked for.
fn asks_for_credentials(error: &str) -> bool {
    ["169.254.", "metadata.google", "/latest/api/token"]
        .iter()
        .any(|place| error.contains(place))
}

/// The server's own words: code and message of an XML answer, or else the beginning of a text.
fn words(error: &str) -> Option<String> {
    let (_, after) = error.split_once(STATUS)?;
    let (_, body) = after.split_once(": ")?;
    let element = |name: &str| {
        let (_, after) = body.split_once(&format!("<{name}>"))?;
        let (content, _) = after.split_once('<')?;
        Some(content.to_owned())
    };
    let text = match (element("Code"), element("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code,
        _ if body.trim_start().starts_with('<') => return None,
        _ => body.lines().next()?.trim().to_owned(),
    };
    let text = shortened(&addresses::redacted(&text));
    (!text.is_empty()).then_some(text)
}

/// The last error of a chain, which says what happened.
fn last_cause(error: &StoreError) -> String {
    let mut last: &dyn Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

/// The beginning of a text, on one line.
fn shortened(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = printable.take(WORDS_SHOWN).collect();
    short.truncate(short.trim_end().len());
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_looks_like_an_address_of_the_cloud_can_be_missing() {
        let error = StoreError::NotFound {
            path: "logs/169.254.0.1.jsonl".to_owned(),
            source: "status code: 404".into(),
        };
        assert!(failure(Service::S3, &error).is_not_found());
    }
}
