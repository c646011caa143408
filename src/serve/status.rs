//! The one table from what went wrong to what the caller is told.

use std::collections::HashMap;
use std::time::Duration;

use prost::Message as _;
use tonic::Code;
use tonic::Status;
use tonic::metadata::MetadataMap;
use tonic::metadata::MetadataValue;
use tonic_types::ErrorDetails;
use tonic_types::FieldViolation;
use tonic_types::StatusExt as _;

use crate::error::Error;
use crate::wire::Accepted;
use crate::wire::Plan;
use crate::wire::Refusal;
use crate::wire::Violation;
use crate::wire::options::Choice;
use crate::wire::options::Selector;
use crate::wire::violation::Excess;
use crate::wire::violation::quoted;

/// `ErrorInfo.domain` of everything this server says.
const DOMAIN: &str = "wenmai";

/// When to ask again for a model that is being loaded.
const LOADING_RETRY: Duration = Duration::from_secs(1);

/// Trailer that tells gRPC clients with a retry policy of their own when to ask again.
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// Bytes of violations that one status may carry. It travels in a header, and clients commonly accept 8 KiB of those,
/// in base64 and beside a message.
const MAX_VIOLATION_BYTES: usize = 3 * 1024;

/// Why a call, or one document of it, gets no result.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// The caller asked for something that cannot be.
    Refused(Refusal),
    /// No such model, version or alias.
    UnknownModel(Selector),
    /// The model is still being loaded.
    Loading,
    /// No bundle where the request says.
    NoBundle(String),
    /// A bundle that cannot be used, and why.
    BundleRefused(String),
    /// Something else of this name is there already.
    Exists(String),
    /// Not as things stand; the first word is for programs.
    Precondition(&'static str, String),
    /// No key that this server knows, for whatever reason.
    Unauthenticated,
    /// A key that may do other things.
    PermissionDenied,
    /// More than the caller's key may ask for.
    RateLimited {
        /// Name of the key.
        key: String,
        /// When it may ask again.
        retry: Duration,
        /// What there was too much of.
        of: &'static str,
    },
    /// More text is waiting than the server takes on.
    QueueFull {
        /// When the queue will probably have room.
        retry: Duration,
        /// Bytes that there is room for.
        limit: usize,
    },
    /// The answer is larger than the server sends.
    ResponseTooLarge {
        /// Bytes, at least.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The caller's deadline passed.
    Deadline,
    /// The caller left.
    Cancelled,
    /// The server is stopping.
    Draining,
    /// A fault of the server. The reason is for its log, not for the caller; it holds no text of a document.
    Internal(String),
}

impl Failure {
    /// What an error of the analysis means to the caller who sent this document under this plan.
    pub(super) fn from_domain(error: Error, plan: &Plan, accepted: &Accepted) -> Self {
        let content = accepted.content_path();
        match error {
            Error::EmptyDocument => Self::Refused(Refusal::one(content, error.to_string())),
            Error::DocumentTooLarge { size, limit } => {
                let mut refusal = Refusal::one(content, error.to_string());
                refusal.excess = Some(Excess::DocumentBytes { size, limit });
                Self::Refused(refusal)
            }
            Error::UnknownCharset { label } => {
                let message = format!("{} is not a WHATWG encoding label", quoted(&label));
                Self::Refused(Refusal::one("document.raw_content.charset", message))
            }
            Error::UnknownLabel { id } => {
                let wanted = plan.options.classify.iter().flat_map(|options| &options.label_ids);
                let index = wanted.take_while(|wanted| **wanted != id).count();
                let field = format!("{}.label_ids[{index}]", plan.classify_path);
                Self::Refused(Refusal::one(field, format!("the model has no label {}", quoted(&id))))
            }
            // Whoever stops an analysis knows why, and says so in its own words.
            Error::Stopped { .. } => Self::Cancelled,
            Error::Bundle { .. }
            | Error::CorpusLine { .. }
            | Error::Corpus { .. }
            | Error::Training { .. }
            | Error::Io { .. } => Self::Internal(error.to_string()),
        }
    }

    /// What the caller of request `request_id` is told.
    pub(super) fn status(&self, request_id: &str) -> Status {
        let mut details = ErrorDetails::new();
        let mut metadata = MetadataMap::new();
        let (code, message) = match self {
            Self::Refused(refusal) => {
                details.set_bad_request(field_violations(&refusal.violations));
                if let Some(excess) = refusal.excess {
                    let (reason, size, limit) = match excess {
                        Excess::DocumentBytes { size, limit } => ("DOCUMENT_TOO_LARGE", size, limit),
                        Excess::BatchDocuments { size, limit } => ("BATCH_TOO_LARGE", size, limit),
                    };
                    details.set_error_info(reason, DOMAIN, sizes(size, limit));
                }
                (Code::InvalidArgument, summary(&refusal.violations))
            }
            Self::UnknownModel(selector) => {
                let name = selector_name(selector);
                let message = format!("no model {name}");
                details.set_resource_info("wenmai.v1.Model", name, "", message.as_str());
                (Code::NotFound, message)
            }
            Self::Loading => {
                details.set_error_info("MODEL_LOADING", DOMAIN, HashMap::new());
                details.set_retry_info(Some(LOADING_RETRY));
                (Code::Unavailable, "the model is still being loaded".to_owned())
            }
            Self::NoBundle(path) => {
                let message = format!("no folder {} in the model directory", quoted(path));
                details.set_resource_info("bundle", path.as_str(), "", message.as_str());
                (Code::NotFound, message)
            }
            Self::BundleRefused(reason) => {
                details.set_error_info("BUNDLE_REFUSED", DOMAIN, HashMap::new());
                (Code::FailedPrecondition, reason.clone())
            }
            Self::Exists(message) => {
                details.set_error_info("VERSION_EXISTS", DOMAIN, HashMap::new());
                (Code::AlreadyExists, message.clone())
            }
            Self::Precondition(reason, message) => {
                details.set_error_info(*reason, DOMAIN, HashMap::new());
                (Code::FailedPrecondition, message.clone())
            }
            Self::QueueFull { retry, limit } => {
                let limit = HashMap::from([("limit".to_owned(), limit.to_string())]);
                details.set_error_info("QUEUE_FULL", DOMAIN, limit);
                details.set_retry_info(Some(*retry));
                metadata.insert(PUSHBACK, pushback(*retry));
                (Code::ResourceExhausted, "too much text is waiting".to_owned())
            }
            // The same words for every cause, and nothing more: who guesses shall not learn how close the guess was.
            Self::Unauthenticated => (Code::Unauthenticated, "a valid API key is needed".to_owned()),
            Self::PermissionDenied => (Code::PermissionDenied, "this key may not do that".to_owned()),
            Self::RateLimited { key, retry, of } => {
                let message = format!("too many {of} for this key");
                details.add_quota_failure_violation(format!("key:{key}"), message.as_str());
                details.set_error_info("RATE_LIMITED", DOMAIN, HashMap::new());
                details.set_retry_info(Some(*retry));
                metadata.insert(PUSHBACK, pushback(*retry));
                (Code::ResourceExhausted, message)
            }
            Self::ResponseTooLarge { size, limit } => {
                details.set_error_info("RESPONSE_TOO_LARGE", DOMAIN, sizes(*size, *limit));
                let message = format!("the answer would have {size} bytes or more, the limit is {limit}");
                (Code::ResourceExhausted, message)
            }
            Self::Deadline => (Code::DeadlineExceeded, "the deadline passed".to_owned()),
            Self::Cancelled => (Code::Cancelled, "the caller left".to_owned()),
            Self::Draining => {
                details.set_error_info("DRAINING", DOMAIN, HashMap::new());
                (Code::Unavailable, "the server is stopping".to_owned())
            }
            Self::Internal(_) => {
                details.set_request_info(request_id, "");
                (Code::Internal, "internal error".to_owned())
            }
        };
        Status::with_error_details_and_metadata(code, message, details, metadata)
    }
}

/// A code as the protocol's documents and most tools write it.
#[must_use]
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// What a document that was refused before its analysis is told, as data: the words of the server for those who
/// answer without one.
#[must_use]
pub fn refused(refusal: Refusal) -> tonic_types::pb::Status {
    as_data(&Failure::Refused(refusal).status(""))
}

/// What a document whose analysis failed is told, as data.
#[must_use]
pub fn failed(error: Error, plan: &Plan, accepted: &Accepted) -> tonic_types::pb::Status {
    as_data(&Failure::from_domain(error, plan, accepted).status(""))
}

/// The same as data, for one document among others.
pub(super) fn as_data(status: &Status) -> tonic_types::pb::Status {
    let plain = || tonic_types::pb::Status {
        code: status.code().into(),
        message: status.message().to_owned(),
        details: Vec::new(),
    };
    if status.details().is_empty() {
        return plain();
    }
    tonic_types::pb::Status::decode(status.details()).unwrap_or_else(|_| plain())
}

/// What tonic itself refuses, in the codes that this server uses for the same thing.
///
/// It calls an oversized message `OUT_OF_RANGE`, and one that cannot be decoded `INTERNAL`: then clients would retry
/// what can never succeed, and alarms would ring for other people's mistakes.
pub(super) fn translated(status: &Status) -> Option<Status> {
    let message = status.message();
    if !status.details().is_empty() {
        return None;
    }
    if status.code() == Code::OutOfRange && message.starts_with("Error, decoded message length too large") {
        let mut numbers =
            message.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
        let (size, limit) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
        let details = ErrorDetails::with_error_info("REQUEST_TOO_LARGE", DOMAIN, sizes(size, limit));
        let message = format!("the request has {size} bytes, the limit is {limit}");
        return Some(Status::with_error_details(Code::ResourceExhausted, message, details));
    }
    if status.code() == Code::Internal && message.starts_with("failed to decode Protobuf message") {
        let violation = undecodable(message);
        let summary = summary(std::slice::from_ref(&violation));
        let details = ErrorDetails::with_bad_request(field_violations(&[violation]));
        return Some(Status::with_error_details(Code::InvalidArgument, summary, details));
    }
    if status.code() == Code::ResourceExhausted && message.starts_with("Error decompressing: size limit") {
        let limit = message.split(|c: char| !c.is_ascii_digit()).find_map(|digits| digits.parse().ok());
        let limit: usize = limit.unwrap_or_default();
        let details =
            ErrorDetails::with_error_info("REQUEST_TOO_LARGE", DOMAIN, sizes(limit.saturating_add(1), limit));
        let message =
            format!("the request has more than {limit} bytes after decompression, which is the limit");
        return Some(Status::with_error_details(Code::ResourceExhausted, message, details));
    }
    if status.code() == Code::Internal && message.starts_with("Error decompressing:") {
        return Some(Status::invalid_argument("the request cannot be decompressed"));
    }
    if status.code() == Code::Internal && message.starts_with("protocol error: received message with") {
        return Some(Status::invalid_argument("the request is not framed or compressed as its headers say"));
    }
    if status.code() == Code::Internal && message == "Unexpected EOF decoding stream." {
        return Some(Status::invalid_argument("the request ends in the middle of a message"));
    }
    if status.code() == Code::Internal && message == "Missing request message." {
        return Some(Status::invalid_argument("the request holds no message"));
    }
    None
}

/// Field and reason out of prost's "failed to decode Protobuf message: Document.title: ClassifyRequest.document: …",
/// which names the innermost field first. The reason is one of prost's own and holds nothing of the message.
fn undecodable(message: &str) -> Violation {
    let is_field = |part: &&&str| part.contains('.') && !part.contains(' ');
    let parts: Vec<&str> = message.split(": ").skip(1).collect();
    let (fields, reason) =
        parts.split_at_checked(parts.iter().take_while(is_field).count()).unwrap_or_default();
    let mut names: Vec<&str> = Vec::with_capacity(fields.len());
    // From the outermost in; the one that follows says which member of a oneof was meant.
    let mut inner = fields.iter().rev().peekable();
    while let Some(field) = inner.next() {
        let next = inner.peek().copied().copied();
        names.extend(member(field, next).or_else(|| field.rsplit('.').next()));
    }
    Violation { field: names.join("."), message: reason.join(": ") }
}

/// The field that prost means where it names a oneof instead, by the field inside it.
fn member<'a>(field: &'a str, inner: Option<&str>) -> Option<&'a str> {
    let is_of = |message: &str| inner.and_then(|inner| inner.split('.').next()) == Some(message);
    match field {
        // The other member is a message, whose own fields would be named.
        "Document.source" if is_of("RawContent") => Some("raw_content"),
        "Document.source" => Some("content"),
        "StreamAnalyzeRequest.message" if is_of("StreamConfig") => Some("config"),
        "StreamAnalyzeRequest.message" => Some("document"),
        _ => None,
    }
}

/// A time as the trailer says it, rounded up: asking a little early would be refused again.
fn pushback(retry: Duration) -> MetadataValue<tonic::metadata::Ascii> {
    MetadataValue::from(u64::try_from(retry.as_micros().div_ceil(1000)).unwrap_or(u64::MAX))
}

fn sizes(size: usize, limit: usize) -> HashMap<String, String> {
    HashMap::from([("size".to_owned(), size.to_string()), ("limit".to_owned(), limit.to_string())])
}

fn selector_name(Selector { name, choice }: &Selector) -> String {
    let chosen = match choice {
        None => String::new(),
        Some(Choice::Version(version)) => format!("version {}", quoted(version)),
        Some(Choice::Alias(alias)) => format!("alias {}", quoted(alias)),
    };
    let name = if name.is_empty() { String::new() } else { quoted(name) };
    [name, chosen].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The first violation, and how many more there are, for those who do not decode details.
fn summary(violations: &[Violation]) -> String {
    match violations {
        [] => "invalid request".to_owned(),
        [first] => format!("invalid request: {}", named(first)),
        [first, rest @ ..] => format!("invalid request: {}; and {} more", named(first), rest.len()),
    }
}

/// A violation with its field, where it has one.
fn named(Violation { field, message }: &Violation) -> String {
    if field.is_empty() { message.clone() } else { format!("{field}: {message}") }
}

/// Violations as details; what would not fit is counted.
fn field_violations(violations: &[Violation]) -> Vec<FieldViolation> {
    let mut left = MAX_VIOLATION_BYTES;
    let fitting = violations.iter().take_while(|violation| {
        let size = violation.field.len() + violation.message.len() + 8;
        left.checked_sub(size).map(|rest| left = rest).is_some()
    });
    let mut out: Vec<FieldViolation> =
        fitting.map(|Violation { field, message }| FieldViolation::new(field, message)).collect();
    if out.len() < violations.len() {
        out.push(FieldViolation::new("", format!("and {} more violations", violations.len() - out.len())));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_violations_stay_within_a_header() {
        let violations: Vec<Violation> = (0..10_000)
            .map(|index| Violation { field: format!("options.label_ids[{index}]"), message: "no".repeat(20) })
            .collect();
        let refusal = Refusal { violations, excess: None };
        let status = Failure::Refused(refusal).status("r");
        assert!(status.details().len() * 4 / 3 < 6 * 1024, "{}", status.details().len());
        let told = status.get_details_bad_request().unwrap().field_violations;
        let shown = told.len() - 1;
        assert_eq!(told[shown].description, format!("and {} more violations", 10_000 - shown));
        assert!(shown > 30);
    }

    #[test]
    fn internal_faults_tell_the_request_id_only() {
        let status = Failure::Internal("/secret/path is gone".into()).status("r-1");
        assert_eq!(status.code(), Code::Internal);
        assert!(!format!("{status:?}").contains("secret"));
        assert_eq!(status.get_details_request_info().unwrap().request_id, "r-1");
    }

    #[track_caller]
    fn check_field(message: &str, field: &str) {
        let status =
            translated(&Status::internal(format!("failed to decode Protobuf message: {message}"))).unwrap();
        assert_eq!(status.code(), Code::InvalidArgument);
        let told = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(told.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [field]);
    }

    #[test]
    fn undecodable_fields_are_named_as_in_the_contract() {
        let utf8 = "invalid string value: data is not UTF-8 encoded";
        check_field(&format!("Document.title: AnalyzeRequest.document: {utf8}"), "document.title");
        check_field(&format!("Document.source: AnalyzeRequest.document: {utf8}"), "document.content");
        check_field(
            &format!("RawContent.charset: Document.source: ClassifyRequest.document: {utf8}"),
            "document.raw_content.charset",
        );
        check_field(&format!("Document.source: StreamAnalyzeRequest.message: {utf8}"), "document.content");
        check_field(
            &format!(
                "ModelSelector.name: CommonOptions.model: StreamConfig.common: StreamAnalyzeRequest.message: {utf8}"
            ),
            "config.common.model.name",
        );
        check_field(&format!("Document.source: BatchAnalyzeRequest.documents: {utf8}"), "documents.content");
        check_field("invalid tag value: 0", "");
    }

    #[test]
    fn decompression_that_goes_too_far_is_a_request_too_large() {
        let told = "Error decompressing: size limit, of 4096 bytes, exceeded while decompressing message";
        let status = translated(&Status::resource_exhausted(told)).unwrap();
        assert_eq!(status.code(), Code::ResourceExhausted);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.metadata["limit"].as_str()), ("REQUEST_TOO_LARGE", "4096"));
        let broken = Status::internal("Error decompressing: corrupt deflate stream, while sending request");
        assert_eq!(translated(&broken).unwrap().code(), Code::InvalidArgument);
    }

    #[test]
    fn strangers_learn_nothing() {
        for failure in [Failure::Unauthenticated, Failure::PermissionDenied] {
            let status = failure.status("r");
            assert!(status.get_error_details().request_info().is_none());
            assert!(status.get_error_details_vec().is_empty());
        }
    }

    #[test]
    fn our_own_statuses_are_not_translated() {
        let own = Failure::Internal(String::new()).status("r");
        assert!(translated(&own).is_none());
        assert!(translated(&Status::internal("something else")).is_none());
    }
}
