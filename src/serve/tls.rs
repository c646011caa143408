//! Certificates: read from files, checked, and exchanged while the server runs.
//!
//! Connections keep what they began with; new ones get what is newest. A certificate that cannot be used is not taken
//! over: the one before goes on, and the log and a counter say so.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use sha2::Digest as _;
use sha2::Sha256;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::CertificateRevocationListDer;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::version::TLS12;
use tokio_rustls::rustls::version::TLS13;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::config::ClientAuth;
use crate::config::Tls;
use crate::config::TlsVersion;

/// HTTP/2, the only protocol spoken.
const ALPN: &[u8] = b"h2";

/// The certificates in force.
pub(super) struct Certificates {
    settings: Tls,
    current: ArcSwap<Loaded>,
}

/// What was read from the files.
pub(super) struct Loaded {
    /// For new connections.
    pub(super) config: Arc<ServerConfig>,
    /// When the server's certificate ends.
    pub(super) expiry: SystemTime,
    /// Of the files, to see whether they changed.
    digest: [u8; 32],
}

impl Certificates {
    /// Reads the files; none where connections are plain.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub(super) fn open(settings: &Tls) -> io::Result<Option<Self>> {
        if settings.certificate.is_none() {
            return Ok(None);
        }
        let loaded = load(settings, SystemTime::now())?;
        Ok(Some(Self { settings: settings.clone(), current: ArcSwap::from_pointee(loaded) }))
    }

    /// What new connections get.
    pub(super) fn current(&self) -> Arc<Loaded> {
        self.current.load_full()
    }

    /// Reads the files again; true where they changed and are in force now.
    ///
    /// # Errors
    /// Why they cannot be used; what was in force stays so.
    pub(super) fn refresh(&self) -> io::Result<bool> {
        if files(&self.settings)?.digest() == self.current.load().digest {
            return Ok(false);
        }
        let loaded = load(&self.settings, SystemTime::now())?;
        self.current.store(Arc::new(loaded));
        Ok(true)
    }
}

/// The files as they are.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
    client_crl: Option<Vec<u8>>,
}

impl Files {
    fn digest(&self) -> [u8; 32] {
        let Self { certificate, key, client_ca, client_crl } = self;
        let mut digest = Sha256::new();
        for part in [Some(certificate), Some(key), client_ca.as_ref(), client_crl.as_ref()] {
            // With its length, lest bytes wander from one file to the next unnoticed.
            digest.update((part.map_or(u64::MAX, |part| part.len() as u64)).to_be_bytes());
            digest.update(part.map_or(&[][..], Vec::as_slice));
        }
        digest.finalize().into()
    }
}

fn files(settings: &Tls) -> io::Result<Files> {
    let read = |path: &Option<std::path::PathBuf>| match path {
        Some(path) => std::fs::read(path).map_err(|error| at(path, &error)).map(Some),
        None => Ok(None),
    };
    Ok(Files {
        certificate: read(&settings.certificate)?.unwrap_or_default(),
        key: read(&settings.key)?.unwrap_or_default(),
        client_ca: read(&settings.client_ca)?,
        client_crl: read(&settings.client_crl)?,
    })
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    // Where the kind is kept, it is told in place of the message, and the path is lost.
    io::Error::other(format!("{}: {error}", path.display()))
}

fn wrong(what: &str, reason: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what}: {reason}"))
}

/// Makes a configuration of the files, unless no client could accept it.
fn load(settings: &Tls, now: SystemTime) -> io::Result<Loaded> {
    let files = files(settings)?;
    let digest = files.digest();
    let Files { certificate, key, client_ca, client_crl } = files;
    let chain = certificates(&certificate, "tls.certificate")?;
    let expiry = expiry(&chain, now)?;
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|error| wrong("tls.key", error))?;
    let versions: &[_] = match settings.min_version {
        TlsVersion::V1_2 => &[&TLS13, &TLS12],
        TlsVersion::V1_3 => &[&TLS13],
    };
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| wrong("tls.min_version", error))?;
    let builder = match &client_ca {
        None => builder.with_no_client_auth(),
        Some(authorities) => {
            builder.with_client_cert_verifier(verifier(settings, authorities, client_crl.as_deref())?)
        }
    };
    let mut config =
        builder.with_single_cert(chain, key).map_err(|error| wrong("tls.certificate and tls.key", error))?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    // Who stalls in the middle of a handshake is cut off by its own clock; nothing is sent before it ends.
    config.max_early_data_size = 0;
    Ok(Loaded { config: Arc::new(config), expiry, digest })
}

fn certificates(pem: &[u8], what: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|error| wrong(what, error))?;
    if chain.is_empty() {
        return Err(wrong(what, "the file holds no certificate"));
    }
    Ok(chain)
}

fn verifier(
    settings: &Tls,
    authorities: &[u8],
    revoked: Option<&[u8]>,
) -> io::Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(authorities, "tls.client_ca")? {
        roots.add(authority).map_err(|error| wrong("tls.client_ca", error))?;
    }
    let provider = Arc::new(ring::default_provider());
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    if let Some(revoked) = revoked {
        let lists: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(revoked).collect();
        let lists = lists.map_err(|error| wrong("tls.client_crl", error))?;
        // The list of one authority says nothing of the others'.
        builder = builder.with_crls(lists).allow_unknown_revocation_status();
    }
    builder = match settings.client_auth {
        ClientAuth::Required => builder,
        ClientAuth::Optional => builder.allow_unauthenticated(),
    };
    builder.build().map_err(|error| wrong("tls.client_ca", error))
}

/// When the server's own certificate ends. One that has ended is refused: no client would accept it.
fn expiry(chain: &[CertificateDer<'_>], now: SystemTime) -> io::Result<SystemTime> {
    let first = chain.first().ok_or_else(|| wrong("tls.certificate", "the file holds no certificate"))?;
    let certificate = Certificate::from_der(first).map_err(|error| wrong("tls.certificate", error))?;
    let ends: Duration = certificate.tbs_certificate.validity.not_after.to_unix_duration();
    let expiry = SystemTime::UNIX_EPOCH + ends;
    if expiry <= now {
        let ended = certificate.tbs_certificate.validity.not_after;
        return Err(wrong("tls.certificate", format!("it ended at {ended}")));
    }
    Ok(expiry)
}
