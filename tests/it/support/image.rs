//! An image for the compose tests, built from this machine's PostgreSQL without a registry.
//!
//! It is an archive of the server, its libraries, share files and extensions, the time zones, and
//! busybox for a shell, imported with an entrypoint that goes through the same stages as the
//! official image's. It is named by what went into it, and built when the engine does not have it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use cluster::Server;
use sha2::{Digest as _, Sha256};

use super::engine::Engine;
use super::succeed;

const REPOSITORY: &str = "analytics-test/timescaledb";
const ENTRYPOINT: &str = include_str!("entrypoint.sh");

/// What of the server binaries is needed in a container.
const PROGRAMS: [&str; 8] = [
    "initdb",
    "pg_controldata",
    "pg_ctl",
    "pg_dump",
    "pg_isready",
    "pg_resetwal",
    "postgres",
    "psql",
];

/// The name of the existing image, or why it cannot be built.
pub fn get(engine: &Engine) -> Result<&'static str, &'static str> {
    static IMAGE: OnceLock<Result<String, String>> = OnceLock::new();
    let image = IMAGE.get_or_init(|| {
        let parts = Parts::find()?;
        let name = format!("{REPOSITORY}:{}", parts.digest());
        if !engine.has_image(&name) {
            for older in engine.images(REPOSITORY) {
                engine.remove_image(&older);
            }
            build(&parts, &name);
        }
        Ok(name)
    });
    image.as_deref().map_err(String::as_str)
}

/// Where the files are that go into the image.
struct Parts {
    server: Server,
    extension: String,
    libraries: PathBuf,
    share: PathBuf,
    busybox: PathBuf,
}

impl Parts {
    fn find() -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err(
                "the image is built of this machine's own files, which are not for Linux"
                    .to_owned(),
            );
        }
        let server = Server::find().map_err(|error| error.to_string())?;
        let extension = server
            .extension("timescaledb")
            .ok_or("the installed PostgreSQL has no extension timescaledb to put into an image")?;
        let ask = |option: &str| {
            let output = Command::new(server.program("pg_config"))
                .arg(option)
                .output();
            let text = output
                .map_err(|error| format!("pg_config cannot be run: {error}"))?
                .stdout;
            Ok::<_, String>(PathBuf::from(String::from_utf8_lossy(&text).trim_end()))
        };
        let (libraries, share) = (ask("--pkglibdir")?, ask("--sharedir")?);
        let busybox = ["/bin/busybox", "/usr/bin/busybox"]
            .iter()
            .map(PathBuf::from)
            .find(|path| {
                // A dynamic one would need its libraries, too.
                path.exists() && shared_libraries(std::slice::from_ref(path)).is_empty()
            });
        let busybox =
            busybox.ok_or("no static busybox (Debian: apt-get install busybox-static)")?;
        Ok(Self {
            server,
            extension,
            libraries,
            share,
            busybox,
        })
    }

    fn digest(&self) -> String {
        let built = fs::metadata(self.server.program("postgres")).unwrap().len();
        let parts = format!(
            "{} {built} {} {ENTRYPOINT}",
            self.server.version(),
            self.extension
        );
        Sha256::digest(parts)
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The programs and libraries of the server. Compilation of expressions would bring LLVM, and
    /// label security is for SELinux; a server does without.
    fn binaries(&self) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = PROGRAMS
            .iter()
            .map(|name| self.server.program(name))
            .collect();
        for entry in fs::read_dir(&self.libraries).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".so") && name != "llvmjit.so" && name != "sepgsql.so" {
                all.push(path);
            }
        }
        all
    }
}

/// Collects the files in a folder, and imports that folder as an image.
fn build(parts: &Parts, name: &str) {
    let root = std::env::temp_dir().join(format!("image-{}", std::process::id()));
    fs::create_dir_all(&root).unwrap();
    let mut files = parts.binaries();
    files.extend(shared_libraries(&files));
    files.push(parts.share.clone());
    files.push("/usr/share/zoneinfo".into());
    files.push("/usr/lib/locale/C.utf8".into());
    files.retain(|path| path.exists());
    // --dereference, since a library is found by a link to the file of its exact version.
    succeed(
        Command::new("cp")
            .args(["--recursive", "--dereference", "--parents"])
            .args(files)
            .arg(&root),
    );
    add_system(parts, &root);
    import(parts, name, &root);
    fs::remove_dir_all(&root).unwrap();
}

/// The shell and the few files of a system that are not PostgreSQL's.
fn add_system(parts: &Parts, root: &Path) {
    for folder in [
        "bin",
        "etc",
        "tmp",
        "usr/local/bin",
        "var/lib/postgresql/data",
        "var/run/postgresql",
    ] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::copy(&parts.busybox, root.join("bin/busybox")).unwrap();
    let applets = succeed(Command::new(&parts.busybox).arg("--list"));
    for applet in applets.lines().filter(|applet| *applet != "busybox") {
        symlink("busybox", root.join("bin").join(applet)).unwrap();
    }
    let users = "root:x:0:0:root:/root:/bin/sh\npostgres:x:70:70::/var/lib/postgresql:/bin/sh\n";
    fs::write(root.join("etc/passwd"), users).unwrap();
    fs::write(root.join("etc/group"), "root:x:0:\npostgres:x:70:\n").unwrap();
    let entrypoint = root.join("usr/local/bin/docker-entrypoint.sh");
    fs::write(&entrypoint, ENTRYPOINT).unwrap();
    succeed(Command::new("chmod").arg("+x").arg(entrypoint));
}

/// Streams the folder to the engine. Everything in it is made readable to all, because the server runs as a different user.
fn import(parts: &Parts, name: &str, root: &Path) {
    let path = format!(
        "ENV PATH={}:/usr/local/bin:/bin",
        parts.server.bin_dir().display()
    );
    let mut tar = Command::new("tar")
        .args([
            "--create",
            "--owner=0",
            "--group=0",
            "--mode=u=rwX,go=rX",
            "--directory",
        ])
        .args([root, Path::new(".")])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut docker = Command::new("docker");
    docker.arg("import");
    for change in [
        path.as_str(),
        "ENV LANG=C.UTF-8",
        "ENV PGDATA=/var/lib/postgresql/data",
        "VOLUME /var/lib/postgresql/data",
        "EXPOSE 5432",
        r#"ENTRYPOINT ["docker-entrypoint.sh"]"#,
        r#"CMD ["postgres"]"#,
    ] {
        docker.args(["--change", change]);
    }
    succeed(docker.args(["-", name]).stdin(tar.stdout.take().unwrap()));
    assert!(tar.wait().unwrap().success());
}

/// The libraries that programs and libraries are linked with, as `ldd` finds them; none for a
/// static program.
fn shared_libraries(files: &[PathBuf]) -> Vec<PathBuf> {
    let output = Command::new("ldd").args(files).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut all: Vec<PathBuf> = text
        .lines()
        .filter_map(|line| {
            let (file, _address) = line.strip_prefix('\t')?.split_once(" (")?;
            let path = file.split_once(" => ").map_or(file, |(_, path)| path);
            path.starts_with('/').then(|| path.into())
        })
        .collect();
    all.sort();
    all.dedup();
    all
}
