//! What a saved chain may cost: millions of names of hardly any octets are refused, as many as a
//! server can send are judged, and both within 100 MiB of memory.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use rustls::pki_types::CertificateDer;
use std::process::Command;
use testkit::der::{Fields, Issuer, extension, oid, sans, seq, set, tlv, utf8};
use testkit::pki::to_pem;
use testkit::program::{Dir, Run, finish, program};

/// In KiB.
const MOST_MEMORY: usize = 100 << 10;
/// As `src/commands/disk/chain.rs` has it.
const MOST_ELEMENTS: usize = 128 << 10;
/// Of a certificate without the names.
const OTHERS: usize = 64;

/// Where names can stand: how many elements each of them is, and a certificate's fields with so
/// many.
type Shape = (&'static str, usize, fn(&mut Fields, usize));

fn san(fields: &mut Fields, name: &[u8], count: usize) {
    fields.extensions = vec![sans([name.repeat(count)])];
}

fn listed(fields: &mut Fields, dotted: &str, element: &[u8], count: usize) {
    let list = tlv(0x30, element.repeat(count));
    fields.extensions.push(extension(dotted, false, list));
}

const SHAPES: [Shape; 16] = [
    ("dNSName", 1, |f, count| san(f, &[0x82, 0], count)),
    ("iPAddress", 1, |f, count| san(f, &[0x87, 0], count)),
    ("rfc822Name", 1, |f, count| san(f, &[0x81, 0], count)),
    ("registeredID", 1, |f, count| {
        san(f, &[0x88, 1, 0x2a], count);
    }),
    ("x400Address", 1, |f, count| san(f, &[0xa3, 0], count)),
    ("directoryName", 2, |f, count| {
        san(f, &[0xa4, 2, 0x30, 0], count);
    }),
    ("in BER", 1, |f, count| san(f, &[0x82, 0x81, 0], count)),
    ("issuerAltName", 1, |f, count| {
        listed(f, "2.5.29.18", &[0x82, 0], count);
    }),
    ("purposes", 1, |f, count| {
        listed(f, "2.5.29.37", &[6, 1, 0x2a], count);
    }),
    ("policies", 2, |f, count| {
        listed(f, "2.5.29.32", &[0x30, 3, 6, 1, 0x2a], count);
    }),
    ("distribution points", 1, |f, count| {
        listed(f, "2.5.29.31", &[0x30, 0], count);
    }),
    ("access", 3, |f, count| {
        listed(
            f,
            "1.3.6.1.5.5.7.1.1",
            &[0x30, 5, 6, 1, 0x2a, 0x86, 0],
            count,
        );
    }),
    ("subtrees", 2, |f, count| {
        let subtrees = tlv(0xa0, [0x30, 2, 0x82, 0].repeat(count));
        f.extensions
            .push(extension("2.5.29.30", true, seq([subtrees])));
    }),
    ("issuers of an implicit tag", 1, |f, count| {
        let issuers = tlv(0x81, [0x82, 0].repeat(count));
        f.extensions
            .push(extension("2.5.29.35", false, seq([issuers])));
    }),
    ("subject", 4, |f, count| {
        let attribute = set([seq([oid("2.5.4.3"), utf8("")])]);
        f.subject = tlv(0x30, attribute.repeat(count));
    }),
    ("extensions", 3, |f, count| {
        f.extensions
            .extend(vec![extension("1.2", false, []); count]);
    }),
];

/// Judges a chain, in DER, with no more memory to write to than the bound.
fn run(chain: &[CertificateDer<'static>], root: &Issuer, more: &[&str]) -> Run {
    let dir = Dir::new();
    let pem: String = chain.iter().map(|der| to_pem(der)).collect();
    let (chain, root) = (
        dir.file("chain", pem),
        dir.file("root", to_pem(&root.der())),
    );
    let limited = format!("ulimit -d {MOST_MEMORY}; exec \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &limited, "sh"])
        .arg(program().get_program())
        .args(["--servername", "localhost", "--no-hgrc", "--chain"])
        .arg(&chain)
        .arg("--cacerts")
        .arg(&root)
        .args(more);
    finish(&mut command)
}

#[test]
fn millions_of_names_are_refused() {
    let root = Issuer::root("Tiny Root");
    for (what, elements, make) in SHAPES {
        let one = root.leaf(|f| make(f, 4 * MOST_ELEMENTS / elements));
        let each = MOST_ELEMENTS / 8 / elements;
        let many = vec![root.leaf(|f| make(f, each)); 12];
        for chain in [vec![one], many] {
            let run = run(&chain, &root, &["-q"]);
            let refused = run.stderr.contains("more than 131,072 names");
            assert!(
                run.code == 2 && refused,
                "{what}: {} {}",
                run.code,
                run.stderr
            );
        }
    }
    // All that fits into the file.
    let san = |octets: usize| root.leaf(|f| san(f, &[0x82, 0], octets / 2));
    let run = run(&[san(10 << 20)], &root, &["-v"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn as_many_names_as_a_server_can_send_fit_the_memory() {
    let root = Issuer::root("Tiny Root");
    for (what, elements, make) in SHAPES {
        let leaf = root.leaf(|f| make(f, (MOST_ELEMENTS - OTHERS) / elements));
        let run = run(&[leaf], &root, &["--format", "json"]);
        assert!(
            matches!(run.code, 0 | 1),
            "{what}: {} {}",
            run.code,
            run.stderr
        );
        assert!(run.stdout.starts_with('{'), "{what}");
    }
}
