//! The error of a start whose port is taken: it then tries others.

use super::place::Place;
use super::{Kind, Mta, StartError};
use crate::daemon::says_taken;
use crate::pki::{KeyKind, Pki, leaf};
use std::net::TcpListener;
use std::time::{Duration, Instant};

#[test]
fn a_server_whose_port_is_taken_ends_and_says_so() {
    for kind in Kind::ALL {
        for port in [|place: &Place| place.starttls, |place: &Place| place.smtps] {
            match Place::prepare(kind) {
                Ok(place) => {
                    let port = port(&place);
                    fails(kind, place, port);
                }
                Err(StartError::NotInstalled(why)) => {
                    crate::skip::skip(&format!("a taken port ({kind})"), &why);
                }
                Err(StartError::Failed(why)) => panic!("{why}"),
            }
        }
    }
}

fn fails(kind: Kind, place: Place, port: u16) {
    let _stranger = TcpListener::bind(("127.0.0.1", port)).expect("a free port");
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let mut mta = Mta::spawn(kind, place, &identity).expect("a start");
    let start = Instant::now();
    let outcome = mta.wait_for_greeting(kind);
    let Err(StartError::Failed(why)) = outcome else {
        panic!("{kind}: {outcome:?}");
    };
    assert!(says_taken(&why), "{why}");
    assert!(start.elapsed() < Duration::from_secs(10), "{kind}");
}
