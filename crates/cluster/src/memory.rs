//! Where clusters that are thrown away are kept: in memory, where the machine has plenty.
//!
//! A database is some 900 files. To make and remove them takes a file system in memory a fraction of what it takes one on a disk, whose
//! journal knows nothing of `fsync = off`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The file system in memory that Linux has for everybody.
const SHARED_MEMORY: &str = "/dev/shm";

/// Less room than this may not be enough for the databases of a test suite; containers have 64 MB there.
const ROOM: u64 = 2 << 20;

/// With less memory than this to spare, what is in it is missing elsewhere.
const TO_SPARE: u64 = 4 << 20;

/// The folder for temporary clusters, and for other temporary files of tests: in memory if there is plenty, and `TMPDIR` does not name
/// another place; otherwise the temporary folder.
pub fn throwaway_dir() -> PathBuf {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let is_everybody_s = || {
        fs::metadata(SHARED_MEMORY).is_ok_and(|found| found.permissions().mode() & 0o1777 == 0o1777)
    };
    let in_memory = std::env::var_os("TMPDIR").is_none()
        && is_everybody_s()
        && has_plenty(&read("/proc/mounts"), &read("/proc/meminfo"));
    if in_memory {
        Path::new(SHARED_MEMORY).to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// Whether there is plenty of memory, by the texts of `/proc/mounts` and `/proc/meminfo`.
fn has_plenty(mounts: &str, meminfo: &str) -> bool {
    let memory = |wanted: &str| {
        let mut lines = meminfo.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = lines.find(|(name, _)| *name == wanted)?;
        value.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    let (Some(total), Some(available)) = (memory("MemTotal"), memory("MemAvailable")) else {
        return false;
    };
    // Of two that are mounted at one place the later one is seen.
    let mounted = mounts.lines().rev().find_map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        matches!(fields[..], [_, SHARED_MEMORY, ..]).then_some(fields)
    });
    let Some([_, _, "tmpfs", options, ..]) = mounted.as_deref() else {
        return false;
    };
    if options.split(',').any(|option| option == "ro") {
        return false;
    }
    let size = options
        .split(',')
        .find_map(|option| option.strip_prefix("size="));
    // Half of the memory, if no size is configured.
    let room = match size {
        Some(size) => size.strip_suffix('k').and_then(|size| size.parse().ok()),
        None => Some(total / 2),
    };
    // All shared memory counts as if it were in there: the standard library cannot report how full a file system is.
    let used = memory("Shmem").unwrap_or(0);
    room.is_some_and(|room| room.saturating_sub(used) >= ROOM) && available >= TO_SPARE
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMINFO: &str =
        "MemTotal:       16303428 kB\nMemFree:          812345 kB\nMemAvailable:    9123456 kB\n";

    fn mounted(options: &str) -> String {
        format!(
            "/dev/sda1 / ext4 rw,relatime 0 0\ntmpfs /dev/shm tmpfs {options} 0 0\ntmpfs /run tmpfs rw,size=100k 0 0\n"
        )
    }

    #[test]
    fn much_memory_that_nobody_needs_is_plenty() {
        for options in ["rw,nosuid,nodev", "rw,relatime,size=8151712k"] {
            assert!(has_plenty(&mounted(options), MEMINFO), "{options}");
        }
    }

    #[test]
    fn a_container_s_64_mb_are_not() {
        let mounts = mounted("rw,nosuid,nodev,noexec,relatime,size=65536k,inode64");
        assert!(!has_plenty(&mounts, MEMINFO));
    }

    #[test]
    fn memory_that_others_need_is_not() {
        let used = MEMINFO.replace("9123456", " 912345");
        assert!(!has_plenty(&mounted("rw"), &used));
    }

    #[test]
    fn what_is_full_has_no_room() {
        let full = format!("{MEMINFO}Shmem:           6300000 kB\n");
        assert!(!has_plenty(&mounted("rw,size=8151712k"), &full));
        let hardly = full.replace("6300000", " 150000");
        assert!(has_plenty(&mounted("rw,size=8151712k"), &hardly));
    }

    #[test]
    fn where_nothing_is_told_there_is_none() {
        assert!(!has_plenty("", MEMINFO));
        assert!(!has_plenty(&mounted("rw"), ""));
        let on_disk = mounted("rw").replace("/dev/shm tmpfs", "/dev/shm ext4");
        assert!(!has_plenty(&on_disk, MEMINFO));
        assert!(!has_plenty(&mounted("rw,size=?"), MEMINFO));
    }

    #[test]
    fn where_nothing_can_be_written_there_is_none() {
        assert!(!has_plenty(&mounted("ro,relatime"), MEMINFO));
    }

    #[test]
    fn what_is_mounted_over_another_counts() {
        let mounts = format!("{}{}", mounted("rw"), mounted("rw,size=65536k"));
        assert!(!has_plenty(&mounts, MEMINFO));
    }
}
