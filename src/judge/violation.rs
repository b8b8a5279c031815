//! What is reported of a name that a name constraint bars, or that cannot be compared with it, and
//! what OpenSSL and GnuTLS make of the same pair.

use super::clients::{gnutls, openssl};
use super::elsewhere::elsewhere;
use super::member::{Member, Role};
use super::subtree::{self, Breach};
use crate::certificate::constraints::{GeneralName, NameConstraints, Subtree};
use crate::finding::{Code, Evidence, Finding};

/// A CA with constraints, and a certificate somewhere below it.
pub(super) struct Pair<'a> {
    pub(super) issuer: &'a Member<'a>,
    pub(super) below: &'a Member<'a>,
    /// All certificates below the CA, the leaf first.
    pub(super) all_below: &'a [Member<'a>],
    pub(super) constraints: &'a NameConstraints,
}

impl Pair<'_> {
    /// webpki cannot compare the name; what others do is measured.
    pub(super) fn bad_name(&self, name: &GeneralName, why: &str) -> Finding {
        let openssl = subtree::hold(name, self.constraints).is_ok();
        let gnutls = match name {
            GeneralName::Ip(_) => true,
            // It cannot read a certificate with an empty name.
            GeneralName::Dns(dns) => {
                !dns.is_empty() && subtree::hold(&undotted(name), self.constraints).is_ok()
            }
            _ => openssl,
        };
        let message = format!(
            "the {} {name} of \"{}\" cannot be held against the name constraints of \"{}\": {why}; {}",
            name.kind(),
            self.below.certificate.label(),
            self.issuer.certificate.label(),
            elsewhere(openssl, gnutls)
        );
        let advice = "every name of a certificate counts here, not only the one that clients ask for: have it issued again without this one";
        self.below.finding(Code::Malformed, message, advice)
    }

    /// webpki cannot compare the subtree; what others do is measured.
    pub(super) fn bad_subtree(&self, name: &GeneralName, base: &GeneralName, why: &str) -> Finding {
        let openssl = subtree::hold(name, self.constraints).is_ok();
        let undotted = self.constraints.map(|subtree| Subtree {
            base: undotted(&subtree.base),
            ..subtree.clone()
        });
        let is_root = matches!(base, GeneralName::Dns(dns) if dns == b".");
        // It refuses a mask with holes.
        let gnutls = match base {
            GeneralName::Dns(_) if !is_root => subtree::hold(name, &undotted).is_ok(),
            _ => false,
        };
        self.broken(base, why, openssl, gnutls)
    }

    /// The subtree has a minimum or a maximum.
    pub(super) fn extent(&self, subtree: &Subtree) -> Finding {
        let why = match &subtree.minimum {
            Some(octets) if !subtree.more && octets.iter().all(|octet| *octet == 0) => {
                "its minimum, 0, is the default, which DER leaves out"
            }
            _ => "it has a minimum or a maximum, which RFC 5280 does not allow",
        };
        let openssl = self.all_below.iter().all(|member| {
            let is_leaf = member.role == Role::Leaf;
            let is_self_issued = || member.certificate.facts().is_ok_and(|f| f.self_issued);
            !is_leaf && is_self_issued()
                || openssl::allow(self.constraints, member.certificate, is_leaf)
        });
        let leaf = self.all_below.first();
        let gnutls =
            leaf.is_none_or(|leaf| gnutls::allow(self.issuer.certificate, leaf.certificate));
        self.broken(&subtree.base, why, openssl, gnutls)
    }

    fn broken(&self, base: &GeneralName, why: &str, openssl: bool, gnutls: bool) -> Finding {
        let message = format!(
            "the name constraint {base} of the CA \"{}\" is not written as it must be: {why}; {}",
            self.issuer.certificate.label(),
            elsewhere(openssl, gnutls)
        );
        let advice =
            "the CA has to issue its own certificate again, with the constraint as RFC 5280 has it";
        self.issuer.finding(Code::Malformed, message, advice)
    }

    /// The name does not lie within what is permitted, or it lies within what is excluded: `breach`
    /// is one of these two.
    pub(super) fn violation(&self, name: &GeneralName, breach: Breach) -> Finding {
        let is_permitted = breach == Breach::Permitted;
        let (how, list) = if is_permitted {
            ("permitted", &self.constraints.permitted)
        } else {
            ("excluded", &self.constraints.excluded)
        };
        let ca = self.issuer.certificate.label();
        let label = self.below.certificate.label();
        let allowed = subtree::listed(list, name);
        let evidence = Evidence::Constraint {
            ca: ca.clone(),
            name: name.to_string(),
        };
        let held = subtree::hold(name, self.constraints);
        // webpki compares nothing but DNS names and addresses, and there no wildcard that may be
        // within; it refuses what it does not compare.
        if held.is_ok() && !matches!(name, GeneralName::Dns(_)) {
            let gnutls = match name {
                GeneralName::Directory(_) => is_permitted,
                _ => true,
            };
            let message = format!(
                "the {} {name} of \"{label}\" is under a name constraint of the CA \"{ca}\" that is not compared here ({how}: {allowed}); {}",
                name.kind(),
                elsewhere(true, gnutls)
            );
            return Finding::new(Code::NameConstraint, None, message, NOT_COMPARED)
                .because(evidence);
        }
        let others = match (name, held) {
            // GnuTLS compares no URIs, and no directory names with what is permitted.
            (GeneralName::Uri(_), _) | (GeneralName::Directory(_), Err(Breach::Permitted)) => {
                "; OpenSSL refuses it, too"
            }
            (GeneralName::Dns(_), Ok(())) => {
                ", which the wildcard may stand for; OpenSSL and GnuTLS accept it"
            }
            _ => "",
        };
        let message = format!(
            "the CA \"{ca}\" is not allowed to issue for the {} {name} of \"{label}\" ({how}: {allowed}){others}",
            name.kind()
        );
        let advice =
            "have the certificate issued by a CA that may, or for the names that this one may";
        Finding::new(Code::NameConstraint, None, message, advice).because(evidence)
    }

    /// Names and constraints take more than `most` comparisons.
    pub(super) fn too_many(&self, names: usize, most: usize) -> Finding {
        /// `NAME_CHECK_MAX` in OpenSSL's `v3_ncons.c`.
        const MOST_OF_OPENSSL: usize = 1 << 20;
        let constraints = self.constraints.all().count();
        let others = if names.saturating_mul(constraints) < MOST_OF_OPENSSL {
            "; OpenSSL and GnuTLS make them"
        } else {
            ""
        };
        let message = format!(
            "the CA \"{}\" has {constraints} name constraints, and \"{}\" has {names} names: that takes more than the {most} comparisons that are made here{others}",
            self.issuer.certificate.label(),
            self.below.certificate.label()
        );
        let advice = "have the names shared out among several certificates";
        let finding = self.below.finding(Code::TooComplex, message, advice);
        finding.because(Evidence::Comparisons {
            names,
            constraints,
            most,
        })
    }
}

const NOT_COMPARED: &str = "programs built on rustls refuse it: have it issued by a CA with constraints on DNS names and IP addresses alone";

/// As GnuTLS reads DNS names.
fn undotted(name: &GeneralName) -> GeneralName {
    match name {
        GeneralName::Dns(dns) => GeneralName::Dns(dns.strip_suffix(b".").unwrap_or(dns).to_vec()),
        other => other.clone(),
    }
}
