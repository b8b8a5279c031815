//! A domain of the lab: its records, what is broken about them, its policy, and what comes of it.

use crate::web::Web;

/// Which zone a domain is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// It is signed.
    Signed,
    /// It is not signed.
    Open,
    /// Its signatures end in two days.
    TwoDays,
    /// They end today.
    Today,
    /// It has records that the presentation format cannot say.
    Odd,
    /// No server answers for it.
    Dead,
    /// That of the documents' domains.
    Org,
    /// Another of these.
    Net,
}

impl Zone {
    /// Its name, without the last dot.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signed => "signed.lab",
            Self::Open => "open.lab",
            Self::TwoDays => "two-days.lab",
            Self::Today => "today.lab",
            Self::Odd => "odd.lab",
            Self::Dead => "dead.lab",
            Self::Org => "org",
            Self::Net => "net",
        }
    }
}

/// A domain, and what is expected of it.
#[derive(Clone)]
pub struct Case {
    /// Its first label.
    pub name: String,
    /// Where it is.
    pub zone: Zone,
    /// Its records as lines of a zone file, with relative names. `{A LABEL}` is the address of a mail
    /// server, `{AAAA LABEL}` its address of IPv6, `{3 1 1 THING LABEL}` a TLSA record for what it
    /// presents (`records.rs`), `{domain}` the domain.
    pub records: String,
    /// Records whose signature is broken: the owner, relative, and the type.
    pub forged: Vec<(&'static str, &'static str)>,
    /// Names, relative, that are delegated to a server that does not have them.
    pub lost: Vec<&'static str>,
    /// How its policy is served.
    pub web: Option<Web>,
    /// `OUTCOME: DANE MTA-STS OPPORTUNISTIC`, in the words of reports.
    pub verdict: &'static str,
    /// The codes of its findings, each once; `!` is critical, `?` a note.
    pub codes: &'static str,
}

impl Case {
    /// A domain in the signed zone.
    pub fn new(name: &str, records: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            zone: Zone::Signed,
            records: records.into(),
            forged: Vec::new(),
            lost: Vec::new(),
            web: None,
            verdict: "",
            codes: "",
        }
    }

    /// A domain with one host, `mx`, at the server of that label, with these TLSA records.
    pub fn single(name: &str, server: &str, tlsa: &[&str]) -> Self {
        Self::new(name, format!("@ MX 10 mx\n{}", host("mx", server, tlsa)))
    }

    /// Whether Postfix ends with an error at its TLSA records.
    pub fn ends_postfix(&self) -> bool {
        let mut records = self.records.lines();
        records.any(|line| line.contains(" TYPE52 \\# 3 03") || line.contains(" TYPE52 \\# 3 02"))
    }

    /// In another zone.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// With further records.
    #[must_use]
    pub fn with(mut self, records: &str) -> Self {
        self.records += records;
        self
    }

    /// With a broken signature.
    #[must_use]
    pub fn forged(mut self, owner: &'static str, kind: &'static str) -> Self {
        self.forged.push((owner, kind));
        self
    }

    /// With a name that no server answers for.
    #[must_use]
    pub fn lost(mut self, name: &'static str) -> Self {
        self.lost.push(name);
        self
    }

    /// With an MTA-STS record and a policy of these lines.
    #[must_use]
    pub fn policy(self, lines: &str) -> Self {
        self.with("_mta-sts TXT \"v=STSv1; id=1\"\n")
            .web(Web::new(lines))
    }

    /// With a policy's host.
    #[must_use]
    pub fn web(mut self, web: Web) -> Self {
        let record = format!("mta-sts A {}\n", web.address());
        self.web = Some(web);
        self.with(&record)
    }

    /// What is expected.
    #[must_use]
    pub fn gets(mut self, verdict: &'static str, codes: &'static str) -> Self {
        self.verdict = verdict;
        self.codes = codes;
        self
    }

    /// Its full name, without the last dot.
    pub fn domain(&self) -> String {
        format!("{}.{}", self.name, self.zone.name())
    }

    /// A name of the domain in full, without the last dot; `@` is the domain.
    pub fn full(&self, owner: &str) -> String {
        match owner {
            "@" => self.domain(),
            owner => format!("{owner}.{}", self.domain()),
        }
    }

    /// Whether DANE may decide something.
    pub fn has_tlsa(&self) -> bool {
        self.records.contains("_25._tcp")
    }

    /// How many MX records there are.
    pub fn hosts(&self) -> usize {
        self.records.matches("@ MX ").count()
    }
}

/// The lines of a host at a server, with these TLSA records: `3 1 1 THING`, where the thing is of
/// that server.
pub fn host(name: &str, server: &str, tlsa: &[&str]) -> String {
    let records = tlsa
        .iter()
        .map(|record| format!("_25._tcp.{name} {{{record} {server}}}\n"));
    format!("{name} {{A {server}}}\n{}", records.collect::<String>())
}
