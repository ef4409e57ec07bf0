//! A disk that is full: a tablespace on a small file system in memory.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use super::cases;
use super::plan::Plan;
use super::private::Private;
use super::program::complaint;
use super::target::Target;
use crate::support::{PATIENCE, skip, test_name};

const TABLES: &str = "CREATE TABLE done (step text NOT NULL);\n\
                      CREATE TABLE devices (id int, name text) TABLESPACE small;\n\
                      INSERT INTO devices SELECT n, repeat('x', 100) || n FROM generate_series(1, 100000) n;\n";

/// Each runs out of room in a step of another kind: in its first 24 MB there is room for the table alone.
const PLANS: [&[(&str, &str)]; 2] = [
    &[
        ("001_tables.sql", TABLES),
        (
            "002_insert.sql",
            "INSERT INTO done VALUES ('insert');\nINSERT INTO devices SELECT id, name FROM devices;",
        ),
    ],
    &[
        ("001_tables.sql", TABLES),
        (
            "002_index.sql",
            "INSERT INTO done VALUES ('index');\nCREATE INDEX CONCURRENTLY devices_name ON devices (name) TABLESPACE small;",
        ),
    ],
];

/// A mounted file system, unmounted at the end.
struct Disk(PathBuf);

impl Disk {
    /// A file system of so many bytes in memory, for the account that owns `like`; why not, otherwise.
    fn mount(dir: PathBuf, size: &str, like: &Path) -> Result<Self, String> {
        let owner = fs::metadata(like).unwrap();
        fs::create_dir_all(&dir).unwrap();
        let (uid, gid) = (owner.uid(), owner.gid());
        let options = format!("size={size},uid={uid},gid={gid},mode=700");
        mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], &dir).inspect_err(|_| {
            fs::remove_dir(&dir).unwrap();
        })?;
        Ok(Self(dir))
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        mount(&["-o", &options], &self.0).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: whoever still has a file open must not keep it mounted.
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        let removed = fs::remove_dir(&self.0);
        let gone = unmounted.is_ok_and(|status| status.success()) && removed.is_ok();
        assert!(
            gone || thread::panicking(),
            "{} is still there",
            self.0.display()
        );
    }
}

fn mount(arguments: &[&str], dir: &Path) -> Result<(), String> {
    let output = Command::new("mount").args(arguments).arg(dir).output();
    let output = output.map_err(|error| format!("mount cannot be run: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[testkit::test(Private::start)]
fn a_run_that_found_the_disk_full_is_finished_when_there_is_room(private: Private) {
    let disk = private.dir().with_extension("disk");
    let disk = match Disk::mount(disk, "24m", &private.dir().join("cluster/data")) {
        Ok(disk) => disk,
        Err(reason) => return skip(test_name!(), &reason),
    };
    let mut admin = private.client();
    let sql = format!("CREATE TABLESPACE small LOCATION '{}'", disk.0.display());
    admin.batch_execute(&sql).unwrap();
    let mut wrong = Vec::new();
    for files in PLANS {
        let target = Target::by_url(private.url(), Plan::of(files));
        disk.resize("96m");
        let (clean, _) = cases::clean_run(&target);
        // What was dropped is on the disk until then.
        admin.batch_execute("CHECKPOINT").unwrap();
        disk.resize("24m");
        let place = target.place();
        let run = cases::start(&place);
        let status = run.wait(PATIENCE).unwrap();
        let complaint = complaint(&place.output());
        assert!(
            !status.success() && complaint.contains("53100"),
            "{complaint}"
        );
        disk.resize("96m");
        for finding in cases::rerun(&place, &clean) {
            wrong.push(format!("{}: {finding}", files[1].0));
        }
        drop(place);
        drop(target);
        admin.batch_execute("CHECKPOINT").unwrap();
    }
    admin.batch_execute("DROP TABLESPACE small").unwrap();
    drop((admin, private));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
