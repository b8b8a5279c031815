//! Nagios, Icinga 2 and NRPE.

use super::{Desk, block, wait_for};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use testkit::program::{finish, program};
use testkit::system::{Running, unpacked};

/// What every installation of Nagios has.
const AROUND: &str = "\
define timeperiod {
    timeperiod_name 24x7
    alias           always
}
define command {
    command_name notify
    command_line /bin/true
}
define contact {
    contact_name                  admin
    host_notification_commands    notify
    service_notification_commands notify
    host_notification_period      24x7
    service_notification_period   24x7
}
define host {
    host_name          mail.example.org
    max_check_attempts 3
    contacts           admin
}
define service {
    name                generic-service
    check_period        24x7
    notification_period 24x7
    max_check_attempts  3
    contacts            admin
    register            0
}
";

/// Nagios accepts the objects, and the command that it would run is a plugin.
pub(super) fn nagios(desk: &Desk, test: &str) {
    let Some(mut nagios) = unpacked(test, "nagios", "usr/sbin/nagios4") else {
        return;
    };
    let objects = block("nagios", "define command");
    let objects = desk.dir.file("objects.cfg", format!("{objects}\n{AROUND}"));
    let config = format!(
        "cfg_file={}\nlog_file={home}/nagios.log\ncheck_result_path={home}\nnagios_user=root\nnagios_group=root\nillegal_macro_output_chars=`~$&|'<>\n",
        objects.display(),
        home = desk.dir.path().display(),
    );
    let config = desk.dir.file("nagios.cfg", config);
    let run = finish(nagios.arg("-v").arg(config));
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(
        run.stdout.contains("Total Warnings: 0") && run.stdout.contains("Total Errors:   0"),
        "{}",
        run.stdout
    );

    let definitions = std::fs::read_to_string(objects).expect("the objects");
    let field = |name: &str| {
        let mut lines = definitions
            .lines()
            .filter_map(|line| line.trim().strip_prefix(name));
        lines.next().expect(name).trim().to_owned()
    };
    let check = field("check_command");
    let mut line = field("command_line").replace("$HOSTNAME$", "mail.example.org");
    for (index, argument) in check.split('!').enumerate().skip(1) {
        line = line.replace(&format!("$ARG{index}$"), argument);
    }
    let run = desk.shell(&line);
    assert_eq!(run.code, 0, "{line}: {}", run.stdout);
    let begin = "SMTP CERT OK - mail.example.org:587: trusted, expires in ";
    assert!(run.stdout.starts_with(begin) && run.stdout.contains(";21:;7: "));
}

/// What Icinga 2 sends for its graphs, line by line.
fn graphite() -> mpsc::Receiver<String> {
    let listener = TcpListener::bind("127.0.0.1:2003").expect("a port of the network's own");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        }
    });
    receiver
}

/// A daemon of Icinga 2 with a configuration.
fn daemon(desk: &Desk, mut icinga: Command, config: &str) -> Command {
    let config = desk.dir.file("icinga2.conf", config);
    icinga.arg("daemon").arg("-c").arg(config);
    for folder in ["Data", "InitRun", "Log", "Spool", "Cache", "Config"] {
        let path = desk.dir.path().join(folder);
        std::fs::create_dir_all(&path).expect("a folder");
        icinga.arg(format!("-DConfiguration.{folder}Dir={}", path.display()));
    }
    for constant in [
        "Configuration.RunAsUser=root",
        "Configuration.RunAsGroup=root",
        "NodeName=here",
        "ZoneName=here",
    ] {
        icinga.arg(format!("-D{constant}"));
    }
    desk.prepare(&mut icinga);
    icinga
}

fn program_of_ours() -> PathBuf {
    program().get_program().into()
}

/// A real daemon runs the checks, and reads their states and performance data.
pub(super) fn icinga(desk: &Desk, test: &str) {
    const PROGRAM: &str = "usr/lib/x86_64-linux-gnu/icinga2/sbin/icinga2";
    let path = PROGRAM.replace("x86_64", std::env::consts::ARCH);
    let Some(icinga) = unpacked(test, "icinga", &path) else {
        return;
    };
    let objects = block("icinga2", "object CheckCommand");
    // Six hours are too long for a test, and what comes before the connection for graphs is lost.
    let objects = objects.replace("check_interval = 6h", "check_interval = 1s");
    let objects = objects.replace("retry_interval = 15m", "retry_interval = 1s");
    let hosts = ["mail.example.org", "old.example.org"].map(|name| {
        format!(
            "object Host \"{name}\" {{\n check_command = \"smtp_cert\"\n enable_active_checks = false\n vars.smtp_port = 587\n}}\n"
        )
    });
    // Several targets are one plugin, whose labels hold the names of all: `::` is a separator.
    let many = format!(
        "object CheckCommand \"many\" {{\n command = [ \"{}\", \"--format\", \"nagios\", \"[2001:db8::25]:25\", \"mail.example.org:587\" ]\n}}\n\
         object Service \"many\" {{\n host_name = \"mail.example.org\"\n check_command = \"many\"\n check_interval = 1s\n retry_interval = 1s\n}}\n",
        program_of_ours().display()
    );
    let around = "object CheckerComponent \"checker\" { }\n\
        object Endpoint NodeName { }\n\
        object Zone ZoneName { endpoints = [ NodeName ] }\n\
        object GraphiteWriter \"graphs\" { enable_send_metadata = true }\n";
    let lines = graphite();
    let config = format!("{objects}\n{}{many}{around}", hosts.concat());
    let log = desk.dir.path().join("icinga.log");
    let _running = Running::start(&mut daemon(desk, icinga, &config), &log);

    let mut seen: Vec<(String, String)> = Vec::new();
    let wanted = [
        "mail_example_org.services.smtp-certificate.smtp_cert.metadata.state",
        "mail_example_org.services.smtp-certificate.smtp_cert.perfdata.days.value",
        "mail_example_org.services.smtp-certificate.smtp_cert.perfdata.days_chain_elem1.value",
        "mail_example_org.services.smtp-certificate.smtp_cert.perfdata.days_chain_elem2.value",
        "mail_example_org.services.smtp-certificate.smtp_cert.perfdata.time.value",
        "old_example_org.services.smtp-certificate.smtp_cert.metadata.state",
        "old_example_org.services.smtp-certificate.smtp_cert.perfdata.days.value",
        "mail_example_org.services.many.many.perfdata.days_[2001:db8:_:25]:25.value",
        "mail_example_org.services.many.many.perfdata.days_mail.example.org:587.value",
        "mail_example_org.services.many.many.perfdata.time_mail.example.org:587.value",
    ]
    .map(|name| format!("icinga2.{name}"));
    let values = wait_for(&log, || {
        for line in lines.try_iter() {
            let mut words = line.split(' ').map(str::to_owned);
            seen.extend(words.next().zip(words.next()));
        }
        let value = |name: &String| {
            let found = seen.iter().find(|(other, _)| other == name);
            found.and_then(|(_, value)| value.parse::<f64>().ok())
        };
        wanted.iter().map(value).collect::<Option<Vec<f64>>>()
    });
    assert_eq!((values[0], values[5]), (0.0, 2.0), "{values:?}");
    assert!(
        values[1] > 21.0 && (values[1] - values[2]).abs() < f64::EPSILON,
        "{values:?}"
    );
    assert!(values[3] > 100.0, "the intermediate: {values:?}");
    assert!(values[4] > 0.0 && values[4] < 30.0, "seconds: {values:?}");
    assert!(values[6] < 0.0, "expired: {values:?}");
    // No label was taken apart.
    let unknown = seen.iter().map(|(name, _)| name).filter(|name| {
        let perfdata = name.split(".perfdata.").nth(1);
        perfdata.is_some_and(|label| !label.starts_with("days") && !label.starts_with("time"))
    });
    assert_eq!(unknown.count(), 0, "{seen:?}");
}

/// A real daemon runs the command that a real client asks for.
pub(super) fn nrpe(desk: &Desk, test: &str) {
    let Some(mut daemon) = unpacked(test, "nrpe", "usr/sbin/nrpe") else {
        return;
    };
    let block = block("nrpe", "command[");
    // It refuses to run as root.
    let config = format!(
        "server_address=127.0.0.1\nallowed_hosts=127.0.0.1\nnrpe_user=nobody\nnrpe_group=nogroup\n\
         pid_file={}/nrpe.pid\ncommand_timeout=60\n{block}",
        desk.dir.path().display()
    );
    let config = desk.dir.file("nrpe.cfg", config);
    daemon.args(["-f", "-n", "-c"]).arg(config);
    let log = desk.dir.path().join("nrpe.log");
    let _running = Running::start(desk.prepare(&mut daemon), &log);
    let ask = || {
        let mut client = unpacked(test, "check_nrpe", "usr/lib/nagios/plugins/check_nrpe")?;
        let name = ["-c", "check_smtp_cert"];
        let run = finish(
            client
                .args(["-n", "-H", "127.0.0.1", "-t", "40"])
                .args(name),
        );
        // Until the daemon listens, that is unknown.
        (run.code == 0).then_some(run)
    };
    let run = wait_for(&log, ask);
    let begin = "SMTP CERT OK - mail.example.org:587: trusted, ";
    assert!(run.stdout.starts_with(begin), "{}", run.stdout);
}
