"""Fixtures: a gateway that is served over HTTP, and one that is called directly."""

from collections.abc import Iterator

import httpx
import pytest

from conformance.reference.gateway import Gateway
from conformance.reference.server import GatewayServer, gateway_server
from tests.reference.client import GatewayClient


@pytest.fixture(scope="session")
def server() -> Iterator[GatewayServer]:
    """Serve a correct gateway with the default profile over HTTP."""
    with gateway_server() as running:
        yield running


@pytest.fixture
def http(server: GatewayServer) -> Iterator[httpx.Client]:
    """Return an HTTP client with the first key."""
    headers = {"authorization": f"Bearer {server.key}"}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        yield client


@pytest.fixture
def client() -> GatewayClient:
    """Return a client of a new gateway, without a network."""
    return GatewayClient(Gateway())
