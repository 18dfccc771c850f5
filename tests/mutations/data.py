"""Breaks of what docs/data.md and SECURITY.md say of data, and of what the README promises beside."""

from tests.mutations.runner import Break

ACCOUNT = "tests/services/test_account.py"
RESULT_FILES = "tests/features/result_files/test_panel.py"
ASKED = "tests/features/desktop_notices/test_question_notifier.py"
SERVICE_LOGINS = "tests/features/saved_logins/test_logins.py"
SAVED_LOGINS = "tests/features/saved_logins/test_helper.py"
LOGIN_OFFERS = "tests/features/saved_logins/test_offers.py"
WORDS = "test_neither_the_agents_words_nor_a_secret_is_in_it"
DONE = "tests/features/desktop_notices/test_done_notifier.py"
NOTICE_TEXTS = "tests/features/desktop_notices/test_text.py"
FILTER = "tests/services/state/test_redaction_filter.py"
FIELD = "tests/ui/widgets/test_password_edit.py"
DIALOG = "tests/ui/questions/test_dialog.py"
FILES = "tests/store/ledger/test_files.py"
LIVE_PEERS = "tests/api/test_live_connecting.py"
LOG = "tests/runtime/test_logging_setup.py"
SAID = "tests/ui/test_announcements.py"
SECRETS = "tests/core/secrets/test_secret_answers.py"
NEITHER = "Neither is ever written to a file or a log"
EARLIER = (
    "tests/services/test_recovery.py"
    "::test_of_a_browser_of_an_earlier_run_nothing_that_is_called_a_password_is_kept"
)
LATER = "in texts of sessions that an earlier run opened, whatever is called a password"
REPLACED = "it is replaced, symbols and spaces included"
PRIVATE = "readable by you alone"
NOWHERE = "the IDs are nowhere else"
NO_OTHER = "The program connects to your account's host and to no other"
OVER = "When a task of more than 20 s ends while you use another program, a desktop notice "
"says so"

EXPORTED = "tests/features/exports/test_encoder.py"
EXPORTS = "tests/features/exports/test_exports.py"
DELETION = "tests/store/ledger/test_deletion.py"
DELETIONS = "tests/features/deletion/test_deletions.py"
CHOSEN = (
    "If the task names several sites, or something that may be a site or a file, or the "
    "question names another site, nothing is filled in or saved until you choose the "
    "site."
)
DELETED = "removes ended tasks from the ledger for good"
COPIED = "what the copy of the ledger holds of them"
NOT_OVER = (
    "those of a session whose end is not proven, unless it was assumed longer ago than "
    "the longest life of a session and a day"
)
NEVER = "Tasks that are queued, running or unconfirmed are always kept"
INTO_A_FILE = "it holds no ID, no stream address and no key, and whatever is kept out of the log"
AS_A_FORMULA = "In CSV a cell that a spreadsheet would run as a formula"

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
        promise="Passwords and answers that you send to the agent live in memory until their session is over",
        mistake="an answer is kept in the ledger before it is sent",
        file="services/questions/answers.py",
        old="        if answer.verb is AnswerVerb.STOP:  # the task",
        new="        await self._store.update(\n"
        '            __import__("msgspec").structs.replace(task, error=answer.text)\n'
        "        )\n"
        "        if answer.verb is AnswerVerb.STOP:  # the task",
        tests=("tests/services/test_main_job.py::test_a_question_is_answered_once[up]",),
    ),
    Break(
        promise="live in memory until their session is over",
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
        old="        self._redactor.add_secret(key)\n        key_fingerprint",
        new="        key_fingerprint",
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
        file="services/questions/inbox.py",
        old="                self._store.redaction.remember(question.session_key, secret)\n",
        new="                pass\n",
        tests=(
            "tests/services/test_secret_answers.py::test_a_secret_is_known_before_it_is_sent_by_whichever_way",
        ),
    ),
    Break(
        promise="in sessions that were open before, only what is called a password is",
        mistake="a start does not know its sessions from those of the run before",
        file="services/state/session_store.py",
        old="        self.redaction.note_earlier(opened)\n",
        new="",
        tests=(EARLIER,),
    ),
    Break(
        promise=LATER,
        mistake="results of sessions of this run lose it as well",
        file="services/state/session_store.py",
        old="for key, session in self._sessions.items() if not session.is_planned)",
        new="for key in self._sessions)",
        tests=(EARLIER,),
    ),
    Break(
        promise="In the log it always is",
        mistake="the log shows it",
        file="bootstrap.py",
        old="return redact_shapes(redactor.redact(text))",
        new="return redactor.redact(text)",
        tests=(EARLIER,),
    ),
    Break(
        promise=LATER,
        mistake="steps show it",
        file="services/state/redaction.py",
        old="in STEP_KINDS and session_key not in self._earlier",
        new="in STEP_KINDS",
        tests=(
            f"{FILTER}::test_of_an_earlier_run_what_is_called_a_password_is_hidden_in_each_text",
        ),
    ),
    Break(
        promise=REPLACED,
        mistake="results pass as they are",
        file="services/state/redaction.py",
        old="            text = redact(text)\n",
        new="",
        tests=(f"{FILTER}::test_each_text_of_each_kind_of_fact_is_redacted",),
    ),
    Break(
        promise=REPLACED,
        mistake="steps pass as they are",
        file="services/state/timeline.py",
        old="texts = iter(self._redactor.redact_many(live))",
        new="texts = iter(live)",
        tests=(
            "tests/services/live/test_live.py::test_a_secret_that_the_agent_echoes_is_in_no_time_line",
        ),
    ),
    Break(
        promise=REPLACED,
        mistake="not where it stands in a structure",
        file="services/state/redaction.py",
        old="dict.fromkeys((text, *as_json))",
        new="dict.fromkeys((text,))",
        tests=(
            "tests/services/state/test_session_store.py::test_what_was_sent_is_known_also_where_it_stands_in_a_structure",
        ),
    ),
    Break(
        promise="If the agent repeats a password",
        mistake="of a login the password is none",
        file="core/secrets/secret_answers.py",
        old="    parts = [credentials_text(username, password), password]\n",
        new="    parts = [credentials_text(username, password)]\n",
        tests=(f"{SECRETS}::test_of_a_login_the_password_and_no_username",),
    ),
    Break(
        promise="what you answered to a question for a secret",
        mistake="only what looks like a code",
        file="core/secrets/secret_answers.py",
        old="    if kind in _SECRET_KINDS and _DECLINES",
        new="    if kind is QuestionKind.CREDENTIALS and _DECLINES",
        tests=(f"{SECRETS}::test_an_answer_to_a_question_for_a_secret_is_one",),
    ),
    Break(
        promise="so are codes in any other answer",
        mistake="codes are no secrets",
        file="core/secrets/secret_answers.py",
        old="    parts = [*_labelled(text), *_whole_code(text.strip(_OUTER))]\n",
        new="    parts: list[str] = []\n",
        tests=(f"{SECRETS}::test_a_code_is_one_in_any_answer_and_in_each_way_to_write_it",),
    ),
    Break(
        promise="Such a question is recognised by its words",
        mistake="none is",
        file="core/questions/kinds.py",
        old="    if asks_for_secret(words):\n",
        new="    if False:\n",
        tests=("tests/core/secrets/test_secret_questions.py::test_they_are_found_in_plain_words",),
    ),
    Break(
        promise="has one masked field",
        mistake="it is not masked",
        file="ui/questions/forms/secret.py",
        old="        self.field = PasswordEdit(enter_moves_on=False)\n",
        new="        self.field = PasswordEdit(enter_moves_on=False)\n"
        "        self.field.set_masked(False)\n",
        tests=(f"{DIALOG}::test_what_is_asked_as_a_secret_goes_into_one_masked_field",),
    ),
    Break(
        promise="Secret in the dialog does the same for any other",
        mistake="what is given there is no secret",
        file="ui/questions/forms/secret.py",
        old="        return secrets_in(self.answer(), QuestionKind.SECRET)",
        new="        return []",
        tests=(f"{DIALOG}::test_any_question_can_be_answered_with_a_secret",),
    ),
    Break(
        promise="Plain words of other answers are not replaced",
        mistake="they are, and missing in the result",
        file="core/secrets/secret_answers.py",
        old="    if kind in _SECRET_KINDS and _DECLINES",
        new="    if kind in QuestionKind and _DECLINES",
        tests=(f"{SECRETS}::test_plain_words_are_none_where_no_secret_is_asked_for",),
    ),
    Break(
        promise="For an answer to a purchase the ledger keeps the amount that you allowed",
        mistake="it keeps none",
        file="store/ledger/ledger.py",
        old="question_n, now_ms, clean_text(used))",
        new='question_n, now_ms, "")',
        tests=(
            "tests/services/questions/test_answers.py::test_what_was_allowed_today_is_known_after_a_restart",
        ),
    ),
    Break(
        promise="hands the session's link to your web browser, which remembers it in its history",
        mistake="nobody says so",
        file="ui/questions/forms/captcha.py",
        old="show_text(live_page_text(asking.live_page))",
        new='show_text("")',
        tests=(
            "tests/ui/questions/test_forms.py::test_the_live_page_is_opened_on_request_with_its_limits_said",
        ),
    ),
    Break(
        promise="SSLKEYLOGFILE is ignored",
        mistake="it is not",
        file="__main__.py",
        old='    os.environ.pop("SSLKEYLOGFILE", None)',
        new="    None",
        tests=("tests/app/test_command_line.py::test_no_key_of_a_connection_is_written_down",),
    ),
    Break(
        promise="a masked field shows only dots",
        mistake="Qt holds what was typed",
        file="ui/widgets/password_edit.py",
        old="            super().insert(FILLER * len(text))",
        new="            super().insert(text)",
        tests=(f"{FIELD}::test_qt_holds_fillers_only_whatever_is_done",),
    ),
    Break(
        promise="After Show, it gets the text as it is on the screen.",
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
        old="            known[service_id] = self._redactor.add_id(service_id)\n",
        new="            pass\n",
        tests=("tests/services/state/test_forgetting.py",),
    ),
    Break(
        promise="not in logs",
        mistake="the HTTP library logs whole addresses",
        file="api/client.py",
        old="    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)\n",
        new="    pass\n",
        tests=("tests/api/test_client_calls.py::test_nothing_is_logged_that_is_secret",),
    ),
    Break(
        promise="not in tool tips",
        mistake="it stands in the tip of its row",
        file="ui/sessions/model.py",
        old="severity=severity, tip=session.name",
        new='severity=severity, tip=session.service_id or ""',
        tests=("tests/ui/widgets/test_table_models.py::test_no_cell_holds_a_secret",),
    ),
    Break(
        promise="not in the window",
        mistake="Details show it",
        file="ui/details/head.py",
        old="        self.more.setEnabled(is_opened)\n",
        new="        self.more.setEnabled(is_opened)\n"
        '        self.more.setToolTip((session.service_id if session else None) or "")\n',
        tests=(
            "tests/ui/main_window/test_window.py::test_ids_are_shown_to_nobody_but_can_be_copied",
        ),
    ),
    Break(
        promise="except for whatever looks like a key",
        mistake="keys pass",
        file="core/secrets/redaction.py",
        old='    (("enig_", "wr_"), _API_KEY, MARK),\n',
        new="",
        tests=("tests/core/secrets/test_redaction.py::test_patterns",),
    ),
    Break(
        promise="repeats a secret that you sent to a session that is not over",
        mistake="it is forgotten while its session lives",
        file="services/state/session_store.py",
        old="        if session is None or not is_history(session, now_ms):\n            return False\n        tasks",
        new="        if session is None:\n            return False\n        tasks",
        tests=("tests/services/state/test_forgetting.py",),
    ),
    Break(
        promise="Texts of tasks and results are stored as they are",
        mistake="a result is cut",
        file="core/reducer.py",
        old='result=observation.text if observation.text is not None else "",',
        new='result=(observation.text or "")[:1_000],',
        tests=("tests/services/state/test_long_texts.py::test_a_long_result_is_kept_whole",),
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
        promise="What the agent reports of its steps is kept in the ledger",
        mistake="it is shown and not written",
        file="services/state/timeline.py",
        old="        if steps:\n",
        new="        if not steps:\n",
        tests=(
            "tests/services/live/test_live.py::test_all_that_the_agent_reports_is_kept_in_its_order",
        ),
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
        old="if opened_with != (self.base_url, self.key_fingerprint):",
        new="if opened_with[1] != self.key_fingerprint:",
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
        promise="work at the host of their session and, with WebRun, at blobs.webrun.ai, nowhere else",
        mistake="wherever the service says",
        file="api/address.py",
        old="    if _host(origin) not in {_base_host(base_url), *hosts}:",
        new="    if False:",
        tests=(f"{RESULT_FILES}::test_an_address_elsewhere_is_blocked",),
    ),
    Break(
        promise="work at the host of their session",
        mistake="not at its host, but at that of the account in use",
        file="features/result_files/panel.py",
        old="return file_address(file.url, session.base_url,",
        new='return file_address(file.url, "https://connect.enigma.click",',
        tests=(f"{RESULT_FILES}::test_the_web_browser_opens_it_at_exactly_its_address",),
    ),
    Break(
        promise="are opened by your web browser, which sends no key",
        mistake="by nothing, and nothing says so",
        file="features/result_files/panel.py",
        old="if not QDesktopServices.openUrl(QUrl(address)):",
        new="if not QUrl(address).isValid():",
        tests=(f"{RESULT_FILES}::test_the_web_browser_opens_it_at_exactly_its_address",),
    ),
    Break(
        promise="hands its address to your web browser, which loads it",
        mistake="in other letters: a signature in it holds no more",
        file="features/result_files/panel.py",
        old="QDesktopServices.openUrl(QUrl(address))",
        new="QDesktopServices.openUrl(QUrl(address.lower()))",
        tests=(f"{RESULT_FILES}::test_the_web_browser_opens_it_at_exactly_its_address",),
    ),
    Break(
        promise="Anyone with that address can open the file, and it stays in your browser's history.",
        mistake="nobody is told before the click",
        file="features/result_files/panel.py",
        old="        button.setToolTip(tip)\n",
        new="",
        tests=(f"{RESULT_FILES}::test_what_a_link_gives_away_is_told_before_the_click",),
    ),
    Break(
        promise="Anyone who has a file's address can open it.",
        mistake="a copied one stays on the clipboard",
        file="features/result_files/panel.py",
        old="self._app_actions.copy_secret",
        new="self._app_actions.copy",
        tests=(f"{RESULT_FILES}::test_a_copied_link_is_a_secret",),
    ),
    Break(
        promise="What is exported or saved overwrites nothing",
        mistake="it takes the place of another",
        file="store/new_file.py",
        old="os.O_WRONLY | os.O_CREAT | os.O_EXCL",
        new="os.O_WRONLY | os.O_CREAT",
        tests=("tests/store/test_new_file.py",),
    ),
    Break(
        promise="The program keeps it in the ledger alone",
        mistake="it is replaced there: nothing can be opened",
        file="services/state/redaction.py",
        old="url=redact_url(file.url)",
        new="url=redact(file.url)",
        tests=(f"{FILTER}::test_the_address_of_a_file_can_still_be_opened",),
    ),
    Break(
        promise=INTO_A_FILE,
        mistake="an export is not redacted",
        file="features/exports/exports.py",
        old="lines_of(rows, self._redactor)",
        new="lines_of(rows, Redactor())",
        tests=(f"{EXPORTS}::test_nothing_that_opens_a_session_and_no_secret_is_in_it",),
    ),
    Break(
        promise=INTO_A_FILE,
        mistake="long texts of an export are not redacted",
        file="features/exports/encoder.py",
        old="for name in _TEXTS if line[name]]",
        new="for name in _TEXTS if 0 < len(line[name] or ()) <= LONG_CHARS]",
        tests=(f"{EXPORTED}::test_a_secret_is_in_no_line",),
    ),
    Break(
        promise=AS_A_FORMULA,
        mistake="only its very first character is looked at",
        file="features/exports/encoder.py",
        old="""return cell if _RUNS.match(cell) is None else f"'{cell}\"""",
        new='return "\'" + cell if cell[:1] in {*"=+-@\\t\\r"} else cell',
        tests=(f"{EXPORTED}::test_no_spreadsheet_runs_a_cell",),
    ),
    Break(
        promise="Cells are separated by commas",
        mistake="they are parted by semicolons",
        file="features/exports/encoder.py",
        old="csv.writer(file)",
        new='csv.writer(file, delimiter=";")',
        tests=(f"{EXPORTED}::test_a_line_has_all_that_a_colleague_asks_for",),
    ),
    Break(
        promise="With each session the ledger keeps the balance",
        mistake="it is forgotten",
        file="core/reducer.py",
        old="        balance=observation.balance,\n",
        new="",
        tests=(
            "tests/core/test_reducer.py::test_ids_come_once_and_life_counts_from_the_first_request",
        ),
    ),
    Break(
        promise="it holds only a salted fingerprint of a key",
        mistake="it holds the key",
        file="store/ledger/ledger.py",
        old="return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=8).hex()",
        new="return secret.decode()",
        tests=("tests/store/ledger/test_writes.py",),
    ),
    Break(
        promise="a salted digest of the computer's ID",
        mistake="it holds the computer's id",
        file="store/ledger/origin.py",
        old="    return hashlib.sha256(salt + machine_id).digest()\n",
        new="    return salt and machine_id\n",
        tests=("tests/store/ledger/test_origin.py",),
    ),
    Break(
        promise=DELETED,
        mistake="a row that SQLite moved leaves pieces of itself",
        file="store/ledger/deletion.py",
        old='    db.execute("VACUUM")\n',
        new="",
        tests=(f"{DELETION}::test_no_byte_of_what_was_deleted_is_left_in_a_file",),
    ),
    Break(
        promise=DELETED,
        mistake="its bytes stay where they were until the file is written anew",
        file="store/ledger/database.py",
        old="PRAGMA secure_delete = ON",
        new="PRAGMA secure_delete = OFF",
        tests=(f"{DELETION}::test_what_was_deleted_is_overwritten_at_once",),
    ),
    Break(
        promise=DELETED,
        mistake="what is written of it afterwards brings it back",
        file="store/ledger/row_mapper.py",
        old='        self.update = f"UPDATE {name} SET {updates} WHERE key = ?"',
        new='        updates = ", ".join(f"{one} = excluded.{one}" for one in written[1:])\n'
        '        insert = _insert(name, [*written[1:], "key"])\n'
        '        self.update = f"{insert} ON CONFLICT (key) DO UPDATE SET {updates}"',
        tests=(
            f"{DELETION}::test_what_is_written_of_a_deleted_task_afterwards_brings_nothing_back",
        ),
    ),
    Break(
        promise=DELETED,
        mistake="its key comes back with another task",
        file="store/ledger/deletion.py",
        old='        for table in ("sessions", "tasks"):\n',
        new="        for table in ():\n",
        tests=(f"{DELETION}::test_keys_never_come_back",),
    ),
    Break(
        promise=COPIED,
        mistake="the copy of the last start is not made anew",
        file="features/deletion/deletions.py",
        old="            if result.deleted:\n",
        new="            if not result.deleted:\n",
        tests=(f"{DELETIONS}::test_neither_the_copy_nor_the_wal_holds_what_was_deleted",),
    ),
    Break(
        promise=COPIED,
        mistake="it is copied page for page, with pieces of what was there",
        file="store/ledger/file_copy.py",
        old='        source.execute("VACUUM INTO ?", (str(path),))\n',
        new="        source.backup(sqlite3.connect(path))\n",
        tests=(f"{DELETION}::test_no_byte_of_what_was_deleted_is_left_in_a_file",),
    ),
    Break(
        promise="a session goes with its last task",
        mistake="it stays, with what opens it",
        file="store/ledger/deletion.py",
        old='db.execute(statement, {"keys": json_of(empty)})',
        new='db.execute(statement, {"keys": "[]"})',
        tests=(
            f"{DELETION}::test_a_session_goes_with_its_last_task_and_before_keeps_what_the_others_cost",
        ),
    ),
    Break(
        promise=NEVER,
        mistake="an unconfirmed one, which may be running, is over, too",
        file="core/deletion.py",
        old="            return KeptReason.UNCONFIRMED\n",
        new="            pass\n",
        tests=(f"{DELETION}::test_what_is_in_queue_at_work_or_unconfirmed_stays",),
    ),
    Break(
        promise=NEVER,
        mistake="what was so when it was asked about is believed",
        file="store/ledger/deletion.py",
        old="going = [one for one in facts if reasons[one.key] is None]",
        new="going = facts",
        tests=(f"{DELETIONS}::test_what_changed_since_the_question_stays",),
    ),
    Break(
        promise="tasks with a call under way",
        mistake="open calls are not looked for",
        file="core/deletion.py",
        old="    return KeptReason.CALL if has_call else None\n",
        new="    return None\n",
        tests=(f"{DELETION}::test_what_a_call_is_open_about_stays_and_so_does_a_call_that_counts",),
    ),
    Break(
        promise="Tasks sent today stay until tomorrow",
        mistake="they go, and the day's cap counts less",
        file="store/ledger/queries.py",
        old="{STARTED} >= :day_ms",
        new="{STARTED} < :day_ms - :day_ms",
        tests=(f"{DELETIONS}::test_what_was_sent_today_stays_and_the_day_s_cap_counts_it",),
    ),
    Break(
        promise=NOT_OVER,
        mistake="an assumed end is enough",
        file="store/ledger/queries.py",
        old='" AND max(s.ended_ms, coalesce(s.expires_ms, 0)) < :long_ago_ms)"',
        new='" AND :long_ago_ms)"',
        tests=(f"{DELETION}::test_what_is_of_a_session_whose_end_is_not_proven_stays",),
    ),
    Break(
        promise=NOT_OVER,
        mistake="its time limit may come later",
        file="store/ledger/queries.py",
        old='" AND max(s.ended_ms, coalesce(s.expires_ms, 0)) < :long_ago_ms)"',
        new='" AND s.ended_ms < :long_ago_ms)"',
        tests=(f"{DELETION}::test_an_assumed_end_counts_a_day_after_the_longest_life",),
    ),
    Break(
        promise="may be left in the ledger until the program is closed",
        mistake="nobody does it then",
        file="store/ledger/ledger.py",
        old="            deletion.purge(self._db)\n",
        new="            _ = self._db.connection\n",
        tests=(f"{DELETION}::test_no_byte_of_what_was_deleted_is_left_in_a_file",),
    ),
    Break(
        promise="while you use another program",
        mistake="also who looks is told",
        file="features/desktop_notices/done_notifier.py",
        old="        if self._has_focus() or not self._is_wanted():",
        new="        if not self._is_wanted():",
        tests=(f"{DONE}::test_nothing_is_told_to_somebody_who_looks",),
    ),
    Break(
        promise="the session, its cost and how long it took",
        mistake="the cost is left out",
        file="features/desktop_notices/text.py",
        old=" if one.cost is not None else",
        new=" if False else",
        tests=(f"{NOTICE_TEXTS}::test_one",),
    ),
    Break(
        promise="Neither the task's text nor its result is in it: it may show on a locked screen.",
        mistake="a name that repeats a password is told",
        file="features/desktop_notices/done_notifier.py",
        old="self._notifier.show(NOTICE, notice.redacted(self._redact))",
        new="self._notifier.show(NOTICE, notice)",
        tests=(f"{DONE}::test_no_secret_is_told",),
    ),
    Break(
        promise="Neither the task's text nor its result is in it",
        mistake="the text stands in the place of the session's name",
        file="features/desktop_notices/done_notifier.py",
        old='            name=session.name if session is not None else "",',
        new="            name=task.spec.text,",
        tests=(DONE,),
    ),
    Break(
        promise="whether it is about a login, a code, a purchase or something else",
        mistake="money is like anything else",
        file="ui/text/questions.py",
        old="    if about_money and kind",
        new="    if False and kind",
        tests=(f"{NOTICE_TEXTS}::test_what_a_question_asks_for",),
    ),
    Break(
        promise="None of the agent's words is in it either.",
        mistake="the question stands in the place of the session's name",
        file="features/desktop_notices/question_notifier.py",
        old='            name=session.name if session is not None else "",',
        new="            name=question.text,",
        tests=(f"{ASKED}::test_one_question_is_named_and_several_are_counted",),
    ),
    Break(
        promise="A notice of a question holds none of the agent's words and no secret",
        mistake="a session that is named like a password is told",
        file="features/desktop_notices/question_notifier.py",
        old="notice.redacted(self._redact)",
        new="notice",
        tests=(f"{ASKED}::{WORDS}",),
    ),
    Break(
        promise="keeps its password in the keychain alone, in an entry of its own",
        mistake="all accounts of a host share one",
        file="features/saved_logins/feature.py",
        old="return KeychainStore(login_service(host), account)",
        new="return KeychainStore(login_service(host))",
        tests=(f"{SERVICE_LOGINS}::test_the_program_keeps_each_login_in_an_entry_of_its_own",),
    ),
    Break(
        promise="It is saved only if you check the box",
        mistake="it always is",
        file="features/saved_logins/helper.py",
        old="if self.remember.isChecked() and self._place.host:",
        new="if self._place.host:",
        tests=(f"{SAVED_LOGINS}::test_a_login_is_saved_only_if_the_box_says_so",),
    ),
    Break(
        promise="and filled in only by a click",
        mistake="the one used last is filled in by itself",
        file="features/saved_logins/helper.py",
        old="        self.buttons = [self._button(one) for one in fills]\n",
        new="        self.buttons = [self._button(one) for one in fills]\n"
        "        self._fill(*fills[:1])\n",
        tests=(f"{SAVED_LOGINS}::test_nothing_is_filled_in_unasked",),
    ),
    Break(
        promise="it is you who sends it",
        mistake="what is filled in is sent",
        file="ui/questions/forms/credentials.py",
        old="        self._filled = account\n        self.edited.emit()\n",
        new="        self._filled = account\n        self.window()._send()\n",
        tests=(f"{SAVED_LOGINS}::test_a_click_fills_it_in_and_sends_nothing",),
    ),
    Break(
        promise="is offered for exactly the host that the task names: the service does not "
        "say where the browser is now.",
        mistake="a host below a saved one gets it, too",
        file="features/saved_logins/offers.py",
        old="if one.host == place.host and",
        new="if place.host.endswith(one.host) and",
        tests=(f"{LOGIN_OFFERS}::test_no_other_host_of_the_domain_is_offered_it",),
    ),
    Break(
        promise="If a host only looks like a saved one, or the address has a port, a username or "
        "numbers instead of a name, nothing is filled in.",
        mistake="a port is passed over",
        file="features/saved_logins/sites.py",
        old='return has_port or "@" in parts.netloc',
        new='return "@" in parts.netloc',
        tests=(f"{LOGIN_OFFERS}::test_where_a_login_of_a_task_would_be",),
    ),
    Break(
        promise=CHOSEN,
        mistake="of several sites the first is taken",
        file="features/saved_logins/offers.py",
        old="is_clear = len(sites) == 1 and",
        new="is_clear = bool(sites) and",
        tests=(f"{LOGIN_OFFERS}::test_in_doubt_the_person_chooses",),
    ),
    Break(
        promise=CHOSEN,
        mistake="what the question names is passed over",
        file="features/saved_logins/offers.py",
        old="if is_clear and not another_site(question, named[0].host):",
        new="if is_clear:",
        tests=(f"{LOGIN_OFFERS}::test_a_question_may_name_another_site",),
    ),
    Break(
        promise=CHOSEN,
        mistake="it is saved all the same",
        file="features/saved_logins/helper.py",
        old="if self.remember.isChecked() and self._place.host:",
        new="if self.remember.isChecked():",
        tests=(f"{SAVED_LOGINS}::test_without_a_choice_nothing_is_saved",),
    ),
    Break(
        promise="If a host only looks like a saved one, or the address has a port, a username or "
        "numbers instead of a name, nothing is filled in.",
        mistake="a host of the same name with another ending is taken for it",
        file="features/saved_logins/offers.py",
        old="if one.host == place.host and",
        new='if one.host.partition(".")[0] == place.host.partition(".")[0] and',
        tests=(f"{LOGIN_OFFERS}::test_nothing_is_filled_in_where_the_host_only_looks_like_it",),
    ),
    Break(
        promise="What a screen reader announces holds none of the agent's words either",
        mistake="the question is read out",
        file="ui/announcements.py",
        old="    about_money = is_about_money(first.text)\n",
        new="    return first.text\n    about_money = is_about_money(first.text)\n",
        tests=(f"{SAID}::test_a_question_is_said_at_once_and_without_the_agents_words",),
    ),
)

README = (
    Break(
        promise="it writes each start to your disk",
        mistake="not durably: a power cut loses it",
        file="store/ledger/database.py",
        old='    connection.execute("PRAGMA synchronous = FULL")\n',
        new='    connection.execute("PRAGMA synchronous = OFF")\n',
        tests=(f"{FILES}::test_durable_settings_are_on",),
    ),
    Break(
        promise="shows it again after a crash, a kill or a power cut",
        mistake="sessions that are open are not loaded",
        file="services/state/session_store.py",
        old="    sessions |= ledger.sessions({t.session_key for t in tasks.values()} - set(sessions))\n",
        new="    sessions = ledger.sessions({t.session_key for t in tasks.values()})\n",
        tests=("tests/services/state/test_first_read.py",),
    ),
    Break(
        promise="keeps it in your system's keychain",
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
        old="            await self._use(key, KeyState.READY, where, check)\n",
        new="            if result.outcome is SecretOutcome.SAVED:\n"
        "                await self._use(key, KeyState.READY, where, check)\n",
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
        promise="secrets are removed from it",
        mistake="the excerpt of an odd reply is not redacted",
        file="api/wire/excerpt.py",
        old="    text = _TOKEN.sub(_hide_token, text)\n",
        new="",
        tests=("tests/api/test_wire_parts.py",),
    ),
)
