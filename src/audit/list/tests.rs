//! What lines are, and what is wrong with bad ones.

use super::*;
use crate::certificate::Least;
use crate::endpoint::Subject;

#[test]
fn lines_are_targets_with_columns() {
    let pin = format!("sha256:{}", "a".repeat(64));
    let line = format!("mail.example:587 servername=mx.example pin={pin} pin={pin} label=x # y=");
    let entry = parse_line(line.as_bytes())
        .expect("a line")
        .expect("an entry");
    assert_eq!(entry.input, "mail.example:587");
    assert_eq!(entry.pins.len(), 2);
    assert_eq!(entry.label.as_deref(), Some("x"));
    assert!(entry.servername.is_some());
    assert_eq!((entry.warning, entry.critical), (None, None));
    let entry = parse_line(b"a cacerts=ca.pem crl=/etc/crls").expect("a line");
    assert_eq!(entry.expect("an entry").crl.as_deref(), Some("/etc/crls"));
    let entry = parse_line(b"a warning=30% critical=72h").expect("a line");
    let entry = entry.expect("an entry");
    let levels = (entry.warning, entry.critical);
    assert_eq!(levels, (Some(Least::Share(3_000)), Some(Least::Hours(72))));
    for (columns, label) in [
        ("label=\"old box\"", "old box"),
        ("label=\"a # b\" servername=mx.example # \" c", "a # b"),
        ("label=\"\"", ""),
        ("label=5\"", "5\""),
    ] {
        let entry = parse_line(format!("a {columns}").as_bytes()).expect(columns);
        let found = entry.expect("an entry").label;
        assert_eq!(found.as_deref(), Some(label), "{columns}");
    }
    for (columns, ports) in [
        ("", None),
        ("mail label=x", Some(8)),
        ("label=\"x\" mail", Some(8)),
        ("ports=25,imap:1143", Some(2)),
    ] {
        let entry = parse_line(format!("a {columns}").as_bytes()).expect(columns);
        let found = entry.expect("an entry").ports;
        assert_eq!(found.map(|ports| ports.list().len()), ports, "{columns}");
    }
    let latin: &[u8] = b"mail.example label=a#b # caf\xe9 \x00\xff";
    let entry = parse_line(latin).expect("a line").expect("an entry");
    assert_eq!(entry.label.as_deref(), Some("a#b"));
    assert_eq!(parse_line(b"# caf\xe9"), Ok(None));
    let long = [b"a # ".to_vec(), vec![b'x'; 9000]].concat();
    assert!(parse_line(&long).is_ok_and(|entry| entry.is_some()));
    for line in ["", "  ", "# x", "\t#", "\r", "\u{feff}# c"] {
        assert_eq!(parse_line(line.as_bytes()), Ok(None), "{line:?}");
    }
    assert!(parse_line(b" mail.example\r").is_ok_and(|entry| entry.is_some()));
}

#[test]
fn bad_lines_say_what_is_wrong() {
    for (line, word) in [
        ("a b", "not a column"),
        ("a label=\"old box", "label has no closing quote"),
        ("a label=\"old\"box", "label has no closing quote"),
        ("a x=y", "unknown column"),
        ("a ports=", "ports: \"\" is not a port"),
        ("a ports=25,x", "ports: \"x\" is not a port"),
        ("a ports=25,smtp", "ports: port 25 is named twice"),
        ("a mail ports=25", "\"ports\" is given twice"),
        ("a mail mail", "\"mail\" is given twice"),
        ("a:25 mail", "names a port"),
        ("imaps://a ports=25", "names a port"),
        ("a label=x label=y", "twice"),
        ("a crl=x crl=y", "twice"),
        ("a pin=sha256:aa", "not a pin"),
        ("a:99999", "port"),
        ("a servername=-", "servername"),
        ("a warning=soon", "warning: write a number of days"),
        ("a critical=1.5", "critical: write a number of days"),
        ("a warning=1 warning=2", "twice"),
        ("a critical=1 critical=1", "twice"),
    ] {
        let error = parse_line(line.as_bytes()).expect_err(line);
        assert!(error.to_string().contains(word), "{line}: {error}");
    }
    assert_eq!(parse_line(b"\xff"), Err(LineError::NotUtf8));
    assert_eq!(parse_line(&[b'a'; 5000]), Err(LineError::TooLong));
}

#[test]
fn a_domain_has_columns_of_its_own() {
    let line = b"MX:Example.ORG label=\"our mail\" cacerts=ca.pem crl=lists warning=20 critical=5";
    let entry = parse_line(line).expect("a line").expect("an entry");
    assert_eq!(entry.input, "MX:Example.ORG");
    let Subject::Domain(domain) = &entry.subject else {
        unreachable!("{entry:?}");
    };
    assert_eq!(domain.as_str(), "example.org");
    let texts = [&entry.label, &entry.cacerts, &entry.crl].map(Option::as_deref);
    assert_eq!(texts, [Some("our mail"), Some("ca.pem"), Some("lists")]);
    let levels = (entry.warning, entry.critical);
    assert_eq!(levels, (Some(Least::Days(20)), Some(Least::Days(5))));
    assert!(!entry.names_a_port() && entry.is_domain());
    let pin = format!("pin=sha256:{}", "a".repeat(64));
    for column in ["servername=mx.example.org", &pin, "mail", "ports=25"] {
        let line = format!("mx:example.org label=x {column}");
        let name = column.split('=').next().unwrap_or_default();
        let error = parse_line(line.as_bytes()).expect_err(column);
        assert_eq!(error, LineError::OfServer(name.to_owned()), "{column}");
    }
    for (line, word) in [
        ("mx:example.org:25", "\"example.org:25\""),
        ("mx:192.0.2.1", "mx: is for the name of a domain"),
        ("mx:", "empty"),
        ("mx:a label=x label=y", "twice"),
        ("mx:a colour=red", "unknown column"),
        ("mx:a word", "not a column"),
    ] {
        let error = parse_line(line.as_bytes()).expect_err(line).to_string();
        assert!(error.contains(word), "{line}: {error}");
    }
    // A host of that name, which a port tells apart.
    let entry = parse_line(b"mx:25 mail").expect_err("a port and ports");
    assert_eq!(entry, LineError::PortAndPorts);
}

proptest::proptest! {
    #[test]
    fn any_line_is_answered(line: Vec<u8>) {
        let _ = parse_line(&line);
    }
}
