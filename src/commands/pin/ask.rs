//! Questions on the terminal.

use crate::certificate::Certificate;
use crate::cli::ExpectedPin;
use crate::commands::error::Error;
use crate::fingerprint::Algorithm;
use crate::observation::system_text;
use std::io::{IsTerminal as _, Write as _};

/// Whether there is a terminal to ask on.
pub(super) fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether the answer is yes, or the certificate's fingerprint. As ssh does, it asks again after any
/// other answer than no; an empty one is no.
pub(super) fn confirm(question: &str, leaf: &Certificate) -> Result<bool, Error> {
    let mut answer = line(question)?;
    loop {
        let text = answer.to_ascii_lowercase();
        match text.as_str() {
            "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            fingerprint if matches(fingerprint, leaf) => return Ok(true),
            _ => answer = line("Type yes in full, no, or its fingerprint:")?,
        }
    }
}

fn matches(text: &str, leaf: &Certificate) -> bool {
    let digests = [Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha1];
    digests.into_iter().any(|algorithm| {
        let hex = text.strip_prefix(&format!("{algorithm}:")).unwrap_or(text);
        ExpectedPin::new(algorithm, hex).matches(leaf.der())
    })
}

/// Whether the answer is yes; an empty one is no.
pub(super) fn yes(question: &str) -> Result<bool, Error> {
    let answer = line(question)?;
    Ok(["y", "yes"]
        .iter()
        .any(|yes| answer.eq_ignore_ascii_case(yes)))
}

fn line(question: &str) -> Result<String, Error> {
    let failed = |why: std::io::Error| Error::new(format!("cannot ask: {}", system_text(&why)));
    let mut terminal = std::io::stderr();
    write!(terminal, "{question} ")
        .and_then(|()| terminal.flush())
        .map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(failed)?;
    Ok(answer.trim().to_owned())
}
