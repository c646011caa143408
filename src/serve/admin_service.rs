//! Changing the running server: not offered yet, and said so.

use tonic::Request;
use tonic::Response;
use tonic::Status;

use crate::wire::pb;
use crate::wire::pb::admin_service_server::AdminService;

/// Refuses every method.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admin;

fn not_offered<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("this server offers no administration"))
}

#[tonic::async_trait]
impl AdminService for Admin {
    async fn load_model(
        &self,
        _: Request<pb::LoadModelRequest>,
    ) -> Result<Response<pb::LoadModelResponse>, Status> {
        not_offered()
    }

    async fn unload_model(
        &self,
        _: Request<pb::UnloadModelRequest>,
    ) -> Result<Response<pb::UnloadModelResponse>, Status> {
        not_offered()
    }

    async fn set_alias(
        &self,
        _: Request<pb::SetAliasRequest>,
    ) -> Result<Response<pb::SetAliasResponse>, Status> {
        not_offered()
    }

    async fn start_shadow(
        &self,
        _: Request<pb::StartShadowRequest>,
    ) -> Result<Response<pb::StartShadowResponse>, Status> {
        not_offered()
    }

    async fn get_shadow(
        &self,
        _: Request<pb::GetShadowRequest>,
    ) -> Result<Response<pb::GetShadowResponse>, Status> {
        not_offered()
    }

    async fn stop_shadow(
        &self,
        _: Request<pb::StopShadowRequest>,
    ) -> Result<Response<pb::StopShadowResponse>, Status> {
        not_offered()
    }
}
