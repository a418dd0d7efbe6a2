//! The SDK's outcomes in the port's words.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::classify::kind;
use crate::cloud::{CloudError, ErrorKind};

/// For `map_err`: the SDK's error of a call as the port's.
pub(super) fn refused<E>(operation: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> CloudError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    move |error| classify(operation, &error)
}

fn classify<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> CloudError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let request_id = error.request_id().map(str::to_owned);
    if let Some(code) = error.code() {
        let message = error.message().unwrap_or("AWS gave no message.").to_owned();
        return CloudError {
            kind: kind(code, &message),
            operation,
            code: Some(code.to_owned()),
            message,
            request_id,
        };
    }
    let (kind, message) = match find::<CredentialsError>(error) {
        Some(error) => (ErrorKind::Denied, no_credentials(error)),
        None => (ErrorKind::Unknown, no_answer(error)),
    };
    CloudError {
        kind,
        operation,
        code: None,
        message,
        request_id,
    }
}

/// Why there are no credentials. An error of [`CredentialsError`] says by itself only which variant it is.
pub(super) fn no_credentials(error: &CredentialsError) -> String {
    match error.source() {
        Some(source) => chain(source),
        None => error.to_string(),
    }
}

/// Why no answer came, or why it could not be read.
fn no_answer<E: Error + Send + Sync + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    let what = match error {
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no connection in time".to_owned(),
        SdkError::DispatchFailure(_) => "the connection failed".to_owned(),
        SdkError::ConstructionFailure(_) => "the request could not be made".to_owned(),
        other => match other.raw_response() {
            Some(response) => format!("the answer (HTTP status {}) could not be understood", response.status()),
            None => "the answer could not be understood".to_owned(),
        },
    };
    // The SDK's own words ("dispatch failure", "io error") say less than `what`.
    let why = match error {
        SdkError::DispatchFailure(failure) => failure.as_connector_error().and_then(Error::source),
        other => other.source(),
    };
    match why {
        Some(why) => format!("{what}: {}", chain(why)),
        None => what,
    }
}

/// An error and its sources in one line, each said once.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // Some errors print their source themselves.
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}

/// The first source of that type.
fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// An answer that lacks what AWS always sends.
pub(super) fn incomplete(operation: &'static str, what: &str) -> CloudError {
    CloudError {
        kind: ErrorKind::Unknown,
        operation,
        code: None,
        message: format!("the answer has no {what}"),
        request_id: None,
    }
}

/// A read of something that may not exist.
pub(super) fn or_absent<T>(result: Result<T, CloudError>) -> Result<Option<T>, CloudError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A delete of something that may be gone already.
pub(super) fn or_gone<T>(result: Result<T, CloudError>) -> Result<(), CloudError> {
    or_absent(result).map(|_| ())
}
