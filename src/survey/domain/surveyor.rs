//! Surveys domains: all questions side by side, and hosts that several domains have only once.

use super::addresses::{Addresses, alias_of};
use super::host::HostSurvey;
use super::hosts::Hosts;
use super::question::Asker;
use super::sts::StsSurvey;
use super::tlsa::TlsaSurvey;
use crate::endpoint::{MailDomain, Resolver};
use crate::records::mx::Exchange;
use crate::records::{RecordType, ResponseCode};
use crate::resolve::{Found, Lookups, absolute};
use crate::survey::options::Options;
use crate::survey::pace::Pacer;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The port that mail is transferred to.
const TRANSFER: u16 = 25;

/// What was found out about a domain.
#[derive(Clone, Debug)]
pub struct DomainSurvey {
    /// The domain.
    pub name: MailDomain,
    /// What its name is an alias of.
    pub alias_of: Option<String>,
    /// The answer about its MX records.
    pub mx: Found,
    /// Whether the name exists.
    pub exists: bool,
    /// Who takes its mail.
    pub exchange: Exchange,
    /// The hosts in the order of `exchange`; none if it is not known who they are.
    pub hosts: Vec<Arc<HostSurvey>>,
    /// Its MTA-STS policy; `None`: it was not asked for.
    pub mta_sts: Option<StsSurvey>,
    /// The answer about where senders report to.
    pub tlsrpt: Found,
    /// How long it took.
    pub elapsed: Duration,
}

/// What is wanted of a domain.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Its MTA-STS policy.
    pub mta_sts: bool,
    /// The time for signatures, in seconds since 1970.
    pub now: u32,
}

/// The domains of a run, and what they share.
#[derive(Clone, Debug)]
pub struct Domains {
    lookups: Arc<Lookups>,
    pacer: Arc<Pacer>,
    hosts: Arc<Hosts>,
    in_turns: bool,
}

impl Domains {
    /// Domains whose names are looked up so, and whose hosts are met at this pace.
    pub fn new(lookups: Arc<Lookups>, pacer: Arc<Pacer>) -> Self {
        Self {
            lookups,
            pacer,
            hosts: Arc::default(),
            in_turns: false,
        }
    }

    /// The same for a list, where a host may wait long for its turn: the deadline of a domain bounds its
    /// own questions, that of a host its questions, and each look has the whole one from its turn on. A
    /// busy host is tried again.
    #[must_use]
    pub fn of_a_list(self) -> Self {
        Self {
            in_turns: true,
            ..self
        }
    }

    /// Surveys a domain. One deadline, that of the options, bounds its questions, and the looks at each
    /// host that waits for no other domain.
    pub async fn survey(
        &self,
        domain: &MailDomain,
        options: &Options,
        wanted: Wanted,
    ) -> Result<DomainSurvey, String> {
        let asker = self.asker(options, wanted.now);
        let watch = options.probe.watch.as_ref();
        let whom = format!("the domain {domain}");
        let _watched = watch.map(|watch| watch.begin(whom, asker.since, asker.within));
        let reports = absolute(&format!("_smtp._tls.{domain}"))?;
        let (exchange, mta_sts, tlsrpt) = tokio::join!(
            self.exchange(domain, &asker, options),
            async {
                if !wanted.mta_sts {
                    return None;
                }
                StsSurvey::of(domain, &asker, &self.pacer, options).await
            },
            asker.records(&reports, RecordType::TXT),
        );
        let (mx, exchange, hosts) = exchange?;
        Ok(DomainSurvey {
            name: domain.clone(),
            alias_of: alias_of(&mx.answer),
            exists: exists(&mx),
            mx,
            exchange,
            hosts,
            mta_sts,
            tlsrpt,
            elapsed: asker.since.elapsed(),
        })
    }

    /// What the DNS has about a host for DANE; `None`: no name of the DNS is written so.
    pub async fn records_of(
        &self,
        host: &str,
        port: u16,
        options: &Options,
        now: u32,
    ) -> Option<(Addresses, TlsaSurvey)> {
        let asker = self.asker(options, now);
        let watch = options.probe.watch.as_ref();
        let whom = format!("the TLSA records of {host}");
        let _watched = watch.map(|watch| watch.begin(whom, asker.since, asker.within));
        let addresses = Addresses::of(&asker, &absolute(host).ok()?, options.family).await;
        let tlsa = TlsaSurvey::of(&asker, host, &addresses, port).await;
        Some((addresses, tlsa))
    }

    fn asker(&self, options: &Options, now: u32) -> Asker {
        Asker {
            lookups: Arc::clone(&self.lookups),
            now,
            since: Instant::now(),
            within: options.probe.timeout,
            in_turns: self.in_turns,
        }
    }

    /// Who takes the mail, and what these hosts show.
    async fn exchange(
        &self,
        domain: &MailDomain,
        asker: &Asker,
        options: &Options,
    ) -> Result<(Found, Exchange, Vec<Arc<HostSurvey>>), String> {
        let mx = asker
            .records(&absolute(domain.as_str())?, RecordType::MX)
            .await;
        let exchange = Exchange::of(domain.as_str(), &mx.answer.mx());
        let is_known = mx.answer.status.is_known();
        let hosts = match &exchange {
            Exchange::Hosts(hosts) if is_known && exists(&mx) => hosts.records.as_slice(),
            _ => &[],
        };
        let mut running = JoinSet::new();
        for (place, record) in hosts.iter().enumerate() {
            let (all, asker, options) = (self.clone(), asker.clone(), options.clone());
            let host = record.host.clone();
            running.spawn(async move {
                let host = all.hosts.get(&host, TRANSFER, &asker, &all.pacer, &options);
                (place, host.await)
            });
        }
        let mut hosts = running.join_all().await;
        hosts.sort_by_key(|(place, _)| *place);
        let hosts = hosts.into_iter().map(|(_, host)| host).collect();
        Ok((mx, exchange, hosts))
    }
}

fn exists(mx: &Found) -> bool {
    mx.answer.rcode != Some(ResponseCode::NXDomain)
}

impl DomainSurvey {
    /// The resolvers that were heard, each once.
    pub fn heard(&self) -> Vec<Resolver> {
        let hosts = self.hosts.iter().flat_map(|host| host.heard());
        let policy = self.mta_sts.iter().flat_map(|sts| &sts.found.heard);
        let own = self.mx.heard.iter().chain(&self.tlsrpt.heard).chain(policy);
        let mut heard: Vec<Resolver> = Vec::new();
        for one in own.chain(hosts) {
            if !heard.contains(one) {
                heard.push(*one);
            }
        }
        heard
    }
}
