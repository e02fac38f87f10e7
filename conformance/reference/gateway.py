"""The correct gateway: turns a request into a response, without network or faults."""

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
"""Maximum prompt length in tokens."""

MIN_CACHED_TOKENS: Final = 1024
"""Length in tokens from which a prompt is cached."""

CACHE_BLOCK: Final = 128
"""Number of tokens in a block; only complete blocks count as cached tokens."""

MAX_CACHED_PROMPTS: Final = 10_000
"""Maximum number of prompts in the cache; the oldest one is removed first."""

_BEARER: Final = re.compile(r"bearer +(\S+)", re.IGNORECASE | re.ASCII)
_RESPONSE_PATH: Final = re.compile(r"/v1/responses/([^/]+)")


class Gateway:
    """One gateway with its own keys, store and prompt cache.

    `answer` returns a response to every request and never raises `ApiError`.
    ``usage_style`` replaces that of the profile, unless it is None. Faults keep values
    in ``fault_state``; the gateway itself does not read it.
    """

    def __init__(
        self,
        profile: str = "newapi",
        *,
        keys: tuple[str, str] = (KEY, SECOND_KEY),
        usage_style: Style | None = None,
    ) -> None:
        default = PROFILES[profile]
        self.profile = replace(default, usage_style=usage_style or default.usage_style)
        self.keys = dict(zip(("first", "second"), keys, strict=True))
        self.store = Store()
        self.fault_state: dict[str, Any] = {}
        self._cached_prompts: OrderedDict[bytes, None] = OrderedDict()

    def answer(self, request: GatewayRequest) -> GatewayResponse:
        """Return the conforming response to a request."""
        try:
            return self._serve(request)
        except ApiError as error:
            reply = GatewayResponse(error.status, payload=error.envelope())
            if error.status == 401:
                return reply.with_headers(www_authenticate="Bearer")
            return reply

    def authenticate(self, request: GatewayRequest) -> str:
        """Return the name of the request's key: "first" or "second".

        Raises `ApiError` (401) if the key is missing or unknown.
        """
        name = self.key_name_of(request)
        if name is None:
            raise ApiError(
                401,
                "Incorrect or missing API key: send it as 'Authorization: Bearer KEY'.",
                code="invalid_api_key",
            )
        return name

    def key_name_of(self, request: GatewayRequest) -> str | None:
        """Return the name of the request's key, or None if it is missing or unknown.

        A request with several Authorization headers has no key.
        """
        values = [v for name, v in request.raw_headers if name == "authorization"]
        match = _BEARER.fullmatch(values[0].strip()) if len(values) == 1 else None
        token = match[1].encode() if match else b""
        names = [
            name
            for name, key in self.keys.items()
            if hmac.compare_digest(key.encode(), token)
        ]
        return names[0] if names else None

    def _serve(self, request: GatewayRequest) -> GatewayResponse:
        match = _RESPONSE_PATH.fullmatch(request.path)
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
            error = ApiError(
                405, "This path does not answer that method.", code="method_not_allowed"
            )
            reply = GatewayResponse(405, payload=error.envelope())
            return reply.with_headers(allow=", ".join(routes))
        return routes[request.method]()

    def _create(self, request: GatewayRequest) -> GatewayResponse:
        owner = self.authenticate(request)
        if len(request.raw) > MAX_BODY_BYTES:
            raise ApiError(
                413,
                f"The request body is larger than {MAX_BODY_BYTES} bytes.",
                code="request_too_large",
            )
        create_request = validation.parse_create_request(request, self.profile, MODELS)
        create_request = self._with_stored_items(create_request, owner)
        items.check_tool_outputs(create_request.items, create_request.earlier)
        return self._generate(create_request, owner)

    def _generate(self, create_request: CreateRequest, owner: str) -> GatewayResponse:
        """Generate a response, and store it unless ``store`` is false."""
        prompt_tokens = self._prompt_tokens(create_request)
        output = model.generate(create_request)
        cached = self._cached_tokens(create_request, owner, prompt_tokens)
        usage = Usage(prompt_tokens, output.completion, cached, output.reasoning)
        finished = response.build(create_request, output, usage, self.profile)
        if create_request.wants_storage:
            self.store.put(owner, finished, create_request.context)
        if not create_request.wants_stream:
            return GatewayResponse(payload=finished)
        return GatewayResponse(
            events=stream.stream_events(finished), done=self.profile.done
        )

    def _with_stored_items(
        self, create_request: CreateRequest, owner: str
    ) -> CreateRequest:
        """Add the earlier turns, and replace item references by the stored items.

        Raises `ApiError` (404) if a response or an item is unknown to the owner.
        """
        earlier: tuple[Json, ...] = ()
        if create_request.previous_response_id is not None:
            record = self.store.get(create_request.previous_response_id, owner)
            if record is None:
                raise ApiError(
                    404,
                    "No response is known by this previous_response_id.",
                    param="previous_response_id",
                    code="previous_response_not_found",
                )
            earlier = record.context
        resolved = tuple(
            self._resolve_reference(item, index, owner)
            for index, item in enumerate(create_request.items)
        )
        return replace(create_request, items=resolved, earlier=earlier)

    def _resolve_reference(self, item: Json, index: int, owner: str) -> Json:
        if items.item_type(item) != "item_reference":
            return item
        stored = self.store.item(item["id"], owner)
        if stored is None:
            raise ApiError(
                404,
                "No item is known by this id.",
                param=f"input[{index}].id",
                code="item_not_found",
            )
        return stored

    def _prompt_tokens(self, create_request: CreateRequest) -> int:
        """Return the prompt's length in tokens; raise `ApiError` if it is too long."""
        texts = (
            text
            for item in create_request.context
            for text in model.readable_texts(item)
        )
        characters = sum(map(len, texts)) + len(create_request.instructions or "")
        # Counting is slow: skip it if even tokens of maximum length would not fit.
        too_many_characters = characters > MAX_CONTEXT_TOKENS * tokens.MAX_TOKEN_LENGTH
        count = 0 if too_many_characters else model.prompt_tokens(create_request)
        if too_many_characters or count > MAX_CONTEXT_TOKENS:
            raise ApiError(
                400,
                f"The input is longer than the model's {MAX_CONTEXT_TOKENS} tokens.",
                param="input",
                code="context_length_exceeded",
            )
        return count

    def _cached_tokens(
        self, create_request: CreateRequest, owner: str, prompt_tokens: int
    ) -> int:
        """Return the number of cached tokens: 0 if the prompt is short, or new."""
        if prompt_tokens < MIN_CACHED_TOKENS:
            return 0
        texts = [model.readable_texts(item) for item in create_request.context]
        identity = (
            owner,
            create_request.model,
            create_request.instructions,
            create_request.tools,
            texts,
        )
        digest = hashlib.sha256(repr(identity).encode()).digest()
        if digest in self._cached_prompts:
            return prompt_tokens // CACHE_BLOCK * CACHE_BLOCK
        self._cached_prompts[digest] = None
        if len(self._cached_prompts) > MAX_CACHED_PROMPTS:
            self._cached_prompts.popitem(last=False)
        return 0

    def _models(self, request: GatewayRequest) -> GatewayResponse:
        self.authenticate(request)
        models = [
            {"id": name, "object": "model", "created": 1, "owned_by": "conformance"}
            for name in MODELS
        ]
        return GatewayResponse(payload={"object": "list", "data": models})

    def _retrieve(self, request: GatewayRequest, response_id: str) -> GatewayResponse:
        return GatewayResponse(
            payload=self._owned_record(request, response_id).response
        )

    def _delete(self, request: GatewayRequest, response_id: str) -> GatewayResponse:
        self._owned_record(request, response_id)
        self.store.delete(response_id)
        deleted = {"id": response_id, "object": "response.deleted", "deleted": True}
        return GatewayResponse(payload=deleted)

    def _owned_record(self, request: GatewayRequest, response_id: str) -> Record:
        """Return a stored response of the request's key.

        Raises `ApiError`: 401 without a valid key, 404 without such a response.
        """
        record = self.store.get(response_id, self.authenticate(request))
        if record is None:
            raise ApiError(
                404, "No response is known by this id.", code="response_not_found"
            )
        return record
