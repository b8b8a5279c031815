//! The log of servers that write to `/dev/log` only.

use super::home::Home;
use std::fs::File;
use std::io::{Result, Write as _};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

/// Writes what an overlaid program sends to `/dev/log` to the file `log`, until it is dropped.
#[derive(Debug)]
pub(crate) struct Syslog {
    socket: PathBuf,
}

impl Syslog {
    pub(crate) fn start(home: &Home) -> Result<Self> {
        let socket = home.path("syslog");
        let messages = UnixDatagram::bind(&socket)?;
        std::fs::set_permissions(&socket, PermissionsExt::from_mode(0o666))?;
        // A socket cannot be reached through an overlay, but what a link names can.
        home.directory("over/dev", None)?;
        symlink(&socket, home.path("over/dev/log"))?;
        let mut log = File::create(home.path("log"))?;
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(length @ 1..) = messages.recv(&mut buffer) {
                let mut line = buffer[..length].to_vec();
                line.push(b'\n');
                if log.write_all(&line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { socket })
    }
}

impl Drop for Syslog {
    fn drop(&mut self) {
        // An empty message ends the thread.
        let stop = UnixDatagram::unbound();
        let _ = stop.and_then(|end| end.send_to(&[], &self.socket));
    }
}
