//! The lines to paste, for Mercurial.

use super::judged::server;
use super::other_host;
use super::shown::Shown;
use super::version::VERSION;
use crate::commands::error::Error;
use crate::commands::mercurial::{Mercurial, ca_file};
use crate::commands::terminal::{print, say};
use crate::escape::visible;
use crate::judge::Anchors;
use crate::judge::clients::Answer;
use crate::mercurial::{
    Assignment, HostSettings, Intent, PinnedBy, decide, is_smtp_host, kept_port, pinned_lists,
};
use crate::render::pin as show;
use crate::report::Report;
use std::fmt::Write as _;

/// The lines to paste, and nothing else, on standard output.
pub(super) fn snippet(
    mercurial: &Mercurial,
    intent: &Intent<'_>,
    shown: &Shown<'_>,
) -> Result<(), Error> {
    let pinned = shown.pinned;
    let settings = mercurial.settings(intent.host);
    let own = is_smtp_host(&settings, intent.host);
    let mut lines = Vec::new();
    if own && kept_port(&settings, intent).is_none() {
        lines.push(Assignment::new("smtp", "host", intent.host));
        lines.push(Assignment::new("smtp", "port", intent.port.to_string()));
        lines.push(Assignment::new("smtp", "tls", intent.start.to_string()));
    } else {
        other_host::note(&settings, intent.host);
    }
    match intent.by {
        PinnedBy::Fingerprint => {
            for setting in pinned_lists(mercurial.config(), intent) {
                if setting.section != "smtp" || own {
                    lines.push(setting);
                }
            }
        }
        PinnedBy::Cacerts(path) => {
            if own {
                lines.push(Assignment::new("smtp", "cacerts", path));
            }
            let key = format!("{}:verifycertsfile", intent.host);
            lines.push(Assignment::new("hostsecurity", key, path));
        }
    }
    if let Some(places) = places(mercurial, &lines) {
        // A second copy would be added with >>.
        say(&format!(
            "already pinned: {}; there is nothing to add",
            places.join(", ")
        ));
        for one in pinned {
            if !show::problems(one.judgement()).is_empty() {
                say(&format!("  {}", show::about(one)));
            }
        }
    } else {
        print(&show::snippet(
            shown.report,
            shown.comments,
            &lines,
            VERSION,
        ))?;
    }
    for one in pinned {
        unsure(mercurial, &lines, intent, one);
    }
    Ok(())
}

/// Where each of the lines stands already, if all do and count.
fn places(mercurial: &Mercurial, lines: &[Assignment]) -> Option<Vec<String>> {
    let config = mercurial.config();
    let place = |line: &Assignment| {
        let item = config.get(line.section.as_bytes(), line.key.as_bytes())?;
        let is_same = item.value == line.value.as_bytes();
        is_same.then(|| format!("{} at {}", line.key, item.source))
    };
    lines.iter().map(place).collect()
}

/// Reports why the pin is not enough for a server that this program could not speak to.
fn unsure(mercurial: &Mercurial, lines: &[Assignment], intent: &Intent<'_>, report: &Report) {
    let mut text = String::new();
    for Assignment {
        section,
        key,
        value,
    } in lines
    {
        let _ = write!(text, "[{section}]\n{key} = {value}\n");
    }
    let start = report.target.tls.unwrap_or(intent.start);
    let pinned = Mercurial::of(text.as_bytes()).settings(intent.host);
    let settings = HostSettings {
        transport: start.into(),
        pins: pinned.pins,
        verifycertsfile: pinned.verifycertsfile,
        // Whether hg email runs is a separate question.
        runs: Vec::new(),
        ..mercurial.settings(intent.host)
    };
    let server = server(intent.host, start, None, report);
    if server.key_proven && !server.handshake_failed {
        return;
    }
    let none = Anchors::new("none");
    let decision = decide(&settings, &server, &mercurial.installation(&none), &ca_file);
    let verdict = match decision.answer {
        Answer::Accepts => return,
        Answer::Refuses => "with these lines hg email still refuses the server",
        Answer::Unknown => "with these lines hg email may still refuse the server",
    };
    say(&format!("note: {verdict}: {}", visible(&decision.reason)));
}
