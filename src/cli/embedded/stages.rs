//! Settings for the stages of a scan, or of a dedup, that another program runs in many tasks.

use std::sync::Arc;

use super::error::CommandError;
use super::run::{EmbeddedRun, GivenInputs, Setting, another_command};
use crate::cli::args::Command;
use crate::cli::dedup::plan::{DedupPlan, PreferPlan};
use crate::cli::plan::{RunSetup, ScanPlan};
use crate::cli::status::Stop;
use crate::cluster::duplicates::Keep;
use crate::pipeline::{Settings, Surfacing};
use crate::read::{Inputs, ReadSettings};

/// Settings of a scan or a dedup in stages.
#[derive(Debug, Clone)]
pub struct StageSettings {
    /// Settings of the readers.
    pub reading: ReadSettings,
    /// Settings of the stages.
    pub scan: Settings,
    /// Which of several duplicates stays.
    pub prefer: PreferPlan,
    /// Names of the fields that mark duplicates, if none is removed.
    pub marks: Option<[String; 2]>,
    /// Largest number of rejected records with which the scan succeeds; `None` for any number.
    pub most_rejects: Option<u64>,
    /// True if records may be lost without being counted.
    pub allow_loss: bool,
    /// True if a scan without any word must fail.
    pub fail_if_empty: bool,
}

impl StageSettings {
    /// Settings by the names of the flags of `scan`.
    ///
    /// # Errors
    /// When a setting is wrong, or asks for what the stages cannot do.
    pub fn of_scan(settings: &[Setting]) -> Result<StageSettings, CommandError> {
        let open = Arc::new(|_: &[String], reading| Inputs::open(&[], reading));
        let run = EmbeddedRun::new(GivenInputs::Records(open), Arc::new(|_| {}));
        run.run(|| {
            let Command::Scan(typed) = run.command("scan", &[], settings)?.0 else {
                return Err(another_command());
            };
            let plan = ScanPlan::of(*typed)?;
            StageSettings::in_stages(plan.setup, plan.settings, plan.index.is_some())
        })
    }

    /// Settings by the names of the flags of `dedup`.
    ///
    /// # Errors
    /// When a setting is wrong, or asks for what the stages cannot do.
    pub fn of_dedup(settings: &[Setting]) -> Result<StageSettings, CommandError> {
        let open = Arc::new(|_: &[String], reading| Inputs::open(&[], reading));
        let run = EmbeddedRun::new(GivenInputs::Records(open), Arc::new(|_| {}));
        run.run(|| {
            let Command::Dedup(typed) = run.command("dedup", &[], settings)?.0 else {
                return Err(another_command());
            };
            let plan = DedupPlan::of(*typed)?;
            if plan.prefer.keep == Keep::FirstRead {
                return Err(unavailable("prefer first-read"));
            }
            Ok(StageSettings {
                prefer: plan.prefer,
                marks: plan.marks.map(|marks| [marks.duplicate_of, marks.group]),
                ..StageSettings::in_stages(plan.setup, plan.settings, plan.index.is_some())?
            })
        })
    }

    fn in_stages(
        setup: RunSetup,
        settings: Settings,
        has_index: bool,
    ) -> Result<StageSettings, Stop> {
        let asked = [
            ("index", has_index),
            ("against", setup.reference.is_some()),
            ("reworded", settings.reworded.is_some()),
            ("report", settings.page.is_some()),
            ("recall 1", settings.surfacing == Surfacing::Prefixes),
        ];
        if let Some((setting, _)) = asked.into_iter().find(|&(_, is_asked)| is_asked) {
            return Err(unavailable(setting));
        }
        Ok(StageSettings {
            reading: setup.reading,
            scan: settings,
            prefer: PreferPlan::default(),
            marks: None,
            most_rejects: setup.permitted_rejects.most,
            allow_loss: setup.permitted_rejects.unknown_loss,
            fail_if_empty: setup.fail_if_empty,
        })
    }
}

/// The error for a setting that the stages do not have.
fn unavailable(setting: &str) -> Stop {
    Stop::usage(format!(
        "--{setting} is not available in stages: it needs all documents at once"
    ))
}
