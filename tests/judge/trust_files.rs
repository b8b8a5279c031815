//! Files of trust anchors: which certificates in them are anchors, and which are not, by OpenSSL's
//! rules. Content that cannot be read is a finding.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use rcgen::{BasicConstraints, IsCa};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use testkit::der::{oid, seq, tlv, utf8};
use testkit::generate::dice::Dice;
use testkit::pki::{Identity, KeyKind, Pki, ca, leaf, to_pem};
use testkit::program::{Dir, finish, problems, program};
use testkit::server::{Behaviour, Server};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Trust", KeyKind::P256));
static SERVER: LazyLock<Identity> = LazyLock::new(|| PKI.identity(leaf(&["localhost"])));

const SERVERS: &str = "1.3.6.1.5.5.7.3.1";
const CLIENTS: &str = "1.3.6.1.5.5.7.3.2";
const MAIL: &str = "1.3.6.1.5.5.7.3.4";
const ANY: &str = "2.5.29.37.0";

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
    let ours = testkit::program::report([&args[..], &["--cacerts", path(&file)]].concat());
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
        let (code, report) = testkit::program::report([&args[..], &options].concat());
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
    let mut dice = Dice::thrown(1);
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
                    .map(|_| *dice.pick(&[SERVERS, CLIENTS, MAIL, ANY, "1.2.3"]))
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

/// The first line of a certificate's block.
fn pem_body(der: &[u8]) -> String {
    to_pem(der).lines().nth(1).expect("a line").to_owned()
}

/// A saved chain of the server, judged by what the environment says.
fn judged(chain: &Path, variable: (&str, &Path)) -> (i32, Value) {
    let args = ["--chain", path(chain), "--servername", "localhost"];
    let mut command = program();
    command.args(args).args(["--format", "json"]);
    command.env(variable.0, variable.1);
    let run = finish(&mut command);
    assert_eq!(run.stderr, "", "nothing on standard error");
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    testkit::program::check_schema(&report);
    (run.code, report)
}

fn first_message(report: &Value) -> String {
    report["validation"]["problems"][0]["message"].to_string()
}

#[test]
fn a_file_that_was_renamed_to_switch_a_ca_off_is_not_an_anchor() {
    let dir = Dir::new();
    let chain = dir.file("chain.pem", SERVER.chain_pem());
    let folder = dir.path().join("certs");
    std::fs::create_dir(&folder).expect("a directory");
    let args = ["--chain", path(&chain), "--servername", "localhost"];
    let by_option = [&args[..], &["--cacerts", path(&folder)]].concat();
    for name in [
        "ca.pem.bak",
        "ca.pem~",
        ".ca.pem",
        "ca.pem.old",
        "ca.pem.orig",
        "ca.pem.disabled",
        "ca.pem.dpkg-old",
        "ca.pem.dpkg-dist",
        "ca.pem.rpmsave",
        "ca.pem.rpmnew",
        "#ca.pem#",
        "ca.pem.off",
        "ca.pem.2",
        "3f94a23e.0.bak",
        "3f94a23e.x",
        "3f94a23.0",
        "ca",
    ] {
        let file = folder.join(name);
        std::fs::write(&file, PKI.root_pem()).expect("a file");
        let run = finish(program().args(&by_option));
        assert_eq!(run.code, 2, "{name}: {}", run.stdout);
        assert!(run.stderr.contains(path(&file)), "{name}: {}", run.stderr);
        let (code, report) = judged(&chain, ("SSL_CERT_DIR", &folder));
        assert_eq!(
            (code, problems(&report)),
            (1, vec!["anchors-unreadable".to_owned()]),
            "{name}"
        );
        assert!(first_message(&report).contains(path(&file)), "{report:#}");
        std::fs::remove_file(file).expect("it is removed");
    }
    for name in [
        "ca.pem",
        "ca.crt",
        "ca.cer",
        "CA.PEM",
        "3f94a23e.0",
        "3f94a23e.12",
    ] {
        let file = folder.join(name);
        std::fs::write(&file, PKI.root_pem()).expect("a file");
        assert_eq!(testkit::program::report(&by_option).0, 0, "{name}");
        assert_eq!(judged(&chain, ("SSL_CERT_DIR", &folder)).0, 0, "{name}");
        std::fs::remove_file(file).expect("it is removed");
    }
    // Another CA beside it: the report says which file was left out.
    std::fs::write(
        folder.join("other.pem"),
        to_pem(&Pki::new("Other", KeyKind::P256).root()),
    )
    .expect("a file");
    std::fs::write(folder.join("ca.pem.bak"), PKI.root_pem()).expect("a file");
    let (code, report) = testkit::program::report(&by_option);
    assert_eq!(code, 1);
    assert!(
        first_message(&report).contains("left out for the name"),
        "{report:#}"
    );
    // A file with a switched-off name and another one counts once, by the other.
    std::os::unix::fs::symlink("ca.pem.bak", folder.join("3f94a23e.0")).expect("a link");
    assert_eq!(testkit::program::report(&by_option).0, 0);
}

#[test]
fn what_openssl_does_not_load_from_the_environment_is_a_finding() {
    let dir = Dir::new();
    let chain = dir.file("chain.pem", SERVER.chain_pem());
    let root = PKI.root_pem();
    let torn = format!("{root}{}", &root[..200]);
    let broken = trusted_block(&PKI.root(), &[1, 1, 0xff]);
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("junk", b"junk".to_vec()),
        ("torn", torn.clone().into_bytes()),
        ("der", PKI.root().to_vec()),
        ("settings", broken.clone().into_bytes()),
        ("indented", format!(" {root}").into_bytes()),
    ] {
        let file = dir.file(name, bytes);
        let (code, report) = judged(&chain, ("SSL_CERT_FILE", &file));
        assert_eq!(
            (code, problems(&report)),
            (1, vec!["anchors-unreadable".to_owned()]),
            "{name}"
        );
        assert!(first_message(&report).contains(path(&file)), "{report:#}");
        assert_eq!(report["chain"].as_array().map(Vec::len), Some(2));
    }
    // Of a directory OpenSSL reads each file by itself, and what is before the break.
    let folder = dir.path().join("certs");
    std::fs::create_dir(&folder).expect("a directory");
    std::fs::write(folder.join("3f94a23e.0"), torn).expect("a file");
    assert_eq!(judged(&chain, ("SSL_CERT_DIR", &folder)).0, 0);
    std::fs::write(folder.join("3f94a23e.0"), broken).expect("a file");
    std::fs::write(folder.join("root.pem"), root).expect("a file");
    assert_eq!(judged(&chain, ("SSL_CERT_DIR", &folder)).0, 0);
    // The leaf is judged all the same.
    let late = PKI.identity(testkit::pki::expired_leaf(&["localhost"]));
    let late = dir.file("late.pem", late.chain_pem());
    let (_, report) = judged(&late, ("SSL_CERT_FILE", Path::new("/dev/null")));
    assert_eq!(problems(&report), ["expired", "anchors-unreadable"]);
}

/// Runs `openssl` with these words in the directory.
fn words(dir: &Dir, line: &str) {
    let args: Vec<&str> = line.split_whitespace().collect();
    testkit::openssl::run(dir, &args);
}

/// Files of all forms that hold no PEM.
fn other_forms(dir: &Dir) {
    dir.file("root.pem", PKI.root_pem());
    dir.file("chain.pem", SERVER.chain_pem());
    dir.file("key.pem", &SERVER.key_pem);
    let words = |line| words(dir, line);
    words("x509 -in root.pem -outform DER -out root.der");
    words("crl2pkcs7 -nocrl -certfile root.pem -outform DER -out root.p7b");
    words("crl2pkcs7 -nocrl -certfile root.pem -out root.p7.pem");
    words("pkcs12 -export -nokeys -in root.pem -passout pass:x -out root.p12");
    words("req -new -key key.pem -subj /CN=x -out request.pem");
    words("req -in request.pem -outform DER -out request.der");
    words("pkey -in key.pem -outform DER -out key.der");
    words("pkey -in key.pem -traditional -outform DER -out sec1.der");
    words("pkcs8 -topk8 -in key.pem -passout pass:x -outform DER -out encrypted.der");
    words("genrsa -traditional -out rsa.pem 2048");
    words("rsa -in rsa.pem -traditional -outform DER -out rsa.der");
    words("pkey -in key.pem -pubout -outform DER -out public.der");
    words("pkey -in key.pem -pubout -out public.pem");
    let read = |name: &str| std::fs::read(dir.path().join(name)).expect("a file");
    let der = read("root.der");
    let utf16 = |mark: &[u8], big: bool| -> Vec<u8> {
        let pairs = PKI
            .root_pem()
            .encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect::<Vec<u8>>();
        [mark, &pairs].concat()
    };
    for (name, bytes) in [
        ("jks", [&[0xfe, 0xed, 0xfe, 0xed][..], &[0; 40]].concat()),
        ("utf16le", utf16(&[0xff, 0xfe], false)),
        ("utf16be", utf16(&[0xfe, 0xff], true)),
        ("bare16", utf16(&[], false)),
        ("cr.pem", PKI.root_pem().replace('\n', "\r").into_bytes()),
        ("more.der", [&der[..], b"more"].concat()),
    ] {
        dir.file(name, bytes);
    }
}

#[test]
fn files_of_another_form_are_read_or_named_with_the_way_out() {
    let (dir, root) = (Dir::new(), PKI.root());
    other_forms(&dir);
    let (as_chain, as_anchors) = (
        ["--chain", "FILE", "--cacerts", "root.pem"],
        ["--chain", "chain.pem", "--cacerts", "FILE"],
    );
    let command = |form: &[&str; 4], file: &str| {
        let args = form
            .iter()
            .map(|word| if *word == "FILE" { file } else { word });
        let mut command = program();
        command
            .args(args)
            .args(["--servername", "localhost"])
            .current_dir(dir.path());
        finish(&mut command)
    };
    for (file, what, way) in [
        (
            "root.p7b",
            "PKCS #7",
            "openssl pkcs7 -inform DER -in \"root.p7b\" -print_certs",
        ),
        (
            "root.p7.pem",
            "PKCS #7",
            "openssl pkcs7 -in \"root.p7.pem\" -print_certs",
        ),
        (
            "root.p12",
            "PKCS #12",
            "openssl pkcs12 -in \"root.p12\" -nokeys",
        ),
        ("jks", "Java keystore", "keytool -list -rfc"),
        ("request.pem", "certificate request", "CA"),
        ("request.der", "certificate request", "CA"),
        ("key.pem", "private key", "belongs to it"),
        ("key.der", "private key", "belongs to it"),
        ("sec1.der", "private key", "belongs to it"),
        ("encrypted.der", "private key", "belongs to it"),
        ("rsa.pem", "private key", "belongs to it"),
        ("rsa.der", "private key", "belongs to it"),
        ("public.pem", "public key", "belongs to it"),
        ("public.der", "public key", "belongs to it"),
        ("utf16le", "UTF-16", "iconv -f UTF-16"),
        ("utf16be", "UTF-16", "iconv -f UTF-16"),
        ("bare16", "UTF-16", "iconv -f UTF-16"),
        ("cr.pem", "CR alone", "tr"),
        ("more.der", "4 octets that are none", ""),
    ] {
        for form in [&as_chain, &as_anchors] {
            let run = command(form, file);
            assert_eq!(run.code, 2, "{file}: {}", run.stdout);
            for word in [file, what, way] {
                assert!(run.stderr.contains(word), "{file}: {word}: {}", run.stderr);
            }
        }
    }
    // The commands do what they say.
    words(
        &dir,
        "pkcs7 -inform DER -in root.p7b -print_certs -out made.pem",
    );
    assert_eq!(command(&as_anchors, "made.pem").code, 0);
    dir.file("newline.der", [&root[..], b"\n"].concat());
    dir.file("two.der", [&PKI.intermediate(), &root[..]].concat());
    for file in ["root.der", "newline.der", "two.der"] {
        assert_eq!(command(&as_anchors, file).code, 0, "{file}");
    }
    dir.file(
        "chain.der",
        SERVER
            .chain
            .iter()
            .flat_map(|der| der.to_vec())
            .collect::<Vec<u8>>(),
    );
    assert_eq!(command(&as_chain, "chain.der").code, 0);
}

/// The server, live, as a configuration of Mercurial names it.
fn live(dir: &Dir, port: u16, hgrc: &str, args: &[&str]) -> (i32, Value) {
    let hgrc = dir.file("rc", hgrc);
    let target = format!("localhost:{port}");
    let mut command = program();
    command.env("HGRCPATH", &hgrc).env("HOME", dir.path());
    command.env("SSL_CERT_FILE", dir.file("system.pem", PKI.root_pem()));
    command.args([&target, "--format", "json", "--hgrc", path(&hgrc)]);
    let run = finish(command.args(args));
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    testkit::program::check_schema(&report);
    (run.code, report)
}

#[test]
fn a_ca_file_that_a_setting_names_and_that_cannot_be_read_is_a_finding() {
    use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
    let dir = Dir::new();
    let port = Server::start(&SERVER, Behaviour::default()).port();
    let root = PKI.root_pem();
    dir.file("empty.pem", "");
    dir.file("junk.pem", "junk");
    dir.file("torn.pem", format!("{root}{}", &root[..100]));
    dir.file("root.pem", &root);
    dir.file("root.der", PKI.root());
    let place = path(dir.path());
    let digest = Fingerprint::compute(Algorithm::Sha256, &SERVER.chain[0]).hex();
    let right = format!("localhost:fingerprints = sha256:{digest}\n");
    let wrong = format!("localhost:fingerprints = sha256:{}\n", "0".repeat(64));
    let insecure = "[defaults]\nemail = --insecure\n";
    let settings = [
        ("web.cacerts", "[web]\ncacerts = "),
        (
            "hostsecurity.localhost:verifycertsfile",
            "[hostsecurity]\nlocalhost:verifycertsfile = ",
        ),
    ];
    for (key, setting) in settings {
        for file in [
            "gone.pem",
            "empty.pem",
            "junk.pem",
            "torn.pem",
            "root.der",
            "",
            "\"root.pem\"",
        ] {
            let (name, quoted) = match file.strip_prefix('"') {
                Some(_) => (format!("\"{place}/root.pem\""), true),
                None => (format!("{place}/{file}"), false),
            };
            let base = format!(
                "[extensions]\npatchbomb =\n[smtp]\nhost = localhost\nport = {port}\ntls = starttls\n{setting}{name}\n"
            );
            for (ground, more, accepts, outcome) in [
                ("nothing", "", false, "untrusted"),
                (
                    "a right pin",
                    &*format!("[hostsecurity]\n{right}"),
                    true,
                    "pinned",
                ),
                (
                    "a wrong pin",
                    &*format!("[hostsecurity]\n{wrong}"),
                    false,
                    "untrusted",
                ),
                ("--insecure", insecure, true, "untrusted"),
            ] {
                let said = format!("{key} {file} {ground}");
                let (code, report) = live(&dir, port, &format!("{base}{more}"), &[]);
                assert_eq!(code, i32::from(outcome != "pinned"), "{said}: {report:#}");
                assert_eq!(report["outcome"], outcome, "{said}: {report:#}");
                assert_eq!(
                    report["mercurial"]["accepts"], accepts,
                    "{said}: {report:#}"
                );
                assert_eq!(report["chain"].as_array().map(Vec::len), Some(2), "{said}");
                let found = report["validation"]["problems"]
                    .as_array()
                    .expect("problems");
                let unread: Vec<&Value> = found
                    .iter()
                    .filter(|one| one["code"] == "anchors-unreadable")
                    .collect();
                assert_eq!(unread.len(), 1, "{said}: {report:#}");
                let unread = unread[0];
                let message = unread["message"].as_str().unwrap_or_default();
                for word in [name.trim_matches('"'), key, &*format!("{place}/rc:")] {
                    assert!(message.contains(word), "{said}: {word}: {message}");
                }
                let advice = unread["advice"].as_str().unwrap_or_default();
                assert_eq!(advice.contains("quotes"), quoted, "{said}: {advice}");
                let others: Vec<String> = problems(&report)
                    .into_iter()
                    .filter(|code| code != "anchors-unreadable" && code != "pin-mismatch")
                    .collect();
                assert_eq!(others, Vec::<String>::new(), "{said}");
            }
        }
    }
    // On the command line it is an error.
    let (code, _) = live(
        &dir,
        port,
        &format!("{}gone.pem\n", settings[0].1),
        &["--cacerts", &format!("{place}/root.pem")],
    );
    assert_eq!(code, 0);
    let gone = format!("{place}/gone.pem");
    let run = finish(program().args([&format!("localhost:{port}"), "--cacerts", &gone]));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
}

#[test]
fn an_audit_without_a_trust_store_is_one_of_findings() {
    let dir = Dir::new();
    let port = Server::start(&SERVER, Behaviour::default()).port();
    let root = dir.file("root.pem", PKI.root_pem());
    let audit = |list: String| {
        let list = dir.file("list", list);
        let mut command = program();
        command.args([
            "audit",
            "--format",
            "jsonl",
            "-4",
            "--pause",
            "0",
            "--input",
            path(&list),
        ]);
        let run = finish(command.env("SSL_CERT_FILE", "/dev/null"));
        let reports: Vec<Value> = run
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let codes: Vec<Vec<String>> = reports
            .iter()
            .map(|report| {
                let found = report["findings"].as_array().expect("findings");
                found
                    .iter()
                    .map(|one| one["code"].as_str().unwrap_or_default().to_owned())
                    .collect()
            })
            .collect();
        (run.code, codes)
    };
    let line = format!("localhost:{port}");
    let own = format!("{line} cacerts={}", path(&root));
    assert_eq!(audit(format!("{own}\n{own}\n")), (0, vec![vec![], vec![]]));
    let (code, codes) = audit(format!("{own}\n{line} servername=other.example\n"));
    assert_eq!(code, 1);
    let mut codes = codes.concat();
    codes.sort();
    assert_eq!(codes, ["anchors-unreadable", "name-mismatch"]);
}

/// OpenSSL and GnuTLS try them all.
#[test]
fn of_many_anchors_of_one_name_the_right_one_is_found() {
    let mut others = String::new();
    for _ in 0..150 {
        let mut params = ca("Trust Root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().expect("a key");
        others += &to_pem(params.self_signed(&key).expect("a root").der());
    }
    for (anchors, trusted) in [
        (format!("{others}{}", PKI.root_pem()), true),
        (others, false),
    ] {
        let ((code, report), theirs) = both(&SERVER, anchors.as_bytes());
        assert_eq!((theirs, code), (trusted, i32::from(!trusted)), "{report:#}");
        assert!(
            !problems(&report).contains(&"too-complex".to_owned()),
            "{report:#}"
        );
    }
}

#[test]
fn in_a_directory_openssl_finds_hashes_only_and_a_note_says_so() {
    let dir = Dir::new();
    let chain = dir.file("chain.pem", SERVER.chain_pem());
    let leaf = dir.file("leaf.pem", to_pem(&SERVER.chain[0]));
    let folder = dir.path().join("certs");
    std::fs::create_dir(&folder).expect("a directory");
    let root = dir.file("root.pem", PKI.root_pem());
    let hash = testkit::openssl::x509(&PKI.root_pem(), &["-hash"]);
    let other = Pki::new("Other", KeyKind::P256).root_pem();
    let theirs = || {
        let mut command = Command::new("openssl");
        command
            .args(["verify", "-no-CAfile", "-no-CAstore", "-CApath"])
            .args([path(&folder), "-untrusted", path(&chain), path(&leaf)]);
        command.output().expect("openssl").status.success()
    };
    for (name, files, found) in [
        ("by its name", vec![("ca.pem", PKI.root_pem())], false),
        (
            "by a hash",
            vec![(&*format!("{hash}.0"), PKI.root_pem())],
            true,
        ),
        (
            "second",
            vec![
                (&*format!("{hash}.0"), other.clone()),
                (&*format!("{hash}.1"), PKI.root_pem()),
            ],
            true,
        ),
        (
            "after a gap",
            vec![
                (&*format!("{hash}.0"), other.clone()),
                (&*format!("{hash}.2"), PKI.root_pem()),
            ],
            false,
        ),
        (
            "by another hash",
            vec![("3f94a23e.0", PKI.root_pem())],
            false,
        ),
        (
            "by both",
            vec![
                ("ca.pem", PKI.root_pem()),
                (&*format!("{hash}.0"), PKI.root_pem()),
            ],
            true,
        ),
    ] {
        for (file, text) in &files {
            std::fs::write(folder.join(file), text).expect("a file");
        }
        let (code, report) = judged(&chain, ("SSL_CERT_DIR", &folder));
        assert_eq!(code, 0, "{name}: {report:#}");
        let noted = testkit::program::notes(&report).contains(&"anchor-not-hashed".to_owned());
        assert_eq!((theirs(), !noted), (found, found), "{name}: {report:#}");
        for (file, _) in &files {
            std::fs::remove_file(folder.join(file)).expect("it is removed");
        }
    }
    // A file that is named is read whatever its name.
    let (_, report) = judged(&chain, ("SSL_CERT_FILE", &root));
    assert!(!testkit::program::notes(&report).contains(&"anchor-not-hashed".to_owned()));
}
