//! The answers of all judges, domain by domain.

use super::{SENDERS, Word, exim, finger, openssl, policies, postfix};
use crate::case::Case;
use crate::lab::Lab;
use std::fmt;
use testkit::side_by_side::side_by_side;

/// What the judges say of a domain, each with its words.
pub struct Answers {
    /// Postfix' senders, in the order of [`SENDERS`].
    pub postfix: Vec<(Word, String)>,
    pub exim: (Word, String),
    /// posttls-finger with `dane` and with `dane-only`; none without TLSA records.
    pub finger: Option<[(Word, String); 2]>,
    /// posttls-finger at each address and type of key, where there are several: with DANE, and
    /// without.
    pub looks: [Vec<(Word, String)>; 2],
    /// Whether OpenSSL authenticates the host; none without TLSA records that count.
    pub openssl: Option<(bool, String)>,
    /// The state of MTA-STS.
    pub state: String,
}

/// Of all domains of a lab; `None` when the test must be skipped.
pub fn all(test: &str, lab: &Lab) -> Option<Vec<Answers>> {
    let domains: Vec<String> = lab.cases.iter().map(Case::domain).collect();
    let exim = exim::deliver(test, &domains)?;
    let postfix = SENDERS.map(|sender| {
        // The process ends there, and with it all other deliveries: posttls-finger speaks for it.
        let is_end = |case: &Case| sender == "dane" && case.ends_postfix();
        let sent = lab.cases.iter().filter(|case| !is_end(case));
        let sent: Vec<String> = sent.map(Case::domain).collect();
        let mut found = postfix::deliver(&lab.fleet, sender, &sent).into_iter();
        let of = |case: &Case| {
            let looked = is_end(case).then(|| finger::look(&lab.fleet, "dane", &case.domain()));
            looked.or_else(|| found.next())
        };
        let all: Vec<_> = lab.cases.iter().filter_map(of).collect();
        all
    });
    let states = policies::states(lab, &domains);
    let looks = side_by_side(&lab.cases, |case| looks(lab, case));
    let rest = exim.into_iter().zip(states).zip(looks);
    let answers = rest
        .enumerate()
        .map(|(place, ((exim, state), looks))| Answers {
            postfix: postfix.iter().map(|all| all[place].clone()).collect(),
            exim,
            state,
            ..looks
        });
    Some(answers.collect())
}

/// The answers of those that look at one domain, and send nothing.
fn looks(lab: &Lab, case: &Case) -> Answers {
    let domain = case.domain();
    let levels = |levels: [&str; 2]| levels.map(|level| finger::look(&lab.fleet, level, &domain));
    let has_tlsa = case.has_tlsa();
    Answers {
        postfix: Vec::new(),
        exim: (Word::Deferred, String::new()),
        finger: has_tlsa.then(|| levels(["dane", "dane-only"])),
        looks: ["dane", "may"].map(|level| finger::looks(&lab.fleet, level, case)),
        openssl: (has_tlsa && !case.ends_postfix())
            .then(|| openssl::look(case))
            .flatten(),
        state: String::new(),
    }
}

impl Answers {
    /// What a kind of sender does with the mail, in the order of [`SENDERS`]: the worst that Postfix
    /// meets at an address or with a type of key; with DANE Exim's answer, where it defers.
    pub fn sender(&self, kind: usize) -> Word {
        let looks: &[_] = match kind {
            1 if self.state == "enforce" => &[],
            kind => &self.looks[kind.min(1)],
        };
        let looks = looks.iter().map(|(word, _)| *word);
        let postfix = looks.fold(self.postfix[kind].0, Word::min);
        match self.exim.0 {
            Word::Deferred if kind == 0 => Word::Deferred,
            _ => postfix,
        }
    }
}

impl Answers {
    /// What is odd about these answers: the judges have one library, and the same records.
    pub fn odd(&self, case: &Case) -> Vec<String> {
        let mut odd = Vec::new();
        let Some([(dane, why), (only, _)]) = &self.finger else {
            return odd;
        };
        if case.records.contains("{AAAA ") || case.hosts() > 1 {
            // It stays with the first host, and with one address by chance; Postfix goes on.
            return odd;
        }
        // "Trusted": the host is, and the MX records that led there are not.
        let is_good = *dane == Word::Authenticated || why.contains(" Trusted TLS connection ");
        if *only != if is_good { *dane } else { Word::Deferred } {
            odd.push(format!("dane-only: {only:?}, dane: {dane:?}"));
        }
        let delivered = self.postfix[0].0;
        if *dane != delivered && delivered != Word::NoMail {
            odd.push(format!("posttls-finger: {dane:?}, Postfix: {delivered:?}"));
        }
        let openssl = self.openssl.as_ref().map(|(is_good, _)| *is_good);
        // OpenSSL is asked about the host, and about its name only.
        let is_apart =
            why.contains("address lookup failed") || case.records.contains("domain-name}");
        if openssl.is_some_and(|openssl| openssl != is_good) && !is_apart {
            odd.push(format!("posttls-finger: {dane:?}, OpenSSL: {openssl:?}"));
        }
        odd
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((word, why), sender) in self.postfix.iter().zip(SENDERS) {
            writeln!(f, "Postfix, {sender}: {word:?}\n{why}")?;
        }
        writeln!(f, "Exim: {:?}\n{}", self.exim.0, self.exim.1)?;
        let fingers = self
            .finger
            .iter()
            .flatten()
            .chain(self.looks.iter().flatten());
        for (word, why) in fingers {
            writeln!(f, "posttls-finger: {word:?}\n{why}")?;
        }
        if let Some((is_good, why)) = &self.openssl {
            writeln!(f, "openssl: {is_good}\n{why}")?;
        }
        writeln!(f, "mta-sts-query: {}", self.state)
    }
}
