//! Numbers: Terraform's are decimals of any length, Rust's are not.
//!
//! A decimal is handed to the provider as the integer or float that stands for exactly it, so that `f64` and `i64`
//! fields just work; one that no Rust number stands for stays text, which a provider's own decimal type may accept.
//! A float goes out as the shortest decimal that means it: `0.1` stays `0.1`, where the bits of a float64 would reach
//! Terraform as 0.1000000000000000055… and be an "inconsistent result".

use super::tree::Tree;

/// The largest float below which every whole number has a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The number that Terraform's text means exactly, if an integer or a float can stand for it.
pub(super) fn from_text(text: &str) -> Option<Tree> {
    if let Ok(value) = text.parse() {
        return Some(Tree::Int(value));
    }
    if let Ok(value) = text.parse() {
        return Some(Tree::Uint(value));
    }
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    (decimal(text)? == decimal(&format!("{value:e}"))?).then_some(Tree::Float(value))
}

/// How a float travels: whole numbers as integers, others as their shortest decimal.
pub(super) fn from_float(value: f64) -> Tree {
    if !value.is_finite() {
        Tree::Float(value)
    } else if value.fract() == 0.0 && value.abs() < EXACT {
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        Tree::Int(value as i64)
    } else {
        Tree::Text(value.to_string())
    }
}

/// A decimal in one canonical form: sign, digits without zeros at either end, and the power of ten of the last digit.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut exponent = exponent.parse::<i64>().ok()? - i64::try_from(fraction.len()).ok()?;
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let short = digits.trim_end_matches('0');
    exponent += i64::try_from(digits.len() - short.len()).ok()?;
    let short = short.trim_start_matches('0');
    Some(if short.is_empty() {
        (false, String::new(), 0)
    } else {
        (negative, short.to_owned(), exponent)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_the_number_it_means() {
        assert_eq!(from_text("0.1"), Some(Tree::Float(0.1)));
        assert_eq!(from_text("-12.50"), Some(Tree::Float(-12.5)));
        assert_eq!(from_text("1000000000000000000000000000000"), Some(Tree::Float(1e30)));
        assert_eq!(from_text("18446744073709551615"), Some(Tree::Uint(u64::MAX)));
        assert_eq!(from_text("42"), Some(Tree::Int(42)));
    }

    #[test]
    fn text_that_no_number_means_stays_text() {
        assert_eq!(from_text("123456789012345678901234567890"), None);
        assert_eq!(from_text("0.1000000000000000000001"), None);
        assert_eq!(from_text("abc"), None);
        assert_eq!(from_text("inf"), None);
    }

    #[test]
    fn floats_travel_as_their_shortest_decimal() {
        assert_eq!(from_float(0.1), Tree::Text("0.1".into()));
        assert_eq!(from_float(36.792), Tree::Text("36.792".into()));
        assert_eq!(from_float(5.0), Tree::Int(5));
        assert_eq!(from_float(-0.0), Tree::Int(0));
        assert_eq!(from_float(1e30), Tree::Text("1000000000000000000000000000000".into()));
    }

    proptest::proptest! {
        #[test]
        fn a_float_comes_back_as_itself(value in proptest::num::f64::NORMAL) {
            let back = match from_float(value) {
                Tree::Text(text) => from_text(&text).unwrap(),
                other => other,
            };
            let back = match back {
                Tree::Float(back) => back,
                Tree::Int(back) => back as f64,
                Tree::Uint(back) => back as f64,
                other => unreachable!("{other:?}"),
            };
            proptest::prop_assert_eq!(back, value);
        }
    }
}
