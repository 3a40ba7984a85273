#!/bin/sh
# Makes the database and its password on the first start, then is the server.
set -eu

data=/var/lib/postgresql/data
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
# One statement a line, while no server runs.
sql() { as_postgres postgres --single -D "$1" postgres > /dev/null; }

# Both are made beside their place and renamed when whole, so that a first start that is cut short is begun anew.
if [ ! -e /secret/db-password ]; then
    head -c 32 /dev/urandom | base64 | tr -d '+/=\n' > /secret/db-password.new
    # PHP of the other container reads it; its group has the same number in all of Debian.
    chown root:www-data /secret/db-password.new
    chmod 640 /secret/db-password.new
    mv /secret/db-password.new /secret/db-password
fi
install -d -o postgres -g postgres /var/run/postgresql
if [ ! -d $data ]; then
    rm -rf $data.new
    install -d -o postgres -g postgres -m 0700 $data.new
    as_postgres initdb --pgdata=$data.new --auth=peer --encoding=UTF8 --locale=C.UTF-8 --no-instructions > /dev/null
    echo "host all all all scram-sha-256" >> $data.new/pg_hba.conf
    printf '%s\n' 'CREATE ROLE mediawiki LOGIN' 'CREATE DATABASE mediawiki OWNER mediawiki' | sql $data.new
    mv $data.new $data
fi

# At each start, before anybody can connect: data that came from another branch's app gets our password.
echo "ALTER ROLE mediawiki PASSWORD '$(cat /secret/db-password)'" | sql $data
exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -D $data -c listen_addresses='*'
