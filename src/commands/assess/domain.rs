//! Turns what was found out about a domain into facts to judge, judges them, and makes the report.

use super::asked::Asked;
use super::assessor::Assessor;
use super::own::Own;
use crate::commands::domain::Asking;
use crate::commands::environment;
use crate::endpoint::Start;
use crate::judge::domain::{
    Body, Domain, FetchFacts, Fetched, KnownPolicy, Levels, Lookup, MtaSts, Validity, distrust,
    judge_domain,
};
use crate::records::tlsrpt::TlsRpt;
use crate::report::{Assessment, DomainReport};
use crate::survey::{DomainSurvey, PolicyLook, StsSurvey, policy_url};

impl Assessor {
    /// The report on a domain; `known` is its policy as an earlier report has it, `levels` when a
    /// certificate expires soon.
    pub(in crate::commands) fn report_on_domain(
        &self,
        input: &str,
        survey: &DomainSurvey,
        asking: &Asking,
        (known, levels): (Option<KnownPolicy>, Levels),
        own: Own<'_>,
    ) -> DomainReport {
        let hosts = survey.hosts.iter().map(|host| self.mail_host(host, own));
        let (hosts, reports) = hosts.unzip();
        let sts = survey.mta_sts.as_ref();
        let name = survey.name.to_string();
        let facts = Domain {
            alias_of: survey.alias_of.clone(),
            mx: Lookup::of(&survey.mx.answer),
            exists: survey.exists,
            exchange: survey.exchange.clone(),
            hosts,
            mta_sts: sts.map(|sts| self.mta_sts(&name, sts, known, own)),
            tlsrpt: (
                Lookup::of(&survey.tlsrpt.answer),
                TlsRpt::read(&survey.tlsrpt.answer.texts()),
            ),
            now: self.now,
            levels,
            required: asking.required,
            name,
        };
        DomainReport {
            input: input.to_owned(),
            verdict: judge_domain(&facts),
            facts,
            hosts: reports,
            dns: asking.dns(survey),
            at: self.now,
            at_was_chosen: false,
            defaults: self.defaults.clone(),
            checked_at: Some(environment::now()),
            elapsed: survey.elapsed,
        }
    }

    /// What is known of a policy. It counts only from a host that is trusted for its name.
    fn mta_sts(
        &self,
        domain: &str,
        survey: &StsSurvey,
        known: Option<KnownPolicy>,
        own: Own<'_>,
    ) -> MtaSts {
        let look = survey.look.as_ref();
        let host = look.and_then(|look| {
            let asked = policy_host(domain)?;
            Some(self.assess(look.seen.clone(), &asked, own))
        });
        let judgement = host.as_ref().and_then(|host| host.judgement.as_ref());
        let fetched = look.map(|look| Fetched::of(body(look), judgement.and_then(distrust)));
        let facts = |(look, fetched): (&PolicyLook, &Fetched)| {
            FetchFacts::of(look.seen.address, look.status, fetched)
        };
        let leaf = host.as_ref().and_then(Assessment::leaf);
        MtaSts {
            lookup: Lookup::of(&survey.found.answer),
            records: survey.records.clone(),
            fetch: look.zip(fetched.as_ref()).map(facts),
            fetched,
            host_validity: leaf.and_then(Validity::of),
            known,
        }
    }
}

fn body(look: &PolicyLook) -> Result<Body<'_>, String> {
    let document = look.answer.as_ref().map_err(ToString::to_string)?;
    Ok(Body {
        content_type: document.content_type.as_deref(),
        content: &document.content,
    })
}

/// The host of a policy as a target.
fn policy_host(domain: &str) -> Option<Asked> {
    let url = policy_url(domain)?;
    Some(Asked::host(&url.host, url.port, Start::Implicit))
}
