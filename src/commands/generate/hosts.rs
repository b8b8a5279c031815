//! The targets in Mercurial's configuration, for the completions: they are read unasked, and
//! inserted by a shell.

use crate::cli::Cli;
use crate::commands::mercurial::Mercurial;
use crate::endpoint::{Endpoint, Host, Start, Target};
use crate::mercurial;
use clap::CommandFactory as _;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The limit of printed targets: more are useless in a completion.
const MOST: usize = 1_000;

/// One target a line, sorted; empty if the configuration cannot be read.
pub(super) fn hosts() -> String {
    Mercurial::glance().map_or_else(String::new, |known| lines(&known))
}

fn lines(known: &Mercurial) -> String {
    let first = known.target().ok();
    let smtp_host = first.as_ref().map(|target| target.written.clone());
    // It is in the list already, with its port and mode.
    let hosts = mercurial::hosts(known.config());
    let others = hosts.iter().filter(|host| smtp_host.as_ref() != Some(host));
    let others = others.filter_map(|host| {
        // A key has no room for a port: two colons are an IPv6 address, one is a mistake.
        let target: Target = host.parse().ok()?;
        (target.written == *host).then_some(target)
    });
    let lines: BTreeSet<String> = first
        .into_iter()
        .chain(others)
        .filter_map(|target| typed(&target))
        .take(MOST)
        .collect();
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The shortest text for this target on the command line. A name is completed from its first
/// letter, so a scheme is added only if nothing else says the mode.
fn typed(target: &Target) -> Option<String> {
    let meant = Endpoint::from_target(target.clone(), None);
    let host = target.written.trim_matches(['[', ']']);
    let bracketed = match target.host {
        Host::Ip(IpAddr::V6(_)) => format!("[{host}]"),
        _ => host.to_owned(),
    };
    let port = meant.port;
    let protocol = meant.first_protocol();
    let schemes = [Start::Starttls, Start::Implicit].map(|start| protocol.scheme(start));
    let urls = schemes
        .into_iter()
        .flatten()
        .map(|scheme| format!("{scheme}://{bracketed}:{port}"));
    let plain = [host.to_owned(), format!("{bracketed}:{port}")];
    plain
        .into_iter()
        .chain(urls)
        .filter(|text| is_plain(text))
        .find(|text| {
            let Ok(target) = text.parse() else {
                return false;
            };
            let read = Endpoint::from_target(target, None);
            let start = meant.start.unwrap_or(read.first_start());
            let is_same = (read.first_protocol(), read.first_start()) == (protocol, start);
            is_same && (&read.host, read.port) == (&meant.host, port)
        })
}

/// Whether it has no other meaning to any shell, and is neither an option nor a command of this
/// program.
fn is_plain(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-:/[]".contains(&b);
    let is_command = || Cli::command().find_subcommand(text).is_some();
    text.bytes().all(plain) && !text.starts_with('-') && !is_command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hgrc: &str) -> String {
        lines(&Mercurial::of(hgrc.as_bytes())).replace('\n', " ")
    }

    #[test]
    fn the_server_of_smtp_host_comes_with_its_port_and_mode() {
        for (settings, expected) in [
            ("", "Mail.example.org "),
            ("tls=starttls", "Mail.example.org "),
            ("port=587\ntls=starttls", "Mail.example.org:587 "),
            ("port=submission\ntls=starttls", "Mail.example.org:587 "),
            ("tls=smtps", "Mail.example.org:465 "),
            ("port=465\ntls=starttls", "smtp://Mail.example.org:465 "),
            ("port=587\ntls=smtps", "smtps://Mail.example.org:587 "),
            ("port=25\ntls=smtps", "smtps://Mail.example.org:25 "),
            ("port=$(id)", ""),
        ] {
            let hgrc = format!("[smtp]\nhost=Mail.example.org\n{settings}\n");
            assert_eq!(of(&hgrc), expected, "{settings}");
        }
        for (host, expected) in [
            ("2001:db8::25", "[2001:db8::25]:587 "),
            ("[2001:db8::25]", "[2001:db8::25]:587 "),
            ("192.0.2.1", "192.0.2.1:587 "),
        ] {
            assert_eq!(of(&format!("[smtp]\nhost={host}\nport=587\n")), expected);
        }
        assert_eq!(of("[smtp]\nhost=config\n"), "config:25 ");
    }

    #[test]
    fn hosts_with_settings_of_their_own_come_once_and_sorted() {
        let hgrc = "[smtp]\nhost=m.example\nport=587\n[hostfingerprints]\nb.example=aa\n\
                    a_b.example=aa\n2001:db8::1=aa\n[hostsecurity]\nb.example:fingerprints=x\n\
                    m.example:ciphers=x\nciphers=x\nc.example:minimumprotocol=tls1.2\npin:ciphers=x\n";
        let expected = "2001:db8::1 a_b.example b.example c.example m.example:587 pin:25 ";
        assert_eq!(of(hgrc), expected);
        let many: Vec<String> = (0..3_000).map(|n| format!("a{n}.example=aa\n")).collect();
        let many = of(&format!("[hostfingerprints]\n{}", many.concat()));
        assert_eq!(many.split_whitespace().count(), MOST);
    }

    #[test]
    fn what_is_no_host_is_left_out() {
        for bad in [
            "$(touch pwned)",
            "`touch pwned`",
            "a.example; rm -rf .",
            "a.example|sh",
            "a.example&",
            "--output",
            "-R",
            "a b.example",
            "'a.example'",
            "a\"b.example",
            "a\\b.example",
            "a*.example",
            "~root",
            "{a,b}.example",
            "a.example:25",
            "smtps://a.example",
            "../a.example",
            "b\u{fc}cher.example",
            "\u{ff0d}\u{ff0d}output",
            "a.example\u{1b}[31m",
            "a.example\u{7}",
            "",
        ] {
            let hgrc = format!(
                "[smtp]\nhost={bad}\n[hostfingerprints]\n{bad}=aa\n[hostsecurity]\n{bad}:ciphers=x\n"
            );
            assert_eq!(of(&hgrc), "", "{bad:?}");
        }
        // A value may continue on the next line.
        assert_eq!(of("[smtp]\nhost=a.example\n b.example\n"), "");
    }
}
