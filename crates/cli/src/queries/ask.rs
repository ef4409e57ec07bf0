//! What a migrated database says of queries. Nothing is run, and nothing stays.
//!
//! Each variant is prepared, which gives the types of its parameters and columns. Then each is the body of a function in a transaction that
//! is rolled back: the catalog has the analyzed query of such a function, which the proofs read.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{QueryFacts, Scope};
use migrator::wire::Config;
use postgres::error::{DbError, ErrorPosition, SqlState};
use postgres::types::Type;
use postgres::{Client, GenericClient, SimpleQueryMessage, SimpleQueryRow, Statement, Transaction};
use queries::{Answer, DescribedQuery, Query, Untyped, Variant};
use sql::qualified::qualified;

use crate::explain;
use crate::failure::{Code, Failure};

/// What the database does not know of a query.
pub enum Refusal {
    /// The server refused a variant.
    Server(Box<ServerRefusal>),
    /// The query has no type.
    Untyped(Untyped),
}

/// What a server said of a variant.
pub struct ServerRefusal {
    pub error: DbError,
    /// The message, with the parameters' names.
    pub message: String,
    /// The byte of the query's text that it is about, if that is known.
    pub offset: Option<usize>,
}

/// Why a server makes no function of a query that it runs: of CALL (feature_not_supported), of more than 100 parameters
/// (too_many_arguments), and with parameters of pseudo-types (invalid_function_definition). Nothing is proven of such a query.
const NO_FUNCTION: [&str; 3] = ["0A000", "54023", "42P13"];

/// Whoever holds a lock on a table is not waited for without end.
const PATIENCE: &str = "SET lock_timeout = '10s'";

/// What comes before definitions of functions in their message.
const SAVEPOINT: &str = "SAVEPOINT functions; ";

/// The names of types, by OID.
type Types = BTreeMap<u32, queries::Type>;

/// A query to describe.
pub struct Asked<'a> {
    pub module: &'a str,
    pub query: &'a Query,
}

/// A variant that was prepared.
struct Prepared<'a> {
    /// Its query's position among those asked.
    query: usize,
    variant: &'a Variant,
    /// Which of the query's parameters need a cast.
    casts: Vec<usize>,
    parameters: Vec<u32>,
    columns: Vec<(String, u32)>,
    /// Whether it has a function in `pg_temp`, which a statement has that can be the body of one.
    has_function: bool,
}

/// What the database at this address says of each query.
pub fn ask(
    config: &Config,
    scope: Scope,
    asked: &[Asked<'_>],
) -> Result<Vec<Result<DescribedQuery, Vec<Refusal>>>, Failure> {
    let mut client = config
        .client()
        .map_err(|error| explain::unreachable(&error, "correct user and password"))?;
    client
        .batch_execute(PATIENCE)
        .map_err(|error| lost(&error))?;
    let variants: Vec<Vec<Variant>> = asked.iter().map(|it| it.query.variants()).collect();
    let mut refused: BTreeMap<usize, Vec<Refusal>> = BTreeMap::new();
    let mut prepared = Vec::new();
    let texts = variants.iter().flatten().map(|it| it.sql.as_str());
    let mut statements = config
        .prepare_all(PATIENCE, &texts.collect::<Vec<_>>())
        .map_err(|error| unanswered(&error))?
        .into_iter();
    for (at, variants) in variants.iter().enumerate() {
        // Each variant has one.
        let statements: Vec<_> = statements.by_ref().take(variants.len()).collect();
        for (variant, statement) in variants.iter().zip(statements) {
            match prepare(&mut client, at, asked[at].query, variant, statement)? {
                Ok(it) => prepared.push(it),
                Err(refusal) => {
                    refused.entry(at).or_default().push(refusal);
                    break;
                }
            }
        }
    }
    prepared.retain(|it| !refused.contains_key(&it.query));
    let types = types(&mut client, &prepared)?;
    let facts = facts(
        &mut client,
        scope,
        &mut prepared,
        asked,
        &types,
        &mut refused,
    )?;
    let mut answers: Vec<Vec<Answer>> = asked.iter().map(|_| Vec::new()).collect();
    for (at, it) in prepared.iter().enumerate() {
        answers[it.query].push(it.answer(&types, facts.get(&function_name(at))));
    }
    let outcome = |(at, (asked, variants)): (usize, (&Asked<'_>, &Vec<Variant>))| {
        if let Some(refusals) = refused.remove(&at) {
            return Err(refusals);
        }
        let described = asked.query.describe(asked.module, variants, &answers[at]);
        described.map_err(|it| it.into_iter().map(Refusal::Untyped).collect())
    };
    Ok(asked
        .iter()
        .zip(&variants)
        .enumerate()
        .map(outcome)
        .collect())
}

/// The name of the function of the variant at this position of those that were prepared.
fn function_name(at: usize) -> String {
    format!("q{}", at + 1)
}

impl Prepared<'_> {
    fn answer(&self, types: &Types, facts: Option<&QueryFacts>) -> Answer {
        let columns = self.columns.iter();
        Answer {
            parameters: self
                .parameters
                .iter()
                .map(|oid| types[oid].clone())
                .collect(),
            columns: columns
                .map(|(name, oid)| (name.clone(), types[oid].clone()))
                .collect(),
            casts: self.casts.clone(),
            facts: facts.cloned(),
        }
    }

    fn is_call(&self) -> bool {
        let word = self.variant.sql.split_whitespace().next();
        word.is_some_and(|it| it.eq_ignore_ascii_case("call"))
    }

    /// The statement that makes the function, up to the variant's SQL and whole.
    fn definition(&self, name: &str, types: &Types) -> [String; 2] {
        let parameters: Vec<&str> = self
            .parameters
            .iter()
            .map(|oid| types[oid].sql.as_str())
            .collect();
        let head = format!(
            "CREATE FUNCTION pg_temp.{name}({}) RETURNS void LANGUAGE sql BEGIN ATOMIC ",
            parameters.join(", ")
        );
        let whole = format!("{head}{}\n; END", self.variant.sql);
        [head, whole]
    }
}

fn prepare<'a>(
    client: &mut Client,
    at: usize,
    query: &Query,
    variant: &'a Variant,
    statement: Result<Statement, postgres::Error>,
) -> Result<Result<Prepared<'a>, Refusal>, Failure> {
    let mut casts = Vec::new();
    let statement = match statement {
        Ok(statement) => statement,
        Err(error) => match with_casts(client, query, variant)? {
            Some((statement, needed)) => {
                casts = needed;
                statement
            }
            None => {
                let server = error.as_db_error().ok_or_else(|| lost(&error))?;
                return Ok(Err(refusal(server, "", query, variant)));
            }
        },
    };
    let columns = statement.columns().iter();
    Ok(Ok(Prepared {
        query: at,
        variant,
        casts,
        parameters: statement.params().iter().map(Type::oid).collect(),
        columns: columns
            .map(|it| (it.name().to_owned(), it.type_().oid()))
            .collect(),
        has_function: false,
    }))
}

/// What the server said of the variant, which was sent after `head`, and where in the query.
fn refusal(server: &DbError, head: &str, query: &Query, variant: &Variant) -> Refusal {
    let before = head.chars().count();
    let offset = match server.position() {
        Some(ErrorPosition::Original(position)) => {
            Some(variant.place((*position as usize).saturating_sub(before)))
        }
        _ => None,
    };
    let mut refusal = ServerRefusal {
        message: server.message().to_owned(),
        error: server.clone(),
        offset,
    };
    // From the last, so that `$1` is no part of `$10`.
    for (number, at) in variant.parameters.iter().enumerate().rev() {
        let (numbered, parameter) = (format!("${}", number + 1), &query.parameters[*at]);
        if refusal.message.contains(&numbered) {
            let named = format!(":{}", parameter.name);
            refusal.message = refusal.message.replace(&numbered, &named);
            refusal.offset = refusal
                .offset
                .or(parameter.places.first().map(|it| it.start));
        }
    }
    Refusal::Server(Box::new(refusal))
}

/// The variant with a cast for each parameter that has two types if each of its places is looked at alone, one of them `text`: that is what
/// PostgreSQL takes where functions of several types fit, and another place knows better. With the parameters that have a cast.
fn with_casts(
    client: &mut Client,
    query: &Query,
    variant: &Variant,
) -> Result<Option<(Statement, Vec<usize>)>, Failure> {
    let apart = query.apart(variant.given);
    let Ok(statement) = client.prepare(&apart.sql) else {
        return Ok(None);
    };
    let mut found: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for (parameter, ty) in apart.parameters.iter().zip(statement.params()) {
        found.entry(*parameter).or_default().insert(ty.oid());
    }
    found.retain(|_, types| types.len() == 2 && types.remove(&Type::TEXT.oid()));
    if found.is_empty() {
        return Ok(None);
    }
    let oids = found.values().flatten().copied().collect();
    let names = type_names(client, oids)?;
    let cast = |at: usize| {
        let oid = found.get(&at)?.first()?;
        names.get(oid).map(|it| it.sql.as_str())
    };
    let variants = query.variants_with(&cast);
    let statement = client.prepare(&variants[variant.given].sql).ok();
    Ok(statement.map(|it| (it, found.keys().copied().collect())))
}

/// The names of all types that the variants have.
fn types(client: &mut Client, prepared: &[Prepared<'_>]) -> Result<Types, Failure> {
    let oids = prepared.iter().flat_map(|it| {
        let columns = it.columns.iter().map(|(_, oid)| *oid);
        columns.chain(it.parameters.iter().copied())
    });
    type_names(client, oids.collect())
}

fn type_names(client: &mut Client, oids: BTreeSet<u32>) -> Result<Types, Failure> {
    let list: Vec<String> = oids.iter().map(u32::to_string).collect();
    // As the catalog names types: with their schema, unless they are built in.
    let sql = format!(
        "SELECT t.oid, format_type(t.oid, NULL), n.nspname, b.typname, e.oid IS NOT NULL
         FROM unnest('{{{}}}'::oid[]) AS asked (oid)
         JOIN pg_type AS t ON t.oid = asked.oid
         LEFT JOIN pg_type AS e ON e.oid = t.typelem AND e.typarray = t.oid
         JOIN pg_type AS b ON b.oid = coalesce(e.oid, t.oid)
         JOIN pg_namespace AS n ON n.oid = b.typnamespace",
        list.join(",")
    );
    let sql = format!(
        "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; {}; ROLLBACK",
        qualified(&sql)
    );
    let mut types = BTreeMap::new();
    for row in rows(client, &sql)? {
        let text = |at: usize| row.get(at).unwrap_or_default();
        let oid = text(0).parse().unwrap_or_default();
        types.insert(
            oid,
            queries::Type {
                sql: text(1).to_owned(),
                schema: text(2).to_owned(),
                name: text(3).to_owned(),
                array: text(4) == "t",
            },
        );
    }
    Ok(types)
}

/// What is proven of the variants, by the names of their functions.
fn facts(
    client: &mut Client,
    scope: Scope,
    prepared: &mut [Prepared<'_>],
    asked: &[Asked<'_>],
    types: &Types,
    refused: &mut BTreeMap<usize, Vec<Refusal>>,
) -> Result<BTreeMap<String, QueryFacts>, Failure> {
    let mut transaction = client.transaction().map_err(|error| lost(&error))?;
    // Compiling the catalog's query takes longer than running it.
    transaction
        .batch_execute("SET LOCAL jit = off")
        .map_err(|error| lost(&error))?;
    create_functions(&mut transaction, prepared, asked, types, refused)?;
    let functions = prepared.iter().enumerate();
    let functions: BTreeMap<String, &Prepared<'_>> = functions
        .filter(|(_, it)| it.has_function)
        .map(|(at, it)| (function_name(at), it))
        .collect();
    let may_be_null = |function: &str, number: usize| {
        functions.get(function).is_some_and(|it| {
            let parameter = it.variant.parameters[number - 1];
            asked[it.query].query.parameters[parameter].nullable
        })
    };
    let probe = value(&mut transaction, catalog::probe_query())?;
    let unreadable = |error: catalog::Error| Failure::new(Code::Failed, error.to_string());
    let scope = Scope {
        queries: true,
        ..scope
    };
    let query = catalog::query(&probe, &scope).map_err(unreadable)?;
    let answer = value(&mut transaction, &query)?;
    let parsed = catalog::parse_with_queries(&answer, may_be_null).map_err(unreadable)?;
    transaction.rollback().map_err(|error| lost(&error))?;
    let (_, facts) = parsed;
    Ok(facts.into_iter().map(|it| (it.name.clone(), it)).collect())
}

/// Makes a function of each variant, all in one message if the server takes them all.
fn create_functions(
    transaction: &mut Transaction<'_>,
    prepared: &mut [Prepared<'_>],
    asked: &[Asked<'_>],
    types: &Types,
    refused: &mut BTreeMap<usize, Vec<Refusal>>,
) -> Result<(), Failure> {
    let definitions = prepared.iter().enumerate();
    let definitions: Vec<[String; 2]> = definitions
        .map(|(at, it)| it.definition(&function_name(at), types))
        .collect();
    // A CALL among them would have each of the others sent alone.
    let functions = prepared.iter_mut().zip(&definitions);
    let functions: Vec<_> = functions.filter(|(it, _)| !it.is_call()).collect();
    let all: Vec<&str> = functions.iter().map(|(_, [_, it])| it.as_str()).collect();
    let all = create(transaction, &all.join(";\n"))?.is_none();
    for (it, [head, definition]) in functions {
        let error = if all {
            None
        } else {
            create(transaction, definition)?
        };
        let Some(error) = error else {
            it.has_function = true;
            continue;
        };
        let server = error.as_db_error().ok_or_else(|| lost(&error))?;
        match server.code().code() {
            code if NO_FUNCTION.contains(&code) => {}
            // syntax_error: SELECT INTO, which is a statement of its own kind.
            "42601" => {
                let query = asked[it.query].query;
                let head = format!("{SAVEPOINT}{head}");
                let refusal = refusal(server, &head, query, it.variant);
                refused.entry(it.query).or_insert_with(|| vec![refusal]);
            }
            _ => return Err(lost(&error)),
        }
    }
    Ok(())
}

/// Runs `definitions`, unless the server refuses one: then nothing of them stays, and its answer is returned.
fn create(
    transaction: &mut Transaction<'_>,
    definitions: &str,
) -> Result<Option<postgres::Error>, Failure> {
    let text = format!("{SAVEPOINT}{definitions}; RELEASE functions");
    match transaction.batch_execute(&text) {
        Ok(()) => Ok(None),
        Err(error) if error.as_db_error().is_some() => transaction
            .batch_execute("ROLLBACK TO functions; RELEASE functions")
            .map(|()| Some(error)),
        Err(error) => Err(error),
    }
    .map_err(|error| lost(&error))
}

/// The rows of one of our own queries, as text.
fn rows(client: &mut impl GenericClient, sql: &str) -> Result<Vec<SimpleQueryRow>, Failure> {
    let messages = client.simple_query(sql).map_err(|error| lost(&error))?;
    let rows = messages.into_iter().filter_map(|it| match it {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows.collect())
}

/// The value of one of our own queries that has a single one.
fn value(transaction: &mut Transaction<'_>, sql: &str) -> Result<String, Failure> {
    let rows = rows(transaction, &qualified(sql))?;
    let value = rows.first().and_then(|row| row.get(0));
    Ok(value.unwrap_or_default().to_owned())
}

/// The session broke, or the server refused one of our own queries.
fn lost(error: &postgres::Error) -> Failure {
    let message = match error.as_db_error() {
        Some(server) => server.message().to_owned(),
        None => error.to_string(),
    };
    failed(&message, error.code().map(SqlState::code))
}

/// The session in which the queries are prepared could not be opened, or broke.
fn unanswered(error: &migrator::link::Error) -> Failure {
    use migrator::link::Error;
    let code = match error {
        Error::Server(error) => Some(error.code.as_str()),
        Error::Unreachable { code, .. } | Error::Lost { code, .. } => code.as_deref(),
    };
    failed(&error.to_string(), code)
}

fn failed(message: &str, code: Option<&str>) -> Failure {
    Failure::new(
        Code::Failed,
        format!("the database did not describe the queries: {message}"),
    )
    .note(
        "state",
        "every migration is applied; queries.json is left as it is",
    )
    .next(match code {
        // insufficient_privilege: functions in pg_temp need it.
        Some("42501") => {
            "`GRANT TEMPORARY ON DATABASE … TO …` for this role, then `cargo xtask migrate`"
        }
        Some(_) => "remove the cause, then `cargo xtask migrate`",
        None => "`cargo xtask migrate`, once the server answers",
    })
}
