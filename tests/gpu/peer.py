"""What others reach on the same card: PyTorch's copying and matrix products, transformers with the same
weights as Candor, vLLM where it is installed. Results go to a JSON file, which is written after each
step, so that a run that is cut off keeps what it has.

    peer.py limits --out peer.json
    peer.py model --candor PATH --shape qwen2.5-7b --out peer.json

`model` makes the shape with the library's own random initialisation, saves it once to a temporary
folder, which Candor loads too, and compares logits and the rate of 64 streams."""

import argparse
import contextlib
import importlib.util
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


class Results:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.values = {}
        if self.path.exists():
            self.values = json.loads(self.path.read_text(encoding="utf-8"))

    def put(self, **values):
        self.values.update(values)
        text = json.dumps(self.values, indent=1) + "\n"
        beside = self.path.with_name(self.path.name + ".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.path)
        print(json.dumps(values), flush=True)


class Clock:
    """Seconds of work on a device, whose queue is waited for at both ends."""

    def __init__(self, torch, device):
        self.wait = torch.cuda.synchronize if device.startswith("cuda") else lambda: None

    def seconds(self, work):
        self.wait()
        start = time.perf_counter()
        work()
        self.wait()
        return time.perf_counter() - start


def limits(options, results):
    import torch

    device = options.device
    clock = Clock(torch, device)
    results.put(torch=torch.__version__,
                card=torch.cuda.get_device_name() if device == "cuda" else device)  # fmt: skip

    size = options.copy_mebibytes << 20
    source = torch.randint(0, 255, (size,), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    repeats = 8

    def copies():
        for _ in range(repeats):
            target.copy_(source)

    copies()
    seconds = statistics.median(clock.seconds(copies) for _ in range(5)) / repeats
    results.put(copy_bytes_per_s=2 * size / seconds)
    del source, target

    n = options.product_size
    a = torch.randn(n, n, device=device).to(torch.bfloat16)
    b = torch.randn(n, n, device=device).to(torch.bfloat16)

    def products():
        for _ in range(repeats):
            a @ b

    products()
    seconds = statistics.median(clock.seconds(products) for _ in range(5)) / repeats
    results.put(product_flops_per_s=2 * n**3 / seconds, product_size=n)


def shape_config(options):
    if os.path.exists(options.shape):
        return json.loads(pathlib.Path(options.shape).read_text(encoding="utf-8"))
    listed = subprocess.run([options.candor, "bench", "--shapes", "--json"], check=True,
                            capture_output=True, text=True, env=candor_env(options))  # fmt: skip
    for shape in json.loads(listed.stdout)["shapes"]:
        if shape["name"] == options.shape:
            return shape["config"]
    raise SystemExit(f"peer.py: unknown shape {options.shape}")


def candor_env(options):
    env = os.environ.copy()
    # The packed libraries are for that program alone.
    if options.candor_libraries:
        env["LD_LIBRARY_PATH"] = options.candor_libraries
    return env


def candor(options, words, text=None):
    command = [options.candor, *words, "--device", options.candor_device,
               "--precision", options.candor_precision]  # fmt: skip
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          env=candor_env(options))  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words[:2])}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def make_model(torch, transformers, config, device):
    parsed = transformers.AutoConfig.for_model(**config)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            torch.manual_seed(1)
            model = transformers.AutoModelForCausalLM.from_config(
                parsed, attn_implementation="sdpa"
            )
    finally:
        torch.set_default_dtype(before)
    return model.to(torch.bfloat16).eval()


@contextlib.contextmanager
def folder_for(bytes_needed):
    """A temporary folder with room, in memory where that is large enough."""
    places = [place for place in ("/dev/shm", tempfile.gettempdir()) if os.path.isdir(place)]
    for place in places:
        if shutil.disk_usage(place).free > 1.3 * bytes_needed:
            path = tempfile.mkdtemp(prefix="candor-peer-", dir=place)
            try:
                yield path
            finally:
                shutil.rmtree(path, ignore_errors=True)
            return
    raise RuntimeError(f"no room for {bytes_needed} bytes in {' or '.join(places)}")


def generate_rate(torch, model, options, clock):
    torch.manual_seed(2)
    prompts = torch.randint(0, model.config.vocab_size, (options.streams, options.prompt),
                            device=options.device)  # fmt: skip
    model.generation_config.eos_token_id = None

    def generate(tokens):
        with torch.inference_mode():
            out = model.generate(prompts, attention_mask=torch.ones_like(prompts), do_sample=False,
                                 max_new_tokens=tokens, pad_token_id=0)  # fmt: skip
        if out.shape[1] != options.prompt + tokens:
            raise RuntimeError(f"{out.shape[1] - options.prompt} tokens came instead of {tokens}")

    generate(4)
    seconds = clock.seconds(lambda: generate(options.generated))
    return options.streams * options.generated / seconds


def last_logits(torch, model, ids, device):
    with torch.inference_mode():
        row = model(torch.tensor([ids], device=device)).logits[0, -1]
    return row.float().cpu().tolist()


def rms(a, b):
    return (sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / len(a)) ** 0.5


def vllm_rate(folder, options):
    """Rate of vLLM in a process of its own, which gives its memory back."""
    program = f"""
import json, random, time
from vllm import LLM, SamplingParams
llm = LLM(model={folder!r}, dtype="bfloat16", skip_tokenizer_init=True,
          max_model_len={options.prompt + options.generated + 16}, enable_prefix_caching=False)
draw = random.Random(3)
n, size = {options.streams}, llm.llm_engine.model_config.get_vocab_size()
asked = SamplingParams(temperature=0, ignore_eos=True, detokenize=False,
                       min_tokens={options.generated}, max_tokens={options.generated})
def seconds():
    ids = [[draw.randrange(size) for _ in range({options.prompt})] for _ in range(2 * n)]
    start = time.perf_counter()
    llm.generate([dict(prompt_token_ids=x) for x in ids], asked, use_tqdm=False)
    return time.perf_counter() - start
seconds()
print("RATE", json.dumps(2 * n * {options.generated} / seconds()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("RATE "):
            return json.loads(line[5:])
    raise RuntimeError(done.stderr.strip()[-400:])


def model(options, results):
    import torch
    import transformers

    clock = Clock(torch, options.device)
    config = shape_config(options)
    results.put(torch=torch.__version__, transformers=transformers.__version__,
                shape=options.shape, streams=options.streams, prompt=options.prompt,
                generated=options.generated)  # fmt: skip
    network = make_model(torch, transformers, config, options.device)
    size = sum(value.numel() * value.element_size() for value in network.parameters())
    ids = [(7919 * i + 11) % config["vocab_size"] for i in range(options.logits_prompt)]
    with folder_for(size) as folder:
        network.save_pretrained(folder, max_shard_size="4GB")
        logits_bf16 = last_logits(torch, network, ids, options.device)
        results.put(transformers_tokens_per_s=generate_rate(torch, network, options, clock))
        network = network.float()
        logits = last_logits(torch, network, ids, options.device)
        del network
        if options.device == "cuda":
            torch.cuda.empty_cache()

        answer = candor(options, ["inspect", "logits", folder, "--memory", "1024"], json.dumps({"input_ids": ids}) + "\n")
        found = answer["last_logits"][: len(logits)]
        if any(value is None for value in found):
            raise RuntimeError("candor's logits are not all finite")
        results.put(logits_rms=rms(logits, [0.0] * len(logits)),
                    transformers_bf16_error_rms=rms(logits, logits_bf16),
                    candor_error_rms=rms(logits, found),
                    candor_error_most=max(abs(a - b) for a, b in zip(logits, found)))  # fmt: skip
        figures = candor(options, [
            "bench", folder, "--json", "--only-queues", "--streams", str(options.streams),
            "--in", str(options.prompt), "--out", str(options.generated)])  # fmt: skip
        results.put(candor_tokens_per_s=figures["queues"][0]["output_tokens_per_s"])
        if importlib.util.find_spec("vllm") is not None:
            try:
                results.put(vllm_tokens_per_s=vllm_rate(folder, options))
            except RuntimeError as error:
                results.put(vllm_error=str(error))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    kinds = parser.add_subparsers(dest="kind", required=True)
    first = kinds.add_parser("limits")
    first.add_argument("--copy-mebibytes", type=int, default=4096)
    first.add_argument("--product-size", type=int, default=8192)
    second = kinds.add_parser("model")
    second.add_argument("--candor", required=True)
    second.add_argument("--candor-libraries", default="")
    second.add_argument("--candor-device", default="cuda")
    second.add_argument("--candor-precision", default="bf16")
    second.add_argument("--shape", default="qwen2.5-7b", help="a name, or the path of a config.json")
    second.add_argument("--streams", type=int, default=64)
    second.add_argument("--prompt", type=int, default=256)
    second.add_argument("--generated", type=int, default=128)
    second.add_argument("--logits-prompt", type=int, default=300)
    for kind in (first, second):
        kind.add_argument("--out", required=True)
    options = parser.parse_args()
    results = Results(options.out)
    try:
        (limits if options.kind == "limits" else model)(options, results)
    except (RuntimeError, ImportError, OSError, subprocess.CalledProcessError) as error:
        results.put(**{f"{options.kind}_error": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
