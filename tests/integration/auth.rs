//! API keys of the program itself.

use std::process::Command;
use std::time::Duration;

use sha2::Digest as _;
use tonic::Code;
use tonic::Request;
use tonic::Status;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;
use wenmai::wire::pb;

use crate::served::Served;
use crate::served::bundle;
use crate::served::classify;
use crate::served::fetch;
use crate::served::free_port;

fn entry(name: &str, key: &str, more: &str) -> String {
    let digest: String = sha2::Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("[[key]]\nname = \"{name}\"\nsha256 = \"{digest}\"\n{more}\n")
}

const READER: &str = "the-key-of-the-reader";
const KEEPER: &str = "the-key-of-the-keeper";
const HASTY: &str = "the-key-of-the-hasty";
const EAGER: &str = "the-key-of-the-eager";

struct Guarded {
    folder: tempfile::TempDir,
    server: Served,
    http: String,
}

impl Guarded {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        bundle(&folder.path().join("v1"), "1", "alpha");
        let file = folder.path().join("keys.toml");
        std::fs::write(&file, keys()).unwrap();
        let http = format!("127.0.0.1:{}", free_port());
        let (models, file) = (folder.path().to_str().unwrap(), file.to_str().unwrap());
        let server = Served::start(&["--models", models, "--api-keys", file, "--http-listen", &http]);
        Self { folder, server, http }
    }

    async fn classify(&self, header: &'static str, value: &str) -> Result<pb::ClassifyResponse, Status> {
        let mut request = Request::new(classify("全市将实施重点工业项目。", None));
        request.metadata_mut().insert(header, value.parse().unwrap());
        self.server.documents().await.classify(request).await.map(tonic::Response::into_inner)
    }

    async fn administer(&self, key: Option<&str>) -> Status {
        let mut request = Request::new(pb::UnloadModelRequest::default());
        if let Some(key) = key {
            request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        }
        self.server.admin().await.unload_model(request).await.unwrap_err()
    }

    async fn rewrite(&self, text: &str, outcome: &str) {
        let series = format!("wenmai_file_reload_total{{files=\"keys\",outcome=\"{outcome}\"}}");
        let count = || {
            let (_, body) = fetch(&self.http, "/metrics");
            body.lines().find_map(|line| line.strip_prefix(&series)?.trim().parse::<u64>().ok()).unwrap()
        };
        let before = count();
        std::fs::write(self.folder.path().join("next"), text).unwrap();
        std::fs::rename(self.folder.path().join("next"), self.folder.path().join("keys.toml")).unwrap();
        self.server.signal("HUP");
        crate::served::until(|| async { (count() > before).then_some(()) }).await;
    }
}

fn keys() -> String {
    entry("reader", READER, "")
        + &entry("keeper", KEEPER, "scopes = [\"read\", \"admin\"]")
        + &entry("hasty", HASTY, "requests_per_second = 2")
        + &entry("eager", EAGER, "bytes_per_second = 2000")
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_open_what_they_may_and_nothing_else() {
    let guarded = Guarded::start();
    guarded.classify("authorization", &format!("Bearer {READER}")).await.unwrap();
    guarded.classify("x-api-key", KEEPER).await.unwrap();
    // Whatever is wrong with a key, the answer is the same to the letter.
    let mut told = Vec::new();
    for (header, value) in [
        ("x-other", "x".to_owned()),
        ("x-api-key", String::new()),
        ("x-api-key", "the-key-of-nobody".to_owned()),
        ("x-api-key", format!("{READER}x")),
        ("x-api-key", "k".repeat(5000)),
        ("authorization", format!("Basic {READER}")),
        ("authorization", "Bearer".to_owned()),
    ] {
        let status = guarded.classify(header, &value).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated, "{header}: {status:?}");
        assert!(status.get_error_details_vec().is_empty(), "{status:?}");
        told.push((status.message().to_owned(), status.details().to_vec()));
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
    // Administration is on a listener of its own, and asks for its own right.
    assert_eq!(guarded.administer(None).await.code(), Code::Unauthenticated);
    let denied = guarded.administer(Some(READER)).await;
    assert_eq!((denied.code(), denied.get_error_details_vec().len()), (Code::PermissionDenied, 0));
    assert_eq!(guarded.administer(Some(KEEPER)).await.code(), Code::InvalidArgument);
    let mut elsewhere = pb::admin_service_client::AdminServiceClient::new(guarded.server.channel().await);
    let mut request = Request::new(pb::UnloadModelRequest::default());
    request.metadata_mut().insert("x-api-key", KEEPER.parse().unwrap());
    let status = elsewhere.unload_model(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented, "not on the public listener");
    // Health is free, for the program's own probe too.
    let mut health = HealthClient::new(guarded.server.channel().await);
    health.check(HealthCheckRequest::default()).await.unwrap();
    let probe = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["health", "--target", &guarded.server.url()])
        .output()
        .unwrap();
    assert_eq!(probe.status.code(), Some(0), "{}", String::from_utf8_lossy(&probe.stderr));
    // The CLI brings its key from a file.
    let file = guarded.folder.path().join("key");
    std::fs::write(&file, format!("{KEEPER}\n")).unwrap();
    let listed = Command::new(env!("CARGO_BIN_EXE_wenmai"))
        .args(["model", "list", "--target", &guarded.server.url(), "--api-key-file"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(listed.status.code(), Some(0), "{}", String::from_utf8_lossy(&listed.stderr));
    let log = guarded.server.log();
    assert!(!log.contains("the-key-of"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_hold_for_one_key_and_not_for_others() {
    let guarded = Guarded::start();
    for (key, subject) in [(HASTY, "key:hasty"), (EAGER, "key:eager")] {
        let mut refused = None;
        for _ in 0..40 {
            if let Err(status) = guarded.classify("x-api-key", key).await {
                refused = Some(status);
                break;
            }
        }
        let status = refused.expect("there is a limit");
        assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
        assert_eq!(status.get_details_quota_failure().unwrap().violations[0].subject, subject);
        assert_eq!(status.get_details_error_info().unwrap().reason, "RATE_LIMITED");
        let retry = status.get_details_retry_info().unwrap().retry_delay.unwrap();
        assert!(retry > Duration::ZERO && retry < Duration::from_secs(10), "{retry:?}");
        assert!(status.metadata().contains_key("grpc-retry-pushback-ms"));
        // Who comes back when told to is let in.
        tokio::time::sleep(retry + Duration::from_millis(50)).await;
        guarded.classify("x-api-key", key).await.unwrap();
    }
    for _ in 0..40 {
        guarded.classify("x-api-key", READER).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_replaced_while_the_server_runs() {
    let guarded = Guarded::start();
    guarded.classify("x-api-key", READER).await.unwrap();
    guarded.rewrite(&entry("reader", "another-key", ""), "loaded").await;
    assert_eq!(guarded.classify("x-api-key", READER).await.unwrap_err().code(), Code::Unauthenticated);
    guarded.classify("x-api-key", "another-key").await.unwrap();
    // A file that cannot be used changes nothing.
    guarded.rewrite("[[key]]\nname = \"x\"\nsha256 = \"12\"\n", "refused").await;
    guarded.classify("x-api-key", "another-key").await.unwrap();
    guarded.rewrite(&keys(), "loaded").await;
    guarded.classify("x-api-key", READER).await.unwrap();
}
