//! Settings of each layer, and their origin.

use std::ffi::OsString;
use std::fmt;

/// The place where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    Flag,
    Environment(String),
    File { path: String, line: usize },
    Default,
}

/// One flag as one layer sets it.
#[derive(Debug)]
pub struct Setting {
    /// clap's id of the flag.
    pub id: String,
    /// Name of the flag in a settings file.
    pub key: String,
    /// The arguments to insert. Empty for a typed flag, and for a flag that is switched off, which
    /// still overrides the lower layers.
    pub arguments: Vec<OsString>,
    pub origin: SettingOrigin,
}

/// All layers, after precedence.
#[derive(Default)]
pub struct Layers {
    /// The settings in force, the highest layer first.
    pub kept: Vec<Setting>,
    /// The settings that conflict with a flag of a higher layer, and the key of that flag.
    pub set_aside: Vec<(Setting, String)>,
    /// The settings that the command has no use for.
    pub unused: Vec<Setting>,
}

impl Setting {
    /// Returns true if the setting switches a flag off.
    pub fn is_off(&self) -> bool {
        self.arguments.is_empty() && self.origin != SettingOrigin::Flag
    }
}

impl Layers {
    /// Origin of the setting in force for a flag.
    pub fn origin_of(&self, id: &str) -> Option<&SettingOrigin> {
        let set = self.kept.iter().find(|set| set.id == id);
        set.map(|set| &set.origin)
    }

    /// The variables of the environment in force.
    pub fn variables(&self) -> Vec<String> {
        let variable = |set: &Setting| match &set.origin {
            SettingOrigin::Environment(name) => Some(name.clone()),
            _ => None,
        };
        self.kept.iter().filter_map(variable).collect()
    }

    /// The files and variables in force, each once.
    pub fn sources(&self) -> Vec<String> {
        let mut sources: Vec<String> = Vec::new();
        for set in &self.kept {
            match &set.origin {
                SettingOrigin::File { path: source, .. } | SettingOrigin::Environment(source)
                    if !sources.contains(source) =>
                {
                    sources.push(source.clone());
                }
                _ => {}
            }
        }
        sources
    }
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingOrigin::Flag => f.write_str("flag"),
            SettingOrigin::Environment(name) => write!(f, "environment {name}"),
            SettingOrigin::File { path, line } => {
                write!(f, "file {} line {line}", path.escape_debug())
            }
            SettingOrigin::Default => f.write_str("default"),
        }
    }
}
