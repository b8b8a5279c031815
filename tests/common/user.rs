//! A user of the real Mercurial, who sends mail to the real Postfix.

use super::{Dir, Run, finish, program};
use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::mta::Mta;
use testkit::pki::Identity;

/// A user: a home and a repository with a commit.
pub struct User {
    pub hg: PathBuf,
    pub home: Dir,
}

impl User {
    pub fn new(hg: PathBuf) -> Self {
        let user = Self {
            hg,
            ..Self::without_hg()
        };
        user.hg(&["init"]);
        user.home.file("repo/a", "a\n");
        user.hg(&["commit", "-A", "-m", "a change", "-u", "me"]);
        user
    }

    /// One who has none, and an empty directory for a repository.
    pub fn without_hg() -> Self {
        let home = Dir::new();
        std::fs::create_dir(home.path().join("repo")).expect("a directory");
        let hg = PathBuf::new();
        Self { hg, home }
    }

    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin");
        command.env("HGEDITOR", "true").env("LC_ALL", "C.UTF-8");
        command
            .current_dir(self.home.path().join("repo"))
            .stdin(Stdio::null());
        command
    }

    pub fn hg(&self, args: &[&str]) -> Run {
        finish(self.command(&self.hg).args(args))
    }

    /// `hg email` with nothing but the user's own configuration about the server.
    pub fn email(&self) -> Run {
        let batch = [
            "--config",
            "extensions.patchbomb=",
            "--config",
            "ui.interactive=no",
        ];
        let mail = [
            "email",
            "--rev",
            "tip",
            "--to",
            "a@example.org",
            "--from",
            "b@example.org",
        ];
        let text = ["--git", "--config", "patchbomb.confirm=no"];
        self.hg(&[&mail[..], &text, &batch].concat())
    }

    pub fn certcheck(&self, args: &[&str]) -> Run {
        let command = self.command(Path::new(program().get_program()));
        let mut command = command;
        finish(command.args(args).args(["--ehlo", "probe.example"]))
    }
}

pub fn sha256(identity: &Identity) -> String {
    Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string()
}

/// Postfix reads its files again in its own time.
pub fn renew(mta: &Mta, user: &User, target: &str, identity: &Identity) {
    mta.renew(identity).expect("Postfix is told");
    let start = Instant::now();
    loop {
        let run = user.certcheck(&[target, "--no-hgrc", "--format", "json"]);
        if run.stdout.contains(&sha256(identity)[7..]) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{}", mta.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}
