//! The formats of an audit, one file for each.

mod addresses;
mod changed;
mod csv;
mod domain_metrics;
mod exposition;
mod format;
mod html;
mod jsonl;
mod junit;
mod nagios;
mod ports;
mod prometheus;
mod shown;
mod summary;
mod table;
mod words;

pub use csv::Csv;
pub use format::{Ending, Format};
pub use html::HtmlPage;
pub use jsonl::Jsonl;
pub use junit::Junit;
pub use nagios::Nagios;
pub use prometheus::Prometheus;
pub use summary::aside;
pub use table::{Extent, Table};
