"""The small random networks of tests/golden: their config.json and their published tensors.

Every tensor is drawn from a stream of its own (seeded by the network's and the tensor's name), so
adding a tensor changes no other. Norms, biases, sinks and correction biases are far from the 0 and
1 of an untrained network: leaving one out must show. Tensors carry the names, shapes and types of
the published checkpoints of their family.
"""

import zlib

import numpy as np
import torch

BF16 = torch.bfloat16
FP8 = torch.float8_e4m3fn


def stream(*names):
    return np.random.Generator(np.random.PCG64(zlib.crc32("/".join(names).encode())))


class Draw:
    """Draws the tensors of one network."""

    def __init__(self, seed):
        self.seed = seed
        self.tensors = {}

    def put(self, name, shape, spread, centre=0.0, dtype=BF16):
        values = centre + spread * stream(self.seed, name).standard_normal(shape)
        self.tensors[name] = torch.from_numpy(values.astype(np.float32)).to(dtype)

    def matrix(self, name, out, width, gain=1.0):
        self.put(name + ".weight", (out, width), gain / np.sqrt(width))

    def norm(self, name, width, centre=1.0):
        self.put(name + ".weight", (width,), 0.3, centre)

    def bias(self, name, width, spread=0.4):
        self.put(name + ".bias", (width,), spread)


def text_of(config):
    return config.get("text_config", config)


def head_dim_of(c):
    return c.get("head_dim") or c["hidden_size"] // c["num_attention_heads"]


def gated(draw, p, width, inner):
    draw.matrix(p + "gate_proj", inner, width, 1.5)
    draw.matrix(p + "up_proj", inner, width, 1.5)
    draw.matrix(p + "down_proj", width, inner)


def grouped_attention(draw, p, c, *, qkv_bias=False, o_bias=False, qk_norm=None, sinks=False):
    d, hd = c["hidden_size"], head_dim_of(c)
    heads, kv_heads = c["num_attention_heads"], c["num_key_value_heads"]
    # Sharper than a fresh network's, so that positions and windows matter.
    draw.matrix(p + "q_proj", heads * hd, d, 1.6)
    draw.matrix(p + "k_proj", kv_heads * hd, d, 1.6)
    draw.matrix(p + "v_proj", kv_heads * hd, d)
    draw.matrix(p + "o_proj", d, heads * hd)
    if qkv_bias:
        draw.bias(p + "q_proj", heads * hd)
        draw.bias(p + "k_proj", kv_heads * hd)
        draw.bias(p + "v_proj", kv_heads * hd)
    if o_bias:
        draw.bias(p + "o_proj", d)
    if qk_norm is not None:
        draw.norm(p + "q_norm", hd, qk_norm)
        draw.norm(p + "k_norm", hd, qk_norm)
    if sinks:
        draw.put(p + "sinks", (heads,), 1.0, 0.5)


def latent_attention(draw, p, c):
    d, heads, latent = c["hidden_size"], c["num_attention_heads"], c["kv_lora_rank"]
    nope, rope, value = c["qk_nope_head_dim"], c["qk_rope_head_dim"], c["v_head_dim"]
    if c["q_lora_rank"] is None:
        draw.matrix(p + "q_proj", heads * (nope + rope), d, 1.6)
    else:
        draw.matrix(p + "q_a_proj", c["q_lora_rank"], d)
        draw.norm(p + "q_a_layernorm", c["q_lora_rank"])
        draw.matrix(p + "q_b_proj", heads * (nope + rope), c["q_lora_rank"], 1.6)
    draw.matrix(p + "kv_a_proj_with_mqa", latent + rope, d, 1.3)
    draw.norm(p + "kv_a_layernorm", latent)
    draw.matrix(p + "kv_b_proj", heads * (nope + value), latent)
    draw.matrix(p + "o_proj", d, heads * value)


def experts(draw, p, count, width, inner):
    for i in range(count):
        gated(draw, f"{p}experts.{i}.", width, inner)


def ends(draw, c, prefix="", centre=1.0, tied_spread=0.35):
    d, vocabulary = c["hidden_size"], c["vocab_size"]
    tied = c.get("tie_word_embeddings", False)
    draw.put(prefix + "model.embed_tokens.weight", (vocabulary, d), tied_spread if tied else 1.0)
    draw.norm(prefix + "model.norm", d, centre)
    if not tied:
        draw.matrix(prefix + "lm_head", vocabulary, d, 2.5)


def plain(draw, c, **attention):
    """Llama, Mistral, Qwen2, Qwen3, ERNIE 4.5, Seed-OSS."""
    ends(draw, c)
    for n in range(c["num_hidden_layers"]):
        p = f"model.layers.{n}."
        draw.norm(p + "input_layernorm", c["hidden_size"])
        draw.norm(p + "post_attention_layernorm", c["hidden_size"])
        grouped_attention(draw, p + "self_attn.", c, **attention)
        gated(draw, p + "mlp.", c["hidden_size"], c["intermediate_size"])


def qwen3_moe(draw, c):
    ends(draw, c)
    for n in range(c["num_hidden_layers"]):
        p = f"model.layers.{n}."
        draw.norm(p + "input_layernorm", c["hidden_size"])
        draw.norm(p + "post_attention_layernorm", c["hidden_size"])
        grouped_attention(draw, p + "self_attn.", c, qk_norm=1.0)
        draw.matrix(p + "mlp.gate", c["num_experts"], c["hidden_size"], 1.5)
        experts(draw, p + "mlp.", c["num_experts"], c["hidden_size"], c["moe_intermediate_size"])


def gemma3(draw, config):
    c = text_of(config)
    prefix = "language_model." if c is not config else ""
    d = c["hidden_size"]
    ends(draw, {**c, "tie_word_embeddings": True}, prefix, centre=0.0)
    for n in range(c["num_hidden_layers"]):
        p = f"{prefix}model.layers.{n}."
        for norm in ("input", "post_attention", "pre_feedforward", "post_feedforward"):
            draw.norm(f"{p}{norm}_layernorm", d, 0.0)
        grouped_attention(draw, p + "self_attn.", c, qk_norm=0.0)
        gated(draw, p + "mlp.", d, c["intermediate_size"])
    if prefix:  # parts of the model that a text engine leaves alone
        draw.matrix("vision_tower.vision_model.encoder.layers.0.self_attn.q_proj", 8, 8)
        draw.put("multi_modal_projector.mm_input_projection_weight", (8, d), 0.1)


def deepseek(draw, c, *, correction=True, correction_dtype=torch.float32):
    d, inner = c["hidden_size"], c["moe_intermediate_size"]
    ends(draw, c)
    layers = c["num_hidden_layers"]
    for n in range(layers):
        p = f"model.layers.{n}."
        draw.norm(p + "input_layernorm", d)
        draw.norm(p + "post_attention_layernorm", d)
        latent_attention(draw, p + "self_attn.", c)
        if n < c["first_k_dense_replace"]:
            gated(draw, p + "mlp.", d, c["intermediate_size"])
            continue
        draw.matrix(p + "mlp.gate", c["n_routed_experts"], d, 1.5)
        if correction:
            draw.put(p + "mlp.gate.e_score_correction_bias", (c["n_routed_experts"],), 0.25, 0.1,
                     dtype=correction_dtype)
        experts(draw, p + "mlp.", c["n_routed_experts"], d, inner)
        gated(draw, p + "mlp.shared_experts.", d, inner * c["n_shared_experts"])
    if c.get("num_nextn_predict_layers"):  # the layer that predicts a further token: skipped
        p = f"model.layers.{layers}."
        for norm in ("enorm", "hnorm", "shared_head.norm", "input_layernorm"):
            draw.norm(p + norm, d)
        draw.matrix(p + "eh_proj", d, 2 * d)
        draw.matrix(p + "self_attn.o_proj", d, c["num_attention_heads"] * c["v_head_dim"])
        gated(draw, p + "mlp.experts.0.", d, inner)


def ernie_moe(draw, c):
    d = c["hidden_size"]
    ends(draw, c)
    for n in range(c["num_hidden_layers"]):
        p = f"model.layers.{n}."
        draw.norm(p + "input_layernorm", d)
        draw.norm(p + "post_attention_layernorm", d)
        grouped_attention(draw, p + "self_attn.", c)
        if n < c["moe_layer_start_index"]:
            gated(draw, p + "mlp.", d, c["intermediate_size"])
            continue
        count, inner = c["moe_num_experts"], c["moe_intermediate_size"]
        draw.put(p + "mlp.gate.weight", (count, d), 1.5 / np.sqrt(d), dtype=torch.float32)
        draw.put(p + "mlp.moe_statics.e_score_correction_bias", (1, count), 0.1,
                 dtype=torch.float32)
        experts(draw, p + "mlp.", count, d, inner)
        gated(draw, p + "mlp.shared_experts.", d, inner * c["moe_num_shared_experts"])
    draw.norm("model.mtp_emb_norm.0", d)
    draw.norm("model.mtp_hidden_norm.0", d)
    draw.matrix("model.mtp_linear_proj.0", d, 2 * d)
    draw.matrix("model.mtp_block.0.self_attn.o_proj", d, 16)


def gpt_oss(draw, c):
    d, inner, count = c["hidden_size"], c["intermediate_size"], c["num_local_experts"]
    ends(draw, c)
    for n in range(c["num_hidden_layers"]):
        p = f"model.layers.{n}."
        draw.norm(p + "input_layernorm", d)
        draw.norm(p + "post_attention_layernorm", d)
        grouped_attention(draw, p + "self_attn.", c, qkv_bias=True, o_bias=True, sinks=True)
        draw.matrix(p + "mlp.router", count, d, 1.5)
        draw.bias(p + "mlp.router", count)
        e = p + "mlp.experts."
        if "quantization_config" in c:
            packed(draw, e + "gate_up_proj", (count, 2 * inner, d))
            packed(draw, e + "down_proj", (count, d, inner))
        else:
            # Wide enough that the clamp at 7 takes part.
            draw.put(e + "gate_up_proj", (count, d, 2 * inner), 3.0 / np.sqrt(d))
            draw.put(e + "down_proj", (count, inner, d), 0.5 / np.sqrt(inner))
        draw.put(e + "gate_up_proj_bias", (count, 2 * inner), 0.4)
        draw.put(e + "down_proj_bias", (count, d), 0.4)


def packed(draw, name, shape):
    """MXFP4 as published: 32 elements a block, even ones in the low nibbles."""
    count, rows, width = shape
    bits = stream(draw.seed, name)
    blocks = (count, rows, width // 32)
    draw.tensors[name + "_blocks"] = torch.from_numpy(
        bits.integers(0, 256, (*blocks, 16)).astype(np.uint8))
    draw.tensors[name + "_scales"] = torch.from_numpy(
        bits.integers(121, 126, blocks).astype(np.uint8))


def block_scaled(tensors, block=128):
    """FP8 as published: e4m3 weights, one float32 factor for every block of 128 x 128."""
    result = {}
    for name, tensor in tensors.items():
        if not name.endswith("_proj.weight") and not name.endswith("_with_mqa.weight"):
            result[name] = tensor
            continue
        if name.endswith("eh_proj.weight"):
            result[name] = tensor
            continue
        values = tensor.float()
        rows, columns = (-(-n // block) for n in values.shape)
        # Every block at a scale of its own: a wrong grid must show.
        spread = 2.0 ** stream(name, "blocks").integers(-1, 2, (rows, columns))
        scales = torch.zeros(rows, columns)
        quantised = torch.zeros(values.shape, dtype=FP8)
        for r in range(rows):
            for c in range(columns):
                place = (slice(r * block, (r + 1) * block), slice(c * block, (c + 1) * block))
                part = values[place] * float(spread[r, c])
                scales[r, c] = part.abs().max() / 448
                quantised[place] = (part / scales[r, c]).to(FP8)
        result[name] = quantised
        result[name + "_scale_inv"] = scales
    return result


# Some networks have a larger epsilon than any published one: at 1e-6 its absence would not show.
COMMON = {"bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "bfloat16"}
SILU = {"hidden_act": "silu"}
LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", **SILU,
         "attention_bias": False, "mlp_bias": False, "rms_norm_eps": 1e-5, "num_hidden_layers": 3,
         **COMMON}
V3 = {"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", **SILU,
      "attention_bias": False, "hidden_size": 32, "intermediate_size": 96, "vocab_size": 256,
      "moe_intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 3,
      "num_key_value_heads": 3, "q_lora_rank": 32, "kv_lora_rank": 32, "qk_nope_head_dim": 32,
      "qk_rope_head_dim": 16, "v_head_dim": 16, "n_routed_experts": 8, "n_shared_experts": 1,
      "num_experts_per_tok": 3, "n_group": 4, "topk_group": 2, "first_k_dense_replace": 1,
      "moe_layer_freq": 1, "topk_method": "noaux_tc", "scoring_func": "sigmoid",
      "norm_topk_prob": True, "routed_scaling_factor": 2.5, "num_nextn_predict_layers": 1,
      "max_position_embeddings": 2560, "rms_norm_eps": 1e-6, "rope_theta": 10000,
      "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 64,
                       "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0},
      "tie_word_embeddings": False, **COMMON}
GEMMA = {"hidden_activation": "gelu_pytorch_tanh", "attention_bias": False,
         "attn_logit_softcapping": None, "final_logit_softcapping": None, "num_hidden_layers": 7,
         "sliding_window": 20, "rms_norm_eps": 1e-6, "max_position_embeddings": 2048}
OSS = {"architectures": ["GptOssForCausalLM"], "model_type": "gpt_oss", **SILU,
       "attention_bias": True, "hidden_size": 64, "head_dim": 16, "num_attention_heads": 6,
       "num_key_value_heads": 2, "num_hidden_layers": 3, "num_local_experts": 4,
       "num_experts_per_tok": 2, "sliding_window": 20, "swiglu_limit": 7.0, "rms_norm_eps": 1e-3,
       "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
       "max_position_embeddings": 2048, "rope_theta": 150000, "vocab_size": 264,
       "rope_scaling": {"rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0,
                        "original_max_position_embeddings": 64, "truncate": False},
       "tie_word_embeddings": False, **COMMON}

# name: (config.json, what draws the tensors)
NETWORKS = {
    "llama": ({**LLAMA, "hidden_size": 64, "head_dim": 32, "num_attention_heads": 4,
               "num_key_value_heads": 2, "num_hidden_layers": 2, "intermediate_size": 64,
               "vocab_size": 272,
               "max_position_embeddings": 2048, "rope_theta": 10000.0, "rope_scaling": None,
               "tie_word_embeddings": False}, plain),
    "smollm2": ({**LLAMA, "hidden_size": 96, "num_attention_heads": 6, "num_key_value_heads": 2,
                 "num_hidden_layers": 2, "intermediate_size": 64, "vocab_size": 256,
                 "max_position_embeddings": 2048,
                 "rope_theta": 100000, "rms_norm_eps": 1e-3, "tie_word_embeddings": True}, plain),
    "llama3": ({**LLAMA, "hidden_size": 32, "head_dim": 16, "num_attention_heads": 4,
                "num_key_value_heads": 1, "intermediate_size": 96, "vocab_size": 264,
                "max_position_embeddings": 131072, "rope_theta": 500000.0,
                "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                 "high_freq_factor": 4.0,
                                 "original_max_position_embeddings": 64},
                "tie_word_embeddings": False}, plain),
    "mistral": ({"architectures": ["MistralForCausalLM"], "model_type": "mistral", **SILU,
                 "hidden_size": 32, "head_dim": 16, "num_attention_heads": 4,
                 "num_key_value_heads": 4, "intermediate_size": 96, "num_hidden_layers": 3,
                 "vocab_size": 256, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5,
                 "rope_theta": 10000.0, "sliding_window": 24, "tie_word_embeddings": False,
                 **COMMON}, plain),
    "qwen2": ({"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", **SILU,
               "hidden_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1,
               "intermediate_size": 96, "num_hidden_layers": 3, "vocab_size": 280,
               "max_position_embeddings": 2048, "max_window_layers": 2, "rms_norm_eps": 1e-3,
               "rope_theta": 1000000.0, "sliding_window": 16, "use_sliding_window": False,
               "tie_word_embeddings": True, **COMMON},
              lambda draw, c: plain(draw, c, qkv_bias=True)),
    "qwen3": ({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", **SILU,
               "attention_bias": False, "hidden_size": 32, "head_dim": 32,
               "num_attention_heads": 3, "num_key_value_heads": 1, "intermediate_size": 96,
               "num_hidden_layers": 3, "vocab_size": 256, "max_position_embeddings": 2048,
               "max_window_layers": 3, "rms_norm_eps": 1e-3, "rope_theta": 1000000,
               "rope_scaling": None, "sliding_window": None, "use_sliding_window": False,
               "tie_word_embeddings": True, **COMMON},
              lambda draw, c: plain(draw, c, qk_norm=1.0)),
    "qwen3-moe": ({"architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", **SILU,
                   "attention_bias": False, "decoder_sparse_step": 1, "mlp_only_layers": [],
                   "hidden_size": 32, "head_dim": 16, "num_attention_heads": 4,
                   "num_key_value_heads": 2, "intermediate_size": 96, "moe_intermediate_size": 24,
                   "num_experts": 5, "num_experts_per_tok": 3, "norm_topk_prob": True,
                   "num_hidden_layers": 3, "vocab_size": 256, "max_position_embeddings": 2048,
                   "max_window_layers": 3, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0,
                   "rope_scaling": None, "sliding_window": None, "use_sliding_window": False,
                   "tie_word_embeddings": False, **COMMON}, qwen3_moe),
    # The newer form of the configuration; a softmax scale that is not head_dim^-0.5.
    "gemma3": ({"architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", **GEMMA,
                "hidden_size": 32, "head_dim": 32, "num_attention_heads": 2,
                "num_key_value_heads": 1, "intermediate_size": 32, "vocab_size": 256,
                "query_pre_attn_scalar": 24, "rms_norm_eps": 1e-3,
                "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) + [
                    "sliding_attention"],
                "rope_parameters": {
                    "full_attention": {"rope_theta": 1000000.0, "rope_type": "default"},
                    "sliding_attention": {"rope_theta": 10000.0, "rope_type": "default"}},
                "bos_token_id": 2, "eos_token_id": 1, "dtype": "bfloat16"}, gemma3),
    # As the models with vision are published: the text model inside, defaults left out.
    "gemma3-wrapped": ({"architectures": ["Gemma3ForConditionalGeneration"],
                        "model_type": "gemma3", "bos_token_id": 2, "eos_token_id": [1, 106],
                        "torch_dtype": "bfloat16",
                        "text_config": {"model_type": "gemma3_text", "hidden_size": 32,
                                        "head_dim": 16, "num_attention_heads": 2,
                                        "num_key_value_heads": 1, "intermediate_size": 32,
                                        "num_hidden_layers": 7, "query_pre_attn_scalar": 16,
                                        "vocab_size": 256, "sliding_window": 20,
                                        "rope_scaling": {"factor": 8.0, "rope_type": "linear"}},
                        "vision_config": {"hidden_size": 8, "model_type": "siglip_vision_model"}},
                       gemma3),
    "deepseek-v2-lite": ({**V3, "architectures": ["DeepseekV2ForCausalLM"],
                          "model_type": "deepseek_v2", "q_lora_rank": None, "n_routed_experts": 6,
                          "num_attention_heads": 4, "num_key_value_heads": 4, "n_group": 1,
                          "topk_group": 1, "topk_method": "greedy", "scoring_func": "softmax",
                          "norm_topk_prob": False, "routed_scaling_factor": 1.0,
                          "n_shared_experts": 2, "num_nextn_predict_layers": 0,
                          "rope_scaling": {**V3["rope_scaling"], "mscale": 0.707,
                                           "mscale_all_dim": 0.707}},
                         lambda draw, c: deepseek(draw, c, correction=False)),
    "deepseek-v3": (V3, deepseek),
    # Dimensions beyond one block of 128, with blocks cut off at the edge.
    "deepseek-v3-fp8": ({**V3, "hidden_size": 64, "intermediate_size": 160,
                         "num_attention_heads": 6,
                         "num_key_value_heads": 6, "v_head_dim": 24, "n_routed_experts": 4,
                         "n_group": 2, "topk_group": 1, "num_experts_per_tok": 2,
                         "quantization_config": {"activation_scheme": "dynamic", "fmt": "e4m3",
                                                 "quant_method": "fp8",
                                                 "weight_block_size": [128, 128]}}, deepseek),
    "kimi-k2": ({**V3, "model_type": "kimi_k2", "n_group": 1, "topk_group": 1,
                 "n_routed_experts": 6,
                 "num_experts_per_tok": 4, "routed_scaling_factor": 2.827, "rope_theta": 50000.0,
                 "num_nextn_predict_layers": 0, "num_attention_heads": 2,
                 "num_key_value_heads": 2,
                 "rope_scaling": {"type": "yarn", "factor": 32.0, "beta_fast": 1.0,
                                  "original_max_position_embeddings": 64, "beta_slow": 1.0,
                                  "mscale": 1.0, "mscale_all_dim": 1.0}},
                lambda draw, c: deepseek(draw, c, correction_dtype=BF16)),
    "ernie45": ({"architectures": ["Ernie4_5_ForCausalLM"], "model_type": "ernie4_5", **SILU,
                 "hidden_size": 32, "head_dim": 16, "num_attention_heads": 4,
                 "num_key_value_heads": 1, "intermediate_size": 80, "num_hidden_layers": 3,
                 "vocab_size": 264, "max_position_embeddings": 2048, "rms_norm_eps": 1e-3,
                 "rope_theta": 500000, "use_bias": False, "tie_word_embeddings": True, **COMMON},
                plain),
    "ernie45-moe": ({"architectures": ["Ernie4_5_MoeForCausalLM"], "model_type": "ernie4_5_moe",
                     **SILU, "hidden_size": 64, "num_attention_heads": 4,
                     "num_key_value_heads": 2, "intermediate_size": 128, "num_hidden_layers": 2,
                     "moe_num_experts": 4, "moe_k": 2,
                     "moe_num_shared_experts": 2, "moe_intermediate_size": 32,
                     "moe_layer_start_index": 1, "moe_layer_end_index": 1,
                     "moe_layer_interval": 1, "moe_use_aux_free": True, "vocab_size": 256,
                     "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 500000,
                     "use_bias": False, "tie_word_embeddings": True, **COMMON}, ernie_moe),
    "seed-oss": ({"architectures": ["SeedOssForCausalLM"], "model_type": "seed_oss", **SILU,
                  "attention_bias": True, "attention_out_bias": False, "mlp_bias": False,
                  "hidden_size": 32, "head_dim": 16, "num_attention_heads": 5,
                  "num_key_value_heads": 1, "intermediate_size": 96, "num_hidden_layers": 3,
                  "vocab_size": 256, "max_position_embeddings": 2048, "rms_norm_eps": 1e-3,
                  "rope_theta": 10000000.0, "rope_scaling": {"rope_type": "default"},
                  "tie_word_embeddings": False, **COMMON},
                 lambda draw, c: plain(draw, c, qkv_bias=True)),
    "gpt-oss": ({**OSS, "intermediate_size": 24, "hidden_size": 32}, gpt_oss),
    "gpt-oss-mxfp4": ({**OSS, "intermediate_size": 32, "hidden_size": 32,
                       "quantization_config": {
                           "modules_to_not_convert": ["model.layers.*.self_attn",
                                                      "model.layers.*.mlp.router",
                                                      "model.embed_tokens", "lm_head"],
                           "quant_method": "mxfp4"}}, gpt_oss),
    # Wide enough for blocks of 256; published as a GGUF file only.
    "qwen2-wide": ({"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", **SILU,
                    "hidden_size": 256, "num_attention_heads": 4, "num_key_value_heads": 1,
                    "intermediate_size": 256, "num_hidden_layers": 1, "vocab_size": 256,
                    "max_position_embeddings": 2048, "rms_norm_eps": 1e-6,
                    "rope_theta": 1000000.0, "use_sliding_window": False,
                    "tie_word_embeddings": True, **COMMON},
                   lambda draw, c: plain(draw, c, qkv_bias=True)),
}
GGUF_ONLY = {"qwen2-wide"}


def published(name, changes=None):
    """config.json and the tensors of a network, as its checkpoint has them."""
    config, fill = NETWORKS[name]
    config = {k: v for k, v in {**config, **(changes or {})}.items() if v is not None or
              k in ("q_lora_rank", "rope_scaling", "sliding_window")}
    draw = Draw(name)
    fill(draw, config)
    tensors = draw.tensors
    if config.get("quantization_config", {}).get("quant_method") == "fp8":
        tensors = block_scaled(tensors)
    return config, tensors
