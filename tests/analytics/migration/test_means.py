import numpy as np
import pytest

from analytics.migration.means import k_means, matched, nearest, settled


@pytest.fixture
def three():
    """Three heaps of 30, 20 and 10 points around known centres."""
    draw = np.random.default_rng(3)
    centres = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    return centres, np.concatenate(
        [draw.normal(c, 0.2, (size, 2)) for c, size in zip(centres, (30, 20, 10), strict=True)]
    )


def test_heaps_are_found_the_largest_first(three):
    centres, points = three
    assert k_means(points, 3) == pytest.approx(centres, abs=0.3)


def test_the_same_seed_gives_the_same_groups(three):
    points = three[1]
    assert (k_means(points, 5, seed=4) == k_means(points, 5, seed=4)).all()


def test_centroids_at_rest_are_the_means_of_their_points(three):
    points = three[1]
    centroids, loss = settled(points, points[:3])
    label, _ = nearest(points, centroids)
    for group in range(3):
        assert centroids[group] == pytest.approx(points[label == group].mean(axis=0))
    assert loss == pytest.approx(((points - centroids[label]) ** 2).sum())


def test_more_groups_than_different_points_do_no_harm():
    points = np.repeat(np.eye(2), 4, axis=0)
    label, _ = nearest(points, k_means(points, 4))
    assert len(set(label[:4])) == len(set(label[4:])) == 1
    assert label[0] != label[4]


def test_the_margin_is_how_much_farther_the_next_one_is():
    label, margin = nearest(np.array([[0.0], [4.0]]), np.array([[1.0], [9.0]]))
    assert label.tolist() == [0, 0]
    assert margin == pytest.approx([8, 2])


def test_partners_are_those_of_the_smallest_sum():
    # Nearest first would pair 0 with 0 and leave 1 with the far one.
    assert matched(np.array([[0.0], [1.0]]), np.array([[0.9], [2.0], [50.0]])).tolist() == [0, 1]
    assert matched(np.array([[0.0], [1.0], [2.0]]), np.array([[1.1]])).tolist() == [-1, 0, -1]
