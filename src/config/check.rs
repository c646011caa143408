//! What cannot go together.

use std::fmt;
use std::time::Duration;

use super::Config;
use super::limits::DOCUMENT_OVERHEAD_BYTES;
use super::limits::request_bytes;

/// Bytes of headers that a call cannot do without.
const MIN_HEADER_LIST_BYTES: usize = 4096;

/// Settings that cannot go together, every one of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Impossible {
    /// One sentence each, naming the settings and their values.
    pub problems: Vec<String>,
}

impl fmt::Display for Impossible {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.problems.join("; "))
    }
}

impl Config {
    /// Refuses settings under which some promised call could never succeed, or anyone could do what only some should.
    ///
    /// # Errors
    /// [`Impossible`] with every problem at once.
    pub fn check(&self) -> Result<(), Impossible> {
        let mut problems = Vec::new();
        self.check_ranges(&mut problems);
        self.check_limits(&mut problems);
        self.check_access(&mut problems);
        self.check_listeners(&mut problems);
        self.check_surroundings(&mut problems);
        if problems.is_empty() { Ok(()) } else { Err(Impossible { problems }) }
    }

    /// Each number by itself.
    fn check_ranges(&self, problems: &mut Vec<String>) {
        let Self { server, limits, admission, tls, auth, compression: _, http2, models, .. } = self;
        for (name, value) in [
            ("server.workers", server.workers),
            ("server.max_connections", server.max_connections),
            ("limits.max_document_bytes", limits.max_document_bytes),
            ("limits.max_batch_documents", limits.max_batch_documents),
            ("limits.max_request_bytes", limits.max_request_bytes),
            ("limits.max_response_bytes", limits.max_response_bytes),
            ("limits.max_in_flight_per_stream", limits.max_in_flight_per_stream),
            ("admission.max_bytes", admission.max_bytes),
            ("admission.interactive_weight", admission.interactive_weight as usize),
            ("http2.max_concurrent_streams", http2.max_concurrent_streams as usize),
            ("http2.max_header_list_bytes", http2.max_header_list_bytes),
        ] {
            if value == 0 {
                problems.push(format!("{name} is 0"));
            }
        }
        for (name, value) in [
            ("server.handshake_timeout", server.handshake_timeout),
            ("server.max_call_time", server.max_call_time),
            ("tls.reload_interval", tls.reload_interval),
            ("auth.reload_interval", auth.reload_interval),
            ("http2.keepalive_interval", http2.keepalive_interval),
            ("http2.keepalive_timeout", http2.keepalive_timeout),
            ("http2.max_connection_age", http2.max_connection_age),
            ("models.watch_interval", models.watch_interval),
        ] {
            if value == Duration::ZERO {
                problems.push(format!("{name} is 0"));
            }
        }
        for (name, value) in [
            ("limits.max_document_bytes", limits.max_document_bytes),
            ("limits.max_batch_documents", limits.max_batch_documents),
            ("limits.max_request_bytes", limits.max_request_bytes),
            ("limits.max_response_bytes", limits.max_response_bytes),
            ("limits.max_in_flight_per_stream", limits.max_in_flight_per_stream),
            ("http2.max_header_list_bytes", http2.max_header_list_bytes),
        ] {
            // Offsets are 32 bits wide, and so are gRPC message lengths.
            if u32::try_from(value).is_err() {
                problems.push(format!("{name} is {value}, more than 32 bits hold"));
            }
        }
        for (name, value) in [
            ("server.workers", server.workers),
            ("admission.interactive_workers", admission.interactive_workers),
        ] {
            if value > 1024 {
                problems.push(format!("{name} is {value}, more than 1024 threads"));
            }
        }
    }

    /// What one limit promises, the others must keep.
    fn check_limits(&self, problems: &mut Vec<String>) {
        let Self { limits, admission, .. } = self;
        let (document, batch) = (limits.max_document_bytes, limits.max_batch_documents);
        let list = format!(
            "a list of {batch} documents (limits.max_batch_documents) of {document} bytes \
            (limits.max_document_bytes)"
        );
        let needed = request_bytes(document, batch);
        if needed > limits.max_request_bytes {
            problems.push(format!(
                "limits.max_request_bytes is {}, but {list} needs {needed}",
                limits.max_request_bytes
            ));
        }
        let cost = document.saturating_add(DOCUMENT_OVERHEAD_BYTES);
        if cost.saturating_mul(batch) > admission.list_bytes() {
            problems.push(format!(
                "admission.max_bytes is {}, of which {} are for lists, so {list} could never be admitted",
                admission.max_bytes,
                admission.list_bytes()
            ));
        }
        if cost > admission.single_bytes() {
            problems.push(format!(
                "admission.max_bytes is {}, of which {} are for single calls, so a document of {document} bytes \
                 (limits.max_document_bytes) could never be admitted",
                admission.max_bytes,
                admission.single_bytes()
            ));
        }
        if u32::try_from(admission.max_bytes).is_err() {
            problems.push(format!("admission.max_bytes is {}, more than 32 bits hold", admission.max_bytes));
        }
        if limits.max_request_bytes > admission.max_inbound_bytes {
            problems.push(format!(
                "admission.max_inbound_bytes is {}, so a request of {} bytes (limits.max_request_bytes) could never \
                 be received",
                admission.max_inbound_bytes, limits.max_request_bytes
            ));
        }
    }

    /// Keys and certificates.
    fn check_access(&self, problems: &mut Vec<String>) {
        let Self { server, tls, auth, admin, .. } = self;
        if tls.certificate.is_some() != tls.key.is_some() {
            let (set, missing) =
                if tls.key.is_some() { ("key", "certificate") } else { ("certificate", "key") };
            problems.push(format!("tls.{set} is set, but tls.{missing} is not"));
        }
        if tls.client_ca.is_some() && tls.certificate.is_none() {
            problems
                .push("tls.client_ca is set, but without tls.certificate nothing is encrypted".to_owned());
        }
        if tls.client_crl.is_some() && tls.client_ca.is_none() {
            problems.push(
                "tls.client_crl is set, but without tls.client_ca nobody is asked who they are".to_owned(),
            );
        }
        for (name, address) in [("server.listen", Some(server.listen)), ("admin.listen", admin.listen)] {
            if let Some(address) = address
                && auth.keys.is_some()
                && tls.certificate.is_none()
                && !auth.allow_plain
                && !address.ip().is_loopback()
            {
                problems.push(format!(
                    "auth.keys is set, but without tls.certificate everyone on the way to {address} ({name}) can read \
                     the keys; auth.allow_plain says that something else encrypts"
                ));
            }
        }
        let certified = tls.client_ca.is_some() && tls.client_auth == super::ClientAuth::Required;
        if let Some(address) = admin.listen
            && !address.ip().is_loopback()
            && auth.keys.is_none()
            && !certified
        {
            problems.push(format!(
                "admin.listen is {address}, which others can reach, but neither auth.keys nor tls.client_ca says \
                 who may change the server"
            ));
        }
    }

    /// What is watched, and who is told.
    fn check_surroundings(&self, problems: &mut Vec<String>) {
        let Self { models, telemetry, http2, .. } = self;
        if models.watch && models.directory.is_none() {
            problems.push("models.watch is set, but models.directory names nothing to watch".to_owned());
        }
        if telemetry.otlp_endpoint.as_ref().is_some_and(|endpoint| endpoint.contains('@')) {
            problems.push(
                "telemetry.otlp_endpoint holds a password, which would be shown; telemetry.otlp_headers hides it"
                    .to_owned(),
            );
        }
        if (1..MIN_HEADER_LIST_BYTES).contains(&http2.max_header_list_bytes) {
            problems.push(format!(
                "http2.max_header_list_bytes is {}, too small for any call; {MIN_HEADER_LIST_BYTES} are enough for most",
                http2.max_header_list_bytes
            ));
        }
    }

    /// Two listeners cannot share an address.
    fn check_listeners(&self, problems: &mut Vec<String>) {
        let Self { server, admin, telemetry, .. } = self;
        let listeners = [
            ("server.listen", Some(server.listen)),
            ("admin.listen", admin.listen),
            ("telemetry.http_listen", telemetry.http_listen),
        ];
        let taken: Vec<_> = listeners
            .into_iter()
            .filter_map(|(name, address)| Some((name, address.filter(|address| address.port() != 0)?)))
            .collect();
        for (index, (name, address)) in taken.iter().enumerate() {
            for (other, _) in taken.iter().take(index).filter(|(_, other)| other == address) {
                problems.push(format!("{name} and {other} are both {address}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::super::Server;
    use super::*;

    #[test]
    fn defaults_go_together() {
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let limits = Limits { max_batch_documents: 1000, max_response_bytes: 0, ..Limits::default() };
        let server = Server { workers: 0, ..Server::default() };
        let problems = Config { limits, server, ..Config::default() }.check().unwrap_err().problems;
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(
            problems.iter().any(|problem| problem.starts_with("limits.max_request_bytes is 33652736, but"))
        );
        assert!(problems.iter().any(|problem| problem.contains("could never be admitted")));
        assert!(problems.contains(&"server.workers is 0".to_owned()));
        assert!(problems.contains(&"limits.max_response_bytes is 0".to_owned()));
    }

    #[test]
    fn half_a_security_is_refused() {
        let mut config = Config::default();
        config.tls.key = Some("key.pem".into());
        config.tls.client_ca = Some("ca.pem".into());
        config.admin.listen = Some("0.0.0.0:50052".parse().unwrap());
        config.telemetry.http_listen = Some(config.server.listen);
        config.tls.client_auth = super::super::ClientAuth::Optional;
        let problems = config.check().unwrap_err().problems;
        assert_eq!(
            problems,
            [
                "tls.key is set, but tls.certificate is not",
                "tls.client_ca is set, but without tls.certificate nothing is encrypted",
                "admin.listen is 0.0.0.0:50052, which others can reach, but neither auth.keys nor tls.client_ca \
                 says who may change the server",
                "telemetry.http_listen and server.listen are both 127.0.0.1:50051",
            ]
        );
    }

    #[test]
    fn keys_do_not_travel_unencrypted() {
        let mut config = Config::default();
        config.auth.keys = Some("keys.toml".into());
        assert_eq!(config.check(), Ok(()));
        config.server.listen = "[::]:50051".parse().unwrap();
        config.admin.listen = Some("10.0.0.1:50052".parse().unwrap());
        let problems = config.check().unwrap_err().problems;
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().all(|problem| problem.contains("can read the keys")), "{problems:?}");
        config.auth.allow_plain = true;
        assert_eq!(config.check(), Ok(()));
        config.auth.allow_plain = false;
        (config.tls.certificate, config.tls.key) = (Some("a".into()), Some("b".into()));
        assert_eq!(config.check(), Ok(()));
    }

    #[test]
    fn what_would_be_of_no_use_is_refused() {
        let mut config = Config::default();
        config.models.watch = true;
        config.telemetry.otlp_endpoint = Some("http://user:password@collector:4317".into());
        config.http2.max_header_list_bytes = 1;
        let problems = config.check().unwrap_err().problems;
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(!problems.concat().contains("user:"), "{problems:?}");
    }
}
