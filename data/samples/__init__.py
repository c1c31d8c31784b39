"""The sample logs: real ones, and simulated ones that say so wherever they are offered."""

from data.samples.planted.sample import planted_sample
from data.samples.shipped import SAMPLES, Sample, prepare_sample

SAMPLES["planted"] = planted_sample()

__all__ = ["SAMPLES", "Sample", "prepare_sample"]
