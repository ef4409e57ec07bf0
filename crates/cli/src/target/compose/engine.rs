//! The Docker engine's containers and volumes: the commands of `docker`, and reading their answers.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::SERVICE;
use crate::failure::{Code, Failure};

/// A container as `docker ps` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    pub id: String,
    /// `running`, `exited`, `created`, …
    pub state: String,
    /// `Up 3 minutes (healthy)`.
    pub status: String,
    /// The image that it was made from.
    pub image: String,
    /// Its name.
    pub name: String,
    /// The compose project that it belongs to.
    pub project: String,
    /// The folder that compose made it from.
    pub folder: PathBuf,
    /// Whether that folder is this checkout.
    pub is_ours: bool,
}

/// A line for each container of the service, on the whole engine.
const FORMAT: &str = "{{.ID}}\t{{.State}}\t{{.Status}}\t{{.Image}}\t{{.Names}}\t\
                      {{.Label \"com.docker.compose.project\"}}\t{{.Label \"com.docker.compose.project.working_dir\"}}";

/// The service's containers of every checkout; fails when no engine answers.
pub fn containers(root: &Path) -> Result<Vec<Container>, Failure> {
    let service = format!("label=com.docker.compose.service={SERVICE}");
    let filters = ["ps", "--all", "--filter", &service, "--format", FORMAT];
    let lines = docker(root, &filters)?;
    let mut containers: Vec<Container> = lines.lines().filter_map(parse_line).collect();
    for container in &mut containers {
        container.is_ours = is_same(&container.folder, root);
    }
    Ok(containers)
}

/// The compose projects that have a volume with the service's data, running or not.
pub fn projects_with_data(root: &Path) -> Result<Vec<String>, Failure> {
    let filter = format!("label=com.docker.compose.volume={SERVICE}-data");
    let format = "{{.Label \"com.docker.compose.project\"}}";
    let filters = ["volume", "ls", "--filter", &filter, "--format", format];
    Ok(docker(root, &filters)?.lines().map(str::to_owned).collect())
}

/// Whether a container of any kind has this name.
pub fn has_container(root: &Path, name: &str) -> Result<bool, Failure> {
    let filter = format!("name=^/?{name}$");
    let filters = ["ps", "--all", "--quiet", "--filter", &filter];
    Ok(!docker(root, &filters)?.trim().is_empty())
}

/// A container as `docker inspect` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Its environment, a `NAME=value` each.
    pub environment: Vec<String>,
    /// What of the engine's machine leads to 5432.
    pub published: Option<Published>,
    /// That of its last end.
    pub exit_code: i64,
    pub is_out_of_memory: bool,
    /// Why the engine could not start it.
    pub error: String,
    /// How often the engine has started it again.
    pub restarts: i64,
    /// The last lines that it wrote, where they were asked for.
    pub log: Vec<String>,
}

/// An address and a port of the engine's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    address: String,
    port: String,
}

impl Published {
    /// Host and port for a program on this machine; `engine` is the engine's machine, if it is another one.
    pub fn reached_from_here(&self, engine: Option<&str>) -> String {
        let host = match (self.address.as_str(), engine) {
            ("" | "0.0.0.0" | "::", Some(engine)) => engine,
            ("" | "0.0.0.0" | "::", None) => "127.0.0.1",
            (address, _) => address,
        };
        if host.contains(':') {
            format!("[{host}]:{}", self.port)
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

impl Inspection {
    /// A variable of its environment; an empty one counts as none.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let mut values = self
            .environment
            .iter()
            .filter_map(|it| it.split_once('=').filter(|(it, _)| *it == name));
        values
            .next()
            .map(|(_, value)| value)
            .filter(|it| !it.is_empty())
    }

    /// The superuser's name, as the image has it.
    pub fn user(&self) -> &str {
        self.variable("POSTGRES_USER").unwrap_or("postgres")
    }

    /// The database's name, as the image has it.
    pub fn database(&self) -> &str {
        self.variable("POSTGRES_DB").unwrap_or_else(|| self.user())
    }
}

/// The last lines that a container wrote; none where they cannot be had.
pub fn last_lines(root: &Path, id: &str, count: usize) -> Vec<String> {
    // Some of them may be blank.
    let tail = (3 * count).to_string();
    let output = Command::new("docker")
        .args(["logs", "--tail", &tail, id])
        .current_dir(root)
        .output();
    let Ok(output) = output else {
        return Vec::new();
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().map(str::trim_end);
    let mut last: Vec<String> = lines
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(count)
        .map(cut)
        .collect();
    last.reverse();
    last
}

/// A line as far as it helps: a server logs whole statements.
fn cut(line: &str) -> String {
    const LONGEST: usize = 160;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// What the engine knows about a container.
pub fn inspect(root: &Path, id: &str) -> Result<Inspection, Failure> {
    let text = docker(root, &["inspect", "--type", "container", id])?;
    parse_inspection(&text).ok_or_else(|| {
        let message = format!("`docker inspect {id}` does not describe the container");
        Failure::new(Code::Unreachable, message)
    })
}

/// <https://docs.docker.com/reference/api/engine/>, `ContainerInspect`
fn parse_inspection(text: &str) -> Option<Inspection> {
    let all: Value = serde_json::from_str(text).ok()?;
    let it = all.get(0)?;
    let strings = |it: &Value| -> Option<Vec<String>> {
        let texts = it.as_array()?.iter().filter_map(Value::as_str);
        Some(texts.map(str::to_owned).collect())
    };
    let published = it.pointer("/NetworkSettings/Ports/5432~1tcp/0");
    let published = published.and_then(|it| {
        let address = it.get("HostIp")?.as_str()?;
        let port = it.get("HostPort")?.as_str()?;
        let (address, port) = (address.to_owned(), port.to_owned());
        Some(Published { address, port })
    });
    let number = |path: &str| it.pointer(path).and_then(Value::as_i64).unwrap_or_default();
    let error = it.pointer("/State/Error").and_then(Value::as_str);
    Some(Inspection {
        environment: strings(it.pointer("/Config/Env")?)?,
        published,
        exit_code: number("/State/ExitCode"),
        is_out_of_memory: it.pointer("/State/OOMKilled") == Some(&Value::Bool(true)),
        error: error.unwrap_or_default().to_owned(),
        restarts: number("/RestartCount"),
        log: Vec::new(),
    })
}

/// The engine's machine, if it is another one.
pub fn elsewhere(root: &Path) -> Option<String> {
    let format = ["--format", "{{.Endpoints.docker.Host}}"];
    let endpoint = docker(root, &[&["context", "inspect"], &format[..]].concat());
    // A client that knows no contexts takes what the environment says.
    let endpoint = endpoint
        .ok()
        .or_else(|| std::env::var("DOCKER_HOST").ok())?;
    remote(endpoint.trim()).map(str::to_owned)
}

/// The host of an endpoint such as `ssh://me@db.example:22`; none for this machine.
fn remote(endpoint: &str) -> Option<&str> {
    let (scheme, rest) = endpoint.split_once("://")?;
    if ["unix", "npipe", "fd"].contains(&scheme) {
        return None;
    }
    let rest = rest.split('/').next().unwrap_or_default();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_loopback = host.parse().is_ok_and(|it: IpAddr| it.is_loopback());
    (!is_loopback && !host.is_empty() && host != "localhost").then_some(host)
}

/// What a docker command prints.
fn docker(root: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new("docker")
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|_| {
            no_engine(
                "docker is not installed",
                "install Docker, or `--target embedded`",
            )
        })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(explain(&String::from_utf8_lossy(&output.stderr)))
    }
}

fn no_engine(message: &str, next: &str) -> Failure {
    Failure::new(Code::Unreachable, message).next(next)
}

fn explain(errors: &str) -> Failure {
    if errors.contains("permission denied") {
        return no_engine(
            "the Docker engine refuses this user: permission denied on its socket",
            "sudo usermod -aG docker $USER, then log in again; or `--target embedded`",
        );
    }
    if errors.contains("No such container") {
        return no_engine("the container is gone", "the same command again");
    }
    let cause = errors.lines().next().unwrap_or("docker failed").trim();
    no_engine(
        "no Docker engine answers",
        "sudo systemctl start docker, or `--target embedded`",
    )
    .note_before_next("cause", cause)
}

fn parse_line(line: &str) -> Option<Container> {
    let mut fields = line.split('\t').map(str::to_owned);
    Some(Container {
        id: fields.next()?,
        state: fields.next()?,
        status: fields.next()?,
        image: fields.next()?,
        name: fields.next()?,
        project: fields.next()?,
        folder: fields.next()?.into(),
        is_ours: false,
    })
}

/// Whether two paths lead to the same folder: compose may have been started through a symbolic link.
fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (fs::canonicalize(one), fs::canonicalize(other));
    one.is_ok_and(|one| other.is_ok_and(|other| one == other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_docker_ps_is_read() {
        let line =
            "abc\trunning\tUp 3 minutes (healthy)\tx/timescaledb:1\ttimescaledb\tapp\t/src/app";
        let expected = Container {
            id: "abc".to_owned(),
            state: "running".to_owned(),
            status: "Up 3 minutes (healthy)".to_owned(),
            image: "x/timescaledb:1".to_owned(),
            name: "timescaledb".to_owned(),
            project: "app".to_owned(),
            folder: "/src/app".into(),
            is_ours: false,
        };
        assert_eq!(parse_line(line), Some(expected));
        assert_eq!(parse_line(""), None);
    }

    #[test]
    fn a_container_is_read() {
        let text = r#"[{"State": {"ExitCode": 137, "OOMKilled": true, "Error": "why"}, "RestartCount": 2,
            "Config": {"Env": ["POSTGRES_USER=me", "POSTGRES_DB=", "A=b=c"]},
            "NetworkSettings": {"Ports": {"5432/tcp": [{"HostIp": "0.0.0.0", "HostPort": "5433"}], "8008/tcp": null}}}]"#;
        let inside = parse_inspection(text).unwrap();
        assert_eq!((inside.user(), inside.database()), ("me", "me"));
        assert_eq!(inside.variable("A"), Some("b=c"));
        assert_eq!((inside.exit_code, inside.restarts), (137, 2));
        assert_eq!((inside.is_out_of_memory, &*inside.error), (true, "why"));
        let published = inside.published.unwrap();
        assert_eq!(published.reached_from_here(None), "127.0.0.1:5433");
        assert_eq!(published.reached_from_here(Some("db")), "db:5433");
        let text = text.replace("0.0.0.0", "::1");
        let published = parse_inspection(&text).unwrap().published.unwrap();
        assert_eq!(published.reached_from_here(Some("db")), "[::1]:5433");
        let stopped = r#"[{"Config": {"Env": []}, "NetworkSettings": {"Ports": {}}}]"#;
        let stopped = parse_inspection(stopped).unwrap();
        assert_eq!(
            (stopped.user(), stopped.published.as_ref()),
            ("postgres", None)
        );
        assert_eq!(parse_inspection("[]"), None);
    }

    #[test]
    fn an_engine_is_here_or_elsewhere() {
        for (endpoint, host) in [
            ("unix:///var/run/docker.sock", None),
            ("npipe:////./pipe/docker_engine", None),
            ("tcp://127.0.0.1:2375", None),
            ("tcp://localhost:2375", None),
            ("tcp://[::1]:2375", None),
            ("tcp://db.example:2375", Some("db.example")),
            ("ssh://me@db.example", Some("db.example")),
            ("ssh://me@db.example:22/run/docker.sock", Some("db.example")),
            ("tcp://[2001:db8::1]:2375", Some("2001:db8::1")),
            ("", None),
        ] {
            assert_eq!(remote(endpoint), host, "{endpoint}");
        }
    }

    #[test]
    fn a_folder_is_the_same_through_a_link() {
        let folder = testkit::Folder::new("same");
        let dir = folder.path();
        fs::create_dir(dir.join("app")).unwrap();
        std::os::unix::fs::symlink("app", dir.join("link")).unwrap();
        assert!(is_same(&dir.join("link"), &dir.join("app")));
        assert!(!is_same(&dir.join("link"), dir));
        assert!(!is_same(&dir.join("nothing"), &dir.join("nothing")));
    }
}
