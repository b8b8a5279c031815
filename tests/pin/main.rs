//! `pin`: what it prints, asks and writes.
//!
//! - `all`: `--all`, every certificate of a host or none
//! - `check`: `--check`, whether the host still presents what is pinned
//! - `for_mercurial`: the lines for an hgrc, and the edit of one
//! - `for_programs`: `--for`, with the real programs as the judges
//! - `who_verifies_what`: the table of docs/who-verifies-what.md, by the real programs
//! - `prompts`: the questions at a terminal
//! - `published`: what `--for tlsa` says of the records that are published
//! - `real_host`: `--all` at Postfix, Dovecot and HAProxy
//! - `real_sending`: `hg email` through every place of a host, by one pin set
//! - `files`: how a file is replaced, whatever happens meanwhile

mod all;
mod check;
mod files;
mod for_mercurial;
mod for_programs;
mod host;
mod prompts;
mod published;
mod real_host;
mod real_sending;
mod who_verifies_what;
