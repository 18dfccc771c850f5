"""A keychain with one key in it, for the measurement of memory."""

from typing import Any

from keyring.backend import KeyringBackend

from benchmarks.processes import KEY


class OneKey(KeyringBackend):
    """Gives the simulator's key to whoever asks, and keeps nothing."""

    priority: Any = 1

    def get_password(self, service: str, username: str) -> str:
        return KEY

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing to keep."""

    def delete_password(self, service: str, username: str) -> None:
        """Nothing to delete."""
