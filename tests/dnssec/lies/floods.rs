//! What takes long to check.

use super::tools::{Told, data, first, is_kind, map, name, resign, strip, told};
use super::{MISSING, PLAIN};
use hickory_proto::dnssec::Nsec3HashAlgorithm;
use hickory_proto::dnssec::rdata::{DNSSECRData, NSEC};
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, Record, RecordType};

pub(crate) fn all() -> Vec<Told> {
    use RecordType::{NSEC3, RRSIG};
    const HASHED: &[(&str, &str)] = &[("nope.nsec3.lab.", "A"), ("mail.nsec3.lab.", "TXT")];
    let reiterate = |iterations: u16| {
        data(move |m: &mut Message| {
            map(m, |record| {
                if let RData::DNSSEC(DNSSECRData::NSEC3(denial)) = &record.data {
                    let next = denial.next_hashed_owner_name().to_vec();
                    let kinds: Vec<RecordType> = denial.type_bit_maps().collect();
                    let bomb = hickory_proto::dnssec::rdata::NSEC3::new(
                        Nsec3HashAlgorithm::SHA1,
                        denial.opt_out(),
                        iterations,
                        denial.salt().to_vec(),
                        next,
                        kinds,
                    );
                    record.data = RData::DNSSEC(DNSSECRData::NSEC3(bomb));
                }
            });
        })
    };
    vec![
        told(
            "a hundred forged signatures first",
            PLAIN,
            data(|m| {
                if let Some(signature) = first(m, RRSIG) {
                    let forged = (0..100).map(|number| {
                        let mut record = signature.clone();
                        resign(&mut record, |_, octets| octets[9] ^= number + 1);
                        record
                    });
                    let forged: Vec<Record> = forged.collect();
                    m.answers.splice(0..0, forged);
                }
            }),
        ),
        told("NSEC3 of 65,535 iterations", HASHED, reiterate(65_535)),
        told("NSEC3 of 150 iterations", HASHED, reiterate(150)),
        told(
            "a thousand NSEC3",
            HASHED,
            data(|m| {
                let denials: Vec<Record> = m
                    .authorities
                    .iter()
                    .filter(|r| is_kind(r, &[NSEC3]))
                    .cloned()
                    .collect();
                for number in 0..1000_usize {
                    if let Some(denial) = denials.get(number % denials.len().max(1)) {
                        let mut denial = denial.clone();
                        denial.name =
                            Name::from_ascii(format!("{number:032}.nsec3.lab.")).expect("a name");
                        m.authorities.push(denial);
                    }
                }
            }),
        ),
        told(
            "a wide NSEC",
            MISSING,
            data(|m| {
                let nsec = NSEC::new(name("zzz.p256.lab."), [RecordType::A]);
                let wide = Record::from_rdata(
                    name("a.p256.lab."),
                    300,
                    RData::DNSSEC(DNSSECRData::NSEC(nsec)),
                );
                strip(m, &[RecordType::NSEC]);
                m.authorities.push(wide);
            }),
        ),
    ]
}
