//! What every call has around it: a request id, a deadline, a guard against panics, our own status codes, and one line
//! in the log, which never holds text of a document.

use std::any::Any;
use std::convert::Infallible;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::task::ready;
use std::time::Duration;
use std::time::Instant;

use http::HeaderMap;
use http::HeaderValue;
use http::Request;
use http::Response;
use http_body::Frame;
use http_body::SizeHint;
use prost::bytes::Buf as _;
use prost::bytes::Bytes;
use tokio::sync::watch;
use tonic::Code;
use tonic::Status;
use tonic::body::Body;
use tower::Layer;
use tower::Service;

use super::gate::Gate;
use super::inbound::Inbound;
use super::inbound::Share;
use super::keys::Key;
use super::metrics::Metrics;
use super::status::Failure;
use super::status::translated;
use super::telemetry::Telemetry;
use super::trace::CallSpan;

/// Header and trailer that carry the request id.
const REQUEST_ID: &str = "x-request-id";

/// Longest id taken over from a caller.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// tonic runs a timer of its own on `grpc-timeout` and answers `CANCELLED` when it rings. It asks us first, so ringing
/// a little earlier is enough for `DEADLINE_EXCEEDED` to be what the caller reads.
const DEADLINE_MARGIN: Duration = Duration::from_millis(2);

/// Calls to services of this prefix are refused while the server drains; health and reflection are not.
const OWN_SERVICES: &str = "/wenmai.";

/// Calls that last as long as the caller likes.
const STREAMS: &str = "/StreamAnalyze";

/// When to come back to a server that holds as many requests as it can.
const INBOUND_RETRY: Duration = Duration::from_secs(1);

/// What a handler knows of its call beside the message.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The caller's id for it, or ours.
    pub(super) request_id: Arc<str>,
    /// When the caller stops waiting.
    pub(super) deadline: Option<Instant>,
    /// Its place in a trace.
    pub(super) span: CallSpan,
    /// The key that it came with.
    caller: Option<Arc<Key>>,
    /// What it holds of the room for requests.
    inbound: Option<Arc<Share>>,
}

impl Call {
    /// What the layer left with the request.
    pub(super) fn of<T>(request: &tonic::Request<T>) -> Self {
        let left = request.extensions().get().cloned();
        left.unwrap_or_else(|| Self {
            request_id: Arc::from(""),
            deadline: None,
            span: CallSpan::default(),
            caller: None,
            inbound: None,
        })
    }

    /// Counts text against the rate of the caller's key.
    pub(super) fn charge(&self, bytes: usize) -> Result<(), Failure> {
        let Some(key) = &self.caller else { return Ok(()) };
        key.read(bytes, Instant::now()).map_err(|retry| Failure::RateLimited {
            key: key.name.clone(),
            retry,
            of: "bytes",
        })
    }

    /// Waits until the rate of the caller's key allows for more text.
    pub(super) async fn pace(&self, bytes: usize) {
        let Some(key) = &self.caller else { return };
        while let Err(wait) = key.read(bytes, Instant::now()) {
            tokio::time::sleep(wait).await;
        }
    }

    /// What was received so far is accounted for elsewhere now.
    pub(super) fn received(&self) {
        if let Some(inbound) = &self.inbound {
            inbound.clear();
        }
    }

    /// Holds a document that was received and waits to be admitted, whatever it was compressed to on the way.
    pub(super) fn hold(&self, bytes: usize) -> Result<(), Failure> {
        let Some(inbound) = &self.inbound else { return Ok(()) };
        inbound.clear();
        if inbound.take(bytes) { Ok(()) } else { Err(full(inbound)) }
    }

    /// Calls that have begun and not ended, this one included.
    pub(super) fn calls(&self) -> usize {
        self.inbound.as_ref().map_or(1, |inbound| inbound.calls())
    }

    /// The status for a failure of this call. Faults of the server are logged on the way.
    pub(super) fn status(&self, failure: &Failure) -> Status {
        if let Failure::Internal(reason) = failure {
            tracing::error!(request_id = &*self.request_id, reason, "internal error");
        }
        failure.status(&self.request_id)
    }
}

/// There are more bytes of requests in the server than it holds.
fn full(inbound: &Share) -> Failure {
    Failure::QueueFull { retry: INBOUND_RETRY, limit: inbound.limit() }
}

/// Runs a future; a panic in it becomes an error.
pub(super) async fn guarded<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = Box::pin(future);
    std::future::poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

/// Ids for callers that bring none: unlike those of any other run of the server, without a source of randomness other
/// than the one that hash maps are seeded from.
#[derive(Debug)]
struct RequestIds {
    run: u64,
    next: AtomicU64,
}

impl RequestIds {
    fn new() -> Self {
        Self { run: RandomState::new().hash_one("run"), next: AtomicU64::new(1) }
    }

    /// The caller's own id if it is one that can go into a header and a log line, else a new one.
    fn take(&self, headers: &HeaderMap) -> Arc<str> {
        let brought = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let is_fit = |id: &&str| {
            !id.is_empty()
                && id.len() <= MAX_REQUEST_ID_BYTES
                && id.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match brought.filter(is_fit) {
            Some(id) => Arc::from(id),
            None => {
                let count = self.next.fetch_add(1, Ordering::Relaxed);
                Arc::from(format!("{:016x}-{count:x}", self.run))
            }
        }
    }
}

/// What every call must pass.
#[derive(Clone)]
pub(super) struct Checks {
    /// Who may call.
    pub(super) gate: Arc<Gate>,
    /// Room for requests.
    pub(super) inbound: Arc<Inbound>,
    /// How long a call other than a stream may take.
    pub(super) max_call_time: Duration,
}

/// Puts [`CallService`] around the services.
#[derive(Clone)]
pub(super) struct CallLayer {
    ids: Arc<RequestIds>,
    draining: watch::Receiver<bool>,
    telemetry: Telemetry,
    checks: Checks,
}

impl CallLayer {
    /// A layer that refuses calls once `draining` is true.
    pub(super) fn new(draining: watch::Receiver<bool>, telemetry: Telemetry, checks: Checks) -> Self {
        Self { ids: Arc::new(RequestIds::new()), draining, telemetry, checks }
    }
}

impl<S> Layer<S> for CallLayer {
    type Service = CallService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CallService { inner, layer: self.clone() }
    }
}

/// See the module.
#[derive(Clone)]
pub(super) struct CallService<S> {
    inner: S,
    layer: CallLayer,
}

impl<S> Service<Request<Body>> for CallService<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let request_id = self.layer.ids.take(request.headers());
        let begun = Instant::now();
        let path = request.uri().path();
        let Checks { gate, inbound, max_call_time } = &self.layer.checks;
        let is_bounded = path.starts_with(OWN_SERVICES) && !path.ends_with(STREAMS);
        let timeout = timeout(request.headers()).map(|timeout| timeout.saturating_sub(DEADLINE_MARGIN));
        let longest = is_bounded.then_some(*max_call_time);
        let deadline =
            timeout.into_iter().chain(longest).min().and_then(|timeout| begun.checked_add(timeout));
        let passed = gate.pass(path, request.headers());
        let inbound = inbound.share();
        let Telemetry { metrics, traces } = &self.layer.telemetry;
        let span = traces.call(request.uri().path(), request.headers());
        let caller = passed.as_ref().ok().cloned().flatten();
        let call =
            Call { request_id, deadline, span: span.clone(), caller, inbound: Some(Arc::clone(&inbound)) };
        let received = Arc::new(AtomicU64::new(0));
        let record = Record {
            method: request.uri().path().to_owned(),
            request_id: Arc::clone(&call.request_id),
            begun,
            received: Arc::clone(&received),
            sent: 0,
            code: None,
            metrics: Arc::clone(metrics),
            span,
        };
        let is_refused = *self.layer.draining.borrow() && record.is_own();
        request.extensions_mut().insert(call.clone());
        let request = request.map(|body| Body::new(Counted { body, received, inbound }));
        // The service that was asked whether it is ready is the one to be called.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let answer = async {
                if is_refused {
                    return call.status(&Failure::Draining).into_http();
                }
                if let Err(failure) = passed {
                    return call.status(&failure).into_http();
                }
                let handled = guarded(async move { inner.call(request).await });
                let handled = match deadline {
                    Some(deadline) => match tokio::time::timeout_at(deadline.into(), handled).await {
                        Ok(handled) => handled,
                        Err(_) => return call.status(&Failure::Deadline).into_http(),
                    },
                    None => handled.await,
                };
                match handled {
                    Ok(Ok(response)) => response,
                    Err(_) => call.status(&Failure::Internal("panic in a handler".to_owned())).into_http(),
                }
            };
            let response = in_our_codes(answer.await);
            Ok(finished(response, record))
        })
    }
}

/// Replaces a status that tonic made by ours.
fn in_our_codes(response: Response<Body>) -> Response<Body> {
    match Status::from_header_map(response.headers()).as_ref().and_then(translated) {
        Some(status) => status.into_http(),
        None => response,
    }
}

/// Adds the request id, and the log line at the end of the body.
fn finished(mut response: Response<Body>, mut record: Record) -> Response<Body> {
    if let Ok(id) = HeaderValue::from_str(&record.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    record.code = code(response.headers());
    response.map(|body| Body::new(Recorded { body, record: Some(record) }))
}

/// The status code among headers or trailers.
fn code(headers: &HeaderMap) -> Option<Code> {
    Some(Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes()))
}

/// Reads `grpc-timeout`: at most eight digits and a unit. What is malformed counts as absent, as in tonic.
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

/// What the log says of one call.
struct Record {
    method: String,
    request_id: Arc<str>,
    begun: Instant,
    received: Arc<AtomicU64>,
    sent: u64,
    code: Option<Code>,
    metrics: Arc<Metrics>,
    span: CallSpan,
}

impl Record {
    /// Whether the call is for one of our services rather than health or reflection.
    fn is_own(&self) -> bool {
        self.method.starts_with(OWN_SERVICES)
    }

    fn log(self) {
        let is_own = self.is_own();
        let Self { method, request_id, begun, received, sent, code, metrics, span } = self;
        let duration = begun.elapsed();
        let duration_ms = duration.as_secs_f64() * 1e3;
        let request_bytes = received.load(Ordering::Relaxed);
        // A body that is dropped before its end had nobody to read it.
        let code = code.unwrap_or(Code::Cancelled);
        metrics.called(&method, code, duration);
        span.end(code, &request_id);
        let trace_id = span.trace_id();
        let trace_id = trace_id.as_deref();
        // The path is the caller's and may be of any length; ours are known.
        let method: String = method.chars().take(100).collect();
        let request_id = &*request_id;
        if is_own {
            tracing::info!(
                method,
                ?code,
                duration_ms,
                request_bytes,
                response_bytes = sent,
                request_id,
                trace_id,
                "call"
            );
        } else {
            tracing::debug!(
                method,
                ?code,
                duration_ms,
                request_bytes,
                response_bytes = sent,
                request_id,
                trace_id,
                "call"
            );
        }
    }
}

/// A request body that counts its bytes, and ends where there is no room for more.
struct Counted {
    body: Body,
    received: Arc<AtomicU64>,
    inbound: Arc<Share>,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.received.fetch_add(data.remaining() as u64, Ordering::Relaxed);
            if !self.inbound.take(data.remaining()) {
                return Poll::Ready(Some(Err(full(&self.inbound).status(""))));
            }
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response body that logs the call when it ends or is dropped.
struct Recorded {
    body: Body,
    record: Option<Record>,
}

impl http_body::Body for Recorded {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(record) = &mut self.record {
            match &polled {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        record.sent += data.remaining() as u64;
                    }
                    if let Some(trailers) = frame.trailers_ref() {
                        record.code = code(trailers);
                    }
                }
                Some(Err(status)) => record.code = Some(status.code()),
                None => {}
            }
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        if let Some(record) = self.record.take() {
            record.log();
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::super::trace::Traces;
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn timeouts_are_read() {
        let read = |value| timeout(&headers("grpc-timeout", value));
        assert_eq!(read("200m"), Some(Duration::from_millis(200)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        assert_eq!(read("7n"), Some(Duration::from_nanos(7)));
        for bad in ["", "5", "S", "-1S", "123456789S", "5 S", "5x", "1e3m"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn request_ids_are_taken_over_or_made_up() {
        let ids = RequestIds::new();
        assert_eq!(&*ids.take(&headers(REQUEST_ID, "job-7/3")), "job-7/3");
        let mut made: Vec<Arc<str>> = vec![ids.take(&HeaderMap::new())];
        for unfit in ["", "two words", &"x".repeat(129)] {
            made.push(ids.take(&headers(REQUEST_ID, unfit)));
        }
        for (index, id) in made.iter().enumerate() {
            assert_eq!(id.len(), 18, "{id}");
            assert!(!made[..index].contains(id));
        }
    }

    /// Answers, or panics on demand.
    #[derive(Clone)]
    struct Handler;

    impl Service<Request<Body>> for Handler {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<Body>) -> Self::Future {
            Box::pin(async move {
                assert!(request.uri().path() != "/wenmai.v1.A/Panic", "on purpose");
                Ok(Status::not_found("handled").into_http())
            })
        }
    }

    async fn answered(draining: bool, path: &str) -> Status {
        let (_drain, draining) = watch::channel(draining);
        let request = Request::post(path).body(Body::empty()).unwrap();
        let telemetry = Telemetry { metrics: Arc::new(Metrics::new().unwrap()), traces: Traces::default() };
        let checks = Checks {
            gate: Arc::new(Gate::open(&crate::config::Auth::default()).unwrap()),
            inbound: Inbound::new(1000),
            max_call_time: Duration::from_secs(60),
        };
        let response =
            CallLayer::new(draining, telemetry, checks).layer(Handler).call(request).await.unwrap();
        assert!(response.headers().contains_key(REQUEST_ID));
        Status::from_header_map(response.headers()).unwrap()
    }

    #[tokio::test]
    async fn new_calls_are_refused_while_draining_but_health_goes_on() {
        assert_eq!(answered(false, "/wenmai.v1.DocumentService/Analyze").await.message(), "handled");
        let status = answered(true, "/wenmai.v1.DocumentService/Analyze").await;
        assert_eq!(status.code(), Code::Unavailable);
        assert_eq!(status.get_details_error_info().unwrap().reason, "DRAINING");
        assert_eq!(answered(true, "/grpc.health.v1.Health/Check").await.message(), "handled");
    }

    #[tokio::test]
    async fn a_panic_in_a_handler_is_answered() {
        let status = answered(false, "/wenmai.v1.A/Panic").await;
        assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"));
    }
}
