//! The private server, which the processes of a test run share.

use std::thread;

use cluster::Server;

use crate::FOLDER;
use crate::process::Process;

/// What stands before the database in a URL: one server's.
fn server(process: &Process) -> &str {
    process.url.rsplit_once('/').unwrap().0
}

#[testkit::test(testkit::server)]
fn processes_share_a_server_and_what_a_seed_wrote(_server: Server) {
    // Three that want the same template at once, and one later.
    let mut processes: Vec<Process> = thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| Process::start(FOLDER, None)))
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let first = processes.pop().unwrap();
    let (place, row, url) = (
        server(&first).to_owned(),
        first.row.clone(),
        first.url.clone(),
    );
    processes.into_iter().for_each(Process::end);
    first.kill();
    let later = Process::start(FOLDER, None);
    assert_eq!(server(&later), place);
    assert_eq!(later.row, row);
    // The database of the one that was killed was removed.
    let config = migrator::wire::Config::exactly(&url).unwrap();
    let error = config.client().map(drop).unwrap_err().to_string();
    assert!(error.contains("does not exist"), "{error}");
    later.end();
}
