//! `model load`, `unload`, `alias`, `shadow` and `list`: the models of a running server.

use tonic::transport::Channel;

use crate::cli::args::ModelAliasArgs;
use crate::cli::args::ModelListArgs;
use crate::cli::args::ModelLoadArgs;
use crate::cli::args::ModelUnloadArgs;
use crate::cli::args::ServerArgs;
use crate::cli::args::ShadowCommand;
use crate::cli::args::ShadowNameArgs;
use crate::cli::args::ShadowStartArgs;
use crate::cli::exit::Failure;
use crate::cli::table;
use crate::cli::table::Side;
use crate::cli::table::Table;
use crate::wire::pb;
use crate::wire::pb::admin_service_client::AdminServiceClient;
use crate::wire::pb::model_service_client::ModelServiceClient;

use super::connection::Connection;

/// Models of one page.
const PAGE: u32 = 100;

fn open(server: &ServerArgs) -> Result<(Connection, AdminServiceClient<Channel>), Failure> {
    let connection = Connection::open(&server.target, &server.access)?;
    let client = AdminServiceClient::new(connection.channel.clone());
    Ok((connection, client))
}

/// Lists what a server holds.
pub(in crate::cli) fn list(arguments: &ModelListArgs) -> Result<(), Failure> {
    let ModelListArgs { json, server } = arguments;
    let connection = Connection::open(&server.target, &server.access)?;
    let mut client = ModelServiceClient::new(connection.channel.clone());
    let mut models = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = connection.request(pb::ListModelsRequest { page_size: PAGE, page_token });
        let page = connection.call(client.list_models(request))?;
        models.extend(page.models);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if *json {
        let rows: Vec<serde_json::Value> = models.iter().map(row).collect();
        return table::print_json(&serde_json::Value::Array(rows));
    }
    let mut rows = Table::new(&[
        ("model", Side::Left),
        ("version", Side::Left),
        ("state", Side::Left),
        ("aliases", Side::Left),
        ("digest", Side::Left),
        ("failure", Side::Left),
    ]);
    for model in &models {
        let pb::ModelRef { name, version, digest } = model.r#ref.clone().unwrap_or_default();
        let digest = digest.chars().take(12).collect();
        rows.row([name, version, state(model), model.aliases.join(","), digest, model.failure.clone()]);
    }
    rows.print()
}

fn state(model: &pb::Model) -> String {
    let name = model.state().as_str_name();
    name.strip_prefix("MODEL_STATE_").unwrap_or(name).to_ascii_lowercase()
}

fn row(model: &pb::Model) -> serde_json::Value {
    let pb::ModelRef { name, version, digest } = model.r#ref.clone().unwrap_or_default();
    serde_json::json!({
        "name": name,
        "version": version,
        "digest": digest,
        "state": state(model),
        "aliases": model.aliases,
        "failure": model.failure,
    })
}

/// Loads a bundle beside what is running.
pub(in crate::cli) fn load(arguments: &ModelLoadArgs) -> Result<(), Failure> {
    let ModelLoadArgs { path, digest, server } = arguments;
    let (connection, mut client) = open(server)?;
    let expected_digest = digest.clone().unwrap_or_default();
    let request = connection.request(pb::LoadModelRequest { path: path.clone(), expected_digest });
    let model = connection.call(client.load_model(request))?.model.unwrap_or_default();
    let pb::ModelRef { name, version, digest } = model.r#ref.clone().unwrap_or_default();
    let aliases = if model.aliases.is_empty() { "no alias".to_owned() } else { model.aliases.join(", ") };
    table::print_line(&format!("{name} {version} is {}, named by {aliases}, digest {digest}", state(&model)))
}

/// Lets a version go.
pub(in crate::cli) fn unload(arguments: &ModelUnloadArgs) -> Result<(), Failure> {
    let ModelUnloadArgs { name, version, server } = arguments;
    let (connection, mut client) = open(server)?;
    let request = connection.request(pb::UnloadModelRequest { name: name.clone(), version: version.clone() });
    connection.call(client.unload_model(request))?;
    table::print_line(&format!("{name} {version} is given out no longer"))
}

/// Moves an alias, and says how to move it back.
pub(in crate::cli) fn alias(arguments: &ModelAliasArgs) -> Result<(), Failure> {
    let ModelAliasArgs { name, alias, version, server } = arguments;
    let (connection, mut client) = open(server)?;
    let request = connection.request(pb::SetAliasRequest {
        name: name.clone(),
        alias: alias.clone(),
        version: version.clone(),
    });
    let previous = connection.call(client.set_alias(request))?.previous_version;
    let line = match previous.as_str() {
        "" => format!("{alias} of {name} is new and names {version}"),
        same if same == version => format!("{alias} of {name} names {version}, as before"),
        previous => format!(
            "{alias} of {name} names {version} and no longer {previous}; \
             back again with: wenmai model alias {name} {alias} {previous} --target {}",
            server.target
        ),
    };
    table::print_line(&line)
}

/// Starts, shows or stops a comparison.
pub(in crate::cli) fn shadow(command: &ShadowCommand) -> Result<(), Failure> {
    match command {
        ShadowCommand::Start(ShadowStartArgs { name, version, ratio, server }) => {
            let (connection, mut client) = open(server)?;
            let request = connection.request(pb::StartShadowRequest {
                name: name.clone(),
                version: version.clone(),
                sample_ratio: *ratio,
            });
            connection.call(client.start_shadow(request))?;
            table::print_line(&format!(
                "{version} of {name} reads along on {:.0} % of the documents",
                ratio * 100.0
            ))
        }
        ShadowCommand::Show(ShadowNameArgs { name, json, server }) => {
            let (connection, mut client) = open(server)?;
            let request = connection.request(pb::GetShadowRequest { name: name.clone() });
            print_shadow(&connection.call(client.get_shadow(request))?, *json)
        }
        ShadowCommand::Stop(ShadowNameArgs { name, json: _, server }) => {
            let (connection, mut client) = open(server)?;
            let request = connection.request(pb::StopShadowRequest { name: name.clone() });
            connection.call(client.stop_shadow(request))?;
            table::print_line(&format!("nothing reads along with {name}"))
        }
    }
}

fn print_shadow(shadow: &pb::GetShadowResponse, json: bool) -> Result<(), Failure> {
    let pb::GetShadowResponse { current, shadow, document_count, disagreeing_document_count, labels } =
        shadow;
    let version = |reference: &Option<pb::ModelRef>| reference.clone().unwrap_or_default().version;
    if json {
        let label = |label: &pb::LabelDisagreement| {
            serde_json::json!({
                "label_id": label.label_id,
                "only_current_count": label.only_current_count,
                "only_shadow_count": label.only_shadow_count,
                "both_count": label.both_count,
            })
        };
        return table::print_json(&serde_json::json!({
            "current": version(current),
            "shadow": version(shadow),
            "document_count": document_count,
            "disagreeing_document_count": disagreeing_document_count,
            "labels": labels.iter().map(label).collect::<Vec<_>>(),
        }));
    }
    table::print_pairs(&[
        ("answers", version(current)),
        ("reads along", version(shadow)),
        ("documents", document_count.to_string()),
        ("disagreements", disagreeing_document_count.to_string()),
    ])?;
    if labels.is_empty() {
        return Ok(());
    }
    table::print_line("")?;
    let mut rows = Table::new(&[
        ("label", Side::Left),
        ("only answered", Side::Right),
        ("only read along", Side::Right),
        ("both", Side::Right),
    ]);
    for pb::LabelDisagreement { label_id, only_current_count, only_shadow_count, both_count } in labels {
        rows.row([
            label_id.clone(),
            only_current_count.to_string(),
            only_shadow_count.to_string(),
            both_count.to_string(),
        ]);
    }
    rows.print()
}
