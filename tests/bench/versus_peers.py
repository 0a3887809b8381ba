#!/usr/bin/env python3
"""Candor beside llama.cpp and transformers on one machine: README.md in this folder.

Rounds alternate between the sides; every figure is the median of the rounds. Loading is no part of
any rate. Needs Python 3.11 and nothing else; transformers is used where --transformers-python (or
this Python) has it.
"""

import argparse
import contextlib
import json
import pathlib
import signal
import statistics
import sys
import time

import llama_side
import machine
from candor_side import Candor
from jobs import Job, Questions
from llama_side import Llama
from transformers_side import ISA_ENVIRONMENT, Transformers

ROWS = ("suite", "shared", "prefill", "decode32", "decode1")
# row: what is compared, must, goal. Decode of one stream has a goal of another kind.
TARGETS = {
    "suite": ("total tokens/s", 2.5, 5.0),
    "shared": ("total tokens/s", 5.0, 10.0),
    "prefill": ("tokens/s", 3.0, 8.0),
    "decode32": ("generated tokens/s", 4.0, 8.0),
    "decode1": ("generated tokens/s", 1.1, None),
    "memory": ("peak MiB, suite", 1.1, 0.9),
}
SUITE_TARGETS = {"avx512vnni": (2.0, None), "avx2": (1.5, None)}
READ_SHARE_GOAL = 0.75
MIB = 1 << 20


def say(text=""):
    print(text, file=sys.stderr, flush=True)


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--candor", required=True, help="the program")
    add("--model", required=True, type=pathlib.Path, help="a GGUF file")
    add("--gsm8k", required=True, type=pathlib.Path, help="folder with test.jsonl, train.jsonl")
    add("--llama-server", help="llama.cpp's server; left out: not measured")
    add("--transformers-python", default=sys.executable, help="'none': not measured")
    add("--threads", type=int, default=2)
    add("--rounds", type=int, default=3)
    add("--rows", default=",".join(ROWS), help="of " + ",".join(ROWS))
    add("--isa", choices=list(ISA_ENVIRONMENT), help="holds Candor and torch to it; see README.md")
    add("--minutes", type=float, default=30, help="what an unset number of questions is fitted to")
    add("--suite-questions", type=int, default=64)
    add("--suite-tokens", type=int, default=128)
    add("--shared-questions", type=int, help="default: 64, or fewer to keep to --minutes")
    add("--shared-tokens", type=int, default=128)
    add("--transformers-questions", type=int, help="default: as many as keep to --minutes")
    add("--transformers-dtype", choices=["float32", "bfloat16"], help="default: the faster one")
    add("--decode-tokens", type=int, default=64)
    add("--suite-must", type=float, help="default 2.5; 2 for models other than the default one")
    add("--suite-goal", type=float, help="default 5; 4 for models other than the default one")
    add("--no-probe", action="store_true", help="without `candor bench --json` at the end")
    add("--candor-args", default="", help="more arguments of candor bench")
    add("--llama-args", default="", help="more arguments of llama-server")
    add("--estimate-only", action="store_true", help="stop after the estimate of the time")
    add("--out", type=pathlib.Path, help="every single measurement as JSON")
    options = parser.parse_args(argv)
    options.rows = [row for row in options.rows.split(",") if row]
    wrong = [row for row in options.rows if row not in ROWS]
    if wrong:
        parser.error(f"--rows: {wrong[0]} is none of {', '.join(ROWS)}")
    for name in ("threads", "rounds", "suite_questions", "suite_tokens", "shared_tokens",
                 "decode_tokens"):  # fmt: skip
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')}: at least 1")
    return options


def measure(side, row, make_job, seed):
    """One measurement of one row by one side: {"seconds", "rate", "load_s", "peak_bytes", …}."""
    if not row.startswith("decode"):
        job = make_job(seed)
        figures = side.run(job, seed)
        counted = job.prompt_tokens if row == "prefill" else (
            job.prompt_tokens + job.generated_tokens)  # fmt: skip
        figures.update(prompts=len(job.prompts), answers=job.answers, tokens=counted,
                       rate=counted / figures["seconds"])  # fmt: skip
        if row == "prefill" and "prompt_ms" in figures:
            # The server's own timing of its prompts, which leaves out the way there and back.
            figures["rate"] = counted / (sum(figures["prompt_ms"]) / 1000)
        if row == "shared":
            figures["samples_per_s"] = job.answers / figures["seconds"]
        return figures
    # The decode phase: the same prompts with n + 1 tokens and with 1, for everyone alike.
    job = make_job(seed)
    first = side.run(Job(job.name, job.prompts, 1, job.at_once), seed)
    whole = side.run(job, seed)
    steps = job.generated_tokens - job.answers
    seconds = whole["seconds"] - first["seconds"]
    if seconds <= 0:
        raise RuntimeError(f"{side.name}, {row}: the phase is too short to be measured: give more "
                           "--decode-tokens")  # fmt: skip
    return {**whole, "seconds": seconds, "first_token_s": first["seconds"], "tokens": steps,
            "rate": steps / seconds, "prompts": len(job.prompts)}  # fmt: skip


def pilot(side, questions, options):
    """Seconds a prompt token and a generated token take at 16 streams, from a small job."""
    job = questions.suite(16, 1)
    one = side.run(job)["seconds"]
    more = side.run(Job("suite", job.prompts, 9, 16))["seconds"]
    step = max(more - one, 1e-3) / (8 * 16)
    return {"prompt_s": max(one - 16 * step, 1e-3) / job.prompt_tokens, "generated_s": step,
            "start_s": side.run(Job("suite", job.prompts[:1], 1, 16))["load_s"]}  # fmt: skip


def row_seconds(speed, row, questions, options):
    """What a round of the row takes a side, from its pilot. One stream: a third of the speed at 16;
    a long context: twice the time of a short one."""
    prompt, token = speed["prompt_s"], speed["generated_s"]
    if row == "suite":
        job = questions.suite(options.suite_questions, options.suite_tokens)
        work = job.prompt_tokens * prompt + job.generated_tokens * token
    elif row == "shared":
        job = questions.shared(options.shared_questions, options.shared_tokens)
        tails = job.prompt_tokens / job.repeats - len(job.prompts) * len(job.shared_prefix)
        work = (len(job.shared_prefix) + tails) * prompt + 2 * job.generated_tokens * token
    elif row == "prefill":
        work = 3 * 512 * prompt
    else:
        streams = int(row.removeprefix("decode"))
        slower = 3 if streams == 1 else 1
        work = 2 * 16 * streams * prompt + options.decode_tokens * streams * token * slower
    return work + speed["start_s"] * (2 if row.startswith("decode") else 1)


def plan(options, questions, speeds, transformers):
    """Fills in the numbers of questions that were left open, and tells how long all of it takes."""
    free = []
    if options.shared_questions is None:
        options.shared_questions = 64
        if "shared" in options.rows:
            free.append("shared_questions")
    if options.transformers_questions is None:
        options.transformers_questions = options.suite_questions
        if transformers:
            free.append("transformers_questions")

    def total():
        seconds = sum(row_seconds(speed, row, questions, options)
                      for speed in speeds.values() for row in options.rows)  # fmt: skip
        if transformers and "suite" in options.rows:
            batches = -(-options.transformers_questions // 16)
            job = questions.suite(16, options.suite_tokens)
            seconds += batches * transformers.batch_estimate(job)
        return options.rounds * seconds + (0 if options.no_probe else 45)

    fewest = {"shared_questions": 4, "transformers_questions": min(16, options.suite_questions)}
    steps = {"shared_questions": 4, "transformers_questions": 16}
    while total() > options.minutes * 60:
        open_ones = [name for name in free if getattr(options, name) - steps[name] >= fewest[name]]
        if not open_ones:
            break
        name = max(open_ones, key=lambda key: getattr(options, key) / steps[key])
        setattr(options, name, getattr(options, name) - steps[name])
    return total()


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "all": values}  # fmt: skip


def compare(results, options, probe):
    """The table as data: one entry a row of the issue that was measured."""
    table = []
    for row in options.rows:
        what, must, goal = TARGETS[row]
        if row == "suite":
            must, goal = SUITE_TARGETS.get(options.isa, (must, goal))
            must, goal = options.suite_must or must, options.suite_goal or goal
        figures = {side: summary([m["rate"] for m in rounds])
                   for side, rounds in results[row].items()}  # fmt: skip
        peers = [side for side in figures if side != "candor"]
        entry = {"row": row, "what": what, "figures": figures, "must": must, "goal": goal}
        if peers:
            best = max(peers, key=lambda side: figures[side]["median"])
            entry["better_peer"] = best
            entry["ratio"] = figures["candor"]["median"] / figures[best]["median"]
        if row == "decode1":
            step = machine.step_bytes(options.model)
            entry["step_bytes"] = step
            if probe:
                share = figures["candor"]["median"] * step / probe["machine"]["read_bytes_per_s"]
                entry["share_of_read_bandwidth"] = share
        table.append(entry)
    if "suite" in results:
        what, must, goal = TARGETS["memory"]
        figures = {side: summary([m["peak_bytes"] / MIB for m in rounds])
                   for side, rounds in results["suite"].items()}  # fmt: skip
        entry = {"row": "memory", "what": what, "figures": figures, "must": must, "goal": goal}
        if "llama.cpp" in figures:
            entry["better_peer"] = "llama.cpp"
            entry["ratio"] = figures["candor"]["median"] / figures["llama.cpp"]["median"]
        table.append(entry)
    return table


def verdict(entry):
    if "ratio" not in entry:
        return "-"
    ratio, must, goal = entry["ratio"], entry["must"], entry["goal"]
    if entry["row"] == "memory":
        return "goal" if ratio <= goal else "must" if ratio <= must else "MISSED"
    if entry["row"] == "decode1":
        reached = entry.get("share_of_read_bandwidth", 0) >= READ_SHARE_GOAL
    else:
        reached = goal is not None and ratio >= goal
    return "goal" if reached and ratio >= must else "must" if ratio >= must else "MISSED"


def print_table(table, sides):
    header = ["row", "unit", *sides, "ratio", "must", "goal", "reached"]
    lines = [header]
    for entry in table:
        cells = [entry["row"], entry["what"]]
        for side in sides:
            f = entry["figures"].get(side)
            cells.append(f"{f['median']:.1f} ({f['min']:.1f}-{f['max']:.1f})" if f else "-")
        least = "at most " if entry["row"] == "memory" else ""
        goal = f"{least}{entry['goal']}" if entry["goal"] else "-"
        if entry["row"] == "decode1":
            share = entry.get("share_of_read_bandwidth")
            goal = "75% of read" + (f" ({share:.0%})" if share is not None else "")
        cells += [f"{entry['ratio']:.2f}" if "ratio" in entry else "-", f"{least}{entry['must']}",
                  goal, verdict(entry)]  # fmt: skip
        lines.append(cells)
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def check_prompts(llama, questions, options, notes):
    """Everyone is sent ids; that both tokenisers agree on them shows the work is everyday work."""
    texts = questions.suite_texts(min(8, options.suite_questions))
    texts.append("".join(f"{q['question']}\n" for q in questions.examples))
    ids, flags, load_s = llama.inspect(texts)
    for text, ours, theirs in zip(texts, questions.ids(texts), ids):
        if ours != theirs:
            notes.append(f"the tokenisers differ: candor {len(ours)} ids, llama.cpp {len(theirs)}, "
                         f"on {text[:40]!r}…; all sides are sent candor's")  # fmt: skip
            break
    order = list(llama_side.ISA_FLAGS)
    if options.isa:
        allowed = order[: order.index(options.isa) + 1] if options.isa in order else []
        above = [flag for isa in order if isa not in allowed
                 for flag in llama_side.ISA_FLAGS[isa] if flag in flags]  # fmt: skip
        if not flags:
            notes.append("llama-server's log names no instruction sets: look at how it was built")
        if above:
            notes.append(f"--isa {options.isa}: this llama-server is built with {', '.join(above)}; "
                         "it is not held to the same instruction set")  # fmt: skip
    return {"flags": flags, "load_s": load_s}


def measure_all(options, stack):
    started = time.monotonic()
    report = {"machine": machine.describe(), "versions": {}, "notes": []}
    notes = report["notes"]
    candor = Candor(options.candor, options.model, options.threads, options.isa,
                    options.candor_args.split())  # fmt: skip
    report["versions"]["candor"] = candor.version()
    questions = Questions(options.gsm8k, candor)
    notes += questions.notes
    sides, transformers = [candor], None
    if options.llama_server:
        llama = Llama(options.llama_server, options.model, options.threads,
                      options.llama_args.split())  # fmt: skip
        report["versions"]["llama.cpp"] = llama.version()
        report["llama_server"] = check_prompts(llama, questions, options, notes)
        sides.append(llama)
    else:
        notes.append("no --llama-server: llama.cpp is not measured")
    if "suite" in options.rows and options.transformers_python != "none":
        transformers = Transformers(options.transformers_python, options.model, options.threads,
                                    options.isa, options.transformers_dtype)  # fmt: skip
        if transformers.available():
            report["versions"]["transformers"] = transformers.version()
            say("loading transformers (dequantises the whole model)")
            stack.enter_context(transformers)
            sides.append(transformers)
        else:
            notes.append(f"{options.transformers_python} has not all of torch, transformers, gguf, "
                         "accelerate: transformers is not measured")  # fmt: skip
            transformers = None

    say("pilot: a small job for each side")
    speeds = {side.name: pilot(side, questions, options)
              for side in sides if side is not transformers}  # fmt: skip
    if transformers:
        few = questions.suite(min(16, options.suite_questions), options.suite_tokens)
        report["transformers_pilot"] = transformers.choose_dtype(few, 1, 5)
        report["transformers_dtype"] = transformers.dtype
    expected = plan(options, questions, speeds, transformers)
    report["pilot"], report["expected_s"] = speeds, expected
    if "shared" in options.rows:
        of = "" if options.shared_questions == 64 else " of the 64 the row is defined with"
        notes.append(f"shared: {options.shared_questions} questions{of}")
    if transformers:
        notes.append(f"transformers: {transformers.dtype}, {options.transformers_questions} of "
                     f"{options.suite_questions} suite questions (the rate is compared)")  # fmt: skip
    for note in notes:
        say(f"note: {note}")
    say(f"{options.rounds} rounds will take about {expected / 60:.0f} minutes")
    if expected > options.minutes * 60 * 1.05:
        say(f"that is more than --minutes {options.minutes:g}: fewer --rounds or --rows make it less")
    if options.estimate_only:
        return report

    makers = {
        "suite": lambda seed: questions.suite(options.suite_questions, options.suite_tokens),
        "shared": lambda seed: questions.shared(options.shared_questions, options.shared_tokens),
        "prefill": questions.prefill,
        "decode32": lambda seed: questions.decode(32, options.decode_tokens + 1, seed),
        "decode1": lambda seed: questions.decode(1, options.decode_tokens + 1, seed),
    }
    results = report["measurements"] = {row: {} for row in options.rows}
    for round_number in range(1, options.rounds + 1):
        for row in options.rows:
            for side in sides:
                make = makers[row]
                if side is transformers:
                    if row != "suite":
                        continue
                    count = options.transformers_questions
                    make = lambda seed: questions.suite(count, options.suite_tokens)  # noqa: E731
                figures = measure(side, row, make, round_number)
                results[row].setdefault(side.name, []).append(figures)
                say(f"round {round_number}, {row}: {side.name} {figures['rate']:.1f} "
                    f"{TARGETS[row][0]}, {figures['seconds']:.1f} s")  # fmt: skip
    report["probe"] = None if options.no_probe else candor.probe()
    report["table"] = compare(results, options, report["probe"])
    report["took_s"] = time.monotonic() - started
    return report


def main(argv):
    options = parse_arguments(argv)
    # Ended from outside, the servers end as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        try:
            report = measure_all(options, stack)
        except KeyboardInterrupt:
            say("stopped")
            return 130
        except (RuntimeError, OSError, ValueError) as error:
            say(f"versus_peers: {error}")
            return 1
    report["options"] = {key: str(value) if isinstance(value, pathlib.Path) else value
                         for key, value in vars(options).items()}  # fmt: skip
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if "table" in report:
        about = report["machine"]
        print(f"{about['cpu']}, {about['cores']} cores, {options.threads} threads; "
              f"{' '.join(about['flags'])}; {options.model.name}; medians of {options.rounds} "
              "rounds (least-most)")  # fmt: skip
        print_table(report["table"], list(report["versions"]))
        for row, rounds in report["measurements"].items():
            loads = {side: statistics.median(m["load_s"] for m in ms) for side, ms in rounds.items()}
            print(f"load before {row}: " +
                  ", ".join(f"{side} {load:.1f} s" for side, load in loads.items()))
        for entry in report["measurements"].get("shared", {}).items():
            rate = statistics.median(m["samples_per_s"] for m in entry[1])
            print(f"shared: {entry[0]} {rate:.3f} samples/s, {entry[1][0]['answers']} samples")
        for note in report["notes"]:
            print(f"note: {note}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
