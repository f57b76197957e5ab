"""The page's own words, by language; English where a language isn't here yet."""

from msgspec import Struct

__all__ = ["Phrases", "choose_phrases"]


class Phrases(Struct, frozen=True):
    """What the page says by itself. `language` is what it is said in."""

    language: str
    skip: str
    subscribe: str
    how: str
    recommended: str
    newest: str
    none: str


ENGLISH = Phrases(
    "en",
    "Skip to the articles",
    "Subscribe",
    "Copy one of these addresses into a feed reader, and new articles come to you.",
    "recommended",
    "Newest articles",
    "No articles yet.",
)
PHRASES = {
    phrases.language: phrases
    for phrases in (
        ENGLISH,
        Phrases(
            "nl",
            "Naar de artikelen",
            "Abonneren",
            "Kopieer een van deze adressen naar een feedlezer: nieuwe artikelen komen naar u toe.",
            "aanbevolen",
            "Nieuwste artikelen",
            "Nog geen artikelen.",
        ),
        Phrases(
            "de",
            "Zu den Artikeln",
            "Abonnieren",
            "Kopieren Sie eine der Adressen in einen Feedreader: neue Artikel kommen zu Ihnen.",
            "empfohlen",
            "Neueste Artikel",
            "Noch keine Artikel.",
        ),
        Phrases(
            "fr",
            "Aller aux articles",
            "S’abonner",
            "Copiez une adresse dans un lecteur de flux : les nouveaux articles viendront à vous.",
            "conseillé",
            "Derniers articles",
            "Pas encore d’articles.",
        ),
        Phrases(
            "es",
            "Ir a los artículos",
            "Suscribirse",
            "Copie una dirección en un lector de fuentes y los artículos nuevos le llegarán.",
            "recomendado",
            "Artículos más recientes",
            "Aún no hay artículos.",
        ),
    )
}


def choose_phrases(language: str) -> Phrases:
    """Return the phrases for a language tag."""
    return PHRASES.get(language.partition("-")[0], ENGLISH)
