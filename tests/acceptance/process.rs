//! A terraform process: what it said, and the signals that end it.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything here takes, shorter than anybody's patience.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// The command line, for messages.
    pub(crate) command: String,
    /// Exit code; `None`: ended by a signal.
    pub(crate) code: Option<i32>,
    /// What it wrote to stdout.
    pub(crate) stdout: String,
    /// What it wrote to stderr.
    pub(crate) stderr: String,
}

impl Run {
    /// Both outputs without the frames and line breaks that terraform puts around an error, for comparing words.
    pub(crate) fn words(&self) -> String {
        let text = format!("{} {}", self.stdout, self.stderr);
        let frames = ['│', '╷', '╵', '\n'];
        text.replace(frames, " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Fails unless it succeeded.
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}\n{}", self.command, self.stdout, self.stderr);
        self
    }

    /// Fails unless it failed.
    pub(crate) fn failed(self) -> Self {
        assert_ne!(
            self.code,
            Some(0),
            "{} should have failed\n{}",
            self.command,
            self.stdout
        );
        self
    }

    /// Fails unless it said all of this, line breaks aside.
    pub(crate) fn says(self, expected: &[&str]) -> Self {
        let words = self.words();
        for text in expected {
            assert!(
                words.contains(text),
                "{}: {text:?} is not in\n{}\n{}",
                self.command,
                self.stdout,
                self.stderr
            );
        }
        self
    }
}

/// A command that is running, in a process group of its own as a shell would put it.
pub(crate) struct Running {
    command: String,
    child: Child,
    readers: Vec<thread::JoinHandle<String>>,
}

impl Running {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Self {
        use std::os::unix::process::CommandExt;
        use std::process::Stdio;

        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        let shown = format!("terraform {}", arguments.join(" "));
        let piped = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = piped.process_group(0).spawn().expect("terraform starts");
        let stdout = child.stdout.take().expect("a pipe");
        let stderr = child.stderr.take().expect("a pipe");
        Self {
            command: shown,
            child,
            readers: vec![read(stdout), read(stderr)],
        }
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Run {
        let status = wait_for("terraform to end", || self.child.try_wait().expect("a child of ours"));
        self.ended(status)
    }

    /// Sends a signal to the whole group, as Ctrl-C in a terminal does.
    pub(crate) fn signal(&self, name: &str) {
        send(name, &format!("-{}", self.child.id()));
    }

    /// Kills the provider that it has started, and nothing else.
    pub(crate) fn kill_provider(&self) {
        let provider = wait_for("the provider to run", || child_of(self.child.id(), "terraform-provi"));
        send("KILL", &provider.to_string());
    }

    fn ended(self, status: ExitStatus) -> Run {
        let mut outputs = self.readers.into_iter().map(|reader| reader.join().expect("a reader"));
        let stdout = outputs.next().unwrap_or_default();
        let stderr = outputs.next().unwrap_or_default();
        Run {
            command: self.command,
            code: status.code(),
            stdout,
            stderr,
        }
    }
}

/// Polls until there is an answer; fails after two minutes.
pub(crate) fn wait_for<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = poll() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited for {what} in vain");
        thread::sleep(Duration::from_millis(20));
    }
}

fn read(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn send(signal: &str, target: &str) {
    let sent = Command::new("kill")
        .args(["-s", signal, "--", target])
        .status()
        .expect("kill runs");
    assert!(sent.success(), "kill -s {signal} -- {target}");
}

/// A child process by the beginning of its name (Linux keeps 15 letters of it).
fn child_of(parent: u32, name: &str) -> Option<u32> {
    let processes = fs::read_dir("/proc").expect("the tests that kill need Linux's /proc");
    processes.flatten().find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (head, tail) = stat.rsplit_once(')')?;
        let ppid: u32 = tail.split_whitespace().nth(1)?.parse().ok()?;
        (ppid == parent && head.contains(name)).then_some(pid)
    })
}
