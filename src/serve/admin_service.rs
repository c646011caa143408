//! Changing the models of the running server.

use std::sync::Arc;

use tonic::Request;
use tonic::Response;
use tonic::Status;

use super::call::Call;
use super::catalog::Catalog;
use super::metrics::Metrics;
use super::metrics::Reload;
use super::registry::Registry;
use super::status::Failure;
use crate::bundle::reader::is_name;
use crate::wire::Refusal;
use crate::wire::pb;
use crate::wire::pb::admin_service_server::AdminService;

/// The service.
#[derive(Clone)]
pub(super) struct Admin {
    pub(super) registry: Arc<Registry>,
    /// The model directory, where there is one.
    pub(super) catalog: Option<Arc<Catalog>>,
    pub(super) metrics: Arc<Metrics>,
}

impl Admin {
    async fn load(&self, request: pb::LoadModelRequest) -> Result<pb::Model, Failure> {
        let pb::LoadModelRequest { path, expected_digest } = request;
        let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !expected_digest.is_empty() && !is_digest(&expected_digest) {
            let refusal = Refusal::one("expected_digest", "must be 64 hexadecimal digits");
            return Err(Failure::Refused(refusal));
        }
        let Some(catalog) = self.catalog.clone() else {
            return Err(Failure::Precondition(
                "NO_MODEL_DIRECTORY",
                "this server was started without a model directory".to_owned(),
            ));
        };
        // On a thread of its own: it reads files and computes for a while. It goes on when the caller leaves, so that
        // asking again finds the model loaded.
        let loading = tokio::task::spawn_blocking(move || {
            catalog.checked(&path)?;
            catalog.load(&path, &expected_digest)
        });
        let model =
            loading.await.map_err(|_| Failure::Internal("panic while loading a model".to_owned()))??;
        Ok(model.describe(self.registry.aliases_of(&model)))
    }

    async fn move_alias(&self, request: pb::SetAliasRequest) -> Result<String, Failure> {
        let pb::SetAliasRequest { name, alias, version } = request;
        if !is_name(&alias) {
            let rule = "must be 1 to 64 letters, digits, '.', '_', '+' or '-'";
            return Err(Failure::Refused(Refusal::one("alias", rule)));
        }
        require(&[("name", &name), ("version", &version)])?;
        let previous = self.registry.set_alias(&name, &alias, &version)?;
        if previous != version {
            self.metrics.reloaded(Reload::Moved);
        }
        tracing::info!(name, alias, version, previous, "alias moved");
        if let Some(catalog) = self.catalog.clone() {
            match tokio::task::spawn_blocking(move || catalog.keep_aliases()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the aliases could not be kept in the model directory; the next start will \
                                            not know of this move");
                }
                Err(_) => tracing::error!("keeping the aliases failed by a fault of the program"),
            }
        }
        Ok(previous)
    }

    fn unload(&self, request: &pb::UnloadModelRequest) -> Result<(), Failure> {
        let pb::UnloadModelRequest { name, version } = request;
        require(&[("name", name), ("version", version)])?;
        self.registry.remove(name, version)?;
        self.metrics.reloaded(Reload::Unloaded);
        tracing::info!(name, version, "model unloaded");
        Ok(())
    }

    fn begin_shadow(&self, request: &pb::StartShadowRequest) -> Result<(), Failure> {
        let pb::StartShadowRequest { name, version, sample_ratio } = request;
        require(&[("name", name), ("version", version)])?;
        // What is not a number fails both comparisons.
        if !(*sample_ratio > 0.0 && *sample_ratio <= 1.0) {
            return Err(Failure::Refused(Refusal::one("sample_ratio", "must be above 0 and at most 1")));
        }
        self.registry.start_shadow(name, version, *sample_ratio)?;
        tracing::info!(name, version, sample_ratio, "shadow started");
        Ok(())
    }
}

/// Refuses a request in which a field is empty, naming all of them.
fn require(fields: &[(&str, &str)]) -> Result<(), Failure> {
    let missing = fields.iter().filter(|(_, value)| value.is_empty());
    let refusals = missing.map(|(field, _)| Refusal::one(*field, "must be set"));
    refusals.reduce(Refusal::and).map_or(Ok(()), |refusal| Err(Failure::Refused(refusal)))
}

#[tonic::async_trait]
impl AdminService for Admin {
    async fn load_model(
        &self,
        request: Request<pb::LoadModelRequest>,
    ) -> Result<Response<pb::LoadModelResponse>, Status> {
        let call = Call::of(&request);
        let model = self.load(request.into_inner()).await.map_err(|failure| call.status(&failure))?;
        Ok(Response::new(pb::LoadModelResponse { model: Some(model) }))
    }

    async fn unload_model(
        &self,
        request: Request<pb::UnloadModelRequest>,
    ) -> Result<Response<pb::UnloadModelResponse>, Status> {
        let call = Call::of(&request);
        self.unload(request.get_ref()).map_err(|failure| call.status(&failure))?;
        Ok(Response::new(pb::UnloadModelResponse {}))
    }

    async fn set_alias(
        &self,
        request: Request<pb::SetAliasRequest>,
    ) -> Result<Response<pb::SetAliasResponse>, Status> {
        let call = Call::of(&request);
        let moved = self.move_alias(request.into_inner()).await;
        let previous_version = moved.map_err(|failure| call.status(&failure))?;
        Ok(Response::new(pb::SetAliasResponse { previous_version }))
    }

    async fn start_shadow(
        &self,
        request: Request<pb::StartShadowRequest>,
    ) -> Result<Response<pb::StartShadowResponse>, Status> {
        let call = Call::of(&request);
        self.begin_shadow(request.get_ref()).map_err(|failure| call.status(&failure))?;
        Ok(Response::new(pb::StartShadowResponse {}))
    }

    async fn get_shadow(
        &self,
        request: Request<pb::GetShadowRequest>,
    ) -> Result<Response<pb::GetShadowResponse>, Status> {
        let call = Call::of(&request);
        let pb::GetShadowRequest { name } = request.get_ref();
        let found = self.registry.shadow(name).and_then(|shadow| {
            shadow.ok_or_else(|| {
                Failure::Precondition("NO_SHADOW", format!("no comparison of model {name} is running"))
            })
        });
        Ok(Response::new(found.map_err(|failure| call.status(&failure))?.describe()))
    }

    async fn stop_shadow(
        &self,
        request: Request<pb::StopShadowRequest>,
    ) -> Result<Response<pb::StopShadowResponse>, Status> {
        let call = Call::of(&request);
        self.registry.stop_shadow(&request.get_ref().name).map_err(|failure| call.status(&failure))?;
        Ok(Response::new(pb::StopShadowResponse {}))
    }
}
