"""Find the output item that an event is about, by ``output_index`` and by id."""

from conformance.contract.events.stream.item_state import ItemState
from conformance.contract.events.stream.rules import Rule, StreamFindings
from conformance.contract.events.stream.text_events import non_empty_string
from conformance.model.event import Event
from conformance.model.node import Json, quote


class ItemTable:
    """The output items of a stream, in the order of the first event about each."""

    def __init__(self, findings: StreamFindings) -> None:
        self.items: list[ItemState] = []
        self._by_index: dict[int, ItemState] = {}
        self._by_id: dict[str, ItemState] = {}
        self._check = findings.check

    def add(self, event: Event, index: int | None, item: dict[str, Json]) -> None:
        """Read an added item; check that no other added item has its index or id.

        If the same item is added again, with the same index and id, only reports that.
        """
        id_ = non_empty_string(item, "id")
        same_index = self._by_index.get(index) if index is not None else None
        same_id = self._by_id.get(id_) if id_ is not None else None
        for other, pointer, name, got in (
            (same_index, "/output_index", "index", index),
            (same_id, "/item/id", "id", id_),
        ):
            unused = other is None or not other.added
            expected = f"an {name} that no other item has"
            rule = Rule.ONE_ITEM_PER_INDEX
            if not self._check(rule, unused, event, pointer, expected, got):
                break
        if same_id is not None and same_id is same_index and same_id.added:
            return
        # Earlier events may have named the item before this event adds it.
        named = next((i for i in (same_id, same_index) if i and not i.added), None)
        state = named or self._new(index)
        state.read_added(item)
        self._register(state, index, id_)

    def find(
        self, event: Event, index: int | None, id_: str | None, pointer: str
    ) -> ItemState:
        """Return the item that an event is about; create it if it is unknown.

        An event without index and id is about the last item. Checks that the item is
        known, and that index and id name the same item. ``pointer`` is the JSON Pointer
        of the id or the index in the event's data.
        """
        item = self._by_id.get(id_) if id_ is not None else None
        if item is not None:
            agrees = index is None or item.index is None or index == item.index
            expected = f"{item.index} (the index of {id_})"
            rule = Rule.ONE_ITEM_PER_INDEX
            self._check(rule, agrees, event, "/output_index", expected, index)
        elif index is not None:
            item = self._by_index.get(index)
        elif id_ is None and self.items:
            item = self.items[-1]
        expected = "an item that was added"
        got = id_ if id_ is not None else index
        is_known = item is not None
        self._check(Rule.ITEM_ADDED_FIRST, is_known, event, pointer, expected, got)
        if item is None:
            item = self._new(index)
            self._register(item, index, id_)
        elif id_ is not None and id_ not in item.ids:
            item.ids.add(id_)
            first = item.identity.setdefault("id", id_)
            same = first == id_
            self._check(Rule.SAME_IDENTITY, same, event, pointer, quote(first), id_)
        return item

    def _new(self, index: int | None) -> ItemState:
        """Create an item, and append it to the table."""
        item = ItemState(index)
        self.items.append(item)
        return item

    def _register(self, item: ItemState, index: int | None, id_: str | None) -> None:
        """Let later events find the item by its index and its id."""
        if index is not None:
            item.index = index
            self._by_index[index] = item
        if id_ is not None:
            item.ids.add(id_)
            self._by_id[id_] = item
