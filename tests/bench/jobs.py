"""What is asked of everyone: the same token ids, the same lengths, the same queue.

A job says nothing about how it is run; candor_side.py, llama_side.py and transformers_side.py do.
"""

import json
import pathlib
import random
from dataclasses import dataclass, field

EXAMPLES = 8


@dataclass
class Job:
    name: str
    prompts: list  # of lists of token ids
    max_tokens: int
    at_once: int  # answers in flight
    temperature: float = 0.0
    repeats: int = 1  # samples a prompt
    shared_prefix: list = field(default_factory=list)  # ids that every prompt begins with

    @property
    def answers(self):
        return len(self.prompts) * self.repeats

    @property
    def prompt_tokens(self):
        """In full for every answer, however often they are really computed."""
        return sum(map(len, self.prompts)) * self.repeats

    @property
    def generated_tokens(self):
        return self.answers * self.max_tokens


def read_questions(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def worked_example(question):
    return f"Question: {question['question']}\nAnswer: {question['answer']}\n\n"


class Questions:
    """GSM8K as the rows use it. `notes` tells what differs from the plain case."""

    def __init__(self, folder, candor):
        folder = pathlib.Path(folder)
        self.candor = candor
        self.notes = []
        self.test = read_questions(folder / "test.jsonl")
        if (folder / "train.jsonl").is_file():
            self.examples = read_questions(folder / "train.jsonl")[:EXAMPLES]
        else:
            self.examples = self.test[-EXAMPLES:]
            self.notes.append(
                f"no train.jsonl in {folder}: the {EXAMPLES} worked examples are the last questions "
                "of test.jsonl, which no row asks"
            )
        self._ids = {}

    def ids(self, texts):
        new = [text for text in dict.fromkeys(texts) if text not in self._ids]
        if new:
            self._ids.update(zip(new, self.candor.tokens(new)))
        return [self._ids[text] for text in texts]

    def suite_texts(self, count):
        return self.candor.chat_texts([question["question"] for question in self.test[:count]])

    def suite(self, count, tokens):
        return Job("suite", self.ids(self.suite_texts(count)), tokens, at_once=16)

    def shared(self, count, tokens, repeats=4, temperature=0.6):
        prefix = "".join(map(worked_example, self.examples))
        texts = [f"{prefix}Question: {q['question']}\nAnswer:" for q in self.test[:count]]
        *prompts, prefix_ids = self.ids(texts + [prefix])
        # The last id of the prefix may be another one where a question follows.
        while any(prompt[: len(prefix_ids)] != prefix_ids for prompt in prompts):
            prefix_ids = prefix_ids[:-1]
        return Job("shared", prompts, tokens, 16, temperature, repeats, prefix_ids)

    def prefill(self, seed, count=3, length=512):
        """Running text from a random place each, so that no two prompts begin alike."""
        rng = random.Random(f"prefill {seed}")
        prompts = []
        for _ in range(count):
            start = rng.randrange(64, len(self.test) - 80)
            text = " ".join(q["question"] for q in self.test[start : start + 24])
            (ids,) = self.ids([text])
            offset = rng.randrange(len(ids) - length)
            prompts.append(ids[offset : offset + length])
        return Job("prefill", prompts, 1, at_once=1)

    def decode(self, streams, tokens, seed, length=16):
        rng = random.Random(f"decode {streams} {tokens} {seed}")
        picked = rng.sample(self.test[64:-EXAMPLES], streams)
        texts = [f"Question: {question['question']}" for question in picked]
        prompts = [ids[:length] for ids in self.ids(texts)]
        return Job(f"decode{streams}", prompts, tokens, at_once=streams)
