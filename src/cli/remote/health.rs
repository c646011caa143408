//! `health`: whether a server answers, for people, containers and scripts.

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::cli::args::HealthArgs;
use crate::cli::args::ServerArgs;
use crate::cli::exit::Failure;
use crate::cli::table;

use super::connection::Connection;

/// Asks `grpc.health.v1`; anything but SERVING is a failure.
pub(in crate::cli) fn run(arguments: &HealthArgs) -> Result<(), Failure> {
    let HealthArgs { service, server: ServerArgs { target, access } } = arguments;
    let connection = Connection::open(target, access)?;
    let mut client = HealthClient::new(connection.channel.clone());
    let request = connection.request(HealthCheckRequest { service: service.clone() });
    let status = connection.call(client.check(request))?.status();
    if status == ServingStatus::Serving {
        return table::print_line(status.as_str_name());
    }
    Err(Failure::Server { target: target.clone(), reason: status.as_str_name().to_owned() })
}
