//! What may be between two tokens: whitespace and comments, distinguished without the lexer's help.

/// Bytes of the comment or the character of white space at the start.
pub fn gap_piece(sql: &str) -> Option<usize> {
    if sql.starts_with("--") {
        return Some(sql.find(['\n', '\r']).unwrap_or(sql.len()));
    }
    if sql.starts_with("/*") {
        let mut depth = 1;
        let mut at = 2;
        while depth > 0 {
            let rest = sql.get(at..).filter(|rest| !rest.is_empty())?;
            let (length, deeper) = match &rest.as_bytes()[..rest.len().min(2)] {
                b"/*" => (2, 1),
                b"*/" => (2, -1),
                _ => (rest.chars().next()?.len_utf8(), 0),
            };
            at += length;
            depth += deeper;
        }
        return Some(at);
    }
    sql.starts_with([' ', '\t', '\n', '\r', '\x0b', '\x0c'])
        .then_some(1)
}
