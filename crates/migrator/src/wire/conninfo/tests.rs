//! What is read, and what an error says.

use super::*;

fn shown(text: &str) -> String {
    match parse(text) {
        Ok(values) => {
            let pairs = values.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(" ")
        }
        Err(error) => format!("refused: {error}"),
    }
}

#[test]
fn both_forms_are_read_and_what_is_refused_quotes_nothing() {
    let cases = [
        "postgres://u:sec?ret@h/d?sslmode=require",
        "postgres://u:secret@h/d?ssl%6dode=require",
        "postgres://u:se:cret@h:1,[::1]:2/d",
        "postgres://%2Frun%2Fpostgresql/d?options=-csearch_path%3Da",
        "postgresql:///d?host=/tmp&ssl=true",
        "host=h  password = 'it\\'s secret' dbname=a\\ b sslmode=verify-full",
        "postgres://u:sec@ret@h/d",
        "postgres://u:5432/secret@h/d",
        "postgres://u:secret@h/d?sslmod=require",
        "postgres://u:secret@h/d?sslmode",
        "postgres://u:secret@h/d?options=a=b",
        "postgres://u:sec%ret@h/d",
        "postgres://u:secret @h/d",
        "postgres://u:secret@[h/d",
        "u:secret@h/d?sslmode=require",
        "u:secret@h/d",
        "secret://u@h/d",
        "mysql://u:secret@h/d",
        "host=h secret=1",
        "host=h password=it is secret",
        "host=h password='secret",
        "secret",
        "",
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|case| format!("{case}\n  {}", shown(case)))
        .collect();
    for line in shown
        .iter()
        .flat_map(|it| it.lines())
        .filter(|line| line.contains("refused"))
    {
        assert!(!line.contains("secret") && !line.contains("ret@"), "{line}");
    }
    insta::assert_snapshot!(shown.join("\n"));
}
