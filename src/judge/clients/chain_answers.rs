//! The families' answers for a chain without a name: the costly part, which is the same for equal
//! chains.

use super::family::Family;
use super::question::Question;
use super::verdict::Verdict;
use super::{gnutls, openssl, webpki};
use crate::certificate::Certificate;
use crate::judge::anchors::Anchors;
use crate::judge::signatures::Signatures;
use time::OffsetDateTime;

/// What one family says of a chain, but for the name and the staple.
#[derive(Clone, Debug)]
pub(super) enum ChainAnswer {
    Openssl(Verdict),
    Gnutls(gnutls::ChainAnswer),
    /// The error of webpki, if there is one.
    Webpki(Option<::webpki::Error>),
}

impl ChainAnswer {
    pub(super) fn of<'a>(
        family: Family,
        presented: &'a [Certificate],
        signed: &Signatures<'a>,
        now: OffsetDateTime,
    ) -> Self {
        let openssl = |mode| Self::Openssl(openssl::signed_chain(presented, signed, now, mode));
        match family {
            Family::Openssl => openssl(openssl::Mode::Default),
            Family::OpensslStrict => openssl(openssl::Mode::Strict),
            Family::Gnutls => Self::Gnutls(gnutls::chain(presented, signed, now.unix_timestamp())),
            Family::Webpki => Self::Webpki(webpki::chain(presented, signed.anchors(), now)),
        }
    }

    /// The answer for chain, name and staple.
    pub(super) fn with(&self, question: &Question<'_>) -> Verdict {
        let Some(leaf) = question.presented.first() else {
            return Verdict::refuses("no certificate was presented");
        };
        match self {
            Self::Openssl(chain) => openssl::with_name(chain.clone(), leaf, question.reference),
            Self::Gnutls(chain) => chain.clone().with(question),
            Self::Webpki(error) => webpki::with_name(error.as_ref(), leaf, question.reference),
        }
    }
}

/// The answers of all families.
#[derive(Clone, Debug)]
pub(in crate::judge) struct ChainAnswers([ChainAnswer; Family::ALL.len()]);

impl ChainAnswers {
    /// Asks each.
    pub(in crate::judge) fn of(
        presented: &[Certificate],
        anchors: &Anchors,
        now: OffsetDateTime,
    ) -> Self {
        let signed = Signatures::of(anchors);
        Self(Family::ALL.map(|family| ChainAnswer::of(family, presented, &signed, now)))
    }

    /// Their answers for chain, name and staple.
    pub(in crate::judge) fn with(&self, question: &Question<'_>) -> Vec<(Family, Verdict)> {
        let answers = Family::ALL.into_iter().zip(&self.0);
        answers
            .map(|(family, answer)| (family, answer.with(question)))
            .collect()
    }
}
