//! What is asked about: a target with everything that is settled before the connection.

use crate::cli::{Connection, TargetArg};
use crate::commands::error::Error;
use crate::commands::mercurial::Mercurial;
use crate::endpoint::{
    Endpoint, Host, MailPort, MailPorts, Protocol, Start, Target as Written, authority,
};
use crate::observation::{Chosen, StartBy};
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
    /// The ports of the host to look at one by one; `None`: that of the endpoint alone.
    pub(in crate::commands) ports: Option<MailPorts>,
    /// What says how TLS starts.
    pub(in crate::commands) start_by: StartBy,
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
        if !to_connect.host.is_socket() {
            to_connect.port = to_connect.port.or(elsewhere);
        }
        let endpoint = Endpoint::from_target(to_connect, connection.tls.mode());
        let reference = servername.unwrap_or(&endpoint.host).clone();
        Self {
            start_by: start_by(&target),
            target,
            endpoint,
            reference,
            ports: None,
        }
    }

    /// A host that a domain names, at a port that is spoken to so.
    pub(super) fn host(host: &Host, port: u16, start: Start) -> Self {
        let target = Written {
            host: host.clone(),
            written: host.to_string(),
            port: Some(port),
            start: Some(start),
            protocol: Some(Protocol::Smtp),
        };
        Self {
            endpoint: Endpoint::from_target(target.clone(), None),
            target: TargetArg {
                input: authority(host, port),
                target,
            },
            reference: host.clone(),
            ports: None,
            start_by: StartBy::default(),
        }
    }

    /// The same target, at these ports of its host.
    pub(in crate::commands) fn at_ports(self, ports: Option<MailPorts>) -> Self {
        Self { ports, ..self }
    }

    /// One port of the host.
    pub(super) fn at(&self, port: MailPort) -> Self {
        Self {
            endpoint: Endpoint::of_port(self.endpoint.host.clone(), port),
            ports: None,
            start_by: if port.start.is_some() {
                StartBy::Port
            } else {
                StartBy::default()
            },
            ..self.clone()
        }
    }

    /// Where to connect for each port that is looked at, in their order.
    pub(in crate::commands) fn endpoints(&self) -> Option<Vec<Endpoint>> {
        let ports = self.ports.as_ref()?.list().iter();
        let host = &self.endpoint.host;
        let endpoints = ports.map(|port| Endpoint::of_port(host.clone(), *port));
        Some(endpoints.collect())
    }

    /// The target itself, or each of the ports that are looked at.
    pub(super) fn each_port(&self) -> Vec<Self> {
        let Some(ports) = &self.ports else {
            return vec![self.clone()];
        };
        ports.list().iter().map(|port| self.at(*port)).collect()
    }

    /// The host as it was written: the key of Mercurial's settings for it.
    pub(in crate::commands) fn written(&self) -> &str {
        &self.target.target.written
    }

    /// What is chosen, for advice; a setting is that of the configuration.
    pub(super) fn chosen(&self, mercurial: Option<&Mercurial>) -> Chosen {
        let mercurial = mercurial.filter(|_| self.start_by == StartBy::Setting);
        let line = mercurial.and_then(|mercurial| mercurial.settings("").transport_line);
        Chosen {
            port: Some(self.endpoint.port),
            start: self.start_by,
            line: line.map_or_else(String::new, |line| line.source.to_string()),
        }
    }

    /// The target of a report, before anything is known about it.
    pub(super) fn of_report(&self) -> Target {
        let is_socket = self.endpoint.host.is_socket();
        let reference = Some(&self.reference).filter(|reference| !reference.is_socket());
        let host = self.endpoint.host.to_string();
        if self.ports.is_some() {
            return Target {
                input: self.target.input.clone(),
                host: Some(host.clone()),
                port: None,
                label: host,
                protocol: None,
                tls: None,
                servername: self.reference.to_string(),
            };
        }
        Target {
            input: self.target.input.clone(),
            host: (!is_socket).then_some(host),
            port: (!is_socket).then_some(self.endpoint.port),
            label: self.endpoint.to_string(),
            protocol: Some(self.endpoint.first_protocol()),
            tls: Some(self.endpoint.first_start()),
            servername: reference.map_or_else(String::new, ToString::to_string),
        }
    }
}

/// What says how TLS starts. Without a scheme of its own, a target has it from Mercurial's
/// configuration.
fn start_by(target: &TargetArg) -> StartBy {
    match target.target.start {
        None => StartBy::Option,
        Some(_) if has_scheme(target) => StartBy::Scheme,
        Some(_) => StartBy::Setting,
    }
}

fn has_scheme(target: &TargetArg) -> bool {
    target.input.contains("://") || target.target.host.is_socket()
}

/// Why `--tls` cannot be obeyed: the scheme of the target says otherwise.
pub(in crate::commands) fn scheme_says_otherwise(
    target: &TargetArg,
    connection: &Connection,
) -> Option<Error> {
    let asked = connection.tls.mode()?;
    let said = target.target.start.filter(|_| has_scheme(target))?;
    if asked == said {
        return None;
    }
    let input = &target.input;
    let text = format!("--tls is for targets without a scheme, and \"{input}\" has another one");
    let protocol = target.target.protocol.unwrap_or_default();
    let hint = match protocol
        .scheme(asked)
        .filter(|_| !target.target.host.is_socket())
    {
        Some(scheme) => format!("{scheme}://HOST:PORT says so; or leave --tls out"),
        None => "leave --tls out".to_owned(),
    };
    Some(Error::new(text).hint(hint))
}

/// Why several ports of a target cannot be looked at: it names one.
pub(in crate::commands) fn one_port_is_named(target: &Written) -> Option<Error> {
    let host = &target.written;
    (target.port.is_some() || target.start.is_some()).then(|| {
        let text =
            format!("the target \"{host}\" names a port, and --mail and --ports are about several");
        Error::new(text).hint(format!("smtp-certcheck {host} --mail"))
    })
}

/// Why several ports cannot be looked at: all would be looked for at one.
pub(in crate::commands) fn several_ports_elsewhere(connection: &Connection) -> Option<Error> {
    let elsewhere = connection.connect.as_ref()?;
    elsewhere.port?;
    let text = "--connect names a port, and several are to be looked at";
    Some(Error::new(text).hint(format!("--connect {}", elsewhere.host)))
}
