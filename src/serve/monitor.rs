//! Metrics and health over plain HTTP, for Prometheus and for those who watch over processes.
//!
//! ```text
//! /metrics  what is measured, in Prometheus' text format
//! /livez    200 as long as the process can answer at all
//! /readyz   200 while calls are answered, else 503 with the reason
//! /version  the program and its models, as JSON
//! ```

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http::Request;
use http::Response;
use http::StatusCode;
use http::header;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use prost::bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::metrics::Metrics;
use super::metrics::Moment;
use super::model::Model;
use super::registry::Registry;

/// Connections at once. Those who scrape are few.
const MAX_CONNECTIONS: usize = 64;

/// How long a client may take over the head of a request, and how long it may say nothing between two.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// What the pages are made of.
pub(super) struct Monitor {
    pub(super) registry: Arc<Registry>,
    pub(super) metrics: Arc<Metrics>,
    /// What is true just now.
    pub(super) moment: Box<dyn Fn() -> Moment + Send + Sync>,
}

impl Monitor {
    /// Answers on `listener` for as long as it is polled.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Usually that there are no more file descriptors; it passes.
                    tracing::warn!(%error, "monitoring: cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let monitor = Arc::clone(&self);
            tokio::spawn(async move {
                let answer = service_fn(move |request| {
                    let response = monitor.answer(&request);
                    async move { Ok::<_, Infallible>(response) }
                });
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIMEOUT)
                    .serve_connection(TokioIo::new(stream), answer);
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "monitoring: a connection ended badly");
                }
                drop(place);
            });
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match request.uri().path() {
            "/metrics" => self.metrics(),
            "/livez" => text(StatusCode::OK, "ok\n"),
            "/readyz" => {
                let Moment { ready, draining, .. } = (self.moment)();
                match (ready, draining) {
                    (_, true) => text(StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
                    (false, false) => text(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
                    (true, false) => text(StatusCode::OK, "ready\n"),
                }
            }
            "/version" => self.version(),
            _ => text(StatusCode::NOT_FOUND, "/metrics /livez /readyz /version\n"),
        }
    }

    fn metrics(&self) -> Response<Full<Bytes>> {
        let models: Vec<(Arc<Model>, Vec<String>)> = self
            .registry
            .models()
            .into_iter()
            .map(|model| {
                let aliases = self.registry.aliases_of(&model);
                (model, aliases)
            })
            .collect();
        match self.metrics.render(&(self.moment)(), &models) {
            Ok(page) => typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", page),
            Err(error) => {
                tracing::error!(%error, "the metrics cannot be written");
                text(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written\n")
            }
        }
    }

    fn version(&self) -> Response<Full<Bytes>> {
        let models: Vec<serde_json::Value> = self
            .registry
            .models()
            .iter()
            .map(|model| {
                let info = model.info();
                serde_json::json!({
                    "name": info.name,
                    "version": info.version,
                    "digest": info.digest,
                    "aliases": self.registry.aliases_of(model),
                })
            })
            .collect();
        let page = serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "git_revision": option_env!("WENMAI_GIT_REVISION").unwrap_or_default(),
            "models": models,
        });
        typed(StatusCode::OK, "application/json", format!("{page}\n").into_bytes())
    }
}

/// Opens the listener of a monitor.
///
/// # Errors
/// What the operating system says.
pub(super) async fn listen(address: std::net::SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "metrics and health over HTTP");
    Ok(listener)
}

fn text(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    typed(status, "text/plain; charset=utf-8", body.as_bytes().to_vec())
}

fn typed(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
