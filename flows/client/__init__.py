"""The HTTP client of the pipeline: it asks politely, and takes nothing that could harm the machine it runs on."""

from flows.client.web import Web

__all__ = ["Web"]
