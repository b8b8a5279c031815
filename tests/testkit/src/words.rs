//! What the embedded server says in each protocol.

use crate::service::Service;

/// The words of one protocol. `TAG` stands for the tag of the command.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// What it says at first.
    pub(crate) greeting: String,
    /// The command that asks for the capabilities, and the answer.
    pub(crate) list: (&'static str, String),
    /// The command that asks for TLS, and the go-ahead.
    pub(crate) starttls: (&'static str, &'static str),
    /// The last command, and the answer.
    pub(crate) bye: (&'static str, &'static str),
    /// The answer to anything else.
    pub(crate) unknown: &'static str,
    /// What it says in TLS before it was asked anything.
    pub(crate) unasked: String,
}

impl Words {
    /// The answer to a command.
    pub(crate) fn answer(&self, verb: &str) -> &str {
        match verb {
            verb if verb == self.list.0 => &self.list.1,
            verb if verb == self.starttls.0 => self.starttls.1,
            verb if verb == self.bye.0 => self.bye.1,
            _ => self.unknown,
        }
    }

    /// Those of a service whose host is called `name`.
    pub(crate) fn of(service: Service, name: &str) -> Self {
        let hello = format!("250-{name}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 STARTTLS\r\n");
        let smtp = Self {
            greeting: format!("220 {name} ESMTP ready\r\n"),
            list: ("EHLO", hello),
            starttls: ("STARTTLS", "220 go ahead\r\n"),
            bye: ("QUIT", "221 bye\r\n"),
            unknown: "502 not here\r\n",
            unasked: String::new(),
        };
        match service {
            Service::Smtp | Service::Smtps => smtp,
            Service::Lmtp => Self {
                greeting: format!("220 {name} LMTP ready\r\n"),
                list: ("LHLO", smtp.list.1.clone()),
                ..smtp
            },
            Service::Imap | Service::Imaps => Self {
                greeting: format!("* OK {name} ready\r\n"),
                list: (
                    "CAPABILITY",
                    "* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n".to_owned(),
                ),
                starttls: ("STARTTLS", "TAG OK go ahead\r\n"),
                bye: ("LOGOUT", "* BYE bye\r\nTAG OK done\r\n"),
                unknown: "TAG BAD not here\r\n",
                unasked: String::new(),
            },
            Service::Pop3 | Service::Pop3s => Self {
                greeting: format!("+OK {name} ready\r\n"),
                list: ("CAPA", "+OK\r\nUSER\r\nSTLS\r\n.\r\n".to_owned()),
                starttls: ("STLS", "+OK go ahead\r\n"),
                bye: ("QUIT", "+OK bye\r\n"),
                unknown: "-ERR not here\r\n",
                unasked: String::new(),
            },
            Service::Sieve => {
                let list = format!("\"IMPLEMENTATION\" \"{name}\"\r\n\"SIEVE\" \"fileinto\"\r\n");
                Self {
                    greeting: format!("{list}\"STARTTLS\"\r\nOK \"ready\"\r\n"),
                    list: ("CAPABILITY", format!("{list}\"STARTTLS\"\r\nOK\r\n")),
                    starttls: ("STARTTLS", "OK \"go ahead\"\r\n"),
                    bye: ("LOGOUT", "OK \"bye\"\r\n"),
                    unknown: "NO \"not here\"\r\n",
                    // RFC 5804 §2.2.
                    unasked: format!("{list}OK \"TLS\"\r\n"),
                }
            }
        }
    }
}
