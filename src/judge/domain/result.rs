//! The words of a verdict: what a sender does with mail, and what comes of that.

use std::fmt;

/// A kind of sender, by what it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It looks for TLSA records.
    Dane,
    /// It looks for an MTA-STS policy.
    MtaSts,
    /// It looks for neither, and takes what the server offers.
    Opportunistic,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Dane, Self::MtaSts, Self::Opportunistic];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dane => "dane",
            Self::MtaSts => "mta-sts",
            Self::Opportunistic => "opportunistic",
        }
    }

    /// The senders, as a sentence names them.
    pub fn senders(self) -> &'static str {
        match self {
            Self::Dane => "senders with DANE",
            Self::MtaSts => "senders with MTA-STS",
            Self::Opportunistic => "other senders",
        }
    }
}

/// What a sender does, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// It keeps the mail, and returns it after some days.
    Deferred,
    /// It delivers in the clear.
    Delivered,
    /// It delivers with TLS, whoever the server is.
    Encrypted,
    /// It delivers with TLS, to the right server.
    Authenticated,
}

impl Delivery {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deferred => "deferred",
            Self::Delivered => "delivered",
            Self::Encrypted => "encrypted",
            Self::Authenticated => "authenticated",
        }
    }
}

/// Whether the mail of a domain arrives, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// The domain takes no mail.
    NoMail,
    /// This, for the hosts that it delivers to.
    Mail(Delivery),
    /// It is not known who takes the mail.
    Unresolved,
}

impl Arrival {
    const ALL: [Self; 6] = [
        Self::NoMail,
        Self::Mail(Delivery::Deferred),
        Self::Mail(Delivery::Delivered),
        Self::Mail(Delivery::Encrypted),
        Self::Mail(Delivery::Authenticated),
        Self::Unresolved,
    ];

    /// The one of that word.
    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|arrival| arrival.as_str() == word)
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoMail => "no-mail",
            Self::Mail(delivery) => delivery.as_str(),
            Self::Unresolved => "unresolved",
        }
    }
}

/// What comes of the verdicts of all kinds of senders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The domain takes no mail (RFC 7505).
    NoMail,
    /// A kind of sender cannot deliver.
    Deferred,
    /// Everything is delivered, and a kind of sender knows the server.
    Authenticated,
    /// Everything is delivered, and no sender knows the server.
    Unprotected,
    /// The question for the MX records got no answer.
    Unresolved,
}

impl Outcome {
    const ALL: [Self; 5] = [
        Self::NoMail,
        Self::Deferred,
        Self::Authenticated,
        Self::Unprotected,
        Self::Unresolved,
    ];

    /// The one of that word.
    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|outcome| outcome.as_str() == word)
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoMail => "no-mail",
            Self::Deferred => "deferred",
            Self::Authenticated => "authenticated",
            Self::Unprotected => "unprotected",
            Self::Unresolved => "unresolved",
        }
    }

    /// What comes of these.
    pub fn of(results: &[Arrival]) -> Self {
        let has = |wanted| results.contains(&wanted);
        if has(Arrival::NoMail) {
            Self::NoMail
        } else if has(Arrival::Unresolved) {
            Self::Unresolved
        } else if has(Arrival::Mail(Delivery::Deferred)) {
            Self::Deferred
        } else if has(Arrival::Mail(Delivery::Authenticated)) {
            Self::Authenticated
        } else {
            Self::Unprotected
        }
    }
}

/// What a domain is required to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// DANE.
    Dane,
    /// MTA-STS.
    MtaSts,
    /// One of them.
    Any,
}

impl Required {
    /// As a sentence names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dane => "DANE",
            Self::MtaSts => "MTA-STS",
            Self::Any => "DANE or MTA-STS",
        }
    }

    /// Whether it is about that kind of sender.
    pub(super) fn is_about(self, kind: Kind) -> bool {
        match self {
            Self::Dane => kind == Kind::Dane,
            Self::MtaSts => kind == Kind::MtaSts,
            Self::Any => kind != Kind::Opportunistic,
        }
    }

    /// Whether a domain has it, by the verdicts of its kinds of senders.
    pub fn is_met(self, verdicts: impl IntoIterator<Item = (Kind, Arrival)>) -> bool {
        verdicts.into_iter().any(|(kind, result)| {
            // A domain without mail needs none of them.
            let is_good = matches!(
                result,
                Arrival::NoMail | Arrival::Mail(Delivery::Authenticated)
            );
            self.is_about(kind) && is_good
        })
    }
}

macro_rules! display {
    ($($word:ty)+) => {
        $(impl fmt::Display for $word {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        })+
    };
}

display! { Kind Delivery Arrival Outcome }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::named(outcome.as_str()), Some(outcome));
        }
        for arrival in Arrival::ALL {
            assert_eq!(Arrival::named(arrival.as_str()), Some(arrival));
        }
        assert_eq!(Outcome::named("of-2030"), None);
        assert_eq!(Arrival::named("of-2030"), None);
    }
}
