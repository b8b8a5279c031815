//! Certificates that are configured, but not as anchors for servers: the findings for a path that
//! leads to one, or through one.

use super::anchor::{Anchor, LeftOut};
use super::anchors::Anchors;
use super::likely_path::{End, LikelyPath};
use crate::certificate::signature::{Verification, verify_signed};
use crate::certificate::{Certificate, ForServers};
use crate::finding::{Advice, Code, Evidence, Finding, Remedy};

/// Each of them on the path, the leaf's side first.
pub(super) fn check(
    presented: &[Certificate],
    walk: &LikelyPath<'_>,
    anchors: &Anchors,
) -> Vec<Finding> {
    let on_path = walk.links.iter().filter_map(|&(index, _)| {
        // A leaf is looked up in the trust store where it is its own issuer.
        let facts = presented[index].facts().ok()?;
        let anchor = anchors.rejection(&presented[index])?;
        (index > 0 || facts.self_issued).then(|| finding(anchor, index))
    });
    let mut found: Vec<Finding> = on_path.collect();
    if let End::Anchor(end) = walk.end {
        let above = anchors.exactly(end.der());
        let above = above.and_then(|anchor| above_anchor(anchor, anchors));
        found.extend(above.map(|anchor| finding(anchor, walk.last())));
    }
    if matches!(walk.end, End::NoIssuer | End::CutShort) {
        let last = &presented[walk.last()];
        let issuer = anchors
            .rejected()
            .find(|anchor| issued(anchor.certificate(), last));
        found.extend(issuer.map(|anchor| finding(anchor, walk.last())));
    }
    found
}

/// The rejected certificate that an anchor leads to. OpenSSL goes on from an intermediate that is
/// configured to its root, unless it is trusted for servers by name.
pub(super) fn above_anchor<'a>(anchor: &'a Anchor, anchors: &'a Anchors) -> Option<&'a Anchor> {
    const MOST: usize = 12;
    let mut path = vec![anchor];
    while let Some(&last) = path.last().filter(|_| path.len() < MOST) {
        let facts = last.certificate().facts().ok()?;
        if facts.self_issued || last.trust().for_servers() == ForServers::Trusted {
            return None;
        }
        let is_issuer = |above: &&Anchor| issued(above.certificate(), last.certificate());
        let rejected = anchors.rejected().find(is_issuer);
        if rejected.is_some() {
            return rejected;
        }
        path.push(anchors.named(&[facts.issuer.contents()]).find(is_issuer)?);
    }
    None
}

fn issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    let (Ok(issuer), Ok(facts)) = (issuer.facts(), certificate.facts()) else {
        return false;
    };
    facts.issuer.is_same(&issuer.subject)
        && verify_signed(certificate.der(), &issuer.public_key.spki) == Verification::Verified
}

fn finding(anchor: &Anchor, index: usize) -> Finding {
    let why = match anchor.left_out() {
        Some(LeftOut::Rejected) => "its trust settings there reject it for servers",
        Some(LeftOut::OtherPurposes) => "its trust settings there are for other purposes only",
        _ => "its trust settings there cannot be read",
    };
    let (label, source) = (anchor.certificate().label(), &anchor.source);
    let message = format!("\"{label}\" is in \"{source}\" and is left out as an anchor: {why}");
    let advice = Advice::new("\"openssl x509 -in FILE -text\" shows the settings; if the CA is to be trusted for servers all the same, get its certificate without them from the CA itself and configure that with ")
        .option(Remedy::Cacerts);
    let finding = Finding::new(Code::AnchorRejected, Some(index), message, advice);
    finding.because(Evidence::Anchor {
        subject: label,
        source: source.to_string(),
    })
}
