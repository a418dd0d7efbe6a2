//! "Did you mean …?" and lists of words for error messages.

/// The candidate that differs least from `word`, if it is close enough for a slip of the hand.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let tolerance = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min()
        .map(|(_, candidate)| candidate)
}

/// " Did you mean `x`?", or nothing; to be put behind a sentence.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, candidates).map_or_else(String::new, |candidate| format!(" Did you mean {candidate:?}?"))
}

/// `a, b and c`.
pub fn listed<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    joined(words, "and")
}

/// `a, b or c`.
pub fn either<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    joined(words, "or")
}

fn joined<S: AsRef<str>>(words: impl IntoIterator<Item = S>, conjunction: &str) -> String {
    let words: Vec<S> = words.into_iter().collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {conjunction} {}", first.join(", "), last.as_ref())
        }
    }
}

/// Levenshtein distance: insertions, deletions and substitutions between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ecr.api", "ecr.api"), 0);
    }

    #[test]
    fn closest_is_close() {
        let services = ["secretsmanager", "s3", "logs", "ssm"];
        assert_eq!(closest("secretmanager", services), Some("secretsmanager"));
        assert_eq!(closest("Logs", services), Some("logs"));
        assert_eq!(closest("kinesis-streams", services), None);
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(listed::<&str>([]), "none");
        assert_eq!(listed(["a"]), "a");
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
        assert_eq!(either(["a", "b", "c"]), "a, b or c");
    }
}
