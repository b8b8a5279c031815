//! Which ports of a host to look at.

use super::help::CONNECTION;
use crate::endpoint::MailPorts;
use clap::Args;

/// Which ports of a host to look at.
#[derive(Clone, Debug, Default, Args)]
pub struct Ports {
    /// Look at all mail ports of the host, in one report
    ///
    /// They are 25, 465, 587, 143, 993, 110, 995 and 4190. The report says whether they serve one
    /// certificate or several, and which port has an older one. Ports at one address are looked at one after the other, with a pause, each within
    /// --timeout. A closed port is not a failure; --ports names those that must be open.
    #[arg(long, overrides_with = "mail", conflicts_with_all = ["ports", "tls"], help_heading = CONNECTION)]
    pub mail: bool,

    /// Look at these ports of the host, all of which must be open: 25,587,imaps, or imap:1143
    ///
    /// A port is a number, the name of a service, or a scheme with a number for a port that is not
    /// the usual one: smtp:2525, imaps:1993.
    #[arg(long, value_name = "PORT,...", conflicts_with = "tls", hide_short_help = true, help_heading = CONNECTION)]
    pub ports: Option<MailPorts>,
}

impl Ports {
    /// The ports that are asked for; `None`: the one of the target.
    pub fn asked(&self) -> Option<MailPorts> {
        let all = self.mail.then_some(MailPorts::All);
        all.or_else(|| self.ports.clone())
    }
}
