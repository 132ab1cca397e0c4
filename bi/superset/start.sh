#!/usr/bin/env bash
# Superset on this machine alone, until Ctrl-C: http://127.0.0.1:8088/superset/dashboard/sanctions/
#   bi/superset/start.sh [port]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/environment.sh"
exec "$venv/bin/gunicorn" --bind "127.0.0.1:${1:-8088}" --worker-class gthread --threads 8 --timeout 300 \
    --no-control-socket "superset.app:create_app()"
