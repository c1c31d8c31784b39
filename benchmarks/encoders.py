"""How exact and how fast the text encoders are: python benchmarks/encoders.py [--texts N] [--json]

Exactness: the smallest cosine to the stored reference vectors (32 texts). Speed: texts per CPU second over distinct
item names of the Online Retail II sample, all threads counted, after one warm-up batch.
"""

import argparse
import json
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.tensorflow_start import start_tensorflow  # noqa: E402  (the path comes first)
from models.text_encoder import BATCH, load_encoder  # noqa: E402

SAMPLE = ROOT / "data" / "samples" / "online_retail_ii.parquet"
BARS = {"minilm": 0.99999, "e5": 0.9998}


def item_names(count: int) -> list[str]:
    """The first names of the sample's catalogue, in alphabetical order mixed by a fixed seed."""
    names = (
        pl.read_parquet(SAMPLE, columns=["Description"])["Description"].drop_nulls().str.strip_chars().unique().sort()
    )
    return names.sample(min(count, len(names)), seed=0).to_list()


def measure(name: str, texts: list[str]) -> dict[str, float]:
    """min_cosine and its bar, load_cpu_s, texts, texts_per_cpu_s, and peak_mb of this process."""
    start_tensorflow()
    before = time.process_time()
    encoder = load_encoder(name, 512)
    loaded = time.process_time()
    reference = np.load(ROOT / "tests" / "models" / "reference" / f"{name}.npz")
    cosines = (encoder.encode(reference["texts"].tolist()).astype(float) * reference["vectors"]).sum(axis=1)
    encoder.encode(texts[:BATCH])
    start = time.process_time()
    encoder.encode(texts)
    spent = time.process_time() - start
    return {
        "min_cosine": round(float(cosines.min()), 7),
        "bar": BARS[name],
        "load_cpu_s": round(loaded - before, 2),
        "texts": len(texts),
        "texts_per_cpu_s": round(len(texts) / spent, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=3000, help="names to encode with minilm; e5 gets a quarter")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    texts = item_names(options.texts)
    results = {}
    for name, part in (("minilm", texts), ("e5", texts[: len(texts) // 4])):
        # A process each, one after the other: the peak is then that encoder's own.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            results[name] = pool.submit(measure, name, part).result()
    if options.json:
        print(json.dumps(results))
    else:
        for name, result in results.items():
            print(f"{name:7}", "  ".join(f"{key} {value}" for key, value in result.items()))
    return 0 if all(result["min_cosine"] > result["bar"] for result in results.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
