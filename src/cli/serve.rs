//! `serve`: from arguments to a running server, and back to an exit code.

use std::io;
use std::io::Write as _;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::config::Limits;
use crate::error::Error;
use crate::serve;
use crate::serve::RunError;

use super::args::LogFormat;
use super::args::ServeArgs;
use super::exit::Failure;
use super::load;

/// Serves until SIGINT or SIGTERM, then drains.
pub(super) fn run(arguments: &ServeArgs) -> Result<(), Failure> {
    log(arguments)?;
    serve::hide_panics();
    let config = config(arguments);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(format!("cannot start the runtime: {error}")))?;
    let end = runtime.block_on(serve(arguments, &config));
    // A model that is still being loaded would hold up the end otherwise.
    runtime.shutdown_background();
    end
}

async fn serve(arguments: &ServeArgs, config: &Config) -> Result<(), Failure> {
    let stop = serve::stop_signal();
    let named = |error| Failure::Io { path: config.listen.to_string(), source: error };
    let listener = TcpListener::bind(config.listen).await.map_err(named)?;
    let address = listener.local_addr().map_err(named)?;
    let path = arguments.model.clone();
    let (loaded, ready) = oneshot::channel();
    let model = async {
        let task = tokio::task::spawn_blocking(move || load::model(path.as_deref())).await;
        let model = task.map_err(|_| Error::Bundle {
            path: arguments.model.as_ref().map_or("built-in".into(), |path| path.display().to_string()),
            reason: "loading it failed by a fault of the program".to_owned(),
        })??;
        let _ = loaded.send(());
        Ok(model)
    };
    // The server looks at this only before the model is there and once it answers, so that the line below is true
    // whenever it is read.
    let shutdown = async {
        let mut stop = std::pin::pin!(stop);
        let stopped = tokio::select! {
            stopped = &mut stop => stopped,
            loaded = ready => {
                if loaded.is_ok() {
                    announce(address);
                }
                stop.await
            }
        };
        if let Err(error) = stopped {
            tracing::error!(%error, "cannot listen for signals; stopping");
        }
    };
    serve::run(listener, model, config, shutdown).await.map_err(|error| failure(error, address))
}

/// One line on stdout for people and for scripts that wait for it. That nobody reads it is no reason to stop serving.
fn announce(address: SocketAddr) {
    let _ = writeln!(io::stdout(), "wenmai {} serves on http://{address}", env!("CARGO_PKG_VERSION"));
}

fn config(arguments: &ServeArgs) -> Config {
    let ServeArgs {
        listen,
        model: _,
        workers,
        max_document_bytes,
        max_request_bytes,
        max_response_bytes,
        max_batch_documents,
        max_in_flight,
        max_queued_documents,
        log_format: _,
        log: _,
    } = arguments;
    let or = |typed: &Option<u32>, default: usize| typed.map_or(default, |typed| typed as usize);
    let default = Config::default();
    Config {
        listen: *listen,
        limits: Limits {
            max_document_bytes: or(max_document_bytes, default.limits.max_document_bytes),
            max_batch_documents: or(max_batch_documents, default.limits.max_batch_documents),
            max_request_bytes: or(max_request_bytes, default.limits.max_request_bytes),
            max_response_bytes: or(max_response_bytes, default.limits.max_response_bytes),
            max_in_flight_per_stream: or(max_in_flight, default.limits.max_in_flight_per_stream),
        },
        workers: or(workers, default.workers),
        max_queued_documents: or(max_queued_documents, default.max_queued_documents),
        drain_notice: default.drain_notice,
        drain_grace: default.drain_grace,
    }
}

/// Sends what is logged to stderr; stdout belongs to the ready line.
fn log(arguments: &ServeArgs) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&arguments.log)
        .map_err(|error| Failure::Usage(format!("--log {:?}: {error}", arguments.log)))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let colours = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let set = match arguments.log_format {
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
        RunError::Transport(error) => {
            Failure::Io { path: address.to_string(), source: io::Error::other(error.to_string()) }
        }
        RunError::Reflection(_) | RunError::Ended => Failure::Internal(error.to_string()),
    }
}
