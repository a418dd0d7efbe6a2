//! Endpoint policies: what may pass through an endpoint, whoever asks.
//!
//! Without a policy of its own an endpoint lets everything through, so that a program with credentials of another account, or a
//! bucket in one, is a way out of a network that has no other. The presets close it: they let through the principals of the
//! account (or organization), and where a service stores data, only to what belongs to it.
//!
//! Two things that are not the account's must pass, or nothing works: the layers of images in ECR are objects in a bucket of
//! AWS's, which are asked for by URLs that ECR signs, and so are the package repositories of Amazon Linux, which are asked for without any
//! signature. The policy of S3 lets these through for reading. Sources: Amazon ECR User Guide, "Minimum Amazon S3 bucket
//! permissions for Amazon ECR"; Amazon Linux 2023 User Guide, "Kernel Live Patching"; aws-samples/data-perimeter-policy-examples,
//! "VPC endpoint policy examples".
//!
//! Images are not held to the account: repositories of AWS (deep learning containers, GuardDuty's agent) and of a shared account are
//! pulled with the account's own credentials, and are only read by those that they are shared with.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::domain::identity;
use crate::domain::limits::ORGANIZATION_ID_LENGTH;
use crate::domain::problem::Invalid;

mod document;

pub use document::validate_document;

/// What every endpoint's policy lets through unless the user writes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyPreset {
    /// Everything: AWS's default.
    #[default]
    FullAccess,
    /// Principals, and in stores resources, of the environment's account.
    SameAccount,
    /// Principals, and in stores resources, of the account's organization.
    SameOrganization,
}

impl PolicyPreset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FullAccess, Self::SameAccount, Self::SameOrganization];

    /// The user's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FullAccess => "full_access",
            Self::SameAccount => "same_account",
            Self::SameOrganization => "same_organization",
        }
    }
}

impl fmt::Display for PolicyPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PolicyPreset {
    type Err = Invalid;

    fn from_str(word: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.as_str() == word)
            .ok_or_else(|| {
                Invalid::new(
                    format!("{word:?} is not a preset of endpoint policies"),
                    "Use \"full_access\", \"same_account\" or \"same_organization\"; the default is \"full_access\". A policy of your \
                     own for one service goes into policies.",
                )
            })
    }
}

/// Whose network the endpoints are in.
#[derive(Clone, Copy, Debug)]
pub struct Perimeter<'a> {
    /// Partition of ARNs.
    pub partition: &'a str,
    /// Region.
    pub region: &'a str,
    /// Account.
    pub account_id: &'a str,
    /// Organization, which the preset of that name needs.
    pub organization_id: Option<&'a str>,
}

/// Short names of services that hold the account's data and nothing that AWS provides for all: here the resource counts as well.
const STORES: [&str; 6] = ["s3", "dynamodb", "secretsmanager", "sqs", "sns", "kinesis-streams"];

/// Buckets of AWS that instances must read, with `REGION` in the place of the region.
const AWS_BUCKETS: [&str; 5] = [
    "prod-REGION-starport-layer-bucket",
    "al2023-repos-REGION-de612dc2",
    "al2023-REGION",
    "amazonlinux-2-repos-REGION",
    "amazonlinux.REGION.amazonaws.com",
];

/// The document of a preset for a service; `None` for AWS's default, which lets everything through.
pub fn document(preset: PolicyPreset, service: &str, perimeter: &Perimeter<'_>) -> Option<String> {
    let (sid, key, id) = match preset {
        PolicyPreset::FullAccess => return None,
        PolicyPreset::SameAccount => ("Account", "Account", perimeter.account_id),
        PolicyPreset::SameOrganization => ("Organization", "OrgID", perimeter.organization_id?),
    };
    let mut theirs = BTreeMap::from([(format!("aws:Principal{key}"), id)]);
    if STORES.contains(&service) {
        theirs.insert(format!("aws:Resource{key}"), id);
    }
    let mut statements = vec![
        statement(
            &format!("Same{sid}"),
            json!("*"),
            json!("*"),
            Some(json!({ "StringEquals": theirs })),
        ),
        statement(
            "AwsServices",
            json!("*"),
            json!("*"),
            Some(json!({ "Bool": { "aws:PrincipalIsAWSService": "true" } })),
        ),
    ];
    if service == "s3" {
        let objects: Vec<String> = AWS_BUCKETS
            .iter()
            .map(|bucket| {
                let bucket = bucket.replace("REGION", perimeter.region);
                format!("arn:{}:s3:::{bucket}/*", perimeter.partition)
            })
            .collect();
        statements.push(statement(
            "ImageLayersAndPackagesOfAws",
            json!("s3:GetObject"),
            json!(objects),
            None,
        ));
    }
    Some(json!({ "Version": "2012-10-17", "Statement": statements }).to_string())
}

fn statement(sid: &str, action: Value, resource: Value, condition: Option<Value>) -> Value {
    let mut statement = json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
    });
    if let (Some(fields), Some(condition)) = (statement.as_object_mut(), condition) {
        fields.insert("Condition".to_owned(), condition);
    }
    statement
}

/// The document that AWS gives an endpoint which is given none.
pub const FULL_ACCESS: &str = r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#;

/// Whether two policies of an endpoint mean the same. None is the same as full access, however that is written.
pub fn same(a: Option<&str>, b: Option<&str>) -> bool {
    match (
        a.filter(|text| !is_full_access(text)),
        b.filter(|text| !is_full_access(text)),
    ) {
        (None, None) => true,
        (Some(a), Some(b)) => identity::same_policy(&with_version(a), &with_version(b)),
        _ => false,
    }
}

/// Whether a document lets everything through, as AWS's default does. Version and identifiers do not matter to that.
pub fn is_full_access(document: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(document) else {
        return false;
    };
    let statement = match &document["Statement"] {
        Value::Array(statements) if statements.len() == 1 => &statements[0],
        other => other,
    };
    let all = |value: &Value| *value == json!("*") || *value == json!(["*"]);
    let everybody = all(&statement["Principal"]) || all(&statement["Principal"]["AWS"]);
    let fields = statement.as_object().map_or(0, |fields| fields.len()) - usize::from(statement["Sid"].is_string());
    fields == 4
        && statement["Effect"] == json!("Allow")
        && all(&statement["Action"])
        && all(&statement["Resource"])
        && everybody
}

/// Whether a document lets nothing through: what no statement allows is denied. Source: IAM User Guide, "Policy evaluation logic".
pub fn denies_everything(document: &str) -> bool {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(document) else {
        return false;
    };
    let statements = match fields.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    !statements.iter().any(|statement| statement["Effect"] == json!("Allow"))
}

/// A document without a version is one of 2008-10-17. Source: IAM User Guide, "IAM JSON policy elements: Version".
fn with_version(document: &str) -> String {
    match serde_json::from_str::<Value>(document) {
        Ok(Value::Object(mut fields)) => {
            fields
                .entry("Version")
                .or_insert_with(|| Value::String("2008-10-17".to_owned()));
            Value::Object(fields).to_string()
        }
        _ => document.to_owned(),
    }
}

/// The organization that a document of the preset for organizations lets through.
pub fn organization_in(document: &str) -> Option<String> {
    let document: Value = serde_json::from_str(document).ok()?;
    let statements = document["Statement"].as_array()?;
    let ids = statements
        .iter()
        .filter_map(|statement| statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"].as_str());
    ids.map(str::to_owned).next()
}

/// Checks the id of an organization. Source: AWS Organizations API Reference, Organization.
pub fn validate_organization_id(id: &str) -> Result<(), Invalid> {
    let is_valid = id.strip_prefix("o-").is_some_and(|rest| {
        ORGANIZATION_ID_LENGTH.contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if is_valid {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{id:?} is not the id of an organization"),
        "Such an id looks like \"o-a1b2c3d4e5\": \"o-\" and 10 to 32 lower-case letters or digits. The command `aws organizations \
         describe-organization` shows it.",
    ))
}

#[cfg(test)]
mod tests;
