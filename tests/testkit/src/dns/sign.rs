//! Signs a tree of zones with the real signers, from the leaves up, and writes their files.

use super::key::{Key, Keys};
use super::zone::{Denial, Link, Signer, Zone, parent};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime, macros::format_description};

/// Signed zones, ready to be served.
#[derive(Debug)]
pub struct Tree {
    dir: TempDir,
    /// The name and the file of each.
    pub zones: Vec<(String, PathBuf)>,
    /// The DS records of the root's keys, as lines of a zone file.
    pub anchors: String,
}

impl Tree {
    /// Signs all; the zone `.` must be among them.
    ///
    /// # Panics
    /// When a signer fails.
    pub fn new(zones: &[Zone], keys: &Keys) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let files = zones.iter().enumerate().map(|(number, zone)| {
            let at = dir.path().join(number.to_string());
            std::fs::create_dir(&at).expect("a directory");
            let signed = Signing {
                zone,
                keys,
                at: &at,
            }
            .run(zones);
            (zone.name.clone(), signed)
        });
        let files = files.collect();
        let root = zones.iter().find(|zone| zone.name == ".").expect("a root");
        let anchors = delegation_signers(root, keys);
        Self {
            zones: files,
            anchors,
            dir,
        }
    }

    /// The file of the anchors.
    pub fn anchor_file(&self) -> PathBuf {
        let path = self.dir.path().join("root.ds");
        std::fs::write(&path, &self.anchors).expect("a file");
        path
    }
}

/// One zone that is being signed.
struct Signing<'a> {
    zone: &'a Zone,
    keys: &'a Keys,
    /// The directory of its files.
    at: &'a Path,
}

impl Signing<'_> {
    fn run(&self, zones: &[Zone]) -> PathBuf {
        let plain = self.at.join("plain");
        let mut text = self.text(zones);
        let keys = keys_of(self.zone, self.keys);
        for key in &keys {
            text += &key.line(&self.zone.name);
        }
        std::fs::write(&plain, &text).expect("a zone file");
        if self.zone.algorithms.is_empty() {
            return self.damaged(text);
        }
        let files: Vec<PathBuf> = keys
            .iter()
            .map(|key| key.write(self.at, &self.zone.name))
            .collect();
        let mut command = match self.zone.signer {
            Signer::Bind => self.bind(),
            Signer::Ldns => self.ldns(),
        };
        let output = command.arg(&plain).args(files).output().expect("a signer");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", self.zone.name);
        let signed = std::fs::read_to_string(self.at.join("signed")).expect("a signed zone");
        self.damaged(one_to_a_line(&signed))
    }

    fn damaged(&self, text: String) -> PathBuf {
        let text = self
            .zone
            .damage
            .iter()
            .fold(text, |text, damage| damage(text));
        let path = self.at.join("served");
        std::fs::write(&path, text).expect("a zone file");
        path
    }

    /// The records of the zone, those of its delegations among them.
    fn text(&self, zones: &[Zone]) -> String {
        let name = &self.zone.name;
        let within = if name == "." {
            "."
        } else {
            &format!(".{name}")
        };
        let mut text = format!(
            "$ORIGIN {name}\n$TTL 300\n@ IN SOA ns{within} hostmaster{within} 1 3600 600 86400 300\n\
             @ IN NS ns{within}\nns{within} IN A 127.0.0.1\n{}",
            self.zone.records
        );
        for child in zones {
            if parent(zones, &child.name).is_some_and(|above| above.name == *name) {
                let _ = writeln!(text, "{0} IN NS ns.{0}\nns.{0} IN A 127.0.0.1", child.name);
                text += &delegation_signers(child, self.keys);
            }
        }
        text
    }

    fn bind(&self) -> Command {
        let mut command = Command::new("dnssec-signzone");
        command.args(["-q", "-P", "-O", "full", "-o", &self.zone.name, "-f"]);
        command
            .arg(self.at.join("signed"))
            .arg("-d")
            .arg(self.at)
            .arg("-K")
            .arg(self.at);
        let [from, until] = self.dates();
        command.args(["-s", &from, "-e", &until]);
        if self.zone.single_key {
            command.arg("-z");
        }
        if let Denial::Nsec3 {
            iterations,
            salt,
            opt_out,
        } = &self.zone.denial
        {
            command.args(["-3", salt, "-H", &iterations.to_string()]);
            if *opt_out {
                command.arg("-A");
            }
        }
        command
    }

    fn ldns(&self) -> Command {
        let mut command = Command::new("ldns-signzone");
        command
            .args(["-o", &self.zone.name, "-f"])
            .arg(self.at.join("signed"));
        let [from, until] = self.dates();
        command.args(["-i", &from, "-e", &until]);
        if let Denial::Nsec3 {
            iterations,
            salt,
            opt_out,
        } = &self.zone.denial
        {
            command.args(["-n", "-t", &iterations.to_string()]);
            if *salt != "-" {
                command.args(["-s", salt]);
            }
            if *opt_out {
                command.arg("-p");
            }
        }
        command
    }

    /// Inception and expiration, as the signers read them.
    fn dates(&self) -> [String; 2] {
        let format = format_description!("[year][month][day][hour][minute][second]");
        let (from, until) = self.zone.valid;
        [from, until].map(|seconds| {
            let moment = OffsetDateTime::now_utc() + Duration::seconds(seconds);
            moment.format(&format).expect("a date")
        })
    }
}

/// The keys of a zone: one to sign and one of entry for each algorithm, or one that does both.
fn keys_of(zone: &Zone, keys: &Keys) -> Vec<Arc<Key>> {
    let both = |algorithm: &u8| {
        let entry = keys.get(*algorithm, true, zone.key);
        let signs = (!zone.single_key).then(|| keys.get(*algorithm, false, zone.key));
        [Some(entry), signs]
    };
    zone.algorithms.iter().flat_map(both).flatten().collect()
}

/// The DS records of a zone, for its parent.
fn delegation_signers(zone: &Zone, keys: &Keys) -> String {
    let name = &zone.name;
    let entries = || {
        zone.algorithms
            .iter()
            .map(|algorithm| keys.get(*algorithm, true, zone.key))
    };
    let data: Vec<String> = match &zone.link {
        Link::None => Vec::new(),
        Link::Digests(digests) => entries()
            .flat_map(|key| {
                digests
                    .iter()
                    .map(move |digest| key.ds(name, *digest))
                    .collect::<Vec<_>>()
            })
            .collect(),
        Link::Text(data) => {
            let key = entries()
                .next()
                .unwrap_or_else(|| keys.get(13, true, zone.key));
            data.iter().map(|data| filled(data, &key, name)).collect()
        }
    };
    data.iter().fold(String::new(), |mut lines, data| {
        let _ = writeln!(lines, "{name} 300 IN DS {data}");
        lines
    })
}

fn filled(data: &str, key: &Key, zone: &str) -> String {
    let digest = |kind: u8| {
        let ds = key.ds(zone, kind);
        ds.rsplit(' ').next().unwrap_or_default().to_owned()
    };
    data.replace("TAG", &key.tag.to_string())
        .replace("ALG", &key.algorithm.to_string())
        .replace("SHA256", &digest(2))
        .replace("SHA1", &digest(1))
}

/// One blank between words, no comments.
fn one_to_a_line(signed: &str) -> String {
    let lines = signed.lines().map(|line| {
        let words = without_comment(line).split_ascii_whitespace();
        words.collect::<Vec<_>>().join(" ")
    });
    let records = lines.filter(|line| !line.is_empty());
    records.map(|line| line + "\n").collect()
}

/// A semicolon begins a comment, but not in the quotes of a TXT record.
fn without_comment(line: &str) -> &str {
    let mut is_quoted = false;
    let end = line.find(|c| {
        is_quoted ^= c == '"';
        c == ';' && !is_quoted
    });
    end.map_or(line, |end| &line[..end])
}
