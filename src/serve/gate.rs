//! Who may call what.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use http::HeaderMap;

use super::keys::Key;
use super::keys::Keys;
use super::keys::Scope;
use super::status::Failure;
use crate::config::Auth;

/// Whoever watches over the server asks without a key: its answers tell nothing else.
const EXEMPT: &str = "/grpc.health.v1.Health/";

/// Changes the server.
const ADMINISTRATION: &str = "/wenmai.v1.AdminService/";

/// Longest key that is looked at.
const MAX_KEY_BYTES: usize = 1024;

/// Decides on every call before anything of its body is read.
#[derive(Debug)]
pub(super) struct Gate {
    /// Where keys are asked for, the file and what it holds.
    keys: Option<(PathBuf, ArcSwap<Keys>)>,
}

impl Gate {
    /// Reads the keys, where there are any to be asked for.
    ///
    /// # Errors
    /// Why the file cannot be used, with its path.
    pub(super) fn open(settings: &Auth) -> Result<Self, (PathBuf, io::Error)> {
        let keys = match &settings.keys {
            None => None,
            Some(path) => {
                let read = std::fs::read_to_string(path).and_then(|text| parse(&text, &Keys::default()));
                let keys = read.map_err(|error| (path.clone(), error))?;
                tracing::info!(file = %path.display(), keys = keys.len(), "callers need a key");
                Some((path.clone(), ArcSwap::from_pointee(keys)))
            }
        };
        Ok(Self { keys })
    }

    /// Whether callers need a key.
    pub(super) fn asks_for_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// Reads the file again and takes over what it holds; true where it changed.
    ///
    /// # Errors
    /// Why it cannot be used; the keys stay what they were.
    pub(super) fn refresh(&self) -> io::Result<bool> {
        let Some((path, keys)) = &self.keys else { return Ok(false) };
        let text = std::fs::read_to_string(path)?;
        let before = keys.load();
        if before.are_of(&text) {
            return Ok(false);
        }
        keys.store(Arc::new(parse(&text, &before)?));
        Ok(true)
    }

    /// Lets a call through, with the key that it brought.
    pub(super) fn pass(&self, path: &str, headers: &HeaderMap) -> Result<Option<Arc<Key>>, Failure> {
        let Some((_, keys)) = &self.keys else { return Ok(None) };
        if path.starts_with(EXEMPT) {
            return Ok(None);
        }
        let brought = brought(headers).filter(|key| !key.is_empty() && key.len() <= MAX_KEY_BYTES);
        let key = brought.and_then(|key| keys.load().find(key)).ok_or(Failure::Unauthenticated)?;
        let needed = if path.starts_with(ADMINISTRATION) { Scope::Admin } else { Scope::Read };
        if !key.may(needed) {
            return Err(Failure::PermissionDenied);
        }
        key.call(Instant::now()).map_err(|retry| Failure::RateLimited {
            key: key.name.clone(),
            retry,
            of: "calls",
        })?;
        Ok(Some(key))
    }
}

/// The key among the headers: `authorization: Bearer KEY`, else `x-api-key: KEY`.
fn brought(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(value) = headers.get(http::header::AUTHORIZATION) {
        let (scheme, key) = value.as_bytes().split_at_checked(7)?;
        return scheme.eq_ignore_ascii_case(b"bearer ").then(|| key.trim_ascii());
    }
    Some(headers.get("x-api-key")?.as_bytes().trim_ascii())
}

fn parse(text: &str, before: &Keys) -> io::Result<Keys> {
    Keys::parse(text, before, Instant::now())
        .map_err(|reason| io::Error::new(io::ErrorKind::InvalidData, reason))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;
    use http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn keys_come_in_two_headers() {
        for (name, value, key) in [
            ("authorization", "Bearer abc", Some("abc")),
            ("authorization", "bearer  abc ", Some("abc")),
            ("authorization", "Basic abc", None),
            ("authorization", "Bearer", None),
            ("x-api-key", "abc", Some("abc")),
            ("x-key", "abc", None),
        ] {
            assert_eq!(brought(&headers(name, value)), key.map(str::as_bytes), "{name}: {value}");
        }
    }

    #[test]
    fn scopes_are_kept_and_health_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        // printf %s reader | sha256sum; printf %s keeper | sha256sum
        let file = "[[key]]\nname = \"reader\"\n\
            sha256 = \"3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30\"\n";
        std::fs::write(&path, file).unwrap();
        let gate = Gate::open(&Auth { keys: Some(path.clone()), ..Auth::default() }).unwrap();
        let call = |path: &str, key: &str| gate.pass(path, &headers("x-api-key", key));
        assert_eq!(call("/wenmai.v1.DocumentService/Analyze", "reader").unwrap().unwrap().name, "reader");
        assert!(call("/grpc.health.v1.Health/Check", "").unwrap().is_none());
        for path in ["/wenmai.v1.DocumentService/Analyze", "/grpc.reflection.v1.ServerReflection/x", "/"] {
            assert!(matches!(call(path, "stranger"), Err(Failure::Unauthenticated)), "{path}");
        }
        let denied = call("/wenmai.v1.AdminService/LoadModel", "reader");
        assert!(matches!(denied, Err(Failure::PermissionDenied)));
        // A file that was broken or taken away changes nothing.
        std::fs::write(&path, "broken").unwrap();
        assert!(gate.refresh().is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(gate.refresh().is_err());
        assert!(call("/wenmai.v1.DocumentService/Analyze", "reader").is_ok());
        std::fs::write(&path, format!("{file}scopes = [\"admin\"]\n")).unwrap();
        assert!(gate.refresh().unwrap() && !gate.refresh().unwrap());
        assert!(call("/wenmai.v1.AdminService/LoadModel", "reader").is_ok());
    }

    #[test]
    fn without_a_file_everyone_may_call() {
        let gate = Gate::open(&Auth::default()).unwrap();
        assert!(gate.pass("/wenmai.v1.DocumentService/Analyze", &HeaderMap::new()).unwrap().is_none());
        assert!(!gate.asks_for_keys());
    }
}
