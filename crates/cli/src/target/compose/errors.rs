//! What compose prints when it cannot do what it is asked to, and what helps. Pure.

use super::SERVICE;
use crate::failure::{Code, Failure};

/// How much of compose's message is shown.
const LONGEST: usize = 300;

/// What both generations of compose print of a file that they cannot use.
const INVALID: [&str; 10] = [
    "yaml.",
    "yaml:",
    "is invalid because",
    "validating ",
    "invalid compose project",
    "failed to parse",
    "nvalid interpolation",
    "error while interpolating",
    "undefined volume",
    "empty compose file",
];

/// A failure where compose cannot use its file or lacks the password, whatever it was asked to do. `compose` is what a person types.
pub fn of_file(errors: &str, compose: &str) -> Option<Failure> {
    let lacks = ["Missing mandatory value", "is missing a value"];
    if errors.contains("POSTGRES_PASSWORD") && lacks.iter().any(|text| errors.contains(text)) {
        let message = "POSTGRES_PASSWORD is not set, and compose needs it";
        return Some(Failure::new(Code::Usage, message).next(
            "cargo xtask migrate, which writes one into .env: the container's password if there is a container",
        ));
    }
    INVALID.iter().any(|text| errors.contains(text)).then(|| {
        let message = format!("docker-compose.yml cannot be used: {}", in_one_line(errors));
        Failure::new(Code::Usage, message).next(format!(
            "correct docker-compose.yml; `{compose} config` checks it"
        ))
    })
}

/// The failure of `up`; `port` is the port to publish.
pub fn of_up(errors: &str, compose: &str, port: &str) -> Failure {
    if let Some(failure) = of_file(errors, compose) {
        return failure;
    }
    let mut lines = errors.lines().map(str::trim);
    let cause = lines
        .rfind(|line| !line.is_empty() && !line.contains("Encountered errors"))
        .unwrap_or("it did not say why");
    let cause = cause.trim_start_matches("ERROR: for timescaledb").trim();
    let failure = Failure::new(
        Code::Unreachable,
        format!("`{compose} up -d {SERVICE}` failed: {cause}"),
    );
    if errors.contains("is already in use by container") {
        return failure
            .next("set TIMESCALEDB_CONTAINER in .env to another name, or remove that container");
    }
    let port_is_taken = [
        "port is already allocated",
        "address already in use",
        "Ports are not available",
    ];
    if port_is_taken.iter().any(|text| errors.contains(text)) {
        return failure.next(format!(
            "set POSTGRES_PORT in .env to a free port (it is {port})"
        ));
    }
    failure.next(format!(
        "{compose} up {SERVICE}, which shows everything; or `--target embedded`"
    ))
}

/// A message of several lines, without its introduction.
fn in_one_line(errors: &str) -> String {
    let lines = errors.lines().map(str::trim);
    let lines = lines
        .filter(|line| !line.is_empty() && !line.ends_with("is invalid because:"))
        .take_while(|line| !line.starts_with("You might be seeing this error"))
        .map(|line| line.trim_start_matches("ERROR: "));
    let text = lines.collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compose_prints_is_said_with_what_helps() {
        let screens = [
            "Missing mandatory value for \"environment\" option interpolating {'POSTGRES_PASSWORD': '${POSTGRES_PASSWORD:?is not set}'} \
             in service \"timescaledb\": is not set",
            "error while interpolating services.timescaledb.environment.POSTGRES_PASSWORD: required variable POSTGRES_PASSWORD is missing a \
             value: is not set; copy .env.example to .env",
            "ERROR: yaml.parser.ParserError: while parsing a flow node\nexpected the node content, but found '<stream end>'\n  in \
             \"./docker-compose.yml\", line 28, column 1\n",
            "yaml: line 28: did not find expected node content",
            "The Compose file './docker-compose.yml' is invalid because:\nUnsupported config option for services.timescaledb: 'portz'\n",
            "validating /app/docker-compose.yml: services.timescaledb additional properties 'portz' not allowed",
            "The Compose file './docker-compose.yml' is invalid because:\n'name' does not match any of the regexes: '^x-'\n\nYou might be \
             seeing this error because you're using the wrong Compose file version.",
            "service \"timescaledb\" refers to undefined volume data: invalid compose project",
            "Creating timescaledb ... error\n\nERROR: for timescaledb  Cannot start service timescaledb: Bind for 127.0.0.1:5432 failed: port \
             is already allocated\nERROR: Encountered errors while bringing up the project.",
            "",
        ];
        let all: Vec<String> = screens
            .iter()
            .map(|errors| {
                of_up(errors, "docker-compose", "5432")
                    .diagnostic
                    .to_string()
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }
}
