//! A terminal for one program, and what is shown on it.

use nix::pty::Winsize;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A new terminal. Its program sees its end when every [`Stdio`] of [`Terminal::end`] is closed: also
/// those that a `Command` holds on to.
#[derive(Debug)]
pub struct Terminal {
    master: File,
    slave: Option<std::os::fd::OwnedFd>,
    screen: Arc<Mutex<Vec<u8>>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Terminal {
    /// With so many rows and columns.
    pub fn new(rows: u16, columns: u16) -> Self {
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pty = nix::pty::openpty(Some(&size), None).expect("a terminal");
        let master = File::from(pty.master);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let shown = Arc::clone(&screen);
        let mut from = master.try_clone().expect("the terminal");
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Linux ends it with an error (EIO).
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                shown.extend_from_slice(&buffer[..count]);
            }
        });
        Self {
            master,
            slave: Some(pty.slave),
            screen,
            reader: Some(reader),
        }
    }

    /// All that a program shows on a terminal of so many columns, as lines.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn shown_by(command: &mut Command, columns: u16) -> String {
        let mut terminal = Self::new(50, columns);
        command.stdout(terminal.end()).stderr(terminal.end());
        let mut child = command.spawn().expect("the program starts");
        // The command keeps its ends open.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        terminal.started();
        child.wait().expect("it ends");
        terminal.until_closed().replace("\r\n", "\n")
    }

    /// The program's end, for its standard streams.
    ///
    /// # Panics
    ///
    /// After [`Terminal::started`].
    pub fn end(&self) -> Stdio {
        let slave = self.slave.as_ref().expect("nothing was started yet");
        slave.try_clone().expect("a file descriptor").into()
    }

    /// The program runs: only its own ends keep the terminal open now.
    pub fn started(&mut self) {
        self.slave = None;
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        let all = self.master.write_all(keys.as_bytes());
        all.expect("the terminal takes them");
    }

    /// What has been shown so far, typed keys included if they were echoed.
    pub fn shown(&self) -> String {
        let screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&screen).into_owned()
    }

    /// Waits until this has been shown so often.
    ///
    /// # Panics
    ///
    /// If it is not shown within 20 s.
    #[track_caller]
    pub fn wait_for(&self, text: &str, times: usize) {
        let start = Instant::now();
        while self.shown().matches(text).count() < times {
            let late = start.elapsed() > Duration::from_secs(20);
            assert!(!late, "no {text:?}: {}", self.shown());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// All that was shown until the program closed it.
    pub fn until_closed(mut self) -> String {
        self.slave = None;
        let reader = self.reader.take();
        let _ = reader.map(std::thread::JoinHandle::join);
        self.shown()
    }
}
