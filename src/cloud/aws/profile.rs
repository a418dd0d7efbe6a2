//! The shared configuration and credentials files, and the region of a profile in them.
#![expect(
    deprecated,
    reason = "aws-config names the files by an alias into aws-runtime, which is meant for generated code only"
)]

use aws_config::meta::region::ProvideRegion;
use aws_config::profile::profile_file::{Builder, ProfileFileKind, ProfileFiles};
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_types::region::Region;

use super::connect::ConnectError;
use super::environment::Environment;
use super::settings::ConnectionSettings;

/// The files to read; those that are not named in the provider block are at their usual places.
pub(super) fn files(settings: &ConnectionSettings, environment: &Environment) -> ProfileFiles {
    let mut builder = Builder::new()
        .include_default_config_file(settings.shared_config_files.is_empty())
        .include_default_credentials_file(settings.shared_credentials_files.is_empty());
    for path in &settings.shared_config_files {
        builder = builder.with_file(ProfileFileKind::Config, environment.expand(path));
    }
    for path in &settings.shared_credentials_files {
        builder = builder.with_file(ProfileFileKind::Credentials, environment.expand(path));
    }
    builder.build()
}

/// How the profile and its files are called in an error.
pub(super) fn describe(settings: &ConnectionSettings, environment: &Environment) -> String {
    let name = settings.profile.clone().or_else(|| environment.get("AWS_PROFILE"));
    let files = |given: &[String], variable: &str, usual: &str| match given {
        [] => environment.get(variable).unwrap_or_else(|| usual.to_owned()),
        _ => given.join(", "),
    };
    format!(
        "profile {:?} of {} and {}",
        name.as_deref().unwrap_or("default"),
        files(&settings.shared_config_files, "AWS_CONFIG_FILE", "~/.aws/config"),
        files(
            &settings.shared_credentials_files,
            "AWS_SHARED_CREDENTIALS_FILE",
            "~/.aws/credentials"
        ),
    )
}

/// The region: the provider block's, the environment's, the profile's. Instance metadata is not asked: what an environment is
/// created in should not depend on where Terraform happens to run.
pub(super) async fn region(settings: &ConnectionSettings, environment: &Environment) -> Result<Region, ConnectError> {
    const VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    let known = settings
        .region
        .clone()
        .or_else(|| VARIABLES.iter().find_map(|name| environment.get(name)));
    if let Some(region) = known {
        return Ok(Region::new(region));
    }
    let mut builder = ProfileFileRegionProvider::builder().profile_files(files(settings, environment));
    if let Some(profile) = &settings.profile {
        builder = builder.profile_name(profile);
    }
    builder.build().region().await.ok_or_else(|| ConnectError::Region {
        looked_at: vec![
            "region in the provider block".to_owned(),
            VARIABLES[0].to_owned(),
            VARIABLES[1].to_owned(),
            describe(settings, environment),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(config: &str) -> (tempfile::TempDir, ConnectionSettings) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("config"), config).unwrap();
        std::fs::write(path("credentials"), "").unwrap();
        let settings = ConnectionSettings {
            profile: Some("simulation".to_owned()),
            shared_config_files: vec![path("config")],
            shared_credentials_files: vec![path("credentials")],
            ..ConnectionSettings::default()
        };
        (folder, settings)
    }

    #[tokio::test]
    async fn each_way_to_give_a_region_yields_to_the_one_before_it() {
        let (_folder, mut settings) = settings("[profile simulation]\nregion = eu-west-4\n");
        let both = [("AWS_REGION", "eu-west-2"), ("AWS_DEFAULT_REGION", "eu-west-3")];
        let mut seen = Vec::new();
        for variables in [&[][..], &both[1..], &both[..]] {
            seen.push(
                region(&settings, &Environment::of(variables))
                    .await
                    .unwrap()
                    .to_string(),
            );
        }
        settings.region = Some("eu-west-1".to_owned());
        seen.push(region(&settings, &Environment::of(&both)).await.unwrap().to_string());
        assert_eq!(seen, ["eu-west-4", "eu-west-3", "eu-west-2", "eu-west-1"]);
    }

    #[tokio::test]
    async fn without_a_region_all_ways_are_named() {
        let (_folder, settings) = settings("[profile other]\nregion = eu-west-4\n");
        let error = region(&settings, &Environment::of(&[])).await.unwrap_err();
        let text = error.to_string();
        let config = settings.shared_config_files[0].as_str();
        for way in [
            "provider block",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "\"simulation\"",
            config,
        ] {
            assert!(text.contains(way), "{way} in {text}");
        }
        assert_eq!(error.attribute(), Some("region"));
    }
}
