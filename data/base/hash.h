// SHA-256, as lower-case hexadecimal: the names of models, suites, questions and runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace candor::data {

// Incremental; `update` any number of times, then `hex` once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);

// Reads the file in pieces; `progress` is told the bytes done so far. Throws Error naming the file.
std::string sha256_file(const std::filesystem::path& path,
                        const std::function<void(std::uint64_t)>& progress = {});

}  // namespace candor::data
