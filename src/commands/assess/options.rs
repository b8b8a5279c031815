//! The options of a probe, from those of the command line.

use super::asked::Asked;
use crate::cli::{Connection, KeyTypeArg, first_given};
use crate::commands::error::Error;
use crate::endpoint::{Host, Source, Via};
use crate::observation::KeyType;
use crate::survey::{Family, Options, ProbeOptions};
use rustls::pki_types::ServerName;

/// The options of a probe for what is asked about; an error if no TLS server can have its name, or if
/// no such connection leads to it.
pub(in crate::commands) fn options(
    connection: &Connection,
    asked: &Asked,
) -> Result<Options, Error> {
    let reference = &asked.reference;
    leads_to(connection, asked)?;
    if let Host::Name { ascii, .. } = reference {
        ServerName::try_from(ascii.as_str())
            .map_err(|_| Error::new(format!("\"{ascii}\" cannot be the name of a TLS server")))?;
    }
    Ok(Options {
        connect_to: connection
            .connect
            .as_ref()
            .map(|to| (to.host.clone(), to.port)),
        via: via(connection),
        family: match (connection.ipv4, connection.ipv6) {
            (true, _) => Family::V4,
            (_, true) => Family::V6,
            _ => Family::Any,
        },
        known: None,
        one_address: connection.one_address,
        probe: ProbeOptions {
            reference: reference.clone(),
            sni: !connection.no_sni,
            timeout: connection.timeout,
            connect_timeout: connection.connect_timeout,
            key_type: connection.key_type.map(|key| match key {
                KeyTypeArg::Rsa => KeyType::Rsa,
                KeyTypeArg::Ecdsa => KeyType::Ecdsa,
            }),
            asks_once: false,
            ehlo: connection.ehlo.clone(),
            source: source(connection)?,
            proxy_protocol: connection.proxy_protocol,
            client: None,
            watch: None,
        },
    })
}

/// A Unix socket is on this machine: no other way leads to it.
fn leads_to(connection: &Connection, asked: &Asked) -> Result<(), Error> {
    let given = first_given(&[
        ("--connect", connection.connect.is_some()),
        ("--via", connection.via.is_some()),
        ("--via-command", connection.via_command.is_some()),
        ("--source", !connection.source.is_empty()),
        ("--mail or --ports", asked.endpoints().is_some()),
    ]);
    match given {
        Some(option) if asked.endpoint.host.is_socket() => {
            let input = &asked.target.input;
            let text = format!("{option} does not lead to a Unix socket: \"{input}\"");
            Err(Error::new(text).hint("leave it out for that target"))
        }
        _ => Ok(()),
    }
}

fn via(connection: &Connection) -> Option<Via> {
    let proxy = connection.via.clone().map(Via::Proxy);
    proxy.or_else(|| connection.via_command.clone().map(Via::Command))
}

fn source(connection: &Connection) -> Result<Source, Error> {
    Source::new(&connection.source).map_err(|second| {
        let family = if second.is_ipv4() { "IPv4" } else { "IPv6" };
        Error::new(format!("--source {second} is the second of {family}"))
            .hint("name one address for each family")
    })
}
