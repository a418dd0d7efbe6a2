//! Diagnostics: written plainly, and sent without Rust's backtraces.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::borrow::Cow;

use tf_provider::schema::Block;
use tf_provider::{AttributePath, AttributePathStep, Diagnostic, Diagnostics};

use super::aim::aim;
use super::wire::tfplugin6 as proto;
use proto::attribute_path::Step;
use proto::attribute_path::step::Selector;
use proto::diagnostic::Severity;

/// A diagnostic about no attribute in particular. Unlike `Diagnostic::root` it never carries a backtrace.
pub(crate) fn problem(summary: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Diagnostic {
    Diagnostic {
        summary: summary.into(),
        detail: detail.into(),
        attribute: AttributePath::root(),
    }
}

/// [`to_wire`] of diagnostics about a configuration, whose paths Terraform can find in it if its schema is known.
pub(crate) fn to_wire_aimed(mut diags: Diagnostics, block: Option<&Block>) -> Vec<proto::Diagnostic> {
    if let Some(block) = block {
        aim(&mut diags, block);
    }
    to_wire(diags)
}

/// Diagnostics as the protocol has them: errors first, each in the order given.
pub(crate) fn to_wire(diags: Diagnostics) -> Vec<proto::Diagnostic> {
    let backtraces = Backtrace::capture().status() == BacktraceStatus::Captured;
    let convert = |severity: Severity, diagnostic: Diagnostic| proto::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary.into_owned(),
        detail: if backtraces {
            without_backtrace(&diagnostic.detail)
        } else {
            &diagnostic.detail
        }
        .to_owned(),
        attribute: (!diagnostic.attribute.steps.is_empty()).then(|| path_to_wire(diagnostic.attribute)),
    };
    let errors = diags.errors.into_iter().map(|error| convert(Severity::Error, error));
    errors
        .chain(
            diags
                .warnings
                .into_iter()
                .map(|warning| convert(Severity::Warning, warning)),
        )
        .collect()
}

/// Cuts off the backtrace that `Diagnostic::new` appends to every detail when the user has `RUST_BACKTRACE` set.
///
/// It is told by its form, from a first frame to the end, and only looked for when that variable is set. (To unset it
/// for this process would take `unsafe`; to build every diagnostic by hand would spoil `tf_provider`'s methods.)
pub(crate) fn without_backtrace(detail: &str) -> &str {
    let begins = |line: &str| line.trim_start().starts_with("0: ");
    let belongs = |line: &str| {
        let line = line.trim_end();
        let frame = line.trim_start().split_once(": ");
        line.is_empty()
            || line.starts_with("      ")
            || frame.is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let mut offset = 0;
    for line in detail.split_inclusive('\n') {
        if begins(line) && detail[offset..].lines().all(belongs) {
            return detail[..offset].trim_end();
        }
        offset += line.len();
    }
    detail
}

/// A path as the protocol has it.
pub(crate) fn path_to_wire(path: AttributePath) -> proto::AttributePath {
    let selector = |step| match step {
        AttributePathStep::Attribute(name) => Selector::AttributeName(name.into_owned()),
        AttributePathStep::Key(key) => Selector::ElementKeyString(key.into_owned()),
        AttributePathStep::Index(index) => Selector::ElementKeyInt(index),
    };
    let steps = path.steps.into_iter().map(|step| Step {
        selector: Some(selector(step)),
    });
    proto::AttributePath { steps: steps.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backtrace_is_cut_off() {
        let trace = Backtrace::force_capture().to_string();
        assert!(trace.lines().count() > 10, "{trace}");
        assert_eq!(
            without_backtrace(&format!("Two lines\nof detail.\n{trace}")),
            "Two lines\nof detail."
        );
        assert_eq!(without_backtrace(&trace), "");
    }

    #[test]
    fn a_stripped_binary_s_backtrace_is_cut_off() {
        assert_eq!(
            without_backtrace("Detail.\n   0: <unknown>\n   1: <unknown>\n"),
            "Detail."
        );
    }

    #[test]
    fn text_that_only_resembles_one_is_kept() {
        for detail in [
            "",
            "plain",
            "0: is the first\nand this goes on",
            "ports:\n   0: tcp\nsee above",
        ] {
            assert_eq!(without_backtrace(detail), detail);
        }
    }

    #[test]
    fn errors_precede_warnings_and_keep_their_paths() {
        let mut diags = Diagnostics::default();
        diags.warnings.push(problem("w", ""));
        let path = AttributePath::new("list").index(2).attribute("map").key("k");
        diags.errors.push(Diagnostic {
            attribute: path,
            ..problem("e", "detail")
        });
        let wire = to_wire(diags);
        assert_eq!(wire[0].severity(), Severity::Error);
        assert_eq!(wire[1].severity(), Severity::Warning);
        assert_eq!(wire[1].attribute, None);
        let selectors: Vec<_> = wire[0]
            .attribute
            .as_ref()
            .unwrap()
            .steps
            .iter()
            .map(|s| s.selector.clone())
            .collect();
        let expected = [
            Selector::AttributeName("list".into()),
            Selector::ElementKeyInt(2),
            Selector::AttributeName("map".into()),
            Selector::ElementKeyString("k".into()),
        ];
        assert_eq!(selectors, expected.map(Some));
    }
}
