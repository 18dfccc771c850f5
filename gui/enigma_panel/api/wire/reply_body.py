"""One decoded body in its two layers, since a result comes flat or wrapped in `result`."""

from collections.abc import Iterator

from enigma_panel.api.wire import values as v
from enigma_panel.api.wire.values import NotJsonError, parse
from enigma_panel.core.observation import OWN_CODES, STATUS_PREFIX
from enigma_panel.core.secrets.hidden import Hidden, HidingStruct

_IDS = ("sessionId", "taskId")


class Body(HidingStruct, frozen=True):
    """`top` is the whole object, `inner` its `result` (empty when flat), `data` the innermost."""

    top: Hidden[v.Record]
    inner: Hidden[v.Record]
    data: Hidden[v.Record]

    @property
    def layers(self) -> tuple[v.Record, v.Record]:
        """The layers from the inside out: what stands nearer to the result wins."""
        return self.inner, self.top

    def values(self, name: str) -> Iterator[object]:
        """The values of a field in all layers that have one, inner first."""
        return (layer[name] for layer in self.layers if layer.get(name) is not None)

    @property
    def succeeded(self) -> bool | None:
        """The field `success`: False where any layer says so, None when no layer has it."""
        given = {v.flag(value) for value in self.values("success")} - {None}
        return None if not given else False not in given

    @property
    def error_text(self) -> str | None:
        """The cause in a task's own report: `error` before `message`."""
        return next(self.error_texts(), None)

    def error_texts(self) -> Iterator[str]:
        """The texts `error.message`, `error` and `message` of every layer, inner first."""
        for layer in (*self.layers, self.data):
            error = layer.get("error")
            for value in (v.record(error).get("message"), error, layer.get("message")):
                text = v.long_text(value) if isinstance(value, str) else None
                if text:
                    yield text

    @property
    def code(self) -> str | None:
        """The field `code` or `error.code`, also from `data`; a number becomes text."""
        for layer in (*self.layers, self.data):
            for value in (layer.get("code"), v.record(layer.get("error")).get("code")):
                code = v.short_text(value, 64)
                if code and not _is_ours(code.upper()):
                    return code
        return None

    def id(self, name: str) -> str | None:
        """The field `sessionId` or `taskId`, wherever the body names it."""
        for layer in (self.top, self.inner, self.data):
            found = v.opaque_id(layer.get(name))
            if found:
                return found
        return None

    @property
    def names_an_id(self) -> bool:
        """True where any sessionId or taskId is given, even one that cannot be used."""
        layers = (self.top, self.inner, self.data)
        return any(layer.get(n) not in (None, "") for layer in layers for n in _IDS if n in layer)


def _is_ours(code: str) -> bool:
    return code in OWN_CODES or code.startswith(STATUS_PREFIX)


def read_body(raw: bytes) -> Body | None:
    """The body as layers, or None where it is no JSON object."""
    try:
        value = parse(raw)
    except NotJsonError:
        return None
    return body_of(value)


def body_of(value: object) -> Body | None:
    """A decoded document as layers, or None where it is no JSON object."""
    if not isinstance(value, dict):
        return None
    result = value.get("result")
    inner = v.record({"data": result} if isinstance(result, str) else result)
    data = next((layer["data"] for layer in (inner, value) if layer.get("data") is not None), None)
    if isinstance(data, str):
        data = {"message": data, "value": data}
    return Body(value, inner, v.record(data))
