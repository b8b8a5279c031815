//! What must hold for every input, checked with random ones and with the fuzzer's seeds, among
//! them all that it ever found. `fuzz/run` looks deeper.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    reason = "tests read files, and fail with a word"
)]

#[allow(unreachable_pub, reason = "a crate of its own for the fuzzer")]
#[path = "../../fuzz/invariants/mod.rs"]
mod invariants;

use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target)
}

/// Checks the committed seeds of a fuzz target.
fn seeds(target: &str, check: invariants::Check) {
    let entries = std::fs::read_dir(folder(target)).expect("seeds");
    let mut count = 0;
    for entry in entries.flatten() {
        let seed = std::fs::read(entry.path()).expect("a seed");
        let held = std::panic::catch_unwind(|| check(&seed));
        assert!(held.is_ok(), "seed {}", entry.path().display());
        count += 1;
    }
    assert!(count > 2, "{count} seeds for {target}");
}

#[test]
fn every_seed_holds() {
    for (target, check) in invariants::TARGETS {
        seeds(target, *check);
    }
    let folders = std::fs::read_dir(folder("")).expect("seeds").count();
    assert_eq!(
        folders,
        invariants::TARGETS.len(),
        "a folder without a target"
    );
}

/// Perl has the tables of Unicode, too, and they are not ours.
#[test]
fn all_that_takes_no_ink_or_gives_orders_is_unsafe() {
    const SCRIPT: &str = r"for (0..0x10ffff) {
        next if $_ >= 0xd800 && $_ <= 0xdfff;
        print qq($_\n) if chr =~ /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/
    }";
    let output = std::process::Command::new("perl")
        .args(["-e", SCRIPT])
        .output();
    let output = output.expect("perl");
    let listed = String::from_utf8(output.stdout).expect("numbers");
    let listed: Vec<u32> = listed
        .lines()
        .map(|n| n.parse().expect("a number"))
        .collect();
    assert!(listed.len() > 4_000, "{}", listed.len());
    for number in listed {
        let c = char::from_u32(number).expect("a character");
        assert!(smtp_certcheck::escape::is_unsafe(c), "U+{number:04X}");
    }
    let plain = "a ~\u{a0}\u{e9}\u{301}\u{3000}\u{5d0}\u{4e00}\u{1f600}";
    assert!(!plain.contains(smtp_certcheck::escape::is_unsafe));
}

/// Lengths of pieces: small ones find more.
fn cuts() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(1u8..12, 0..6)
}

/// What a server could say, well-formed and not.
fn speech() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        &b"220 mx ESMTP\r\n"[..],
        b"220-mx\r\n",
        b"250-mx\r\n",
        b"250-STARTTLS\r\n",
        b"250 STARTTLS\r\n",
        b"250 OK\n",
        b"454 later\r\n",
        b"554",
        b"\r\n",
        b"\n",
        b"\r",
        b"220",
        b" ",
        b"-",
        b"\xff",
        b"\x16\x03",
        b"FTP",
    ]);
    prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
}

/// What a server of the other protocols could say.
fn other_speech() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        &b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"[..],
        b"* OK ready\r\n",
        b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
        b"* PREAUTH hello\r\n",
        b"* BYE [UNAVAILABLE] no\r\n",
        b"* CAPABILITY IMAP4rev1 STARTTLS\r\n",
        b"* X {9}\r\nb OK no\r\n",
        b"a OK done\r\n",
        b"b OK go\r\n",
        b"b NO [LIMIT] later\r\n",
        b"+OK ready\r\n",
        b"STLS\r\n",
        b"..STLS\r\n",
        b".\r\n",
        b"-ERR [SYS/TEMP] no\r\n",
        b"\"IMPLEMENTATION\" \"x\"\r\n",
        b"\"STARTTLS\"\r\n",
        b"{8}\r\nSTARTTLS\r\n",
        b"OK (X \"a)\") {2+}\r\nhi\r\n",
        b"OK\r\n",
        b"NO (TRYLATER) \"no\"\r\n",
        b"BYE\r\n",
        b"220 LMTP\r\n",
        b"500 what?\r\n",
        b"250-mx\r\n250 STARTTLS\r\n",
        b"220 go\r\n",
        b"{",
        b"\"",
        b"\\",
        b" ",
        b"*",
        b"\r\n",
    ]);
    prop::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
}

/// What a web server could say.
fn answers() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        &b"HTTP/1.1 200 OK\r\n"[..],
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.0 302 Found\nLocation: http://127.0.0.1/\n\n",
        b"Content-Type: application/pkix-crl\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"5\r\nhello\r\n",
        b"5;a=b\r\nhello\r\n",
        b"1\r\nx\r\n",
        b"0\r\n",
        b"ffffffffffffffff\r\n",
        b"hello",
        b"X: y\r\n",
        b"\xff",
    ]);
    prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
}

/// What a domain could publish.
fn published() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        &b"version: STSv1\n"[..],
        b"version: STSv1\r\n",
        b"mode: enforce\n",
        b"mode:none\n",
        b"mode : testing\n",
        b"mx: mail.example.org\n",
        b"mx: *.example.org \n",
        b"mx: *\n",
        b"mx:\n",
        b"MX: a.test\n",
        b"max_age: 604800\n",
        b"max_age: 31557601\n",
        b"max_age: +1\n",
        b"v=STSv1; ",
        b"v=STSv1",
        b"id=20261128;",
        b"id=;",
        b"v=TLSRPTv1;",
        b"rua=mailto:a@b.test, https://c.test",
        b"\x03\x01\x01",
        b"\xef\xbb\xbf",
        b"\xe9",
        b"\r",
        b".",
    ]);
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

/// Bytes that are an input's fields, one after the other.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

proptest! {
    #[test]
    fn the_pieces_of_replies_do_not_matter(cuts in cuts(), said in speech(), often in 0u8..14) {
        invariants::reply::check(&joined(&[&[0xf0 | often], &cuts, &[0], &said]));
    }

    #[test]
    fn what_a_domain_publishes_is_read(
        first in prop::sample::select(vec![
            &b"text/plain"[..],
            b"text/plain; charset=utf-8",
            b"text/plain;charset=iso-8859-1",
            b"v=STSv1; id=1",
            b"",
        ]),
        second in published(),
    ) {
        invariants::policy::check(&joined(&[first, &[0], &second]));
    }

    #[test]
    fn the_pieces_of_a_turn_do_not_matter(cuts in cuts(), turns in prop::collection::vec(speech(), 1..4)) {
        invariants::dialogue::check(&joined(&[&cuts, &[0], &turns.join(&0)]));
    }

    #[test]
    fn the_pieces_of_a_turn_do_not_matter_in_other_protocols(
        cuts in cuts(), turns in prop::collection::vec(other_speech(), 1..5)
    ) {
        invariants::dialogue::check(&joined(&[&cuts, &[0], &turns.join(&0)]));
    }

    #[test]
    fn floods_are_bounded_in_every_protocol(cuts in cuts(), said in other_speech(), often in 1usize..12) {
        let flood = said.repeat(1 << often);
        let flood = &flood[..flood.len().min(70_000)];
        invariants::dialogue::check(&joined(&[&[250, 249], &cuts, &[0], flood]));
    }

    #[test]
    fn the_answer_of_a_proxy_ends(
        lines in prop::collection::vec("(HTTP/1[.][01] [12345][0-9]{2}|[ -~]{0,20})\r?\n", 0..6),
        text in "(http|socks5)://[a-z0-9.:@/\\[\\]-]{0,20}|[a-z'\" %hp]{0,20}",
    ) {
        invariants::proxy::check(lines.concat().as_bytes());
        invariants::proxy::check(text.as_bytes());
    }

    #[test]
    fn the_pieces_of_an_http_answer_do_not_matter(limit: u8, often in 0u8..13, cuts in cuts(), said in answers()) {
        invariants::http::check(&joined(&[&[limit, often], &cuts, &[0], &said]));
    }

    #[test]
    fn the_pieces_of_an_old_answer_do_not_matter(cuts in cuts(), framing: u8, said: Vec<u8>) {
        invariants::legacy::check(&joined(&[&cuts, &[0, framing], &said]));
    }

    #[test]
    fn targets_are_read_as_they_are_shown(text in "(smtps?://)?[a-zA-Z0-9.:\\[\\]_ü/-]{0,24}(:[0-9]{1,5})?") {
        invariants::target::check(text.as_bytes());
    }

    #[test]
    fn any_text_is_a_target_or_refused(text: String) {
        invariants::target::check(text.as_bytes());
    }

    #[test]
    fn edits_do_what_they_say(edit: u8, line in 1u8..12, value: Vec<u8>, file in hgrc()) {
        let value: Vec<u8> = value.into_iter().filter(|b| *b != b'\n').collect();
        invariants::hgrc::check(&joined(&[&[edit, line], &value, b"\n", &file]));
    }

    #[test]
    fn any_bytes_are_a_file(bytes: Vec<u8>) {
        invariants::hgrc::check(&bytes);
    }
}

/// Files with a good mixture of what lines can be.
fn hgrc() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        &b"[s]"[..],
        b"[t]",
        b"k = 1",
        b"k=2",
        b"l =",
        b" 3",
        b"\t4  ",
        b"# c",
        b" # c",
        b"",
        b"  ",
        b"%unset k",
        b"a.b:c-d = 0",
        b"%include x",
        b"\xef\xbb\xbf[s]",
        b"\x0b\xff",
    ]);
    let end = prop::sample::select(vec![&b"\n"[..], b"\r\n", b"\r", b""]);
    prop::collection::vec((line, end), 0..12).prop_map(|lines| {
        lines
            .iter()
            .flat_map(|(line, end)| [*line, *end])
            .collect::<Vec<_>>()
            .concat()
    })
}

proptest! {
    // Each of them is judged and shown in every format.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_unsafe_is_shown(how: u8, style: u8, text: String, certificate: Vec<u8>) {
        let mut end = text.len().min(255);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let length = u8::try_from(end).expect("at most 255");
        let text = &text.as_bytes()[..end];
        invariants::certificate::check(&joined(&[&[how, style, length], text, &certificate]));
    }
}
