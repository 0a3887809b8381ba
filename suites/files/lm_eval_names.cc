#include "suites/files/lm_eval_names.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>

namespace candor::suites {

namespace {

// Fields that change no question and no verdict here.
const std::vector<std::string>& without_effect() {
  static const std::vector<std::string> kNames = {"tag",
                                                  "group",
                                                  "group_alias",
                                                  "metadata",
                                                  "dataset_name",
                                                  "unsafe_code",
                                                  "should_decontaminate",
                                                  "doc_to_decontamination_query",
                                                  "fewshot_delimiter"};
  return kNames;
}

// Ours, which may stand beside theirs.
const std::vector<std::string>& own_names() {
  static const std::vector<std::string> kNames = {
      "version", "title",    "data",   "format",   "rows",      "columns",   "only",
      "skip",    "shots",    "id",     "pair",     "language",  "level",     "topic",
      "system",  "solution", "judge",  "cases",    "reference", "condition", "options",
      "answer",  "question", "prompt", "template", "not_scored"};
  return kNames;
}

bool is_name(const std::string& text) { return RE2::FullMatch(text, "[A-Za-z_][A-Za-z0-9_]*"); }

class Translation {
 public:
  Translation(const YAML::Node& task, const std::string& file, Problems& problems)
      : task_(task), fields_(task, file, problems) {}

  YAML::Node description() {
    refuse_unknown();
    for (const std::string& name : own_names()) {
      if (task_[name]) out_[name] = task_[name];
    }
    out_["suite"] = fields_.text("task");
    if (fields_.has("task_alias") && !fields_.has("title")) out_["title"] = task_["task_alias"];
    if (!fields_.has("language")) out_["language"] = "en";
    if (!fields_.has("template")) out_["template"] = "none";
    choose_data();
    put_texts();
    put_condition();
    return out_;
  }

 private:
  void refuse_unknown() {
    static const std::map<std::string, const char*> kRefused = {
        {"process_docs", "is a Python function: write its outcome into the data file"},
        {"process_results", "is a Python function: name a `judge` instead"},
        {"custom_dataset", "is a Python function: name a file with `data`"},
        {"filter_list",
         "is not mapped: leave it out and name a `judge`, or judge by a published rule "
         "(`candor replay --rule`)"},
        {"include", "is not followed: put the included fields into this file"},
        {"gen_prefix", "is not mapped: put it into `condition: {prefill: …}`"},
        {"doc_to_image", "asks with pictures, which is not done here"},
        {"fewshot_config", "is not mapped: examples come with a protocol (--protocol, `shots`)"},
        {"use_prompt", "is not mapped: write the prompt as doc_to_text"}};
    static const std::vector<std::string> kKnown = {
        "task",        "task_alias",       "dataset_path",   "dataset_kwargs",
        "test_split",  "validation_split", "training_split", "fewshot_split",
        "doc_to_text", "doc_to_target",    "doc_to_choice",  "output_type",
        "description", "target_delimiter", "num_fewshot",    "generation_kwargs",
        "metric_list", "repeats"};
    std::vector<std::string> known = kKnown;
    known.insert(known.end(), own_names().begin(), own_names().end());
    known.insert(known.end(), without_effect().begin(), without_effect().end());
    for (const std::string& name : fields_.keys()) {
      const YAML::Node value = task_[name];
      if (const auto refused = kRefused.find(name); refused != kRefused.end()) {
        fields_.problem(name, refused->second);
      } else if (value.Tag() == "!function") {
        fields_.problem(name, "is a Python function, which is not run here");
      } else if (std::find(known.begin(), known.end(), name) == known.end()) {
        fields_.problem(name, "is not known" + nearest_hint(name, known));
      }
    }
    if (fields_.integer_or("num_fewshot", 0, 0, 64) != 0) {
      fields_.problem("num_fewshot",
                      "worked examples come with a protocol: set 0 here and use "
                      "--protocol with `shots`");
    }
    if (fields_.integer_or("repeats", 1, 1, 1000000) != 1) {
      fields_.problem("repeats", "set 1 here and give --repeats");
    }
  }

  // The file of the split that is asked, and of the one that examples come from.
  void choose_data() {
    const YAML::Node& task = task_;
    const std::string wanted =
        fields_.text_or("test_split", fields_.text_or("validation_split", "test"));
    YAML::Node files;
    if (fields_.has("dataset_kwargs")) {
      const YamlFields settings = fields_.map("dataset_kwargs");
      settings.only({"data_files", "field"});
      if (settings.has("field") && !fields_.has("rows")) out_["rows"] = settings.text("field");
      if (settings.has("data_files")) files = task["dataset_kwargs"]["data_files"];
    }
    if (!fields_.has("data")) {
      const std::string path = fields_.text_or("dataset_path", "");
      if (files.IsDefined() && files.IsScalar()) {
        out_["data"] = files.Scalar();
      } else if (files.IsDefined() && files.IsMap() && files[wanted] && files[wanted].IsScalar()) {
        out_["data"] = files[wanted].Scalar();
      } else if (files.IsDefined() && !files.IsNull()) {
        fields_.problem("dataset_kwargs",
                        fmt::format("\"data_files\" names no one file for \"{}\"", wanted));
      } else {
        fields_.problem("dataset_path",
                        fmt::format("\"{}\" is a data set elsewhere, which is not fetched: get its "
                                    "file and name it with `data`",
                                    printable(path)));
      }
    }
    const std::string examples =
        fields_.text_or("fewshot_split", fields_.text_or("training_split", ""));
    const bool other = !examples.empty() && examples != wanted;
    if (other && !fields_.has("shots") && files.IsDefined() && files.IsMap() && files[examples]) {
      out_["shots"]["data"] = files[examples].Scalar();
    }
  }

  // One expression between braces as ours; empty with a problem.
  std::string expression(const std::string& key, std::string text) {
    const std::string whole = text;
    bool strip = false;
    RE2::GlobalReplace(&text, "^\\s+|\\s+$", "");
    for (const char* end : {".strip()", "|trim", "| trim", ".rstrip()"}) {
      if (!text.ends_with(end)) continue;
      text.resize(text.size() - std::string_view(end).size());
      strip = true;
      break;
    }
    RE2::GlobalReplace(&text, "\\[['\"]([A-Za-z0-9_ ]+)['\"]\\]", ".\\1");
    RE2::GlobalReplace(&text, "\\[([0-9]+)\\]", ".\\1");
    RE2::GlobalReplace(&text, "\\s+$", "");
    if (!RE2::FullMatch(text, "[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z0-9_ ]+)*")) {
      fields_.problem(key, fmt::format("\"{}\" is more than the name of a field: write its outcome "
                                       "into the data file",
                                       printable(whole)));
      return {};
    }
    return "{{" + text + (strip ? " | trim}}" : "}}");
  }

  std::string template_text(const std::string& key, const std::string& text) {
    if (is_name(text)) return "{{" + text + "}}";
    if (text.find("{%") != std::string::npos || text.find("{#") != std::string::npos) {
      fields_.problem(key, "has statements of Jinja, which are not run here");
      return {};
    }
    std::string out;
    for (std::size_t at = 0;;) {
      const std::size_t open = text.find("{{", at);
      out += text.substr(at, open == std::string::npos ? open : open - at);
      if (open == std::string::npos) return out;
      const std::size_t close = text.find("}}", open);
      if (close == std::string::npos) {
        fields_.problem(key, "\"{{\" without \"}}\"");
        return out;
      }
      out += expression(key, text.substr(open + 2, close - open - 2));
      at = close + 2;
    }
  }

  void put_texts() {
    const std::string type = fields_.text_or("output_type", "generate_until");
    const bool choice = type == "multiple_choice";
    if (!choice && type != "generate_until") {
      fields_.problem("output_type",
                      "expected multiple_choice or generate_until: nothing else is judged here");
    }
    std::string text = template_text("doc_to_text", fields_.text("doc_to_text"));
    const std::string before = fields_.text_or("description", "");
    if (!before.empty()) text = template_text("description", before + " ").append(text);
    if (!fields_.has("question")) out_["question"] = text;
    if (!fields_.has("prompt")) out_["prompt"] = "{{item.question}}";
    const std::string target = template_text("doc_to_target", fields_.text("doc_to_target"));
    if (choice) {
      put_choices(target);
    } else {
      if (fields_.has("doc_to_choice")) {
        fields_.problem("doc_to_choice", "belongs to output_type: multiple_choice");
      }
      if (!fields_.has("answer")) out_["answer"] = target;
      if (!fields_.has("judge") && !fields_.has("cases")) out_["judge"] = judge_of_metrics();
      if (!fields_.has("reference")) out_["reference"]["answer"] = "{{item.answer}}";
    }
  }

  void put_choices(const std::string& target) {
    if (!fields_.has("options")) {
      if (fields_.has("doc_to_choice") && task_["doc_to_choice"].IsSequence()) {
        for (const std::string& option : fields_.texts("doc_to_choice")) {
          out_["options"].push_back(option);
        }
      } else {
        out_["options"] = template_text("doc_to_choice", fields_.text("doc_to_choice"));
      }
    }
    if (!fields_.has("answer") && RE2::FullMatch(target, "\\{\\{[^{}|]+\\}\\}")) {
      out_["answer"] =
          target.substr(0, target.size() - 2) + " | place_in \"item.options\" | letter}}";
    } else if (!fields_.has("answer")) {
      fields_.problem("doc_to_target", "of multiple_choice: expected one field");
    }
    const bool lengths = metrics() == std::vector<std::string>{"acc_norm"};
    if (!fields_.has("judge")) out_["judge"] = "likelihood";
    if (fields_.has("reference")) return;
    YAML::Node reference;
    reference["options"] = "{{item.letters}}";
    reference["answer"] = "{{item.answer}}";
    reference["continuations"] = fmt::format("{{{{item.options | prepend_each \"{}\"}}}}",
                                             fields_.text_or("target_delimiter", " "));
    reference["by"] = lengths ? "characters" : "sum";
    out_["reference"] = reference;
  }

  std::vector<std::string> metrics() const {
    std::vector<std::string> names;
    for (const YamlFields& item : fields_.items("metric_list"))
      names.push_back(item.text("metric"));
    return names;
  }

  std::string judge_of_metrics() {
    const std::vector<std::string> names = metrics();
    if (names.size() == 1 && names[0] == "exact_match") return "exact";
    fields_.problem(fields_.has("metric_list") ? "metric_list" : "task",
                    "does not say how answers are judged here: name a `judge` (maths, exact, …)");
    return "exact";
  }

  void put_condition() {
    if (!fields_.has("generation_kwargs")) return;
    const YamlFields settings = fields_.map("generation_kwargs");
    settings.only({"until", "max_gen_toks", "temperature", "top_p", "top_k", "do_sample"});
    YAML::Node condition =
        fields_.has("condition") ? YAML::Clone(task_["condition"]) : YAML::Node();
    const YAML::Node& given = task_["generation_kwargs"];
    const auto put = [&](const char* theirs, const char* ours) {
      if (given[theirs] && !condition[ours]) condition[ours] = given[theirs];
    };
    put("max_gen_toks", "max_tokens");
    put("temperature", "temperature");
    put("top_p", "top_p");
    put("top_k", "top_k");
    if (given["until"] && given["until"].IsScalar()) {
      condition["stop"].push_back(given["until"].Scalar());
    } else {
      put("until", "stop");
    }
    // Greedy unless it says otherwise, as there.
    if (!settings.boolean_or("do_sample", false) && !given["temperature"]) {
      condition["temperature"] = 0;
    }
    out_["condition"] = condition;
  }

  const YAML::Node task_;
  YamlFields fields_;
  YAML::Node out_;
};

}  // namespace

bool has_lm_eval_names(const YAML::Node& root) {
  if (!root.IsMap() || root["suite"]) return false;
  return root["doc_to_text"] || root["doc_to_target"] || root["dataset_path"] ||
         (root["task"] && root["output_type"]);
}

YAML::Node from_lm_eval(const YAML::Node& task, const std::string& file, Problems& problems) {
  return Translation(task, file, problems).description();
}

}  // namespace candor::suites
