//! From a file, the environment and flags to one [`Config`], and where each setting came from.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use thiserror::Error;
use toml::Table;
use toml::Value;

use super::Config;

/// Begins the names of environment variables.
pub const PREFIX: &str = "WENMAI_";

/// Sections, as in the names of environment variables: `WENMAI_LIMITS_MAX_DOCUMENT_BYTES`.
const SECTIONS: [&str; 11] = [
    "server",
    "limits",
    "admission",
    "tls",
    "auth",
    "compression",
    "http2",
    "models",
    "admin",
    "telemetry",
    "drain",
];

/// Where a setting came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The file.
    File,
    /// The environment.
    Environment,
    /// A flag.
    Flag,
}

impl Origin {
    /// Lower-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// A setting that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: {key}: {reason}")]
pub struct Invalid {
    /// File and line, variable or flag.
    pub place: String,
    /// The setting, such as `limits.max_document_bytes`.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What was said, by rising precedence.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// Name and text of the file.
    pub file: Option<(String, String)>,
    /// Variables of the environment; those of others are left alone.
    pub environment: Vec<(String, String)>,
    /// Flag, setting, value.
    pub flags: Vec<(String, String, String)>,
}

/// The settings in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// The settings.
    pub config: Config,
    /// Where those came from that are not defaults, by `section.key`.
    pub origins: BTreeMap<String, Origin>,
}

impl Layers {
    /// Puts the layers together.
    ///
    /// # Errors
    /// [`Invalid`] for the first setting that cannot be read, with its place.
    pub fn merge(self) -> Result<Effective, Invalid> {
        let mut merged = Merged::default();
        if let Some((name, text)) = &self.file {
            merged.file(name, text)?;
        }
        for (variable, value) in &self.environment {
            if let Some(key) = key_of(variable) {
                merged.set(variable, &key, value, Origin::Environment)?;
            }
        }
        for (flag, key, value) in &self.flags {
            merged.set(flag, key, value, Origin::Flag)?;
        }
        let Merged { table, origins } = merged;
        // Every part was read on its own before, so together they can be, too.
        let config = Config::deserialize(table).map_err(|error| Invalid {
            place: "configuration".to_owned(),
            key: String::new(),
            reason: error.message().to_owned(),
        })?;
        Ok(Effective { config, origins })
    }
}

/// The setting that a variable names, if it is one of ours. Kubernetes tells every pod of every service in variables
/// of its own, and a service may well be called `wenmai` or `wenmai-admin`.
fn key_of(variable: &str) -> Option<String> {
    let name = variable.strip_prefix(PREFIX)?.to_ascii_lowercase();
    let (section, key) = name.split_once('_')?;
    let by_kubernetes = key == "port"
        || key.starts_with("port_")
        || key.starts_with("service_host")
        || key.starts_with("service_port")
        || key.contains("_service_host")
        || key.contains("_service_port");
    (SECTIONS.contains(&section) && !by_kubernetes).then(|| format!("{section}.{key}"))
}

#[derive(Default)]
struct Merged {
    table: Table,
    origins: BTreeMap<String, Origin>,
}

impl Merged {
    fn file(&mut self, name: &str, text: &str) -> Result<(), Invalid> {
        let refuse = |key: String, error: &toml::de::Error| {
            let line = error.span().map(|span| {
                let before = text.as_bytes().get(..span.start).unwrap_or_default();
                before.iter().filter(|byte| **byte == b'\n').count() + 1
            });
            let place = line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
            Invalid { place, key, reason: error.message().to_owned() }
        };
        let input = toml::Deserializer::parse(text).map_err(|error| refuse("not TOML".to_owned(), &error))?;
        let _: Config = serde_path_to_error::deserialize(input)
            .map_err(|error| refuse(error.path().to_string(), error.inner()))?;
        let table: Table =
            text.parse().map_err(|error: toml::de::Error| refuse("not TOML".to_owned(), &error))?;
        for (section, keys) in &table {
            for key in keys.as_table().into_iter().flat_map(Table::keys) {
                self.origins.insert(format!("{section}.{key}"), Origin::File);
            }
        }
        self.table = table;
        Ok(())
    }

    /// Sets one setting from text: as TOML where that fits its type, else as a string, else as a list of strings.
    fn set(&mut self, place: &str, key: &str, value: &str, origin: Origin) -> Result<(), Invalid> {
        let refuse = |reason: &str| Invalid {
            place: place.to_owned(),
            key: key.to_owned(),
            reason: reason.to_owned(),
        };
        let (section, name) =
            key.split_once('.').ok_or_else(|| refuse("a setting has a section: section.key"))?;
        let text = Value::String(value.to_owned());
        let literal = format!("value = {value}").parse::<Table>().ok().and_then(|mut it| it.remove("value"));
        let list = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        let list = Value::Array(list.map(|item| Value::String(item.to_owned())).collect());
        let mut refusal = None;
        for candidate in [literal, Some(text), Some(list)].into_iter().flatten() {
            let alone = Table::from_iter([(
                section.to_owned(),
                Value::Table(Table::from_iter([(name.to_owned(), candidate.clone())])),
            )]);
            match Config::deserialize(alone) {
                Ok(_) => {
                    let entry =
                        self.table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
                    if let Value::Table(keys) = entry {
                        keys.insert(name.to_owned(), candidate);
                    }
                    self.origins.insert(key.to_owned(), origin);
                    return Ok(());
                }
                Err(error) => refusal = refusal.or_else(|| Some(error.message().to_owned())),
            }
        }
        Err(refuse(&refusal.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Encoding;
    use super::*;

    fn of_file(text: &str) -> Result<Config, String> {
        let layers = Layers { file: Some(("w.toml".into(), text.into())), ..Layers::default() };
        layers.merge().map(|it| it.config).map_err(|error| error.to_string())
    }

    fn of_variable(name: &str, value: &str) -> Result<Config, String> {
        let layers = Layers { environment: vec![(name.into(), value.into())], ..Layers::default() };
        layers.merge().map(|it| it.config).map_err(|error| error.to_string())
    }

    #[test]
    fn each_layer_goes_before_the_one_below() {
        let file = "[server]\nworkers = 2\nmax_connections = 5\n[limits]\nmax_document_bytes = \"2KiB\"\n";
        let layers = Layers {
            file: Some(("w.toml".into(), file.into())),
            environment: vec![
                ("WENMAI_SERVER_WORKERS".into(), "3".into()),
                ("WENMAI_SERVER_MAX_CONNECTIONS".into(), "6".into()),
                ("HOME".into(), "/".into()),
            ],
            flags: vec![("--workers".into(), "server.workers".into(), "4".into())],
        };
        let Effective { config, origins } = layers.merge().unwrap();
        assert_eq!((config.server.workers, config.server.max_connections), (4, 6));
        assert_eq!(config.limits.max_document_bytes, 2048);
        assert_eq!(config.limits.max_batch_documents, Config::default().limits.max_batch_documents);
        assert_eq!(origins["server.workers"], Origin::Flag);
        assert_eq!(origins["server.max_connections"], Origin::Environment);
        assert_eq!(origins["limits.max_document_bytes"], Origin::File);
        assert_eq!(origins.len(), 3);
    }

    #[test]
    fn errors_name_place_and_key() {
        let wrong = of_file("[server]\nworkers = 1\n\n[drain]\ngrace = \"soon\"\n").unwrap_err();
        assert!(wrong.starts_with("w.toml:5: drain.grace: "), "{wrong}");
        let wrong = of_file("[server]\nworker = 1\n").unwrap_err();
        assert!(wrong.starts_with("w.toml:2: server.worker: unknown field `worker`, expected"), "{wrong}");
        let wrong = of_file("[servers]\n").unwrap_err();
        assert!(wrong.starts_with("w.toml:1: servers: unknown field `servers`"), "{wrong}");
        let wrong = of_file("[server]\nworkers = \n").unwrap_err();
        assert!(wrong.starts_with("w.toml:2: not TOML: "), "{wrong}");
        let wrong = of_file("[server]\nworkers = -1\n").unwrap_err();
        assert!(wrong.starts_with("w.toml:2: server.workers: "), "{wrong}");
        let wrong = of_variable("WENMAI_SERVER_WORKERS", "many").unwrap_err();
        assert!(wrong.starts_with("WENMAI_SERVER_WORKERS: server.workers: "), "{wrong}");
        let wrong = of_variable("WENMAI_SERVER_WORKER", "1").unwrap_err();
        assert!(wrong.contains("unknown field `worker`"), "{wrong}");
        let flags = vec![("--set".into(), "workers".into(), "1".into())];
        let wrong = Layers { flags, ..Layers::default() }.merge().unwrap_err().to_string();
        assert_eq!(wrong, "--set: workers: a setting has a section: section.key");
    }

    #[test]
    fn variables_take_every_kind_of_value() {
        let set = |name: &str, value: &str| of_variable(name, value).unwrap();
        assert_eq!(set("WENMAI_DRAIN_GRACE", "1m 30s").drain.grace, Duration::from_secs(90));
        assert_eq!(set("WENMAI_COMPRESSION_SEND", "zstd").compression.send, [Encoding::Zstd]);
        let both = [Encoding::Zstd, Encoding::Gzip];
        assert_eq!(set("WENMAI_COMPRESSION_ACCEPT", "zstd, gzip").compression.accept, both);
        assert!(set("WENMAI_COMPRESSION_ACCEPT", "").compression.accept.is_empty());
        assert_eq!(set("WENMAI_TELEMETRY_LOG", "warn,wenmai=debug").telemetry.log, "warn,wenmai=debug");
        assert_eq!(set("WENMAI_ADMIN_LISTEN", "[::1]:9").admin.listen, Some("[::1]:9".parse().unwrap()));
        assert_eq!(set("WENMAI_MODELS_ALIASES", "{ stable = \"7\" }").models.aliases["stable"], "7");
        assert!(set("WENMAI_MODELS_WATCH", "true").models.watch);
        assert_eq!(set("WENMAI_AUTH_KEYS", "7").auth.keys, Some("7".into()));
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        for name in [
            "WENMAI_API_KEY",
            "WENMAI_SERVICE_HOST",
            "WENMAI_PORT",
            "WENMAI_PORT_50051_TCP_ADDR",
            "WENMAI_ADMIN_PORT",
            "WENMAI_ADMIN_SERVICE_HOST",
            "WENMAI_ADMIN_SERVICE_PORT_GRPC",
            "WENMAI_SERVER",
            "PATH",
        ] {
            assert_eq!(of_variable(name, "x"), Ok(Config::default()), "{name}");
        }
    }
}
