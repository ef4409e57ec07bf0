//! Where a new project's crates of this toolkit come from.

use std::path::Path;

use crate::failure::{Code, Failure};

/// Where the crates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolkit {
    /// The registry's, of this program's version.
    Registry,
    /// A clone of the repository; the path from the project's root, or an absolute one.
    Path(String),
    /// A repository that cargo clones.
    Git(String),
}

impl Toolkit {
    pub fn parse(text: Option<&str>, root: &Path) -> Result<Toolkit, Failure> {
        let Some(text) = text else {
            return Ok(Toolkit::Registry);
        };
        if text.contains("://") {
            return Ok(Toolkit::Git(text.to_owned()));
        }
        // Cargo does not know scp's way of writing it.
        if let Some((host, path)) = text.split_once(':').filter(|_| text.starts_with("git@")) {
            return Ok(Toolkit::Git(format!("ssh://{host}/{path}")));
        }
        if root.join(text).join("crates/schema/Cargo.toml").is_file() {
            return Ok(Toolkit::Path(text.trim_end_matches('/').to_owned()));
        }
        let message =
            format!("`{text}` is not a clone of the toolkit: it has no crates/schema/Cargo.toml");
        Err(Failure::new(Code::Usage, message)
            .note("state", "nothing was created")
            .next("--toolkit names the folder of a clone, or a git URL such as https://…"))
    }

    /// The entry for one of the crates in a manifest one folder below the root, without its braces.
    pub fn dependency(&self, folder: &str) -> String {
        match self {
            Toolkit::Registry => format!("version = {}", quoted(env!("CARGO_PKG_VERSION"))),
            Toolkit::Git(url) => format!("git = {}", quoted(url)),
            Toolkit::Path(path) => {
                let above = if Path::new(path).is_absolute() {
                    ""
                } else {
                    "../"
                };
                let path = match path.as_str() {
                    "." => format!("{above}crates/{folder}"),
                    path => format!("{above}{path}/crates/{folder}"),
                };
                format!("path = {}", quoted(&path))
            }
        }
    }
}

/// A basic string of TOML, whose escapes are JSON's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_url_is_one_that_cargo_knows() {
        let parsed = |text| Toolkit::parse(Some(text), Path::new("/nowhere")).unwrap();
        let git = |url: &str| Toolkit::Git(url.to_owned());
        assert_eq!(
            parsed("git@example.org:a/t.git"),
            git("ssh://git@example.org/a/t.git")
        );
        assert_eq!(
            parsed("https://example.org/t"),
            git("https://example.org/t")
        );
    }

    #[test]
    fn a_dependency_says_where_the_crate_comes_from() {
        let version = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"");
        let git = Toolkit::Git("https://example.org/t\"".to_owned());
        let cases = [
            (Toolkit::Registry, version),
            (git, r#"git = "https://example.org/t\"""#),
            (Toolkit::Path(".".into()), r#"path = "../crates/cli""#),
            (
                Toolkit::Path("../t".into()),
                r#"path = "../../t/crates/cli""#,
            ),
            (
                Toolkit::Path("/a b/t".into()),
                r#"path = "/a b/t/crates/cli""#,
            ),
        ];
        for (toolkit, said) in cases {
            assert_eq!(toolkit.dependency("cli"), said);
        }
    }
}
