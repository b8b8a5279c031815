//! `openssl s_client` with the TLSA records of a host: whether one of them authenticates it.

use crate::case::Case;
use std::process::Command;
use testkit::dns::client::{self, Ask};

/// The port of the resolver.
const DNS: u16 = 53;

/// Whether the host `mx` is authenticated, by the records that the resolver has; none for a case
/// with another host, with an alias, or with several addresses, and where no record counts.
pub fn look(case: &Case) -> Option<(bool, String)> {
    if case.records.contains("mx CNAME") || case.records.contains("{AAAA ") {
        return None;
    }
    let host = case.full("mx");
    let records = records(&format!("_25._tcp.{host}"))?;
    let address = address(&host)?;
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-starttls", "smtp", "-brief"])
        // As Postfix sets it for DANE.
        .args(["-auth_level", "0"])
        .args(["-connect", &format!("{address}:25"), "-servername", &host])
        .args(["-dane_tlsa_domain", &host, "-dane_ee_no_namechecks"])
        .args([
            "-verify_return_error",
            "-no-CAfile",
            "-no-CApath",
            "-no-CAstore",
        ]);
    for record in &records {
        command.args(["-dane_tlsa_rrdata", record]);
    }
    let output = command.output().expect("openssl");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Some((said.contains("Verification: OK"), said))
}

/// The secure TLSA records there, as text, but those of usages 0 and 1: OpenSSL knows them, and mail
/// does not (RFC 7672 section 3.1.3).
fn records(name: &str) -> Option<Vec<String>> {
    let reply = client::ask(DNS, name, "TLSA", Ask::Checked)?;
    let answers = reply.answers.iter();
    let records = answers.filter(|record| record.record_type() == client::kind("TLSA"));
    let texts = records.map(|record| record.data.to_string());
    let records: Vec<String> = texts.filter(|text| !text.starts_with(['0', '1'])).collect();
    (reply.metadata.authentic_data && !records.is_empty()).then_some(records)
}

fn address(host: &str) -> Option<String> {
    let reply = client::ask(DNS, host, "A", Ask::Checked)?;
    let mut answers = reply.answers.iter();
    let found = answers.find(|record| record.record_type() == client::kind("A"));
    found.map(|record| record.data.to_string())
}
