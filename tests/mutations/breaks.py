"""All breaks."""

from tests.mutations.data import DATA, README
from tests.mutations.money import MONEY
from tests.mutations.notices import NOTICES
from tests.mutations.questions import QUESTIONS
from tests.mutations.results import RESULTS
from tests.mutations.safeguards import SAFEGUARDS

BREAKS = (
    *MONEY,
    *DATA,
    *README,
    *SAFEGUARDS,
    *NOTICES,
    *QUESTIONS,
    *RESULTS,
)
