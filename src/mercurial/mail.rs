//! Settings at which `hg email` aborts because of what stands in them: the host, addresses, the
//! template of the flags, and the public repository.

use super::hindrance::Hindrance;
use super::line::SettingLine;
use super::malformed::stop;
use super::stop::Stop;
use crate::hgrc::Config;

/// The addresses and the template that may stop hg.
pub(super) fn stops(config: &Config) -> Vec<Stop> {
    addresses(config).chain(template(config)).collect()
}

/// `smtp.host` with more than a host. The resolver gets it as it is, and knows no brackets, ports or
/// schemes.
pub(super) fn host(config: &Config) -> Option<Stop> {
    let item = config.get(b"smtp", b"host")?;
    let text = String::from_utf8_lossy(&item.value);
    let after_scheme = text.split_once("://").map(|(_, rest)| rest);
    let rest = after_scheme.unwrap_or(&text);
    let authority = rest.split('/').next().unwrap_or(rest);
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => match authority.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, port),
            _ => (authority, ""),
        },
    };
    if host == text.as_ref() {
        return None;
    }
    let port = port.trim_start_matches(':');
    let advice = if port.is_empty() {
        format!("write smtp.host = {host}")
    } else {
        format!("write smtp.host = {host}, and smtp.port = {port}")
    };
    let wanted = "a host alone";
    Some(Stop {
        advice,
        ..stop("smtp", "host", item, wanted, true)
    })
}

/// The addresses in the headers of a mail. Without the option of that name, hg takes them from the
/// first section that has one (`patchbomb.getaddrs`), and aborts unless what stands before the `@`
/// is ASCII (`mail._addressencode`).
fn addresses(config: &Config) -> impl Iterator<Item = Stop> {
    let headers = ["from", "to", "cc", "bcc", "reply-to"].into_iter();
    headers.filter_map(|header| {
        let of = |section: &'static str| {
            let item = config.get(section.as_bytes(), header.as_bytes())?;
            (!item.value.is_empty()).then_some((section, item))
        };
        let (section, item) = of("email").or_else(|| of("patchbomb"))?;
        let wanted = "a list of addresses that are ASCII before the @";
        has_odd_address(&item.value).then(|| stop(section, header, item, wanted, false))
    })
}

/// Whether an address is not ASCII before its `@`. A name beside it may be anything.
fn has_odd_address(value: &[u8]) -> bool {
    let plain = !value.iter().any(|byte| b"\"(\\".contains(byte));
    let mut addresses = value.split(|byte| *byte == b',');
    plain
        && addresses.any(|address| {
            let address = match address.iter().position(|byte| *byte == b'<') {
                Some(at) => &address[at + 1..],
                None => address,
            };
            let local = address.split(|byte| *byte == b'@').next();
            local.is_some_and(|local| !local.is_ascii())
        })
}

/// `patchbomb.flagtemplate`: hg parses it for each mail.
fn template(config: &Config) -> Option<Stop> {
    let item = config.get(b"patchbomb", b"flagtemplate")?;
    let wanted = "a template in which every brace and quote is closed";
    (!is_closed(&item.value)).then(|| stop("patchbomb", "flagtemplate", item, wanted, false))
}

/// Whether every `{` has its `}`, and every string in it its end. Strings hold templates in their
/// turn (`templater._scantemplate`), which is not followed here.
fn is_closed(template: &[u8]) -> bool {
    let mut bytes = template.iter();
    let mut depth = 0_u32;
    let mut quote = None;
    while let Some(&byte) = bytes.next() {
        match (byte, quote) {
            (b'\\', _) => {
                let _escaped = bytes.next();
            }
            (_, Some(open)) if byte == open => quote = None,
            (b'\'' | b'"', None) if depth > 0 => quote = Some(byte),
            (b'{', None) => depth += 1,
            (b'}', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth == 0 && quote.is_none()
}

/// What cannot be known from here, and is in order most of the time: it is no lint, and does not
/// change the exit code.
pub(super) fn doubts(config: &Config) -> Vec<Hindrance> {
    let doubt = |key: &str, reason: &str, counts: fn(&[u8]) -> bool| {
        let item = config.get(b"patchbomb", key.as_bytes())?;
        counts(&item.value).then(|| Hindrance {
            certain: false,
            line: Some(SettingLine {
                key: format!("patchbomb.{key}"),
                source: item.source.clone(),
            }),
            reason: reason.to_owned(),
            local: true,
        })
    };
    let repository = doubt(
        "publicurl",
        "hg email sends only what is in the repository of patchbomb.publicurl, which is not asked here",
        |value| !value.is_empty(),
    );
    let template = doubt(
        "flagtemplate",
        "hg email sends only if patchbomb.flagtemplate is a template, which is not looked into here",
        // Without an expression it is a text.
        |value| value.contains(&b'{') && is_closed(value),
    );
    repository.into_iter().chain(template).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_before_the_at_must_be_ascii() {
        for (value, is_odd) in [
            ("a@b.example", false),
            ("é", true),
            ("é@b.example", true),
            ("a@é.example", false),
            ("René <r@b.example>", false),
            ("R <é@b.example>", true),
            ("a@b.example, é", true),
            ("\"é, x\" <a@b.example>", false),
            ("a@b.example (é)", false),
        ] {
            assert_eq!(has_odd_address(value.as_bytes()), is_odd, "{value}");
        }
    }

    #[test]
    fn braces_and_quotes_of_a_template_are_closed() {
        for (template, closed) in [
            ("", true),
            ("text", true),
            ("it's", true),
            ("\\{", true),
            ("{bad", false),
            ("{separate(' ', '{x}', flags)}", true),
            ("{separate(' ', flags)", false),
            ("{'}", false),
            ("a}", true),
        ] {
            assert_eq!(is_closed(template.as_bytes()), closed, "{template}");
        }
    }
}
