//! What is compared, and what is refused.

use super::*;

#[test]
fn lines_that_are_no_reports_are_refused() {
    let mut baseline = Baseline::default();
    for line in ["", "{", "[]", "{\"outcome\":\"trusted\"}", "1"] {
        assert!(baseline.add(line, &Choice::default()).is_err(), "{line}");
    }
    let line = "{\"target\":{\"input\":\"a:25\"},\"outcome\":\"trusted\",\"chain\":[]}";
    assert!(baseline.add(line, &Choice::default()).is_ok());
    assert_eq!(baseline.gone(), ["a:25"]);
    baseline.pass_over(|target| target.input == "a:25");
    assert!(baseline.gone().is_empty());
    let line = "{\"target\":{\"input\":\"a:25\",\"host\":\"a\",\"servername\":\"b\"},\"outcome\":\"trusted\"}";
    assert!(baseline.add(line, &Choice::default()).is_ok());
    assert_eq!(baseline.gone(), ["a:25 (b)"]);
    let line = line.replace("\"input\":\"a:25\"", "\"input\":\"a:25\",\"port\":587");
    assert!(baseline.add(&line, &Choice::default()).is_ok());
    assert_eq!(baseline.gone(), ["a:587 (b)"]);
}
