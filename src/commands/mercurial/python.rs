//! The hg that the shell would find, without running it: the Python of its script, its module path,
//! and the packages there.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use crate::commands::disk::read;
use crate::commands::environment::find_program;
use crate::hgrc::Environment;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The Python that runs hg.
pub(super) struct Python {
    /// Its module path, in order, as far as packages may be there.
    folders: Vec<PathBuf>,
    /// The folder of its standard library; `None` if not found.
    library: Option<PathBuf>,
    /// The path is complete: a package that is in none of these folders does not exist.
    pub(super) complete: bool,
}

/// The location of an installed package.
pub(super) enum Package {
    /// In this folder.
    Here(PathBuf),
    /// Not installed.
    Nowhere,
    /// It may be in a folder that we do not search.
    Unknown,
}

impl Python {
    /// The Python of the script `hg`; `None` if it is not a Python script.
    pub(super) fn of(hg: &Path, environment: &Environment) -> Option<Self> {
        let script = hg.canonicalize().ok()?;
        let text = read::settings(&script).ok()?;
        let line = Interpreter::read(&text, environment)?;
        let mut folders = Vec::new();
        let mut complete = line.is_plain;
        folders.extend(library_of_script(&text, &script));
        if !line.isolated {
            folders.extend(script.parent().map(Path::to_owned));
            let path = environment.get("PYTHONPATH").unwrap_or_default();
            let path = std::env::split_paths(OsStr::from_bytes(path));
            folders.extend(path.filter(|folder| !folder.as_os_str().is_empty()));
            complete &= environment.get("PYTHONHOME").is_none_or(<[u8]>::is_empty);
        }
        let (sites, library) = sites(&line, environment)?;
        complete &= !sites.is_empty();
        for site in sites {
            let added = added_by_pth(&site);
            folders.push(site);
            folders.extend(added);
        }
        // An archive can be on the module path, too.
        complete &= folders.iter().all(|folder| !folder.is_file());
        Some(Self {
            folders,
            library,
            complete,
        })
    }

    /// Where a package is imported from.
    pub(super) fn package(&self, name: &str) -> Package {
        let found = self
            .folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|folder| folder.join("__init__.py").is_file());
        match found {
            Some(folder) => Package::Here(folder),
            None if self.complete => Package::Nowhere,
            None => Package::Unknown,
        }
    }

    /// The compiled modules of the standard library whose names begin with `beginning`.
    pub(super) fn compiled(&self, beginning: &str) -> Option<PathBuf> {
        let folder = self.library.as_ref()?.join("lib-dynload");
        names(&folder)
            .into_iter()
            .find(|name| name.starts_with(beginning))
            .map(|name| folder.join(name))
    }
}

/// The interpreter in the first line of a script.
struct Interpreter {
    /// As written, because a virtual environment is recognised by it.
    program: PathBuf,
    /// `-I` or `-E`: the environment and the script's folder do not count.
    isolated: bool,
    /// `-I` or `-s`.
    no_user_site: bool,
    /// Only options that are understood here.
    is_plain: bool,
}

impl Interpreter {
    fn read(text: &[u8], environment: &Environment) -> Option<Self> {
        let mut lines = text.split(|&b| b == b'\n');
        let first = str::from_utf8(lines.next()?.strip_prefix(b"#!")?)
            .ok()?
            .trim();
        let mut words = first.split_whitespace().map(str::to_owned);
        let mut program = PathBuf::from(words.next()?);
        if program.file_name() == Some(OsStr::new("sh")) {
            // pip's way around names that are too long for the kernel: '''exec' NAME "$0" "$@"
            let second = str::from_utf8(lines.next()?).ok()?;
            let rest = second.strip_prefix("'''exec' ")?;
            let name = rest.strip_suffix(" \"$0\" \"$@\"")?;
            program = PathBuf::from(name.trim_matches('"'));
            words = "".split_whitespace().map(str::to_owned);
        } else if program.file_name() == Some(OsStr::new("env")) {
            let name = words.find(|word| word != "-S")?;
            program = find_program(&name, environment)?;
        }
        let name = program.file_name()?.to_str()?;
        if !name.starts_with("python") {
            return None;
        }
        let mut found = Self {
            program,
            isolated: false,
            no_user_site: false,
            is_plain: true,
        };
        for letter in
            words.flat_map(|word| word.trim_start_matches('-').chars().collect::<Vec<_>>())
        {
            match letter {
                'I' => (found.isolated, found.no_user_site) = (true, true),
                'E' => found.isolated = true,
                's' => found.no_user_site = true,
                'u' | 'B' | 'O' | 'b' => {}
                _ => found.is_plain = false,
            }
        }
        Some(found)
    }
}

/// Older scripts of hg name their module folder: `libdir = '../lib/python3/dist-packages'`.
fn library_of_script(text: &[u8], script: &Path) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(text);
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix("libdir = "))?
        .trim()
        .trim_matches(['\'', '"']);
    let usable = !value.is_empty() && !value.contains(['@', '\'', '"']);
    usable.then(|| script.parent().map(|folder| folder.join(value)))?
}

/// The folders of packages, in the order in which `site` adds them, and the standard library.
fn sites(line: &Interpreter, environment: &Environment) -> Option<(Vec<PathBuf>, Option<PathBuf>)> {
    let bin = line.program.parent()?;
    let own = bin.parent()?;
    let settings = read::settings(&own.join("pyvenv.cfg")).ok();
    let Some(settings) = settings else {
        let real = line.program.canonicalize().ok()?;
        let prefix = real.parent()?.parent()?.to_owned();
        let version = version_of(&real);
        let mut found = user_site(line, environment, version.as_deref());
        found.extend(of_prefix(&prefix, version.as_deref()));
        let library = library(&prefix, version.as_deref());
        return Some((found, library));
    };
    let settings = String::from_utf8_lossy(&settings);
    let setting = |name: &str| {
        settings.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    let mut found = of_prefix(own, None);
    let real = line.program.canonicalize().ok()?;
    let version = version_of(&real);
    let base = setting("home").and_then(|home| Some(PathBuf::from(home).parent()?.to_owned()));
    let base = base.or_else(|| Some(real.parent()?.parent()?.to_owned()))?;
    if setting("include-system-site-packages").is_some_and(|set| set == "true") {
        found.extend(user_site(line, environment, version.as_deref()));
        found.extend(of_prefix(&base, version.as_deref()));
    }
    let library = library(&base, version.as_deref());
    Some((found, library))
}

/// `3.11` of `python3.11`.
fn version_of(program: &Path) -> Option<String> {
    let name = program.file_name()?.to_str()?;
    let version = name.strip_prefix("python")?;
    let dotted = version.split_once('.').is_some();
    dotted.then(|| version.to_owned())
}

fn user_site(line: &Interpreter, environment: &Environment, version: Option<&str>) -> Vec<PathBuf> {
    let off = line.no_user_site
        || environment
            .get("PYTHONNOUSERSITE")
            .is_some_and(|set| !set.is_empty());
    let home = environment.expand(b"~/.local");
    if off {
        return Vec::new();
    }
    packages(
        &PathBuf::from(OsStr::from_bytes(&home)).join("lib"),
        version,
    )
}

/// The folders of packages under a prefix, with the ones that Debian's Python adds.
fn of_prefix(prefix: &Path, version: Option<&str>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if prefix == Path::new("/usr") {
        found.extend(packages(Path::new("/usr/local/lib"), version));
    }
    found.extend(packages(&prefix.join("lib"), version));
    found.extend(packages(&prefix.join("lib64"), version));
    let debian = prefix.join("lib/python3/dist-packages");
    found.extend(debian.is_dir().then_some(debian));
    found
}

/// `python3.N/site-packages` and `dist-packages` in a folder.
fn packages(lib: &Path, version: Option<&str>) -> Vec<PathBuf> {
    libraries(lib, version)
        .into_iter()
        .flat_map(|library| ["site-packages", "dist-packages"].map(|name| library.join(name)))
        .filter(|folder| folder.is_dir())
        .collect()
}

fn libraries(lib: &Path, version: Option<&str>) -> Vec<PathBuf> {
    let wanted = version.map(|version| format!("python{version}"));
    names(lib)
        .into_iter()
        .filter(|name| match &wanted {
            Some(wanted) => name == wanted,
            None => name.starts_with("python3."),
        })
        .map(|name| lib.join(name))
        .collect()
}

fn library(prefix: &Path, version: Option<&str>) -> Option<PathBuf> {
    let found = libraries(&prefix.join("lib"), version);
    let [only] = found.as_slice() else {
        return None;
    };
    Some(only.clone())
}

/// The folders that files `*.pth` add.
fn added_by_pth(site: &Path) -> Vec<PathBuf> {
    let files = names(site)
        .into_iter()
        .filter(|name| Path::new(name).extension() == Some(OsStr::new("pth")));
    let texts = files.filter_map(|name| read::settings(&site.join(name)).ok());
    let mut found = Vec::new();
    for text in texts {
        let text = String::from_utf8_lossy(&text).into_owned();
        let lines = text.lines().map(str::trim);
        let paths = lines.filter(|line| {
            !line.is_empty() && !line.starts_with('#') && !line.starts_with("import")
        });
        found.extend(
            paths
                .map(|path| site.join(path))
                .filter(|path| path.exists()),
        );
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}
