//! Making a cluster: `initdb` into a temporary sibling, which is renamed when it is complete.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::files::{random_hex, remove_dir_all, with_suffix};
use super::safe::Folder;
use super::{Cluster, Error, USER};

/// Makes the cluster in `parent`. The gate must be held: what earlier, killed attempts have left is removed.
pub(super) fn create(cluster: &Cluster, parent: &Folder) -> Result<(), Error> {
    let prefix = with_suffix(&cluster.dir, ".new-");
    remove_left_over(&prefix);
    // A new name each time: the initdb of a killed command may still be writing under the old one.
    let building = with_suffix(&prefix, &random_hex(4)?);
    let (name, new) = (name_of(&cluster.dir), name_of(&building));
    let folder = parent.make_folder(new)?;
    folder.write("password", &random_hex(16)?)?;
    drop(folder);

    let program = cluster.server.program("initdb");
    let mut initdb = cluster.account.command(&program, &building);
    initdb
        .arg("--pgdata")
        .arg(building.join("data"))
        .arg("--pwfile")
        .arg(building.join("password"));
    initdb.args(["--username", USER, "--encoding=UTF8", "--locale=C"]);
    // The socket's directory is closed to others; a loopback port is not.
    initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256"]);
    // A crash within seconds of the first start costs a cluster that holds nothing yet.
    initdb.args(["--no-sync", "--no-instructions"]);
    run(&mut initdb, &program)?;

    // What is in the way is not a cluster: for example an empty directory, or one without a data directory.
    parent.remove_empty(name)?;
    parent.rename(new, name)
}

fn name_of(path: &Path) -> &Path {
    Path::new(path.file_name().unwrap_or_default())
}

/// Runs a program of the server to its end.
pub(super) fn run(command: &mut Command, program: &Path) -> Result<String, Error> {
    let output = command.output().map_err(|cause| Error::Run {
        program: program.to_owned(),
        cause,
    })?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    Err(Error::Failed {
        program: program.to_owned(),
        status: output.status,
        output: stdout + &String::from_utf8_lossy(&output.stderr),
    })
}

/// Removes the directories whose paths begin with `prefix`, as far as that is possible.
fn remove_left_over(prefix: &Path) {
    let (Some(parent), Some(name)) = (prefix.parent(), prefix.file_name()) else {
        return;
    };
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(name.as_encoded_bytes())
        {
            let _tried_again_next_time = remove_dir_all(&entry.path());
        }
    }
}
