"""Gateways for the tests: one that all share, and one that is spoken to unserved."""

from collections.abc import Iterator

import httpx
import pytest

from conformance.reference.gateway import Gateway
from conformance.reference.server import GatewayServer, serving
from tests.reference.client import Speaker


@pytest.fixture(scope="session")
def gateway() -> Iterator[GatewayServer]:
    """A correct gateway under the default profile, over real HTTP."""
    with serving() as running:
        yield running


@pytest.fixture
def http(gateway: GatewayServer) -> Iterator[httpx.Client]:
    """A client that holds the first key."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers) as client:
        yield client


@pytest.fixture
def speaker() -> Speaker:
    """A fresh gateway without a network."""
    return Speaker(Gateway())
