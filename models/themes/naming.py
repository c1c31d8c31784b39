"""Names of themes: the words that are common inside a theme and rare outside it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from models.themes.wording import LEFT_OUT, is_ideographic, runs, words

SHOWN = 3
KEPT = 8
LONGEST = 4
"""Signs of a Chinese word at most."""
NEARLY = 0.8
"""Share of a Chinese run's weight from which a longer run that holds it is the word."""
READ = 20_000
"""Texts that names are made from, those of most weight: more would change no name."""


def distinctive_words(texts: Sequence[str], labels: np.ndarray, weights: np.ndarray, k: int) -> list[list[str]]:
    """Up to 8 words of each theme, most distinctive first; `labels` is -1 for unsorted texts.

    A word scores share inside x log(share inside / share outside), shares by weight. Singular and plural are one word.
    Chinese has no spaces: any run of 2 to 4 signs may be a word, and is one unless a longer run says nearly the same.
    """
    inside: list[Counter[str]] = [Counter() for _ in range(k)]
    everywhere: Counter[str] = Counter()
    total = np.zeros(k)
    read = np.sort(np.argsort(-weights, kind="stable")[:READ])
    vocabulary = {word for row in read for word in words(texts[row])}
    for row in read:
        label, weight = int(labels[row]), float(weights[row])
        found = dict.fromkeys(_candidates(texts[row], vocabulary), weight)
        everywhere.update(found)
        if label >= 0:
            total[label] += weight
            inside[label].update(found)
    whole = float(weights[read].sum())
    chosen = []
    for label in range(k):
        scores = {
            word: share * float(np.log(share / ((everywhere[word] - weight + 1) / (whole - total[label] + 1))))
            for word, weight in inside[label].items()
            if word not in LEFT_OUT and (share := weight / total[label]) > 0
        }
        ranked = sorted(scores, key=lambda word: (-scores[word], -len(word) if is_ideographic(word) else 0, word))
        chosen.append(_apart(ranked, inside[label]))
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


def _candidates(text: str, vocabulary: set[str]) -> set[str]:
    """What could name a theme in one text."""
    found: set[str] = set()
    for run in runs(text):
        if is_ideographic(run):
            lengths = range(min(2, len(run)), min(LONGEST, len(run)) + 1)
            found.update(run[start : start + n] for n in lengths for start in range(len(run) - n + 1))
        else:
            found.add(_singular(run, vocabulary))
    return found


def _singular(word: str, vocabulary: set[str]) -> str:
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        short = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(short) > 2 and short in vocabulary:
            return short
    return word


def _apart(ranked: Sequence[str], weight: Counter[str]) -> list[str]:
    """The first words of a ranking; of Chinese runs that share signs in a row, the longest that is nearly as common."""
    kept: list[str] = []
    for word in ranked:
        if len(kept) == KEPT:
            break
        if is_ideographic(word):
            longer = [
                other for other in ranked[: 20 * KEPT] if word in other and weight[other] >= NEARLY * weight[word]
            ]
            word = max(longer, key=lambda other: (len(other), weight[other]), default=word)
            if any(_overlap(word, other) for other in kept):
                continue
        kept.append(word)
    return kept


def _overlap(one: str, other: str) -> bool:
    return any(one[start : start + 2] in other for start in range(len(one) - 1)) or one in other or other in one
