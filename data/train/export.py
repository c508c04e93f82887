"""Writing the trained encoder as it is run: the layers as an ONNX graph with 8-bit weights, all else as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from data.train import base_model
from dateline import weights
from dateline.geoparsing.encoder import EMBEDDINGS, HEADS, LAYERS, VOCABULARY, WIDTH
from dateline.geoparsing.lexicon import FEATURES

_OWN = "com.microsoft"
"""The domain of onnxruntime's own fused operators."""


class _Graph:
    """Collects the nodes and constants of an ONNX graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **settings: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, name=f"{outputs[0]}_node", **settings))
        return outputs[0]

    def linear(self, x: str, layer: nn.Linear, name: str) -> str:
        """A product in 8-bit integers. Weights take 127 values, so that sums of pairs fit 16 bits on processors without VNNI."""
        weight = layer.weight.detach().numpy()
        scale = (np.abs(weight).max(1) / 63).astype(np.float32)
        rounded = np.clip(np.rint(weight / scale[:, None]), -63, 63).astype(np.int8)
        constants = (
            ("rounded", rounded.T),
            ("scale", scale),
            ("zero", np.zeros(len(scale), np.int8)),
            ("bias", layer.bias.detach().numpy()),
        )
        inputs = [x, *(self.constant(f"{name}.{part}", value) for part, value in constants)]
        return self.node("DynamicQuantizeMatMul", inputs, [name], _OWN)

    def add_and_normalise(self, x: str, other: str, norm: nn.LayerNorm, name: str) -> str:
        constants = (
            self.constant(f"{name}.weight", norm.weight.detach().numpy()),
            self.constant(f"{name}.bias", norm.bias.detach().numpy()),
        )
        return self.node("SkipLayerNormalization", [x, other, *constants], [name], _OWN, epsilon=1e-12)


def layers_graph(net: nn.Module) -> onnx.ModelProto:
    """Return the layers of ``net`` (data.train.encoder.Net) as a graph from ``embedded`` to ``seen``, both (1, pieces, WIDTH)."""
    g = _Graph()
    norm = (g.constant("norm.weight", net.norm.weight.detach().numpy()), g.constant("norm.bias", net.norm.bias.detach().numpy()))
    x = g.node("LayerNormalization", ["embedded", *norm], ["normed"], axis=-1, epsilon=1e-12)
    for i, layer in enumerate(net.layers):
        qkv = g.linear(x, layer.qkv, f"{i}.qkv")
        parts = [f"{i}.{part}" for part in ("q", "k", "v")]
        g.node("Split", [qkv], parts, axis=2, num_outputs=3)
        heard = g.node("MultiHeadAttention", parts, [f"{i}.heard"], _OWN, num_heads=layer.heads)
        x = g.add_and_normalise(g.linear(heard, layer.out, f"{i}.out"), x, layer.norm1, f"{i}.norm1")
        up = g.node("Gelu", [g.linear(x, layer.up, f"{i}.up")], [f"{i}.gelu"], _OWN)
        x = g.add_and_normalise(g.linear(up, layer.down, f"{i}.down"), x, layer.norm2, f"{i}.norm2")
    g.node("Identity", [x], ["seen"])
    shape = [1, "pieces", WIDTH]
    graph = helper.make_graph(
        g.nodes, "encoder", [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("seen", TensorProto.FLOAT, shape)], g.constants,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(_OWN, 1)], ir_version=9)


def save(net: nn.Module, schemes: Sequence[str], tags: Sequence[str], kind_names: Sequence[str], folder: Path = weights.FOLDER) -> None:
    """Write the three files of the encoder into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(layers_graph(net), folder / LAYERS.name)
    (folder / VOCABULARY.name).write_text(base_model.vocabulary().read_text(encoding="utf-8"), encoding="utf-8")
    table = net.table.numpy()
    scale = np.abs(table).max(1, keepdims=True).clip(1e-6) / 127
    arrays: dict[str, np.ndarray] = {"pieces.values": np.rint(table / scale).astype(np.int8), "pieces.scale": scale.astype(np.float32)}
    arrays["position.weight"] = net.position.detach().numpy().astype(np.float16)
    for name, value in net.state_dict().items():
        top = name.split(".")[0]
        if top in ("case", "scheme", "features", *HEADS):
            array = value.numpy()
            keep_rows = top in ("case", "scheme", "name_scheme") or array.ndim == 1
            arrays[name] = np.ascontiguousarray(array if keep_rows else array.T).astype(np.float16)
    for name, labels in (("schemes", schemes), ("tags", tags), ("kinds", kind_names), ("features", FEATURES)):
        arrays[f"labels.{name}"] = np.array(labels)
    weights.save(folder / EMBEDDINGS.name, arrays)
    for path in (LAYERS, EMBEDDINGS, VOCABULARY):
        print(folder / path.name, round((folder / path.name).stat().st_size / 1e6, 2), "MB")
