//! JSON for programs. The types here are the format: `docs/report.schema.json` describes them,
//! and they are stable: fields may be added, not changed.

use super::timestamp::timestamp;
use crate::audit::Audited;
use crate::certificate::{
    BasicConstraints, Certificate, Facts, Idn, KeyUsage, Name, PublicKey, Sans, pem,
};
use crate::escape::{is_plain, is_unsafe};
use crate::finding::Finding;
use crate::fingerprint::Algorithm;
use crate::hgrc::Source;
use crate::judge::Judgement;
use crate::mercurial::{Decision, Lint};
use crate::observation::{ClientCertificate, Failure, Possession, Sighting, Staple, Step};
use crate::report::{Assessment, Pins, Report};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;

/// One object for one report, an array for several; ends in a line feed.
pub fn render(reports: &[Report]) -> String {
    match reports {
        [report] => to_text(&ReportJson::from(report)),
        reports => to_text(&reports.iter().map(ReportJson::from).collect::<Vec<_>>()),
    }
}

/// A report with what the audit adds, on one line; ends in a line feed.
pub fn line(audited: &Audited) -> String {
    let findings = audited.findings.iter().map(|finding| AuditFindingJson {
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        certificate: finding.certificate,
        message: finding.message.clone(),
        advice: finding.advice.clone().into_owned(),
    });
    let left_out = audited.left_out.iter().map(|left| LeftOutJson {
        code: left.code.as_str(),
        severity: left.severity.as_str(),
        accepted: left.accepted,
    });
    let changes = audited.changes.as_ref();
    let report = &audited.report;
    let several = report.has_several_addresses();
    let report = ReportJson {
        label: audited.label.clone(),
        findings: Some(findings.collect()),
        left_out: (!audited.left_out.is_empty()).then(|| left_out.collect()),
        changes: changes.map(|changes| changes.iter().map(|change| change.as_str()).collect()),
        addresses: several.then(|| addresses(report)),
        addresses_left_out: several.then_some(report.skipped.left_out),
        ..ReportJson::from(report)
    };
    to_text_as(&report, CompactFormatter)
}

/// Every address of the name, sorted.
fn addresses(report: &Report) -> Vec<AddressJson> {
    let seen = report.looks();
    let seen = seen.map(|look| (look.address(), AddressJson::from(look)));
    let unseen = report.skipped.no_route.iter();
    let unseen = unseen.map(|address| (Some(*address), AddressJson::no_route(*address)));
    let mut all: Vec<_> = seen.chain(unseen).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, address)| address).collect()
}

/// An array of lints, as in a report; ends in a line feed.
pub fn lints(lints: &[Lint]) -> String {
    to_text(&lints.iter().map(LintJson::from).collect::<Vec<_>>())
}

fn to_text(value: &impl Serialize) -> String {
    to_text_as(value, PrettyFormatter::new())
}

fn to_text_as(value: &impl Serialize, formatter: impl Formatter) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Escaping(formatter));
    // Neither step can fail: the types have string keys only, a vector takes all bytes, and
    // serde_json writes UTF-8.
    let written = value.serialize(&mut serializer);
    debug_assert!(written.is_ok());
    let mut text = String::from_utf8(out).unwrap_or_default();
    text.push('\n');
    text
}

/// Writes what must not reach a terminal as `\u` escapes, also where JSON does not ask for it.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if is_plain(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, found)) = rest.char_indices().find(|&(_, c)| is_unsafe(c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in found.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + found.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[derive(Serialize)]
struct ReportJson {
    schema: u32,
    target: TargetJson,
    outcome: &'static str,
    judged_at: String,
    error: Option<ErrorJson>,
    connection: Option<ConnectionJson>,
    chain: Vec<CertificateJson>,
    validation: Option<ValidationJson>,
    clients: Vec<ClientJson>,
    pins: PinsJson,
    mercurial: Option<MercurialJson>,
    lint: Vec<LintJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<AuditFindingJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<Vec<LeftOutJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<Vec<AddressJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses_left_out: Option<usize>,
}

/// A finding that was left out.
#[derive(Serialize)]
struct LeftOutJson {
    code: &'static str,
    severity: &'static str,
    accepted: bool,
}

/// One of several addresses of a name, in an audit.
#[derive(Serialize)]
struct AddressJson {
    address: Option<String>,
    outcome: Option<&'static str>,
    error: Option<ErrorJson>,
    tls_version: Option<String>,
    key_proven: Option<bool>,
    sha256: Option<String>,
    spki_sha256: Option<String>,
    issuer: Option<String>,
    not_after: Option<String>,
    problems: Vec<&'static str>,
}

/// A finding of an audit.
#[derive(Serialize)]
struct AuditFindingJson {
    code: &'static str,
    severity: &'static str,
    certificate: Option<usize>,
    message: String,
    advice: String,
}

#[derive(Serialize)]
struct LintJson {
    code: &'static str,
    key: String,
    source: String,
    other: Option<String>,
    message: String,
    advice: String,
}

#[derive(Serialize)]
struct PinsJson {
    configured: Vec<PinJson>,
    matched: Option<bool>,
}

#[derive(Serialize)]
struct PinJson {
    value: String,
    key: String,
    source: String,
}

#[derive(Serialize)]
struct MercurialJson {
    accepts: Option<bool>,
    decided_by: &'static str,
    lines: Vec<LineJson>,
    reason: String,
    hg_version: Option<String>,
}

#[derive(Serialize)]
struct LineJson {
    file: String,
    line: usize,
    key: String,
}

#[derive(Serialize)]
struct TargetJson {
    input: String,
    host: Option<String>,
    port: Option<u16>,
    tls: Option<&'static str>,
    servername: String,
}

#[derive(Serialize)]
struct ErrorJson {
    step: String,
    code: &'static str,
    message: String,
    advice: &'static str,
}

#[derive(Serialize)]
struct ConnectionJson {
    address: Option<String>,
    attempts: Vec<AttemptJson>,
    greeting: Option<String>,
    capabilities: Vec<String>,
    tls_version: Option<String>,
    cipher_suite: Option<String>,
    key_exchange: Option<String>,
    key_proven: bool,
    legacy: bool,
    small_hello: bool,
    ocsp_stapled: Option<bool>,
    client_certificate: &'static str,
    round_trips: u32,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct AttemptJson {
    address: String,
    error: Option<String>,
}

/// Of a certificate that could not be parsed, the fields that cannot be read are null; `parse_error`
/// says why.
#[derive(Serialize)]
struct CertificateJson {
    subject: Option<String>,
    issuer: Option<String>,
    serial: Option<String>,
    version: Option<u32>,
    not_before: Option<String>,
    not_after: Option<String>,
    sans: Option<SansJson>,
    idn: Vec<IdnJson>,
    public_key: Option<PublicKeyJson>,
    signature_algorithm: Option<String>,
    is_ca: Option<bool>,
    path_length: Option<u32>,
    key_usage: Option<Vec<&'static str>>,
    extended_key_usage: Option<Vec<String>>,
    must_staple: Option<bool>,
    subject_key_id: Option<String>,
    authority_key_id: Option<String>,
    ca_issuers: Vec<String>,
    sct_count: Option<usize>,
    self_issued: Option<bool>,
    self_signed: Option<bool>,
    fingerprints: FingerprintsJson,
    spki_sha256: Option<String>,
    size: usize,
    parse_error: Option<String>,
    pem: String,
}

#[derive(Serialize)]
struct SansJson {
    dns: Vec<String>,
    ip: Vec<String>,
    email: Vec<String>,
    uri: Vec<String>,
    other: Vec<OtherSanJson>,
}

#[derive(Serialize)]
struct IdnJson {
    ascii: String,
    unicode: String,
}

#[derive(Serialize)]
struct OtherSanJson {
    kind: &'static str,
    value: String,
}

#[derive(Serialize)]
struct PublicKeyJson {
    algorithm: String,
    bits: Option<u32>,
    curve: Option<String>,
}

#[derive(Serialize)]
struct FingerprintsJson {
    sha1: String,
    sha256: String,
    sha512: String,
}

#[derive(Serialize)]
struct ValidationJson {
    trusted: bool,
    path: Vec<PathMemberJson>,
    anchor: Option<AnchorJson>,
    problems: Vec<FindingJson>,
    notes: Vec<FindingJson>,
}

/// How a family of clients would judge chain and name.
#[derive(Serialize)]
struct ClientJson {
    family: &'static str,
    accepts: Option<bool>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct PathMemberJson {
    subject: String,
    fingerprint_sha256: String,
}

#[derive(Serialize)]
struct AnchorJson {
    subject: String,
    fingerprint_sha256: String,
    source: String,
}

#[derive(Serialize)]
struct FindingJson {
    code: &'static str,
    certificate: Option<usize>,
    message: String,
    advice: Cow<'static, str>,
}

impl From<&Report> for ReportJson {
    fn from(report: &Report) -> Self {
        let failure = report.failure();
        Self {
            schema: 1,
            target: TargetJson {
                input: report.target.input.clone(),
                host: report.target.host.clone(),
                port: report.target.port,
                tls: report.target.tls.map(crate::endpoint::Start::as_str),
                servername: report.target.servername.clone(),
            },
            outcome: report.outcome().as_str(),
            judged_at: timestamp(report.at),
            error: failure.map(ErrorJson::from),
            connection: report.seen().map(ConnectionJson::from),
            chain: report.chain().iter().map(CertificateJson::from).collect(),
            validation: report.judgement().map(ValidationJson::from),
            clients: clients(report),
            pins: PinsJson::from(report.pins()),
            mercurial: report.mercurial().map(MercurialJson::from),
            lint: report.lints().iter().map(LintJson::from).collect(),
            label: None,
            findings: None,
            left_out: None,
            changes: None,
            addresses: None,
            addresses_left_out: None,
        }
    }
}

fn clients(report: &Report) -> Vec<ClientJson> {
    let clients = report.judgement().into_iter().flat_map(|j| &j.clients);
    clients
        .map(|(family, verdict)| ClientJson {
            family: family.as_str(),
            accepts: verdict.answer.accepts(),
            reason: (!verdict.reason.is_empty()).then(|| verdict.reason.clone()),
        })
        .collect()
}

impl AddressJson {
    fn no_route(address: SocketAddr) -> Self {
        Self {
            address: Some(address.to_string()),
            outcome: None,
            error: Some(ErrorJson {
                step: Step::Connect.to_string(),
                code: "no-route",
                message: "this machine has no route to it".to_owned(),
                advice: "try from a machine that has",
            }),
            tls_version: None,
            key_proven: None,
            sha256: None,
            spki_sha256: None,
            issuer: None,
            not_after: None,
            problems: Vec::new(),
        }
    }
}

impl From<&Assessment> for AddressJson {
    fn from(look: &Assessment) -> Self {
        let seen = look.seen.as_ref();
        let leaf = look.leaf();
        let facts = leaf.and_then(|leaf| leaf.facts().ok());
        let problems = look.problems().iter();
        Self {
            address: seen.and_then(|seen| Some(seen.peer()?.to_string())),
            outcome: Some(look.outcome().as_str()),
            error: seen.and_then(|seen| seen.failure.as_ref().map(ErrorJson::from)),
            tls_version: seen.and_then(|seen| Some(seen.tls.as_ref()?.version.clone())),
            key_proven: seen
                .filter(|_| leaf.is_some())
                .map(|seen| seen.possession == Possession::Proven),
            sha256: leaf.map(|leaf| leaf.fingerprint(Algorithm::Sha256).hex()),
            spki_sha256: leaf.and_then(|leaf| leaf.spki_sha256().map(|key| key.hex())),
            issuer: facts.map(|facts| facts.issuer.to_string()),
            not_after: facts.map(|facts| timestamp(facts.not_after)),
            problems: problems.map(|problem| problem.code.as_str()).collect(),
        }
    }
}

impl From<&Lint> for LintJson {
    fn from(lint: &Lint) -> Self {
        Self {
            code: lint.code.as_str(),
            key: lint.line.key.clone(),
            source: lint.line.place(),
            other: lint.other.as_ref().map(Source::to_string),
            message: lint.message.clone(),
            advice: lint.advice.clone(),
        }
    }
}

impl From<&Pins> for PinsJson {
    fn from(pins: &Pins) -> Self {
        let configured = pins.configured.iter().map(|pin| PinJson {
            value: pin.value.clone(),
            key: pin.line.key.clone(),
            source: pin.line.place(),
        });
        Self {
            configured: configured.collect(),
            matched: pins.matched,
        }
    }
}

impl From<&Decision> for MercurialJson {
    fn from(decision: &Decision) -> Self {
        let lines = decision.lines.iter().map(|line| LineJson {
            file: line.source.file.display().to_string(),
            line: line.source.line,
            key: line.key.clone(),
        });
        Self {
            accepts: decision.answer.accepts(),
            decided_by: decision.decided_by.as_str(),
            lines: lines.collect(),
            reason: decision.reason.clone(),
            hg_version: decision.hg_version.clone(),
        }
    }
}

impl From<&Failure> for ErrorJson {
    fn from(failure: &Failure) -> Self {
        Self {
            step: failure.step.to_string(),
            code: failure.code().as_str(),
            message: failure.to_string(),
            advice: failure.advice(),
        }
    }
}

impl From<&Sighting> for ConnectionJson {
    fn from(seen: &Sighting) -> Self {
        let tls = seen.tls.as_ref();
        Self {
            address: seen.address.map(|address| address.to_string()),
            attempts: seen
                .attempts
                .iter()
                .map(|attempt| AttemptJson {
                    address: attempt.address.to_string(),
                    error: attempt.error.as_ref().map(ToString::to_string),
                })
                .collect(),
            greeting: seen.greeting.as_ref().map(|reply| reply.lines.join("\n")),
            capabilities: seen
                .capabilities
                .iter()
                .flat_map(|reply| reply.lines.iter().skip(1).cloned())
                .collect(),
            tls_version: tls.map(|tls| tls.version.clone()),
            cipher_suite: tls.map(|tls| tls.cipher_suite.clone()),
            key_exchange: tls.and_then(|tls| tls.key_exchange.clone()),
            key_proven: seen.possession == Possession::Proven,
            legacy: seen.legacy,
            small_hello: seen.small_hello,
            ocsp_stapled: match seen.staple {
                Staple::NotSeen => None,
                Staple::Missing => Some(false),
                Staple::Stapled => Some(true),
            },
            client_certificate: match seen.client_certificate {
                ClientCertificate::NotAsked => "not-asked",
                ClientCertificate::Asked => "asked",
                ClientCertificate::Required => "required",
            },
            round_trips: seen.round_trips,
            elapsed_ms: u64::try_from(seen.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl From<&Certificate> for CertificateJson {
    fn from(certificate: &Certificate) -> Self {
        let facts = certificate.facts().ok();
        let remains = certificate.facts().err().map(|why| &*why.remains);
        let digest = |algorithm| certificate.fingerprint(algorithm).hex();
        let validity = facts
            .map(|facts| (facts.not_before, facts.not_after))
            .or_else(|| remains.and_then(|remains| remains.validity));
        let public_key = facts
            .map(|facts| &facts.public_key)
            .or_else(|| remains.and_then(|remains| remains.public_key.as_ref()));
        Self {
            subject: facts
                .map(|facts| &facts.subject)
                .or_else(|| remains.and_then(|remains| remains.subject.as_ref()))
                .map(Name::to_string),
            issuer: facts
                .map(|facts| &facts.issuer)
                .or_else(|| remains.and_then(|remains| remains.issuer.as_ref()))
                .map(Name::to_string),
            serial: facts
                .map(|facts| facts.serial.clone())
                .or_else(|| remains.and_then(|remains| remains.serial.clone())),
            version: facts.map(|facts| facts.version),
            not_before: validity.map(|(from, _)| timestamp(from)),
            not_after: validity.map(|(_, until)| timestamp(until)),
            sans: match facts {
                Some(facts) => Some(SansJson::from(facts.sans.as_ref())),
                None => remains
                    .and_then(|remains| remains.sans.as_ref())
                    .map(|sans| SansJson::from(Some(sans))),
            },
            idn: facts
                .map(|facts| facts.idns().into_iter().map(IdnJson::from).collect())
                .unwrap_or_default(),
            public_key: public_key.map(PublicKeyJson::from),
            signature_algorithm: facts
                .map(|facts| facts.signature_algorithm.clone())
                .or_else(|| remains.and_then(|remains| remains.signature_algorithm.clone())),
            is_ca: facts.map(Facts::is_ca),
            path_length: facts
                .and_then(|facts| facts.basic_constraints)
                .and_then(|constraints: BasicConstraints| constraints.path_len),
            key_usage: facts.and_then(|facts| facts.key_usage).map(KeyUsage::names),
            extended_key_usage: facts
                .and_then(|facts| facts.extended_key_usage.as_ref())
                .map(|usage| usage.purposes.clone()),
            must_staple: facts.map(|facts| facts.must_staple),
            subject_key_id: facts.and_then(|facts| facts.ski.clone()),
            authority_key_id: facts.and_then(|facts| facts.aki.clone()),
            ca_issuers: facts
                .map(|facts| facts.ca_issuers.clone())
                .unwrap_or_default(),
            sct_count: facts.map(|facts| facts.sct_count),
            self_issued: facts.map(|facts| facts.self_issued),
            self_signed: facts.and_then(|facts| facts.self_signed),
            fingerprints: FingerprintsJson {
                sha1: digest(Algorithm::Sha1),
                sha256: digest(Algorithm::Sha256),
                sha512: digest(Algorithm::Sha512),
            },
            spki_sha256: certificate.spki_sha256().map(|digest| digest.hex()),
            size: certificate.der().len(),
            parse_error: certificate.facts().err().map(ToString::to_string),
            pem: pem::write(certificate.der()),
        }
    }
}

impl From<Option<&Sans>> for SansJson {
    fn from(sans: Option<&Sans>) -> Self {
        let sans = sans.cloned().unwrap_or_default();
        Self {
            dns: sans.dns,
            ip: sans.ip.iter().map(ToString::to_string).collect(),
            email: sans.email,
            uri: sans.uri,
            other: sans
                .other
                .into_iter()
                .map(|other| OtherSanJson {
                    kind: other.0,
                    value: other.1,
                })
                .collect(),
        }
    }
}

impl From<Idn> for IdnJson {
    fn from(idn: Idn) -> Self {
        Self {
            ascii: idn.ascii,
            unicode: idn.unicode,
        }
    }
}

impl From<&PublicKey> for PublicKeyJson {
    fn from(key: &PublicKey) -> Self {
        Self {
            algorithm: key.algorithm.clone(),
            bits: key.bits,
            curve: key.curve.clone(),
        }
    }
}

impl From<&Judgement> for ValidationJson {
    fn from(judgement: &Judgement) -> Self {
        let subject = |certificate: &Certificate| match certificate.facts() {
            Ok(facts) => facts.subject.to_string(),
            Err(_) => String::new(),
        };
        let sha256 = |certificate: &Certificate| certificate.fingerprint(Algorithm::Sha256).hex();
        Self {
            trusted: judgement.is_trusted(),
            path: judgement
                .path
                .iter()
                .map(|certificate| PathMemberJson {
                    subject: subject(certificate),
                    fingerprint_sha256: sha256(certificate),
                })
                .collect(),
            anchor: judgement.anchor.as_ref().map(|anchor| {
                let certificate = anchor.certificate();
                AnchorJson {
                    subject: subject(certificate),
                    fingerprint_sha256: sha256(certificate),
                    source: anchor.source.clone(),
                }
            }),
            problems: judgement.problems.iter().map(FindingJson::from).collect(),
            notes: judgement.notes.iter().map(FindingJson::from).collect(),
        }
    }
}

impl From<&Finding> for FindingJson {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.as_str(),
            certificate: finding.certificate,
            message: finding.message.clone(),
            advice: finding.advice.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_escaped_and_read_back_whole() {
        for text in [
            "plain ü",
            "\x1b[2J\x7f\u{9b}",
            "a\u{202e}b\u{200b}",
            "\u{e0041}",
            "\"\\\n",
            "",
        ] {
            let json = to_text(&text);
            assert!(!json.trim_end().contains(is_unsafe), "{json}");
            assert_eq!(
                serde_json::from_str::<String>(&json).ok().as_deref(),
                Some(text)
            );
        }
        assert_eq!(to_text(&"\u{202e}"), "\"\\u202e\"\n");
    }
}
