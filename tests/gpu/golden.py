"""The golden checkpoints of dense families through `candor inspect logits`, against what the reference
library computes for them (tests/golden/README.md): largest difference of a logit, and greedy tokens as
far as their margin over the next best is clear.

    golden.py --candor build/release/candor [--device cuda] [--precision bf16] [--golden FOLDER]

A difference in float32 is that of two logits; in bf16 its share of the largest logit after the same text,
since the networks' logits reach 11 and keys and values alone have eight bits: transformers in bf16 on a
processor comes within 2.5e-2 of them (0.27 at most). Exits with 1 where a difference is more than --within,
or a clear greedy token differs."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

CLEAR_MARGIN = 0.1
# Within what differences must be, by precision, and which of those that compare() gives.
TOLERANCE = {"bf16": 3e-2, "float32": 2e-3}
JUDGED = {"bf16": "share", "float32": "worst"}


def is_dense(config):
    text = config.get("text_config", config)
    moe = ("num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts")
    return not any(text.get(key) for key in moe) and not text.get("kv_lora_rank")


def checkpoints(golden):
    """(name, model, file of expectations) of every dense network, in both containers."""
    found = []
    dense = set()
    for folder in sorted((golden / "checkpoints").iterdir()):
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if is_dense(config):
            dense.add(folder.name)
            found.append((folder.name, folder, folder / "expected.json"))
    dense.add("qwen2-wide")  # there is no other form of it
    for file in sorted((golden / "gguf").glob("*.gguf")):
        network = file.name.split(".")[0]
        if network not in dense:
            continue
        own = file.with_suffix(".json")
        expected = own if own.exists() else golden / "checkpoints" / network / "expected.json"
        found.append((file.stem, file, expected))
    return found


def compare(cases, answers):
    """Largest absolute difference, the same as a share of the case's largest logit, and the clear
    greedy tokens that differ of those that were compared."""
    worst, share, compared, different = 0.0, 0.0, 0, []
    for number, (case, answer) in enumerate(zip(cases, answers, strict=True)):
        if "error" in answer:
            raise ValueError(f"case {number}: {answer['error']}")
        expected, found = case["last_logits"], answer["last_logits"]
        if len(expected) != len(found) or any(value is None for value in found):
            raise ValueError(f"case {number}: {len(found)} logits, or some that are not finite")
        difference = max(abs(a - b) for a, b in zip(expected, found))
        worst = max(worst, difference)
        share = max(share, difference / max(abs(value) for value in expected))
        for place, (step, token) in enumerate(zip(case["greedy"], answer["greedy"], strict=True)):
            if step["margin"] > CLEAR_MARGIN:
                compared += 1
            if step["id"] != token:
                # After another token all that follows is another text.
                if step["margin"] > CLEAR_MARGIN:
                    different.append(f"case {number}, token {place}")
                break
    return {"worst": worst, "share": share, "greedy": compared, "greedy_different": different}


def measure(candor, golden, device, precision, env=None, limit=110, workers=4):
    """By name what compare() gives, or {"error": what the program said}; in `limit` seconds."""
    end = time.monotonic() + limit

    def one(entry):
        name, model, expectations = entry
        cases = json.loads(expectations.read_text(encoding="utf-8"))["cases"]
        lines = "".join(
            json.dumps({"input_ids": case["input_ids"], "greedy": len(case["greedy"])}) + "\n"
            for case in cases
        )
        command = [str(candor), "inspect", "logits", str(model), "--device", device,
                   "--precision", precision, "--memory", "64"]  # fmt: skip
        try:
            done = subprocess.run(command, input=lines, capture_output=True, text=True, env=env,
                                  timeout=max(end - time.monotonic(), 0.1))  # fmt: skip
            if done.returncode != 0:
                return name, {"error": done.stderr.strip().splitlines()[0] if done.stderr.strip()
                              else f"exit status {done.returncode}"}
            return name, compare(cases, [json.loads(line) for line in done.stdout.splitlines()])
        except subprocess.TimeoutExpired:
            return name, {"error": f"was not done after {limit:.0f} s"}
        except (ValueError, KeyError) as error:
            return name, {"error": f"the answer cannot be used: {error}"}

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return dict(pool.map(one, checkpoints(pathlib.Path(golden))))


def summarise(results, precision, within):
    judged = JUDGED[precision]
    errors = [f"{name}: {result['error']}" for name, result in results.items() if "error" in result]
    sound = {name: result for name, result in results.items() if "error" not in result}
    off = [f"{name}: {result[judged]:.2g}" for name, result in sound.items()
           if not result[judged] <= within]  # fmt: skip
    greedy = [f"{name}, {place}" for name, result in sound.items()
              for place in result["greedy_different"]]  # fmt: skip
    return {
        "checkpoints": len(results),
        "judged": max((result[judged] for result in sound.values()), default=None),
        "worst": max((result["worst"] for result in sound.values()), default=None),
        "worst_share": max((result["share"] for result in sound.values()), default=None),
        "greedy_compared": sum(result["greedy"] for result in sound.values()),
        "errors": errors,
        "off": off,
        "greedy_different": greedy,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = pathlib.Path(__file__).resolve().parent
    parser.add_argument("--candor", required=True)
    parser.add_argument("--golden", default=here.parent / "golden", type=pathlib.Path)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precision", default="bf16", choices=sorted(TOLERANCE))
    parser.add_argument("--within", type=float)
    options = parser.parse_args()
    within = TOLERANCE[options.precision] if options.within is None else options.within
    results = measure(options.candor, options.golden, options.device, options.precision,
                      os.environ.copy())  # fmt: skip
    for name, result in results.items():
        if "error" in result:
            print(f"{name:28} {result['error']}")
        else:
            print(f"{name:28} {result['worst']:9.2e}  {result['share']:9.2e} of the largest  "
                  f"{len(result['greedy_different'])} of {result['greedy']} greedy tokens differ")
    summary = summarise(results, options.precision, within)
    wrong = summary["errors"] + summary["off"] + summary["greedy_different"]
    print(f"{summary['checkpoints']} checkpoints, {len(wrong)} findings (within {within:g})")
    return 1 if wrong or not results else 0


if __name__ == "__main__":
    sys.exit(main())
