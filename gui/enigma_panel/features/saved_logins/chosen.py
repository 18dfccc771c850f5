"""Answering a task's first question with the login that was chosen with the task."""

import asyncio
import logging

from enigma_panel.core.questions.kinds import CHOSEN_LOGIN_USED, QuestionKind, credentials_text
from enigma_panel.core.secrets.secret_answers import can_be_misread, login_secrets
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.features.saved_logins.logins import Logins
from enigma_panel.features.saved_logins.offers import login_host
from enigma_panel.features.saved_logins.settings import SavedLogin
from enigma_panel.services.container import Services
from enigma_panel.services.types import LedgerError, OpenQuestion

log = logging.getLogger(__name__)

OPEN_KEYCHAIN_S = 2.0
"""A keychain that is open answers sooner; one that waits for a person makes us ask that person."""


class ChosenLogins:
    """Takes questions that a chosen login answers; every doubt leaves them to the person."""

    def __init__(self, services: Services, logins: Logins) -> None:
        self._services = services
        self._logins = logins

    def takes(self, question: OpenQuestion) -> bool:
        """Whether that question is being answered from now on."""
        login = self._login_for(question)
        if login is None:
            return False
        answer = self._answer(question, login)
        return self._services.scope.spawn("answer with the chosen login", answer) is not None

    def _login_for(self, question: OpenQuestion) -> SavedLogin | None:
        """The task's login, where the question asks for it alone."""
        task = self._services.store.task(question.task_key)
        if task is None or not task.spec.login or question.kind is not QuestionKind.CREDENTIALS:
            return None
        offers = self._logins.offers(login_host(task.spec, question.text))
        return next((one for one in offers if one.account == task.spec.login), None)

    async def _answer(self, question: OpenQuestion, login: SavedLogin) -> None:
        try:
            async with asyncio.timeout(OPEN_KEYCHAIN_S):
                found = await self._logins.password(login)
            login_parts = (login.account, found.password)
            is_clear = found.fault is None and not any(map(can_be_misread, login_parts))
            if is_clear and not self._is_to_end(question):
                await self._services.inbox.answer(
                    question,
                    credentials_text(*login_parts),
                    AnswerVerb.RESUME,
                    login_secrets(*login_parts),
                    used=f"{CHOSEN_LOGIN_USED}{login.account}",
                )
        except (TimeoutError, LedgerError) as error:
            log.info("the chosen login was not sent: %s", type(error).__name__)
        finally:
            self._services.inbox.release(question.task_key)

    def _is_to_end(self, question: OpenQuestion) -> bool:
        """Whether the person had the task stopped, which an answer undoes, or its browser ended."""
        task = self._services.store.task(question.task_key)
        is_stopped = task is not None and task.stop_sent_ms is not None
        return is_stopped or self._services.sessions.pending(question.session_key) is not None
