//! Unit tests of the dialogues beside SMTP's: what each turn of a server comes to.

mod imap;
mod mailboxes;

use super::*;
use crate::endpoint::Protocol;
use crate::finding::Code;

/// Plays the server's turns, and returns the protocol, what the client sent last, and why it
/// stopped: `TLS` if it came to that, `...` if it waits for more.
fn play(speech: Speech, turns: &[&str]) -> String {
    let mut dialogue = begin(speech, "probe.example");
    let mut turns = turns.iter();
    let mut last = String::new();
    let end = loop {
        match dialogue.step() {
            Step::Send(bytes) => last = String::from_utf8_lossy(&bytes).trim_end().to_owned(),
            Step::Receive => match turns.next() {
                Some(turn) => {
                    if let Err(refusal) = dialogue.receive(turn.as_bytes()) {
                        break refusal.code(dialogue.protocol()).to_string();
                    }
                }
                None => break "...".to_owned(),
            },
            Step::Handshake => break "TLS".to_owned(),
        }
    };
    assert_eq!(turns.next(), None, "{end} came early");
    format!("{} {last} {end}", dialogue.protocol())
}

/// Plays each case in one protocol.
fn table(protocol: Protocol, cases: &[(&[&str], &str)]) {
    for (turns, expected) in cases {
        let seen = play(Speech::Only(protocol), turns);
        assert_eq!(seen, format!("{protocol} {expected}"), "{turns:?}");
        // Nothing differs if another protocol was expected and this one recognised.
        let is_recognised = !matches!(turns[0].as_bytes(), [b'2' | b'{', ..]);
        if is_recognised && !expected.ends_with("wrong-protocol") && protocol != Protocol::Lmtp {
            let seen = play(Speech::First(Protocol::Smtp), turns);
            assert_eq!(seen, format!("{protocol} {expected}"), "{turns:?}");
        }
    }
}

const IMAP: &str = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\r\n";
const PLAIN: &str = "* OK ready\r\n";
const LIST: &str = "* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\n";

#[test]
fn lmtp_says_lhlo() {
    let hello = "LHLO probe.example";
    let list = "250-mx\r\n250-STARTTLS\r\n250 Ok NAME=<x>\r\n";
    let ends = |end: &str| format!("{hello} {end}");
    table(
        Protocol::Lmtp,
        &[
            (&["220 mx LMTP\r\n", list, "220 go\r\n"], "STARTTLS TLS"),
            (&["220 mx\r\n", "250 mx\r\n"], &ends("starttls-not-offered")),
            (
                &["220 mx\r\n", "500 what?\r\n"],
                &ends("capabilities-refused"),
            ),
            (&["220 mx\r\n", "450 later\r\n"], &ends("temporary-refusal")),
            (
                &["220 mx\r\n", list, "454 no\r\n"],
                "STARTTLS starttls-unavailable",
            ),
            (
                &["220 mx\r\n", list, "220 go\r\n250 x\r\n"],
                "STARTTLS starttls-injection",
            ),
            (&["* OK hi\r\n"], " wrong-protocol"),
            (&["HTTP/1.1 400\r\n"], " wrong-protocol"),
        ],
    );
}

#[test]
fn smtp_and_lmtp_are_told_apart_by_the_answer() {
    let list = "250-mx\r\n250 STARTTLS\r\n";
    let unknown = "500 5.5.1 Unknown command\r\n";
    let (smtp, lmtp) = (Protocol::Smtp, Protocol::Lmtp);
    for (first, turns, expected) in [
        (
            smtp,
            &["220 mx\r\n", unknown, list, "220 go\r\n"][..],
            "LMTP STARTTLS TLS",
        ),
        (
            smtp,
            &["220 mx\r\n", "502 x\r\n", list, "220 go\r\n"],
            "LMTP STARTTLS TLS",
        ),
        (
            smtp,
            &["220 mx\r\n", "503 x\r\n"],
            "SMTP LHLO probe.example ...",
        ),
        (
            smtp,
            &["220 mx\r\n", "550 no\r\n"],
            "SMTP EHLO probe.example ehlo-refused",
        ),
        (
            smtp,
            &["220 mx\r\n", unknown, unknown],
            "SMTP LHLO probe.example ehlo-refused",
        ),
        (
            smtp,
            &["220 mx\r\n", unknown, "250 mx\r\n"],
            "LMTP LHLO probe.example starttls-not-offered",
        ),
        (
            smtp,
            &["220 mx\r\n", "500 x\r\n250 y\r\n"],
            "SMTP EHLO probe.example ehlo-refused",
        ),
        (
            smtp,
            &["220 ProFTPD\r\n", unknown],
            "SMTP EHLO probe.example not-smtp",
        ),
        (
            lmtp,
            &["220 mx\r\n", unknown, list, "220 go\r\n"],
            "SMTP STARTTLS TLS",
        ),
        (
            lmtp,
            &["220 mx\r\n", unknown, unknown],
            "LMTP EHLO probe.example capabilities-refused",
        ),
        (lmtp, &["220 mx\r\n", list], "LMTP STARTTLS ..."),
    ] {
        assert_eq!(play(Speech::First(first), turns), expected, "{turns:?}");
    }
    // A server that does not answer any more has refused EHLO.
    let mut dialogue = begin(Speech::First(smtp), "probe.example");
    for turn in ["220 mx\r\n", unknown] {
        assert_eq!(dialogue.step(), Step::Receive);
        assert_eq!(dialogue.receive(turn.as_bytes()), Ok(()));
        let _ = dialogue.step();
    }
    let end = dialogue
        .end()
        .map(|refusal| refusal.code(dialogue.protocol()));
    assert_eq!(end, Some(Code::EhloRefused));
}

#[test]
fn the_greeting_decides_if_no_scheme_does() {
    let (smtp, imap) = (Protocol::Smtp, Protocol::Imap);
    for (first, greeting, expected) in [
        (imap, "220 mx ESMTP\r\n", "SMTP EHLO probe.example ..."),
        (imap, "+OK hi\r\n", "POP3 CAPA ..."),
        (imap, "\"STARTTLS\"\r\nOK\r\n", "ManageSieve STARTTLS ..."),
        (smtp, "* OK hi\r\n", "IMAP a CAPABILITY ..."),
        // What is none of them is not what was expected.
        (smtp, "* hello\r\n", "SMTP  not-smtp"),
        (smtp, "OK go\r\n", "SMTP  not-smtp"),
        (smtp, "No\r\n", "SMTP  not-smtp"),
        (smtp, "hello\r\n", "SMTP  not-smtp"),
        (smtp, "250 hi\r\n", "SMTP  not-smtp"),
        (smtp, "\x16\x03\x03", "SMTP  not-smtp"),
        (imap, "250 hi\r\n", "IMAP  wrong-protocol"),
        (imap, "SSH-2.0-x\r\n", "IMAP  wrong-protocol"),
        // Too little to tell.
        (smtp, "* OK", "SMTP  ..."),
        (smtp, "\"", "SMTP  ..."),
    ] {
        assert_eq!(
            play(Speech::First(first), &[greeting]),
            expected,
            "{greeting}"
        );
    }
}

/// A ManageSieve server's list with a first name that ends about where recognition does.
#[test]
fn a_long_name_is_recognised_in_any_pieces_or_in_none() {
    let met = |pieces: &[&[u8]]| {
        let mut dialogue = begin(Speech::First(Protocol::Smtp), "probe.example");
        let mut pieces = pieces.iter();
        let refused = pieces.any(|piece| dialogue.receive(piece).is_err());
        (dialogue.protocol(), refused)
    };
    for length in 250..260 {
        let greeting = format!("\"{}\"\r\n", "x".repeat(length)).into_bytes();
        let expected = match length {
            ..=253 => (Protocol::Sieve, false),
            _ => (Protocol::Smtp, true),
        };
        for cut in 0..greeting.len() {
            let (first, rest) = greeting.split_at(cut);
            assert_eq!(met(&[first, rest]), expected, "{length} {cut}");
        }
    }
}

#[test]
fn what_was_heard_is_kept() {
    let heard = |protocol, turns: &[&str]| {
        let mut dialogue = begin(Speech::Only(protocol), "probe.example");
        for turn in turns {
            let _ = dialogue.receive(turn.as_bytes());
            let _ = dialogue.step();
        }
        let said = dialogue.into_said();
        let greeting = said.greeting.map(|greeting| greeting.text());
        (greeting.unwrap_or_default(), said.capabilities.join("|"))
    };
    for (protocol, turns, greeting, list) in [
        (
            Protocol::Imap,
            &[IMAP][..],
            IMAP.trim_end(),
            "IMAP4rev1|STARTTLS|AUTH=PLAIN",
        ),
        (
            Protocol::Imap,
            &[PLAIN, LIST],
            "* OK ready",
            "IMAP4rev1|STARTTLS",
        ),
        (
            Protocol::Pop3,
            &["+OK hi\r\n", "+OK\r\nUSER\r\nSASL A B\r\n"],
            "+OK hi",
            "USER|SASL A B",
        ),
        (
            Protocol::Sieve,
            &["\"A\" \"b c\"\r\n\"STARTTLS\"\r\nOK (X) \"hi\"\r\n"],
            "OK (X) hi",
            "A b c|STARTTLS",
        ),
        (
            Protocol::Sieve,
            &["\"A\" {4}\r\na\"\\b\r\nOK\r\n"],
            "OK",
            "A a\"\\b",
        ),
        (
            Protocol::Lmtp,
            &["220 mx\r\n", "250-mx\r\n250 SIZE 5\r\n"],
            "220 mx",
            "SIZE 5",
        ),
    ] {
        let expected = (greeting.to_owned(), list.to_owned());
        assert_eq!(heard(protocol, turns), expected, "{protocol}");
    }
}
