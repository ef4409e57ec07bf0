//! The geometric types.

use pgtypes::{Circle, Line, LineSegment, Path, Point, Polygon, Rectangle};

use super::super::random::Random;
use super::{Visitor, value};

const POINT: &str = "point((random() - 0.5) * 10 ^ (random() * 60 - 30), random() * 1e9)";

fn points(random: &mut Random) -> Vec<Point> {
    (0..1 + random.below(4)).map(|_| random.point()).collect()
}

pub fn each(to: &mut impl Visitor) {
    lines(to);
    let edges = &[
        "(0,0),(0,0)",
        "1,4,3,2",
        "((NaN,0),(1,Infinity))",
        "(-0,1e300),(0,-1e300)",
    ];
    let server = "box(point(random(), random()), point(random(), random()))";
    let rectangle = |r: &mut Random| Rectangle::new(r.point(), r.point());
    to.visit(value::<Rectangle>("box", server, edges, rectangle));

    let edges = &[
        "<(0,0),0>",
        "<(1e300,-1e-300),Infinity>",
        "<(NaN,0),NaN>",
        "((1,2),3)",
    ];
    let server = "circle(point(random(), random()), random() * 1e20)";
    let circle = |r: &mut Random| Circle {
        center: r.point(),
        radius: r.float().abs(),
    };
    to.visit(value::<Circle>("circle", server, edges, circle));

    let edges = &[
        "((0,0))",
        "((0,0),(1,0),(1,1),(0,1e-07))",
        "((NaN,-Infinity),(1,1))",
    ];
    let server = "polygon(3 + (random() * 9)::int, circle(point(random(), random()), random()))";
    let polygon = |r: &mut Random| Polygon { corners: points(r) };
    to.visit(value::<Polygon>("polygon", server, edges, polygon));
}

fn lines(to: &mut impl Visitor) {
    let edges = &[
        "(0,-0)",
        "(NaN,Infinity)",
        "(-Infinity,5e-324)",
        "(1e14,1e15)",
        "(0.0001,0.00001)",
        "(1e23,1.7976931348623157e308)",
        "(9007199254740993,123456789012345.67)",
        "1 , 2",
    ];
    to.visit(value::<Point>("point", POINT, edges, Random::point));

    let edges = &[
        "{1,0,0}",
        "{NaN,1,Infinity}",
        "{-0,1e-05,-1e+20}",
        "[(0,0),(1,1)]",
    ];
    let server = "line(point(0, random()), point(1, random()))";
    let line = |r: &mut Random| {
        let Point { x, y } = r.point();
        Line { a: 1.5, b: x, c: y }
    };
    to.visit(value::<Line>("line", server, edges, line));

    let edges = &["[(0,0),(0,0)]", "((1,2),(-3e50,4))", "1,2,3,NaN"];
    let server = "lseg(point(random(), random()), point(random(), random()))";
    let segment = |r: &mut Random| LineSegment {
        start: r.point(),
        end: r.point(),
    };
    to.visit(value::<LineSegment>("lseg", server, edges, segment));

    let edges = &[
        "((0,0))",
        "[(0,0)]",
        "[(0,0),(1e100,-0),(NaN,1)]",
        "1,2,3,4",
    ];
    let server =
        "polygon(3 + (random() * 9)::int, circle(point(random(), random()), random()))::path";
    let path = |r: &mut Random| Path {
        is_closed: r.one_in(2),
        points: points(r),
    };
    to.visit(value::<Path>("path", server, edges, path));
}
