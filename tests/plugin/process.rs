//! How the process ends, and how handlers hear of it.

use std::os::unix::process::ExitStatusExt;

use serde_json::json;
use terraform_provider_isolated::plugin::wire::tfplugin6 as proto;

use crate::client::{Identity, Provider, block_on, value};
use crate::stage::{Stage, poll, signal};

crate::cases![
    shutdown_ends_it,
    a_termination_ends_it,
    a_termination_cancels_handlers_and_their_state_arrives,
    a_handler_that_does_not_listen_is_given_up,
    interrupts_are_left_to_terraform,
    stop_cancels_the_calls_in_flight_only,
    an_abandoned_call_is_cancelled_and_ends,
    the_death_of_terraform_ends_it,
];

fn create() -> proto::apply_resource_change::Request {
    let state = json!({ "id": null, "label": "l", "name": "one", "secret": null, "size": 1 });
    proto::apply_resource_change::Request {
        type_name: "probe_thing".into(),
        planned_state: value(state.clone()),
        config: value(state),
        ..Default::default()
    }
}

async fn configured(
    provider: &Provider,
    identity: &Identity,
) -> proto::provider_client::ProviderClient<tonic::transport::Channel> {
    let mut client = provider.client(identity).await;
    let response = client
        .configure_provider(proto::configure_provider::Request::default())
        .await
        .unwrap();
    assert_eq!(response.into_inner().diagnostics, []);
    client
}

fn label(response: &proto::apply_resource_change::Response) -> String {
    #[derive(serde::Deserialize)]
    struct Label {
        label: String,
    }
    rmp_serde::from_slice::<Label>(&response.new_state.as_ref().unwrap().msgpack)
        .unwrap()
        .label
}

fn shutdown_ends_it() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let mut provider = Provider::start(&stage, &identity, "");
    block_on(provider.shutdown(&identity));
    assert!(provider.ended().success());
    stage.assert_tidy();
}

fn a_termination_ends_it() {
    for name in ["TERM", "HUP"] {
        let (stage, identity) = (Stage::new(""), Identity::new());
        let mut provider = Provider::start(&stage, &identity, "");
        signal(name, &provider.child.id().to_string());
        assert!(provider.ended().success(), "{name}");
        stage.assert_tidy();
    }
}

fn a_termination_cancels_handlers_and_their_state_arrives() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let mut provider = Provider::start(&stage, &identity, "create=wait");
    block_on(async {
        let mut client = configured(&provider, &identity).await;
        let applying = tokio::spawn(async move { client.apply_resource_change(create()).await });
        stage.await_journal("create waits");
        signal("TERM", &provider.child.id().to_string());
        let response = applying.await.unwrap().unwrap().into_inner();
        assert_eq!(response.diagnostics[0].summary, "create was interrupted");
        assert_eq!(label(&response), "checkpoint");
    });
    assert!(provider.ended().success());
    stage.assert_tidy();
}

fn a_handler_that_does_not_listen_is_given_up() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let mut provider = Provider::start(&stage, &identity, "create=stubborn");
    block_on(async {
        let mut client = configured(&provider, &identity).await;
        let applying = tokio::spawn(async move { client.apply_resource_change(create()).await });
        stage.await_journal("create waits");
        signal("TERM", &provider.child.id().to_string());
        assert!(applying.await.unwrap().is_err());
    });
    assert!(provider.ended().success());
    stage.assert_tidy();
}

fn interrupts_are_left_to_terraform() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let mut provider = Provider::start(&stage, &identity, "");
    for _ in 0..3 {
        signal("INT", &provider.child.id().to_string());
    }
    block_on(async {
        let mut client = provider.client(&identity).await;
        client.get_metadata(proto::get_metadata::Request {}).await.unwrap();
    });
    assert_eq!(provider.child.try_wait().unwrap(), None);
    block_on(provider.shutdown(&identity));
    assert_eq!(provider.ended().signal(), None);
}

fn stop_cancels_the_calls_in_flight_only() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "create=wait,read=wait");
    block_on(async {
        let mut client = configured(&provider, &identity).await;
        let mut other = client.clone();
        for expected in 1..=2 {
            let mut applying = client.clone();
            let applying = tokio::spawn(async move { applying.apply_resource_change(create()).await });
            let waits = || stage.journal().iter().filter(|line| *line == "create waits").count();
            poll("create waits again", || (waits() == expected).then_some(()));
            let stopped = client
                .stop_provider(proto::stop_provider::Request {})
                .await
                .unwrap()
                .into_inner();
            assert_eq!(stopped.error, "");
            let response = applying.await.unwrap().unwrap().into_inner();
            assert_eq!(label(&response), "checkpoint");
            // New calls are answered, and are not cancelled: the second round waits again.
            other.get_metadata(proto::get_metadata::Request {}).await.unwrap();
        }
    });
}

fn an_abandoned_call_is_cancelled_and_ends() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "create=wait");
    block_on(async {
        let mut client = configured(&provider, &identity).await;
        let applying = tokio::spawn(async move { client.apply_resource_change(create()).await });
        stage.await_journal("create waits");
        applying.abort();
        let _ = applying.await;
    });
    stage.await_journal("create was cancelled");
}

fn the_death_of_terraform_ends_it() {
    let mut stage = Stage::new("resource \"probe_thing\" \"t\" {\n  name = \"one\"\n}\n");
    stage.mode("create=wait");
    let mut terraform = stage.spawn(&["apply", "-auto-approve"]);
    stage.await_journal("create waits");
    terraform.kill().unwrap();
    terraform.wait().unwrap();
    stage.await_journal("create was cancelled");
    stage.assert_tidy();
}
