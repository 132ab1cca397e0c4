#!/usr/bin/env bash
# Superset with the dashboard of this folder, on a published file. Needs uv, or Python 3.11 with venv.
#   bi/superset/setup.sh [data/sanctions.duckdb]
# All of it goes into $SUPERSET_HOME, by default data/superset. To begin anew, remove superset.db there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/environment.sh"
published=$(realpath -m "${1:-$here/../../data/sanctions.duckdb}")
[ -f "$published" ] || { echo "$published is missing: 'sanctionwire run' publishes it; or name another file" >&2; exit 2; }
# What is set up keeps its connection, whatever file is named.
before=$(cat "$SUPERSET_HOME/published" 2>/dev/null || true)
if [ -s "$SUPERSET_HOME/superset.db" ] && [ "${before:-$published}" != "$published" ]; then
    echo "$SUPERSET_HOME shows $before: remove superset.db there to show $published, or name another SUPERSET_HOME" >&2
    exit 2
fi

echo "1/4 packages into $venv"
if command -v uv >/dev/null; then
    uv venv --quiet --allow-existing --python 3.11 "$venv"
    uv pip install --quiet --python "$venv/bin/python" --requirement "$here/requirements.txt"
else
    python3.11 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi

# Superset says a great deal while it works: that goes into a file, which is shown where something fails.
superset() { "$venv/bin/superset" "$@" >"$SUPERSET_HOME/setup.log" 2>&1 || { cat "$SUPERSET_HOME/setup.log" >&2; exit 1; }; }

echo "2/4 Superset's own database"
[ -s "$SUPERSET_HOME/secret_key" ] || (umask 077 && head -c 42 /dev/urandom | base64 >"$SUPERSET_HOME/secret_key")
superset db upgrade

echo "3/4 user and roles"
if [ ! -s "$SUPERSET_HOME/password" ]; then
    (umask 077 && echo "${SUPERSET_PASSWORD:-$(head -c 12 /dev/urandom | base64 | tr '+/' 'ab')}" >"$SUPERSET_HOME/password")
fi
# As an argument, the password could be read in the list of processes.
FLASK_FAB_CREATE_ADMIN_PASSWORD=$(cat "$SUPERSET_HOME/password") superset fab create-admin --username admin \
    --firstname sanctionwire --lastname admin --email admin@localhost.example
superset init

echo "4/4 dashboard on $published"
bundle=$(mktemp -d)
trap 'rm -r "$bundle"' EXIT
cp -r "$here/dashboard" "$bundle"
escaped=$(printf '%s' "$published" | sed 's/[&|\\]/\\&/g')
sed -i "s|/path/to/sanctions.duckdb|$escaped|" "$bundle/dashboard/databases/sanctions.yaml"
(cd "$bundle" && "$venv/bin/python" -m zipfile -c dashboard.zip dashboard)
superset import-dashboards --path "$bundle/dashboard.zip" --username admin
echo "$published" >"$SUPERSET_HOME/published"

echo "Start it with bi/superset/start.sh; user admin, password in $SUPERSET_HOME/password"
