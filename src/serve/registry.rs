//! Which models a server holds, and which of them a caller means.
//!
//! Everything is one immutable [`Shelf`] behind one pointer. A call reads the pointer once and keeps the model that it
//! found there, so a change shows at once to new calls and never to running ones, and no call ever waits for one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;

use arc_swap::ArcSwap;

use super::model::Model;
use super::shadow::Shadow;
use super::status::Failure;
use crate::wire::options::Choice;
use crate::wire::options::Selector;
use crate::wire::pb;

/// The alias that answers when a caller names none. Every model has it as long as it has a version.
pub(super) const STABLE: &str = "stable";

/// Loads that failed and are still listed; the oldest give way.
const MAX_FAILURES: usize = 32;

/// All models at one moment.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    families: BTreeMap<String, Family>,
    /// The model that answers when a caller names none.
    default: Option<String>,
    /// Last failure of each folder.
    failures: BTreeMap<String, FailedLoad>,
    /// Folders that are being loaded.
    loading: BTreeMap<String, u32>,
}

/// The versions of one model.
#[derive(Clone, Default)]
struct Family {
    versions: BTreeMap<String, Arc<Model>>,
    aliases: BTreeMap<String, String>,
    /// Versions that are no longer given out and still in use.
    leaving: Vec<(pb::ModelRef, Weak<Model>)>,
    shadow: Option<Arc<Shadow>>,
}

/// A bundle that was refused.
#[derive(Clone, Debug)]
struct FailedLoad {
    order: u64,
    reference: pb::ModelRef,
    reason: String,
}

impl Family {
    fn aliases_of(&self, version: &str) -> Vec<String> {
        let naming = self.aliases.iter().filter(|(_, named)| *named == version);
        naming.map(|(alias, _)| alias.clone()).collect()
    }

    fn chosen(&self, choice: Option<&Choice>) -> Option<&Arc<Model>> {
        let version = match choice {
            Some(Choice::Version(version)) => version,
            Some(Choice::Alias(alias)) => self.aliases.get(alias)?,
            None => self.aliases.get(STABLE)?,
        };
        self.versions.get(version)
    }
}

/// The models of a server.
#[derive(Default)]
pub(super) struct Registry {
    shelf: ArcSwap<Shelf>,
    /// Held while a new shelf is made out of the present one.
    change: Mutex<u64>,
}

impl Registry {
    fn begin(&self) -> (MutexGuard<'_, u64>, Shelf) {
        // Shelves are replaced whole, so one who panicked left nothing half-done.
        let guard = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shelf = Shelf::clone(&self.shelf.load());
        for family in shelf.families.values_mut() {
            family.leaving.retain(|(_, model)| model.strong_count() > 0);
        }
        (guard, shelf)
    }

    /// Changes the shelf as a whole, unless `change` refuses.
    fn change<T>(&self, change: impl FnOnce(&mut Shelf) -> Result<T, Failure>) -> Result<T, Failure> {
        let (guard, mut shelf) = self.begin();
        let result = change(&mut shelf)?;
        self.shelf.store(Arc::new(shelf));
        drop(guard);
        Ok(result)
    }

    /// Whether there is a model to answer.
    pub(super) fn is_ready(&self) -> bool {
        self.shelf.load().default.is_some()
    }

    /// The model that a caller means. It stays the same for the whole call.
    pub(super) fn resolve(&self, Selector { name, choice }: &Selector) -> Result<Arc<Model>, Failure> {
        let shelf = self.shelf.load();
        let default = shelf.default.as_ref().ok_or(Failure::Loading)?;
        let name = if name.is_empty() { default } else { name };
        let model = shelf.families.get(name).and_then(|family| family.chosen(choice.as_ref()));
        let unknown = || Failure::UnknownModel(Selector { name: name.clone(), choice: choice.clone() });
        model.cloned().ok_or_else(unknown)
    }

    /// Takes a model on beside those that are there. The first one is the default, and the first version of each is
    /// its stable one; later ones answer who asks for them by version until an alias is moved.
    ///
    /// The same bundle again changes nothing and returns the one that is there.
    ///
    /// # Errors
    /// [`Failure::Exists`] when another bundle has the same name and version: a version means one bundle.
    pub(super) fn add(&self, model: Arc<Model>) -> Result<Arc<Model>, Failure> {
        let pb::ModelRef { name, version, digest } = model.reference();
        self.change(|shelf| {
            let family = shelf.families.entry(name.clone()).or_default();
            if let Some(present) = family.versions.get(&version) {
                let other = present.reference().digest;
                if other == digest {
                    return Ok(Arc::clone(present));
                }
                return Err(Failure::Exists(format!(
                    "model {name} {version} is loaded with digest {other}, not {digest}; \
                     give the new bundle a version of its own"
                )));
            }
            family.aliases.entry(STABLE.to_owned()).or_insert_with(|| version.clone());
            family.versions.insert(version, Arc::clone(&model));
            shelf.default.get_or_insert(name);
            Ok(model)
        })
    }

    /// Gives a version out no longer. Who has it keeps it to the end.
    ///
    /// # Errors
    /// [`Failure::UnknownModel`], and [`Failure::Precondition`] while an alias or a comparison needs it.
    pub(super) fn remove(&self, name: &str, version: &str) -> Result<(), Failure> {
        self.change(|shelf| {
            let family = shelf.families.get_mut(name).ok_or_else(|| unknown(name, Some(version)))?;
            let model = family.versions.get(version).ok_or_else(|| unknown(name, Some(version)))?;
            let aliases = family.aliases_of(version);
            if !aliases.is_empty() {
                let (verb, it) = if aliases.len() == 1 { ("names", "it") } else { ("name", "them") };
                return Err(Failure::Precondition(
                    "MODEL_IN_USE",
                    format!("{} {verb} version {version} of {name}; move {it} first", aliases.join(" and ")),
                ));
            }
            if family.shadow.as_ref().is_some_and(|shadow| shadow.involves(version)) {
                return Err(Failure::Precondition(
                    "MODEL_IN_USE",
                    format!("version {version} of {name} is being compared; stop the shadow first"),
                ));
            }
            family.leaving.push((model.reference(), Arc::downgrade(model)));
            family.versions.remove(version);
            Ok(())
        })
    }

    /// Lets an alias name a version from now on, and returns the one it named before.
    ///
    /// # Errors
    /// [`Failure::UnknownModel`].
    pub(super) fn set_alias(&self, name: &str, alias: &str, version: &str) -> Result<String, Failure> {
        self.change(|shelf| {
            let family = shelf.families.get_mut(name).ok_or_else(|| unknown(name, Some(version)))?;
            if !family.versions.contains_key(version) {
                return Err(unknown(name, Some(version)));
            }
            Ok(family.aliases.insert(alias.to_owned(), version.to_owned()).unwrap_or_default())
        })
    }

    /// The same for the model that answers who names none.
    ///
    /// # Errors
    /// [`Failure::UnknownModel`].
    pub(super) fn set_default_alias(&self, alias: &str, version: &str) -> Result<String, Failure> {
        let model = self.resolve(&Selector::default())?;
        self.set_alias(&model.info().name, alias, version)
    }

    /// Every alias by model.
    pub(super) fn aliases(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let shelf = self.shelf.load();
        shelf.families.iter().map(|(name, family)| (name.clone(), family.aliases.clone())).collect()
    }

    /// Every model that answers.
    pub(super) fn models(&self) -> Vec<Arc<Model>> {
        let shelf = self.shelf.load();
        shelf.families.values().flat_map(|family| family.versions.values().cloned()).collect()
    }

    /// The aliases that name a model.
    pub(super) fn aliases_of(&self, model: &Model) -> Vec<String> {
        let pb::ModelRef { name, version, .. } = model.reference();
        let shelf = self.shelf.load();
        shelf.families.get(&name).map(|family| family.aliases_of(&version)).unwrap_or_default()
    }

    /// Begins or replaces the comparison of one model.
    ///
    /// # Errors
    /// [`Failure::UnknownModel`], and [`Failure::Precondition`] when that version is the one that answers.
    pub(super) fn start_shadow(&self, name: &str, version: &str, ratio: f64) -> Result<(), Failure> {
        self.change(|shelf| {
            let family = shelf.families.get_mut(name).ok_or_else(|| unknown(name, Some(version)))?;
            let shadow = family.versions.get(version).ok_or_else(|| unknown(name, Some(version)))?;
            let current = family.chosen(None).ok_or_else(|| unknown(name, None))?;
            if current.reference() == shadow.reference() {
                return Err(Failure::Precondition(
                    "SAME_VERSION",
                    format!("version {version} of {name} is the one that answers"),
                ));
            }
            family.shadow = Some(Arc::new(Shadow::new(current.reference(), Arc::clone(shadow), ratio)));
            Ok(())
        })
    }

    /// The comparison of a model, if there is one.
    ///
    /// # Errors
    /// [`Failure::UnknownModel`].
    pub(super) fn shadow(&self, name: &str) -> Result<Option<Arc<Shadow>>, Failure> {
        let shelf = self.shelf.load();
        let family = shelf.families.get(name).ok_or_else(|| unknown(name, None))?;
        Ok(family.shadow.clone())
    }

    /// The comparison that the answers of `model` take part in.
    pub(super) fn shadow_of(&self, model: &Model) -> Option<Arc<Shadow>> {
        let shelf = self.shelf.load();
        let family = shelf.families.get(&model.info().name)?;
        family.shadow.as_ref().filter(|shadow| shadow.is_of(model)).cloned()
    }

    /// Ends a comparison.
    ///
    /// # Errors
    /// [`Failure::UnknownModel`].
    pub(super) fn stop_shadow(&self, name: &str) -> Result<(), Failure> {
        self.change(|shelf| {
            shelf.families.get_mut(name).ok_or_else(|| unknown(name, None))?.shadow = None;
            Ok(())
        })
    }

    /// Notes that a folder is being loaded, until the result is dropped.
    pub(super) fn note_loading(self: &Arc<Self>, path: &str) -> LoadingNote {
        let _ = self.change(|shelf| {
            *shelf.loading.entry(path.to_owned()).or_default() += 1;
            Ok(())
        });
        LoadingNote { registry: Arc::clone(self), path: path.to_owned() }
    }

    /// Notes why a folder was refused.
    pub(super) fn note_failure(&self, path: &str, reference: pb::ModelRef, reason: &str) {
        let (mut guard, mut shelf) = self.begin();
        *guard += 1;
        let failure = FailedLoad { order: *guard, reference, reason: reason.to_owned() };
        shelf.failures.insert(path.to_owned(), failure);
        if shelf.failures.len() > MAX_FAILURES {
            let oldest = shelf.failures.iter().min_by_key(|(_, failure)| failure.order);
            if let Some(oldest) = oldest.map(|(path, _)| path.clone()) {
                shelf.failures.remove(&oldest);
            }
        }
        self.shelf.store(Arc::new(shelf));
    }

    /// Forgets why a folder was refused: it no longer is.
    pub(super) fn forget_failure(&self, path: &str) {
        let _ = self.change(|shelf| {
            shelf.failures.remove(path);
            Ok(())
        });
    }

    /// Why the first of the folders that were refused was.
    pub(super) fn first_failure(&self) -> Option<String> {
        self.shelf.load().failures.values().next().map(|failure| failure.reason.clone())
    }

    /// Everything that is known, for callers: by name, then version.
    pub(super) fn describe(&self) -> Vec<pb::Model> {
        let shelf = self.shelf.load();
        let mut described: Vec<pb::Model> = Vec::new();
        for family in shelf.families.values() {
            let of = |(version, model): (&String, &Arc<Model>)| model.describe(family.aliases_of(version));
            described.extend(family.versions.iter().map(of));
            let gone = family.leaving.iter().filter(|(_, model)| model.strong_count() > 0);
            described.extend(gone.map(|(reference, _)| bare(reference, pb::ModelState::Unloading, "")));
        }
        for failure in shelf.failures.values() {
            described.push(bare(&failure.reference, pb::ModelState::Failed, &failure.reason));
        }
        for path in shelf.loading.keys() {
            let reference = pb::ModelRef { name: path.clone(), ..pb::ModelRef::default() };
            described.push(bare(&reference, pb::ModelState::Loading, ""));
        }
        let key = |model: &pb::Model| {
            let reference = model.r#ref.clone().unwrap_or_default();
            (reference.name, reference.version, model.state)
        };
        described.sort_by_key(key);
        described
    }
}

/// Says that a folder is being loaded for as long as it lives.
pub(super) struct LoadingNote {
    registry: Arc<Registry>,
    path: String,
}

impl Drop for LoadingNote {
    fn drop(&mut self) {
        let _ = self.registry.change(|shelf| {
            if let Some(count) = shelf.loading.get_mut(&self.path) {
                *count -= 1;
                if *count == 0 {
                    shelf.loading.remove(&self.path);
                }
            }
            Ok(())
        });
    }
}

/// What is known of a model that does not answer.
fn bare(reference: &pb::ModelRef, state: pb::ModelState, failure: &str) -> pb::Model {
    pb::Model {
        r#ref: Some(reference.clone()),
        state: state.into(),
        failure: failure.to_owned(),
        ..pb::Model::default()
    }
}

fn unknown(name: &str, version: Option<&str>) -> Failure {
    let choice = version.map(|version| Choice::Version(version.to_owned()));
    Failure::UnknownModel(Selector { name: name.to_owned(), choice })
}
