//! The settings in force, as a file that would give the same ones.

use std::fmt::Write as _;

use toml::Table;
use toml::Value;

use super::Effective;
use super::Origin;

/// Settings that have no value unless someone gives them one.
const OPTIONAL: [(&str, &[&str]); 5] = [
    ("admin", &["listen"]),
    ("auth", &["keys"]),
    ("models", &["bundle", "directory"]),
    ("telemetry", &["http_listen", "otlp_endpoint"]),
    ("tls", &["certificate", "client_ca", "client_crl", "key"]),
];

/// One section with its settings in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// Setting, value as TOML, where it came from. Secrets are hidden.
    pub settings: Vec<(String, String, Origin)>,
}

impl Effective {
    /// Every setting that has a value, by section.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        let table = Table::try_from(&self.config).unwrap_or_default();
        let sections = table.into_iter().filter_map(|(name, keys)| match keys {
            Value::Table(keys) => Some((name, keys)),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => None,
        });
        let section = |(name, keys): (String, Table)| {
            let setting = |(key, value): (String, Value)| {
                let origin = self.origins.get(&format!("{name}.{key}")).copied();
                (key, inline(&value), origin.unwrap_or(Origin::Default))
            };
            Section { settings: keys.into_iter().map(setting).collect(), name }
        };
        sections.map(section).collect()
    }

    /// TOML with a comment on each line that says where the value came from; settings without a value are comments.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        for Section { name, settings } in self.sections() {
            if !out.is_empty() {
                out.push('\n');
            }
            let _ = writeln!(out, "[{name}]");
            for (key, value, origin) in &settings {
                let _ = writeln!(out, "{key} = {value}  # {}", origin.name());
            }
            let optional =
                OPTIONAL.iter().filter(|(section, _)| *section == name).flat_map(|(_, keys)| *keys);
            for key in optional.filter(|key| settings.iter().all(|(set, ..)| set != *key)) {
                let _ = writeln!(out, "# {key}: not set");
            }
        }
        out
    }
}

/// A value on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Table(keys) if keys.is_empty() => "{}".to_owned(),
        Value::Table(keys) => {
            let pairs =
                keys.iter().map(|(key, value)| format!("{} = {}", Value::String(key.clone()), inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Layers;
    use super::OPTIONAL;

    #[test]
    fn every_setting_is_named_with_a_value_or_without() {
        let bare = Layers::default().merge().unwrap().to_toml();
        let mut flags = Vec::new();
        for (section, keys) in OPTIONAL {
            for key in keys {
                assert_eq!(bare.matches(&format!("\n# {key}: not set\n")).count(), 1, "{key}");
                let value = match *key {
                    "listen" | "http_listen" => "127.0.0.1:1",
                    _ => "\"x\"",
                };
                flags.push(("--set".to_owned(), format!("{section}.{key}"), value.to_owned()));
            }
        }
        let full = Layers { flags, ..Layers::default() }.merge().unwrap().to_toml();
        assert!(!full.contains("not set"), "{full}");
        // What may be left out when settings are written is listed above.
        let sources = [
            include_str!("admin.rs"),
            include_str!("admission.rs"),
            include_str!("auth.rs"),
            include_str!("compression.rs"),
            include_str!("drain.rs"),
            include_str!("http2.rs"),
            include_str!("limits.rs"),
            include_str!("models.rs"),
            include_str!("server.rs"),
            include_str!("telemetry.rs"),
            include_str!("tls.rs"),
        ];
        let left_out: usize =
            sources.iter().map(|source| source.matches("skip_serializing_if").count()).sum();
        assert_eq!(left_out, OPTIONAL.iter().map(|(_, keys)| keys.len()).sum::<usize>());
    }

    #[test]
    fn what_is_shown_gives_the_same_settings_and_no_secret() {
        let flag = |key: &str, value: &str| ("--set".to_owned(), key.to_owned(), value.to_owned());
        let effective = Layers {
            flags: vec![
                flag("telemetry.otlp_headers", "{ authorization = \"hunter2\" }"),
                flag("models.aliases", "{ stable = \"7\", \"a b\" = \"8\" }"),
                flag("tls.certificate", "/etc/a \"quoted\" path"),
                flag("drain.grace", "1m30s"),
            ],
            ..Layers::default()
        }
        .merge()
        .unwrap();
        let shown = effective.to_toml();
        assert!(!shown.contains("hunter2") && shown.contains("(hidden)"), "{shown}");
        assert!(shown.contains("workers = ") && shown.contains("  # default\n"), "{shown}");
        assert!(shown.contains("grace = \"1m 30s\"  # flag\n"), "{shown}");
        assert!(!format!("{effective:?}").contains("hunter2"));
        let again = Layers { file: Some(("shown".into(), shown)), ..Layers::default() }.merge().unwrap();
        assert_eq!(again.config.models, effective.config.models);
        assert_eq!(again.config.tls, effective.config.tls);
        assert_eq!(again.config.http2, effective.config.http2);
        assert_eq!(again.config.limits, effective.config.limits);
    }
}
