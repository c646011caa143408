//! The report for people, frozen: `result.json` is a made-up result with one of everything.
//!
//! After a change that is meant, `WENMAI_BLESS=1 cargo test report` writes the expected texts anew; read the diff.

use std::fs;
use std::path::PathBuf;

use wenmai::cli::report;
use wenmai::wire::json;
use wenmai::wire::pb;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/cli").join(name)
}

#[track_caller]
fn check(name: &str, settings: report::Settings) {
    let text = fs::read_to_string(data("result.json")).unwrap();
    let result: pb::DocumentResult = json::read("wenmai.v1.DocumentResult", &text).unwrap();
    let report = report::document(&result, settings);
    let plain = anstream::adapter::strip_str(&report).to_string();
    if option_env!("WENMAI_BLESS").is_some() {
        fs::write(data(name), &plain).unwrap();
    }
    let expected = fs::read_to_string(data(name)).unwrap_or_default();
    assert_eq!(plain, expected, "{name}:\n{report}");
}

#[test]
fn wide_reports_are_as_they_were() {
    check("wide.txt", report::Settings { width: 100, explain: false, clean_text: false });
}

#[test]
fn narrow_reports_are_as_they_were() {
    check("narrow.txt", report::Settings { width: 48, explain: true, clean_text: false });
}
