//! The places of a host that `--all` looks at.

use crate::cli::{ByArg, Pin as Args};
use crate::commands::error::Error;
use crate::endpoint::MailPort;

/// The places of a host.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// The ports of all mail protocols, not only of SMTP.
    pub(super) mail: bool,
    /// Nothing is asked without SNI.
    pub(super) sni_only: bool,
}

impl Places {
    /// `None`: one port is looked at.
    pub(super) fn of(args: &Args) -> Result<Option<Self>, Error> {
        if !args.all {
            return Ok(None);
        }
        let elsewhere = args.connection.connect.as_ref();
        if elsewhere.is_some_and(|to| to.port.is_some()) {
            let error = Error::new("--all looks at several ports, and --connect names one");
            return Err(error.hint("--connect ADDR without a port"));
        }
        if args.by == Some(ByArg::Cacerts) {
            let error = Error::new("--all is for certificates and keys, not for --by cacerts");
            return Err(error.hint("a CA holds for all certificates that it has issued"));
        }
        Ok(Some(Self {
            mail: args.mail,
            sni_only: args.sni_only,
        }))
    }

    /// The ports to look at, that of the target included.
    pub(super) fn ports(self, target: u16) -> Vec<u16> {
        let smtp = [25, 465, 587].map(MailPort::on);
        let all: &[MailPort] = if self.mail { &MailPort::ALL } else { &smtp };
        let mut ports: Vec<u16> = all.iter().map(|port| port.port).collect();
        if !ports.contains(&target) {
            ports.push(target);
        }
        ports
    }
}
