//! Which compose project is this checkout's, so that two checkouts whose folders have the same name never share a database. Pure.
//!
//! A named project comes first (`COMPOSE_PROJECT_NAME`, `name:` in the compose file), then the project of a container that was created from
//! this folder; else the checkout has its own project, called after its folder and path. What was chosen is written into `.env`, where
//! compose itself reads it, too.

use std::path::Path;

use migrator::source::checksum;

use super::SERVICE;
use super::engine::Container;
use crate::failure::{Code, Failure};

/// The variable that names a compose project.
pub const VARIABLE: &str = "COMPOSE_PROJECT_NAME";

/// The named project, or that of a container which was created from this folder; a failure if the named one is another checkout's.
pub fn known(
    named: Option<&str>,
    root: &Path,
    containers: &[Container],
    compose: &str,
) -> Result<Option<String>, Failure> {
    let Some(name) = named.map(normal) else {
        let mut ours = containers.iter().filter(|container| container.is_ours);
        let running = ours.clone().find(|container| container.state == "running");
        return Ok(running.or(ours.next()).map(|it| it.project.clone()));
    };
    let mut of_it = containers.iter().filter(|it| it.project == name);
    if of_it.clone().any(|it| it.is_ours) {
        Ok(Some(name))
    } else {
        match of_it.next() {
            Some(container) => Err(of_another(&name, container, &own(root), compose)),
            None => Ok(Some(name)),
        }
    }
}

fn of_another(name: &str, container: &Container, own: &str, compose: &str) -> Failure {
    let folder = container.folder.display();
    Failure::new(
        Code::Usage,
        format!("compose project `{name}` belongs to the checkout in {folder}"),
    )
    .note("state", "nothing was run")
    .next(format!(
        "to give this checkout its own database, write into .env: {VARIABLE}={own}, TIMESCALEDB_CONTAINER={own} and a free POSTGRES_PORT\n\
         if this checkout was moved here from {folder}: {compose} -p {name} up -d --force-recreate {SERVICE}"
    ))
}

/// The project of a checkout that has none yet: `with_data` are the projects that have data on this engine. A failure if it is unknown
/// whose data the folder's name has, which is possible if `has_env`, because the checkout may then have been in use.
pub fn fresh(
    root: &Path,
    has_env: bool,
    with_data: &[String],
    containers: &[Container],
) -> Result<String, Failure> {
    let own = own(root);
    let by_folder = by_folder(root);
    let is_left = with_data.contains(&by_folder)
        && !containers
            .iter()
            .any(|container| container.project == by_folder);
    if !has_env || !is_left || with_data.contains(&own) {
        return Ok(own);
    }
    Err(Failure::new(
        Code::Usage,
        format!("compose project `{by_folder}` already has data, from this checkout or from another in a folder of the same name"),
    )
    .note("state", "nothing was run")
    .next(format!(
        "write {VARIABLE}={by_folder} into .env to use it, or {VARIABLE}={own} to give this checkout its own database"
    )))
}

/// Who names a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The environment, for this run.
    Environment,
    /// `.env`, for this checkout.
    EnvFile,
    /// `name:` of the compose file, which every checkout of it has.
    File,
}

/// Whether data of a named project may be another checkout's, which has no container now: `.env` came from there, or both have the name
/// from the same compose file. A name that a person chose in `.env` is never in doubt.
pub fn may_be_another_s(name: &str, by: By, root: &Path) -> bool {
    match by {
        By::Environment => false,
        By::EnvFile => is_derived(name) && name != own(root),
        By::File => true,
    }
}

/// The failure where that is so and there is data.
pub fn in_doubt(name: &str, by: By, root: &Path, compose: &str) -> Failure {
    let own = own(root);
    let own = format!(
        "to give this checkout its own database, write into .env: {VARIABLE}={own}, TIMESCALEDB_CONTAINER={own} and a free POSTGRES_PORT"
    );
    let (message, mine) = match by {
        By::Environment | By::EnvFile => (
            format!(
                "compose project `{name}` was created for a checkout in another folder, and it has data"
            ),
            format!("if this checkout was moved: {compose} -p {name} up -d {SERVICE}"),
        ),
        By::File => (
            format!(
                "compose project `{name}` already has data, from this checkout or from another one"
            ),
            format!("to use it, write into .env: {VARIABLE}={name}"),
        ),
    };
    Failure::new(Code::Usage, message)
        .note("state", "nothing was run")
        .next(format!("{mine}\n{own}"))
}

/// Whether a name looks like one of [`own`].
fn is_derived(name: &str) -> bool {
    let digest = name.rsplit_once('-').map_or("", |(_, digest)| digest);
    digest.len() == 8 && digest.bytes().all(|it| it.is_ascii_hexdigit())
}

/// The checkout's own project: its folder's name for people, and its path's checksum.
fn own(root: &Path) -> String {
    let digest = checksum(&root.to_string_lossy());
    match by_folder(root) {
        folder if folder.is_empty() => format!("schema-{}", &digest[..8]),
        folder => format!("{folder}-{}", &digest[..8]),
    }
}

/// The project that compose takes where nothing names one.
pub fn by_folder(root: &Path) -> String {
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    normal(&name).trim_start_matches(['-', '_']).to_owned()
}

/// A name as compose writes it.
fn normal(name: &str) -> String {
    let is_kept = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(*c);
    name.to_lowercase().chars().filter(is_kept).collect()
}

/// What the compose file itself calls the project.
#[derive(Debug, PartialEq, Eq)]
pub enum InFile {
    Nothing,
    Name(String),
    /// It is composed of variables, so only compose can resolve it.
    Variables,
}

/// The top-level `name:` of a compose file.
pub fn in_file(text: &str) -> InFile {
    let Some(value) = text.lines().find_map(|line| line.strip_prefix("name:")) else {
        return InFile::Nothing;
    };
    let value = value.split(" #").next().unwrap_or_default().trim();
    match value.trim_matches(['"', '\'']) {
        "" => InFile::Nothing,
        value if value.contains('$') => InFile::Variables,
        value => InFile::Name(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(project: &str, folder: &str, state: &str) -> Container {
        Container {
            project: project.to_owned(),
            folder: folder.into(),
            state: state.to_owned(),
            is_ours: folder == "/here/app",
            ..Container::default()
        }
    }

    fn says(result: Result<impl std::fmt::Debug, Failure>) -> String {
        match result {
            Ok(value) => format!("{value:?}\n"),
            Err(failure) => failure.diagnostic.to_string(),
        }
    }

    #[test]
    fn a_checkout_keeps_its_project_and_takes_no_other_s() {
        let ours = container("app", "/here/app", "exited");
        let running = container("test", "/here/app", "running");
        let theirs = container("app", "/there/app", "running");
        let (two, both) = ([ours.clone(), running], [theirs.clone(), ours.clone()]);
        let cases: [(&str, Option<&str>, &[Container]); 7] = [
            ("nothing is there", None, &[]),
            ("its container", None, std::slice::from_ref(&ours)),
            ("of two the one that runs", None, &two),
            ("another's container", None, std::slice::from_ref(&theirs)),
            ("named", Some("Tea.m"), std::slice::from_ref(&ours)),
            ("named, and its own", Some("app"), &both),
            (
                "named, and another's",
                Some("app"),
                std::slice::from_ref(&theirs),
            ),
        ];
        let root = Path::new("/here/app");
        let mut screen = String::new();
        for (what, named, containers) in cases {
            screen += &format!(
                "{what}: {}",
                says(known(named, root, containers, "docker-compose"))
            );
        }
        insta::assert_snapshot!(screen);
    }

    #[test]
    fn a_checkout_without_a_project_has_one_of_its_own() {
        let root = Path::new("/here/My App");
        let data = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let theirs = [container("myapp", "/there/My App", "exited")];
        let own = own(root);
        let cases: [(&str, bool, Vec<String>, &[Container]); 5] = [
            ("nothing is there", true, data(&[]), &[]),
            ("data, but no .env", false, data(&["myapp"]), &[]),
            ("data of the folder's name", true, data(&["myapp"]), &[]),
            (
                "data of another's container",
                true,
                data(&["myapp"]),
                &theirs,
            ),
            ("its own data, too", true, data(&["myapp", &own]), &[]),
        ];
        let mut screen = String::new();
        for (what, has_env, data, containers) in cases {
            screen += &format!("{what}: {}", says(fresh(root, has_env, &data, containers)));
        }
        let other = fresh(Path::new("/there/My App"), false, &[], &[]);
        screen += &format!("a namesake: {}", says(other));
        screen += &format!(
            "no letter: {}",
            says(fresh(Path::new("/здесь"), false, &[], &[]))
        );
        insta::assert_snapshot!(screen);
    }

    #[test]
    fn data_of_a_named_project_may_be_another_checkout_s() {
        let root = Path::new("/here/app");
        let own = own(root);
        for (name, by, expected) in [
            ("team", By::EnvFile, false),
            ("team-20261128", By::Environment, false),
            ("app-9f25f948", By::EnvFile, true),
            (&own, By::EnvFile, false),
            ("team", By::File, true),
        ] {
            assert_eq!(may_be_another_s(name, by, root), expected, "{name} {by:?}");
        }
        let says = |by| {
            in_doubt("app-9f25f948", by, root, "docker-compose")
                .diagnostic
                .to_string()
        };
        insta::assert_snapshot!(format!("{}\n{}", says(By::EnvFile), says(By::File)));
    }

    #[test]
    fn the_name_in_the_compose_file_is_read() {
        let name = |name: &str| InFile::Name(name.to_owned());
        assert_eq!(in_file("services:\n  name: x\n"), InFile::Nothing);
        assert_eq!(
            in_file("# c\nname: \"team\" # ours\nservices:\n"),
            name("team")
        );
        assert_eq!(in_file("name: team\n"), name("team"));
        assert_eq!(in_file("name: ${TEAM:-x}\n"), InFile::Variables);
    }
}
