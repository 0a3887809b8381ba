"""llama.cpp: its own server, a fresh process a measurement, so that nothing is left in a cache."""

import concurrent.futures
import http.client
import json
import re
import socket
import subprocess
import tempfile
import time

import machine

# Instruction sets in the server's own words, weakest first.
ISA_FLAGS = {"avx2": ("AVX2",), "avx512vnni": ("AVX512", "AVX512_VNNI", "AVX512_VBMI"),
             "amx": ("AVX512_BF16", "AMX_INT8")}  # fmt: skip


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class Server:
    """A context: started, answering, and ended by its own process id whatever happens."""

    def __init__(self, program, model, threads, slots, context, extra=()):
        self.slots, self.port = slots, free_port()
        self.command = [program, "-m", model, "--host", "127.0.0.1", "--port", self.port,
                        "-t", threads, "-tb", threads, "--parallel", slots,
                        "-c", slots * context, *extra]  # fmt: skip

    def __enter__(self):
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        start = time.monotonic()
        self.process = subprocess.Popen(
            list(map(str, self.command)), stdout=self.log, stderr=subprocess.STDOUT
        )
        try:
            while not self._healthy():
                if self.process.poll() is not None:
                    raise RuntimeError(f"llama-server ended with {self.process.returncode} while "
                                       f"loading:\n{self.output()[-2000:]}")  # fmt: skip
                if time.monotonic() - start > 600:
                    raise RuntimeError("llama-server was not ready after 600 s")
                time.sleep(0.05)
        except BaseException:
            self.__exit__()
            raise
        self.load_s = time.monotonic() - start
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def _healthy(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3600)
        try:
            connection.request(
                "POST", path, json.dumps(body), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f"llama-server {path}: status {response.status}: {text[:500]!r}")
        return json.loads(text)

    def tokens(self, text):
        return self.post("/tokenize", {"content": text, "add_special": True,
                                       "parse_special": True})["tokens"]  # fmt: skip

    def complete(self, prompt, tokens, temperature, repeats, cache, seed):
        """The timings of each of the `repeats` answers. One prompt for all of them (n_cmpl)."""
        body = {"prompt": prompt, "n_predict": tokens, "temperature": temperature,
                "n_cmpl": repeats, "cache_prompt": cache, "ignore_eos": True, "seed": seed,
                # The plain softmax at this temperature, as everyone else samples here.
                "samplers": ["temperature"],
                "response_fields": ["timings", "tokens_predicted", "truncated"]}  # fmt: skip
        answers = self.post("/completion", body)
        answers = answers if isinstance(answers, list) else [answers]
        short = [a for a in answers if a["tokens_predicted"] != tokens or a["truncated"]]
        if short or len(answers) != repeats:
            raise RuntimeError(f"llama-server: {len(answers)} answers, {repeats} asked for; "
                               f"{len(short)} of another length than {tokens}")  # fmt: skip
        return [answer["timings"] for answer in answers]


class Llama:
    name = "llama.cpp"

    def __init__(self, program, model, threads, extra=()):
        self.program, self.model, self.threads, self.extra = program, model, threads, list(extra)

    def server(self, slots, context, extra=()):
        return Server(self.program, self.model, self.threads, slots, context,
                      [*self.extra, *extra])  # fmt: skip

    def version(self):
        process = subprocess.run([self.program, "--version"], text=True, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        return [line for line in process.stdout.splitlines() if re.match("version|built", line)]

    def inspect(self, texts):
        """(ids of each text, instruction sets the build uses, loading seconds)"""
        # At verbosity 4 the log has the line "system_info: … AVX2 = 1 | …".
        with self.server(1, 512, ["--verbosity", 4]) as server:
            ids = [server.tokens(text) for text in texts]
            flags = re.findall(r"\b([A-Z0-9_]+) = 1\b", server.output())
            return ids, sorted(set(flags)), server.load_s

    def run(self, job, seed=1):
        """The prompt cache is on where a prefix is shared, and as the server has it by default in
        the suite row (where no prompt comes twice); off where one phase alone is measured."""
        context = max(map(len, job.prompts)) + job.max_tokens + 8
        cache = job.name in ("suite", "shared")
        with self.server(job.at_once, -(-context // 64) * 64) as server:
            start = time.monotonic()
            if job.shared_prefix:
                # Every slot gets the prefix for the price of computing it once.
                server.complete(job.shared_prefix, 1, 0.0, job.at_once, True, seed)
            # Two more than run, so that a slot that falls free need not wait for its next prompt.
            senders = max(1, job.at_once // job.repeats) + (2 if len(job.prompts) > 1 else 0)
            if job.at_once == 1:
                senders = 1
            with concurrent.futures.ThreadPoolExecutor(senders) as pool:
                asked = [
                    pool.submit(server.complete, prompt, job.max_tokens, job.temperature,
                                job.repeats, cache, seed + i)
                    for i, prompt in enumerate(job.prompts)
                ]  # fmt: skip
                try:
                    answers = [future.result() for future in asked]
                except BaseException:
                    for future in asked:
                        future.cancel()
                    server.process.terminate()  # what is being answered would go on otherwise
                    raise
            seconds = time.monotonic() - start
            timings = [timing for answer in answers for timing in answer]
            return {
                "seconds": seconds,
                "load_s": server.load_s,
                "peak_bytes": machine.peak_bytes(server.process.pid),
                "prompt_ms": [timing["prompt_ms"] for timing in timings],
                "prompt_tokens_computed": sum(answer[0]["prompt_n"] for answer in answers),
                "prompt_tokens_from_cache": sum(answer[0]["cache_n"] for answer in answers),
            }
