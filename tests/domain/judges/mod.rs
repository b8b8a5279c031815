//! What real programs do with mail to the domains of the lab.

mod answers;
mod exim;
mod finger;
mod openssl;
mod policies;
mod postfix;

pub use answers::{Answers, all};

/// The kinds of senders, in the order of reports; Postfix has a transport for each.
pub const SENDERS: [&str; 3] = ["dane", "mta-sts", "opportunistic"];

/// What a sender does, in the words of reports, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// It gives the mail back, or keeps it.
    Deferred,
    /// It delivers in the clear.
    Delivered,
    /// It delivers with TLS, whoever the server is.
    Encrypted,
    /// It delivers with TLS, to the right server.
    Authenticated,
    /// The domain takes no mail.
    NoMail,
}

impl Word {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deferred => "deferred",
            Self::Delivered => "delivered",
            Self::Encrypted => "encrypted",
            Self::Authenticated => "authenticated",
            Self::NoMail => "no-mail",
        }
    }
}
