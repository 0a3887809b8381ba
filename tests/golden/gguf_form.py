"""The same networks under GGUF's names and conventions.

A piece turns some tensors of the published checkpoint into some of the GGUF file and back, so that
a quantised file's own values can be given to the reference in the published form.
"""

from dataclasses import dataclass
from typing import Callable

import gguf
import numpy as np
import torch

from networks import head_dim_of, stream, text_of

Type = gguf.GGMLQuantizationType
ARCHITECTURES = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3",
                 "qwen3_moe": "qwen3moe", "gemma3_text": "gemma3", "gemma3": "gemma3",
                 "deepseek_v2": "deepseek2", "deepseek_v3": "deepseek2", "kimi_k2": "deepseek2",
                 "ernie4_5": "ernie4_5", "ernie4_5_moe": "ernie4_5-moe", "seed_oss": "seed_oss",
                 "gpt_oss": "gpt-oss"}


def same(tensors):
    return tensors


@dataclass
class Piece:
    published: list[str]
    names: list[str]
    forward: Callable = same
    backward: Callable = same


def interleaved_rows(heads):
    """Row h * (hd / 2) + i of a head becomes row 2 i + h."""
    def forward(tensors):
        return [t.reshape(heads, 2, -1, *t.shape[1:]).transpose(1, 2).reshape(t.shape)
                for t in tensors]

    def backward(tensors):
        return [t.reshape(heads, -1, 2, *t.shape[1:]).transpose(1, 2).reshape(t.shape)
                for t in tensors]
    return forward, backward


def stacked(published, name):
    return Piece(published, [name], lambda ts: [torch.stack(ts)], lambda ts: list(ts[0].unbind()))


def split_latent(c):
    """kv_b_proj as keys, transposed so that they absorb the queries, and values."""
    heads, nope, value = (c[k] for k in ("num_attention_heads", "qk_nope_head_dim", "v_head_dim"))

    def forward(tensors):
        both = tensors[0].reshape(heads, nope + value, -1)
        return [both[:, :nope].transpose(1, 2), both[:, nope:]]

    def backward(tensors):
        keys, values = tensors
        both = torch.cat([keys.transpose(1, 2), values], dim=1)
        return [both.reshape(heads * (nope + value), -1)]
    return forward, backward


def halves(tensors):
    """gate_up of gpt-oss: even rows are the gate's, odd ones up's."""
    return [tensors[0][:, 0::2], tensors[0][:, 1::2]]


def joined(tensors):
    return [torch.stack(tensors, dim=2).flatten(1, 2)]


COMMON = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q",
          "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
          "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
          "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm",
          "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
          "mlp.gate": "ffn_gate_inp", "mlp.router": "ffn_gate_inp",
          "mlp.shared_experts.gate_proj": "ffn_gate_shexp",
          "mlp.shared_experts.up_proj": "ffn_up_shexp",
          "mlp.shared_experts.down_proj": "ffn_down_shexp",
          "self_attn.q_a_proj": "attn_q_a", "self_attn.q_a_layernorm": "attn_q_a_norm",
          "self_attn.q_b_proj": "attn_q_b", "self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa",
          "self_attn.kv_a_layernorm": "attn_kv_a_norm"}
RENAMED = {"gemma3": {"post_attention_layernorm": "post_attention_norm",
                      "pre_feedforward_layernorm": "ffn_norm",
                      "post_feedforward_layernorm": "post_ffw_norm"},
           "seed_oss": {"post_attention_layernorm": "post_attention_norm"},
           "gpt-oss": {"post_attention_layernorm": "post_attention_norm"}}
WHOLE = {"model.embed_tokens.weight": "token_embd.weight",
         "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}


def pieces(config, tensors, legacy=False):
    """How the published tensors become those of the GGUF file, in a fixed order."""
    c = text_of(config)
    arch = ARCHITECTURES[config["model_type"]]
    names = {**COMMON, **RENAMED.get(arch, {})}
    plus_one = (lambda ts: [t.float() + 1 for t in ts], lambda ts: [t - 1 for t in ts])
    result = []
    for full in tensors:
        name = full.removeprefix("language_model.")
        how = plus_one if arch == "gemma3" and name.endswith("norm.weight") else (same, same)
        if name in WHOLE:
            result.append(Piece([full], [WHOLE[name]], *how))
            continue
        if not name.startswith("model.layers."):
            continue  # vision, further-token prediction
        number, rest = name.removeprefix("model.layers.").split(".", 1)
        if int(number) >= c["num_hidden_layers"]:
            continue
        block = f"blk.{number}."
        module, _, kind = rest.rpartition(".")
        if arch == "llama" and module in ("self_attn.q_proj", "self_attn.k_proj"):
            heads = "num_attention_heads" if "q_proj" in module else "num_key_value_heads"
            how = interleaved_rows(c[heads])
        if rest.endswith("e_score_correction_bias"):
            result.append(Piece([full], [block + "exp_probs_b.bias"]))  # ERNIE's has two dimensions
        elif module == "self_attn" and kind == "sinks":
            result.append(Piece([full], [block + "attn_sinks.weight"]))
        elif module == "self_attn.kv_b_proj" and legacy:
            result.append(Piece([full], [block + "attn_kv_b.weight"]))
        elif module == "self_attn.kv_b_proj":
            result.append(Piece([full], [block + "attn_k_b.weight", block + "attn_v_b.weight"],
                                *split_latent(c)))
        elif rest.startswith("mlp.experts.0."):
            part = module.removeprefix("mlp.experts.0.")
            count = sum(f".{number}.mlp.experts." in t and t.endswith(part + ".weight")
                        for t in tensors)
            result.append(stacked([full.replace("experts.0.", f"experts.{i}.")
                                   for i in range(count)],
                                  f"{block}ffn_{part.removesuffix('_proj')}_exps.weight"))
        elif module == "mlp.experts":
            if not kind.endswith("_scales"):
                result += oss_experts(full, block, kind)
        elif not rest.startswith("mlp.experts."):
            result.append(Piece([full], [f"{block}{names[module]}.{kind}"], *how))
    return result


def repacked(blocks, scales):
    """Published MXFP4 in GGUF's order: the scale, then elements i and i + 16 in one byte."""
    elements = torch.stack([blocks & 15, blocks >> 4], dim=-1).flatten(-2)
    nibbles = elements[..., :16] | elements[..., 16:] << 4
    return torch.cat([scales[..., None], nibbles], dim=-1).flatten(-2)


def oss_experts(full, block, kind):
    gate_up = [block + "ffn_gate_exps", block + "ffn_up_exps"]
    if kind == "gate_up_proj_bias":
        return [Piece([full], [n + ".bias" for n in gate_up], halves, joined)]
    if kind == "down_proj_bias":
        return [Piece([full], [block + "ffn_down_exps.bias"])]
    if kind.endswith("_blocks"):
        packed = [full, full.replace("_blocks", "_scales")]
        if kind == "down_proj_blocks":
            return [Piece(packed, [block + "ffn_down_exps.weight"], lambda ts: [repacked(*ts)])]
        return [Piece(packed, [n + ".weight" for n in gate_up], lambda ts: halves([repacked(*ts)]))]

    def swap(tensors):
        return [t.transpose(1, 2) for t in tensors]

    if kind == "gate_up_proj":
        return [Piece([full], [n + ".weight" for n in gate_up],
                      lambda ts: halves(swap(ts)), lambda ts: swap(joined(ts)))]
    return [Piece([full], [block + "ffn_down_exps.weight"], swap, swap)]


def random_blocks(name, shape, kind):
    """Blocks of a format that has no public quantiser, with scales that suit a width of 256."""
    rows = int(np.prod(shape[:-1]))
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = shape[-1] // elements
    bits = stream(name, kind.name)
    data = bits.integers(0, 256, (rows, blocks, size)).astype(np.uint8)
    halves_at = {Type.Q2_K: {80: .011, 82: .016}, Type.Q3_K: {108: .0011},
                 Type.Q4_K: {0: .0004, 2: .003}, Type.Q5_K: {0: .0002, 2: .003},
                 Type.Q6_K: {208: 4.5e-5}, Type.IQ4_XS: {0: 5e-5}, Type.IQ4_NL: {0: .001}}[kind]
    for place, scale in halves_at.items():
        drawn = (scale * bits.uniform(0.7, 1.3, (rows, blocks))).astype(np.float16)
        data[:, :, place:place + 2] = drawn[..., None].view(np.uint8)
    return data.reshape(*shape[:-1], blocks * size)


def stored_as(name, tensor, choose):
    """The format of a tensor, as converters choose it."""
    if (tensor.ndim == 1 or not name.endswith(".weight") or name.endswith("_norm.weight")
            or "ffn_gate_inp" in name):
        return Type.F32
    return choose(name)


def encoded(name, tensor, kind):
    """Bytes of a tensor and the values that they stand for."""
    values = np.ascontiguousarray(tensor.float().numpy())
    if kind in (Type.Q2_K, Type.Q3_K, Type.Q4_K, Type.Q5_K, Type.Q6_K, Type.IQ4_XS, Type.IQ4_NL):
        data = random_blocks(name, values.shape, kind)
    else:
        data = gguf.quants.quantize(values, kind)
    meant = values if kind == Type.F32 else gguf.quants.dequantize(data, kind)
    return data, torch.from_numpy(meant.reshape(values.shape).astype(np.float32))


def rope_divisors(c):
    """rope_freqs.weight of Llama 3: by how much each frequency is divided."""
    s = c["rope_scaling"]
    size = head_dim_of(c)
    result = []
    for j in range(size // 2):
        wavelength = 2 * np.pi * c["rope_theta"] ** (2 * j / size)
        turns = s["original_max_position_embeddings"] / wavelength
        if turns > s["high_freq_factor"]:
            result.append(1.0)
        elif turns < s["low_freq_factor"]:
            result.append(s["factor"])
        else:
            t = (turns - s["low_freq_factor"]) / (s["high_freq_factor"] - s["low_freq_factor"])
            result.append(1 / ((1 - t) / s["factor"] + t))
    return np.array(result, np.float32)


def write_keys(w, config, legacy):
    """The keys general.* and <architecture>.* ."""
    c = text_of(config)
    arch = ARCHITECTURES[config["model_type"]]
    heads, kv_heads = c["num_attention_heads"], c["num_key_value_heads"]
    w.add_quantization_version(gguf.GGML_QUANT_VERSION)
    w.add_block_count(c["num_hidden_layers"])
    w.add_context_length(c.get("max_position_embeddings", 131072))
    w.add_embedding_length(c["hidden_size"])
    w.add_feed_forward_length(c["intermediate_size"])
    w.add_vocab_size(c["vocab_size"])
    w.add_head_count(heads)
    w.add_layer_norm_rms_eps(c.get("rms_norm_eps", 1e-6))
    scaling = c.get("rope_scaling") or {}
    kind = scaling.get("rope_type", scaling.get("type"))
    w.add_rope_freq_base(float(c.get("rope_theta", 1e6)))
    if kind in ("linear", "yarn"):
        w.add_rope_scaling_type(gguf.RopeScalingType(kind))
        w.add_rope_scaling_factor(float(scaling["factor"]))
    if kind == "yarn":
        w.add_rope_scaling_orig_ctx_len(scaling["original_max_position_embeddings"])
        w.add_rope_scaling_yarn_beta_fast(float(scaling["beta_fast"]))
        w.add_rope_scaling_yarn_beta_slow(float(scaling["beta_slow"]))
    if arch == "deepseek2":
        deepseek_keys(w, c, legacy)
        return
    w.add_head_count_kv(kv_heads)
    if "head_dim" in c:
        w.add_key_length(c["head_dim"])
        w.add_value_length(c["head_dim"])
    if arch == "llama":
        w.add_rope_dimension_count(head_dim_of(c))
    if arch == "gemma3":
        w.add_sliding_window(c["sliding_window"])
    if arch == "qwen3moe":
        w.add_expert_count(c["num_experts"])
        w.add_expert_used_count(c["num_experts_per_tok"])
        w.add_expert_feed_forward_length(c["moe_intermediate_size"])
    if arch == "gpt-oss":
        w.add_sliding_window(c["sliding_window"])
        w.add_expert_count(c["num_local_experts"])
        w.add_expert_used_count(c["num_experts_per_tok"])
        w.add_expert_feed_forward_length(c["intermediate_size"])
    if arch == "ernie4_5-moe":
        w.add_expert_count(c["moe_num_experts"])
        w.add_expert_used_count(c["moe_k"])
        w.add_interleave_moe_layer_step(c["moe_layer_interval"])
        w.add_leading_dense_block_count(c["moe_layer_start_index"])
        w.add_expert_feed_forward_length(c["moe_intermediate_size"])
        w.add_expert_shared_count(c["moe_num_shared_experts"])
        w.add_expert_shared_feed_forward_length(
            c["moe_intermediate_size"] * c["moe_num_shared_experts"])


def deepseek_keys(w, c, legacy):
    latent, rope = c["kv_lora_rank"], c["qk_rope_head_dim"]
    whole = c["qk_nope_head_dim"] + rope
    if legacy:  # keys and values expanded, one head each
        w.add_head_count_kv(c["num_attention_heads"])
        w.add_key_length(whole)
        w.add_value_length(c["v_head_dim"])
    else:  # one head of latents
        w.add_head_count_kv(1)
        w.add_key_length(latent + rope)
        w.add_value_length(latent)
        w.add_key_length_mla(whole)
        w.add_value_length_mla(c["v_head_dim"])
    if c["q_lora_rank"] is not None:
        w.add_q_lora_rank(c["q_lora_rank"])
    w.add_kv_lora_rank(latent)
    w.add_rope_dimension_count(rope)
    w.add_rope_scaling_yarn_log_mul(0.1 * c["rope_scaling"]["mscale_all_dim"])
    w.add_leading_dense_block_count(c["first_k_dense_replace"])
    w.add_expert_count(c["n_routed_experts"])
    w.add_expert_used_count(c["num_experts_per_tok"])
    w.add_expert_shared_count(c["n_shared_experts"])
    w.add_expert_feed_forward_length(c["moe_intermediate_size"])
    w.add_expert_weights_scale(c["routed_scaling_factor"])
    if c["norm_topk_prob"]:
        w.add_expert_weights_norm(True)
    if legacy:  # files of that age say nothing of groups and gating
        return
    w.add_expert_group_count(c["n_group"])
    w.add_expert_group_used_count(c["topk_group"])
    w.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID
                             if c["scoring_func"] == "sigmoid" else
                             gguf.ExpertGatingFuncType.SOFTMAX)


def write(path, title, config, tensors, choose, *, legacy=False, tokenizer=None):
    """Writes the file; gives the published tensors with the values that the file stands for.

    Without `tokenizer` the file has none: it is for tests that speak in token ids.
    """
    arch = ARCHITECTURES[config["model_type"]]
    w = gguf.GGUFWriter(path, arch)
    w.add_name(title)
    write_keys(w, config, legacy)
    if tokenizer:
        w.add_tokenizer_model(tokenizer)
    meant = dict(tensors)
    if (text_of(config).get("rope_scaling") or {}).get("rope_type") == "llama3":
        w.add_tensor("rope_freqs.weight", rope_divisors(text_of(config)))
    for piece in pieces(config, tensors, legacy):
        values = []
        parts = piece.forward([tensors[p] for p in piece.published])
        for name, tensor in zip(piece.names, parts, strict=True):
            if tensor.dtype == torch.uint8:  # packed as published
                w.add_tensor(name, tensor.contiguous().numpy(), raw_dtype=Type.MXFP4)
                continue
            kind = stored_as(name, tensor, choose)
            data, value = encoded(name, tensor, kind)
            w.add_tensor(name, data, raw_dtype=kind)
            values.append(value)
        if not values:
            continue
        for name, value in zip(piece.published, piece.backward(values), strict=True):
            meant[name] = value.reshape(tensors[name].shape)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return meant
