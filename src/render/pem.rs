//! The presented chain as PEM, to save and to judge again.

use crate::certificate::pem;
use crate::escape::visible;
use crate::report::Report;

/// Every presented certificate, in the server's order.
pub fn render(report: &Report) -> String {
    report
        .chain()
        .iter()
        .map(|certificate| pem::write(certificate.der()))
        .collect()
}

/// The same, after a line that names the server.
pub fn render_named(report: &Report) -> String {
    format!("# {}\n{}", visible(&report.target.label), render(report))
}
