//! Keeps the models in step with a directory: at the start once, and in watch mode again and again.
//!
//! It goes by the digests of the manifests, not by events of the file system: those differ between volumes, links and
//! network mounts, and get lost. So it does not matter how a bundle came to be there.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use super::catalog::Aliases;
use super::catalog::Catalog;
use super::registry::STABLE;
use crate::bundle::reader::FILES;
use crate::bundle::reader::MANIFEST;
use crate::wire::options::Selector;
use crate::wire::pb;

/// Sizes and times of a bundle's files, none where one is missing: when they change, a refused bundle is tried again.
type Traces = Vec<Option<(u64, Option<SystemTime>)>>;

/// What was made of a folder.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    /// It answers under this name and version.
    Loaded { digest: String, name: String, version: String },
    /// It was refused; what was loaded from there before goes on.
    Refused { traces: Traces, before: Option<(String, String)> },
}

impl Seen {
    /// Name and version of what answers because of the folder.
    fn stands_for(&self) -> Option<(String, String)> {
        match self {
            Self::Loaded { name, version, .. } => Some((name.clone(), version.clone())),
            Self::Refused { before, .. } => before.clone(),
        }
    }
}

/// A directory, and what was made of it so far.
pub(super) struct Watch {
    catalog: Arc<Catalog>,
    seen: BTreeMap<String, Seen>,
    /// Text of the aliases that were read last, so that a move by hand stays until the file says something new.
    read: Option<String>,
    /// Those of them whose version was not there yet.
    pending: Aliases,
    /// What was last complained of, so that it is said once.
    complaint: Option<String>,
}

impl Watch {
    /// A directory that was not looked at yet.
    pub(super) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog, seen: BTreeMap::new(), read: None, pending: Aliases::new(), complaint: None }
    }

    /// Looks at the directory for the first time, and returns whether a model answers. Of several versions of a model
    /// the greatest is its stable one, unless it is being served already, or `aliases` or those that the directory
    /// keeps say otherwise.
    pub(super) fn begin(&mut self, aliases: &BTreeMap<String, String>) -> bool {
        let registry = Arc::clone(self.catalog.registry());
        let before = registry.aliases();
        self.look();
        for (name, version) in self.greatest().iter().filter(|(name, _)| !before.contains_key(*name)) {
            let _ = registry.set_alias(name, STABLE, version);
        }
        // These concern the model that answers who names none.
        if let Ok(model) = registry.resolve(&Selector::default()) {
            self.pending = Aliases::from([(model.info().name.clone(), aliases.clone())]);
            self.apply();
        }
        self.follow_aliases();
        registry.is_ready()
    }

    /// Looks again every `interval`, for as long as the process lives or the returned guard is kept.
    pub(super) fn go_on(mut self, interval: Duration) -> tokio::task::JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(interval).await;
                let looked = tokio::task::spawn_blocking(move || {
                    self.look();
                    self.follow_aliases();
                    self.retire();
                    self
                });
                match looked.await {
                    Ok(watch) => self = watch,
                    Err(_) => {
                        tracing::error!(
                            "watching the model directory failed by a fault of the program; it ends"
                        );
                        return;
                    }
                }
            }
        })
    }

    /// Loads what is new.
    fn look(&mut self) {
        let found = match self.catalog.bundles() {
            Ok(found) => found,
            Err(error) => {
                self.complain(Some(format!("{}: {error}", self.catalog.root().display())));
                return;
            }
        };
        for path in &found {
            let traces = self.traces(path);
            let digest = self.catalog.digest(path);
            let known = match (self.seen.get(path), &digest) {
                (Some(Seen::Loaded { digest: loaded, .. }), Ok(digest)) => loaded == digest,
                (Some(Seen::Refused { traces: before, .. }), _) => *before == traces,
                (Some(Seen::Loaded { .. }), Err(_)) | (None, _) => false,
            };
            if known {
                continue;
            }
            let seen = match self.catalog.load(path, "") {
                Ok(model) => {
                    let pb::ModelRef { name, version, digest } = model.reference();
                    Seen::Loaded { digest, name, version }
                }
                Err(_) => {
                    let before = self.seen.get(path).and_then(Seen::stands_for);
                    Seen::Refused { traces, before }
                }
            };
            self.seen.insert(path.clone(), seen);
        }
        for path in self.seen.keys().filter(|path| !found.contains(path)) {
            self.catalog.registry().forget_failure(path);
        }
        self.seen.retain(|path, _| found.contains(path));
    }

    /// Moves aliases when the directory says so.
    fn follow_aliases(&mut self) {
        match self.catalog.aliases() {
            Ok(None) => self.complain(None),
            Ok(Some((text, aliases))) => {
                if self.read.as_ref() != Some(&text) {
                    self.read = Some(text);
                    self.pending = aliases;
                }
                let complaint = self.apply();
                self.complain(complaint);
            }
            Err(reason) => self.complain(Some(reason)),
        }
    }

    /// Moves the aliases that are pending, keeps those that cannot be moved yet, and says why the last of them cannot.
    fn apply(&mut self) -> Option<String> {
        let registry = Arc::clone(self.catalog.registry());
        let present = registry.aliases();
        let mut complaint = None;
        for (name, aliases) in std::mem::take(&mut self.pending) {
            for (alias, version) in aliases {
                if present.get(&name).and_then(|of| of.get(&alias)) == Some(&version) {
                    continue;
                }
                match registry.set_alias(&name, &alias, &version) {
                    Ok(previous) => {
                        self.catalog.moved();
                        tracing::info!(name, alias, version, previous, "alias moved");
                    }
                    Err(failure) => {
                        let reason = failure.status("").message().to_owned();
                        complaint = Some(format!("alias {alias} of {name} stays: {reason}"));
                        self.pending.entry(name.clone()).or_default().insert(alias, version);
                    }
                }
            }
        }
        complaint
    }

    /// Lets go of versions whose bundles are no longer there. One that an alias names stays, unless that alias is the
    /// stable one, nothing in the directory says what it shall name, and there is another version to take its place:
    /// that is how a link is turned from one bundle to the next.
    fn retire(&mut self) {
        let registry = Arc::clone(self.catalog.registry());
        let here: BTreeSet<(String, String)> = self.seen.values().filter_map(Seen::stands_for).collect();
        for (name, greatest) in self.greatest() {
            let aliases = registry.aliases().remove(&name).unwrap_or_default();
            let stable = aliases.get(STABLE).cloned().unwrap_or_default();
            if !here.contains(&(name.clone(), stable.clone()))
                && self.read.is_none()
                && registry.set_alias(&name, STABLE, &greatest).is_ok()
            {
                self.catalog.moved();
                tracing::info!(name, alias = STABLE, version = greatest, previous = stable, "alias moved");
            }
            for model in registry.models().iter().filter(|model| model.info().name == name) {
                let version = &model.info().version;
                if !here.contains(&(name.clone(), version.clone())) && registry.remove(&name, version).is_ok()
                {
                    self.catalog.unloaded();
                    tracing::info!(name, version, "model unloaded: its bundle is no longer there");
                }
            }
        }
    }

    /// Name and version of every bundle in the directory that answers.
    fn loaded(&self) -> impl Iterator<Item = (String, String)> {
        self.seen.values().filter_map(|seen| match seen {
            Seen::Loaded { name, version, .. } => Some((name.clone(), version.clone())),
            Seen::Refused { .. } => None,
        })
    }

    /// The greatest version of each model in the directory.
    fn greatest(&self) -> BTreeMap<String, String> {
        let mut greatest: BTreeMap<String, String> = BTreeMap::new();
        for (name, version) in self.loaded() {
            let best = greatest.entry(name).or_insert_with(|| version.clone());
            if parts(best) < parts(&version) {
                *best = version;
            }
        }
        greatest
    }

    fn traces(&self, path: &str) -> Traces {
        let folder = self.catalog.root().join(path);
        let names = [MANIFEST].into_iter().chain(FILES);
        let of = |name: &str| {
            fs::metadata(folder.join(name)).ok().map(|found| (found.len(), found.modified().ok()))
        };
        names.map(of).collect()
    }

    /// Says once what is wrong with the directory.
    fn complain(&mut self, complaint: Option<String>) {
        if let Some(reason) = &complaint
            && self.complaint != complaint
        {
            tracing::error!(reason, "the model directory is not as it should be; what is running goes on");
        }
        self.complaint = complaint;
    }
}

/// A version in parts that compare as people expect: 2026.9 stands before 2026.11.
fn parts(version: &str) -> Vec<(u64, &str)> {
    let split = version.split(['.', '-', '_', '+']);
    split.map(|part| part.parse().map_or((0, part), |number| (number, ""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        for (less, more) in [("2026.9", "2026.11"), ("1", "2"), ("1.2", "1.2.1"), ("1-rc", "1"), ("a", "b")] {
            // A pre-release has a part more, and so stands after its release; that is the one order that surprises.
            if less == "1-rc" {
                assert!(parts(less) > parts(more));
            } else {
                assert!(parts(less) < parts(more), "{less} {more}");
            }
        }
    }
}
