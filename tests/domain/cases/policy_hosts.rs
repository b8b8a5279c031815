//! The web servers of policies: their certificates, and what they answer.

use super::PLAIN;
use super::policies::{ENFORCE, HELD};
use crate::case::Case;
use crate::web::{Certificate, Web};

pub fn all() -> Vec<Case> {
    [certificates(), answers()].into_iter().flatten().collect()
}

/// An enforced policy that is served otherwise than usual.
fn served(name: &str, change: impl FnOnce(Web) -> Web) -> Case {
    Case::single(name, "ecdsa", &[])
        .with("_mta-sts TXT \"v=STSv1; id=1\"\n")
        .web(change(Web::new(ENFORCE)))
}

fn certificates() -> Vec<Case> {
    let with = |name: &str, certificate| served(name, |web| web.certificate(certificate));
    vec![
        with("web-wildcard", Certificate::Wildcard).gets(HELD, ""),
        with("web-soon", Certificate::Soon).gets(HELD, "policy-host-expiring"),
        with("web-expired", Certificate::Expired).gets(PLAIN, "sts-fetch policy-host-expiring"),
        with("web-other-name", Certificate::OtherName).gets(PLAIN, "sts-fetch"),
        with("web-cn-only", Certificate::CommonName).gets(PLAIN, "sts-fetch"),
        with("web-self-signed", Certificate::SelfSigned).gets(PLAIN, "sts-fetch"),
        with("web-untrusted", Certificate::Untrusted).gets(PLAIN, "sts-fetch"),
        with("web-lonely", Certificate::Lonely).gets(PLAIN, "sts-fetch"),
    ]
}

fn answers() -> Vec<Case> {
    let with = |name: &str, lines| served(name, |web| web.directives(lines));
    let kind = |name: &str, kind| served(name, |web| web.kind(kind));
    vec![
        kind("web-charset", "text/plain; charset=utf-8").gets(HELD, ""),
        kind("web-windows-1252", "text/plain; charset=windows-1252").gets(HELD, ""),
        kind("web-latin-9", "text/plain; charset=iso-8859-15").gets(HELD, ""),
        kind("web-utf-16", "text/plain; charset=utf-16").gets(PLAIN, "sts-policy"),
        kind("web-upper-case", "Text/Plain").gets(HELD, ""),
        kind("web-html", "text/html").gets(PLAIN, "sts-fetch"),
        kind("web-octets", "application/octet-stream").gets(PLAIN, "sts-fetch"),
        with(
            "web-moved",
            "return 301 https://mta-sts.enforce.signed.lab$request_uri;",
        )
        .gets(PLAIN, "sts-fetch"),
        with("web-not-found", "return 404;").gets(PLAIN, "sts-fetch"),
        with("web-fails", "return 500;").gets(PLAIN, "sts-fetch"),
        with("web-created", "return 201 \"created\";").gets(PLAIN, "sts-fetch"),
        with("web-ends", "return 444;").gets(PLAIN, "sts-fetch"),
        with("web-slow", "limit_rate 4;").gets(PLAIN, "sts-fetch"),
        with("web-chunks", "ssi on; ssi_types *;").gets(HELD, ""),
        with("web-zipped", "gzip on; gzip_min_length 1; gzip_types *;").gets(HELD, ""),
        with("web-zipped-always", "add_header Content-Encoding gzip;").gets(PLAIN, "sts-fetch"),
        served("web-silent", Web::silent).gets(PLAIN, "sts-fetch"),
        served("web-down", Web::down).gets(PLAIN, "sts-fetch"),
        Case::single("web-large", "ecdsa", &[])
            .policy(&(ENFORCE.to_owned() + &"more: something\n".repeat(5_000)))
            .gets(PLAIN, "sts-fetch"),
        Case::single("web-nowhere", "ecdsa", &[])
            .with("_mta-sts TXT \"v=STSv1; id=1\"\n")
            .gets(PLAIN, "sts-fetch"),
    ]
}
