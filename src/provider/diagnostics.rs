//! Diagnostics in Terraform's form: what is wrong, where, and what to do about it.

use tf_provider::{AttributePath, AttributePathStep, Diagnostic, Diagnostics};

use crate::cloud::CloudError;
use crate::domain::problem::PlanError;
use crate::engine::{Failure, remedy};

/// A diagnostic at a dotted attribute path. (Built field by field: tf-provider's own constructors append Rust's backtrace.)
pub(crate) fn diagnostic(attribute: &str, summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
    Diagnostic {
        summary: summary.into().into(),
        detail: detail.into().into(),
        attribute: path(attribute),
    }
}

/// The attribute path of a dotted one such as `security_group.ingress_rules[2].protocol` or `tags["a.b"]`; empty for the resource
/// itself.
pub(crate) fn path(dotted: &str) -> AttributePath {
    let mut path = AttributePath::root();
    let mut rest = dotted;
    while !rest.is_empty() {
        let (step, behind) = match rest.strip_prefix('[') {
            Some(inside) => subscript(inside),
            None => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                (
                    AttributePathStep::Attribute(rest[..end].to_owned().into()),
                    &rest[end..],
                )
            }
        };
        path.add_step(step);
        rest = behind.strip_prefix('.').unwrap_or(behind);
    }
    path
}

/// The step of `2]` or `"key"]`, and what stands behind it. A key may hold any character, dots and brackets included.
fn subscript(inside: &str) -> (AttributePathStep, &str) {
    let mut keys = serde_json::Deserializer::from_str(inside).into_iter::<serde_json::Value>();
    let step = match keys.next() {
        Some(Ok(serde_json::Value::String(key))) => AttributePathStep::Key(key.into()),
        Some(Ok(serde_json::Value::Number(index))) => AttributePathStep::Index(index.as_i64().unwrap_or_default()),
        _ => AttributePathStep::Key(inside.trim_end_matches(']').to_owned().into()),
    };
    let behind = inside.get(keys.byte_offset()..).unwrap_or_default();
    (step, behind.split_once(']').map_or("", |(_, behind)| behind))
}

/// What is wrong with a value. Terraform points at the outermost attribute, and at none that is not written: so it is named.
pub(crate) fn plan_error(error: &PlanError) -> Diagnostic {
    let mut detail = error.detail.clone();
    if !error.attribute.is_empty() {
        detail.push_str(&format!("\nAttribute: {}", error.attribute));
    }
    diagnostic(&error.attribute, error.summary.clone(), detail)
}

/// A call that AWS refused while something was being found out.
pub(crate) fn cloud_error(attribute: &str, summary: &str, error: &CloudError) -> Diagnostic {
    let remedy = remedy(error);
    let detail = match remedy.is_empty() {
        true => refusal(error),
        false => format!("{}\n\n{remedy}", refusal(error)),
    };
    diagnostic(attribute, summary, detail)
}

fn refusal(error: &CloudError) -> String {
    let mut text = match &error.code {
        Some(code) => format!("AWS refused {}: {code}: {}", error.operation, error.message),
        None => format!("{} got no answer from AWS: {}", error.operation, error.message),
    };
    if let Some(id) = &error.request_id {
        text.push_str(&format!("\nRequest id: {id}"));
    }
    text
}

/// How a user goes on after a run that did not end well. Nothing is ever undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GoOn {
    /// A create: Terraform taints what it left.
    Untaint,
    /// An update.
    Apply,
    /// A destroy.
    Destroy,
}

impl GoOn {
    fn sentence(self) -> &'static str {
        match self {
            Self::Untaint => {
                "What exists is kept in the state, as tainted. To go on from here, run `terraform untaint` on the address above and \
                 apply again; apply without it deletes what exists and starts anew."
            }
            Self::Apply => "What was done stays done. Apply again to go on from here.",
            Self::Destroy => "What was deleted stays deleted. Destroy again to go on from here.",
        }
    }
}

/// Adds what an engine's run left undone, and how to go on from there.
pub(crate) fn add_failures(diags: &mut Diagnostics, failures: &[Failure], go_on: GoOn) {
    for failure in failures {
        let detail = format!("{}\n\n{}", failure.detail, go_on.sentence());
        diags
            .errors
            .push(diagnostic(&failure.attribute, failure.summary.clone(), detail));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ErrorKind;

    #[test]
    fn dotted_paths_become_steps() {
        let expected = AttributePath::new("security_group")
            .attribute("ingress_rules")
            .index(2)
            .attribute("protocol");
        assert_eq!(path("security_group.ingress_rules[2].protocol"), expected);
        assert_eq!(path("tags[\"a.b]\"]"), AttributePath::new("tags").key("a.b]"));
        assert_eq!(path(""), AttributePath::root());
    }

    #[test]
    fn an_error_names_its_attribute() {
        for attribute in ["endpoints", "network.subnet_ids[1]"] {
            let told = plan_error(&crate::domain::problem::Invalid::new("Wrong", "Put it right.").at(attribute));
            assert_eq!(told.detail, format!("Put it right.\nAttribute: {attribute}"));
            assert_eq!(told.attribute, path(attribute));
        }
    }

    #[test]
    fn a_refusal_says_what_aws_said() {
        let error = CloudError {
            kind: ErrorKind::Denied,
            operation: "ec2:DescribeVpcs",
            code: Some("UnauthorizedOperation".into()),
            message: "You are not authorized.".into(),
            request_id: Some("1-2-3".into()),
        };
        let told = cloud_error("network", "Cannot look at the network", &error);
        assert_eq!(
            told.detail,
            "AWS refused ec2:DescribeVpcs: UnauthorizedOperation: You are not authorized.\nRequest id: 1-2-3\n\nAllow ec2:DescribeVpcs \
             to the credentials that the provider uses, or renew them."
        );
    }
}
