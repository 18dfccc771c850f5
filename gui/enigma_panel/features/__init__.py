"""Optional features: each is a folder here and a line below, and can be taken out with both."""

from enigma_panel.features.copy_as.feature import COPY_AS
from enigma_panel.features.costs.feature import COSTS
from enigma_panel.features.deletion.feature import DELETION
from enigma_panel.features.desktop_notices.feature import DESKTOP_NOTICES
from enigma_panel.features.exports.feature import EXPORTS
from enigma_panel.features.feature import Feature
from enigma_panel.features.help.feature import HELP
from enigma_panel.features.result_files.feature import RESULT_FILES
from enigma_panel.features.results.feature import RESULTS
from enigma_panel.features.saved_logins.feature import SAVED_LOGINS
from enigma_panel.features.tray.feature import TRAY
from enigma_panel.features.unanswered.feature import UNANSWERED

FEATURES: tuple[Feature, ...] = (
    DESKTOP_NOTICES,
    TRAY,
    RESULTS,
    RESULT_FILES,
    COSTS,
    EXPORTS,
    DELETION,
    COPY_AS,
    SAVED_LOGINS,
    UNANSWERED,
    HELP,
)
"""All features, in the order in which they are installed."""
