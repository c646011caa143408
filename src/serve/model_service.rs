//! Read-only facts about what is being served.

use std::sync::Arc;
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

/// The service.
pub(super) struct Models {
    pub(super) registry: Arc<Registry>,
    pub(super) limits: Limits,
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
        Ok(Response::new(pb::GetModelResponse { model: Some(model.describe()) }))
    }

    async fn list_models(
        &self,
        request: Request<pb::ListModelsRequest>,
    ) -> Result<Response<pb::ListModelsResponse>, Status> {
        let call = Call::of(&request);
        // One page holds all models there can be, whatever its size.
        let pb::ListModelsRequest { page_size: _, page_token } = request.into_inner();
        if !page_token.is_empty() {
            let refusal = Refusal::one("page_token", "is none that this server gave out");
            return Err(call.status(&Failure::Refused(refusal)));
        }
        let models = self.registry.models().map(|model| model.describe()).collect();
        Ok(Response::new(pb::ListModelsResponse { models, next_page_token: String::new() }))
    }
}
