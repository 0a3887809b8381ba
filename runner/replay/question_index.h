// Finds the question that a transcript answers: by its id, by its text, or by the last question
// that stands in its prompt, where a template, instructions and worked examples may be around it.
// An id that is a place in the file's own list only chooses among questions of the same text; where
// id and text are of different questions, none is chosen.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runner/pipeline/plan.h"
#include "runner/replay/transcripts.h"

namespace candor::runner {

class QuestionIndex {
 public:
  // The plan must outlive it.
  explicit QuestionIndex(const Plan& plan);

  // Null, with the reason in `why`, when there is none or several.
  const data::Question* find(const Transcript& row, std::string& why) const;

 private:
  using Questions = std::vector<const data::Question*>;

  // The questions that every known text of the row is of. False, with the reason, where two of its
  // texts are of different questions.
  bool by_texts(const Transcript& row, Questions& found, std::string& why) const;
  void add_text(std::string_view text, const data::Question* question);
  const Questions* by_whole_text(std::string_view text) const;
  // Of all questions inside the text the one that ends last; of those the longest. Time grows with
  // the length of the text, not with the number of questions.
  const Questions* last_inside(std::string_view text) const;

  std::map<std::string, const data::Question*> by_id_;
  std::unordered_map<std::string, Questions> by_text_;
  // Texts by their first kKey bytes; shorter ones apart.
  static constexpr std::size_t kKey = 12;
  std::unordered_map<std::string_view, std::vector<std::string_view>> by_beginning_;
  std::vector<std::string_view> short_;
};

}  // namespace candor::runner
