//! Removing the clusters of checkouts that were deleted.
//!
//! If root's clusters are kept in a shared folder, nothing removes them together with the checkout. So each has a record of it, and opening
//! one removes those whose checkout is gone. Nothing that may be needed is removed: an unmounted disk is not a deletion, and an open
//! cluster stays. A cluster without a record, from an earlier version, stays as well: its name is a checksum, which shows no checkout, and
//! its next use writes the record. All of this is done as the account, which owns the records and clusters.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::gate::Gate;
use super::location;
use super::safe::Folder;
use super::{Cluster, Error, keeper, start};

/// The file with the record.
const RECORD: &str = "checkout";

/// A checkout that a cluster belongs to, and the device that it was on.
#[derive(Debug, PartialEq, Eq)]
struct Checkout {
    device: u64,
    path: PathBuf,
}

impl Checkout {
    fn at(path: &Path) -> Option<Self> {
        let device = fs::metadata(path).ok()?.dev();
        let path = path.to_owned();
        Some(Self { device, path })
    }

    /// Nothing for a path that a line of text cannot hold.
    fn to_text(&self) -> Option<String> {
        let path = self.path.to_str().filter(|path| !path.contains('\n'))?;
        Some(format!("{} {path}\n", self.device))
    }

    fn parse(text: &str) -> Option<Self> {
        let (device, path) = text.strip_suffix('\n')?.split_once(' ')?;
        let device = device.parse().ok()?;
        let path = PathBuf::from(path);
        path.is_absolute().then_some(Self { device, path })
    }

    /// Whether it was deleted, as far as can be determined: the nearest existing folder above it is on the same device as before.
    fn is_gone(&self) -> bool {
        for path in self.path.ancestors() {
            let found = fs::metadata(path);
            match found {
                Ok(found) => return path != self.path && found.dev() == self.device,
                Err(error) if error.kind() != ErrorKind::NotFound => return false,
                // A dangling link exists.
                Err(_) if path.symlink_metadata().is_ok() => return false,
                Err(_) => {}
            }
        }
        false
    }
}

/// Keeps with the cluster which checkout it belongs to. The gate must be held.
pub(super) fn record(cluster: &Cluster) -> Result<(), Error> {
    let checkout = cluster.settings.checkout.as_deref();
    let text = checkout.and_then(Checkout::at).and_then(|it| it.to_text());
    let Some(text) = text else {
        return Ok(());
    };
    let folder = cluster.folder()?;
    match folder.read(RECORD) {
        Ok(found) if found == text => Ok(()),
        _ => folder.write(RECORD, &text),
    }
}

/// Removes the other clusters of deleted checkouts. What cannot be removed is tried again the next time.
pub(super) fn sweep(cluster: &Cluster) {
    for shared in location::shared_dirs() {
        let Ok(folder) = Folder::trusted(&shared, cluster.account) else {
            continue;
        };
        let names = folder.names().into_iter();
        for name in names.filter(|name| is_name(name)) {
            let other = cluster.at(shared.join(name));
            if other.dir != cluster.dir {
                let _next_time = remove_if_gone(&other);
            }
        }
    }
}

fn remove_if_gone(cluster: &Cluster) -> Result<(), Error> {
    let is_gone = |folder: &Folder| {
        let text = folder.read(RECORD).unwrap_or_default();
        Checkout::parse(&text).is_some_and(|checkout| checkout.is_gone())
    };
    // A link is refused, and what is not the account's.
    let folder = cluster.folder()?;
    if !is_gone(&folder) {
        return Ok(());
    }
    let Some(_gate) = Gate::if_free(&cluster.dir, cluster.account)? else {
        return Ok(());
    };
    // One that had the gate may have brought it back.
    if !is_gone(&folder) || keeper::is_in_use(&folder) {
        return Ok(());
    }
    start::stop(cluster, &folder);
    cluster.remove(&cluster.dir)
}

/// Whether it is the name of a cluster that is kept elsewhere than it was wanted.
fn is_name(name: &str) -> bool {
    let digits = name.strip_prefix(location::PREFIX);
    digits.is_some_and(|it| it.len() == 16 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::random_hex;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let checkout = Checkout {
            device: 42,
            path: "/a b/c".into(),
        };
        let text = checkout.to_text().unwrap();
        assert_eq!(text, "42 /a b/c\n");
        assert_eq!(Checkout::parse(&text), Some(checkout));
        for damaged in ["", "42 /a b/c", "x /a\n", "42 a\n", "42\n"] {
            assert_eq!(Checkout::parse(damaged), None, "{damaged}");
        }
    }

    #[test]
    fn what_was_deleted_is_gone_and_what_is_on_another_device_may_come_back() {
        let dir = std::env::temp_dir().join(format!("gone-{}", random_hex(6).unwrap()));
        let path = dir.join("a/b");
        fs::create_dir_all(&path).unwrap();
        let checkout = Checkout::at(&path).unwrap();
        assert!(!checkout.is_gone());
        fs::remove_dir_all(dir.join("a")).unwrap();
        assert!(checkout.is_gone());
        let elsewhere = Checkout {
            device: checkout.device + 1,
            path,
        };
        assert!(!elsewhere.is_gone());
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn clusters_that_are_kept_elsewhere_are_known_by_their_names() {
        assert!(is_name("pg-0123456789abcdef"));
        for other in [
            "pg-0123456789ab",
            "pg-0123456789abcdef-run",
            "pg-0123456789abcdefg",
        ] {
            assert!(!is_name(other), "{other}");
        }
    }
}
