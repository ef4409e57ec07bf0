use super::*;

#[test]
fn unreadable_queries_prove_nothing() {
    let mut prover = Prover::default();
    let columns = HashMap::from([(
        1,
        Column {
            name: "a".to_owned(),
            declared: Some("NOT NULL"),
        },
    )]);
    prover.relations.insert(
        1,
        Relation {
            label: "v".to_owned(),
            columns,
            query: Some(Node::unknown()),
        },
    );
    assert_eq!(prover.never_null(1, 1), None);
    assert_eq!(prover.never_null(1, 2), None);
    assert_eq!(prover.never_null(2, 1), None);
}
