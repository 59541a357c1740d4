//! The module graph, computed from the sources, has the stated direction and no cycle; stages know
//! no path, clock, terminal or environment.
//!
//! The head of each `src/*/mod.rs` states which folders it may import and which import it. These
//! lines are compared with the imports in the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use syn::visit::{self, Visit};

/// The sources, parsed once for all tests.
static SOURCES: LazyLock<Sources> = LazyLock::new(Sources::read);

/// Paths that only [`EDGES`] may use.
const OUTSIDE_WORLD: &[&str] = &[
    "std::fs",
    "std::env",
    "std::time",
    "std::process",
    "std::net",
    "clap",
    "indicatif",
    "tempfile",
    "anyhow",
];

/// Sources that may touch files, clocks, terminals and the environment.
const EDGES: &[&str] = &["cli", "read", "index", "storage::spill", "scan", "platform"];

/// Imports that only one file of `cli` may use: the one that opens outputs.
const WRITING: &[&str] = &["tempfile", "std::fs::OpenOptions"];

#[test]
fn folders_import_what_their_heads_allow() {
    let sources = &*SOURCES;
    let imports = sources.imports_of_folders();
    for (folder, imported) in &imports {
        let allowed = sources.stated(folder, "May import:");
        for other in imported {
            assert!(
                allowed.contains(other),
                "src/{folder} imports {other}, and its head allows only {allowed:?}"
            );
        }
        for other in &allowed {
            assert!(
                imported.contains(other),
                "the head of src/{folder} allows {other}, which nothing there imports"
            );
        }
    }
}

#[test]
fn heads_name_who_imports_a_folder() {
    let sources = &*SOURCES;
    let imports = sources.imports_of_folders();
    for folder in imports.keys() {
        let importers: BTreeSet<String> = imports
            .iter()
            .filter(|(_, imported)| imported.contains(folder))
            .map(|(importer, _)| importer.clone())
            .collect();
        let stated = sources.stated(folder, "Imported by:");
        assert_eq!(
            stated, importers,
            "\"Imported by:\" in the head of {folder}"
        );
    }
}

#[test]
fn no_folder_is_part_of_a_cycle() {
    let imports = SOURCES.imports_of_folders();
    assert_eq!(cycle(&imports), None, "folders of src import each other");
}

#[test]
fn no_file_is_part_of_a_cycle_within_its_folder() {
    let sources = &*SOURCES;
    for folder in sources.folders() {
        let imports = sources.imports_between_children(&folder);
        assert_eq!(cycle(&imports), None, "files of {folder} import each other");
    }
}

#[test]
fn files_import_their_siblings_and_not_the_folder_above() {
    for file in &SOURCES.files {
        let Some((parent, _)) = file.module.rsplit_once("::") else {
            continue;
        };
        for path in &file.paths {
            let names_parent = path
                .module
                .strip_prefix(parent)
                .is_some_and(|rest| rest.is_empty());
            assert!(
                !names_parent,
                "{} imports `{}` from the folder it is in; move the item to a file of its own",
                file.name, path.written
            );
        }
    }
}

#[test]
fn stages_do_not_touch_the_outside_world() {
    for file in &SOURCES.files {
        let is_edge = EDGES.iter().any(|edge| within(&file.module, edge));
        for path in &file.paths {
            let touches = OUTSIDE_WORLD
                .iter()
                .any(|world| within(&path.written, world));
            assert!(
                is_edge || file.module == "main" || !touches,
                "{} uses {}, which only {EDGES:?} may use",
                file.name,
                path.written
            );
        }
    }
}

#[test]
fn only_outputs_opens_files_to_write() {
    let cli = SOURCES
        .files
        .iter()
        .filter(|file| within(&file.module, "cli") && file.module != "cli::outputs");
    for file in cli {
        for path in &file.paths {
            let writes = WRITING.iter().any(|writing| within(&path.written, writing))
                || [
                    "File::create",
                    "fs::write",
                    "fs::rename",
                    "OpenOptions::new",
                ]
                .iter()
                .any(|call| path.written.ends_with(call));
            assert!(
                !writes,
                "{} uses {}; only src/cli/outputs.rs opens files to write",
                file.name, path.written
            );
        }
    }
}

#[test]
fn only_platform_uses_what_is_not_portable() {
    for file in SOURCES
        .files
        .iter()
        .filter(|file| file.module != "platform")
    {
        for path in &file.paths {
            let unix = ["std::os", "rustix", "libc"];
            assert!(
                !unix.iter().any(|unix| within(&path.written, unix)),
                "{} uses {}; only src/platform.rs may",
                file.name,
                path.written
            );
        }
    }
}

#[test]
fn cycles_are_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in edges {
            graph
                .entry((*from).to_owned())
                .or_default()
                .insert((*to).to_owned());
        }
        graph
    };
    assert_eq!(cycle(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    let found = cycle(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])).expect("a cycle");
    assert_eq!(found, ["b", "c", "b"]);
}

#[test]
fn paths_are_resolved() {
    let modules: BTreeSet<String> = ["cluster", "cluster::links", "cluster::members", "text"]
        .map(str::to_owned)
        .into();
    for (written, module) in [
        ("crate::text::words::Words", Some("text")),
        ("super::members::Cluster", Some("cluster::members")),
        ("super::Cluster", Some("cluster")),
        ("self::inner", Some("cluster::links")),
        ("wirecopy::cluster::Role", Some("cluster")),
        ("std::fs::File", None),
    ] {
        let parts: Vec<String> = written.split("::").map(str::to_owned).collect();
        let resolved = resolve(&modules, "cluster::links", &parts);
        assert_eq!(resolved.as_deref(), module, "{written}");
    }
}

/// True if `path` is `above` or is below it.
fn within(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A cycle in the graph, if there is one.
fn cycle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn walk(
        graph: &BTreeMap<String, BTreeSet<String>>,
        at: &str,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|name| name == at) {
            return Some([&way[start..], &[at.to_owned()]].concat());
        }
        if done.contains(at) {
            return None;
        }
        way.push(at.to_owned());
        for next in graph.get(at).into_iter().flatten() {
            let found = walk(graph, next, way, done);
            if found.is_some() {
                return found;
            }
        }
        way.pop();
        done.insert(at.to_owned());
        None
    }
    let mut done = BTreeSet::new();
    graph
        .keys()
        .find_map(|start| walk(graph, start, &mut Vec::new(), &mut done))
}

/// Every source file of the library and the program.
struct Sources {
    modules: BTreeSet<String>,
    files: Vec<SourceFile>,
}

struct SourceFile {
    /// Path in the repository.
    name: String,
    /// Path of the module, such as `cluster::links`; `lib` and `main` for the roots.
    module: String,
    /// Doc comment at the head of the file.
    head: String,
    /// Paths that the code names, tests excluded.
    paths: Vec<NamedPath>,
}

struct NamedPath {
    /// The path as written, parts joined by `::`.
    written: String,
    /// The module of this crate it refers to; empty for other crates.
    module: String,
}

impl Sources {
    fn read() -> Sources {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        collect(&root, &mut found);
        found.retain(|path| path.file_name().is_some_and(|name| name != "tests.rs"));
        assert!(found.len() > 100, "the sources are found");
        let named: Vec<(String, PathBuf)> = found
            .into_iter()
            .map(|path| {
                (
                    module_of(path.strip_prefix(&root).expect("below src")),
                    path,
                )
            })
            .collect();
        let modules = named.iter().map(|(module, _)| module.clone()).collect();
        let files = named.iter().map(|(module, path)| {
            let text = fs::read_to_string(path).expect("a source file");
            let parsed = syn::parse_file(&text).expect("a Rust file");
            let mut paths = Paths::default();
            paths.visit_file(&parsed);
            let named = |parts: Vec<String>| NamedPath {
                module: resolve(&modules, module, &parts).unwrap_or_default(),
                written: parts.join("::"),
            };
            SourceFile {
                name: format!(
                    "src/{}",
                    path.strip_prefix(&root).expect("below src").display()
                ),
                module: module.clone(),
                head: text
                    .lines()
                    .take_while(|line| line.starts_with("//!"))
                    .fold(String::new(), |head, line| {
                        head + line.trim_start_matches("//!") + "\n"
                    }),
                paths: paths.found.into_iter().map(named).collect(),
            }
        });
        Sources {
            files: files.collect(),
            modules,
        }
    }

    /// Modules that are folders.
    fn folders(&self) -> BTreeSet<String> {
        let parent = |module: &String| {
            module
                .rsplit_once("::")
                .map(|(parent, _)| parent.to_owned())
        };
        self.modules.iter().filter_map(parent).collect()
    }

    /// The top-level modules that each top-level module imports.
    fn imports_of_folders(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let top = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
        let roots = ["lib", "main"];
        for file in self
            .files
            .iter()
            .filter(|file| !roots.contains(&&*file.module))
        {
            let from = top(&file.module);
            let imported = imports.entry(from.clone()).or_default();
            let others = file.paths.iter().map(|path| top(&path.module));
            imported.extend(others.filter(|to| !to.is_empty() && *to != from));
        }
        imports
    }

    /// The imports between the files and folders of one folder.
    fn imports_between_children(&self, folder: &str) -> BTreeMap<String, BTreeSet<String>> {
        let child = |module: &str| {
            let below = module.strip_prefix(folder)?.strip_prefix("::")?;
            Some(below.split("::").next().unwrap_or_default().to_owned())
        };
        let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in &self.files {
            let Some(from) = child(&file.module) else {
                continue;
            };
            let others = file.paths.iter().filter_map(|path| child(&path.module));
            let imported = imports.entry(from.clone()).or_default();
            imported.extend(others.filter(|to| *to != from));
        }
        imports
    }

    /// The modules in backticks after a label in the head of a top-level module.
    fn stated(&self, module: &str, label: &str) -> BTreeSet<String> {
        let file = self.files.iter().find(|file| file.module == module);
        let head = &file.expect("a module has a file").head;
        let start = head
            .find(label)
            .unwrap_or_else(|| panic!("the head of {module} has no \"{label}\""));
        let line = &head[start..];
        let end = line.find(".\n").unwrap_or(line.len());
        let names = line[..end].split('`').skip(1).step_by(2);
        names.map(str::to_owned).collect()
    }
}

/// The module that a path refers to: the longest part of it that is a module of this crate.
fn resolve(modules: &BTreeSet<String>, from: &str, parts: &[String]) -> Option<String> {
    let mut at: Vec<&str> = from.split("::").collect();
    let rest = match parts.first().map(String::as_str) {
        Some("crate" | "wirecopy") => {
            at.clear();
            &parts[1..]
        }
        Some("self") => &parts[1..],
        Some("super") => {
            let ups = parts.iter().take_while(|part| *part == "super").count();
            at.truncate(at.len().saturating_sub(ups));
            &parts[ups..]
        }
        _ => return None,
    };
    for part in rest {
        let longer = [&at[..], &[part]].concat().join("::");
        if !modules.contains(&longer) {
            break;
        }
        at.push(part);
    }
    (!at.is_empty()).then(|| at.join("::"))
}

/// Paths that code names: every single import, and the paths in expressions, types and patterns.
#[derive(Default)]
struct Paths {
    found: Vec<Vec<String>>,
}

impl Paths {
    fn use_tree(&mut self, tree: &syn::UseTree, mut before: Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.use_tree(&path.tree, before);
            }
            syn::UseTree::Name(name) if name.ident == "self" => self.found.push(before),
            syn::UseTree::Name(name) => {
                before.push(name.ident.to_string());
                self.found.push(before);
            }
            syn::UseTree::Rename(renamed) => {
                before.push(renamed.ident.to_string());
                self.found.push(before);
            }
            syn::UseTree::Glob(_) => self.found.push(before),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, before.clone());
                }
            }
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list();
        attribute.path().is_ident("cfg")
            && condition.is_ok_and(|list| list.tokens.to_string().contains("test"))
    })
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.use_tree(&item.tree, Vec::new());
        }
    }

    /// `pub(super)` and `pub(in path)` import nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts = path.segments.iter().map(|part| part.ident.to_string());
        self.found.push(parts.collect());
        visit::visit_path(self, path);
    }
}

/// The module path of a file below `src`; `cluster/mod.rs` is the module `cluster`.
fn module_of(path: &Path) -> String {
    let path = path.with_extension("");
    let parts: Vec<String> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .filter(|part| part != "mod")
        .collect();
    parts.join("::")
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}
