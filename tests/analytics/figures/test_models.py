"""The pictures of a run: bars with intervals, calibration, parts, epochs, and their words."""

import pytest

from analytics.evaluation import calibration, comparison, epochs, slices, weights
from analytics.figures import models as pictures


def test_each_model_is_a_bar_with_its_interval_the_best_on_top(run_metrics):
    (bars,) = pictures.model_bars(comparison(run_metrics())).data
    assert bars.y == ("recent popularity", "sequence model", "what follows what", "blend of all")
    assert list(bars.x) == pytest.approx([0.02, 0.065, 0.07, 0.076])
    assert list(bars.error_x.array) == pytest.approx([0.002, 0.0065, 0.007, 0.0076], rel=1e-4)
    assert bars.marker.color == (pictures.SIMPLE, *(pictures.ROLE[name] for name in ("network",)), pictures.SIMPLE,
                                 pictures.ROLE["blend"])  # fmt: skip
    assert "blend of all 0.0760 (0.0684 to 0.0836)" in pictures.alt_models(comparison(run_metrics()))


def test_a_model_without_an_interval_has_no_whisker(run_metrics):
    metrics = run_metrics()
    metrics["models"]["rules"]["interval"] = None
    (bars,) = pictures.model_bars(comparison(metrics)).data
    assert (bars.error_x.array[2], bars.error_x.arrayminus[2]) == (0, 0)


def test_weights_are_parts_of_one(run_metrics):
    (bars,) = pictures.weight_bars(weights(run_metrics())).data
    assert bars.text == ("0 %", "40 %", "60 %")
    assert pictures.alt_weights(weights(run_metrics())).endswith("what follows what 60 %, sequence model 40 %, recent "
                                                                 "popularity 0 %.")  # fmt: skip


def test_calibration_lies_beside_the_line_on_which_both_are_equal(run_metrics):
    line, dots = pictures.calibration_dots(calibration(run_metrics())).data
    assert line.x == line.y
    assert list(dots.y) == pytest.approx([0.018 * n for n in range(1, 16)])
    assert "said 30.0%, happened 27.0%" in pictures.alt_calibration(calibration(run_metrics()))


def test_parts_are_lines_and_models_dots(run_metrics):
    figure = pictures.slice_dots(slices(run_metrics()))
    assert [trace.name for trace in figure.data] == ["blend of all", "sequence model", "what follows what"]
    assert figure.layout.yaxis.ticktext[-1] == "everybody"
    assert "people with at most 3 events: blend of all 0.0380" in pictures.alt_slices(slices(run_metrics()))


def test_epochs_and_which_was_kept(run_metrics):
    training = run_metrics()["training"]
    figure = pictures.training_curve(epochs(training), best=3)
    assert list(figure.data[0].y) == pytest.approx([5.9, 5.8, 5.7])
    assert figure.layout.shapes[0].x0 == 3
    assert pictures.alt_training(epochs(training)) == (
        "Training over 3 epochs: loss from 5.9000 to 5.7000, NDCG@10 from 0.0520 to 0.0560."
    )


def test_empty_pictures_have_words():
    assert pictures.alt_models(comparison({})) == "An empty chart of models."
    assert pictures.alt_calibration(calibration({})) == "An empty chart of calibration."
    assert pictures.alt_training(epochs(None)) == "No epoch is done yet."
