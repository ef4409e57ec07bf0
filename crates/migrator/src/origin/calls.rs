//! What calls functions: queries and `CALL`.

use sql::lexer::{self, TokenKind};
use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;
use sql::timescaledb::{self, Makes};

use super::Kind;
use super::create::NEVER_NULL;
use super::log::{Act, Scope, Unnamed};
use super::reader::{Reader, UnreadCode, part, top};

impl Reader<'_> {
    pub(super) fn query(&mut self, words: Words<'_>) {
        if words.is(0, "refresh") {
            return;
        }
        let is_query = words.is_one_of(0, &["select", "with", "values"]);
        if is_query && !self.is_maybe && words.has(&["into"]) {
            self.select_into(words);
        }
        if words.is(0, "explain") && words.has(&["create"]) {
            return self.unread_code(UnreadCode::MayCreate);
        }
        for at in 0..words.tokens.len() {
            let is_name = matches!(words.tokens[at].kind, TokenKind::Word | TokenKind::Quoted);
            if is_name && words.is_symbol(at + 1, "(") && !words.is_one_of(at, NO_FUNCTIONS) {
                self.called(words, at);
            }
        }
    }

    /// `SELECT … INTO table`.
    fn select_into(&mut self, words: Words<'_>) {
        let Some(into) = (0..words.tokens.len()).find(|&at| words.is(at, "into")) else {
            return;
        };
        // INSERT INTO in a WITH.
        if into > 0 && words.is_one_of(into - 1, &["insert", "merge"]) {
            return;
        }
        let at = words.behind(into + 1, &["unlogged", "table"]);
        if words.is_one_of(at, &["temp", "temporary"]) {
            let at = words.behind(at + 1, &["table"]);
            self.temporary.extend(identifier(words, at));
        } else if let Some((name, _)) = Name::read(words, at)
            && let Some((schema, name)) = self.new_name(&name)
        {
            self.make(
                &top(Kind::Relation, &schema, &name),
                self.place(words, 0),
                false,
            );
            let owner = (&*schema, &*name);
            self.unnamed(words, owner, Kind::Column, Unnamed::Any);
        }
    }

    /// The function whose name ends at `at` is called.
    fn called(&mut self, words: Words<'_>, at: usize) {
        let Some(name) = identifier(words, at) else {
            return self.unread_code(UnreadCode::MayCreate);
        };
        let (arguments, behind) = words.arguments(at + 1);
        let is_qualified = at >= 2 && words.is_symbol(at - 1, ".");
        let start = if is_qualified { at - 2 } else { at };
        // Nothing but the call: with FROM or WHERE it may be made for no row.
        let is_alone = start == 1 && behind == words.tokens.len() && !self.is_maybe;
        if name == "set_config" {
            self.has_own_path |= words.sql.to_ascii_lowercase().contains("search_path");
        } else if is_qualified && words.is_name(at - 2, "pg_catalog") {
        } else if let Some(effect) = Effect::of(&name) {
            let was_maybe = self.is_maybe;
            self.is_maybe |= !is_alone;
            self.timescaledb(effect, words, &arguments);
            self.is_maybe = was_maybe;
        } else if !is_harmless(&name)
            && !self.harmless.contains(&name)
            && !self.dangerous.iter().any(|known| known.name == name)
        {
            self.unread_code(UnreadCode::MayCreate);
        }
    }

    fn timescaledb(&mut self, effect: Effect, words: Words<'_>, arguments: &[Words<'_>]) {
        let place = self.place(words, 0);
        match effect {
            Effect::AlterJob => {
                for kind in [Kind::Policy, Kind::Job] {
                    self.log.event(Scope::Kind(kind), Act::Blur, place.clone());
                }
                return;
            }
            Effect::DeleteJob => {
                for kind in [Kind::Policy, Kind::Job] {
                    let all = Scope::Kind(kind);
                    self.log.event(all, Act::MaybeDrop, place.clone());
                }
                return;
            }
            Effect::AddJob => return self.add_job(words, arguments),
            _ => {}
        }
        let Some(name) = arguments.first().and_then(|it| literal_name(*it)) else {
            return self.unread_code(UnreadCode::MayCreate);
        };
        let Some((schema, name)) = self.old_name(&name, Kind::Relation) else {
            return;
        };
        let owner = (&*schema, &*name);
        let relation = top(Kind::Relation, &schema, &name);
        match effect {
            Effect::Hypertable => {
                self.touch(&relation, "kind", place.clone());
                self.not_null(owner, arguments.get(1), words);
                self.hypertable(words, arguments, owner);
            }
            Effect::Dimension => {
                self.not_null(owner, arguments.get(1), words);
                let column = arguments.get(1).and_then(|it| column(*it));
                let names = column.map_or(Unnamed::Any, Unnamed::Exactly);
                self.unnamed(words, owner, Kind::Dimension, names);
            }
            Effect::Interval => self.touch_dimensions(owner, "chunk interval", words),
            Effect::IntegerNow => self.touch_dimensions(owner, "integer_now function", words),
            Effect::AddPolicy(procedure) => {
                let policy = part(Kind::Policy, owner, procedure);
                // There may be several of one procedure.
                self.log.act(&policy, Act::MaybeCreate, place);
            }
            Effect::RemovePolicy(procedure) => {
                self.unmake(&part(Kind::Policy, owner, procedure));
            }
            Effect::AlterJob | Effect::DeleteJob | Effect::AddJob => {}
        }
    }

    fn hypertable(&mut self, words: Words<'_>, arguments: &[Words<'_>], owner: (&str, &str)) {
        let time = arguments.get(1).and_then(|it| column(*it));
        let names = |text: Option<String>| text.map_or(Unnamed::Any, Unnamed::Exactly);
        self.unnamed(words, owner, Kind::Dimension, names(time.clone()));
        // A second dimension, by position or by name.
        for argument in arguments.iter().skip(2) {
            let is_partitioning = argument.is_name(0, "partitioning_column");
            if is_partitioning
                || argument.tokens.first().map(|it| it.kind) == Some(TokenKind::String)
            {
                self.unnamed(words, owner, Kind::Dimension, names(column(*argument)));
            }
        }
        let switched = |it: &Words<'_>| it.switch(&[], "create_default_indexes");
        if !arguments.iter().any(|it| switched(it) == Some(false)) {
            let ending = time.map_or("_idx".to_owned(), |time| format!("_{time}_idx"));
            self.unnamed(words, owner, Kind::Index, Unnamed::Ending(ending));
        }
    }

    /// The column of a dimension of time becomes NOT NULL.
    fn not_null(&mut self, owner: (&str, &str), argument: Option<&Words<'_>>, words: Words<'_>) {
        let place = self.place(words, 0);
        let act = Act::BlurOf(NEVER_NULL);
        match argument.and_then(|it| column(*it)) {
            Some(column) => self
                .log
                .act(&part(Kind::Column, owner, &column), act, place),
            None => {
                let (schema, name) = (owner.0.to_owned(), owner.1.to_owned());
                let columns = Scope::PartsOfKind(schema, name, Kind::Column);
                self.log.event(columns, act, place);
            }
        }
    }

    fn touch_dimensions(&mut self, owner: (&str, &str), property: &'static str, words: Words<'_>) {
        let dimensions =
            Scope::PartsOfKind(owner.0.to_owned(), owner.1.to_owned(), Kind::Dimension);
        let act = if self.is_maybe {
            Act::Blur
        } else {
            Act::Touch(property)
        };
        let place = self.place(words, 0);
        self.log.event(dimensions.clone(), act, place.clone());
        if property == "chunk interval" && !self.is_maybe {
            let integer = Act::Touch("integer chunk interval");
            self.log.event(dimensions, integer, place);
        }
    }

    fn add_job(&mut self, words: Words<'_>, arguments: &[Words<'_>]) {
        let Some(name) = arguments.first().and_then(|it| literal_name(*it)) else {
            return self.unread_code(UnreadCode::MayCreate);
        };
        let Some((schema, name)) = self.old_name(&name, Kind::Routine) else {
            return;
        };
        let job = top(Kind::Job, "", &format!("{schema}.{name}"));
        self.log.act(&job, Act::MaybeCreate, self.place(words, 0));
    }
}

/// Words before a parenthesis that call nothing.
const NO_FUNCTIONS: &[&str] = &[
    "in",
    "exists",
    "any",
    "all",
    "some",
    "values",
    "from",
    "where",
    "and",
    "or",
    "not",
    "as",
    "on",
    "using",
    "over",
    "filter",
    "within",
    "group",
    "by",
    "select",
    "array",
    "row",
    "when",
    "then",
    "else",
    "interval",
    "numeric",
    "decimal",
    "varchar",
    "char",
    "character",
    "varying",
    "timestamp",
    "timestamptz",
    "time",
    "bit",
    "cast",
    "with",
    "materialized",
    "lateral",
    "join",
    "union",
    "except",
    "intersect",
    "limit",
    "offset",
    "having",
    "order",
    "distinct",
    "between",
    "like",
    "ilike",
    "set",
    "partition",
    "case",
    "end",
    "is",
    "return",
    "if",
    "explain",
    "sets",
    "cube",
    "rollup",
    "into",
    "rows",
    "insert",
    "update",
    "delete",
    "returning",
    "call",
    "perform",
];

/// Functions of PostgreSQL and TimescaleDB that change nothing that is compared.
fn is_harmless(name: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "pg_",
        "json",
        "array_",
        "to_",
        "has_",
        "current_",
        "string_",
        "regexp_",
        "date_",
        "gen_random_",
        "uuid_generate_",
        "make_",
        "quote_",
        "row_",
        "obj_",
        "col_",
        "is_",
    ];
    const NAMES: &[&str] = &[
        "setval",
        "nextval",
        "currval",
        "lastval",
        "now",
        "clock_timestamp",
        "count",
        "sum",
        "min",
        "max",
        "avg",
        "coalesce",
        "nullif",
        "greatest",
        "least",
        "lower",
        "upper",
        "length",
        "trim",
        "ltrim",
        "rtrim",
        "btrim",
        "substring",
        "substr",
        "position",
        "replace",
        "concat",
        "concat_ws",
        "format",
        "md5",
        "abs",
        "round",
        "floor",
        "ceil",
        "random",
        "extract",
        "generate_series",
        "unnest",
        "cardinality",
        "version",
        "age",
        "rank",
        "dense_rank",
        "lag",
        "lead",
        "ntile",
        "left",
        "right",
        "split_part",
        "bool_or",
        "bool_and",
        "sha256",
        "encode",
        "decode",
        "set_bit",
        "statement_timestamp",
        "transaction_timestamp",
        "overlay",
        "digest",
        "crypt",
        "repeat",
        "lpad",
        "rpad",
        "sqrt",
        "power",
        "mod",
        "sign",
        "chr",
        "ascii",
    ];
    let routine = timescaledb::routine(name);
    routine.is_some_and(|it| it.makes == Makes::Nothing)
        || BEGINNINGS.iter().any(|it| name.starts_with(it))
        || NAMES.contains(&name)
}

/// What a function of TimescaleDB does.
#[derive(Debug, Clone, Copy)]
enum Effect {
    Hypertable,
    Dimension,
    Interval,
    IntegerNow,
    AddPolicy(&'static str),
    RemovePolicy(&'static str),
    AddJob,
    AlterJob,
    DeleteJob,
}

impl Effect {
    fn of(name: &str) -> Option<Effect> {
        const REFRESH: &str = "policy_refresh_continuous_aggregate";
        Some(match name {
            "create_hypertable" => Effect::Hypertable,
            "add_dimension" => Effect::Dimension,
            "set_chunk_time_interval" | "set_partitioning_interval" => Effect::Interval,
            "set_integer_now_func" => Effect::IntegerNow,
            "add_retention_policy" => Effect::AddPolicy("policy_retention"),
            "remove_retention_policy" => Effect::RemovePolicy("policy_retention"),
            "add_compression_policy" | "add_columnstore_policy" => {
                Effect::AddPolicy("policy_compression")
            }
            "remove_compression_policy" | "remove_columnstore_policy" => {
                Effect::RemovePolicy("policy_compression")
            }
            "add_continuous_aggregate_policy" => Effect::AddPolicy(REFRESH),
            "remove_continuous_aggregate_policy" => Effect::RemovePolicy(REFRESH),
            "add_compaction_policy" => Effect::AddPolicy("policy_compaction"),
            "remove_compaction_policy" => Effect::RemovePolicy("policy_compaction"),
            "add_reorder_policy" => Effect::AddPolicy("policy_reorder"),
            "remove_reorder_policy" => Effect::RemovePolicy("policy_reorder"),
            "add_job" => Effect::AddJob,
            "alter_job" => Effect::AlterJob,
            "delete_job" => Effect::DeleteJob,
            _ => return None,
        })
    }
}

/// The text of an argument that is one constant, perhaps with the argument's name before it and a cast after it.
fn literal(argument: Words<'_>) -> Option<&str> {
    let at =
        (0..argument.tokens.len()).find(|&at| argument.tokens[at].kind == TokenKind::String)?;
    let is_name = at == 0 || (at == 3 && argument.is_symbol(2, ">"));
    let is_cast = |behind: usize| argument.is_symbol(behind, "::");
    let is_whole = argument.tokens.len() == at + 1 || is_cast(at + 1);
    let text = argument.text(at).strip_prefix('\'')?.strip_suffix('\'')?;
    (is_name && is_whole && !text.contains('\'')).then_some(text)
}

/// The name in such a constant.
fn literal_name(argument: Words<'_>) -> Option<Name> {
    let text = literal(argument)?;
    let tokens = lexer::tokens(text);
    let words = Words {
        sql: text,
        tokens: &tokens,
    };
    let whole = Name::read(words, 0).filter(|(_, behind)| *behind == tokens.len());
    whole.map(|(name, _)| name)
}

/// The column of `'time'` or `by_range('time', …)`.
fn column(argument: Words<'_>) -> Option<String> {
    if let Some(text) = literal(argument) {
        return Some(text.to_owned());
    }
    let at = (0..argument.tokens.len()).find(|&at| {
        argument.is_one_of(at, &["by_range", "by_hash"]) && argument.is_symbol(at + 1, "(")
    })?;
    let (arguments, _) = argument.arguments(at + 1);
    arguments
        .first()
        .and_then(|it| literal(*it))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_routine_makes_is_read_where_its_call_names_it() {
        for routine in timescaledb::ROUTINES {
            let is_described = routine.makes == Makes::Described;
            assert_eq!(
                Effect::of(routine.name).is_some(),
                is_described,
                "{routine:?}"
            );
        }
        assert!(is_harmless("time_bucket") && is_harmless("now"));
        // The job may do anything, and this is no function of TimescaleDB's.
        assert!(!is_harmless("run_job") && !is_harmless("chunk_it"));
    }
}
