//! A server on a port of its own, with an engine that does what the test wants.

use std::future::Future;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use wenmai::analyze::Analysis;
use wenmai::analyze::Observer;
use wenmai::analyze::Options;
use wenmai::analyze::Stage;
use wenmai::config::Config;
use wenmai::error::Error;
use wenmai::serve;
use wenmai::serve::Engine;
use wenmai::serve::LabelInfo;
use wenmai::serve::Model;
use wenmai::serve::ModelInfo;
use wenmai::serve::RunError;
use wenmai::text;
use wenmai::text::Document;
use wenmai::text::Span;
use wenmai::topic::Classification;
use wenmai::topic::FeatureContribution;
use wenmai::topic::LabelExplanation;
use wenmai::wire::pb;
use wenmai::wire::pb::admin_service_client::AdminServiceClient;
use wenmai::wire::pb::document_service_client::DocumentServiceClient;
use wenmai::wire::pb::model_service_client::ModelServiceClient;

/// How long anything may take that is sure to happen.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Waits for what is sure to happen.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(SOON, future).await.expect("this takes too long")
}

/// What an engine does with a document.
pub(crate) type Script =
    dyn Fn(&Document, &Options, &mut dyn Observer) -> Result<Analysis, Error> + Send + Sync + 'static;

/// An engine that follows a script.
pub(crate) struct Scripted(pub(crate) Box<Script>);

impl Engine for Scripted {
    fn analyze(
        &self,
        document: &Document,
        options: &Options,
        observer: &mut dyn Observer,
    ) -> Result<Analysis, Error> {
        (self.0)(document, options, observer)
    }
}

/// An engine from a closure.
pub(crate) fn scripted(
    script: impl Fn(&Document, &Options, &mut dyn Observer) -> Result<Analysis, Error> + Send + Sync + 'static,
) -> Arc<dyn Engine> {
    Arc::new(Scripted(Box::new(script)))
}

/// An engine that knows one label and explains it by every 京 of the text.
pub(crate) fn literal() -> Arc<dyn Engine> {
    scripted(literally)
}

/// See [`literal`].
pub(crate) fn literally(
    document: &Document,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Analysis, Error> {
    for stage in [Stage::Text, Stage::Segmentation, Stage::Classification] {
        if !observer.enter(stage) {
            return Err(Error::Stopped { stage: stage.name() });
        }
        observer.leave(stage);
    }
    let prepared = text::prepare(document)?;
    let text = &prepared.clean.text;
    let found = text.match_indices('京').map(|(at, word)| Span::new(at, at + word.len()));
    let explanation = LabelExplanation {
        id: "capital".into(),
        bias: 0.0,
        features: vec![FeatureContribution {
            feature: "京".into(),
            contribution: 1.0,
            spans: found.collect(),
        }],
        remainder: 0.0,
        sentences: Vec::new(),
        counterfactual: None,
    };
    let classification = options
        .classify
        .as_ref()
        .map(|_| Classification { explanations: vec![explanation], ..Classification::default() });
    Ok(Analysis { prepared, classification, extraction: None, token_count: 1 })
}

/// A model with two labels around an engine.
pub(crate) fn model(engine: Arc<dyn Engine>) -> Model {
    let label = |id: &str| LabelInfo { id: id.into(), threshold: 0.5, ..LabelInfo::default() };
    let info = ModelInfo {
        name: "topics".into(),
        version: "7".into(),
        digest: "d1".into(),
        labels: vec![label("industry"), label("capital")],
        micro_f1: Some(0.25),
        ..ModelInfo::default()
    };
    Model::new(engine, info)
}

/// A running server.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: std::net::SocketAddr,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    done: JoinHandle<Result<(), RunError>>,
}

impl Running {
    /// Starts one whose model is there at once.
    pub(crate) async fn start(engine: Arc<dyn Engine>) -> Self {
        Self::with(Config::default(), engine).await
    }

    /// The same with settings, ready when it returns.
    pub(crate) async fn with(config: Config, engine: Arc<dyn Engine>) -> Self {
        let running = Self::loading(config, async { Ok(model(engine)) }).await;
        let mut health = running.health().await;
        let check = || tonic_health::pb::HealthCheckRequest { service: String::new() };
        let serving = i32::from(tonic_health::pb::health_check_response::ServingStatus::Serving);
        soon(async {
            while health.check(check()).await.unwrap().into_inner().status != serving {
                tokio::task::yield_now().await;
            }
        })
        .await;
        running
    }

    /// The same with a model that may take its time.
    pub(crate) async fn loading(
        config: Config,
        model: impl Future<Output = Result<Model, Error>> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let done = tokio::spawn(async move {
            let stop = async { stopped.await.unwrap_or_default() };
            serve::run(listener, model, &config, || (), stop).await
        });
        Self { address, stop: Mutex::new(Some(stop)), done }
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn documents(&self) -> DocumentServiceClient<Channel> {
        DocumentServiceClient::new(self.channel().await).max_decoding_message_size(usize::MAX)
    }

    pub(crate) async fn models(&self) -> ModelServiceClient<Channel> {
        ModelServiceClient::new(self.channel().await)
    }

    pub(crate) async fn admin(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(self.channel().await)
    }

    pub(crate) async fn health(&self) -> tonic_health::pb::health_client::HealthClient<Channel> {
        tonic_health::pb::health_client::HealthClient::new(self.channel().await)
    }

    /// Sends the stop signal.
    pub(crate) fn signal(&self) {
        if let Some(stop) = self.stop.lock().unwrap().take() {
            stop.send(()).unwrap();
        }
    }

    /// Waits for the end.
    pub(crate) async fn ended(self) -> Result<(), RunError> {
        soon(self.done).await.unwrap()
    }
}

/// A document of plain text.
pub(crate) fn text(id: &str, content: &str) -> pb::Document {
    pb::Document {
        id: id.into(),
        source: Some(pb::document::Source::Content(content.into())),
        ..Default::default()
    }
}

/// Topics, and nothing else.
pub(crate) fn topics() -> Option<pb::Features> {
    Some(pb::Features { classify: Some(pb::ClassifyOptions::default()), extract: None })
}

/// A request to analyse one document.
pub(crate) fn analyze(document: pb::Document) -> pb::AnalyzeRequest {
    pb::AnalyzeRequest { document: Some(document), features: topics(), common: None }
}
