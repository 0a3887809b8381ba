"""Candor: `candor bench --job`, a fresh process a job."""

import json
import os
import subprocess
import tempfile


class Candor:
    name = "candor"

    def __init__(self, program, model, threads, isa=None, extra=()):
        self.program, self.model, self.threads, self.extra = program, model, threads, list(extra)
        self.env = dict(os.environ)
        if isa:
            self.env["CANDOR_ISA"] = isa

    def _call(self, arguments, **options):
        process = subprocess.run(
            [self.program, *map(str, arguments)], env=self.env, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )  # fmt: skip
        if process.returncode != 0:
            command = " ".join(map(str, arguments))
            raise RuntimeError(f"{self.program} {command}: exit {process.returncode}\n"
                               f"{process.stderr.strip()[-2000:]}")  # fmt: skip
        return process.stdout

    def version(self):
        return self._call(["--version"]).strip()

    def _inspect(self, what, objects, field):
        lines = "".join(json.dumps(item) + "\n" for item in objects)
        answers = self._call(["inspect", what, self.model], input=lines).splitlines()
        values = [json.loads(line)[field] for line in answers]
        if len(values) != len(objects):
            raise RuntimeError(f"candor inspect {what}: {len(objects)} lines in, {len(values)} out")
        return values

    def chat_texts(self, questions):
        chats = [{"messages": [{"role": "user", "content": question}],
                  "add_generation_prompt": True} for question in questions]  # fmt: skip
        return self._inspect("prompt", chats, "output")

    def tokens(self, texts):
        return self._inspect("tokens", [{"text": text} for text in texts], "ids")

    def run(self, job, seed=1):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for prompt in job.prompts:
                line = {"prompt_ids": prompt, "max_tokens": job.max_tokens, "seed": seed,
                        "temperature": job.temperature, "repeats": job.repeats,
                        "ignore_stops": True}  # fmt: skip
                file.write(json.dumps(line) + "\n")
            file.flush()
            out = self._call(["bench", "--model", self.model, "--job", file.name, "--json",
                              "--batch", job.at_once, "--threads", self.threads, *self.extra])  # fmt: skip
        figures = json.loads(out)
        if figures["generated_tokens"] != job.generated_tokens:
            raise RuntimeError(f"candor generated {figures['generated_tokens']} tokens, "
                               f"{job.generated_tokens} were asked for")  # fmt: skip
        if figures["prompt_tokens"] != job.prompt_tokens:
            raise RuntimeError(f"candor read {figures['prompt_tokens']} prompt tokens, "
                               f"{job.prompt_tokens} were given")  # fmt: skip
        return {key: figures[key] for key in ("seconds", "load_s", "peak_bytes", "isa")}

    def probe(self):
        """The whole of `candor bench --json`: the machine's limits, and Candor's own figures."""
        arguments = ["bench", "--model", self.model, "--json", "--threads", self.threads]
        return json.loads(self._call(arguments + self.extra))
