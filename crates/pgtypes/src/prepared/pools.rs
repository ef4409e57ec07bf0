//! Pools of clients that prepare each statement once.

use super::Prepared;

/// A pool's manager whose connections prepare each statement once: each keeps what it has prepared, as long as the pool keeps the connection.
///
/// With the feature `deadpool` it is a manager of `deadpool`, around that of `deadpool-postgres`:
///
/// ```no_run
/// # #[cfg(feature = "deadpool")] {
/// use deadpool_postgres::Manager;
/// use pgtypes::{PreparedManager, deadpool::managed::Pool};
///
/// let manager = Manager::new("host=localhost user=service".parse()?, tokio_postgres::NoTls);
/// let pool: Pool<PreparedManager<Manager>> = Pool::builder(PreparedManager::new(manager)).build()?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With the feature `bb8` it is a manager of `bb8`, around that of `bb8-postgres`:
///
/// ```no_run
/// # #[cfg(feature = "bb8")] {
/// use bb8_postgres::{PostgresConnectionManager, bb8::Pool};
/// use pgtypes::PreparedManager;
/// # use tokio_postgres::NoTls;
///
/// # async fn build() -> Result<(), tokio_postgres::Error> {
/// let manager = PostgresConnectionManager::new("host=localhost user=service".parse()?, NoTls);
/// let pool: Pool<PreparedManager<_>> = Pool::builder().build(PreparedManager::new(manager)).await?;
/// # Ok(())
/// # }
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PreparedManager<M>(M);

impl<M> PreparedManager<M> {
    /// The manager that opens connections.
    pub fn new(manager: M) -> Self {
        Self(manager)
    }
}

#[cfg(feature = "deadpool")]
impl<M: deadpool::managed::Manager> deadpool::managed::Manager for PreparedManager<M> {
    type Type = Prepared<M::Type>;
    type Error = M::Error;

    async fn create(&self) -> Result<Self::Type, M::Error> {
        Ok(Prepared::new(self.0.create().await?))
    }

    async fn recycle(
        &self,
        client: &mut Self::Type,
        metrics: &deadpool::managed::Metrics,
    ) -> deadpool::managed::RecycleResult<M::Error> {
        self.0.recycle(client, metrics).await
    }

    fn detach(&self, client: &mut Self::Type) {
        self.0.detach(client);
    }
}

#[cfg(feature = "bb8")]
impl<M: bb8::ManageConnection> bb8::ManageConnection for PreparedManager<M> {
    type Connection = Prepared<M::Connection>;
    type Error = M::Error;

    async fn connect(&self) -> Result<Self::Connection, M::Error> {
        Ok(Prepared::new(self.0.connect().await?))
    }

    async fn is_valid(&self, client: &mut Self::Connection) -> Result<(), M::Error> {
        self.0.is_valid(client).await
    }

    fn has_broken(&self, client: &mut Self::Connection) -> bool {
        self.0.has_broken(client)
    }
}
