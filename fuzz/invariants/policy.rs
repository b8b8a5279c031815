//! What a domain publishes as text: MTA-STS records and policies, TLSRPT records, TLSA data, names of
//! MX records. Whatever it is, it is read, and what is read means the same again.

use super::split_at_zero;
use smtp_certcheck::records::mta_sts::{Policy, StsRecord, StsRecords, is_plain_text};
use smtp_certcheck::records::mx::{Exchange, Mx, normal};
use smtp_certcheck::records::tlsa::Tlsa;
use smtp_certcheck::records::tlsrpt::TlsRpt;

/// The Content-Type, or the first record; then the body, or the second.
pub fn check(input: &[u8]) {
    let (first, second) = split_at_zero(input);
    let content_type = String::from_utf8_lossy(first);
    let _ = is_plain_text(&content_type);
    if let Ok(policy) = Policy::read(second, &content_type) {
        check_policy(&policy);
    }
    let records = [first.to_vec(), second.to_vec()];
    check_record(&StsRecords::read(&records[1..]));
    check_record(&StsRecords::read(&records));
    check_reports(&TlsRpt::read(&records[1..]));
    check_mx(&content_type, &String::from_utf8_lossy(second));
    check_tlsa(second);
}

fn check_policy(policy: &Policy) {
    assert!(policy.max_age <= Policy::LONGEST);
    for pattern in &policy.mx {
        let text = pattern.to_string();
        let covers_itself = pattern.covers(&text.replacen("*.", "any.", 1));
        assert_eq!(covers_itself, pattern.flaw().is_none(), "{text:?}");
    }
    for remark in &policy.remarks {
        assert!(remark.to_string().len() < 4096, "{remark}");
    }
    // Written again in its plainest form, it says the same.
    let lines = policy.mx.iter().map(|pattern| format!("mx: {pattern}\n"));
    let again = format!(
        "version: STSv1\nmode: {}\nmax_age: {}\n{}",
        policy.mode,
        policy.max_age,
        lines.collect::<String>()
    );
    if again.len() > Policy::MOST_OCTETS {
        return;
    }
    let again = Policy::read(again.as_bytes(), "text/plain; charset=utf-8");
    let again = again.expect("a policy");
    assert_eq!(
        (again.mode, again.max_age, &again.mx),
        (policy.mode, policy.max_age, &policy.mx)
    );
}

fn check_record(records: &StsRecords) {
    match records {
        StsRecords::Absent => {}
        StsRecords::One(StsRecord { text, id, .. }) => {
            assert!(text.starts_with("v=STSv1") && text.is_ascii(), "{text:?}");
            assert!(id.len() <= 512, "{id:?}");
        }
        StsRecords::Broken(why) => assert!(why.to_string().len() < 4096, "{why}"),
    }
}

fn check_reports(records: &TlsRpt) {
    if let TlsRpt::One { text, rua } = records {
        assert!(
            text.starts_with("v=TLSRPTv1") && !rua.is_empty(),
            "{text:?}"
        );
    }
}

fn check_mx(one: &str, other: &str) {
    let mx = |preference, host: &str| Mx {
        preference,
        host: host.to_owned(),
    };
    if let Exchange::Hosts(hosts) = Exchange::of("example.org", &[mx(20, one), mx(10, other)]) {
        assert!((1..=2).contains(&hosts.records.len()));
        for record in &hosts.records {
            assert_eq!(normal(&record.host).is_empty(), record.host == ".");
        }
    }
}

fn check_tlsa(data: &[u8]) {
    let Ok(tlsa) = Tlsa::read(data) else {
        return assert!(data.len() < 3);
    };
    let numbers = [tlsa.usage, tlsa.selector, tlsa.matching];
    assert_eq!([&numbers[..], &tlsa.data].concat(), data);
    let _ = (tlsa.unusable(), tlsa.to_string(), tlsa.matches(data));
}
