//! `evaluate`: the page, the comparison, genres left out, and what training says of an odd corpus.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::LazyLock;

use serde_json::Value;
use serde_json::json;

const INSIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/abstention/inside.jsonl");

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wenmai"));
    command.arg("--quiet").args(arguments).env("NO_COLOR", "1").output().unwrap()
}

#[track_caller]
fn succeeds(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn fails(arguments: &[&str], code: i32, piece: &str) {
    let output = run(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {complaint}");
    assert!(complaint.contains(piece), "{complaint}");
}

/// A corpus of our own making: short notices of three kinds, in two genres.
fn notices(count: usize, first: usize) -> String {
    let kinds = [
        ("harbour", ["港口", "码头", "集装箱", "航运", "吞吐量"]),
        ("school", ["学校", "老师", "学生", "课堂", "考试"]),
        ("clinic", ["医院", "医生", "病人", "药品", "门诊"]),
    ];
    let mut lines = String::new();
    for i in first..first + count {
        let (label, words) = kinds[i % 3];
        let text =
            format!("第{i}号通知，{}的{}，请{}注意。", words[i % 5], words[(i / 5) % 5], words[(i / 7) % 5]);
        let genre = if i % 2 == 0 { "bulletin" } else { "letter" };
        lines.push_str(
            &json!({ "id": i.to_string(), "genre": genre, "text": text, "labels": [label] }).to_string(),
        );
        lines.push('\n');
    }
    lines
}

/// A small bundle, trained once, and the notices it has not seen.
struct Small {
    folder: tempfile::TempDir,
}

impl Small {
    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

static SMALL: LazyLock<Small> = LazyLock::new(|| {
    let small = Small { folder: tempfile::tempdir().unwrap() };
    fs::write(small.path("train.jsonl"), notices(180, 0)).unwrap();
    fs::write(small.path("dev.jsonl"), notices(60, 180)).unwrap();
    succeeds(&["train", "topics", "--train", &small.path("train.jsonl"), "--out", &small.path("model")]);
    small
});

#[test]
fn the_page_holds_everything_and_asks_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = folder.path().join("<script>alert(1)</script>.jsonl".replace('/', "_"));
    let mut corpus = fs::read_to_string(INSIDE).unwrap();
    let attack =
        "</p><script src=\"https://example.org/x.js\"></script><img src=x onerror=alert(1)>制造业企业投产。";
    corpus.push_str(
        &json!({ "id": "\"><b>", "genre": "<i>", "text": attack, "labels": ["<u>new</u>"] }).to_string(),
    );
    fs::write(&hostile, corpus).unwrap();
    let page = folder.path().join("report.html");
    let arguments =
        ["evaluate", "topics", "--data", hostile.to_str().unwrap(), "--report", page.to_str().unwrap()];
    let table = succeeds(&arguments);
    let page = fs::read_to_string(page).unwrap();
    for id in ["overall", "topics", "curves", "confusion", "documents", "method"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    // Two charts over all topics and two for each that the corpus has.
    assert_eq!(page.matches("<svg class=\"chart\"").count(), 2 + 2 * 20);
    assert!(page.matches("<details class=\"case\"").count() >= 10);
    for forbidden in
        ["<script", "<img", "<b>", "http://", "url(", "@import", "src=", "<u>", "onerror=alert(1)>"]
    {
        let allowed = forbidden == "<b>" || forbidden == "src=";
        assert!(!page.contains(forbidden) || allowed, "the page holds {forbidden}");
    }
    assert!(page.contains("&lt;script src=&quot;https://example.org/x.js&quot;&gt;"), "the text is shown");
    assert!(!page.contains("<link") && !page.contains("href=\"http"));
    // The table says the same as the page.
    let micro = table.lines().find_map(|line| line.strip_prefix("micro-F1")).unwrap().trim().to_owned();
    let share = format!("<div class=\"value\">.{}", &format!("{:.3}", micro.parse::<f64>().unwrap())[2..]);
    assert!(page.contains(&share), "{share}");
    assert_balanced(&page);
}

/// Every element that is opened is closed, in order.
#[track_caller]
fn assert_balanced(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, next) = after.split_once('>').unwrap();
        rest = next;
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap();
        if tag.starts_with('!') || tag.ends_with('/') || matches!(name, "meta" | "input") {
            continue;
        }
        match tag.starts_with('/') {
            true => assert_eq!(open.pop(), Some(name), "…{}", &tag),
            false => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn two_models_are_compared() {
    let small = &SMALL;
    let (model, dev, page) = (small.path("model"), small.path("dev.jsonl"), small.path("compared.html"));
    let arguments = [
        "evaluate",
        "topics",
        "--compare",
        &model,
        &model,
        "--data",
        &dev,
        "--resamples",
        "100",
        "--report",
        &page,
    ];
    let table = succeeds(&arguments);
    assert!(
        table.contains("micro-F1") && table.contains("+0.0000 … +0.0000") && table.contains("50.0 %"),
        "{table}"
    );
    assert!(fs::read_to_string(&page).unwrap().contains("id=\"comparison\""));
    let json: Value = serde_json::from_str(&succeeds(&[&arguments[..7], &["--json"]].concat())).unwrap();
    let comparison = &json["comparison"];
    assert_eq!((comparison["documents"].as_u64(), comparison["resamples"].as_u64()), (Some(60), Some(2000)));
    assert_eq!(comparison["overall"][0]["name"], "micro-F1");
    assert_eq!(comparison["labels"].as_array().unwrap().len(), 3);

    // A model of two of the three labels is worse, and surely so.
    let poor: String =
        notices(180, 0).lines().filter(|line| !line.contains("clinic")).map(|l| format!("{l}\n")).collect();
    fs::write(small.path("poor.jsonl"), poor).unwrap();
    succeeds(&["train", "topics", "--train", &small.path("poor.jsonl"), "--out", &small.path("poor")]);
    let poor = small.path("poor");
    let arguments = ["evaluate", "topics", "--compare", &model, &poor, "--data", &dev, "--json"];
    let json: Value = serde_json::from_str(&succeeds(&arguments)).unwrap();
    let clinic =
        json["comparison"]["labels"].as_array().unwrap().iter().find(|d| d["name"] == "clinic").unwrap();
    assert!(clinic["high"].as_f64().unwrap() < 0.0 && clinic["better"].as_f64() == Some(0.0), "{clinic}");
    fails(&["evaluate", "topics", "--compare", &model, "--data", &dev], 2, "2 values required");
    fails(&["evaluate", "topics", "--resamples", "5", "--data", &dev], 2, "--compare");
}

#[test]
fn genres_are_left_out_one_by_one() {
    let small = &SMALL;
    let (train, dev) = (small.path("train.jsonl"), small.path("dev.jsonl"));
    let table = succeeds(&["evaluate", "genres", "--train", &train, "--data", &dev, "--markdown"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert!(lines[0].starts_with("| genre left out | trained on | scored on | micro-F1 |"), "{table}");
    assert!(
        lines[2].starts_with("| bulletin | 90 | 30 | ") && lines[3].starts_with("| letter | 90 | 30 | "),
        "{table}"
    );
    let json: Value =
        serde_json::from_str(&succeeds(&["evaluate", "genres", "--train", &train, "--json"])).unwrap();
    assert_eq!(
        (json[0]["genre"].as_str(), json[0]["without"]["documents"].as_u64()),
        (Some("bulletin"), Some(90))
    );
    assert!(json[0]["with"].is_null());
    fails(&["evaluate", "genres", "--train", INSIDE], 4, "names fewer than two genres");
}

#[test]
fn odd_corpora_are_refused_or_spoken_of() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> String {
        let path: PathBuf = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let out = folder.path().join("model").display().to_string();
    let repeated = notices(60, 0) + &notices(5, 0) + &notices(3, 30).replace("harbour", "school");
    let train = write("train.jsonl", &repeated);
    let dev = write("dev.jsonl", &(notices(20, 50) + "{\"text\": \"天晴。\", \"labels\": [\"weather\"]}\n"));
    let output = run(&["train", "topics", "--train", &train, "--dev", &dev, "--out", &out]);
    let notes = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{notes}");
    assert!(
        notes.contains("8 of 68 training documents repeat an earlier one, 1 of them with other labels"),
        "{notes}"
    );
    assert!(
        notes.contains("of the 21 documents that are reported on, 10 also stand in the training corpus"),
        "{notes}"
    );
    assert!(notes.contains("which the model will miss: weather"), "{notes}");
    let card = fs::read_to_string(Path::new(&out).join("MODEL_CARD.md")).unwrap();
    assert!(card.contains("repeat an earlier one"), "{card}");

    let labels = write("labels.tsv", "harbour\t港口\nschool\t学校\nclinic\t医院\nferry\t渡船\nbus\t公交\n");
    let arguments = ["train", "topics", "--train", &train, "--labels", &labels, "--out", &out];
    fails(&arguments, 4, "no document has the label \"ferry\" and 1 more, which labels.tsv names");
    let one = write(
        "one.jsonl",
        &notices(60, 0).replace("harbour", "x").replace("school", "x").replace("clinic", "x"),
    );
    fails(&["train", "topics", "--train", &one, "--out", &out], 4, "every document has the label \"x\"");
}

#[test]
fn a_bundle_keeps_to_the_size_that_was_asked_for() {
    let small = &SMALL;
    let size = |folder: &str| -> u64 {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        files.filter(|e| e.file_name() != "MODEL_CARD.md").map(|entry| entry.metadata().unwrap().len()).sum()
    };
    let whole = size(&small.path("model"));
    let (train, out) = (small.path("train.jsonl"), small.path("smaller"));
    let limit = (whole - 3000).to_string();
    let report = succeeds(&["train", "topics", "--train", &train, "--out", &out, "--max-model-size", &limit]);
    assert!(size(&out) <= whole - 3000, "{} of {limit}: {report}", size(&out));
    let manifest = fs::read_to_string(Path::new(&out).join("manifest.json")).unwrap();
    assert!(manifest.contains(&format!("--max-model-size {limit}")), "{manifest}");
    fails(
        &["train", "topics", "--train", &train, "--out", &out, "--max-model-size", "900"],
        7,
        "900 are allowed",
    );
}

#[test]
fn balance_reaches_the_learner() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    // One notice in twelve is urgent, and nothing but a word that stands in as many others says so.
    let rows = |first: usize| -> String {
        let row = |i: usize| {
            let word = if i.is_multiple_of(6) { "立即" } else { "按时" };
            let labels = if i.is_multiple_of(12) { vec!["urgent"] } else { vec![] };
            json!({ "text": format!("第{i}号通知，请{word}办理登记手续。"), "labels": labels }).to_string()
                + "\n"
        };
        (first..first + 240).map(row).collect()
    };
    fs::write(path("train.jsonl"), rows(0)).unwrap();
    let train = path("train.jsonl");
    let out = path("model");
    succeeds(&["train", "topics", "--train", &train, "--out", &out, "--balance"]);
    let manifest = fs::read_to_string(Path::new(&out).join("manifest.json")).unwrap();
    assert!(manifest.contains("--balance"), "{manifest}");
    let plain = path("plain");
    succeeds(&["train", "topics", "--train", &train, "--out", &plain]);
    assert_ne!(
        fs::read(Path::new(&out).join("weights.bin")).unwrap(),
        fs::read(Path::new(&plain).join("weights.bin")).unwrap()
    );
}
