//! The geometric types. Their text forms are in `text`.

mod text;

use std::fmt;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};
use sql::types::oid;

use crate::driver::sql_type;
use crate::encode::{Encode, EncodeError};
use crate::error::{DecodeError, ParseError};

/// A `point`.
///
/// `Display` prints what PostgreSQL prints, `(1,2.5)`, and `FromStr` reads that; the same is true of the other geometric types. Two values
/// of these types are equal here when all their numbers are, NaN being equal to itself. PostgreSQL's operators compare some of them by
/// length or area, and all with a tolerance.
#[derive(Clone, Copy)]
pub struct Point {
    /// First coordinate.
    pub x: f64,
    /// Second coordinate.
    pub y: f64,
}

/// A `line` of the points for which `a * x + b * y + c` is 0; `a` and `b` are not both 0.
#[derive(Clone, Copy)]
pub struct Line {
    /// Factor of the first coordinate.
    pub a: f64,
    /// Factor of the second coordinate.
    pub b: f64,
    /// What is added.
    pub c: f64,
}

/// An `lseg`: the line from one point to another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LineSegment {
    /// Where it begins.
    pub start: Point,
    /// Where it ends.
    pub end: Point,
}

/// A `box`, whose sides are parallel to the axes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rectangle {
    high: Point,
    low: Point,
}

/// A `path` from point to point, of at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct Path {
    /// Whether it goes back from the last point to the first.
    pub is_closed: bool,
    /// The points; PostgreSQL refuses a path without one.
    pub points: Vec<Point>,
}

/// A `polygon` of at least one corner.
#[derive(Clone, PartialEq, Eq)]
pub struct Polygon {
    /// The corners; PostgreSQL refuses a polygon without one.
    pub corners: Vec<Point>,
}

/// A `circle`.
#[derive(Clone, Copy)]
pub struct Circle {
    /// Its centre.
    pub center: Point,
    /// Its radius; PostgreSQL refuses one that is less than 0.
    pub radius: f64,
}

impl Rectangle {
    /// The box with these opposite corners, in any order.
    pub fn new(one: Point, other: Point) -> Self {
        // NaN is greater than every number.
        let sorted = |a: f64, b: f64| if a < b || b.is_nan() { (b, a) } else { (a, b) };
        let (x, y) = (sorted(one.x, other.x), sorted(one.y, other.y));
        Self {
            high: Point { x: x.0, y: y.0 },
            low: Point { x: x.1, y: y.1 },
        }
    }

    /// The corner with the greater coordinates.
    pub const fn high(self) -> Point {
        self.high
    }

    /// The corner with the lesser coordinates.
    pub const fn low(self) -> Point {
        self.low
    }
}

/// Whether the server's `float8eq` says so.
fn is_same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        is_same(self.x, other.x) && is_same(self.y, other.y)
    }
}

impl Eq for Point {}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        is_same(self.a, other.a) && is_same(self.b, other.b) && is_same(self.c, other.c)
    }
}

impl Eq for Line {}

impl PartialEq for Circle {
    fn eq(&self, other: &Self) -> bool {
        self.center == other.center && is_same(self.radius, other.radius)
    }
}

impl Eq for Circle {}

fn is_radius(number: f64) -> bool {
    number >= 0.0 || number.is_nan()
}

/// What the wire forms consist of.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<f64> {
        self.0.try_get_f64().ok()
    }

    fn point(&mut self) -> Option<Point> {
        let (x, y) = (self.number()?, self.number()?);
        Some(Point { x, y })
    }

    /// A count, and as many points.
    fn points(&mut self) -> Option<Vec<Point>> {
        let count = usize::try_from(self.0.try_get_i32().ok()?).ok()?;
        // What a wrong count asks for is never reserved.
        if count == 0 || self.0.len() != count.checked_mul(16)? {
            return None;
        }
        (0..count).map(|_| self.point()).collect()
    }
}

fn put_point(point: Point, out: &mut BytesMut) {
    out.put_f64(point.x);
    out.put_f64(point.y);
}

fn put_points(points: &[Point], out: &mut BytesMut) -> Result<(), EncodeError> {
    let bytes = points.len().saturating_mul(16);
    let count = i32::try_from(points.len()).map_err(|_| EncodeError::TooLong { bytes })?;
    out.put_i32(count);
    points.iter().for_each(|point| put_point(*point, out));
    Ok(())
}

/// The driver's and the formatter's traits for one of the types.
macro_rules! geometric {
    ($type:ident, $name:literal $delimiter:literal, |$reader:ident| $read:expr, |$value:ident, $out:ident| $put:expr) => {
        impl $type {
            fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
                let mut $reader = Reader(raw);
                let mut read = || $read;
                let value: Option<Self> = read();
                value
                    .filter(|_| $reader.0.is_empty())
                    .ok_or(DecodeError::new(
                        $name,
                        "of another length, or out of range",
                    ))
            }
        }

        impl Encode for $type {
            const ELEMENT_OID: u32 = oid($name);
            const DELIMITER: char = $delimiter;

            fn encode(&self, $out: &mut BytesMut) -> Result<(), EncodeError> {
                let $value = self;
                $put
            }
        }

        sql_type!($type, $name);

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl FromStr for $type {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                text::parse(text, $name)
            }
        }
    };
}

geometric!(Point, "point" ',', |reader| reader.point(), |point, out| {
    put_point(*point, out);
    Ok(())
});
geometric!(
    Line,
    "line" ',',
    |reader| Some(Line {
        a: reader.number()?,
        b: reader.number()?,
        c: reader.number()?,
    }),
    |line, out| {
        [line.a, line.b, line.c].iter().for_each(|number| out.put_f64(*number));
        Ok(())
    }
);
geometric!(
    LineSegment,
    "lseg" ',',
    |reader| Some(LineSegment {
        start: reader.point()?,
        end: reader.point()?,
    }),
    |segment, out| {
        [segment.start, segment.end].iter().for_each(|point| put_point(*point, out));
        Ok(())
    }
);
geometric!(
    Rectangle,
    "box" ';',
    |reader| Some(Rectangle::new(reader.point()?, reader.point()?)),
    |rectangle, out| {
        [rectangle.high, rectangle.low].iter().for_each(|point| put_point(*point, out));
        Ok(())
    }
);
geometric!(
    Path,
    "path" ',',
    |reader| Some(Path {
        is_closed: match reader.0.try_get_u8().ok()? {
            0 => false,
            1 => true,
            _ => return None,
        },
        points: reader.points()?,
    }),
    |path, out| {
        out.put_u8(path.is_closed.into());
        put_points(&path.points, out)
    }
);
geometric!(
    Polygon,
    "polygon" ',',
    |reader| Some(Polygon { corners: reader.points()? }),
    |polygon, out| put_points(&polygon.corners, out)
);
geometric!(
    Circle,
    "circle" ',',
    |reader| Some(Circle {
        center: reader.point()?,
        radius: reader.number().filter(|radius| is_radius(*radius))?,
    }),
    |circle, out| {
        put_point(circle.center, out);
        out.put_f64(circle.radius);
        Ok(())
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_a_box_are_sorted() {
        let [one, other] = [Point { x: 1.0, y: 4.0 }, Point { x: 3.0, y: 2.0 }];
        let rectangle = Rectangle::new(one, other);
        assert_eq!(rectangle.high(), Point { x: 3.0, y: 4.0 });
        assert_eq!(rectangle.low(), Point { x: 1.0, y: 2.0 });
        assert_eq!(rectangle.to_string(), "(3,4),(1,2)");
    }

    #[test]
    fn bytes_that_are_none() {
        for wrong in [&[][..], &[0; 15], &[0; 17]] {
            assert!(Point::decode(wrong).is_err());
        }
        let mut raw = BytesMut::new();
        "[(0,0),(1,1)]"
            .parse::<Path>()
            .unwrap()
            .encode(&mut raw)
            .unwrap();
        assert!(Path::decode(&raw).is_ok());
        raw[0] = 2;
        assert!(Path::decode(&raw).is_err());
        for count in [0, 1, 3, 0x7FFF_FFFF, 0xFFFF_FFFF_u32] {
            let mut raw = count.to_be_bytes().to_vec();
            raw.extend([0; 32]);
            assert!(Polygon::decode(&raw).is_err(), "{count}");
        }
    }
}
