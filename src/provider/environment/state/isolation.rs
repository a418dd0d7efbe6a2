//! `isolation`.

use tf_provider::value::Value;

use super::Sight;
use crate::domain::isolation;
use crate::domain::spec::IsolationSpec;
use crate::provider::environment::model::{Isolation, Network};
use crate::provider::read::{list, texts};

impl Sight<'_> {
    pub(super) fn isolation(&self, reference: &Isolation, network: &Network) -> Isolation {
        let subnets = texts(&network.subnet_ids).unwrap_or_default();
        let paths = isolation::paths(self.observed, subnets.iter().map(String::as_str));
        let words = |paths: &[isolation::Path]| list(paths.iter().map(ToString::to_string));
        Isolation {
            enforce: reference.enforce.or(Value::Value(IsolationSpec::default().enforce)),
            internet_paths: words(&paths.internet),
            private_paths: words(&paths.private),
        }
    }
}
