//! Read-only facts about what is being served.

use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use tonic::Request;
use tonic::Response;
use tonic::Status;

use super::call::Call;
use super::registry::Registry;
use super::status::Failure;
use crate::config::Limits;
use crate::config::MAX_DOCUMENT_ID_BYTES;
use crate::wire::Refusal;
use crate::wire::options::selector;
use crate::wire::pb;
use crate::wire::pb::model_service_server::ModelService;

/// Models of one page when the caller names no number, and at most.
const DEFAULT_PAGE: usize = 50;
const MAX_PAGE: usize = 1000;

/// The service.
pub(super) struct Models {
    pub(super) registry: Arc<Registry>,
    pub(super) limits: Limits,
    /// Bytes of text in work at once.
    pub(super) max_admitted_bytes: usize,
    /// How long a call other than a stream may take.
    pub(super) max_call_time: Duration,
    pub(super) started_at: SystemTime,
}

/// A limit for callers; the configuration holds all of them below 4 GiB.
fn limit(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[tonic::async_trait]
impl ModelService for Models {
    async fn get_server_info(
        &self,
        _: Request<pb::GetServerInfoRequest>,
    ) -> Result<Response<pb::GetServerInfoResponse>, Status> {
        let Limits {
            max_document_bytes,
            max_batch_documents,
            max_request_bytes,
            max_response_bytes,
            max_in_flight_per_stream,
        } = self.limits;
        Ok(Response::new(pb::GetServerInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_revision: option_env!("WENMAI_GIT_REVISION").unwrap_or_default().to_owned(),
            limits: Some(pb::Limits {
                max_document_bytes: limit(max_document_bytes),
                max_batch_documents: limit(max_batch_documents),
                max_request_bytes: limit(max_request_bytes),
                max_in_flight_per_stream: limit(max_in_flight_per_stream),
                max_response_bytes: limit(max_response_bytes),
                max_document_id_bytes: limit(MAX_DOCUMENT_ID_BYTES),
                max_admitted_bytes: self.max_admitted_bytes as u64,
                max_call_time: prost_types::Duration::try_from(self.max_call_time).ok(),
            }),
            started_at: Some(self.started_at.into()),
        }))
    }

    async fn get_model(
        &self,
        request: Request<pb::GetModelRequest>,
    ) -> Result<Response<pb::GetModelResponse>, Status> {
        let call = Call::of(&request);
        let pb::GetModelRequest { model } = request.into_inner();
        let model = self.registry.resolve(&selector(model)).map_err(|failure| call.status(&failure))?;
        Ok(Response::new(pb::GetModelResponse {
            model: Some(model.describe(self.registry.aliases_of(&model))),
        }))
    }

    async fn list_models(
        &self,
        request: Request<pb::ListModelsRequest>,
    ) -> Result<Response<pb::ListModelsResponse>, Status> {
        let call = Call::of(&request);
        let pb::ListModelsRequest { page_size, page_token } = request.into_inner();
        let begin = match page_token.as_str() {
            "" => 0,
            token => token.parse::<usize>().map_err(|_| {
                let refusal = Refusal::one("page_token", "is none that this server gave out");
                call.status(&Failure::Refused(refusal))
            })?,
        };
        let size = if page_size == 0 { DEFAULT_PAGE } else { (page_size as usize).min(MAX_PAGE) };
        let all = self.registry.describe();
        let end = begin.saturating_add(size);
        // Between two pages models may come and go; then one is seen twice or not at all.
        let next_page_token = if end < all.len() { end.to_string() } else { String::new() };
        let models = all.into_iter().skip(begin).take(size).collect();
        Ok(Response::new(pb::ListModelsResponse { models, next_page_token }))
    }
}
