"""What a run is made of, one after the other: rankers tried against each other, what serves, everybody's scores."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from data.settings import Settings
from models.baselines import rivals
from models.baselines.scored import Scored
from models.baselines.tuning import sample
from models.evaluate.protocol import Evaluation
from models.evaluate.split import CUTS, MOST_TUNING
from models.evaluate.temporal import evaluate_temporal
from models.interactions import Interactions, successive_requests
from models.interest_mix import OTHER, InterestMix, asked_of, cut_periods, earlier_periods, judged_periods, report
from models.job.telling import Teller
from models.ranking import Ranker
from models.reading_store import People, interactions
from models.recommender.interests import foretell_everybody, save_forecast, save_head
from models.recommender.loading import load_served
from models.recommender.network import save_popularity
from models.recommender.saving import write_served
from models.recommender.scoring import score_everybody
from models.runs import Run, Training, active
from models.runs.comparing import write_tested
from models.runs.registry import read_json

FEW_EVENTS, FEW_PEOPLE = 2_000, 50
"""Below either, there is too little for a network to learn from."""
MOST_EVENTS = 20_000_000
"""Events that are learned from; of a larger log some of the people are left out, so that memory stays bounded."""
SCORES, LOG, CHECKPOINTS = "scores", "log", "checkpoints"


@dataclass
class Making:
    """A run in the making."""

    settings: Settings
    begun: Training
    device: str
    resume: bool
    tell: Teller

    @property
    def folder(self) -> Path:
        return self.begun.folder

    def log(self, most: int | None = MOST_EVENTS) -> Interactions:
        """The store's log; read once, and again only where its version is another."""
        return interactions(self.settings, self.folder / LOG, most=most, progress=self.tell)

    def adapted(self, log: Interactions) -> tuple[Interactions, dict[str, Any] | None]:
        """The log with text vectors that know what its people take together, where items held out gain by that, and
        what metrics.json tells of it; None without a language model. Only events before the first cut teach."""
        if log.catalogue.vectors is None:
            return log, None
        from models.adapter import adapt

        self.tell("adapting the language model's vectors", 0.0)
        found = adapt(log.before(log.cuts(*CUTS)[0]))
        if found.adapter is None:
            return log, found.report
        catalogue = replace(log.catalogue, vectors=found.vectors, query_vectors=found.query_vectors)
        return replace(log, catalogue=catalogue), found.report

    def rankers(self, log: Interactions) -> tuple[list[Ranker], str | None]:
        """Every ranker that this log allows, and why the network is not among them."""
        found = rivals(log.catalogue)
        if log.events < FEW_EVENTS or log.users < FEW_PEOPLE:
            return found, (
                f"The log has {log.events:,} events of {log.users:,} people: too few for a sequence model, which wants"
                f" {FEW_EVENTS:,} events of {FEW_PEOPLE} people. The simple methods stand alone."
            )
        if self.device == "none":
            return found, "The sequence model was left out on demand."
        from models.network.ranker import NetworkRanker

        found.append(
            NetworkRanker(
                progress=self.tell, device=self.device, folder=self.folder / CHECKPOINTS, resume=self.resume,
                report=self.tell.report, start=self._start(),
            )
        )  # fmt: skip
        return found, None

    def evaluated(self, log: Interactions, rankers: list[Ranker]) -> Evaluation:
        """Every ranker tuned and fitted, and what came out of the test."""
        return evaluate_temporal(log, rankers, self.tell)

    def interests(self, log: Interactions, rankers: Sequence[Ranker] = ()) -> dict[str, Any] | None:
        """Choose, test and keep the forecast of interest mixes; comes back with what metrics.json tells of it, None
        where the shop has no interests. The network, where it is among the rankers, is heard too, and judged."""
        if not log.catalogue.interests:
            return None
        self.tell("interests", 0.0)
        forecast = InterestMix()
        choose_from, test_from = log.cuts(*CUTS)
        periods = cut_periods(log, test_from)
        chosen, tested = judged_periods(periods, choose_from, test_from)
        validation = asked_of(periods, chosen)
        forecast.tune(periods, validation)
        earlier, asked = earlier_periods(periods, chosen), asked_of(periods, tested)
        forecast.correct(periods, asked_of(periods, earlier), validation)
        others, gate = {}, None
        network: Any = next((each for each in rankers if each.name == "network"), None)
        if network is not None:
            from models.network.network_mix import network_mix

            heard = network_mix(network, log, forecast, periods, earlier=earlier, chosen=chosen, tested=asked)
            if heard is not None:
                others, gate = {OTHER: heard.log_mix}, heard.gate
                if gate:
                    self._keep_head(network, heard.head)
        found = report(forecast, periods, asked, others, gate)
        forecast.keep(log)
        save_forecast(self.folder, forecast)
        return found

    def write(self, log: Interactions, found: Evaluation) -> None:
        """Everything that serves: rivals learned again from the whole log, the network as it was tested."""
        for number, member in enumerate(found.blend.members):
            self.tell(f"learning everything: {member.name}", number / len(found.blend.members))
            if isinstance(member, Scored):
                member.fit(log)
            elif member.name == "network":
                self._export(member, log)
        write_served(self.folder, found.blend, log, _queries(self.settings))
        people = log.user_ids.numbers if isinstance(log.user_ids, People) else np.arange(log.users)
        write_tested(self.folder, people[found.requests.user], found.requests.time, found.ndcg)

    def score(self) -> int:
        """Write everybody's scores at the end of the log; comes back with how many people these are."""
        metrics = read_json(self.folder / "metrics.json")
        served = load_served(Run(self.begun.id, self.folder, {}, metrics, False, False))
        log = self.log(most=None)
        assert isinstance(log.user_ids, People)
        moment = int(log.time.max()) + 1
        if served.forecast is not None:
            foretell_everybody(
                served.forecast, log, log.user_ids.numbers, moment, self.folder / SCORES, self.tell, served.heard
            )
        return score_everybody(served, log, log.user_ids.numbers, moment, self.folder / SCORES, self.tell)

    def tidy(self) -> None:
        """Delete what only the training needed. The network's last checkpoint and its TensorBoard logs stay."""
        shutil.rmtree(self.folder / LOG)
        (self.folder / CHECKPOINTS / "tune" / "checkpoint.npz").unlink(missing_ok=True)

    def _start(self) -> Any:
        """The weights of the run that serves, to go on from; None where there are none, or all is learned anew."""
        from models.network.refresh import read_start

        serving = active(self.settings)
        if serving is None or read_json(self.folder / "config.json").get("full"):
            return None
        return read_start(serving.folder)

    def _keep_head(self, network: Any, head: Any) -> None:
        """Let pages hear the network's word on interests too."""
        from models.network.exporting import export_states

        save_head(self.folder, head)
        export_states(network.trained.network, self.folder)

    def _export(self, network: Any, log: Interactions) -> None:
        from models.network.exporting import export
        from models.network.packing import popularity_of

        trained = network.trained.network
        export(trained, self.folder)
        network.save_start(self.folder)
        save_popularity(self.folder, popularity_of(log, trained.config))
        self._read_out(trained, log)

    def _read_out(self, network: Any, log: Interactions) -> None:
        """Write which events of each person carry which interest."""
        from models.network.readouts import learned_readouts
        from models.network.user_readouts import write_readouts

        begin, end = log.cuts(*CUTS)
        requests = sample(successive_requests(log, begin, end), MOST_TUNING)
        numbers = log.user_ids.numbers if isinstance(log.user_ids, People) else np.arange(log.users)
        layer = learned_readouts(network, log, requests)
        write_readouts(network, layer, log, numbers, int(log.time.max()) + 1, self.folder / SCORES, self.tell)


def metrics_of(
    begun: Training, found: Evaluation, version: int, began: float, **more: dict[str, Any] | str | None
) -> dict[str, Any]:
    """metrics.json of a run: the figures of its evaluation, which run and data they are of, its training, and `more`.

    "chosen" is the blend where it did at least as well as every single ranker on the test, else the best of them.
    """
    network = next((each for each in found.blend.members if each.name == "network"), None)
    trained = getattr(network, "tuned", None)
    return {
        "run": begun.id, "data_version": version, "made": read_json(begun.folder / "config.json")["made"],
        **found.figures, **more, "training": trained.told() if trained else None,
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _queries(settings: Settings) -> list[str]:
    """The search words of the published version by number."""
    from data.store import open_store
    from models.reading_store.catalogue import QUERIES_SQL

    store = open_store(settings)
    return [str(query) for query in store.query(QUERIES_SQL)["query"]] if store else []
