"""Breaks of docs/data.md, in its order, and of what the README promises beside it."""

from tests.mutations.runner import Break

ACCOUNT = "tests/services/test_account.py"
DONE = "tests/services/test_done_notifier.py"
FIELD = "tests/ui/widgets/test_password_edit.py"
FILES = "tests/store/ledger/test_files.py"
LIVE_PEERS = "tests/api/test_live_connecting.py"
LOG = "tests/runtime/test_logging_setup.py"
NEITHER = "Neither is ever written to a file or a log"
REPLACED = "where the agent repeats one it is replaced"
PRIVATE = "readable by you alone"
NOWHERE = "the ids are nowhere else"
KEPT_AS_THEY_ARE = "Texts of tasks and results are stored as they are"
NO_OTHER = "The program speaks to your account's host and to no other"
OVER = "When a task of more than 20 s is over while you look elsewhere, the desktop says so"

DATA = (
    Break(
        promise="API keys live in the keychain and in memory.",
        mistake="any keychain will do, also a plain file",
        file="store/keychain.py",
        old="name = _NAMES.get(type(backend).__module__, NO_PLACE)",
        new='name = _NAMES.get(type(backend).__module__, "a file")',
        tests=("tests/store/test_keychain.py::test_never_a_file",),
    ),
    Break(
        promise="Passwords and answers that you send to the agent live in memory until they are sent.",
        mistake="an answer is kept in the ledger before it is sent",
        file="services/questions/answers.py",
        old="        ending, owner = self._store.ending, object()\n",
        new='        await self._store.update(__import__("dataclasses").replace(task, error=text))\n'
        "        ending, owner = self._store.ending, object()\n",
        tests=("tests/services/test_main_job.py::test_a_question_is_answered_once[up]",),
    ),
    Break(
        promise="live in memory until they are sent",
        mistake="the field keeps it afterwards",
        file="ui/widgets/password_edit.py",
        old='        self.setText("")\n        self.setModified(False)\n',
        new="",
        tests=(
            f"{FIELD}::test_forgetting_empties_history_and_masks_again",
            "tests/ui/questions/test_dialog.py::test_nothing_typed_is_left_after_sending",
        ),
    ),
    Break(
        promise=NEITHER,
        mistake="the log is not redacted",
        file="runtime/logging_setup.py",
        old="return self._redact(super().format(record))",
        new="return super().format(record)",
        tests=(f"{LOG}::test_what_is_logged_is_redacted",),
    ),
    Break(
        promise=NEITHER,
        mistake="the key is not known to who redacts the log",
        file="services/account.py",
        old="        self._redactor.add_secret(key)\n",
        new="",
        tests=(f"{ACCOUNT}::test_a_key_in_use_is_redacted",),
    ),
    Break(
        promise=NEITHER,
        mistake="an error repeats what its call sent",
        file="api/client.py",
        old="scrub = make_scrub(self._key, session_id, text)",
        new="scrub = make_scrub(self._key, session_id)",
        tests=("tests/api/test_client_faults.py::test_what_a_call_sent_is_not_in_its_error",),
    ),
    Break(
        promise=REPLACED,
        mistake="what was sent is not remembered",
        file="services/questions/answers.py",
        old="            self._store.remember_secret(session.key, secret)\n",
        new="            del secret\n",
        tests=(
            "tests/services/queue/test_unknown_outcomes.py::test_an_echoed_password_does_not_reach_the_ledger[up]",
        ),
    ),
    Break(
        promise=REPLACED,
        mistake="results pass as they are",
        file="services/state/redaction.py",
        old="        text = self.text_of(observation)\n",
        new="        text = observation.text\n",
        tests=("tests/services/state/test_redaction.py",),
    ),
    Break(
        promise=REPLACED,
        mistake="steps pass as they are",
        file="services/state/timeline.py",
        old="texts = iter(self._redactor.redact_many(told))",
        new="texts = iter(told)",
        tests=(
            "tests/services/live/test_live.py::test_a_secret_that_the_agent_echoes_is_in_no_time_line",
        ),
    ),
    Break(
        promise=REPLACED,
        mistake="not where it stands in a structure",
        file="services/state/session_store.py",
        old="dict.fromkeys((text, json.dumps(text, ensure_ascii=False)[1:-1]))",
        new="dict.fromkeys((text,))",
        tests=("tests/services/state/test_redaction.py",),
    ),
    Break(
        promise="masked fields tell it dots only",
        mistake="Qt holds what was typed",
        file="ui/widgets/password_edit.py",
        old="            super().insert(FILLER * len(text))",
        new="            super().insert(text)",
        tests=(f"{FIELD}::test_qt_holds_fillers_only_whatever_is_done",),
    ),
    Break(
        promise="After Show, Qt tells it the text itself, as it is on the screen.",
        mistake="Show shows dots",
        file="ui/widgets/password_edit.py",
        old="        self.set_masked(not shown)",
        new="        self.set_masked(True)",
        tests=(f"{FIELD}::test_show_shows_and_keeps_the_hints",),
    ),
    Break(
        promise=PRIVATE,
        mistake="a new ledger is readable for all",
        file="store/ledger/database.py",
        old="        # The last of several processes to close the ledger may remove -wal and -shm just now.\n"
        "        with contextlib.suppress(FileNotFoundError):\n"
        "            if not file.is_symlink() and file.stat().st_mode & 0o077:\n"
        "                file.chmod(0o600)\n",
        new="        del file\n",
        tests=(f"{FILES}::test_a_ledger_with_loose_modes_is_tightened",),
    ),
    Break(
        promise=PRIVATE,
        mistake="it is readable for all in its first moment",
        file="store/ledger/database.py",
        old="os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))",
        new="os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o644))",
        tests=(f"{FILES}::test_it_is_private_from_the_first_moment",),
    ),
    Break(
        promise=PRIVATE,
        mistake="its copy is readable for all",
        file="store/ledger/file_copy.py",
        old="os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600",
        new="os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644",
        tests=(
            "tests/store/ledger/test_backup.py::test_a_copy_holds_all_that_is_committed_in_one_private_file",
        ),
    ),
    Break(
        promise=PRIVATE,
        mistake="others may enter the folder",
        file="store/paths.py",
        old="            folder.chmod(0o700)\n",
        new="            pass\n",
        tests=("tests/store/test_paths.py::test_prepared_folders_are_private",),
    ),
    Break(
        promise=NOWHERE,
        mistake="a session's id is not known to who redacts",
        file="services/state/session_store.py",
        old="            self._id_tokens[session.key] = self._redactor.add_id(session.service_id)\n",
        new="            pass\n",
        tests=("tests/services/state/test_forgetting.py",),
    ),
    Break(
        promise="not in logs",
        mistake="the library of the live channel logs it",
        file="api/client.py",
        old="    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)\n",
        new="    pass\n",
        tests=("tests/api/test_client_calls.py::test_nothing_is_logged_that_is_secret",),
    ),
    Break(
        promise="not in tool tips",
        mistake="it stands in the tip of its row",
        file="ui/sessions/model.py",
        old="sort=session.name, tip=session.name",
        new='sort=session.name, tip=session.service_id or ""',
        tests=("tests/ui/widgets/test_table_models.py::test_no_cell_holds_a_secret",),
    ),
    Break(
        promise="masked in the window",
        mistake="Details spell it out",
        file="ui/details/panel.py",
        old="        for widget in (self.id_head, self.dots, self.copy_id):\n",
        new="        self.dots.setText((session.service_id if session is not None else None) or MASK)\n"
        "        for widget in (self.id_head, self.dots, self.copy_id):\n",
        tests=(
            "tests/ui/main_window/test_window.py::test_ids_are_shown_to_nobody_but_can_be_copied",
        ),
    ),
    Break(
        promise="except for what looks like a key",
        mistake="keys pass",
        file="core/redaction.py",
        old='    (("enig_", "wr_"), _API_KEY, MARK),\n',
        new="",
        tests=("tests/core/test_redaction.py::test_patterns",),
    ),
    Break(
        promise="or repeats credentials or a code that you sent in the same run",
        mistake="codes are no secrets",
        file="core/questions.py",
        old="    return [code] if _CODE_ANSWER.fullmatch(code) else []",
        new="    return []",
        tests=("tests/core/test_questions.py::test_secrets_of_an_answer",),
    ),
    Break(
        promise=KEPT_AS_THEY_ARE,
        mistake="whatever was answered is blacked out in results",
        file="core/questions.py",
        old="    return [code] if _CODE_ANSWER.fullmatch(code) else []",
        new="    return [code]",
        tests=("tests/core/test_questions.py::test_secrets_of_an_answer",),
    ),
    Break(
        promise="What you write into a task's own text stays there.",
        mistake="it is redacted before it is sent and stored",
        file="services/sessions.py",
        old="        verb = TaskVerb.RUN_TASK if one_call else TaskVerb.NEW_TASK\n",
        new="        verb = TaskVerb.RUN_TASK if one_call else TaskVerb.NEW_TASK\n"
        "        spec = replace(spec, text=self._store._redactor.redact(spec.text))\n",
        tests=("tests/services/test_sessions.py",),
    ),
    Break(
        promise="What the agent tells of its steps is kept in the ledger",
        mistake="it is shown and not written",
        file="services/state/timeline.py",
        old="        if steps or full:\n",
        new="        if full:\n",
        tests=("tests/services/live/test_live.py::test_a_flood_is_counted_and_not_kept",),
    ),
    Break(
        promise="at most 10,000 lines a task",
        mistake="all are kept",
        file="services/state/timeline.py",
        old="        ledger.trim_steps(key, MOST_STEPS)\n",
        new="        del key\n",
        tests=("tests/services/state/test_timeline.py",),
    ),
    Break(
        promise=NO_OTHER,
        mistake="a redirect is followed",
        file="api/client.py",
        old="follow_redirects=False",
        new="follow_redirects=True",
        tests=("tests/api/test_client_faults.py",),
    ),
    Break(
        promise=NO_OTHER,
        mistake="an id can lead to another path",
        file="api/client.py",
        old='    quoted = quote(id_, safe="")\n',
        new="    quoted = id_\n",
        tests=("tests/api/test_client_calls.py::test_an_id_cannot_lead_elsewhere",),
    ),
    Break(
        promise=NO_OTHER,
        mistake="the key goes to whatever host a session is of",
        file="services/account.py",
        old="same = session.base_url == self.base_url and session",
        new="same = session",
        tests=(f"{ACCOUNT}::test_a_session_is_controlled_with_its_own_key_and_host_only",),
    ),
    Break(
        promise=NO_OTHER,
        mistake="without encryption, too",
        file="api/address.py",
        old='    if parts.scheme == "http" and not is_loopback(host):',
        new="    if False:",
        tests=("tests/api/test_address.py::test_bad_addresses",),
    ),
    Break(
        promise="a session's live channel at another host is not used",
        mistake="it is",
        file="api/address.py",
        old="    if not origin or _host(origin) != _base_host(base_url):",
        new="    if not origin:",
        tests=("tests/api/test_live_address.py",),
    ),
    Break(
        promise="a session's live channel at another host is not used",
        mistake="it is where the service redirects to it",
        file="api/socketio_client.py",
        old="    trace.on_request_redirect.append(_stay_here)\n",
        new="",
        tests=(f"{LIVE_PEERS}::test_a_redirect_is_not_followed",),
    ),
    Break(
        promise=OVER,
        mistake="also what took a second",
        file="services/done_notifier.py",
        old="task.is_new and _took_ms(task) > LEAST_MS",
        new="task.is_new",
        tests=(f"{DONE}::test_only_who_took_long_is_told",),
    ),
    Break(
        promise="while you look elsewhere",
        mistake="also who looks is told",
        file="services/done_notifier.py",
        old="        if self._has_focus() or not self._is_wanted():",
        new="        if not self._is_wanted():",
        tests=(f"{DONE}::test_nothing_is_told_to_somebody_who_looks",),
    ),
    Break(
        promise="the session, its cost and how long it took",
        mistake="the cost is left out",
        file="ui/text/notification.py",
        old="    if one.cost is None:",
        new="    if True:",
        tests=("tests/ui/text/test_notification.py::test_one",),
    ),
    Break(
        promise='or "4 of 10 done, 1 failed"',
        mistake="those that failed are not named",
        file="ui/text/notification.py",
        old="    if not failed:",
        new="    if True:",
        tests=("tests/ui/text/test_notification.py::test_several",),
    ),
    Break(
        promise="Neither the task's text nor its result is in it: it may stand on a locked screen.",
        mistake="a name that repeats a password is told",
        file="services/done_notifier.py",
        old="await self._notifier.show(self._redact(title), self._redact(body))",
        new="await self._notifier.show(title, body)",
        tests=(f"{DONE}::test_no_secret_is_told",),
    ),
    Break(
        promise="Neither the task's text nor its result is in it",
        mistake="the text stands in the place of the session's name",
        file="services/done_notifier.py",
        old='            name=session.name if session is not None else "",',
        new="            name=task.spec.text,",
        tests=(DONE,),
    ),
    Break(
        promise="A click opens the result",
        mistake="it opens nothing",
        file="services/done_notifier.py",
        old="            self.opened.emit(max(keys), token)",
        new="            del token",
        tests=(f"{DONE}::test_a_click_opens_the_newest_that_is_still_new",),
    ),
    Break(
        promise="Settings turns it off",
        mistake="it does not",
        file="services/done_notifier.py",
        old="        if self._has_focus() or not self._is_wanted():",
        new="        if self._has_focus():",
        tests=(f"{DONE}::test_whoever_wants_none_gets_none",),
    ),
)

README = (
    Break(
        promise="whatever it starts is written down on your disk before the request is sent",
        mistake="it is written down once the request has been answered",
        file="services/queue/starter.py",
        old="        with self._starts.naming(session.key):\n",
        new="        await client.start_session(max_duration_ms=None)\n"
        "        with self._starts.naming(session.key):\n",
        tests=(
            "tests/services/queue/test_starter.py::test_a_start_is_in_the_ledger_before_it_is_sent",
        ),
    ),
    Break(
        promise="whatever it starts is written down on your disk",
        mistake="not durably: a power cut loses it",
        file="store/ledger/database.py",
        old='    connection.execute("PRAGMA synchronous = FULL")\n',
        new='    connection.execute("PRAGMA synchronous = OFF")\n',
        tests=(f"{FILES}::test_durable_settings_are_on",),
    ),
    Break(
        promise="is back after a crash, a kill or a power cut",
        mistake="sessions that are open are not loaded",
        file="services/state/session_store.py",
        old="    sessions |= ledger.sessions({t.session_key for t in tasks.values()} - set(sessions))\n",
        new="    sessions = ledger.sessions({t.session_key for t in tasks.values()})\n",
        tests=("tests/services/state/test_first_read.py",),
    ),
    Break(
        promise="keeps it in the keychain of your system",
        mistake="it stays in memory",
        file="services/account.py",
        old="self._ask_store(lambda store: store.save(key), KEYCHAIN_S)",
        new="self._ask_store(lambda _: MemoryStore().save(key), KEYCHAIN_S)",
        tests=(f"{ACCOUNT}::test_what_no_keychain_takes_stays_in_memory",),
    ),
    Break(
        promise="says whether the service accepted it",
        mistake="a refused one is called accepted",
        file="services/account.py",
        old="return KeyCheck.REFUSED if refused else KeyCheck.UNREACHABLE",
        new="return KeyCheck.ACCEPTED if refused else KeyCheck.UNREACHABLE",
        tests=(f"{ACCOUNT}::test_the_service_accepts_and_refuses",),
    ),
    Break(
        promise="Without a keychain the key stays in memory until you quit",
        mistake="it is not used",
        file="services/account.py",
        old="            await self._use(key, KeyState.READY, where)\n",
        new="            if result.outcome is SecretOutcome.SAVED:\n"
        "                await self._use(key, KeyState.READY, where)\n",
        tests=(f"{ACCOUNT}::test_what_no_keychain_takes_stays_in_memory",),
    ),
    Break(
        promise="A key in the environment variable ENIGMA_API_KEY is used first and never stored.",
        mistake="it is stored",
        file="services/account.py",
        old="            self.from_environment = True\n",
        new="            self.from_environment = True\n"
        "            await self._ask_store(lambda store: store.save(key), KEYCHAIN_S)\n",
        tests=(f"{ACCOUNT}::test_the_environment_comes_first_and_is_not_stored",),
    ),
    Break(
        promise="nothing is real and nothing costs money",
        mistake="the demo uses the person's key",
        file="bootstrap.py",
        old="environment={} if is_demo else os.environ",
        new="environment=os.environ",
        tests=("tests/test_bootstrap.py",),
    ),
    Break(
        promise="it is redacted, and stands in panel.log",
        mistake="the excerpt of an odd reply is not redacted",
        file="api/wire/excerpt.py",
        old="    text = _TOKEN.sub(_hide_token, text)\n",
        new="",
        tests=("tests/api/test_wire_parts.py",),
    ),
)
