//! How the families of mail clients would judge a chain: each is a model of its own verifier, read
//! off its source, and proven against the real program on generated chains (docs/conformance.md).

mod chain_answers;
mod family;
pub(super) mod gnutls;
pub mod openssl;
mod question;
mod verdict;
mod webpki;

pub(super) use chain_answers::ChainAnswers;
pub use family::Family;
pub use question::Question;
pub use verdict::{Answer, Verdict};

use crate::certificate::Certificate;
use crate::judge::signatures::Signatures;
use chain_answers::ChainAnswer;

/// The answer of every family, in the order of [`Family::ALL`].
pub fn verdicts(question: &Question<'_>) -> Vec<(Family, Verdict)> {
    ChainAnswers::of(question.presented, question.anchors, question.now).with(question)
}

/// The answer of one family.
pub fn verdict(family: Family, question: &Question<'_>) -> Verdict {
    let signed = Signatures::of(question.anchors);
    ChainAnswer::of(family, question.presented, &signed, question.now).with(question)
}

/// What the handshake of a family refuses by itself: no pin, and no setting about certificates, helps
/// against that.
pub fn handshake(family: Family, presented: &[Certificate]) -> Verdict {
    if presented.is_empty() {
        return Verdict::refuses("no certificate was presented");
    }
    match family {
        Family::Gnutls => gnutls::handshake(presented),
        // They check the certificate in a step that can be turned off.
        Family::Openssl | Family::OpensslStrict | Family::Webpki => Verdict::accepts(),
    }
}
