//! The places of a host that `--all` looks at.

use crate::cli::{ByArg, Connection, Pin as Args};
use crate::commands::error::Error;
use crate::endpoint::{MailPort, MailPorts};
use crate::pin_set::Further;

/// The places of a host.
#[derive(Clone)]
pub(super) struct Places {
    /// The ports.
    ports: Ports,
    /// Nothing is asked without SNI.
    sni_only: bool,
}

#[derive(Clone)]
enum Ports {
    /// That of the target.
    One,
    /// Those of SMTP, and that of the target.
    Smtp,
    /// Those that the user asks for, and that of the target, if it has one.
    Asked(MailPorts),
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
        let Connection {
            via, via_command, ..
        } = &args.connection;
        if via.is_some() || via_command.is_some() {
            let message = "--all looks at every address, and a proxy or a command chooses one";
            return Err(Error::new(message).hint("pin each port that way, with --add"));
        }
        if args.by == Some(ByArg::Cacerts) {
            let error = Error::new("--all is for certificates and keys, not for --by cacerts");
            return Err(error.hint("a CA holds for all certificates that it has issued"));
        }
        Ok(Some(Self {
            ports: args.ports.asked().map_or(Ports::Smtp, Ports::Asked),
            sni_only: args.sni_only,
        }))
    }

    /// The ports to look at. `target` is that of the target; `is_named`: the user says so.
    pub(super) fn ports(&self, target: u16, is_named: bool) -> Vec<MailPort> {
        let smtp = [25, 465, 587].map(MailPort::on);
        let mut ports = match &self.ports {
            Ports::One => Vec::new(),
            Ports::Smtp => smtp.to_vec(),
            Ports::Asked(ports) => ports.list().to_vec(),
        };
        let is_there = ports.iter().any(|port| port.port == target);
        if !is_there && (is_named || ports.is_empty()) {
            ports.push(MailPort::on(target));
        }
        ports
    }

    /// What is asked for besides what each place presents first.
    pub(super) fn further(&self) -> Further {
        match (&self.ports, self.sni_only) {
            (Ports::One, _) => Further::Nothing,
            (_, true) => Further::Keys,
            (_, false) => Further::KeysAndNameless,
        }
    }
}
