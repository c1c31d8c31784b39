"""The words of an item's name that can say what it is: colours, patterns, sizes, counts and materials are left out.

Two cups that differ in colour are one interest, and a red cup and a red bag are two. A language model finds all red
things somewhat alike, so these words are taken out of a name before it becomes a vector for theming.
"""

import re

COLOURS = """amber aqua azure beige black blue bronze brown burgundy charcoal chrome clear col color colored colorful
colors colour coloured colourful colours copper coral cream crimson cyan dark emerald fuchsia fuschia gold golden gray
green grey indigo ivory jade khaki lilac magenta maroon mauve mint multi multicolor multicolored multicolour
multicoloured navy nude olive orange pastel peach pink purple rainbow red ruby scarlet silver tan taupe teal
translucent turq turquoise violet white wht yellow"""
PATTERNS = """abstract antique argyle assorted asst asstd baroque camo camouflage check checked chequered chevron
chunky classic damask deco decorative deluxe des design designs dot dots dotty edwardian fancy floral french funky
geometric gingham glitter herringbone houndstooth ikat leopard matt matte modern mosaic new paisley patchwork pattern
patterned plaid plain polka polkadot print printed prints psychedelic retro retrospot shiny sparkle spot spots spotted
spotty stripe striped stripes stripey stripy style styled tartan toile traditional victorian vintage zebra painted
finish finished mounted embossed hammered shaped shape effect themed image images"""
SIZES = """ass big centimetre cm dozen double ft giant inch inches jumbo kg large lb liter litre long medium mini ml mm
oz pack packs pair pc pce pcs piece pieces pk pkg set sets short single size sized small tall tiny triple wide xl xs
xxl one two three four five six seven eight nine ten twelve"""
MATERIALS = "acrylic ceramic cotton enamel fabric felt metal plastic polyester porcelain silk wood wooden zinc"
FILLERS = "a an and by for from in of on or the to with without de la le du et no"
LEFT_OUT = frozenset(" ".join((COLOURS, PATTERNS, SIZES, MATERIALS, FILLERS)).split())

# In Chinese a colour is signs before 色; patterns, sizes, counts and materials are short fixed words.
_CHINESE = re.compile(
    "[红紅蓝藍绿綠粉白黑黄黃橙橘紫灰金银銀棕褐米杏咖青彩杂雜多纯純玫酒天军軍墨深浅淺]+色|咖啡色|卡其色?|粉红|大红|酒红|玫红|藏青|透明|"
    "条纹|條紋|格子|格纹|圆点|圓點|波点|波點|花纹|碎花|印花|迷彩|豹纹|图案|加大号?|特?大[号號]|中[号號]|小[号號]|大码|迷你|加厚|"
    r"\d+\s*(?:件套?|个装?|個|只装?|支装?|条|條|包|盒|套|双|雙|片|寸|克)|厘米|毫米|毫升|公斤|英寸|套装|套裝|件套|包装|"
    "正品|包邮|百搭|网红|新品|爆款|韩版|可爱|高级感|新款|同款|复古|经典|經典|时尚|塑料|陶瓷|不锈钢|木质|实木|金属|纯棉|涤纶"
)
IDEOGRAPHS = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{IDEOGRAPHS}]+|[^\W\d_{IDEOGRAPHS}]+(?:[-'’][^\W\d_{IDEOGRAPHS}]+)*")
_IDEOGRAPH = re.compile(rf"[{IDEOGRAPHS}]")


def theme_text(text: str) -> str:
    """The name as theming reads it: lower case, without numbers and without words that do not say what an item is.

    A name that holds nothing else keeps all it has.

    >>> theme_text("SET/6 RED SPOTTY PAPER CUPS")
    'paper cups'
    >>> theme_text("红色条纹马克杯 350ml")
    '马克杯'
    """
    lower = text.lower().strip()
    kept = [word for word in _WORD.findall(_CHINESE.sub(" ", lower)) if len(word) > 1 and word not in LEFT_OUT]
    return " ".join(kept) or lower


def words(text: str) -> list[str]:
    """The words of a theme text in order; Chinese, which has no spaces, as pairs of neighbouring characters.

    >>> words("tea cup 马克杯")
    ['tea', 'cup', '马克', '克杯']
    """
    found: list[str] = []
    for word in _WORD.findall(text):
        if _IDEOGRAPH.match(word) and len(word) > 2:
            found += [word[start : start + 2] for start in range(len(word) - 1)]
        else:
            found.append(word)
    return found or [text]


def runs(text: str) -> list[str]:
    """The words of a theme text as they are written: a Chinese run stays whole.

    >>> runs("tea cup 马克杯")
    ['tea', 'cup', '马克杯']
    """
    return _WORD.findall(text) or [text]


def is_ideographic(word: str) -> bool:
    """Whether a word is written in Chinese characters."""
    return bool(_IDEOGRAPH.match(word))
