"""Prose: paragraphs that look, and pack, as those of a language do."""

import random
from itertools import accumulate

from msgspec import Struct

__all__ = ["Paragraph", "make_paragraphs"]

# Common words as they are; letters as often as they are written, to make seldom words of.
LATIN = "eeeeeeeetttttaaaaaooooiiiinnnnssssrrrhhhlllddduuccmmfppgwwyybvk"
LANGUAGES = {
    "en": ("the of and to in a is that for it was on as with by at R&D 3 % <tag> «so»", LATIN),
    "nl": ("de het een van en in is dat op te zijn met voor niet aan er om ook dan", LATIN + "éë"),
    "de": ("der die und in den von zu das mit sich des auf für ist im dem Straße", LATIN + "äöüß"),
    "fr": ("de la le et les des en un du une que est pour qui dans à l’œuvre", LATIN + "éèêàç"),
    "es": ("de la que el en y a los se del las un por con no una su niño mañana", LATIN + "ñáéíó"),
    "ru": ("и в не на я быть он с что а по это она этот к но", "оооеееааииннттссррввллккммддппуя"),
    "el": ("και το να του η της με που την από για είναι", "αααοοοιιεεττσσννηυρρππκκμλωςάέό"),
    "ar": ("في من على أن إلى هذا كان عن التي مع ما", "ااااللللييممووننررتتبعدهسفقكحج"),
    "zh": (
        "的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国 我 以",
        "时间城市光水河流过桥冬天没有人工作年代新闻",
    ),
    "ja": (
        "の に は を た が で て と し れ さ ある いる も",
        "あいうえおかきくこさしすせそたちつてと光水川橋",
    ),
}
UNSPACED = ("zh", "ja")


class Paragraph(Struct, frozen=True):
    """A line of prose, and how many bytes it has in UTF-8."""

    text: str
    size: int


def make_paragraphs(dice: random.Random, count: int, language: str) -> list[Paragraph]:
    """Make paragraphs of 8 to 80 words, of few of them often and of many seldom."""
    common, letters = LANGUAGES[language]
    longest, space, stop = (3, "", "。") if language in UNSPACED else (12, " ", ".")
    made = ("".join(dice.choices(letters, k=dice.randint(1, longest))) for _ in range(4999))
    words = [*common.split(), *made]
    weights = list(accumulate(1 / rank for rank in range(3, len(words) + 3)))
    texts = (
        space.join(dice.choices(words, cum_weights=weights, k=dice.randint(8, 80))) + stop
        for _ in range(count)
    )
    return [Paragraph(text := each[:1].upper() + each[1:], len(text.encode())) for each in texts]
