"""Names of themes: the words that are common inside a theme and rare outside it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from models.themes.wording import LEFT_OUT, is_ideographic, words

SHOWN = 3
KEPT = 8


def distinctive_words(texts: Sequence[str], labels: np.ndarray, weights: np.ndarray, k: int) -> list[list[str]]:
    """Up to 8 words of each theme, most distinctive first; `labels` is -1 for unsorted texts.

    A word scores share inside x log(share inside / share outside), shares by weight. Singular and plural are one word,
    and overlapping pairs of Chinese characters become one longer word.
    """
    inside: list[Counter[str]] = [Counter() for _ in range(k)]
    everywhere: Counter[str] = Counter()
    total = np.zeros(k)
    vocabulary = {word for text in texts for word in words(text)}
    for text, label, weight in zip(texts, labels, weights, strict=True):
        found = {_singular(word, vocabulary) for word in words(text)}
        everywhere.update(dict.fromkeys(found, float(weight)))
        if label >= 0:
            total[label] += weight
            inside[label].update(dict.fromkeys(found, float(weight)))
    whole = float(np.sum(weights))
    chosen = []
    for label in range(k):
        scores = {
            word: share * float(np.log(share / ((everywhere[word] - weight + 1) / (whole - total[label] + 1))))
            for word, weight in inside[label].items()
            if word not in LEFT_OUT and (share := weight / total[label]) > 0
        }
        ranked = sorted(scores, key=lambda word: (-scores[word], word))
        chosen.append(_joined(ranked[: 2 * KEPT])[:KEPT])
    return chosen


def names(word_lists: Sequence[Sequence[str]], taken: Sequence[str] = ()) -> list[str]:
    """'christmas / tree / decoration' for each theme, no two alike, none in `taken`."""
    used = set(taken)
    made = []
    for listed in word_lists:
        count = SHOWN
        name = " / ".join(listed[:count]) or "theme"
        while name in used and count < len(listed):
            count += 1
            name = " / ".join(listed[:count])
        base, number = name, 2
        while name in used:
            name, number = f"{base} ({number})", number + 1
        used.add(name)
        made.append(name)
    return made


def is_named(text: str, listed: Sequence[str]) -> bool:
    """Whether a theme text holds one of a theme's words, in singular or plural."""
    found = set(words(text))
    for word in listed:
        if is_ideographic(word) and word in text:
            return True
        if not found.isdisjoint((word, f"{word}s", f"{word}es", f"{word[:-1]}ies")):
            return True
    return False


def _singular(word: str, vocabulary: set[str]) -> str:
    for ending, instead in (("ies", "y"), ("es", ""), ("s", "")):
        short = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(short) > 2 and short in vocabulary:
            return short
    return word


def _joined(ranked: Sequence[str]) -> list[str]:
    """Chinese pairs that overlap, such as 马克 and 克杯, as one word in the place of the better one."""
    joined: list[str] = []
    for word in ranked:
        if is_ideographic(word):
            for place, earlier in enumerate(joined):
                if is_ideographic(earlier) and earlier[-1] == word[0]:
                    joined[place] = earlier + word[1:]
                    break
                if is_ideographic(earlier) and word[-1] == earlier[0]:
                    joined[place] = word[:-1] + earlier
                    break
            else:
                joined.append(word)
        else:
            joined.append(word)
    return joined
