"""Saved logins: a question for a login is filled in by a click, the password is in the keychain."""
