#!/usr/bin/env python3
"""Makes tests/golden/checkpoints and tests/golden/gguf anew; README.md says what they are.

    python make_checkpoints.py [names...]

The networks are drawn in networks.py, brought into GGUF's form in gguf_form.py, and judged here by
the reference library (transformers, float32) on the very values that the files stand for.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
import safetensors.torch
import torch
import transformers

import gguf_form
import networks

HERE = Path(__file__).parent
Type = gguf.GGMLQuantizationType
LENGTHS = (1, 7, 40, 150)
GREEDY = 10
FP4 = torch.tensor([0, .5, 1, 1.5, 2, 3, 4, 6, -0., -.5, -1, -1.5, -2, -3, -4, -6])


def always(kind):
    return lambda name: kind


def by_part(kinds, other):
    """The format of the first part that the name contains."""
    return lambda name: next((k for part, k in kinds.items() if part in name), other)


# file: (network, format of its matrices, whether it is in the old form of its family)
GGUF_FILES = {
    "llama.f16": ("llama", always(Type.F16), False),
    "llama3.bf16": ("llama3", always(Type.BF16), False),
    "smollm2.q5": ("smollm2", by_part({"blk.0": Type.Q5_0, "blk.1": Type.Q5_1,
                                       "token_embd": Type.Q8_0}, Type.Q4_1), False),
    "qwen2.q4_0": ("qwen2", by_part({"token_embd": Type.Q8_0}, Type.Q4_0), False),
    "qwen2-wide.k": ("qwen2-wide", by_part({
        "attn_q": Type.Q4_K, "attn_k": Type.Q5_K, "attn_v": Type.Q6_K, "attn_output": Type.Q3_K,
        "ffn_gate": Type.Q2_K, "ffn_up": Type.IQ4_XS, "ffn_down": Type.IQ4_NL,
        "token_embd": Type.Q6_K}, None), False),
    "qwen3.q8_0": ("qwen3", always(Type.Q8_0), False),
    "qwen3-moe.f16": ("qwen3-moe", always(Type.F16), False),
    "gemma3-wrapped.f16": ("gemma3-wrapped", always(Type.F16), False),
    "deepseek-v2-lite.f16": ("deepseek-v2-lite", always(Type.F16), False),
    "deepseek-v2-lite.old-form": ("deepseek-v2-lite", by_part({"_exps": Type.Q4_0}, Type.Q8_0),
                                  True),
    "deepseek-v3.q8_0": ("deepseek-v3", by_part({"attn_o": Type.F16}, Type.Q8_0), False),
    "kimi-k2.q8_0": ("kimi-k2", always(Type.Q8_0), False),
    "ernie45.f16": ("ernie45", always(Type.F16), False),
    "ernie45-moe.q8_0": ("ernie45-moe", always(Type.Q8_0), False),
    "seed-oss.f16": ("seed-oss", always(Type.F16), False),
    "gpt-oss-mxfp4.bf16": ("gpt-oss-mxfp4", always(Type.BF16), False),
}
# Formats that hold the published bfloat16 values, so that the published expectation stands.
LOSSLESS = (".f16", ".bf16")


def plain_values(config, tensors):
    """The values of block-scaled FP8 and MXFP4 tensors, in the layout of unquantised ones."""
    result = {}
    for name, tensor in tensors.items():
        if name.endswith("_scale_inv") or name.endswith("_scales"):
            continue
        if name.endswith("_blocks"):
            scales = torch.exp2(tensors[name.replace("_blocks", "_scales")].float() - 127)
            elements = FP4[torch.stack([tensor & 15, tensor >> 4], dim=-1).flatten(-2).long()]
            values = (elements * scales[..., None]).flatten(-2)
            result[name.removesuffix("_blocks")] = values.transpose(1, 2).contiguous()
        elif tensor.dtype == networks.FP8:
            scales = tensors[name + "_scale_inv"].repeat_interleave(128, 0)
            scales = scales.repeat_interleave(128, 1)
            result[name] = tensor.float() * scales[:tensor.shape[0], :tensor.shape[1]]
        else:
            result[name] = tensor.float()
    return {**config, "quantization_config": None}, result


def reference(config, tensors):
    """The reference library's network with these values."""
    config, tensors = plain_values(config, tensors)
    if "text_config" in config:
        config = {"architectures": ["Gemma3ForCausalLM"], **config["text_config"]}
        tensors = {n.removeprefix("language_model."): t for n, t in tensors.items()
                   if n.startswith("language_model.")}
    if config["model_type"] == "kimi_k2":  # whose published code is that of DeepSeek-V3
        config["model_type"] = "deepseek_v3"
    config = {k: v for k, v in config.items() if k != "quantization_config"}
    config["torch_dtype"] = config["dtype"] = "float32"
    kind = getattr(transformers, config["architectures"][0].replace("_ForCausalLM", "ForCausalLM"))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        tensors = {n: t.contiguous().clone() for n, t in tensors.items()}
        safetensors.torch.save_file(tensors, Path(folder) / "model.safetensors",
                                    metadata={"format": "pt"})
        model, report = kind.from_pretrained(folder, dtype=torch.float32,
                                             attn_implementation="eager",
                                             experts_implementation="eager",
                                             output_loading_info=True)
    left = {n for n in report["missing_keys"] if n != "lm_head.weight"}
    if left or report["mismatched_keys"]:
        raise SystemExit(f"not loaded: {left} {report['mismatched_keys']}")
    for name in report["unexpected_keys"]:
        if "mtp" not in name and f".layers.{config['num_hidden_layers']}." not in name:
            raise SystemExit(f"not used: {name}")
    return model.eval()


def inputs(config, name):
    draw = networks.stream(name, "input")
    size = networks.text_of(config)["vocab_size"]
    return [draw.integers(3, size, length).tolist() for length in LENGTHS]


@torch.no_grad()
def all_logits(model, ids):
    return model(torch.tensor([ids]), use_cache=False).logits[0]


def expectation(name, config, tensors, how):
    model = reference(config, tensors)
    cases = []
    for ids in inputs(config, name):
        logits = all_logits(model, ids)
        scores = torch.log_softmax(logits.double(), dim=-1)
        said = [scores[i, ids[i + 1]].item() for i in range(len(ids) - 1)]
        greedy, so_far = [], list(ids)
        for _ in range(GREEDY):
            best = all_logits(model, so_far)[-1].topk(2)
            greedy.append({"id": best.indices[0].item(),
                           "margin": round((best.values[0] - best.values[1]).item(), 5)})
            so_far.append(greedy[-1]["id"])
        cases.append({"input_ids": ids, "last_logits": [round(x, 5) for x in logits[-1].tolist()],
                      "mean_logprob": round(float(np.mean(said)), 6) if said else None,
                      "greedy": greedy})
    steady(name, model, cases)
    return {"network": name,
            "made_with": f"transformers {transformers.__version__}, torch "
                         f"{torch.__version__.split('+')[0]}, float32 arithmetic on {how}",
            "cases": cases}


def steady(name, model, cases):
    """Refuses a network whose figures hang on rounding: a router's tie, a sharp softmax."""
    double = model.double()
    for case in cases:
        exact = all_logits(double, case["input_ids"])[-1]
        apart = (exact - torch.tensor(case["last_logits"], dtype=torch.float64)).abs().max().item()
        if apart > 1e-4:
            raise SystemExit(f"{name}: float32 is {apart:.1e} from float64 "
                             f"after {len(case['input_ids'])} tokens")


def one_line_cases(expected):
    """JSON with one case a line."""
    head = json.dumps({k: v for k, v in expected.items() if k != "cases"}, indent=1)
    lines = ",\n".join("  " + json.dumps(c, separators=(",", ":")) for c in expected["cases"])
    return head[:-2] + ',\n "cases": [\n' + lines + "\n ]\n}\n"


def save(folder, config, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    meta = {"format": "pt"}
    if config.get("quantization_config", {}).get("quant_method") != "fp8":
        safetensors.torch.save_file(tensors, folder / "model.safetensors", metadata=meta)
        return
    # In two files, as large checkpoints are: the second begins inside a layer.
    names = sorted(tensors)
    parts = {1: names[:len(names) // 2 - 3], 2: names[len(names) // 2 - 3:]}
    where = {}
    for part, part_names in parts.items():
        file = f"model-{part:05}-of-00002.safetensors"
        safetensors.torch.save_file({n: tensors[n] for n in part_names}, folder / file,
                                    metadata=meta)
        where.update({n: file for n in part_names})
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def values_of(config):
    method = config.get("quantization_config", {}).get("quant_method")
    return {None: "the bfloat16 weights", "fp8": "the dequantised FP8 weights (activations are not "
            "quantised)", "mxfp4": "the dequantised MXFP4 experts and bfloat16 weights"}[method]


def main(wanted):
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    for name in networks.NETWORKS:
        if name in networks.GGUF_ONLY or (wanted and name not in wanted):
            continue
        config, tensors = networks.published(name)
        folder = HERE / "checkpoints" / name
        shutil.rmtree(folder, ignore_errors=True)
        save(folder, config, tensors)
        expected = expectation(name, config, tensors, values_of(config))
        (folder / "expected.json").write_text(one_line_cases(expected))
        print(name, "made")
    (HERE / "gguf").mkdir(exist_ok=True)
    for file, (name, choose, old_form) in GGUF_FILES.items():
        if wanted and name not in wanted:
            continue
        config, tensors = networks.published(name)
        path = HERE / "gguf" / (file + ".gguf")
        meant = gguf_form.write(path, name, config, tensors, choose, legacy=old_form)
        if not file.endswith(LOSSLESS):
            expected = expectation(name, config, meant, "the dequantised weights of the file")
            path.with_suffix(".json").write_text(one_line_cases(expected))
        print(file, "made")


if __name__ == "__main__":
    main(sys.argv[1:])
