//! What benchmarks read: titles with texts, HTML or plain.

use std::fs;
use std::path::Path;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// The examples and the golden documents, which are our own writing.
pub(crate) fn own() -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> =
        ["examples/article.html", "examples/article.txt"].map(|path| (String::new(), read(path))).into();
    for path in ["examples/documents.jsonl", "models/golden/documents.jsonl"] {
        texts.extend(read(path).lines().map(|line| {
            let row: Value = serde_json::from_str(line).expect("a line of JSON");
            let field = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            (field("title"), format!("<p>{}{}</p>", field("text"), field("content")))
        }));
    }
    texts
}

/// Every `step`-th of the news that lie beside the repository.
pub(crate) fn news(step: usize) -> Option<Vec<(String, String)>> {
    let rows = fs::read_to_string(root().join("../shared/corpus/news/xwlb.jsonl")).ok()?;
    let rows = rows.lines().step_by(step).filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let field = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Some(rows.map(|row| (field(&row, "title"), field(&row, "html"))).collect())
}
