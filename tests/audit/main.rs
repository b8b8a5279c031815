//! `audit`: many servers in one run.
//!
//! - `plugin`: the output for monitoring systems, read by their parsers
//! - `results`: the verdicts, the findings, and every format
//! - `running`: progress, signals, patience
//! - `fields`: what the JSON adds up for programs
//! - `daily`: the first run, news from what to what, the order, the last words
//! - `files`: the files that it reads and writes
//! - `incomplete`: runs that do not come to their end, or leave something out
//! - `addresses`: names with several addresses
//! - `distributed`: the list in parts, on several machines
//! - `scale`: thousands of servers at once
//! - `domain_cost`: what domains cost that share their hosts
//! - `domains`: domains in lists
//! - `domain_looks`: what the looks at a domain's hosts cost, and what they find where little is answered
//! - `hosts`: hosts with several ports
//! - `html`: the page, in a real browser

mod addresses;
mod daily;
mod distributed;
mod domain_cost;
mod domain_looks;
mod domains;
mod fields;
mod files;
mod hosts;
mod html;
mod incomplete;
mod plugin;
mod results;
mod running;
mod scale;
