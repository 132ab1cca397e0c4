"""What differs from Superset's defaults. setup.sh and start.sh name this file in SUPERSET_CONFIG_PATH."""

import os
from pathlib import Path

from superset.config import TALISMAN_CONFIG

# Made by setup.sh; it signs sessions and encrypts the passwords of databases.
SECRET_KEY = Path(os.environ["SUPERSET_HOME"], "secret_key").read_text(encoding="utf-8").strip()

# Pages show pictures of this server alone; else each page fetches one that counts Superset's users.
TALISMAN_CONFIG["content_security_policy"]["img-src"] = ["'self'", "blob:", "data:"]

# Seconds that a chart waits for its data: a busy machine is slow, not wrong.
SUPERSET_WEBSERVER_TIMEOUT = 300
