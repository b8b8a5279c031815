//! Which files Mercurial reads, in which order (`rcutil.rccomponents`, `scmposix.systemrcpath` and
//! `localrepo.loadhgrc` of 7.2.4). A later file wins.

use crate::hgrc::{Config, Environment};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The file system, as far as Mercurial looks at it.
pub trait Layout {
    /// The names in a directory; empty if it is not a directory.
    fn list(&self, directory: &Path) -> Vec<PathBuf>;
    /// Whether the path is a directory.
    fn is_directory(&self, path: &Path) -> bool;
    /// The content of a small file that belongs to the repository.
    fn read(&self, path: &Path) -> Option<Vec<u8>>;
}

/// A file that Mercurial reads if it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A file of the system or the user: trusted whoever owns it.
    Trusted(PathBuf),
    /// A file of a repository: trusted if its owner is.
    Repository(PathBuf),
}

impl Layer {
    /// The path of the file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Trusted(path) | Self::Repository(path) => path,
        }
    }
}

/// The files in the order in which Mercurial reads them. `hg` is the program as the shell would
/// find it, `repository` the root of a working directory.
pub fn layers(
    environment: &Environment,
    hg: Option<&Path>,
    repository: Option<&Path>,
    layout: &dyn Layout,
) -> Vec<Layer> {
    let mut files = match environment.get("HGRCPATH") {
        Some(_) => user_layers(environment, layout),
        None => [system(hg, layout), user_layers(environment, layout)].concat(),
    };
    if let Some(root) = repository.filter(|_| environment.get("HGRCSKIPREPO").is_none()) {
        files.extend(of_repository(root, layout));
    }
    files
}

/// The user's own files, which a user may edit, in the order of reading.
pub fn user_layers(environment: &Environment, layout: &dyn Layout) -> Vec<Layer> {
    match environment.get("HGRCPATH") {
        Some(list) => from_hgrcpath(list, environment, layout),
        None => user(environment),
    }
}

/// The files of HGRCPATH: entries separated by colons; a directory stands for its `*.rc`. If
/// HGRCPATH is set but empty, hg reads no file.
fn from_hgrcpath(list: &[u8], environment: &Environment, layout: &dyn Layout) -> Vec<Layer> {
    list.split(|&b| b == b':')
        .filter(|entry| !entry.is_empty())
        .flat_map(|entry| {
            let path = to_path(&environment.expand(entry));
            if layout.is_directory(&path) {
                rc_files(&path, layout)
            } else {
                vec![path]
            }
        })
        .map(Layer::Trusted)
        .collect()
}

/// The system's files: first those beside Mercurial's own prefix, then those in `/etc`.
fn system(hg: Option<&Path>, layout: &dyn Layout) -> Vec<Layer> {
    let prefix = hg.and_then(Path::parent).and_then(Path::parent);
    let own = prefix.filter(|prefix| *prefix != Path::new("/"));
    own.into_iter()
        .chain([Path::new("/")])
        .flat_map(|root| {
            let etc = root.join("etc/mercurial");
            let mut files = vec![etc.join("hgrc")];
            files.extend(rc_files(&etc.join("hgrc.d"), layout));
            files
        })
        .map(Layer::Trusted)
        .collect()
}

/// `~/.hgrc`, then the XDG file, which wins.
fn user(environment: &Environment) -> Vec<Layer> {
    let home = |rest: &str| to_path(&environment.expand(format!("~/{rest}").as_bytes()));
    let xdg = environment.get("XDG_CONFIG_HOME").map(to_path);
    // The XDG specification ignores relative values.
    let config = xdg
        .filter(|path| path.is_absolute())
        .unwrap_or_else(|| home(".config"));
    [home(".hgrc"), config.join("hg/hgrc")]
        .into_iter()
        .map(Layer::Trusted)
        .collect()
}

/// A repository's files: the hgrc of the source of a share-safe share, then the repository's own
/// two.
fn of_repository(root: &Path, layout: &dyn Layout) -> Vec<Layer> {
    let hg = root.join(".hg");
    let own = [hg.join("hgrc"), hg.join("hgrc-not-shared")];
    let share = Share::read(root, layout).filter(|share| share.safe);
    let source = share.and_then(|share| Some(share.source?.join("hgrc")));
    source
        .into_iter()
        .chain(own)
        .map(Layer::Repository)
        .collect()
}

/// A repository that keeps its history in another.
struct Share {
    /// Whether it has the settings of the other repository, too.
    safe: bool,
    /// The `.hg` of the other repository; `None`: the file that names it cannot be read.
    source: Option<PathBuf>,
}

impl Share {
    fn read(root: &Path, layout: &dyn Layout) -> Option<Self> {
        let hg = root.join(".hg");
        let requires = layout.read(&hg.join("requires"))?;
        let requires: Vec<&[u8]> = requires.split(|&b| b == b'\n').collect();
        let needs = |name: &[u8]| requires.contains(&name);
        let relative = needs(b"relshared");
        if !(needs(b"shared") || relative) {
            return None;
        }
        let source = layout.read(&hg.join("sharedpath")).map(|text| {
            let end = text
                .iter()
                .rposition(|&b| b != b'\n')
                .map_or(0, |at| at + 1);
            // Joining an absolute path replaces the path before it.
            if relative {
                hg.join(to_path(&text[..end]))
            } else {
                to_path(&text[..end])
            }
        });
        Some(Self {
            safe: needs(b"share-safe"),
            source,
        })
    }
}

/// Why hg aborts in the repository at `root`, which is a share of another
/// (`localrepo.makelocalrepository`).
pub fn broken_share(root: &Path, config: &Config, layout: &dyn Layout) -> Option<String> {
    let share = Share::read(root, layout)?;
    let Some(source) = share.source else {
        return Some(
            "there is no .hg/sharedpath, though .hg/requires says that it is a share".to_owned(),
        );
    };
    // hg takes an empty path for the current directory.
    if !source.as_os_str().is_empty() && !layout.is_directory(&source) {
        let path = source.display();
        return Some(format!(
            ".hg/sharedpath points to nonexistent directory \"{path}\""
        ));
    }
    let requires = layout.read(&source.join("requires")).unwrap_or_default();
    let safe_source = requires
        .split(|&b| b == b'\n')
        .any(|line| line == b"share-safe");
    let aborts = |key: &[u8]| {
        let chosen = config.get(b"share", key);
        chosen.is_none_or(|chosen| chosen.value == b"abort")
    };
    match (share.safe, safe_source) {
        (true, false) if aborts(b"safe-mismatch.source-not-safe") => {
            Some("its source does not support share-safe".to_owned())
        }
        (false, true) if aborts(b"safe-mismatch.source-safe") => {
            Some("its source uses share-safe, and the share does not".to_owned())
        }
        _ => None,
    }
}

/// The `*.rc` of a directory, sorted by their bytes.
fn rc_files(directory: &Path, layout: &dyn Layout) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = layout
        .list(directory)
        .into_iter()
        .filter(|name| name.as_os_str().as_bytes().ends_with(b".rc"))
        .map(|name| directory.join(name))
        .collect();
    files.sort();
    files
}

fn to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contents of files by their paths.
    struct Tree(Vec<(&'static str, &'static str)>);

    impl Layout for Tree {
        fn list(&self, directory: &Path) -> Vec<PathBuf> {
            let names = self.0.iter().filter_map(|(path, _)| {
                let path = Path::new(path);
                let name = path
                    .file_name()
                    .filter(|_| path.parent() == Some(directory))?;
                Some(PathBuf::from(name))
            });
            names.collect()
        }

        fn is_directory(&self, path: &Path) -> bool {
            !self.list(path).is_empty()
        }

        fn read(&self, path: &Path) -> Option<Vec<u8>> {
            let found = self.0.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, text)| text.as_bytes().to_vec())
        }
    }

    fn files(
        variables: &[(&str, &str)],
        repository: Option<&str>,
        tree: &[(&'static str, &'static str)],
    ) -> Vec<String> {
        let pairs = variables
            .iter()
            .map(|(k, v)| (k.as_bytes().to_vec(), v.as_bytes().to_vec()));
        let environment = Environment::new(pairs);
        let hg = Some(Path::new("/opt/hg/bin/hg"));
        layers(
            &environment,
            hg,
            repository.map(Path::new),
            &Tree(tree.to_vec()),
        )
        .iter()
        .map(|layer| layer.path().display().to_string())
        .collect()
    }

    #[test]
    fn the_xdg_file_comes_last_of_the_users() {
        assert_eq!(
            files(
                &[("HOME", "/me")],
                None,
                &[
                    ("/etc/mercurial/hgrc.d/b.rc", ""),
                    ("/etc/mercurial/hgrc.d/a.rc", ""),
                    ("/etc/mercurial/hgrc.d/README", "")
                ]
            ),
            [
                "/opt/hg/etc/mercurial/hgrc",
                "/etc/mercurial/hgrc",
                "/etc/mercurial/hgrc.d/a.rc",
                "/etc/mercurial/hgrc.d/b.rc",
                "/me/.hgrc",
                "/me/.config/hg/hgrc",
            ]
        );
        let relative = files(&[("HOME", "/me"), ("XDG_CONFIG_HOME", "x")], None, &[]);
        assert_eq!(
            relative.last().map(String::as_str),
            Some("/me/.config/hg/hgrc")
        );
        let absolute = files(&[("HOME", "/me"), ("XDG_CONFIG_HOME", "/x")], None, &[]);
        assert_eq!(absolute.last().map(String::as_str), Some("/x/hg/hgrc"));
    }

    #[test]
    fn hgrcpath_replaces_all_but_the_repositorys() {
        let tree = [("/d/z.rc", ""), ("/d/a.rc", ""), ("/d/no", "")];
        let variables = [("HOME", "/me"), ("HGRCPATH", "~/x::/d")];
        assert_eq!(
            files(&variables, Some("/r"), &tree),
            [
                "/me/x",
                "/d/a.rc",
                "/d/z.rc",
                "/r/.hg/hgrc",
                "/r/.hg/hgrc-not-shared"
            ]
        );
        assert_eq!(files(&[("HGRCPATH", "")], None, &[]), Vec::<String>::new());
        assert_eq!(
            files(&[("HGRCPATH", ""), ("HGRCSKIPREPO", "")], Some("/r"), &[]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_shared_repository_reads_its_sources_file_first() {
        let tree = [
            ("/r/.hg/requires", "share-safe\nshared\n"),
            ("/r/.hg/sharedpath", "/src/.hg\n"),
        ];
        let shared = files(&[("HGRCPATH", "")], Some("/r"), &tree);
        assert_eq!(
            shared,
            ["/src/.hg/hgrc", "/r/.hg/hgrc", "/r/.hg/hgrc-not-shared"]
        );
        let tree = [
            ("/r/.hg/requires", "shared\n"),
            ("/r/.hg/sharedpath", "/src/.hg\n"),
        ];
        assert_eq!(files(&[("HGRCPATH", "")], Some("/r"), &tree).len(), 2);
    }
}
