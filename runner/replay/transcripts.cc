#include "runner/replay/transcripts.h"

#include <algorithm>
#include <set>

#include "data/base/error.h"
#include "runner/replay/byte_source.h"
#include "runner/replay/formats.h"
#include "runner/replay/json_rows.h"
#include "runner/replay/json_stream.h"

namespace candor::runner {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kNames = {"jsonl",        "lm-eval",   "inspect",
                                                  "openai-evals", "evalscope", "opencompass"};
  return kNames;
}

bool has(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// By the members of the first object.
std::string told_by(const std::vector<std::string>& names, const std::string& file) {
  if (has(names, "spec")) return "openai-evals";
  if (has(names, "doc_id")) return "lm-eval";
  if (has(names, "eval") && (has(names, "version") || has(names, "status"))) return "inspect";
  if (has(names, "results") && (has(names, "configs") || has(names, "n-shot"))) {
    fail(
        "{}: is the results file of lm-eval, which holds no answers: give the samples_*.jsonl "
        "beside it (--log_samples writes them)",
        file);
  }
  if (has(names, "model_output") && has(names, "index")) return "evalscope";
  if (!names.empty() && names[0] == "0") return "opencompass";
  return "jsonl";
}

// Fields are named for lines that keep theirs anywhere; the other formats say where they are.
void refuse_names(const TranscriptFields& named, const std::string& format,
                  const std::string& file) {
  if (format == "jsonl") return;
  for (const auto& [option, value] :
       {std::pair("--id-field", &named.id), std::pair("--answer-field", &named.answer),
        std::pair("--gold-field", &named.gold)}) {
    if (value->empty()) continue;
    fail_usage("{} {}: {} is of the format {}, whose fields are known: leave it out", option,
               *value, file, format);
  }
}

// One reader for the rows of a file, whatever holds them.
class Rows {
 public:
  Rows(const TranscriptFields& named, Transcripts& out) : named_(named), out_(out) {}

  void add(const json::object& row, const std::string& place) {
    const std::size_t before = out_.rows.size();
    try {
      if (out_.format == "lm-eval") {
        lm_eval_.add(row, place, out_);
      } else if (out_.format == "openai-evals") {
        evals_.add(row, place, out_);
      } else if (out_.format == "evalscope") {
        read_evalscope_row(row, place, out_);
      } else {
        read_plain_row(row, place, named_, out_);
      }
    } catch (const Error& error) {
      out_.rows.resize(before);
      out_.errors.emplace_back(error.what());
    }
  }
  void finish(const std::string& file) { evals_.finish(file, out_); }

 private:
  const TranscriptFields& named_;
  Transcripts& out_;
  LmEvalRows lm_eval_;
  EvalsEvents evals_;
};

// Lines, or an array of rows.
void read_rows(const fs::path& path, bool array, const TranscriptFields& named, Transcripts& out) {
  Rows rows(named, out);
  const auto take = [&](const json::object& row, const std::string& place) {
    rows.add(row, place);
  };
  if (array) {
    each_json_entry(path, take, out.errors);
  } else {
    each_json_line(path, take, out.errors);
  }
  rows.finish(path.string());
}

// OpenCompass's object of rows.
void read_opencompass(const fs::path& path, Transcripts& out) {
  const std::string file = path.string();
  const auto bytes = open_bytes(path);
  JsonStream wanted;
  wanted.elements = JsonStream::Elements::kMembers;
  wanted.on_element = [&](const std::string& name, json::value&& value) {
    const std::string place = fmt::format("{}: \"{}\"", file, name);
    try {
      if (!value.is_object()) fail("{}: expected an object", place);
      read_opencompass_entry(name, value.get_object(), place, out);
    } catch (const Error& error) {
      out.errors.emplace_back(error.what());
    }
  };
  try {
    (void)stream_json(*bytes, file, wanted);
  } catch (const Error& error) {
    out.errors.emplace_back(error.what());
  }
}

}  // namespace

Transcripts read_transcripts(const fs::path& path, const std::string& format,
                             const TranscriptFields& named) {
  if (!format.empty() && !has(format_names(), format.c_str())) {
    fail_usage("--format {}: known are {}", format, fmt::join(format_names(), ", "));
  }
  const std::string file = path.string();
  const std::string head = head_of(path, std::size_t{1} << 16);
  refuse_other_files(head, file);
  Transcripts out;
  if (head.starts_with("PK")) {
    if (!format.empty() && format != "inspect") {
      fail("{}: is a ZIP archive: only Inspect's logs are read as such", file);
    }
    out.format = "inspect";
    refuse_names(named, out.format, file);
    read_inspect_archive(path, out);
    return out;
  }
  const JsonHead begins = json_head(head);
  out.format = format.empty() ? (begins.array ? "jsonl" : told_by(begins.names, file)) : format;
  refuse_names(named, out.format, file);
  if (out.format == "inspect") {
    read_inspect_json(path, out);
  } else if (out.format == "opencompass" && !begins.array) {
    read_opencompass(path, out);
  } else {
    read_rows(path, begins.array, named, out);
  }
  return out;
}

Transcripts read_transcripts(const std::vector<fs::path>& files, const std::string& format,
                             const TranscriptFields& fields) {
  Transcripts all;
  const fs::path* named = nullptr;  // the file that told the model
  for (const fs::path& file : files) {
    Transcripts one = read_transcripts(file, format, fields);
    if (!all.format.empty() && one.format != all.format) {
      fail_usage("{}: is of the format {}, the files before it of {}: replay each kind alone",
                 file.string(), one.format, all.format);
    }
    if (named != nullptr && !one.model.empty() && one.model != all.model) {
      fail_usage("{}: is of the model \"{}\", {} of \"{}\": replay each model's files alone",
                 file.string(), one.model, named->string(), all.model);
    }
    all.format = one.format;
    if (!one.model.empty()) {
      all.model = one.model;
      named = &file;
    }
    for (Transcript& row : one.rows) {
      row.file = static_cast<std::size_t>(&file - files.data());
      all.rows.push_back(std::move(row));
    }
    std::move(one.errors.begin(), one.errors.end(), std::back_inserter(all.errors));
    std::move(one.notices.begin(), one.notices.end(), std::back_inserter(all.notices));
  }
  return all;
}

}  // namespace candor::runner
