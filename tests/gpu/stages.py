"""The stages of all.sh, one after the other; README.md here says what each does. A stage has a time limit
of its own and what is left of the whole; one that fails or cannot run is written down with its reason,
and the next one starts."""

import argparse
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time

import golden
from report import Report

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACK = ROOT / "build/gpu-pack/candor-gpu.tar.xz"
PROGRAMS = ("candor", "kernels_tests", "engine_tests")
# Slower under compute-sanitizer, about so many times (its documentation gives no figure; the subset
# is stopped by the stage's limit where it is more).
SANITIZER = {"memcheck": 30, "racecheck": 100, "synccheck": 30}


class Skip(Exception):
    """A stage that cannot run here, and why."""


class Failed(Exception):
    """A stage that ran and found something, or did not end."""


class Run:
    """The machine, the programs, and where everything is written."""

    def __init__(self, options):
        self.options = options
        self.out = pathlib.Path(os.environ.get("OUT") or ROOT / "build/gpu-report").resolve()
        self.report = Report(self.out)
        self.log = open(self.out / "log.txt", "w", encoding="utf-8")
        self.work = pathlib.Path(options.work or ROOT / "build/gpu").resolve()
        self.gpu = None  # {"name", "capability", …}
        self.no_gpu = "--dry-run" if options.dry_run else "no GPU was looked for"
        self.module = None
        self.bin = None
        self.libraries = []
        self.test_seconds = {}
        self.limit = 0.0
        self.end = time.monotonic() + options.seconds

    def need_gpu(self):
        if self.gpu is None:
            raise Skip(self.no_gpu)
        if self.module is None:
            raise Skip("there is no module (see the stage that builds it)")

    def need_programs(self):
        if self.bin is None:
            raise Skip("there are no programs (see their stage)")

    def env(self, **more):
        env = os.environ.copy()
        env["CANDOR_DATA"] = str(ROOT / "data")
        env["CANDOR_SOURCES"] = str(ROOT)
        if self.module:
            env["CANDOR_CUDA_MODULE"] = str(self.module)
        else:
            env.pop("CANDOR_CUDA_MODULE", None)
        paths = [*self.libraries, *cuda_libraries(), os.environ.get("LD_LIBRARY_PATH", "")]
        env["LD_LIBRARY_PATH"] = ":".join(path for path in paths if path)
        return env | more

    def call(self, command, limit=None, env=None):
        """Standard output of a command. Failed where it does not end well or in time; then it and all
        that it started are killed."""
        command = [str(word) for word in command]
        limit = min(limit or self.limit, self.end - time.monotonic())
        if limit <= 1:
            raise Skip("no time was left")
        self.log.write(f"\n$ {' '.join(command)}\n")
        self.log.flush()
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   errors="replace", env=env or os.environ.copy(), cwd=ROOT,
                                   stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        late = False
        try:
            output, errors = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            late = True
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
        self.log.write(f"{output}{errors}\n[{process.returncode}, {time.monotonic() - start:.1f} s]\n")
        self.log.flush()
        if late:
            raise Failed(f"{pathlib.Path(command[0]).name} took more than {limit:.0f} s")
        if process.returncode != 0:
            last = (errors.strip() or output.strip() or "no output").splitlines()[-1]
            raise Failed(f"{pathlib.Path(command[0]).name} ended with {process.returncode}: {last[:300]}")
        return output


def cuda_home():
    for home in (os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda"):
        if home and os.path.isdir(home):
            return pathlib.Path(home)
    return None


def cuda_program(name):
    found = shutil.which(name)
    if found is None and cuda_home() is not None:
        found = shutil.which(name, path=str(cuda_home() / "bin"))
    if found is None:
        raise Skip(f"{name} is not here")
    return found


def cuda_libraries():
    """Folders of cuBLASLt: the toolkit's, else those that Python packages brought."""
    folders = []
    if cuda_home() is not None:
        folders.append(str(cuda_home() / "lib64"))
    for place in sys.path:
        folders += sorted({str(pathlib.Path(file).parent) for file in
                           glob.glob(f"{place}/nvidia/*/lib/libcublasLt.so.*")})  # fmt: skip
    return [folder for folder in folders if os.path.isdir(folder)]


# --- stages -------------------------------------------------------------------------------------


def environment(run):
    machine = run.report.machine
    machine["commit"] = commit()
    machine["date"] = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    machine["kernel"] = os.uname().release
    machine["processors"] = len(os.sched_getaffinity(0))
    with open("/proc/meminfo", encoding="utf-8") as lines:
        machine["memory"] = f"{int(lines.readline().split()[1]) / 2**20:.0f} GiB"
    try:
        machine["nvcc"] = run.call([cuda_program("nvcc"), "--version"], 20).strip().splitlines()[-1]
    except (Skip, Failed) as why:
        machine["nvcc"] = str(why)
    if run.options.dry_run:
        return
    query = "name,driver_version,compute_cap,memory.total,clocks.sm,clocks.mem,power.limit"
    run.no_gpu = "no GPU: nvidia-smi is not here"
    if shutil.which("nvidia-smi") is None:
        return
    try:
        lines = run.call(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"], 30)
    except Failed as why:
        run.no_gpu = f"no GPU: {why}"
        return
    values = [value.strip() for value in lines.strip().splitlines()[0].split(",")]
    run.gpu = dict(zip(query.split(","), values))
    machine["GPU"] = ", ".join(values)


def commit():
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip() or "not known"
    except OSError:
        return "not known"


def build_module(run):
    if run.gpu is None:
        raise Skip(run.no_gpu)
    cuda_program("nvcc")
    capability = run.gpu["compute_cap"].replace(".", "")
    # The `a` architectures have instructions that plain ones lack; only the one here, for time.
    architecture = capability + ("a" if int(capability) >= 90 else "") + "-real"
    build = run.work / "module"
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    run.call(["cmake", "-S", "kernels/cuda", "-B", build, *generator,
              f"-DCANDOR_CUDA_ARCHITECTURES={architecture}"])  # fmt: skip
    run.call(["cmake", "--build", build, "-j", len(os.sched_getaffinity(0))])
    found = sorted(build.rglob("libcandor_cuda.so"))
    if not found:
        raise Failed("libcandor_cuda.so was not made")
    run.module = found[0]


def programs(run):
    """Those of --pack; else built ones, made anew; else those of a pack at its usual place."""
    options = run.options
    built = ROOT / "build/release"
    if options.pack:
        unpack(run, pathlib.Path(options.pack))
    elif (built / "candor").exists():
        if not options.dry_run:
            run.call(["cmake", "--build", built, "-j", len(os.sched_getaffinity(0)),
                      "--target", *PROGRAMS])  # fmt: skip
        use_built(run, built)
    elif PACK.exists():
        unpack(run, PACK)
    elif options.dry_run:
        raise Skip("--dry-run builds nothing")
    else:
        try:
            run.call(["cmake", "--preset", "release"])
        except Failed as why:
            raise Failed(f"no pack ({PACK.relative_to(ROOT)}, --pack), and here is what a build "
                         f"needs not: {why}") from why  # fmt: skip
        run.call(["cmake", "--build", "--preset", "release", "-j", len(os.sched_getaffinity(0)),
                  "--target", *PROGRAMS])  # fmt: skip
        use_built(run, built)
    version = run.call([run.bin["candor"], "--version"], 20, run.env()).strip()
    run.report.machine["candor"] = f"{version}, {run.bin['candor']}"


def use_built(run, build):
    run.bin = {"candor": build / "candor"}
    run.bin |= {name: build / "tests" / name for name in PROGRAMS[1:]}


def unpack(run, file):
    if not file.exists():
        raise Failed(f"{file}: there is no such pack (tests/gpu/pack.sh makes it)")
    folder = run.work / "programs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data")
    root = folder / "candor-gpu"
    run.report.machine["pack"] = f"{file}, of {(root / 'commit').read_text().strip()}"
    run.bin = {name: root / "bin" / name for name in PROGRAMS}
    run.libraries = [str(root / "lib")]
    try:
        run.call([run.bin["candor"], "--version"], 20, run.env())
    except Failed:
        run.libraries.append(str(root / "lib-compiler"))
        try:
            run.call([run.bin["candor"], "--version"], 20, run.env())
        except Failed as why:
            run.bin = None
            raise Failed(f"the packed programs do not start here: {why}") from why


def doctor(run):
    if run.options.dry_run:
        raise Skip(run.no_gpu)
    run.need_programs()
    output = run.call([run.bin["candor"], "doctor"], env=run.env())
    run.report.machine["doctor"] = "; ".join(line.strip() for line in output.strip().splitlines()
                                             if "cuda" in line.lower() or "gpu" in line.lower())  # fmt: skip


def google_tests(run, program, filters):
    """Runs them and gives the seconds of each test that passed."""
    run.need_gpu()
    run.need_programs()
    found = run.work / f"{program}.json"
    found.unlink(missing_ok=True)
    problem = None
    try:
        run.call([run.bin[program], f"--gtest_filter={filters}", f"--gtest_output=json:{found}",
                  "--gtest_brief=1"], env=run.env())  # fmt: skip
    except Failed as why:
        problem = why
        if not found.exists():
            raise
    times, failures, skipped = {}, [], 0
    for suite in json.loads(found.read_text(encoding="utf-8"))["testsuites"]:
        for test in suite["testsuite"]:
            name = f"{suite['name']}.{test['name']}"
            if test.get("result") == "SKIPPED":
                skipped += 1
            elif test.get("failures"):
                failures.append(name)
            else:
                times[name] = float(test["time"].rstrip("s"))
    run.report.figure(f"{program}: passed", len(times), note=f"{skipped} skipped")
    if failures:
        raise Failed(f"{len(failures)} failed: {', '.join(failures[:5])}")
    if problem is not None:
        raise problem
    if not times:
        raise Failed(f"there is no test that {filters} names")
    return times


def kernel_tests(run):
    run.test_seconds = google_tests(run, "kernels_tests", "Cuda*:*/Cuda*")


def engine_tests(run):
    google_tests(run, "engine_tests", "*Cuda*")


def golden_stage(precision):
    def stage(run):
        run.need_gpu()
        run.need_programs()
        results = golden.measure(run.bin["candor"], ROOT / "tests/golden", "cuda", precision,
                                 run.env(), run.limit)  # fmt: skip
        run.log.write(json.dumps(results, indent=1) + "\n")
        within = golden.TOLERANCE[precision]
        summary = golden.summarise(results, precision, within)
        if summary["worst"] is not None:
            note = (f"{summary['checkpoints']} files; at most {summary['worst']:.1e}, "
                    f"{summary['worst_share']:.1e} of the largest logit")  # fmt: skip
            name = {"share": "difference of a logit over the largest one",
                    "worst": "largest difference of a logit"}[golden.JUDGED[precision]]  # fmt: skip
            run.report.figure(f"golden checkpoints, {precision}: {name}", summary["judged"], note=note)
            run.report.figure(f"golden checkpoints, {precision}: clear greedy tokens that differ",
                              len(summary["greedy_different"]),
                              note=f"of {summary['greedy_compared']}")  # fmt: skip
        wrong = summary["errors"] + summary["off"] + summary["greedy_different"]
        if wrong:
            raise Failed("; ".join(wrong[:4]))

    return stage


def bench_words(run, *words):
    return [run.bin["candor"], "bench", "--shape", run.options.shape, "--device", "cuda",
            "--json", *words]  # fmt: skip


def bench(run):
    run.need_gpu()
    run.need_programs()
    figures = json.loads(run.call(bench_words(run), env=run.env()))
    save(run, "bench.json", figures)
    put = run.report.figure
    put("loading: seconds", figures["load_s"])
    put("the card copies: GB/s", figures["gpu"]["copy_bytes_per_s"] / 1e9)
    put("the card multiplies: TFLOP/s", figures["gpu"]["product_flops_per_s"] / 1e12)
    for streams, rate in figures["decode_tokens_per_s"].items():
        put(f"decode, {streams} streams: tokens/s", rate, "{:,.0f}")
    put("prefill: tokens/s", figures["prefill_tokens_per_s"], "{:,.0f}")
    shares = figures["shares"]
    if "decode_of_copy" in shares:
        put("decode, 1 stream: share of copy bandwidth", shares["decode_of_copy"])
    if "prefill_of_product" in shares:
        put("prefill: share of the matrix-product rate", shares["prefill_of_product"])
    same = figures["same_tokens"]
    put("batches of 1, 8, 64, 256: answers with another token", same["different"],
        note=f"of {same['answers']} in batches of {same['batches']}; "
             f"{same['other_log_probabilities']} with other bits of a log-probability")  # fmt: skip
    for cost in figures["invariance"]:
        put(f"cost of equal bits, products of {cost['m']} rows", cost["cost_of_products"], "{:+.1%}")
    steps = [cost["cost_of_step"] for cost in figures["invariance"] if "cost_of_step" in cost]
    if steps:
        put("cost of equal bits, of a step, at worst", max(steps))
    if not same["same"]:
        raise Failed(same["first_difference"])


def queue_stage(streams):
    def stage(run):
        run.need_gpu()
        run.need_programs()
        figures = json.loads(run.call(
            bench_words(run, "--only-queues", "--streams", streams, "--in", 1024, "--out", 1024,
                        "--batch", streams, "--memory", kv_mebibytes(run, streams, 2048)),
            env=run.env()))  # fmt: skip
        save(run, f"queue-{streams}.json", figures)
        queue = figures["queues"][0]
        run.report.figure(f"queue, {streams} streams, 1k in, 1k out: output tokens/s",
                          queue["output_tokens_per_s"])  # fmt: skip
        if "decode_tokens_per_s" in queue:
            run.report.figure(f"decode alone, {streams} streams at 1k in, 1k out: tokens/s",
                              queue["decode_tokens_per_s"], "{:,.0f}")  # fmt: skip

    return stage


def kv_mebibytes(run, streams, tokens):
    """Room for the keys and values of all streams, in bf16, and a page more for each."""
    if os.path.exists(run.options.shape):
        config = json.loads(pathlib.Path(run.options.shape).read_text(encoding="utf-8"))
    else:
        listed = run.call([run.bin["candor"], "bench", "--shapes", "--json"], 20, run.env())
        config = next(shape["config"] for shape in json.loads(listed)["shapes"]
                      if shape["name"] == run.options.shape)  # fmt: skip
    head = config.get("head_dim", config["hidden_size"] // config["num_attention_heads"])
    token = 4 * config["num_hidden_layers"] * config["num_key_value_heads"] * head
    return -(-token * streams * (tokens + 128) // 2**20)


def peer_limits(run):
    run.need_gpu()
    python_with("torch")
    run.call([sys.executable, "tests/gpu/peer.py", "limits", "--out", run.out / "peer.json"])
    peer = json.loads((run.out / "peer.json").read_text(encoding="utf-8"))
    run.report.figure("PyTorch copies: GB/s", peer["copy_bytes_per_s"] / 1e9)
    run.report.figure("PyTorch multiplies: TFLOP/s", peer["product_flops_per_s"] / 1e12)


def peer_model(run):
    run.need_gpu()
    run.need_programs()
    python_with("torch", "transformers")
    try:
        run.call([sys.executable, "tests/gpu/peer.py", "model", "--candor", run.bin["candor"],
                  "--candor-libraries", run.env()["LD_LIBRARY_PATH"], "--shape", run.options.shape,
                  "--out", run.out / "peer.json"],
                 env=os.environ | {"CANDOR_DATA": str(ROOT / "data"),
                                   "CANDOR_CUDA_MODULE": str(run.module)})  # fmt: skip
    finally:
        if (run.out / "peer.json").exists():
            tell_peer(run, json.loads((run.out / "peer.json").read_text(encoding="utf-8")))


def tell_peer(run, peer):
    put = run.report.figure
    if "candor_error_rms" in peer and peer["transformers_bf16_error_rms"] > 0:
        put("logits of the shape: error over that of transformers in bf16",
            peer["candor_error_rms"] / peer["transformers_bf16_error_rms"],
            note=f"rms {peer['candor_error_rms']:.2e}, at most {peer['candor_error_most']:.2e}")  # fmt: skip
    if "candor_tokens_per_s" in peer:
        rates = f"{peer['candor_tokens_per_s']:,.0f} and {peer['transformers_tokens_per_s']:,.0f} tokens/s"
        put("times transformers generate, 64 streams",
            peer["candor_tokens_per_s"] / peer["transformers_tokens_per_s"],
            note=f"{rates}, {peer['prompt']} in, {peer['generated']} out")  # fmt: skip
        if "vllm_tokens_per_s" in peer:
            put("times vLLM, 64 streams", peer["candor_tokens_per_s"] / peer["vllm_tokens_per_s"],
                "{:.2f}")  # fmt: skip


def python_with(*modules):
    for module in modules:
        done = subprocess.run([sys.executable, "-c", f"import importlib.util as u, sys; "
                               f"sys.exit(u.find_spec({module!r}) is None)"])  # fmt: skip
        if done.returncode != 0:
            raise Skip(f"{sys.executable} has no {module}")


def sanitizer_stage(tool):
    def stage(run):
        run.need_gpu()
        run.need_programs()
        program = cuda_program("compute-sanitizer")
        if not run.test_seconds:
            raise Skip("no kernel test passed")
        chosen = subset(run.test_seconds, run.limit / SANITIZER[tool] / 2)
        output = run.call([program, "--tool", tool, "--error-exitcode", "9",
                           run.bin["kernels_tests"], f"--gtest_filter={':'.join(chosen)}",
                           "--gtest_brief=1"], env=run.env())  # fmt: skip
        run.report.figure(f"compute-sanitizer {tool}: tests", len(chosen))
        found = re.search(r"ERROR SUMMARY: (\d+) error", output)
        if found and int(found[1]) > 0:
            raise Failed(f"{found[1]} errors")

    return stage


def subset(seconds, budget):
    """Of each suite in turn the shortest test that is left, until they would take `budget` seconds."""
    suites = {}
    for name in sorted(seconds, key=seconds.get):
        suites.setdefault(name.split(".")[0], []).append(name)
    chosen, spent = [], 0.0
    while any(suites.values()):
        for names in suites.values():
            if not names:
                continue
            name = names.pop(0)
            if chosen and spent + seconds[name] > budget:
                return chosen
            chosen.append(name)
            spent += seconds[name]
    return chosen


def save(run, name, value):
    (run.out / name).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


# In the order of what is wanted most. The limits add up to more than the whole may take: a machine on
# which all of them are needed ends without the last ones.
STAGES = [
    ("environment", environment, 60),
    ("build of the module", build_module, 180),
    ("programs", programs, 240),
    ("candor doctor", doctor, 30),
    ("kernel tests", kernel_tests, 100),
    ("engine tests", engine_tests, 60),
    ("golden checkpoints, bf16", golden_stage("bf16"), 60),
    ("golden checkpoints, float32", golden_stage("float32"), 60),
    ("benchmark", bench, 120),
    ("queue, 64 streams", queue_stage(64), 100),
    ("queue, 256 streams", queue_stage(256), 160),
    ("PyTorch: limits of the card", peer_limits, 45),
    ("transformers with the same weights", peer_model, 150),
    ("compute-sanitizer memcheck", sanitizer_stage("memcheck"), 45),
    ("compute-sanitizer racecheck", sanitizer_stage("racecheck"), 45),
    ("compute-sanitizer synccheck", sanitizer_stage("synccheck"), 30),
]


def main():
    parser = argparse.ArgumentParser(prog="tests/gpu/all.sh", description="README.md beside it says more")
    parser.add_argument("--pack", help="programs made by tests/gpu/pack.sh on another machine")
    parser.add_argument("--shape", default="qwen2.5-7b", help="what is benchmarked")
    parser.add_argument("--seconds", type=float, default=590, help="for all stages together")
    parser.add_argument("--only", help="stages by the beginnings of their names, with commas; "
                        "the first three always run")  # fmt: skip
    parser.add_argument("--work", help="folder to build and unpack in; build/gpu")
    parser.add_argument("--dry-run", action="store_true",
                        help="no GPU, no builds: every stage says why it did not run")  # fmt: skip
    options = parser.parse_args()
    run = Run(options)
    run.work.mkdir(parents=True, exist_ok=True)
    wanted = [word.strip() for word in (options.only or "").split(",") if word.strip()]
    for number, (name, stage, limit) in enumerate(STAGES):
        if number > 2 and wanted and not any(name.startswith(word) for word in wanted):
            continue
        run.limit = min(limit, run.end - time.monotonic())
        run.log.write(f"\n===== {name}\n")
        print(f"{name} ...", end=" ", flush=True)
        start, status, reason = time.monotonic(), "passed", ""
        try:
            if run.limit <= 1:
                raise Skip("no time was left")
            stage(run)
        except Skip as why:
            status, reason = "skipped", str(why)
        except Failed as why:
            status, reason = "failed", str(why)
        except Exception as error:  # a mistake of the script itself must not end the rest
            status, reason = "failed", f"{type(error).__name__}: {error}"
        print(status + (f": {reason}" if reason else ""), flush=True)
        run.report.stage(name, status, reason, time.monotonic() - start)
    print("\n" + (run.out / "summary.txt").read_text(encoding="utf-8"))
    print(f"{run.out}/summary.txt, summary.json, log.txt")
    return 1 if run.report.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
