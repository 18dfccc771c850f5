"""All breaks."""

from tests.mutations.data import DATA, README
from tests.mutations.keyboard import KEYBOARD
from tests.mutations.money import MONEY
from tests.mutations.notices import NOTICES
from tests.mutations.questions import QUESTIONS
from tests.mutations.results import RESULTS
from tests.mutations.safeguards import SAFEGUARDS
from tests.mutations.tasks_table import TASKS_TABLE

BREAKS = (
    *MONEY,
    *DATA,
    *README,
    *SAFEGUARDS,
    *KEYBOARD,
    *NOTICES,
    *QUESTIONS,
    *RESULTS,
    *TASKS_TABLE,
)
