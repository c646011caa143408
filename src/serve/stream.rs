//! Documents in, outcomes out, for as long as the caller likes.
//!
//! ```text
//! inbound ─reader→ window → place → pool ─outcomes→ writer → outbound
//! ```
//!
//! Reader and writer run side by side in one task. The window bounds what was read and not yet written, so a caller
//! that does not read its results is not read from either.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::collections::VecDeque;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::Streaming;

use super::call::Call;
use super::call::guarded;
use super::document_service::Documents;
use super::document_service::cost;
use super::document_service::metadata;
use super::document_service::result;
use super::metrics::DocumentOutcome;
use super::model::Model;
use super::pool::Place;
use super::status::Failure;
use super::status::translated;
use super::task::Done;
use super::task::Reply;
use super::task::Timing;
use crate::wire::Plan;
use crate::wire::Refusal;
use crate::wire::document;
use crate::wire::pb;
use crate::wire::pb::stream_analyze_request::Message as In;
use crate::wire::pb::stream_analyze_response::Message as Out;
use crate::wire::request;
use crate::wire::request::StreamPlan;

/// Messages that wait to be written to the connection.
const OUTBOUND: usize = 4;

/// Latest document ids that are remembered in order to refuse one that comes again.
const REMEMBERED_IDS: usize = 65_536;

type Outbound = mpsc::Sender<Result<pb::StreamAnalyzeResponse, Status>>;

/// Starts answering a stream.
pub(super) fn answer(
    documents: Documents,
    call: Call,
    inbound: Streaming<pb::StreamAnalyzeRequest>,
) -> ReceiverStream<Result<pb::StreamAnalyzeResponse, Status>> {
    let (outbound, answers) = mpsc::channel(OUTBOUND);
    tokio::spawn(async move {
        let conversation = guarded(converse(&documents, &call, inbound, &outbound));
        let late = async {
            match call.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            ended = conversation => match ended {
                Ok(ended) => ended,
                Err(_) => Err(call.status(&Failure::Internal("panic in a stream".to_owned()))),
            },
            () = late => Err(call.status(&Failure::Deadline)),
            // Dropping the conversation stops what is still being analysed.
            () = outbound.closed() => return,
        };
        if let Err(status) = ended {
            // A caller that no longer reads is not waited for beyond its own leaving.
            let _ = outbound.send(Err(status)).await;
        }
    });
    ReceiverStream::new(answers)
}

/// The whole stream, from the configuration to the summary.
async fn converse(
    documents: &Documents,
    call: &Call,
    mut inbound: Streaming<pb::StreamAnalyzeRequest>,
    outbound: &Outbound,
) -> Result<(), Status> {
    let (model, StreamPlan { plan, ordered, max_in_flight }) =
        configuration(documents, call, &mut inbound).await?;
    send(
        outbound,
        Out::Started(pb::StreamStarted {
            metadata: Some(metadata(call, &model, None)),
            max_in_flight: u32::try_from(max_in_flight).unwrap_or(u32::MAX),
        }),
    )
    .await?;
    let (outcomes, finished) = mpsc::unbounded_channel();
    let flights = Flights::default();
    let reader =
        Reader { documents, call, model: &model, plan: &Arc::new(plan), flights: &flights, outcomes };
    let window = Arc::new(Semaphore::new(max_in_flight));
    let (end, summary) =
        tokio::join!(reader.read(inbound, window), write(call, &flights, ordered, finished, outbound));
    let mut summary = summary?;
    summary.draining = end? == End::Draining;
    send(outbound, Out::Summary(summary)).await
}

/// Reads the first message.
async fn configuration(
    documents: &Documents,
    call: &Call,
    inbound: &mut Streaming<pb::StreamAnalyzeRequest>,
) -> Result<(Arc<Model>, StreamPlan), Status> {
    let mut draining = documents.draining.clone();
    let first = tokio::select! {
        first = next(inbound) => first?.and_then(|request| request.message),
        _ = draining.wait_for(|draining| *draining) => return Err(call.status(&Failure::Draining)),
    };
    let Some(In::Config(config)) = first else {
        let refusal = Refusal::one("config", "must be the first message of a stream");
        return Err(call.status(&Failure::Refused(refusal)));
    };
    let common = config.common.clone();
    let read = documents.read(common.as_ref(), |rules| request::stream(config, rules));
    read.map_err(|failure| call.status(&failure))
}

/// The next message; tonic's own refusals in our codes.
async fn next(
    inbound: &mut Streaming<pb::StreamAnalyzeRequest>,
) -> Result<Option<pb::StreamAnalyzeRequest>, Status> {
    inbound.message().await.map_err(|status| translated(&status).unwrap_or(status))
}

async fn send(outbound: &Outbound, message: Out) -> Result<(), Status> {
    let answer = pb::StreamAnalyzeResponse { message: Some(message) };
    outbound.send(Ok(answer)).await.map_err(|_| Status::cancelled("the caller left"))
}

/// Why no more documents are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The caller sent all it had.
    Complete,
    /// The server is stopping.
    Draining,
}

/// Documents that were read and not yet written, by index: the caller's key, and a permit of the window.
#[derive(Default)]
struct Flights(Mutex<BTreeMap<u64, (String, OwnedSemaphorePermit)>>);

impl Flights {
    fn depart(&self, index: u64, id: String, permit: OwnedSemaphorePermit) {
        let mut aloft = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        aloft.insert(index, (id, permit));
    }

    fn land(&self, index: u64) -> Option<(String, OwnedSemaphorePermit)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&index)
    }
}

/// What reads documents and hands them to the pool.
struct Reader<'a> {
    documents: &'a Documents,
    call: &'a Call,
    model: &'a Model,
    plan: &'a Arc<Plan>,
    flights: &'a Flights,
    outcomes: mpsc::UnboundedSender<(u64, Done)>,
}

impl Reader<'_> {
    /// Reads until the caller has no more or the server drains. Outcomes end when this and all tasks have ended.
    async fn read(
        self,
        mut inbound: Streaming<pb::StreamAnalyzeRequest>,
        window: Arc<Semaphore>,
    ) -> Result<End, Status> {
        let mut draining = self.documents.draining.clone();
        let mut ids = Ids::default();
        for index in 0.. {
            let read = async {
                let permit = Arc::clone(&window).acquire_owned().await;
                Ok::<_, Status>((permit, next(&mut inbound).await?))
            };
            let (permit, request) = tokio::select! {
                biased;
                // An error means that the server is gone already.
                _ = draining.wait_for(|draining| *draining) => return Ok(End::Draining),
                read = read => read?,
            };
            let (Ok(permit), Some(request)) = (permit, request) else { return Ok(End::Complete) };
            match request.message {
                Some(In::Document(document)) => self.take(index, document, permit, &mut ids).await,
                Some(In::Config(_)) => return Err(self.refused("config", "must be sent once only")),
                None => return Err(self.refused("document", "must be set")),
            }
        }
        Ok(End::Complete)
    }

    fn refused(&self, field: &str, message: &str) -> Status {
        self.call.status(&Failure::Refused(Refusal::one(field, message)))
    }

    /// Waits for room for one document, at the rate of the caller's key.
    async fn admit(&self, cost: usize) -> Result<Place, Failure> {
        self.call.hold(cost)?;
        self.call.pace(cost).await;
        let place = self.documents.pool.admit(cost).await;
        self.call.received();
        place
    }

    /// Takes one document on, or notes why not.
    async fn take(&self, index: u64, document: pb::Document, permit: OwnedSemaphorePermit, ids: &mut Ids) {
        let id = document.id.clone();
        let mut accepted = document::accept(Some(document), self.plan, &self.documents.limits);
        if !id.is_empty() && !ids.insert(&id) {
            accepted = Err(request::duplicate_id(accepted.err()));
        }
        self.flights.depart(index, id, permit);
        let sender = self.outcomes.clone();
        let failure = match accepted {
            Err(refusal) => {
                self.documents.metrics.document(DocumentOutcome::Refused);
                Failure::Refused(refusal)
            }
            Ok(accepted) => match self.admit(cost(&accepted)).await {
                Ok(place) => {
                    let reply = Reply::Stream { index, sender };
                    let Self { documents, call, model, plan, .. } = self;
                    documents.submit(place, call, model, plan, index, accepted, reply);
                    return;
                }
                Err(failure) => failure,
            },
        };
        let done = Done { result: Err(failure), timing: Timing::default() };
        Reply::Stream { index, sender }.send(done);
    }
}

/// Writes outcomes, in the order of the documents or as they come, and counts them.
async fn write(
    call: &Call,
    flights: &Flights,
    ordered: bool,
    mut finished: mpsc::UnboundedReceiver<(u64, Done)>,
    outbound: &Outbound,
) -> Result<pb::StreamSummary, Status> {
    let mut summary = pb::StreamSummary::default();
    let mut early: BTreeMap<u64, Done> = BTreeMap::new();
    while let Some((index, done)) = finished.recv().await {
        early.insert(index, done);
        while let Some(first) = early.first_entry()
            && (!ordered || *first.key() == summary.document_count)
        {
            let (index, Done { result: outcome, timing: _ }) = first.remove_entry();
            let Some((id, permit)) = flights.land(index) else { continue };
            // The deadline is that of the stream, not of one document.
            if let Err(failure @ (Failure::Deadline | Failure::Cancelled)) = outcome {
                return Err(call.status(&failure));
            }
            summary.document_count += 1;
            summary.failed_count += u64::from(outcome.is_err());
            send(outbound, Out::Result(result(call, id, index, outcome))).await?;
            drop(permit);
        }
    }
    Ok(summary)
}

/// The latest document ids of a stream, as keyed hashes: memory stays bounded however long stream and ids are.
#[derive(Default)]
struct Ids {
    hashers: (RandomState, RandomState),
    seen: HashSet<(u64, u64)>,
    order: VecDeque<(u64, u64)>,
}

impl Ids {
    /// Whether the id is new.
    fn insert(&mut self, id: &str) -> bool {
        let key = (self.hashers.0.hash_one(id), self.hashers.1.hash_one(id));
        if !self.seen.insert(key) {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_forgotten_after_a_while_only() {
        let mut ids = Ids::default();
        assert!(ids.insert("first"));
        assert!(!ids.insert("first"));
        for index in 0..REMEMBERED_IDS {
            assert!(ids.insert(&index.to_string()));
        }
        assert!(ids.insert("first"));
        assert_eq!(ids.seen.len(), REMEMBERED_IDS);
    }
}
