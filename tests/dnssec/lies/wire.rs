//! What a resolver does to messages rather than to what they say.

use super::tools::{
    Told, address, always, code, data, empty, map, name, octets, told, whole, with,
};
use super::{BOTH, PLAIN};
use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::NS;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use std::sync::Arc;
use std::time::Duration;
use testkit::dns::liar::{Lie, Sent};

pub(crate) fn unsound() -> Vec<Told> {
    vec![
        told("SERVFAIL", PLAIN, code(ResponseCode::ServFail)),
        told("REFUSED", PLAIN, code(ResponseCode::Refused)),
        told("NOTIMP", PLAIN, code(ResponseCode::NotImp)),
        told("FORMERR to EDNS", PLAIN, without_edns()),
        told("silence", PLAIN, Arc::new(|_, _| Vec::new())),
        told(
            "another id",
            PLAIN,
            octets(|_, reply, _| vec![with(reply, |m| m.metadata.id ^= 1)]),
        ),
        told(
            "another name",
            PLAIN,
            octets(|_, reply, _| {
                vec![with(reply, |m| {
                    m.queries[0].set_name(name("ww2.p256.lab."));
                })]
            }),
        ),
        told(
            "another type",
            PLAIN,
            octets(|_, reply, _| {
                vec![with(reply, |m| {
                    m.queries[0].set_query_type(RecordType::TXT);
                })]
            }),
        ),
        told(
            "another class",
            PLAIN,
            octets(|_, reply, _| {
                vec![with(reply, |m| {
                    m.queries[0].set_query_class(DNSClass::CH);
                })]
            }),
        ),
        told(
            "the query itself",
            PLAIN,
            octets(|query, _, _| vec![whole(query)]),
        ),
        told(
            "no question",
            PLAIN,
            octets(|_, reply, _| vec![with(reply, |m| m.queries.clear())]),
        ),
        told(
            "garbage",
            PLAIN,
            octets(|query, _, _| {
                let id = query.metadata.id.to_be_bytes();
                vec![Sent::Octets([&id[..], &[0xff; 40]].concat())]
            }),
        ),
        told(
            "half a message",
            PLAIN,
            octets(|_, reply, _| {
                let octets = reply.to_vec().unwrap_or_default();
                vec![Sent::Octets(octets[..octets.len() / 2].to_vec())]
            }),
        ),
        told(
            "always truncated",
            PLAIN,
            octets(|_, reply, _| vec![whole(&reply.truncate())]),
        ),
        told(
            "more promised than sent over TCP",
            PLAIN,
            truncated(|_| {
                vec![
                    Sent::Raw(vec![0xff, 0xff, 1, 2, 3]),
                    Sent::Pause(Duration::from_secs(15)),
                ]
            }),
        ),
        told(
            "an octet a second over TCP",
            PLAIN,
            truncated(|_| {
                let drip =
                    (0..15).flat_map(|_| [Sent::Raw(vec![1]), Sent::Pause(Duration::from_secs(1))]);
                drip.collect()
            }),
        ),
        told(
            "nothing over TCP",
            PLAIN,
            truncated(|_| vec![Sent::Octets(Vec::new())]),
        ),
        told(
            "another id over TCP",
            PLAIN,
            truncated(|reply| vec![with(reply, |m| m.metadata.id ^= 1)]),
        ),
    ]
}

/// What is odd, and does not matter.
pub(crate) fn harmless() -> Vec<Told> {
    vec![
        told(
            "another id first",
            PLAIN,
            octets(|_, reply, _| vec![with(reply, |m| m.metadata.id ^= 1), whole(reply)]),
        ),
        told(
            "another question first",
            PLAIN,
            octets(|_, reply, _| {
                let other = with(reply, |m| {
                    m.queries[0].set_name(name("ww2.p256.lab."));
                });
                vec![other, whole(reply)]
            }),
        ),
        told(
            "an empty datagram first",
            PLAIN,
            octets(|_, reply, tcp| {
                if tcp {
                    vec![whole(reply)]
                } else {
                    vec![Sent::Octets(Vec::new()), whole(reply)]
                }
            }),
        ),
        told(
            "honest, over TCP",
            BOTH,
            truncated(|reply| vec![whole(reply)]),
        ),
        told(
            "an unsigned NS beside the answer",
            PLAIN,
            data(|m| {
                let zone = name("p256.lab.");
                m.authorities = vec![Record::from_rdata(
                    zone,
                    300,
                    RData::NS(NS(name("ns.evil."))),
                )];
            }),
        ),
        told(
            "an unsigned address in the additional section",
            PLAIN,
            data(|m| {
                m.additionals.push(address(&name("ns.p256.lab."), 66));
            }),
        ),
        told(
            "another order",
            BOTH,
            always(|m| {
                m.answers.reverse();
                m.authorities.reverse();
            }),
        ),
        told(
            "everything twice",
            BOTH,
            data(|m| {
                let again = m.answers.clone();
                m.answers.extend(again);
                let again = m.authorities.clone();
                m.authorities.extend(again);
            }),
        ),
        told(
            "a smaller TTL",
            PLAIN,
            data(|m| map(m, |record| record.ttl = 1)),
        ),
        told(
            "upper case",
            PLAIN,
            data(|m| {
                map(m, |record| {
                    record.name = Name::from_ascii(record.name.to_ascii().to_ascii_uppercase())
                        .expect("a name");
                });
            }),
        ),
        told(
            "says that it is not a response to a query",
            &[("www.unsigned.lab.", "A")],
            data(|m| {
                m.metadata.message_type = MessageType::Response;
                m.metadata.authentic_data = true;
            }),
        ),
    ]
}
/// Truncated over UDP, and what `over_tcp` makes over TCP.
pub(crate) fn truncated(over_tcp: impl Fn(&Message) -> Vec<Sent> + Send + Sync + 'static) -> Lie {
    octets(move |_, reply, tcp| {
        if tcp {
            over_tcp(reply)
        } else {
            vec![whole(&reply.truncate())]
        }
    })
}

/// A resolver that does not know EDNS.
pub(crate) fn without_edns() -> Lie {
    Arc::new(|query, honest| {
        if query.edns.is_none() {
            return vec![whole(&honest.reply(query))];
        }
        let mut reply = empty(query, ResponseCode::FormErr);
        reply.edns = None;
        vec![whole(&reply)]
    })
}
