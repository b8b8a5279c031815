//! The grammar of a list: one target a line, `#` comments, and columns `name=value` after the
//! target. A value in double quotes may have blanks and `#`.

use crate::certificate::Least;
use crate::endpoint::{Host, MailPorts, Target, TargetError};
use crate::fingerprint::Comparison;
use crate::fingerprint::Pin;

/// The limit of a line's length; a longer line is an error.
const MAX_LINE: usize = 4096;

/// A target with what the list says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The target as written in the list.
    pub input: String,
    /// The target that it means.
    pub target: Target,
    /// `mail` or `ports=`: the ports of the host to look at; `None`: that of the target.
    pub ports: Option<MailPorts>,
    /// `servername=`: the name that the certificate must be for.
    pub servername: Option<Host>,
    /// `pin=`, which may be repeated: one of them must be the leaf's.
    pub pins: Vec<Pin>,
    /// `cacerts=`: a file of trust anchors.
    pub cacerts: Option<String>,
    /// `crl=`: a file or directory of revocation lists.
    pub crl: Option<String>,
    /// `label=`.
    pub label: Option<String>,
    /// `warning=`: how much time must be left, instead of the value on the command line.
    pub warning: Option<Least>,
    /// `critical=`, likewise.
    pub critical: Option<Least>,
}

/// Why a line is not an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The target.
    #[error("{0}")]
    Target(#[from] TargetError),
    /// The line is too long.
    #[error("the line is longer than {MAX_LINE} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// A column without `=`.
    #[error(
        "\"{0}\" is not a column: use mail, ports=, servername=, pin=, cacerts=, crl=, label=, warning= or critical=, and quotes for blanks, as in label=\"old box\""
    )]
    Column(String),
    /// A quote that is not closed, or not at the end of a column.
    #[error("{0} has no closing quote before a blank or the end of the line")]
    Quote(String),
    /// A column that is not known.
    #[error(
        "unknown column \"{0}\": use mail, ports=, servername=, pin=, cacerts=, crl=, label=, warning= or critical="
    )]
    Unknown(String),
    /// Ports that cannot be looked at.
    #[error("ports: {0}")]
    Ports(TargetError),
    /// Several ports of a target that names one.
    #[error("the target names a port, and the columns mail and ports= are about several")]
    PortAndPorts,
    /// A column that occurs twice.
    #[error("the column \"{0}\" is given twice")]
    Twice(String),
    /// A value that is not a pin.
    #[error("\"{0}\" is not a pin: write pin=sha256: and 64 hex digits (or sha512, sha1)")]
    Pin(String),
    /// A value that is not an amount of time left.
    #[error("{0}: {1}")]
    Least(String, String),
    /// Not a name.
    #[error("servername: {0}")]
    ServerName(TargetError),
}

/// Reads a line without its line end; `None` if it is blank or a comment.
pub fn parse_line(line: &[u8]) -> Result<Option<Entry>, LineError> {
    let line = without_comment(line);
    if line.len() > MAX_LINE {
        return Err(LineError::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
    let (input, mut rest) = first_word(text);
    if input.is_empty() {
        return Ok(None);
    }
    let mut entry = Entry {
        input: input.to_owned(),
        target: input.parse()?,
        ports: None,
        servername: None,
        pins: Vec::new(),
        cacerts: None,
        crl: None,
        label: None,
        warning: None,
        critical: None,
    };
    loop {
        let (word, after) = first_word(rest);
        if word.is_empty() {
            return Ok(Some(entry));
        }
        let Some((name, value)) = word.split_once('=') else {
            column_alone(&mut entry, word)?;
            rest = after;
            continue;
        };
        if value.starts_with('"') {
            // The value may go on after the word.
            let quoted = rest.trim_ascii_start();
            let quoted = quoted.get(name.len() + 2..).and_then(unquoted);
            let (value, after) = quoted.ok_or_else(|| LineError::Quote(name.to_owned()))?;
            column(&mut entry, name, value)?;
            rest = after;
        } else {
            column(&mut entry, name, value)?;
            rest = after;
        }
    }
}

/// The first word, and what comes after it; both are empty at the end.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_ascii_start();
    let end = text.find(|c: char| c.is_ascii_whitespace());
    text.split_at(end.unwrap_or(text.len()))
}

/// The text up to a quote that ends its column, and what comes after that quote.
fn unquoted(text: &str) -> Option<(&str, &str)> {
    let (value, after) = text.split_once('"')?;
    let ends = |c: char| c.is_ascii_whitespace();
    (after.is_empty() || after.starts_with(ends)).then_some((value, after))
}

/// The line without its comment, whose bytes may be anything, and without a byte order mark.
fn without_comment(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let (mut before, mut is_quoted) = (b' ', false);
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'#' if before.is_ascii_whitespace() && !is_quoted => return &line[..at],
            b'"' => is_quoted = !is_quoted && before == b'=',
            _ => {}
        }
        before = *byte;
    }
    line
}

/// A column that is a word.
fn column_alone(entry: &mut Entry, word: &str) -> Result<(), LineError> {
    match word {
        "mail" => at_ports(entry, word, MailPorts::All),
        _ => Err(LineError::Column(word.to_owned())),
    }
}

/// Several ports of the host.
fn at_ports(entry: &mut Entry, name: &str, ports: MailPorts) -> Result<(), LineError> {
    if entry.ports.is_some() {
        return Err(LineError::Twice(name.to_owned()));
    }
    if entry.names_a_port() {
        return Err(LineError::PortAndPorts);
    }
    entry.ports = Some(ports);
    Ok(())
}

fn column(entry: &mut Entry, name: &str, value: &str) -> Result<(), LineError> {
    let once = |is_set: bool| {
        let twice = is_set.then(|| LineError::Twice(name.to_owned()));
        twice.map_or(Ok(()), Err)
    };
    match name {
        "servername" => {
            once(entry.servername.is_some())?;
            entry.servername = Some(value.parse().map_err(LineError::ServerName)?);
        }
        "ports" => at_ports(entry, name, value.parse().map_err(LineError::Ports)?)?,
        "pin" => {
            let pin = Pin::parse(value).filter(Pin::is_complete);
            entry
                .pins
                .push(pin.ok_or_else(|| LineError::Pin(value.to_owned()))?);
        }
        "cacerts" => {
            once(entry.cacerts.is_some())?;
            entry.cacerts = Some(value.to_owned());
        }
        "crl" => {
            once(entry.crl.is_some())?;
            entry.crl = Some(value.to_owned());
        }
        "label" => {
            once(entry.label.is_some())?;
            entry.label = Some(value.to_owned());
        }
        "warning" | "critical" => {
            let level = match name {
                "warning" => &mut entry.warning,
                _ => &mut entry.critical,
            };
            once(level.is_some())?;
            let least = value.parse();
            *level = Some(least.map_err(|why| LineError::Least(name.to_owned(), why))?);
        }
        _ => return Err(LineError::Unknown(name.to_owned())),
    }
    Ok(())
}

impl Entry {
    /// Whether the target says which port is meant.
    pub fn names_a_port(&self) -> bool {
        self.target.port.is_some() || self.target.start.is_some()
    }

    /// Compares the pins of the line with a leaf, in DER.
    pub fn compare(&self, leaf: &[u8]) -> Comparison {
        if self.pins.is_empty() {
            return Comparison::NotMade;
        }
        self.pins.iter().any(|pin| pin.matches(leaf)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_targets_with_columns() {
        let pin = format!("sha256:{}", "a".repeat(64));
        let line =
            format!("mail.example:587 servername=mx.example pin={pin} pin={pin} label=x # y=");
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

    proptest::proptest! {
        #[test]
        fn any_line_is_answered(line: Vec<u8>) {
            let _ = parse_line(&line);
        }
    }
}
