//! What is compared, and what is refused.

use super::*;

#[test]
fn lines_that_are_no_reports_are_refused() {
    let mut baseline = Baseline::default();
    for line in ["", "{", "[]", "{\"outcome\":\"trusted\"}", "1"] {
        assert!(baseline.add(line, &Choice::default()).is_err(), "{line}");
    }
    let line = "{\"target\":{\"input\":\"a:25\"},\"outcome\":\"trusted\",\"chain\":[]}";
    assert!(baseline.add(line, &Choice::default()).is_ok());
    assert_eq!(baseline.gone(), ["a:25"]);
    baseline.pass_over(|target| target.input == "a:25");
    assert!(baseline.gone().is_empty());
    let line = "{\"target\":{\"input\":\"a:25\",\"host\":\"a\",\"servername\":\"b\"},\"outcome\":\"trusted\"}";
    assert!(baseline.add(line, &Choice::default()).is_ok());
    assert_eq!(baseline.gone(), ["a:25 (b)"]);
    let line = line.replace("\"input\":\"a:25\"", "\"input\":\"a:25\",\"port\":587");
    assert!(baseline.add(&line, &Choice::default()).is_ok());
    assert_eq!(baseline.gone(), ["a:587 (b)"]);
}

/// The line of a domain, with the parts that a baseline reads.
fn domain() -> Value {
    serde_json::json!({
        "schema": 1, "kind": "domain", "outcome": "authenticated",
        "target": {"input": "mx:example.org", "domain": "example.org"},
        "verdicts": [
            {"sender": "dane", "result": "authenticated", "hosts": []},
            {"sender": "mta-sts", "result": "authenticated", "hosts": []},
            {"sender": "opportunistic", "result": "encrypted", "hosts": []},
        ],
        "mx": {"status": "secure", "records": [
            {"preference": 10, "host": "mx1.example.org"},
            {"preference": 20, "host": "mx2.example.org"},
        ]},
        "hosts": [
            {"host": "mx1.example.org", "tlsa": {"status": "secure", "records": [
                {"usage": 3, "selector": 1, "matching": 1, "data": "aa"},
                {"usage": 3, "selector": 1, "matching": 1, "data": "bb"},
            ]}},
            {"host": "mx2.example.org", "tlsa": {"status": "secure", "records": []}},
        ],
        "mta_sts": {
            "record": "v=STSv1; id=1", "id": "1", "state": "enforce",
            "policy": {"mode": "enforce", "mx": ["*.example.org"], "max_age": 604_800},
        },
        "findings": [{"code": "tlsa-no-rollover", "severity": "note"}],
    })
}

/// The line with another value at each of these places.
fn with(changes: &[(&str, Value)]) -> Value {
    let mut line = domain();
    for (place, value) in changes {
        *line.pointer_mut(place).expect(place) = value.clone();
    }
    line
}

/// The differences, as a list of changes, fields and values.
fn told(before: &Value, now: &Value) -> Vec<String> {
    let [before, now] = [before, now].map(KnownDomain::of_line);
    let differences = domain::differences(&before, &now).into_iter();
    differences
        .map(|one| {
            let value = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            let field = one.field.map_or("-", |field| field.as_str());
            let (before, after) = (value(one.before), value(one.after));
            format!("{} {field}: {before} | {after}", one.change.as_str())
        })
        .collect()
}

#[test]
fn a_domain_differs_by_what_it_publishes_and_by_what_senders_do() {
    use serde_json::json;
    assert!(told(&domain(), &domain()).is_empty());
    for (changes, expected) in [
        (
            vec![("/verdicts/0/result", json!("deferred"))],
            vec!["delivery dane: authenticated | deferred"],
        ),
        (
            vec![
                ("/mta_sts/state", json!("testing")),
                ("/mta_sts/policy/mode", json!("testing")),
                ("/mta_sts/id", json!("2")),
                ("/mta_sts/policy/max_age", json!(60)),
                ("/mta_sts/policy/mx", json!(["a", "b"])),
            ],
            vec![
                "policy state: enforce | testing",
                "policy id: 1 | 2",
                "policy mx: *.example.org | a, b",
                "policy max_age: 604800 | 60",
            ],
        ),
        (
            vec![("/mx/records/1/host", json!("mx3.example.org"))],
            vec![
                "mx-removed host: mx2.example.org | -",
                "mx-added host: - | mx3.example.org",
            ],
        ),
        (
            vec![
                ("/hosts/0/tlsa/records/1/data", json!("cc")),
                (
                    "/hosts/1/tlsa/records",
                    json!([{"usage": 2, "selector": 0, "matching": 2, "data": "dd"}]),
                ),
            ],
            vec![
                "tlsa-removed tlsa: mx1.example.org 3 1 1 bb | -",
                "tlsa-added tlsa: - | mx1.example.org 3 1 1 cc",
                "tlsa-added tlsa: - | mx2.example.org 2 0 2 dd",
            ],
        ),
        // The order of the records is the resolver's.
        (
            vec![
                ("/hosts/0/tlsa/records/0/data", json!("bb")),
                ("/hosts/0/tlsa/records/1/data", json!("aa")),
            ],
            vec![],
        ),
    ] {
        assert_eq!(told(&domain(), &with(&changes)), expected, "{changes:?}");
    }
}

#[test]
fn what_there_was_no_answer_about_is_not_compared() {
    use serde_json::json;
    let none = json!([]);
    for (changes, expected) in [
        (
            vec![("/mx/status", json!("none")), ("/mx/records", none.clone())],
            vec![],
        ),
        (
            vec![
                ("/mx/status", json!("bogus")),
                ("/mx/records", none.clone()),
            ],
            vec![],
        ),
        (
            vec![
                ("/hosts/0/tlsa/status", json!("none")),
                ("/hosts/0/tlsa/records", none.clone()),
            ],
            vec![],
        ),
        (vec![("/hosts", none.clone())], vec![]),
        // With --no-mta-sts it is null.
        (vec![("/mta_sts", json!(null))], vec![]),
        // Of a policy that is not seen the patterns are not known.
        (
            vec![
                ("/mta_sts/state", json!("broken")),
                ("/mta_sts/policy", json!(null)),
            ],
            vec!["policy state: enforce | broken"],
        ),
        (vec![("/verdicts", none.clone())], vec![]),
        // A newer version may write other words.
        (vec![("/verdicts/0/result", json!("of-2030"))], vec![]),
        (vec![("/verdicts/0/sender", json!("of-2030"))], vec![]),
    ] {
        let now = with(&changes);
        assert_eq!(told(&domain(), &now), expected, "{changes:?}");
        let back = told(&now, &domain());
        assert_eq!(back.len(), expected.len(), "{changes:?}: {back:?}");
    }
}

/// The change of the verdict.
fn verdict(before: &Value, now: &Value) -> Option<String> {
    let [first, second] = [before, now].map(KnownDomain::of_line);
    let judged = |line| Judged::domain_of_line(line, None);
    let found = domain::verdict((&first, &judged(before)), (&second, &judged(now)))?;
    let word = |value: Option<String>| value.unwrap_or_default();
    let (before, after) = (word(found.before), word(found.after));
    Some(format!("{}: {before} | {after}", found.change.as_str()))
}

#[test]
fn what_senders_do_without_an_answer_is_not_compared() {
    use serde_json::json;
    let result = |place: usize, word: &str| (format!("/verdicts/{place}/result"), json!(word));
    let status = |place: &str, word: &str| (place.to_owned(), json!(word));
    let outcome = |word: &str| status("/outcome", word);
    let mut known = domain();
    known["mta_sts"]["status"] = json!("secure");
    known["hosts"][0]["addresses_status"] = json!("secure");
    for (changes, delivery, expected) in [
        // The TXT record of MTA-STS alone: what the others do is the same.
        (
            vec![
                status("/mta_sts/status", "none"),
                status("/mta_sts/state", "broken"),
                result(1, "encrypted"),
            ],
            vec![],
            None,
        ),
        // Of a bogus one what it says is not known, and what senders do is.
        (
            vec![
                status("/mta_sts/status", "bogus"),
                status("/mta_sts/state", "broken"),
                result(1, "encrypted"),
            ],
            vec!["delivery mta-sts: authenticated | encrypted"],
            None,
        ),
        (
            vec![
                status("/hosts/0/tlsa/status", "none"),
                result(0, "deferred"),
                outcome("deferred"),
            ],
            vec![],
            None,
        ),
        (
            vec![
                status("/hosts/0/addresses_status", "none"),
                result(0, "deferred"),
                result(1, "deferred"),
                result(2, "deferred"),
                outcome("deferred"),
            ],
            vec![],
            None,
        ),
        // Beside that, another kind has changed.
        (
            vec![
                status("/mta_sts/status", "none"),
                result(0, "deferred"),
                outcome("deferred"),
            ],
            vec!["delivery dane: authenticated | deferred"],
            Some("worse: authenticated | deferred"),
        ),
        (
            vec![status("/mx/status", "none"), outcome("unresolved")],
            vec![],
            Some("worse: authenticated | unresolved"),
        ),
    ] {
        let mut now = known.clone();
        for (place, value) in &changes {
            *now.pointer_mut(place).expect(place) = value.clone();
        }
        assert_eq!(told(&known, &now), delivery, "{changes:?}");
        assert_eq!(verdict(&known, &now).as_deref(), expected, "{changes:?}");
        // The other way round, too.
        let back = verdict(&now, &known);
        assert_eq!(back.is_some(), expected.is_some(), "{changes:?}: {back:?}");
    }
}

#[test]
fn the_verdict_on_a_domain_is_the_better_the_more_of_its_mail_is_protected() {
    let words = [
        "authenticated",
        "unprotected",
        "no-mail",
        "deferred",
        "unresolved",
    ];
    let judged = |word: &str| {
        let line = with(&[("/outcome", word.into())]);
        Judged::domain_of_line(&line, None)
    };
    for (worse, word) in words.iter().enumerate() {
        for better in &words[..worse] {
            let since = |now: &str, before: &str| judged(now).since(&judged(before));
            let change = |found: Option<Difference>| found.expect("a change").change;
            assert_eq!(
                change(since(word, better)),
                Change::Worse,
                "{better} {word}"
            );
            assert_eq!(
                change(since(better, word)),
                Change::Better,
                "{better} {word}"
            );
        }
        assert_eq!(judged(word).since(&judged(word)), None);
    }
}

#[test]
fn the_policy_that_a_domain_had_is_known_to_the_judge() {
    let target = Identity::of_domain("mx:example.org");
    let policy = |line: &Value| {
        let mut baseline = Baseline::default();
        let added = baseline.add(&line.to_string(), &Choice::default());
        assert!(added.is_ok(), "{line}");
        assert_eq!(baseline.gone(), ["mx:example.org"]);
        baseline.policy(&target).cloned()
    };
    let known = policy(&domain()).expect("a policy");
    assert_eq!((known.id.as_str(), known.max_age), ("1", 604_800));
    assert_eq!(
        (known.mode.as_str(), known.mx),
        ("enforce", vec!["*.example.org".to_owned()])
    );
    for (place, value) in [
        ("/mta_sts", Value::Null),
        ("/mta_sts/id", Value::Null),
        ("/mta_sts/policy", Value::Null),
        ("/mta_sts/policy/mode", "of-2030".into()),
        ("/mta_sts/policy/max_age", (-1).into()),
        ("/kind", "of-2030".into()),
    ] {
        let line = with(&[(place, value)]);
        assert_eq!(policy(&line), None, "{place}");
    }
    // What an audit could not fetch, the next one still knows.
    let kept = serde_json::json!({ "id": "0", "mode": "enforce", "mx": ["a"], "max_age": 60 });
    let mut line = with(&[("/mta_sts/policy", Value::Null)]);
    line["mta_sts"]["kept"] = kept;
    assert_eq!(policy(&line).map(|known| known.id), Some("0".to_owned()));
}
