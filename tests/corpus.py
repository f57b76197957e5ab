"""A folder of articles, the same for the same seed: years, languages and labels of every kind."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["AUTHORS", "LABELS", "LANGUAGES", "write_corpus"]

LABELS = (
    *("C", "C++", "C#", ".NET", "F#", "Node.js", "R&D", "AC/DC", "TCP/IP", "I/O"),
    *("news", "News", "NEWS", "New York", "a_b", "A-B", "Q & A", "100%", "#1", "@home"),
    *(
        "العربية",
        "اقتصاد وأعمال",
        "חדשות",
        "סוף־שבוע",
        "Ελλάδα",
        "Πολιτισμός",
        "中文",
        "科技／互联网",
    ),
    *(
        "日本・文化",
        "हिन्दी",
        "Übersicht",
        "Straße",
        "İstanbul",
        "Œuvres",
        "👩‍👩‍👧 family",
        "❤️",
        "🚲",
    ),
    *('"quoted"', "<b>bold</b>", "..."),
)
LANGUAGES = ("en", "nl", "de", "fr", "ar", "he", "el")
AUTHORS = (
    "Ann Lee",
    "Zoë O'Neill",
    "محمد علي",
    "דנה כהן",
    "Νίκος Παππάς",
    "李雷",
    "🦊 Fox",
    "J. & K.",
)
WORDS = {
    "en": "the river moved slowly under a bridge that nobody had crossed since winter",
    "nl": "de rivier stroomde traag onder een brug die niemand sinds de winter was overgestoken",
    "de": "der Fluß floss träge unter einer Brücke die seit dem Winter niemand überquert hatte",
    "fr": "la rivière coulait lentement sous un pont que nul n’avait franchi depuis l’hiver",
    "ar": "كان النهر يجري ببطء تحت جسر لم يعبره أحد منذ الشتاء",
    "he": "הנהר זרם לאט מתחת לגשר שאיש לא חצה מאז החורף",
    "el": "το ποτάμι κυλούσε αργά κάτω από μια γέφυρα που κανείς δεν είχε περάσει",
}
BEGIN = datetime(2012, 6, 1, 8, tzinfo=UTC)
YEARS = 12


def write_corpus(folder: Path, articles: int, seed: int = 1) -> None:
    """Write `articles` articles in the text form, spread over twelve years."""
    dice = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(articles):
        language = LANGUAGES[number % len(LANGUAGES)]
        published = BEGIN + timedelta(
            days=YEARS * 365 * number / articles, seconds=dice.randrange(86_400)
        )
        name = f"{number:05}-{dice.choice(('ü', 'x', '中', 'ع'))}.{language}.txt"
        (folder / name).write_text(
            _write_article(dice, number, language, published), encoding="utf-8"
        )


def _write_article(dice: random.Random, number: int, language: str, published: datetime) -> str:
    head = [
        f"{_write_words(dice, language, 6)} <{number}> & {dice.choice('“”🎈é')}",
        f"{published:%Y-%m-%dT%H:%M:%SZ}",
    ]
    if number % 20:
        head.append(f"https://example.org/{published:%Y/%m}/{number}")
    if number % 3:
        head.append(f"author: {AUTHORS[number % len(AUTHORS)]}")
    if number % 7 == 0:
        head.append(f"updated: {published + timedelta(days=400):%Y-%m-%dT%H:%M:%SZ}")
    if number % 11 == 0:
        image = f"https://example.org/{number}.jpg" if number % 2 else "https://e.net/p.png"
        head.append(f"image: {image} A picture of “{number}” & more")
    if number % 13 == 0:
        head.append(f"enclosure: https://example.org/{number}.mp3 {number * 1000} audio/mpeg")
    if number % 101 == 100:
        head.append("unlisted: yes")
    if number % 103 == 102:
        head.append("draft: yes")
    body = [
        f"{_write_words(dice, language, dice.randrange(8, 60))}."
        for _ in range(dice.randrange(1, 5))
    ]
    if number % 17 == 0:
        body.insert(1, "https://feeds.example.org/pictures/river.png")
    common = [1 / rank for rank in range(1, len(LABELS) + 1)]
    labels = [LABELS[number % len(LABELS)]] if number < len(LABELS) else []
    labels += dice.choices(LABELS, common, k=dice.randrange(0, 4))
    head += [f"category: {label}" for label in dict.fromkeys(labels)]
    return "\n".join([*head, "", *body]) + "\n"


def _write_words(dice: random.Random, language: str, count: int) -> str:
    words = WORDS[language].split()
    return " ".join(dice.choice(words) for _ in range(count))
