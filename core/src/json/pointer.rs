//! JSON Pointers (RFC 6901).

/// A name as one token of a pointer.
pub(crate) fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::token;

    #[test]
    fn a_name_with_marks_stays_one_token() {
        assert_eq!(token("a/b~c~1"), "a~1b~0c~01");
    }
}
