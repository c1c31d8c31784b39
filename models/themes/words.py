"""Which words of an item's name can make or name a theme: what it is, not its colour, pattern, size or count."""

import re

_COLOURS = """red blue green pink white black yellow orange purple ivory cream grey gray silver gold golden turquoise aqua
lilac brown beige clear amber multicolour multicoloured multi coloured colour colours colored color colors pastel pale dark
lavender navy copper bronze fuchsia amethyst ruby emerald sapphire jade teal khaki maroon burgundy magenta cerise duck
tan violet indigo crimson"""
_PATTERNS = """polkadot polka dot dots dotty spot spots spotty retrospot retro stripe stripes striped stripey paisley gingham
floral check checked tartan plain pattern patterned patterns design designs design's print printed union jack flag damask
toile chevron camouflage psychedelic baroque zebra leopard"""
_SIZES = """small large medium mini big jumbo giant tall short tiny size sized long wide slim cm mm inch ft litre ml kg oz lb
ct pk ea single double half dozen"""
_COUNTS = """set sets pack packs of piece pieces pcs pc assorted asstd asst assort pair pairs each one two three four five six
seven eight nine ten"""
_GENERIC = """new vintage antique traditional classic style finish with and the in for on to by from or an at de la le du et
your my"""
_STOP = frozenset(" ".join((_COLOURS, _PATTERNS, _SIZES, _COUNTS, _GENERIC)).split()) - {"duck"}
_CHINESE = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")
# A colour in Chinese is one sign before 色; sizes, counts and patterns are short fixed words.
_CHINESE_STOP = re.compile(
    r"[红紅蓝藍绿綠粉白黑黄黃橙紫灰金银銀棕米咖青彩杂雜多纯純深浅淺]+色|条纹|條紋|格子|波点|波點|碎花|纯色|印花|大号|中号|小号|加大|迷你|"
    r"\d+\s*(?:件|个|個|只|支|条|條|包|盒|套|双|雙|片|寸|厘米|毫升|克)|新款|经典|經典"
)


def theme_words(text: str) -> list[str]:
    """The words of a text that can make or name a theme, in their order; Chinese as pairs of signs.

    >>> theme_words("SET OF 3 RED RETROSPOT CAKE TINS")
    ['cake', 'tins']
    >>> theme_words("红色连衣裙")
    ['连衣', '衣裙']
    """
    text = _CHINESE_STOP.sub(" ", text.casefold())
    words = [w for w in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text) if len(w) > 1 or _CHINESE.match(w)]
    found: list[str] = []
    for word in words:
        if _CHINESE.search(word):
            found += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        elif word not in _STOP:
            found.append(word)
    return found


def theme_text(text: str) -> str:
    """The text to encode for themes: the name without colours, patterns, sizes and counts; itself when nothing stays.

    >>> theme_text("JUMBO BAG RED RETROSPOT")
    'bag'
    >>> theme_text("12 RED")
    '12 red'
    """
    plain = text.casefold().strip()
    if _CHINESE.search(plain):
        return " ".join(_CHINESE_STOP.sub(" ", plain).split()) or plain
    return " ".join(theme_words(plain)) or plain
