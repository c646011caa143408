//! Canonical protobuf JSON: lowerCamelCase names, 64-bit numbers as strings, default values left out, `Any` with its
//! `@type`. Fields stand in the order of their numbers and map entries in the order of their keys, so that the same
//! message is always the same text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost::Message;
use prost_reflect::DescriptorPool;
use prost_reflect::DeserializeOptions;
use prost_reflect::DynamicMessage;
use prost_reflect::Kind;
use prost_reflect::MapKey;
use prost_reflect::MessageDescriptor;
use prost_reflect::ReflectMessage;
use prost_reflect::SerializeOptions;
use prost_reflect::Value;
use serde::Serialize;
use serde::Serializer;
use serde::ser::Error as _;
use serde::ser::SerializeMap;
use thiserror::Error;

use super::FILE_DESCRIPTOR_SET;

/// Why a message could not be read from or written as JSON.
#[derive(Debug, Error)]
pub enum Error {
    /// The contract has no message of this name.
    #[error("the contract has no message {0}")]
    UnknownMessage(String),
    /// The text is not JSON, or not that of the message.
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
    /// The message is not of the type that was named.
    #[error("{0}")]
    Mismatch(#[from] prost::DecodeError),
}

/// The contract, decoded once.
static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).ok());

/// Options under which prost-reflect writes what is delegated to it.
const PLAIN: SerializeOptions = SerializeOptions::new();

fn descriptor(name: &str) -> Result<MessageDescriptor, Error> {
    let found = POOL.as_ref().and_then(|pool| pool.get_message_by_name(name));
    found.ok_or_else(|| Error::UnknownMessage(name.to_owned()))
}

/// Writes `message`, of the full name `name` such as `wenmai.v1.Analysis` or `google.rpc.Status`, on one line.
///
/// # Errors
/// [`Error::UnknownMessage`] and [`Error::Mismatch`] when name and message do not belong together.
pub fn write(name: &str, message: &impl Message) -> Result<String, Error> {
    let message = DynamicMessage::decode(descriptor(name)?, message.encode_to_vec().as_slice())?;
    Ok(serde_json::to_string(&Json(&message))?)
}

/// Reads a message of the full name `name`. Accepts what the protobuf JSON mapping accepts, unknown fields excluded.
///
/// # Errors
/// [`Error::Syntax`] with line and column when the text is no such message.
pub fn read<M: Message + Default>(name: &str, text: &str) -> Result<M, Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let options = DeserializeOptions::new();
    let message = DynamicMessage::deserialize_with_options(descriptor(name)?, &mut reader, &options)?;
    reader.end()?;
    Ok(M::decode(message.encode_to_vec().as_slice())?)
}

/// A message as JSON. prost-reflect writes maps in the order of a hash map; hence this walk of our own.
struct Json<'a>(&'a DynamicMessage);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let descriptor = self.0.descriptor();
        match descriptor.full_name() {
            "google.protobuf.Any" => {
                let inner = unpack(self.0).map_err(S::Error::custom)?;
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("@type", &inner.url)?;
                let name = inner.message.descriptor();
                if name.full_name().starts_with("google.protobuf.") {
                    map.serialize_entry("value", &Json(&inner.message))?;
                } else {
                    fields(&inner.message, &mut map)?;
                }
                map.end()
            }
            name if name.starts_with("google.protobuf.") => self.0.serialize_with_options(serializer, &PLAIN),
            _ => {
                let mut map = serializer.serialize_map(None)?;
                fields(self.0, &mut map)?;
                map.end()
            }
        }
    }
}

/// The content of an `Any`.
struct Unpacked {
    url: String,
    message: DynamicMessage,
}

fn unpack(any: &DynamicMessage) -> Result<Unpacked, Error> {
    let any: prost_types::Any = any.transcode_to()?;
    let name = any.type_url.rsplit('/').next().unwrap_or_default();
    let message = DynamicMessage::decode(descriptor(name)?, any.value.as_slice())?;
    Ok(Unpacked { url: any.type_url, message })
}

fn fields<M: SerializeMap>(message: &DynamicMessage, map: &mut M) -> Result<(), M::Error> {
    for (field, value) in message.fields() {
        map.serialize_entry(field.json_name(), &JsonValue(value, &field.kind()))?;
    }
    Ok(())
}

/// A field's value as JSON.
struct JsonValue<'a>(&'a Value, &'a Kind);

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, kind) = self;
        match value {
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::I32(value) => serializer.serialize_i32(*value),
            Value::U32(value) => serializer.serialize_u32(*value),
            Value::I64(value) => serializer.collect_str(value),
            Value::U64(value) => serializer.collect_str(value),
            Value::F32(value) => {
                float(f64::from(*value), serializer, |serializer| serializer.serialize_f32(*value))
            }
            Value::F64(value) => float(*value, serializer, |serializer| serializer.serialize_f64(*value)),
            Value::String(value) => serializer.serialize_str(value),
            Value::Bytes(value) => serializer.serialize_str(&base64(value)),
            Value::EnumNumber(number) => {
                if let Kind::Enum(known) = kind
                    && let Some(value) = known.get_value(*number)
                {
                    serializer.serialize_str(value.name())
                } else {
                    serializer.serialize_i32(*number)
                }
            }
            Value::Message(message) => Json(message).serialize(serializer),
            Value::List(values) => serializer.collect_seq(values.iter().map(|value| JsonValue(value, kind))),
            Value::Map(values) => {
                let Kind::Message(entry) = kind else {
                    return Err(S::Error::custom("a map has entries"));
                };
                let entry = entry.map_entry_value_field().kind();
                let sorted: BTreeMap<String, &Value> =
                    values.iter().map(|(key, value)| (key_text(key), value)).collect();
                serializer.collect_map(sorted.into_iter().map(|(key, value)| (key, JsonValue(value, &entry))))
            }
        }
    }
}

/// Numbers that JSON does not have are strings.
fn float<S: Serializer>(
    value: f64,
    serializer: S,
    finite: impl FnOnce(S) -> Result<S::Ok, S::Error>,
) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        finite(serializer)
    } else if value.is_nan() {
        serializer.serialize_str("NaN")
    } else {
        serializer.serialize_str(if value > 0.0 { "Infinity" } else { "-Infinity" })
    }
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: [char; 64] = {
        let mut digits = ['/'; 64];
        let mut at = 0;
        while at < 62 {
            let byte = match at {
                0..26 => b'A' + at,
                26..52 => b'a' + at - 26,
                _ => b'0' + at - 52,
            };
            #[expect(clippy::indexing_slicing, reason = "at is below 62; evaluated by the compiler")]
            {
                digits[at as usize] = byte as char;
            }
            at += 1;
        }
        digits[62] = '+';
        digits
    };
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if digit > group.len() { '=' } else { DIGITS.get(index).copied().unwrap_or('=') });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prost::Message as _;
    use tonic_types::pb as rpc;

    use super::*;
    use crate::wire::pb;

    #[test]
    fn names_numbers_and_defaults_follow_the_mapping() {
        let result = pb::DocumentResult {
            document_id: "a".into(),
            index: u64::MAX,
            outcome: Some(pb::document_result::Outcome::Analysis(pb::Analysis {
                classification: Some(pb::Classification {
                    labels: vec![pb::LabelScore {
                        label_id: "industry".into(),
                        probability: 0.5,
                        decision_value: f64::NEG_INFINITY,
                        selected: true,
                        ..Default::default()
                    }],
                    abstain_reason: pb::AbstainReason::TooShort.into(),
                    ..Default::default()
                }),
                ..Default::default()
            })),
        };
        assert_eq!(
            write("wenmai.v1.DocumentResult", &result).unwrap(),
            r#"{"documentId":"a","index":"18446744073709551615","analysis":{"classification":{"labels":[{"#
                .to_owned()
                + r#""labelId":"industry","probability":0.5,"decisionValue":"-Infinity","selected":true}],"#
                + r#""abstainReason":"ABSTAIN_REASON_TOO_SHORT"}}}"#
        );
    }

    #[test]
    fn any_shows_its_content_and_maps_are_sorted() {
        let metadata = ["size", "limit", "name", "kind"].map(|key| (key.to_owned(), "1".to_owned()));
        let info = rpc::ErrorInfo { reason: "R".into(), domain: "wenmai".into(), metadata: metadata.into() };
        let retry = rpc::RetryInfo { retry_delay: Duration::from_millis(1500).try_into().ok() };
        let any =
            |name: &str, value| prost_types::Any { type_url: format!("type.googleapis.com/{name}"), value };
        let details = vec![
            any("google.rpc.ErrorInfo", info.encode_to_vec()),
            any("google.rpc.RetryInfo", retry.encode_to_vec()),
        ];
        let status = rpc::Status { code: 3, message: "no".into(), details };
        let text = write("google.rpc.Status", &status).unwrap();
        assert_eq!(
            text,
            r#"{"code":3,"message":"no","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","#
                .to_owned()
                + r#""reason":"R","domain":"wenmai","metadata":{"kind":"1","limit":"1","name":"1","size":"1"}},"#
                + r#"{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"}]}"#
        );
        let again: rpc::Status = read("google.rpc.Status", &text).unwrap();
        assert_eq!(write("google.rpc.Status", &again).unwrap(), text);
    }

    #[test]
    fn optional_fields_and_bytes_survive() {
        let options = pb::ClassifyOptions { min_probability: Some(0.0), ..Default::default() };
        let text = write("wenmai.v1.ClassifyOptions", &options).unwrap();
        assert_eq!(text, r#"{"minProbability":0.0}"#);
        assert_eq!(read::<pb::ClassifyOptions>("wenmai.v1.ClassifyOptions", &text).unwrap(), options);
        for length in 0..9 {
            let data: Vec<u8> = (0..length).map(|byte: u8| byte.wrapping_mul(97).wrapping_add(200)).collect();
            let raw = pb::RawContent { data, charset: "big5".into() };
            let text = write("wenmai.v1.RawContent", &raw).unwrap();
            assert_eq!(read::<pb::RawContent>("wenmai.v1.RawContent", &text).unwrap(), raw, "{text}");
        }
        let document: pb::Document =
            read("wenmai.v1.Document", r#"{"referenceTime":"2025-10-26T00:00:00Z"}"#).unwrap();
        assert_eq!(
            write("wenmai.v1.Document", &document).unwrap(),
            r#"{"referenceTime":"2025-10-26T00:00:00Z"}"#
        );
    }

    #[test]
    fn what_is_not_the_message_is_refused_with_its_place() {
        let wrong = |text| read::<pb::Document>("wenmai.v1.Document", text).unwrap_err().to_string();
        assert!(wrong(r#"{"nonsense":1}"#).contains("nonsense"));
        assert!(wrong("{\"id\":\n 7}").contains("line 2"));
        assert!(wrong("{} {}").contains("trailing"));
        assert!(matches!(
            write("wenmai.v1.Nonsense", &pb::Document::default()),
            Err(Error::UnknownMessage(_))
        ));
    }
}
