//! From the question to the answer, alias by alias: each link and the end are judged by the zone
//! that holds their name.

use super::alias::{Found, end, follow};
use super::answer::{Answer, Link};
use super::bounds::ALIASES;
use super::evidence::is_denial;
use super::judge::{negative, positive};
use super::question::Question;
use super::reason::{Cause, Reason};
use super::replies::Wait;
use super::rr_set::{RrSet, Section, sets};
use super::status::Status;
use super::verdict::Verdict;
use super::work::Work;
use super::zone::Path;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::CNAME;
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// Judges the answer to a question, as far as there are replies.
pub(super) fn chase(work: &mut Work<'_>, question: &Question) -> Wait<Answer> {
    let mut chase = Chase::new(question);
    if !is_judged(question.kind) {
        return Ok(chase.without_reply(Cause::NotJudged));
    }
    loop {
        let message = match work.replies.get(&chase.source)? {
            Ok(message) => message,
            Err(cause) => return Ok(chase.without_reply(cause)),
        };
        if let Some(answer) = chase.read(work, &message)? {
            return Ok(answer);
        }
    }
}

/// Types that are not those of records (RFC 6895 3.1), and RRSIG, which nothing signs.
fn is_judged(kind: RecordType) -> bool {
    let is_query = (128..256).contains(&u16::from(kind));
    !is_query && !matches!(kind, RecordType::RRSIG | RecordType::OPT | RecordType::SIG)
}

struct Chase<'q> {
    question: &'q Question,
    /// The question to which the reply at hand belongs.
    source: Question,
    /// The name at which the aliases have arrived.
    name: Name,
    links: Vec<Link>,
    /// What is proven so far.
    verdict: Verdict,
}

impl<'q> Chase<'q> {
    fn new(question: &'q Question) -> Self {
        Self {
            question,
            source: question.clone(),
            name: question.name.clone(),
            links: Vec::new(),
            verdict: Verdict::secure(Path::default()),
        }
    }

    /// Follows the aliases in a reply. Without an answer another reply is needed.
    fn read(&mut self, work: &mut Work<'_>, message: &Message) -> Wait<Option<Answer>> {
        let answers = sets(message, Section::Answer);
        loop {
            let found = follow(&answers, &self.name, self.question.kind);
            let answer = match found {
                Found::Records(set) => {
                    let mut verdict = positive(work, &self.source, message, set)?;
                    // The code of a reply is not signed, and what is proven exists.
                    if verdict.status == Status::Secure {
                        verdict.rcode = Some(ResponseCode::NoError);
                    }
                    Some(self.records(verdict, message, &set.records))
                }
                Found::Nothing => return self.nothing(work, message),
                Found::Cname(set, target) => {
                    let verdict = positive(work, &self.source, message, set)?;
                    self.link(verdict, message, set, target.ok_or(Cause::TwoAliases))
                }
                Found::Dname {
                    dname,
                    target,
                    fits,
                } => {
                    let verdict = positive(work, &self.source, message, dname)?;
                    self.dname(verdict, message, dname, target, fits)
                }
            };
            if answer.is_some() {
                return Ok(answer);
            }
        }
    }

    /// A DNAME above the name.
    fn dname(
        &mut self,
        verdict: Verdict,
        message: &Message,
        dname: &RrSet<'_>,
        target: Option<Name>,
        fits: bool,
    ) -> Option<Answer> {
        if verdict.expanded {
            return self.link(verdict, message, dname, Err(Cause::WildcardDname));
        }
        let Some(target) = target.filter(|_| fits) else {
            // A target that is too long has a code of its own (RFC 6672 2.2).
            let too_long = fits && message.metadata.response_code == ResponseCode::YXDomain;
            return if too_long {
                Some(self.records(verdict, message, &[]))
            } else {
                self.link(verdict, message, dname, Err(Cause::WrongAlias))
            };
        };
        if self.question.kind == RecordType::CNAME {
            let cname = RData::CNAME(CNAME(target));
            let ttl = dname.ttl();
            let made = Record::from_rdata(self.name.clone(), ttl, cname);
            return Some(self.records(verdict, message, &[&made]));
        }
        self.link(verdict, message, dname, Ok(target))
    }

    /// An alias with its verdict: goes on to the target, if there is one to go on to.
    fn link(
        &mut self,
        mut verdict: Verdict,
        message: &Message,
        set: &RrSet<'_>,
        target: Result<Name, Cause>,
    ) -> Option<Answer> {
        // That an alias has the wrong form is worth saying only where its signature is right.
        if let (Err(cause), true) = (&target, verdict.status > Status::NoAnswer) {
            let reason = Reason::new(&self.name, set.kind, cause.clone());
            verdict = Verdict::broken(reason, verdict.path);
        }
        let status = verdict.status;
        self.verdict.weaken(verdict);
        if let Ok(target) = target {
            let owner = std::mem::replace(&mut self.name, target.clone());
            self.links.push(Link {
                owner,
                target,
                by: set.kind,
                status,
            });
        }
        let circle = self.links.iter().any(|link| link.owner == self.name);
        if status > Status::NoAnswer && (circle || self.links.len() > ALIASES) {
            let kind = self.question.kind;
            let reason = Reason::new(&self.name, kind, Cause::TooManyAliases);
            self.verdict
                .weaken(Verdict::broken(reason, Path::default()));
        }
        (self.verdict.status <= Status::NoAnswer).then(|| self.broken(message))
    }

    /// A reply without records or an alias for the name. One that is only about an alias says nothing
    /// about the target, which is then asked for by itself.
    fn nothing(&mut self, work: &mut Work<'_>, message: &Message) -> Wait<Option<Answer>> {
        let lacking = Question::new(self.name.clone(), self.question.kind);
        let asked = self.source == lacking;
        let speaks = asked || speaks_of(message, &self.name);
        if speaks {
            let verdict = negative(work, &self.source, message, &lacking)?;
            if asked || verdict.status != Status::Bogus {
                return Ok(Some(self.records(verdict, message, &[])));
            }
        }
        self.source = lacking;
        Ok(None)
    }

    /// The end, where the reply has these records, or none.
    fn records(&mut self, verdict: Verdict, message: &Message, records: &[&Record]) -> Answer {
        let ttl = verdict.ttl.unwrap_or(u32::MAX);
        let rcode = verdict.rcode.unwrap_or(message.metadata.response_code);
        self.verdict.weaken(verdict);
        let records = records.iter().map(|&record| {
            let mut record = record.clone();
            record.ttl = record.ttl.min(ttl);
            record
        });
        self.answer(Some(rcode), records.collect())
    }

    /// The end, where an alias breaks: the records that the reply has are kept to be counted.
    fn broken(&mut self, message: &Message) -> Answer {
        let answers = sets(message, Section::Answer);
        let records = end(&answers, &self.name, self.question.kind);
        let rcode = message.metadata.response_code;
        self.answer(Some(rcode), records.into_iter().cloned().collect())
    }

    fn without_reply(&mut self, cause: Cause) -> Answer {
        let reason = Reason::of(&self.source, cause);
        self.verdict
            .weaken(Verdict::broken(reason, Path::default()));
        self.answer(None, Vec::new())
    }

    fn answer(&mut self, rcode: Option<ResponseCode>, records: Vec<Record>) -> Answer {
        let verdict = &self.verdict;
        Answer {
            question: self.question.clone(),
            status: verdict.status,
            rcode: rcode.filter(|_| verdict.status != Status::NoAnswer),
            name: self.name.clone(),
            records,
            links: self.links.clone(),
            reason: verdict.reason.clone(),
            signatures_end: verdict.path.end.clone(),
            notes: verdict.path.notes.clone(),
        }
    }
}

/// Whether the authority section is about the zone of a name, as that of a negative answer is.
fn speaks_of(message: &Message, name: &Name) -> bool {
    let authorities = sets(message, Section::Authority);
    authorities.iter().any(|set| match set.kind {
        RecordType::SOA => set.name.zone_of(name),
        kind if is_denial(kind) => set.signers().iter().any(|signer| signer.zone_of(name)),
        _ => false,
    })
}
