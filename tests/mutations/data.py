"""Breaks of what is promised of data, keys and passwords."""

from tests.mutations.runner import Break

ACCOUNT = "tests/services/test_account.py"
RESULT_FILES = "tests/features/result_files/test_panel.py"
ASKED = "tests/features/desktop_notices/test_question_notifier.py"
SERVICE_LOGINS = "tests/features/saved_logins/test_logins.py"
SAVED_LOGINS = "tests/features/saved_logins/test_helper.py"
CHOSEN_LOGINS = "tests/features/saved_logins/test_chosen.py"
LOGIN_OFFERS = "tests/features/saved_logins/test_offers.py"
FILTER = "tests/services/state/test_redaction_filter.py"
FIELD = "tests/ui/widgets/test_password_edit.py"
DIALOG = "tests/ui/questions/test_dialog.py"
FILES = "tests/store/ledger/test_files.py"
LOG = "tests/runtime/test_logging_setup.py"
SECRETS = "tests/core/secrets/test_secret_answers.py"
NEITHER = "Neither is ever written to a file or a log"
EARLIER = (
    "tests/services/test_recovery.py"
    "::test_of_a_browser_of_an_earlier_run_nothing_that_is_called_a_password_is_kept"
)
REPLACED = "it is replaced, symbols and spaces included"
PRIVATE = "readable by you alone"
NOWHERE = "the IDs are nowhere else"
NO_OTHER = "The program connects to your account's host and to no other"
EXPORTED = "tests/features/exports/test_encoder.py"
EXPORTS = "tests/features/exports/test_exports.py"
DELETION = "tests/store/ledger/test_deletion.py"
DELETED = "removes ended tasks from the ledger for good"
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
        promise="In the log it always is",
        mistake="the log shows it",
        file="bootstrap.py",
        old="return redact_shapes(redactor.redact(text))",
        new="return redactor.redact(text)",
        tests=(EARLIER,),
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
        promise="has one masked field",
        mistake="it is not masked",
        file="ui/questions/forms/secret.py",
        old="        self.field = PasswordEdit(enter_moves_on=False)\n",
        new="        self.field = PasswordEdit(enter_moves_on=False)\n"
        "        self.field.set_masked(False)\n",
        tests=(f"{DIALOG}::test_what_is_asked_as_a_secret_goes_into_one_masked_field",),
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
        file="services/state/redaction.py",
        old="            known[service_id] = self._redactor.add_id(service_id)\n",
        new="            pass\n",
        tests=("tests/services/state/test_forgetting.py",),
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
        file="services/state/records.py",
        old="        if session is None or not is_history(session, now_ms):\n            return False\n        tasks",
        new="        if session is None:\n            return False\n        tasks",
        tests=("tests/services/state/test_forgetting.py",),
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
        promise="work at the host of their session and, with WebRun, at blobs.webrun.ai, nowhere else",
        mistake="wherever the service says",
        file="api/address.py",
        old="    if _host(origin) not in {_base_host(base_url), *hosts}:",
        new="    if False:",
        tests=(f"{RESULT_FILES}::test_an_address_elsewhere_is_blocked",),
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
        promise=INTO_A_FILE,
        mistake="an export is not redacted",
        file="features/exports/exports.py",
        old="lines_of(rows, self._redactor)",
        new="lines_of(rows, Redactor())",
        tests=(f"{EXPORTS}::test_nothing_that_opens_a_session_and_no_secret_is_in_it",),
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
        promise="it holds only a salted fingerprint of a key",
        mistake="it holds the key",
        file="store/ledger/ledger.py",
        old="return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=8).hex()",
        new="return secret.decode()",
        tests=("tests/store/ledger/test_writes.py",),
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
        promise=NEVER,
        mistake="an unconfirmed one, which may be running, is over, too",
        file="core/deletion.py",
        old="            return KeptReason.UNCONFIRMED\n",
        new="            pass\n",
        tests=(f"{DELETION}::test_what_is_in_queue_at_work_or_unconfirmed_stays",),
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
        promise=NOT_OVER,
        mistake="an assumed end is enough",
        file="store/ledger/queries.py",
        old='" AND max(s.ended_ms, coalesce(s.expires_ms, 0)) < :long_ago_ms)"',
        new='" AND :long_ago_ms)"',
        tests=(f"{DELETION}::test_what_is_of_a_session_whose_end_is_not_proven_stays",),
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
        promise="None of the agent's words is in it either.",
        mistake="the question stands in the place of the session's name",
        file="features/desktop_notices/question_notifier.py",
        old='            name=session.name if session is not None else "",',
        new="            name=question.text,",
        tests=(f"{ASKED}::test_one_question_is_named_and_several_are_counted",),
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
        promise="it is you who sends it",
        mistake="what is filled in is sent",
        file="ui/questions/forms/credentials.py",
        old="        self._filled = account\n        self.edited.emit()\n",
        new="        self._filled = account\n        self.window()._send()\n",
        tests=(f"{SAVED_LOGINS}::test_a_click_fills_it_in_and_sends_nothing",),
    ),
    Break(
        promise="once, to that task's first question",
        mistake="one that may have arrived is sent again",
        file="services/questions/inbox.py",
        old="question.question_n == 1 and not question.maybe_answered",
        new="question.question_n == 1",
        tests=(f"{CHOSEN_LOGINS}::test_what_may_have_arrived_is_not_sent_again",),
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
        file="services/state/first_read.py",
        old="    sessions |= ledger.sessions({t.session_key for t in tasks.values()} - set(sessions))\n",
        new="    sessions = ledger.sessions({t.session_key for t in tasks.values()})\n",
        tests=("tests/services/state/test_first_read.py",),
    ),
    Break(
        promise="A key in the environment variable ENIGMA_API_KEY is used first and never stored.",
        mistake="it is stored",
        file="services/account.py",
        old='            await self._use(key, "")\n',
        new='            await self._use(key, "")\n'
        "            await self._ask_store(lambda store: store.save(key))\n",
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
)
