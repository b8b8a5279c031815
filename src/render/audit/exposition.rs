//! Values of labels in the text format of Prometheus.

use crate::escape::visible;

/// The value of a label: backslash, quote and line feed are escaped.
pub(super) fn quoted(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('"', "\\\"")
}
