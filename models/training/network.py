"""The network: an encoder cut in a trunk that reads a window once and a branch that reads it again for each act."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import MPNetModel
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

from models.extraction.encoding import ACTIONS, MEASURES, ROLE_TAGS, STATUSES

MAX_LENGTH = 512
_BUCKETS = MPNetEncoder.relative_position_bucket(torch.arange(-MAX_LENGTH, MAX_LENGTH + 1))


class Trunk(nn.Module):
    """The lower layers: (windows, pieces) ids and mask to (windows, pieces, width) states."""

    def __init__(self, encoder: MPNetModel, layers: int) -> None:
        super().__init__()
        self.embeddings, self.bias = encoder.embeddings, encoder.encoder.relative_attention_bias
        self.layers = encoder.encoder.layer[:layers]

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        states = self.embeddings(input_ids=ids)
        return run(self.layers, states, mask, self.bias)


class Branch(nn.Module):
    """The upper layers and the heads. The words of one act carry a learned mark; without marks it looks for acts.

    Takes states (rows, pieces, width), mask and marks (rows, pieces), the position of each act's first piece (rows).
    Gives scores of acts (rows, pieces, 1 + actions), of roles (rows, pieces, tags), and of action, status and measures
    (rows, labels).
    """

    def __init__(self, encoder: MPNetModel, first: int, layers: int) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.bias, self.layers = encoder.encoder.relative_attention_bias, encoder.encoder.layer[first:layers]
        self.mark = nn.Parameter(torch.randn(width) * 0.02)
        self.dropout = nn.Dropout(0.15)
        self.act, self.role = nn.Linear(width, 1 + len(ACTIONS)), nn.Linear(width, ROLE_TAGS)
        self.label = nn.Linear(2 * width, len(ACTIONS) + len(STATUSES) + len(MEASURES))

    def forward(self, states: Tensor, mask: Tensor, marks: Tensor, position: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        states = run(self.layers, states + marks.unsqueeze(-1) * self.mark, mask, self.bias)
        states = self.dropout(states)
        act = states.gather(1, position.view(-1, 1, 1).expand(-1, 1, states.shape[2])).squeeze(1)
        return self.act(states), self.role(states), self.label(torch.cat([act, states[:, 0]], -1))


def run(layers: Any, states: Tensor, mask: Tensor, bias: nn.Embedding) -> Tensor:
    """Pass states through encoder layers with MPNet's relative positions."""
    closed = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
    positions = relative_positions(states.shape[1], bias).to(states.dtype)
    for layer in layers:
        states = layer(states, closed, position_bias=positions)[0]
    return states


def relative_positions(length: int, bias: nn.Embedding) -> Tensor:
    """MPNet's attention bias (1, heads, length, length)."""
    places = torch.arange(length, device=bias.weight.device)
    # From a table, since what ONNX makes of the logarithm of 0 in the original is not what torch makes of it.
    buckets = _BUCKETS[places[None, :] - places[:, None] + MAX_LENGTH]
    return bias(buckets).permute(2, 0, 1).unsqueeze(0)


def load(encoder: Path, trunk: int, layers: int) -> tuple[Trunk, Branch]:
    """Cut a pretrained encoder after `layers`, and into trunk and branch after `trunk`."""
    # Without dropout of attention: its random numbers took a tenth of a step of the training.
    pretrained = MPNetModel.from_pretrained(
        encoder, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0
    )
    return Trunk(pretrained, trunk), Branch(pretrained, trunk, layers)
