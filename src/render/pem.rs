//! The presented chain as PEM, to be saved and judged again.

use crate::certificate::pem;
use crate::report::Report;

/// Every presented certificate, in the order of the server.
pub fn render(report: &Report) -> String {
    report
        .chain
        .iter()
        .map(|certificate| pem::write(certificate.der()))
        .collect()
}
