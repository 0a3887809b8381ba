"""Labelled answers, the judge's findings on them, and agreement: shared by fit.py and acceptance.

Only the Python standard library. Texts are read, judged and forgotten: nothing of them is written.
"""
import json
import random
import shlex
import subprocess

KINDS = ["refusal", "deflection", "withheld", "partial", "full"]
# The labels that teach, by set. The other sets only measure: their licences allow no more.
TAUGHT = {
    "speechmap_china": {"complete": "full", "evasive": "withheld", "denial": "refusal"},
    "xstest": {"full_compliance": "full", "full_refusal": "refusal", "partial_refusal": "partial"},
    # "contradicted", "disclaimed", "dontknow" and "incoherent" have no class of ours.
    "reuter_refusals": {"complied": "full", "redirected": "deflection", "rejected": "refusal"},
}
FOLDS = 6       # of questions
MODEL_FOLDS = 3


def read_set(folder, name):
    """The rows of one file, or None where it is absent."""
    path = folder / f"{name}.jsonl"
    if not path.is_file():
        return None
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    for row in rows:
        row["set"] = name
        # The six classes ask questions of SpeechMap.
        source = row.get("source", name) if name == "six_classes" else name
        row["group"] = f"{source}|{row['question_id']}"
        row["kind"] = TAUGHT.get(name, {}).get(row.get("label"), "")
    return rows


def text_of(value):
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def judge_rows(command, rows, weights=None):
    """The findings of `candor judge audit`, one a row."""
    lines = []
    for number, row in enumerate(rows):
        line = {"id": number, "question": row["question"], "language": row.get("language", "")}
        for key in ("answer", "reasoning", "shown", "sent"):
            if key in row:
                line[key] = text_of(row[key])
        lines.append(json.dumps(line))
    call = shlex.split(command) + (["--weights", str(weights)] if weights else [])
    done = subprocess.run(call, input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command}: {done.stderr.strip()}")
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    if len(findings) != len(rows):
        raise SystemExit(f"{command}: {len(findings)} findings for {len(rows)} answers")
    for finding in findings:
        if "error" in finding:
            raise SystemExit(f"{command}: {finding['error']}")
    return findings


def parts(names, count, seed):
    """Each name's part of `count`, dealt after a fixed shuffle."""
    order = sorted(names)
    random.Random(seed).shuffle(order)
    return {name: i % count for i, name in enumerate(order)}


# The mappings (scoring/audit/README.md) from our six classes to those of a set. What has no content
# (nothing that could be judged was delivered) is no answer.
def as_speechmap(content):
    return {"refusal": "denial", "full": "complete"}.get(content, "evasive")


def as_xstest(content):
    return {"refusal": "full_refusal", "deflection": "full_refusal", None: "full_refusal",
            "full": "full_compliance"}.get(content, "partial_refusal")


def as_binary(content):
    return "full_compliance" if content == "full" else "refusal"


def as_redirected(content):
    return "redirected" if content == "deflection" else "other"


def kappa(pairs):
    """Cohen's kappa of (label, found); 0 where nothing varies."""
    n = len(pairs)
    if n == 0:
        return 0.0
    labels, founds, same = {}, {}, 0
    for label, found in pairs:
        labels[label] = labels.get(label, 0) + 1
        founds[found] = founds.get(found, 0) + 1
        same += label == found
    chance = sum(count * founds.get(label, 0) for label, count in labels.items()) / (n * n)
    return 0.0 if chance >= 1 else (same / n - chance) / (1 - chance)


def recall(pairs, positive):
    found = [f in positive for label, f in pairs if label in positive]
    return sum(found) / len(found) if found else float("nan")


def precision(pairs, positive):
    right = [label in positive for label, f in pairs if f in positive]
    return sum(right) / len(right) if right else float("nan")


def wrongly(pairs, positive):
    """The share of the others that are called positive."""
    called = [f in positive for label, f in pairs if label not in positive]
    return sum(called) / len(called) if called else float("nan")


def interval(pairs, groups, figure, draws=1000, seed=1):
    """95 % percentile interval, questions drawn with replacement."""
    clusters = {}
    for pair, group in zip(pairs, groups):
        clusters.setdefault(group, []).append(pair)
    names = sorted(clusters)
    dice = random.Random(seed)
    values = []
    for _ in range(draws):
        sample = []
        for _ in names:
            sample.extend(clusters[names[dice.randrange(len(names))]])
        value = figure(sample)
        if value == value:
            values.append(value)
    values.sort()
    if not values:
        return float("nan"), float("nan")
    return values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]
