//! `.env`: missing, malformed, unreadable.

use super::project;
use crate::support::Sandbox;

const A: (&str, &str) = ("001_users", "CREATE TABLE users (user_id int);\n");

/// What `status` says with this `.env`; it reads the file first of all.
fn with_env_file(content: &[u8]) -> String {
    let project = project(&[A]).file(".env", content);
    project.run("status --target embedded")
}

macro_rules! says {
    ($($name:ident: $screen:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!($screen);
        }
    )+};
}

says! {
    a_line_without_equals_sign: with_env_file(b"POSTGRES_USER=me\nPOSTGRES_PASSWORD: hunter2\n");
    a_name_that_is_none: with_env_file(b"# comment\n\n2ND=x\n");
    a_file_that_is_not_utf_8: with_env_file(b"POSTGRES_PASSWORD=caf\xe9\n");
    a_folder: project(&[A]).file(".env/x", "").run("status --target embedded");
    none_at_all: project(&[A]).run("status --target embedded");
    a_database_url_that_is_none: {
        let project = project(&[A]).file(".env", "DATABASE_URL=localhost\n");
        project.run("status")
    };
}

/// A file from Windows is read, too; so is one with comments and spacing.
#[test]
fn other_ways_to_write_it() {
    let text = "\u{feff}# mine\r\nexport POSTGRES_DB = \"a b\" \r\n\r\nDATABASE_URL='postgres://u@127.0.0.1:1/d' # none\r\n";
    insta::assert_snapshot!(Sandbox::analytics().file(".env", text).run("status"));
}
