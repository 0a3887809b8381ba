#include "engine/chat/template_source.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "engine/files/file_error.h"

namespace candor::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefault = "default";
constexpr std::string_view kGgufKey = "tokenizer.chat_template";
// tokenizer_config.json lists every added token; a megabyte is usual.
constexpr std::uintmax_t kMostBytes = 64U << 20U;

std::string read_text(const fs::path& path) {
  if (fs::is_directory(path)) fail_in_file(path.string(), "", "is a folder, not a file");
  std::error_code code;
  if (const auto size = fs::file_size(path, code); !code && size > kMostBytes) {
    fail_in_file(path.string(), "", fmt::format("{} bytes, more than {}", size, kMostBytes));
  }
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) fail_in_file(path.string(), "", "cannot be read");
  return text;
}

}  // namespace

void TemplateSource::add(std::string name, std::string text, std::string place) {
  const auto known = std::find_if(all_.begin(), all_.end(),
                                  [&](const NamedTemplate& one) { return one.name == name; });
  if (known != all_.end()) {
    fail("{}: a second chat template with the name \"{}\" (the first is {})", place,
         printable(name), known->place);
  }
  all_.push_back({std::move(name), std::move(text), std::move(place)});
}

TemplateSource TemplateSource::of(const GgufFile& file) {
  TemplateSource source(file.path());
  const std::string prefix = std::string(kGgufKey) + ".";
  for (const std::string& key : file.keys()) {
    const bool named = key.starts_with(prefix);
    if (!named && key != kGgufKey) continue;
    // find_text names file and key where it is something else than a text.
    source.add(named ? key.substr(prefix.size()) : std::string(kDefault), *file.find_text(key),
               file.path() + ": " + printable(key));
  }
  return source;
}

TemplateSource TemplateSource::of(const fs::path& path) {
  return fs::is_directory(path) ? of_folder(path) : of(*GgufFile::open(path));
}

TemplateSource TemplateSource::of_folder(const fs::path& folder) {
  TemplateSource source(folder.string());
  const fs::path main = folder / "chat_template.jinja";
  if (fs::exists(main)) source.add(std::string(kDefault), read_text(main), main.string());
  if (const fs::path more = folder / "additional_chat_templates"; fs::is_directory(more)) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(more)) {
      if (entry.path().extension() == ".jinja") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      source.add(file.stem().string(), read_text(file), file.string());
    }
  }
  if (source.find(kDefault) != nullptr) return source;

  const std::vector<NamedTemplate> own = source.all_;
  for (const char* name : {"tokenizer_config.json", "chat_template.json"}) {
    const fs::path path = folder / name;
    if (!fs::exists(path)) continue;
    const boost::json::object config = data::parse_object(read_text(path), path.string());
    const boost::json::value* value = config.if_contains("chat_template");
    if (value == nullptr || value->is_null()) continue;
    const std::string place = path.string() + ": chat_template";
    if (const auto* text = value->if_string()) {
      source.add(std::string(kDefault), std::string(*text), place);
    } else if (const auto* list = value->if_array()) {
      for (const boost::json::value& entry : *list) {
        if (!entry.is_object()) fail("{}: an entry is not an object", place);
        const data::JsonFields fields(entry.get_object(), place);
        std::string entry_name = fields.text("name");
        // A file of its own goes first.
        if (std::ranges::find(own, entry_name, &NamedTemplate::name) != own.end()) continue;
        const std::string entry_place = fmt::format("{}: \"{}\"", place, printable(entry_name));
        source.add(std::move(entry_name), fields.text("template"), entry_place);
      }
    } else {
      fail("{}: is neither a text nor a list of named ones", place);
    }
    if (source.find(kDefault) != nullptr) return source;
  }
  return source;
}

const NamedTemplate* TemplateSource::find(std::string_view name) const {
  const std::string_view wanted = name.empty() ? kDefault : name;
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&](const NamedTemplate& one) { return one.name == wanted; });
  return found == all_.end() ? nullptr : &*found;
}

const NamedTemplate* TemplateSource::choose(std::string_view name) const {
  if (const NamedTemplate* found = find(name)) return found;
  std::string known;
  for (const NamedTemplate& one : all_) {
    known += (known.empty() ? "" : ", ") + printable(one.name);
  }
  if (all_.empty() && name.empty()) return nullptr;
  if (all_.empty())
    fail_usage("{}: has no chat template named \"{}\", nor any other", where_, name);
  if (name.empty()) {
    fail_usage(
        "{}: has chat templates and no default: choose one with --template-name "
        "(known: {})",
        where_, known);
  }
  fail_usage("{}: has no chat template named \"{}\" (known: {})", where_, name, known);
}

}  // namespace candor::engine
