//! What only reads: the provider's configuration, data sources and functions.

use std::sync::Arc;

use tf_provider::schema::{Block, FunctionSchema};
use tf_provider::{AttributePathStep, Diagnostic, Diagnostics};

use super::caught::{caught, settle};
use super::diagnostics::{problem, to_wire_aimed, without_backtrace};
use super::handlers::AnyDataSource;
use super::server::{Server, described_function, unknown};
use super::value::{Input, Shape, Tree, finish, tree};
use super::wire::tfplugin6::{self as proto, DynamicValue};

impl Server {
    pub(super) async fn validate_provider(
        &self,
        request: proto::validate_provider_config::Request,
    ) -> proto::validate_provider_config::Response {
        let mut diags = Diagnostics::default();
        if let Some(config) = self.provider_config(request.config, &mut diags) {
            let outcome = caught(self.provider.validate(&mut diags, &config)).await;
            settle(&mut diags, "the provider's validate", outcome);
        }
        let diagnostics = to_wire_aimed(diags, self.provider_block());
        proto::validate_provider_config::Response { diagnostics }
    }

    pub(super) async fn configure(
        &self,
        request: proto::configure_provider::Request,
    ) -> proto::configure_provider::Response {
        let mut diags = Diagnostics::default();
        if let Some(config) = self.provider_config(request.config, &mut diags) {
            let outcome = caught(self.provider.configure(&mut diags, request.terraform_version, &config)).await;
            settle(&mut diags, "configure", outcome);
        }
        let diagnostics = to_wire_aimed(diags, self.provider_block());
        proto::configure_provider::Response { diagnostics }
    }

    fn provider_block(&self) -> Option<&Block> {
        let (schema, _) = self.provider_schema().as_ref().ok()?;
        Some(&schema.block)
    }

    fn provider_config(&self, config: Option<DynamicValue>, diags: &mut Diagnostics) -> Option<Input> {
        let described = self
            .provider_schema()
            .as_ref()
            .map_err(|errors| diags.add_diagnostics(errors.clone()));
        let (_, shape) = described.ok()?;
        Input::new("provider configuration", config, shape)
            .map_err(|error| diags.errors.push(error))
            .ok()
    }

    fn readable(&self, name: &str, diags: &mut Diagnostics) -> Option<(&dyn AnyDataSource, Arc<Shape>)> {
        let offer = self.data_sources.get(name).ok_or_else(|| unknown("data source", name));
        let readable = offer.and_then(|offer| {
            let (_, shape) = offer.described(name).as_ref().map_err(Clone::clone)?;
            Ok((&*offer.handler, shape.clone()))
        });
        readable.map_err(|errors| diags.add_diagnostics(errors)).ok()
    }

    pub(super) async fn validate_data_source(
        &self,
        request: proto::validate_data_resource_config::Request,
    ) -> proto::validate_data_resource_config::Response {
        let mut diags = Diagnostics::default();
        if let Some((handler, shape)) = self.readable(&request.type_name, &mut diags)
            && let Some(config) = taken(Input::new("configuration", request.config, &shape), &mut diags)
        {
            let outcome = caught(handler.validate(&mut diags, &config)).await;
            settle(&mut diags, "validate", outcome);
        }
        let diagnostics = to_wire_aimed(diags, self.data_source_block(&request.type_name));
        proto::validate_data_resource_config::Response { diagnostics }
    }

    pub(super) async fn read_data_source(
        &self,
        request: proto::read_data_source::Request,
    ) -> proto::read_data_source::Response {
        let mut diags = Diagnostics::default();
        let mut state = None;
        if let Some((handler, shape)) = self.readable(&request.type_name, &mut diags)
            && let Some(config) = taken(Input::new("configuration", request.config, &shape), &mut diags)
            && let Some(meta) = taken(
                Input::new("provider meta", request.provider_meta, &self.meta_shape()),
                &mut diags,
            )
        {
            let outcome = caught(handler.read(&mut diags, &config, &meta)).await;
            state = settle(&mut diags, "read", outcome).map(|encoded| finish(encoded, &shape));
        }
        let diagnostics = to_wire_aimed(diags, self.data_source_block(&request.type_name));
        proto::read_data_source::Response { state, diagnostics }
    }

    pub(super) async fn call_function(&self, request: proto::call_function::Request) -> proto::call_function::Response {
        let mut diags = Diagnostics::default();
        let result = self.called(request, &mut diags).await;
        for warning in &diags.warnings {
            tracing::warn!(summary = %warning.summary, "a function cannot give warnings to the user");
        }
        match function_error(&diags.errors) {
            Some(error) => proto::call_function::Response {
                result: None,
                error: Some(error),
            },
            None => proto::call_function::Response { result, error: None },
        }
    }

    async fn called(&self, request: proto::call_function::Request, diags: &mut Diagnostics) -> Option<DynamicValue> {
        let function = self
            .functions
            .get(&request.name)
            .ok_or_else(|| unknown("function", &request.name));
        let described = function.and_then(|function| Ok((function, described_function(&request.name, &**function)?)));
        let (function, schema) = described.map_err(|errors| diags.add_diagnostics(errors)).ok()?;
        let arguments = taken(arguments(request.arguments, &schema), diags)?;
        let outcome = caught(function.call(diags, &arguments)).await;
        let result = settle(diags, &format!("function {}", request.name), outcome)?;
        Some(finish(result, &(&schema.return_type).into()))
    }
}

fn taken<T>(input: Result<T, Diagnostic>, diags: &mut Diagnostics) -> Option<T> {
    input.map_err(|error| diags.errors.push(error)).ok()
}

/// The positional arguments, and if the function is variadic one list of all others.
fn arguments(values: Vec<DynamicValue>, schema: &FunctionSchema) -> Result<Vec<Input>, Diagnostic> {
    const ROLE: &str = "argument";
    let expected = schema.parameters.len();
    if values.len() < expected || (schema.variadic.is_none() && values.len() > expected) {
        return Err(problem(
            format!("{} arguments were given where {expected} are expected", values.len()),
            "",
        ));
    }
    let mut values = values.into_iter();
    let mut inputs = Vec::with_capacity(expected + 1);
    for (parameter, value) in schema.parameters.iter().zip(&mut values) {
        inputs.push(Input::new(
            ROLE,
            Some(value),
            &Arc::new((&parameter.param_type).into()),
        )?);
    }
    if let Some(variadic) = &schema.variadic {
        let item = Shape::from(&variadic.param_type);
        let rest = values
            .map(|value| tree(ROLE, Some(value), &item))
            .collect::<Result<_, _>>()?;
        inputs.push(Input::of(
            ROLE,
            Tree::List(rest),
            &Arc::new(Shape::List(Box::new(item))),
        )?);
    }
    Ok(inputs)
}

/// All errors in the one that a function can give, which names an argument if they agree on it.
fn function_error(errors: &[Diagnostic]) -> Option<proto::FunctionError> {
    let argument = |error: &Diagnostic| match error.attribute.steps.first() {
        Some(AttributePathStep::Index(index)) => Some(*index),
        _ => None,
    };
    let common = argument(errors.first()?).filter(|index| errors.iter().all(|error| argument(error) == Some(*index)));
    let lines = errors.iter().map(|error| {
        let place = match argument(error) {
            Some(index) if common.is_none() => format!("argument {}: ", index + 1),
            _ => String::new(),
        };
        let detail = without_backtrace(&error.detail);
        let gap = if detail.is_empty() { "" } else { ": " };
        format!("{place}{}{gap}{detail}", error.summary)
    });
    Some(proto::FunctionError {
        text: lines.collect::<Vec<_>>().join("\n"),
        function_argument: common,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tf_provider::AttributePath;

    fn error(summary: &'static str, argument: Option<i64>) -> Diagnostic {
        let attribute = argument.map(AttributePath::function_argument).unwrap_or_default();
        Diagnostic {
            attribute,
            ..problem(summary, "")
        }
    }

    #[test]
    fn an_argument_all_errors_agree_on_is_named() {
        let wire = function_error(&[error("a", Some(1)), error("b", Some(1))]).unwrap();
        assert_eq!((wire.text.as_str(), wire.function_argument), ("a\nb", Some(1)));
    }

    #[test]
    fn errors_about_several_arguments_name_them_in_the_text() {
        let wire = function_error(&[error("a", Some(0)), error("b", Some(1)), error("c", None)]).unwrap();
        assert_eq!(
            (wire.text.as_str(), wire.function_argument),
            ("argument 1: a\nargument 2: b\nc", None)
        );
        assert_eq!(function_error(&[]), None);
    }

    #[test]
    fn the_number_of_arguments_is_checked() {
        let schema = FunctionSchema::default();
        assert!(arguments(vec![], &schema).is_ok());
        let error = arguments(vec![DynamicValue::default()], &schema).err().unwrap();
        assert_eq!(error.summary, "1 arguments were given where 0 are expected");
    }
}
