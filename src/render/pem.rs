//! The presented chain as PEM, to be saved and judged again.

use crate::certificate::pem;
use crate::escape::visible;
use crate::report::Report;

/// Every presented certificate, in the order of the server.
pub fn render(report: &Report) -> String {
    report
        .chain()
        .iter()
        .map(|certificate| pem::write(certificate.der()))
        .collect()
}

/// The same below a line that says whose it is, for several servers.
pub fn render_named(report: &Report) -> String {
    format!("# {}\n{}", visible(&report.target.label), render(report))
}
