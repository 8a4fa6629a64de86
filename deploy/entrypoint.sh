#!/bin/sh
# Turn the secret files into the environment that the settings read, then become the command.
# What the environment already holds wins.
set -eu

from_file() { # variable, secret
    eval "given=\${$1:-}"
    if [ -z "$given" ] && [ -r "/run/secrets/$2" ]; then
        value=$(cat "/run/secrets/$2")
        export "$1=$value"
    fi
}

from_file SECRET_KEY secret_key
from_file FIELD_KEYS field_keys
from_file LOOKUP_KEY lookup_key
from_file BANK_GATEWAY_TOKEN bank_gateway_token
from_file BANK_SIMULATOR_TOKEN bank_gateway_token

# The passwords are made of letters and digits, so they may stand in a URL as they are.
if [ -z "${DATABASE_URL:-}" ] && [ -r /run/secrets/db_password ]; then
    role=${DATABASE_ROLE:-fund_app}
    password=$(cat /run/secrets/db_password)
    export DATABASE_URL="postgresql://$role:$password@${DATABASE_HOST:-db}:5432/fund"
fi
if [ -z "${REDIS_URL:-}" ] && [ -r /run/secrets/redis_password ]; then
    password=$(cat /run/secrets/redis_password)
    export REDIS_URL="redis://:$password@${REDIS_HOST:-redis}:6379/0"
fi

exec "$@"
