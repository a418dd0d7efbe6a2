//! The provider itself, its data source and its functions.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{
    AttributeConstraint, AttributeType, Block, Description, FunctionSchema, Parameter, Schema, Type,
};
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{AttributePath, DataSource, Diagnostics, Function, Provider, map};

use super::{attribute, behaviour, note};

/// Its configuration is shared with the resource.
pub struct Probe(pub Arc<OnceLock<String>>);

#[derive(Deserialize, Serialize)]
pub struct Config {
    prefix: Value<String>,
}

#[async_trait]
impl Provider for Probe {
    type Config<'a> = Value<Config>;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        if behaviour("schema") == "error" {
            diags.root_error("No schema today", "Come back tomorrow.");
        }
        let prefix = attribute(AttributeType::String, AttributeConstraint::Optional);
        let block = Block {
            attributes: map! { "prefix" => prefix },
            description: Description::markdown("A probe."),
            ..Block::default()
        };
        Some(Schema { version: 0, block })
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Self::Config<'a>) -> Option<()> {
        if let Value::Value(Config {
            prefix: Value::Value(prefix),
        }) = config
            && prefix.is_empty()
        {
            diags.error_short("prefix must not be empty", AttributePath::new("prefix"));
        }
        Some(())
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        terraform_version: String,
        config: Self::Config<'a>,
    ) -> Option<()> {
        note(&format!("configured by {terraform_version}"));
        match behaviour("configure").as_str() {
            "none" => return None,
            "panic" => panic!("boom in configure"),
            "error" => diags.root_error("Cannot be configured", ""),
            _ => {}
        }
        let prefix = config
            .as_ref_option()
            .and_then(|config| config.prefix.as_ref_option().cloned());
        self.0.set(prefix.unwrap_or_else(|| "id-".to_owned())).ok()
    }
}

pub struct Echo;

#[derive(Deserialize, Serialize)]
pub struct EchoState {
    input: Value<String>,
    output: Value<String>,
    third: Value<f64>,
}

#[async_trait]
impl DataSource for Echo {
    type State<'a> = Value<EchoState>;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        let attributes = map! {
            "input" => attribute(AttributeType::String, AttributeConstraint::Required),
            "output" => attribute(AttributeType::String, AttributeConstraint::Computed),
            "third" => attribute(AttributeType::Number, AttributeConstraint::Computed),
        };
        let description = Description::markdown("Says it louder.");
        Some(Schema {
            version: 0,
            block: Block {
                attributes,
                description,
                ..Block::default()
            },
        })
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Self::State<'a>) -> Option<()> {
        if let Value::Value(EchoState {
            input: Value::Value(input),
            ..
        }) = config
            && input.is_empty()
        {
            diags.error_short("input must not be empty", AttributePath::new("input"));
        }
        Some(())
    }

    async fn read<'a>(
        &self,
        _: &mut Diagnostics,
        config: Self::State<'a>,
        _: Self::ProviderMetaState<'a>,
    ) -> Option<Self::State<'a>> {
        match behaviour("echo").as_str() {
            "none" => return None,
            "panic" => panic!("boom in echo"),
            _ => {}
        }
        Some(config.map(|EchoState { input, .. }| EchoState {
            output: input.as_ref().map(|input| input.to_uppercase()),
            input,
            third: Value::Value(1.0 / 3.0),
        }))
    }
}

fn number(name: &str) -> Parameter {
    Parameter {
        name: name.into(),
        param_type: Type::Number,
        ..Parameter::default()
    }
}

pub struct Add;

#[async_trait]
impl Function for Add {
    type Input<'a> = (f64, f64);
    type Output<'a> = f64;

    fn schema(&self, _: &mut Diagnostics) -> Option<FunctionSchema> {
        let parameters = vec![number("a"), number("n")];
        Some(FunctionSchema {
            parameters,
            return_type: Type::Number,
            ..FunctionSchema::default()
        })
    }

    async fn call<'a>(&self, diags: &mut Diagnostics, (a, n): Self::Input<'a>) -> Option<f64> {
        if n < 0.0 {
            diags.function_error(1, "n must not be negative");
        }
        Some(a + n)
    }
}

pub struct Join;

#[async_trait]
impl Function for Join {
    type Input<'a> = (String, Vec<u8>);
    type Output<'a> = String;

    fn schema(&self, _: &mut Diagnostics) -> Option<FunctionSchema> {
        let separator = Parameter {
            name: "separator".into(),
            param_type: Type::String,
            ..Parameter::default()
        };
        Some(FunctionSchema {
            parameters: vec![separator],
            variadic: Some(number("part")),
            return_type: Type::String,
            ..FunctionSchema::default()
        })
    }

    async fn call<'a>(&self, _: &mut Diagnostics, (separator, parts): Self::Input<'a>) -> Option<String> {
        Some(
            parts
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(&separator),
        )
    }
}

pub struct Crash;

#[async_trait]
impl Function for Crash {
    type Input<'a> = ();
    type Output<'a> = String;

    fn schema(&self, _: &mut Diagnostics) -> Option<FunctionSchema> {
        Some(FunctionSchema {
            return_type: Type::String,
            ..FunctionSchema::default()
        })
    }

    async fn call<'a>(&self, _: &mut Diagnostics, (): Self::Input<'a>) -> Option<String> {
        if behaviour("crash") == "none" {
            return None;
        }
        panic!("boom in a function")
    }
}
