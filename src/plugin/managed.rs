//! Managed resources: which handler a call is for, and what is answered when the handler fails.
//!
//! One rule holds throughout: **an answer never forgets what exists.** Where a handler gives nothing, with an error,
//! without one or by a panic, the state is the last checkpoint, else the one that Terraform had before.

use std::sync::Arc;

use tf_provider::Diagnostics;

use super::caught::{caught, caught_now, settle};
use super::context::{Checkpoint, context};
use super::diagnostics::{path_to_wire, problem, to_wire, to_wire_aimed};
use super::handlers::{AnyResource, Kept, Planned};
use super::server::{Server, unknown};
use super::value::{Input, Shape, finish, finish_known, null};
use super::wire::tfplugin6::{self as proto, DynamicValue};

/// A resource and what is needed to talk to it.
struct Target<'s> {
    handler: &'s dyn AnyResource,
    version: i64,
    shape: Arc<Shape>,
    meta_shape: Arc<Shape>,
}

impl Server {
    fn target(&self, name: &str, diags: &mut Diagnostics) -> Option<Target<'_>> {
        let offer = self.resources.get(name).ok_or_else(|| unknown("resource", name));
        let target = offer.and_then(|offer| {
            let (schema, shape) = offer.described(name).as_ref().map_err(Clone::clone)?;
            let handler = &*offer.handler;
            Ok(Target {
                handler,
                version: schema.version,
                shape: shape.clone(),
                meta_shape: self.meta_shape(),
            })
        });
        target.map_err(|errors| diags.add_diagnostics(errors)).ok()
    }

    pub(super) async fn validate_resource(
        &self,
        request: proto::validate_resource_config::Request,
    ) -> proto::validate_resource_config::Response {
        let mut diags = Diagnostics::default();
        if let Some(target) = self.target(&request.type_name, &mut diags)
            && let Some(config) = target.input("configuration", request.config, &mut diags)
        {
            let outcome = caught(target.handler.validate(&mut diags, &config)).await;
            settle(&mut diags, "validate", outcome);
        }
        let diagnostics = to_wire_aimed(diags, self.resource_block(&request.type_name));
        proto::validate_resource_config::Response { diagnostics }
    }

    pub(super) async fn upgrade(
        &self,
        request: proto::upgrade_resource_state::Request,
    ) -> proto::upgrade_resource_state::Response {
        let mut diags = Diagnostics::default();
        let upgraded_state = match self.target(&request.type_name, &mut diags) {
            Some(target) => target.upgrade(request, &mut diags).await,
            None => None,
        };
        proto::upgrade_resource_state::Response {
            upgraded_state,
            diagnostics: to_wire(diags),
        }
    }

    pub(super) async fn import(
        &self,
        request: proto::import_resource_state::Request,
    ) -> proto::import_resource_state::Response {
        let mut diags = Diagnostics::default();
        let mut imported_resources = vec![];
        if let Some(target) = self.target(&request.type_name, &mut diags) {
            let outcome = caught(target.handler.import(&mut diags, request.id.clone())).await;
            if let Some(Kept { state, private }) = settle(&mut diags, "import", outcome) {
                let state = finish(state, &target.shape);
                if state == null() && diags.errors.is_empty() {
                    diags.errors.push(problem(
                        "Nothing to import",
                        format!("There is no {} with the id {:?}.", request.type_name, request.id),
                    ));
                } else {
                    let type_name = request.type_name;
                    let state = Some(state);
                    imported_resources.push(proto::import_resource_state::ImportedResource {
                        type_name,
                        state,
                        private,
                    });
                }
            }
        }
        proto::import_resource_state::Response {
            imported_resources,
            diagnostics: to_wire(diags),
        }
    }

    pub(super) async fn read(&self, request: proto::read_resource::Request) -> proto::read_resource::Response {
        let mut diags = Diagnostics::default();
        let block = self.resource_block(&request.type_name);
        let mut new_state = request.current_state.clone();
        let mut private = request.private.clone();
        if let Some(target) = self.target(&request.type_name, &mut diags)
            && let Some(state) = target.input("state", request.current_state, &mut diags)
            && let Some(meta) = target.meta(request.provider_meta, &mut diags)
        {
            let outcome = caught(target.handler.read(&mut diags, &state, &request.private, &meta)).await;
            if let Some(kept) = settle(&mut diags, "read", outcome) {
                new_state = Some(finish(kept.state, &target.shape));
                private = kept.private;
            }
        }
        let diagnostics = to_wire_aimed(diags, block);
        proto::read_resource::Response {
            new_state,
            private,
            diagnostics,
        }
    }

    pub(super) async fn plan(
        &self,
        request: proto::plan_resource_change::Request,
    ) -> proto::plan_resource_change::Response {
        let mut diags = Diagnostics::default();
        let block = self.resource_block(&request.type_name);
        let mut answer = proto::plan_resource_change::Response::default();
        if let Some(target) = self.target(&request.type_name, &mut diags) {
            target.plan(request, &mut diags, &mut answer).await;
        }
        answer.diagnostics = to_wire_aimed(diags, block);
        answer
    }

    pub(super) async fn apply(
        &self,
        request: proto::apply_resource_change::Request,
    ) -> proto::apply_resource_change::Response {
        let mut diags = Diagnostics::default();
        let block = self.resource_block(&request.type_name);
        // What stays if nothing can be said: what was there, which before a creation is nothing.
        let mut answer = proto::apply_resource_change::Response {
            new_state: request.prior_state.clone(),
            private: request.planned_private.clone(),
            diagnostics: vec![],
        };
        if let Some(target) = self.target(&request.type_name, &mut diags) {
            target.apply(request, &mut diags, &mut answer).await;
        }
        answer.diagnostics = to_wire_aimed(diags, block);
        answer
    }
}

impl Target<'_> {
    fn input(&self, role: &'static str, value: Option<DynamicValue>, diags: &mut Diagnostics) -> Option<Input> {
        Input::new(role, value, &self.shape)
            .map_err(|error| diags.errors.push(error))
            .ok()
    }

    fn meta(&self, value: Option<DynamicValue>, diags: &mut Diagnostics) -> Option<Input> {
        Input::new("provider meta", value, &self.meta_shape)
            .map_err(|error| diags.errors.push(error))
            .ok()
    }

    async fn plan(
        &self,
        request: proto::plan_resource_change::Request,
        diags: &mut Diagnostics,
        answer: &mut proto::plan_resource_change::Response,
    ) -> Option<()> {
        let prior = self.input("prior state", request.prior_state, diags)?;
        let proposed = self.input("proposed state", request.proposed_new_state, diags)?;
        let config = self.input("configuration", request.config, diags)?;
        let meta = self.meta(request.provider_meta, diags)?;
        let private = &request.prior_private;

        let outcome = match (prior.is_null(), proposed.is_null()) {
            (true, false) => caught(self.handler.plan_create(diags, &proposed, &config, &meta)).await,
            (false, false) => {
                caught(
                    self.handler
                        .plan_update(diags, &prior, &proposed, &config, private, &meta),
                )
                .await
            }
            (false, true) => {
                let outcome = caught(self.handler.plan_destroy(diags, &prior, private, &meta)).await;
                answer.planned_private = settle(diags, "the plan to destroy", outcome)?;
                answer.planned_state = Some(null());
                return Some(());
            }
            (true, true) => {
                diags.errors.push(neither_nor());
                return None;
            }
        };
        let Planned { kept, requires_replace } = settle(diags, "plan", outcome)?;
        answer.planned_state = Some(finish(kept.state, &self.shape));
        answer.planned_private = kept.private;
        answer.requires_replace = requires_replace.into_iter().map(path_to_wire).collect();
        Some(())
    }

    async fn apply(
        &self,
        request: proto::apply_resource_change::Request,
        diags: &mut Diagnostics,
        answer: &mut proto::apply_resource_change::Response,
    ) -> Option<()> {
        let prior = self.input("prior state", request.prior_state, diags)?;
        let planned = self.input("planned state", request.planned_state, diags)?;
        let config = self.input("configuration", request.config, diags)?;
        let meta = self.meta(request.provider_meta, diags)?;
        let private = &request.planned_private;

        let kept = match (prior.is_null(), planned.is_null()) {
            (true, false) => {
                let outcome = caught(self.handler.create(diags, &planned, &config, private, &meta)).await;
                settle(diags, "create", outcome)
            }
            (false, false) => {
                let outcome = caught(self.handler.update(diags, &prior, &planned, &config, private, &meta)).await;
                settle(diags, "update", outcome)
            }
            (false, true) => {
                let outcome = caught(self.handler.destroy(diags, &prior, private, &meta)).await;
                // A destroy that reports an error has not destroyed, whatever it returned.
                if settle(diags, "destroy", outcome).is_some() && diags.errors.is_empty() {
                    answer.new_state = Some(null());
                    answer.private = vec![];
                    return Some(());
                }
                None
            }
            (true, true) => {
                diags.errors.push(neither_nor());
                return None;
            }
        };
        if let Some(Kept { state, private }) = kept {
            answer.new_state = Some(finish(state, &self.shape));
            answer.private = private;
        } else if let Some(Checkpoint { state, private }) = context().last_checkpoint() {
            answer.new_state = Some(finish_known(state, &self.shape));
            answer.private = private.unwrap_or_else(|| request.planned_private.clone());
        }
        Some(())
    }

    async fn upgrade(
        &self,
        request: proto::upgrade_resource_state::Request,
        diags: &mut Diagnostics,
    ) -> Option<DynamicValue> {
        let stored = match request.raw_state.unwrap_or_default() {
            raw if !raw.json.is_empty() => raw.json,
            _ => {
                diags.errors.push(problem(
                    "The state is in a format that is no longer read",
                    "It was written by Terraform 0.11 or older. Apply it once with Terraform 0.12, which rewrites it.",
                ));
                return None;
            }
        };
        let stored = match serde_json::from_slice(&stored) {
            Ok(stored) => stored,
            Err(error) => {
                // Of serde_json's message only the place: the rest may quote the state.
                let place = format!("line {}, column {}", error.line(), error.column());
                diags.errors.push(problem(
                    "The state is not JSON",
                    format!("It cannot be read from {place} on."),
                ));
                return None;
            }
        };
        let current = if request.version < self.version {
            let outcome = caught(self.handler.upgrade(diags, request.version, stored)).await;
            settle(diags, "the state upgrade", outcome)?
        } else if request.version == self.version {
            stored
        } else {
            diags.errors.push(problem(
                "The state was written by a newer version of the provider",
                format!(
                    "The state of this {} has schema version {}, and this provider knows versions up to {}. Use the \
                     version of the provider that wrote it, or a later one.",
                    request.type_name, request.version, self.version
                ),
            ));
            return None;
        };
        let input = Input::of("stored state", self.shape.conform(current), &self.shape)
            .map_err(|error| diags.errors.push(error))
            .ok()?;
        let restated = caught_now(|| self.handler.restate(diags, &input));
        let state = settle(diags, "the state upgrade", restated)?;
        Some(finish(state, &self.shape))
    }
}

fn neither_nor() -> tf_provider::Diagnostic {
    problem(
        "Nothing to do",
        "Terraform asked for a change from nothing to nothing, which is a bug in Terraform.",
    )
}
