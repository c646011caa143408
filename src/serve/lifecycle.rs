//! The life of a server: listen, load, serve, drain.

use std::fs;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::io;
use std::panic;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::SystemTime;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::codec::CompressionEncoding;
use tonic::server::NamedService as _;
use tonic::service::Routes;
use tonic::service::RoutesBuilder;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::admin_service::Admin;
use super::call::CallLayer;
use super::call::Checks;
use super::catalog::Catalog;
use super::connection::Doors;
use super::document_service::Documents;
use super::gate::Gate;
use super::inbound::Inbound;
use super::metrics::Metrics;
use super::metrics::Moment;
use super::model::Model;
use super::model_service::Models;
use super::monitor;
use super::monitor::Monitor;
use super::pool::Load;
use super::pool::Pool;
use super::registry::Registry;
use super::reload;
use super::tally;
use super::telemetry::Telemetry;
use super::tls::Certificates;
use super::trace::TraceError;
use super::trace::Traces;
use super::watch::Watch;
use crate::bundle::Pace;
use crate::bundle::Resources;
use crate::bundle::reader;
use crate::config;
use crate::config::Config;
use crate::config::Encoding;
use crate::config::Http2;
use crate::config::Impossible;
use crate::error::Error;
use crate::wire::FILE_DESCRIPTOR_SET;
use crate::wire::pb::admin_service_server::AdminServiceServer;
use crate::wire::pb::document_service_server::DocumentServiceServer;
use crate::wire::pb::model_service_server::ModelServiceServer;

/// Connections for administration.
const ADMIN_CONNECTIONS: usize = 64;

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
    /// Metrics could not be set up.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// Traces could not be set up.
    #[error("{0}")]
    Traces(#[from] TraceError),
    /// A listener beside the public one could not be opened.
    #[error("{setting} {address}: {source}")]
    Listener {
        /// The setting that asks for it.
        setting: &'static str,
        /// Where.
        address: std::net::SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// Certificates or keys that cannot be used.
    #[error("{path}: {source}")]
    Access {
        /// The file, or the setting.
        path: String,
        /// The cause.
        source: io::Error,
    },
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
/// It listens at once and is healthy as soon as `model` completes and the model directory was looked at; until then
/// health says `NOT_SERVING` and calls are answered `UNAVAILABLE`. Then `ready` is called. Without a model of its own,
/// it serves those of the directory, and the built-in one where that holds none.
///
/// After `shutdown` it reports `NOT_SERVING`, goes on for [`config::Drain::notice`], then takes no more calls, lets
/// those that have begun end, and cuts off what is left after [`config::Drain::grace`].
///
/// # Errors
/// [`RunError`]; never after `shutdown` has completed.
pub async fn run<M: Into<Option<Model>>>(
    listener: TcpListener,
    model: impl Future<Output = Result<M, Error>>,
    config: &Config,
    ready: impl FnOnce(),
    shutdown: impl Future<Output = ()>,
) -> Result<(), RunError> {
    config.check()?;
    let telemetry =
        Telemetry { metrics: Arc::new(Metrics::new()?), traces: Traces::start(&config.telemetry)? };
    let registry = Arc::new(Registry::default());
    let pool = Pool::start(config.server.workers, config.admission).map_err(RunError::Threads)?;
    let pool = Arc::new(pool);
    let catalog = config.models.directory.clone().map(|root| {
        let (registry, metrics) = (Arc::clone(&registry), Arc::clone(&telemetry.metrics));
        Arc::new(Catalog::new(root, registry, metrics, Arc::clone(&pool)))
    });
    let (drain, draining) = watch::channel(false);
    let access = Access::open(config, &telemetry.metrics)?;
    let _reloading = access.watch(config, &telemetry.metrics);
    let stopping = Arc::new(AtomicBool::new(false));
    let health = Health::new().await;
    let admin = Admin {
        registry: Arc::clone(&registry),
        catalog: catalog.clone(),
        metrics: Arc::clone(&telemetry.metrics),
    };
    // Without a listener of its own, administration is offered where nobody else can reach it, or not without a key.
    let is_private = config.server.listen.ip().is_loopback() || access.gate.asks_for_keys();
    let admin_here = (config.admin.listen.is_none() && is_private).then(|| admin.clone());
    let routes = routes(config, &registry, admin_here, &pool, &draining, &health, &telemetry)?;
    let _monitor = match config.telemetry.http_listen {
        Some(address) => {
            let listener = monitor::listen(address).await;
            let setting = "telemetry.http_listen";
            let listener = listener.map_err(|source| RunError::Listener { setting, address, source })?;
            Some(Guard(tokio::spawn(observe(&registry, &pool, &stopping, &telemetry).serve(listener))))
        }
        None => None,
    };
    let doors = Doors {
        room: Arc::new(Semaphore::new(config.server.max_connections.min(Semaphore::MAX_PERMITS))),
        certificates: access.certificates.clone(),
        patience: config.server.handshake_timeout,
        draining: draining.clone(),
        metrics: Arc::clone(&telemetry.metrics),
    };
    let checks = Checks {
        gate: Arc::clone(&access.gate),
        inbound: Inbound::new(config.admission.max_inbound_bytes),
        max_call_time: config.server.max_call_time,
    };
    let layer = CallLayer::new(draining.clone(), telemetry.clone(), checks);
    let serve = |doors: Doors, listener, routes| {
        let mut draining = draining.clone();
        hardened(&config.http2).layer(layer.clone()).add_routes(routes).serve_with_incoming_shutdown(
            doors.accept(listener),
            async move {
                drop(draining.wait_for(|draining| *draining).await);
            },
        )
    };
    let public = serve(doors.clone(), listener, routes);
    let private = match config.admin.listen {
        Some(address) => {
            let setting = "admin.listen";
            let failed = |source| RunError::Listener { setting, address, source };
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            tracing::info!(%address, "administration over gRPC");
            // Whoever fills the public door shall not shut this one.
            let doors = Doors { room: Arc::new(Semaphore::new(ADMIN_CONNECTIONS)), ..doors };
            Some(serve(doors, listener, admin_routes(admin, config, &health)?))
        }
        None => None,
    };
    let serving = async move {
        match private {
            Some(private) => tokio::try_join!(public, private).map(drop),
            None => public.await,
        }
    };
    let mut server = Guard(tokio::spawn(serving));

    let mut shutdown = pin!(shutdown);
    let stocked = async {
        let model = model.await?.into();
        stock(&config.models, model, &registry, catalog).await
    };
    let stocked = tokio::select! {
        stocked = stocked => Some(stocked?),
        () = &mut shutdown => None,
        ended = &mut server.0 => return Err(ended_early(ended)),
    };
    let mut _watching = None;
    if let Some(watch) = stocked {
        _watching = watch
            .filter(|_| config.models.watch)
            .map(|watch| Guard(watch.go_on(config.models.watch_interval)));
        health.set(ServingStatus::Serving).await;
        tracing::info!("serving");
        ready();
        tokio::select! {
            () = &mut shutdown => {}
            ended = &mut server.0 => return Err(ended_early(ended)),
        }
    }

    tracing::info!(notice = ?config.drain.notice, grace = ?config.drain.grace, "draining");
    stopping.store(true, Ordering::Relaxed);
    health.set(ServingStatus::NotServing).await;
    tokio::time::sleep(config.drain.notice).await;
    let _ = drain.send(true);
    // Whoever watches health has read the news by the time its stream ends; otherwise it would hold its connection.
    health.clear().await;
    match tokio::time::timeout(config.drain.grace, &mut server.0).await {
        Ok(_) => tracing::info!("stopped"),
        Err(_) => tracing::warn!("stopped, cutting off calls that did not end in time"),
    }
    // It waits for the collector, which the runtime shall not.
    let _ = tokio::task::spawn_blocking(move || telemetry.traces.finish()).await;
    Ok(())
}

/// Puts the first models on the shelf: the one that was asked for, and those of the directory.
async fn stock(
    settings: &config::Models,
    model: Option<Model>,
    registry: &Arc<Registry>,
    catalog: Option<Arc<Catalog>>,
) -> Result<Option<Watch>, RunError> {
    let refused = |reason: String| RunError::Model(Error::Bundle { path: "models".to_owned(), reason });
    let fault = |_| refused("loading them failed by a fault of the program".to_owned());
    if let Some(model) = model {
        registry.add(Arc::new(model)).map_err(|failure| refused(failure.status("").message().to_owned()))?;
    }
    let Some(catalog) = catalog else {
        for (alias, version) in &settings.aliases {
            registry
                .set_default_alias(alias, version)
                .map_err(|failure| refused(failure.status("").message().to_owned()))?;
        }
        return Ok(None);
    };
    let aliases = settings.aliases.clone();
    let registry = Arc::clone(registry);
    let loading = tokio::task::spawn_blocking(move || {
        // One that goes later may come back; one that is not there at the start is misspelt or not mounted.
        fs::read_dir(catalog.root()).map_err(|source| Error::io(catalog.root(), source))?;
        let root = catalog.root().display().to_string();
        let mut watch = Watch::new(catalog);
        if watch.begin(&aliases) {
            return Ok(watch);
        }
        if let Some(reason) = registry.first_failure() {
            return Err(Error::Bundle { path: root, reason });
        }
        tracing::warn!(directory = root, "the model directory holds no bundle; the built-in model answers");
        let model = Model::from_bundle(reader::built_in()?, &Resources::load()?, &Pace::full())?;
        // Nothing is there that it could be at odds with.
        let _ = registry.add(Arc::new(model));
        Ok(watch)
    });
    Ok(Some(loading.await.map_err(fault)??))
}

/// What is shown over HTTP.
fn observe(
    registry: &Arc<Registry>,
    pool: &Arc<Pool>,
    stopping: &Arc<AtomicBool>,
    telemetry: &Telemetry,
) -> Arc<Monitor> {
    let (models, pool, stopping) = (Arc::clone(registry), Arc::clone(pool), Arc::clone(stopping));
    let moment = move || {
        let Load { documents, bytes, capacity_bytes } = pool.load();
        let draining = stopping.load(Ordering::Relaxed);
        Moment { documents, bytes, capacity_bytes, ready: models.is_ready() && !draining, draining }
    };
    Arc::new(Monitor {
        registry: Arc::clone(registry),
        metrics: Arc::clone(&telemetry.metrics),
        moment: Box::new(moment),
    })
}

/// Ends a task with whoever started it.
struct Guard<T>(JoinHandle<T>);

impl<T> Drop for Guard<T> {
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

/// A server that does not let one connection do what it likes.
fn hardened(settings: &Http2) -> Server {
    let Http2 {
        max_concurrent_streams,
        max_pending_accept_reset_streams,
        max_local_error_reset_streams,
        max_header_list_bytes,
        keepalive_interval,
        keepalive_timeout,
        max_connection_age,
        max_connection_age_grace,
    } = *settings;
    // Servers that were started together shall not send their clients away together.
    let tenth = (max_connection_age.as_millis() / 10).max(1);
    let jitter = u128::from(RandomState::new().hash_one("age")) % tenth;
    let jitter = Duration::from_millis(u64::try_from(jitter).unwrap_or_default());
    Server::builder()
        .max_concurrent_streams(max_concurrent_streams)
        .http2_max_pending_accept_reset_streams(Some(max_pending_accept_reset_streams))
        .http2_max_local_error_reset_streams(Some(max_local_error_reset_streams))
        .http2_max_header_list_size(u32::try_from(max_header_list_bytes).unwrap_or(u32::MAX))
        .http2_keepalive_interval(Some(keepalive_interval))
        .http2_keepalive_timeout(Some(keepalive_timeout))
        .max_connection_age(max_connection_age.saturating_add(jitter))
        .max_connection_age_grace(max_connection_age_grace)
}

/// Certificates and keys.
struct Access {
    certificates: Option<Arc<Certificates>>,
    gate: Arc<Gate>,
}

impl Access {
    /// Reads the files.
    fn open(config: &Config, metrics: &Metrics) -> Result<Self, RunError> {
        let certificates = Certificates::open(&config.tls)
            .map_err(|source| RunError::Access { path: "tls".to_owned(), source })?;
        if let Some(certificates) = &certificates {
            metrics.tally.expires(certificates.current().expiry);
        }
        let gate = Gate::open(&config.auth)
            .map_err(|(path, source)| RunError::Access { path: path.display().to_string(), source })?;
        Ok(Self { certificates: certificates.map(Arc::new), gate: Arc::new(gate) })
    }

    /// Looks at the files again, now and then.
    fn watch(&self, config: &Config, metrics: &Arc<Metrics>) -> Vec<Guard<()>> {
        // Without anything to look at, SIGHUP would end the process.
        let mut watching = vec![Guard(reload::outlive_hangup())];
        if let Some(certificates) = &self.certificates {
            let (looking, telling) = (Arc::clone(certificates), Arc::clone(certificates));
            let metrics = Arc::clone(metrics);
            let files = tally::Files::Certificates;
            let told = move |found| {
                metrics.tally.looked(files, found);
                metrics.tally.expires(telling.current().expiry);
            };
            let interval = config.tls.reload_interval;
            watching.push(Guard(reload::watch(files.name(), interval, move || looking.refresh(), told)));
        }
        if self.gate.asks_for_keys() {
            let (gate, metrics) = (Arc::clone(&self.gate), Arc::clone(metrics));
            let files = tally::Files::Keys;
            let told = move |found| metrics.tally.looked(files, found);
            let interval = config.auth.reload_interval;
            watching.push(Guard(reload::watch(files.name(), interval, move || gate.refresh(), told)));
        }
        watching
    }
}

/// What the listener for administration offers.
fn admin_routes(admin: Admin, config: &Config, health: &Health) -> Result<Routes, RunError> {
    let limits = config.limits;
    let mut routes = Routes::builder();
    routes
        .add_service(
            AdminServiceServer::new(admin)
                .max_decoding_message_size(limits.max_request_bytes)
                .max_encoding_message_size(limits.max_response_bytes),
        )
        .add_service(health.server());
    reflect(&mut routes, &[ADMIN_SERVICE])?;
    Ok(routes.routes())
}

/// Services of others that every listener has.
const OFFERED_ALWAYS: [&str; 3] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

const ADMIN_SERVICE: &str = AdminServiceServer::<Admin>::NAME;

/// Adds what tells those who ask of the contract, and of the services of ours that are offered here.
fn reflect(routes: &mut RoutesBuilder, offered: &[&str]) -> Result<(), RunError> {
    let builder = || {
        let contract = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
        offered.iter().chain(&OFFERED_ALWAYS).fold(contract, |builder, name| builder.with_service_name(*name))
    };
    routes.add_service(builder().build_v1()?).add_service(builder().build_v1alpha()?);
    Ok(())
}

/// Every service.
fn routes(
    config: &Config,
    registry: &Arc<Registry>,
    admin: Option<Admin>,
    pool: &Arc<Pool>,
    draining: &watch::Receiver<bool>,
    health: &Health,
    telemetry: &Telemetry,
) -> Result<Routes, RunError> {
    let limits = config.limits;
    let documents = Documents {
        registry: Arc::clone(registry),
        pool: Arc::clone(pool),
        limits,
        draining: draining.clone(),
        metrics: Arc::clone(&telemetry.metrics),
        compression: Arc::new(config.compression.clone()),
    };
    let models = Models {
        registry: Arc::clone(registry),
        limits,
        max_admitted_bytes: config.admission.max_bytes,
        max_call_time: config.server.max_call_time,
        started_at: SystemTime::now(),
    };
    let mut documents = DocumentServiceServer::new(documents)
        .max_decoding_message_size(limits.max_request_bytes)
        .max_encoding_message_size(limits.max_response_bytes);
    for encoding in &config.compression.accept {
        documents = documents.accept_compressed(encoded(*encoding));
    }
    for encoding in &config.compression.send {
        documents = documents.send_compressed(encoded(*encoding));
    }
    let mut routes = Routes::builder();
    routes.add_service(documents).add_service(
        ModelServiceServer::new(models)
            .max_decoding_message_size(limits.max_request_bytes)
            .max_encoding_message_size(limits.max_response_bytes),
    );
    let mut offered = vec![DocumentServiceServer::<Documents>::NAME, ModelServiceServer::<Models>::NAME];
    if let Some(admin) = admin {
        offered.push(ADMIN_SERVICE);
        routes.add_service(
            AdminServiceServer::new(admin)
                .max_decoding_message_size(limits.max_request_bytes)
                .max_encoding_message_size(limits.max_response_bytes),
        );
    }
    routes.add_service(health.server());
    reflect(&mut routes, &offered)?;
    Ok(routes.routes())
}

/// As tonic calls it.
fn encoded(encoding: Encoding) -> CompressionEncoding {
    match encoding {
        Encoding::Gzip => CompressionEncoding::Gzip,
        Encoding::Zstd => CompressionEncoding::Zstd,
    }
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
