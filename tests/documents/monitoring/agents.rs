//! Checkmk and Zabbix.

use super::{Desk, HOSTS, block};
use serde_json::Value;
use testkit::program::{check_schema, finish};
use testkit::system::unpacked;

/// Checkmk is not in Debian, so its documentation of local checks is the judge: a state, the name of
/// the service in quotes, metrics or a hyphen, a text.
pub(super) fn checkmk(desk: &Desk) {
    let form = r#"^([0-3]) "([^"]+)" (-|[a-z_]+=-?[0-9.]+) (\S.*)$"#;
    let form = regex::Regex::new(form).expect("a pattern");
    std::fs::create_dir_all("/etc/smtp-certcheck").expect("this network has its own /etc");
    let list = format!("{HOSTS}nosuch.example.org\n");
    std::fs::write("/etc/smtp-certcheck/hosts.txt", list).expect("the list");
    let run = desk.shell(&block("sh", "SMTP certificate"));
    assert_eq!(run.stderr, "");
    let lines = run.stdout.lines().map(|line| {
        let found = form.captures(line).expect(line);
        [1, 2, 3, 4].map(|index| found[index].to_owned())
    });
    let lines: Vec<[String; 4]> = lines.collect();
    let services = lines.iter().map(|[state, service, metrics, _]| {
        let service = service.strip_prefix("SMTP certificate ").expect(service);
        let metric = metrics.split('=').next().unwrap_or_default();
        format!("{state} {service} {metric}")
    });
    assert_eq!(
        services.collect::<Vec<_>>(),
        [
            "0 mail.example.org:587 days",
            "0 mx2.example.org days",
            "2 old.example.org:587 days",
            "2 nosuch.example.org -",
        ],
        "{}",
        run.stdout
    );
    let [_, _, metrics, text] = &lines[2];
    assert!(metrics.starts_with("days=-"), "{metrics}");
    assert!(
        text.starts_with("SMTP CERT CRITICAL - ") && !text.contains('|'),
        "{text}"
    );
}

/// The agent itself gets the item, and the fields of the document are in it.
pub(super) fn zabbix(desk: &Desk, test: &str) {
    let Some(mut agent) = unpacked(test, "zabbix", "usr/sbin/zabbix_agentd") else {
        return;
    };
    let parameter = block("zabbix", "UserParameter");
    let config = format!("LogType=console\nServer=127.0.0.1\nTimeout=30\nAllowRoot=1\n{parameter}");
    let config = desk.dir.file("zabbix.conf", config);
    agent.arg("-c").arg(config);
    agent.args(["-t", "smtp.cert[mail.example.org:587]"]);
    let run = finish(desk.prepare(&mut agent));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // As it prints an item: the key, the type, and the value.
    let (_, value) = run.stdout.split_once("[t|").expect(&run.stdout);
    let (value, _) = value.rsplit_once(']').expect("its end");
    let report: Value = serde_json::from_str(value).expect("JSON");
    check_schema(&report);
    assert_eq!(report["outcome"], "trusted");
    let document = include_str!("../../../docs/monitoring.md");
    let paths = document.split("`$.").skip(1);
    let paths = paths.filter_map(|rest| rest.split('`').next());
    let mut count = 0;
    for path in paths {
        let pointer = path.replace("[0]", "/0").replace('.', "/");
        let field = report.pointer(&format!("/{pointer}")).expect(path);
        assert!(!field.is_null(), "{path}");
        count += 1;
    }
    assert_eq!(count, 3);
}
