"""The sample logs: a real one, and a simulated one that says so wherever it is offered."""

from data.samples.shipped import SAMPLES, Sample, prepare_sample

__all__ = ["SAMPLES", "Sample", "prepare_sample"]
