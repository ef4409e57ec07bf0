# Runs psql in the service's container, on behalf of a runner outside: its standard input is the runner's. The arguments are a folder's name,
# a database's where it is not the container's own, and options of the connection, or nothing in place of either.
# For any POSIX shell. Whoever ends is waited for here: the container's first process is a server, which takes the end of a process that it
# does not know, and that was killed, for a crash of its own.

# As the image has it. By way of the environment, since psql takes a database's name on its command line for more where `=` is in it.
export PGUSER="${POSTGRES_USER:-postgres}"
export PGDATABASE="${2:-${POSTGRES_DB:-$PGUSER}}"
if [ -n "$3" ]; then export PGOPTIONS="${PGOPTIONS:+$PGOPTIONS }$3"; fi

# On its first start the image runs a temporary server that listens on the socket alone.
failed=0
until pg_isready -q -h 127.0.0.1; do
  failed=$((failed + 1))
  if [ $failed -ge 300 ]; then echo 'the server did not answer over TCP within 60 s'; exit 1; fi
  sleep 0.2
done

# A folder whose shell is gone was left by a container that was killed.
for folder in /tmp/schema-migrations-*; do
  [ -d "$folder" ] || continue
  pid=$(cat "$folder/pid" 2>/dev/null)
  grep -qs "${folder##*/}" "/proc/${pid:-0}/cmdline" || rm -rf "$folder"
done
# It appears with the number in it, so that nobody takes it for one that was left.
folder=/tmp/$1 new=/tmp/.$1
mkdir "$new" && echo $$ >"$new/pid" && mkfifo "$new/input" && mv "$new" "$folder" || exit 1

export LC_ALL=C PGAPPNAME=migrate PGCLIENTENCODING=UTF8
exec 3<&0
psql -X -q -v ON_ERROR_STOP=1 -f - <"$folder/input" 3<&- &
psql=$!
{
  # psql does not read its input while a statement runs, so somebody else has to notice that the runner is gone. A psql that has come to
  # the end of its input ends by itself; one that is busy cancels its statement at SIGINT.
  trap '' PIPE
  trap 'kill $awaited && wait $awaited; exit 0' TERM
  cat <&3 >"$folder/input" & awaited=$!
  wait $awaited
  while sleep 1 & awaited=$!; wait $awaited; kill -INT $psql; do :; done
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-
trap 'kill -INT $psql' TERM HUP
while wait $psql; status=$?; kill -0 $psql 2>/dev/null; do :; done
kill $watcher 2>/dev/null
wait $watcher
rm -rf "$folder"
# A psql that could not connect tells no SQLSTATE, and the server's words may be in any language: where another database lets this user in,
# it is the database that is missing.
if [ "$status" = 2 ] && PGDATABASE=template1 psql -X -q -c '' >/dev/null 2>&1 </dev/null; then echo 'SQLSTATE 3D000'; fi
exit $status
