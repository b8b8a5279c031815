//! Files of trust anchors: which certificates in them are anchors, and which are not, as OpenSSL
//! has it. What cannot be read is a finding.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

mod common;

use common::{Dir, finish, problems, program};
use rcgen::{BasicConstraints, IsCa};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use testkit::der::{oid, seq, tlv, utf8};
use testkit::pki::{Identity, KeyKind, Pki, ca, leaf, to_pem};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Trust", KeyKind::P256));
static SERVER: LazyLock<Identity> = LazyLock::new(|| PKI.identity(leaf(&["localhost"])));

const SERVERS: &str = "1.3.6.1.5.5.7.3.1";
const CLIENTS: &str = "1.3.6.1.5.5.7.3.2";
const MAIL: &str = "1.3.6.1.5.5.7.3.4";
const ANY: &str = "2.5.29.37.0";

/// Numbers that are the same for the same seed (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn pick<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        let end = u64::try_from(of.len()).expect("few");
        of[usize::try_from(self.below(end)).expect("few")]
    }
}

/// The seed of a generator: of the environment, or a fixed one.
fn seed() -> u64 {
    let seed = std::env::var("SMTP_CERTCHECK_SEED").ok();
    let seed = seed
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_215);
    // Shown when the test fails.
    let _ = writeln!(std::io::stderr(), "SMTP_CERTCHECK_SEED={seed}");
    seed
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// A list of purposes with this tag.
fn purposes(tag: u8, list: &[&str]) -> Vec<u8> {
    tlv(
        tag,
        list.iter().flat_map(|one| oid(one)).collect::<Vec<u8>>(),
    )
}

fn trust(list: &[&str]) -> Vec<u8> {
    purposes(0x30, list)
}

fn reject(list: &[&str]) -> Vec<u8> {
    purposes(0xa0, list)
}

/// A certificate with what follows it in its block.
fn trusted_block(der: &[u8], settings: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    let block = pem::Pem::new("TRUSTED CERTIFICATE", [der, settings].concat());
    pem::encode_config(&block, config)
}

/// The server's chain under a file of anchors: our exit code and report, and whether OpenSSL takes
/// it.
fn both(server: &Identity, anchors: &[u8]) -> ((i32, Value), bool) {
    let dir = Dir::new();
    let file = dir.file("ca.pem", anchors);
    let chain = dir.file("chain.pem", server.chain_pem());
    let leaf = dir.file("leaf.pem", to_pem(&server.chain[0]));
    let args = ["--chain", path(&chain), "--servername", "localhost"];
    let ours = common::report([&args[..], &["--cacerts", path(&file)]].concat());
    let output = Command::new("openssl")
        .args([
            "verify",
            "-purpose",
            "sslserver",
            "-no-CApath",
            "-no-CAstore",
        ])
        .args([
            "-CAfile",
            path(&file),
            "-untrusted",
            path(&chain),
            path(&leaf),
        ])
        .output()
        .expect("openssl");
    (ours, output.status.success())
}

#[track_caller]
fn expect(name: &str, anchors: &str, trusted: bool) {
    let ((code, report), theirs) = both(&SERVER, anchors.as_bytes());
    assert_eq!(theirs, trusted, "{name}: OpenSSL\n{anchors}");
    assert_eq!(
        report["validation"]["trusted"], trusted,
        "{name}: {report:#}"
    );
    assert_eq!(code, i32::from(!trusted), "{name}");
    if !trusted {
        assert_eq!(problems(&report), ["anchor-rejected"], "{name}: {report:#}");
    }
}

#[test]
fn trust_settings_say_which_certificates_are_anchors_for_servers() {
    let root = PKI.root();
    let settings: Vec<(&str, Vec<u8>, bool)> = vec![
        ("none at all", vec![], true),
        ("nothing in them", seq::<&[u8]>([]), true),
        ("an empty trust list", seq([trust(&[])]), false),
        ("an empty reject list", seq([reject(&[])]), true),
        ("trusted", seq([trust(&[SERVERS])]), true),
        ("trusted for all", seq([trust(&[ANY])]), true),
        ("trusted for clients", seq([trust(&[CLIENTS])]), false),
        ("trusted for mail", seq([trust(&[MAIL])]), false),
        ("trusted for both", seq([trust(&[CLIENTS, SERVERS])]), true),
        ("rejected", seq([reject(&[SERVERS])]), false),
        ("rejected for all", seq([reject(&[ANY])]), false),
        ("rejected for mail", seq([reject(&[MAIL])]), true),
        ("both", seq([trust(&[SERVERS]), reject(&[SERVERS])]), false),
        ("all but", seq([trust(&[SERVERS]), reject(&[ANY])]), false),
        ("an alias", seq([utf8("corp")]), true),
        ("a key identifier", seq([tlv(4, "id")]), true),
        ("others", seq([tlv(0xa1, seq([oid(MAIL)]))]), true),
        (
            "more after them",
            [seq([reject(&[SERVERS])]), vec![0, 0]].concat(),
            false,
        ),
        // OpenSSL reads nothing of a file with these.
        ("no sequence", vec![1, 1, 0xff], false),
        ("cut off", seq([reject(&[MAIL])])[..8].to_vec(), false),
        (
            "in another order",
            seq([reject(&[MAIL]), trust(&[SERVERS])]),
            false,
        ),
        (
            "an unknown field",
            seq([utf8("corp"), tlv(0xa2, [])]),
            false,
        ),
        ("an empty purpose", seq([tlv(0xa0, [6, 0])]), false),
        ("half a purpose", seq([tlv(0xa0, [6, 1, 0x80])]), false),
        (
            "a padded purpose",
            seq([tlv(0xa0, [6, 3, 0x2a, 0x80, 1])]),
            false,
        ),
        ("a number for a purpose", seq([tlv(0xa0, [2, 1, 5])]), false),
        ("another kind of alias", seq([tlv(19, "corp")]), false),
        ("no algorithm", seq([tlv(0xa1, [5, 0])]), false),
    ];
    for (name, settings, trusted) in settings {
        expect(name, &trusted_block(&root, &settings), trusted);
    }
}

#[test]
fn a_rejected_certificate_stops_every_path_through_it() {
    let (root, intermediate) = (PKI.root(), PKI.intermediate());
    let rejected = seq([reject(&[SERVERS])]);
    let mail = seq([trust(&[MAIL])]);
    let trusted = seq([trust(&[SERVERS])]);
    let plain = to_pem(&root);
    let no_root = trusted_block(&root, &rejected);
    for (name, anchors, is_trusted) in [
        ("the first counts", format!("{plain}{no_root}"), true),
        ("the first counts, too", format!("{no_root}{plain}"), false),
        (
            "below",
            format!("{plain}{}", trusted_block(&intermediate, &rejected)),
            false,
        ),
        (
            "for mail",
            format!("{}{plain}", trusted_block(&intermediate, &mail)),
            false,
        ),
        (
            "trusted itself",
            trusted_block(&intermediate, &trusted),
            true,
        ),
        (
            "trusted below",
            format!("{no_root}{}", trusted_block(&intermediate, &trusted)),
            true,
        ),
        (
            "plain below",
            format!("{}{no_root}", to_pem(&intermediate)),
            false,
        ),
        (
            "of the leaf",
            format!("{plain}{}", trusted_block(&SERVER.chain[0], &rejected)),
            true,
        ),
    ] {
        expect(name, &anchors, is_trusted);
    }
    let own = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    for (settings, trusted) in [(&rejected, false), (&mail, false), (&trusted, true)] {
        let anchors = trusted_block(&own.chain[0], settings);
        let ((code, report), theirs) = both(&own, anchors.as_bytes());
        assert_eq!((theirs, code == 0), (trusted, trusted), "{report:#}");
        let expected: &[&str] = if trusted { &[] } else { &["anchor-rejected"] };
        assert_eq!(problems(&report), expected);
    }
}

#[test]
fn what_was_left_out_is_named_with_its_file_wherever_anchors_come_from() {
    let dir = Dir::new();
    let rejected = trusted_block(&PKI.root(), &seq([reject(&[SERVERS])]));
    let file = dir.file("distrusted.pem", rejected);
    let chain = dir.file("chain.pem", SERVER.chain_pem());
    let folder = dir.path().join("certs");
    std::fs::create_dir(&folder).expect("a directory");
    std::fs::copy(&file, folder.join("distrusted.pem")).expect("a copy");
    let args = ["--chain", path(&chain), "--servername", "localhost"];
    for options in [["--cacerts", path(&file)], ["--cacerts", path(&folder)]] {
        let (code, report) = common::report([&args[..], &options].concat());
        assert_eq!(code, 1);
        let message = report["validation"]["problems"][0]["message"].to_string();
        assert!(message.contains("distrusted.pem"), "{message}");
        assert!(message.contains("Trust Root"), "{message}");
    }
    let mut command = program();
    command.env("SSL_CERT_FILE", &file).args(args);
    let run = finish(&mut command);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("distrusted.pem"), "{}", run.stdout);
}

/// Files of random blocks with random settings: the verdict is OpenSSL's.
#[test]
fn random_trust_settings_are_read_as_openssl_reads_them() {
    let mut dice = Dice(seed());
    let below = {
        let mut issuer = ca("Trust Below");
        issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        PKI.below(issuer, &leaf(&["localhost"]))
    };
    let certificates = [&PKI.root(), &below.chain[1]];
    let (mut yes, mut no) = (0, 0);
    for round in 0..120 {
        let mut file = String::new();
        for _ in 0..=dice.below(3) {
            let der = dice.pick(&certificates);
            if dice.below(3) == 0 {
                file += &to_pem(der);
                continue;
            }
            let mut fields = Vec::new();
            for tag in [0x30, 0xa0] {
                let count = dice.below(4);
                let list: Vec<&str> = (0..count)
                    .map(|_| dice.pick(&[SERVERS, CLIENTS, MAIL, ANY, "1.2.3"]))
                    .collect();
                if dice.below(3) == 0 {
                    fields.push(purposes(tag, &list));
                }
            }
            if dice.below(3) == 0 {
                fields.push(utf8("an alias"));
            }
            file += &trusted_block(der, &seq(fields));
        }
        let ((_, report), theirs) = both(&below, file.as_bytes());
        let ours = report["validation"]["trusted"] == true;
        // OpenSSL knows no path that ends at an intermediate without settings; here it may.
        let root = file.contains(&pem_body(&PKI.root()));
        if root || !ours {
            assert_eq!(ours, theirs, "round {round}: {report:#}\n{file}");
        }
        if theirs { yes += 1 } else { no += 1 }
    }
    assert!(yes > 20 && no > 20, "{yes} yes, {no} no");
}

/// What stands in the first line of a certificate's block.
fn pem_body(der: &[u8]) -> String {
    to_pem(der).lines().nth(1).expect("a line").to_owned()
}
