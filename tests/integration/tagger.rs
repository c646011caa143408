//! The tagger that is compiled in: it marks what its bundle records, and the command line can tell what it is.
//!
//! After a change of the rules that is meant, `WENMAI_BLESS=1 cargo test tagger` records its golden documents anew, with
//! weights as they are; read the diff.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use wenmai::bundle::tagger;
use wenmai::extract::Extractor;
use wenmai::segment::Segmenter;

fn model(arguments: &[&str]) -> (bool, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_wenmai")).arg("model").args(arguments).output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn the_built_in_tagger_marks_what_its_bundle_records() {
    let bundle = tagger::built_in().expect("the built-in tagger reads");
    if std::env::var_os("WENMAI_BLESS").is_some() {
        let manifest = tagger::Manifest { files: BTreeMap::new(), ..bundle.manifest };
        let extractor = Extractor::builtin().expect("the gazetteer reads");
        let files = tagger::files(manifest, &bundle.tagger, &Segmenter::new(), &extractor).expect("it marks");
        files.write(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tagger")).expect("it writes");
        return;
    }
    bundle.verify().expect("it marks as recorded");
    assert!(bundle.golden.iter().any(|golden| !golden.spans.is_empty()));
}

#[test]
fn the_command_line_shows_and_verifies_taggers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tagger");
    for name in ["built-in-tagger", folder.to_str().expect("a path of text")] {
        let (shown, text) = model(&["show", name]);
        assert!(shown && text.contains("LOC, ORG, PER, POST"), "{text}");
        let (verified, text) = model(&["verify", name]);
        assert!(verified && text.contains("3 files whole, 12 golden documents marked as recorded"), "{text}");
    }
    let damaged = tempfile::tempdir().expect("a folder");
    for file in ["manifest.json", "clusters.bin", "golden.jsonl"] {
        std::fs::copy(folder.join(file), damaged.path().join(file)).expect("a copy");
    }
    std::fs::write(damaged.path().join("weights.bin"), b"WMTAGGER").expect("a file");
    let (verified, text) = model(&["verify", damaged.path().to_str().expect("a path of text")]);
    assert!(!verified && text.contains("weights.bin is damaged"), "{text}");
}

/// A corpus of people and towns; every town is met in several texts.
fn corpus() -> String {
    let people = ["林晓", "沈砚秋", "贺临川", "周予安", "罗知行", "陶然"];
    let towns = ["江临", "海宁", "苏州", "绵阳"];
    let mut rows = String::new();
    for turn in 0..4 {
        for (at, person) in people.iter().enumerate() {
            let town = towns[(at + turn) % towns.len()];
            let first = person.chars().count();
            let text = format!("{person}昨天到了{town}，第{turn}次看望{at}位老人。");
            let entities = format!(
                r#"[{{"start":0,"end":{first},"type":"PER"}},{{"start":{},"end":{},"type":"LOC"}}]"#,
                first + 4,
                first + 6
            );
            rows.push_str(&format!("{{\"text\":\"{text}\",\"entities\":{entities}}}\n"));
        }
    }
    rows
}

#[test]
fn training_gives_the_same_bytes_again_and_remembers_names_unless_told_not_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = folder.path().join("train.jsonl");
    std::fs::write(&train, corpus()).expect("a file");
    let run = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let output = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["-q", "train", "tagger", "--epochs", "4", "--train"])
            .args([train.as_path(), Path::new("--out"), out.as_path()])
            .args(more)
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let read = |file: &str| std::fs::read(out.join(file)).ok();
        (read("weights.bin"), read("names.bin"))
    };
    let one = run("one", &[]);
    assert!(one.0.is_some() && one.1.is_some());
    assert!(run("two", &[]) == one);
    let (weights, names) = run("three", &["--no-names"]);
    assert!(weights.is_some() && weights != one.0 && names.is_none());
}

#[test]
fn options_that_nothing_can_be_learned_with_are_refused_and_the_bundle_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = folder.path().join("train.jsonl");
    let many = folder.path().join("many.jsonl");
    let out = folder.path().join("out");
    std::fs::write(&train, corpus()).expect("a file");
    let row = |kind: usize| {
        format!("{{\"text\":\"沈砚秋好\",\"entities\":[{{\"start\":0,\"end\":3,\"type\":\"T{kind}\"}}]}}\n")
    };
    std::fs::write(&many, (0..65).map(row).collect::<String>()).expect("a file");
    let run = |corpus: &Path, more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["-q", "train", "tagger", "--epochs", "1", "--lean", "0", "--train"])
            .args([corpus, Path::new("--out"), out.as_path()])
            .args(more)
            .output()
            .expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(run(&train, &[]).0, Some(0));
    let before = std::fs::read(out.join("manifest.json")).expect("a bundle");
    for (option, value, said) in [
        ("--dropout", "nan", "dropout"),
        ("--thinning", "1", "thinning"),
        ("--rate", "0", "rate"),
        ("--penalty", "inf", "penalty"),
        ("--prune", "900", "no weight is as large as 900"),
        ("--min-count", "1000000", "nothing occurs 1000000 times"),
    ] {
        let (code, text) = run(&train, &[option, value]);
        assert!(code == Some(7) && text.contains(said), "{option} {value}: {code:?} {text}");
    }
    let (code, text) = run(&many, &[]);
    assert!(code == Some(7) && text.contains("65 types"), "{code:?} {text}");
    assert_eq!(std::fs::read(out.join("manifest.json")).expect("a bundle"), before);
}

#[test]
fn classes_are_learned_within_bounds() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text.jsonl");
    let row = "{\"text\":\"江临市财政局召开会议，部署明年工作。\"}\n";
    std::fs::write(&text, row.repeat(8)).expect("a file");
    let run = |more: &[&str]| {
        let out = folder.path().join("out.bin");
        let output = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["-q", "train", "clusters", "--text"])
            .args([text.as_path(), Path::new("--out"), out.as_path()])
            .args(more)
            .output()
            .expect("it starts");
        output.status.code()
    };
    assert_eq!(run(&["--classes", "4"]), Some(0));
    for more in [["--classes", "0"], ["--classes", "4000000000"], ["--words", "0"]] {
        assert_eq!(run(&more), Some(7), "{more:?}");
    }
}
