//! A choice as settings of a `wirecopy.toml`, whose other settings and comments stay.

use std::fs;
use std::io::ErrorKind;

use crate::report::tune::{ChoiceRow, Suggested};
use anyhow::{Context, anyhow};
use toml_edit::{DocumentMut, value};

use crate::cli::config;
use crate::cli::outputs::OutputTarget;
use crate::cli::status::Stop;

/// The text of the file, which must be valid settings; empty if there is no file.
pub fn read(target: &OutputTarget) -> Result<String, Stop> {
    let OutputTarget::File(path) = target else {
        return Ok(String::new());
    };
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        read => read
            .with_context(|| format!("cannot read --write {}", path.display()))
            .map_err(Stop::Failed)?,
    };
    config::check(&text, &path.display().to_string())?;
    Ok(text)
}

/// The text of the file with the numbers of a choice. Suggested numbers replace them.
pub fn with(before: &str, row: &ChoiceRow, suggested: Option<Suggested>) -> Result<String, Stop> {
    let mut file: DocumentMut = before
        .parse()
        .map_err(|error| Stop::Failed(anyhow!("--write is not a settings file: {error}")))?;
    let valley = |of: fn(&Suggested) -> Option<crate::tuning::valley::Valley>| {
        suggested.as_ref().and_then(of).map(|valley| valley.at)
    };
    let choice = &row.effect.choice;
    let mut set = |key: &str, new: toml_edit::Item| match file.get_mut(key) {
        // A comment after the value stays too.
        Some(old) => {
            let decor = old.as_value().map(|old| old.decor().clone());
            *old = new;
            if let (Some(value), Some(decor)) = (old.as_value_mut(), decor) {
                *value.decor_mut() = decor;
            }
        }
        None => {
            file.insert(key, new);
        }
    };
    let threshold = valley(|suggested| suggested.threshold).unwrap_or(choice.threshold);
    set("threshold", value(threshold));
    if let Some(excerpts) = choice.excerpts {
        let containment = valley(|suggested| suggested.containment).unwrap_or(excerpts.containment);
        set("containment", value(containment));
        set("passage", value(i64::from(excerpts.passage)));
    }
    set("shingle", value(row.shingle.to_string()));
    if let Some(score) = choice.reworded_score {
        set("reworded", value(true));
        set("reworded-score", value(score));
    }
    let after = file.to_string();
    config::check(&after, "--write")?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::exact::Excerpts;
    use crate::pipeline::{Choice, Effect, Surfacing};
    use crate::report::tune::Varied;
    use crate::text::shingle::DEFAULT_SHINGLE;

    fn row() -> ChoiceRow {
        ChoiceRow {
            varied: Varied::Nothing,
            shingle: DEFAULT_SHINGLE,
            effect: Effect {
                choice: Choice {
                    threshold: 0.6,
                    excerpts: Some(Excerpts {
                        containment: 0.4,
                        passage: 20,
                        long_passage: None,
                    }),
                    reworded_score: None,
                },
                pairs: 0,
                exact: 0,
                near: 0,
                excerpt: 0,
                reworded: None,
                cross_site: 0,
                clusters: 0,
                biggest_cluster: 0,
                documents: 0,
                surfacing: Surfacing::Prefixes,
                recall_at_threshold: 1.0,
                expected_recall: 1.0,
                expected_candidates: None,
                labelled: Vec::new(),
                clustered: None,
            },
            confusion: None,
            expected_seconds: None,
        }
    }

    #[test]
    fn other_settings_and_comments_stay() {
        let before = "# ours\nthreshold = 0.5 # for now\nquiet = true\n";
        let after = with(before, &row(), None).expect("settings");
        assert_eq!(
            after,
            "# ours\nthreshold = 0.6 # for now\nquiet = true\ncontainment = 0.4\npassage = 20\n\
             shingle = \"word:5\"\n"
        );
        assert_eq!(with(&after, &row(), None).expect("settings"), after);
    }

    #[test]
    fn an_invalid_file_is_rejected() {
        let error = with("threshold = = 2", &row(), None).expect_err("no TOML");
        assert!(
            error.to_string().contains("--write is not a settings file"),
            "{error}"
        );
    }
}
