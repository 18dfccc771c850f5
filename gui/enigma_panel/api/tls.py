"""TLS contexts: one that trusts what the system trusts, and one that trusts nothing."""

import asyncio
import ssl

import certifi


def make_context() -> ssl.SSLContext:
    """The system's trusted certificates, or certifi's where Python finds none (frozen programs).

    Takes some 20 ms: not for a GUI thread.
    """
    paths = ssl.get_default_verify_paths()
    found = paths.cafile or paths.capath
    return ssl.create_default_context(cafile=None if found else certifi.where())


async def make_context_in_thread() -> ssl.SSLContext:
    """`make_context` in the event loop's default executor."""
    return await asyncio.to_thread(make_context)


def make_unused_context() -> ssl.SSLContext:
    """For plain HTTP to this machine: costs nothing and, if ever used, trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
