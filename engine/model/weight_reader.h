// Finds in a checkpoint what the forward pass needs, by role, whichever of the known ways it is
// stored in (TensorNames), and checks every shape against the spec. It packs nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/arch/arch_spec.h"
#include "engine/files/weights.h"
#include "kernels/matrix.h"

namespace candor::engine {

enum class Projection { kGate, kUp, kDown };

class WeightReader {
 public:
  using Rows = std::unique_ptr<const kernels::MatrixRows>;

  // Both must outlive this.
  WeightReader(const WeightSource& source, const ArchSpec& spec) : source_(source), spec_(spec) {}

  // All throw Error naming file and tensor when it is missing or misshapen.
  Rows matrix(const std::string& name, std::size_t rows, std::size_t cols) const;
  // `size` values, whatever dimensions of 1 stand before them.
  std::vector<float> vector(const std::string& name, std::size_t size) const;

  // Of expert `expert` in a layer: [width, spec.width], or [spec.width, width] of kDown.
  Rows expert(std::size_t layer, Projection projection, std::size_t expert) const;
  // Its bias, of as many values as rows.
  std::vector<float> expert_bias(std::size_t layer, Projection projection,
                                 std::size_t expert) const;
  // The tensor it stands in, for messages.
  std::string expert_name(std::size_t layer, Projection projection, std::size_t expert) const;

  // Latent attention, head `head`: from a plain query to one that scores latents [rank, plain], and
  // from a weighted latent to a value [value, rank].
  Rows key_up(std::size_t layer, std::size_t head) const;
  Rows value_up(std::size_t layer, std::size_t head) const;

  // Lets go of the file's pages of all tensors read since the last call; the bytes of those that
  // were not read before.
  std::uint64_t release_read() const;

 private:
  // Remembers the tensor for release_read.
  const TensorView& need(const std::string& name, const std::vector<std::size_t>& shape) const;
  bool has(const std::string& name) const { return source_.find(name) != nullptr; }
  [[noreturn]] void refuse_type(const TensorView& tensor) const;
  // A whole tensor of rows of `cols`, with its block scales where it has them.
  Rows table(const TensorView& tensor) const;
  Rows interleaved(std::size_t layer, Projection projection, std::size_t expert) const;

  const WeightSource& source_;
  const ArchSpec& spec_;
  mutable std::vector<const TensorView*> read_;
  mutable std::unordered_set<const TensorView*> counted_;
};

}  // namespace candor::engine
