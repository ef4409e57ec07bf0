//! What `DO` and routines may do when they run: code that is known only as text.

use sql::lexer::{self, TokenKind};
use sql::statement::words::Words;

use super::reader::{DangerousRoutine, Reader, UnreadCode};

impl Reader<'_> {
    /// `DO`: its statements may run or not. What it executes is not known.
    pub(super) fn block(&mut self, words: Words<'_>) {
        let is_plpgsql = !words.has(&["language"]) || words.has(&["language", "plpgsql"]);
        let bodies = words.tokens.iter().enumerate();
        let mut bodies = bodies.filter(|(_, token)| token.kind == TokenKind::String);
        let (Some((at, token)), None, true) = (bodies.next(), bodies.next(), is_plpgsql) else {
            return self.unread_code(UnreadCode::MayDrop);
        };
        let Some((body, start)) = dollar_quoted(words.text(at)) else {
            return self.unread_code(UnreadCode::MayDrop);
        };
        let lower = body.to_ascii_lowercase();
        self.has_own_path |= lower.contains("search_path");
        if let Some(effect) = executes(body) {
            self.unread_code(effect);
        }
        let was_maybe = std::mem::replace(&mut self.is_maybe, true);
        self.within(token.start + start, |reader| reader.body(body));
        self.is_maybe = was_maybe;
    }

    /// Each statement of a body, as far as it begins like one of SQL.
    fn body(&mut self, body: &str) {
        let tokens = lexer::tokens(body);
        let words = Words {
            sql: body,
            tokens: &tokens,
        };
        let mut at = 0;
        while at < tokens.len() {
            let begins = at == 0
                || words.is_symbol(at - 1, ";")
                || words.is_one_of(at - 1, &["begin", "then", "else", "loop"])
                || (at >= 2 && words.is_symbol(at - 1, ">"));
            let ends = (at..tokens.len()).find(|&at| words.is_symbol(at, ";"));
            let end = ends.unwrap_or(tokens.len());
            if begins && words.is_one_of(at, STATEMENTS) {
                self.words(Words {
                    sql: body,
                    tokens: &tokens[at..end],
                });
                at = end;
            }
            at += 1;
        }
    }

    /// Notes what calling a routine may do. An SQL function's body may be no string, then it changes no object.
    pub(super) fn see_body(&mut self, words: Words<'_>, name: &str) {
        let strings = words.tokens.iter().enumerate();
        let texts = strings.filter(|(_, token)| token.kind == TokenKind::String);
        let mut effect = None;
        for (at, _) in texts {
            let text = words.text(at);
            let calls = self
                .dangerous
                .iter()
                .filter(|known| mentions(text, &known.name));
            let calls = calls.map(|known| known.effect).max();
            effect = effect.max(calls).max(executes(text)).max(defines(text));
        }
        match effect {
            Some(effect) => {
                self.harmless.remove(name);
                let name = name.to_owned();
                self.dangerous.push(DangerousRoutine { name, effect });
            }
            None => {
                self.harmless.insert(name.to_owned());
            }
        }
    }

    /// What the routines do that a statement mentions.
    pub(super) fn dangerous_calls(&mut self, text: &str) {
        let calls = self
            .dangerous
            .iter()
            .filter(|known| mentions(text, &known.name));
        let effect = calls.map(|known| known.effect).max();
        // CREATE TRIGGER and COMMENT ON FUNCTION mention one and do not call it.
        let first = lexer::stream(text).next();
        let first = first
            .map_or("", |token| token.text(text))
            .to_ascii_lowercase();
        let second = lexer::stream(text).nth(1);
        let second = second
            .map_or("", |token| token.text(text))
            .to_ascii_lowercase();
        let is_called = match &*first {
            "comment" | "alter" | "drop" | "grant" | "revoke" => false,
            "create" => !["trigger", "constraint", "or", "event"].contains(&&*second),
            _ => true,
        };
        if let Some(effect) = effect
            && is_called
        {
            self.unread_code(effect);
        }
    }
}

/// Words that a statement in a body begins with, as far as it may change an object.
const STATEMENTS: &[&str] = &[
    "create", "alter", "drop", "comment", "select", "perform", "call", "set", "import",
];

/// The body of a dollar-quoted constant, and where in it the body begins.
fn dollar_quoted(text: &str) -> Option<(&str, usize)> {
    let tag = text.strip_prefix('$')?.find('$')? + 2;
    let body = text.get(tag..text.len().checked_sub(tag)?)?;
    Some((body, tag))
}

/// What the text that a body puts together and runs may do, if it does that.
fn executes(body: &str) -> Option<UnreadCode> {
    let lower = body.to_ascii_lowercase();
    let runs = ["execute", "query_to_xml", "dblink"];
    let drops = ["drop", "rename", "set schema", "cascade", "replace"];
    let has_any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    has_any(&runs).then(|| effect(has_any(&drops)))
}

/// What the statements of a body that make objects may do, if it has some.
fn defines(body: &str) -> Option<UnreadCode> {
    let lower = body.to_ascii_lowercase();
    let has = |word: &str| lower.contains(word);
    (has("create") || has("alter") || has("drop"))
        .then(|| effect(has("drop") || has("rename") || has("schema") || has("replace")))
}

fn effect(may_drop: bool) -> UnreadCode {
    if may_drop {
        UnreadCode::MayDrop
    } else {
        UnreadCode::MayCreate
    }
}

/// Whether a text holds this name as a word.
fn mentions(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(&*name).any(|(at, _)| {
        !text[..at].ends_with(is_word) && !text[at + name.len()..].starts_with(is_word)
    })
}

#[cfg(test)]
#[test]
fn a_constant_in_dollars_has_its_body() {
    assert_eq!(dollar_quoted("$$ a $$"), Some((" a ", 2)));
    assert_eq!(dollar_quoted("$do$a$do$"), Some(("a", 4)));
    assert_eq!(dollar_quoted("'a'"), None);
}
