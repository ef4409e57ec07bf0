//! The removal of a temporary cluster whose maker is killed before there is a server, which would have a keeper.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Error;

/// Argument: the directory. A line on standard input means that the work is done; its end without a line, that the process was killed. Its
/// `initdb` then continues until it misses the removed files.
const SCRIPT: &str = r#"
trap '' INT HUP TERM
! read -r done || exit 0
tries=0
while rm -rf "$1" 2>/dev/null; [ -e "$1" ] && [ $tries -lt 300 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
"#;

/// Does `work` in a directory that is removed if this process is killed meanwhile.
pub(super) fn removed_if_killed<T>(
    dir: &Path,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let _guard = Guard::start(dir)?;
    work()
}

struct Guard(Child);

impl Guard {
    fn start(dir: &Path) -> Result<Self, Error> {
        let program = PathBuf::from("/bin/sh");
        // As this process's user: the server's user may not remove the directory itself.
        let mut command = Command::new(&program);
        command.args(["-c", SCRIPT, "guard"]).arg(dir);
        command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let spawned = command.spawn();
        spawned
            .map(Self)
            .map_err(|cause| Error::Run { program, cause })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.0.stdin.take() {
            // One that was killed itself removes nothing, either.
            let _gone = stdin.write_all(b"done\n");
        }
        let _ended = self.0.wait();
    }
}
