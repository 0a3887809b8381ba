#include "kernels/cuda/shim/warp.h"

#include <cmath>
#include <limits>

#include "kernels/cuda/shim/fibers.h"

namespace candor::kernels::cuda::shim {
namespace {

struct ShuffleOperands {
  std::uint64_t value;
  int operand, width;
  std::uint64_t result;
};

// The lane that lane `lane` reads; itself where that is outside of its segment.
int source_lane(Shuffle kind, int lane, int operand, int width) {
  const int first = lane & ~(width - 1), last = first + width - 1;
  switch (kind) {
    case Shuffle::kIndex:
      return first + (operand & (width - 1));
    case Shuffle::kXor:
      return (lane ^ operand) <= last ? lane ^ operand : lane;
    case Shuffle::kDown:
      return lane + operand <= last ? lane + operand : lane;
    case Shuffle::kUp:
      return lane - operand >= first ? lane - operand : lane;
  }
  return lane;
}

template <Shuffle kKind>
void complete_shuffle(void* const* operands) {
  for (int lane = 0; lane < static_cast<int>(kLanes); ++lane) {
    auto& own = *static_cast<ShuffleOperands*>(operands[lane]);
    const int width = own.width;
    if (width < 1 || width > 32 || (width & (width - 1)) != 0) stop("a shuffle of a wrong width");
    if (kKind != Shuffle::kIndex && (own.operand < 0 || own.operand > 31)) {
      stop("a shuffle by a distance that is not in 0 … 31");
    }
    const int source = source_lane(kKind, lane, own.operand, width);
    own.result = static_cast<const ShuffleOperands*>(operands[source])->value;
  }
}

struct BallotOperands {
  bool predicate;
  unsigned result;
};
void complete_ballot(void* const* operands) {
  unsigned result = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (static_cast<const BallotOperands*>(operands[lane])->predicate) result |= 1U << lane;
  }
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    static_cast<BallotOperands*>(operands[lane])->result = result;
  }
}

void complete_sync(void* const*) {}

struct MatrixOperands {
  const void* row;
  std::uint32_t* r;
};
template <bool kTransposed>
void complete_matrix(void* const* operands) {
  for (unsigned matrix = 0; matrix < 4; ++matrix) {
    std::uint16_t values[8][8];
    for (unsigned row = 0; row < 8; ++row) {
      const void* from = static_cast<const MatrixOperands*>(operands[matrix * 8 + row])->row;
      std::memcpy(values[row], from, sizeof values[row]);
    }
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      const unsigned i = lane / 4, j = 2 * (lane % 4);
      const std::uint32_t low = kTransposed ? values[j][i] : values[i][j];
      const std::uint32_t high = kTransposed ? values[j + 1][i] : values[i][j + 1];
      static_cast<const MatrixOperands*>(operands[lane])->r[matrix] = low | (high << 16);
    }
  }
}

double value_of_bf16(std::uint32_t bits) {
  const std::uint32_t wide = bits << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return static_cast<double>(value);
}
double value_of_f16(std::uint32_t bits) {
  const int exponent = static_cast<int>((bits >> 10) & 31U);
  const double mantissa = static_cast<double>(bits & 1023U);
  double magnitude = 0;
  if (exponent == 31) {
    magnitude = mantissa == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = mantissa * 0x1p-24;
  } else {
    magnitude = std::ldexp(mantissa + 1024.0, exponent - 25);
  }
  return (bits & 0x8000U) != 0 ? -magnitude : magnitude;
}

struct MmaOperands {
  float* d;
  const std::uint32_t* a;
  std::uint32_t b[2];
};
template <bool kBf16>
void complete_mma(void* const* operands) {
  const auto value = [](std::uint32_t bits) {
    return kBf16 ? value_of_bf16(bits & 0xFFFFU) : value_of_f16(bits & 0xFFFFU);
  };
  double a[16][16], b[16][8], d[16][8];
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const auto& own = *static_cast<const MmaOperands*>(operands[lane]);
    const unsigned g = lane / 4, t = lane % 4;
    for (unsigned i = 0; i < 4; ++i) {
      const unsigned row = g + 8 * (i % 2), col = 2 * t + 8 * (i / 2);
      a[row][col] = value(own.a[i]);
      a[row][col + 1] = value(own.a[i] >> 16);
    }
    for (unsigned i = 0; i < 2; ++i) {
      b[2 * t + 8 * i][g] = value(own.b[i]);
      b[2 * t + 8 * i + 1][g] = value(own.b[i] >> 16);
    }
    for (unsigned i = 0; i < 4; ++i) {
      d[g + 8 * (i / 2)][2 * t + i % 2] = static_cast<double>(own.d[i]);
    }
  }
  for (unsigned row = 0; row < 16; ++row) {
    double sums[8];
    std::memcpy(sums, d[row], sizeof sums);
    for (unsigned k = 0; k < 16; ++k) {
      for (unsigned col = 0; col < 8; ++col) sums[col] += a[row][k] * b[k][col];
    }
    std::memcpy(d[row], sums, sizeof sums);
  }
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const auto& own = *static_cast<const MmaOperands*>(operands[lane]);
    for (unsigned i = 0; i < 4; ++i) {
      own.d[i] = static_cast<float>(d[lane / 4 + 8 * (i / 2)][2 * (lane % 4) + i % 2]);
    }
  }
}

}  // namespace

void sync_warp(unsigned mask) { collective("__syncwarp", mask, nullptr, complete_sync); }

std::uint64_t shuffle(Shuffle kind, unsigned mask, std::uint64_t value, int operand, int width) {
  ShuffleOperands operands{value, operand, width, 0};
  switch (kind) {
    case Shuffle::kIndex:
      collective("__shfl_sync", mask, &operands, complete_shuffle<Shuffle::kIndex>);
      break;
    case Shuffle::kXor:
      collective("__shfl_xor_sync", mask, &operands, complete_shuffle<Shuffle::kXor>);
      break;
    case Shuffle::kDown:
      collective("__shfl_down_sync", mask, &operands, complete_shuffle<Shuffle::kDown>);
      break;
    case Shuffle::kUp:
      collective("__shfl_up_sync", mask, &operands, complete_shuffle<Shuffle::kUp>);
      break;
  }
  return operands.result;
}

unsigned ballot(unsigned mask, bool predicate) {
  BallotOperands operands{predicate, 0};
  collective("a vote", mask, &operands, complete_ballot);
  return operands.result;
}

void load_matrix(std::uint32_t (&r)[4], const void* shared_row, bool transposed) {
  check_shared("a row of load_matrix (ldmatrix)", shared_row, 16);
  MatrixOperands operands{shared_row, r};
  if (transposed) {
    collective("load_matrix_x4_transposed", 0xFFFFFFFFU, &operands, complete_matrix<true>);
  } else {
    collective("load_matrix_x4", 0xFFFFFFFFU, &operands, complete_matrix<false>);
  }
}

void mma(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1,
         bool bf16) {
  MmaOperands operands{d, a, {b0, b1}};
  if (bf16) {
    collective("mma_bf16", 0xFFFFFFFFU, &operands, complete_mma<true>);
  } else {
    collective("mma_f16", 0xFFFFFFFFU, &operands, complete_mma<false>);
  }
}

}  // namespace candor::kernels::cuda::shim
