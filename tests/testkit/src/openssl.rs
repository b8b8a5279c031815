//! OpenSSL: a witness for the facts of certificates, and the maker of odd ones.

use crate::pki::Identity;
use crate::program::Dir;
use serde_json::Value;
use std::process::{Command, Stdio};

/// Runs `openssl` in the directory of `dir`; it must succeed.
#[track_caller]
pub fn run(dir: &Dir, args: &[&str]) {
    let output = Command::new("openssl")
        .args(args)
        .current_dir(dir.path())
        .output()
        .expect("openssl");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {args:?}: {text}");
}

/// A leaf for these names with a key of P-256, below a CA with RSA of 1024 bits: only OpenSSL and
/// GnuTLS verify its signatures.
///
/// # Panics
/// When openssl fails.
pub fn weakly_signed(names: &[&str]) -> Identity {
    let dir = Dir::new();
    let names: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
    dir.file("v3.cnf", format!("subjectAltName={}\n", names.join(",")));
    let new = ["-days", "30", "-nodes", "-newkey"];
    let ca = ["req", "-x509", "-subj", "/CN=Weak CA", "-out", "ca.pem"];
    run(
        &dir,
        &[&ca[..], &new, &["rsa:1024", "-keyout", "ca.key"]].concat(),
    );
    let p256 = [
        "-nodes",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ];
    let leaf = [
        "req", "-subj", "/CN=leaf", "-out", "leaf.csr", "-keyout", "leaf.key",
    ];
    run(&dir, &[&leaf[..], &p256].concat());
    let signed = [
        "x509", "-req", "-in", "leaf.csr", "-extfile", "v3.cnf", "-out", "leaf.pem",
    ];
    let by = [
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "20",
    ];
    run(&dir, &[&signed[..], &by].concat());
    let read = |file: &str| std::fs::read_to_string(dir.path().join(file)).expect("a file");
    Identity::from_pem(&(read("leaf.pem") + &read("ca.pem")), &read("leaf.key"))
}

/// What `openssl x509` prints of a certificate for `args`.
pub fn x509(pem: &str, args: &[&str]) -> String {
    let dir = Dir::new();
    let file = dir.file("certificate.pem", pem);
    let output = Command::new("openssl")
        .args(["x509", "-noout", "-in"])
        .arg(file)
        .args(args)
        .output()
        .expect("openssl");
    String::from_utf8_lossy(&output.stdout)
        .trim_end_matches('\n')
        .to_owned()
}

/// The value of a line `name=value`.
fn value(text: &str) -> String {
    text.split_once('=')
        .map_or("", |(_, value)| value)
        .to_owned()
}

/// Every fact that `openssl x509` can witness.
pub fn compare(ours: &Value, pem: &str) {
    for digest in ["sha1", "sha256", "sha512"] {
        let theirs = value(&x509(pem, &["-fingerprint", &format!("-{digest}")]));
        let theirs = theirs.replace(':', "").to_lowercase();
        assert_eq!(ours["fingerprints"][digest], theirs, "{digest}");
    }
    let options = ["-nameopt", "RFC2253,-esc_msb,utf8"];
    for name in ["subject", "issuer"] {
        let flag = format!("-{name}");
        let theirs = value(&x509(pem, &[&[flag.as_str()], &options[..]].concat()));
        assert_eq!(ours[name], theirs, "{name}");
    }
    let serial = value(&x509(pem, &["-serial"])).to_lowercase();
    assert_eq!(ours["serial"], serial);
    for (field, flag) in [("not_before", "-startdate"), ("not_after", "-enddate")] {
        let theirs = value(&x509(pem, &[flag, "-dateopt", "iso_8601"]));
        assert_eq!(ours[field], theirs.replace(' ', "T"), "{field}");
    }
    let theirs = x509(pem, &["-ext", "subjectAltName"]);
    for name in ours["sans"]["dns"].as_array().into_iter().flatten() {
        let name = format!("DNS:{}", name.as_str().unwrap_or_default());
        assert!(theirs.contains(&name), "{name} in {theirs}");
    }
    let ours_count = ["dns", "ip"].map(|kind| ours["sans"][kind].as_array().map_or(0, Vec::len));
    let theirs_count = theirs.matches("DNS:").count() + theirs.matches("IP Address:").count();
    assert_eq!(ours_count.iter().sum::<usize>(), theirs_count);
}

/// The chain of a report is the one that OpenSSL was presented; `log` is the server's.
pub fn same_chain(report: &Value, theirs: &[String], log: &str) {
    let ours = report["chain"].as_array().cloned().unwrap_or_default();
    let pems: Vec<&str> = ours.iter().filter_map(|c| c["pem"].as_str()).collect();
    assert!(!theirs.is_empty(), "OpenSSL sees a chain: {log}");
    assert_eq!(pems, theirs, "{log}");
}

/// As [`same_chain`], and so are all facts of each certificate.
pub fn compare_chain(report: &Value, theirs: &[String], log: &str) {
    same_chain(report, theirs, log);
    for (ours, pem) in report["chain"].as_array().into_iter().flatten().zip(theirs) {
        compare(ours, pem);
    }
}

/// What `openssl x509` says otherwise of an odd certificate; nothing of what it cannot read.
pub fn differences(ours: &Value, pem: &str) -> Vec<String> {
    let options = ["-nameopt", "RFC2253,-esc_msb,utf8", "-dateopt", "iso_8601"];
    let wanted = ["-subject", "-issuer", "-serial", "-startdate", "-enddate"];
    let theirs = x509(pem, &[&wanted[..], &options].concat());
    let value = |key: &str| {
        let value = theirs.lines().find_map(|line| line.strip_prefix(key));
        value.map(ToOwned::to_owned)
    };
    let mut found = Vec::new();
    let mut compare = |field: &str, ours: &Value, theirs: Option<String>| {
        if theirs.as_ref().is_some_and(|theirs| ours != theirs) {
            found.push(format!("{field}: {ours}, OpenSSL has {theirs:?}"));
        }
    };
    for field in ["subject", "issuer"] {
        let ours = Value::String(escaped(ours[field].as_str().unwrap_or_default()));
        compare(field, &ours, value(&format!("{field}=")));
    }
    // A long one is broken into lines.
    let serial = value("serial=").filter(|serial| !serial.ends_with('\\'));
    let serial = serial.map(|serial| serial.to_lowercase());
    compare("serial", &ours["serial"], serial);
    for (field, key) in [("not_before", "notBefore="), ("not_after", "notAfter=")] {
        // It writes years before 1000 with spaces in front.
        let theirs = value(key).filter(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        compare(
            field,
            &ours[field],
            theirs.map(|text| text.replace(' ', "T")),
        );
    }
    found
}

/// Controls as OpenSSL has them in names; JSON keeps the characters.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |text, c| match c {
        c if c.is_ascii_control() => format!("{text}\\{:02X}", u32::from(c)),
        c => format!("{text}{c}"),
    })
}

/// What `openssl s_client` prints of a server.
pub fn s_client(args: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(["s_client", "-showcerts"])
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("openssl");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The certificates in what `openssl s_client` prints, the leaf first, each as PEM.
pub fn chain(said: &str) -> Vec<String> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----\n";
    said.split(BEGIN)
        .skip(1)
        .filter_map(|rest| rest.split(END).next())
        .map(|body| format!("{BEGIN}{body}{END}"))
        .collect()
}
