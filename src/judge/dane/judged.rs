//! What TLSA records fit, and what the senders do.

use super::fit::{Fit, fit};
use super::question::Question;
use super::senders::{Sender, exim, postfix};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What each record fits, in their order.
    pub fits: Vec<Fit>,
    /// What Postfix does.
    pub postfix: Sender,
    /// What Exim does.
    pub exim: Sender,
}

impl Judged {
    /// Asks.
    pub fn of(question: &Question<'_>) -> Self {
        let fits = question.records.iter().map(|record| fit(record, question));
        Self {
            fits: fits.collect(),
            postfix: postfix(question),
            exim: exim(question),
        }
    }

    /// Why it cannot be known whether all that look deliver; `None`: it is known, or one does not.
    pub fn unknown(&self, exim_looks: bool) -> Option<&str> {
        let exim = exim_looks.then_some(&self.exim);
        let senders = || [Some(&self.postfix), exim].into_iter().flatten();
        let why = senders().find_map(|sender| match sender {
            Sender::Unknown(why) => Some(why.as_str()),
            _ => None,
        });
        why.filter(|_| !senders().any(Sender::defers))
    }
}
