//! Which certificates are read from a text: the ones that OpenSSL reads, and none that it refuses.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use smtp_certcheck::certificate::pem;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use testkit::generate::dice::Dice;
use testkit::pki::{KeyKind, Pki, leaf, to_pem};
use testkit::program::Dir;

type Set = BTreeSet<Vec<u8>>;

/// What OpenSSL reads of a file of certificates; `None`: it refuses the file. `crl2pkcs7` reads it
/// with `PEM_X509_INFO_read_bio`, as `-CAfile` and `SSL_CERT_FILE` do.
fn openssl(file: &Path) -> Option<Set> {
    let read = Command::new("openssl")
        .args(["crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile"])
        .arg(file)
        .output()
        .expect("openssl");
    if !read.status.success() {
        return None;
    }
    let dir = Dir::new();
    let bundle = dir.file("bundle.p7b", read.stdout);
    let printed = Command::new("openssl")
        .args(["pkcs7", "-inform", "DER", "-print_certs", "-in"])
        .arg(bundle)
        .output()
        .expect("openssl");
    assert!(printed.status.success());
    let blocks = ::pem::parse_many(printed.stdout).expect("PEM");
    Some(blocks.into_iter().map(::pem::Pem::into_contents).collect())
}

fn set(entries: Vec<pem::Entry>) -> Set {
    entries
        .into_iter()
        .map(|entry| entry.without_rest().der.to_vec())
        .collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string().replace("\\n", "\n")
}

/// One certificate as a block, odd in one way or in none.
fn block(dice: &mut Dice, der: &[u8]) -> Vec<u8> {
    let plain = to_pem(der);
    let mut lines: Vec<String> = plain.lines().map(ToOwned::to_owned).collect();
    let last = lines.len() - 1;
    let body: String = lines[1..last].concat();
    let place = 1 + dice.below(last - 1);
    let prefix = *dice.pick(&[
        "# ", "#", "; ", "//", " ", "\t", "x ", "\u{feff}", "\0", "\u{a0}", "- ",
    ]);
    match dice.below(24) {
        0 => lines[0].insert_str(0, prefix),
        1 => lines[last].insert_str(0, prefix),
        2 => lines.iter_mut().for_each(|line| line.insert_str(0, prefix)),
        3 => lines[place].insert_str(0, prefix),
        4 => lines[0] += *dice.pick(&[" ", "\t", "\r", "\u{a0}", "x", "-"]),
        5 => lines[last] += *dice.pick(&[" ", "\t", "\r", "\u{a0}", "x", "-"]),
        6 => {
            let width = *dice.pick(&[1, 48, 63, 65, 76, 253, 254, 255, 300, 5000]);
            let body = body.as_bytes().chunks(width).map(text);
            lines = [
                vec![lines[0].clone()],
                body.collect(),
                vec![lines[last].clone()],
            ]
            .concat();
        }
        7 => lines.insert(
            place,
            dice.pick(&["", " ", "\r", "# text", "a: b", "-----BEGIN X-----"])
                .to_string(),
        ),
        8 => {
            let header = *dice.pick(&["Proc-Type: 4,ENCRYPTED", "Comment: x", "x"]);
            lines.splice(1..1, [header.to_owned(), String::new()]);
        }
        9 => lines.insert(1, String::new()),
        10 => lines[place].insert(
            dice.below(8),
            *dice.pick(&['*', '-', '=', ' ', '\0', '\r', 'A', '\u{e9}']),
        ),
        11 => drop(lines.remove(place)),
        12 => drop(lines.remove(*dice.pick(&[0, last]))),
        13 => {
            let name = *dice.pick(&[
                "X509 CERTIFICATE",
                "TRUSTED CERTIFICATE",
                "certificate",
                "FOO",
                "",
                "CERTIFICATE-----",
            ]);
            for index in [0, last] {
                lines[index] = lines[index].replace("CERTIFICATE", name);
            }
        }
        14 => {
            lines[*dice.pick(&[0, last])] = dice
                .pick(&[
                    "-----BEGIN CERTIFICATE----",
                    "----BEGIN CERTIFICATE-----",
                    "-----END FOO-----",
                    "-----BEGIN CERTIFICATE-----x",
                    "-----begin certificate-----",
                ])
                .to_string();
        }
        15 => lines[place].truncate(dice.below(60)),
        16 => {
            return plain
                .replace('\n', dice.pick::<&str>(&["\r\n", "\r", "\n\n", " \n"]))
                .into_bytes();
        }
        17 | 18 => {
            let at = dice.below(lines[place].len());
            let digit = dice.pick(&["A", "M", "w", "/", "5"]);
            lines[place].replace_range(at..=at, digit);
        }
        _ => {}
    }
    (lines.join("\n") + "\n").into_bytes()
}

/// The text between the blocks.
fn filler(dice: &mut Dice, key: &str) -> Vec<u8> {
    let long = |length: usize, tail: &str| format!("{}{tail}", "x".repeat(length));
    match dice.below(14) {
        0 => b"# the old one was -----BEGIN CERTIFICATE-----\n".to_vec(),
        1 => b"text -----BEGIN CERTIFICATE----- text -----END CERTIFICATE-----\n".to_vec(),
        2 => b"-----END CERTIFICATE-----\n".to_vec(),
        3 => b"-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n".to_vec(),
        4 => b"-----BEGIN FOO-----\n*\n-----END FOO-----\n".to_vec(),
        5 => key.as_bytes().to_vec(),
        6 => {
            let length = 250 + dice.below(10);
            long(length, "-----BEGIN CERTIFICATE-----\n").into_bytes()
        }
        7 => b"\0\n".to_vec(),
        8 => b"a\0-----BEGIN CERTIFICATE-----\n".to_vec(),
        9 => b"\xff\xfe caf\xe9: # x\n".to_vec(),
        10 => b"\xef\xbb\xbf".to_vec(),
        _ => b"\n# a comment\n".to_vec(),
    }
}

#[test]
fn random_texts_are_read_as_openssl_reads_them() {
    let mut dice = Dice::thrown(1);
    let pkis: Vec<Pki> = (0..3)
        .map(|n| Pki::new(&format!("Pem {n}"), KeyKind::P256))
        .collect();
    let key = pkis[0].identity(leaf(&["localhost"])).key_pem;
    let dir = Dir::new();
    let (mut read, mut refused, mut ber) = (0, 0, 0);
    for round in 0..rounds(250) {
        let mut file = Vec::new();
        for _ in 0..=dice.below(3) {
            if dice.below(2) == 0 {
                file.extend(filler(&mut dice, &key));
            }
            let pki = &pkis[dice.below(pkis.len())];
            file.extend(block(&mut dice, &pki.root()));
        }
        let theirs = openssl(&dir.file("ca.pem", &file));
        let ours = pem::read_as_openssl(&file).map(set);
        let shown = || format!("round {round}: {ours:?}\n{}", text(&file));
        match &theirs {
            // OpenSSL's tool is content with none.
            Some(theirs) if theirs.is_empty() => {
                assert!(ours.is_err(), "{}", shown());
                refused += 1;
            }
            // A flipped bit may make BER of DER, which OpenSSL reads in a certificate.
            Some(_) if matches!(ours, Err(pem::PemError::Unusable(_))) => ber += 1,
            Some(theirs) => {
                assert_eq!(ours.as_ref().ok(), Some(theirs), "{}", shown());
                read += 1;
            }
            None => {
                assert!(ours.is_err(), "{}", shown());
                refused += 1;
            }
        }
        // The one way in which --cacerts and --chain read more: indented blocks. The content of a
        // block is checked later, where it is used as an anchor.
        if flat(&file) == file && !matches!(ours, Err(pem::PemError::Unusable(_))) {
            let lenient = pem::read(&file).map(set);
            assert_eq!(
                lenient.ok(),
                theirs.filter(|theirs| !theirs.is_empty()),
                "{}",
                shown()
            );
        }
    }
    assert!(read > 50 && refused > 50, "{read} read, {refused} refused");
    assert!(ber * 200 < read, "{ber} of {read} refused for BER");
}

/// The text without blanks at the beginning of lines, and after a byte order mark there.
fn flat(file: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let without_blanks = |line: &[u8]| {
        let begin = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
        line[begin.unwrap_or(line.len())..].to_vec()
    };
    let lines = file.split(|byte| *byte == b'\n').map(without_blanks);
    let lines = lines.map(|line| match line.strip_prefix(MARK) {
        Some(rest) => [MARK, &without_blanks(rest)].concat(),
        None => line,
    });
    lines.collect::<Vec<_>>().join(&b'\n')
}

/// How many rounds of a generator: of the environment, or so many.
fn rounds(usual: usize) -> usize {
    let rounds = std::env::var("SMTP_CERTCHECK_ROUNDS").ok();
    rounds
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(usual)
}

/// The text with this before each line.
fn prefixed(text: &str, prefix: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{prefix}{line}")).collect();
    lines.join("\n") + "\n"
}

#[test]
fn a_mark_in_a_comment_is_text_and_a_block_begins_a_line() {
    let pki = Pki::new("Pem", KeyKind::P256);
    let (root, other) = (to_pem(&pki.root()), to_pem(&pki.intermediate()));
    let commented = prefixed(&other, "# ");
    for (name, file, expected) in [
        (
            "a comment before",
            format!("# -----BEGIN CERTIFICATE-----\n{root}"),
            1,
        ),
        ("an old one in comments", format!("{commented}{root}"), 1),
        ("its first line in a comment", format!("# {root}"), 0),
        ("after a word", format!("root: {root}"), 0),
        ("indented", prefixed(&root, "    "), 1),
    ] {
        let read = pem::read(file.as_bytes()).map_or(0, |read| read.len());
        assert_eq!(read, expected, "{name}");
    }
    let dir = Dir::new();
    let indented = format!("  {root}");
    assert_eq!(
        openssl(&dir.file("indented.pem", &indented)),
        Some(Set::new())
    );
    assert!(pem::read_as_openssl(indented.as_bytes()).is_err());
}
