//! How OpenSSL builds a path (`build_chain` in `crypto/x509/x509_vfy.c`), which does not search: it
//! takes the first candidate that its identifiers allow, prefers the trust store, and never goes
//! back to try another.

use super::mode::Mode;
use super::seen::Seen;
use super::store::{Store, best};
use crate::certificate::ForServers;

/// The default of `X509_VERIFY_PARAM_set_depth`, and one more.
const MAX_DEPTH: usize = 101;

/// A path that ends in a trusted certificate.
pub(super) struct Built<'a> {
    /// The leaf first.
    pub(super) path: Vec<Seen<'a>>,
    /// How many of them, from the leaf on, came from the server (`num_untrusted`).
    pub(super) untrusted: usize,
    /// The last one is signed by a key that is trusted without a certificate (`bare_ta_signed`).
    pub(super) by_bare_key: bool,
}

impl<'a> Built<'a> {
    /// A path to a certificate that is trusted.
    pub(super) fn to_anchor(path: Vec<Seen<'a>>, untrusted: usize) -> Self {
        Self {
            path,
            untrusted,
            by_bare_key: false,
        }
    }

    /// A path to a certificate that a trusted key has signed.
    pub(super) fn to_bare_key(path: Vec<Seen<'a>>) -> Self {
        Self {
            untrusted: path.len(),
            path,
            by_bare_key: true,
        }
    }
}

/// Why no path leads to a trusted certificate.
#[derive(Clone, Debug)]
pub(super) enum NoPath<'a> {
    /// `X509_V_ERR_CERT_REJECTED`: the trust settings of this certificate say no.
    Rejected(Seen<'a>),
    /// `X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT`.
    SelfSignedLeaf,
    /// `X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN`.
    SelfSigned(Seen<'a>),
    /// `X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT` and `…_LOCALLY`: nothing fits as the issuer of this.
    NoIssuer(Seen<'a>),
    /// `X509_V_ERR_CERT_CHAIN_TOO_LONG`.
    TooLong,
    /// An extension of a certificate in the path cannot be decoded.
    Invalid(Seen<'a>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Trusted,
    Rejected,
    Untrusted,
}

struct Builder<'s, 'a> {
    store: &'s Store<'a>,
    mode: Mode,
    now: i64,
    path: Vec<Seen<'a>>,
    untrusted: usize,
}

pub(super) fn build<'a>(
    presented: &[Seen<'a>],
    store: &Store<'a>,
    now: i64,
    mode: Mode,
) -> Result<Built<'a>, NoPath<'a>> {
    let mut builder = Builder {
        store,
        mode,
        now,
        path: vec![presented[0]],
        untrusted: 1,
    };
    let trust = builder.extend(presented.to_vec())?;
    builder.end(trust)
}

impl<'a> Builder<'_, 'a> {
    fn last(&self) -> Seen<'a> {
        self.path[self.path.len() - 1]
    }

    /// The loop of `build_chain` with `X509_V_FLAG_TRUSTED_FIRST`, which is the default.
    fn extend(&mut self, mut sent: Vec<Seen<'a>>) -> Result<Trust, NoPath<'a>> {
        let mut from_sent = true;
        loop {
            let current = self.last();
            if self.path.len() <= MAX_DEPTH
                && let Some(issuer) = self.store.issuer(&current, self.now)
            {
                // A self-signed one has to be the very certificate of the store.
                let (fits, is_end) = if current.self_signed {
                    (issuer.certificate == current.certificate, true)
                } else {
                    (true, issuer.self_signed)
                };
                if fits {
                    if current.self_signed {
                        self.path.pop();
                        self.untrusted = self.path.len();
                    }
                    self.path.push(issuer);
                    // From here on nothing that was sent is looked at.
                    from_sent = false;
                    let trust = self.trust_of_last();
                    if trust != Trust::Untrusted {
                        return Ok(trust);
                    }
                    if !is_end {
                        continue;
                    }
                }
            }
            if !from_sent {
                return Ok(Trust::Untrusted);
            }
            match sent_issuer(&sent, &self.path, self.now, MAX_DEPTH) {
                Some(place) => {
                    self.path.push(sent.remove(place));
                    self.untrusted += 1;
                }
                None => from_sent = false,
            }
        }
    }

    /// `check_trust`, of the certificate that was added last.
    fn trust_of_last(&self) -> Trust {
        let last = self.last();
        match last.trust() {
            ForServers::Trusted => Trust::Trusted,
            ForServers::Rejected => Trust::Rejected,
            // `trust_compat`: a self-signed one is trusted because it is there.
            ForServers::Neutral if last.self_signed && !last.invalid => Trust::Trusted,
            ForServers::Neutral if self.mode.is_partial() => Trust::Trusted,
            ForServers::Neutral => Trust::Untrusted,
        }
    }

    fn end(mut self, trust: Trust) -> Result<Built<'a>, NoPath<'a>> {
        let mut trust = trust;
        let only_sent = self.path.len() == self.untrusted;
        if trust == Trust::Untrusted && only_sent && self.mode.is_partial() {
            trust = self.trust_of_leaf();
        }
        let last = self.last();
        match trust {
            Trust::Trusted => Ok(Built::to_anchor(self.path, self.untrusted)),
            Trust::Rejected => Err(NoPath::Rejected(last)),
            Trust::Untrusted if last.invalid => Err(NoPath::Invalid(last)),
            Trust::Untrusted if self.path.len() > MAX_DEPTH => Err(NoPath::TooLong),
            Trust::Untrusted if last.self_signed && self.path.len() == 1 => {
                Err(NoPath::SelfSignedLeaf)
            }
            Trust::Untrusted if last.self_signed => Err(NoPath::SelfSigned(last)),
            Trust::Untrusted => Err(NoPath::NoIssuer(last)),
        }
    }

    /// With `X509_V_FLAG_PARTIAL_CHAIN` the leaf itself may be in the store.
    fn trust_of_leaf(&mut self) -> Trust {
        let Some(found) = self.store.exactly(&self.path[0]) else {
            return Trust::Untrusted;
        };
        if found.trust() == ForServers::Rejected {
            return Trust::Rejected;
        }
        self.path[0] = found;
        self.untrusted = 0;
        Trust::Trusted
    }
}

/// `find_issuer` for the last one of the path, among what was sent: the first that is valid now, else
/// the one that expires last.
pub(super) fn sent_issuer(
    sent: &[Seen<'_>],
    path: &[Seen<'_>],
    now: i64,
    max_depth: usize,
) -> Option<usize> {
    let current = path.last()?;
    if current.self_signed || path.len() > max_depth {
        return None;
    }
    let itself_may = current.is_self_issued() && path.len() == 1;
    let candidates = sent.iter().enumerate().filter(|(_, candidate)| {
        let is_there = || path.iter().any(|c| c.certificate == candidate.certificate);
        candidate.issued(current).is_ok() && (itself_may || !is_there())
    });
    best(candidates, |(_, candidate)| candidate, now).map(|(place, _)| place)
}
