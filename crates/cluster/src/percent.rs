//! Percent-encoding, for the parts of a URL.

/// A text with every byte that is not unreserved in a URL (<https://www.rfc-editor.org/rfc/rfc3986#section-2.3>) as `%` and two hexadecimal
/// digits.
pub fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_may_hold_anything() {
        assert_eq!(encoded("p@ss:w/rd ü"), "p%40ss%3Aw%2Frd%20%C3%BC");
        assert_eq!(encoded("a?-_.~Z9"), "a%3F-_.~Z9");
    }
}
