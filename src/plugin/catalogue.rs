//! What there is: metadata and schemas.

use std::collections::HashMap;

use tf_provider::Diagnostics;

use super::diagnostics::to_wire;
use super::schema;
use super::server::{Described, Server, described_function};
use super::wire::tfplugin6 as proto;

const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
    plan_destroy: true,
    // Every schema is made when it is first needed, so nothing depends on having been asked for it.
    get_provider_schema_optional: true,
    move_resource_state: false,
};

impl Server {
    pub(super) async fn metadata(&self, _: proto::get_metadata::Request) -> proto::get_metadata::Response {
        use proto::get_metadata::{DataSourceMetadata, FunctionMetadata, ResourceMetadata};
        let type_names = self.resources.keys().cloned();
        let data_names = self.data_sources.keys().cloned();
        proto::get_metadata::Response {
            server_capabilities: Some(CAPABILITIES),
            resources: type_names.map(|type_name| ResourceMetadata { type_name }).collect(),
            data_sources: data_names.map(|type_name| DataSourceMetadata { type_name }).collect(),
            functions: self
                .functions
                .keys()
                .cloned()
                .map(|name| FunctionMetadata { name })
                .collect(),
            diagnostics: vec![],
        }
    }

    pub(super) async fn schemas(&self, _: proto::get_provider_schema::Request) -> proto::get_provider_schema::Response {
        let mut diags = Diagnostics::default();
        let mut collect = |described: &Described| match described {
            Ok((schema, _)) => Some(schema::to_wire(schema)),
            Err(errors) => {
                diags.add_diagnostics(errors.clone());
                None
            }
        };
        let provider = collect(self.provider_schema());
        // A schema without attributes would only make Terraform send empty objects along with every call.
        let provider_meta = collect(self.meta_schema()).filter(|schema| {
            schema
                .block
                .as_ref()
                .is_some_and(|block| !block.attributes.is_empty() || !block.block_types.is_empty())
        });
        let resources = self.resources.iter();
        let resource_schemas = resources
            .filter_map(|(name, offer)| Some((name.clone(), collect(offer.described(name))?)))
            .collect();
        let data_sources = self.data_sources.iter();
        let data_source_schemas = data_sources
            .filter_map(|(name, offer)| Some((name.clone(), collect(offer.described(name))?)))
            .collect();
        let functions = self.described_functions(&mut diags);
        proto::get_provider_schema::Response {
            provider,
            provider_meta,
            resource_schemas,
            data_source_schemas,
            functions,
            server_capabilities: Some(CAPABILITIES),
            diagnostics: to_wire(diags),
        }
    }

    pub(super) async fn function_schemas(&self, _: proto::get_functions::Request) -> proto::get_functions::Response {
        let mut diags = Diagnostics::default();
        let functions = self.described_functions(&mut diags);
        proto::get_functions::Response {
            functions,
            diagnostics: to_wire(diags),
        }
    }

    fn described_functions(&self, diags: &mut Diagnostics) -> HashMap<String, proto::Function> {
        let mut functions = HashMap::new();
        for (name, function) in &self.functions {
            match described_function(name, &**function) {
                Ok(described) => _ = functions.insert(name.clone(), schema::function_to_wire(&described)),
                Err(errors) => diags.add_diagnostics(errors),
            }
        }
        functions
    }
}
