//! Targets: what a target is shown as is read as the same target, and nothing odd is let through.

use smtp_certcheck::endpoint::{Endpoint, Host, Start, Target, authority};
use smtp_certcheck::escape::is_unsafe;

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(host) = text.parse::<Host>() {
        check_host(&host);
    }
    let Ok(target) = text.parse::<Target>() else {
        return;
    };
    check_host(&target.host);
    if target.host.is_socket() {
        return;
    }
    for asked in [None, Some(Start::Starttls), Some(Start::Implicit)] {
        let endpoint = Endpoint::from_target(target.clone(), asked);
        let again = endpoint.to_string().parse::<Target>().expect("a target");
        assert_eq!(again.host, relative(&endpoint.host), "{endpoint}");
        assert_eq!(again.port, Some(endpoint.port), "{endpoint}");

        let protocol = endpoint.first_protocol();
        let Some(scheme) = protocol.scheme(endpoint.first_start()) else {
            continue;
        };
        let url = format!("{scheme}://{}/", authority(&target.host, endpoint.port));
        let again = Endpoint::from_target(url.parse().expect("a URL"), asked);
        assert_eq!(again.host, relative(&endpoint.host), "{url}");
        assert_eq!(
            (again.port, again.first_start(), again.first_protocol()),
            (endpoint.port, endpoint.first_start(), protocol),
            "{url}"
        );
    }
}

fn check_host(host: &Host) {
    if let Host::Socket(path) = host {
        let text = format!("lmtp+unix:{path}");
        let read: Target = text.parse().expect("a socket");
        assert_eq!(&read.host, host, "as it is shown");
        assert!(path.len() < 108 && !path.contains('\0'), "{path:?}");
        return;
    }
    assert_eq!(
        host.lookup_name().parse().as_ref(),
        Ok(host),
        "as it is looked up"
    );
    assert_eq!(
        host.to_string().parse(),
        Ok(relative(host)),
        "as it is shown"
    );
    if let Host::Name { ascii, .. } = host {
        assert!(ascii.is_ascii() && !ascii.contains(is_unsafe), "{ascii:?}");
        assert!(
            ascii.len() <= 253 && *ascii == ascii.to_lowercase(),
            "{ascii:?}"
        );
        assert!(
            ascii
                .split('.')
                .all(|label| (1..=63).contains(&label.len())),
            "{ascii:?}"
        );
        // What a resolver would take for an IPv4 address.
        let last = ascii.rsplit('.').next().unwrap_or_default();
        let hex = last.strip_prefix("0x").unwrap_or("x");
        let number =
            last.bytes().all(|b| b.is_ascii_digit()) || hex.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(!number, "{ascii:?} ends in a number");
    }
}

/// The trailing dot is for the resolver only, and is not shown.
fn relative(host: &Host) -> Host {
    match host {
        Host::Name { ascii, .. } => Host::Name {
            ascii: ascii.clone(),
            absolute: false,
        },
        Host::Ip(ip) => Host::Ip(*ip),
        Host::Socket(path) => Host::Socket(path.clone()),
    }
}
