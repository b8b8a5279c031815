//! Keys of zones. They are made once for each algorithm and number, because a key does not know its
//! zone: its file does.

use hickory_proto::dnssec::{Algorithm, DigestType, PublicKeyBuf, rdata::DNSKEY};
use hickory_proto::rr::Name;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

/// Flags of a key that signs the zone, and of one that the parent's DS is for.
const ZONE: u16 = 256;
const ENTRY: u16 = 257;

/// A key pair as `dnssec-keygen` makes it.
#[derive(Clone, Debug)]
pub struct Key {
    /// The number of its algorithm.
    pub algorithm: u8,
    /// Its tag (RFC 4034 appendix B).
    pub tag: u16,
    /// The data of its DNSKEY, as text.
    pub public: String,
    /// Its private half, as BIND writes it.
    private: String,
}

/// The keys of a test.
#[derive(Debug)]
pub struct Keys {
    dir: tempfile::TempDir,
    made: Mutex<HashMap<(u8, bool, u8), Arc<Key>>>,
}

impl Default for Keys {
    fn default() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let made = Mutex::default();
        Self { dir, made }
    }
}

impl Keys {
    /// The key with that number of an algorithm: the parent's DS is for it, or it signs the zone.
    ///
    /// # Panics
    /// When `dnssec-keygen` cannot make it.
    pub fn get(&self, algorithm: u8, entry: bool, number: u8) -> Arc<Key> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let key = made
            .entry((algorithm, entry, number))
            .or_insert_with(|| Arc::new(Key::make(self.dir.path(), algorithm, entry)));
        Arc::clone(key)
    }
}

impl Key {
    fn make(dir: &Path, algorithm: u8, entry: bool) -> Self {
        let mut command = Command::new("dnssec-keygen");
        command
            .args(["-q", "-a", &algorithm.to_string(), "-K"])
            .arg(dir);
        if matches!(algorithm, 5 | 7 | 8 | 10) {
            command.args(["-b", "2048"]);
        }
        if entry {
            command.args(["-f", "KSK"]);
        }
        let output = command.arg("pool.").output().expect("dnssec-keygen");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "dnssec-keygen {algorithm}: {errors}"
        );
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let read = |end: &str| {
            let path = dir.join(format!("{name}.{end}"));
            std::fs::read_to_string(path).expect("a file of the key")
        };
        let line = read("key");
        let line = line
            .lines()
            .find(|line| line.starts_with("pool."))
            .expect("a DNSKEY");
        let (_, public) = line.split_once("DNSKEY").expect("a DNSKEY");
        let tag = name.rsplit('+').next().and_then(|tag| tag.parse().ok());
        Self {
            algorithm,
            tag: tag.expect("a tag"),
            public: public.trim().to_owned(),
            private: plain(&read("private")),
        }
    }

    /// Its DNSKEY as a line of that zone.
    pub fn line(&self, zone: &str) -> String {
        format!("{zone} 300 IN DNSKEY {}\n", self.public)
    }

    /// Writes the two files of the key for a zone, as the signers want them, and returns their path
    /// without the ending.
    pub(super) fn write(&self, dir: &Path, zone: &str) -> PathBuf {
        let name = format!("K{zone}+{:03}+{:05}", self.algorithm, self.tag);
        let write = |end: &str, text: &str| {
            std::fs::write(dir.join(format!("{name}.{end}")), text).expect("a file of the key");
        };
        write("key", &self.line(zone));
        write("private", &self.private);
        dir.join(name)
    }

    /// The data of its DS with that digest (1, 2 or 4), as text.
    pub fn ds(&self, zone: &str, digest: u8) -> String {
        let owner = Name::from_ascii(zone).expect("a name");
        let kind = DigestType::from(digest);
        let digested = self.dnskey().to_digest(&owner, kind).expect("a digest");
        let hex = hex(digested.as_ref());
        format!("{} {} {digest} {hex}", self.tag, self.algorithm)
    }

    /// It as data of a record.
    pub fn dnskey(&self) -> DNSKEY {
        let words: Vec<&str> = self.public.split_ascii_whitespace().collect();
        let octets = pem::parse(format!(
            "-----BEGIN KEY-----\n{}\n-----END KEY-----\n",
            words[3..].concat()
        ));
        let octets = octets.expect("base64").into_contents();
        let public = PublicKeyBuf::new(octets, Algorithm::from_u8(self.algorithm));
        let entry = self.public.starts_with("257");
        DNSKEY::with_flags(if entry { ENTRY } else { ZONE }, public)
    }
}

/// Hexadecimal digits.
pub(super) fn hex(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// Without dates, in the older format: ldns reads no other.
fn plain(private: &str) -> String {
    const DATES: [&str; 3] = ["Created:", "Publish:", "Activate:"];
    let lines = private.replace("format: v1.3", "format: v1.2");
    let kept = lines
        .lines()
        .filter(|line| !DATES.iter().any(|date| line.starts_with(date)));
    kept.flat_map(|line| [line, "\n"]).collect()
}
