//! Who may talk to the provider, and how.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use terraform_provider_isolated::plugin::wire::tfplugin6 as proto;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Identity, Provider, as_terraform, block_on, command, said, value};
use crate::stage::Stage;

crate::cases![
    the_right_certificate_is_let_in,
    an_anonymous_client_is_refused,
    another_certificate_is_refused,
    a_certificate_without_its_key_is_refused,
    a_silent_client_keeps_nobody_out,
    the_folder_is_private,
    started_by_hand_it_explains_itself,
    without_a_certificate_it_serves_nobody,
    an_old_protocol_is_explained,
    version_and_help_are_answered,
    large_messages_pass,
    nothing_but_the_handshake_goes_to_stdout,
    metadata_names_everything,
    broken_requests_are_answered,
];

/// Whether the server talks to this client after the handshake. (A TLS 1.3 client learns that it is refused from the
/// first thing it reads.)
async fn is_let_in(provider: &Provider, identity: Option<&Identity>) -> bool {
    let Ok(mut stream) = provider.tls(identity).await else {
        return false;
    };
    // An HTTP/2 preface and an empty SETTINGS frame, to which a server answers with its own.
    let hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let mut answer = [0; 9];
    stream.write_all(hello).await.is_ok() && stream.read_exact(&mut answer).await.is_ok()
}

fn the_right_certificate_is_let_in() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    assert!(block_on(is_let_in(&provider, Some(&identity))));
    assert!(block_on(is_let_in(&provider, Some(&identity))), "and again");
}

fn an_anonymous_client_is_refused() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    assert!(!block_on(is_let_in(&provider, None)));
    assert!(block_on(is_let_in(&provider, Some(&identity))), "others are not harmed");
}

fn another_certificate_is_refused() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    assert!(!block_on(is_let_in(&provider, Some(&Identity::new()))));
}

fn a_certificate_without_its_key_is_refused() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    let thief = Identity {
        certificate: identity.certificate,
        ..Identity::new()
    };
    assert!(!block_on(is_let_in(&provider, Some(&thief))));
}

fn a_silent_client_keeps_nobody_out() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    block_on(async {
        let _silent = [
            tokio::net::UnixStream::connect(&provider.socket).await.unwrap(),
            tokio::net::UnixStream::connect(&provider.socket).await.unwrap(),
        ];
        assert!(is_let_in(&provider, Some(&identity)).await);
    });
}

fn the_folder_is_private() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let mut provider = Provider::start(&stage, &identity, "");
    let folder = provider.socket.parent().unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(folder.starts_with(stage.folder()));
    block_on(provider.shutdown(&identity));
    assert!(provider.ended().success());
    stage.assert_tidy();
}

fn started_by_hand_it_explains_itself() {
    let stage = Stage::new("");
    let (code, stdout, stderr) = said(&mut command(&stage));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.starts_with("This is a Terraform provider."), "{stderr}");
    let (code, stdout, _) = said(command(&stage).env("TF_PLUGIN_MAGIC_COOKIE", "wrong"));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    stage.assert_tidy();
}

fn without_a_certificate_it_serves_nobody() {
    let stage = Stage::new("");
    let mut command = command(&stage);
    as_terraform(&mut command, &Identity::new());
    let (code, stdout, stderr) = said(command.env_remove("PLUGIN_CLIENT_CERT"));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("PLUGIN_CLIENT_CERT"), "{stderr}");
}

fn an_old_protocol_is_explained() {
    let stage = Stage::new("");
    let mut command = command(&stage);
    as_terraform(&mut command, &Identity::new());
    let (code, stdout, stderr) = said(command.env("PLUGIN_PROTOCOL_VERSIONS", "4,5"));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.contains("speaks plugin protocol 6, and the program that started it offers 4,5"),
        "{stderr}"
    );
}

fn version_and_help_are_answered() {
    let stage = Stage::new("");
    let with = |argument: &str| said(command(&stage).arg(argument));
    assert_eq!(
        with("--version"),
        (Some(0), "terraform-provider-probe 1.2.3\n".into(), String::new())
    );
    let (code, stdout, _) = with("--help");
    assert!(code == Some(0) && stdout.contains("TF_LOG_PROVIDER_PROBE"), "{stdout}");
    let (code, stdout, stderr) = with("--frobnicate");
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.starts_with("Unknown argument \"--frobnicate\"."), "{stderr}");
    // The real binary says the same of itself.
    let real = Command::new(env!("CARGO_BIN_EXE_terraform-provider-isolated"))
        .arg("--version")
        .output()
        .unwrap();
    let expected = format!("terraform-provider-isolated {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&real.stdout), expected);
}

fn large_messages_pass() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    let large = "x".repeat(20 << 20);
    block_on(async {
        let mut client = provider.client(&identity).await.max_decoding_message_size(64 << 20);
        let request = proto::read_data_source::Request {
            type_name: "probe_echo".into(),
            config: value(serde_json::json!({ "input": large })),
            ..Default::default()
        };
        let response = client.read_data_source(request).await.unwrap().into_inner();
        assert_eq!(response.diagnostics, []);
        assert!(response.state.unwrap().msgpack.len() > 40 << 20);
    });
}

fn nothing_but_the_handshake_goes_to_stdout() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let mut command = command(&stage);
    as_terraform(&mut command, &identity);
    let mut child = command.env("TF_LOG", "trace").spawn().unwrap();
    let mut log = child.stderr.take().unwrap();
    crate::stage::poll("the provider listens", || {
        let mut folders = std::fs::read_dir(stage.path("tmp")).unwrap();
        folders
            .any(|folder| folder.unwrap().path().join("s").exists())
            .then_some(())
    });
    crate::stage::signal("TERM", &child.id().to_string());
    let (mut stdout, mut stderr) = (String::new(), String::new());
    std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut stdout).unwrap();
    std::io::Read::read_to_string(&mut log, &mut stderr).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(stderr.lines().count() > 1, "{stderr}");
    for line in stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("each line of the log is JSON");
        assert!(
            line["@level"].is_string() && line["@message"].is_string() && line["@timestamp"].is_string(),
            "{line}"
        );
    }
}

fn metadata_names_everything() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    block_on(async {
        let mut client = provider.client(&identity).await;
        let metadata = client
            .get_metadata(proto::get_metadata::Request {})
            .await
            .unwrap()
            .into_inner();
        let resources: Vec<_> = metadata
            .resources
            .into_iter()
            .map(|resource| resource.type_name)
            .collect();
        assert_eq!(resources, ["probe_nested", "probe_thing"]);
        assert_eq!(metadata.data_sources[0].type_name, "probe_echo");
        assert_eq!(metadata.functions.len(), 3);
        let capabilities = metadata.server_capabilities.unwrap();
        assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
        assert!(!capabilities.move_resource_state);
        let functions = client
            .get_functions(proto::get_functions::Request {})
            .await
            .unwrap()
            .into_inner();
        assert_eq!(
            functions.functions["join"].variadic_parameter.as_ref().unwrap().name,
            "part"
        );
    });
}

fn broken_requests_are_answered() {
    let (stage, identity) = (Stage::new(""), Identity::new());
    let provider = Provider::start(&stage, &identity, "");
    block_on(async {
        let mut client = provider.client(&identity).await;
        let summary = |diagnostics: &[proto::Diagnostic]| diagnostics[0].summary.clone();

        let request = proto::read_resource::Request {
            type_name: "probe_none".into(),
            ..Default::default()
        };
        let response = client.read_resource(request).await.unwrap().into_inner();
        assert_eq!(
            summary(&response.diagnostics),
            "The provider has no resource probe_none"
        );

        let garbage = proto::DynamicValue {
            msgpack: vec![0xc1, 0xff],
            json: vec![],
        };
        let request = proto::read_resource::Request {
            type_name: "probe_thing".into(),
            current_state: Some(garbage.clone()),
            ..Default::default()
        };
        let response = client.read_resource(request).await.unwrap().into_inner();
        assert_eq!(
            summary(&response.diagnostics),
            "Terraform sent a value that cannot be read"
        );
        assert_eq!(response.new_state, Some(garbage), "the state is kept");

        let request = proto::apply_resource_change::Request {
            type_name: "probe_thing".into(),
            ..Default::default()
        };
        let response = client.apply_resource_change(request).await.unwrap().into_inner();
        assert_eq!(summary(&response.diagnostics), "Nothing to do");

        let raw = |raw_state| proto::upgrade_resource_state::Request {
            type_name: "probe_thing".into(),
            version: 2,
            raw_state: Some(raw_state),
        };
        let flatmap = proto::RawState {
            json: vec![],
            flatmap: [("id".to_owned(), "1".to_owned())].into(),
        };
        let response = client.upgrade_resource_state(raw(flatmap)).await.unwrap().into_inner();
        assert_eq!(
            summary(&response.diagnostics),
            "The state is in a format that is no longer read"
        );
        let json = proto::RawState {
            json: b"{".to_vec(),
            flatmap: [].into(),
        };
        let response = client.upgrade_resource_state(raw(json)).await.unwrap().into_inner();
        assert_eq!(summary(&response.diagnostics), "The state is not JSON");

        let response = client
            .move_resource_state(proto::move_resource_state::Request::default())
            .await
            .unwrap();
        assert_eq!(
            summary(&response.into_inner().diagnostics),
            "A resource of another type cannot be moved here"
        );

        let request = proto::call_function::Request {
            name: "add".into(),
            arguments: vec![],
        };
        let error = client.call_function(request).await.unwrap().into_inner().error.unwrap();
        assert_eq!(error.text, "0 arguments were given where 2 are expected");
    });
}
