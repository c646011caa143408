//! What the doors count: connections, handshakes, keys, certificates.

use std::time::SystemTime;

use prometheus::IntCounterVec;
use prometheus::IntGauge;
use prometheus::Opts;
use prometheus::Registry;

use super::reload::Look;

/// Why a connection was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// There are as many as there may be.
    Full,
    /// TLS failed, or took too long.
    Handshake,
    /// It said nothing, or too little.
    Silent,
}

impl Closed {
    const ALL: [Self; 3] = [Self::Full, Self::Handshake, Self::Silent];

    fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Handshake => "handshake",
            Self::Silent => "silent",
        }
    }
}

/// Counters of the doors.
pub(super) struct Tally {
    connections: IntGauge,
    closed: IntCounterVec,
    reloads: IntCounterVec,
    expiry: IntGauge,
}

/// Files that are looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Files {
    /// Of TLS.
    Certificates,
    /// API keys.
    Keys,
}

impl Files {
    const ALL: [Self; 2] = [Self::Certificates, Self::Keys];

    /// As the metric and the log say it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Certificates => "certificates",
            Self::Keys => "keys",
        }
    }
}

impl Tally {
    /// Everything at zero.
    ///
    /// # Errors
    /// When a name is wrong or stands twice.
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let tally = Self {
            connections: IntGauge::new("wenmai_connections", "Connections that are open.")?,
            closed: IntCounterVec::new(
                Opts::new("wenmai_connections_refused_total", "Connections that were not let in, by reason."),
                &["reason"],
            )?,
            reloads: IntCounterVec::new(
                Opts::new(
                    "wenmai_file_reload_total",
                    "Files of certificates and keys that were read again after a change, by outcome.",
                ),
                &["files", "outcome"],
            )?,
            expiry: IntGauge::new(
                "wenmai_certificate_expiry_timestamp_seconds",
                "When the server's certificate ends, in seconds since 1970; 0 without TLS.",
            )?,
        };
        registry.register(Box::new(tally.connections.clone()))?;
        registry.register(Box::new(tally.closed.clone()))?;
        registry.register(Box::new(tally.reloads.clone()))?;
        registry.register(Box::new(tally.expiry.clone()))?;
        for reason in Closed::ALL {
            tally.closed.with_label_values(&[reason.name()]);
        }
        for files in Files::ALL {
            for outcome in [LOADED, REFUSED] {
                tally.reloads.with_label_values(&[files.name(), outcome]);
            }
        }
        Ok(tally)
    }

    /// Notes a connection that was let in.
    pub(super) fn opened(&self) {
        self.connections.inc();
    }

    /// Notes its end.
    pub(super) fn ended(&self) {
        self.connections.dec();
    }

    /// Notes a connection that was not let in.
    pub(super) fn closed(&self, reason: Closed) {
        self.closed.with_label_values(&[reason.name()]).inc();
    }

    /// Notes what a look at files found.
    pub(super) fn looked(&self, files: Files, found: Look) {
        let outcome = match found {
            Look::Same => return,
            Look::Fresh => LOADED,
            Look::Bad => REFUSED,
        };
        self.reloads.with_label_values(&[files.name(), outcome]).inc();
    }

    /// Notes when the certificate ends.
    pub(super) fn expires(&self, at: SystemTime) {
        let seconds = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        self.expiry.set(i64::try_from(seconds).unwrap_or(i64::MAX));
    }
}

const LOADED: &str = "loaded";
const REFUSED: &str = "refused";
