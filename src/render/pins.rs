//! What `pin --for` shows: the lines of another program, the file with a certificate, the pin set
//! as JSON, and the list of the programs.

use super::pin::{about, problems};
use super::text::fill;
use super::timestamp::timestamp;
use crate::certificate::{Certificate, pem};
use crate::escape::visible;
use crate::fingerprint::Algorithm;
use crate::programs::{
    By, FileUse, PROGRAMS, Program, Recipe, Several, UNPINNABLE, associations, comment_text,
};
use crate::report::Report;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The comments and the lines. The first is empty: with `>>` it ends the last line of a file that
/// does not end itself.
pub fn lines(report: &Report, recipe: &Recipe, by: By, version: &str) -> String {
    format!(
        "\n{}{}",
        comments(report, recipe, by, version),
        recipe.lines
    )
}

/// The file with the certificate: comments, which PEM allows in front (RFC 7468 §2), and the block.
pub fn file(report: &Report, certificate: &Certificate, by: By, version: &str) -> String {
    let recipe = Recipe {
        comment: "#",
        ..Recipe::default()
    };
    let mut out = comments(report, &recipe, by, version);
    let _ = writeln!(
        out,
        "# {}\n# {}",
        comment_text(&certificate.label()),
        certificate.fingerprint(Algorithm::Sha256)
    );
    out + &pem::write(certificate.der())
}

/// The comments and the lines for a set; `about` has a line for each certificate.
pub fn set_lines(
    report: &Report,
    about: &[String],
    (recipe, by): (&Recipe, By),
    version: &str,
) -> String {
    let comments = comments_about(report, about, (recipe, by), version);
    format!("\n{comments}{}", recipe.lines)
}

/// The file with the certificates of a set, as [`file`] has it with one.
pub fn set_file(
    report: &Report,
    about: &[String],
    (certificates, by): (&[Certificate], By),
    version: &str,
) -> String {
    let recipe = Recipe {
        comment: "#",
        ..Recipe::default()
    };
    let mut out = comments_about(report, about, (&recipe, by), version);
    for certificate in certificates {
        out.push_str(&pem::write(certificate.der()));
    }
    out
}

fn comments(report: &Report, recipe: &Recipe, by: By, version: &str) -> String {
    comments_about(report, &[about(report)], (recipe, by), version)
}

fn comments_about(
    report: &Report,
    about: &[String],
    (recipe, by): (&Recipe, By),
    version: &str,
) -> String {
    /// msmtp reads no file with a line of more than 500 octets.
    const MOST: usize = 400;
    let mark = recipe.comment;
    let mut out = format!(
        "{mark} {}, checked {} by smtp-certcheck {version}\n",
        visible(&report.target.label),
        report.at.date(),
    );
    for about in about {
        let mut about = comment_text(about);
        while about.len() > MOST {
            about.pop();
        }
        let _ = writeln!(out, "{mark} {about}");
    }
    let promise = recipe.promise.as_deref().unwrap_or(by.promise());
    let _ = writeln!(out, "{mark} {promise}");
    for remark in &recipe.remarks {
        let _ = writeln!(out, "{mark} {remark}");
    }
    out
}

/// How a program accepts several certificates; an error: it takes one.
pub fn several(program: &Program) -> Result<&'static str, &'static str> {
    match program.several {
        Several::Joined(how) | Several::Listed(how, _) | Several::InFile(how) => Ok(how),
        Several::OneOnly if has_ca(program) => {
            Err("it takes one certificate: pin the CA with --by cacerts, if both have the same")
        }
        Several::OneOnly => Err("it takes one certificate, and refuses the other"),
    }
}

/// What a rotation of the certificate means to a program that holds one pin.
pub fn rotation(program: &Program) -> String {
    let instead = if has_ca(program) {
        ", or pin the CA with --by cacerts"
    } else {
        ""
    };
    note(&format!(
        "{program} holds one pin, so none can be kept for the next certificate: change the line when the \
         server changes its certificate{instead}"
    ))
}

fn has_ca(program: &Program) -> bool {
    program.ways.iter().any(|way| way.by == By::Ca)
}

/// Advice for a terminal of 80 columns; indented lines stay as they are.
pub fn note(text: &str) -> String {
    wrapped(text, "note: ", "  ")
}

/// What to do instead, in the same way.
pub fn instead(text: &str) -> String {
    wrapped(text, "  -> ", "     ")
}

fn wrapped(text: &str, begin: &'static str, rest: &'static str) -> String {
    const WIDTH: usize = 78;
    let mut lines: Vec<String> = Vec::new();
    let mut prose = String::new();
    let flush = |prose: &mut String, lines: &mut Vec<String>| {
        let first = if lines.is_empty() { begin } else { rest };
        if !prose.is_empty() || lines.is_empty() {
            lines.push(fill(prose, WIDTH, first, rest));
        }
        prose.clear();
    };
    for line in text.lines() {
        if line.starts_with(' ') {
            flush(&mut prose, &mut lines);
            lines.push(format!("{rest}{line}"));
        } else {
            if !prose.is_empty() {
                prose.push(' ');
            }
            prose.push_str(line);
        }
    }
    flush(&mut prose, &mut lines);
    lines.join("\n")
}

/// Everything that the server can be pinned by. Nothing of it is text of a certificate: it is
/// digests, PEM, codes and what the user has named.
pub fn json(report: &Report, path: &[Certificate]) -> String {
    format!("{:#}\n", value(report, path))
}

/// The same as a value.
pub(super) fn value(report: &Report, path: &[Certificate]) -> Value {
    let target = &report.target;
    let leaf = report.leaf();
    let host = target.host.clone().unwrap_or_default();
    let is_name = host.parse::<std::net::IpAddr>().is_err();
    // DANE-TA(2) goes by the name that the record stands at (RFC 7672 §3.2.2).
    let same = target.servername == host;
    let records: Vec<Value> = associations(report.chain(), path, Algorithm::Sha256)
        .iter()
        .filter(|record| same || record.by != By::Ca)
        .map(|record| {
            json!({
                "usage": record.usage,
                "selector": record.selector,
                "matching": record.matching,
                "data": record.data,
                "pins": record.by.as_str(),
                "ca": record.ca.as_ref().map(|ca| ca.fingerprint(Algorithm::Sha256).hex()),
            })
        })
        .collect();
    let owner = target.port.map(|port| format!("_{port}._tcp.{host}."));
    let problems = problems(report.judgement());
    json!({
        "schema": 1,
        "host": host,
        "port": target.port,
        "protocol": target.protocol.map(crate::endpoint::Protocol::as_str),
        "tls": target.mode(),
        "servername": target.servername,
        "checked": timestamp(report.at),
        "trusted": !path.is_empty(),
        "problems": problems.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        "certificate": leaf.map(certificate),
        "key": leaf.and_then(key),
        "ca": path.last().map(|anchor| {
            let mut value = certificate(anchor);
            value["key"] = key(anchor).unwrap_or_default();
            value
        }),
        "tlsa": { "owner": owner.filter(|_| is_name), "records": records },
    })
}

/// A certificate, by its digests.
pub(super) fn certificate(certificate: &Certificate) -> Value {
    let until = certificate.facts().ok();
    json!({
        "sha256": certificate.fingerprint(Algorithm::Sha256).hex(),
        "sha512": certificate.fingerprint(Algorithm::Sha512).hex(),
        "sha1": certificate.fingerprint(Algorithm::Sha1).hex(),
        "not_after": until.map(|facts| timestamp(facts.not_after)),
        "pem": pem::write(certificate.der()),
    })
}

/// Its key, by its digests.
pub(super) fn key(certificate: &Certificate) -> Option<Value> {
    let digest = certificate.spki_sha256()?;
    Some(json!({
        "sha256": digest.hex(),
        "sha256_base64": STANDARD.encode(digest.bytes()),
    }))
}

/// What is known, and what each pin survives.
pub fn list() -> String {
    let mut out = String::from(
        "What --for knows, and whether the pin holds after a renewal with the same key,\n\
         after one with a new key, and after a change of the CA:\n\n",
    );
    let mut row = |columns: [&str; 6]| {
        let [program, by, what, same, new, ca] = columns;
        let line = format!("{program:11} {by:11} {what:32} {same:8} {new:7} {ca}");
        let _ = writeln!(out, "{}", line.trim_end());
    };
    row(["TOOL", "--by", "SETTING", "SAME KEY", "NEW KEY", "NEW CA"]);
    let word = |holds: bool| if holds { "yes" } else { "no" };
    for program in PROGRAMS {
        if program.ways.is_empty() {
            let everything = "all of it, for any other program";
            row([program.name, "", everything, "", "", ""]);
        }
        for (index, way) in program.ways.iter().enumerate() {
            let name = if index == 0 { program.name } else { "" };
            let mark = match way.file {
                FileUse::Needed => " *",
                FileUse::Never | FileUse::Optional | FileUse::Itself => "",
            };
            let what = format!("{}{mark}", way.what);
            let [same, new, ca] = way.by.survives().map(word);
            row([name, way.by.as_str(), &what, same, new, ca]);
        }
    }
    let names = |names: Vec<&str>| names.join(", ");
    let one_pin = PROGRAMS.iter().filter(|program| program.holds_one_pin());
    let text = format!(
        "The first line of each is what --for does without --by; * needs --ca-out FILE. \
         What names a file trusts the certificates in it, and nothing else; all but isync with a leaf \
         check name and dates, too. curl with pinnedpubkey does as well, and its own trust store must \
         know the CA. 2 1 1 holds with a new key while the same intermediate of the CA issues for it. \
         {} hold one pin: none can be kept for the next certificate. \
         Nothing is printed for {}: --for NAME says why, and what to do instead. docs/pins.md says more.",
        names(one_pin.map(|program| program.name).collect()),
        names(UNPINNABLE.iter().map(|program| program.name).collect()),
    );
    out.push('\n');
    out.push_str(&fill(&text, 79, "", ""));
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_wrapped_and_commands_are_not() {
        let long = "word ".repeat(30) + "end\n  a command that stays\nand more";
        let text = note(&long);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.len() <= 78), "{text}");
        assert!(lines[0].starts_with("note: word word"));
        assert!(lines[1].starts_with("  word"));
        assert_eq!(
            lines[lines.len() - 2..],
            ["    a command that stays", "  and more"]
        );
    }
}
