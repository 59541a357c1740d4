//! The commands for another program that runs them, such as the Python package.
//!
//! It gives settings by the names of their flags, so that there is one definition of them. It gives
//! the inputs too, takes the messages, asks for progress, and interrupts a run. Neither the
//! environment nor a `wirecopy.toml` counts, unless the setting `config` names a file. Results stay
//! in memory and are handed over as columns of Arrow, or as the JSON and pages that the commands
//! write.

use std::any::Any;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Cursor, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_ipc::reader::FileReader;
use arrow_json::ReaderBuilder;
use arrow_json::reader::infer_json_schema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::args::Command;
use super::args::index::IndexCommand;
use super::args::running::UseWhen;
use super::args::scan::OutputFormatName;
use super::config::{self, ConfigError, Configured, UsedSettings};
use super::dedup::plan::DedupPlan;
use super::dedup::{self, DedupTable};
use super::explain::plan::ExplainPlan;
use super::outputs::{NamedOutput, OutputTarget, ScanReport, WantedOutput};
use super::plan::ScanPlan;
use super::progress::Interrupted;
use super::session::Watch;
use super::status::Stop;
use super::terminal::Terminal;
use super::tune::plan::TunePlan;
use super::{explain, index, scan, tune};
use crate::pipeline::Explanation;
use crate::read::Inputs;
use crate::report::table::{TableEncoding, TableFormat};
use crate::report::tune::Tuned;
use crate::report::{explain as explain_report, tune as tune_report};

pub use super::config::{SettingInfo, SettingKind, settings};
pub use super::dedup::DedupRun;
pub use super::log::LogLevel;
pub use super::progress::StageProgress;
pub use super::scan::ScanRun;
pub use super::session::OpenInputs;
pub use super::terminal::{Message, Receiver};

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

/// The reason why a command gives no result.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting is wrong; the message says what is valid.
    #[error("{0}")]
    Setting(String),
    /// The work failed.
    #[error("{0}")]
    Failed(String),
    /// [`EmbeddedRun::interrupt`] was called.
    #[error("interrupted; no output is incomplete")]
    Interrupted,
    /// There is an error in wirecopy itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<Stop> for CommandError {
    fn from(stop: Stop) -> CommandError {
        let message = stop.to_string();
        match stop {
            Stop::Usage(_) => CommandError::Setting(message),
            Stop::Failed(_) => CommandError::Failed(message),
        }
    }
}

/// A table that a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanTable {
    /// The pairs.
    Pairs,
    /// The clusters.
    Clusters,
    /// The documents of clusters.
    Members,
    /// The pairs of sites.
    Sites,
    /// The rejected records.
    Rejects,
    /// The documents without boilerplate.
    Clean,
}

/// An explanation of two documents, in several forms.
pub struct ExplanationForms {
    /// As text, for a terminal.
    pub text: String,
    /// As JSON.
    pub json: String,
    /// As a page.
    pub html: String,
}

/// Choices of thresholds and what they would find, in several forms.
pub struct TuningForms {
    /// As JSON.
    pub json: String,
    /// As a page.
    pub html: String,
}

/// Rows of columns.
pub type Rows = Box<dyn RecordBatchReader + Send>;

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
    /// Those of the command.
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
    /// Those of the command.
    pub fn dedup(&self, settings: &[Setting]) -> Result<DedupRun, CommandError> {
        self.run(|| {
            let Command::Dedup(typed) = self.command("dedup", &[], settings)?.0 else {
                return Err(another_command());
            };
            let is_named = typed.output.is_some();
            let mut plan = DedupPlan::of(*typed)?;
            plan.wanted = files(plan.wanted, is_named)?;
            dedup::finish(plan, self.watch.clone())
        })
    }

    /// Explains two documents of the inputs.
    ///
    /// # Errors
    /// Those of the command.
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
    /// Those of the command.
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
    /// Those of the command.
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
    /// Those of the command.
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
    fn command(
        &self,
        name: &str,
        before: &[&str],
        settings: &[Setting],
    ) -> Result<(Command, UsedSettings), Stop> {
        for (setting, value) in settings {
            let switches = matches!(value, SettingValue::Switch(_));
            config::known(name, setting, switches)?;
        }
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
    fn run<T>(&self, work: impl FnOnce() -> Result<T, Stop>) -> Result<T, CommandError> {
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
fn another_command() -> Stop {
    Stop::usage("these settings ask for something else than this command")
}

/// The error of a run that unwound.
fn unwound(payload: Box<dyn Any + Send>) -> CommandError {
    if payload.is::<Interrupted>() {
        return CommandError::Interrupted;
    }
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    let message = message.or_else(|| payload.downcast_ref::<String>().cloned());
    CommandError::Internal(message.unwrap_or_else(|| "unknown".to_owned()))
}

impl ScanRun {
    /// A table of what was found.
    ///
    /// # Errors
    /// When a document cannot be read again.
    pub fn table(&self, table: ScanTable) -> Result<Rows, CommandError> {
        let encoding = TableEncoding::from(TableFormat::Arrow);
        let report = match table {
            ScanTable::Pairs => ScanReport::Pairs(encoding),
            ScanTable::Clusters => ScanReport::Clusters(encoding),
            ScanTable::Members => ScanReport::Members(encoding),
            ScanTable::Sites => ScanReport::Sites(encoding),
            ScanTable::Rejects => ScanReport::Rejects(encoding),
            ScanTable::Clean => ScanReport::Clean(encoding),
        };
        Ok(rows_of_file(written(|out| self.render(report, out))?)?)
    }

    /// The summary, as JSON.
    ///
    /// # Errors
    /// None that is known.
    pub fn summary(&self) -> Result<String, CommandError> {
        let summary = written(|out| self.render(ScanReport::Summary, out))?;
        Ok(String::from_utf8_lossy(&summary).into_owned())
    }

    /// Writes the report page to a file, with this many pairs at most.
    ///
    /// # Errors
    /// When a text cannot be read again or the file cannot be written.
    pub fn write_page(&mut self, path: &Path, limit: Option<u32>) -> Result<(), CommandError> {
        Ok(self.page(OutputTarget::of(path), limit)?)
    }
}

impl DedupRun {
    /// The documents that stay, or all of them with their marks. Rows of columns keep theirs;
    /// objects of JSON become rows; other documents have the fields that wirecopy knows.
    ///
    /// # Errors
    /// When a document cannot be read again, or a field of JSON has values that no column can hold.
    pub fn documents_table(&self) -> Result<Rows, CommandError> {
        if self.copies_json() {
            let lines = written(|out| self.render(DedupTable::Copies, out))?;
            return Ok(rows_of_json(lines, &self.mark_names())?);
        }
        Ok(rows_of_file(written(|out| {
            self.render(DedupTable::Documents, out)
        })?)?)
    }

    /// The documents that were removed, with reasons.
    ///
    /// # Errors
    /// None that is known.
    pub fn removed_table(&self) -> Result<Rows, CommandError> {
        Ok(rows_of_file(written(|out| {
            self.render(DedupTable::Removed, out)
        })?)?)
    }

    /// The rejected records.
    ///
    /// # Errors
    /// None that is known.
    pub fn rejects_table(&self) -> Result<Rows, CommandError> {
        Ok(rows_of_file(written(|out| {
            self.render(DedupTable::Rejects, out)
        })?)?)
    }
}

impl ExplanationForms {
    fn of(explained: &Explanation) -> Result<ExplanationForms, Stop> {
        Ok(ExplanationForms {
            text: text_of(|mut out| explain::plain_text(explained, &mut out))?,
            json: text_of(|mut out| explain_report::json::write(explained, &mut out))?,
            html: text_of(|mut out| explain_report::html::write(explained, &mut out))?,
        })
    }
}

impl TuningForms {
    fn of(tuned: &Tuned) -> Result<TuningForms, Stop> {
        Ok(TuningForms {
            json: text_of(|mut out| tune_report::json::write(tuned, &mut out))?,
            html: text_of(|mut out| tune_report::html::write(tuned, &mut out))?,
        })
    }
}

/// What `write` writes.
fn written(write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    Ok(bytes)
}

/// What `write` writes, which is UTF-8.
pub(super) fn text_of(
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<String, Stop> {
    Ok(String::from_utf8(written(write)?)?)
}

/// The rows of an Arrow file.
fn rows_of_file(file: Vec<u8>) -> Result<Rows, Stop> {
    Ok(Box::new(FileReader::try_new(Cursor::new(file), None)?))
}

/// The names of objects in lines of JSON, in the order in which they first stand there.
fn names_in_order(lines: &[u8]) -> Result<Vec<String>, Stop> {
    let mut order = NameOrder::default();
    for object in serde_json::Deserializer::from_slice(lines).into_iter::<Names>() {
        for name in object?.0 {
            order.add(name);
        }
    }
    Ok(order.names)
}

/// Names, each once.
#[derive(Default)]
struct NameOrder {
    names: Vec<String>,
    known: BTreeSet<String>,
}

impl NameOrder {
    fn add(&mut self, name: String) {
        if !self.known.contains(&name) {
            self.known.insert(name.clone());
            self.names.push(name);
        }
    }
}

/// The names of an object of JSON.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Names, D::Error> {
        deserializer.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

/// The rows of lines of JSON. A column of `texts` is one even if all its values are null.
fn rows_of_json(lines: Vec<u8>, texts: &[&str]) -> Result<Rows, Stop> {
    let of_columns = |error: ArrowError| {
        Stop::Failed(anyhow!(error).context(
            "the records cannot be rows of one table; give them as a table with columns instead",
        ))
    };
    let (schema, _) = infer_json_schema(Cursor::new(&lines), None).map_err(of_columns)?;
    let names = names_in_order(&lines)?;
    let in_order = names
        .iter()
        .filter_map(|name| schema.column_with_name(name));
    let fields = in_order.map(|(at, _)| {
        let field = &schema.fields()[at];
        let is_text = texts.contains(&field.name().as_str()) && field.data_type().is_null();
        match is_text {
            true => Arc::new(Field::new(field.name(), DataType::Utf8, true)),
            false => Arc::clone(field),
        }
    });
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let reader = ReaderBuilder::new(Arc::clone(&schema))
        .with_coerce_primitive(true)
        .build(Cursor::new(lines))
        .map_err(of_columns)?;
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().map_err(of_columns)?;
    Ok(Box::new(RecordBatchIterator::new(
        batches.into_iter().map(Ok),
        schema,
    )))
}
