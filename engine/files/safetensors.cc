#include "engine/files/safetensors.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>
#include <utility>

#include "engine/files/file_error.h"
#include "engine/files/mapped_file.h"
#include "engine/files/safetensors_parse.h"
#include "engine/files/strict_json.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kMaxConfigBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxIndexBytes = std::size_t{32} << 20;
constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

// A name of a file in the same folder, and nothing that leads elsewhere.
bool is_plain_file_name(std::string_view name) {
  return name.size() <= 255 && name.ends_with(".safetensors") && !name.starts_with('.') &&
         name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

[[noreturn]] void refuse_without_weights(const fs::path& folder) {
  std::string_view remedy = "; is it a model folder?";
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".bin" || extension == ".pt" || extension == ".pth" || extension == ".ckpt") {
      remedy =
          "; weights in pickle files are not read, because loading them runs code: convert them to "
          "safetensors";
    } else if (extension == ".gguf") {
      remedy = "; give the GGUF file in it instead of the folder";
    }
  }
  fail_in_file(folder.string(), "weights",
               fmt::format("neither {} nor {} is there{}", kSingleFile, kIndexFile, remedy));
}

}  // namespace

struct SafetensorsFolder::State {
  State(const fs::path& where, Weights weights) : folder(where.string()) {
    if (!fs::is_directory(where)) fail_in_file(folder, "folder", "is not a folder");
    config = read_json_object(where / "config.json", kMaxConfigBytes);
    if (fs::exists(where / kSingleFile)) {
      for (TensorView& tensor : open_file(where / kSingleFile))
        tensors.push_back(std::move(tensor));
    } else if (fs::exists(where / kIndexFile)) {
      read_shards(where, weights);
    } else if (weights == Weights::kRequired) {
      refuse_without_weights(where);
    }
    for (const TensorView& tensor : tensors) by_name.emplace(tensor.name, &tensor);
  }

  State(const std::string& name, std::string_view text) : folder(name) {
    const json::value value = parse_strict_json(name, "configuration", text);
    if (!value.is_object()) fail_in_file(name, "configuration", "is not a JSON object");
    config = value.get_object();
  }

  std::vector<TensorView> open_file(const fs::path& path) {
    const MappedFile& file = files.add(path);
    return parse_safetensors(file.path(), file.bytes());
  }

  // What the index does not name is left out, whatever else the files hold.
  void read_shards(const fs::path& where, Weights weights) {
    const std::string index_path = (where / kIndexFile).string();
    const json::object index = read_json_object(where / kIndexFile, kMaxIndexBytes);
    const json::value* map = index.if_contains("weight_map");
    if (map == nullptr || !map->is_object() || map->get_object().empty()) {
      fail_in_file(index_path, "weight_map", "is missing, empty or not an object");
    }
    std::map<std::string, std::vector<std::string>> names_by_file;
    for (const auto& [name, file] : map->get_object()) {
      const json::string* text = file.if_string();
      if (text == nullptr || !is_plain_file_name(*text)) {
        fail_in_file(index_path, fmt::format("weight_map['{}']", std::string_view(name)),
                     fmt::format("{} is not the name of a safetensors file in this folder",
                                 printable(json::serialize(file))));
      }
      names_by_file[std::string(*text)].emplace_back(name);
    }
    std::unordered_map<std::string, std::string_view> file_of;
    for (const auto& [file, names] : names_by_file) {
      if (!fs::exists(where / file)) {
        if (weights == Weights::kOptional) continue;
        fail_in_file((where / file).string(), "file",
                     fmt::format("is missing; {} of the model's tensors are in it", names.size()));
      }
      std::unordered_map<std::string, TensorView> found;
      for (TensorView& tensor : open_file(where / file)) {
        const auto [other, is_new] = file_of.emplace(tensor.name, file);
        if (!is_new) {
          fail_in_file((where / file).string(), fmt::format("tensor '{}'", tensor.name),
                       fmt::format("is in '{}' too", printable(other->second)));
        }
        std::string name = tensor.name;
        found.emplace(std::move(name), std::move(tensor));
      }
      for (const std::string& name : names) {
        const auto entry = found.find(name);
        if (entry == found.end()) {
          fail_in_file(index_path, fmt::format("weight_map['{}']", name),
                       fmt::format("there is no such tensor in '{}'", printable(file)));
        }
        tensors.push_back(std::move(entry->second));
      }
    }
  }

  std::string folder;
  json::object config;
  MappedFiles files;
  std::vector<TensorView> tensors;
  std::unordered_map<std::string_view, const TensorView*> by_name;
};

SafetensorsFolder::SafetensorsFolder(std::unique_ptr<State> state) : state_(std::move(state)) {}
SafetensorsFolder::~SafetensorsFolder() = default;

std::unique_ptr<SafetensorsFolder> SafetensorsFolder::open(const fs::path& folder,
                                                           Weights weights) {
  return std::unique_ptr<SafetensorsFolder>(
      new SafetensorsFolder(std::make_unique<State>(folder, weights)));
}

std::unique_ptr<SafetensorsFolder> SafetensorsFolder::of_config(const std::string& name,
                                                                std::string_view config) {
  return std::unique_ptr<SafetensorsFolder>(
      new SafetensorsFolder(std::make_unique<State>(name, config)));
}

const json::object& SafetensorsFolder::config() const { return state_->config; }

const std::vector<TensorView>& SafetensorsFolder::tensors() const { return state_->tensors; }

const TensorView* SafetensorsFolder::find(std::string_view name) const {
  const auto found = state_->by_name.find(name);
  return found == state_->by_name.end() ? nullptr : found->second;
}

void SafetensorsFolder::release(const TensorView& tensor) const {
  state_->files.release(tensor.bytes);
}

const std::string& SafetensorsFolder::path() const { return state_->folder; }

std::vector<fs::path> SafetensorsFolder::files() const { return state_->files.paths(); }

std::uint64_t SafetensorsFolder::file_bytes() const { return state_->files.bytes(); }

}  // namespace candor::engine
