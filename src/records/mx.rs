//! The MX records of a domain (RFC 5321 §5.1, RFC 7505): which hosts take its mail.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An MX record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mx {
    /// The preference: the lowest is tried first.
    pub preference: u16,
    /// The name of the host, in lower case and without the last dot; empty for the root, which
    /// stands for no host (RFC 7505 §3).
    pub host: String,
}

/// Who takes the mail of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// No host: there is one record, and it names the root.
    NoMail,
    /// These hosts.
    Hosts(Hosts),
}

/// The hosts that take the mail of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// In the order in which senders try them, each once, at most [`Hosts::MOST`].
    pub records: Vec<Mx>,
    /// There is no MX record, and the domain itself is the host (RFC 5321 §5.1).
    pub implicit: bool,
    /// The root is named beside others, which RFC 7505 §3 forbids.
    pub names_root: bool,
    /// How many hosts there are beyond [`Hosts::MOST`].
    pub left_out: usize,
}

impl Hosts {
    /// How many hosts are looked at. Postfix tries five addresses (`smtp_mx_address_limit`), Exim
    /// five hosts, and no large provider publishes as many as this.
    pub const MOST: usize = 32;
}

impl Exchange {
    /// Reads the records of a domain that exists.
    pub fn of(domain: &str, records: &[Mx]) -> Self {
        let (root, mut named): (Vec<Mx>, Vec<Mx>) = records
            .iter()
            .map(|record| Mx {
                preference: record.preference,
                host: normal(&record.host),
            })
            .partition(|record| record.host.is_empty());
        if named.is_empty() && !root.is_empty() {
            return Self::NoMail;
        }
        named.sort();
        let mut records: Vec<Mx> = Vec::new();
        for record in named {
            // The same host once more is tried at its lowest preference.
            if !records.iter().any(|known| known.host == record.host) {
                records.push(record);
            }
        }
        let implicit = records.is_empty();
        if implicit {
            records.push(Mx {
                preference: 0,
                host: normal(domain),
            });
        }
        let left_out = records.len().saturating_sub(Hosts::MOST);
        records.truncate(Hosts::MOST);
        Self::Hosts(Hosts {
            records,
            implicit,
            names_root: !root.is_empty(),
            left_out,
        })
    }
}

/// A name as it is compared: in lower case, without the last dot.
pub fn normal(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.to_ascii_lowercase()
}

/// The address that stands where a host name should (`MX 10 192.0.2.1.`), which never works: no
/// sender looks for it (RFC 5321 §5.1).
pub fn address(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    let v4 = bare.parse::<Ipv4Addr>().map(IpAddr::from);
    v4.or_else(|_| bare.parse::<Ipv6Addr>().map(IpAddr::from))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mx(preference: u16, host: &str) -> Mx {
        Mx {
            preference,
            host: host.to_owned(),
        }
    }

    fn hosts(records: &[Mx]) -> Hosts {
        match Exchange::of("Example.org", records) {
            Exchange::Hosts(hosts) => hosts,
            Exchange::NoMail => unreachable!("no mail: {records:?}"),
        }
    }

    #[test]
    fn the_root_alone_takes_no_mail() {
        assert_eq!(Exchange::of("a.test", &[mx(0, ".")]), Exchange::NoMail);
        assert_eq!(Exchange::of("a.test", &[mx(10, "")]), Exchange::NoMail);
        let mixed = hosts(&[mx(0, "."), mx(10, "mx.example.org.")]);
        assert!(mixed.names_root);
        assert_eq!(mixed.records, [mx(10, "mx.example.org")]);
    }

    #[test]
    fn without_a_record_the_domain_is_the_host() {
        let implicit = hosts(&[]);
        assert!(implicit.implicit);
        assert_eq!(implicit.records, [mx(0, "example.org")]);
    }

    #[test]
    fn hosts_stand_in_the_order_of_their_preference_each_once() {
        let read = hosts(&[
            mx(20, "b.test."),
            mx(10, "A.test."),
            mx(30, "a.test"),
            mx(10, "c.test"),
        ]);
        assert_eq!(
            read.records,
            [mx(10, "a.test"), mx(10, "c.test"), mx(20, "b.test")]
        );
        let many: Vec<Mx> = (0..100).map(|n| mx(n, &format!("mx{n}.test"))).collect();
        let many = hosts(&many);
        assert_eq!((many.records.len(), many.left_out), (32, 68));
    }

    #[test]
    fn an_address_is_not_a_host() {
        for host in ["192.0.2.1", "2001:db8::1", "[192.0.2.1]", "[2001:db8::1]"] {
            assert!(address(host).is_some(), "{host}");
        }
        for host in ["mx.test", "1.2.3", "192.0.2.1.test", "", "["] {
            assert_eq!(address(host), None, "{host}");
        }
    }

    proptest! {
        #[test]
        fn any_records_give_a_bounded_order(
            records in proptest::collection::vec((any::<u16>(), "\\PC{0,20}"), 0..60)
        ) {
            let records: Vec<Mx> = records.iter().map(|(p, host)| mx(*p, host)).collect();
            if let Exchange::Hosts(hosts) = Exchange::of("example.org", &records) {
                prop_assert!((1..=Hosts::MOST).contains(&hosts.records.len()));
                prop_assert!(hosts.records.is_sorted_by_key(|record| record.preference));
                prop_assert!(hosts.records.iter().all(|record| !record.host.is_empty()));
            }
        }
    }
}
