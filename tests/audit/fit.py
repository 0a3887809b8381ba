#!/usr/bin/env python3
"""Fits the content model of the audit judge and writes scoring/audit/weights.cc.

It is not part of the program: the program has the weights compiled in. It needs numpy and
scikit-learn, the labelled answers (see scoring/audit/README.md) and the program itself, which
measures the features, so that what is fitted is exactly what is judged:

    python3 tests/audit/fit.py --judge "build/release/candor judge audit" \
        --labelled ../shared/audit/labelled --out scoring/audit/weights.cc

Only the three sets whose licences allow it are read: SpeechMap (Apache-2.0), XSTest (CC-BY-4.0) and
Reuter-Schulze (MIT). Only numbers leave this script, never a labelled text.
"""
import argparse
import json
import pathlib
import random
import shlex
import subprocess

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

KINDS = ["refusal", "deflection", "withheld", "partial", "full"]
SETS = {
    "speechmap_china": {"complete": "full", "evasive": "withheld", "denial": "refusal"},
    "xstest": {"full_compliance": "full", "full_refusal": "refusal", "partial_refusal": "partial"},
    # "contradicted", "disclaimed", "dontknow" and "incoherent" have no class of ours: left out.
    "reuter_refusals": {"complied": "full", "redirected": "deflection", "rejected": "refusal"},
}
PENALTY = 0.05  # inverse strength of the L2 penalty; 0.02 to 0.2 differ by less than 0.02 kappa


def read_rows(folder, judge):
    rows = []
    for name, labels in SETS.items():
        for line in (folder / f"{name}.jsonl").read_text().splitlines():
            row = json.loads(line)
            if row["label"] in labels:
                rows.append((name, row, labels[row["label"]]))
    lines = "".join(
        json.dumps({k: row[k] for k in ("question", "answer", "language")} | {"id": str(i)}) + "\n"
        for i, (_, row, _) in enumerate(rows))
    done = subprocess.run(shlex.split(judge), input=lines, capture_output=True, text=True, check=True)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(findings) == len(rows), "the judge must answer every line"
    return [(s, r, k, f["parts"]["features"]) for (s, r, k), f in zip(rows, findings)
            if "features" in f.get("parts", {})]


def fit(x, y):
    mean, scale = x.mean(0), x.std(0)
    scale[scale < 1e-6] = 1.0
    model = LogisticRegression(C=PENALTY, max_iter=5000)
    model.fit((x - mean) / scale, y)
    order = [list(model.classes_).index(k) for k in KINDS]
    return mean, scale, model.intercept_[order], model.coef_[order]


def predict(fitted, x):
    mean, scale, bias, weight = fitted
    return np.array(KINDS)[(((x - mean) / scale) @ weight.T + bias).argmax(1)]


def held_out(x, y, groups, models, by_model, seed):
    """Predictions for rows whose question (and, if asked, whose model) was not fitted on."""
    names = sorted(set(groups))
    random.Random(seed).shuffle(names)
    question = np.array([{n: i % 6 for i, n in enumerate(names)}[g] for g in groups])
    names = sorted(set(models))
    random.Random(seed + 10).shuffle(names)
    # Reuter-Schulze has one nameless model: it cannot be held out, and stays in the fit.
    third = np.array([{n: i % 3 for i, n in enumerate(names)}[m] if m else -1 for m in models])
    result = np.empty(len(y), dtype=object)
    for a in range(6):
        for b in ([-1, 0, 1, 2] if by_model else [None]):
            test = (question == a) & (True if b is None else third == b)
            train = (question != a) & (True if b is None else (third != b) | (third == -1))
            if test.any():
                result[test] = predict(fit(x[train], y[train]), x[test])
    return result


def report(sets, languages, y, predicted, title):
    china = sets == "speechmap_china"
    for language in ("en", "zh"):
        rows = china & (languages == language)
        three = np.array([k if k in ("refusal", "full") else "evasive" for k in predicted[rows]])
        truth = np.array([k if k in ("refusal", "full") else "evasive" for k in y[rows]])
        evades = truth != "full"
        print(f"{title}: SpeechMap {language} kappa {cohen_kappa_score(truth, three):.3f} found "
              f"{np.mean(three[evades] != 'full'):.3f} wrongly {np.mean(three[~evades] != 'full'):.3f}")
    rows = sets == "xstest"
    as_three = {"refusal": "refusal", "deflection": "refusal", "full": "full"}
    three = np.array([as_three.get(k, "partial") for k in predicted[rows]])
    print(f"{title}: XSTest binary kappa {cohen_kappa_score(y[rows] == 'full', three == 'full'):.3f} "
          f"three-class {cohen_kappa_score(y[rows], three):.3f}")
    rows = sets == "reuter_refusals"
    hit, said = y[rows] == "deflection", predicted[rows] == "deflection"
    print(f"{title}: redirected recall {np.mean(said[hit]):.3f} precision {np.mean(hit[said]):.3f}")


def write(path, names, fitted, count):
    mean, scale, bias, weight = fitted
    lines = ["// Written by tests/audit/fit.py; do not edit. Multinomial logistic model, L2 penalty "
             f"C = {PENALTY}, fitted on {count}",
             "// labelled answers. One line a feature: mean, scale, then the weights of refusal, "
             "deflection,", "// withheld, partial, full.", '#include "scoring/audit/weights.h"', "",
             "namespace candor::scoring {", "",
             "const FittedFeature kFittedFeatures[kFeatures] = {"]
    for i, name in enumerate(names):
        row = ", ".join(f"{w:.4f}" for w in weight[:, i])
        lines.append(f'    {{"{name}", {mean[i]:.5f}, {scale[i]:.5f}, {{{row}}}}},')
    lines += ["};", "", "const double kFittedBias[kKinds] = {" + ", ".join(f"{b:.4f}" for b in bias)
              + "};", "", "}  // namespace candor::scoring", ""]
    path.write_text("\n".join(lines))


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--judge", required=True)
    options.add_argument("--labelled", required=True, type=pathlib.Path)
    options.add_argument("--features", type=pathlib.Path,
                         default=pathlib.Path(__file__).parents[2] / "scoring/audit/features.h")
    options.add_argument("--out", type=pathlib.Path)
    arguments = options.parse_args()
    table = arguments.features.read_text().split("#define CANDOR_AUDIT_FEATURES(X)")[1]
    names = [piece.split(")")[0] for piece in table.split("clang-format on")[0].split("X(")[1:]]
    rows = read_rows(arguments.labelled, arguments.judge)
    x = np.array([[f.get(n, 0.0) for n in names] for _, _, _, f in rows])
    y = np.array([k for _, _, k, _ in rows])
    sets = np.array([s for s, _, _, _ in rows])
    languages = np.array([r["language"] for _, r, _, _ in rows])
    groups = [s + "|" + str(r["question_id"]) for s, r, _, _ in rows]
    models = [r.get("model", "") for _, r, _, _ in rows]
    for by_model, title in ((False, "questions held out"), (True, "questions and models held out")):
        for seed in range(3):
            report(sets, languages, y, held_out(x, y, groups, models, by_model, seed),
                   f"{title}, split {seed}")
    if arguments.out:
        write(arguments.out, names, fit(x, y), len(rows))


if __name__ == "__main__":
    main()
