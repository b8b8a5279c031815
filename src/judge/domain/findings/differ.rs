//! Where exactly one of Postfix and Exim defers by the TLSA records of a host.

use super::super::dane::place;
use super::super::facts::{Look, Seen};
use super::dane::{OfHost, START_TLS};
use crate::finding::{Advice, Code, Finding};
use crate::judge::dane::{Judged, Sender};

impl<'d> OfHost<'d> {
    /// Exactly one of Postfix and Exim defers.
    pub(super) fn differ(&self) -> Option<Finding> {
        let what = "what all senders accept is the key of the leaf: ";
        let records = || match self.without_data() {
            empty if empty.is_empty() => Advice::new(what).then(self.publishing.advice()),
            empty => self.publishing.replace(&empty),
        };
        let (message, advice) = if self.judged.exim_looks {
            (self.differ_in_records()?, records())
        } else {
            let (look, message) = self.exim_delivers()?;
            match look.seen {
                Seen::Chain(_) => (message, records()),
                _ => (message, Advice::new(START_TLS)),
            }
        };
        Some(Finding::new(Code::TlsaSendersDiffer, None, message, advice).at(self.broken))
    }

    fn differ_in_records(&self) -> Option<String> {
        let unknown = |sender: &Sender| matches!(sender, Sender::Unknown(_));
        // That Postfix defers has a finding of its own.
        let differs = |judged: &Judged| {
            judged.postfix.defers() != judged.exim.defers() && !unknown(&judged.exim)
        };
        let (look, judged) = self.chains().find(|(_, judged)| differs(judged))?;
        let (one, other) = match (&judged.exim, &judged.postfix) {
            (Sender::Defers(reason), Sender::Unknown(_)) => (
                format!("Exim with GnuTLS ({reason})"),
                "whether Postfix delivers it cannot be checked here",
            ),
            (Sender::Defers(reason), _) => (
                format!("Exim with GnuTLS ({reason})"),
                "Postfix delivers it",
            ),
            _ => (
                "Postfix with OpenSSL".to_owned(),
                "Exim with GnuTLS delivers it",
            ),
        };
        Some(format!(
            "by the TLSA records of \"{}\" {one} defers mail {}, and {other}",
            self.host.name,
            place(look)
        ))
    }

    /// Where Postfix defers by records that Exim does not look at, so that it delivers.
    fn exim_delivers(&self) -> Option<(&'d Look, String)> {
        let mut looks = self.host.looks.iter().zip(&self.judged.looks);
        let (look, _) = looks.find(|(look, judged)| match (&look.seen, judged) {
            (Seen::Chain(_), Some(judged)) => judged.postfix.defers(),
            (Seen::NoStarttls | Seen::TlsFailed(_), _) => true,
            _ => false,
        })?;
        let message = format!(
            "by the TLSA records of \"{}\" Postfix with OpenSSL defers mail {}, and Exim with GnuTLS, which does not look at them here, delivers it",
            self.host.name,
            place(look)
        );
        Some((look, message))
    }
}
