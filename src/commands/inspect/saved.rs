//! `--chain`: judges a chain in a file, without any network.

use super::Setting;
use crate::certificate::Certificate;
use crate::commands::disk::chain;
use crate::commands::error::Error;
use crate::commands::terminal::print;
use crate::judge::{judge_chain, judge_clients};
use crate::observation::Staple;
use crate::report::{Assessment, Exit, Report, Target};
use std::path::Path;

impl Setting<'_> {
    pub(super) fn saved_chain(&self, path: &Path) -> Result<Exit, Error> {
        let chain: Vec<Certificate> = chain::read(path)?
            .into_iter()
            .map(Certificate::new)
            .collect();
        // clap requires it.
        let reference = self
            .cli
            .trust
            .servername
            .as_ref()
            .ok_or_else(|| Error::new("--servername is missing"))?;
        let anchors = self.assessor.anchors();
        let policy = self.assessor.offline_policy(anchors, reference);
        let mut judgement = judge_clients(
            &chain,
            &policy,
            Staple::NotSeen,
            judge_chain(&chain, &policy),
        );
        self.assessor.note_hash(&mut judgement);
        let label = chain::name(path).trim_matches('"').to_owned();
        let target = Target {
            input: label.clone(),
            host: None,
            port: None,
            label,
            protocol: None,
            tls: None,
            servername: reference.to_string(),
        };
        let look = Assessment {
            chain,
            judgement: Some(judgement),
            ..Assessment::default()
        };
        let mut report = Report {
            at_was_chosen: self.cli.at.is_some(),
            defaults: self.cli.trust.defaults.named.clone(),
            ..Report::single(target, look, self.assessor.now)
        };
        self.note_expiry(&mut report);
        let report = report.into();
        print(&self.render_one(&report))?;
        Ok(self.exit(&[report]))
    }
}
