//! API keys: a file of digests, read again when it changes.
//!
//! ```toml
//! [[key]]
//! name = "newsroom"
//! # printf %s "$KEY" | sha256sum
//! sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
//! scopes = ["read"]            # or ["read", "admin"]
//! requests_per_second = 50     # optional
//! bytes_per_second = 1048576   # optional, of text
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use serde::Deserialize;
use sha2::Digest as _;
use sha2::Sha256;
use subtle::Choice;
use subtle::ConditionallySelectable as _;
use subtle::ConstantTimeEq as _;

use super::rate::Bucket;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scope {
    /// Ask.
    Read,
    /// Change the server.
    Admin,
}

/// One key, without itself.
pub(super) struct Key {
    /// Its name, for logs and quotas.
    pub(super) name: String,
    digest: [u8; 32],
    scopes: BTreeSet<Scope>,
    requests: Option<(f64, Bucket)>,
    bytes: Option<(f64, Bucket)>,
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({})", self.name)
    }
}

impl Key {
    /// Whether it may do this.
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Counts a call, or says how long to wait.
    pub(super) fn call(&self, now: Instant) -> Result<(), Duration> {
        self.requests.as_ref().map_or(Ok(()), |(_, bucket)| bucket.take(1.0, now))
    }

    /// Counts bytes of text, or says how long to wait.
    pub(super) fn read(&self, bytes: usize, now: Instant) -> Result<(), Duration> {
        self.bytes.as_ref().map_or(Ok(()), |(_, bucket)| bucket.take(bytes as f64, now))
    }

    fn is_defined_as(&self, other: &Self) -> bool {
        let rate = |bucket: &Option<(f64, Bucket)>| bucket.as_ref().map(|(rate, _)| rate.to_bits());
        self.name == other.name
            && self.digest == other.digest
            && self.scopes == other.scopes
            && rate(&self.requests) == rate(&other.requests)
            && rate(&self.bytes) == rate(&other.bytes)
    }
}

/// All keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: Vec<Arc<Key>>,
    /// Of the file, to see whether it changed.
    digest: [u8; 32],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    sha256: String,
    #[serde(default = "read_only")]
    scopes: BTreeSet<Scope>,
    requests_per_second: Option<f64>,
    bytes_per_second: Option<f64>,
}

fn read_only() -> BTreeSet<Scope> {
    BTreeSet::from([Scope::Read])
}

impl Keys {
    /// Reads the file. Keys that stay as they were in `before` keep the state of their rates.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence that holds no digest.
    pub(super) fn parse(text: &str, before: &Self, now: Instant) -> Result<Self, String> {
        let File { key: entries } = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| {
                text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count() + 1
            });
            line.map_or_else(String::new, |line| format!("line {line}: ")) + error.message()
        })?;
        if entries.is_empty() {
            return Err("it holds no key".to_owned());
        }
        let mut keys: Vec<Arc<Key>> = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = read(entry, now)?;
            if keys.iter().any(|known| known.name == key.name) {
                return Err(format!("key {:?} stands twice", key.name));
            }
            if keys.iter().any(|known| known.digest == key.digest) {
                return Err(format!("key {:?} is the same as another", key.name));
            }
            let known = before.keys.iter().find(|known| known.is_defined_as(&key));
            keys.push(known.map_or_else(|| Arc::new(key), Arc::clone));
        }
        Ok(Self { keys, digest: Sha256::digest(text).into() })
    }

    /// Whether this is what they were read from.
    pub(super) fn are_of(&self, text: &str) -> bool {
        <[u8; 32]>::from(Sha256::digest(text)) == self.digest
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The key that a caller brings. Takes as long whichever it is, and however much of it is right: what is compared
    /// are digests, all of them, each to its end.
    pub(super) fn find(&self, brought: &[u8]) -> Option<Arc<Key>> {
        let digest: [u8; 32] = Sha256::digest(brought).into();
        let mut found = u32::MAX;
        for (index, key) in (0_u32..).zip(&self.keys) {
            let same: Choice = key.digest.ct_eq(&digest);
            found = u32::conditional_select(&found, &index, same);
        }
        self.keys.get(usize::try_from(found).ok()?).cloned()
    }
}

fn read(entry: Entry, now: Instant) -> Result<Key, String> {
    let Entry { name, sha256, scopes, requests_per_second, bytes_per_second } = entry;
    if name.is_empty() || name.len() > 64 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{name:?} is no name of 1 to 64 ASCII characters"));
    }
    let digest =
        digest(&sha256).ok_or_else(|| format!("key {name:?}: sha256 must be 64 hexadecimal digits"))?;
    if digest == <[u8; 32]>::from(Sha256::digest(b"")) {
        return Err(format!("key {name:?} is the digest of nothing"));
    }
    let bucket = |rate: Option<f64>, what: &str| match rate {
        None => Ok(None),
        Some(rate) if rate > 0.0 && rate.is_finite() => Ok(Some((rate, Bucket::new(rate, now)))),
        Some(_) => Err(format!("key {name:?}: {what} must be above 0")),
    };
    let requests = bucket(requests_per_second, "requests_per_second")?;
    let bytes = bucket(bytes_per_second, "bytes_per_second")?;
    Ok(Key { name, digest, scopes, requests, bytes })
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let bytes: Vec<u8> = digits?
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect::<Option<_>>()?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn hex(key: &str) -> String {
        Sha256::digest(key).iter().fold(String::new(), |mut out, byte| {
            write!(out, "{byte:02x}").unwrap();
            out
        })
    }

    fn parse(text: &str) -> Result<Keys, String> {
        Keys::parse(text, &Keys::default(), Instant::now())
    }

    #[test]
    fn keys_are_found_by_what_they_are() {
        let text = format!(
            "[[key]]\nname = \"a\"\nsha256 = \"{}\"\n[[key]]\nname = \"b\"\nsha256 = \"{}\"\nscopes = [\"admin\"]\n",
            hex("first"),
            hex("second").to_uppercase()
        );
        let keys = parse(&text).unwrap();
        assert_eq!(keys.len(), 2);
        let (a, b) = (keys.find(b"first").unwrap(), keys.find(b"second").unwrap());
        assert_eq!((a.name.as_str(), b.name.as_str()), ("a", "b"));
        assert!(a.may(Scope::Read) && !a.may(Scope::Admin));
        assert!(b.may(Scope::Admin) && !b.may(Scope::Read));
        for wrong in ["", "firs", "first ", "FIRST", hex("first").as_str()] {
            assert!(keys.find(wrong.as_bytes()).is_none(), "{wrong}");
        }
        assert!(!format!("{keys:?}").contains(&hex("first")));
    }

    #[test]
    fn files_that_are_wrong_say_why() {
        let entry = |name: &str, digest: &str, rest: &str| {
            format!("[[key]]\nname = \"{name}\"\nsha256 = \"{digest}\"\n{rest}\n")
        };
        let (one, two) = (hex("1"), hex("2"));
        for (text, reason) in [
            ("key = []".to_owned(), "it holds no key"),
            (String::new(), "missing field `key`"),
            (entry("a", &one, "role = 1"), "line 4: unknown field `role`"),
            (entry("a", "abc", ""), "key \"a\": sha256 must be 64 hexadecimal digits"),
            (entry("", &one, ""), "\"\" is no name"),
            (entry("a", &hex(""), ""), "is the digest of nothing"),
            (entry("a", &one, "scopes = [\"root\"]"), "unknown variant `root`"),
            (entry("a", &one, "bytes_per_second = 0"), "bytes_per_second must be above 0"),
            (entry("a", &one, "requests_per_second = nan"), "requests_per_second must be above 0"),
            (entry("a", &one, "") + &entry("a", &two, ""), "stands twice"),
            (entry("a", &one, "") + &entry("b", &one, ""), "is the same as another"),
        ] {
            let told = parse(&text).unwrap_err();
            assert!(told.contains(reason), "{text}: {told}");
            assert!(!told.contains(&one));
        }
    }

    #[test]
    fn rates_outlive_a_reload_that_does_not_change_them() {
        let now = Instant::now();
        let file = |rate: u32| {
            format!("[[key]]\nname = \"a\"\nsha256 = \"{}\"\nrequests_per_second = {rate}\n", hex("k"))
        };
        let keys = Keys::parse(&file(1), &Keys::default(), now).unwrap();
        let spend = |keys: &Keys| (0..10).filter(|_| keys.find(b"k").unwrap().call(now).is_ok()).count();
        assert_eq!(spend(&keys), 2);
        let same = Keys::parse(&file(1), &keys, now).unwrap();
        assert_eq!(spend(&same), 0);
        let other = Keys::parse(&file(2), &same, now).unwrap();
        assert_eq!(spend(&other), 4);
    }
}
