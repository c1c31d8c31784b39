"""From text to token ids, the way each language model was trained: no padding, cut off at a given length."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers import models as tokenizer_models

from models.e5_file import E5File
from models.weights import read_verified

E5_PREFIX = "query: "
"""multilingual-e5 was trained on texts that begin with it; without it the vectors are noticeably worse."""


@dataclass(frozen=True)
class Tokeniser:
    """A tokeniser and what is done to a text before it."""

    tokenizer: Tokenizer
    prepare: Callable[[str], str]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, its begin and end marks included."""
        return [row.ids for row in self.tokenizer.encode_batch_fast([self.prepare(text) for text in texts])]


def minilm_tokeniser(max_tokens: int, folder: Path | None = None) -> Tokeniser:
    """The published WordPiece tokeniser: lower case, accents stripped, Chinese cut into characters."""
    tokenizer = Tokenizer.from_buffer(read_verified("minilm", "tokenizer.json", folder))
    tokenizer.no_padding()  # The file asks for 128 tokens, whatever the text: 8 times the work for a product name.
    tokenizer.enable_truncation(max_tokens)
    return Tokeniser(tokenizer, lambda text: text)


def e5_tokeniser(file: E5File, max_tokens: int) -> Tokeniser:
    """The model's unigram tokeniser, rebuilt from the pieces, scores and character map in its file."""
    tokenizer = Tokenizer(tokenizer_models.Unigram(file.pieces, unk_id=file.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    begin, end = file.pieces[file.bos][0], file.pieces[file.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, file.bos), (end, file.eos)]
    )
    tokenizer.enable_truncation(max_tokens)
    characters = dict(file.characters)

    def prepare(text: str) -> str:
        # Composed first: the map knows single characters, and an 'e' with a separate accent is two.
        return E5_PREFIX + unicodedata.normalize("NFC", text).translate(characters)

    return Tokeniser(tokenizer, prepare)
