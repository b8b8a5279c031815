//! Other ways to a server than a connection of one's own.

use super::host::{Host, authority};
use super::target::parse_port;
use std::fmt;
use std::str::FromStr;

/// The way to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A proxy, which looks the server's name up and connects to it.
    Proxy(Proxy),
    /// A command, whose standard input and output lead to the server.
    Command(CommandLine),
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proxy(proxy) => proxy.fmt(f),
            Self::Command(command) => f.write_str(&command.text),
        }
    }
}

/// The protocol of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// SOCKS 5 (RFC 1928), without a login.
    Socks5,
    /// HTTP's CONNECT (RFC 9110 §9.3.6), without a login.
    Http,
}

/// A proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// What it speaks.
    pub protocol: ProxyProtocol,
    /// Its host.
    pub host: Host,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.protocol {
            ProxyProtocol::Socks5 => "socks5",
            ProxyProtocol::Http => "http",
        };
        write!(f, "{scheme}://{}", authority(&self.host, self.port))
    }
}

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "write it as socks5://HOST:PORT or http://HOST:PORT";
        let (scheme, rest) = text.split_once("://").ok_or(FORM)?;
        let protocol = match scheme.to_ascii_lowercase().as_str() {
            // curl's name for one that looks the name up, which all do here.
            "socks5" | "socks5h" => ProxyProtocol::Socks5,
            "http" => ProxyProtocol::Http,
            _ => return Err(FORM.to_owned()),
        };
        if rest.contains('@') {
            return Err("a login at the proxy is not supported".to_owned());
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = rest.rsplit_once(':').ok_or(FORM)?;
        if host.contains(':') && !host.starts_with('[') {
            return Err(FORM.to_owned());
        }
        Ok(Self {
            protocol,
            host: host
                .parse()
                .map_err(|why: super::TargetError| why.to_string())?,
            port: parse_port(port).map_err(|why| why.to_string())?,
        })
    }
}

/// A command and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// As typed.
    pub text: String,
    /// The words of it, as a shell splits them; at least one.
    words: Vec<String>,
}

impl CommandLine {
    /// The words for one server: `%h` is its host, `%p` its port, `%%` a percent sign.
    pub fn words_for(&self, host: &Host, port: u16) -> Vec<String> {
        let (host, port) = (host.to_string(), port.to_string());
        let words = self.words.iter();
        // What else stands after a percent sign was refused.
        let filled = words.map(|word| filled(word, &host, &port).unwrap_or_default());
        filled.collect()
    }
}

impl FromStr for CommandLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = shell_words::split(text).map_err(|_| "a quote is not closed")?;
        match words.first() {
            Some(program) if !program.is_empty() => {}
            _ => return Err("name a command, such as 'ssh -W %h:%p jump'".to_owned()),
        }
        if text.contains('\0') {
            return Err("it has a NUL byte".to_owned());
        }
        for word in &words {
            filled(word, "", "")?;
        }
        Ok(Self {
            text: text.to_owned(),
            words,
        })
    }
}

/// A word with host and port in the places for them.
fn filled(word: &str, host: &str, port: &str) -> Result<String, String> {
    let mut all = String::with_capacity(word.len());
    let mut characters = word.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            all.push(character);
            continue;
        }
        match characters.next() {
            Some('h') => all.push_str(host),
            Some('p') => all.push_str(port),
            Some('%') => all.push('%'),
            _ => return Err("after % stands h (the host), p (the port) or %".to_owned()),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_as_it_is_shown() {
        for (text, shown) in [
            ("socks5://127.0.0.1:1080", "socks5://127.0.0.1:1080"),
            (
                "SOCKS5H://Proxy.example:1080/",
                "socks5://proxy.example:1080",
            ),
            ("http://[::1]:3128", "http://[::1]:3128"),
        ] {
            let read: Proxy = text.parse().expect(text);
            assert_eq!(read.to_string(), shown);
        }
        for text in [
            "",
            "127.0.0.1:1080",
            "socks4://a:1",
            "https://a:443",
            "http://a",
            "http://a:0",
            "http://::1:3128",
            "http://a:1/x",
            "http://user:word@a:1",
            "http://:1",
            "http://a b:1",
        ] {
            assert!(text.parse::<Proxy>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_command_is_split_as_a_shell_does_and_then_filled() {
        let host: Host = "mail.example.org".parse().expect("a host");
        let words = |text: &str| {
            let command: CommandLine = text.parse().expect(text);
            command.words_for(&host, 587)
        };
        assert_eq!(
            words("ssh -W %h:%p 'a jump'"),
            ["ssh", "-W", "mail.example.org:587", "a jump"]
        );
        assert_eq!(words(r#"x "%%h" \$HOME ;&"#), ["x", "%h", "$HOME", ";&"]);
        for text in ["", "  ", "''", "a 'b", "a %x", "a %", "a\0b"] {
            assert!(text.parse::<CommandLine>().is_err(), "{text:?}");
        }
    }
}
