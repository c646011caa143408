//! Spans of OpenTelemetry: one for a call, under the caller's own if it sends one, and below it one for each document
//! with its stages. They hold names, numbers and codes, never text of a document.

use std::time::Duration;
use std::time::SystemTime;

use http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::KeyValue;
use opentelemetry::propagation::Extractor;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::Span as _;
use opentelemetry::trace::SpanBuilder;
use opentelemetry::trace::SpanContext;
use opentelemetry::trace::SpanKind;
use opentelemetry::trace::Status as SpanStatus;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::trace::Tracer as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_otlp::WithTonicConfig as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::Sampler;
use opentelemetry_sdk::trace::SdkTracer;
use opentelemetry_sdk::trace::SdkTracerProvider;
use thiserror::Error;
use tonic::Code;
use tonic::metadata::MetadataKey;
use tonic::metadata::MetadataMap;
use tonic::transport::ClientTlsConfig;
use tonic::transport::Endpoint;

use super::status::code_name;
use crate::config::Telemetry as Settings;

/// How long the last spans may take to reach the collector when the server ends.
const LAST_EXPORT: Duration = Duration::from_secs(2);

/// Why no spans can be sent.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The collector's address is none.
    #[error("telemetry.otlp_endpoint is {0:?}, which is not http://host:port or https://host:port")]
    Endpoint(String),
    /// A header that cannot be sent.
    #[error("telemetry.otlp_headers: {0:?} is no header, or holds what a header cannot carry")]
    Header(String),
    /// The exporter refused its settings.
    #[error("traces: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// Makes spans, where there is a collector for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Traces {
    sending: Option<(SdkTracerProvider, SdkTracer)>,
}

impl Traces {
    /// Sends spans to the collector of the settings, if they name one. To be called within the runtime that carries
    /// the connection, which is made when the first spans are sent and again whenever it is lost.
    ///
    /// # Errors
    /// [`TraceError`] for settings that cannot be; a collector that is away is no error.
    pub(super) fn start(telemetry: &Settings) -> Result<Self, TraceError> {
        let Some(target) = &telemetry.otlp_endpoint else { return Ok(Self::default()) };
        let wrong = || TraceError::Endpoint(target.clone());
        let mut endpoint = Endpoint::from_shared(target.clone()).map_err(|_| wrong())?;
        match endpoint.uri().scheme_str() {
            Some("http") => {}
            Some("https") => {
                let tls = ClientTlsConfig::new().with_native_roots();
                endpoint = endpoint.tls_config(tls).map_err(|_| wrong())?;
            }
            Some(_) | None => return Err(wrong()),
        }
        let mut headers = MetadataMap::new();
        for (name, secret) in &telemetry.otlp_headers {
            let refused = || TraceError::Header(name.clone());
            let key = MetadataKey::from_bytes(name.as_bytes()).map_err(|_| refused())?;
            let mut value: tonic::metadata::MetadataValue<_> =
                secret.reveal().parse().map_err(|_| refused())?;
            value.set_sensitive(true);
            headers.insert(key, value);
        }
        let exporter = SpanExporter::builder()
            .with_tonic()
            .with_channel(endpoint.connect_lazy())
            .with_metadata(headers)
            .build()?;
        let share = 1.0 / f64::from(telemetry.trace_one_in.max(1));
        let resource = Resource::builder()
            .with_service_name("wenmai")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            // The caller's decision holds for the whole trace; ours is for those who bring none.
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
            .with_resource(resource)
            .build();
        let tracer = provider.tracer("wenmai");
        Ok(Self { sending: Some((provider, tracer)) })
    }

    /// Begins the span of a call: under the caller's, if the headers name one.
    pub(super) fn call(&self, path: &str, headers: &HeaderMap) -> CallSpan {
        let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
        let Some((_, tracer)) = &self.sending else {
            // Without a collector the caller's trace id still goes into the log.
            return CallSpan { context: parent, tracer: None };
        };
        // The path is the caller's and may be of any length; ours are known.
        let method: String = path.trim_start_matches('/').chars().take(100).collect();
        let builder = SpanBuilder::from_name(method.clone())
            .with_kind(SpanKind::Server)
            .with_attributes([KeyValue::new("rpc.system.name", "grpc"), KeyValue::new("rpc.method", method)]);
        let span = tracer.build_with_context(builder, &parent);
        let tracer = span.span_context().is_sampled().then(|| tracer.clone());
        CallSpan { context: parent.with_span(span), tracer }
    }

    /// Sends what is left. It blocks for a while.
    pub(super) fn finish(self) {
        if let Some((provider, _)) = self.sending
            && let Err(error) = provider.shutdown_with_timeout(LAST_EXPORT)
        {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

/// Headers as the propagator reads them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// The span of a call, open until its last clone is gone or [`CallSpan::end`].
#[derive(Clone, Debug, Default)]
pub(super) struct CallSpan {
    context: Context,
    /// Set when the trace is recorded.
    tracer: Option<SdkTracer>,
}

impl CallSpan {
    /// Hex id of the trace, if the call is part of one.
    pub(super) fn trace_id(&self) -> Option<String> {
        let span = self.context.span();
        let context: &SpanContext = span.span_context();
        context.is_valid().then(|| context.trace_id().to_string())
    }

    /// Notes the outcome and ends the span.
    pub(super) fn end(&self, code: Code, request_id: &str) {
        if self.tracer.is_none() {
            return;
        }
        let span = self.context.span();
        span.set_attribute(KeyValue::new("rpc.response.status_code", code_name(code)));
        span.set_attribute(KeyValue::new("wenmai.request_id", request_id.to_owned()));
        if is_fault(code) {
            span.set_status(SpanStatus::error(code_name(code)));
        }
        span.end();
    }

    /// Begins the span of a document at the time at which it was admitted; none when the trace is not recorded.
    pub(super) fn document(&self, index: u64, bytes: usize, waited: Duration) -> Option<DocumentSpan> {
        let tracer = self.tracer.clone()?;
        let now = SystemTime::now();
        let admitted = now.checked_sub(waited).unwrap_or(now);
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        let builder = SpanBuilder::from_name("document").with_start_time(admitted).with_attributes([
            KeyValue::new("wenmai.document.index", i64::try_from(index).unwrap_or(i64::MAX)),
            KeyValue::new("wenmai.document.bytes", number(bytes)),
        ]);
        let span = tracer.build_with_context(builder, &self.context);
        let document = DocumentSpan { context: self.context.with_span(span), tracer };
        document.stage("queue", admitted, now);
        Some(document)
    }
}

/// The span of a document.
#[derive(Clone, Debug)]
pub(super) struct DocumentSpan {
    context: Context,
    tracer: SdkTracer,
}

impl DocumentSpan {
    /// Notes a stage that has ended.
    pub(super) fn stage(&self, name: &'static str, begun: SystemTime, ended: SystemTime) {
        let builder = SpanBuilder::from_name(name).with_start_time(begun);
        self.tracer.build_with_context(builder, &self.context).end_with_timestamp(ended);
    }

    /// Notes the outcome and ends the span.
    pub(super) fn end(self, outcome: &'static str) {
        let span = self.context.span();
        span.set_attribute(KeyValue::new("wenmai.document.outcome", outcome));
        span.end();
    }
}

/// Whether a code says that the server failed, and not its caller.
fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_callers_trace_is_known_without_a_collector() {
        let mut headers = HeaderMap::new();
        let traces = Traces::start(&Settings::default()).unwrap();
        assert_eq!(traces.call("/a.B/C", &headers).trace_id(), None);
        for (value, id) in [
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                Some("0af7651916cd43dd8448eb211c80319c"),
            ),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", None),
            ("nonsense", None),
            ("00-0af7651916cd43dd8448eb211c80319c", None),
        ] {
            headers.insert("traceparent", HeaderValue::from_static(value));
            assert_eq!(traces.call("/a.B/C", &headers).trace_id().as_deref(), id, "{value}");
        }
    }

    #[tokio::test]
    async fn settings_that_cannot_be_are_named() {
        for wrong in ["", "localhost:4317", "ftp://x", "http://a b"] {
            let telemetry = Settings { otlp_endpoint: Some(wrong.to_owned()), ..Settings::default() };
            assert!(matches!(Traces::start(&telemetry), Err(TraceError::Endpoint(_))), "{wrong}");
        }
    }
}
