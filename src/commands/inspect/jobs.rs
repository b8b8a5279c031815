//! Looks at all targets side by side, and reports in the order of the command line, each as soon as
//! possible.

use super::{Setting, levels};
use crate::cli::{Client, DomainArg, SubjectArg, TargetArg};
use crate::commands::assess::{Asked, Assessor, Own, Sources, options};
use crate::commands::disk::client;
use crate::commands::domain::{Asking, options_of};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::waiting::Waiting;
use crate::observation::Survey;
use crate::report::{Report, Reported};
use crate::survey::{
    Addresses, DomainSurvey, Limits, Options, Pacer, TlsaSurvey, look, look_at_ports,
};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How many targets are looked at at once.
const AT_ONCE: usize = 16;

/// A target that is looked at.
enum Job {
    Host {
        asked: Box<Asked>,
        options: Box<Options>,
        task: JoinHandle<(Vec<Survey>, Option<Box<Records>>)>,
    },
    Domain {
        domain: DomainArg,
        options: Box<Options>,
        task: JoinHandle<Result<Box<DomainSurvey>, Error>>,
    },
}

/// What the DNS has about a server for DANE.
type Records = (Addresses, TlsaSurvey);

/// What domains are looked at and judged with.
struct OfDomains {
    asking: Asking,
    /// One without Mercurial's settings, beside that of the servers; `None`: there are no servers, and
    /// theirs has none.
    assessor: Option<Assessor>,
}

/// What all jobs share.
struct Shared {
    permits: Arc<Semaphore>,
    pacer: Arc<Pacer>,
    ehlo: Option<String>,
    waiting: Waiting,
}

impl Setting<'_> {
    pub(super) async fn look_at_all(&self) -> Result<Vec<Reported>, Error> {
        let pacer = Arc::new(Pacer::new(&Limits::for_few(AT_ONCE)));
        let of_domains = self.of_domains(&pacer)?;
        let planned = self.planned()?;
        let client = self.client()?;
        let ehlo = self.cli.connection.ehlo.clone();
        let shared = Shared {
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            pacer,
            ehlo: ehlo.or_else(environment::fqdn),
            waiting: Waiting::new(self.cli.quiet),
        };
        let jobs = planned.into_iter().map(|(target, options)| {
            let asking = of_domains.as_ref().map(|of| &of.asking);
            self.begin(target, options, &shared, asking)
        });
        let jobs: Vec<Job> = jobs.flatten().collect();
        let mut reports = Vec::with_capacity(jobs.len());
        for job in jobs {
            let report = self.end(job, &shared.waiting, client.as_ref(), of_domains.as_ref());
            let report = report.await?;
            self.show(&report, reports.is_empty())?;
            reports.push(report);
        }
        self.show_all(&reports)?;
        Ok(reports)
    }

    fn of_domains(&self, pacer: &Arc<Pacer>) -> Result<Option<OfDomains>, Error> {
        let hosts = self.targets.iter().filter_map(SubjectArg::host).count();
        let has_domain = hosts < self.targets.len();
        if !has_domain && !self.cli.dane {
            return Ok(None);
        }
        let has_both = has_domain && hosts > 0;
        let assessor = has_both.then(|| Assessor::read(&Sources::of(&self.cli.trust)));
        Ok(Some(OfDomains {
            asking: Asking::read(&self.cli.dns, pacer)?,
            assessor: assessor.transpose()?,
        }))
    }

    /// The targets, each with the options of its probes: what is wrong with one is said before the first
    /// connection.
    fn planned(&self) -> Result<Vec<(SubjectArg, Options)>, Error> {
        let connection = &self.cli.connection;
        let targets = self.targets.iter().map(|target| {
            let options = match target {
                SubjectArg::Host(host) => options(connection, &self.asked(host)),
                SubjectArg::Domain(domain) => options_of(connection, domain),
            };
            Ok((target.clone(), options?))
        });
        targets.collect()
    }

    fn asked(&self, target: &TargetArg) -> Asked {
        let servername = self.cli.trust.servername.as_ref();
        let asked = Asked::new(target.clone(), &self.cli.connection, servername);
        asked.at_ports(self.cli.ports.asked())
    }

    /// The client certificate of the user.
    fn client(&self) -> Result<Option<Arc<CertifiedKey>>, Error> {
        let Client { cert, key } = &self.cli.client;
        match (cert, key) {
            (Some(cert), Some(key)) => client::read(cert, key).map(Some),
            // clap wants both or none.
            _ => Ok(None),
        }
    }

    /// Begins to look at a target; `None` cannot be: a domain without what to ask it with.
    fn begin(
        &self,
        target: SubjectArg,
        mut options: Options,
        shared: &Shared,
        asking: Option<&Asking>,
    ) -> Option<Job> {
        options.probe.ehlo.clone_from(&shared.ehlo);
        options.probe.watch = shared.waiting.watch();
        let permits = Arc::clone(&shared.permits);
        let to_probe = options.clone();
        let options = Box::new(options);
        match target {
            SubjectArg::Host(target) => {
                let asked = Box::new(self.asked(&target));
                let (pacer, to_ask) = (Arc::clone(&shared.pacer), asked.clone());
                let asking = asking.filter(|_| self.cli.dane).cloned();
                // Boxed, as all that is large: else it is copied on the stack several times.
                let task = tokio::spawn(Box::pin(async move {
                    let _permit = permits.acquire().await;
                    let records = records(asking.as_ref(), &to_ask, &to_probe).await;
                    // What is proven is better than what the system's resolver says.
                    let known = records.as_ref().map(|records| records.0.all.clone());
                    let to_probe = Options {
                        known: known.filter(|known| !known.is_empty()),
                        ..to_probe
                    };
                    (surveys(&pacer, &to_ask, &to_probe).await, records)
                }));
                Some(Job::Host {
                    asked,
                    options,
                    task,
                })
            }
            SubjectArg::Domain(domain) => {
                let (asking, to_ask) = (asking?.clone(), domain.clone());
                let task = tokio::spawn(Box::pin(async move {
                    let _permit = permits.acquire().await;
                    asking.survey(&to_ask, &to_probe).await.map(Box::new)
                }));
                Some(Job::Domain {
                    domain,
                    options,
                    task,
                })
            }
        }
    }

    async fn end(
        &self,
        job: Job,
        waiting: &Waiting,
        client: Option<&Arc<CertifiedKey>>,
        of_domains: Option<&OfDomains>,
    ) -> Result<Reported, Error> {
        match job {
            Job::Host {
                asked,
                options,
                task,
            } => {
                let broke =
                    |why| Error::new(format!("the probe of {} broke: {why}", asked.endpoint));
                let (seen, records) = waiting.during(task).await.map_err(broke)?;
                waiting
                    .during(self.assessor.fetch(&seen, &asked, &options))
                    .await;
                let seen = match client {
                    Some(client) => {
                        let present = self.assessor.present(seen, &asked, &options, client);
                        Box::pin(present).await
                    }
                    None => seen,
                };
                let mut report = self.report(seen, &asked)?;
                if let Some(records) = &records {
                    self.assessor.note_dane(&mut report, records);
                }
                Ok(report.into())
            }
            Job::Domain {
                domain,
                options,
                task,
            } => {
                let broke = |why| Error::new(format!("the look at {} broke: {why}", domain.input));
                let seen = waiting.during(task).await.map_err(broke)??;
                let of = of_domains.ok_or_else(|| Error::new("no domain was asked for"))?;
                let assessor = of.assessor.as_ref().unwrap_or(&self.assessor);
                waiting
                    .during(assessor.fetch_for_domain(&seen, &options))
                    .await;
                let (input, known) = (&domain.input, (None, levels(self.cli).of_domains()));
                let report =
                    assessor.report_on_domain(input, &seen, &of.asking, known, Own::default());
                Ok(report.into())
            }
        }
    }

    fn report(&self, seen: Vec<Survey>, asked: &Asked) -> Result<Report, Error> {
        let mut report = self.assessor.report_on_all(seen, asked, |seen, asked| {
            self.assessor.assess(seen, asked, Own::default())
        })?;
        if let Some(least) = self.cli.pin_expires {
            self.assessor.note_pin(&mut report, asked, least);
        }
        self.note_expiry(&mut report);
        Ok(report)
    }
}

/// What the DNS has about a server, if that is asked for.
async fn records(
    asking: Option<&Asking>,
    asked: &Asked,
    options: &Options,
) -> Option<Box<Records>> {
    let (host, port) = (asked.endpoint.host.to_string(), asked.endpoint.port);
    Some(Box::new(asking?.records_of(&host, port, options).await?))
}

/// Looks at the one port of a target, or at several of its host in turns.
async fn surveys(pacer: &Arc<Pacer>, asked: &Asked, options: &Options) -> Vec<Survey> {
    match asked.endpoints() {
        None => vec![look(&asked.endpoint, options).await],
        Some(ports) => look_at_ports(pacer, &ports, options).await,
    }
}
