"""The HTTP client of the pipeline: it asks politely, and takes nothing that could harm the machine it runs on."""

from flows.client.errors import FetchError
from flows.client.web import Answer, Manners, Web, absolute

__all__ = ["Answer", "FetchError", "Manners", "Web", "absolute"]
