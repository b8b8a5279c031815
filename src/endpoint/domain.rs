//! A domain whose mail is asked about.

use super::Protocol;
use super::error::TargetError;
use super::host::Host;
use super::target::parse_port;
use std::fmt;
use std::str::FromStr;

/// What a domain begins with where a server could be meant.
const PREFIX: &str = "mx:";

/// A domain whose mail is asked about, in A-labels and lower case, without the last dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailDomain(String);

impl MailDomain {
    /// The name, if a text asks for a domain: `mx:NAME`. A port or a service after the colon makes it the
    /// host `mx`.
    pub fn name_in(text: &str) -> Option<&str> {
        let (prefix, name) = text.split_at_checked(PREFIX.len())?;
        let is_port = Protocol::port_of_service(name).is_some() || parse_port(name).is_ok();
        (prefix.eq_ignore_ascii_case(PREFIX) && !is_port).then_some(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MailDomain {
    type Err = TargetError;

    /// Reads the name alone.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        if let Some((_, domain)) = text.rsplit_once('@') {
            return Err(TargetError::Address(domain.into()));
        }
        match text.parse()? {
            Host::Name { ascii, .. } => Ok(Self(ascii)),
            Host::Ip(_) | Host::Socket(_) => Err(TargetError::NoDomain(text.into())),
        }
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
