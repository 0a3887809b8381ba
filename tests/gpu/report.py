"""What the stages of all.sh found: a table as text and everything as JSON, written after each stage, so
that a machine that is taken away leaves what was known. Targets are those of the project's plan for one
H100; a figure without a target is told and judges nothing."""

import dataclasses
import json
import pathlib
import time


@dataclasses.dataclass
class Target:
    """Of a share or a rate: at least `must`, better `goal`; `most`: at most."""

    must: float | None = None
    goal: float | None = None
    most: bool = False
    form: str = "{:,.0f}"

    def reached(self, value, bound):
        if bound is None:
            return None
        return value <= bound if self.most else value >= bound

    def text(self, bound):
        return "" if bound is None else ("<= " if self.most else "") + self.form.format(bound)


SHARE = "{:.1%}"
TARGETS = {
    "golden checkpoints, bf16: difference of a logit over the largest one": Target(3e-2, None, True, "{:.1e}"),
    "golden checkpoints, bf16: clear greedy tokens that differ": Target(0, 0, True),
    "golden checkpoints, float32: largest difference of a logit": Target(None, 2e-3, True, "{:.1e}"),
    "golden checkpoints, float32: clear greedy tokens that differ": Target(0, 0, True),
    "batches of 1, 8, 64, 256: answers with another token": Target(0, 0, True),
    "decode, 1 stream: share of copy bandwidth": Target(0.70, 0.88, False, SHARE),
    "queue, 64 streams, 1k in, 1k out: output tokens/s": Target(4000, 6500),
    "queue, 256 streams, 1k in, 1k out: output tokens/s": Target(7000, 11000),
    "decode alone, 256 streams at 1k in, 1k out: tokens/s": Target(None, 16000),
    "times transformers generate, 64 streams": Target(5, 12, False, "{:.1f}"),
    "prefill: share of the matrix-product rate": Target(0.45, 0.65, False, SHARE),
    "cost of equal bits, of a step, at worst": Target(0.10, 0.03, True, SHARE),
    "logits of the shape: error over that of transformers in bf16": Target(2, 1, True, "{:.2f}"),
}


class Report:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.machine = {}
        self.stages = []
        self.rows = []
        self.start = time.monotonic()

    def stage(self, name, status, reason, seconds):
        self.stages.append(
            {"stage": name, "status": status, "reason": reason, "seconds": round(seconds, 1)}
        )
        self.write()

    def figure(self, name, value, form=None, note=""):
        """A row of the table; judged where TARGETS has the name."""
        target = TARGETS.get(name)
        row = {"figure": name, "value": value, "note": note}
        shown = (form or (target.form if target else "{:,.4g}")).format(value)
        if target:
            row |= {"must": target.must, "goal": target.goal,
                    "passed": target.reached(value, target.must),
                    "goal_reached": target.reached(value, target.goal)}  # fmt: skip
            row["shown"] = [shown, target.text(target.must), target.text(target.goal)]
        else:
            row["shown"] = [shown, "", ""]
        self.rows.append(row)

    def failed(self):
        return any(stage["status"] == "failed" for stage in self.stages) or any(
            row.get("passed") is False for row in self.rows
        )

    def write(self):
        seconds = time.monotonic() - self.start
        whole = {
            "machine": self.machine,
            "seconds": round(seconds, 1),
            "stages": self.stages,
            "figures": [{k: v for k, v in row.items() if k != "shown"} for row in self.rows],
            "not_measured": [name for name in TARGETS
                             if name not in {row["figure"] for row in self.rows}],
        }  # fmt: skip
        self._put("summary.json", json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
        self._put("summary.txt", self.text(seconds))

    def text(self, seconds):
        lines = [f"{key}: {value}" for key, value in self.machine.items()]
        lines += ["", f"{'stage':<64} {'passed':<8} {'seconds':>8}  reason"]
        words = {"passed": "yes", "failed": "NO", "skipped": "skipped"}
        for stage in self.stages:
            lines.append(f"{stage['stage']:<64} {words[stage['status']]:<8} "
                         f"{stage['seconds']:>8.1f}  {stage['reason']}".rstrip())  # fmt: skip
        lines += ["", f"{'figure':<64} {'passed':<8} {'value':>12} {'must':>12} {'goal':>12}  note"]
        passed = {True: "yes", False: "NO", None: ""}
        for row in self.rows:
            value, must, goal = row["shown"]
            mark = passed[row.get("passed")]
            if row.get("goal_reached"):
                mark = "goal"
            lines.append(f"{row['figure']:<64} {mark:<8} {value:>12} {must:>12} {goal:>12}  "
                         f"{row['note']}".rstrip())  # fmt: skip
        measured = {row["figure"] for row in self.rows}
        for name, target in TARGETS.items():
            if name not in measured:
                lines.append(f"{name:<64} {'':<8} {'not measured':>12} {target.text(target.must):>12} "
                             f"{target.text(target.goal):>12}")  # fmt: skip
        lines += ["", f"{seconds:.0f} seconds in all"]
        return "\n".join(lines) + "\n"

    def _put(self, name, text):
        beside = self.folder / (name + ".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.folder / name)
