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
