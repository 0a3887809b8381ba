// Memory, the stream, graphs and errors of a Backend; the operations have tests of their own.
#include "kernels/cuda/backend.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/cuda.h"

namespace candor::kernels::cuda {
namespace {

using tests::cuda_backend;
using tests::DeviceArray;

std::vector<std::uint32_t> counted(std::size_t count, std::uint32_t first) {
  std::vector<std::uint32_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

TEST(CudaBackend, KnowsItsDevice) {
  const DeviceInfo& info = cuda_backend().info();
  EXPECT_EQ(info.index, 0);
  EXPECT_FALSE(info.name.empty());
  EXPECT_GE(info.compute_major, 8);
  EXPECT_GT(info.processors, 0);
  EXPECT_GT(info.memory_bytes, 0U);
  EXPECT_LE(info.free_bytes, info.memory_bytes);
  EXPECT_GE(info.driver_version, info.runtime_version / 1000 * 1000);
  EXPECT_FALSE(info.library.empty());
}

TEST(CudaBackend, MemoryIsAlignedTo256) {
  for (const std::size_t bytes : {0U, 1U, 1000U, 4097U}) {
    void* memory = cuda_backend().allocate(bytes);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 256, 0U);
    cuda_backend().release(memory);
  }
  cuda_backend().release(nullptr);
}

// 11 MB do not fit what uploads are staged in.
TEST(CudaBackend, UploadsComeBackAsTheyWere) {
  for (const std::size_t count : {1U, 3U, 1000U, 2883587U}) {
    const std::vector<std::uint32_t> values = counted(count, 7);
    const DeviceArray<std::uint32_t> array(values);
    EXPECT_EQ(array.values(), values);
  }
}

TEST(CudaBackend, PageableSourcesMayBeChangedAtOnce) {
  std::vector<std::uint32_t> source(50000);
  DeviceArray<std::uint32_t> all(40 * source.size());
  for (std::uint32_t i = 0; i < 40; ++i) {
    source = counted(source.size(), 1000 * i);
    cuda_backend().upload(all.data() + i * source.size(), source.data(), source.size() * 4);
    std::memset(source.data(), 0, source.size() * 4);
  }
  const std::vector<std::uint32_t> values = all.values();
  for (std::uint32_t i = 0; i < 40; ++i) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i * source.size());
    EXPECT_EQ(std::vector(begin, begin + static_cast<std::ptrdiff_t>(source.size())),
              counted(source.size(), 1000 * i));
  }
}

TEST(CudaBackend, PinnedMemoryGoesUpAndDown) {
  Backend& backend = cuda_backend();
  auto* pinned = static_cast<std::uint32_t*>(backend.allocate_pinned(4000));
  for (std::uint32_t i = 0; i < 1000; ++i) pinned[i] = i;
  DeviceArray<std::uint32_t> array(1000);
  backend.upload(array.data(), pinned, 4000);
  backend.synchronize();
  std::memset(pinned, 0, 4000);
  backend.download(pinned + 500, array.data() + 500, 2000);
  EXPECT_EQ(pinned[499], 0U);
  EXPECT_EQ(pinned[500], 500U);
  EXPECT_EQ(pinned[999], 999U);
  backend.release_pinned(pinned);
}

TEST(CudaBackend, NothingUploadedIsPoison) {
  const DeviceArray<std::uint32_t> array(5);
  EXPECT_EQ(array.values(), std::vector<std::uint32_t>(5, 0xFFFFFFFFU));
}

TEST(CudaBackend, CopiesAndZerosAreOfExactlyTheirBytes) {
  DeviceArray<std::uint32_t> from(counted(100, 1)), to(counted(100, 1001));
  cuda_backend().copy(to.data() + 10, from.data() + 50, 20 * 4);
  cuda_backend().fill_zero(to.data() + 30, 7 * 4);
  cuda_backend().copy(to.data(), from.data(), 0);
  cuda_backend().fill_zero(to.data(), 0);
  std::vector<std::uint32_t> expected = counted(100, 1001);
  for (std::size_t i = 0; i < 20; ++i) expected[10 + i] = static_cast<std::uint32_t>(51 + i);
  for (std::size_t i = 0; i < 7; ++i) expected[30 + i] = 0;
  EXPECT_EQ(to.values(), expected);
}

TEST(CudaBackend, GraphsAreRecordedNotRunAndReplayWhatTheirArraysHoldByThen) {
  Backend& backend = cuda_backend();
  DeviceArray<std::uint32_t> in(counted(8, 1)), middle(counted(8, 50)), out(counted(16, 100));
  backend.begin_graph();
  backend.copy(middle.data(), in.data(), 32);
  backend.copy(out.data() + 4, middle.data(), 32);
  backend.fill_zero(out.data(), 4);
  const std::unique_ptr<Backend::Graph> graph = backend.end_graph();
  EXPECT_EQ(out.values(), counted(16, 100));
  for (const std::uint32_t first : {1U, 300U, 7000U}) {
    in.assign(counted(8, first));
    backend.launch(*graph);
    std::vector<std::uint32_t> expected = counted(16, 100);
    expected[0] = 0;
    for (std::uint32_t i = 0; i < 8; ++i) expected[4 + i] = first + i;
    EXPECT_EQ(out.values(), expected);
  }
}

TEST(CudaBackend, AGraphTakesNoUploadsDownloadsOrMemoryAndIsNotSpoilt) {
  Backend& backend = cuda_backend();
  DeviceArray<std::uint32_t> array(counted(4, 1));
  std::uint32_t host[4] = {};
  void* given_back = backend.allocate(16);
  EXPECT_THROW(backend.end_graph(), std::runtime_error);
  backend.begin_graph();
  EXPECT_THROW(backend.upload(array.data(), host, 16), std::runtime_error);
  EXPECT_THROW(backend.download(host, array.data(), 16), std::runtime_error);
  EXPECT_THROW(backend.allocate(16), std::runtime_error);
  EXPECT_THROW(backend.synchronize(), std::runtime_error);
  EXPECT_THROW(backend.begin_graph(), std::runtime_error);
  backend.release(given_back);
  backend.fill_zero(array.data(), 4);
  const std::unique_ptr<Backend::Graph> graph = backend.end_graph();
  EXPECT_EQ(array.values(), counted(4, 1));
  backend.launch(*graph);
  EXPECT_EQ(array.values(), (std::vector<std::uint32_t>{0, 2, 3, 4}));
}

TEST(CudaBackend, TwoAreSideBySide) {
  const std::unique_ptr<Backend> one = tests::open_cuda_backend();
  const std::unique_ptr<Backend> two = tests::open_cuda_backend();
  const std::vector<std::uint32_t> first = counted(1000, 1), second = counted(1000, 5000);
  void* in_one = one->allocate(4000);
  void* in_two = two->allocate(4000);
  one->upload(in_one, first.data(), 4000);
  one->begin_graph();
  one->fill_zero(in_one, 4);
  two->upload(in_two, second.data(), 4000);  // recorded by nobody
  const std::unique_ptr<Backend::Graph> graph = one->end_graph();
  std::vector<std::uint32_t> back(1000);
  two->download(back.data(), in_two, 4000);
  EXPECT_EQ(back, second);
  one->download(back.data(), in_one, 4000);
  EXPECT_EQ(back, first);
  one->launch(*graph);
  one->download(back.data(), in_one, 4000);
  EXPECT_EQ(back[0], 0U);
  EXPECT_EQ(back[1], 2U);
  one->release(in_one);
  two->release(in_two);
}

TEST(CudaBackend, TooMuchMemoryIsBadAllocAndNoMore) {
  Backend& backend = cuda_backend();
  EXPECT_THROW(backend.allocate(std::size_t{1} << 50), std::bad_alloc);
  DeviceArray<std::uint32_t> array(counted(4, 1));
  backend.fill_zero(array.data(), 16);
  backend.synchronize();
  EXPECT_EQ(array.values(), std::vector<std::uint32_t>(4, 0));
}

TEST(CudaBackend, ErrorsNameTheCallAndCudasError) {
  try {
    cuda_backend().copy(nullptr, nullptr, 16);
    FAIL() << "a copy from nowhere was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).find("GPU: copying on the device: cudaErrorInvalidValue ("),
              0U)
        << error.what();
  }
  DeviceArray<std::uint32_t> array(counted(4, 1));
  EXPECT_EQ(array.values(), counted(4, 1));
}

TEST(CudaBackend, MarksMeasureTime) {
  Backend& backend = cuda_backend();
  DeviceArray<std::uint32_t> from(counted(1000000, 1)), to(1000000);
  const std::unique_ptr<Backend::Mark> first = backend.mark();
  for (int i = 0; i < 10; ++i) backend.copy(to.data(), from.data(), 4000000);
  const std::unique_ptr<Backend::Mark> second = backend.mark();
  const double seconds = backend.seconds_between(*first, *second);
  EXPECT_GT(seconds, 0);
  EXPECT_LT(seconds, 10);
}

TEST(CudaBackend, TheCopyRateIsMeasured) {
  const DeviceLimits limits = cuda_backend().measure_limits();
  EXPECT_GT(limits.copy_bytes_per_s, 1e6);
  EXPECT_LT(limits.copy_bytes_per_s, 1e14);
}

TEST(CudaBackend, ADeviceThatIsNotThereIsRefusedWithASentence) {
  char why[200] = "";
  EXPECT_GE(tests::cuda_module().count(why, sizeof why), 1);
  EXPECT_EQ(tests::cuda_module().open(999, why, sizeof why), nullptr);
  EXPECT_EQ(std::string(why).find("There is no GPU 999: this machine has "), 0U) << why;
  char little[10] = "";
  EXPECT_EQ(tests::cuda_module().open(-1, little, sizeof little), nullptr);
  EXPECT_EQ(std::string(little), "There is ");
  EXPECT_EQ(tests::cuda_module().open(-1, nullptr, 0), nullptr);
}

}  // namespace
}  // namespace candor::kernels::cuda
