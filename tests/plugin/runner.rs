//! A test runner that understands what `cargo test` and `cargo nextest` ask of one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub type Case = (&'static str, fn());

/// Names each function as a test case after itself.
#[macro_export]
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        pub const CASES: &[$crate::runner::Case] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),+];
    };
}

pub fn run(groups: &[&[Case]]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let value_of = |flag: &str| {
        arguments
            .iter()
            .position(|argument| argument == flag)
            .and_then(|at| arguments.get(at + 1))
    };
    let options_with_values = ["--format", "--test-threads", "--skip", "--color"];
    let filters: Vec<&String> = arguments
        .iter()
        .enumerate()
        .filter(|(at, argument)| {
            let is_value = *at > 0 && options_with_values.contains(&arguments[at - 1].as_str());
            !argument.starts_with('-') && !is_value
        })
        .map(|(_, argument)| argument)
        .collect();
    let wanted = |name: &str| {
        let matches = |filter: &&String| {
            if has("--exact") {
                name == *filter
            } else {
                name.contains(filter.as_str())
            }
        };
        (filters.is_empty() || filters.iter().any(matches))
            && value_of("--skip").is_none_or(|skip| !name.contains(skip))
    };
    let cases: Vec<(&str, fn())> = groups
        .iter()
        .flat_map(|group| group.iter())
        .map(|(name, case)| (name.trim_start_matches("plugin::"), *case))
        .filter(|(name, _)| wanted(name))
        .collect();
    if has("--list") {
        // None is ignored, and nextest asks.
        cases
            .iter()
            .filter(|_| !has("--ignored"))
            .for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }

    println!("\nrunning {} tests", cases.len());
    let threads = value_of("--test-threads")
        .and_then(|count| count.parse().ok())
        .unwrap_or(4);
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((name, case)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let passed = catch_unwind(AssertUnwindSafe(case)).is_ok();
                    println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
                    if !passed {
                        failed.lock().unwrap().push(*name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    let verdict = if failed.is_empty() {
        "ok".to_owned()
    } else {
        format!("FAILED: {}", failed.join(", "))
    };
    println!(
        "\ntest result: {verdict}. {} passed; {} failed\n",
        cases.len() - failed.len(),
        failed.len()
    );
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
