//! The life of a server: listen, load, serve, drain.

use std::io;
use std::panic;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::server::NamedService as _;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::admin_service::Admin;
use super::call::CallLayer;
use super::connection;
use super::document_service::Documents;
use super::model_service::Models;
use super::pool::Pool;
use super::registry::Model;
use super::registry::Registry;
use crate::config::Config;
use crate::config::Impossible;
use crate::error::Error;
use crate::wire::FILE_DESCRIPTOR_SET;
use crate::wire::pb::admin_service_server::AdminServiceServer;
use crate::wire::pb::document_service_server::DocumentServiceServer;
use crate::wire::pb::model_service_server::ModelServiceServer;

/// Calls at once on one connection; more wait in the client.
const MAX_CONCURRENT_STREAMS: u32 = 256;

/// A connection that says nothing for this long is asked whether it still lives, …
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(60);

/// … and closed when it does not answer within this.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// Health is reported for the server as a whole and for each of these.
const SERVICES: [&str; 4] = [
    "",
    DocumentServiceServer::<Documents>::NAME,
    ModelServiceServer::<Models>::NAME,
    AdminServiceServer::<Admin>::NAME,
];

/// Why a server did not start, or stopped by itself.
#[derive(Debug, Error)]
pub enum RunError {
    /// The settings contradict one another.
    #[error("impossible settings: {0}")]
    Settings(#[from] Impossible),
    /// The model could not be loaded.
    #[error("{0}")]
    Model(#[from] Error),
    /// No thread could be started.
    #[error("cannot start a worker thread: {0}")]
    Threads(#[source] io::Error),
    /// The reflection service refused the contract.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The transport failed.
    #[error("{0}")]
    Transport(#[from] tonic::transport::Error),
    /// The server's own task ended before it was asked to.
    #[error("the server ended by itself")]
    Ended,
}

/// Serves on `listener` until `shutdown` completes, then drains.
///
/// It listens at once and is healthy as soon as `model` completes; until then health says `NOT_SERVING` and calls are
/// answered `UNAVAILABLE`. After `shutdown` it reports `NOT_SERVING`, goes on for [`crate::config::Drain::notice`], then takes
/// no more calls, lets those that have begun end, and cuts off what is left after [`crate::config::Drain::grace`].
///
/// # Errors
/// [`RunError`]; never after `shutdown` has completed.
pub async fn run(
    listener: TcpListener,
    model: impl Future<Output = Result<Model, Error>>,
    config: &Config,
    shutdown: impl Future<Output = ()>,
) -> Result<(), RunError> {
    config.check()?;
    let registry = Arc::new(Registry::default());
    let (drain, draining) = watch::channel(false);
    let health = Health::new().await;
    let routes = routes(config, &registry, &draining, &health)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let incoming = connection::accept(listener, &draining);
    let serving = Server::builder()
        .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .layer(CallLayer::new(draining))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, async { drop(stopped.await) });
    let mut server = Guard(tokio::spawn(serving));

    let mut shutdown = pin!(shutdown);
    let loaded = tokio::select! {
        loaded = model => Some(loaded?),
        () = &mut shutdown => None,
        ended = &mut server.0 => return Err(ended_early(ended)),
    };
    if let Some(model) = loaded {
        registry.put(model);
        health.set(ServingStatus::Serving).await;
        tracing::info!("serving");
        tokio::select! {
            () = &mut shutdown => {}
            ended = &mut server.0 => return Err(ended_early(ended)),
        }
    }

    tracing::info!(notice = ?config.drain.notice, grace = ?config.drain.grace, "draining");
    health.set(ServingStatus::NotServing).await;
    tokio::time::sleep(config.drain.notice).await;
    let _ = drain.send(true);
    let _ = stop.send(());
    // Whoever watches health has read the news by the time its stream ends; otherwise it would hold its connection.
    health.clear().await;
    match tokio::time::timeout(config.drain.grace, &mut server.0).await {
        Ok(_) => tracing::info!("stopped"),
        Err(_) => tracing::warn!("stopped, cutting off calls that did not end in time"),
    }
    Ok(())
}

/// Ends the accept loop with whoever runs it.
struct Guard(JoinHandle<Result<(), tonic::transport::Error>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why the server ended though nobody asked it to.
fn ended_early(ended: Result<Result<(), tonic::transport::Error>, tokio::task::JoinError>) -> RunError {
    match ended {
        Ok(Err(error)) => RunError::Transport(error),
        Ok(Ok(())) | Err(_) => RunError::Ended,
    }
}

/// Every service.
fn routes(
    config: &Config,
    registry: &Arc<Registry>,
    draining: &watch::Receiver<bool>,
    health: &Health,
) -> Result<Routes, RunError> {
    let limits = config.limits;
    let pool = Pool::start(config.server.workers, 256).map_err(RunError::Threads)?;
    let documents = Documents {
        registry: Arc::clone(registry),
        pool: Arc::new(pool),
        limits,
        draining: draining.clone(),
    };
    let models = Models { registry: Arc::clone(registry), limits, started_at: SystemTime::now() };
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let mut routes = Routes::builder();
    routes
        .add_service(
            DocumentServiceServer::new(documents)
                .max_decoding_message_size(limits.max_request_bytes)
                .max_encoding_message_size(limits.max_response_bytes),
        )
        .add_service(
            ModelServiceServer::new(models)
                .max_decoding_message_size(limits.max_request_bytes)
                .max_encoding_message_size(limits.max_response_bytes),
        )
        .add_service(
            AdminServiceServer::new(Admin)
                .max_decoding_message_size(limits.max_request_bytes)
                .max_encoding_message_size(limits.max_response_bytes),
        )
        .add_service(health.server())
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?);
    Ok(routes.routes())
}

/// What `grpc.health.v1` says, of all services at once: they share one model.
#[derive(Clone)]
struct Health {
    reporter: HealthReporter,
}

impl Health {
    /// Not serving yet. The reporter itself would begin with `SERVING`.
    async fn new() -> Self {
        let health = Self { reporter: HealthReporter::new() };
        health.set(ServingStatus::NotServing).await;
        health
    }

    async fn set(&self, status: ServingStatus) {
        for service in SERVICES {
            self.reporter.set_service_status(service, status).await;
        }
    }

    /// Ends the streams of those who watch.
    async fn clear(mut self) {
        for service in SERVICES {
            self.reporter.clear_service_status(service).await;
        }
    }

    fn server(
        &self,
    ) -> tonic_health::pb::health_server::HealthServer<impl tonic_health::pb::health_server::Health> {
        let service = tonic_health::server::HealthService::from_health_reporter(self.reporter.clone());
        tonic_health::pb::health_server::HealthServer::new(service)
    }
}

/// Completes at the first SIGINT or SIGTERM.
///
/// # Errors
/// What the operating system says when signals cannot be listened to.
pub async fn stop_signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::SignalKind;
        use tokio::signal::unix::signal;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Makes panics of the whole process say where they happened, and nothing else: what they say by default may quote the
/// document that caused them. For `main`, before [`run`].
pub fn hide_panics() {
    panic::set_hook(Box::new(|info| {
        let (file, line) = info.location().map_or(("?", 0), |place| (place.file(), place.line()));
        let thread = std::thread::current().name().unwrap_or("?").to_owned();
        tracing::error!(file, line, thread, "panic");
    }));
}
