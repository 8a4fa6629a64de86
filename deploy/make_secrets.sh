#!/bin/sh
# Make the secret files that docker-compose.yml reads, each once; existing files stay untouched.
# Keep a copy of field_keys and lookup_key in a safe place: without them the identity and account
# numbers in the database cannot be read by anybody.
#
# Usage: deploy/make_secrets.sh [public host name]
set -eu
cd "$(dirname "$0")/.."
host=${1:-localhost}

# The folder keeps others out; the files inside must be readable by the containers' own users.
mkdir -p secrets
chmod 700 secrets

make_file() { # name, command…
    name=$1
    shift
    if [ ! -s "secrets/$name" ]; then
        "$@" > "secrets/$name.new"
        chmod 444 "secrets/$name.new"
        mv "secrets/$name.new" "secrets/$name"
        echo "made secrets/$name"
    fi
}

field_keys() {
    printf '{"1": "%s"}\n' "$(openssl rand -base64 32)"
}

redis_conf() {
    printf 'requirepass %s\nappendonly yes\nmaxmemory-policy noeviction\n' \
        "$(cat secrets/redis_password)"
}

for name in db_superuser_password db_owner_password db_app_password db_auditor_password \
    redis_password bank_gateway_token; do
    make_file "$name" openssl rand -hex 24
done
make_file secret_key openssl rand -hex 48
make_file field_keys field_keys
make_file lookup_key openssl rand -base64 32
make_file redis.conf redis_conf

# A certificate signed by itself, for a first try; put the real one in its place.
if [ ! -s secrets/tls_certificate.pem ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=$host" \
        -addext "subjectAltName=DNS:$host" -keyout secrets/tls_key.pem \
        -out secrets/tls_certificate.pem 2> /dev/null
    echo "made secrets/tls_certificate.pem (self-signed for $host)"
fi
