//! Start-up uses nothing that other users put into a schema of the search path.

#[path = "support/empty.rs"]
mod empty;
#[path = "../../tests/it/support/lookalikes.rs"]
mod lookalikes;

use analytics_schema::{VerifyError, verify, verify_exact};
use empty::{Empty, empty_database, migrate};

#[testkit::test(empty_database)]
fn start_up_uses_no_look_alike((database, config): Empty) {
    migrate(&config, database.mode()).unwrap();
    let mut client = config.client().unwrap();
    client.batch_execute(&lookalikes::script()).unwrap();
    let planted: String = client.query_one(lookalikes::COUNT, &[]).unwrap().get(0);
    lookalikes::assert_many(&planted);
    for path in [None, Some("public, pg_catalog")] {
        if let Some(path) = path {
            let alter = format!(
                "DO $$ BEGIN EXECUTE pg_catalog.format('ALTER DATABASE %I SET search_path = {path}', pg_catalog.current_database()); END $$"
            );
            client.batch_execute(&alter).unwrap();
        }
        migrate(&config, database.mode()).unwrap();
        let mut client = config.client().unwrap();
        // It finds the look-alikes, which no migration created, and runs none of them.
        let drift = verify_exact(&mut client);
        assert!(matches!(drift, Err(VerifyError::Drift(_))), "{drift:?}");
        // The project's own queries do find them, where they take the very types that are given or are first in the path.
        let Err(VerifyError::Drift(drift)) = verify(&mut client) else {
            panic!("a query finds a look-alike");
        };
        assert_eq!(drift.differences, []);
        let mut queries = drift.queries.iter().map(|it| it.query.as_str());
        assert!(queries.any(|it| it == "dashboard.visitors"), "{drift}");
        let uses: String = client.query_one(lookalikes::USES, &[]).unwrap().get(0);
        assert_eq!(uses, "0");
    }
}
