#!/usr/bin/env python3
"""Asks llama.cpp, which shares no code with the reference library, about the networks' GGUF form.

    python confirm_with_llama_cpp.py LLAMA_LOGITS [CONVERTER_FOLDER]

LLAMA_LOGITS is llama_logits.cc, built; CONVERTER_FOLDER is a checkout of llama.cpp with its
converter. Prints, for each file, how far llama.cpp's logits are from the reference library's: with
all matrices in float32, which judges names and conventions, and for the file as it stands, where
llama.cpp's rounding of activations to 8 or 16 bits adds its share. With a checkout also compares
keys and tensors with what the converter makes of the published form.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
import safetensors.torch
import torch
import transformers

import gguf_form
import make_checkpoints as make
import networks

Type = gguf.GGMLQuantizationType
# What llama.cpp cannot express is judged on a variant that it can. It knows the V2-Lite form of
# DeepSeek-V2 by its number of layers alone, reads no yarn_beta_fast in files of this architecture
# (32 stands), and rounds the ends of YaRN's ramp, which gpt-oss does not.
CHANGES = {
    "deepseek-v2-lite": {"num_hidden_layers": 26},
    "kimi-k2": {"rope_scaling": {**networks.NETWORKS["kimi-k2"][0]["rope_scaling"],
                                 "beta_fast": 32.0}},
    "gpt-oss-mxfp4": {"rope_scaling": {**networks.OSS["rope_scaling"], "truncate": True}},
}


def llama_cpp(program, path, sequences):
    lines = "\n".join(" ".join(map(str, ids)) for ids in sequences)
    done = subprocess.run([program, str(path)], input=lines.encode(), capture_output=True)
    if done.returncode != 0:
        return done.stderr.decode().strip().splitlines()[0]
    logits = torch.from_numpy(np.frombuffer(done.stdout, np.float32).copy())
    lengths = [len(ids) for ids in sequences]
    return logits.reshape(sum(lengths), -1).split(lengths)


def furthest(program, path, model, sequences):
    theirs = llama_cpp(program, path, sequences)
    if isinstance(theirs, str):
        return theirs
    ours = [make.all_logits(model, ids) for ids in sequences]
    apart = max((a - b).abs().max().item() for a, b in zip(ours, theirs, strict=True))
    return f"{apart:.1e}"


def judge(program, file, folder):
    name, choose, old_form = make.GGUF_FILES[file]
    config, tensors = networks.published(name, CHANGES.get(name))
    path = folder / "judged.gguf"
    meant = gguf_form.write(path, name, config, tensors, choose, legacy=old_form, tokenizer="none")
    model = make.reference(config, meant)
    sequences = make.inputs(config, name)
    own = furthest(program, path, model, sequences)
    config, values = make.plain_values(config, meant)
    gguf_form.write(path, name, config, values, make.always(Type.F32), legacy=old_form,
                    tokenizer="none")
    return furthest(program, path, model, sequences), own


def fields(reader):
    return {k: f.contents() for k, f in reader.fields.items()
            if not k.startswith(("GGUF.", "general.", "tokenizer."))}


def converted(checkout, name, folder):
    """Differences between the converter's file and ours."""
    sys.path.insert(0, str(checkout))
    from conversion import base  # found in the checkout
    import conversion

    config, tensors = networks.published(name)
    if config["model_type"] == "kimi_k2":
        config["model_type"] = "deepseek_v3"
    make.save(folder / "published", config, tensors)
    tokenizer = {"model": {"vocab": {str(i): i for i in range(
        networks.text_of(config)["vocab_size"])}}, "added_tokens": []}
    (folder / "published" / "tokenizer.json").write_text(json.dumps(tokenizer))
    hparams = base.ModelBase.load_hparams(folder / "published", False)
    kind = conversion.get_model_class(config["architectures"][0])
    path = folder / "converted.gguf"
    with contextlib.redirect_stdout(sys.stderr):
        model = kind(folder / "published", gguf.LlamaFileType.ALL_F32, path, hparams=hparams)
        model.set_vocab = model._set_vocab_none
        model.write()
    ours_path = folder / "ours.gguf"
    config, tensors = networks.published(name)
    if any(t.dtype == networks.FP8 for t in tensors.values()):
        config, tensors = make.plain_values(config, tensors)
    gguf_form.write(ours_path, name, config, tensors, make.always(Type.F32))
    theirs, ours = gguf.GGUFReader(path), gguf.GGUFReader(ours_path)
    said = []
    a, b = fields(theirs), fields(ours)
    for key in sorted(a.keys() | b.keys()):
        if a.get(key) != b.get(key):
            said.append(f"{key}: converter {a.get(key)}, ours {b.get(key)}")
    a, b = ({t.name: t for t in r.tensors} for r in (theirs, ours))
    for key in sorted(a.keys() ^ b.keys()):
        said.append(f"tensor {key}: only {'the converter' if key in a else 'ours'}")
    for key in a.keys() & b.keys():
        if a[key].tensor_type != b[key].tensor_type or not np.array_equal(a[key].data, b[key].data):
            apart = ""
            if a[key].data.shape == b[key].data.shape:
                apart = np.abs(a[key].data.astype(np.float64) - b[key].data).max()
            said.append(f"tensor {key}: {a[key].tensor_type.name} {a[key].shape}, ours "
                        f"{b[key].tensor_type.name} {b[key].shape} {apart}")
    return said


def main(program, checkout=None):
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    print(f"{'file':28} {'all float32':>12} {'as it stands':>12}")
    for file in make.GGUF_FILES:
        with tempfile.TemporaryDirectory() as folder:
            precise, own = judge(program, file, Path(folder))
        print(f"{file:28} {precise:>12} {own:>12}", flush=True)
    for name in networks.NETWORKS if checkout else []:
        with tempfile.TemporaryDirectory() as folder:
            said = converted(checkout, name, Path(folder))
        print(f"{name}: converter agrees" if not said else f"{name}:\n  " + "\n  ".join(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
