//! A start: the configuration, the processes, the ports, the first greeting.

use super::place::Place;
use super::{Kind, Mta, StartError, exim, opensmtpd, postfix};
use crate::daemon::{self, Daemon, PATIENCE, ports};
use crate::pki::Identity;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Where the servers log; their errors at the start go to `output`.
const LOGS: [&str; 5] = ["output", "log", "log/main", "log/reject", "log/panic"];

impl Mta {
    /// Starts one that presents `identity`, and waits for its greeting.
    pub fn start(kind: Kind, identity: &Identity) -> Result<Self, StartError> {
        Self::start_in(kind, identity, |_| Ok(()))
    }

    /// As [`Mta::start`], with further files in its place.
    pub(super) fn start_in(
        kind: Kind,
        identity: &Identity,
        further: impl Fn(&Place) -> std::io::Result<()>,
    ) -> Result<Self, StartError> {
        daemon::start(|| {
            let place = Place::prepare(kind)?;
            further(&place).map_err(|why| StartError::failed(&place.name, &why))?;
            let mut mta = Self::spawn(kind, place, identity)?;
            let start = Instant::now();
            mta.wait_for_greeting(kind)?;
            mta.forget_the_start(start);
            Ok(mta)
        })
    }

    pub(super) fn spawn(kind: Kind, place: Place, identity: &Identity) -> Result<Self, StartError> {
        let command = configure(kind, &place, identity);
        let command = command.map_err(|why| StartError::failed(&place.name, &why))?;
        Ok(Self {
            daemon: Daemon::spawn(place.home, command, &LOGS)?,
            starttls: place.starttls,
            smtps: place.smtps,
        })
    }

    pub(super) fn wait_for_greeting(&mut self, kind: Kind) -> Result<(), StartError> {
        let ports = [self.starttls, self.smtps];
        let greeting = format!("220 mx.{kind}.test ");
        self.daemon
            .wait_for(&ports, || ports::greets(ports[0], &greeting))
    }

    /// Leaves the start and our own visit out of the log, or tests would find the visit's traces.
    fn forget_the_start(&mut self, start: Instant) {
        // The servers log the end of a visit after the fact.
        while !self.log().to_lowercase().contains("quit") && start.elapsed() < PATIENCE {
            sleep(Duration::from_millis(20));
        }
        self.daemon.forget();
    }
}

fn configure(kind: Kind, place: &Place, identity: &Identity) -> std::io::Result<Command> {
    place.identity("", identity)?;
    match kind {
        Kind::Postfix => postfix::configure(place),
        Kind::Exim => exim::configure(place),
        Kind::OpenSmtpd => opensmtpd::configure(place),
    }
}
