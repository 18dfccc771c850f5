"""Request bodies (api.md §1.3-1.5, §3, §4), written by the rules of a dialect; only the fields that
are set.

Each method returns the JSON body as bytes, but for the `…_message` ones: the inner message, which
the live channel sends without a body around it (api.md §6). Durations are milliseconds.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from enigma_panel.core.models import BrowserOptions, OutputType, Proxy, TaskSpec
from enigma_panel.core.service_rules import RULES, Dialect, Field, ServiceRules
from enigma_panel.core.validation import NUMBERS, split_host_port
from enigma_panel.core.verbs import AnswerVerb, CommandVerb

Fields = dict[str, object]


class Writer(Struct, frozen=True, kw_only=True):
    """Writes one dialect."""

    rules: ServiceRules

    def start_session(self, spec: TaskSpec, text: str = "") -> bytes:
        """A browser without its task, whose id is known first. text: where it needs one."""
        body = self._browser(spec.browser)
        if self.rules.opens_page:
            page = {Field.TASK: text or None, Field.STARTING_URL: spec.starting_url or None}
            body |= self._named(page, {})
        if self.rules.caps_session and spec.limits.max_duration_ms is not None:
            body[self.rules.names[Field.TIME_LIMIT]] = spec.limits.max_duration_ms
        return _encode(body)

    def run_task(self, spec: TaskSpec) -> bytes:
        """One call for session and task; terminateOnCompletion is forced by the service."""
        task = self._task(spec, {})
        body = {"task": task} if self.rules.nests_task else task
        return _encode(body | self._browser(spec.browser))

    def new_task(self, session_id: str, spec: TaskSpec) -> bytes:
        """A task in an open session."""
        message: Fields = {"actionType": "newTask", "newState": "start"}
        message |= self._task(spec, self.rules.in_new_task)
        if spec.close_after:
            message["terminateOnCompletion"] = True
        return in_session(session_id, message)

    def guardrail(self, session_id: str, text: str, verb: AnswerVerb) -> bytes:
        """The answer to a question. resume goes on with the text, stop ends the task.
        The text is a secret."""
        message: Fields = {
            "actionType": "guardrail",
            self.rules.names[Field.TASK]: text,
            "newState": verb.value,
        }
        return in_session(session_id, message)

    def _task(self, spec: TaskSpec, other_names: Mapping[Field, str]) -> Fields:
        is_text = spec.output_type is OutputType.TEXT
        schema = msgspec.Raw(spec.output_schema.encode())  # as it was pasted
        values = {
            Field.TASK: spec.text,
            Field.STARTING_URL: spec.starting_url or None,
            **{field: number.of(spec.limits) for field, number in NUMBERS.items()},
            Field.AVOID_DOMAINS: list(spec.limits.avoid_domains) or None,
            Field.OUTPUT_TYPE: None if is_text else spec.output_type.value,
            Field.OUTPUT_SCHEMA: None if is_text else schema,
        }
        return self._named(values, other_names)

    def _browser(self, browser: BrowserOptions) -> Fields:
        values = {
            Field.ENVIRONMENT: browser.environment_id or None,
            Field.POLICY: browser.policy_id or None,
            Field.PROXY: _proxy(browser) or None,
        }
        return self._named(values, {})

    def _named(self, values: Mapping[Field, object], other_names: Mapping[Field, str]) -> Fields:
        """The given fields that the dialect has, under its names."""
        names = {**self.rules.names, **other_names}
        return {
            names[field]: value
            for field, value in values.items()
            if field in names and value is not None
        }


WRITERS: Mapping[Dialect, Writer] = {
    dialect: Writer(rules=rules) for dialect, rules in RULES.items()
}


def _proxy(browser: BrowserOptions) -> Fields:
    """The fields of a proxy, empty where there is none. The service wants the port as a text."""
    match browser.proxy:
        case Proxy.NONE:
            return {}
        case Proxy.SERVICE:
            return {"source": "WebRun", "country": browser.proxy_country.upper() or "random"}
        case own:
            host, port = split_host_port(browser.proxy_address)
            return {"source": "custom", "type": own.value, "host": host, "port": port}


def state(session_id: str, verb: CommandVerb) -> bytes:
    """A command to the session."""
    return in_session(session_id, state_message(verb))


def state_message(verb: CommandVerb) -> Fields:
    """The inner message of `state`."""
    return {"actionType": "state", "newState": verb.value}


def in_session(session_id: str, message: Fields) -> bytes:
    """The body of send-message around an inner message."""
    return _encode({"sessionId": session_id, "message": message})


def _encode(body: Fields) -> bytes:
    return msgspec.json.encode(body)
