//! Finding the server binaries of an installed PostgreSQL, and its extensions.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;
use super::create::run;

/// The folders in which packages put the binaries of one version each: Debian's, the PostgreSQL
/// project's RPMs, Homebrew's on either kind of Mac. A `*` matches the rest of a name.
const FOLDERS: [&str; 4] = [
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
];

/// The server binaries of one installed PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    bin: PathBuf,
    share: Option<PathBuf>,
    version: String,
}

impl Server {
    /// Finds the binaries: by the `pg_config` that `PG_CONFIG` names, else by the one in `PATH`,
    /// else in the folders of Debian, RPM and Homebrew packages, the newest version first, else in
    /// `PATH`.
    ///
    /// # Errors
    /// [`Error::NoServer`] lists the searched places. A `PG_CONFIG` that leads to no server is an error, too.
    pub fn find() -> Result<Self, Error> {
        let search = Search {
            pg_config: env::var_os("PG_CONFIG").filter(|value| !value.is_empty()),
            path: env::var_os("PATH").unwrap_or_default(),
            root: PathBuf::from("/"),
        };
        search.run()
    }

    /// The server whose binaries are in `bin`.
    ///
    /// # Errors
    /// When `postgres` in there cannot be run.
    pub fn at(bin: &Path) -> Result<Self, Error> {
        let program = bin.join("postgres");
        let output = run(Command::new(&program).arg("--version"), &program)?;
        let version = version(&output).to_owned();
        let major = major(&version);
        let share = share_dirs(bin, major)
            .into_iter()
            .find(|dir| dir.join("extension").is_dir());
        Ok(Self {
            bin: bin.to_owned(),
            share,
            version,
        })
    }

    /// The folder of the binaries.
    pub fn bin_dir(&self) -> &Path {
        &self.bin
    }

    /// The path of one of the binaries, `psql` for instance.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The folder of the scripts that create databases and extensions, if it is found.
    pub fn share_dir(&self) -> Option<&Path> {
        self.share.as_deref()
    }

    /// The version, `15.20` for instance.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, `15` for instance: what a data directory is bound to.
    pub fn major(&self) -> &str {
        major(&self.version)
    }

    /// The version of an extension that `CREATE EXTENSION` would install, if its files exist.
    pub fn extension(&self, name: &str) -> Option<String> {
        let control = self
            .share
            .as_ref()?
            .join("extension")
            .join(format!("{name}.control"));
        let text = fs::read_to_string(control).ok()?;
        default_version(&text).map(str::to_owned)
    }

    /// Whether the files of an extension are installed.
    pub fn has_extension(&self, name: &str) -> bool {
        self.extension(name).is_some()
    }
}

/// Where to look. `root` is `/` but in tests.
struct Search {
    pg_config: Option<OsString>,
    path: OsString,
    root: PathBuf,
}

impl Search {
    fn run(&self) -> Result<Server, Error> {
        if let Some(pg_config) = &self.pg_config {
            return by_variable(pg_config);
        }
        let mut looked = Vec::new();
        match env::split_paths(&self.path)
            .map(|dir| dir.join("pg_config"))
            .find(|file| file.is_file())
        {
            Some(pg_config) => match ask(&pg_config, "--bindir") {
                Some(bin) if is_complete(&bin) => return Server::at(&bin),
                Some(bin) => looked.push(format!("{} (by pg_config)", bin.display())),
                None => looked.push(format!("{} (fails)", pg_config.display())),
            },
            None => looked.push("pg_config --bindir (there is none in PATH)".to_owned()),
        }
        for folder in FOLDERS {
            if let Some(bin) = newest(&self.root, folder) {
                return Server::at(&bin);
            }
            looked.push(format!("/{folder}"));
        }
        if let Some(bin) = env::split_paths(&self.path).find(|dir| is_complete(dir)) {
            return Server::at(&bin);
        }
        looked.push("PATH".to_owned());
        Err(Error::NoServer { looked })
    }
}

/// The server of the `pg_config` that the user has named. Another one would be a surprise.
fn by_variable(pg_config: &OsStr) -> Result<Server, Error> {
    let fail = |cause| Error::PgConfig {
        pg_config: pg_config.to_string_lossy().into_owned(),
        cause,
    };
    let bin = ask(Path::new(pg_config), "--bindir")
        .ok_or_else(|| fail("`pg_config --bindir` cannot be run".to_owned()))?;
    if !is_complete(&bin) {
        return Err(fail(format!(
            "initdb and postgres are not in `{}`",
            bin.display()
        )));
    }
    Server::at(&bin)
}

/// What a `pg_config` answers, when it can be run.
fn ask(pg_config: &Path, option: &str) -> Option<PathBuf> {
    let output = run(Command::new(pg_config).arg(option), pg_config).ok()?;
    Some(PathBuf::from(output.trim_end())).filter(|path| !path.as_os_str().is_empty())
}

fn is_complete(bin: &Path) -> bool {
    ["initdb", "postgres"]
        .iter()
        .all(|name| bin.join(name).is_file())
}

/// Of the folders that match a pattern with one `*`, the complete one with the greatest version.
fn newest(root: &Path, pattern: &str) -> Option<PathBuf> {
    let (before, after) = pattern.split_once('*')?;
    let after = after.trim_start_matches('/');
    let (parent, prefix) = before.rsplit_once('/')?;
    let mut found: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(root.join(parent))
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?.trim_start_matches('@');
            // Homebrew's `postgresql` without a number is whatever is linked; a number says more.
            let numbers = version
                .split('.')
                .filter_map(|part| part.parse().ok())
                .collect();
            Some((numbers, entry.path().join(after)))
        })
        .filter(|(_, bin)| is_complete(bin))
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// Where the share files of the binaries in `bin` can be: as `pg_config` says, or at the usual
/// places relative to it.
fn share_dirs(bin: &Path, major: &str) -> Vec<PathBuf> {
    let told = ask(&bin.join("pg_config"), "--sharedir");
    let prefix = bin.parent().unwrap_or(bin);
    told.into_iter()
        .chain([
            prefix.join("share/postgresql"),
            prefix.join("share"),
            // Debian: /usr/lib/postgresql/15/bin and /usr/share/postgresql/15.
            prefix.join("../../../share/postgresql").join(major),
        ])
        .collect()
}

/// `15.20` of `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`.
fn version(output: &str) -> &str {
    let rest = output.split_once(") ").map_or(output, |(_, rest)| rest);
    rest.split_whitespace().next().unwrap_or_default()
}

/// `15` of `15.20`, and of `15beta1`.
fn major(version: &str) -> &str {
    let end = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    &version[..end]
}

/// The value of `default_version` in a control file.
fn default_version(control: &str) -> Option<&str> {
    control.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "default_version").then(|| value.trim().trim_matches('\''))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_postgres_prints() {
        let debian = "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n";
        assert_eq!((version(debian), major(version(debian))), ("15.20", "15"));
        assert_eq!(major(version("postgres (PostgreSQL) 19beta1")), "19");
    }

    #[test]
    fn the_version_of_an_extension_is_the_default_one() {
        let control = "# default_version = '1'\ncomment = 'x'\ndefault_version = '2.28.3'\n";
        assert_eq!(default_version(control), Some("2.28.3"));
        assert_eq!(default_version("comment = 'x'"), None);
    }

    #[test]
    fn without_a_server_the_error_says_where_it_was_looked_and_how_to_install_one() {
        let nowhere = Search {
            pg_config: None,
            path: OsString::new(),
            root: "/nonexistent".into(),
        };
        let error = nowhere.run().unwrap_err();
        insta::assert_snapshot!(format!("{error}\nnext: {}", error.next().unwrap()));
    }

    #[test]
    fn a_pg_config_that_leads_nowhere_is_named() {
        let search = Search {
            pg_config: Some("/nonexistent/pg_config".into()),
            path: OsString::new(),
            root: "/".into(),
        };
        let error = search.run().unwrap_err();
        insta::assert_snapshot!(format!("{error}\nnext: {}", error.next().unwrap()));
    }

    #[test]
    fn of_several_versions_the_newest_complete_one_is_taken() {
        let root = env::temp_dir().join(format!("servers-{}", std::process::id()));
        for folder in ["9.6/bin", "15/bin", "16/bin"] {
            fs::create_dir_all(root.join("usr/lib/postgresql").join(folder)).unwrap();
        }
        for file in [
            "9.6/bin/initdb",
            "9.6/bin/postgres",
            "15/bin/initdb",
            "15/bin/postgres",
            "16/bin/initdb",
        ] {
            fs::write(root.join("usr/lib/postgresql").join(file), "").unwrap();
        }
        let found = newest(&root, FOLDERS[0]);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, Some(root.join("usr/lib/postgresql/15/bin")));
    }
}
