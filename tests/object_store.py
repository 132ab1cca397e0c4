"""An object store on loopback, with keys that DuckDB takes from the environment."""

from collections.abc import Generator
from contextlib import contextmanager

import boto3
import pytest
from moto.server import ThreadedMotoServer

KEY, SECRET = "a-key-of-the-tests", "a-secret-that-no-message-tells"
BUCKET = "lake"


@contextmanager
def object_store() -> Generator[str]:
    """The address of an empty bucket while the block runs; the environment then says where and with which keys."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }
    try:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in variables.items():
                environment.setenv(name, value)
            boto3.client("s3").create_bucket(Bucket=BUCKET)
            yield f"s3://{BUCKET}"
    finally:
        server.stop()
