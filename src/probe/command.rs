//! A command whose standard input and output lead to the server: started, watched, and ended with
//! its whole process group.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

/// Maximum number of octets kept of standard error: the last ones, which say why the command ended.
const MOST: usize = 2048;
/// How long a command may take to end by itself after its stream was closed, and how long its
/// reasons are waited for.
const GRACE: Duration = Duration::from_millis(300);

/// A command that runs. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    told: Told,
    /// Closed when this is dropped.
    _stop: oneshot::Sender<()>,
}

/// What a command said of itself, for as long as it is of interest.
#[derive(Clone, Debug)]
pub(super) struct Told {
    name: String,
    said: Arc<Mutex<Said>>,
    /// Changes once the command has ended.
    ended: watch::Receiver<bool>,
}

#[derive(Debug, Default)]
struct Said {
    /// The end of standard error; untrusted.
    errors: Vec<u8>,
    /// Whether anything came from the server.
    heard: bool,
    /// How the command ended by itself.
    status: Option<ExitStatus>,
}

impl Running {
    /// Starts a command: its words, without a shell. Returns our end of its input and output.
    pub(super) fn start(words: &[String]) -> io::Result<(UnixStream, Self)> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (input, output): (OwnedFd, OwnedFd) = (theirs.try_clone()?.into(), theirs.into());
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut child = {
            // Our copies of the command's end are closed with the builder.
            let mut command = Command::new(program);
            command
                .args(arguments)
                .stdin(Stdio::from(input))
                .stdout(Stdio::from(output))
                .stderr(Stdio::piped())
                .process_group(0);
            command.spawn()?
        };
        let (stop, stopped) = oneshot::channel();
        let (ending, ended) = watch::channel(false);
        let told = Told {
            name: program.clone(),
            said: Arc::default(),
            ended,
        };
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        let guard = Group(group.map(Pid::from_raw));
        let errors = child.stderr.take();
        let said = Arc::clone(&told.said);
        tokio::spawn(async move {
            let errors = tokio::spawn(listen(errors, Arc::clone(&said)));
            attend(child, guard, stopped, &said).await;
            let _ = timeout(GRACE, errors).await;
            ending.send_replace(true);
        });
        let ours = UnixStream::from_std(ours)?;
        Ok((ours, Self { told, _stop: stop }))
    }

    /// What it says of itself, also after its end.
    pub(super) fn told(&self) -> Told {
        self.told.clone()
    }

    /// Takes note that so many octets came from the server.
    pub(super) fn note(&self, octets: usize) {
        if octets > 0 {
            self.told.lock().heard = true;
        }
    }
}

impl Told {
    /// Why nothing came from the server; `None`: something came. Waits a moment for a command that
    /// is about to end.
    pub(super) async fn why_silent(mut self, is_over: bool) -> Option<String> {
        if self.lock().heard {
            return None;
        }
        if is_over {
            let _ = timeout(2 * GRACE, self.ended.wait_for(|ended| *ended)).await;
        }
        let said = self.lock();
        let errors = last_words(&said.errors);
        let name = &self.name;
        match (said.status, errors.is_empty()) {
            (Some(status), true) => Some(format!("the command \"{name}\" ended with {status}")),
            (Some(status), false) => Some(format!(
                "the command \"{name}\" ended with {status}: {errors}"
            )),
            (None, false) => Some(format!(
                "no answer through the command \"{name}\": {errors}"
            )),
            (None, true) if is_over => {
                Some(format!("the command \"{name}\" closed its standard output"))
            }
            (None, true) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Said> {
        lock(&self.said)
    }
}

fn lock(said: &Mutex<Said>) -> MutexGuard<'_, Said> {
    said.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The end of what a command wrote to standard error, in one line.
fn last_words(errors: &[u8]) -> String {
    const LINES: usize = 3;
    const CHARACTERS: usize = 300;
    let text = String::from_utf8_lossy(errors);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join("; ");
    let surplus = last.chars().count().saturating_sub(CHARACTERS);
    last.chars().skip(surplus).collect()
}

/// Keeps the end of standard error, and reads on: a command whose pipe is full would wait for ever.
async fn listen(errors: Option<impl AsyncRead + Unpin>, said: Arc<Mutex<Said>>) {
    let Some(mut errors) = errors else { return };
    let mut buffer = vec![0; MOST];
    while let Ok(count @ 1..) = errors.read(&mut buffer).await {
        let mut said = lock(&said);
        said.errors.extend_from_slice(&buffer[..count]);
        let surplus = said.errors.len().saturating_sub(MOST);
        said.errors.drain(..surplus);
    }
}

/// Waits for the end of a command, which is brought about after it was stopped.
async fn attend(
    mut child: Child,
    group: Group,
    stopped: oneshot::Receiver<()>,
    said: &Mutex<Said>,
) {
    let ended = tokio::select! {
        ended = child.wait() => ended.ok(),
        _ = stopped => timeout(GRACE, child.wait()).await.ok().and_then(Result::ok),
    };
    let was_ended = ended.is_none();
    lock(said).status = ended;
    // What the command has left running, or the command itself.
    drop(group);
    if was_ended {
        // No zombie is left.
        let _ = child.wait().await;
    }
}

/// A process group that is killed when this is dropped.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may be gone.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_few_and_in_one_line() {
        assert_eq!(last_words(b""), "");
        assert_eq!(last_words(b"a\r\n\n  b\n"), "a; b");
        assert_eq!(last_words(b"1\n2\n3\n4\n"), "2; 3; 4");
        assert_eq!(last_words("x".repeat(5000).as_bytes()).len(), 300);
    }
}
