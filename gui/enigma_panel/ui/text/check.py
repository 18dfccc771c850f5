"""Texts for what is wrong with something typed."""

from collections.abc import Mapping

from enigma_panel.core.service_rules import Field
from enigma_panel.core.validation import Finding, Problem
from enigma_panel.services.types import AddressProblem
from enigma_panel.ui.i18n import Translations

tr = Translations("New task")


def finding_text(finding: Finding) -> str:
    """Return the sentence for a finding, to stand beside its field."""
    if finding.field is Field.KEY:
        return _key_text(finding)
    if finding.field is Field.OUTPUT_SCHEMA:
        return _schema_text(finding)
    match finding.problem:
        case Problem.EMPTY:
            return tr("Enter what the agent should do.")
        case Problem.TOO_LONG:
            return _too_long(finding)
        case Problem.OUT_OF_RANGE:
            return _out_of_range(finding)
        case Problem.BAD_DOMAIN:
            return tr(
                "“{domain}” is not a domain. Enter domains like example.com, separated by commas.",
                domain=finding.params.get("domain", ""),
            )
        case Problem.BAD_ID:
            return tr("An ID has no spaces or hidden characters.")
        case Problem.BAD_COUNTRY:
            return tr("Enter two letters, like US. Leave it empty for any country.")
        case Problem.BAD_ADDRESS:
            return tr("Enter host and port, like proxy.example.com:8080.")
        case Problem.USER_INFO:
            return tr(
                "Proxies with a username or password can't be used. Enter only host and port, like "
                "proxy.example.com:8080."
            )
        case _:
            return _url_text(finding)


def field_name(field: Field) -> str:
    """Return the label of a field in New task: 'Avoid domains'."""
    return {
        Field.TIME_LIMIT: tr("Time limit"),
        Field.INPUT_TOKENS: tr("Input tokens"),
        Field.OUTPUT_TOKENS: tr("Output tokens"),
        Field.AVOID_DOMAINS: tr("Avoid domains"),
        Field.OUTPUT_TYPE: tr("Result"),
        Field.OUTPUT_SCHEMA: tr("JSON Schema"),
        Field.ENVIRONMENT: tr("Environment"),
        Field.POLICY: tr("Policy"),
        Field.PROXY: tr("Proxy"),
        Field.PROXY_COUNTRY: tr("Proxy country"),
        Field.PROXY_ADDRESS: tr("Proxy address"),
    }[field]


def _too_long(finding: Finding) -> str:
    length, limit = finding.params["length"], finding.params["limit"]
    return tr("The task has {length} characters. The limit is {limit}.", length=length, limit=limit)


def _out_of_range(finding: Finding) -> str:
    low, high = finding.params["low"], finding.params["high"]
    if finding.field is Field.TIME_LIMIT:
        return tr("Enter {low} to {high} seconds.", low=low, high=high)
    return tr("Enter a number from {low} to {high}.", low=low, high=high)


def _url_text(finding: Finding) -> str:
    match finding.problem:
        case Problem.MISSING_SCHEME:
            return tr(
                "The address needs https:// in front: {suggested}",
                suggested=finding.suggested or "https://…",
            )
        case Problem.BAD_SCHEME:
            return tr(
                "A starting URL must begin with https:// or http://, not {scheme}:",
                scheme=finding.params.get("scheme", ""),
            )
        case Problem.NO_HOST:
            return tr("The address has no site in it.")
        case _:
            return tr("A browser can't open this address.")


def _schema_text(finding: Finding) -> str:
    match finding.problem:
        case Problem.EMPTY:
            return tr("Enter a schema or columns for the result.")
        case Problem.NO_JSON:
            return tr("This is not JSON{place}.", place=place_text(finding.params))
        case Problem.NO_COLUMNS:
            return tr("Enter at least one column, and a name for each.")
        case _:
            return tr("A JSON Schema is an object in braces.")


def _key_text(finding: Finding) -> str:
    match finding.problem:
        case Problem.EMPTY:
            return tr("Enter your API key.")
        case Problem.TOO_LONG:
            return tr("This is too long to be an API key.")
        case Problem.HEADER_PASTED:
            return tr("This is a whole header line. Enter only the key.")
        case _:
            return tr("An API key has only plain letters, digits and symbols, no spaces.")


def address_text(problem: AddressProblem) -> str:
    """Return why an address of the service cannot be used."""
    match problem:
        case AddressProblem.EMPTY:
            return tr("Enter the address of the service.")
        case AddressProblem.NO_SCHEME:
            return tr("The address needs https:// in front.")
        case AddressProblem.BAD_SCHEME:
            return tr("The address must begin with https://.")
        case AddressProblem.NOT_SECURE:
            return tr("Over http://, others could read your key. Only localhost may use it.")
        case AddressProblem.NO_HOST | AddressProblem.BAD_HOST:
            return tr("This is not a host name.")
        case AddressProblem.BAD_PORT:
            return tr("The port must be a number from 1 to 65535.")
        case AddressProblem.USER_INFO:
            return tr("Leave out the username and password.")
        case AddressProblem.EXTRA:
            return tr("Enter only the host, without a path, like https://connect.enigma.click")


def place_text(found: Mapping[str, object]) -> str:
    """' (line 3, column 5)', where that is known."""
    if "line" not in found:
        return ""
    return tr(" (line {line}, column {column})", line=found["line"], column=found["column"])
