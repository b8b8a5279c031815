//! Options of other programs: what they are called here. Users type them out of habit.

use clap::Command;

/// Options of other programs, and the answer to them.
struct Habit {
    /// As they are typed.
    words: &'static [&'static str],
    /// What to write here; `{}` stands for the value that was typed.
    answer: &'static str,
    /// What stands for the value where none was typed.
    value: &'static str,
}

const fn habit(words: &'static [&'static str], answer: &'static str, value: &'static str) -> Habit {
    Habit {
        words,
        answer,
        value,
    }
}

/// Of `openssl s_client`, `gnutls-cli`, `posttls-finger`, swaks, testssl.sh, `check_ssl_cert`, curl
/// and others.
const HABITS: &[Habit] = &[
    habit(
        &["-connect", "-host", "-server", "--host", "--server", "-s"],
        "name the server by itself: smtp-certcheck {}",
        "HOST:PORT",
    ),
    habit(
        &["-port", "--port", "-p"],
        "write the port after the host: HOST:{}",
        "PORT",
    ),
    habit(
        &[
            "-starttls",
            "--starttls",
            "--starttls-proto",
            "--starttls-smtp",
        ],
        "STARTTLS is what happens on every port but 465, 993 and 995; --tls starttls asks for nothing else",
        "",
    ),
    habit(
        &["-proxy", "--proxy"],
        "write --via http://{}, or --via socks5://HOST:PORT",
        "HOST:PORT",
    ),
    habit(
        &[
            "--socks5",
            "--socks5-hostname",
            "--socks",
            "--preproxy",
            "--socks5h",
        ],
        "write --via socks5://{}",
        "HOST:PORT",
    ),
    habit(
        &["--pipe", "--proxycommand", "--proxy-command"],
        "write --via-command {}",
        "'ssh -W %h:%p jump'",
    ),
    habit(
        &[
            "-bind",
            "--interface",
            "--local-interface",
            "-li",
            "--local-address",
            "--bind-address",
            "--bind",
        ],
        "write --source {}",
        "ADDR",
    ),
    habit(
        &[
            "--haproxy-protocol",
            "--proxy-version",
            "--proxy-family",
            "--proxy-source",
            "--haproxy",
        ],
        "write --proxy-protocol: a header that claims no address",
        "",
    ),
    habit(
        &[
            "--smtps",
            "--ssl",
            "--implicit",
            "--tls-on-connect",
            "-tlsc",
            "--tlsc",
            "--tls-wrapper",
        ],
        "write --tls implicit, or smtps://HOST",
        "",
    ),
    habit(
        &["-tls", "--protocol", "--proto", "--smtp", "-P"],
        "the protocol is part of the target: imap://HOST, pop3://HOST; --tls starttls or --tls implicit says how TLS starts",
        "",
    ),
    habit(
        &[
            "-servername",
            "-verify_hostname",
            "--sni",
            "--sni-hostname",
            "--verify-hostname",
            "--tls-sni",
            "--hostname",
            "--name",
            "--cn",
            "--server-name",
        ],
        "write --servername {}",
        "NAME",
    ),
    habit(&["-noservername"], "write --no-sni", ""),
    habit(
        &[
            "-CAfile",
            "-CApath",
            "--CAfile",
            "--CApath",
            "--cafile",
            "--capath",
            "--cacert",
            "--ca-file",
            "--ca-path",
            "--ca-cert",
            "--ca-certificate",
            "--ca-bundle",
            "--x509cafile",
            "--tls-ca-path",
            "--rootcert",
            "--rootcert-file",
            "--root",
        ],
        "write --cacerts {}",
        "FILE",
    ),
    habit(
        &[
            "-k",
            "--insecure",
            "--no-check-certificate",
            "--no-ca-verification",
        ],
        "no switch is needed: an untrusted certificate is shown as well, and the exit code is 1",
        "",
    ),
    habit(
        &[
            "-verify_return_error",
            "-verify",
            "--verify",
            "--tls-verify",
            "--check",
        ],
        "certificates are always validated; the exit code says how it went",
        "",
    ),
    habit(
        &[
            "-showcerts",
            "--showcerts",
            "--print-cert",
            "--save-cert",
            "--pem",
            "--tls-get-peer-cert",
        ],
        "write --format pem",
        "",
    ),
    habit(
        &["-brief", "-quiet", "--brief", "--silent", "--terse"],
        "write --quiet",
        "",
    ),
    habit(
        &[
            "-debug",
            "-msg",
            "-state",
            "--debug",
            "--details",
            "--info",
            "--long",
            "--show-all",
        ],
        "write --verbose",
        "",
    ),
    habit(
        &["-name", "--helo", "--lhlo", "--heloname", "--mail-host"],
        "write --ehlo {}",
        "NAME",
    ),
    habit(
        &[
            "-checkend",
            "--checkend",
            "--expires",
            "--expire",
            "--days",
            "--expiry",
        ],
        "write --warning DAYS; --pin-expires DAYS is for the pinned certificate",
        "",
    ),
    habit(
        &[
            "-tls1",
            "-tls1_1",
            "-tls1_2",
            "-tls1_3",
            "-ssl3",
            "-no_tls1_3",
            "--tls1.2",
            "--tls1.3",
            "--tlsv1.2",
            "--tlsv1.3",
            "-cipher",
            "-ciphersuites",
            "--ciphers",
            "--priority",
        ],
        "version and cipher suite cannot be chosen: the handshake agrees on the best, as mail programs do",
        "",
    ),
    habit(
        &[
            "-status",
            "--ocsp",
            "--ocsp-stapling",
            "--cert-status",
            "-ocsp_url",
        ],
        "a stapled answer is judged; no responder is asked, and --fetch-crl asks for revocation lists",
        "",
    ),
    habit(
        &[
            "-CRLfile",
            "-CRL",
            "--x509crlfile",
            "--crlfile",
            "--crl-file",
            "--tls-crl-file",
        ],
        "write --crl {}",
        "FILE",
    ),
    habit(
        &["-crl_check", "-crl_check_all", "--crl-check", "--check-crl"],
        "write --crl FILE for a revocation list that you have, or --fetch-crl for those that the certificates name",
        "",
    ),
    habit(
        &["-crl_download", "--crl-download"],
        "write --fetch-crl",
        "",
    ),
    habit(
        &["--dane", "--tlsa"],
        "the TLSA record of a server: smtp-certcheck pin HOST --for tlsa",
        "",
    ),
    habit(
        &["--mx", "--domain", "--nodns"],
        "name the servers themselves: the MX of a domain is not looked up",
        "",
    ),
    habit(
        &[
            "-cert",
            "-key",
            "--cert",
            "--key",
            "--client-cert",
            "--tls-cert",
            "--tls-key",
            "--x509certfile",
            "--x509keyfile",
            "-E",
        ],
        "write --cert FILE --key FILE: a check presents a client certificate, and audit and pin do not",
        "",
    ),
    habit(
        &[
            "--to",
            "--from",
            "--quit-after",
            "--auth",
            "--auth-user",
            "--mail-from",
            "--mail-rcpt",
        ],
        "no mail is sent and no login is tried: leave it out",
        "",
    ),
    habit(
        &[
            "--file",
            "--list",
            "-i",
            "-f",
            "-iL",
            "--hosts",
            "--targets",
        ],
        "a list is for `audit`: smtp-certcheck audit --input {}",
        "FILE",
    ),
    habit(
        &[
            "--csv",
            "--html",
            "--junit",
            "--prometheus",
            "--jsonl",
            "--xml",
        ],
        "write it as smtp-certcheck audit --format csv, html, junit, prometheus or jsonl",
        "",
    ),
    habit(&["--nagios"], "write --format nagios", ""),
    habit(
        &["--table", "--text"],
        "it is the default: leave it out",
        "",
    ),
    habit(
        &["--output", "-o", "--out"],
        "write > {} after the command",
        "FILE",
    ),
    habit(
        &["--no-color", "--no-colour", "--nocolor", "--monochrome"],
        "write --color never",
        "",
    ),
    habit(
        &["--date", "--time", "--attime", "-attime", "--now"],
        "write --at {}",
        "TIME",
    ),
    habit(
        &["--fingerprint", "-fingerprint", "--sha256"],
        "fingerprints are in every report: SHA-256, and with --verbose all of them",
        "",
    ),
    habit(
        &["--tofu", "--strict-tofu", "--trust", "--accept"],
        "write smtp-certcheck pin HOST --write",
        "",
    ),
    habit(
        &["-showconfig", "--config"],
        "there is no configuration file: SMTP_CERTCHECK_… in the environment has defaults (see --help)",
        "",
    ),
];

/// The answer to an option that is not ours; `value` is what was typed after it.
pub(super) fn answer(word: &str, value: Option<&str>) -> Option<String> {
    let habit = HABITS.iter().find(|habit| habit.words.contains(&word))?;
    Some(habit.answer.replace("{}", value.unwrap_or(habit.value)))
}

/// Whether a word is a long option with one dash, as other programs have them: clap would read it as
/// several short options.
pub(super) fn is_long_with_one_dash(word: &str, command: &Command) -> bool {
    let is_single = word.len() > 2 && word.starts_with('-') && !word.starts_with("--");
    is_single && (answer(word, None).is_some() || with_two_dashes(word, command).is_some())
}

/// A long option of ours that was written with one dash, as it is written.
pub(super) fn with_two_dashes(word: &str, command: &Command) -> Option<String> {
    let name = word.strip_prefix('-').filter(|name| name.len() > 1)?;
    let mut all = command.get_arguments().filter_map(clap::Arg::get_long);
    let known = all.any(|long| long == name) || matches!(name, "help" | "version");
    known.then(|| format!("-{word}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_has_one_answer() {
        let all = HABITS.iter().flat_map(|habit| habit.words);
        let set: BTreeSet<&&str> = all.clone().collect();
        assert_eq!(set.len(), all.count());
        for habit in HABITS {
            assert_eq!(habit.answer.contains("{}"), !habit.value.is_empty());
        }
    }

    #[test]
    fn the_value_that_was_typed_is_in_the_answer() {
        assert_eq!(
            answer("-connect", Some("mail.example.org:587")).as_deref(),
            Some("name the server by itself: smtp-certcheck mail.example.org:587")
        );
        assert_eq!(
            answer("-servername", None).as_deref(),
            Some("write --servername NAME")
        );
        assert_eq!(answer("--hgrc", None), None);
    }
}
