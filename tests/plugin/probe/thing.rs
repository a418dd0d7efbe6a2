//! A resource whose every handler can be made to fail in every way.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_isolated::plugin::{UpgradeState, context};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description, Schema};
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{AttributePath, Diagnostics, map};

use super::{attribute, behaviour, note};

pub struct Resource(pub Arc<OnceLock<String>>);

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Thing {
    id: Value<String>,
    /// What a checkpoint had reached.
    label: Value<String>,
    name: Value<String>,
    secret: Value<String>,
    size: Value<f64>,
}

#[derive(Default, Deserialize, Serialize)]
pub struct Private {
    #[serde(default)]
    plans: u32,
}

type State = Value<Thing>;

impl Resource {
    fn id(&self, thing: &Thing) -> Value<String> {
        let prefix = self.0.get().expect("configured before it is used");
        thing.name.as_ref().map(|name| format!("{prefix}{name}"))
    }
}

fn known(state: State) -> Thing {
    state.expect("a state is a value here")
}

/// Does what the mode says, if it is one that every handler knows.
fn provoke(handler: &str, diags: &mut Diagnostics) -> Option<()> {
    match behaviour(handler).as_str() {
        "none" => None,
        "panic" => panic!("boom in {handler}"),
        "abort" => std::process::abort(),
        "error" => {
            diags.root_error(format!("{handler} failed"), "As it was asked to.");
            None
        }
        "warning" => {
            diags.warning(format!("{handler} warns"), "Beware.", AttributePath::new("name"));
            Some(())
        }
        "attribute" => {
            diags.error(
                format!("{handler} dislikes the size"),
                "Too large.",
                AttributePath::new("size"),
            );
            None
        }
        _ => Some(()),
    }
}

/// Waits for as long as nobody asks to stop, and tells the journal.
async fn wait(handler: &str) {
    note(&format!("{handler} waits"));
    if behaviour(handler) == "stubborn" {
        std::future::pending::<()>().await;
    }
    context().cancelled().await;
    note(&format!("{handler} was cancelled"));
}

#[async_trait]
impl tf_provider::Resource for Resource {
    type State<'a> = State;
    type PrivateState<'a> = Private;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        let secret = attribute(AttributeType::String, AttributeConstraint::Optional);
        let attributes = map! {
            "id" => attribute(AttributeType::String, AttributeConstraint::Computed),
            "label" => attribute(AttributeType::String, AttributeConstraint::OptionalComputed),
            "name" => attribute(AttributeType::String, AttributeConstraint::Required),
            "secret" => Attribute { sensitive: true, ..secret },
            "size" => attribute(AttributeType::Number, AttributeConstraint::Optional),
        };
        let version = std::env::var("PROBE_VERSION").map_or(2, |version| version.parse().unwrap());
        let description = Description::markdown("A thing.");
        Some(Schema {
            version,
            block: Block {
                version,
                attributes,
                description,
                ..Block::default()
            },
        })
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, _: State) -> Option<()> {
        provoke("validate", diags)
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        state: State,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(State, Private)> {
        provoke("read", diags)?;
        match behaviour("read").as_str() {
            "gone" => return Some((Value::Null, private)),
            "drift" => {
                return Some((
                    Value::Value(Thing {
                        size: Value::Value(99.5),
                        ..known(state)
                    }),
                    private,
                ));
            }
            "wait" => wait("read").await,
            _ => {}
        }
        Some((state, private))
    }

    async fn plan_create<'a>(
        &self,
        diags: &mut Diagnostics,
        proposed: State,
        config: State,
        _: ValueEmpty,
    ) -> Option<(State, Private)> {
        provoke("plan", diags)?;
        let mut planned = known(proposed);
        planned.id = Value::Unknown;
        planned.label = known(config).label.or(Value::Unknown);
        Some((Value::Value(planned), Private { plans: 1 }))
    }

    async fn plan_update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State,
        proposed: State,
        _: State,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(State, Private, Vec<AttributePath>)> {
        provoke("plan", diags)?;
        let (prior, mut planned) = (known(prior), known(proposed));
        let mut replace = vec![];
        if planned.name != prior.name {
            planned.id = Value::Unknown;
            replace.push(AttributePath::new("name"));
        }
        Some((
            Value::Value(planned),
            Private {
                plans: private.plans + 1,
            },
            replace,
        ))
    }

    async fn plan_destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        _: State,
        private: Private,
        _: ValueEmpty,
    ) -> Option<Private> {
        provoke("plan_destroy", diags)?;
        note("planned to destroy");
        Some(private)
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        planned: State,
        _: State,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(State, Private)> {
        let planned = known(planned);
        let mut thing = Thing {
            id: self.id(&planned),
            label: planned.label.clone().or(Value::Null),
            ..planned.clone()
        };
        if thing.label.is_unknown() {
            thing.label = Value::Value("made".to_owned());
        }
        let half = Thing {
            label: Value::Value("checkpoint".to_owned()),
            ..thing.clone()
        };
        match behaviour("create").as_str() {
            "error+state" => diags.root_error("create failed", "Half-way."),
            "error+unknown" => {
                diags.root_error("create failed", "Before there was an id.");
                return Some((Value::Value(planned), private));
            }
            "other" => thing.size = Value::Value(1234.0),
            "checkpoint+panic" => {
                context().checkpoint(&Value::Value(Thing {
                    label: Value::Unknown,
                    ..thing.clone()
                }));
                context().checkpoint(&Value::Value(half));
                panic!("boom after the checkpoint");
            }
            "checkpoint+unknown+none" => {
                context().checkpoint(&Value::Value(Thing {
                    label: Value::Unknown,
                    ..thing
                }));
                return None;
            }
            "wait" | "stubborn" => {
                context().checkpoint(&Value::Value(half.clone()));
                wait("create").await;
                diags.root_error("create was interrupted", "Apply again to go on.");
                return Some((Value::Value(half), private));
            }
            _ => provoke("create", diags)?,
        }
        note(&format!("created with {} plans", private.plans));
        Some((Value::Value(thing), private))
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State,
        planned: State,
        _: State,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(State, Private)> {
        match behaviour("update").as_str() {
            "error+prior" => {
                diags.root_error("update failed", "Nothing was changed.");
                return Some((prior, private));
            }
            "error+planned" => diags.root_error("update failed", "All was changed."),
            "checkpoint+panic" => {
                context().checkpoint(&prior.map(|prior| Thing {
                    size: Value::Value(7.5),
                    ..prior
                }));
                panic!("boom after the checkpoint");
            }
            _ => provoke("update", diags)?,
        }
        note(&format!("updated with {} plans", private.plans));
        Some((planned, private))
    }

    async fn destroy<'a>(&self, diags: &mut Diagnostics, prior: State, _: Private, _: ValueEmpty) -> Option<()> {
        match behaviour("destroy").as_str() {
            "checkpoint+none" => {
                context().checkpoint(&prior.map(|prior| Thing {
                    size: Value::Null,
                    ..prior
                }));
                return None;
            }
            "error+some" => diags.root_error("destroy failed", "And yet it returns."),
            _ => provoke("destroy", diags)?,
        }
        note("destroyed");
        Some(())
    }

    async fn import<'a>(&self, diags: &mut Diagnostics, id: String) -> Option<(State, Private)> {
        provoke("import", diags)?;
        let Some(name) = id.strip_prefix("id-") else {
            return Some((Value::Null, Private::default()));
        };
        let name = Value::Value(name.to_owned());
        let label = Value::Value("made".to_owned());
        Some((
            Value::Value(Thing {
                id: Value::Value(id),
                label,
                name,
                ..Thing::default()
            }),
            Private { plans: 100 },
        ))
    }
}

#[async_trait]
impl UpgradeState for Resource {
    async fn upgrade_state(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        mut state: serde_json::Value,
    ) -> Option<serde_json::Value> {
        provoke("upgrade", diags)?;
        state["label"] = format!("upgraded from {version}").into();
        state["no_such_attribute"] = true.into();
        Some(state)
    }
}
