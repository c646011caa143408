//! The rules of the house, read off the sources: modules use only what stands above them, and only where allowed is the
//! outside world named.
//!
//! The tables below are the rules; the rest reads paths off Rust sources. Unit tests inside the sources are left out:
//! they may look wherever they like.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use Side::Both;
use Side::Offline;
use Side::Online;
use Side::Shared;

/// Where a module stands. Offline and online never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Used by both sides.
    Shared,
    /// Learning and measuring.
    Offline,
    /// Serving.
    Online,
    /// Where the sides meet.
    Both,
}

/// The top-level modules from the first that a document meets to the last; each uses only what stands above it.
const ORDER: [(&str, Side); 14] = [
    ("error", Shared),
    ("text", Shared),
    ("segment", Shared),
    ("topic", Shared),
    ("extract", Shared),
    ("analyze", Shared),
    ("bundle", Shared),
    ("corpus", Offline),
    ("evaluate", Offline),
    ("train", Offline),
    ("config", Online),
    ("wire", Online),
    ("serve", Online),
    ("cli", Both),
];

/// Up to this one, modules are functions of their arguments.
const LAST_PURE: &str = "analyze";

/// What pure modules do not name: files, network, environment, clocks, threads, logs, chance.
const IMPURE: [&str; 15] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
    "tracing",
    "rand",
    "rand_xoshiro",
    "walkdir",
];

/// What only some places name: a path, and the beginnings of the files that may.
const RESERVED: [(&str, &[&str]); 14] = [
    ("jieba_rs", &["segment/"]),
    ("linfa", &["train/", "train.rs"]),
    ("linfa_logistic", &["train/", "train.rs"]),
    ("tonic", &["serve/", "serve.rs", "wire/", "cli/remote", "cli/bench"]),
    ("tonic_prost", &["serve/", "wire/"]),
    ("tonic_health", &["serve/", "cli/remote"]),
    ("tonic_reflection", &["serve/"]),
    ("tonic_types", &["serve/", "wire/", "cli/"]),
    ("crate::wire", &["wire/", "serve/", "cli/"]),
    ("tokio_rustls", &["serve/"]),
    ("toml", &["config/", "serve/keys.rs"]),
    ("clap", &["cli/"]),
    ("indicatif", &["cli/"]),
    ("wenmai", &["main.rs"]),
];

/// Everything that breaks a rule in one file, one line each; `file` is relative to `src/`.
fn violations(file: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    if file == "lib.rs" {
        return found;
    }
    let module = module_path(file);
    let own = module.first().map_or("", String::as_str);
    let rank = ORDER.iter().position(|(name, _)| *name == own);
    if rank.is_none() && file != "main.rs" {
        found.push(format!("src/{file}: {own} has no place in the order"));
    }
    for path in paths(&without_tests(&without_text(source))) {
        let path = absolute(path, &module);
        let full = path.join("::");
        let names = |rule: &str| full == rule || full.starts_with(&format!("{rule}::"));
        if let [first, used, ..] = path.as_slice()
            && first == "crate"
            && used != own
            && let Some(rank) = rank
            && let Some(used_rank) = ORDER.iter().position(|(name, _)| name == used)
        {
            let (side, used_side) = (ORDER[rank].1, ORDER[used_rank].1);
            if used_rank > rank {
                found.push(format!("src/{file}: {own} stands above {used} and may not use it ({full})"));
            } else if used_side != Shared && used_side != side && side != Both {
                found.push(format!("src/{file}: {own} and {used} are on different sides ({full})"));
            }
        }
        for (reserved, places) in RESERVED {
            if names(reserved) && !places.iter().any(|place| file.starts_with(place)) {
                found.push(format!("src/{file}: {full} belongs to {}", places.join(", ")));
            }
        }
        let pure = rank.is_some_and(|rank| ORDER[..=rank].iter().all(|(name, _)| *name != LAST_PURE))
            || own == LAST_PURE;
        if pure {
            let clock = path.len() > 1 && path.last().is_some_and(|last| last == "now");
            if clock || IMPURE.into_iter().any(names) {
                found.push(format!("src/{file}: {own} is a function of its arguments, but names {full}"));
            }
            if path == ["async"] {
                found.push(format!("src/{file}: {own} is a function of its arguments, but async"));
            }
        }
    }
    found.dedup();
    found
}

/// The module that a file of `src/` is: `text/html/tree.rs` is text, html, tree.
fn module_path(file: &str) -> Vec<String> {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    stem.split('/').map(str::to_owned).collect()
}

/// The path with its leading `super`s and `self` led back to `crate`.
fn absolute(path: Vec<String>, module: &[String]) -> Vec<String> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let rest = match path.first().map(String::as_str) {
        Some("super") => &path[supers..],
        Some("self") => &path[1..],
        _ => return path,
    };
    let above = &module[..module.len().saturating_sub(supers)];
    std::iter::once("crate".to_owned()).chain(above.iter().cloned()).chain(rest.iter().cloned()).collect()
}

/// The source with comments, strings and characters blanked out, so that what is only said is not taken as done.
fn without_text(source: &str) -> String {
    let characters: Vec<char> = source.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or('\0');
    let mut out = String::new();
    let mut index = 0;
    while index < characters.len() {
        let raw_string = at(index) == 'r' && !at(index.wrapping_sub(1)).is_alphanumeric() && {
            let hashes = (1..).take_while(|ahead| at(index + ahead) == '#').count();
            at(index + 1 + hashes) == '"'
        };
        if at(index) == '/' && at(index + 1) == '/' {
            while index < characters.len() && at(index) != '\n' {
                index += 1;
            }
        } else if at(index) == '/' && at(index + 1) == '*' {
            let mut depth = 0;
            loop {
                match (at(index), at(index + 1)) {
                    ('/', '*') => depth += 1,
                    ('*', '/') => depth -= 1,
                    ('\0', _) => break,
                    _ => {
                        index += 1;
                        continue;
                    }
                }
                index += 2;
                if depth == 0 {
                    break;
                }
            }
            out.push(' ');
        } else if raw_string {
            let hashes = (1..).take_while(|ahead| at(index + ahead) == '#').count();
            index += 2 + hashes;
            while index < characters.len()
                && !(at(index) == '"' && (1..=hashes).all(|ahead| at(index + ahead) == '#'))
            {
                index += 1;
            }
            index += 1 + hashes;
            out.push(' ');
        } else if at(index) == '"' {
            index += 1;
            while index < characters.len() && at(index) != '"' {
                index += if at(index) == '\\' { 2 } else { 1 };
            }
            index += 1;
            out.push(' ');
        } else if at(index) == '\'' && (at(index + 1) == '\\' || at(index + 2) == '\'') {
            index += if at(index + 1) == '\\' { 3 } else { 2 };
            while index < characters.len() && at(index) != '\'' {
                index += 1;
            }
            index += 1;
            out.push(' ');
        } else {
            out.push(at(index));
            index += 1;
        }
    }
    out
}

/// The source up to its tests, which stand at the end.
fn without_tests(source: &str) -> String {
    let tests = source
        .match_indices("#[cfg(test)]")
        .find(|(start, attribute)| source[start + attribute.len()..].trim_start().starts_with("mod tests"));
    tests.map_or(source, |(start, _)| &source[..start]).to_owned()
}

/// Every path that the source names, `use` trees spread out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(source: &str) -> Vec<Vec<String>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let word = |character: char| character.is_alphanumeric() || character == '_';
        let length = match first {
            _ if word(first) => rest.find(|character| !word(character)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        let (token, tail) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token);
        }
        rest = tail;
    }
    let mut found = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        if tokens[index].chars().all(|character| character.is_alphanumeric() || character == '_') {
            spread(&tokens, &mut index, &[], &mut found);
        } else {
            index += 1;
        }
    }
    found
}

/// Reads one path, and the group it may end in, from `index` on.
fn spread(tokens: &[&str], index: &mut usize, before: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    while let Some(token) = tokens.get(*index) {
        if *token == "{" && path.len() > before.len() {
            *index += 1;
            while let Some(token) = tokens.get(*index).filter(|token| **token != "}") {
                if *token == "," {
                    *index += 1;
                } else {
                    let start = *index;
                    spread(tokens, index, &path, found);
                    *index += usize::from(*index == start);
                }
            }
            *index += 1;
            return;
        }
        if !token.chars().all(|character| character.is_alphanumeric() || character == '_') {
            break;
        }
        path.push((*token).to_owned());
        *index += 1;
        if tokens.get(*index) != Some(&"::") {
            break;
        }
        *index += 1;
    }
    if path.len() > before.len() {
        found.push(path);
    }
}

#[test]
fn modules_use_only_what_stands_above_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut read = 0;
    let mut report = String::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|ending| ending == "rs") {
            let file = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            read += 1;
            for violation in violations(&file, &fs::read_to_string(entry.path()).unwrap()) {
                writeln!(report, "{violation}").unwrap();
            }
        }
    }
    assert!(read > 20, "only {read} sources found below {}", root.display());
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn modules_are_declared_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let source = without_text(&fs::read_to_string(root).unwrap());
    let declared: Vec<_> =
        source.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let expected: Vec<_> =
        ORDER.iter().map(|(name, _)| *name).filter(|name| declared.contains(name)).collect();
    assert_eq!(declared, expected, "src/lib.rs declares its modules in the order of the flow");
}

/// One made-up file, and what the checker shall say of it: a piece of each line.
#[track_caller]
fn check(file: &str, source: &str, expected: &[&str]) {
    let found = violations(file, source);
    assert_eq!(found.len(), expected.len(), "{file}: {source}\n{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} lacks {expected:?}");
    }
}

#[test]
fn the_checker_sees_upward_imports() {
    check("text/html.rs", "use crate::error::Error;", &[]);
    check("text/html.rs", "use crate::topic::Label;", &["text stands above topic"]);
    check("text/html.rs", "fn f() -> crate::topic::Label { todo!() }", &["text stands above topic"]);
    check("text/html.rs", "use crate::{error::Error, topic::{Label, Other}};", &["topic", "topic"]);
    check("text/html.rs", "use super::super::topic::Label;", &["text stands above topic"]);
    check("text/mod.rs", "use super::topic::Label;", &["text stands above topic"]);
    check("text/mod.rs", "use self::html::Page; use super::error::Error;", &[]);
    check("surprise.rs", "", &["surprise has no place in the order"]);
}

#[test]
fn the_checker_keeps_the_sides_apart() {
    check("serve/mod.rs", "use crate::train::topics;", &["serve and train are on different sides"]);
    check("train/mod.rs", "use crate::corpus::Corpus; use crate::bundle::Bundle;", &[]);
    check("train/mod.rs", "use crate::wire::pb;", &["train stands above wire", "belongs to wire/"]);
    check("cli/train.rs", "use crate::train::topics; use crate::serve::run;", &[]);
}

#[test]
fn the_checker_sees_the_outside_world() {
    check("topic/mod.rs", "use std::{env, fmt, fs};", &["std::env", "std::fs"]);
    check("analyze.rs", "use std::time::Instant;", &["std::time::Instant"]);
    check("extract/time.rs", "let today = jiff::Zoned::now();", &["jiff::Zoned::now"]);
    check("extract/time.rs", "use std::time::Duration; use std::io::Read; let now = 1;", &[]);
    check("segment/mod.rs", "pub async fn cut() {}", &["but async"]);
    check("bundle/mod.rs", "use std::fs; pub async fn load() {}", &[]);
    check("topic/mod.rs", "use jieba_rs::Jieba;", &["belongs to segment/"]);
    check("evaluate/mod.rs", "use linfa::Dataset;", &["belongs to train/"]);
    check("cli/output.rs", "use tonic::Status;", &["belongs to serve/"]);
    check("cli/remote.rs", "use tonic::Status;", &[]);
    check("topic/mod.rs", "use tracing::info; #[tracing::instrument] fn f() {}", &["tracing", "tracing"]);
}

#[test]
fn the_checker_is_not_fooled_by_text_and_tests() {
    check("text/a.rs", "/// [`crate::topic`]\n// crate::topic\n/* a /* crate::topic */ b */", &[]);
    check("text/a.rs", r##"const A: &str = "crate::topic"; const B: &str = r#"" crate::topic "#;"##, &[]);
    check("text/a.rs", r#"const Q: char = '"'; use crate::topic::A; const R: char = '\'';"#, &["topic"]);
    check("text/a.rs", "fn f<'a>(x: &'a str) -> crate::topic::A<'a> {}", &["topic"]);
    check("text/a.rs", "#[cfg(test)]\nmod tests { use crate::analyze::Analyzer; use std::fs; }", &[]);
    check("text/a.rs", "#[cfg(test)]\nuse std::fs;\nuse crate::topic::A;", &["std::fs", "topic"]);
}
