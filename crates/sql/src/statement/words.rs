//! A statement's tokens with the questions that the rules ask. What the answers mean is not known here.

use crate::lexer::{Token, TokenKind};

/// The tokens of one statement, or of the body of one.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// The text that the tokens are ranges of.
    pub sql: &'a str,
    /// The tokens, without comments and white space.
    pub tokens: &'a [Token],
}

impl<'a> Words<'a> {
    /// The text of a token; empty after the last one.
    pub fn text(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .map_or("", |token| token.text(self.sql))
    }

    /// The text from the first to the last of these tokens, with what is between them; empty for none.
    pub fn between(&self, tokens: std::ops::Range<usize>) -> &'a str {
        match self.tokens.get(tokens) {
            Some([first, .., last]) => &self.sql[first.start..last.end],
            Some([only]) => only.text(self.sql),
            _ => "",
        }
    }

    /// Whether the token is this keyword, which no quoted name is.
    pub fn is(&self, index: usize, keyword: &str) -> bool {
        let text = self.text(index);
        text.eq_ignore_ascii_case(keyword) && self.tokens[index].kind == TokenKind::Word
    }

    /// Whether the token is one of these keywords.
    pub fn is_one_of(&self, index: usize, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(index, keyword))
    }

    /// Whether the tokens from `index` on are these keywords.
    pub fn are(&self, index: usize, keywords: &[&str]) -> bool {
        let mut numbered = keywords.iter().enumerate();
        numbered.all(|(offset, keyword)| self.is(index + offset, keyword))
    }

    /// Whether the token is this name, which is in lower case. A quoted name is the same name when it is in lower case, too.
    pub fn is_name(&self, index: usize, name: &str) -> bool {
        let quoted = self.text(index).strip_prefix('"');
        let quoted = quoted.and_then(|text| text.strip_suffix('"'));
        self.is(index, name) || quoted == Some(name)
    }

    /// Whether the text of the token is exactly this.
    pub fn is_symbol(&self, index: usize, symbol: &str) -> bool {
        self.text(index) == symbol
    }

    /// Whether the last tokens are these keywords.
    pub fn ends_with(&self, keywords: &[&str]) -> bool {
        let start = self.tokens.len().checked_sub(keywords.len());
        start.is_some_and(|start| self.are(start, keywords))
    }

    /// Whether these keywords follow each other somewhere outside parentheses.
    pub fn has(&self, keywords: &[&str]) -> bool {
        let mut depth = 0usize;
        (0..self.tokens.len()).any(|index| {
            match self.text(index) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && self.are(index, keywords)
        })
    }

    /// The first index from `index` on that is not one of these keywords.
    pub fn behind(&self, mut index: usize, keywords: &[&str]) -> usize {
        while self.is_one_of(index, keywords) {
            index += 1;
        }
        index
    }

    /// The arguments in the parentheses that open at `index`, each as a range of tokens, and the first index after them. Empty, and `index`
    /// itself, if no parenthesis opens there.
    pub fn arguments(&self, index: usize) -> (Vec<Words<'a>>, usize) {
        let mut found = Vec::new();
        if !self.is_symbol(index, "(") {
            return (found, index);
        }
        let (mut depth, mut start) = (0usize, index + 1);
        for at in index..self.tokens.len() {
            let text = self.text(at);
            match text {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                "," if depth == 1 => {}
                _ => continue,
            }
            if depth == 0 || (depth == 1 && text == ",") {
                found.push(self.part(start, at));
                start = at + 1;
            }
            if depth == 0 {
                return (found, at + 1);
            }
        }
        (found, self.tokens.len())
    }

    fn part(&self, start: usize, end: usize) -> Words<'a> {
        Words {
            sql: self.sql,
            tokens: &self.tokens[start..end],
        }
    }

    /// Whether this argument, an option of a list, turns the option on or off. `None` if it is a different option. A name alone means on.
    /// `namespaces` are those that may precede the name; if empty, none may.
    pub fn switch(&self, namespaces: &[&str], name: &str) -> Option<bool> {
        let at = match namespaces {
            [] => 0,
            _ => {
                let is_ours = namespaces.iter().any(|name| self.is_name(0, name));
                (is_ours && self.is_symbol(1, ".")).then_some(2)?
            }
        };
        if !self.is_name(at, name) {
            return None;
        }
        let signs = self.tokens[at + 1..]
            .iter()
            .take_while(|token| matches!(token.text(self.sql), "=" | ":" | ">"))
            .count();
        Some(!self.is_off(at + 1 + signs))
    }

    /// Whether the token is a word for false. The server accepts any unambiguous prefix of one.
    pub fn is_off(&self, index: usize) -> bool {
        let text = self.text(index).trim_matches('\'').to_ascii_lowercase();
        let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
        text == "0" || begins("false", 1) || begins("no", 1) || begins("off", 2)
    }
}
