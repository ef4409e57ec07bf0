//! `geo-types`: the geometric types that both have. A `circle` and a `line` without ends are not among them.

use geo_types::{Coord, LineString, Rect};

use super::{ConversionError, Reason};
use crate::geometry::{LineSegment, Path, Point, Polygon, Rectangle};

impl From<Point> for Coord {
    fn from(point: Point) -> Self {
        let Point { x, y } = point;
        Self { x, y }
    }
}

impl From<Coord> for Point {
    fn from(coord: Coord) -> Self {
        let Coord { x, y } = coord;
        Self { x, y }
    }
}

impl From<Point> for geo_types::Point {
    fn from(point: Point) -> Self {
        Self(point.into())
    }
}

impl From<geo_types::Point> for Point {
    fn from(point: geo_types::Point) -> Self {
        point.0.into()
    }
}

impl From<LineSegment> for geo_types::Line {
    fn from(segment: LineSegment) -> Self {
        Self {
            start: segment.start.into(),
            end: segment.end.into(),
        }
    }
}

impl From<geo_types::Line> for LineSegment {
    fn from(line: geo_types::Line) -> Self {
        Self {
            start: line.start.into(),
            end: line.end.into(),
        }
    }
}

impl From<Rectangle> for Rect {
    fn from(rectangle: Rectangle) -> Self {
        Self::new(Coord::from(rectangle.low()), Coord::from(rectangle.high()))
    }
}

impl From<Rect> for Rectangle {
    fn from(rect: Rect) -> Self {
        Self::new(rect.min().into(), rect.max().into())
    }
}

/// `TryFrom` of a value and of a reference to it, over a function that returns the reason of a failure.
macro_rules! try_both {
    ($($from:ty => $to:ty, $target:literal, $convert:expr;)+) => {$(
        impl TryFrom<&$from> for $to {
            type Error = ConversionError;

            fn try_from(value: &$from) -> Result<Self, ConversionError> {
                // The other crate's types have no text but this.
                let error = |reason| ConversionError::new(format_args!("{value:?}"), $target, reason);
                $convert(value).map_err(error)
            }
        }

        impl TryFrom<$from> for $to {
            type Error = ConversionError;

            fn try_from(value: $from) -> Result<Self, ConversionError> {
                Self::try_from(&value)
            }
        }
    )+};
}

try_both! {
    Path => LineString, "geo_types::LineString", line_string;
    LineString => Path, "path", path;
    Polygon => geo_types::Polygon, "geo_types::Polygon", their_polygon;
    geo_types::Polygon => Polygon, "polygon", our_polygon;
}

fn line_string(path: &Path) -> Result<LineString, Reason> {
    if path.is_closed {
        return Err(
            "it is closed, and a line string does not say so: make a polygon of its points",
        );
    }
    Ok(path.points.iter().copied().map(Coord::from).collect())
}

fn path(line: &LineString) -> Result<Path, Reason> {
    if line.0.is_empty() {
        return Err("PostgreSQL has no path without a point");
    }
    Ok(Path {
        is_closed: false,
        points: line.0.iter().copied().map(Point::from).collect(),
    })
}

/// The ring ends where it begins, which PostgreSQL's corners do not say.
fn their_polygon(polygon: &Polygon) -> Result<geo_types::Polygon, Reason> {
    let corners = polygon.corners.iter();
    if corners.clone().any(|it| it.x.is_nan() || it.y.is_nan()) {
        return Err("a corner is not a number, so that the ring would never end where it begins");
    }
    let ring = corners.chain(polygon.corners.first()).copied();
    let ring: LineString = ring.map(Coord::from).collect();
    Ok(geo_types::Polygon::new(ring, Vec::new()))
}

fn our_polygon(polygon: &geo_types::Polygon) -> Result<Polygon, Reason> {
    if !polygon.interiors().is_empty() {
        return Err("it has holes, which PostgreSQL's polygon has not");
    }
    let Some((_, corners)) = polygon.exterior().0.split_last() else {
        return Err("PostgreSQL has no polygon without a corner");
    };
    Ok(Polygon {
        corners: corners.iter().copied().map(Point::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use geo_types::{Line, coord, line_string};

    use super::*;
    use crate::convert::testing::{all_round_trip, refused, round_trips};
    use crate::random::Random;

    fn points(random: &mut Random) -> Vec<Point> {
        let mut points: Vec<Point> = (0..=random.below(5)).map(|_| random.point()).collect();
        // One that ends where it begins.
        if random.one_in(3) {
            points.push(points[0]);
        }
        points
    }

    #[test]
    fn what_has_a_fixed_number_of_points() {
        all_round_trip(
            Random::point,
            |it| Ok(geo_types::Point::from(it)),
            |it| Ok(it.into()),
        );
        all_round_trip(Random::point, |it| Ok(Coord::from(it)), |it| Ok(it.into()));
        let segment = |random: &mut Random| LineSegment {
            start: random.point(),
            end: random.point(),
        };
        all_round_trip(segment, |it| Ok(Line::from(it)), |it| Ok(it.into()));
        let rectangle = |random: &mut Random| Rectangle::new(random.point(), random.point());
        all_round_trip(rectangle, |it| Ok(Rect::from(it)), |it| Ok(it.into()));
    }

    #[test]
    fn paths_and_polygons() {
        let path = |random: &mut Random| Path {
            is_closed: random.one_in(2),
            points: points(random),
        };
        round_trips(path, LineString::try_from, Path::try_from, |path| {
            !path.is_closed
        });
        let polygon = |random: &mut Random| Polygon {
            corners: points(random),
        };
        let is_number = |polygon: &Polygon| {
            let mut corners = polygon.corners.iter();
            corners.all(|it| !it.x.is_nan() && !it.y.is_nan())
        };
        round_trips(
            polygon,
            geo_types::Polygon::try_from,
            Polygon::try_from,
            is_number,
        );
    }

    #[test]
    fn what_does_not_fit() {
        let closed: Path = "((0,0),(1,1))".parse().unwrap();
        let nan: Polygon = "((0,NaN))".parse().unwrap();
        let ring = line_string![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 0.0, y: 4.0)];
        let hole = line_string![(x: 1.0, y: 1.0), (x: 2.0, y: 1.0), (x: 1.0, y: 2.0)];
        let holes = geo_types::Polygon::new(ring, vec![hole]);
        let nothing = geo_types::Polygon::new(LineString::new(Vec::new()), Vec::new());
        let said = [
            refused(LineString::try_from(closed)),
            refused(geo_types::Polygon::try_from(nan)),
            refused(Path::try_from(LineString::new(Vec::new()))),
            refused(Polygon::try_from(holes)),
            refused(Polygon::try_from(nothing)),
        ];
        insta::assert_snapshot!(said.join("\n"));
        let triangle: Polygon = "((0,0),(1,0),(0,1))".parse().unwrap();
        let triangle = geo_types::Polygon::try_from(triangle).unwrap();
        assert_eq!(triangle.exterior().0.len(), 4);
        assert_eq!(triangle.exterior().0[3], coord! { x: 0.0, y: 0.0 });
    }
}
