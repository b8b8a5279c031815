//! The columns of a line.

use super::entry::Entry;
use super::error::LineError;
use crate::endpoint::MailPorts;
use crate::fingerprint::Pin;

/// A column that is a word.
pub(super) fn column_alone(entry: &mut Entry, word: &str) -> Result<(), LineError> {
    match word {
        "mail" if entry.is_domain() => Err(LineError::OfServer(word.to_owned())),
        "mail" => at_ports(entry, word, MailPorts::All),
        _ => Err(LineError::Column(word.to_owned())),
    }
}

/// Several ports of the host.
fn at_ports(entry: &mut Entry, name: &str, ports: MailPorts) -> Result<(), LineError> {
    if entry.ports.is_some() {
        return Err(LineError::Twice(name.to_owned()));
    }
    if entry.names_a_port() {
        return Err(LineError::PortAndPorts);
    }
    entry.ports = Some(ports);
    Ok(())
}

/// A column with a value.
pub(super) fn column(entry: &mut Entry, name: &str, value: &str) -> Result<(), LineError> {
    let once = |is_set: bool| {
        let twice = is_set.then(|| LineError::Twice(name.to_owned()));
        twice.map_or(Ok(()), Err)
    };
    match name {
        "servername" | "ports" | "pin" if entry.is_domain() => {
            return Err(LineError::OfServer(name.to_owned()));
        }
        "servername" => {
            once(entry.servername.is_some())?;
            entry.servername = Some(value.parse().map_err(LineError::ServerName)?);
        }
        "ports" => at_ports(entry, name, value.parse().map_err(LineError::Ports)?)?,
        "pin" => {
            let pin = Pin::parse(value).filter(Pin::is_complete);
            entry
                .pins
                .push(pin.ok_or_else(|| LineError::Pin(value.to_owned()))?);
        }
        "cacerts" => {
            once(entry.cacerts.is_some())?;
            entry.cacerts = Some(value.to_owned());
        }
        "crl" => {
            once(entry.crl.is_some())?;
            entry.crl = Some(value.to_owned());
        }
        "label" => {
            once(entry.label.is_some())?;
            entry.label = Some(value.to_owned());
        }
        "warning" | "critical" => {
            let level = match name {
                "warning" => &mut entry.warning,
                _ => &mut entry.critical,
            };
            once(level.is_some())?;
            let least = value.parse();
            *level = Some(least.map_err(|why| LineError::Least(name.to_owned(), why))?);
        }
        _ => return Err(LineError::Unknown(name.to_owned())),
    }
    Ok(())
}
