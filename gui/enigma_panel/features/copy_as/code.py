"""A task as code: the documented calls, in its dialect. The key is in ENIGMA_API_KEY."""

import json
from pprint import pformat
from shlex import quote
from string import Template

from enigma_panel.api.wire.requests import WRITERS
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.service_rules import Dialect

# One call opens a browser, does the task and closes the browser. Its reply comes after 50 s at the
# latest; until the task has ended a poll says how it stands (api.md §1.4, §1.6).
_CURL = Template("""\
curl -sS $url \\
  -H "Authorization: Bearer $$ENIGMA_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d $body
# A task of more than 50 seconds is "pending" then. Ask again, with the two ids of the reply:
# curl -sS $task/SESSION_ID/TASK_ID -H "Authorization: Bearer $$ENIGMA_API_KEY"
""")
_PYTHON = Template("""\
import os
import time

import httpx

TASK = $body
HEADERS = {"Authorization": "Bearer " + os.environ["ENIGMA_API_KEY"]}

with httpx.Client(base_url=$url, headers=HEADERS, timeout=120) as client:
    reply = client.post("/start/run-task", json=TASK).raise_for_status().json()
    path = f"/task/{reply['sessionId']}/{reply['taskId']}"
    while reply.get("pending") or reply.get("status") in {"pending", "active", "running", "queued"}:
        time.sleep(2)
        reply = client.get(path).raise_for_status().json()
print(reply)  # a question ends the loop, too: nobody answers it here
""")


def curl_code(base_url: str, dialect: Dialect, spec: TaskSpec) -> str:
    """The task as commands for a shell. base_url: of the service, without a slash at its end."""
    body = json.dumps(_body(dialect, spec), ensure_ascii=False, indent=2)
    task = quote(f"{base_url}/task")
    return _CURL.substitute(url=quote(f"{base_url}/start/run-task"), body=quote(body), task=task)


def python_code(base_url: str, dialect: Dialect, spec: TaskSpec) -> str:
    """The task as a program that waits for its end and prints the service's report."""
    body = pformat(_body(dialect, spec), sort_dicts=False, width=92)
    return _PYTHON.substitute(url=repr(base_url), body=body)


def _body(dialect: Dialect, spec: TaskSpec) -> object:
    return json.loads(WRITERS[dialect].run_task(spec))
