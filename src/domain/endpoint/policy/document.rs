//! Whether a text is a policy that AWS takes for an endpoint.
//!
//! Judged is what the grammar fixes: the version, what a statement consists of, the form of actions and resources. Which services,
//! actions and condition keys there are, AWS alone knows. Sources: IAM User Guide, "Grammar of the IAM JSON policy language" and
//! "IAM JSON policy element reference"; AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies".

use serde_json::{Map, Value};

use crate::domain::limits::ENDPOINT_POLICY_LENGTH;
use crate::domain::problem::Invalid;
use crate::domain::suggest;

const EXAMPLE: &str = "Write it with jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = \"*\", Action = \
                       \"*\", Resource = \"*\" }] }) or a policy document data source.";
/// Versions of the policy language.
const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];
const EFFECTS: [&str; 2] = ["Allow", "Deny"];

/// Checks a document on its own: JSON in the form of a policy, and not longer than AWS takes.
pub fn validate_document(document: &str) -> Result<(), Invalid> {
    let length = document.chars().count();
    if length > ENDPOINT_POLICY_LENGTH {
        return Err(Invalid::new(
            format!("A policy of {length} characters"),
            format!(
                "An endpoint's policy has at most {ENDPOINT_POLICY_LENGTH} characters, white space included. Shorten it."
            ),
        ));
    }
    let fields = match serde_json::from_str::<Value>(document) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return Err(Invalid::new("Not a policy: the JSON is no object", EXAMPLE)),
        Err(error) => {
            return Err(Invalid::new(
                "Not a policy: this is no JSON",
                format!("{error}. {EXAMPLE}"),
            ));
        }
    };
    if let Some(version) = fields.get("Version") {
        check_version(version)?;
    }
    let statements = match fields.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement @ Value::Object(_)) => std::slice::from_ref(statement),
        _ => &[],
    };
    if statements.is_empty() {
        return Err(Invalid::new("A policy without a statement", EXAMPLE));
    }
    for (index, statement) in statements.iter().enumerate() {
        check_statement(&format!("Statement[{index}]"), statement)?;
    }
    Ok(())
}

fn check_version(version: &Value) -> Result<(), Invalid> {
    if version.as_str().is_some_and(|version| VERSIONS.contains(&version)) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{version} is no version of the policy language"),
        "The Version of a policy is not a date of your own. Use \"2012-10-17\"; there is also \"2008-10-17\", which knows no policy \
         variables.",
    ))
}

fn check_statement(place: &str, statement: &Value) -> Result<(), Invalid> {
    let Value::Object(fields) = statement else {
        return Err(Invalid::new(format!("{place} is no object"), EXAMPLE));
    };
    let effect = fields.get("Effect").and_then(Value::as_str);
    if !effect.is_some_and(|effect| EFFECTS.contains(&effect)) {
        return Err(Invalid::new(
            format!("{place} has no Effect"),
            format!(
                "Set it to {}. {EXAMPLE}",
                suggest::either(EFFECTS.map(|effect| format!("{effect:?}")))
            ),
        ));
    }
    one_of(place, fields, "Principal")?;
    for action in texts(place, fields, "Action")? {
        if !is_action(action) {
            return Err(Invalid::new(
                format!("{action:?} is no action"),
                format!(
                    "An action of an endpoint's policy is \"*\", or begins with the prefix of its service, such as \"s3:GetObject\" or \
                     \"s3:*\". Write it so in {place}."
                ),
            ));
        }
    }
    for resource in texts(place, fields, "Resource")? {
        if !is_resource(resource) {
            return Err(Invalid::new(
                format!("{resource:?} is no resource"),
                format!(
                    "A resource of an endpoint's policy is \"*\" or an ARN, such as \"arn:aws:s3:::bucket/*\". Write it so in {place}."
                ),
            ));
        }
    }
    Ok(())
}

/// The value of an element or of its negation: one of the two must be there.
fn one_of<'a>(place: &str, fields: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Invalid> {
    let negation = format!("Not{name}");
    match (fields.get(name), fields.get(&negation)) {
        (Some(value), None) | (None, Some(value)) => Ok(value),
        (None, None) => Err(Invalid::new(format!("{place} has no {name}"), EXAMPLE)),
        (Some(_), Some(_)) => Err(Invalid::new(
            format!("{place} has both {name} and {negation}"),
            "Remove one of the two.",
        )),
    }
}

/// The texts of an element or of its negation: one, or a list of them.
fn texts<'a>(place: &str, fields: &'a Map<String, Value>, name: &str) -> Result<Vec<&'a str>, Invalid> {
    let texts = match one_of(place, fields, name)? {
        Value::String(text) => Some(vec![text.as_str()]),
        Value::Array(elements) => elements.iter().map(Value::as_str).collect(),
        _ => None,
    };
    texts.filter(|texts| !texts.is_empty()).ok_or_else(|| {
        let summary = format!("The {name} of {place} is neither a text nor a list of texts");
        Invalid::new(summary, EXAMPLE)
    })
}

fn is_action(text: &str) -> bool {
    let parts = text.split_once(':');
    text == "*" || parts.is_some_and(|(prefix, action)| !prefix.is_empty() && !action.is_empty())
}

/// Partition and service at least; what follows may be full of wildcards and policy variables.
fn is_resource(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    text == "*" || (parts.next() == Some("arn") && parts.by_ref().filter(|part| !part.is_empty()).count() == 2)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(change: &[(&str, Value)]) -> Value {
        let mut statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*" });
        for (name, value) in change {
            statement[*name] = value.clone();
        }
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    fn summary(document: &Value) -> String {
        validate_document(&document.to_string()).map_or_else(|invalid| invalid.summary, |()| "taken".to_owned())
    }

    fn without(name: &str) -> Value {
        let mut document = document(&[]);
        document["Statement"][0].as_object_mut().unwrap().remove(name);
        document
    }

    #[test]
    fn whatever_iam_takes_is_taken() {
        for change in [
            ("Action", json!("*")),
            ("Action", json!(["s3:*", "S3:Get*", "ecr:BatchGetImage"])),
            ("Resource", json!(["*"])),
            ("Resource", json!("arn:aws-cn:s3:::bucket/*")),
            (
                "Resource",
                json!(["arn:aws:s3:::${aws:PrincipalTag/bucket}/*", "arn:aws:sqs:*:*:*"]),
            ),
            ("Principal", json!({ "AWS": ["arn:aws:iam::123456789012:root"] })),
            ("Effect", json!("Deny")),
            (
                "Condition",
                json!({ "StringEquals": { "aws:PrincipalAccount": "123456789012" } }),
            ),
        ] {
            assert_eq!(summary(&document(std::slice::from_ref(&change))), "taken", "{change:?}");
        }
        for name in ["Principal", "Action", "Resource"] {
            let mut negated = without(name);
            let value = if name == "Action" {
                "s3:PutObject"
            } else {
                "arn:aws:s3:::bucket"
            };
            negated["Statement"][0][format!("Not{name}")] = json!(value);
            assert_eq!(summary(&negated), "taken", "{negated}");
        }
        let mut one = document(&[]);
        one["Statement"] = one["Statement"][0].clone();
        assert_eq!(summary(&one), "taken");
        one["Version"] = json!("2008-10-17");
        assert_eq!(summary(&one), "taken");
        one.as_object_mut().unwrap().remove("Version");
        assert_eq!(summary(&one), "taken");
    }

    #[test]
    fn what_iam_refuses_is_told() {
        for version in [json!("2020-01-01"), json!("2012-10-17 "), json!(2012), Value::Null] {
            let mut wrong = document(&[]);
            wrong["Version"] = version.clone();
            assert_eq!(
                summary(&wrong),
                format!("{version} is no version of the policy language")
            );
        }
        for (name, value, told) in [
            ("Action", json!("nonsense"), "\"nonsense\" is no action"),
            ("Action", json!(["s3:Get*", "s3:"]), "\"s3:\" is no action"),
            ("Action", json!(":GetObject"), "\":GetObject\" is no action"),
            (
                "Action",
                json!([]),
                "The Action of Statement[0] is neither a text nor a list of texts",
            ),
            ("Resource", json!("x"), "\"x\" is no resource"),
            ("Resource", json!(["*", "bucket/*"]), "\"bucket/*\" is no resource"),
            ("Resource", json!("arn:aws"), "\"arn:aws\" is no resource"),
            (
                "Resource",
                json!(1),
                "The Resource of Statement[0] is neither a text nor a list of texts",
            ),
            ("NotAction", json!("s3:*"), "Statement[0] has both Action and NotAction"),
            ("Effect", json!("allow"), "Statement[0] has no Effect"),
        ] {
            assert_eq!(summary(&document(&[(name, value)])), told);
        }
        for name in ["Effect", "Principal", "Action", "Resource"] {
            assert_eq!(summary(&without(name)), format!("Statement[0] has no {name}"));
        }
        assert_eq!(summary(&json!({ "Statement": ["*"] })), "Statement[0] is no object");
    }

    #[test]
    fn the_remedy_says_where_and_how() {
        let wrong = document(&[("Action", json!("GetObject"))]).to_string();
        let detail = validate_document(&wrong).unwrap_err().detail;
        assert!(
            detail.contains("\"s3:GetObject\"") && detail.contains("Statement[0]"),
            "{detail}"
        );
    }
}
