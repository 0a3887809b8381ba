// The processor's stand-in for a GPU itself: that it computes what CUDA would, and stops the
// program where a kernel breaks the rules of language.cuh. Never runs on a real device.
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "kernels/cuda/language.cuh"
#include "kernels/cuda/scalars.cuh"

namespace candor::kernels::cuda {
namespace {

// Runs one launch to its end.
template <typename Args>
void run(void (*kernel)(Args), dim3 grid, dim3 block, std::size_t shared_bytes, const Args& args) {
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  CANDOR_LAUNCH(kernel, grid, block, shared_bytes, stream, args);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  cudaStreamDestroy(stream);
}

struct Numbers {
  int* out;
  int n;
};
__global__ void number_threads(Numbers args) {
  const int block =
      static_cast<int>((blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x);
  const int thread =
      static_cast<int>((threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x);
  args.out[block * args.n + thread] += block * 1000 + thread + 1;
}
TEST(CudaShim, EveryThreadOfEveryBlockRunsOnce) {
  std::vector<int> out(12 * 48, 0);
  run(number_threads, dim3(2, 3, 2), dim3(4, 6, 2), 0, Numbers{out.data(), 48});
  for (int i = 0; i < 12 * 48; ++i) {
    ASSERT_EQ(out[static_cast<std::size_t>(i)], i / 48 * 1000 + i % 48 + 1);
  }
}

__global__ void __launch_bounds__(256) reverse(Numbers args) {
  int* shared = shared_memory<int>();
  const int i = static_cast<int>(threadIdx.x);
  for (int round = 0; round < 3; ++round) {
    shared[i] = round == 0 ? args.out[i] : shared[i] + round;
    __syncthreads();
    const int other = shared[args.n - 1 - i];
    __syncthreads();
    shared[i] = other;
    __syncthreads();
  }
  args.out[i] = shared[i];
}
TEST(CudaShim, BarriersOrderTheThreadsOfABlock) {
  std::vector<int> out(256);
  for (int i = 0; i < 256; ++i) out[static_cast<std::size_t>(i)] = i * i;
  run(reverse, 1, 256, 1024, Numbers{out.data(), 256});
  for (int i = 0; i < 256; ++i) {
    ASSERT_EQ(out[static_cast<std::size_t>(i)], (255 - i) * (255 - i) + 3);
  }
}

__global__ void read_fresh(Numbers args) {
  const auto* shared = shared_memory<unsigned char>();
  args.out[blockIdx.x * blockDim.x + threadIdx.x] = shared[threadIdx.x];
  __syncthreads();
  shared_memory<unsigned char>()[threadIdx.x] = 7;
}
TEST(CudaShim, SharedMemoryIsPoisonedInEveryBlock) {
  std::vector<int> out(3 * 64, 0);
  run(read_fresh, 3, 64, 64, Numbers{out.data(), 64});
  for (const int value : out) ASSERT_EQ(value, 255);
}

struct Shuffles {
  int* index;
  int* xored;
  float* down;
  std::uint64_t* up;
  unsigned* votes;  // [3 * 64]
};
__global__ void shuffle_all(Shuffles args) {
  const int i = static_cast<int>(threadIdx.x);
  args.index[i] = __shfl_sync(0xFFFFFFFFU, i, i * 5 + 3);
  args.xored[i] = __shfl_xor_sync(0xFFFFFFFFU, i, 5);
  args.down[i] = __shfl_down_sync(0xFFFFFFFFU, static_cast<float>(i), 3, 16);
  args.up[i] = __shfl_up_sync(0xFFFFFFFFU, static_cast<std::uint64_t>(i) << 40, 2, 8);
  args.votes[i] = __ballot_sync(0xFFFFFFFFU, i % 3 == 0);
  args.votes[64 + i] = static_cast<unsigned>(__any_sync(0xFFFFFFFFU, i == 40));
  args.votes[128 + i] = static_cast<unsigned>(__all_sync(0xFFFFFFFFU, i >= 32));
}
TEST(CudaShim, ShufflesAndVotes) {
  std::vector<int> index(64), xored(64);
  std::vector<float> down(64);
  std::vector<std::uint64_t> up(64);
  std::vector<unsigned> votes(192);
  run(shuffle_all, 1, 64, 0,
      Shuffles{index.data(), xored.data(), down.data(), up.data(), votes.data()});
  for (int i = 0; i < 64; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const int warp = i / 32 * 32;
    ASSERT_EQ(index[at], warp + (i * 5 + 3) % 32);
    ASSERT_EQ(xored[at], i ^ 5);
    ASSERT_EQ(down[at], static_cast<float>(i % 16 + 3 < 16 ? i + 3 : i));
    ASSERT_EQ(up[at], static_cast<std::uint64_t>(i % 8 >= 2 ? i - 2 : i) << 40);
    unsigned expected = 0;
    for (int lane = 0; lane < 32; ++lane) {
      if ((warp + lane) % 3 == 0) expected |= 1U << lane;
    }
    ASSERT_EQ(votes[at], expected);
    ASSERT_EQ(votes[64 + at], i >= 32 ? 1U : 0U);
    ASSERT_EQ(votes[128 + at], i >= 32 ? 1U : 0U);
  }
}

struct Copies {
  const std::uint32_t* from;
  std::uint32_t* early;  // [32, 4] what was in shared memory before the wait
  std::uint32_t* late;   // and after
};
// Two groups; the first is waited for, the second is looked at before and after its wait.
__global__ void copy_in_groups(Copies args) {
  auto* shared = shared_memory<std::uint32_t>();
  const unsigned i = threadIdx.x;
  for (unsigned j = 0; j < 4; ++j) shared[128 + 4 * i + j] = j;
  copy_async_16(shared + 4 * i, args.from + 4 * i);
  copy_async_commit();
  copy_async_16(shared + 128 + 4 * i, args.from + 128 + 4 * i, i % 2 == 0);
  copy_async_commit();
  copy_async_wait<1>();
  __syncthreads();
  for (unsigned j = 0; j < 4; ++j) {
    args.early[4 * i + j] = shared[4 * (31 - i) + j];
    args.early[128 + 4 * i + j] = shared[128 + 4 * i + j];
  }
  copy_async_wait<0>();
  __syncthreads();
  for (unsigned j = 0; j < 4; ++j) args.late[4 * i + j] = shared[128 + 4 * (31 - i) + j];
}
TEST(CudaShim, CopiesAreSeenAfterTheWaitForTheirGroupAlone) {
  alignas(16) std::uint32_t from[256];
  for (std::uint32_t i = 0; i < 256; ++i) from[i] = 1000 + i;
  std::vector<std::uint32_t> early(256), late(128);
  run(copy_in_groups, 1, 32, 1024, Copies{from, early.data(), late.data()});
  for (std::size_t i = 0; i < 128; ++i) {
    const std::size_t mirrored = (31 - i / 4) * 4 + i % 4;
    ASSERT_EQ(early[i], from[mirrored]);
    ASSERT_EQ(early[128 + i], 0xFFFFFFFFU);
    ASSERT_EQ(late[i], mirrored / 4 % 2 == 0 ? from[128 + mirrored] : 0U);
  }
}

struct Matrices {
  const std::uint16_t* values;  // [32, 8]
  std::uint32_t* plain;         // [4, 32]
  std::uint32_t* transposed;
};
__global__ void load_matrices(Matrices args) {
  auto* shared = shared_memory<std::uint16_t>();
  for (unsigned j = 0; j < 8; ++j) shared[24 * threadIdx.x + j] = args.values[8 * threadIdx.x + j];
  __syncwarp();
  std::uint32_t r[4];
  load_matrix_x4(r, shared + 24 * threadIdx.x);
  for (unsigned i = 0; i < 4; ++i) args.plain[32 * i + threadIdx.x] = r[i];
  load_matrix_x4_transposed(r, shared + 24 * threadIdx.x);
  for (unsigned i = 0; i < 4; ++i) args.transposed[32 * i + threadIdx.x] = r[i];
}
TEST(CudaShim, LoadMatrixGivesEachLaneItsTwoValues) {
  std::vector<std::uint16_t> values(256);
  for (std::size_t i = 0; i < 256; ++i) values[i] = static_cast<std::uint16_t>(i * 7 + 1);
  std::vector<std::uint32_t> plain(128), transposed(128);
  run(load_matrices, 1, 32, 32 * 48, Matrices{values.data(), plain.data(), transposed.data()});
  const auto pair = [](std::uint32_t low, std::uint32_t high) { return low | (high << 16); };
  for (std::size_t m = 0; m < 4; ++m) {
    for (std::size_t lane = 0; lane < 32; ++lane) {
      const std::size_t i = lane / 4, j = 2 * (lane % 4);
      const std::uint16_t* matrix = values.data() + 64 * m;
      ASSERT_EQ(plain[32 * m + lane], pair(matrix[8 * i + j], matrix[8 * i + j + 1]));
      ASSERT_EQ(transposed[32 * m + lane], pair(matrix[8 * j + i], matrix[8 * (j + 1) + i]));
    }
  }
}

struct Mma {
  const std::uint16_t* a;  // [16, 16]
  const std::uint16_t* b;  // [8, 16]: column after column
  float* d;                // [16, 8]
  bool bf16;
};
// By way of load_matrix for a, whose four matrices are the four quarters in the order of mma.
__global__ void multiply(Mma args) {
  auto* shared = shared_memory<std::uint16_t>();
  const unsigned lane = threadIdx.x, g = lane / 4, t = lane % 4;
  for (unsigned i = lane; i < 256; i += 32) shared[i] = args.a[i];
  __syncwarp();
  std::uint32_t a[4];
  load_matrix_x4(a, shared + 16 * (lane % 16) + 8 * (lane / 16));
  const auto b_at = [&](unsigned k) {
    return static_cast<std::uint32_t>(args.b[16 * g + k]) |
           (static_cast<std::uint32_t>(args.b[16 * g + k + 1]) << 16);
  };
  float d[4];
  for (unsigned i = 0; i < 4; ++i) d[i] = args.d[8 * (g + 8 * (i / 2)) + 2 * t + i % 2];
  if (args.bf16) {
    mma_bf16(d, a, b_at(2 * t), b_at(2 * t + 8));
  } else {
    mma_f16(d, a, b_at(2 * t), b_at(2 * t + 8));
  }
  for (unsigned i = 0; i < 4; ++i) args.d[8 * (g + 8 * (i / 2)) + 2 * t + i % 2] = d[i];
}
TEST(CudaShim, MmaIsTheProductOfThePlainMatrices) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-2, 2);
  for (const bool bf16 : {true, false}) {
    std::vector<std::uint16_t> a(256), b(128);
    std::vector<double> a_value(256), b_value(128);
    for (std::size_t i = 0; i < 256 + 128; ++i) {
      const float value = i == 5 ? 3e-6F : uniform(random);  // one is subnormal in float16
      const std::uint16_t bits = bf16 ? to_bf16(value).bits : to_f16(value).bits;
      const float back = bf16 ? to_float(Bf16{bits}) : to_float(F16{bits});
      (i < 256 ? a[i] : b[i - 256]) = bits;
      (i < 256 ? a_value[i] : b_value[i - 256]) = static_cast<double>(back);
    }
    std::vector<float> d(128);
    for (float& value : d) value = uniform(random);
    std::vector<float> expected(128);
    for (std::size_t row = 0; row < 16; ++row) {
      for (std::size_t col = 0; col < 8; ++col) {
        auto sum = static_cast<double>(d[8 * row + col]);
        for (std::size_t k = 0; k < 16; ++k) sum += a_value[16 * row + k] * b_value[16 * col + k];
        expected[8 * row + col] = static_cast<float>(sum);
      }
    }
    run(multiply, 1, 32, 512, Mma{a.data(), b.data(), d.data(), bf16});
    EXPECT_EQ(d, expected);
  }
}

TEST(CudaShim, MinAndMaxAreCudas) {
  EXPECT_EQ(min(3U, 4U), 3U);
  EXPECT_EQ(max(std::uint64_t{5}, std::uint64_t{4}), 5U);
  EXPECT_EQ(max(std::int32_t{-1}, 4), 4);
  EXPECT_EQ(max(NAN, 1.0F), 1.0F);  // a NaN is left out
}

TEST(CudaShim, LaunchesThatADeviceRefusesLeaveItsError) {
  cudaStream_t stream = nullptr;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  const Numbers args{nullptr, 0};
  const auto error_of = [&](dim3 grid, dim3 block, std::size_t shared_bytes) {
    CANDOR_LAUNCH(number_threads, grid, block, shared_bytes, stream, args);
    const cudaError_t error = cudaGetLastError();
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
    return error;
  };
  EXPECT_EQ(error_of(0, 32, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error_of(1, 1025, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error_of(dim3(1, 65536), 32, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error_of(dim3(1, 1, 65536), 32, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error_of(dim3(0x80000000U), 32, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error_of(1, 32, 49153), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFuncSetAttribute(number_threads, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 227 * 1024 + 1),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);  // failed calls leave theirs too
  cudaStreamDestroy(stream);
}
__global__ void fill_shared(Numbers args) {
  shared_memory<unsigned char>()[args.n - 1] = 1;
  args.out[0] = 1;
}
TEST(CudaShim, MoreSharedMemoryIsThereWhenAskedFor) {
  int out = 0;
  ASSERT_EQ(cudaFuncSetAttribute(fill_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, 100000),
            cudaSuccess);
  run(fill_shared, 1, 32, 100000, Numbers{&out, 100000});
  EXPECT_EQ(out, 1);
}

TEST(CudaShim, NothingRunsBeforeSomebodyWaitsAndArgumentsAreCopiedAtOnce) {
  cudaStream_t stream = nullptr;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  std::vector<int> out(32, 0);
  Numbers args{out.data(), 32};
  CANDOR_LAUNCH(number_threads, 1, 32, 0, stream, args);
  args.out = nullptr;
  EXPECT_EQ(out[31], 0);
  cudaStreamSynchronize(stream);
  EXPECT_EQ(out[31], 32);
  cudaStreamDestroy(stream);
}

TEST(CudaShim, PinnedMemoryIsReadWhenTheStreamRuns) {
  cudaStream_t stream = nullptr;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  int* pinned = nullptr;
  int* memory = nullptr;
  ASSERT_EQ(cudaMallocHost(&pinned, sizeof(int)), cudaSuccess);
  ASSERT_EQ(cudaMalloc(&memory, sizeof(int)), cudaSuccess);
  EXPECT_EQ(*memory, -1);
  *pinned = 1;
  ASSERT_EQ(cudaMemcpyAsync(memory, pinned, sizeof(int), cudaMemcpyHostToDevice, stream),
            cudaSuccess);
  *pinned = 2;
  cudaStreamSynchronize(stream);
  EXPECT_EQ(*memory, 2);
  cudaFree(memory);
  cudaFreeHost(pinned);
  cudaStreamDestroy(stream);
}

TEST(CudaShim, ThreadsRunKernelsSideBySide) {
  std::vector<std::vector<int>> outs(4, std::vector<int>(256));
  std::vector<std::thread> threads;
  for (std::vector<int>& out : outs) {
    threads.emplace_back([&out] {
      std::iota(out.begin(), out.end(), 0);
      for (int i = 0; i < 20; ++i) run(reverse, 1, 256, 1024, Numbers{out.data(), 256});
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Twenty times: turned round three times, and 3 more.
  for (const std::vector<int>& out : outs) {
    for (int i = 0; i < 256; ++i) ASSERT_EQ(out[static_cast<std::size_t>(i)], i + 60);
  }
}

// Each of these breaks a rule; the program ends with a sentence.
struct Nothing {
  int unused;
};
__global__ void half_at_barrier(Nothing) {
  if (threadIdx.x < 32) __syncthreads();
}
__global__ void shuffle_against_vote(Nothing) {
  if (threadIdx.x < 16) {
    __shfl_sync(0xFFFFFFFFU, 1, 0);
  } else {
    __ballot_sync(0xFFFFFFFFU, 1);
  }
}
__global__ void half_at_shuffle(Nothing) {
  if (threadIdx.x < 16) __shfl_sync(0xFFFFFFFFU, 1, 0);
  if (threadIdx.x >= 16) __syncthreads();
}
__global__ void partial_mask(Nothing) { __shfl_xor_sync(0xFFFFU, 1, 1); }
__global__ void write_behind_shared(Nothing) {
  shared_memory<unsigned char>()[blockDim.x + threadIdx.x] = 0;
}
__global__ void misaligned_copy(Nothing) {
  auto* shared = shared_memory<unsigned char>();
  copy_async_16(shared + 8, nullptr, false);
}
__global__ void misaligned_matrix(Nothing) {
  std::uint32_t r[4];
  load_matrix_x4(r, shared_memory<unsigned char>() + 2);
}
__global__ void foreign_matrix(Nothing) {
  alignas(16) unsigned char row[16] = {};
  std::uint32_t r[4];
  load_matrix_x4(r, row);
}
__global__ void write_under_copy(Nothing) {
  auto* shared = shared_memory<unsigned char>();
  copy_async_16(shared + 16 * threadIdx.x, nullptr, false);
  copy_async_commit();
  shared[16 * threadIdx.x] = 1;
  copy_async_wait<0>();
}
TEST(CudaShimDeathTest, BrokenRulesEndTheProgram) {
  const Nothing args{0};
  EXPECT_DEATH(
      run(half_at_barrier, 2, 64, 0, args),
      "kernel kernel, block \\(0, 0, 0\\).*warp 0: 32 at __syncthreads; warp 1: 32 returned");
  EXPECT_DEATH(run(shuffle_against_vote, 1, 32, 0, args), "while other lanes of the warp are at");
  EXPECT_DEATH(run(half_at_shuffle, 1, 32, 0, args), "16 at __syncthreads 16 at __shfl_sync");
  EXPECT_DEATH(run(partial_mask, 1, 32, 0, args), "names fewer than 32 lanes");
  EXPECT_DEATH(run(partial_mask, 1, 16, 0, args), "fewer than 32 lanes");
  EXPECT_DEATH(run(write_behind_shared, 1, 32, 32, args), "wrote to byte 32 of 32 bytes");
  EXPECT_DEATH(run(misaligned_copy, 1, 32, 64, args), "not aligned to 16");
  EXPECT_DEATH(run(misaligned_matrix, 1, 32, 64, args), "not aligned to 16");
  EXPECT_DEATH(run(foreign_matrix, 1, 32, 64, args), "not in the block's shared memory");
  EXPECT_DEATH(run(write_under_copy, 1, 32, 512, args), "was written while it was under way");
}
TEST(CudaShimDeathTest, WritesOutsideOfDeviceMemoryEndTheProgramWhenItIsFreed) {
  const auto write_at = [](std::ptrdiff_t at) {
    unsigned char* memory = nullptr;
    cudaMalloc(&memory, 100);
    memory[at] = 0;
    cudaFree(memory);
  };
  write_at(99);
  // The address sanitizer sees them first.
  EXPECT_DEATH(write_at(100), "at byte 100 of an allocation of 100|use-after-poison");
  EXPECT_DEATH(write_at(-1), "1 bytes before an allocation of 100|use-after-poison");
}

}  // namespace
}  // namespace candor::kernels::cuda
