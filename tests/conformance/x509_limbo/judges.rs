//! The judges: ours as a library, our program, and rustls-webpki alone for comparison.

use super::limbo::Question;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use smtp_certcheck::certificate::{Certificate, pem};
use smtp_certcheck::endpoint::Host;
use smtp_certcheck::judge::{Anchors, Policy, judge_chain};
use smtp_certcheck::revocation::{Lists, read_lists};
use std::sync::Arc;
use std::time::Duration;
use testkit::pki::now;
use testkit::program::{Dir, problems, report};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is said of a certificate that cannot be an anchor; the program ends with exit code 2.
const UNUSABLE_ANCHOR: &str = "unusable-anchor";

/// What is said of a list that cannot be read; the program ends with exit code 2.
const UNUSABLE_LIST: &str = "unusable-list";

/// The codes of the problems; empty: trusted.
pub type Verdict = Vec<String>;

/// A verdict in one line.
pub fn spoken(verdict: &Verdict) -> String {
    if verdict.is_empty() {
        return "trusted".to_owned();
    }
    verdict.join(", ")
}

impl Question {
    fn time(&self) -> OffsetDateTime {
        self.at.unwrap_or_else(now)
    }
}

/// Our judge.
pub fn library(question: &Question) -> Verdict {
    let mut anchors = Anchors::new("the suite");
    for der in &question.anchors {
        if anchors.add(der.clone(), "the suite").is_err() {
            return vec![UNUSABLE_ANCHOR.to_owned()];
        }
    }
    let chain: Vec<Certificate> = question
        .chain
        .iter()
        .cloned()
        .map(Certificate::new)
        .collect();
    let mut lists = Lists::given();
    for pem in &question.lists {
        let Ok(read) = read_lists(pem.clone().into_bytes(), "the suite") else {
            return vec![UNUSABLE_LIST.to_owned()];
        };
        for list in read {
            lists.add(Arc::new(list));
        }
    }
    let policy = Policy {
        revocation: Some(&lists).filter(|lists| !lists.is_empty()),
        ..Policy::new(&anchors, &question.name, question.time())
    };
    let judgement = judge_chain(&chain, &policy);
    assert_eq!(judgement.is_trusted(), judgement.problems.is_empty());
    let codes = judgement.problems.iter();
    codes.map(|problem| problem.code.to_string()).collect()
}

/// The program, through its public command line.
pub fn program(question: &Question) -> Verdict {
    let dir = Dir::new();
    let pem = |ders: &[CertificateDer<'static>]| {
        ders.iter().map(|der| pem::write(der)).collect::<String>()
    };
    let chain = dir.file("chain.pem", pem(&question.chain));
    let anchors = dir.file("ca.pem", pem(&question.anchors));
    let name = question.name.to_string();
    let mut args = vec!["--chain", chain.to_str().expect("UTF-8")];
    args.extend(["--cacerts", anchors.to_str().expect("UTF-8")]);
    args.extend(["--servername", &name]);
    let lists = dir.file("lists.pem", question.lists.join("\n"));
    if !question.lists.is_empty() {
        args.extend(["--crl", lists.to_str().expect("UTF-8")]);
    }
    let at = question.at.map(|at| at.format(&Rfc3339).expect("a time"));
    if let Some(at) = &at {
        args.extend(["--at", at]);
    }
    let (code, report) = report(args);
    let problems = problems(&report);
    assert_eq!(code, i32::from(!problems.is_empty()), "{report:#}");
    problems
}

/// Whether webpki trusts it, asked as rustls asks.
pub fn webpki(question: &Question) -> bool {
    ask_webpki(question).is_some()
}

/// With lists it is asked as rustls asks where they are given: each certificate must be on none, and
/// they must be up to date.
fn ask_webpki(question: &Question) -> Option<()> {
    let lists = question.lists.iter().map(|list| {
        let der = ::pem::parse(list).ok()?.into_contents();
        let list = webpki::OwnedCertRevocationList::from_der(&der).ok()?;
        Some(webpki::CertRevocationList::from(list))
    });
    let lists: Vec<webpki::CertRevocationList<'_>> = lists.collect::<Option<_>>()?;
    let lists: Vec<&webpki::CertRevocationList<'_>> = lists.iter().collect();
    let revocation = webpki::RevocationOptionsBuilder::new(&lists).ok();
    let revocation = revocation.map(|options| {
        let options = options.with_expiration_policy(webpki::ExpirationPolicy::Enforce);
        options.build()
    });
    let leaf = webpki::EndEntityCert::try_from(&question.chain[0]).ok()?;
    let anchors: Vec<TrustAnchor<'_>> = question
        .anchors
        .iter()
        .map(|der| webpki::anchor_from_trusted_cert(der).ok())
        .collect::<Option<_>>()?;
    let seconds = question.time().unix_timestamp();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into().ok()?));
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &question.chain[1..],
        time,
        webpki::KeyUsage::server_auth(),
        revocation,
        None,
    )
    .ok()?;
    let name = match &question.name {
        Host::Ip(ip) => ServerName::from(*ip),
        Host::Socket(_) => return None,
        Host::Name { ascii, .. } => ServerName::try_from(ascii.as_str()).ok()?,
    };
    leaf.verify_is_valid_for_subject_name(&name).ok()
}
