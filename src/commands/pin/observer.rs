//! Probes the server: how to connect, one sighting, and what is judged of it.

use crate::cli::{Connection, Pin as Args, TargetArg};
use crate::commands::assess::{Asked, Assessor, Own, options};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::runtime::block_on;
use crate::commands::terminal::say;
use crate::commands::waiting::Waiting;
use crate::endpoint::{Endpoint, Host, MailPort};
use crate::observation::{KeyType, Sighting, StartBy, Survey};
use crate::report::{Assessment, Report, Target};
use crate::survey::{self, Options};
use time::OffsetDateTime;

/// How to connect, whatever the target is.
#[derive(Clone, Copy)]
pub(super) struct Route<'a> {
    connection: &'a Connection,
    servername: Option<&'a Host>,
    is_quiet: bool,
}

impl<'a> Route<'a> {
    /// What was typed.
    pub(super) fn of(args: &'a Args) -> Self {
        Self {
            connection: &args.connection,
            servername: args.trust.servername.as_ref(),
            is_quiet: args.quiet,
        }
    }

    /// What is asked about a target.
    pub(super) fn asked(&self, target: TargetArg) -> Asked {
        Asked::new(target, self.connection, self.servername)
    }

    /// The options of the connection.
    pub(super) fn connection(&self) -> &'a Connection {
        self.connection
    }

    /// Whether the connection goes to the target's own host.
    pub(super) fn is_direct(&self) -> bool {
        self.connection.connect.is_none()
    }

    /// Whether the server's name is sent (SNI).
    pub(super) fn sends_sni(&self) -> bool {
        !self.connection.no_sni
    }

    /// Makes sure that the target has a port if the connection goes to another one: the port of a
    /// tunnel is not the one to pin.
    pub(super) fn has_port_of(&self, target: &TargetArg, program: &str) -> Result<(), Error> {
        let elsewhere = self.connection.connect.as_ref().and_then(|to| to.port);
        if elsewhere.is_none() || target.target.port.is_some() {
            return Ok(());
        }
        let host = &target.target.written;
        Err(Error::new(format!(
            "--connect has a port and TARGET has none: which one is {program} to use?"
        ))
        .hint(format!("name it: {host}:587, say")))
    }
}

/// Probes one server, and assesses what it presents.
pub(super) struct Observer<'a> {
    assessor: &'a Assessor,
    pub(super) asked: Asked,
    pub(super) options: Options,
    waiting: Waiting,
}

impl<'a> Observer<'a> {
    /// An error if the reference identifier cannot be a name of a TLS server.
    pub(super) fn new(
        assessor: &'a Assessor,
        target: TargetArg,
        route: &Route<'_>,
    ) -> Result<Self, Error> {
        let asked = route.asked(target);
        let mut options = options(route.connection, &asked)?;
        let probe = &mut options.probe;
        probe.ehlo = probe.ehlo.take().or_else(environment::fqdn);
        let waiting = Waiting::new(route.is_quiet);
        probe.watch = waiting.watch();
        Ok(Self {
            assessor,
            asked,
            options,
            waiting,
        })
    }

    /// Probes every address once, and reports on all of them.
    pub(super) fn look(&self) -> Result<Report, Error> {
        let survey = self.run(self.survey(&self.options))?;
        self.assessor.report(survey, &self.asked)
    }

    /// The same, asking for a certificate with this type of key.
    pub(super) fn look_for(&self, key_type: KeyType) -> Result<Report, Error> {
        let mut options = self.options.clone();
        options.probe.key_type = Some(key_type);
        let survey = self.run(self.survey(&options))?;
        self.assessor.report(survey, &self.asked)
    }

    /// Looks at every address with these options.
    pub(super) async fn survey(&self, options: &Options) -> Survey {
        let survey = survey::look(&self.asked.endpoint, options).await;
        self.fetch(&survey).await;
        survey
    }

    /// Fetches the lists that a judgement on what a survey saw needs.
    pub(super) async fn fetch(&self, survey: &Survey) {
        let surveys = std::slice::from_ref(survey);
        self.assessor
            .fetch(surveys, &self.asked, &self.options)
            .await;
    }

    /// Runs looks to their end; on a terminal, a line says what is waited for.
    pub(super) fn run<T>(&self, looks: impl Future<Output = T>) -> Result<T, Error> {
        block_on(self.waiting.during(looks))
    }

    /// The same server at another port. The scheme of the target is for its own port.
    pub(super) fn at_port(&self, port: MailPort) -> Self {
        let mut asked = self.asked.clone();
        let is_own = port.port == asked.endpoint.port && port == MailPort::on(port.port);
        if !is_own {
            asked.endpoint = Endpoint::of_port(asked.endpoint.host, port);
            asked.target.target.start = port.start;
            asked.target.target.protocol = port.protocol;
            asked.start_by = match port.start {
                Some(_) => StartBy::Port,
                None => StartBy::Option,
            };
        }
        asked.target.target.port = Some(port.port);
        asked.target.input = asked.endpoint.to_string();
        Self {
            assessor: self.assessor,
            asked,
            options: self.options.clone(),
            waiting: self.waiting.clone(),
        }
    }

    /// Reports on what a survey saw.
    pub(super) fn report(&self, survey: Survey) -> Result<Report, Error> {
        self.assessor.report(survey, &self.asked)
    }

    /// The report on a certificate that no look has shown, under that name.
    pub(super) fn single(&self, name: String, look: Assessment) -> Report {
        let target = Target {
            input: name.clone(),
            host: None,
            port: None,
            label: name,
            protocol: None,
            tls: None,
            servername: self.asked.reference.to_string(),
        };
        Report::single(target, look, self.now())
    }

    /// The time of the judgement.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.assessor.now
    }

    /// Judges one sighting.
    pub(super) fn assess(&self, seen: Sighting) -> Assessment {
        self.assessor.assess(seen, &self.asked, Own::default())
    }

    /// Looks as a program that never sends the server's name (SNI): the server may present another
    /// certificate to one that does.
    pub(super) fn look_without_sni(&mut self, program: &str) {
        if self.options.probe.sni {
            self.options.probe.sni = false;
            say(&format!(
                "note: {program} sends no server name (SNI), so the server was asked without one"
            ));
        }
    }

    /// Reports that the program may be presented another certificate, if no SNI was sent.
    pub(super) fn note_sni(&self, program: &str) {
        if !self.options.probe.sni {
            say(&format!(
                "note: {program} sends the server's name (SNI), and may be shown another certificate than\n\
                 this one, which was asked for with --no-sni"
            ));
        }
    }
}
