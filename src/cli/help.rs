//! The help texts of more than one line, and the headings of its groups.

pub(super) const TARGET_HELP: &str = "The servers: HOST[:PORT], [IPV6]:PORT, or a URL such as imaps://HOST; mx:DOMAIN is a domain's mail";
pub(super) const TARGET_LONG_HELP: &str = "\
The servers: HOST[:PORT], [IPV6]:PORT, or a URL such as smtps://HOST[:PORT] or imap://HOST[:PORT]

smtp://, imap://, pop3://, sieve:// and lmtp:// are STARTTLS; smtps://, imaps:// and pop3s:// are implicit TLS. \
The port is 25 when left out, or that of the scheme; the names of the schemes are names of ports, too, and \
submission (587) and submissions (465) are both. Without a scheme the port suggests the protocol, and the \
greeting decides. lmtp+unix:PATH is LMTP on a Unix socket. mx:example.org is the mail of a domain: its MX hosts at every \
address, DNSSEC, DANE and MTA-STS, and what each kind of sender will do. Without a target it is the server that `hg email` would use here: smtp.host, smtp.port \
and smtp.tls of Mercurial's configuration.";
pub(super) const CONNECTION: &str = "Connection";
pub(super) const DOMAIN: &str = "DNS and domains";
pub(super) const JUDGEMENT: &str = "Validation";
pub(super) const OUTPUT: &str = "Output";
pub(super) const MERCURIAL: &str = "Mercurial";
pub(super) const PIN: &str = "Pin";
pub(super) const LIST: &str = "List";
pub(super) const PACING: &str = "Pacing";
pub(super) const FINDINGS: &str = "Findings";
pub(super) const EXAMPLE: &str = "Example: smtp-certcheck mail.example.org:587";
pub(super) const PIN_EXAMPLE: &str = "Example: smtp-certcheck pin mail.example.org:587 --write";
pub(super) const AUDIT_EXAMPLE: &str = "Example: smtp-certcheck audit --input hosts.txt";
pub(super) const AUDIT_AFTER_HELP: &str = "\
Exit status:
  0    no finding that --fail-on names
  1    at least one
  2    wrong usage, a file that cannot be read, or bad lines in the list (the rest was checked)
  130  interrupted: finished results are written; --resume continues
  With --format nagios: 0 OK, 1 warning, 2 critical, 3 unknown.

Examples:
  smtp-certcheck audit --input hosts.txt
  smtp-certcheck audit --input - --format jsonl < hosts.txt > today.jsonl
  smtp-certcheck audit --input hosts.txt --baseline results.jsonl --save results.jsonl --changes-only
  smtp-certcheck audit --input hosts.txt --baseline results.jsonl --save results.jsonl --quiet
  smtp-certcheck audit --input hosts.txt --format prometheus --output /var/lib/node_exporter/smtp.prom -q
  smtp-certcheck audit --input hosts.txt --format nagios --warning 21 --critical 7
  smtp-certcheck audit --input million.txt --resume results.jsonl --jobs 1000";
pub(super) const CONFIG_AFTER_HELP: &str = "\
Exit status:
  0  the settings are shown
  2  wrong usage, or a file that cannot be read

Examples:
  smtp-certcheck config
  smtp-certcheck config -R ~/src/project";
pub(super) const COMPLETIONS_AFTER_HELP: &str = "\
Exit status:
  0  they are printed
  2  wrong usage

Notes:
  For zsh, ~/.zshrc needs fpath=(~/.zfunc $fpath) before compinit. The script for PowerShell has
  not been tried there.

Examples:
  smtp-certcheck completions bash > ~/.local/share/bash-completion/completions/smtp-certcheck
  smtp-certcheck completions zsh > ~/.zfunc/_smtp-certcheck
  smtp-certcheck completions fish > ~/.config/fish/completions/smtp-certcheck.fish
  smtp-certcheck completions elvish >> ~/.config/elvish/rc.elv";
pub(super) const MAN_AFTER_HELP: &str = "\
Exit status:
  0  the page is printed
  2  wrong usage

Examples:
  smtp-certcheck man | man -l -
  smtp-certcheck man json > ~/.local/share/man/man5/smtp-certcheck-json.5";
pub(super) const PIN_TARGET_HELP: &str = "\
The server: HOST[:PORT], [IPV6]:PORT, or a URL such as smtps://HOST[:PORT] or imap://HOST[:PORT] \
[default: the one that `hg email` would use here]

Without a port, and if it is the host of smtp.host, smtp.port and smtp.tls say how to connect. --for \
TOOL does not look there, and needs a TARGET.";

pub(super) const PIN_AFTER_HELP: &str = "\
Exit status:
  0  the lines are printed, or are written and in force, or stood there already
  1  nothing was pinned, or the pin is written but not in force; the message says why
  2  wrong usage, or a file that cannot be read or written
  3, 4, 5  as for the main command: unreachable, refused before TLS, TLS failed

Notes:
  A pin replaces everything: hg looks at neither CA nor name nor dates then. It holds for one
  certificate, so a renewed certificate needs a new pin; --add keeps both while it changes.

Examples:
  smtp-certcheck pin mail.example.org:587 >> ~/.hgrc
  smtp-certcheck pin mail.example.org:587 --write
  smtp-certcheck pin mail.example.org:587 --write --yes --expect sha256:9ab0…
  smtp-certcheck pin mail.example.org:587 --write --add
  smtp-certcheck pin mail.example.org --all --write
  smtp-certcheck pin smtps://mail.example.org --write --by cacerts --ca-out ~/mail-ca.pem
  smtp-certcheck pin --for
  smtp-certcheck pin mail.example.org:587 --for postfix --by key >> /etc/postfix/tls_policy
  smtp-certcheck pin mail.example.org:587 --for git --ca-out ~/mail-ca.pem";

pub(super) const AFTER_HELP: &str = "\
Exit status:
  0  every chain is trusted, or its certificate is pinned; mail for the domain is delivered
  1  a certificate is not trusted, or --warning, --critical or --pin-expires warns; senders cannot
     deliver to the domain, or it lacks what --require names
  2  wrong usage, or a file that cannot be read
  3  a server cannot be reached: name, connection, or a time-out at any step; no answer about MX
  4  refused before TLS: STARTTLS missing or refused, busy, another protocol
  5  the TLS handshake failed
  With several targets: 1 if it is the code of any, else the largest.

Environment:
  SMTP_CERTCHECK_CACERTS       in place of the system's trust anchors; colons part several
  SMTP_CERTCHECK_CRL           revocation lists, unless --crl is given; colons part several
  SMTP_CERTCHECK_TIMEOUT, SMTP_CERTCHECK_EHLO, SMTP_CERTCHECK_COLOR
                               defaults of --timeout, --ehlo and --color
  SSL_CERT_FILE, SSL_CERT_DIR  where the system's trust anchors are, unless --cacerts is given
  NO_COLOR, CLICOLOR=0         no colours, unless --color always
  CLICOLOR_FORCE, FORCE_COLOR  colours without a terminal, too, unless --color never

Examples:
  smtp-certcheck mail.example.org:587
  smtp-certcheck smtps://mail.example.org smtp://mx2.example.org:25
  smtp-certcheck '[2001:db8::25]:25' --servername mail.example.org --ehlo probe.example.net
  smtp-certcheck mx:example.org
  smtp-certcheck mx:example.org --require any --format nagios
  smtp-certcheck mx1.example.org:25 --dane
  smtp-certcheck mail.example.org:587 --cacerts corp-ca.pem --format json
  smtp-certcheck mail.example.org:587 --format nagios --warning 21 --critical 7
  smtp-certcheck -q mail.example.org:587 --warning 21
  smtp-certcheck -q --pin-expires 21
  smtp-certcheck mail.example.org:587 --format pem > saved.pem
  smtp-certcheck --chain saved.pem --servername mail.example.org --at 2027-01-01";
