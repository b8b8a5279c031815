//! Advice as it is shown: the parts of our command line that it names, as they are typed.

use crate::finding::{self, Advice, Piece};
use crate::programs;

/// A part of the command line.
pub(super) trait Spell {
    /// The part as it is typed.
    fn spell(&self) -> String;
}

/// An advice, with options as they are typed.
#[expect(
    private_bounds,
    reason = "only the two vocabularies of this file can be spelled"
)]
pub fn spelled<R: Spell>(advice: &Advice<R>) -> String {
    let pieces = advice.pieces().iter().map(|piece| match piece {
        Piece::Text(text) => text.to_string(),
        Piece::Remedy(remedy) => remedy.spell(),
        Piece::Line(line) => line.clone(),
    });
    pieces.collect()
}

/// A part of an advice: a text that may be wrapped, or a line that may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A text.
    Text(String),
    /// A line to be copied.
    Line(String),
}

/// The advice in parts. What joins a text to the line above it is left out.
pub(super) fn parts<R: Spell>(advice: &Advice<R>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for piece in advice.pieces() {
        let text = match piece {
            Piece::Text(text) => text.to_string(),
            Piece::Remedy(remedy) => remedy.spell(),
            Piece::Line(line) => {
                parts.push(Part::Line(line.clone()));
                continue;
            }
        };
        match parts.last_mut() {
            Some(Part::Text(before)) => before.push_str(&text),
            Some(Part::Line(_)) if text == " and " => {}
            Some(Part::Line(_)) => {
                let text = text.trim_start_matches([',', ';', ' ']);
                parts.push(Part::Text(text.to_owned()));
            }
            None => parts.push(Part::Text(text)),
        }
    }
    parts
}

impl Spell for finding::Remedy {
    fn spell(&self) -> String {
        let words = match self {
            Self::BothFamilies => "-4 or -6",
            Self::Cacerts => "--cacerts",
            Self::Connect => "--connect ADDRESS",
            Self::Ehlo => "--ehlo",
            Self::Hgrc => "--hgrc",
            Self::Ignore(code) => return format!("--ignore {}", code.as_str()),
            Self::ImplicitTls => "--tls implicit",
            Self::KeyType => "--key-type",
            Self::EachKeyType => "--key-type rsa or ecdsa",
            Self::NoSni => "--no-sni",
            Self::Pin => "smtp-certcheck pin --write",
            Self::PinAdd => "pin --write --add",
            Self::PinAgain { target } => return pin_again(target),
            Self::PinExpires => "--pin-expires",
            Self::Servername => "--servername",
            Self::Starttls => "--tls starttls",
            Self::Timeout => "--timeout",
            Self::ClientCertificate => "--cert",
            Self::Via => "--via",
            Self::ViaCommand => "--via-command",
            Self::ProxyProtocol => "--proxy-protocol",
            Self::Source => "--source",
        };
        words.to_owned()
    }
}

fn pin_again(target: &str) -> String {
    // zsh takes brackets for a pattern.
    let quote = if target.contains('[') { "'" } else { "" };
    format!("smtp-certcheck pin {quote}{target}{quote} --write --add, or --replace")
}

impl Spell for programs::Remedy {
    fn spell(&self) -> String {
        match self {
            Self::By(by) => format!("--by {}", by.as_str()),
            Self::CaOut => "--ca-out FILE".to_owned(),
        }
    }
}
