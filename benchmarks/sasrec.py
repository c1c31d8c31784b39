"""The rival of `benchmarks.training`: SASRec in PyTorch, as it is usually trained (Kang and McAuley 2018): binary
cross-entropy with one negative, one person a row padded to 50, batches of 128. Our own writing, without a Python loop
inside a step. A child process that does what it reads from standard input: `train` an epoch, `rank` the held-out.

Needs PyTorch, which Tideline does not: python -m venv DIR; DIR/bin/pip install torch==2.13.0 numpy
"""

import ctypes
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import logsigmoid, relu, scaled_dot_product_attention

LENGTH, BATCH, WIDTH, HEADS, DROPOUT, RATE = 50, 128, 64, 2, 0.2, 1e-3


class Block(nn.Module):
    """Causal self-attention and a point-wise feed-forward net, each normalised before."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, length, _ = x.shape
        heads = self.qkv(self.before(x)).view(rows, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(heads[0], heads[1], heads[2], is_causal=True)
        x = x + self.drop(self.out(mixed.transpose(1, 2).reshape(rows, length, WIDTH)))
        return x + self.drop(self.down(relu(self.up(self.between(x)))))


class SASRec(nn.Module):
    """Items (rows, length), 0 for padding on the right -> states; causal attention alone hides the padding."""

    def __init__(self, items: int, blocks: int) -> None:
        super().__init__()
        self.items = nn.Embedding(items + 1, WIDTH, padding_idx=0)
        self.places = nn.Embedding(LENGTH, WIDTH)
        nn.init.normal_(self.items.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)
        self.blocks = nn.ModuleList([Block() for _ in range(blocks)])
        self.last, self.drop = nn.LayerNorm(WIDTH), nn.Dropout(DROPOUT)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        x = self.drop(self.items(rows) * WIDTH**0.5 + self.places.weight)
        for block in self.blocks:
            x = block(x)
        return self.last(x)


class Rival:
    """A model in training on padded rows (people, 50) of items and of what came next."""

    def __init__(self, path: Path) -> None:
        torch.manual_seed(0)
        torch.set_num_threads(1)
        found = np.load(path)
        self.item_count, self.held_out = int(found["items"]), torch.from_numpy(found["held_out"])
        offsets, item = found["offsets"], found["item"] + 1
        rows = np.zeros((len(offsets) - 1, LENGTH + 1), np.int64)
        sizes = np.minimum(np.diff(offsets), LENGTH + 1)
        row = np.repeat(np.arange(len(sizes)), sizes)
        place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows[row, place] = item[np.repeat(offsets[1:] - sizes, sizes) + place]
        self.rows, self.sizes = torch.from_numpy(rows), torch.from_numpy(sizes)
        self.model = SASRec(self.item_count, int(found["blocks"]))
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=RATE, betas=(0.9, 0.98))

    def train(self) -> dict[str, float]:
        """One epoch: {"positions", "cpu_s", "loss"}."""
        self.model.train()
        began, positions, total = time.process_time(), 0, 0.0
        for people in torch.randperm(len(self.rows)).split(BATCH):
            seen, next_ = self.rows[people, :-1], self.rows[people, 1:]
            drawn = torch.randint(1, self.item_count + 1, next_.shape)
            states = self.model(seen)
            right = (states * self.model.items(next_)).sum(-1)
            wrong = (states * self.model.items(drawn)).sum(-1)
            is_target = next_ > 0
            count = is_target.sum()
            loss = -((logsigmoid(right) + logsigmoid(-wrong)) * is_target).sum() / count
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            positions, total = positions + int(count), total + float(loss.detach()) * int(count)
        return {"positions": positions, "cpu_s": time.process_time() - began, "loss": total / positions}

    def rank(self) -> dict[str, float]:
        """{"ndcg@10"} of each person's held-out item among all items."""
        self.model.eval()
        gains = []
        with torch.no_grad():
            for people in torch.arange(len(self.rows)).split(256):
                last = self.rows[people, 1:]
                sizes = self.sizes[people]
                # A row holds one item more than the model reads; the last of them is what is asked after.
                rows = torch.where(sizes[:, None] > LENGTH, last, self.rows[people, :-1])
                place = torch.clamp(sizes, max=LENGTH) - 1
                states = self.model(rows)[torch.arange(len(people)), place]
                scores = states @ self.model.items.weight[1:].T
                own = scores[torch.arange(len(people)), self.held_out[people]]
                rank = (scores >= own[:, None]).sum(1)
                gains.append(torch.where(rank <= 10, 1 / torch.log2(rank + 1.0), 0.0))
        return {"ndcg@10": float(torch.cat(gains).mean())}


def main() -> None:
    """Serve orders until standard input ends."""
    mallopt = ctypes.CDLL(None).mallopt  # the same memory for both: see models.network.devices
    for parameter, value in ((-8, 1), (-1, 2**31 - 1), (-2, 512 << 20), (-3, 1 << 30)):
        mallopt(parameter, value)
    rival = Rival(Path(sys.argv[1]))
    for line in sys.stdin:
        done = rival.train() if line.strip() == "train" else rival.rank()
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
