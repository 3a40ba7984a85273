#!/bin/sh
# Makes the database on the first start, then runs the server as the user postgres.
set -eu

as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

install -d -o postgres -g postgres /var/run/postgresql
if [ ! -d "$PGDATA" ]; then
    # Made beside its place and renamed when whole, so that a first start that is cut short is begun anew.
    new=$PGDATA.new
    rm -rf "$new"
    install -d -o postgres -g postgres -m 0700 "$new"
    password=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" > "$password"
    chown postgres "$password"
    as_postgres initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile="$password" \
        --auth=scram-sha-256 --encoding=UTF8 --no-instructions
    rm "$password"
    echo "host all all all scram-sha-256" >> "$new/pg_hba.conf"
    echo "CREATE DATABASE $POSTGRES_USER" | as_postgres postgres --single -D "$new" postgres
    mv "$new" "$PGDATA"
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -c listen_addresses='*'
