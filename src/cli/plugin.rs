//! The options that every monitoring plugin has (Monitoring Plugins Guidelines, "Standard options"):
//! existing commands fit. They are hidden, because they are other names for what has a name.

use super::value::{SubjectArg, TargetArg, port, subject};
use crate::endpoint::authority;
use clap::Args;

/// The options of monitoring plugins. `-H` means `--format nagios`, unless another is given.
#[derive(Clone, Debug, Args)]
pub struct Plugin {
    /// The server, as TARGET
    #[arg(short = 'H', long, value_name = "HOST", value_parser = subject, hide = true)]
    pub hostname: Option<SubjectArg>,

    /// The port of targets without one
    #[arg(short, long, value_name = "PORT", value_parser = port, hide = true)]
    pub port: Option<u16>,
}

impl Plugin {
    /// The server of `-H` and those of the command line, with the port of `-p` where none is given.
    pub fn targets(&self, named: &[SubjectArg]) -> Vec<SubjectArg> {
        let all = self.hostname.iter().chain(named);
        all.map(|one| match one {
            SubjectArg::Host(target) => SubjectArg::Host(self.with_port(target)),
            SubjectArg::Domain(_) => one.clone(),
        })
        .collect()
    }

    fn with_port(&self, one: &TargetArg) -> TargetArg {
        let mut one = one.clone();
        if let Some(port) = self
            .port
            .filter(|_| one.target.port.is_none() && !one.target.host.is_socket())
        {
            one.target.port = Some(port);
            let scheme = one.input.split_once("://").map(|(scheme, _)| scheme);
            let scheme = scheme.map_or_else(String::new, |scheme| format!("{scheme}://"));
            one.input = format!("{scheme}{}", authority(&one.target.host, port));
        }
        one
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, FormatArg};
    use clap::Parser as _;

    /// The targets and the format of a command line.
    fn read(args: &[&str]) -> (Vec<String>, FormatArg) {
        let cli = Cli::try_parse_from([&["smtp-certcheck"], args].concat()).expect("it parses");
        let targets = cli.inspect.plugin.targets(&cli.inspect.targets);
        let inputs = targets.iter().map(|target| target.input().to_owned());
        (inputs.collect(), cli.inspect.format)
    }

    #[test]
    fn the_options_of_a_plugin_mean_a_target_and_the_format() {
        for (args, target, format) in [
            (
                &["-H", "mail.example.org"][..],
                "mail.example.org",
                FormatArg::Nagios,
            ),
            (
                &[
                    "-H",
                    "mail.example.org",
                    "-p",
                    "587",
                    "-w",
                    "21",
                    "-c",
                    "7",
                    "-t",
                    "10",
                ],
                "mail.example.org:587",
                FormatArg::Nagios,
            ),
            (
                &["-H", "2001:db8::25", "-p", "25"],
                "[2001:db8::25]:25",
                FormatArg::Nagios,
            ),
            (
                &["-H", "smtps://mail.example.org", "-p", "4650"],
                "smtps://mail.example.org:4650",
                FormatArg::Nagios,
            ),
            (
                &["--hostname=a.example:25", "--port=587"],
                "a.example:25",
                FormatArg::Nagios,
            ),
            (
                &["-H", "a.example", "--format", "json"],
                "a.example",
                FormatArg::Json,
            ),
            (&["-H", "mx:a.example"], "mx:a.example", FormatArg::Nagios),
            (
                &["a.example", "-p", "587"],
                "a.example:587",
                FormatArg::Table,
            ),
        ] {
            assert_eq!(read(args), (vec![target.to_owned()], format), "{args:?}");
        }
        for args in [
            &["-H", "a b"][..],
            &["-H", "a", "-p", "0"],
            &["-H", "a", "-H", "b"],
        ] {
            assert!(
                Cli::try_parse_from([&["smtp-certcheck"], args].concat()).is_err(),
                "{args:?}"
            );
        }
    }
}
