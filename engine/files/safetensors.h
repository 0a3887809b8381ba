// Reader of a Hugging Face folder: config.json and one or several safetensors files (model-facts,
// section 2.2). Distrusts everything in the files, as the GGUF reader does. Weights in F32, F16, BF16.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/weights.h"

namespace candor::engine {

class SafetensorsFolder final : public WeightSource {
 public:
  static std::unique_ptr<SafetensorsFolder> open(const std::filesystem::path& folder);
  ~SafetensorsFolder() override;

  const boost::json::object& config() const;  // config.json

  const std::vector<TensorView>& tensors() const override;
  const TensorView* find(std::string_view name) const override;
  void release(const TensorView& tensor) const override;
  const std::string& path() const override;

 private:
  struct State;
  explicit SafetensorsFolder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candor::engine
