//! Encryption, and who may connect.

use std::path::PathBuf;
use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::Deserialize;
use serde::Serialize;

/// `[tls]`. Without a certificate, connections are plain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain of the server, PEM, its own certificate first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// Authorities that sign the certificates of clients, PEM. With it, clients must show one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ca: Option<PathBuf>,
    /// Whether clients must show a certificate, where `client_ca` is set.
    pub client_auth: ClientAuth,
    /// Revoked client certificates, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_crl: Option<PathBuf>,
    /// The oldest version spoken.
    pub min_version: TlsVersion,
    /// How often the files are looked at again. SIGHUP has them looked at once.
    #[serde(with = "compact::required")]
    pub reload_interval: Duration,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            client_ca: None,
            client_auth: ClientAuth::Required,
            client_crl: None,
            min_version: TlsVersion::V1_2,
            reload_interval: Duration::from_secs(30),
        }
    }
}

/// Whether clients must show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientAuth {
    /// Who shows none is not let in.
    #[default]
    Required,
    /// Who shows none is let in, who shows a bad one is not.
    Optional,
}

/// Versions of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}
