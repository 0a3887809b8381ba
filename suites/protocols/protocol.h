// A protocol: how the questions of a set are put to a model, apart from what they ask. It is a
// named file (data/sets/protocols/*.yaml; the fields are in data/sets/README.md) whose SHA-256
// stands in the manifest of every run that used it. It changes prompts, worked examples, sampling
// and the way an option is chosen; never a question's content or its gold answer.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/records/condition.h"
#include "suites/files/language_texts.h"

namespace candor::suites {

// How questions of one kind are put. What a field leaves open, the suite's own description decides.
struct Form {
  LanguageTexts prompt;   // over `item`; empty: the suite's own wording
  LanguageTexts preface;  // over `item`, before the examples; may be empty
  bool raw = false;       // without a chat template
  LanguageTexts answer;   // what the assistant says in an example, over `item`
  int shots = 0;          // worked examples before the question
  bool turns = true;  // examples as turns of the conversation; else as one text with the question
  std::string separator = "\n\n";  // between examples in one text
  bool likelihood = false;         // options are scored as continuations, nothing is generated
  LanguageTexts continuation;      // over `letter` and `text` of an option
  std::string by = "sum";          // sum, characters or tokens: what decides between options
  std::string judge;               // instead of the suite's; empty: as it is
};

class Protocol {
 public:
  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::string& title() const { return title_; }
  const std::string& sha256() const { return sha256_; }  // of the file's bytes
  const std::string& file() const { return file_; }
  // Those that have fields of their own.
  std::vector<std::string> suite_names() const;

  // The general fields, those of the kind (the judge's name), those of the suite: the later wins.
  // `suite` without "/PART".
  const Form& form(const std::string& suite, const std::string& kind) const;
  // Sets what the protocol says of system prompt, thinking and sampling.
  void apply(const std::string& suite, const std::string& kind, data::Condition& condition) const;
  // Throws Error (usage) where the form is without a chat template: questions in their own wording,
  // which is that of a conversation, would be continued as texts.
  void refuse_own_wording(const std::string& suite, const std::string& kind) const;

 private:
  friend std::shared_ptr<const Protocol> load_protocol(const std::string& name_or_path);
  struct Resolved {
    Form form;
    YAML::Node condition;  // merged
  };
  const Resolved& resolved(const std::string& suite, const std::string& kind) const;
  Resolved resolve(const YAML::Node& merged, class Problems& problems) const;
  YAML::Node merged(const std::string& suite, const std::string& kind) const;

  std::string name_, version_, title_, sha256_, file_;
  std::optional<std::string> system_;
  bool no_system_ = false;
  YAML::Node root_;
  mutable std::map<std::string, Resolved> resolved_;  // by "suite\nkind"
};

// A bundled protocol's name, or the path of a file. Throws Error (usage) that lists every mistake
// with its line, or the names there are.
std::shared_ptr<const Protocol> load_protocol(const std::string& name_or_path);

// Throws Error (usage) where the protocol has a field for a suite that is neither bundled nor
// public nor one of `asked`: a slip of the pen that would go without effect. Null: none.
void check_suites(const Protocol* protocol, const std::vector<std::string>& asked);

// The bundled ones, in order.
std::vector<std::string> protocol_names();

}  // namespace candor::suites
