//! How the program that runs a command is called, which what it says names again and again.

/// As everything that the commands say has it.
const XTASK: &str = "cargo xtask";

/// The program that runs a command.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    called: &'static str,
    /// The schema crate's folder, where the program knows it.
    schema_crate: Option<&'static str>,
}

impl Program {
    /// A project's own package `xtask`.
    pub fn xtask(schema_crate: &'static str) -> Program {
        Program {
            called: XTASK,
            schema_crate: Some(schema_crate),
        }
    }

    /// The binary that serves every project.
    pub fn timeschema() -> Program {
        Program {
            called: "timeschema",
            schema_crate: None,
        }
    }

    /// What a user types to run it.
    pub fn called(self) -> &'static str {
        self.called
    }

    /// The schema crate's folder below the project's root, where the program knows it.
    pub fn schema_crate(self) -> Option<&'static str> {
        self.schema_crate
    }

    /// A text of ours with the commands as they are typed for this program.
    pub fn said(self, text: String) -> String {
        if self.called == XTASK {
            text
        } else {
            text.replace(XTASK, self.called)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_named_as_they_are_typed() {
        let text = || "run `cargo xtask migrate` again".to_owned();
        assert_eq!(Program::xtask("a-schema").said(text()), text());
        assert_eq!(
            Program::timeschema().said(text()),
            "run `timeschema migrate` again"
        );
    }
}
