//! The judges: ours as a library, our program, and rustls-webpki alone for comparison.

use super::limbo::Question;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use smtp_certcheck::certificate::{Certificate, pem};
use smtp_certcheck::endpoint::Host;
use smtp_certcheck::judge::{Anchors, Policy, judge_chain};
use std::time::Duration;
use testkit::pki::now;
use testkit::program::{Dir, problems, report};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is said of a certificate that cannot be an anchor; the program ends with exit code 2.
const UNUSABLE_ANCHOR: &str = "unusable-anchor";

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
    let policy = Policy::new(&anchors, &question.name, question.time());
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

fn ask_webpki(question: &Question) -> Option<()> {
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
        None,
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
