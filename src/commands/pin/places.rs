//! The places of a host that `--all` looks at.

use crate::cli::{ByArg, Pin as Args};
use crate::commands::error::Error;
use crate::endpoint::MailPort;
use crate::pin_set::Further;

/// The places of a host.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// The ports.
    ports: Ports,
    /// Nothing is asked without SNI.
    sni_only: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ports {
    /// That of the target.
    One,
    /// Those of SMTP.
    Smtp,
    /// Those of all mail protocols.
    Mail,
}

impl Places {
    /// `None`: one port is pinned, after several looks.
    pub(super) fn of(args: &Args) -> Result<Option<Self>, Error> {
        if !args.all {
            let one = Self {
                ports: Ports::One,
                sni_only: true,
            };
            return Ok(args.check.then_some(one));
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
            ports: if args.mail { Ports::Mail } else { Ports::Smtp },
            sni_only: args.sni_only,
        }))
    }

    /// The ports to look at, that of the target included.
    pub(super) fn ports(self, target: u16) -> Vec<u16> {
        let smtp = [25, 465, 587].map(MailPort::on);
        let all: &[MailPort] = match self.ports {
            Ports::One => &[],
            Ports::Smtp => &smtp,
            Ports::Mail => &MailPort::ALL,
        };
        let mut ports: Vec<u16> = all.iter().map(|port| port.port).collect();
        if !ports.contains(&target) {
            ports.push(target);
        }
        ports
    }

    /// What is asked for besides what each place presents first.
    pub(super) fn further(self) -> Further {
        match (self.ports, self.sni_only) {
            (Ports::One, _) => Further::Nothing,
            (_, true) => Further::Keys,
            (_, false) => Further::KeysAndNameless,
        }
    }
}
