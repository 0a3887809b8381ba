"""Writes iq_grids.cc: python3 iq_grids.py > iq_grids.cc

The points of the IQ formats' grids are part of the formats as ggml (MIT licence) defines them: the
tables iq2xxs_grid ... iq1s_grid of ggml-common.h. They are taken from its Python package `gguf`.
"""

import numpy
from gguf import quants

HEAD = """\
// Written by iq_grids.py from the tables that define the formats in ggml (ggml-common.h, MIT
// licence). The points are packed: element i is bits [2 i, 2 i + 2), for IQ3 [3 i, 3 i + 3), of a
// point's number, the index of its value in the grid's list of values.
#include "kernels/cpu/iq_grids.h"

namespace candor::kernels {
namespace {
"""

FOOT = """\
constexpr std::array<std::uint8_t, 3> kIq2Values = {8, 25, 43};
constexpr std::array<std::uint8_t, 8> kIq3XxsValues = {4, 12, 20, 28, 36, 44, 52, 62};
constexpr std::array<std::uint8_t, 8> kIq3SValues = {1, 3, 5, 7, 9, 11, 13, 15};
constexpr std::array<std::uint8_t, 3> kIq1Values = {120, 128, 136};

}  // namespace

constinit const std::array<std::uint64_t, 256> kIq2XxsGrid =
    grid_words<std::uint64_t, 2>(kIq2XxsPoints, kIq2Values);
constinit const std::array<std::uint64_t, 512> kIq2XsGrid =
    grid_words<std::uint64_t, 2>(kIq2XsPoints, kIq2Values);
constinit const std::array<std::uint64_t, 1024> kIq2SGrid =
    grid_words<std::uint64_t, 2>(kIq2SPoints, kIq2Values);
constinit const std::array<std::uint32_t, 256> kIq3XxsGrid =
    grid_words<std::uint32_t, 3>(kIq3XxsPoints, kIq3XxsValues);
constinit const std::array<std::uint32_t, 512> kIq3SGrid =
    grid_words<std::uint32_t, 3>(kIq3SPoints, kIq3SValues);
constinit const std::array<std::uint64_t, 2048> kIq1Grid =
    grid_words<std::uint64_t, 2>(kIq1Points, kIq1Values);

}  // namespace candor::kernels"""

GRIDS = [
    ("kIq2XxsPoints", quants.IQ2_XXS, 2),
    ("kIq2XsPoints", quants.IQ2_XS, 2),
    ("kIq2SPoints", quants.IQ2_S, 2),
    ("kIq3XxsPoints", quants.IQ3_XXS, 3),
    ("kIq3SPoints", quants.IQ3_S, 3),
    ("kIq1Points", quants.IQ1_S, 2),
]
A_LINE = 12


def packed(quant, bits):
    quant.init_grid()
    points = quant.grid.reshape(quant.grid_shape)
    indices = numpy.searchsorted(numpy.array(quant.grid_map), points)
    return [sum(int(v) << bits * i for i, v in enumerate(point)) for point in indices]


def main():
    print(HEAD)
    for name, quant, bits in GRIDS:
        numbers = packed(quant, bits)
        print(f"constexpr std::array<std::uint16_t, {len(numbers)}> {name} = {{")
        for at in range(0, len(numbers), A_LINE):
            print("    " + " ".join(f"0x{n:04X}," for n in numbers[at : at + A_LINE]))
        print("};\n")
    print(FOOT)


if __name__ == "__main__":
    main()
