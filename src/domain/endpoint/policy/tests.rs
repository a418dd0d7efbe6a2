use proptest::prelude::*;

use super::*;
use crate::domain::limits::ENDPOINT_POLICY_LENGTH;

const TOKYO: Perimeter<'_> = Perimeter {
    partition: "aws",
    region: "ap-northeast-1",
    account_id: "123456789012",
    organization_id: Some("o-a1b2c3d4e5"),
};

fn pretty(preset: PolicyPreset, service: &str, perimeter: &Perimeter<'_>) -> String {
    let document = document(preset, service, perimeter).unwrap();
    serde_json::to_string_pretty(&serde_json::from_str::<Value>(&document).unwrap()).unwrap()
}

#[test]
fn s3_lets_the_account_and_what_instances_read_of_aws_through() {
    insta::assert_snapshot!(pretty(PolicyPreset::SameAccount, "s3", &TOKYO));
}

#[test]
fn images_are_pulled_by_principals_of_the_organization() {
    insta::assert_snapshot!(pretty(PolicyPreset::SameOrganization, "ecr.dkr", &TOKYO));
}

#[test]
fn arns_follow_the_partition() {
    for (partition, region) in [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")] {
        let perimeter = Perimeter {
            partition,
            region,
            ..TOKYO
        };
        let text = document(PolicyPreset::SameAccount, "s3", &perimeter).unwrap();
        assert!(text.contains(&format!("arn:{partition}:s3:::prod-{region}-starport-layer-bucket/*")));
        assert_eq!(
            text.matches("arn:").count(),
            text.matches(&format!("arn:{partition}:")).count()
        );
    }
}

#[test]
fn full_access_and_an_organization_without_id_have_no_document() {
    assert_eq!(document(PolicyPreset::FullAccess, "s3", &TOKYO), None);
    let nobody = Perimeter {
        organization_id: None,
        ..TOKYO
    };
    assert_eq!(document(PolicyPreset::SameOrganization, "s3", &nobody), None);
}

#[test]
fn full_access_is_full_access_however_it_is_written() {
    let versions = [
        FULL_ACCESS,
        r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#,
        r#"{"Version":"2012-10-17","Id":"x","Statement":{"Sid":"All","Effect":"Allow","Principal":{"AWS":"*"},"Action":["*"],"Resource":["*"]}}"#,
    ];
    for document in versions {
        assert!(is_full_access(document), "{document}");
        assert!(same(None, Some(document)) && same(Some(document), Some(FULL_ACCESS)));
    }
    let less = [
        r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"a":"true"}}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"*"},"Action":"*","Resource":"*"}]}"#,
        r#"{"Statement":[]}"#,
        "{}",
        "",
    ];
    for document in less {
        assert!(!is_full_access(document), "{document}");
        assert!(!same(None, Some(document)));
    }
}

#[test]
fn a_missing_version_is_the_old_one() {
    let bare = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#;
    let old =
        r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":["s3:*"],"Resource":"*"}}"#;
    assert!(same(Some(bare), Some(old)));
    assert!(!same(Some(bare), Some(&old.replace("2008-10-17", "2012-10-17"))));
}

#[test]
fn documents_are_checked() {
    assert!(validate_document(FULL_ACCESS).is_ok());
    assert!(validate_document(&document(PolicyPreset::SameAccount, "s3", &TOKYO).unwrap()).is_ok());
    let long = format!(
        r#"{{"Id":"{}","Statement":[{{}}]}}"#,
        "x".repeat(ENDPOINT_POLICY_LENGTH)
    );
    for wrong in ["", "{", "[]", "\"text\"", "{}", r#"{"Statement":[]}"#, long.as_str()] {
        assert!(validate_document(wrong).is_err(), "{wrong:.40}");
    }
}

#[test]
fn ids_of_organizations_are_checked() {
    assert!(validate_organization_id("o-a1b2c3d4e5").is_ok());
    for wrong in ["", "o-", "o-short", "o-A1B2C3D4E5", "a1b2c3d4e5", "r-a1b2c3d4e5"] {
        assert!(validate_organization_id(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn words_of_presets_are_read_back() {
    for preset in PolicyPreset::ALL {
        assert_eq!(preset.as_str().parse(), Ok(preset));
    }
    assert!(
        "none"
            .parse::<PolicyPreset>()
            .unwrap_err()
            .detail
            .contains("same_account")
    );
}

proptest! {
    /// Whatever the service: valid, within AWS's limit, nobody without a condition but on the objects of AWS, and those for reading only.
    #[test]
    fn presets_let_nobody_else_through(
        service in prop_oneof!["s3", "ecr.api", "ecs-agent", "logs", "dynamodb", "[a-z]{1,20}"],
        organization in any::<bool>(),
    ) {
        let preset = if organization { PolicyPreset::SameOrganization } else { PolicyPreset::SameAccount };
        let text = document(preset, &service, &TOKYO).unwrap();
        prop_assert!(validate_document(&text).is_ok());
        prop_assert!(!is_full_access(&text));
        let parsed: Value = serde_json::from_str(&text).unwrap();
        for statement in parsed["Statement"].as_array().unwrap() {
            if statement["Condition"].is_null() {
                prop_assert_eq!(&service, "s3");
                prop_assert_eq!(&statement["Action"], "s3:GetObject");
                prop_assert!(statement["Resource"].as_array().unwrap().iter().all(|arn| arn != "*"));
            }
        }
    }
}
