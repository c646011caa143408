//! `serve`: from arguments to a running server, and back to an exit code.

use std::io;
use std::io::Write as _;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use crate::config::Effective;
use crate::config::LogFormat;
use crate::config::Telemetry;
use crate::config::show::Section;
use crate::error::Error;
use crate::serve;
use crate::serve::RunError;

use super::args::ServeArgs;
use super::config;
use super::exit::Failure;
use super::load;

/// Serves until SIGINT or SIGTERM, then drains.
pub(super) fn run(arguments: &ServeArgs) -> Result<(), Failure> {
    let effective = config::effective(arguments)?;
    log(&effective.config.telemetry)?;
    serve::hide_panics();
    #[cfg(debug_assertions)]
    if std::env::var_os("WENMAI_FAILPOINTS").is_some() {
        serve::failpoint::switch_on();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(format!("cannot start the runtime: {error}")))?;
    let end = runtime.block_on(serve(&effective));
    // A model that is still being loaded would hold up the end otherwise.
    runtime.shutdown_background();
    end
}

async fn serve(effective: &Effective) -> Result<(), Failure> {
    let config = &effective.config;
    let stop = serve::stop_signal();
    let named = |error| Failure::Io { path: config.server.listen.to_string(), source: error };
    let listener = TcpListener::bind(config.server.listen).await.map_err(named)?;
    let address = listener.local_addr().map_err(named)?;
    let (bundle, directory) = (config.models.bundle.clone(), config.models.directory.clone());
    raise_file_limit(config.server.max_connections);
    tell(effective);
    let model = async {
        if bundle.is_none() && directory.is_some() {
            return Ok(None);
        }
        let path = bundle.as_ref().map_or("built-in".into(), |path| path.display().to_string());
        let task = tokio::task::spawn_blocking(move || load::model(bundle.as_deref())).await;
        let fault =
            |_| Error::Bundle { path, reason: "loading it failed by a fault of the program".to_owned() };
        task.map_err(fault)?.map(Some)
    };
    let (asked, again) = oneshot::channel();
    let shutdown = async {
        if let Err(error) = stop.await {
            tracing::error!(%error, "cannot listen for signals; stopping");
        }
        let _ = asked.send(());
    };
    // Who asks twice does not want to wait for what has begun.
    let impatient = async {
        if again.await.is_err() || serve::stop_signal().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let scheme = if config.tls.certificate.is_some() { "https" } else { "http" };
    let ready = || announce(scheme, address);
    tokio::select! {
        ended = serve::run(listener, model, config, ready, shutdown) => {
            ended.map_err(|error| failure(error, address))
        }
        () = impatient => {
            tracing::warn!("asked to stop a second time; stopped at once");
            Ok(())
        }
    }
}

/// One line on stdout for people and for scripts that wait for it. That nobody reads it is no reason to stop serving.
fn announce(scheme: &str, address: SocketAddr) {
    let _ = writeln!(io::stdout(), "wenmai {} serves on {scheme}://{address}", env!("CARGO_PKG_VERSION"));
}

/// Lets the process hold as many connections as the system allows it: each is a file, and the limit that processes
/// begin with is commonly far below the one that they may ask for.
fn raise_file_limit(connections: usize) {
    #[cfg(unix)]
    {
        use rustix::process::Resource;
        use rustix::process::Rlimit;
        let Rlimit { current: _, maximum } = rustix::process::getrlimit(Resource::Nofile);
        let _ = rustix::process::setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        let Rlimit { current, .. } = rustix::process::getrlimit(Resource::Nofile);
        if let Some(files) = current
            && files < connections as u64
        {
            tracing::warn!(files, connections, "fewer files may be open than server.max_connections");
        }
    }
    #[cfg(not(unix))]
    let _ = connections;
}

/// The settings in force, for the log: whoever reads it later knows what the server ran with.
fn tell(effective: &Effective) {
    for Section { name, settings } in effective.sections() {
        let settings: Vec<String> = settings.iter().map(|(key, value, _)| format!("{key}={value}")).collect();
        tracing::info!(section = name, settings = settings.join(" "), "configuration");
    }
}

/// Sends what is logged to stderr; stdout belongs to the ready line.
fn log(telemetry: &Telemetry) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&telemetry.log)
        .map_err(|error| Failure::Usage(format!("--log {:?}: {error}", telemetry.log)))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let colours = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let set = match telemetry.log_format {
        LogFormat::Pretty => lines.with_ansi(colours).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    set.map_err(|error| Failure::Internal(format!("logging: {error}")))
}

fn failure(error: RunError, address: SocketAddr) -> Failure {
    match error {
        RunError::Settings(_) => Failure::Usage(error.to_string()),
        RunError::Model(error) => Failure::Domain(error),
        RunError::Threads(source) => Failure::Io { path: "worker threads".to_owned(), source },
        RunError::Traces(_) => Failure::Usage(error.to_string()),
        RunError::Listener { setting: _, address, source } => {
            Failure::Io { path: address.to_string(), source }
        }
        RunError::Access { path, source } => Failure::Io { path, source },
        RunError::Transport(error) => {
            Failure::Io { path: address.to_string(), source: io::Error::other(error.to_string()) }
        }
        RunError::Reflection(_) | RunError::Metrics(_) | RunError::Ended => {
            Failure::Internal(error.to_string())
        }
    }
}
