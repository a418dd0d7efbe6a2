//! Numbers as Terraform sends them.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::cost::Amount;

/// A number of the configuration or the state.
///
/// Terraform's numbers are decimals of any precision: those that are no exact `int64` or `float64` arrive as text. All our
/// attributes are whole numbers, so everything else is kept as it was written, for validation to complain about at the
/// attribute that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// A whole number.
    Whole(i64),
    /// Anything else, as text.
    Other(String),
}

impl Number {
    /// The number, if it is a whole one that fits into `T`.
    pub(crate) fn get<T: TryFrom<i64>>(&self) -> Option<T> {
        match self {
            Self::Whole(value) => T::try_from(*value).ok(),
            Self::Other(_) => None,
        }
    }
}

impl<T: Into<i64>> From<T> for Number {
    fn from(value: T) -> Self {
        Self::Whole(value.into())
    }
}

/// In the shortest decimal form, which is also Terraform's.
impl Number {
    /// An amount of money.
    pub(crate) fn amount(amount: Amount) -> Self {
        let text = amount.to_string();
        text.parse().map_or(Self::Other(text), Self::Whole)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(value) => value.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(value) => serializer.serialize_i64(*value),
            Self::Other(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number::Whole(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
        Ok(i64::try_from(value).map_or_else(|_| Number::Other(value.to_string()), Number::Whole))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
        Ok(self.parse(&value.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        text.parse::<f64>().map_err(E::custom)?;
        Ok(self.parse(text))
    }
}

impl NumberVisitor {
    fn parse(self, text: &str) -> Number {
        text.parse()
            .map_or_else(|_| Number::Other(text.to_owned()), Number::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Number {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        for json in ["5", "5.0", "\"5\""] {
            assert_eq!(read(json), Number::Whole(5), "{json}");
        }
    }

    #[test]
    fn other_numbers_keep_their_text() {
        assert_eq!(read("0.5").get::<i32>(), None);
        assert_eq!(read("\"99999999999999999999\"").to_string(), "99999999999999999999");
        assert_eq!(read("5000000000").get::<i32>(), None);
        assert!(serde_json::from_str::<Number>("\"many\"").is_err());
    }
}
