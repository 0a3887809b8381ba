// Reader of a Hugging Face folder: config.json and one or several safetensors files (model-facts,
// section 2.2). Distrusts everything in the files, as the GGUF reader does.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/weights.h"

namespace candor::engine {

// Whether a folder may lack files of weights: for a description or a plan, config.json is enough.
enum class Weights { kRequired, kOptional };

class SafetensorsFolder final : public WeightSource {
 public:
  // kOptional: tensors() are those of the files that are there, maybe none; what is there is
  // checked as ever.
  static std::unique_ptr<SafetensorsFolder> open(const std::filesystem::path& folder,
                                                 Weights weights = Weights::kRequired);
  // A configuration alone, without a folder: the text of a config.json, with `name` as the path.
  static std::unique_ptr<SafetensorsFolder> of_config(const std::string& name,
                                                      std::string_view config);
  ~SafetensorsFolder() override;

  const boost::json::object& config() const;  // config.json

  const std::vector<TensorView>& tensors() const override;
  const TensorView* find(std::string_view name) const override;
  void release(const TensorView& tensor) const override;
  const std::string& path() const override;
  std::vector<std::filesystem::path> files() const override;
  std::uint64_t file_bytes() const override;

 private:
  struct State;
  explicit SafetensorsFolder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candor::engine
