//! Options that do not fit together with the targets.

use crate::audit::Threshold;
use crate::cli::{FormatArg, Inspect, SubjectArg, TargetArg, first_given};
use crate::commands::assess::{one_port_is_named, scheme_says_otherwise, several_ports_elsewhere};
use crate::commands::error::Error;
use crate::endpoint::Host;

/// Why the command line cannot be obeyed.
pub(super) fn unfit(cli: &Inspect, targets: &[SubjectArg]) -> Option<Error> {
    if targets.is_empty() && cli.plugin.port.is_some() {
        return Some(Error::new("-p PORT needs a host").hint("-H mail.example.org -p 587"));
    }
    let hosts: Vec<&TargetArg> = targets.iter().filter_map(SubjectArg::host).collect();
    let mut all = hosts.iter();
    let contradiction = all.find_map(|target| scheme_says_otherwise(target, &cli.connection));
    contradiction
        .or_else(|| for_ports(cli, targets, &hosts))
        .or_else(|| for_a_domain(cli, targets))
        .or_else(|| without_a_domain(cli, targets))
        .or_else(|| for_dane(cli, targets, &hosts))
}

/// Why several ports cannot be looked at, if the user wants that.
fn for_ports(cli: &Inspect, targets: &[SubjectArg], hosts: &[&TargetArg]) -> Option<Error> {
    cli.ports.asked()?;
    if targets.is_empty() {
        let text = "--mail and --ports need a host";
        return Some(Error::new(text).hint("smtp-certcheck mail.example.org --mail"));
    }
    let mut hosts = hosts.iter();
    let named = hosts.find_map(|target| one_port_is_named(&target.target));
    named.or_else(|| several_ports_elsewhere(&cli.connection))
}

/// An option that a domain cannot have.
fn for_a_domain(cli: &Inspect, targets: &[SubjectArg]) -> Option<Error> {
    let domain = targets.iter().find(|target| target.host().is_none())?;
    let option = first_given(&[
        ("--servername", cli.trust.servername.is_some()),
        ("--mail", cli.ports.mail),
        ("--ports", cli.ports.ports.is_some()),
        ("--cert", cli.client.cert.is_some()),
        ("--at", cli.at.is_some()),
        ("--pin-expires", cli.pin_expires.is_some()),
        ("--format pem", cli.format == FormatArg::Pem),
        ("a range in --warning", is_range(cli.warning)),
        ("a range in --critical", is_range(cli.critical)),
    ])?;
    let input = domain.input();
    let text = format!("{option} is for a server, and \"{input}\" is a domain");
    Some(Error::new(text).hint("leave it out, or name a host of the domain"))
}

fn is_range(threshold: Option<Threshold>) -> bool {
    matches!(threshold, Some(Threshold::Range(_)))
}

/// An option that only a domain can have, where there is none.
fn without_a_domain(cli: &Inspect, targets: &[SubjectArg]) -> Option<Error> {
    if targets.iter().any(|target| target.host().is_none()) {
        return None;
    }
    let of_domains = first_given(&[
        ("--require", cli.dns.require.is_some()),
        ("--no-mta-sts", cli.dns.no_mta_sts),
    ]);
    let of_domains =
        of_domains.map(|option| format!("{option} is for a domain, and there is none"));
    let of_dns = || {
        let option = cli.dns.resolving.given().filter(|_| !cli.dane)?;
        let text = format!("{option} is for a domain or --dane, and there is neither");
        Some(text)
    };
    let text = of_domains.or_else(of_dns)?;
    Some(Error::new(text).hint("smtp-certcheck mx:example.org"))
}

/// Why no TLSA records can be looked up: a target has no name.
fn for_dane(cli: &Inspect, targets: &[SubjectArg], hosts: &[&TargetArg]) -> Option<Error> {
    if !cli.dane {
        return None;
    }
    let hint = "smtp-certcheck mx1.example.org:25 --dane";
    if targets.is_empty() {
        return Some(Error::new("--dane needs a host").hint(hint));
    }
    let is_nameless = |host: &&&TargetArg| !matches!(host.target.host, Host::Name { .. });
    let nameless = hosts.iter().find(is_nameless)?;
    let text = format!("--dane needs a name, and \"{}\" has none", nameless.input);
    Some(Error::new(text).hint(hint))
}
