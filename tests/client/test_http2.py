import socket
import ssl
import threading
from pathlib import Path

import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from flows.client import Manners, Web


def answer(listener: socket.socket, context: ssl.SSLContext, asked: list[dict[str, str]]) -> None:
    """Takes one connection and speaks nothing but HTTP/2 on it, until the client hangs up."""
    plain, _ = listener.accept()
    with context.wrap_socket(plain, server_side=True) as connection:
        state = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        state.initiate_connection()
        connection.sendall(state.data_to_send())
        while data := connection.recv(2**16):
            for event in state.receive_data(data):
                if isinstance(event, RequestReceived):
                    asked.append({str(name): str(value) for name, value in event.headers})
                    state.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
                    state.send_data(event.stream_id, b"over HTTP/2", end_stream=True)
            connection.sendall(state.data_to_send())


def test_http2_is_spoken_with_hosts_that_know_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    asked: list[dict[str, str]] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer, args=(listener, context, asked), daemon=True).start()
        with Web() as web:
            url = f"https://localhost:{listener.getsockname()[1]}/a"
            assert web.get(url, Manners(allow_private=True, pause=0)).body == b"over HTTP/2"
    assert [one[":path"] for one in asked] == ["/robots.txt", "/a"]
    assert asked[-1]["user-agent"].startswith("sanctionwire/")
