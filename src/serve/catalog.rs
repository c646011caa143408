//! The model directory: which bundles are in it, and how one of them becomes a model that answers.
//!
//! ```text
//! DIR/aliases.json             {"topics": {"stable": "2026.11", "canary": "2026.12"}}; optional
//! DIR/…/manifest.json          a bundle, in DIR itself or up to two folders below
//! ```
//!
//! Names that begin with a dot are left out: that is how mounted volumes keep the folders that their links lead to.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use super::metrics::Metrics;
use super::metrics::Reload;
use super::model::Model;
use super::pool::Pool;
use super::registry::Registry;
use super::status::Failure;
use crate::bundle::Manifest;
use crate::bundle::Pace;
use crate::bundle::Resources;
use crate::bundle::reader;
use crate::bundle::reader::MANIFEST;
use crate::error::Error;
use crate::wire::Refusal;
use crate::wire::pb;

/// Which versions the aliases name, by model.
pub(super) type Aliases = BTreeMap<String, BTreeMap<String, String>>;

/// The file that keeps them.
const ALIASES: &str = "aliases.json";

/// Folders between the directory and a bundle, the bundle's own included.
const MAX_DEPTH: usize = 2;

/// Bundles that are looked at in one directory.
const MAX_BUNDLES: usize = 1024;

/// Bytes of [`ALIASES`].
const MAX_ALIASES_BYTES: u64 = 1 << 20;

/// How nice loading is, of at most 19: a tenth of a core where all are busy, and a whole one where one is idle.
#[cfg(target_os = "linux")]
const LOADING_PRIORITY: i32 = 10;

/// Loads bundles from one directory.
pub(super) struct Catalog {
    root: PathBuf,
    registry: Arc<Registry>,
    metrics: Arc<Metrics>,
    /// Whose work goes before loading.
    pool: Arc<Pool>,
    /// One load at a time: memory for one bundle beside those that answer, and one core.
    turn: Mutex<()>,
    /// Held while the aliases are written.
    keeping: Mutex<()>,
}

impl Catalog {
    /// A catalog of the bundles in `root`.
    pub(super) fn new(
        root: PathBuf,
        registry: Arc<Registry>,
        metrics: Arc<Metrics>,
        pool: Arc<Pool>,
    ) -> Self {
        Self { root, registry, metrics, pool, turn: Mutex::default(), keeping: Mutex::default() }
    }

    /// The models that it loads into.
    pub(super) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// The directory, for messages.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Counts an alias that the directory moved.
    pub(super) fn moved(&self) {
        self.metrics.reloaded(Reload::Moved);
    }

    /// Counts a version that left with its bundle.
    pub(super) fn unloaded(&self) {
        self.metrics.reloaded(Reload::Unloaded);
    }

    /// Reads, verifies, tests and warms up the bundle in a folder of the directory, and takes it on beside the others.
    /// What is running is not touched, whatever the outcome.
    ///
    /// # Errors
    /// [`Failure::BundleRefused`] with the reason, and [`Failure::Exists`] as [`Registry::add`].
    pub(super) fn load(&self, path: &str, expected_digest: &str) -> Result<Arc<Model>, Failure> {
        // On a thread of its own, whose priority nobody else inherits.
        let patient = || {
            step_back();
            self.load_here(path, expected_digest)
        };
        let fault = |reason: &str| Failure::Internal(format!("loading a model: {reason}"));
        thread::scope(|scope| {
            let loader = thread::Builder::new().name("wenmai-loader".to_owned()).spawn_scoped(scope, patient);
            let loader = loader.map_err(|error| fault(&error.to_string()))?;
            loader.join().map_err(|_| fault("panic"))?
        })
    }

    fn load_here(&self, path: &str, expected_digest: &str) -> Result<Arc<Model>, Failure> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let _loading = self.registry.note_loading(path);
        let mut reference = pb::ModelRef { name: path.to_owned(), ..pb::ModelRef::default() };
        let loaded = self.take_on(path, expected_digest, &mut reference);
        match &loaded {
            Ok(model) => {
                self.metrics.reloaded(Reload::Loaded);
                self.registry.forget_failure(path);
                let pb::ModelRef { name, version, digest } = model.reference();
                tracing::info!(path, name, version, digest, "model loaded");
            }
            Err(failure) => {
                self.metrics.reloaded(Reload::Refused);
                let reason = failure.status("").message().to_owned();
                tracing::error!(path, reason, "model refused; what is running goes on");
                self.registry.note_failure(path, reference, &reason);
            }
        }
        loaded
    }

    fn take_on(
        &self,
        path: &str,
        expected_digest: &str,
        reference: &mut pb::ModelRef,
    ) -> Result<Arc<Model>, Failure> {
        let refused = |error: Error| Failure::BundleRefused(self.plain(&error));
        // At the start there is nobody to be held up.
        let pace = match self.registry.is_ready() {
            true => Pace::gentle(self.pool.watch_work()),
            false => Pace::full(),
        };
        let folder = self.root.join(path);
        // Which one it was meant to be is worth telling, even if it turns out to be damaged.
        if let Ok((digest, Manifest { name, version, .. })) = reader::head(&folder) {
            *reference = pb::ModelRef { name, version, digest };
        }
        let bundle = reader::read_at(&folder, &pace).map_err(refused)?;
        if !expected_digest.is_empty() && !expected_digest.eq_ignore_ascii_case(&bundle.digest) {
            let digest = &bundle.digest;
            let reason = format!("bundle {path}: its digest is {digest}, not {expected_digest}");
            return Err(Failure::BundleRefused(reason));
        }
        let resources = Resources::load().map_err(refused)?;
        let model = Model::from_bundle(bundle, &resources, &pace).map_err(refused)?;
        self.registry.add(Arc::new(model))
    }

    /// What went wrong, with paths as the caller knows them: where the directory lies is nobody's business.
    fn plain(&self, error: &Error) -> String {
        let root = format!("{}/", self.root.display());
        error.to_string().replace(&root, "")
    }

    /// Checks the path of a request: relative, no "..", and no link on the way.
    ///
    /// # Errors
    /// [`Failure::Refused`], and [`Failure::NoBundle`] when nothing is there.
    pub(super) fn checked(&self, path: &str) -> Result<(), Failure> {
        let refused = |message: &str| Err(Failure::Refused(Refusal::one("path", message)));
        if path.is_empty() {
            return refused("must not be empty; \".\" is the model directory itself");
        }
        let mut at = self.root.clone();
        for component in Path::new(path).components() {
            match component {
                Component::CurDir => continue,
                Component::Normal(name) => at.push(name),
                Component::ParentDir => return refused("must not hold \"..\""),
                Component::RootDir | Component::Prefix(_) => {
                    return refused("must be relative to the model directory");
                }
            }
            match fs::symlink_metadata(&at) {
                Ok(found) if found.file_type().is_symlink() => {
                    return refused("must not lead through a link");
                }
                Ok(found) if !found.is_dir() => return refused("is no folder"),
                Ok(_) => {}
                Err(_) => return Err(Failure::NoBundle(path.to_owned())),
            }
        }
        Ok(())
    }

    /// The folders that hold a bundle, relative to the directory and in order of their names; links are followed.
    ///
    /// # Errors
    /// When the directory itself cannot be read.
    pub(super) fn bundles(&self) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        if self.root.join(MANIFEST).is_file() {
            found.push(".".to_owned());
        }
        collect(&self.root, "", MAX_DEPTH, &mut found)?;
        found.sort();
        found.truncate(MAX_BUNDLES);
        Ok(found)
    }

    /// The digest of a bundle's manifest, without reading the rest.
    pub(super) fn digest(&self, path: &str) -> Result<String, Error> {
        reader::digest(&self.root.join(path))
    }

    /// The aliases that are kept in the directory, and the text that says so; none when there is no such file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(super) fn aliases(&self) -> Result<Option<(String, Aliases)>, String> {
        let path = self.root.join(ALIASES);
        let size = match fs::metadata(&path) {
            Ok(found) if found.is_file() => found.len(),
            Ok(_) => return Err(format!("{ALIASES} is no file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{ALIASES}: {error}")),
        };
        if size > MAX_ALIASES_BYTES {
            return Err(format!("{ALIASES} has {size} bytes, the limit is {MAX_ALIASES_BYTES}"));
        }
        let text = fs::read_to_string(&path).map_err(|error| format!("{ALIASES}: {error}"))?;
        let aliases: Aliases = serde_json::from_str(&text).map_err(|error| format!("{ALIASES}: {error}"))?;
        let names =
            aliases.iter().flat_map(|(name, of)| [name].into_iter().chain(of.keys()).chain(of.values()));
        for name in names {
            if !reader::is_name(name) {
                return Err(format!("{ALIASES}: {name:?} is no name"));
            }
        }
        Ok(Some((text, aliases)))
    }

    /// Keeps the aliases in the directory, so that the next start begins with them.
    ///
    /// # Errors
    /// When the directory cannot be written to, as a mounted volume often cannot.
    pub(super) fn keep_aliases(&self) -> io::Result<()> {
        // What is read under the lock is what is written last.
        let _turn = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        let text = serde_json::to_string_pretty(&self.registry.aliases()).map_err(io::Error::other)? + "\n";
        let temporary = self.root.join(format!(".{ALIASES}.part"));
        fs::write(&temporary, &text)?;
        fs::rename(&temporary, self.root.join(ALIASES))
    }
}

/// Lets whoever answers calls go first.
fn step_back() {
    // Elsewhere than on Linux the priority is that of the whole process. That it cannot be lowered is no reason not to
    // load.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, LOADING_PRIORITY);
}

/// Adds the bundles under `folder`, whose path relative to the directory is `prefix`.
fn collect(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A name that is not Unicode could not be asked for.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || found.len() >= MAX_BUNDLES {
            continue;
        }
        let path = entry.path();
        if !path.is_dir() {
            continue;
        }
        let relative = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if path.join(MANIFEST).is_file() {
            found.push(relative);
        } else if depth > 1 {
            // A folder that cannot be read is as good as empty; what is in the others counts.
            let _ = collect(&path, &relative, depth - 1, found);
        }
    }
    Ok(())
}
