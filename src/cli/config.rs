//! `config`, and where `serve` gets its settings from.

use std::io;
use std::io::Write as _;

use crate::config::Effective;
use crate::config::Layers;

use super::args::LogFormat;
use super::args::ServeArgs;
use super::exit::Failure;

/// Prints the settings in force.
pub(super) fn show(arguments: &ServeArgs) -> Result<(), Failure> {
    let effective = effective(arguments)?;
    let mut out = io::stdout().lock();
    out.write_all(effective.to_toml().as_bytes()).and_then(|()| out.flush()).map_err(Failure::output)?;
    check_together(&effective)
}

/// Tells whether the settings go together.
pub(super) fn check(arguments: &ServeArgs) -> Result<(), Failure> {
    let effective = effective(arguments)?;
    check_together(&effective)?;
    let changed = effective.origins.len();
    writeln!(io::stdout(), "ok: {changed} settings differ from the defaults or are said again")
        .map_err(Failure::output)
}

fn check_together(effective: &Effective) -> Result<(), Failure> {
    effective.config.check().map_err(|error| Failure::Usage(format!("impossible settings: {error}")))
}

/// Reads file, environment and flags.
pub(super) fn effective(arguments: &ServeArgs) -> Result<Effective, Failure> {
    let file = match &arguments.config {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, error))?;
            Some((path.display().to_string(), text))
        }
        None => None,
    };
    let mut environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    // The first wrong one is reported, so it had better be the same one each time.
    environment.sort();
    let layers = Layers { file, environment, flags: flags(arguments)? };
    layers.merge().map_err(|error| Failure::Usage(error.to_string()))
}

/// Flags as the settings that they stand for.
fn flags(arguments: &ServeArgs) -> Result<Vec<(String, String, String)>, Failure> {
    let ServeArgs {
        config: _,
        set,
        listen,
        model,
        models,
        workers,
        max_document_bytes,
        max_request_bytes,
        max_response_bytes,
        max_batch_documents,
        max_in_flight,
        max_admitted_bytes,
        tls_cert,
        tls_key,
        tls_client_ca,
        api_keys,
        admin_listen,
        http_listen,
        otlp_endpoint,
        log_format,
        log,
    } = arguments;
    let number = |value: &Option<u32>| value.map(|value| value.to_string());
    let path = |value: &Option<std::path::PathBuf>| value.as_ref().map(|path| path.display().to_string());
    let address = |value: &Option<std::net::SocketAddr>| value.map(|value| value.to_string());
    let format = log_format.map(|format| match format {
        LogFormat::Pretty => "pretty".to_owned(),
        LogFormat::Json => "json".to_owned(),
    });
    let named = [
        ("--listen", "server.listen", address(listen)),
        ("--model", "models.bundle", path(model)),
        ("--models", "models.directory", path(models)),
        ("--workers", "server.workers", number(workers)),
        ("--max-document-bytes", "limits.max_document_bytes", number(max_document_bytes)),
        ("--max-request-bytes", "limits.max_request_bytes", number(max_request_bytes)),
        ("--max-response-bytes", "limits.max_response_bytes", number(max_response_bytes)),
        ("--max-batch-documents", "limits.max_batch_documents", number(max_batch_documents)),
        ("--max-in-flight", "limits.max_in_flight_per_stream", number(max_in_flight)),
        ("--max-admitted-bytes", "admission.max_bytes", max_admitted_bytes.map(|value| value.to_string())),
        ("--tls-cert", "tls.certificate", path(tls_cert)),
        ("--tls-key", "tls.key", path(tls_key)),
        ("--tls-client-ca", "tls.client_ca", path(tls_client_ca)),
        ("--api-keys", "auth.keys", path(api_keys)),
        ("--admin-listen", "admin.listen", address(admin_listen)),
        ("--http-listen", "telemetry.http_listen", address(http_listen)),
        ("--otlp-endpoint", "telemetry.otlp_endpoint", otlp_endpoint.clone()),
        ("--log-format", "telemetry.log_format", format),
        ("--log", "telemetry.log", log.clone()),
    ];
    let mut flags = Vec::new();
    for typed in set {
        let Some((key, value)) = typed.split_once('=') else {
            return Err(Failure::Usage(format!("--set {typed:?}: SECTION.KEY=VALUE is needed")));
        };
        flags.push(("--set".to_owned(), key.trim().to_owned(), value.trim().to_owned()));
    }
    for (flag, key, value) in named {
        flags.extend(value.map(|value| (flag.to_owned(), key.to_owned(), value)));
    }
    Ok(flags)
}
