"""transformers: the same checkpoint, dequantised, in left-padded batches.

Imported, it is the side the script talks to. Run by the Python that has torch and transformers, it
is the process that measures: a JSON line in (a job), a JSON line out (its figures), until the end
of its input. It loads once and sleeps between jobs, since dequantising takes long.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import machine

# What holds torch and the libraries under it to an instruction set.
ISA_ENVIRONMENT = {
    "portable": ("default", "SSE41", "SSE4_2"),
    "avx2": ("avx2", "AVX2", "AVX2"),
    "avx512vnni": ("avx512", "AVX512_CORE_VNNI", "AVX512"),
    "amx": ("avx512", "AVX512_CORE_AMX", "AVX512"),
}


class Transformers:
    name = "transformers"

    def __init__(self, python, model, threads, isa=None, dtype=None):
        self.python, self.model, self.threads, self.dtype = python, model, threads, dtype
        self.env = dict(os.environ, TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
        if isa:
            aten, onednn, mkl = ISA_ENVIRONMENT[isa]
            self.env.update(ATEN_CPU_CAPABILITY=aten, ONEDNN_MAX_CPU_ISA=onednn,
                            DNNL_MAX_CPU_ISA=onednn, MKL_ENABLE_INSTRUCTIONS=mkl)  # fmt: skip

    def available(self):
        return self._python("import torch, transformers, gguf, accelerate").returncode == 0

    def version(self):
        program = ("import torch, transformers; print('torch', torch.__version__, 'transformers', "
                   "transformers.__version__, torch.backends.cpu.get_cpu_capability())")  # fmt: skip
        return self._python(program).stdout.strip()

    def _python(self, program):
        return subprocess.run([self.python, "-c", program], env=self.env, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    def __enter__(self):
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            [self.python, str(pathlib.Path(__file__).resolve())], env=self.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
        )  # fmt: skip
        try:
            loaded = self._ask({"model": str(self.model), "threads": self.threads})
        except BaseException:
            self.__exit__()
            raise
        self.load_s = loaded["load_s"]
        return self

    def __exit__(self, *_):
        self.process.kill()  # it holds nothing that is worth an orderly end
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

    def _ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise RuntimeError(f"transformers: exit {self.process.wait()}\n"
                               f"{self.errors.read()[-2000:]}")  # fmt: skip
        return json.loads(line)

    def choose_dtype(self, job, few, more):
        """Seconds a decoding step and a batch's prompts take in each type; the one that is faster
        on a batch of `job` is used from then on."""
        found = {}
        for dtype in (self.dtype,) if self.dtype else ("float32", "bfloat16"):
            short, long = (
                self._ask({"dtype": dtype, "prompts": job.prompts[: job.at_once],
                           "max_tokens": tokens, "batch": job.at_once})["seconds"]
                for tokens in (few, more)
            )  # fmt: skip
            step = max(0.0, long - short) / (more - few)
            found[dtype] = {"step_s": step, "prompts_s": max(0.0, short - few * step)}
        self.dtype = min(found, key=lambda dtype: batch_seconds(found[dtype], job.max_tokens))
        self.pilot = found
        return found

    def batch_estimate(self, job):
        return batch_seconds(self.pilot[self.dtype], job.max_tokens)

    def run(self, job, seed=1):
        del seed  # greedy
        figures = self._ask({"dtype": self.dtype, "prompts": job.prompts,
                             "max_tokens": job.max_tokens, "batch": job.at_once})  # fmt: skip
        return {**figures, "load_s": self.load_s}


def batch_seconds(pilot, tokens):
    return pilot["prompts_s"] + tokens * pilot["step_s"]


def serve(lines, answers):
    import torch
    import transformers

    def say(figures):
        answers.write(json.dumps(figures) + "\n")
        answers.flush()

    request = json.loads(next(lines))
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(request["threads"])
    start = time.monotonic()
    path = pathlib.Path(request["model"])
    model = transformers.AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.bfloat16
    ).eval()
    say({"load_s": time.monotonic() - start})

    def answer(some, count):
        width = max(map(len, some))
        ids = torch.tensor([[0] * (width - len(p)) + p for p in some])
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in some])
        with torch.inference_mode():
            out = model.generate(
                ids, attention_mask=mask, do_sample=False, min_new_tokens=count,
                max_new_tokens=count, pad_token_id=0, temperature=None, top_p=None, top_k=None,
            )  # fmt: skip
        if out.shape[1] - width != count:
            raise RuntimeError(f"{out.shape[1] - width} tokens, {count} were asked for")

    for line in lines:
        request = json.loads(line)
        tokens, batch = request["max_tokens"], request["batch"]
        model.to(getattr(torch, request["dtype"]))
        # Sorted by length, so that as little as possible is padding.
        prompts = sorted(request["prompts"], key=len)
        answer(prompts[:1], 2)  # what is set up at the first call is not the job's
        machine.forget_peak()
        start = time.monotonic()
        for i in range(0, len(prompts), batch):
            answer(prompts[i : i + batch], tokens)
        say({"seconds": time.monotonic() - start, "peak_bytes": machine.peak_bytes(),
             "dtype": request["dtype"]})  # fmt: skip


if __name__ == "__main__":
    # What the libraries print must not stand between the answers.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(iter(sys.stdin.readline, ""), replies)
