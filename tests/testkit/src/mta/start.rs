//! A start: the configuration, the processes, the ports, the first greeting.

use super::place::{self, Place};
use super::{Kind, LOGS, Mta, PAUSE, StartError, exim, opensmtpd, ports, postfix};
use crate::pki::Identity;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

/// What the servers log when they cannot have a port. We log it, too: Postfix of Debian 13 exits
/// silently.
pub(super) const TAKEN: &str = "Address already in use";

impl Mta {
    /// Starts one that presents `identity`, and waits for its greeting.
    pub fn start(kind: Kind, identity: &Identity) -> Result<Self, StartError> {
        // Another process may take a port between its choice and its use.
        const ATTEMPTS: usize = 5;
        let mut taken = String::new();
        for _ in 0..ATTEMPTS {
            match Self::start_once(kind, identity) {
                Err(StartError::Failed(why)) if why.contains(TAKEN) => taken = why,
                outcome => return outcome,
            }
        }
        Err(StartError::Failed(taken))
    }

    fn start_once(kind: Kind, identity: &Identity) -> Result<Self, StartError> {
        let place = Place::prepare(kind)?;
        let mut mta =
            Self::spawn(kind, place, identity).map_err(|why| place::failed(kind, &why))?;
        let start = Instant::now();
        mta.wait_for_greeting(kind, start)?;
        mta.forget_the_start(start);
        Ok(mta)
    }

    pub(super) fn spawn(kind: Kind, place: Place, identity: &Identity) -> std::io::Result<Self> {
        place.write("chain.pem", &identity.chain_pem(), 0o644)?;
        place.write("key.pem", &identity.key_pem, 0o600)?;
        let mut command = match kind {
            Kind::Postfix => postfix::configure(&place)?,
            Kind::Exim => exim::configure(&place)?,
            Kind::OpenSmtpd => opensmtpd::configure(&place)?,
        };
        let log = std::fs::File::create(place.path("output"))?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            // A process group, to stop all its processes at once.
            .process_group(0)
            .spawn()?;
        Ok(Self {
            place,
            child,
            skipped: [0; LOGS.len()],
        })
    }

    pub(super) fn wait_for_greeting(
        &mut self,
        kind: Kind,
        start: Instant,
    ) -> Result<(), StartError> {
        let ports = [self.place.starttls, self.place.smtps];
        let greeting = format!("220 mx.{kind}.test ");
        while start.elapsed() < PATIENCE {
            sleep(PAUSE);
            let listeners = ports.map(ports::listeners);
            let ready = !listeners.contains(&0) && ports::greets(ports[0], &greeting);
            // Checked last, so that another server's greeting on our port is not taken for ours.
            let ended = self.child.try_wait().ok().flatten();
            // Postfix binds with SO_REUSEPORT: two of them would share a port.
            let own = usize::from(ended.is_none());
            if ports.into_iter().any(|port| ports::listeners(port) > own) {
                let why = format!("{kind}: {TAKEN}: {}", self.log());
                return Err(StartError::Failed(why));
            }
            if let Some(status) = ended {
                let why = format!("{kind} ended with {status}: {}", self.log());
                return Err(StartError::Failed(why));
            }
            if ready {
                return Ok(());
            }
        }
        let why = format!("{kind} does not greet: {}", self.log());
        Err(StartError::Failed(why))
    }

    /// Leaves the start and our own visit out of the log, or tests would find the visit's traces.
    fn forget_the_start(&mut self, start: Instant) {
        // The servers log the end of a visit after the fact.
        while !self.log().to_lowercase().contains("quit") && start.elapsed() < PATIENCE {
            sleep(PAUSE);
        }
        self.skipped = self.logs().map(|log| log.len());
    }
}
