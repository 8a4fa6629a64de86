#!/bin/sh
# Runs once, when the database container creates its cluster, after deploy/roles.sql has made the
# roles: gives each role its password from the secret files. Passwords reach psql by its standard
# input, never by its arguments.
set -eu

for role in owner app auditor; do
    password=$(cat "/run/secrets/db_${role}_password")
    printf "ALTER ROLE fund_%s PASSWORD '%s';\n" "$role" "$password"
done | psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB"
