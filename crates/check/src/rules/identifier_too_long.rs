//! Names that PostgreSQL cuts.

use sql::lexer::TokenKind;
use sql::statement::names::identifier;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

/// `NAMEDATALEN - 1`.
const LONGEST: usize = 63;

pub const RULE: Rule = Rule {
    name: "identifier-too-long",
    severity: Severity::Warning,
    summary: "a name is longer than 63 bytes: PostgreSQL cuts it",
    failing: &[
        Example::new(&["CREATE TABLE events_of_the_customers_who_have_not_yet_confirmed_their_address_x (id int);"]).server(Server::Damages {
            then: "",
            query: "SELECT coalesce(max(relname), 'none') FROM pg_class WHERE relname LIKE 'events_of_%'",
            before: "none",
            after: "events_of_the_customers_who_have_not_yet_confirmed_their_addres",
        }),
        // Two names that only differ after it are one.
        Example::new(&["CREATE TABLE events_of_the_customers_who_have_not_yet_confirmed_their_address_1 (id int);
             CREATE TABLE events_of_the_customers_who_have_not_yet_confirmed_their_address_2 (id int);"])
        .server(Server::Refuses("42P07")),
        Example::new(&["CREATE TABLE t (\"größe größe größe größe größe größe größe größe größe größe\" int);"]).server(Server::Damages {
            then: "",
            query: "SELECT coalesce(max(length(attname::text)), 0) FROM pg_attribute WHERE attname LIKE 'größe%'",
            before: "0",
            after: "47",
        }),
    ],
    passing: &[Example::new(&["CREATE TABLE events_of_the_customers_who_have_not_yet_confirmed_their_addres (id int);
        COMMENT ON TABLE events_of_the_customers_who_have_not_yet_confirmed_their_addres IS
            'a text is no name, even one of many words, such as this one, which is longer than all names';"])],
    finds: Finds::Statements(find),
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let words = context.words;
    let mut found: Vec<(String, Finding)> = Vec::new();
    for (at, token) in words.tokens.iter().enumerate() {
        let may_be = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        if !may_be || token.end - token.start <= LONGEST {
            continue;
        }
        let Some(name) = identifier(words, at).filter(|it| it.len() > LONGEST) else {
            continue;
        };
        if found.iter().any(|it| it.0 == name) {
            continue;
        }
        let cut = cut(&name);
        let message = format!(
            "this name has {} bytes: PostgreSQL cuts it to {cut}",
            name.len()
        );
        let finding = Finding::new(context.place(&(token.start..token.end)), message)
            .why("a second name with the same beginning is the same name, and drift and generated code show the short one")
            .help(format!("choose a name of at most {LONGEST} bytes"));
        found.push((name, finding));
    }
    found.into_iter().map(|it| it.1).collect()
}

/// What PostgreSQL keeps: whole characters.
fn cut(name: &str) -> &str {
    let ends = (0..=LONGEST).rev();
    let end = ends.into_iter().find(|&it| name.is_char_boundary(it));
    &name[..end.unwrap_or(0)]
}
