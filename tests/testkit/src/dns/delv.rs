//! delv, BIND's validator for the command line.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// delv with anchors of the test's own.
#[derive(Clone, Debug)]
pub struct Delv {
    anchors: PathBuf,
}

impl Delv {
    /// Writes the anchors, which are DS records in a zone file, as delv reads them.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn new(dir: &Path, anchors: &str) -> Self {
        let mut text = String::from("trust-anchors {\n");
        for line in anchors.lines() {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            if let [name, _, _, "DS", tag, algorithm, kind, digest] = words[..] {
                let _ = writeln!(
                    text,
                    "  \"{name}\" static-ds {tag} {algorithm} {kind} \"{digest}\";"
                );
            }
        }
        text += "};\n";
        let anchors = dir.join("delv.anchors");
        std::fs::write(&anchors, text).expect("a file");
        Self { anchors }
    }

    /// What it says of a question, of a resolver at that port: `secure`, `insecure`, `failed`, which
    /// is bogus or no answer, or `unclear`; and its words.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn verdict(&self, port: u16, name: &str, kind: &str) -> (&'static str, String) {
        let output = Command::new("delv")
            .args(["@127.0.0.1", "-p", &port.to_string(), "+root=.", "-a"])
            .arg(&self.anchors)
            .args(["+nomultiline", "+nocomments", "-q", name, "-t", kind])
            .output()
            .expect("delv");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        (read(&text), text)
    }
}

/// The weakest of what it says of each part of the answer. Of what is not there after an alias it says
/// nothing.
fn read(text: &str) -> &'static str {
    let insecure = ["; unsigned answer", "; negative response, unsigned answer"];
    let secure = ["; fully validated", "; negative response, fully validated"];
    let says = |words: &[&str]| words.iter().any(|words| text.contains(words));
    let absent = text.contains("resolution failed: ncache");
    match () {
        () if absent && !text.contains("; negative response") => "unclear",
        () if text.contains("resolution failed") && !absent => "failed",
        () if says(&insecure) => "insecure",
        () if says(&secure) => "secure",
        () => "failed",
    }
}
