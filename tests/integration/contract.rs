//! The wire contract is frozen: what a client was built against stays.

use std::fs;
use std::path::PathBuf;

use prost_reflect::Cardinality;
use prost_reflect::DescriptorPool;
use prost_reflect::FieldDescriptor;
use prost_reflect::Kind;
use wenmai::wire::FILE_DESCRIPTOR_SET;

/// Every fact of the contract that a client depends on, one per line, sorted.
fn contract() -> Vec<String> {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
    let mut lines = Vec::new();
    for message in pool.all_messages().filter(|it| it.package_name() == "wenmai.v1" && !it.is_map_entry()) {
        lines.push(format!("message {}", message.full_name()));
        for field in message.fields() {
            lines.push(format!(
                "field {}.{} = {} {}",
                message.full_name(),
                field.name(),
                field.number(),
                kind(&field)
            ));
        }
    }
    for known in pool.all_enums().filter(|it| it.package_name() == "wenmai.v1") {
        lines.push(format!("enum {}", known.full_name()));
        for value in known.values() {
            lines.push(format!("value {}.{} = {}", known.full_name(), value.name(), value.number()));
        }
    }
    for service in pool.services().filter(|it| it.package_name() == "wenmai.v1") {
        for method in service.methods() {
            let stream = |is_stream: bool| if is_stream { "stream " } else { "" };
            lines.push(format!(
                "rpc {}/{} ({}{}) returns ({}{})",
                service.full_name(),
                method.name(),
                stream(method.is_client_streaming()),
                method.input().full_name(),
                stream(method.is_server_streaming()),
                method.output().full_name()
            ));
        }
    }
    lines.sort();
    lines
}

fn kind(field: &FieldDescriptor) -> String {
    let label = match field.cardinality() {
        _ if field.is_map() => "map",
        Cardinality::Repeated => "repeated",
        Cardinality::Required => "required",
        Cardinality::Optional => match field.containing_oneof() {
            Some(oneof) if oneof.is_synthetic() => "optional",
            Some(oneof) => return format!("{} oneof {}", type_name(&field.kind()), oneof.name()),
            None => "singular",
        },
    };
    format!("{} {label}", type_name(&field.kind()))
}

fn type_name(kind: &Kind) -> String {
    if let Some(message) = kind.as_message() {
        if !message.is_map_entry() {
            return message.full_name().to_owned();
        }
        let (key, value) = (message.map_entry_key_field(), message.map_entry_value_field());
        return format!("<{}, {}>", type_name(&key.kind()), type_name(&value.kind()));
    }
    match kind.as_enum() {
        Some(known) => known.full_name().to_owned(),
        None => format!("{kind:?}").to_lowercase(),
    }
}

#[test]
fn nothing_of_the_contract_disappears_or_changes() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/contract.txt");
    let current = contract();
    let frozen = fs::read_to_string(&path).unwrap_or_default();
    let frozen: Vec<&str> = frozen.lines().collect();
    let lost: Vec<&&str> = frozen.iter().filter(|line| !current.iter().any(|now| now == *line)).collect();
    let added: Vec<&String> = current.iter().filter(|line| !frozen.contains(&line.as_str())).collect();
    if lost.is_empty() && added.is_empty() {
        assert!(frozen.len() > 300, "{} holds only {} lines", path.display(), frozen.len());
        return;
    }
    // The file as it would have to be, beside the build products: never written over the frozen one by a test.
    let proposal = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("contract.txt");
    fs::write(&proposal, current.join("\n") + "\n").unwrap();
    assert!(
        lost.is_empty(),
        "the wire contract lost or changed these lines, which breaks every client built before: {lost:#?}\n\
         Restore them in proto/; a new meaning needs a new number, and an old one is reserved."
    );
    panic!(
        "the wire contract grew: {added:#?}\nIf that is meant, freeze it:\n  cp {} {}",
        proposal.display(),
        path.display()
    );
}
