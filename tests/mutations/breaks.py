"""All breaks."""

from tests.mutations.data import DATA
from tests.mutations.money import MONEY
from tests.mutations.safeguards import SAFEGUARDS

BREAKS = (*MONEY, *DATA, *SAFEGUARDS)
