"""The correct gateway: a request in, a reply out; no network, no faults."""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from conformance.reference import items, model, response, stream, tokens, validation
from conformance.reference.create_request import CreateRequest
from conformance.reference.errors import ApiError
from conformance.reference.profiles import PROFILES
from conformance.reference.request import MAX_BODY_BYTES, GatewayRequest
from conformance.reference.response_message import GatewayResponse
from conformance.reference.store import Record, Store
from conformance.reference.tokens import Style, Usage

Json = Any

KEY: Final = "sk-conformance-first"
SECOND_KEY: Final = "sk-conformance-second"
MODEL: Final = "scripted-1"
MODELS: Final = (MODEL, "scripted-mini")

MAX_CONTEXT_TOKENS: Final = 200_000
"""Tokens that the model can read."""

CACHED_FROM: Final = 1024
"""Tokens that a prompt must have to be remembered; `CACHE_BLOCK` at a time."""

CACHE_BLOCK: Final = 128
MAX_PROMPTS: Final = 10_000

_BEARER: Final = re.compile(r"bearer +(\S+)", re.IGNORECASE | re.ASCII)
_RESPONSE: Final = re.compile(r"/v1/responses/([^/]+)")


class Gateway:
    """One gateway with its own keys, memory and notes.

    `answer` is a method from `Asked` to `Reply` that never raises. ``notes`` belongs
    to the faults; the gateway does not read it.
    """

    def __init__(
        self,
        profile: str = "newapi",
        *,
        keys: tuple[str, str] = (KEY, SECOND_KEY),
        usage_style: Style | None = None,
    ) -> None:
        chosen = PROFILES[profile]
        self.profile = replace(chosen, usage_style=usage_style or chosen.usage_style)
        self.keys = dict(zip(("first", "second"), keys, strict=True))
        self.store = Store()
        self.notes: dict[str, Any] = {}
        self._prompts: OrderedDict[bytes, None] = OrderedDict()

    def answer(self, request: GatewayRequest) -> GatewayResponse:
        """Answer as the contract asks."""
        try:
            return self._serve(request)
        except ApiError as refused:
            reply = GatewayResponse(refused.status, payload=refused.envelope())
            if refused.status == 401:
                return reply.with_headers(www_authenticate="Bearer")
            return reply

    def identify(self, request: GatewayRequest) -> str:
        """Name the key that a request carries; raises `Refused` (401) without one."""
        name = self.key_of(request)
        if name is None:
            raise ApiError(
                401,
                "Incorrect or missing API key: send it as 'Authorization: Bearer KEY'.",
                code="invalid_api_key",
            )
        return name

    def key_of(self, request: GatewayRequest) -> str | None:
        """Name the key that a request carries, "first" or "second", or None."""
        given = [v for name, v in request.raw_headers if name == "authorization"]
        match = _BEARER.fullmatch(given[0].strip()) if len(given) == 1 else None
        token = match[1].encode() if match else b""
        known = [
            name
            for name, key in self.keys.items()
            if hmac.compare_digest(key.encode(), token)
        ]
        return known[0] if known else None

    def _serve(self, request: GatewayRequest) -> GatewayResponse:
        match = _RESPONSE.fullmatch(request.path)
        routes: dict[str, Callable[[], GatewayResponse]]
        if request.path == "/v1/responses":
            routes = {"POST": lambda: self._create(request)}
        elif request.path == "/v1/models":
            routes = {"GET": lambda: self._models(request)}
        elif match:
            routes = {
                "GET": lambda: self._retrieve(request, match[1]),
                "DELETE": lambda: self._delete(request, match[1]),
            }
        else:
            raise ApiError(404, "There is nothing at this path.", code="not_found")
        if request.method not in routes:
            refused = ApiError(
                405, "This path does not answer that method.", code="method_not_allowed"
            )
            reply = GatewayResponse(405, payload=refused.envelope())
            return reply.with_headers(allow=", ".join(routes))
        return routes[request.method]()

    def _create(self, request: GatewayRequest) -> GatewayResponse:
        owner = self.identify(request)
        if len(request.raw) > MAX_BODY_BYTES:
            raise ApiError(
                413,
                f"The request body is larger than {MAX_BODY_BYTES} bytes.",
                code="request_too_large",
            )
        question = validation.check(request, self.profile, MODELS)
        question = self._with_history(question, owner)
        items.check_calls_answered(question.items, question.earlier)
        return self.reply_to(question, owner)

    def reply_to(self, create_request: CreateRequest, owner: str) -> GatewayResponse:
        """Let the model speak, and keep what it said."""
        prompt = self._prompt_tokens(create_request)
        spoken = model.generate(create_request)
        cached = self._cached(create_request, owner, prompt)
        usage = Usage(prompt, spoken.completion, cached, spoken.reasoning)
        finished = response.build(create_request, spoken, usage, self.profile)
        if create_request.stores:
            self.store.put(owner, finished, create_request.context)
        if not create_request.streams:
            return GatewayResponse(payload=finished)
        return GatewayResponse(
            events=stream.events_of(finished), done=self.profile.done
        )

    def _with_history(self, create_request: CreateRequest, owner: str) -> CreateRequest:
        """Bring in what the request only names: earlier turns, and single items."""
        earlier: tuple[Json, ...] = ()
        if create_request.previous_id is not None:
            record = self.store.get(create_request.previous_id, owner)
            if record is None:
                raise ApiError(
                    404,
                    "No response is known by this previous_response_id.",
                    param="previous_response_id",
                    code="previous_response_not_found",
                )
            earlier = record.context
        given = tuple(
            self._item(i, n, owner) for n, i in enumerate(create_request.items)
        )
        return replace(create_request, items=given, earlier=earlier)

    def _item(self, item: Json, number: int, owner: str) -> Json:
        if items.kind(item) != "item_reference":
            return item
        found = self.store.item(item["id"], owner)
        if found is None:
            raise ApiError(
                404,
                "No item is known by this id.",
                param=f"input[{number}].id",
                code="item_not_found",
            )
        return found

    def _prompt_tokens(self, create_request: CreateRequest) -> int:
        texts = (
            text for item in create_request.context for text in model.readable(item)
        )
        characters = sum(map(len, texts)) + len(create_request.instructions or "")
        certainly_too_long = characters > MAX_CONTEXT_TOKENS * tokens.MAX_TOKEN_LENGTH
        prompt = 0 if certainly_too_long else model.prompt_tokens(create_request)
        if certainly_too_long or prompt > MAX_CONTEXT_TOKENS:
            raise ApiError(
                400,
                f"The input is longer than the model's {MAX_CONTEXT_TOKENS} tokens.",
                param="input",
                code="context_length_exceeded",
            )
        return prompt

    def _cached(self, create_request: CreateRequest, owner: str, prompt: int) -> int:
        """Tokens of a long prompt that this owner has sent before, word for word."""
        if prompt < CACHED_FROM:
            return 0
        read = [model.readable(item) for item in create_request.context]
        whole = (
            owner,
            create_request.model,
            create_request.instructions,
            create_request.tools,
            read,
        )
        mark = hashlib.sha256(repr(whole).encode()).digest()
        if mark in self._prompts:
            return prompt // CACHE_BLOCK * CACHE_BLOCK
        self._prompts[mark] = None
        if len(self._prompts) > MAX_PROMPTS:
            self._prompts.popitem(last=False)
        return 0

    def _models(self, request: GatewayRequest) -> GatewayResponse:
        self.identify(request)
        listed = [
            {"id": name, "object": "model", "created": 1, "owned_by": "conformance"}
            for name in MODELS
        ]
        return GatewayResponse(payload={"object": "list", "data": listed})

    def _retrieve(self, request: GatewayRequest, response_id: str) -> GatewayResponse:
        return GatewayResponse(payload=self._own(request, response_id).response)

    def _delete(self, request: GatewayRequest, response_id: str) -> GatewayResponse:
        self._own(request, response_id)
        self.store.delete(response_id)
        gone = {"id": response_id, "object": "response.deleted", "deleted": True}
        return GatewayResponse(payload=gone)

    def _own(self, request: GatewayRequest, response_id: str) -> Record:
        record = self.store.get(response_id, self.identify(request))
        if record is None:
            raise ApiError(
                404, "No response is known by this id.", code="response_not_found"
            )
        return record
