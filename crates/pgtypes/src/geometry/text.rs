//! The text forms of the geometric types, as PostgreSQL prints them.

use std::fmt;

use super::{Circle, Line, LineSegment, Path, Point, Polygon, Rectangle, is_radius};
use crate::error::ParseError;
use crate::float_text::{take_f64, write_f64};
use crate::text::{Cursor, pad};

/// `FPzero`: what the server takes for 0 in a line.
const EPSILON: f64 = 1e-6;

type Text<'a> = &'a mut dyn fmt::Write;

/// A type with a text form that stands in another text.
pub(super) trait Read: Sized {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self>;
}

pub(super) fn parse<T: Read>(text: &str, kind: &'static str) -> Result<T, ParseError> {
    let mut cursor = Cursor::new(text.trim_ascii());
    let value = T::read(&mut cursor).filter(|_| cursor.is_empty());
    value
        .ok_or_else(|| ParseError::new(kind, text, "not as PostgreSQL prints one, or out of range"))
}

/// Writes `form`, in which each `_` is the next number.
fn write_numbers(out: Text<'_>, form: &str, numbers: &[f64]) -> fmt::Result {
    let mut numbers = numbers.iter();
    for c in form.chars() {
        match numbers.as_slice() {
            [number, ..] if c == '_' => {
                write_f64(out, *number)?;
                numbers.next();
            }
            _ => out.write_char(c)?,
        }
    }
    Ok(())
}

/// Reads `form`, in which each `_` is a number. White space is allowed everywhere.
fn read_numbers<const N: usize>(cursor: &mut Cursor<'_>, form: &str) -> Option<[f64; N]> {
    let mut numbers = [0.0; N];
    let mut next = numbers.iter_mut();
    for c in form.chars() {
        if c == '_' {
            *next.next()? = take_f64(cursor)?;
        } else {
            eat(cursor, c)?;
        }
    }
    Some(numbers)
}

fn eat(cursor: &mut Cursor<'_>, c: char) -> Option<()> {
    let found = cursor.eat(c.encode_utf8(&mut [0; 4]));
    cursor.eat_space();
    found.then_some(())
}

fn write_points(out: Text<'_>, points: &[Point], around: [char; 2]) -> fmt::Result {
    out.write_char(around[0])?;
    for (index, point) in points.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write_numbers(out, &format!("{comma}(_,_)"), &[point.x, point.y])?;
    }
    out.write_char(around[1])
}

fn read_points(cursor: &mut Cursor<'_>, around: [char; 2]) -> Option<Vec<Point>> {
    eat(cursor, around[0])?;
    let mut points = vec![Point::read(cursor)?];
    while eat(cursor, ',').is_some() {
        points.push(Point::read(cursor)?);
    }
    eat(cursor, around[1])?;
    Some(points)
}

fn of([x, y]: [f64; 2]) -> Point {
    Point { x, y }
}

impl Read for Point {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        read_numbers(cursor, "(_,_)").map(of)
    }
}

impl Read for Line {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let [a, b, c] = read_numbers(cursor, "{_,_,_}")?;
        let exists = a.abs() > EPSILON || b.abs() > EPSILON || a.is_nan() || b.is_nan();
        exists.then_some(Self { a, b, c })
    }
}

impl Read for LineSegment {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let [a, b, c, d] = read_numbers(cursor, "[(_,_),(_,_)]")?;
        let (start, end) = (of([a, b]), of([c, d]));
        Some(Self { start, end })
    }
}

impl Read for Rectangle {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let [a, b, c, d] = read_numbers(cursor, "(_,_),(_,_)")?;
        Some(Self::new(of([a, b]), of([c, d])))
    }
}

impl Read for Path {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let is_closed = cursor.rest.starts_with('(');
        let around = if is_closed { ['(', ')'] } else { ['[', ']'] };
        let points = read_points(cursor, around)?;
        Some(Self { is_closed, points })
    }
}

impl Read for Polygon {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let corners = read_points(cursor, ['(', ')'])?;
        Some(Self { corners })
    }
}

impl Read for Circle {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let [x, y, radius] = read_numbers(cursor, "<(_,_),_>")?;
        let center = Point { x, y };
        is_radius(radius).then_some(Self { center, radius })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| write_numbers(out, "(_,_)", &[self.x, self.y]))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            write_numbers(out, "{_,_,_}", &[self.a, self.b, self.c])
        })
    }
}

impl fmt::Display for LineSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| {
            write_points(out, &[self.start, self.end], ['[', ']'])
        })
    }
}

impl fmt::Display for Rectangle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = [self.high.x, self.high.y, self.low.x, self.low.y];
        pad(f, |out| write_numbers(out, "(_,_),(_,_)", &numbers))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let around = if self.is_closed {
            ['(', ')']
        } else {
            ['[', ']']
        };
        pad(f, |out| write_points(out, &self.points, around))
    }
}

impl fmt::Display for Polygon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |out| write_points(out, &self.corners, ['(', ')']))
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = [self.center.x, self.center.y, self.radius];
        pad(f, |out| write_numbers(out, "<(_,_),_>", &numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_and_read() {
        fn same<T: Read + std::str::FromStr<Err = ParseError> + fmt::Display>(text: &str) {
            let value: T = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(value.to_string(), text);
        }
        same::<Point>("(1,-2.5)");
        same::<Point>("(NaN,Infinity)");
        same::<Line>("{1,0,-1e-05}");
        same::<LineSegment>("[(0,0),(1,1)]");
        same::<Rectangle>("(3,4),(1,2)");
        same::<Path>("((0,0),(1,1))");
        same::<Path>("[(0,0)]");
        same::<Polygon>("((0,0),(1,0),(1,1))");
        same::<Circle>("<(0,0),1.5>");
        assert_eq!(" ( 1 , 2 ) ".parse(), Ok(Point { x: 1.0, y: 2.0 }));
        assert_eq!(format!("{:>7}|", of([1.0, 2.0])), "  (1,2)|");
    }

    #[test]
    fn rejected() {
        for text in ["", "(1)", "(1,2", "(1,2))", "(1,x)", "(1,1e999)"] {
            assert!(text.parse::<Point>().is_err(), "{text}");
        }
        assert!("{0,0,1}".parse::<Line>().is_err());
        assert!("{1e-07,0,1}".parse::<Line>().is_err());
        assert!("<(0,0),-1>".parse::<Circle>().is_err());
        assert!("()".parse::<Polygon>().is_err());
        assert!("[(0,0)".parse::<Path>().is_err());
        let error = "(1)".parse::<Point>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid point `(1)`: not as PostgreSQL prints one, or out of range"
        );
    }
}
