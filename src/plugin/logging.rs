//! Logs for Terraform: hclog's JSON on stderr, one object a line, which Terraform filters, merges with its own log and
//! shows when the user sets `TF_LOG`.
//!
//! ```json
//! {"@level":"warn","@message":"refused a client","@module":"cloud.plugin.transport","@timestamp":"…","error":"…"}
//! ```
//!
//! Fields of the spans around an event are added to it, so that each line tells which request it belongs to. This crate
//! logs no value of a configuration or state at any level.

use std::fmt::{self, Write as _};
use std::io::Write as _;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Sends this process's `tracing` events to Terraform, at the level the user asks for. If another subscriber has been
/// installed before, it stays.
pub fn install(provider: &str, targets: &[&'static str]) {
    let level = level(provider, |name| std::env::var(name).ok());
    let others = level.min(LevelFilter::WARN);
    let filter = Targets::new()
        .with_default(others)
        .with_targets(targets.iter().map(|target| (*target, level)));
    let layer = Hclog {
        provider: provider.to_owned(),
        write: write_to_stderr,
    };
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter));
    // The only error is that there is one already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// A log that nobody reads any more is no reason to fail.
fn write_to_stderr(line: &[u8]) {
    let _ = std::io::stderr().lock().write_all(line);
}

/// The variable for one provider's level: `TF_LOG_PROVIDER_MY_CLOUD`.
#[must_use]
pub fn variable(provider: &str) -> String {
    format!("TF_LOG_PROVIDER_{}", provider.to_uppercase().replace('-', "_"))
}

/// The level by the first of three variables that is set; warnings if none is.
fn level(provider: &str, environment: impl Fn(&str) -> Option<String>) -> LevelFilter {
    let names = [variable(provider), "TF_LOG_PROVIDER".to_owned(), "TF_LOG".to_owned()];
    let set = names
        .iter()
        .find_map(|name| environment(name).filter(|value| !value.is_empty()));
    match set.unwrap_or_default().to_lowercase().as_str() {
        // "json" asks Terraform for JSON, at its lowest level.
        "trace" | "json" => LevelFilter::TRACE,
        "debug" => LevelFilter::DEBUG,
        "info" => LevelFilter::INFO,
        "error" => LevelFilter::ERROR,
        "off" => LevelFilter::OFF,
        _ => LevelFilter::WARN,
    }
}

/// Writes each event as hclog would.
struct Hclog<W> {
    provider: String,
    write: W,
}

impl<S, W> Layer<S> for Hclog<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(inherited) = span.extensions().get::<Fields>() {
                inherited
                    .0
                    .iter()
                    .for_each(|(name, value)| _ = fields.0.insert(name.clone(), value.clone()));
            }
        }
        event.record(&mut fields);
        let message = fields.0.remove("message").unwrap_or_default();
        let metadata = event.metadata();
        let module = metadata
            .target()
            .split("::")
            .skip(1)
            .fold(self.provider.clone(), |module, part| module + "." + part);
        fields
            .0
            .insert("@level".into(), metadata.level().as_str().to_lowercase().into());
        fields.0.insert("@message".into(), message);
        fields.0.insert("@module".into(), module.into());
        fields.0.insert("@timestamp".into(), now().into());
        // One write for the whole line: other threads write as well.
        let line = format!("{}\n", Value::Object(fields.0));
        (self.write)(line.as_bytes());
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a log tells the real time, whatever time the code it tells of runs in"
)]
fn now() -> String {
    humantime::format_rfc3339_micros(std::time::SystemTime::now()).to_string()
}

/// The fields of an event or span, by name.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // Writing to a string fails only if the value's own `Debug` does.
        let _ = write!(text, "{value:?}");
        self.put(field, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn level_by(variables: &[(&str, &str)]) -> LevelFilter {
        let find = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        level("my-cloud", find)
    }

    #[test]
    fn the_most_particular_variable_decides() {
        assert_eq!(level_by(&[]), LevelFilter::WARN);
        assert_eq!(level_by(&[("TF_LOG", "DEBUG")]), LevelFilter::DEBUG);
        assert_eq!(
            level_by(&[("TF_LOG", "DEBUG"), ("TF_LOG_PROVIDER", "off")]),
            LevelFilter::OFF
        );
        let all = [
            ("TF_LOG", "off"),
            ("TF_LOG_PROVIDER", "off"),
            ("TF_LOG_PROVIDER_MY_CLOUD", "Error"),
        ];
        assert_eq!(level_by(&all), LevelFilter::ERROR);
        assert_eq!(level_by(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(
            level_by(&[("TF_LOG_PROVIDER", ""), ("TF_LOG", "info")]),
            LevelFilter::INFO
        );
    }

    #[test]
    fn an_event_is_one_line_of_hclog_json_with_the_fields_of_its_spans() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = written.clone();
        let layer = Hclog {
            provider: "cloud".into(),
            write: move |line: &[u8]| sink.lock().unwrap().extend(line),
        };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let span = tracing::info_span!("request", tf_rpc = "ReadResource", tf_req_id = 7_u64);
            let _entered = span.enter();
            tracing::warn!(target: "crate_name::part::inner", error = %"it\nbroke", fatal = false, "went wrong");
        });
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1);
        let mut line: Map<String, Value> = serde_json::from_str(&text).unwrap();
        let timestamp = line.remove("@timestamp").unwrap();
        let timestamp = timestamp.as_str().unwrap();
        assert_eq!(
            (timestamp.len(), &timestamp[10..11], &timestamp[19..20]),
            (27, "T", "."),
            "{timestamp}"
        );
        assert!(timestamp.ends_with('Z'));
        let expected = serde_json::json!({
            "@level": "warn", "@message": "went wrong", "@module": "cloud.part.inner",
            "tf_rpc": "ReadResource", "tf_req_id": 7, "error": "it\nbroke", "fatal": false,
        });
        assert_eq!(Value::Object(line), expected);
    }
}
