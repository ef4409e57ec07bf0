//! A `timeschema.toml` that cannot be read as one: the commands say where and what, and do nothing.

use crate::support::Sandbox;

#[testkit::test(|test| Sandbox::new().plain(test))]
fn a_wrong_timeschema_toml_is_named_at_its_place(project: Sandbox) {
    project.write("migrations/001_a.sql", "CREATE TABLE a ();\n");
    let texts = [
        "[history\nschema = \"ops\"\n",
        "[histroy]\nschema = \"ops\"\n",
        "[history]\nshema = \"ops\"\n",
        "[schemas]\nwithout = [\"ops\"]\n",
        "[history]\ntable = 1\n",
        "[schemas]\ninclude = \"billing\"\n",
    ];
    let mut screens = Vec::new();
    for text in texts {
        project.write("timeschema.toml", text);
        let screen = project.run("migrate --no-snapshot");
        assert_eq!(project.run("status"), screen);
        screens.push(format!("{text}\n{screen}"));
    }
    insta::assert_snapshot!(screens.join("\n"));
    let tables = "SELECT count(*) FROM pg_class WHERE relname IN ('a', 'schema_migrations')";
    let mut client = project.own_database().client();
    assert_eq!(client.query_one(tables, &[]).unwrap().get::<_, i64>(0), 0);
}
