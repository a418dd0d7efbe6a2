//! The Python scripts beside these tests, run by one interpreter that stays.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::local_aws::python;

/// Started on first use; it ends when this process does and so closes its input.
static WORKER: Mutex<Option<Worker>> = Mutex::new(None);

struct Worker {
    #[expect(dead_code, reason = "held, so that nobody takes it for forgotten")]
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start() -> Self {
        let mut child = Command::new(python())
            .arg(beside("worker.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let input = child.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Self { child, input, output }
    }

    fn run(&mut self, words: &[String]) -> Value {
        writeln!(self.input, "{}", json!(words)).expect("it reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("worker.py said {line:?}"))
    }
}

/// Runs a script, and answers what it prints.
pub(crate) fn script(name: &str, arguments: &[&str]) -> Value {
    let path = beside(name).display().to_string();
    let words: Vec<String> = std::iter::once(path)
        .chain(arguments.iter().map(|&word| word.to_owned()))
        .collect();
    let answer = {
        let mut worker = WORKER.lock().unwrap_or_else(PoisonError::into_inner);
        worker.get_or_insert_with(Worker::start).run(&words)
    };
    let output = answer["output"]
        .as_str()
        .unwrap_or_else(|| panic!("{name} {arguments:?}: {}", answer["error"].as_str().unwrap_or_default()));
    serde_json::from_str(output).expect("JSON")
}

fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/acceptance")
        .join(name)
}
