//! The names of the leaf, and every certificate by itself.

use super::names::{all_names, all_sans};
use super::page::Page;
use crate::certificate::{Certificate, Facts};
use crate::render::timestamp::timestamp;
use crate::report::Report;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

impl Page {
    pub(super) fn leaf_details(&mut self, report: &Report) {
        if let Some(Ok(facts)) = report.leaf().map(Certificate::facts) {
            self.heading("Server's certificate");
            self.fact("names", &self.names(facts));
            // With all facts of every certificate, they are there.
            if !self.style.verbose {
                self.fact("issuer", &facts.issuer.to_string());
                self.fact("valid from", &facts.not_before.date().to_string());
                self.fact("serial", &facts.serial);
            }
        }
        if self.style.verbose {
            for (index, certificate) in report.chain().iter().enumerate() {
                self.certificate(index, certificate);
            }
        }
    }

    fn names(&self, facts: &Facts) -> String {
        const MOST: usize = 8;
        let names = all_sans(facts);
        if names.is_empty() {
            return "none (no subject alternative name)".to_owned();
        }
        let most = if self.style.verbose {
            names.len()
        } else {
            MOST
        };
        let shown: Vec<&str> = names.iter().take(most).map(String::as_str).collect();
        let more = match names.len().saturating_sub(most) {
            0 => String::new(),
            more => format!(" and {more} more (-v shows all)"),
        };
        format!("{}{more}", shown.join(", "))
    }

    /// The certificate by itself, with all its facts.
    fn certificate(&mut self, index: usize, certificate: &Certificate) {
        self.heading(&format!("Certificate {index}"));
        let facts = certificate.facts();
        if let Err(why) = facts {
            self.fact("unparsable", &why.why);
        }
        let fields = certificate.fields();
        if let Some(subject) = fields.subject {
            self.fact("subject", &subject.to_string());
        }
        if let Some(issuer) = fields.issuer {
            self.fact("issuer", &issuer.to_string());
        }
        if let Some(serial) = fields.serial {
            self.fact("serial", serial);
        }
        if let Some((from, until)) = fields.validity {
            self.fact("valid from", &timestamp(from));
            self.fact("valid until", &timestamp(until));
        }
        // The table of the chain has the key of a certificate that parses.
        if let Some(key) = fields.public_key.filter(|_| facts.is_err()) {
            self.fact("key", &key.describe());
        }
        // The names of a leaf that parses are shown above.
        if let Some(sans) = fields.sans.filter(|_| index > 0 || facts.is_err()) {
            self.fact("names", &all_names(sans).join(", "));
        }
        if let Ok(facts) = facts {
            self.extensions(facts);
        }
    }

    fn extensions(&mut self, facts: &Facts) {
        if let Some(constraints) = facts.basic_constraints {
            let length = constraints
                .path_len
                .map_or(String::new(), |n| format!(", path length {n}"));
            self.fact(
                "CA",
                &format!("{}{length}", if constraints.ca { "yes" } else { "no" }),
            );
        }
        if let Some(usage) = facts.key_usage {
            self.fact("key usage", &usage.names().join(", "));
        }
        if let Some(usage) = &facts.extended_key_usage {
            self.fact("ext. key usage", &usage.purposes.join(", "));
        }
        if facts.must_staple {
            self.fact("TLS feature", "status_request (must-staple)");
        }
        self.fact("key id", facts.ski.as_deref().unwrap_or("none"));
        self.fact("issuer key id", facts.aki.as_deref().unwrap_or("none"));
        self.fact("SCTs (CT)", &facts.scts.len().to_string());
        for one in &facts.scts {
            let at = one.at.map_or_else(|| "no date".to_owned(), timestamp);
            let log = BASE64_STANDARD.encode(one.log_id);
            self.fact("", &format!("{at}, log {log}"));
        }
    }
}
