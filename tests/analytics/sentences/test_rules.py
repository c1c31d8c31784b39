import polars as pl

from analytics.sentences.rules import goes_with


def rules(*rows):
    kinds = {"other": pl.Utf8, "lift": pl.Float64, "low": pl.Float64, "replicated_lift": pl.Float64}
    return pl.DataFrame(rows, kinds, orient="row")


def test_companions_are_named_with_their_lift_and_counted():
    found = rules(("cups", 2.04, 1.6, 1.9), ("hats", 1.5, 1.2, 0.9), ("toys", 1.3, 1.1, None), ("fans", 1.2, 1.1, None))
    assert goes_with("tea", found) == (
        "People who take 'tea' also take 'cups' (2.0 times chance, at least 1.6), 'hats' (1.5 times chance, at least "
        "1.2) and 'toys' (1.3 times chance, at least 1.1) more often than chance. In all 4 interests do. Of 2 that "
        "half of the people showed, 1 held in the other half."
    )


def test_one_companion_that_was_not_tried_again():
    assert goes_with("tea", rules(("cups", 2.0, 1.6, None))).endswith("than chance. In all one interest does.")


def test_nothing_is_said_to_be_nothing():
    assert goes_with("tea", rules()) == ("Nothing clearly goes with 'tea' beyond what the sizes of baskets explain.")
