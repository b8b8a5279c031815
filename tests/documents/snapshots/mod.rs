//! What the program prints, word for word: the help (`help`), every format (`formats`), the messages
//! (`messages`), domains (`domains`), hosts with several ports (`ports`), and terminals of several
//! widths (`terminal`).
//! `stage` has the servers and runs the program, `redact` takes out what differs from run to run.
//! The texts lie in `texts/`.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock, files and sockets as they like"
)]

mod domains;
mod formats;
mod help;
mod messages;
mod ports;
mod redact;
mod stage;
mod terminal;

/// Compares `text` with the file of that name in `texts/`.
#[track_caller]
fn assert_text(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("texts");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
