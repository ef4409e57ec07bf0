//! The text form of `tsquery`. Queries of any depth are written and read without recursion.

use std::fmt;

use super::{Item, Operator, TsQuery};
use crate::lexeme::{Weight, take_lexeme, write_lexeme};
use crate::text::{Cursor, pad};

impl fmt::Display for TsQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| out.write_str(&written(&self.items)?))
    }
}

impl Operator {
    /// The greater one binds closer.
    fn priority(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Phrase(_) => 3,
            Self::Not => 4,
        }
    }
}

/// A part of the query that is written already.
struct Written {
    text: String,
    operator: Option<Operator>,
}

impl Written {
    /// The part as an operand, as `infix` of PostgreSQL writes it.
    fn operand(self, parent: Operator, is_right: bool) -> String {
        let is_phrase = |operator| matches!(operator, Operator::Phrase(_));
        match self.operator {
            Some(operator)
                if operator.priority() < parent.priority()
                    || (is_right && is_phrase(operator) && is_phrase(parent)) =>
            {
                format!("( {} )", self.text)
            }
            _ => self.text,
        }
    }
}

/// From the end each operator comes after its operands, the left one first.
fn written(items: &[Item]) -> Result<String, fmt::Error> {
    let mut parts: Vec<Written> = Vec::new();
    for item in items.iter().rev() {
        let part = match item {
            Item::Lexeme {
                text,
                weights,
                prefix,
            } => Written {
                text: lexeme(text, *weights, *prefix)?,
                operator: None,
            },
            Item::Operator(operator) => with_operands(*operator, &mut parts)?,
        };
        parts.push(part);
    }
    Ok(parts.pop().map_or(String::new(), |part| part.text))
}

fn with_operands(operator: Operator, parts: &mut Vec<Written>) -> Result<Written, fmt::Error> {
    let right = parts.pop().ok_or(fmt::Error)?.operand(operator, true);
    let sign = match operator {
        Operator::Not => {
            // In place of a new text for each of many.
            let mut text = right;
            text.insert(0, '!');
            let operator = Some(operator);
            return Ok(Written { text, operator });
        }
        Operator::Or => "|".to_owned(),
        Operator::And => "&".to_owned(),
        Operator::Phrase(1) => "<->".to_owned(),
        Operator::Phrase(distance) => format!("<{distance}>"),
    };
    let mut text = parts.pop().ok_or(fmt::Error)?.operand(operator, false);
    text.extend([" ", &sign, " ", &right]);
    let operator = Some(operator);
    Ok(Written { text, operator })
}

fn lexeme(lexeme: &str, weights: u8, prefix: bool) -> Result<String, fmt::Error> {
    let mut text = String::new();
    write_lexeme(&mut text, lexeme)?;
    if weights != 0 || prefix {
        text.push(':');
    }
    if prefix {
        text.push('*');
    }
    let all = Weight::ALL.into_iter().rev();
    text.extend(
        all.filter(|weight| weights & 1 << *weight as u8 != 0)
            .map(Weight::letter),
    );
    Ok(text)
}

/// What waits for its right operand.
enum Waiting {
    Parenthesis,
    Operator(Operator),
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    /// Each item after its operands: the reverse of the wire's order.
    items: Vec<Item>,
    waiting: Vec<Waiting>,
}

pub(super) fn parse(text: &str) -> Result<TsQuery, &'static str> {
    let mut cursor = Cursor::new(text);
    let mut reader = Reader::default();
    cursor.eat_space();
    if cursor.is_empty() {
        return Ok(TsQuery::default());
    }
    loop {
        reader.operand(&mut cursor)?;
        cursor.eat_space();
        while cursor.eat(")") {
            reader.close()?;
            cursor.eat_space();
        }
        if cursor.is_empty() {
            return reader.end();
        }
        let operator = operator(&mut cursor)?;
        reader.apply(operator.priority());
        reader.waiting.push(Waiting::Operator(operator));
    }
}

impl Reader {
    /// Any number of `!` and `(`, and a lexeme.
    fn operand(&mut self, cursor: &mut Cursor<'_>) -> Result<(), &'static str> {
        loop {
            cursor.eat_space();
            if cursor.eat("!") {
                self.waiting.push(Waiting::Operator(Operator::Not));
            } else if cursor.eat("(") {
                self.waiting.push(Waiting::Parenthesis);
            } else {
                break;
            }
        }
        let text = take_lexeme(cursor, &['!', '&', '|', '(', ')', '<', ':', '\''])?;
        let (mut weights, mut prefix) = (0, false);
        if cursor.eat(":") {
            loop {
                if cursor.eat("*") {
                    prefix = true;
                } else if let Some(weight) = Weight::take(cursor) {
                    weights |= 1 << weight as u8;
                } else {
                    break;
                }
            }
        }
        self.items.push(Item::Lexeme {
            text,
            weights,
            prefix,
        });
        Ok(())
    }

    /// Gives the operators that bind at least so closely what is right of them.
    fn apply(&mut self, priority: u8) {
        while let Some(Waiting::Operator(operator)) = self.waiting.last()
            && operator.priority() >= priority
        {
            self.items.push(Item::Operator(*operator));
            self.waiting.pop();
        }
    }

    fn close(&mut self) -> Result<(), &'static str> {
        self.apply(0);
        let opened = self.waiting.pop();
        opened.map(|_| ()).ok_or("expected an opening parenthesis")
    }

    fn end(mut self) -> Result<TsQuery, &'static str> {
        self.apply(0);
        if !self.waiting.is_empty() {
            return Err("expected a closing parenthesis");
        }
        self.items.reverse();
        Ok(TsQuery { items: self.items })
    }
}

fn operator(cursor: &mut Cursor<'_>) -> Result<Operator, &'static str> {
    if cursor.eat("|") {
        return Ok(Operator::Or);
    }
    if cursor.eat("&") {
        return Ok(Operator::And);
    }
    if cursor.eat("<->") {
        return Ok(Operator::Phrase(1));
    }
    if !cursor.eat("<") {
        return Err("expected an operator: & | <-> <N>");
    }
    let distance = cursor.digits().parse().ok();
    let distance = distance.filter(|distance| *distance <= TsQuery::MAX_DISTANCE);
    let distance = distance.ok_or("expected a distance of at most 16384")?;
    if !cursor.eat(">") {
        return Err("expected > after the distance");
    }
    Ok(Operator::Phrase(distance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_as_postgresql_prints_it() {
        for text in [
            "",
            "'a'",
            "'a':*AB",
            "'it''s' & '\\\\'",
            "'a' & 'b' | 'c'",
            "'a' & ( 'b' | 'c' )",
            "!'a' & !( 'b' & 'c' )",
            "!!'a'",
            "'a' <-> 'b' <2> 'c'",
            "'a' <-> ( 'b' <0> 'c' )",
            "( 'a' | 'b' ) <-> 'c'",
            "'a' & 'b' & 'c'",
        ] {
            let query = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(query.to_string(), text);
        }
    }

    #[test]
    fn read_as_postgresql_reads_it() {
        for (text, same) in [
            ("a&b|c:ba*", "'a' & 'b' | 'c':*AB"),
            ("a | b & !c", "'a' | 'b' & !'c'"),
            ("(((a)))", "'a'"),
            ("a & (b & c)", "'a' & 'b' & 'c'"),
            ("a:", "'a'"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), same, "{text}");
        }
        assert_ne!(parse("a & (b & c)"), parse("a & b & c"));
    }

    #[test]
    fn rejected_with_the_reason() {
        for (text, reason) in [
            ("!", "expected a lexeme"),
            ("a &", "expected a lexeme"),
            ("a b", "expected an operator: & | <-> <N>"),
            ("(a", "expected a closing parenthesis"),
            ("a)", "expected an opening parenthesis"),
            ("a <16385> b", "expected a distance of at most 16384"),
            ("a <1 b", "expected > after the distance"),
            ("'a", "expected the closing quote"),
        ] {
            assert_eq!(parse(text).unwrap_err(), reason, "{text}");
        }
    }
}
