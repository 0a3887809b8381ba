#include "engine/files/random_source.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "kernels/cpu/half.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

namespace {

// Windows begin at different places of the buffer, so that tensors of one shape differ.
constexpr std::size_t kSpareValues = std::size_t{1} << 20;
constexpr std::size_t kAlignedValues = 32;  // 64 bytes
constexpr std::size_t kTaskValues = std::size_t{1} << 18;
constexpr float kDeviation = 0.02F;
// Of the sum of four uniform numbers of 0 … 65535: sqrt(4 (65536^2 - 1) / 12).
constexpr float kSumDeviation = 37837.227F;
constexpr std::int32_t kSumMean = 131070;
constexpr std::uint16_t kOne = 0x3F80;

// The output function of SplitMix64 (Steele, Lea and Flood 2014) at a place of its stream.
std::uint64_t mixed(std::uint64_t place) {
  std::uint64_t z = (place + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

std::uint16_t value_at(std::uint64_t place) {
  const std::uint64_t bits = mixed(place);
  const auto sum = static_cast<std::int32_t>((bits & 0xFFFFU) + (bits >> 16U & 0xFFFFU) +
                                             (bits >> 32U & 0xFFFFU) + (bits >> 48U));
  const float value = static_cast<float>(sum - kSumMean) * (kDeviation / kSumDeviation);
  return kernels::float_to_bfloat(value);
}

std::size_t values_of(const RandomTensor& tensor) {
  std::size_t values = 1;
  for (const std::size_t side : tensor.shape) values *= side;
  return values;
}

}  // namespace

RandomSource::RandomSource(std::string name, const std::vector<RandomTensor>& tensors, int threads)
    : name_(std::move(name)) {
  using Fill = RandomTensor::Fill;
  std::size_t largest = 0;
  for (const RandomTensor& tensor : tensors) {
    const std::size_t values = values_of(tensor);
    if (tensor.fill == Fill::kRandom) {
      largest = std::max(largest, values);
    } else {
      std::vector<std::uint16_t>& same = tensor.fill == Fill::kOnes ? ones_ : zeros_;
      if (same.size() < values) same.resize(values, tensor.fill == Fill::kOnes ? kOne : 0);
    }
  }
  values_ = largest + kSpareValues;
  random_ = std::make_unique_for_overwrite<std::uint16_t[]>(values_);
  kernels::ThreadPool pool(threads);
  pool.run((values_ + kTaskValues - 1) / kTaskValues, [&](std::size_t task, int) {
    const std::size_t end = std::min(values_, (task + 1) * kTaskValues);
    for (std::size_t i = task * kTaskValues; i < end; ++i) random_[i] = value_at(i);
  });

  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const RandomTensor& tensor = tensors[i];
    const std::size_t values = values_of(tensor);
    const std::uint16_t* from = tensor.fill == Fill::kOnes ? ones_.data() : zeros_.data();
    if (tensor.fill == Fill::kRandom) {
      const std::size_t places = (values_ - values) / kAlignedValues + 1;
      // From the far end of the stream, whose numbers no value is made of.
      from = random_.get() + mixed(~std::uint64_t{i}) % places * kAlignedValues;
    }
    tensors_.push_back({tensor.name, kernels::BlockFormat::kBF16, tensor.shape,
                        std::as_bytes(std::span(from, values))});
  }
  for (const TensorView& tensor : tensors_) by_name_.emplace(tensor.name, &tensor);
}

const TensorView* RandomSource::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

// The buffer is every tensor's.
void RandomSource::release(const TensorView& /*tensor*/) const {}

std::size_t RandomSource::buffer_bytes() const {
  return (values_ + zeros_.size() + ones_.size()) * sizeof(std::uint16_t);
}

}  // namespace candor::engine
