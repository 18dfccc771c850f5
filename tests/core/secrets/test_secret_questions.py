"""Questions that ask for a secret are found in plain words of five languages, and no others.

The second table is of sentences that hold the same words and ask for nothing secret. An error
towards the first table costs a click, one towards the second a secret in a file.
"""

from enigma_panel.core.questions.kinds import QuestionKind, guess_kind
from tests.kit.rows import check_rows

SECRET = """
What is the passphrase?
I need the passphrase for the archive to go on.
Please type the pass phrase of the key file
Enter the passcode of the voicemail
What is the password of the PDF?
The file is protected. Please tell me its password.
Enter the PIN
What is the PIN of the card?
What is the PIN of the grey wall safe?
Please enter your 4-digit PIN.
I need the PIN the bank sent you.
what is your pin?
PIN?
PIN code, please
The site wants an access code.
Which access code should I type?
A verification code was sent to your phone. What is it?
This action requires two-factor authentication code
Please give me the 2FA code from your authenticator app
Enter the one-time code
The bank sent an OTP by SMS. What does it say?
I need the 6-digit code that was just emailed to you.
What is the code?
Please send me the code you received.
What code did you receive?
Enter the security code on the back
The site asks for the CVV of your card
What is your card number?
Please provide the credit card details
What is the API key?
Enter your licence key to activate the product
I need your secret key.
What is the Wi-Fi key?
What is the key?
Please provide the access token
Give me the token for the deployment.
What is the client secret?
Please answer the security question: what was your first car?
What is your mother’s maiden name?
What is the name of your first pet?
What is the city you were born in?
I need a recovery phrase to restore the wallet.
Which backup code may I use?
What is your social security number?
Wie lautet das Passwort für die Datei?
Bitte geben Sie Ihr Kennwort ein.
Bitte den Code eingeben, der per SMS kam: Bestätigungscode?
Ich brauche den Code aus der SMS.
Wie lautet die PIN?
Bitte die TAN nennen.
Wie lautet der API-Schlüssel?
Wie lautet die Antwort auf die Sicherheitsfrage?
Wie lautet die Kreditkartennummer?
Quel est votre mot de passe ?
Veuillez saisir le code d’accès.
Entrez le code de vérification reçu par SMS
Quelle est la clé API ?
Quel est le numéro de la carte ?
¿Cuál es la contraseña?
Introduzca el código de verificación
¿Cuál es la clave de acceso?
¿Cuál es el número de tarjeta?
Inserisci il codice di verifica
Qual è la chiave segreta?
Qual è la password del file?
Qual è il codice PIN della carta?
"""
"""One question a line."""

DOUBTFUL = """
Is the password still the old one?
Should I let the browser save the password?
Do you have a PIN for this?
What is the key to the city?
"""
"""Answered with dots although Yes would do: the safe side."""

HARMLESS = """
Which key feature matters most to you?
What is the key takeaway that I should report?
Which keyboard layout do you want?
Should I press the Enter key?
Which key should I press?
Should I send a token of appreciation?
How many tokens may I use for the summary?
Is the message pinned?
Should I PIN the tab?
Should I PIN this message?
Should I pin this tab or close it?
Where on the map should I put the pin?
Which of the pins on the board is yours?
Do you need the pin on the map?
Which code editor do you mean?
Which promo code should I try?
I have a discount code from your email. Shall I use it?
What is the postal code?
Should I copy the source code, too?
Is the dress code casual?
The QR code on the page leads elsewhere. Go on?
Which country code does the number have?
Do you want me to complete this purchase? The total is $49.99
Which product should I select? I see 3 options
Which colour: tan or black?
I encountered a security warning. Should I proceed?
Shall I read the secret garden, too?
Is it a top secret document?
A CAPTCHA is blocking me. Please solve it.
The login page shows a captcha. What does it say?
What is your phone number?
What is the order number?
Which passage should I quote?
Should I pass over the first entry?
The monkey is in the picture, too. Go on?
Do you need directions to the door?
Soll ich den Code-Editor öffnen?
Welche Tastatur soll ich nehmen?
Wie lautet die Postleitzahl?
Quel est le code postal ?
Quel est le point clé de l’article ?
¿Cuál es el punto clave del artículo?
¿Qué palabras clave debo buscar?
Quale parola chiave devo cercare?
"""


def test_they_are_found_in_plain_words() -> None:
    check_rows(_rows(SECRET + DOUBTFUL), _asks_for_secret)


def test_the_same_words_in_other_questions_mean_nothing() -> None:
    check_rows(_rows(HARMLESS), _asks_for_none)


def test_logins_have_two_fields_but_where_a_code_is_asked_for_too() -> None:
    for question in (
        "I need login credentials to proceed",
        "Please send your username and password",
        "Bitte Benutzername und Passwort eingeben",
        "Nom d’utilisateur et mot de passe ?",
    ):
        assert guess_kind(question) is QuestionKind.CREDENTIALS, question
    assert guess_kind("To log in I need the code from your phone") is QuestionKind.CODE


def test_an_endless_question_is_no_endless_work() -> None:
    """Linear: a table of regular expressions took half a minute for the first."""
    for filling in ("aaaaaaaa", "the key the ", "code that was ", "enter the your ", "é"):
        assert guess_kind(filling * 5_000) is not None


def _rows(text: str) -> list[tuple[str]]:
    return [(line,) for line in text.splitlines() if line]


def _asks_for_secret(question: str) -> None:
    assert guess_kind(question) in {QuestionKind.SECRET, QuestionKind.CODE}


def _asks_for_none(question: str) -> None:
    secret = {QuestionKind.SECRET, QuestionKind.CODE, QuestionKind.CREDENTIALS}
    assert guess_kind(question) not in secret
