#!/usr/bin/env python3
"""Candor's tokenizers beside the `tokenizers` library, in turns, on one core each.

Text is generated here (English-like words, Chinese-like sentences, numbers, some code), so nothing
foreign is needed but the vocabularies. Each round every side encodes every document; a rate is the
median of the rounds. The ids must be equal, document by document.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
del sys.path[0]  # the folder of this script, which has the name of the library

import gguf  # noqa: E402
import tokenizers  # noqa: E402

WORDS = """the of and to in a is that for it as was with be by on not he I this are or his from at
which but have an had they you were their one all we can her has there been if more when will would
who so no said what up its about into than them only some could time these two may then do first any
my now such like our over man even most made after also did many before must through back years where
much your way well down should because each just those people how too little state good very make
world still own see men work long get here between both life being under never day same""".split()
HAN = """的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事
其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从知使
问题现意民解变理物数据模型语言推测训练服务器"""
STARTS = "b c d f g h l m n p r s t th st pr tr ch w".split()
VOWELS = "a e i o u ea ou".split()
ENDS = ["", "n", "r", "s", "t", "ll", "ng", "d", "m"]

SPLITS = {
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
             r"|\s*[\r\n]+|\s+(?!\S)|\s+",
}
SPLITS["llama-bpe"] = SPLITS["qwen2"].replace(r"|\p{N}|", r"|\p{N}{1,3}|")


def word(rng):
    if rng.random() < 0.7:
        return rng.choice(WORDS)
    syllables = range(rng.randint(1, 3))
    return "".join(rng.choice(STARTS) + rng.choice(VOWELS) + rng.choice(ENDS) for _ in syllables)


def english(rng):
    words = [word(rng) for _ in range(rng.randint(5, 20))]
    words[0] = words[0].capitalize()
    for i in range(len(words)):
        chance = rng.random()
        if chance < 0.06:
            words[i] += ","
        elif chance < 0.08:
            words[i] = str(rng.randint(0, 99999))
        elif chance < 0.09:
            words[i] += "'s"
    return " ".join(words) + rng.choice([". ", "? ", "! ", ".\n", ".\n\n"])


def chinese(rng):
    han = HAN.replace("\n", "")
    clauses = ["".join(rng.choice(han) for _ in range(rng.randint(3, 15)))
               for _ in range(rng.randint(1, 4))]
    return rng.choice("，，、；").join(clauses) + rng.choice("。。！？")


def code(rng):
    name, other = word(rng), word(rng)
    return f"def {name}_{other}(x):\n    return x[{rng.randint(0, 9)}] + {name}  # {other}\n"


def documents(size, total, rng):
    """Texts of about `size` bytes each, half of the bytes English and half Chinese, some code."""
    result = []
    for _ in range(max(1, total // size)):
        text, length = [], 0
        while length < size:
            part = rng.choices([english, chinese, code], [10, 11, 1])[0](rng)
            text.append(part)
            length += len(part.encode())
        result.append("".join(text))
    return result


def peer_of(path):
    """The vocabulary as a tokenizer of the library: as it is, or put together from a GGUF file."""
    if path.endswith(".json"):
        return tokenizers.Tokenizer.from_file(path)
    fields = gguf.GGUFReader(path).fields
    get = lambda key: fields["tokenizer.ggml." + key].contents()  # noqa: E731
    tokens, types = get("tokens"), get("token_type")
    vocabulary = {token: i for i, token in enumerate(tokens)}
    model = {"type": "BPE", "vocab": vocabulary, "ignore_merges": False}
    spec = {"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
            "model": model}
    if get("model") == "gpt2":
        name = get("pre")
        model["merges"] = [merge.split(" ") for merge in get("merges")]
        model["ignore_merges"] = name == "llama-bpe"
        split = {"type": "Split", "pattern": {"Regex": SPLITS[name]}, "behavior": "Isolated",
                 "invert": False}
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False,
                      "use_regex": False}
        spec["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split, byte_level]}
    else:
        scores = get("scores")
        ordinary = sorted((i for i, kind in enumerate(types) if kind == 1), key=lambda i: -scores[i])
        model["merges"] = [[tokens[i][:cut], tokens[i][cut:]]
                           for i in ordinary for cut in range(1, len(tokens[i]))
                           if tokens[i][:cut] in vocabulary and tokens[i][cut:] in vocabulary]
        model.update(byte_fallback=True, fuse_unk=True, unk_token="<unk>")
        spec["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "\u2581"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(spec, file)
        file.flush()
        return tokenizers.Tokenizer.from_file(file.name)


class Candor:
    def __init__(self, program, path):
        self.process = subprocess.Popen([program, "inspect", "tokens", "--no-special", path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def encode(self, text):
        self.process.stdin.write(json.dumps({"text": text, "time": True}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise SystemExit(f"candor: {answer['error']}")
        return answer["ids"], answer["seconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(program, path, size, options):
    rng = random.Random(options.seed)
    texts = documents(size, options.bytes, rng)
    total = sum(len(text.encode()) for text in texts)
    peer, candor = peer_of(path), Candor(program, path)
    rates, differing = {"candor": [], "tokenizers": []}, 0
    for turn in range(options.rounds + 1):  # the first warms up and compares
        seconds, ids = 0.0, []
        for text in texts:
            encoded, taken = candor.encode(text)
            ids.append(encoded)
            seconds += taken
        begin = time.perf_counter()
        theirs = [peer.encode(text, add_special_tokens=False).ids for text in texts]
        their_seconds = time.perf_counter() - begin
        if turn == 0:
            differing = sum(a != b for a, b in zip(ids, theirs))
        else:
            rates["candor"].append(total / seconds / 1e6)
            rates["tokenizers"].append(total / their_seconds / 1e6)
    candor.close()
    return {"vocabulary": path, "document_bytes": size, "documents": len(texts),
            "differing": differing,
            "mb_per_second": {side: {"median": statistics.median(values), "least": min(values),
                                     "most": max(values)} for side, values in rates.items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candor", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--bytes", type=int, default=1_000_000, help="of text in a round")
    parser.add_argument("--sizes", type=int, nargs="+", default=[4_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", help="JSON with every figure")
    parser.add_argument("vocabularies", nargs="+", help="tokenizer.json or GGUF files")
    options = parser.parse_args()
    rows = []
    print(f"tokenizers {tokenizers.__version__}; MB/s, median (least to most) of "
          f"{options.rounds} rounds")
    for path in options.vocabularies:
        for size in options.sizes:
            row = compare(options.candor, path, size, options)
            rows.append(row)
            ours, theirs = (row["mb_per_second"][side] for side in ("candor", "tokenizers"))
            show = lambda r: f"{r['median']:.2f} ({r['least']:.2f} to {r['most']:.2f})"  # noqa: E731
            print(f"{path}, documents of {size} bytes: candor {show(ours)}, tokenizers "
                  f"{show(theirs)}, {ours['median'] / theirs['median']:.1f} times; "
                  f"{row['differing']} of {row['documents']} documents differ", flush=True)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
    if any(row["differing"] for row in rows):
        raise SystemExit("the ids differ")


if __name__ == "__main__":
    main()
