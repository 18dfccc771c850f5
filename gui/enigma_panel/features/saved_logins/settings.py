"""The saved logins' section of the settings file."""

from msgspec import Struct


class SavedLogin(Struct, frozen=True, kw_only=True, order=True):
    """A login without its password, which is in the keychain alone.

    host: in lower case, without "www.".
    """

    host: str
    account: str


class LoginSettings(Struct, frozen=True, kw_only=True):
    logins: tuple[SavedLogin, ...] = ()
