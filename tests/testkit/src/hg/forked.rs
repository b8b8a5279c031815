//! hg by the hundred: forked from a process that has read its modules, which takes a tenth of the CPU
//! time of starting it. `server.py` says how.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tempfile::TempDir;

type Variables = BTreeMap<OsString, OsString>;

/// One run of hg, described as a [`Command`] is; its standard input is empty.
#[derive(Debug)]
pub struct Forked {
    hg: PathBuf,
    arguments: Vec<OsString>,
    variables: Variables,
    folder: PathBuf,
}

/// The servers of this process, by their program and what Python reads of the environment only at
/// its start.
type Servers = BTreeMap<(PathBuf, Variables), Arc<Server>>;

static SERVERS: LazyLock<Mutex<Servers>> = LazyLock::new(Mutex::default);

struct Server {
    /// It ends with this process, which closes its standard input.
    _child: Child,
    place: TempDir,
}

impl Forked {
    /// That `hg`, with the environment and the folder of this process.
    pub fn new(hg: &Path) -> Self {
        Self {
            hg: hg.to_owned(),
            arguments: Vec::new(),
            variables: std::env::vars_os().collect(),
            folder: std::env::current_dir().expect("a folder"),
        }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(&mut self, arguments: impl IntoIterator<Item = S>) -> &mut Self {
        let arguments = arguments.into_iter();
        self.arguments
            .extend(arguments.map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable of the environment.
    pub fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets several.
    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        &mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> &mut Self {
        for (name, value) in variables {
            self.env(name, value);
        }
        self
    }

    /// Removes a variable.
    pub fn env_remove(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.variables.remove(name.as_ref());
        self
    }

    /// Removes all variables.
    pub fn env_clear(&mut self) -> &mut Self {
        self.variables.clear();
        self
    }

    /// The folder to run in.
    pub fn current_dir(&mut self, folder: impl AsRef<Path>) -> &mut Self {
        folder.as_ref().clone_into(&mut self.folder);
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached.
    pub fn output(&mut self) -> io::Result<Output> {
        let files = TempDir::new()?;
        let [out, err] = ["out", "err"].map(|name| files.path().join(name));
        for file in [&out, &err] {
            std::fs::write(file, "")?;
        }
        let server = self.server();
        let mut connection = UnixStream::connect(server.place.path().join("socket"))?;
        connection.write_all(&self.request(&out, &err))?;
        connection.shutdown(std::net::Shutdown::Write)?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        let code: i32 = answer.parse().map_err(io::Error::other)?;
        Ok(Output {
            // As wait(2) says it.
            status: ExitStatus::from_raw(if code < 0 { -code } else { code << 8 }),
            stdout: std::fs::read(&out)?,
            stderr: std::fs::read(&err)?,
        })
    }

    fn request(&self, out: &Path, err: &Path) -> Vec<u8> {
        let count = OsString::from(self.arguments.len().to_string());
        let variables = self.variables.iter().map(|(name, value)| {
            let mut both = name.clone();
            both.push("=");
            both.push(value);
            both
        });
        let mut fields = vec![self.folder.clone().into(), out.into(), err.into(), count];
        fields.extend(self.arguments.iter().cloned());
        fields.extend(variables);
        let fields: Vec<&[u8]> = fields.iter().map(|field| field.as_bytes()).collect();
        fields.join(&0)
    }

    fn server(&self) -> Arc<Server> {
        let early = |name: &OsStr| {
            [
                "LC_",
                "LANG",
                "PYTHON",
                "HGENCODING",
                "HGMODULE",
                "HGDEMAND",
            ]
            .iter()
            .any(|prefix| name.as_bytes().starts_with(prefix.as_bytes()))
        };
        let variables = self.variables.iter().filter(|(name, _)| early(name));
        let variables: Variables = variables
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (self.hg.clone(), variables);
        if let Some(server) = servers.get(&key) {
            return Arc::clone(server);
        }
        let server = Arc::new(start(&key.0, &key.1));
        servers.insert(key, Arc::clone(&server));
        server
    }
}

fn start(hg: &Path, variables: &Variables) -> Server {
    let place = TempDir::new().expect("a temporary directory");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hg/server.py");
    let mut child = Command::new(hg.with_file_name("python"))
        .args([script.as_os_str(), hg.as_os_str()])
        .arg(place.path().join("socket"))
        .env_clear()
        .envs(variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of hg");
    let mut ready = String::new();
    let output = child.stdout.take().expect("its output");
    let read = BufReader::new(output).read_line(&mut ready);
    assert!(read.is_ok() && ready == "ready\n", "server.py has ended");
    Server {
        _child: child,
        place,
    }
}
