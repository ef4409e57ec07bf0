//! Text search.

use pgtypes::{Lexeme, Position, TsQuery, TsVector, Weight};

use super::super::random::Random;
use super::{Visitor, value};

const WEIGHTS: [Weight; 4] = [Weight::A, Weight::B, Weight::C, Weight::D];

pub fn each(to: &mut impl Visitor) {
    let edges = &[
        "",
        "a",
        "'a':1",
        "a:1A,2B,3C,4D",
        "b:3,1 a:1 b:1A,2 c",
        "'it''s' '\\\\' 'a b' ''''",
        "x:16383,99999",
        "é 用户:5 'z'",
    ];
    let server = "to_tsvector('simple', md5(random()::text) || repeat(' b c', n % 5))
                  || setweight(to_tsvector('simple', 'b ' || md5(random()::text)), 'B')";
    to.visit(value::<TsVector>("tsvector", server, edges, vector));

    // The empty one has a test of its own in `values`.
    let edges = &[
        "a",
        "!a",
        "!!a",
        "a & b | !c",
        "a & (b | c:*ab)",
        "!(a & b)",
        "a <-> b <2> c",
        "a <-> (b <0> c)",
        "(a | b) <16384> c",
        "a & (b & c)",
        "'it''s' & '\\\\' & 'a b':D",
    ];
    let server = "(md5(random()::text) || ':*A')::tsquery && !! plainto_tsquery('simple', 'a b')
                  || (md5(random()::text)::tsquery <-> phraseto_tsquery('simple', 'c d e'))";
    to.visit(value::<TsQuery>("tsquery", server, edges, |r| query(r, 4)).lossy_text());
}

fn lexeme(random: &mut Random) -> String {
    format!("{}{}", random.text(), random.below(9))
}

fn vector(random: &mut Random) -> TsVector {
    let position = |r: &mut Random| {
        let number = 1 + (r.below(16383) >> r.below(14)) as u16;
        Position::new(number, WEIGHTS[r.below(4) as usize]).expect("in range")
    };
    let lexeme = |r: &mut Random| Lexeme {
        text: lexeme(r),
        positions: (0..r.below(4)).map(|_| position(r)).collect(),
    };
    let lexemes = (0..random.below(6)).map(|_| lexeme(random));
    TsVector::new(lexemes.collect())
}

fn query(random: &mut Random, depth: usize) -> TsQuery {
    if depth == 0 || random.one_in(4) {
        let weights = &WEIGHTS[..random.below(5) as usize];
        let weights = if random.one_in(2) { weights } else { &[] };
        return TsQuery::weighted(lexeme(random), weights, random.one_in(4));
    }
    let left = query(random, depth - 1);
    let right = |r: &mut Random| query(r, depth - 1);
    match random.below(4) {
        0 => left.not(),
        1 => left.and(right(random)),
        2 => left.or(right(random)),
        _ => {
            let distance = random.below(3) as u16;
            left.followed_by(right(random), distance).expect("in range")
        }
    }
}
