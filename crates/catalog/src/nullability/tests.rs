//! Trees that the installed server does not print: those of newer versions, and damaged ones. What the rules say about real views is
//! tested on a server.

use super::*;
use crate::nodes;

const TABLE: &str = "{RANGETBLENTRY :alias <> :eref {ALIAS :aliasname t :colnames (\"n\" \"x\")} :rtekind 0 :relid 1 :inFromCl true}";

fn column(name: &str, declared: Option<&'static str>) -> Column {
    Column {
        name: name.to_owned(),
        declared,
        added: false,
    }
}

/// Proofs of a view's two columns, over the table `t (n NOT NULL, x)`.
fn proofs(query: &str) -> [Option<String>; 2] {
    let mut prover = Prover::default();
    let function = |owner: &str, name: &str| Function {
        owner: owner.to_owned(),
        name: name.to_owned(),
        arguments: Vec::new(),
        is_strict: false,
        is_volatile: false,
    };
    prover.functions.insert(10, function("pg_catalog", "count"));
    prover.functions.insert(11, function("public", "count"));
    prover
        .functions
        .insert(12, function("timescaledb", "time_bucket"));
    prover
        .functions
        .insert(13, function("public", "time_bucket"));
    prover
        .functions
        .insert(14, function("timescaledb", "time_bucket_gapfill"));
    let table = HashMap::from([(1, column("n", Some("NOT NULL"))), (2, column("x", None))]);
    prover.relations.insert(
        1,
        Relation {
            label: "t".to_owned(),
            columns: table,
            query: None,
            writing: Writing::default(),
        },
    );
    let view = HashMap::from([(1, column("a", None)), (2, column("b", None))]);
    let query = nodes::parse(query).unwrap_or_else(Node::unknown);
    prover.relations.insert(
        2,
        Relation {
            label: "v".to_owned(),
            columns: view,
            query: Some(query),
            writing: Writing::default(),
        },
    );
    [prover.never_null(2, 1), prover.never_null(2, 2)]
}

fn query(rtable: &str, tree: &str, targets: [&str; 2], rest: &str) -> String {
    let [a, b] = targets;
    format!(
        "({{QUERY :commandType 1 :cteList <> :rtable ({rtable}) :jointree {{FROMEXPR :fromlist ({tree}) :quals <>}} :targetList (\
         {{TARGETENTRY :expr {a} :resno 1 :resname a :ressortgroupref 1 :resjunk false}} \
         {{TARGETENTRY :expr {b} :resno 2 :resname b :ressortgroupref 0 :resjunk false}}) \
         :setOperations <> {rest}}})"
    )
}

fn var(entry: i64, position: i64) -> String {
    format!("{{VAR :varno {entry} :varattno {position} :varlevelsup 0}}")
}

fn call(function: u32) -> String {
    format!(
        "{{FUNCEXPR :funcid {function} :funcretset false :funcformat 0 :args ({})}}",
        var(1, 1)
    )
}

fn count(function: u32) -> String {
    format!("{{AGGREF :aggfnoid {function} :args <> :aggfilter <> :aggstar true :agglevelsup 0}}")
}

const PLAIN: &str = ":groupClause <> :groupingSets <>";
const FROM_TABLE: &str = "{RANGETBLREF :rtindex 1}";

#[test]
fn grouping_keys_of_version_18_lead_to_their_expressions() {
    let group = format!(
        "{TABLE} {{RANGETBLENTRY :eref {{ALIAS :aliasname *GROUP* :colnames (\"a\" \"b\")}} :rtekind 9 :inFromCl false :groupexprs ({} {})}}",
        var(1, 1),
        var(1, 2)
    );
    let grouped = ":groupClause ({SORTGROUPCLAUSE :tleSortGroupRef 1}) :groupingSets <>";
    let text = query(&group, FROM_TABLE, [&var(2, 1), &var(2, 2)], grouped);
    assert_eq!(
        proofs(&text),
        [Some("`t.n`, which is NOT NULL".to_owned()), None]
    );
    let sets = ":groupClause ({SORTGROUPCLAUSE :tleSortGroupRef 1}) :groupingSets ({GROUPINGSET :kind 2 :content <>})";
    assert_eq!(
        proofs(&query(&group, FROM_TABLE, [&var(2, 1), &count(10)], sets)),
        [None, Some("`count(*)`".to_owned())]
    );
}

#[test]
fn a_grouping_key_of_version_18_that_fills_gaps_is_found() {
    let group = format!(
        "{TABLE} {{RANGETBLENTRY :eref {{ALIAS :aliasname *GROUP* :colnames (\"a\")}} :rtekind 9 :inFromCl false :groupexprs ({})}}",
        call(14)
    );
    let grouped = ":groupClause ({SORTGROUPCLAUSE :tleSortGroupRef 1}) :groupingSets <>";
    let text = query(&group, FROM_TABLE, [&var(2, 1), &count(10)], grouped);
    assert_eq!(
        proofs(&text),
        [Some("`time_bucket_gapfill`".to_owned()), None]
    );
}

#[test]
fn only_functions_of_their_owner_are_taken_for_them() {
    let text = query(TABLE, FROM_TABLE, [&count(10), &count(11)], PLAIN);
    assert_eq!(proofs(&text), [Some("`count(*)`".to_owned()), None]);
    let text = query(TABLE, FROM_TABLE, [&call(12), &call(13)], PLAIN);
    assert_eq!(
        proofs(&text),
        [
            Some("`time_bucket` of `t.n`, which is NOT NULL".to_owned()),
            None
        ]
    );
    assert_eq!(
        proofs(&query(TABLE, FROM_TABLE, [&call(99), &count(99)], PLAIN)),
        [None, None]
    );
}

#[test]
fn what_a_version_leaves_out_proves_nothing() {
    let proven = query(TABLE, FROM_TABLE, [&var(1, 1), &var(1, 2)], PLAIN);
    assert_eq!(
        proofs(&proven),
        [Some("`t.n`, which is NOT NULL".to_owned()), None]
    );
    for (field, name) in [
        (":groupingSets <>", ""),
        (":varlevelsup 0", ""),
        (":varlevelsup 0", ":varlevelsup 1"),
        (":relid 1", ":relid 7"),
        (":relid 1", ":relid 99999999999"),
        (":rtekind 0", ":rtekind 42"),
        (":varno 1", ":varno 0"),
        (":varattno 1", ":varattno -6"),
        (":resjunk false", ":resjunk true"),
        ("{VAR", "{NEWVAR"),
        ("{QUERY", "{OTHER"),
        (":jointree {FROMEXPR", ":tree {FROMEXPR"),
    ] {
        assert_eq!(
            proofs(&proven.replace(field, name))[0],
            None,
            "{field} as {name}"
        );
    }
}

#[test]
fn no_cut_or_changed_tree_makes_more_of_it() {
    let text = query(TABLE, FROM_TABLE, [&var(1, 2), &call(13)], PLAIN);
    for (at, _) in text.char_indices() {
        assert_eq!(proofs(&text[..at]), [None, None], "cut at {at}");
        let without = format!("{}{}", &text[..at], &text[at + 1..]);
        assert_eq!(proofs(&without)[1], None, "without the character at {at}");
    }
}

#[test]
fn an_unknown_join_nulls_both_sides() {
    let join = |kind: &str| {
        format!(
            "{{JOINEXPR :jointype {kind} :larg {{RANGETBLREF :rtindex 1}} :rarg {{RANGETBLREF :rtindex 2}} :quals <> :rtindex 3}}"
        )
    };
    let tables = format!("{TABLE} {TABLE}");
    let proven = |kind: &str| {
        proofs(&query(
            &tables,
            &join(kind),
            [&var(1, 1), &var(2, 1)],
            PLAIN,
        ))
        .map(|proof| proof.is_some())
    };
    assert_eq!(proven("0"), [true, true]);
    assert_eq!(proven("1"), [true, false]);
    assert_eq!(proven("2"), [false, false]);
    assert_eq!(proven("3"), [false, true]);
    assert_eq!(proven("7"), [false, false]);
}

#[test]
fn a_column_that_was_added_to_an_aggregate_is_not_proven() {
    let mut prover = Prover::default();
    prover.functions.insert(
        10,
        Function {
            owner: "pg_catalog".to_owned(),
            name: "count".to_owned(),
            arguments: Vec::new(),
            is_strict: false,
            is_volatile: false,
        },
    );
    let added = Column {
        name: "b".to_owned(),
        declared: None,
        added: true,
    };
    let columns = HashMap::from([(1, column("a", None)), (2, added)]);
    let query = nodes::parse(&query(TABLE, FROM_TABLE, [&count(10), &count(10)], PLAIN));
    prover.relations.insert(
        2,
        Relation {
            label: "v".to_owned(),
            columns,
            query,
            writing: Writing::default(),
        },
    );
    assert_eq!(prover.never_null(2, 1).as_deref(), Some("`count(*)`"));
    assert_eq!(prover.never_null(2, 2), None);
}

#[test]
fn a_parameter_is_what_the_caller_says() {
    let parameter = |number: i64| format!("{{PARAM :paramkind 0 :paramid {number} :paramtype 23}}");
    let text = query(TABLE, FROM_TABLE, [&parameter(1), &parameter(2)], PLAIN);
    let view = |parameters: HashSet<i64>| {
        let mut prover = Prover {
            parameters,
            ..Prover::default()
        };
        let columns = HashMap::from([(1, column("a", None)), (2, column("b", None))]);
        let query = nodes::parse(&text);
        let label = "v".to_owned();
        let relation = Relation {
            label,
            columns,
            query,
            writing: Writing::default(),
        };
        prover.relations.insert(2, relation);
        [prover.never_null(2, 1), prover.never_null(2, 2)]
    };
    assert_eq!(view(HashSet::new()), [None, None]);
    let second = Some("the parameter $2".to_owned());
    assert_eq!(view(HashSet::from([2])), [None, second]);
}

/// A query whose WITH items each read the one before, the first of them the table.
fn chain(length: usize) -> String {
    let reads = |entry: &str| {
        let text = query(entry, FROM_TABLE, [&var(1, 1), &var(1, 2)], PLAIN);
        text.trim_matches(['(', ')']).to_owned()
    };
    let before = |number: usize, levels: usize| {
        format!(
            "{{RANGETBLENTRY :eref {{ALIAS :aliasname w :colnames (\"n\" \"x\")}} :rtekind 6 :ctename w{number} :ctelevelsup {levels} :self_reference false}}"
        )
    };
    let item = |number: usize| {
        let query = match number {
            0 => reads(TABLE),
            _ => reads(&before(number - 1, 1)),
        };
        format!("{{COMMONTABLEEXPR :ctename w{number} :ctequery {query} :cterecursive false}}")
    };
    let items: Vec<String> = (0..length).map(item).collect();
    let last = query(
        &before(length - 1, 0),
        FROM_TABLE,
        [&var(1, 1), &var(1, 2)],
        PLAIN,
    );
    last.replacen(":cteList <>", &format!(":cteList ({})", items.join(" ")), 1)
}

#[test]
fn with_items_upon_with_items_take_no_stack() {
    let of_table = Some("`t.n`, which is NOT NULL".to_owned());
    assert_eq!(proofs(&chain(5_000)), [of_table, None]);
}

/// A query that reads one relation, whatever there is below it.
fn reads(relation: u32) -> Node {
    let table = TABLE.replace(":relid 1 ", &format!(":relid {relation} "));
    let text = query(
        &table,
        "{RANGETBLREF :rtindex 1}",
        [&var(1, 1), &var(1, 2)],
        ":groupClause <> :groupingSets <>",
    );
    nodes::parse(&text).unwrap()
}

#[test]
fn views_upon_views_take_no_stack() {
    const DEPTH: u32 = 5_000;
    let mut prover = Prover::default();
    let relation = |query: Option<Node>| Relation {
        label: "t".to_owned(),
        columns: HashMap::from([
            (1, column("n", query.is_none().then_some("NOT NULL"))),
            (2, column("x", None)),
        ]),
        query,
        writing: Writing::default(),
    };
    prover.relations.insert(1, relation(None));
    for view in 2..=DEPTH {
        let read = Some(reads(view - 1));
        prover.relations.insert(view, relation(read));
    }
    // The last one first, whose proof needs all others'.
    assert!(prover.never_null(DEPTH, 1).is_some());
    assert_eq!(prover.never_null(DEPTH, 2), None);
    prover.relations.insert(0, relation(Some(reads(0))));
    assert_eq!(prover.never_null(0, 1), None);
}

/// A view's single query whose first column is the expression.
fn proves(expression: &str) -> bool {
    proofs(&query(TABLE, FROM_TABLE, [expression, &var(1, 2)], PLAIN))[0].is_some()
}

#[test]
fn conditions_in_conditions_take_no_time() {
    let case = |when: &str, then: &str| {
        format!(
            "{{CASEEXPR :arg <> :args ({{CASEWHEN :expr {when} :result {then}}}) :defresult {}}}",
            var(1, 1)
        )
    };
    let test = format!(
        "{{NULLTEST :arg {} :nulltesttype 1 :argisrow false}}",
        var(1, 2)
    );
    assert!(proves(&case(&test, &var(1, 2))));
    let nested = (0..60).fold(test, |inside, _| case(&inside, &var(1, 1)));
    assert!(!proves(&case(&nested, &var(1, 2))));
}

#[test]
fn sides_of_full_joins_in_each_other_take_no_time() {
    let coalesce = |first: &str| format!("{{COALESCEEXPR :args ({first} {})}}", var(1, 2));
    let nested = (0..60).fold(var(1, 2), |inside, _| coalesce(&inside));
    let join = |left: &str, right: usize| {
        format!(
            "{{JOINEXPR :jointype 2 :larg {left} :rarg {{RANGETBLREF :rtindex {right}}} :quals <> :rtindex {}}}",
            right + 100
        )
    };
    let joins = (2..20).fold(FROM_TABLE.to_owned(), |left, right| join(&left, right));
    let tables = [TABLE; 20].join(" ");
    let text = query(&tables, &joins, [&nested, &var(1, 1)], PLAIN);
    assert_eq!(proofs(&text), [None, None]);
}

/// Proofs of what a statement returns: a column of its table, which is never null, and the same of another version of the row.
fn returned(command: i64, version: i64, rest: &str) -> [Option<String>; 2] {
    let text = format!(
        "({{QUERY :commandType {command} :resultRelation 1 :cteList <> :rtable ({TABLE}) \
         :jointree {{FROMEXPR :fromlist ({FROM_TABLE}) :quals <>}} :targetList <> :returningList (\
         {{TARGETENTRY :expr {{VAR :varno 1 :varattno 1 :varlevelsup 0}} :resno 1 :resjunk false}} \
         {{TARGETENTRY :expr {{VAR :varno 1 :varattno 1 :varlevelsup 0 :varreturningtype {version}}} :resno 2 :resjunk false}}) \
         :groupingSets <> :groupClause <> :havingQual <> {rest}}})"
    );
    let mut prover = Prover::default();
    let writing = Writing {
        is_replaced: false,
        is_changed: true,
        has_generated: true,
    };
    let relation = Relation {
        label: "t".to_owned(),
        columns: HashMap::from([(1, column("n", Some("NOT NULL")))]),
        query: None,
        writing,
    };
    prover.relations.insert(1, relation);
    let result = prover.result(&nodes::parse(&text).unwrap());
    result.try_into().unwrap()
}

/// From PostgreSQL 18 on, RETURNING may name the old or the new row.
#[test]
fn there_is_no_old_row_of_an_insertion_and_no_new_one_of_a_deletion() {
    let is_proven = |command, version| {
        let [own, of_version] = returned(command, version, "");
        assert!(own.is_some(), "{command}");
        of_version.is_some()
    };
    let (update, insert, delete) = (2, 3, 4);
    let (old, new, unknown) = (1, 2, 3);
    assert!(is_proven(update, old) && is_proven(update, new));
    assert!(!is_proven(insert, old) && is_proven(insert, new));
    assert!(is_proven(delete, old) && !is_proven(delete, new));
    assert!(!is_proven(update, unknown));
}

#[test]
fn either_version_of_a_merged_row_may_be_missing() {
    let action = "{MERGEACTION :matchKind 0 :commandType 2}";
    for version in [1, 2] {
        let [own, of_version] = returned(5, version, &format!(":mergeActionList ({action})"));
        assert!(own.is_some());
        assert_eq!(of_version, None);
    }
}
