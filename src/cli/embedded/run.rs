//! A run of a command: its settings, inputs, messages, progress and interrupt.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::error::{CommandError, unwound};
use super::results::{ExplanationForms, TuningForms};
use crate::cli::args::Command;
use crate::cli::args::index::IndexCommand;
use crate::cli::args::running::UseWhen;
use crate::cli::args::scan::OutputFormatName;
use crate::cli::config::{self, ConfigError, Configured, UsedSettings};
use crate::cli::dedup::plan::DedupPlan;
use crate::cli::dedup::{self, DedupRun};
use crate::cli::explain::plan::ExplainPlan;
use crate::cli::outputs::{NamedOutput, OutputTarget, WantedOutput};
use crate::cli::plan::ScanPlan;
use crate::cli::progress::StageProgress;
use crate::cli::scan::{self, ScanRun};
use crate::cli::session::{OpenInputs, Watch};
use crate::cli::status::Stop;
use crate::cli::terminal::{Receiver, Terminal};
use crate::cli::tune::plan::TunePlan;
use crate::cli::{explain, index, tune};
use crate::read::Inputs;

/// A setting: the name of its flag, with hyphens or underscores, and its value.
pub type Setting = (String, SettingValue);

/// Value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// A flag without a value is set or not.
    Switch(bool),
    /// One value, or those of a flag that can be repeated.
    Values(Vec<String>),
}

/// Inputs of a run.
pub enum GivenInputs {
    /// Files, directories or addresses.
    Named(Vec<String>),
    /// Records that the program has.
    Records(Arc<OpenInputs>),
}

/// A run of a command.
pub struct EmbeddedRun {
    watch: Watch,
    terminal: Terminal,
    /// Names of the inputs.
    names: Vec<String>,
}

impl EmbeddedRun {
    /// A run over these inputs, whose messages go to `receiver`.
    pub fn new(inputs: GivenInputs, receiver: Arc<Receiver>) -> EmbeddedRun {
        let (names, open): (_, Arc<OpenInputs>) = match inputs {
            GivenInputs::Named(names) => (names, Arc::new(Inputs::open)),
            GivenInputs::Records(open) => (vec!["records".to_owned()], open),
        };
        let terminal = Terminal::received(receiver);
        EmbeddedRun {
            watch: Watch::embedded(terminal.clone(), open),
            terminal,
            names,
        }
    }

    /// Interrupts the run, which then ends at once without changing a file. A run whose files are
    /// in place already ends as usual.
    pub fn interrupt(&self) {
        self.watch.interrupt();
    }

    /// Progress of the current stage.
    pub fn progress(&self) -> Option<StageProgress> {
        self.watch.progress.state()
    }

    /// Scans the inputs.
    ///
    /// # Errors
    /// The same as the command's.
    pub fn scan(&self, settings: &[Setting]) -> Result<ScanRun, CommandError> {
        self.run(|| {
            let (command, used) = self.command("scan", &[], settings)?;
            let Command::Scan(mut typed) = command else {
                return Err(another_command());
            };
            let is_named = typed.output.is_some();
            if !is_named {
                typed.format.get_or_insert(OutputFormatName::Arrow);
            }
            let mut plan = ScanPlan::of(*typed)?;
            plan.wanted = files(plan.wanted, is_named)?;
            scan::finish(plan, used, self.watch.clone())
        })
    }

    /// Finds the duplicates among the inputs.
    ///
    /// # Errors
    /// The same as the command's.
    pub fn dedup(&self, settings: &[Setting]) -> Result<DedupRun, CommandError> {
        self.run(|| {
            let Command::Dedup(typed) = self.command("dedup", &[], settings)?.0 else {
                return Err(another_command());
            };
            let is_named = typed.output.is_some();
            let mut plan = DedupPlan::of(*typed)?;
            // The result has rows with all their columns, so they must stay as they are.
            plan.setup.reading.kept_rows = None;
            plan.wanted = files(plan.wanted, is_named)?;
            dedup::finish(plan, self.watch.clone())
        })
    }

    /// Explains two documents of the inputs.
    ///
    /// # Errors
    /// The same as the command's.
    pub fn explain(
        &self,
        documents: [&str; 2],
        settings: &[Setting],
    ) -> Result<ExplanationForms, CommandError> {
        self.run(|| {
            let Command::Explain(typed) = self.command("explain", &documents, settings)?.0 else {
                return Err(another_command());
            };
            let is_named = typed.output.is_some();
            let mut plan = ExplainPlan::of(*typed, UseWhen::Never)?;
            plan.wanted = files(plan.wanted, is_named)?;
            let (explained, _) = explain::finish(plan, self.watch.clone())?;
            ExplanationForms::of(&explained)
        })
    }

    /// Explains two documents of a finished scan.
    ///
    /// # Errors
    /// When a document is unknown or cannot be read again.
    pub fn explain_found(
        &self,
        found: &ScanRun,
        documents: [&str; 2],
    ) -> Result<ExplanationForms, CommandError> {
        let ids = documents.map(str::to_owned);
        self.run(|| ExplanationForms::of(&found.explain(&ids, &self.watch)?))
    }

    /// Compares thresholds on the inputs.
    ///
    /// # Errors
    /// The same as the command's.
    pub fn tune(&self, settings: &[Setting]) -> Result<TuningForms, CommandError> {
        self.run(|| {
            let Command::Tune(typed) = self.command("tune", &[], settings)?.0 else {
                return Err(another_command());
            };
            let is_named = typed.output.is_some();
            let mut plan = TunePlan::of(*typed, UseWhen::Never)?;
            plan.wanted = files(plan.wanted, is_named)?;
            let (tuned, _) = tune::finish(plan, self.watch.clone())?;
            TuningForms::of(&tuned)
        })
    }

    /// The page on which a sample of pairs is labelled.
    ///
    /// # Errors
    /// The same as the command's.
    pub fn sample(&self, pairs: u32, settings: &[Setting]) -> Result<String, CommandError> {
        self.run(|| match self.command("tune", &[], settings)?.0 {
            Command::Tune(typed) => tune::sample::page(*typed, pairs, self.watch.clone()),
            _ => Err(another_command()),
        })
    }

    /// Inspects or changes an index: `command` is a subcommand of `wirecopy index`. The answer is
    /// JSON.
    ///
    /// # Errors
    /// The same as the command's.
    pub fn index(
        &self,
        command: &str,
        directory: &str,
        settings: &[Setting],
    ) -> Result<String, CommandError> {
        self.run(|| {
            let argv = ["wirecopy", "index", command].map(OsString::from);
            let mut argv: Vec<_> = argv.into_iter().chain(arguments(settings)).collect();
            argv.extend(["--".into(), directory.into()]);
            match self.parsed(argv)?.0 {
                Command::Index {
                    command: IndexCommand::Export { output: None, .. },
                } => Err(Stop::usage("an export needs a file: name one with output")),
                Command::Index { command } => {
                    let answer = index::answer(command, &self.terminal)?;
                    Ok(serde_json::to_string(&answer.facts)?)
                }
                _ => Err(another_command()),
            }
        })
    }

    /// The command with these settings. `before` comes before the inputs.
    pub(super) fn command(
        &self,
        name: &str,
        before: &[&str],
        settings: &[Setting],
    ) -> Result<(Command, UsedSettings), Stop> {
        let named = settings.iter().map(|(setting, value)| {
            let switches = matches!(value, SettingValue::Switch(_));
            (setting.as_str(), switches)
        });
        config::check_settings(name, named)?;
        let mut argv: Vec<OsString> = vec!["wirecopy".into(), name.into()];
        argv.extend(arguments(settings));
        argv.push("--".into());
        argv.extend(before.iter().map(OsString::from));
        argv.extend(self.names.iter().map(OsString::from));
        self.parsed(argv)
    }

    fn parsed(&self, argv: Vec<OsString>) -> Result<(Command, UsedSettings), Stop> {
        match config::configured_alone(&argv) {
            Ok(Configured::Run(arguments, used)) => Ok((arguments.command, used)),
            Ok(Configured::Printed(_)) => Err(another_command()),
            Err(ConfigError::Typed(error)) => Err(Stop::usage(config::one_line(&error))),
            Err(ConfigError::Set(stop)) => Err(stop),
        }
    }

    /// Does the work, and makes an error of an interrupt or a panic.
    pub(super) fn run<T>(&self, work: impl FnOnce() -> Result<T, Stop>) -> Result<T, CommandError> {
        let done = catch_unwind(AssertUnwindSafe(work));
        done.map_err(unwound)?.map_err(CommandError::from)
    }
}

/// The arguments for settings.
fn arguments(settings: &[Setting]) -> Vec<OsString> {
    let mut arguments = Vec::new();
    for (name, value) in settings {
        let flag = name.replace('_', "-");
        match value {
            SettingValue::Switch(true) => arguments.push(format!("--{flag}").into()),
            SettingValue::Switch(false) => {}
            SettingValue::Values(values) => {
                let typed = values
                    .iter()
                    .map(|value| format!("--{flag}={value}").into());
                arguments.extend(typed);
            }
        }
    }
    arguments
}

/// The outputs that are files. `is_named` tells whether the first was named.
fn files<R: NamedOutput>(
    mut wanted: Vec<WantedOutput<R>>,
    is_named: bool,
) -> Result<Vec<WantedOutput<R>>, Stop> {
    if !is_named {
        wanted.remove(0);
    }
    match wanted.iter().find(|one| one.target == OutputTarget::Stdout) {
        Some(one) => Err(Stop::usage(format!(
            "the {} cannot go to standard output here: name a file",
            one.report.name()
        ))),
        None => Ok(wanted),
    }
}

/// The error for settings that lead to another command.
pub(super) fn another_command() -> Stop {
    Stop::usage("these settings ask for something else than this command")
}
