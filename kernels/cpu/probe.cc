#include "kernels/probe.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <string_view>

#include "kernels/cpu/aligned_buffer.h"
#include "kernels/cpu/probe_loops.h"
#include "kernels/isa.h"

namespace candor::kernels {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBufferBytes = std::size_t{512} << 20U;
constexpr std::size_t kPieceBytes = std::size_t{2} << 20U;
constexpr double kReadSeconds = 0.7;
constexpr double kDotSeconds = 0.4;
// Long enough that waking the threads does not show, short enough for many passes.
constexpr double kPassSeconds = 0.02;
// Pieces a thread and pass: a thread that is held up leaves its share to the others.
constexpr std::size_t kPieces = 8;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// What the loops return ends here, so that none of them can be left out.
std::atomic<std::uint64_t> g_sink = 0;

const ProbeLoops& active_loops() {
#if defined(__x86_64__)
  const std::string_view isa = name(active_isa());
  if (isa == "amx") return amx_probe_loops();
  if (isa == "avx512vnni") return avx512vnni_probe_loops();
  if (isa == "avx2") return avx2_probe_loops();
#endif
  return portable_probe_loops();
}

}  // namespace

double read_bytes_per_s(ThreadPool& pool) {
  const ProbeLoops& loops = active_loops();
  AlignedBuffer buffer(kBufferBytes);
  const std::size_t pieces = kBufferBytes / kPieceBytes;
  // Pages that were never written may all be one page of zeros.
  pool.run(pieces, [&](std::size_t piece, int) {
    std::memset(buffer.data() + piece * kPieceBytes, static_cast<int>(piece & 0x7fU) + 1,
                kPieceBytes);
  });
  double best = 0;
  const auto begin = Clock::now();
  do {
    const auto start = Clock::now();
    pool.run(pieces, [&](std::size_t piece, int) {
      g_sink += loops.read(buffer.data() + piece * kPieceBytes, kPieceBytes);
    });
    best = std::max(best, static_cast<double>(kBufferBytes) / since(start));
  } while (since(begin) < kReadSeconds);
  return best;
}

double int8_ops_per_s(ThreadPool& pool) {
  const ProbeLoops& loops = active_loops();
  // Rounds that take a piece's share of a pass on one thread, found by doubling.
  std::size_t rounds = 1024;
  for (;; rounds *= 2) {
    const auto start = Clock::now();
    g_sink += static_cast<std::uint32_t>(loops.dot(rounds));
    if (since(start) > kPassSeconds / kPieces) break;
  }
  const std::size_t pieces = kPieces * static_cast<std::size_t>(pool.threads());
  double best = 0;
  const auto begin = Clock::now();
  do {
    const auto start = Clock::now();
    pool.run(pieces,
             [&](std::size_t, int) { g_sink += static_cast<std::uint32_t>(loops.dot(rounds)); });
    best =
        std::max(best, loops.ops_per_round * static_cast<double>(rounds * pieces) / since(start));
  } while (since(begin) < kDotSeconds);
  return best;
}

}  // namespace candor::kernels
