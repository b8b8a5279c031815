//! dma, as a client: one delivery, with a queue, a configuration and a log of its own.

use crate::daemon::home::{Home, Starts};
use crate::daemon::syslog::Syslog;
use crate::daemon::{PATIENCE, StartError, for_test};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Has dma send a message as `configuration` says, for a test of that name, and returns its log up
/// to the success or the first failure; dma itself would try again after minutes. `None` when the
/// test must be skipped.
///
/// # Panics
/// When dma is there and does not run, and in CI when it is not there.
pub fn sends(test: &str, configuration: &str, message: &str) -> Option<String> {
    let prepared = Home::prepare("dma", Starts::AsRoot);
    let home = for_test(test, prepared)?;
    let sent = send(&home, configuration, message);
    for_test(test, sent.map_err(|why| StartError::failed("dma", &why)))
}

/// It logs one of these at the end of an attempt.
const ENDS: [&str; 4] = [
    "delivery successful",
    "do not match",
    "delivery deferred",
    "delivery failed",
];

fn send(home: &Home, configuration: &str, message: &str) -> std::io::Result<String> {
    home.directory("over/etc/dma", None)?;
    home.write("over/etc/dma/dma.conf", configuration, 0o644)?;
    home.write("over/etc/dma/auth.conf", "", 0o644)?;
    home.write("over/etc/mailname", "client.test\n", 0o644)?;
    home.write("message", message, 0o644)?;
    // It changes to the user "mail"; without its setgid bit, the queue must be anyone's.
    home.directory("spool/dma", None)?;
    std::fs::set_permissions(
        home.path("spool/dma"),
        std::fs::Permissions::from_mode(0o777),
    )?;
    let _log = Syslog::start(home)?;
    let deliver = "mount --bind \"$PLACE/spool\" /var/spool && \
                   exec dma -D -f from@client.test to@server.test <\"$PLACE/message\"";
    let mut child = home
        .overlaid("sh")
        .args(["-c", deliver])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let start = Instant::now();
    let said = loop {
        let log = std::fs::read_to_string(home.path("log")).unwrap_or_default();
        let has_ended = ENDS.iter().any(|end| log.contains(end));
        if has_ended || start.elapsed() > PATIENCE || child.try_wait()?.is_some() {
            break log;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if let Ok(group) = i32::try_from(child.id()) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    child.wait()?;
    let last = std::fs::read_to_string(home.path("log"));
    Ok(last.unwrap_or(said))
}
