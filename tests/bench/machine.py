"""The machine the figures belong to, and how many bytes of a model one decoding step reads."""

import os
import platform
import struct

FLAGS = ("avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx_vnni",
         "amx_tile", "amx_int8", "amx_bf16")  # fmt: skip


def describe():
    cpu, flags = platform.machine(), []
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                cpu = value.strip()
            elif key.strip() == "flags":
                flags = [flag for flag in FLAGS if flag in value.split()]
                break
    with open("/proc/meminfo", encoding="utf-8") as lines:
        memory = int(lines.readline().split()[1]) * 1024
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "flags": flags,
        "memory_bytes": memory,
        "kernel": platform.release(),
        "load_average_at_start": os.getloadavg()[0],
    }


def peak_bytes(pid="self"):
    """The most physical memory the process has held so far (VmHWM)."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{pid}/status names no VmHWM")


def forget_peak():
    """peak_bytes() of this process starts again from what it holds now (proc(5), clear_refs)."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


class _Gguf:
    """The tensor table of a GGUF file, after the format's specification (version 2 and 3)."""

    SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
    STRING, ARRAY = 8, 9

    def __init__(self, path):
        self.file = open(path, "rb")
        self.alignment = 32

    def number(self, code):
        return struct.unpack("<" + code, self.file.read(struct.calcsize("<" + code)))[0]

    def text(self):
        return self.file.read(self.number("Q")).decode("utf-8", "replace")

    def skip(self, kind):
        if kind == self.STRING:
            self.file.seek(self.number("Q"), 1)
        elif kind == self.ARRAY:
            inner, count = self.number("I"), self.number("Q")
            if inner in self.SIZES:
                self.file.seek(self.SIZES[inner] * count, 1)
            else:
                for _ in range(count):
                    self.skip(inner)
        else:
            self.file.seek(self.SIZES[kind], 1)

    def tensor_bytes(self):
        if self.file.read(4) != b"GGUF" or self.number("I") not in (2, 3):
            raise ValueError("not a GGUF file of version 2 or 3")
        tensors, fields = self.number("Q"), self.number("Q")
        for _ in range(fields):
            key, kind = self.text(), self.number("I")
            if key == "general.alignment":
                self.alignment = self.number("I")
            else:
                self.skip(kind)
        offsets = {}
        for _ in range(tensors):
            name = self.text()
            self.file.seek(8 * self.number("I") + 4, 1)  # shape, type
            offsets[name] = self.number("Q")
        start = -(-self.file.tell() // self.alignment) * self.alignment
        end = self.file.seek(0, 2) - start
        order = sorted(offsets, key=offsets.get)
        ends = [offsets[name] for name in order[1:]] + [end]
        return {name: stop - offsets[name] for name, stop in zip(order, ends)}


def step_bytes(path):
    """Bytes of the file's weights that one decoding step of one stream reads: all but the rows of
    the embedding, which is looked up, unless it is the output matrix as well. For dense models."""
    gguf = _Gguf(path)
    with gguf.file:
        sizes = gguf.tensor_bytes()
    total = sum(sizes.values())
    return total - sizes["token_embd.weight"] if "output.weight" in sizes else total
