//! What an isolated AWS Batch environment is, as values and pure rules.
//!
//! The story in one line: the user's [`Spec`](spec::Spec) and the region's [`Facts`](facts::Facts) become one
//! [`Topology`](topology::Topology), which names every block, zone, rule, policy, name and tag before the first call; ids are
//! the only unknowns. What AWS reports comes back as [`Observed`](observed::Observed), in the same words, so that the engine can
//! compare the two.
//!
//! Nothing here waits, calls, reads a clock or draws a random number, and nothing here knows an SDK or Terraform.
//!
//! | module | rule |
//! |---|---|
//! | [`address`] | which block each zone's subnet gets |
//! | [`adoption`] | what belongs to a compute environment that something else made |
//! | [`batch`] | the compute environment: types, strategies, what Batch accepts and what it changes in place |
//! | [`change`] | the one table of changes: in place or replace |
//! | [`cost`] | what the interface endpoints cost in a month |
//! | [`endpoint`] | the one table of endpoints: which services an environment needs, and why |
//! | [`existing`] | what an environment needs of a network that somebody else made |
//! | [`facts`] | what must be known of the account and the region |
//! | [`firewall`] | security group rules as sets with a total order |
//! | [`identity`] | roles, trust and managed policies, per partition |
//! | [`isolation`] | the proof that nothing leads out of the environment's subnets |
//! | [`limits`] | AWS's limits as named constants |
//! | [`name`] | deterministic names, ownership tags, the import id's grammar |
//! | [`observed`] | what AWS reports |
//! | [`own`] | which of it is the environment's own: by tags, or because the state knows it |
//! | [`spec`] | what the user asked for |
//! | [`problem`] | what is wrong with the user's values, in words that say how to put it right |
//! | [`suggest`] | "did you mean" |
//! | [`tagging`] | the tags of every part, and what AWS accepts as a tag |
//! | [`topology`] | the desired environment as one value |
//! | [`lint`] | what must hold of every topology, whatever made it |

pub mod address;
pub mod adoption;
pub mod batch;
pub mod change;
pub mod cost;
pub mod endpoint;
pub mod existing;
pub mod facts;
pub mod firewall;
#[cfg(test)]
pub(crate) mod fixture;
pub mod identity;
pub mod isolation;
pub mod limits;
pub mod lint;
pub mod name;
pub mod observed;
pub mod own;
pub mod problem;
pub mod spec;
pub mod suggest;
pub mod tagging;
pub mod topology;

/// Tags as AWS holds them: unique keys, in a stable order.
pub type Tags = std::collections::BTreeMap<String, String>;
