# For the scripts of this folder, which read it: where Superset lives, and what it asks of its surroundings.
export SUPERSET_HOME=${SUPERSET_HOME:-$(realpath -m "$here/../../data/superset")}
export SUPERSET_CONFIG_PATH=$here/superset_config.py FLASK_APP=superset
venv=$SUPERSET_HOME/venv
