//! Programs in the place of `docker` and `docker-compose`: what the real ones would do in a container, they do on this machine. The driver,
//! its shell script and psql are the real ones, and their connections can be led through a proxy.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::Sandbox;

/// The engine has one container, which runs; a copy is a copy.
const DOCKER: &str = r#"#!/bin/sh
case $1 in
ps) printf 'here\trunning\tUp\tnone\there\tshim\t%s\n' "$PWD" ;;
cp) exec cp "$2" "${3#*:}" ;;
compose) shift && exec docker-compose "$@" ;;
*) echo "docker $*: not expected" >&2; exit 1 ;;
esac
"#;

/// `exec -T timescaledb COMMAND`
const COMPOSE: &str = r#"#!/bin/sh
[ "$1 $2" = "exec -T" ] && shift 3 && exec "$@"
echo "docker-compose $*: not expected" >&2; exit 1
"#;

/// Puts the programs into the project; returns a `PATH` that leads to them and to this psql.
pub fn install(project: &Sandbox, psql: &Path) -> OsString {
    project.write("docker-compose.yml", "");
    for (name, script) in [("docker", DOCKER), ("docker-compose", COMPOSE)] {
        project.write(&format!("home/bin/{name}"), script);
        let file = project.dir().join("home/bin").join(name);
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = [
        project.dir().join("home/bin"),
        psql.parent().unwrap().to_owned(),
    ];
    let dirs: Vec<PathBuf> = own
        .into_iter()
        .chain(std::env::split_paths(&path))
        .collect();
    std::env::join_paths(dirs).unwrap()
}

/// A container's environment for the database of this URL, which is on the loopback interface.
pub fn variables(url: &str) -> Vec<(&'static str, String)> {
    let config: postgres::Config = url.parse().unwrap();
    let password = config.get_password().unwrap_or_default();
    vec![
        ("POSTGRES_USER", config.get_user().unwrap().to_owned()),
        ("POSTGRES_DB", config.get_dbname().unwrap().to_owned()),
        ("PGHOST", "127.0.0.1".to_owned()),
        ("PGPORT", config.get_ports()[0].to_string()),
        ("PGPASSWORD", String::from_utf8_lossy(password).into_owned()),
        ("PGSSLMODE", "disable".to_owned()),
        ("PGGSSENCMODE", "disable".to_owned()),
    ]
}
