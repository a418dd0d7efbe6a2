//! Starts the local AWS of `tools/local-aws` and talks to its control surface.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use serde_json::{Value, json};

/// How a local AWS starts; `/_local/reset` returns to this.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Seconds in every transitional state.
    pub(crate) transition_seconds: f64,
    /// Added to each call.
    pub(crate) latency_ms: f64,
}

impl Default for Options {
    /// Long enough to be seen in transition, short enough not to be waited for.
    fn default() -> Self {
        Self {
            transition_seconds: 0.2,
            latency_ms: 0.0,
        }
    }
}

/// A running local AWS; ends when dropped, or with this process.
#[derive(Debug)]
pub(crate) struct LocalAws {
    child: Child,
    endpoint: String,
}

impl LocalAws {
    /// Starts one on a free port and waits until it serves.
    pub(crate) fn start(options: &Options) -> Self {
        let mut child = Command::new(python())
            .args(["-m", "local_aws"])
            .args(["--transition-seconds", &options.transition_seconds.to_string()])
            .args(["--latency-ms", &options.latency_ms.to_string()])
            .env("PYTHONPATH", root().join("tools/local-aws"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the local AWS starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its stdout is a pipe");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it says where it listens");
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("the local AWS did not start: {line:?}"));
        let endpoint = ready["endpoint"].as_str().expect("an endpoint").to_owned();
        Self { child, endpoint }
    }

    /// Where every service listens: `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Every call since the start or the last reset, in the order of the answers.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let entries = self.control("GET", "requests", &Value::Null);
        entries
            .as_array()
            .expect("a list")
            .iter()
            .cloned()
            .map(Request)
            .collect()
    }

    /// Forgets the calls so far.
    pub(crate) fn clear_requests(&self) {
        self.control("POST", "requests/clear", &Value::Null);
    }

    /// Adds a fault rule: `service`, `action` (globs), `match`, `skip`, `times`, `effect`.
    pub(crate) fn add_fault(&self, rule: &Value) {
        self.control("POST", "faults", rule);
    }

    /// Removes every fault rule.
    pub(crate) fn clear_faults(&self) {
        self.control("DELETE", "faults", &Value::Null);
    }

    /// How often each rule has taken effect, in the order in which they were added.
    pub(crate) fn faults_fired(&self) -> Vec<u64> {
        let rules = self.control("GET", "faults", &Value::Null);
        rules
            .as_array()
            .expect("a list")
            .iter()
            .map(|rule| rule["fired"].as_u64().unwrap_or_default())
            .collect()
    }

    /// Changes settings: `latency_ms`, `transition_seconds`, `transitions`, …
    pub(crate) fn settings(&self, changes: &Value) {
        self.control("POST", "settings", changes);
    }

    /// An empty account again, with the settings it was started with and no faults.
    pub(crate) fn reset(&self) {
        self.control("POST", "reset", &json!({}));
    }

    fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let address = self.endpoint.trim_start_matches("http://");
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let length = body.len();
        let mut stream = TcpStream::connect(address).expect("the local AWS listens");
        write!(
            stream,
            "{method} /_local/{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, text) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(
            head.starts_with("HTTP/1.1 200"),
            "{method} /_local/{path} {body}: {answer}"
        );
        serde_json::from_str(text).expect("JSON")
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One line of the request log.
#[derive(Clone, Debug)]
pub(crate) struct Request(Value);

impl Request {
    /// IAM's name of the action: `ec2:CreateVpc`.
    pub(crate) fn action(&self) -> String {
        format!(
            "{}:{}",
            self.0["service"].as_str().unwrap_or(""),
            self.0["action"].as_str().unwrap_or("")
        )
    }

    /// The parameters as they were sent.
    pub(crate) fn params(&self) -> &Value {
        &self.0["params"]
    }

    /// AWS's error code, if it was refused.
    pub(crate) fn error_code(&self) -> Option<&str> {
        self.0["error_code"].as_str()
    }

    /// The id that its answer carried.
    pub(crate) fn request_id(&self) -> &str {
        self.0["request_id"].as_str().unwrap_or("")
    }

    /// The kind of fault that was injected.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.0["fault"].as_str()
    }
}

/// The interpreter with moto and boto3, made on first use.
pub(crate) fn python() -> PathBuf {
    static SETUP: Once = Once::new();
    let folder = root().join("target/local-aws");
    SETUP.call_once(|| {
        let output = Command::new("python3")
            .arg(root().join("tools/local-aws/setup"))
            .arg(&folder)
            .output();
        let output = output.expect("python3 runs");
        assert!(
            output.status.success(),
            "tools/local-aws/setup: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    });
    folder.join("bin/python")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
