//! nullmailer, as a client: one run over a queue of one message.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{StartError, for_test};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

/// Has nullmailer send a message by these `remotes`, for a test of that name, and returns what it
/// says; `run` may change how it is started. `None` when the test must be skipped.
///
/// # Panics
/// When nullmailer is there and does not run, and in CI when it is not there.
pub fn sends(
    test: &str,
    remotes: &str,
    message: &str,
    run: impl Fn(Command) -> Command,
) -> Option<String> {
    let home = for_test(test, Home::prepare("nullmailer", Starts::AsAnyone))?;
    let sent = send(&home, remotes, message, run);
    for_test(
        test,
        sent.map_err(|why| StartError::failed("nullmailer", &why)),
    )
}

fn send(
    home: &Home,
    remotes: &str,
    message: &str,
    run: impl Fn(Command) -> Command,
) -> std::io::Result<String> {
    for name in ["conf", "queue/queue", "queue/tmp", "queue/failed"] {
        home.directory(name, None)?;
    }
    let trigger = home.path("queue/trigger");
    nix::unistd::mkfifo(&trigger, nix::sys::stat::Mode::S_IRWXU)?;
    symlink(home.root.join("usr/lib/nullmailer"), home.path("protocols"))?;
    home.write("conf/remotes", remotes, 0o644)?;
    home.write("conf/me", "client.test\n", 0o644)?;
    // It ends after one run over the queue.
    home.write("conf/pausetime", "0\n", 0o644)?;
    let queued = format!("from@client.test\nto@server.test\n\n{message}");
    home.write("queue/queue/1.1", &queued, 0o644)?;
    let mut command = Command::new(home.root.join("usr/sbin/nullmailer-send"));
    command
        // Its own tests have everything below one directory in this way.
        .env("NULLMAILER_TEST_PREFIX", home.dir.path())
        .env("LD_LIBRARY_PATH", home.libraries("usr/lib")?);
    let output = run(command).stdin(Stdio::null()).output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&said).into_owned())
}
