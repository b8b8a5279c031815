//! b4, which sends patches.

use super::unpinnable::Unpinnable;

/// It calls Python's `smtplib.SMTP.starttls()` and `smtplib.SMTP_SSL()` without a context, and Python
/// verifies nothing then (`b4/__init__.py`, `get_smtp`).
pub(super) const UNPINNABLE: Unpinnable = Unpinnable {
    name: "b4",
    help: "b4: cannot be pinned; says what to do instead",
    why: "b4 verifies no certificate, and has no setting that changes it: it sends to any server",
    instead: "let it send by a pinned msmtp. Put what this prints into ~/.msmtprc, with a line \
              \"account default : ACCOUNT\" below, and b4 and git send-email both use it:\n  \
              smtp-certcheck pin TARGET --for msmtp\n  \
              git config --global sendemail.smtpServer /usr/bin/msmtp",
};
