//! Models come and go while the server answers.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::Config as Cases;
use proptest::test_runner::TestRunner;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::Status;
use tonic_types::StatusExt as _;
use wenmai::bundle::Pace;
use wenmai::bundle::Resources;
use wenmai::bundle::reader;
use wenmai::serve::Model;
use wenmai::wire::pb;
use wenmai::wire::pb::model_selector::Choice;
use wenmai::wire::pb::stream_analyze_request::Message as In;
use wenmai::wire::pb::stream_analyze_response::Message as Out;

use crate::served::Served;
use crate::served::answered;
use crate::served::bundle;
use crate::served::classify;
use crate::served::reload;
use crate::served::select;
use crate::served::until;

const TEXT: &str = "全市将实施一百二十个重点工业项目。";

/// A directory with versions 1 and 2, which select alpha and beta; a server of it that begins with version 1.
fn two(arguments: &[&str]) -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    bundle(&folder.path().join("v1"), "1", "alpha");
    bundle(&folder.path().join("v2"), "2", "beta");
    fs::write(folder.path().join("aliases.json"), r#"{"topics":{"stable":"1"}}"#).unwrap();
    let server = Served::start(&[&["--models", folder.path().to_str().unwrap()], arguments].concat());
    (folder, server)
}

fn pair(version: &str, label: &str) -> (String, String) {
    (version.to_owned(), label.to_owned())
}

fn load_request(path: &str) -> pb::LoadModelRequest {
    pb::LoadModelRequest { path: path.to_owned(), expected_digest: String::new() }
}

fn alias(alias: &str, version: &str) -> pb::SetAliasRequest {
    pb::SetAliasRequest { name: "topics".to_owned(), alias: alias.to_owned(), version: version.to_owned() }
}

fn unload(version: &str) -> pb::UnloadModelRequest {
    pb::UnloadModelRequest { name: "topics".to_owned(), version: version.to_owned() }
}

async fn listed(server: &Served) -> Vec<pb::Model> {
    let mut models = server.models().await;
    models.list_models(pb::ListModelsRequest::default()).await.unwrap().into_inner().models
}

/// Version and state of every listed model.
async fn states(server: &Served) -> Vec<(String, pb::ModelState)> {
    let of = |model: pb::Model| (model.r#ref.clone().unwrap().version, model.state());
    listed(server).await.into_iter().map(of).collect()
}

#[tokio::test]
async fn callers_get_the_version_that_they_name_and_aliases_move_at_once() {
    let (_folder, server) = two(&[]);
    let mut documents = server.documents().await;
    let mut admin = server.admin().await;
    let mut ask =
        async |model| answered(&documents.classify(classify(TEXT, model)).await.unwrap().into_inner());
    assert_eq!(ask(None).await, pair("1", "alpha"));
    assert_eq!(ask(select(Choice::Version("2".to_owned()))).await, pair("2", "beta"));
    assert_eq!(ask(select(Choice::Alias("stable".to_owned()))).await, pair("1", "alpha"));
    let moved = admin.set_alias(alias("canary", "2")).await.unwrap().into_inner();
    assert_eq!(moved.previous_version, "");
    assert_eq!(ask(select(Choice::Alias("canary".to_owned()))).await, pair("2", "beta"));
    assert_eq!(ask(None).await, pair("1", "alpha"));
    // There, and back again in one call by what the first one said.
    let moved = admin.set_alias(alias("stable", "2")).await.unwrap().into_inner();
    assert_eq!(ask(None).await, pair("2", "beta"));
    let moved = admin.set_alias(alias("stable", &moved.previous_version)).await.unwrap().into_inner();
    assert_eq!((ask(None).await, moved.previous_version.as_str()), (pair("1", "alpha"), "2"));

    let refused = admin.unload_model(unload("2")).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(refused.message(), "canary names version 2 of topics; move it first");
    admin.set_alias(alias("canary", "1")).await.unwrap();
    admin.unload_model(unload("2")).await.unwrap();
    for (version, code) in [("2", Code::NotFound), ("9", Code::NotFound)] {
        let status = admin.unload_model(unload(version)).await.unwrap_err();
        assert_eq!(status.code(), code);
        let status = admin.set_alias(alias("stable", version)).await.unwrap_err();
        assert_eq!(status.code(), code);
    }
    let status = admin.set_alias(alias("not a name", "")).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(ask(None).await, pair("1", "alpha"));
    let models = listed(&server).await;
    assert_eq!(models.len(), 1);
    assert_eq!(models[0].aliases, ["canary", "stable"]);
}

#[tokio::test]
async fn aliases_outlive_the_server() {
    let (folder, server) = two(&[]);
    server.admin().await.set_alias(alias("stable", "2")).await.unwrap();
    drop(server);
    let server = Served::start(&["--models", folder.path().to_str().unwrap()]);
    let response = server.documents().await.classify(classify(TEXT, None)).await.unwrap().into_inner();
    assert_eq!(answered(&response), pair("2", "beta"));
}

#[tokio::test]
async fn nothing_fails_while_models_are_replaced() {
    let (_folder, server) = two(&[]);
    let mut admin = server.admin().await;
    admin.unload_model(unload("2")).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let mut callers = Vec::new();
    for _ in 0..4 {
        let (mut documents, done) = (server.documents().await, Arc::clone(&done));
        callers.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let answer = documents.classify(classify(TEXT, None)).await;
                seen.push(answer.map(|answer| answered(&answer.into_inner())));
            }
            seen
        }));
    }
    // A stream that begins with version 1 and outlives it.
    let (sender, receiver) = mpsc::channel(4);
    let features =
        Some(pb::Features { classify: Some(pb::ClassifyOptions::default()), ..pb::Features::default() });
    let config = pb::StreamConfig { features, ..pb::StreamConfig::default() };
    let send =
        async |message| sender.send(pb::StreamAnalyzeRequest { message: Some(message) }).await.unwrap();
    send(In::Config(config)).await;
    let mut documents = server.documents().await;
    let mut stream = documents.stream_analyze(ReceiverStream::new(receiver)).await.unwrap().into_inner();
    let Some(Out::Started(started)) = stream.message().await.unwrap().unwrap().message else { panic!() };
    assert_eq!(started.metadata.unwrap().model.unwrap().version, "1");

    for round in 0..20 {
        reload(&mut admin, if round % 2 == 0 { "v2" } else { "v1" }).await;
        let document = pb::Document {
            id: round.to_string(),
            source: Some(pb::document::Source::Content(TEXT.to_owned())),
            ..pb::Document::default()
        };
        send(In::Document(document)).await;
        let Some(Out::Result(result)) = stream.message().await.unwrap().unwrap().message else { panic!() };
        let Some(pb::document_result::Outcome::Analysis(analysis)) = result.outcome else { panic!() };
        assert_eq!(
            analysis.classification.unwrap().labels[0].label_id,
            "alpha",
            "the model of a stream changed"
        );
    }
    let unloading = (("1".to_owned()), pb::ModelState::Unloading);
    assert!(states(&server).await.contains(&unloading), "{:?}", states(&server).await);
    drop(sender);
    while let Some(message) = stream.message().await.unwrap() {
        assert!(matches!(message.message, Some(Out::Summary(_))));
    }
    drop(stream);
    until(async || (!states(&server).await.contains(&unloading)).then_some(())).await;

    done.store(true, Ordering::Relaxed);
    let mut by_version = [0_usize; 2];
    for caller in callers {
        for answer in caller.await.unwrap() {
            match answer.unwrap() {
                answer if answer == pair("1", "alpha") => by_version[0] += 1,
                answer if answer == pair("2", "beta") => by_version[1] += 1,
                answer => panic!("an answer names a version that did not make it: {answer:?}"),
            }
        }
    }
    assert!(by_version.iter().all(|count| *count > 0), "{by_version:?}");
}

/// Overwrites a file of a bundle and has the manifest say that it is whole.
fn forge(folder: &Path, file: &str, bytes: &[u8]) {
    use sha2::Digest as _;
    let manifest = folder.join("manifest.json");
    let mut value: serde_json::Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    value["files"][file]["size"] = bytes.len().into();
    value["files"][file]["sha256"] = format!("{:x}", sha2::Sha256::digest(bytes)).into();
    fs::write(manifest, value.to_string()).unwrap();
    fs::write(folder.join(file), bytes).unwrap();
}

#[tokio::test]
async fn bundles_that_cannot_be_used_are_refused_and_what_runs_goes_on() {
    let (folder, server) = two(&[]);
    let at = |name: &str| folder.path().join(name);
    let make = |name: &str, damage: &dyn Fn(&Path)| {
        bundle(&at(name), "3", "alpha");
        damage(&at(name));
    };
    make("cut", &|bundle| {
        let weights = fs::read(bundle.join("weights.bin")).unwrap();
        fs::write(bundle.join("weights.bin"), &weights[..weights.len() - 1]).unwrap();
    });
    make("lacking", &|bundle| fs::remove_file(bundle.join("words.bin")).unwrap());
    make("garbage", &|bundle| fs::write(bundle.join("manifest.json"), b"\xff{}").unwrap());
    make("foreign", &|bundle| fs::write(bundle.join("manifest.json"), b"{}").unwrap());
    make("untested", &|bundle| forge(bundle, "golden.jsonl", b""));
    make("other", &|bundle| {
        let golden = fs::read_to_string(bundle.join("golden.jsonl")).unwrap();
        forge(bundle, "golden.jsonl", golden.replace("42949672960", "42949672961").as_bytes());
    });
    make("huge", &|bundle| {
        let manifest = fs::read_to_string(bundle.join("manifest.json")).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        value["files"]["weights.bin"]["size"] = (1_u64 << 40).into();
        fs::write(bundle.join("manifest.json"), value.to_string()).unwrap();
    });
    make("lying", &|bundle| {
        forge(bundle, "weights.bin", b"WMWEIGHT\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    });
    make("named", &|bundle| {
        let manifest = fs::read_to_string(bundle.join("manifest.json")).unwrap();
        fs::write(bundle.join("manifest.json"), manifest.replace(r#""3""#, r#""../3""#)).unwrap();
    });
    make("piped", &|bundle| {
        fs::remove_file(bundle.join("words.bin")).unwrap();
        assert!(Command::new("mkfifo").arg(bundle.join("words.bin")).status().unwrap().success());
    });
    bundle(&at("same"), "1", "beta");
    bundle(&at("whole"), "3", "beta");
    symlink(at("whole"), at("link")).unwrap();

    let mut admin = server.admin().await;
    let mut load = async |path: &str, digest: &str| -> Result<pb::Model, Status> {
        let expected_digest = digest.to_owned();
        let request = pb::LoadModelRequest { path: path.to_owned(), expected_digest };
        admin.load_model(request).await.map(|response| response.into_inner().model.unwrap())
    };
    for (path, code, part) in [
        ("cut", Code::FailedPrecondition, "weights.bin is damaged"),
        ("lacking", Code::FailedPrecondition, "it lacks words.bin"),
        ("garbage", Code::FailedPrecondition, "manifest.json"),
        ("foreign", Code::FailedPrecondition, "not that of a wenmai topic model"),
        ("untested", Code::FailedPrecondition, "golden.jsonl holds no document"),
        ("other", Code::FailedPrecondition, "self-test failed: golden document 1 got other scores"),
        ("huge", Code::FailedPrecondition, "the limit is"),
        ("lying", Code::FailedPrecondition, "do not fit into"),
        ("named", Code::FailedPrecondition, "the version is not"),
        ("piped", Code::FailedPrecondition, "words.bin is no regular file"),
        ("same", Code::AlreadyExists, "give the new bundle a version of its own"),
        ("nothing", Code::NotFound, "no folder \"nothing\""),
        ("", Code::InvalidArgument, "path"),
        ("../v1", Code::InvalidArgument, "path"),
        ("v1/../v2", Code::InvalidArgument, "path"),
        ("/etc", Code::InvalidArgument, "path"),
        ("link", Code::InvalidArgument, "path"),
        ("v1/manifest.json", Code::InvalidArgument, "path"),
    ] {
        let status = load(path, "").await.unwrap_err();
        assert_eq!(status.code(), code, "{path}: {status:?}");
        assert!(status.message().contains(part), "{path}: {}", status.message());
        let root = folder.path().to_str().unwrap();
        assert!(!status.message().contains(root), "where the directory lies is nobody's business");
        if code == Code::InvalidArgument {
            let violations = status.get_details_bad_request().unwrap().field_violations;
            assert_eq!(violations[0].field, "path");
        } else if code == Code::NotFound {
            assert!(status.get_details_resource_info().is_some());
        } else {
            assert!(status.get_details_error_info().is_some());
        }
    }
    let failed: Vec<pb::Model> =
        listed(&server).await.into_iter().filter(|model| model.state() == pb::ModelState::Failed).collect();
    assert_eq!(failed.len(), 11, "{failed:?}");
    assert!(failed.iter().all(|model| !model.failure.is_empty()));

    let status = load("whole", &"0".repeat(64)).await.unwrap_err();
    assert!(status.message().contains("its digest is"), "{status:?}");
    assert_eq!(load("whole", "short").await.unwrap_err().code(), Code::InvalidArgument);
    let whole = load("whole", "").await.unwrap().r#ref.unwrap();
    assert_eq!(whole.version, "3");
    // The same again changes nothing, and its own digest is the one to expect.
    assert_eq!(load("whole", &whole.digest).await.unwrap().r#ref.unwrap(), whole);
    // A bundle that was mended is no longer listed as refused.
    bundle(&at("cut"), "4", "beta");
    load("cut", "").await.unwrap();
    assert!(listed(&server).await.iter().all(|model| !model.failure.contains("cut")));

    let response = server.documents().await.classify(classify(TEXT, None)).await.unwrap().into_inner();
    assert_eq!(answered(&response), pair("1", "alpha"));
}

#[test]
fn no_byte_of_a_bundle_causes_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    bundle(folder.path(), "1", "alpha");
    let names = ["manifest.json", "weights.bin", "words.bin", "golden.jsonl"];
    let whole = names.map(|name| fs::read(folder.path().join(name)).unwrap());
    let resources = Resources::load().unwrap();
    let edit = (any::<prop::sample::Index>(), any::<u8>());
    let damage = (0..names.len(), prop::collection::vec(edit, 1..4), any::<Option<prop::sample::Index>>());
    let mut runner = TestRunner::new(Cases { cases: 200, ..Cases::default() });
    let end = runner.run(&damage, |(file, edits, cut)| {
        for (name, bytes) in names.iter().zip(&whole) {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let mut bytes = whole[file].clone();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if file == 0 {
            fs::write(folder.path().join(names[0]), &bytes).unwrap();
        } else {
            forge(folder.path(), names[file], &bytes);
        }
        // It is refused or, where the damage changes nothing that is tested, taken.
        let _ = reader::read(folder.path())
            .and_then(|bundle| Model::from_bundle(bundle, &resources, &Pace::full()));
        Ok(())
    });
    end.unwrap();
}

#[tokio::test]
async fn a_shadow_counts_and_changes_nothing() {
    let (_folder, server) = two(&[]);
    let mut admin = server.admin().await;
    let mut documents = server.documents().await;
    let name = || "topics".to_owned();
    let start = |version: &str, sample_ratio| pb::StartShadowRequest {
        name: name(),
        version: version.to_owned(),
        sample_ratio,
    };
    for ratio in [0.0, -1.0, 1.5, f64::NAN, f64::INFINITY] {
        assert_eq!(admin.start_shadow(start("2", ratio)).await.unwrap_err().code(), Code::InvalidArgument);
    }
    assert_eq!(admin.start_shadow(start("9", 1.0)).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(admin.start_shadow(start("1", 1.0)).await.unwrap_err().code(), Code::FailedPrecondition);
    let get = || pb::GetShadowRequest { name: name() };
    assert_eq!(admin.get_shadow(get()).await.unwrap_err().code(), Code::FailedPrecondition);

    for (ratio, expected) in [(1.0, 8), (0.25, 2)] {
        admin.start_shadow(start("2", ratio)).await.unwrap();
        for _ in 0..8 {
            let response = documents.classify(classify(TEXT, None)).await.unwrap().into_inner();
            assert_eq!(answered(&response), pair("1", "alpha"));
        }
        // What another version answers takes no part, and neither does what was not classified.
        let other = classify(TEXT, select(Choice::Version("2".to_owned())));
        documents.classify(other).await.unwrap();
        let found = until(|| {
            let mut admin = admin.clone();
            async move {
                let found = admin.get_shadow(get()).await.unwrap().into_inner();
                (found.document_count >= expected).then_some(found)
            }
        })
        .await;
        assert_eq!((found.document_count, found.disagreeing_document_count), (expected, expected));
        assert_eq!(found.current.unwrap().version, "1");
        assert_eq!(found.shadow.unwrap().version, "2");
        let labels: Vec<_> = found
            .labels
            .iter()
            .map(|l| (l.label_id.as_str(), l.only_current_count, l.only_shadow_count, l.both_count))
            .collect();
        assert_eq!(labels, [("alpha", expected, 0, 0), ("beta", 0, expected, 0)]);
    }
    let refused = admin.unload_model(unload("2")).await.unwrap_err();
    assert!(refused.message().contains("stop the shadow first"), "{refused:?}");
    admin.stop_shadow(pb::StopShadowRequest { name: name() }).await.unwrap();
    admin.stop_shadow(pb::StopShadowRequest { name: name() }).await.unwrap();
    admin.unload_model(unload("2")).await.unwrap();
}

/// Turns a link as a mounted volume does: a new one is made and moved over the old one.
fn turn(link: &Path, target: &str) {
    let new = link.with_file_name("..new");
    symlink(target, &new).unwrap();
    fs::rename(new, link).unwrap();
}

#[tokio::test]
async fn a_watched_volume_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    bundle(&at("..2026_1/model"), "1", "alpha");
    symlink("..2026_1", at("..data")).unwrap();
    symlink("..data/model", at("model")).unwrap();
    let watching = ["--set", "models.watch=true", "--set", "models.watch_interval=50ms"];
    let server = Served::start(&[&["--models", folder.path().to_str().unwrap()], &watching[..]].concat());
    let documents = server.documents().await;
    let ask = || {
        let mut documents = documents.clone();
        async move { answered(&documents.classify(classify(TEXT, None)).await.unwrap().into_inner()) }
    };
    let becomes =
        async |expected: (String, String)| until(async || (ask().await == expected).then_some(())).await;
    assert_eq!(ask().await, pair("1", "alpha"));

    bundle(&at("..2026_2/model"), "2", "beta");
    turn(&at("..data"), "..2026_2");
    becomes(pair("2", "beta")).await;
    let gone = async || (states(&server).await == [("2".to_owned(), pb::ModelState::Ready)]).then_some(());
    until(gone).await;

    // A damaged one is told, and changes nothing.
    bundle(&at("..2026_3/model"), "3", "alpha");
    fs::write(at("..2026_3/model/weights.bin"), b"").unwrap();
    turn(&at("..data"), "..2026_3");
    until(async || states(&server).await.contains(&("3".to_owned(), pb::ModelState::Failed)).then_some(()))
        .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(ask().await, pair("2", "beta"));
    // It is tried again once it is mended.
    bundle(&at("..2026_3/model"), "3", "alpha");
    becomes(pair("3", "alpha")).await;

    // A second version beside it answers nobody until the directory, or someone, says so.
    bundle(&at("next"), "4", "beta");
    until(async || states(&server).await.contains(&("4".to_owned(), pb::ModelState::Ready)).then_some(()))
        .await;
    assert_eq!(ask().await, pair("3", "alpha"));
    fs::write(at("aliases.json"), r#"{"topics":{"stable":"4"}}"#).unwrap();
    becomes(pair("4", "beta")).await;
    fs::write(at("aliases.json"), "no json").unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(ask().await, pair("4", "beta"));
    assert!(server.log().contains("aliases.json"), "{}", server.log());
}

#[test]
fn a_directory_without_a_whole_bundle_is_no_start() {
    let folder = tempfile::tempdir().unwrap();
    bundle(&folder.path().join("v1"), "1", "alpha");
    fs::write(folder.path().join("v1/weights.bin"), b"").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["serve", "--listen", "127.0.0.1:0", "--models", folder.path().to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("weights.bin is damaged"));
    assert!(output.stdout.is_empty());
}

/// Runs the program to its end: exit code, stdout, stderr.
fn wenmai(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(arguments)
        .env_remove("WENMAI_TARGET")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_line_changes_a_running_server() {
    let (folder, server) = two(&[]);
    let (url, admin) = (server.url(), server.admin_url());
    let ok = |arguments: &[&str]| {
        let (code, out, complaint) = wenmai(arguments);
        assert_eq!((code, complaint.as_str()), (Some(0), ""), "{arguments:?}");
        out
    };
    assert_eq!(ok(&["health", "--target", &url]), "SERVING\n");
    bundle(&folder.path().join("v3"), "3", "beta");
    let loaded = ok(&["model", "load", "v3", "--target", &admin]);
    assert!(loaded.starts_with("topics 3 is ready, named by no alias, digest "), "{loaded}");
    let moved = ok(&["model", "alias", "topics", "stable", "3", "--target", &admin]);
    assert_eq!(
        moved,
        format!(
            "stable of topics names 3 and no longer 1; back again with: \
             wenmai model alias topics stable 1 --target {admin}\n"
        )
    );
    let started = ok(&["model", "shadow", "start", "topics", "1", "--ratio", "0.5", "--target", &admin]);
    assert_eq!(started, "1 of topics reads along on 50 % of the documents\n");
    let shown = ok(&["model", "shadow", "show", "topics", "--json", "--target", &admin]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["current"], &shown["shadow"]), (&"3".into(), &"1".into()));
    ok(&["model", "shadow", "stop", "topics", "--target", &admin]);
    ok(&["model", "unload", "topics", "1", "--target", &admin]);
    let listed = ok(&["model", "list", "--json", "--target", &url]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let rows: Vec<_> =
        listed.as_array().unwrap().iter().map(|row| (&row["version"], &row["state"])).collect();
    assert_eq!(rows, [(&"2".into(), &"ready".into()), (&"3".into(), &"ready".into())]);
    assert!(ok(&["model", "list", "--target", &url]).contains("stable"));

    let article = folder.path().join("article.txt");
    fs::write(&article, TEXT).unwrap();
    let classify = ["classify", "--json", "--target", &url, article.to_str().unwrap()];
    let by = |choice: &[&str]| ok(&[&classify[..], choice].concat());
    assert!(by(&[]).contains(r#""labelId":"beta""#));
    fs::remove_dir_all(folder.path().join("v1")).unwrap();
    bundle(&folder.path().join("v1"), "1", "alpha");
    ok(&["model", "load", "v1", "--target", &admin]);
    assert!(by(&["--model-version", "1"]).contains(r#""labelId":"alpha""#));
    assert!(by(&["--model-alias", "stable"]).contains(r#""labelId":"beta""#));

    let (code, out, complaint) = wenmai(&["model", "unload", "topics", "3", "--target", &admin]);
    assert_eq!((code, out.as_str()), (Some(6), ""));
    assert!(complaint.contains("FAILED_PRECONDITION: stable names version 3 of topics"), "{complaint}");
    let (code, _, complaint) = wenmai(&["health", "--target", "http://127.0.0.1:9"]);
    assert_eq!(code, Some(6), "{complaint}");
    let (code, _, complaint) = wenmai(&["health", "--target", &url, "--service", "no.such"]);
    assert_eq!(code, Some(6), "{complaint}");
    let (code, _, complaint) = wenmai(&["classify", "--target", &url, "--model-version", "9", "-"]);
    assert_ne!(code, Some(0), "{complaint}");
}

#[tokio::test]
async fn without_a_directory_there_is_nothing_to_load() {
    let server = Served::start(&[]);
    let status = server.admin().await.load_model(load_request("v1")).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(status.get_details_error_info().unwrap().reason, "NO_MODEL_DIRECTORY");
}
