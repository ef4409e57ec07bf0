//! The text of PostgreSQL's node trees, as `pg_rewrite.ev_action` holds it: a generic reader that knows the notation and no node.
//!
//! The notation is that of `outfuncs.c` and `read.c`: `{TAG :field value …}`, lists in parentheses, `<>` for a null pointer, `4 [ 1 0 0 0
//! ]` for a datum, a backslash before a character with a special meaning. A node's fields differ between versions, so they are looked up by
//! name. `nullability` decides what a node means.

use std::iter::Peekable;

/// How deep nodes and lists may nest before the reader gives up; what it does not read is simply not proven.
const DEPTH: usize = 400;

/// `RTEKind` of `parsenodes.h`.
pub(crate) mod rte {
    pub(crate) const RELATION: i64 = 0;
    pub(crate) const SUBQUERY: i64 = 1;
    pub(crate) const JOIN: i64 = 2;
    pub(crate) const FUNCTION: i64 = 3;
    pub(crate) const TABLE_FUNCTION: i64 = 4;
    pub(crate) const VALUES: i64 = 5;
    pub(crate) const WITH: i64 = 6;
    /// From PostgreSQL 18: the grouping keys.
    pub(crate) const GROUP: i64 = 9;
}

/// One `{TAG :field value …}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    tag: String,
    fields: Vec<(String, Value)>,
}

/// A field's value or a list's element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `<>`.
    Null,
    /// A number, a boolean, a name or a string, without quotes and escapes.
    Atom(String),
    /// The bytes of a constant, in the server's order.
    Datum(Vec<u8>),
    Node(Node),
    List(Vec<Value>),
}

/// Reads the first node of a tree, or `None` when the text is not in the notation or nests too deep.
pub(crate) fn parse(text: &str) -> Option<Node> {
    let mut tokens = Tokens { rest: text }.peekable();
    first(value(&mut tokens, 0)?)
}

/// A rule's action is a list of queries, and the body of a function a list of such lists.
fn first(value: Value) -> Option<Node> {
    match value {
        Value::Node(node) => Some(node),
        Value::List(list) => list.into_iter().find_map(first),
        _ => None,
    }
}

impl Node {
    /// A node of no known type, for a tree that cannot be read.
    pub(crate) fn unknown() -> Node {
        Node {
            tag: String::new(),
            fields: Vec::new(),
        }
    }

    /// The node's type: `QUERY`, `VAR`, `FUNCEXPR`.
    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    /// The value of a field; `None` when this version's node has no such field.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value)
    }

    /// The field as a node, when it is one.
    pub(crate) fn node(&self, name: &str) -> Option<&Node> {
        self.field(name)?.node()
    }

    /// The field's elements; none when the field is null, missing or no list.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        match self.field(name) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// The field's elements that are nodes.
    pub(crate) fn nodes(&self, name: &str) -> impl Iterator<Item = &Node> {
        self.list(name).iter().filter_map(Value::node)
    }

    /// The field as a number.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// The field as an OID that is one.
    pub(crate) fn oid(&self, name: &str) -> Option<u32> {
        let oid = u32::try_from(self.int(name)?).ok();
        oid.filter(|it| *it != 0)
    }

    /// The field as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.field(name)? {
            Value::Atom(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the field exists and is null.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.field(name) == Some(&Value::Null)
    }

    /// Whether the field exists and is `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Whether the field exists and is `false`.
    pub(crate) fn is_false(&self, name: &str) -> bool {
        self.text(name) == Some("false")
    }

    /// Whether the expressions are the same, wherever they were written and however: PostgreSQL compares grouping keys so, too.
    pub(crate) fn is_same(&self, other: &Node) -> bool {
        let counts = |(name, _): &&(String, Value)| !is_notation(name);
        let (mut ours, mut theirs) = (
            self.fields.iter().filter(counts),
            other.fields.iter().filter(counts),
        );
        self.tag == other.tag
            && loop {
                match (ours.next(), theirs.next()) {
                    (None, None) => break true,
                    (Some((name, value)), Some((of, with)))
                        if name == of && value.is_same(with) => {}
                    _ => break false,
                }
            }
    }

    /// This node and every node below it.
    pub(crate) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        self.walk_while(&mut |node| {
            visit(node);
            true
        });
    }

    /// This node, and every node below one for which `visit` is true.
    pub(crate) fn walk_while<'a>(&'a self, visit: &mut dyn FnMut(&'a Node) -> bool) {
        if visit(self) {
            for (_, value) in &self.fields {
                value.walk_while(visit);
            }
        }
    }
}

impl Value {
    /// The value as a node, when it is one.
    pub(crate) fn node(&self) -> Option<&Node> {
        match self {
            Value::Node(node) => Some(node),
            _ => None,
        }
    }

    /// The value as text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Value::Atom(text) => Some(text),
            _ => None,
        }
    }

    /// The value's elements; none when it is no list.
    pub(crate) fn list(&self) -> &[Value] {
        match self {
            Value::List(list) => list,
            _ => &[],
        }
    }

    /// The value as a number.
    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Value::Atom(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn is_same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Node(node), Value::Node(with)) => node.is_same(with),
            (Value::List(list), Value::List(with)) => {
                list.len() == with.len() && list.iter().zip(with).all(|(it, with)| it.is_same(with))
            }
            _ => self == other,
        }
    }

    fn walk_while<'a>(&'a self, visit: &mut dyn FnMut(&'a Node) -> bool) {
        match self {
            Value::Node(node) => node.walk_while(visit),
            Value::List(list) => list.iter().for_each(|value| value.walk_while(visit)),
            Value::Null | Value::Atom(_) | Value::Datum(_) => {}
        }
    }
}

/// An element of a list, counted from 1.
pub(crate) fn nth(list: &[Value], position: i64) -> Option<&Value> {
    list.get(usize::try_from(position).ok()?.checked_sub(1)?)
}

/// Whether a field only says how an expression was written, or, from PostgreSQL 16 on, which joins are around the place.
fn is_notation(field: &str) -> bool {
    field == "location"
        || field == "varnullingrels"
        || field == "varnosyn"
        || field == "varattnosyn"
        || field.ends_with("format")
}

fn value<'a>(tokens: &mut Peekable<Tokens<'a>>, depth: usize) -> Option<Value> {
    if depth > DEPTH {
        return None;
    }
    match tokens.next()? {
        "<>" => Some(Value::Null),
        "{" => node(tokens, depth).map(Value::Node),
        "(" => {
            let mut list = Vec::new();
            while *tokens.peek()? != ")" {
                list.push(value(tokens, depth + 1)?);
            }
            tokens.next();
            Some(Value::List(list))
        }
        ")" | "}" => None,
        raw if tokens.peek() == Some(&"[") => {
            tokens.next();
            datum(tokens, raw.parse().ok()?)
        }
        raw => Some(Value::Atom(unescape(raw))),
    }
}

fn node(tokens: &mut Peekable<Tokens<'_>>, depth: usize) -> Option<Node> {
    let tag = tokens.next()?.to_owned();
    let mut fields = Vec::new();
    loop {
        match tokens.next()? {
            "}" => return Some(Node { tag, fields }),
            label => {
                let name = label.strip_prefix(':')?.to_owned();
                // The first token after a label is its value even if it starts with a colon: an alias may be called `:resno`.
                let value = value(tokens, depth + 1)?;
                fields.push((name, value));
            }
        }
    }
}

fn datum(tokens: &mut Peekable<Tokens<'_>>, length: usize) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        match tokens.next()? {
            "]" => break,
            // `char` is signed on most machines: 255 is written as -1.
            byte => bytes.push(byte.parse::<i16>().ok().map(|byte| byte.to_le_bytes()[0])?),
        }
    }
    // A value that is passed by value is written as a whole word, whatever its length.
    (bytes.len() >= length).then_some(Value::Datum(bytes))
}

/// Without the quotes of a string node and without backslashes.
fn unescape(raw: &str) -> String {
    let inner = raw
        .strip_prefix('"')
        .and_then(|raw| raw.strip_suffix('"'))
        .unwrap_or(raw);
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

/// Splits as `pg_strtok` does.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\t']);
        let mut chars = self.rest.char_indices();
        let end = loop {
            match chars.next() {
                None => break self.rest.len(),
                Some((at, '(' | ')' | '{' | '}')) => break at.max(1),
                Some((at, ' ' | '\n' | '\t')) => break at,
                Some((_, '\\')) => drop(chars.next()),
                Some(_) => {}
            }
        };
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!token.is_empty()).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(text: &str) -> Value {
        Value::Atom(text.to_owned())
    }

    #[test]
    fn reads_fields_lists_nulls_and_data() {
        let node = parse(r"({CONST :constisnull false :location -1 :constvalue 4 [ 1 -1 0 0 0 0 0 0 ] :args <> :cols (b 8 9)})").unwrap();
        assert_eq!(node.tag(), "CONST");
        assert!(node.is_false("constisnull"));
        assert_eq!(node.int("location"), Some(-1));
        assert_eq!(
            node.field("constvalue"),
            Some(&Value::Datum(vec![1, 255, 0, 0, 0, 0, 0, 0]))
        );
        assert!(node.is_null("args"));
        assert_eq!(node.list("cols"), [atom("b"), atom("8"), atom("9")]);
        assert_eq!(node.field("elsewhere"), None);
    }

    #[test]
    fn a_name_cannot_pass_for_notation() {
        let node = parse(
            r#"{TARGETENTRY :resname :resno :resno 7 :colnames ("a\ b" "\<>" "\(x\}") :alias \<>}"#,
        )
        .unwrap();
        assert_eq!(node.text("resname"), Some(":resno"));
        assert_eq!(node.int("resno"), Some(7));
        assert_eq!(
            node.list("colnames"),
            [atom("a b"), atom("<>"), atom("(x}")]
        );
        assert_eq!(node.text("alias"), Some("<>"));
    }

    #[test]
    fn whatever_is_not_in_the_notation_is_refused() {
        for text in [
            "",
            " ",
            "}",
            "(",
            "{A",
            "{A :b",
            "{A :b }",
            "{A b 1}",
            "atom",
            "{A :b 4 [ 1 2",
            "{A :b 4 [ x ]}",
            "\\",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let deep = "(".repeat(100_000);
        assert_eq!(parse(&deep), None);
    }
}
