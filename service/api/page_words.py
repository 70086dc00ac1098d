"""The few words of the pages behind links, in the languages of the scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

ENGLISH: Final = "en"
ABOUT: Final = {"en": "en", "de": "de", "fr": "fr", "es": "es"}
"""The code of each language, for the page's own."""
THANKS: Final = {
    "en": "We have noted it",
    "de": "Wir haben es notiert",
    "fr": "C'est noté",
    "es": "Lo hemos anotado",
}
CHANGED: Final = {
    "en": "Its price or stock has changed since we wrote to you. Please reply to our message.",
    "de": "Preis oder Bestand haben sich seit unserer Nachricht geändert. Bitte antworten Sie "
    "darauf.",
    "fr": "Son prix ou son stock a changé depuis notre message. Merci d'y répondre.",
    "es": "El precio o las existencias han cambiado desde nuestro mensaje. Por favor, respóndanos.",
}
EXPIRED: Final = {
    "en": "This link has expired. Please reply to our message.",
    "de": "Dieser Link ist abgelaufen. Bitte antworten Sie auf unsere Nachricht.",
    "fr": "Ce lien a expiré. Merci de répondre à notre message.",
    "es": "Este enlace ha caducado. Por favor, responda a nuestro mensaje.",
}
UNKNOWN: Final = {
    "en": "There is nothing at this address. Please copy the whole link.",
    "de": "Unter dieser Adresse ist nichts. Bitte kopieren Sie den ganzen Link.",
    "fr": "Il n'y a rien à cette adresse. Merci de copier le lien en entier.",
    "es": "No hay nada en esta dirección. Por favor, copie el enlace completo.",
}


def in_language(words: Mapping[str, str], locales: Iterable[str]) -> str:
    """The words in the first of the languages that there is; else in English.

    >>> in_language(ABOUT, ["nl_NL", "de_AT", "fr"])
    'de'
    """
    spoken = (locale.partition("_")[0].lower() for locale in locales)
    return words[next((language for language in spoken if language in words), ENGLISH)]
