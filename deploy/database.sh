#!/bin/sh
# PostgreSQL in a container of services.Containerfile, as the image of others does it: the first start makes a cluster
# whose owner is POSTGRES_USER with a database of the same name; the password stands in a file.
set -eu
data=/var/lib/postgresql/data
export PATH="/usr/lib/postgresql/15/bin:$PATH"

if [ ! -s "$data/PG_VERSION" ]; then
  initdb -D "$data" -U "$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C.UTF-8 \
    --auth-local=peer --auth-host=scram-sha-256
  echo "CREATE DATABASE \"$POSTGRES_USER\"" | postgres --single -D "$data" postgres
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
fi
exec postgres -D "$data" -c "listen_addresses=*"
