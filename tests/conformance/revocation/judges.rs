//! The judges: ours as a library, `openssl verify` and `certtool --verify`.

use super::world::Setup;
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::judge::{Anchors, Judgement, Policy, judge_chain};
use smtp_certcheck::revocation::{Lists, read_lists};
use std::fmt::Write as _;
use std::process::{Command, Output};
use std::sync::Arc;
use testkit::crl;
use testkit::pki::to_pem;
use testkit::program::Dir;

/// Our judgement, with the lists as a user gives them.
pub fn ours(setup: &Setup) -> Judgement {
    let mut anchors = Anchors::new("the test");
    for anchor in &setup.anchors {
        anchors.add(anchor.clone(), "the test").expect("an anchor");
    }
    let mut lists = Lists::given();
    for (number, der) in setup.lists.iter().enumerate() {
        let read = read_lists(der.clone(), &format!("{number}.crl")).expect("a list");
        for list in read {
            lists.add(Arc::new(list));
        }
    }
    let chain = setup.chain.iter().cloned().map(Certificate::new);
    let chain: Vec<Certificate> = chain.collect();
    let reference = "localhost".parse().expect("a name");
    let policy = Policy {
        revocation: Some(&lists),
        ..Policy::new(&anchors, &reference, setup.at)
    };
    judge_chain(&chain, &policy)
}

/// The statuses of a judgement, the leaf's first.
pub fn statuses(judgement: &Judgement) -> String {
    let statuses = judgement.revocation.iter();
    let names: Vec<&str> = statuses.map(|one| one.status.as_str()).collect();
    names.join(" ")
}

/// The files of a setup.
pub struct Files(Dir);

impl Files {
    pub fn of(setup: &Setup) -> Self {
        let dir = Dir::new();
        let pem = |ders: &[_]| {
            ders.iter().fold(String::new(), |mut all, der: &Vec<u8>| {
                let _ = write!(all, "{}", to_pem(der));
                all
            })
        };
        let ders = |certificates: &[rustls::pki_types::CertificateDer<'static>]| {
            let ders = certificates.iter().map(|der| der.to_vec());
            ders.collect::<Vec<Vec<u8>>>()
        };
        dir.file("leaf.pem", pem(&ders(&setup.chain[..1])));
        dir.file("chain.pem", pem(&ders(&setup.chain[1..])));
        dir.file("all.pem", pem(&ders(&setup.chain)));
        dir.file("ca.pem", pem(&ders(&setup.anchors)));
        let lists = setup.lists.iter().map(|der| crl::to_pem(der));
        dir.file("lists.pem", lists.collect::<String>());
        Self(dir)
    }

    fn run(&self, command: &mut Command) -> Output {
        let command = command.current_dir(self.0.path());
        let command = command.env("TZ", "UTC").env("LC_ALL", "C");
        command.output().expect("the judge starts")
    }
}

/// The numbers of the errors of `openssl verify`, each once, in ascending order; `ok`: none.
pub fn openssl(files: &Files, setup: &Setup, options: &[&str]) -> String {
    numbers(&errors(files, setup, options))
}

/// The same without what it finds of the root, whose own list it looks at, too.
pub fn openssl_below_the_root(files: &Files, setup: &Setup) -> String {
    let mut errors = errors(files, setup, &[]);
    errors.retain(|(_, depth)| *depth < setup.chain.len());
    numbers(&errors)
}

/// The errors, each with the depth at which it is found.
fn errors(files: &Files, setup: &Setup, options: &[&str]) -> Vec<(u16, usize)> {
    let mut command = Command::new("openssl");
    command
        .args(["verify", "-purpose", "sslserver", "-crl_check_all"])
        .args(["-attime", &setup.at.unix_timestamp().to_string()])
        .args(["-CAfile", "ca.pem", "-no-CApath", "-no-CAstore"])
        .args(options);
    if setup.chain.len() > 1 {
        command.args(["-untrusted", "chain.pem"]);
    }
    if !setup.lists.is_empty() {
        command.args(["-CRLfile", "lists.pem"]);
    }
    let output = files.run(command.arg("leaf.pem"));
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().filter_map(|line| line.strip_prefix("error "));
    // `error 23 at 0 depth lookup: certificate revoked`
    let errors = lines.filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?.parse().ok()?, words.nth(1)?.parse().ok()?))
    });
    let errors: Vec<(u16, usize)> = errors.collect();
    assert_eq!(errors.is_empty(), output.status.success(), "{text}");
    errors
}

fn numbers(errors: &[(u16, usize)]) -> String {
    let mut numbers: Vec<u16> = errors.iter().map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match numbers.as_slice() {
        [] => "ok".to_owned(),
        some => some.join(" "),
    }
}

/// What `certtool --verify` says: `ok`, `revoked`, or `no` for another reason.
pub fn certtool(files: &Files) -> &'static str {
    let mut command = Command::new("certtool");
    command
        .args(["--verify", "--infile", "all.pem"])
        .args(["--load-ca-certificate", "ca.pem"])
        .args(["--load-crl", "lists.pem"]);
    let output = files.run(&mut command);
    let text = String::from_utf8_lossy(&output.stdout);
    match () {
        () if output.status.success() => "ok",
        () if text.contains("revoked") => "revoked",
        () => "no",
    }
}
