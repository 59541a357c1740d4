//! Settings for the stages of a scan that another program runs in many tasks.

use std::sync::Arc;

use super::error::CommandError;
use super::run::{EmbeddedRun, GivenInputs, Setting, another_command};
use crate::cli::args::Command;
use crate::cli::plan::ScanPlan;
use crate::cli::status::Stop;
use crate::pipeline::{Settings, Surfacing};
use crate::read::{Inputs, ReadSettings};

/// Settings of a scan in stages.
#[derive(Debug, Clone)]
pub struct StageSettings {
    /// Settings of the readers.
    pub reading: ReadSettings,
    /// Settings of the stages.
    pub scan: Settings,
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
    pub fn of(settings: &[Setting]) -> Result<StageSettings, CommandError> {
        let open = Arc::new(|_: &[String], reading| Inputs::open(&[], reading));
        let run = EmbeddedRun::new(GivenInputs::Records(open), Arc::new(|_| {}));
        run.run(|| {
            let Command::Scan(typed) = run.command("scan", &[], settings)?.0 else {
                return Err(another_command());
            };
            let plan = ScanPlan::of(*typed)?;
            if let Some(setting) = unavailable(&plan) {
                return Err(Stop::usage(format!(
                    "--{setting} is not available in stages: it needs all documents at once"
                )));
            }
            Ok(StageSettings {
                reading: plan.setup.reading,
                scan: plan.settings,
                most_rejects: plan.setup.permitted_rejects.most,
                allow_loss: plan.setup.permitted_rejects.unknown_loss,
                fail_if_empty: plan.setup.fail_if_empty,
            })
        })
    }
}

/// A setting of the plan that the stages do not have.
fn unavailable(plan: &ScanPlan) -> Option<&'static str> {
    let settings = &plan.settings;
    [
        ("index", plan.index.is_some()),
        ("against", plan.setup.reference.is_some()),
        ("reworded", settings.reworded.is_some()),
        ("report", settings.page.is_some()),
        ("recall 1", settings.surfacing == Surfacing::Prefixes),
    ]
    .into_iter()
    .find_map(|(setting, is_set)| is_set.then_some(setting))
}
