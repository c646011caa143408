//! Analysis of documents.

use std::sync::Arc;
use std::time::Instant;

use prost::Message as _;
use tokio::sync::oneshot;
use tokio::sync::watch;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Request;
use tonic::Response;
use tonic::Status;
use tonic::Streaming;

use super::call::Call;
use super::lanes::Lane;
use super::metrics::DocumentOutcome;
use super::metrics::Metrics;
use super::model::Model;
use super::pool::Place;
use super::pool::Pool;
use super::registry::Registry;
use super::status::Failure;
use super::status::as_data;
use super::stream;
use super::task::Done;
use super::task::Reply;
use super::task::Task;
use super::task::Timing;
use super::task::size;
use crate::config::Compression;
use crate::config::DOCUMENT_OVERHEAD_BYTES;
use crate::config::Limits;
use crate::wire::Accepted;
use crate::wire::Plan;
use crate::wire::Refusal;
use crate::wire::options::Rules;
use crate::wire::options::Selector;
use crate::wire::options::selector;
use crate::wire::pb;
use crate::wire::pb::document_result::Outcome;
use crate::wire::pb::document_service_server::DocumentService;
use crate::wire::request;
use crate::wire::request::Entry;

/// Bytes of an answer beside the results in it: id, metadata, framing.
const RESPONSE_OVERHEAD_BYTES: usize = 4 * 1024;

/// Bytes of a list's answer that are kept for each document still to come beside its id, so that it can at least be told
/// that it does not fit.
const ERROR_RESULT_BYTES: usize = 256;

/// The service; clones share everything.
#[derive(Clone)]
pub(super) struct Documents {
    pub(super) registry: Arc<Registry>,
    pub(super) pool: Arc<Pool>,
    pub(super) limits: Limits,
    pub(super) draining: watch::Receiver<bool>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) compression: Arc<Compression>,
}

impl Documents {
    /// Finds the model and converts the request. What is wrong with the request comes before a model that is unknown,
    /// because the caller can only correct the former.
    pub(super) fn read<T>(
        &self,
        common: Option<&pb::CommonOptions>,
        convert: impl FnOnce(Rules<'_>) -> Result<T, Refusal>,
    ) -> Result<(Arc<Model>, T), Failure> {
        let wanted = common.map_or_else(Selector::default, |common| selector(common.model.clone()));
        let model = match self.registry.resolve(&wanted) {
            Err(Failure::Loading) => return Err(Failure::Loading),
            found => found,
        };
        let labels = model.as_ref().ok().and_then(|model| model.label_ids());
        let converted = convert(Rules { limits: &self.limits, labels }).map_err(Failure::Refused)?;
        Ok((model?, converted))
    }

    /// What is to be done with a document; `index` is its place in the call.
    fn task(
        &self,
        call: &Call,
        model: &Model,
        plan: &Arc<Plan>,
        index: u64,
        accepted: Accepted,
        reply: Reply,
    ) -> Box<Task> {
        Box::new(Task {
            engine: model.engine(),
            plan: Arc::clone(plan),
            accepted,
            deadline: call.deadline,
            admitted: Instant::now(),
            max_response_bytes: self.max_results_bytes(plan),
            reply,
            metrics: Arc::clone(&self.metrics),
            span: (call.span.clone(), index),
            shadow: self.registry.shadow_of(model),
        })
    }

    /// Hands a document to the pool; `index` is its place in the call.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a call knows and what a document knows meet here only"
    )]
    pub(super) fn submit(
        &self,
        place: Place,
        call: &Call,
        model: &Model,
        plan: &Arc<Plan>,
        index: u64,
        accepted: Accepted,
        reply: Reply,
    ) {
        self.pool.submit(place, self.task(call, model, plan, index, accepted, reply));
    }

    /// An answer to a single call; a short one is not worth compressing.
    fn response<T: prost::Message>(&self, answer: T) -> Response<T> {
        let is_short = answer.encoded_len() < self.compression.min_bytes;
        let mut response = Response::new(answer);
        if is_short {
            response.disable_compression();
        }
        response
    }

    /// Bytes that the results of one answer may have.
    fn max_results_bytes(&self, plan: &Plan) -> usize {
        let most = self.limits.max_response_bytes;
        plan.max_response_bytes.map_or(most, |bytes| bytes.min(most)).saturating_sub(RESPONSE_OVERHEAD_BYTES)
    }

    /// Waits for the answer to a call with one document.
    async fn one(
        &self,
        call: &Call,
        model: &Model,
        plan: Plan,
        accepted: Accepted,
    ) -> Result<(pb::Analysis, pb::ResponseMetadata), Failure> {
        let cost = cost(&accepted);
        let place = self.pool.try_admit(Lane::Single, &[cost], call.deadline)?.pop().ok_or_else(lost)?;
        call.charge(cost)?;
        call.received();
        let (reply, outcome) = oneshot::channel();
        let task = self.task(call, model, &Arc::new(plan), 0, accepted, Reply::Once(reply));
        self.pool.perform_or_submit(place, task, call.calls());
        let Done { result, timing } = outcome.await.map_err(|_| lost())?;
        Ok((result?, metadata(call, model, Some(timing))))
    }

    async fn analyze_one(
        &self,
        call: &Call,
        request: pb::AnalyzeRequest,
    ) -> Result<pb::AnalyzeResponse, Failure> {
        let common = request.common.clone();
        let (model, (plan, accepted)) =
            self.read(common.as_ref(), |rules| request::analyze(request, rules))?;
        let document_id = accepted.document.id.clone();
        let (analysis, metadata) = self.one(call, &model, plan, accepted).await?;
        Ok(pb::AnalyzeResponse { document_id, analysis: Some(analysis), metadata: Some(metadata) })
    }

    async fn classify_one(
        &self,
        call: &Call,
        request: pb::ClassifyRequest,
    ) -> Result<pb::ClassifyResponse, Failure> {
        let common = request.common.clone();
        let (model, (plan, accepted)) =
            self.read(common.as_ref(), |rules| request::classify(request, rules))?;
        let document_id = accepted.document.id.clone();
        let (analysis, metadata) = self.one(call, &model, plan, accepted).await?;
        let pb::Analysis { classification, extraction: _, clean_text, stats, warnings } = analysis;
        Ok(pb::ClassifyResponse {
            document_id,
            classification,
            clean_text,
            stats,
            warnings,
            metadata: Some(metadata),
        })
    }

    async fn extract_one(
        &self,
        call: &Call,
        request: pb::ExtractRequest,
    ) -> Result<pb::ExtractResponse, Failure> {
        let common = request.common.clone();
        let (model, (plan, accepted)) =
            self.read(common.as_ref(), |rules| request::extract(request, rules))?;
        let document_id = accepted.document.id.clone();
        let (analysis, metadata) = self.one(call, &model, plan, accepted).await?;
        let pb::Analysis { classification: _, extraction, clean_text, stats, warnings } = analysis;
        Ok(pb::ExtractResponse {
            document_id,
            extraction,
            clean_text,
            stats,
            warnings,
            metadata: Some(metadata),
        })
    }

    async fn analyze_list(
        &self,
        call: &Call,
        request: pb::BatchAnalyzeRequest,
    ) -> Result<pb::BatchAnalyzeResponse, Failure> {
        let common = request.common.clone();
        let (model, (plan, entries)) = self.read(common.as_ref(), |rules| request::batch(request, rules))?;
        let plan = Arc::new(plan);
        let costs: Vec<usize> =
            entries.iter().filter_map(|entry| entry.document.as_ref().ok()).map(cost).collect();
        let mut places = self.pool.try_admit(Lane::List, &costs, call.deadline)?.into_iter();
        call.charge(costs.iter().sum())?;
        call.received();
        // All documents are handed over before the first is waited for; dropping the receivers stops what is left.
        let mut waiting = Vec::with_capacity(entries.len());
        for (index, Entry { id, document }) in (0..).zip(entries) {
            let pending = match document {
                Ok(accepted) => {
                    let place = places.next().ok_or_else(lost)?;
                    let (reply, outcome) = oneshot::channel();
                    self.submit(place, call, &model, &plan, index, accepted, Reply::Once(reply));
                    Ok(outcome)
                }
                Err(refusal) => {
                    self.metrics.document(DocumentOutcome::Refused);
                    Err(Failure::Refused(refusal))
                }
            };
            waiting.push((id, pending));
        }
        let mut timing = Timing::default();
        let limit = self.max_results_bytes(&plan);
        let mut size = 0;
        let mut results = Vec::with_capacity(waiting.len());
        let mut kept: usize = waiting.iter().map(|(id, _)| id.len() + ERROR_RESULT_BYTES).sum();
        for (index, (id, pending)) in waiting.into_iter().enumerate() {
            let outcome = match pending {
                Ok(outcome) => {
                    let done = outcome.await.map_err(|_| lost())?;
                    timing.add(done.timing);
                    done.result
                }
                Err(failure) => Err(failure),
            };
            // The deadline is that of the call, and nobody is left to read the results of the others.
            if let Err(failure @ (Failure::Deadline | Failure::Cancelled)) = outcome {
                return Err(failure);
            }
            kept = kept.saturating_sub(id.len() + ERROR_RESULT_BYTES);
            let mut result = result(call, id, index as u64, outcome);
            let with = size + framed(&result) + kept;
            if with > limit {
                let failure = Failure::ResponseTooLarge { size: with, limit };
                result.outcome = Some(Outcome::Error(as_data(&call.status(&failure))));
            }
            size += framed(&result);
            if size > limit {
                return Err(Failure::ResponseTooLarge { size, limit });
            }
            results.push(result);
        }
        let is_error = |result: &&pb::DocumentResult| matches!(result.outcome, Some(Outcome::Error(_)));
        let failed_count = u32::try_from(results.iter().filter(is_error).count()).unwrap_or(u32::MAX);
        Ok(pb::BatchAnalyzeResponse {
            results,
            failed_count,
            metadata: Some(metadata(call, &model, Some(timing))),
        })
    }
}

/// What a document costs, in bytes.
pub(super) fn cost(accepted: &Accepted) -> usize {
    size(accepted).saturating_add(DOCUMENT_OVERHEAD_BYTES)
}

/// Bytes of a result in its list: tag and length stand before it.
fn framed(result: &pb::DocumentResult) -> usize {
    result.encoded_len() + 8
}

/// One document's outcome among others.
pub(super) fn result(
    call: &Call,
    document_id: String,
    index: u64,
    outcome: Result<pb::Analysis, Failure>,
) -> pb::DocumentResult {
    let outcome = match outcome {
        Ok(analysis) => Outcome::Analysis(analysis),
        Err(failure) => Outcome::Error(as_data(&call.status(&failure))),
    };
    pb::DocumentResult { document_id, index, outcome: Some(outcome) }
}

/// About an answer.
pub(super) fn metadata(call: &Call, model: &Model, timing: Option<Timing>) -> pb::ResponseMetadata {
    pb::ResponseMetadata {
        request_id: call.request_id.to_string(),
        model: Some(model.reference()),
        timing: timing.map(Timing::encode),
    }
}

/// A task ended without an answer, which it never should.
fn lost() -> Failure {
    Failure::Internal("a document was lost in the pool".to_owned())
}

#[tonic::async_trait]
impl DocumentService for Documents {
    type StreamAnalyzeStream = ReceiverStream<Result<pb::StreamAnalyzeResponse, Status>>;

    async fn classify(
        &self,
        request: Request<pb::ClassifyRequest>,
    ) -> Result<Response<pb::ClassifyResponse>, Status> {
        let call = Call::of(&request);
        let answer = self.classify_one(&call, request.into_inner()).await;
        answer.map(|answer| self.response(answer)).map_err(|failure| call.status(&failure))
    }

    async fn extract(
        &self,
        request: Request<pb::ExtractRequest>,
    ) -> Result<Response<pb::ExtractResponse>, Status> {
        let call = Call::of(&request);
        let answer = self.extract_one(&call, request.into_inner()).await;
        answer.map(|answer| self.response(answer)).map_err(|failure| call.status(&failure))
    }

    async fn analyze(
        &self,
        request: Request<pb::AnalyzeRequest>,
    ) -> Result<Response<pb::AnalyzeResponse>, Status> {
        let call = Call::of(&request);
        let answer = self.analyze_one(&call, request.into_inner()).await;
        answer.map(|answer| self.response(answer)).map_err(|failure| call.status(&failure))
    }

    async fn batch_analyze(
        &self,
        request: Request<pb::BatchAnalyzeRequest>,
    ) -> Result<Response<pb::BatchAnalyzeResponse>, Status> {
        let call = Call::of(&request);
        let answer = self.analyze_list(&call, request.into_inner()).await;
        answer.map(|answer| self.response(answer)).map_err(|failure| call.status(&failure))
    }

    async fn stream_analyze(
        &self,
        request: Request<Streaming<pb::StreamAnalyzeRequest>>,
    ) -> Result<Response<Self::StreamAnalyzeStream>, Status> {
        let call = Call::of(&request);
        Ok(Response::new(stream::answer(self.clone(), call, request.into_inner())))
    }
}
