"""What gateways say in place of the service, and what follows for a start.

The bodies are written here in the shortest form that carries the shape; `source` names the page
that documents it or an issue that shows it.
"""

from collections.abc import Callable
from typing import NamedTuple

from enigma_panel.api.errors import ApiError, FailureKind
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.api.wire.excerpt import make_scrub
from enigma_panel.api.wire.responses import read_opened

UNCONFIRMED = None
FAIL, LIMITED, KEY = FailureKind.FAIL, FailureKind.LIMITED, FailureKind.KEY
FORBIDDEN, BUSY, NO_BROWSER = FailureKind.FORBIDDEN, FailureKind.BUSY, FailureKind.NO_BROWSER


class GatewayReply(NamedTuple):
    """One reply. failure: the kind of refusal where it proves that nothing happened, else None."""

    name: str
    status: int
    body: str
    failure: FailureKind | None
    source: str


def _opened(answer: Answer) -> object:
    return read_opened(answer, make_scrub("enig_key"))


def error_of(reply: GatewayReply, read: Callable[[Answer], object] = _opened) -> ApiError:
    """What the client makes of it; read: of which call, start-session where none is given."""
    try:
        value = read(Answer(reply.status, {}, reply.body.encode()))
    except ApiError as error:
        return error
    raise AssertionError(f"{reply.name} was taken for {value}")


def page(title: str, rest: str = "") -> str:
    """An error page as web servers write them."""
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{rest}</body></html>"


_AWS = "docs.aws.amazon.com/apigateway/latest/developerguide/"
_HTTP_API = _AWS + "http-api-troubleshooting-lambda.html"
_REST_API = _AWS + "supported-gateway-response-types.html"
_ALB = (
    "docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html"
)
_KONG = "github.com/Kong/kong, kong/error_handlers.lua and plugins"
_NGINX = "nginx.org, src/http/ngx_http_special_response.c"
_ENVOY = "envoyproxy.io, response_code_details; faq/configuration/timeouts"
_ISTIO = "istio.io/latest/docs/ops/common-problems/network-issues"
_CLOUDFLARE_5XX = "developers.cloudflare.com/support/troubleshooting/http-status-codes (5xx)"
_CLOUDFLARE_JSON = "developers.cloudflare.com/changelog, 2026-03-11 (1xxx) and 2026-04-27 (5xx)"
_HEROKU = "devcenter.heroku.com/articles/error-codes"
_FRONT_DOOR = "learn.microsoft.com/azure/frontdoor/front-door-troubleshoot-routing"
_APP_GATEWAY = "learn.microsoft.com/azure/application-gateway/http-response-codes"
_APIM = "learn.microsoft.com/azure/api-management/rate-limit-policy"
_GOOGLE_LB = "cloud.google.com/load-balancing/docs/https/troubleshooting-ext-https-lbs"
_ESP = "github.com/GoogleCloudPlatform/esp-v2"
_AKAMAI = "ip-info.xyz/articles/how-to-translate-akamai-error-messages"
_FASTLY = "fastly.com/documentation/guides/vcl/errors"
_VARNISH = "varnish-cache.org/tips/varnishlog/fetcherror.html"
_HAPROXY = "docs.haproxy.org, errorfile"

_SST = "github.com/sst/sst/issues/2232: the function worked on"
_SPECIAL = f"{_NGINX} (pages of the status)"

CLOUDFLARE_1015 = (
    '{"type": "https://developers.cloudflare.com/", "title": "Error 1015: rate limited", '
    '"status": 429, "detail": "Wait.", "error_code": 1015, "error_name": "rate_limited", '
    '"cloudflare_error": true, "retryable": true, "retry_after": 30}'
)
CLOUDFLARE_1020 = (
    '{"title": "Error 1020: Access denied", "status": 403, "error_code": 1020, '
    '"cloudflare_error": true, "retryable": false}'
)
CLOUDFLARE_524 = (
    '{"title": "Error 524: A timeout occurred", "status": 524, "error_code": 524, '
    '"error_category": "origin", "cloudflare_error": true, "retryable": true, "retry_after": 120}'
)
AWS_503 = '{"message":"Service Unavailable"}'
RESET = "upstream connect error or disconnect/reset before headers. reset reason: "

GATEWAYS = [
    GatewayReply("AWS HTTP API, back end over 30 s", 503, AWS_503, UNCONFIRMED, _SST),
    GatewayReply(
        "AWS HTTP API", 500, '{"message":"Internal Server Error"}', UNCONFIRMED, _HTTP_API
    ),
    GatewayReply("AWS HTTP API", 429, '{"message":"Too Many Requests"}', LIMITED, _HTTP_API),
    GatewayReply("AWS HTTP API", 404, '{"message":"Not Found"}', FAIL, _HTTP_API),
    GatewayReply("AWS HTTP API", 403, '{"message":"Forbidden"}', FORBIDDEN, _HTTP_API),
    GatewayReply("AWS HTTP API", 401, '{"message":"Unauthorized"}', KEY, _HTTP_API),
    GatewayReply("AWS HTTP API", 413, '{"message":"Request Entity Too Large"}', FAIL, _HTTP_API),
    GatewayReply(
        "AWS REST API", 504, '{"message": "Endpoint request timed out"}', UNCONFIRMED, _REST_API
    ),
    GatewayReply(
        "AWS REST API", 502, '{"message": "Internal server error"}', UNCONFIRMED, _REST_API
    ),
    GatewayReply(
        "AWS REST API", 403, '{"message":"Missing Authentication Token"}', FORBIDDEN, _REST_API
    ),
    GatewayReply("AWS REST API", 429, '{"message":"Limit Exceeded"}', LIMITED, _REST_API),
    GatewayReply("AWS ALB", 503, page("503 Service Temporarily Unavailable"), UNCONFIRMED, _ALB),
    GatewayReply("AWS ALB", 502, page("502 Bad Gateway"), UNCONFIRMED, _ALB),
    GatewayReply("AWS ALB", 504, page("504 Gateway Time-out"), UNCONFIRMED, _ALB),
    GatewayReply("AWS ALB", 408, page("408 Request Time-out"), UNCONFIRMED, _ALB),
    GatewayReply("AWS ALB with WAF", 403, page("403 Forbidden"), FAIL, _ALB),
    GatewayReply("AWS ALB", 400, page("400 Bad Request"), FAIL, _ALB),
    GatewayReply(
        "Kong",
        503,
        '{"message":"failure to get a peer from the ring-balancer"}',
        UNCONFIRMED,
        "github.com/Kong/kong/issues/7156",
    ),
    GatewayReply("Kong", 503, '{"message":"name resolution failed"}', UNCONFIRMED, _KONG),
    GatewayReply(
        "Kong",
        503,
        '{"message":"The upstream server is currently unavailable"}',
        UNCONFIRMED,
        _KONG,
    ),
    GatewayReply(
        "Kong",
        502,
        '{"message":"An invalid response was received from the upstream server","request_id":"a"}',
        UNCONFIRMED,
        "github.com/Kong/kong/issues/7165",
    ),
    GatewayReply(
        "Kong",
        504,
        '{"message":"The upstream server is timing out"}',
        UNCONFIRMED,
        "github.com/Kong/kong/issues/7165",
    ),
    GatewayReply("Kong", 408, '{"message":"Request timeout"}', UNCONFIRMED, _KONG),
    GatewayReply("Kong", 429, '{"message":"API rate limit exceeded"}', LIMITED, _KONG),
    GatewayReply("Kong", 401, '{"message":"No API key found in request"}', KEY, _KONG),
    GatewayReply("Kong", 404, '{"message":"no Route matched with those values"}', FAIL, _KONG),
    GatewayReply("Kong", 413, '{"message":"Request size limit exceeded"}', FAIL, _KONG),
    GatewayReply("nginx", 502, page("502 Bad Gateway", "nginx"), UNCONFIRMED, _SPECIAL),
    GatewayReply(
        "nginx", 503, page("503 Service Temporarily Unavailable", "nginx"), UNCONFIRMED, _SPECIAL
    ),
    GatewayReply("nginx", 504, page("504 Gateway Time-out", "nginx"), UNCONFIRMED, _SPECIAL),
    GatewayReply("nginx", 408, page("408 Request Time-out", "nginx"), UNCONFIRMED, _SPECIAL),
    GatewayReply("nginx", 499, "", UNCONFIRMED, _NGINX),
    GatewayReply("nginx", 400, page("400 Bad Request", "nginx"), FAIL, _SPECIAL),
    GatewayReply("nginx", 404, page("404 Not Found", "nginx"), FAIL, _SPECIAL),
    GatewayReply("nginx", 413, page("413 Request Entity Too Large", "nginx"), FAIL, _SPECIAL),
    GatewayReply("nginx", 429, page("429 Too Many Requests", "nginx"), LIMITED, _SPECIAL),
    GatewayReply("Envoy, Istio", 503, f"{RESET}connection termination", UNCONFIRMED, _ISTIO),
    GatewayReply("Envoy, Istio", 503, f"{RESET}connection failure", UNCONFIRMED, _ISTIO),
    GatewayReply("Envoy, Istio", 503, "no healthy upstream", UNCONFIRMED, _ENVOY),
    GatewayReply("Envoy, Istio", 504, "upstream request timeout", UNCONFIRMED, _ENVOY),
    GatewayReply("Envoy, idle stream", 408, "stream timeout", UNCONFIRMED, _ENVOY),
    GatewayReply("Envoy", 404, "", FAIL, _ENVOY),
    GatewayReply("Envoy", 429, "local_rate_limited", LIMITED, _ENVOY),
    GatewayReply("Istio", 403, "RBAC: access denied", FAIL, _ISTIO),
    GatewayReply(
        "Cloudflare", 520, page("520: Web server is returning…"), UNCONFIRMED, _CLOUDFLARE_5XX
    ),
    GatewayReply(
        "Cloudflare", 522, page("522: Connection timed out"), UNCONFIRMED, _CLOUDFLARE_5XX
    ),
    GatewayReply("Cloudflare", 524, page("524: A timeout occurred"), UNCONFIRMED, _CLOUDFLARE_5XX),
    GatewayReply("Cloudflare", 524, CLOUDFLARE_524, UNCONFIRMED, _CLOUDFLARE_JSON),
    GatewayReply("Cloudflare", 502, page("502: Bad gateway"), UNCONFIRMED, _CLOUDFLARE_5XX),
    GatewayReply("Cloudflare", 530, "error code: 1033", UNCONFIRMED, _CLOUDFLARE_5XX),
    GatewayReply("Cloudflare", 409, "error code: 1001", UNCONFIRMED, _CLOUDFLARE_JSON),
    GatewayReply("Cloudflare", 429, CLOUDFLARE_1015, LIMITED, _CLOUDFLARE_JSON),
    GatewayReply("Cloudflare", 403, CLOUDFLARE_1020, FAIL, _CLOUDFLARE_JSON),
    GatewayReply("Cloudflare", 403, page("Attention Required!"), FAIL, _CLOUDFLARE_5XX),
    GatewayReply("Heroku H12, H18", 503, page("Application Error"), UNCONFIRMED, _HEROKU),
    GatewayReply("Heroku H27", 499, "", UNCONFIRMED, _HEROKU),
    GatewayReply(
        "Azure Front Door",
        503,
        page("Our services aren't available right now"),
        UNCONFIRMED,
        _FRONT_DOOR,
    ),
    GatewayReply(
        "Azure Front Door",
        504,
        page("Our services aren't available right now"),
        UNCONFIRMED,
        _FRONT_DOOR,
    ),
    GatewayReply("Azure Front Door", 403, "The request is blocked.", FAIL, _FRONT_DOOR),
    GatewayReply(
        "Azure Application Gateway", 502, page("502 Bad Gateway"), UNCONFIRMED, _APP_GATEWAY
    ),
    GatewayReply(
        "Azure Application Gateway", 504, page("504 Gateway Time-out"), UNCONFIRMED, _APP_GATEWAY
    ),
    GatewayReply("Azure Application Gateway", 403, page("403 Forbidden"), FAIL, _APP_GATEWAY),
    GatewayReply(
        "Azure API Management",
        429,
        '{"statusCode": 429, "message": "Rate limit is exceeded. Try again in 60 seconds."}',
        LIMITED,
        _APIM,
    ),
    GatewayReply(
        "Azure API Management",
        401,
        '{"statusCode": 401, "message": "Access denied due to missing subscription key."}',
        KEY,
        _APIM,
    ),
    GatewayReply(
        "Azure API Management",
        500,
        '{"statusCode": 500, "message": "Internal server error", "activityId": "a"}',
        UNCONFIRMED,
        _APIM,
    ),
    GatewayReply("Google load balancer", 502, page("502 Server Error"), UNCONFIRMED, _GOOGLE_LB),
    GatewayReply(
        "Google API Gateway",
        503,
        f'{{"message":"{RESET}connection termination","code":503}}',
        UNCONFIRMED,
        f"{_ESP}/issues/430",
    ),
    GatewayReply(
        "Google API Gateway",
        504,
        '{"code":504,"message":"upstream request timeout"}',
        UNCONFIRMED,
        f"{_ESP}/issues/503",
    ),
    GatewayReply(
        "Google API Gateway",
        404,
        '{"code":404,"message":"The current request is not defined by this API."}',
        FAIL,
        _ESP,
    ),
    GatewayReply(
        "Google Cloud Run", 429, "Rate exceeded.", LIMITED, "github.com/ahmetb/cloud-run-faq"
    ),
    GatewayReply("Google Cloud Run", 503, "Service Unavailable", UNCONFIRMED, f"{_ESP}/issues/438"),
    GatewayReply(
        "Akamai", 504, page("Gateway Timeout", "Reference #1.1faa.13.b7"), UNCONFIRMED, _AKAMAI
    ),
    GatewayReply(
        "Akamai",
        503,
        page("Service Unavailable", "Reference #30.35.15.87"),
        UNCONFIRMED,
        "github.com/ibm-cloud-docs/CDN, ts-503-error.md",
    ),
    GatewayReply("Akamai", 403, page("Access Denied", "Reference #18.1.2"), FAIL, _AKAMAI),
    GatewayReply("Fastly", 503, page("503 first byte timeout"), UNCONFIRMED, _FASTLY),
    GatewayReply("Fastly", 503, page("503 backend read error"), UNCONFIRMED, _FASTLY),
    GatewayReply(
        "Varnish", 503, page("503 Backend fetch failed", "Guru Meditation:"), UNCONFIRMED, _VARNISH
    ),
    GatewayReply("HAProxy", 503, page("503 Service Unavailable"), UNCONFIRMED, _HAPROXY),
    GatewayReply("HAProxy", 504, page("504 Gateway Time-out"), UNCONFIRMED, _HAPROXY),
    GatewayReply("HAProxy", 408, page("408 Request Time-out"), UNCONFIRMED, _HAPROXY),
    GatewayReply(
        "Traefik",
        499,
        "Client Closed Request",
        UNCONFIRMED,
        "github.com/traefik/traefik/issues/11377",
    ),
    GatewayReply("any, early data", 425, page("425 Too Early"), UNCONFIRMED, "RFC 8470"),
]
"""Every reply that is known of, with what it proves."""

_NO_BROWSER = "No available instances."
_API = "api.md §8"
_RULE = "the rule"

OWN = [
    GatewayReply(
        "its message", 503, f'{{"success": false, "message": "{_NO_BROWSER}"}}', NO_BROWSER, _API
    ),
    GatewayReply(
        "its code", 503, '{"error": "No", "code": "instance_unavailable"}', NO_BROWSER, _API
    ),
    GatewayReply(
        "its code, nested",
        503,
        '{"error": {"message": "No", "code": "NO_INSTANCES_AVAILABLE"}}',
        NO_BROWSER,
        _API,
    ),
    GatewayReply("it says failed", 408, '{"success": false, "message": "Slow"}', FAIL, _RULE),
    GatewayReply("it says failed", 409, '{"success": false, "message": "Busy"}', FAIL, _RULE),
    GatewayReply("it says failed", 425, '{"success": false}', FAIL, _RULE),
    GatewayReply("it says failed", 499, '{"success": false}', FAIL, _RULE),
    GatewayReply("its code", 409, '{"error": "Busy", "code": "TASK_ALREADY_RUNNING"}', BUSY, _API),
    GatewayReply(
        "a mention is no id",
        400,
        '{"success": false, "message": "sessionId and message are required"}',
        FAIL,
        _API,
    ),
    GatewayReply(
        "a field's name is no id",
        400,
        '{"success": false, "error": "no", "details": {"field": "sessionId"}}',
        FAIL,
        _API,
    ),
    GatewayReply(
        "an id that is none", 400, '{"success": false, "error": "no", "taskId": null}', FAIL, _RULE
    ),
    GatewayReply(
        "an id", 503, '{"success": false, "error": "no", "sessionId": "a1"}', UNCONFIRMED, _RULE
    ),
    GatewayReply(
        "an id further in",
        404,
        '{"success": false, "error": "no", "details": {"taskId" : "t1"}}',
        UNCONFIRMED,
        _RULE,
    ),
    GatewayReply(
        "an id in a text that is cut", 400, '{"success": false, "taskId": "x9', UNCONFIRMED, _RULE
    ),
    GatewayReply("an id in a page", 429, page("429", "sessionId a1"), UNCONFIRMED, _RULE),
    GatewayReply("an id in a list", 400, '[{"error": "no", "taskId": "t1"}]', UNCONFIRMED, _RULE),
    GatewayReply(
        "a failed task's code", 503, '{"error": "no", "code": "PAGE_CRASH"}', UNCONFIRMED, _RULE
    ),
    GatewayReply(
        "an unknown code", 503, '{"message": "no", "code": "UNAVAILABLE"}', UNCONFIRMED, _RULE
    ),
    GatewayReply("success", 503, '{"success": true, "message": "no"}', UNCONFIRMED, _RULE),
    GatewayReply(
        "success, with a code",
        503,
        '{"success": true, "code": "NO_INSTANCES_AVAILABLE"}',
        UNCONFIRMED,
        _RULE,
    ),
    GatewayReply("its own 500", 500, '{"success": false, "error": "no"}', UNCONFIRMED, _API),
    GatewayReply("failed, at 200", 200, '{"success": false, "error": "no"}', UNCONFIRMED, _RULE),
    GatewayReply("a page at 200", 200, page("Welcome"), UNCONFIRMED, _RULE),
    GatewayReply("a redirect", 302, page("Moved"), UNCONFIRMED, _RULE),
    GatewayReply("a status beyond all", 600, page("?"), UNCONFIRMED, _RULE),
]
"""The service's own words for the same statuses, and where a body names an id."""
