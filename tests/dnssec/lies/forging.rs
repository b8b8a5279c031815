//! What a resolver invents.

use super::tools::{Told, address, always, data, map, name, question, resign, signatures, told};
use super::{BOTH, PLAIN};
use hickory_proto::dnssec::Algorithm;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, SerialNumber};

pub(crate) fn all() -> Vec<Told> {
    vec![
        told(
            "forges the address",
            BOTH,
            data(|m| {
                let owner = question(m);
                m.answers = vec![address(&owner, 66)];
                m.metadata.response_code = ResponseCode::NoError;
            }),
        ),
        told(
            "forges the address and keeps the signature",
            PLAIN,
            data(|m| {
                map(m, |record| {
                    if let RData::A(address) = &mut record.data {
                        *address = A::new(192, 0, 2, 66);
                    }
                });
            }),
        ),
        told(
            "forges the address and says AD",
            PLAIN,
            data(|m| {
                let owner = question(m);
                m.answers = vec![address(&owner, 66)];
                m.metadata.authentic_data = true;
            }),
        ),
        told(
            "adds an address",
            PLAIN,
            data(|m| {
                let owner = question(m);
                m.answers.push(address(&owner, 66));
            }),
        ),
        told(
            "breaks signatures",
            PLAIN,
            signatures(|_, octets| octets[5] ^= 1),
        ),
        told(
            "empties signatures",
            PLAIN,
            signatures(|_, octets| octets.clear()),
        ),
        told(
            "another algorithm",
            PLAIN,
            signatures(|input, _| input.algorithm = Algorithm::ED25519),
        ),
        told(
            "an unknown algorithm",
            PLAIN,
            signatures(|input, _| input.algorithm = Algorithm::Unknown(200)),
        ),
        told(
            "another tag",
            PLAIN,
            signatures(|input, _| input.key_tag ^= 1),
        ),
        told(
            "signed by the parent",
            PLAIN,
            signatures(|input, _| input.signer_name = name("lab.")),
        ),
        told(
            "signed by a sibling",
            PLAIN,
            signatures(|input, _| input.signer_name = name("nsec3.lab.")),
        ),
        told(
            "signed by an unsigned zone",
            PLAIN,
            signatures(|input, _| input.signer_name = name("unsigned.lab.")),
        ),
        told(
            "signed by the name itself",
            PLAIN,
            signatures(|input, _| input.signer_name = name("www.p256.lab.")),
        ),
        told(
            "fewer labels",
            PLAIN,
            signatures(|input, _| input.num_labels -= 1),
        ),
        told(
            "more labels",
            PLAIN,
            signatures(|input, _| input.num_labels += 1),
        ),
        told(
            "longer validity",
            &[("www.expired.lab.", "A")],
            always(|m| {
                map(m, |r| {
                    resign(r, |input, _| {
                        input.sig_expiration =
                            SerialNumber::new(input.sig_expiration.get() + 90 * 86_400);
                    });
                });
            }),
        ),
        told(
            "a larger TTL",
            PLAIN,
            data(|m| map(m, |record| record.ttl = 86_400)),
        ),
    ]
}
