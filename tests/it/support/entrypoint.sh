#!/bin/sh
# The entrypoint of the test image. It goes through the stages of the official timescale/timescaledb image, whose order is what clients
# stumble over: the first start makes the cluster, runs a server that listens on the socket only, creates user, database and
# extension, stops that server, and only then starts the one that listens for others.
#
# Unlike the official one it flushes nothing to disk, as its data is thrown away.
set -e

[ "${1:-postgres}" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA" /var/run/postgresql
    chown -R postgres "$PGDATA" /var/run/postgresql
    chmod 700 "$PGDATA"
    chmod 1777 /tmp
    exec su -p postgres "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -z "$POSTGRES_PASSWORD" ]; then
        echo "Error: Database is uninitialized and superuser password is not specified." >&2
        exit 1
    fi
    user=${POSTGRES_USER:-postgres}
    database=${POSTGRES_DB:-$user}

    printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
    # A known time zone: to find that of the system, initdb reads the files of all.
    TZ=UTC initdb --pgdata="$PGDATA" --username="$user" --pwfile=/tmp/password --no-sync --no-instructions
    rm /tmp/password
    # From inside the container anybody may connect, from outside only with the password.
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    cat >>"$PGDATA/postgresql.conf" <<-CONF
	listen_addresses = '*'
	unix_socket_directories = '/var/run/postgresql'
	shared_preload_libraries = 'timescaledb'
	timescaledb.telemetry_level = off
	max_worker_processes = 32
	max_locks_per_transaction = 256
	fsync = off
	full_page_writes = off
	CONF

    pg_ctl --pgdata="$PGDATA" --silent --wait --options="-c listen_addresses=''" start
    ask() { psql -X -q -v ON_ERROR_STOP=1 --no-password --username="$user" "$@"; }
    if [ "$database" != postgres ]; then
        echo 'CREATE DATABASE :"database"' | ask --dbname=postgres --set=database="$database"
    fi
    for name in postgres template1 "$database"; do
        ask --dbname="$name" --command='CREATE EXTENSION IF NOT EXISTS timescaledb' 2>/dev/null
    done
    pg_ctl --pgdata="$PGDATA" --silent --wait --mode=fast stop
    echo 'PostgreSQL init process complete; ready for start up.'
fi

# The first process of a container gets SIGTERM from `docker stop`, which a server takes as "when everybody has left".
"$@" &
server=$!
trap 'kill -INT "$server"' TERM INT
status=0
while kill -0 "$server" 2>/dev/null; do
    wait "$server" && status=0 || status=$?
done
exit "$status"
