//! What is asked about: a target with everything that is settled before the connection.

use crate::cli::{Connection, TargetArg};
use crate::endpoint::{Endpoint, Host};
use crate::report::Target;

/// A target, where to connect for it, and the name that its certificate must be for.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Asked {
    /// As it was typed.
    pub(in crate::commands) target: TargetArg,
    /// Where to connect.
    pub(in crate::commands) endpoint: Endpoint,
    /// The reference identifier.
    pub(in crate::commands) reference: Host,
}

impl Asked {
    /// Settles what the options of the connection say of a target. Without a `servername` its host is
    /// the reference identifier.
    pub(in crate::commands) fn new(
        target: TargetArg,
        connection: &Connection,
        servername: Option<&Host>,
    ) -> Self {
        let mut to_connect = target.target.clone();
        // The only named port decides.
        let elsewhere = connection.connect.as_ref().and_then(|to| to.port);
        to_connect.port = to_connect.port.or(elsewhere);
        let endpoint = Endpoint::from_target(to_connect, connection.tls.mode());
        let reference = servername.unwrap_or(&endpoint.host).clone();
        Self {
            target,
            endpoint,
            reference,
        }
    }

    /// The host as it was written: the key of Mercurial's settings for it.
    pub(in crate::commands) fn written(&self) -> &str {
        &self.target.target.written
    }

    /// The target of a report, before anything is known about it.
    pub(super) fn of_report(&self) -> Target {
        Target {
            input: self.target.input.clone(),
            host: Some(self.endpoint.host.to_string()),
            port: Some(self.endpoint.port),
            label: self.endpoint.to_string(),
            protocol: Some(self.endpoint.first_protocol()),
            tls: Some(self.endpoint.first_start()),
            servername: self.reference.to_string(),
        }
    }
}
