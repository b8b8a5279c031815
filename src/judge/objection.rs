//! Why webpki objects to a path for the sake of name constraints: it says which rule is broken, not
//! by which certificate and name. Here the same comparisons are made again, in its order
//! (`check_name_constraints` in its `subject_name/mod.rs`), until one fails.

use super::dns_id::{Place, flaw};
use super::member::Member;
use super::subtree::{self, Breach};
use crate::certificate::constraints::{GeneralName, NameConstraints, Subtree, is_prefix};
use crate::finding::{Code, Evidence, Finding};

/// webpki's `name_constraint_comparisons`, for a whole path.
const MOST_COMPARISONS: usize = 250_000;

/// The first objection to a path, the leaf first.
pub(super) fn find(members: &[Member<'_>]) -> Option<Finding> {
    let mut left = MOST_COMPARISONS;
    for (above, issuer) in members.iter().enumerate().skip(1).rev() {
        let Some(constraints) = NameConstraints::of(issuer.certificate.der()) else {
            continue;
        };
        for below in members[..above].iter().rev() {
            let pair = Pair {
                issuer,
                below,
                constraints: &constraints,
            };
            if let Some(finding) = pair.objection(&mut left) {
                return Some(finding);
            }
        }
    }
    None
}

/// A CA with constraints, and a certificate somewhere below it.
struct Pair<'a> {
    issuer: &'a Member<'a>,
    below: &'a Member<'a>,
    constraints: &'a NameConstraints,
}

/// What webpki makes of a name and a subtree.
enum Comparison {
    Within,
    Without,
    /// Kinds of which webpki compares nothing: within what is excluded, without what is permitted.
    Never,
}

impl Pair<'_> {
    fn objection(&self, left: &mut usize) -> Option<Finding> {
        let mut names = GeneralName::all(self.below.certificate.der());
        let count = names.len();
        // The subject, of which webpki compares nothing.
        let facts = self.below.certificate.facts();
        let subject = facts.map_or_else(|_| Vec::new(), |f| f.subject.raw().to_vec());
        names.push(GeneralName::Directory(subject));
        let cost = self.constraints.all().count();
        for name in &names {
            *left = match left.checked_sub(cost) {
                Some(left) => left,
                None => return Some(self.too_many(count)),
            };
            if let Some(finding) = self.objection_to(name) {
                return Some(finding);
            }
        }
        None
    }

    fn objection_to(&self, name: &GeneralName) -> Option<Finding> {
        let (mut seen, mut fits) = (false, false);
        for subtree in &self.constraints.permitted {
            let Some(comparison) = self.compare(name, subtree, false).transpose() else {
                continue;
            };
            match comparison {
                Err(finding) => return Some(finding),
                Ok(Comparison::Within) => fits = true,
                Ok(Comparison::Without | Comparison::Never) => seen = true,
            }
        }
        if seen && !fits {
            return Some(self.violation(name, Breach::Permitted));
        }
        for subtree in &self.constraints.excluded {
            match self.compare(name, subtree, true) {
                Err(finding) => return Some(finding),
                Ok(Some(Comparison::Within | Comparison::Never)) => {
                    return Some(self.violation(name, Breach::Excluded));
                }
                Ok(_) => {}
            }
        }
        None
    }

    /// `None`: they are of different kinds.
    fn compare(
        &self,
        name: &GeneralName,
        subtree: &Subtree,
        excluded: bool,
    ) -> Result<Option<Comparison>, Finding> {
        if subtree.minimum.is_some() || subtree.more {
            return Err(self.extent(subtree));
        }
        let within = match (name, &subtree.base) {
            (GeneralName::Dns(dns), GeneralName::Dns(base)) => {
                if let Some(why) = flaw(dns, Place::Presented) {
                    return Err(self.bad_name(name, why));
                }
                if let Some(why) = flaw(base, Place::Constraint) {
                    return Err(self.bad_subtree(name, &subtree.base, why));
                }
                covers(dns, base, excluded)
            }
            (GeneralName::Ip(ip), GeneralName::Ip(base)) => {
                if !matches!(ip.len(), 4 | 16) {
                    return Err(self.bad_name(name, "an IP address has 4 or 16 octets"));
                }
                let (network, mask) = base.split_at(base.len() / 2);
                if !matches!(base.len(), 8 | 32) || (base.len() == 2 * ip.len() && !is_prefix(mask))
                {
                    let why = "a network has 8 or 32 octets, and a mask of ones and then zeros";
                    return Err(self.bad_subtree(name, &subtree.base, why));
                }
                let octets = ip.iter().zip(network).zip(mask);
                let mut differ = octets.map(|((ip, network), mask)| (ip ^ network) & mask);
                base.len() == 2 * ip.len() && differ.all(|octet| octet == 0)
            }
            (name, base) if name.is_like(base) => return Ok(Some(Comparison::Never)),
            _ => return Ok(None),
        };
        Ok(Some(if within {
            Comparison::Within
        } else {
            Comparison::Without
        }))
    }

    /// The name or the subtree cannot be compared by webpki; what others do is measured.
    fn bad_name(&self, name: &GeneralName, why: &str) -> Finding {
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

    fn bad_subtree(&self, name: &GeneralName, base: &GeneralName, why: &str) -> Finding {
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

    fn extent(&self, subtree: &Subtree) -> Finding {
        let plain = self.constraints.map(|subtree| Subtree {
            minimum: None,
            more: false,
            ..subtree.clone()
        });
        let names = GeneralName::all(self.below.certificate.der());
        let fits = |constraints: &NameConstraints| {
            names
                .iter()
                .all(|name| subtree::hold(name, constraints).is_ok())
        };
        let why = match &subtree.minimum {
            Some(octets) if !subtree.more && octets.iter().all(|octet| *octet == 0) => {
                "its minimum, 0, is the default, which DER leaves out"
            }
            _ => "it has a minimum or a maximum, which RFC 5280 does not allow",
        };
        self.broken(&subtree.base, why, fits(self.constraints), fits(&plain))
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

    /// `breach` is of a permitted or of an excluded subtree.
    fn violation(&self, name: &GeneralName, breach: Breach) -> Finding {
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

    fn too_many(&self, names: usize) -> Finding {
        /// `NAME_CHECK_MAX` in OpenSSL's `v3_ncons.c`.
        const MOST_OF_OPENSSL: usize = 1 << 20;
        let constraints = self.constraints.all().count();
        let others = if names.saturating_mul(constraints) < MOST_OF_OPENSSL {
            "; OpenSSL and GnuTLS make them"
        } else {
            ""
        };
        let message = format!(
            "the CA \"{}\" has {constraints} name constraints, and \"{}\" has {names} names: that takes more than the {MOST_COMPARISONS} comparisons that are made here{others}",
            self.issuer.certificate.label(),
            self.below.certificate.label()
        );
        let advice = "have the names shared out among several certificates";
        let finding = self.below.finding(Code::TooComplex, message, advice);
        finding.because(Evidence::Comparisons {
            names,
            constraints,
            most: MOST_COMPARISONS,
        })
    }
}

const NOT_COMPARED: &str = "programs built on rustls refuse it: have it issued by a CA with constraints on DNS names and IP addresses alone";

/// What the other verifiers do.
pub(super) fn elsewhere(openssl: bool, gnutls: bool) -> &'static str {
    match (openssl, gnutls) {
        (true, true) => "OpenSSL and GnuTLS accept it",
        (true, false) => "OpenSSL accepts it, GnuTLS refuses it, too",
        (false, true) => "GnuTLS accepts it, OpenSSL refuses it, too",
        (false, false) => "OpenSSL and GnuTLS refuse it, too",
    }
}

/// As GnuTLS reads DNS names.
fn undotted(name: &GeneralName) -> GeneralName {
    match name {
        GeneralName::Dns(dns) => GeneralName::Dns(dns.strip_suffix(b".").unwrap_or(dns).to_vec()),
        other => other.clone(),
    }
}

/// `presented_id_matches_reference_id`, for two names that count.
fn covers(name: &[u8], base: &[u8], excluded: bool) -> bool {
    let mut name = name;
    if name.len() > base.len() {
        let (head, tail) = name.split_at(name.len() - base.len());
        if base.is_empty() {
            return true;
        }
        if !base.starts_with(b".") && !head.ends_with(b".") {
            return false;
        }
        name = tail;
    }
    // What a wildcard may become is excluded; it is not permitted for that.
    if excluded && let Some(rest) = name.strip_prefix(b"*") {
        let dot = base.iter().skip(1).position(|octet| *octet == b'.');
        return dot.is_some_and(|dot| rest.eq_ignore_ascii_case(&base[dot + 1..]));
    }
    name.eq_ignore_ascii_case(base)
}
