//! Judgements that were made before: servers of one operator present one chain.

use super::chain::{judge_name, judge_without_name};
use super::clients::ChainAnswers;
use super::differ;
use super::handshake::judge_handshake;
use super::judgement::Judgement;
use super::policy::Policy;
use crate::bounded::BoundedMap;
use crate::certificate::Certificate;
use crate::observation::Sighting;
use crate::revocation::Lists;
use sha2::{Digest as _, Sha256};

/// How many are kept. Servers of one operator come close to each other in a list.
const MOST: usize = 256;
/// Of a chain; what is said of it can be many times as long.
const MOST_OCTETS: usize = 16 * 1024;

/// Judgements of chains, but for the name and the connection, by their digest; all at the same time.
#[derive(Debug, Default)]
pub struct JudgementCache {
    known: BoundedMap<[u8; 32], OfChain, MOST>,
    /// How many there were to make.
    made: u64,
}

/// What does not change with the name and the connection.
#[derive(Clone, Debug)]
struct OfChain {
    judgement: Judgement,
    clients: ChainAnswers,
}

impl OfChain {
    fn judge(presented: &[Certificate], policy: &Policy<'_>) -> Self {
        Self {
            judgement: judge_without_name(presented, policy),
            clients: ChainAnswers::of(presented, policy.anchors, policy.now),
        }
    }
}

impl JudgementCache {
    /// Judges what a server presented, and asks the families of clients. The path of an identical
    /// chain is validated once, whatever the name.
    pub fn judge(
        &mut self,
        presented: &[Certificate],
        seen: &Sighting,
        policy: &Policy<'_>,
    ) -> Judgement {
        let OfChain { judgement, clients } = self.of_chain(presented, policy);
        let judgement = judge_name(presented, policy.reference, judgement);
        let judgement = judge_handshake(presented, seen, policy, judgement);
        differ::add_clients(
            &clients,
            &policy.question(presented, seen.staple),
            judgement,
        )
    }

    fn of_chain(&mut self, presented: &[Certificate], policy: &Policy<'_>) -> OfChain {
        let octets: usize = presented.iter().map(|member| member.der().len()).sum();
        if octets > MOST_OCTETS {
            self.made += 1;
            return OfChain::judge(presented, policy);
        }
        let digest = digest(presented, policy);
        if let Some(known) = self.known.get(&digest) {
            return known.clone();
        }
        self.made += 1;
        let made = OfChain::judge(presented, policy);
        self.known.insert(digest, made.clone());
        made
    }
}

fn digest(presented: &[Certificate], policy: &Policy<'_>) -> [u8; 32] {
    let mut digest = Sha256::new();
    let ders = presented
        .iter()
        .map(|certificate| certificate.der().as_ref());
    digest.update(policy.anchors.identity().to_be_bytes());
    let lists = policy.revocation.map(Lists::identity);
    digest.update([u8::from(lists.is_some())]);
    digest.update(lists.unwrap_or_default().to_be_bytes());
    for part in ders {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::super::Anchors;
    use super::*;
    use crate::endpoint::Host;
    use crate::finding::Code;
    use crate::observation::Possession;
    use rcgen::{CertificateParams, KeyPair};
    use time::OffsetDateTime;

    #[test]
    fn a_path_is_validated_once_for_all_names() {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["a.example".to_owned()]).expect("parameters");
        let made = params.self_signed(&key).expect("a certificate");
        let chain = [Certificate::new(made.der().clone())];
        let mut cache = JudgementCache::default();
        let mut anchors = Anchors::new("one");
        let seen = Sighting {
            possession: Possession::Proven,
            ..Sighting::default()
        };
        let mut judge = |anchors: &Anchors, name: &str| {
            let reference: Host = name.parse().expect("a name");
            let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
            let policy = Policy::new(anchors, &reference, now);
            let judgement = cache.judge(&chain, &seen, &policy);
            assert_eq!(judgement.clients.len(), 4);
            let codes = judgement.problems.iter().map(|problem| problem.code);
            (codes.collect::<Vec<_>>(), cache.made)
        };
        assert_eq!(judge(&anchors, "a.example"), (vec![Code::SelfSigned], 1));
        for _ in 0..2 {
            let wrong = vec![Code::SelfSigned, Code::NameMismatch];
            assert_eq!(judge(&anchors, "b.example"), (wrong, 1));
        }
        assert_eq!(judge(&anchors, "a.example"), (vec![Code::SelfSigned], 1));
        "other".clone_into(&mut anchors.origin);
        assert_eq!(judge(&anchors, "a.example").1, 2);
        // Another file of the same name.
        anchors
            .add(made.der().clone(), "a file")
            .expect("a certificate");
        assert_eq!(judge(&anchors, "a.example"), (vec![], 3));
    }
}
