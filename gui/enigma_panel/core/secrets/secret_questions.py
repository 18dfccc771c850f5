"""Which questions ask for a secret: a table of phrasings.

In the languages that pages ask in most: English, German, French, Spanish, Italian. Where it errs,
it errs towards a secret: a harmless answer behind dots is a nuisance that one click ends, a
passphrase in the ledger stays there.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from enigma_panel.core.lazy_pattern import lazy_compile


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _compounds(first: str, last: str) -> frozenset[str]:
    return frozenset("".join(pair) for pair in product(first.split(), last.split()))


def _by_first_word(phrases: Iterable[str]) -> Mapping[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for words in map(str.split, phrases):
        found.setdefault(words[0], []).append(words)
    return found


_PASSWORDS = _set(
    "password passwords passwd pwd passwort passworter kennwort kennworter contrasena contrasenas"
) | _compounds("wlan wifi einmal master", "passwort kennwort")
_PASSWORD_PHRASES = _by_first_word(("pass word", "mot de passe", "mots de passe"))

_WORDS = (
    _set("passphrase passphrases passcode passcodes passkey otp totp 2fa mfa cvv cvv2 cvc cvc2 ssn")
    | _set("iban mtan pincode geheimzahl geheimwort geheimfrage sicherheitsfrage cryptogramme")
    | _set("sicherheitsantwort madchenname madchennamen jeton")
    | _compounds(
        "sicherheits bestatigungs verifizierungs verifikations zugangs zugriffs einmal freischalt"
        " aktivierungs anmelde wiederherstellungs geheim entsperr sms",
        "code kode codes",
    )
    | _compounds("zugangs zugriffs sicherheits lizenz wiederherstellungs", "schlussel")
    | _compounds("karten kreditkarten kartenpruf konto geheim pin", "nummer ziffer")
)
"""Words that mean a secret wherever they stand."""
_PHRASES = _by_first_word(
    (
        "maiden name", "first pet", "your first car", "your first school", "your first teacher",
        "you were born", "you grew up", "two factor", "2 factor", "multi factor",
        "two step verification", "one time password", "one time pass", "one time pin",
        # French
        "code d'acces", "code de verification", "code de securite", "code de confirmation",
        "code de connexion", "code de validation", "code secret", "code a usage unique",
        "code recu", "code envoye", "cle api", "cle d'api", "cle d'acces", "cle secrete",
        "cle privee", "cle de licence", "cle de securite", "phrase secrete", "phrase de passe",
        "numero de carte", "numero de la carte", "numero de votre carte", "nom de jeune fille",
        "question secrete", "question de securite",
        # Spanish
        "codigo de verificacion", "codigo de acceso", "codigo de seguridad",
        "codigo de confirmacion", "codigo de un solo uso", "codigo secreto", "codigo que recibio",
        "codigo que recibiste", "codigo que le", "codigo que te", "codigo enviado",
        "clave de acceso", "clave secreta", "clave api", "clave privada", "numero de tarjeta",
        "numero de la tarjeta", "numero de su tarjeta", "numero de tu tarjeta",
        "apellido de soltera", "pregunta de seguridad", "pregunta secreta", "frase secreta",
        "frase de recuperacion",
        # Italian
        "codice di verifica", "codice di accesso", "codice di sicurezza", "codice di conferma",
        "codice segreto", "codice usa e getta", "codice ricevuto", "codice che hai ricevuto",
        "codice che ha ricevuto", "codice inviato", "chiave api", "chiave segreta",
        "chiave privata", "chiave di accesso", "numero di carta", "numero della carta",
        "numero della tua carta", "numero della sua carta", "cognome da nubile",
        "domanda di sicurezza", "domanda segreta",
    )
)  # fmt: skip
"""Phrases of several words in a row that mean a secret wherever they stand."""

_QUALIFIED: Mapping[str, frozenset[str]] = {
    "code": _set(
        "access verification verify security confirmation authentication authenticator auth"
        " authorization authorisation login otp totp 2fa mfa tan pin pass sms backup recovery reset"
        " activation unlock door gate alarm safe lock entry secret pairing email mail text card"
        " digit stellige stelligen"
    )
    | {"log in", "sign in", "one time", "single use", "two factor"},
    "pin": _set("card sim bank account phone security digit code codigo codice stellige stelligen"),
    "key": _set(
        "api secret private access license licence product activation encryption decryption"
        " recovery security ssh wifi fi wlan network master signing wallet serial pgp gpg backup"
    ),
    "schlussel": _set("api geheime geheimen private privaten ssh"),
    "token": _set("access api auth authentication bearer security refresh session csrf login bot"),
    "secret": _set("client shared app api webhook oauth"),
    "number": _set("card account routing security passport tax insurance pin"),
    "detail": _set("card"),
    "answer": _set("security secret"),
    "question": _set("security secret challenge"),
    "phrase": _set("pass secret seed recovery mnemonic wallet backup"),
    "word": _set("seed recovery mnemonic secret memorable"),
}
"""Words that are secrets only right after others. Key: the word or its plural; value: those."""

_ASKED_FOR = _set("code key token secret pin schlussel clave codigo codice chiave cle")
"""Words that are secrets where somebody asks for them: 'enter the code', 'what is your key?'"""
_ASKS = _set(
    "enter type provide supply send share tell give need needs require requires want wants have get"
    " know what's input insert brauche benotige lautet geben gib saisir saisissez entrez donnez"
    " introduzca introduce escriba ingrese inserisci inserire inserisca digita"
)
_IS = _set("is was are ist est es e")
_WHAT = _set("what which wie welches quel quelle cual qual")
_ARTICLES = _set("the an a")
_SKIPPED = _set(
    "the your my a an this that its correct right new old current me us in with for sie mir bitte"
    " der den die ihr ihren dein deinen moi lo su tu la il le votre tuo tua suo sua"
)
_FOLLOWS = _set(
    "to for from that you in on so and now here please it is was which we they sent aus ein um fur"
    " bitte pour para per . ? ! , : ; ( )"
)
"""Words after which a noun is asked for: 'the key for …' is, 'the key feature' is not."""

_ON_ITS_WAY = _set(
    "that which did was were is are has have had been i it they we you just from in on by via to"
    " your my the a an e shown displayed"
)
_ARRIVED = _set(
    "sent texted emailed mailed received receive got get generated authenticator phone sms email"
    " mail app inbox mobile"
)
"""Words that say that a code was sent: 'the code that was just sent', 'the code on your phone'."""
_HARMLESS_CODES = _set("promo discount coupon voucher qr bar source zip postal")

_ONE_TIME = _set("otp totp 2fa mfa mtan") | _compounds(
    "bestatigungs verifizierungs verifikations einmal anmelde sms", "code kode codes"
)
_ONE_TIME_PHRASES = _by_first_word(
    (
        "two factor", "2 factor", "multi factor", "two step verification", "one time password",
        "one time pass", "one time pin", "code de verification", "code de confirmation",
        "code de connexion", "code de validation", "code a usage unique", "code recu",
        "code envoye", "codigo de verificacion", "codigo de confirmacion",
        "codigo de un solo uso", "codigo que recibio", "codigo que recibiste", "codigo enviado",
        "codice di verifica", "codice di conferma", "codice usa e getta", "codice ricevuto",
        "codice che hai ricevuto", "codice che ha ricevuto", "codice inviato",
    )
)  # fmt: skip
_ONE_TIME_KINDS = _set(
    "verification verify confirmation authentication authenticator auth authorization authorisation"
    " login sms email mail text tan"
)
_ONE_TIME_PAIRS = frozenset({"log in", "sign in", "one time", "single use", "two factor"})
"""Pairs of words that mark a secret as good once: in the messages of a login."""

_NUMBERS = frozenset({"PIN", "PINs", "TAN"})
"""Nouns that are secrets in capitals, unless what is to be pinned follows: 'PIN the tab'."""
_NOUNS = _ASKED_FOR | _QUALIFIED.keys() | {"tan"}
_PINNED = _set("the this that it a an these all")
_PINBOARDS = _set("board boards icon button tab tabs drop marker map wall")

_TOKEN = lazy_compile(r"[^\W_]+(?:'[^\W_]+)?|[.?!,:;()]")


def words_of(question: str) -> list[str]:
    """Words and punctuation marks of a question, without accents; hyphens part words."""
    if not question.isascii():
        parts = unicodedata.normalize("NFKD", question.replace("’", "'"))
        question = "".join(char for char in parts if not unicodedata.combining(char))
    return _TOKEN.findall(question)


def asks_for_password(words: Sequence[str]) -> bool:
    """Whether a question of these words (`words_of`) is about a password, perhaps a login's."""
    low = [word.lower() for word in words]
    return not _PASSWORDS.isdisjoint(low) or _holds(low, _PASSWORD_PHRASES)


def asks_for_secret(words: Sequence[str]) -> bool:
    """Whether a question of these words (`words_of`) is about a secret other than a password."""
    low = [word.lower() for word in words]
    if not _WORDS.isdisjoint(low) or _holds(low, _PHRASES):
        return True
    places = (at for at, word in enumerate(low) if word.removesuffix("s") in _NOUNS)
    return any(_is_secret(words[at], low, at) for at in places)


def asks_for_one_time_code(words: Sequence[str]) -> bool:
    """Whether a secret asked for in these words (`words_of`) is good once and need not be hidden"""
    low = [word.lower() for word in words]
    if not _ONE_TIME.isdisjoint(low) or _holds(low, _ONE_TIME_PHRASES):
        return True
    codes = (at for at, word in enumerate(low) if word.removesuffix("s") in {"code", "pin"})
    return "TAN" in words or any(_is_one_time(low, at) for at in codes)


def _is_one_time(low: Sequence[str], at: int) -> bool:
    before = low[at - 1] if at else ""
    if before in _ONE_TIME_KINDS or " ".join(low[max(0, at - 2) : at]) in _ONE_TIME_PAIRS:
        return True
    return low[at].startswith("code") and _is_on_its_way(low, at)


def _holds(low: Sequence[str], phrases: Mapping[str, list[list[str]]]) -> bool:
    return any(
        low[at : at + len(phrase)] == phrase
        for at, word in enumerate(low)
        for phrase in phrases.get(word, ())
    )


def _is_secret(word: str, low: Sequence[str], at: int) -> bool:
    """Whether the word there, as it is written, is a secret's by what stands around it."""
    noun = low[at].removesuffix("s")
    if noun == "pin" and not _PINBOARDS.isdisjoint(low[at + 1 : at + 4]):
        return False
    before = low[at - 1] if at else ""
    if word in _NUMBERS and (low[at + 1 : at + 2] == [] or low[at + 1] not in _PINNED):
        return True
    if word in _NUMBERS and before in _SKIPPED:
        return True
    qualifiers = _QUALIFIED.get(noun, frozenset())
    if before in qualifiers or " ".join(low[max(0, at - 2) : at]) in qualifiers:
        return True
    if noun == "code" and before not in _HARMLESS_CODES and _is_on_its_way(low, at):
        return True
    return noun in _ASKED_FOR and _is_asked_for(low, at)


def _is_asked_for(low: Sequence[str], at: int) -> bool:
    if at + 1 < len(low) and low[at + 1] not in _FOLLOWS:
        return False
    verb = at - 1
    while verb >= 0 and low[verb] in _SKIPPED:
        verb -= 1
    if verb < 0 or (verb > 0 and low[verb - 1] in _ARTICLES):  # 'the Enter key'
        return False
    return low[verb] in _ASKS or (low[verb] in _IS and verb > 0 and low[verb - 1] in _WHAT)


def _is_on_its_way(low: Sequence[str], at: int) -> bool:
    end = at + 1
    while end < len(low) and low[end] in _ON_ITS_WAY:
        end += 1
    return end < len(low) and low[end] in _ARRIVED
