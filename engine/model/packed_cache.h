// A file beside the model that keeps its weights as they were packed, so that the next load maps
// them instead of packing again (format: packed_cache.md). It decides nothing about the weights:
// the same bits are multiplied with or without it, on every instruction set. A file that is not
// exactly what is wanted is never used: it is packed anew and replaced.
//
// The key is the SHA-256 of all that decides the packed bytes: the version of the packed layout,
// the precision, the size and modification time of each weight file, and the name, format, shape
// and first bytes of each tensor. The whole model is not hashed, which would take as long as
// packing it. It suffices: who changes a file changes its time; who sets the time back, or puts
// another training of the same network in its place, changes the first bytes of some tensor. Bytes
// in the middle of a tensor that are changed by hand, with the time set back, would be missed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/files/weights.h"
#include "engine/notice.h"
#include "kernels/matrix.h"
#include "kernels/thread_pool.h"

namespace candor::engine {

// A matrix as it comes from the checkpoint, and how it is packed.
struct PackedMatrix {
  std::string name;  // of its tensor, and which part of it
  std::unique_ptr<const kernels::MatrixRows> rows;
  kernels::Precision precision;
};

class PackedCache {
 public:
  // Reads no weights but the first bytes of each. `notice` is told why a file is not used or not
  // written; empty: a line on standard error. Throws Error when the model's files cannot be
  // examined.
  PackedCache(const WeightSource& source, kernels::Precision precision, Notice notice);

  // `<model file or folder>.<first 16 digits of the key>.packed`
  const std::filesystem::path& file() const { return file_; }

  // The matrices of `wanted`, in its order, in the mapped file, every byte of which is checked
  // first. None when there is no file or it is not to be used.
  std::vector<kernels::Matrix> read(std::span<const PackedMatrix> wanted,
                                    kernels::ThreadPool& pool) const;

  // Replaces the file as a whole or not at all. `packed` goes with `wanted`.
  void write(std::span<const PackedMatrix> wanted, std::span<const kernels::Matrix> packed,
             kernels::ThreadPool& pool) const;

 private:
  struct Layout;
  Layout layout(std::span<const PackedMatrix> wanted) const;

  Notice notice_;
  std::string key_;  // 64 hexadecimal digits
  std::filesystem::path file_;
};

}  // namespace candor::engine
