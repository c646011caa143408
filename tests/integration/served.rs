//! The real program on real sockets, bundles that can be told apart by their answers, and clients that keep count.
//!
//! The benchmark of operations uses this file too.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use tonic::transport::Channel;
use wenmai::bundle::reader;
use wenmai::bundle::writer;
use wenmai::topic::calibration::Calibration;
use wenmai::topic::lexicon::Lexicon;
use wenmai::topic::model::Domain;
use wenmai::topic::model::Label;
use wenmai::topic::model::TopicModel;
use wenmai::topic::weights::Parts;
use wenmai::topic::weights::Weights;
use wenmai::wire::pb;
use wenmai::wire::pb::admin_service_client::AdminServiceClient;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;
use wenmai::wire::pb::model_service_client::ModelServiceClient;

/// How long anything may take that is sure to happen, on a machine with much else to do.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Log-odds of ten, in units of 2⁻³².
const SURE: i64 = 10 << 32;

/// A bundle of two labels that gives every document the same one: small, so that many can be loaded, and its answers
/// say which it was.
pub(crate) fn bundle(folder: &Path, version: &str, selected: &str) {
    let mut manifest = reader::built_in().unwrap().manifest;
    manifest.name = "topics".to_owned();
    manifest.version = version.to_owned();
    manifest.files = BTreeMap::new();
    manifest.calibration = Calibration::default();
    manifest.domain = Domain {
        min_characters: 1,
        min_han_share: 0.0,
        max_out_of_vocabulary_ratio: 1.0,
        unknown_familiarity: 0,
        min_familiarity: -10.0,
        usual_familiarity: -10.0,
    };
    manifest.labels = ["alpha", "beta"]
        .map(|id| Label {
            id: id.to_owned(),
            display_name: id.to_owned(),
            bias: if id == selected { SURE } else { -SURE },
            threshold: 0.5,
            training_documents: 1,
            ..Label::default()
        })
        .to_vec();
    let model = TopicModel {
        features: manifest.features.clone(),
        labels: manifest.labels.clone(),
        weights: Weights::new(Parts {
            labels: 2,
            frequent: 0,
            keys: vec![1],
            shifts: &[0],
            mantissas: &[0, 0],
        })
        .unwrap(),
        lexicon: Lexicon::new(vec![1], vec![0]).unwrap(),
        domain: manifest.domain,
        calibration: manifest.calibration.clone(),
    };
    writer::files(manifest, &model).unwrap().write(folder).unwrap();
}

/// An address that is free just now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running `wenmai serve`.
pub(crate) struct Served {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
    /// Where it takes orders.
    pub(crate) admin_address: String,
    log: Arc<Mutex<String>>,
}

impl Served {
    /// Starts one on a free port, ready when it returns.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::on(0, arguments)
    }

    /// The same on a port that is known.
    pub(crate) fn on(port: u16, arguments: &[&str]) -> Self {
        let admin_address = format!("127.0.0.1:{}", free_port());
        let mut child = Command::new(env!("CARGO_BIN_EXE_wenmai"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--set", &format!("admin.listen={admin_address}")])
            .args(arguments)
            .env("WENMAI_FAILPOINTS", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut stderr, copy) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|read| read > 0) {
                copy.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(address) = line.trim().split("://").nth(1).map(str::to_owned) else {
            thread::sleep(Duration::from_millis(200));
            let status = child.wait();
            panic!("it did not start: {status:?} {line:?} {}", log.lock().unwrap());
        };
        Self { child, address, admin_address, log }
    }

    /// Where it listens, as clients say it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it takes orders.
    pub(crate) fn admin_url(&self) -> String {
        format!("http://{}", self.admin_address)
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Sends it a signal, by the name that `kill` knows.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < LONG, "it does not end: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(self.url()).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn documents(&self) -> DocumentServiceClient<Channel> {
        DocumentServiceClient::new(self.channel().await)
    }

    pub(crate) async fn models(&self) -> ModelServiceClient<Channel> {
        ModelServiceClient::new(self.channel().await)
    }

    pub(crate) async fn admin(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(Channel::from_shared(self.admin_url()).unwrap().connect().await.unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until the answer is the one that must come.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < LONG, "what must come does not");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Fetches a page over plain HTTP/1.1: status and body.
pub(crate) fn fetch(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "{head}");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A request to classify one document with a model.
pub(crate) fn classify(content: &str, model: Option<pb::ModelSelector>) -> pb::ClassifyRequest {
    let document = pb::Document {
        source: Some(pb::document::Source::Content(content.to_owned())),
        ..pb::Document::default()
    };
    let common = pb::CommonOptions { model, ..pb::CommonOptions::default() };
    pb::ClassifyRequest { document: Some(document), options: None, common: Some(common) }
}

/// A selector of a version or an alias.
pub(crate) fn select(choice: pb::model_selector::Choice) -> Option<pb::ModelSelector> {
    Some(pb::ModelSelector { name: "topics".to_owned(), choice: Some(choice) })
}

/// Version that answered, and the one label that it selected.
pub(crate) fn answered(response: &pb::ClassifyResponse) -> (String, String) {
    let model = response.metadata.as_ref().unwrap().model.as_ref().unwrap();
    let labels = &response.classification.as_ref().unwrap().labels;
    let selected: Vec<&str> =
        labels.iter().filter(|label| label.selected).map(|label| label.label_id.as_str()).collect();
    (model.version.clone(), selected.join(","))
}

/// Loads a version, lets `stable` name it, and lets the one before go: the whole way of a reload.
pub(crate) async fn reload(admin: &mut AdminServiceClient<Channel>, path: &str) {
    let request = pb::LoadModelRequest { path: path.to_owned(), expected_digest: String::new() };
    let loaded = admin.load_model(request).await.unwrap().into_inner().model.unwrap();
    let version = loaded.r#ref.unwrap().version;
    let (name, alias) = ("topics".to_owned(), "stable".to_owned());
    let moved = admin.set_alias(pb::SetAliasRequest { name: name.clone(), alias, version }).await.unwrap();
    let version = moved.into_inner().previous_version;
    admin.unload_model(pb::UnloadModelRequest { name, version }).await.unwrap();
}
