//! Clients without our files can read the contract, by either version of reflection.

use prost::Message as _;
use prost_types::FileDescriptorProto;
use tokio_stream::StreamExt as _;
use tonic::transport::Channel;

use crate::harness::Running;
use crate::harness::literal;
use crate::harness::soon;
use crate::served::Served;

const SERVICES: [&str; 4] = [
    "grpc.health.v1.Health",
    "wenmai.v1.AdminService",
    "wenmai.v1.DocumentService",
    "wenmai.v1.ModelService",
];

macro_rules! reflection_test {
    ($name:ident, $version:ident, $own:literal) => {
        #[tokio::test]
        async fn $name() {
            use tonic_reflection::pb::$version::ServerReflectionRequest;
            use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;

            let server = Running::start(literal()).await;
            let ask = async |question| {
                let request =
                    ServerReflectionRequest { host: String::new(), message_request: Some(question) };
                let mut client = ServerReflectionClient::new(server.channel().await);
                let mut answers =
                    client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
                soon(answers.next()).await.unwrap().unwrap().message_response.unwrap()
            };
            let listed = ask(MessageRequest::ListServices(String::new())).await;
            let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
            let listed: Vec<String> = listed.service.into_iter().map(|service| service.name).collect();
            for service in SERVICES.iter().chain(&[$own]) {
                assert!(listed.iter().any(|name| name == service), "{service} is missing in {listed:?}");
            }
            for symbol in [
                "wenmai.v1.Document",
                "wenmai.v1.DocumentService.Analyze",
                "google.rpc.BadRequest",
                "google.rpc.Status",
                "grpc.health.v1.HealthCheckRequest",
            ] {
                let answer = ask(MessageRequest::FileContainingSymbol(symbol.into())).await;
                let MessageResponse::FileDescriptorResponse(files) = answer else {
                    panic!("{symbol}: {answer:?}")
                };
                let file = FileDescriptorProto::decode(files.file_descriptor_proto[0].as_slice()).unwrap();
                assert!(symbol.starts_with(file.package()), "{symbol} in {}", file.name());
            }
        }
    };
}

reflection_test!(v1_describes_everything, v1, "grpc.reflection.v1.ServerReflection");
reflection_test!(v1alpha_describes_everything, v1alpha, "grpc.reflection.v1alpha.ServerReflection");

/// Who may not call the administration is not told that it is there.
#[tokio::test]
async fn each_listener_names_what_it_offers() {
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

    let server = Served::start(&[]);
    let listed = async |url: String| {
        let question = MessageRequest::ListServices(String::new());
        let request = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
        let mut client =
            ServerReflectionClient::new(Channel::from_shared(url).unwrap().connect().await.unwrap());
        let mut answers =
            client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
        let answer = soon(answers.next()).await.unwrap().unwrap().message_response.unwrap();
        let MessageResponse::ListServicesResponse(listed) = answer else { panic!("{answer:?}") };
        let mut names: Vec<String> = listed.service.into_iter().map(|service| service.name).collect();
        names.retain(|name| name.starts_with("wenmai."));
        names.sort();
        names
    };
    assert_eq!(listed(server.url()).await, ["wenmai.v1.DocumentService", "wenmai.v1.ModelService"]);
    assert_eq!(listed(server.admin_url()).await, ["wenmai.v1.AdminService"]);
}
