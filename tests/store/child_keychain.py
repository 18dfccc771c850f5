"""A process of its own on a session bus: does each step with the real keychain and prints JSON.

With the argument "locked" it saves, locks the collection, and tries again; with "logins" it does so
with the passwords of two saved logins.
"""

import json
import sys

from enigma_panel.store.keychain import KeychainStore, Result, login_service, service_name

KEY = "enig_real_key"


def told(result: Result) -> list[str | None]:
    return [result.outcome.value, result.where, result.secret]


def lock() -> None:
    import secretstorage

    bus = secretstorage.dbus_init()
    secretstorage.get_default_collection(bus).lock()
    bus.close()


def logins() -> list[list[str | None]]:
    maria, paul, elsewhere = (
        KeychainStore(login_service(host), account)
        for host, account in (
            ("bank.example", "maria"),
            ("bank.example", "paul"),
            ("other.example", "maria"),
        )
    )
    steps = [told(maria.save("zebra-47")), told(paul.save("lion-11"))]
    steps += [told(store.get()) for store in (maria, paul, elsewhere)]
    return [*steps, told(maria.remove()), told(maria.get()), told(paul.get())]


def main() -> None:
    if "logins" in sys.argv:
        print(json.dumps(logins()))
        return
    store = KeychainStore(service_name("test"))
    steps = [told(store.get()), told(store.save(KEY)), told(store.get())]
    if "locked" in sys.argv:
        lock()
        steps += [told(store.get()), told(store.save(KEY))]
    else:
        steps += [told(KeychainStore(service_name("other")).get())]
    steps += [told(store.remove()), told(store.remove())]
    print(json.dumps(steps))


main()
