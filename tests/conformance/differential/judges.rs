//! The real judges: OpenSSL of Debian 12 and of Debian 13, and GnuTLS, each asked by its own program.

use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::judge::clients::{Answer, Family, Verdict};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testkit::generate::Case;
use x509_parser::prelude::{FromDer, X509Certificate};

/// What a judge says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    Yes,
    No(String),
    /// It depends on the level of security that the client is configured for.
    Depends(String),
}

impl Truth {
    pub fn accepts(&self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No(_) => Some(false),
            Self::Depends(_) => None,
        }
    }
}

/// Asks as libssl does in a handshake: at security level 2, which Debian sets, and at level 1,
/// which others use, if the first decides.
pub fn decided_by_level(mut verify: impl FnMut(u8) -> Truth) -> Truth {
    let at_2 = verify(2);
    match &at_2 {
        Truth::No(why) if is_about_strength(why) => match verify(1) {
            Truth::No(why) => Truth::No(why),
            _ => Truth::Depends(why.clone()),
        },
        _ => at_2,
    }
}

/// Where Debian 13's `openssl` is unpacked.
pub fn next_root() -> Option<&'static Path> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/target/mta/openssl/root");
    Some(Path::new(root)).filter(|root| root.join("usr/bin/openssl").exists())
}

/// An `openssl` to run.
#[derive(Clone, Debug)]
pub struct OpenSsl(Vec<PathBuf>);

impl OpenSsl {
    /// The one of this machine.
    pub fn present() -> Self {
        Self(vec!["openssl".into()])
    }

    /// The one of Debian 13, with its own loader and libraries; `None` if it is not unpacked.
    pub fn next() -> Option<Self> {
        let root = next_root()?;
        Some(Self(vec![
            root.join("lib64/ld-linux-x86-64.so.2"),
            "--library-path".into(),
            root.join("usr/lib/x86_64-linux-gnu"),
            root.join("usr/bin/openssl"),
        ]))
    }

    /// What it says of the case, whose files are in `dir`.
    pub fn judge(&self, dir: &Path, case: &Case, strict: bool) -> Truth {
        decided_by_level(|level| self.verify(dir, case, strict, level))
    }

    fn verify(&self, dir: &Path, case: &Case, strict: bool, level: u8) -> Truth {
        let kind = if case.is_address() {
            "-verify_ip"
        } else {
            "-verify_hostname"
        };
        let at = case.at.unix_timestamp().to_string();
        let level = level.to_string();
        let mut command = Command::new(&self.0[0]);
        command
            .args(&self.0[1..])
            .args(["verify", "-purpose", "sslserver", "-auth_level", &level])
            .args([kind, &case.name, "-attime", &at])
            .args(["-CAfile", "ca.pem", "-no-CApath", "-no-CAstore"])
            .args(["-untrusted", "chain.pem"]);
        if strict {
            command.args(["-x509_strict", "-partial_chain"]);
        }
        let output = run(command.arg("leaf.pem"), dir);
        if !output.status.success() {
            return Truth::No(errors(&output));
        }
        if self.reads(dir) {
            return Truth::Yes;
        }
        Truth::No("a certificate that is sent cannot be read".to_owned())
    }

    /// Whether it can read all that is sent: a handshake ends where it cannot, but `openssl verify`
    /// passes over it.
    fn reads(&self, dir: &Path) -> bool {
        let mut command = Command::new(&self.0[0]);
        command
            .args(&self.0[1..])
            .args(["crl2pkcs7", "-nocrl", "-certfile", "chain.pem"]);
        run(&mut command, dir).status.success()
    }
}

/// The errors, each as `20 at 0 depth lookup: unable to get local issuer certificate`.
fn errors(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().collect();
    let mut errors = lines.iter().filter_map(|line| line.strip_prefix("error "));
    let first = errors.next();
    // A file that cannot be read at all.
    first.map_or_else(
        || text.trim().to_owned(),
        |first| {
            let more: Vec<&str> = errors
                .take_while(|line| !line.contains("leaf.pem"))
                .collect();
            [vec![first], more].concat().join("; ")
        },
    )
}

/// Keys too small (66, 67), digests too weak (68): and nothing else.
fn is_about_strength(errors: &str) -> bool {
    let weak = ["66 ", "67 ", "68 "];
    errors
        .split("; ")
        .all(|error| weak.iter().any(|number| error.starts_with(number)))
}

/// What `certtool --verify` says, with the profile that a handshake has by default, for a server.
/// It asks the clock of this machine.
pub fn certtool(dir: &Path, case: &Case) -> Truth {
    let mut command = Command::new("certtool");
    command
        .args(["--verify", "--verify-profile", "low"])
        .args(["--infile", "chain.pem", "--load-ca-certificate", "ca.pem"])
        .args(["--verify-hostname", &case.name])
        .args(["--verify-purpose", "1.3.6.1.5.5.7.3.1"]);
    let output = run(&mut command, dir);
    if output.status.success() {
        return Truth::Yes;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let verdict = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Chain verification output: "));
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = verdict.map_or_else(|| errors.trim().to_owned(), str::to_owned);
    Truth::No(text)
}

fn run(command: &mut Command, dir: &Path) -> Output {
    let command = command.current_dir(dir).env("TZ", "UTC").env("LC_ALL", "C");
    command.output().expect("the judge starts")
}

/// What all of them say of a case.
#[derive(Debug)]
pub struct Outcome {
    pub openssl: Truth,
    pub strict: Truth,
    /// `None`: certtool cannot be asked.
    pub gnutls: Option<Truth>,
    /// Debian 12's and Debian 13's OpenSSL.
    pub releases: Vec<(Truth, Truth)>,
}

/// Asks them.
pub fn all(dir: &Path, case: &Case, both_releases: bool) -> Outcome {
    case.write(dir).expect("files");
    let present = OpenSsl::present();
    let openssl = present.judge(dir, case, false);
    let strict = present.judge(dir, case, true);
    let releases = OpenSsl::next().filter(|_| both_releases).map(|next| {
        [(&openssl, false), (&strict, true)]
            .map(|(truth, strict)| (truth.clone(), next.judge(dir, case, strict)))
            .to_vec()
    });
    Outcome {
        openssl,
        strict,
        gnutls: certtool_can_be_asked(case).then(|| certtool(dir, case)),
        releases: releases.unwrap_or_default(),
    }
}

/// It uses the real clock, takes no leaf for an anchor (`GNUTLS_VERIFY_DO_NOT_ALLOW_SAME`), and
/// stops before its verdict if it cannot print an issuer.
fn certtool_can_be_asked(case: &Case) -> bool {
    let leaf = &case.presented[0];
    !case.on_the_edge && !case.anchors.iter().any(|block| block.der == *leaf)
}

impl Outcome {
    /// Whether the programs say the same as their libraries.
    pub fn agrees_with(&self, programs: &Self) -> bool {
        let same = |one: &Truth, other: &Truth| one.accepts() == other.accepts();
        let gnutls = match (&self.gnutls, &programs.gnutls) {
            (Some(one), Some(other)) if !stopped(other) => same(one, other),
            _ => true,
        };
        gnutls && same(&self.openssl, &programs.openssl) && same(&self.strict, &programs.strict)
    }

    /// The truth of a family; `None`: its program cannot be asked.
    pub fn of(&self, family: Family, verdict: &Verdict, case: &Case) -> Option<Truth> {
        // A point that is not on its curve: no server proves such a key, and it is not computed.
        let of_openssl = |truth: &Truth| {
            let is_key = matches!(truth, Truth::No(why) if why.starts_with("66 at 0"));
            let is_off_curve = is_key && verdict.answer == Answer::Accepts && has_curve(case);
            (!is_off_curve).then(|| truth.clone())
        };
        match family {
            Family::Openssl => of_openssl(&self.openssl),
            Family::OpensslStrict => of_openssl(&self.strict),
            Family::Gnutls => self.gnutls(verdict, case),
            Family::Webpki => None,
        }
    }

    /// Neither certtool nor the library sees a handshake: what ends that is judged by `gnutls-cli` (`live.rs`).
    fn gnutls(&self, verdict: &Verdict, case: &Case) -> Option<Truth> {
        let truth = self.gnutls.clone()?;
        if stopped(&truth) {
            return None;
        }
        // What GnuTLS cannot read, or has no bit, allows everything.
        let signs = match *key_usage(case)? {
            [0x03, _, _] | [0x03, _, _, 0] | [0x03, _, _, 0, 0] => true,
            [0x03, _, 0..=8, first] | [0x03, _, 0..=16, first, _] => first & 0x80 != 0,
            _ => true,
        };
        let must_staple = verdict.reason.contains("must-staple")
            && case
                .presented
                .iter()
                .any(|der| der.windows(8).any(|octets| octets == TLS_FEATURES));
        let ends_handshake = !signs || must_staple || case.presented.len() > 16;
        let reason = || Truth::No("the handshake ends".to_owned());
        Some(if truth == Truth::Yes && ends_handshake {
            reason()
        } else {
            truth
        })
    }
}

/// The extension of the leaf, empty if there is none; `None`: the leaf cannot be read.
fn key_usage(case: &Case) -> Option<Vec<u8>> {
    let (_, leaf) = X509Certificate::from_der(&case.presented[0]).ok()?;
    let mut extensions = leaf.extensions().iter();
    let usage = extensions.find(|one| one.oid.as_bytes() == [0x55, 0x1d, 0x0f]);
    Some(usage.map_or_else(Vec::new, |usage| usage.value.to_vec()))
}

/// Whether the leaf has an EC key.
fn has_curve(case: &Case) -> bool {
    let certificate = Certificate::new(case.presented[0].clone().into());
    let facts = certificate.facts();
    facts.is_ok_and(|facts| facts.public_key.algorithm == "EC")
}

/// certtool stopped before its verdict.
fn stopped(truth: &Truth) -> bool {
    matches!(truth, Truth::No(why) if why.contains("gnutls_x509_crt_get_issuer_dn"))
}

/// The OID of TLS features (RFC 7633).
const TLS_FEATURES: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 24];
