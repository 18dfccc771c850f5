"""Composition: the parts and how they are put together. Nothing runs yet."""

import logging
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from enigma_panel.api.address import BadAddressError, parse_base_url
from enigma_panel.api.protocols import LiveConnector, LiveError, LiveFault, ServiceClient
from enigma_panel.cli import Options
from enigma_panel.core.secrets.redaction import Redactor, redact_shapes
from enigma_panel.core.service_rules import Dialect
from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.runtime import event_loop, logging_setup
from enigma_panel.runtime.event_loop import LedgerThread, TaskScope
from enigma_panel.services.account import Account, MakeClient
from enigma_panel.services.clock import Clock, SystemClock
from enigma_panel.services.container import Services, make_services
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.health import Health
from enigma_panel.services.notices import Notices
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.standby import Standby
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.store import settings as settings_file
from enigma_panel.store.files import Problem, ProblemKind
from enigma_panel.store.keychain import KeychainStore, MemoryStore, SecretStore, service_name
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.task_reader import TaskReader
from enigma_panel.store.paths import (
    Folders,
    WrongFolderError,
    folder_errors,
    folders_below,
    wanted_folders,
)
from enigma_panel.store.settings import DEFAULT_BASE_URL

log = logging.getLogger(__name__)

DEMO_PREFIX = "enigma-panel-demo-"
"""Prefix of the names of demos' throw-away folders."""
CONNECTOR_S = 60.0
"""How long the channel's library may take to load, in seconds."""


class DataDirs(Struct, frozen=True, kw_only=True):
    """The folders in which this run keeps its files. throw_away: they go when the run ends."""

    folders: Folders
    root: Path
    throw_away: bool

    def clear(self) -> None:
        """Remove a throw-away folder."""
        if self.throw_away:
            shutil.rmtree(self.root, ignore_errors=True)


class Parts(Struct, frozen=True, kw_only=True):
    """The services of a run, and what is closed after them. redact: of every text that leaves."""

    services: Services
    ledger: Ledger
    ledger_thread: LedgerThread
    read_thread: LedgerThread
    redact: Callable[[str], str]
    problems: tuple[Problem, ...]


def find_data_dirs(options: Options) -> DataDirs:
    """The folders of this run, not made yet. FolderError where there is no home or no room."""
    if options.is_throw_away:
        with folder_errors(Path(DEMO_PREFIX)):
            root = Path(tempfile.mkdtemp(prefix=DEMO_PREFIX))
        folders = folders_below(root)
    else:
        folders = wanted_folders(options.data_dir, os.environ)
        root = options.data_dir or folders.data
    return DataDirs(folders=folders, root=root, throw_away=options.is_throw_away)


def prepare_data_dirs(dirs: DataDirs, *, demo: bool) -> None:
    """Make and try the folders. WrongFolderError: an account's for the demo, or the reverse."""
    folders, root = dirs.folders, dirs.root
    folders.prepare()
    if folders.demo_mark.exists():
        if not demo:
            raise WrongFolderError(root, "it holds the demo's tasks; choose another one")
    elif demo:
        if folders.ledger.exists():
            reason = "it holds a ledger that is not the demo's; choose another one"
            raise WrongFolderError(root, reason)
        with folder_errors(root):
            folders.demo_mark.touch(0o600)


async def build(
    options: Options,
    dirs: DataDirs,
    demo_url: str | None,
    clock: Clock | None = None,
    make_client: MakeClient | None = None,
    *,
    watch: Callable[[ServiceClient], ServiceClient] | None = None,
    make_connector: Callable[[], LiveConnector] | None = None,
) -> Parts:
    """Open settings and ledger and wire the services. LedgerError."""
    files = await _open_files(dirs)
    clock = clock or SystemClock()
    make = make_client or _client
    watched = make if watch is None else lambda *how: watch(make(*how))
    account = _account(options, demo_url, files, watched)
    writer = LedgerWriter(files.ledger, files.thread)
    timeline = Timeline(writer, clock, files.scope, files.redactor)
    store = SessionStore(writer, clock, files.redactor, timeline)
    standby = Standby(store, writer, clock)
    reader, read_thread = TaskReader(dirs.folders.ledger), LedgerThread("reads")
    task_search = TaskSearch(store, reader, read_thread, files.scope, clock)
    context = ServiceContext(
        clock=clock,
        scope=files.scope,
        rng=random.Random(),  # noqa: S311 - jitter
        store=store,
        account=account,
        health=Health(account, clock, standby.is_on),
        rate_limiter=RateLimiter(clock),
        notices=Notices(),
    )
    services = make_services(
        context,
        writer=writer,
        timeline=timeline,
        standby=standby,
        task_search=task_search,
        settings=files.settings,
        redactor=files.redactor,
        open_connector=partial(_open_connector, make_connector),
        demo=demo_url is not None,
        keep_folder=str(dirs.root),
    )
    return _parts(services, files, read_thread)


class _Files(Struct, frozen=True, kw_only=True):
    """The open files and their threads. saved_url: the default where the saved one is unusable."""

    redactor: Redactor
    scope: TaskScope
    thread: LedgerThread
    ledger: Ledger
    settings: SettingsBook
    saved_url: str
    saved_dialect: Dialect | None
    problems: tuple[Problem, ...]


async def _open_files(dirs: DataDirs) -> _Files:
    redactor = Redactor()
    log_problem = _open_log(dirs.folders.data, redactor)
    scope, thread = TaskScope(), LedgerThread()
    ledger, ledger_problem = await thread.run(Ledger.open, dirs.folders.ledger)
    # After what may raise: a broken file is set aside, and only the first to read it can say so.
    values, settings_problem = settings_file.load(dirs.folders.settings)
    saved_url, address_problem = _address(values.base_url, dirs)
    problems = (log_problem, settings_problem, address_problem, ledger_problem)
    return _Files(
        redactor=redactor,
        scope=scope,
        thread=thread,
        ledger=ledger,
        settings=SettingsBook(dirs.folders.settings, values, thread, scope),
        saved_url=saved_url,
        # The dialect belongs to the saved address and falls with it.
        saved_dialect=Dialect(values.dialect) if values.dialect and not address_problem else None,
        problems=tuple(problem for problem in problems if problem is not None),
    )


def _open_log(folder: Path, redactor: Redactor) -> Problem | None:
    """Open the log. Without one the program goes on: a person with running browsers must get in.

    A line may quote an earlier run's session, whose secrets are unknown: `redact_shapes` hides
    whatever is labelled a password.
    """

    def redact(text: str) -> str:
        return redact_shapes(redactor.redact(text))

    try:
        logging_setup.set_up(folder, redact)
    except OSError as error:
        logging_setup.set_up(None, redact)
        path, reason = folder / logging_setup.FILES[0], error.strerror or str(error)
        return Problem(kind=ProblemKind.UNWRITABLE, path=path, reason=reason)
    return None


def _parts(services: Services, files: _Files, read_thread: LedgerThread) -> Parts:
    return Parts(
        services=services,
        ledger=files.ledger,
        ledger_thread=files.thread,
        read_thread=read_thread,
        redact=files.redactor.redact,
        problems=files.problems,
    )


def _account(
    options: Options, demo_url: str | None, files: _Files, make_client: MakeClient
) -> Account:
    """Make the account. The demo uses its own key, never the person's."""
    is_demo = demo_url is not None
    base_url = demo_url or options.base_url or files.saved_url
    return Account(
        base_url,
        options.dialect or (files.saved_dialect if base_url == files.saved_url else None),
        is_dialect_for_run=options.dialect is not None,
        store_for=_demo_store if is_demo else _keychain,
        environment={} if is_demo else os.environ,
        make_client=make_client,
        printer=lambda key, url: files.thread.run(files.ledger.key_fingerprint, key, url),
        redactor=files.redactor,
    )


def _address(saved: str, dirs: DataDirs) -> tuple[str, Problem | None]:
    """The saved address, or the default one and why the saved one cannot be used."""
    try:
        return parse_base_url(saved), None
    except BadAddressError as error:
        reason = f"its address of the service cannot be used ({error.problem})"
        path = dirs.folders.settings
        return DEFAULT_BASE_URL, Problem(kind=ProblemKind.BROKEN, path=path, reason=reason)


def load_client() -> None:
    """Import the HTTP client, a fifth of the start, in a thread during the first paint."""
    import enigma_panel.api.client  # noqa: F401, PLC0415 - see above


def _client(base_url: str, key: str, dialect: Dialect) -> ServiceClient:
    from enigma_panel.api.client import HttpClient  # noqa: PLC0415 - see load_client

    return HttpClient(base_url, key, dialect)


async def _open_connector(make: Callable[[], LiveConnector] | None) -> LiveConnector:
    """Load the library of the live channel when it is first needed, in a thread: it takes 0.1 s."""
    if make is not None:
        return make()
    return await event_loop.blocking(_socket_connector, time_limit=CONNECTOR_S)


def _socket_connector() -> LiveConnector:
    try:
        from enigma_panel.api.socketio_client import SocketConnector  # noqa: PLC0415 - see _open_connector
    except ModuleNotFoundError:
        log.warning("the library of the live channel cannot be loaded", exc_info=True)
        raise LiveError(LiveFault.MISSING) from None
    return SocketConnector()


def _keychain(base_url: str) -> SecretStore:
    """Make the store of a key. A key goes to no host but its own, so each host has an entry."""
    return KeychainStore(service_name(urlsplit(base_url).netloc))


def _demo_store(_base_url: str) -> SecretStore:
    store = MemoryStore()
    store.save(DEMO_KEY)
    return store
