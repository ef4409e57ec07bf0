//! An integer time that nobody can compare with now.

use crate::act::{Act, Relation, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

const TABLE: &str =
    "CREATE TABLE m (at bigint NOT NULL, v int); SELECT create_hypertable('m', by_range('at', 1000));
    CREATE FUNCTION m_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT extract(epoch FROM now())::bigint';";

pub const RULE: Rule = Rule {
    name: "integer-time-without-now",
    severity: Severity::Error,
    summary: "a hypertable with an integer time gets a policy or a continuous aggregate before set_integer_now_func",
    failing: &[
        Example::new(&[TABLE, "SELECT add_retention_policy('m', 1000);"])
            .server(Server::Refuses("22023")),
        Example::new(&[
            TABLE,
            "CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous) AS
                 SELECT time_bucket(10::bigint, at) AS bucket, count(*) FROM m GROUP BY 1 WITH NO DATA;",
        ])
        .server(Server::Refuses("0A000")),
        // It is taken, and its job fails.
        Example::new(&[
            "CREATE TABLE m (at bigint NOT NULL, v int); SELECT create_hypertable('m', by_range('at', 1000));
             ALTER TABLE m SET (timescaledb.compress);",
            "SELECT add_compression_policy('m', 1000); CALL run_job(1000);",
        ])
        .rows("INSERT INTO m VALUES (1, 1);")
        .server(Server::Refuses("42883")),
    ],
    passing: &[
        Example::new(&[TABLE, "SELECT set_integer_now_func('m', 'm_now'); SELECT add_retention_policy('m', 1000);"]),
        Example::new(&[TABLE, "SELECT add_retention_policy('m', drop_created_before => INTERVAL '30 days');"]),
        Example::new(&[
            "CREATE TABLE m (at timestamptz NOT NULL, v int); SELECT create_hypertable('m', by_range('at'));",
            "SELECT add_retention_policy('m', INTERVAL '30 days');",
        ]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let found = match &act.what {
        What::CreateAggregate(new) if new.is_continuous => {
            let source = context.schema.source(&new.sources);
            let source = source.as_ref();
            source.and_then(|it| finding(it, context.place(&act.range), "the aggregate", context))
        }
        What::Call(call) => match call.routine {
            "add_retention_policy" | "add_compression_policy" | "add_columnstore_policy" => {
                call.relation().and_then(|relation| {
                    let by_creation = [
                        "drop_created_before",
                        "compress_created_before",
                        "created_before",
                    ];
                    if by_creation
                        .iter()
                        .any(|it| call.argument(usize::MAX, it).is_some())
                    {
                        return None;
                    }
                    let finding =
                        finding(&relation, context.place(&call.name), "the policy", context)?;
                    let is_refused = call.routine == "add_retention_policy";
                    Some(if is_refused {
                        finding
                    } else {
                        fails(finding, &relation)
                    })
                })
            }
            _ => None,
        },
        _ => None,
    };
    found.into_iter().collect()
}

fn finding(
    relation: &Relation,
    place: crate::finding::Place,
    what: &str,
    context: &Context<'_>,
) -> Option<Finding> {
    let table = context.schema.tables.get(relation)?;
    let hypertable = table.hypertable.as_ref()?;
    let column = table.column(hypertable.time.as_ref()?)?;
    if hypertable.has_now || !is_integer(&column.ty) {
        return None;
    }
    let (time, ty) = (&column.name, &column.ty);
    let message = format!(
        "the server refuses {what}: {time} of {relation} is of type {ty}, and nothing says what is now"
    );
    Some(
        Finding::new(place, message)
            .other(hypertable.place.clone(), format!("makes {relation} a hypertable"))
            .help(format!(
                "say it before, in the unit of {time}:\nCREATE FUNCTION {}_now() RETURNS {ty} LANGUAGE sql STABLE AS 'SELECT extract(epoch FROM now())::{ty}';\nSELECT set_integer_now_func('{relation}', '{}_now');",
                relation.name, relation.name
            )),
    )
}

/// The server takes such a policy, and its job fails at each run.
fn fails(finding: Finding, relation: &Relation) -> Finding {
    let message = format!(
        "the job of this policy fails at each run: nothing says what is now in the time of {relation}"
    );
    Finding { message, ..finding }.uncertain()
}

fn is_integer(ty: &str) -> bool {
    const INTEGERS: &[&str] = &[
        "smallint",
        "int2",
        "integer",
        "int",
        "int4",
        "bigint",
        "int8",
        "serial",
        "bigserial",
    ];
    INTEGERS.contains(&ty)
}
