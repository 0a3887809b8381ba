#include "runner/replay/question_index.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/text/unicode.h"

namespace candor::runner {

QuestionIndex::QuestionIndex(const Plan& plan) {
  for (const PlannedSuite& planned : plan.suites) {
    for (const data::Question& question : planned.suite.questions) {
      by_id_.emplace(question.id, &question);
      add_text(question.messages.back().content, &question);
      const auto bare = planned.suite.bare.find(question.id);
      if (bare != planned.suite.bare.end()) add_text(bare->second, &question);
    }
  }
}

void QuestionIndex::add_text(std::string_view text, const data::Question* question) {
  const auto [found, added] = by_text_.try_emplace(std::string(data::trimmed(text)));
  Questions& questions = found->second;
  if (questions.empty() || questions.back() != question) questions.push_back(question);
  const std::string_view key = found->first;  // nodes stay where they are
  if (!added || key.empty()) return;
  if (key.size() < kKey) {
    short_.push_back(key);
  } else {
    by_beginning_[key.substr(0, kKey)].push_back(key);
  }
}

const QuestionIndex::Questions* QuestionIndex::by_whole_text(std::string_view text) const {
  const std::string_view bare = data::trimmed(text);
  if (bare.empty()) return nullptr;
  const auto found = by_text_.find(std::string(bare));
  return found == by_text_.end() ? nullptr : &found->second;
}

const QuestionIndex::Questions* QuestionIndex::last_inside(std::string_view text) const {
  std::string_view best;
  std::size_t best_end = 0;
  const auto consider = [&](std::string_view candidate, std::size_t at) {
    const std::size_t end = at + candidate.size();
    if (best.empty() || end > best_end || (end == best_end && candidate.size() > best.size())) {
      best = candidate;
      best_end = end;
    }
  };
  for (std::size_t at = 0; at + kKey <= text.size(); ++at) {
    const auto found = by_beginning_.find(text.substr(at, kKey));
    if (found == by_beginning_.end()) continue;
    for (const std::string_view candidate : found->second) {
      if (text.substr(at).starts_with(candidate)) consider(candidate, at);
    }
  }
  for (const std::string_view candidate : short_) {
    const std::size_t at = text.rfind(candidate);
    if (at != std::string_view::npos) consider(candidate, at);
  }
  return best.empty() ? nullptr : by_whole_text(best);
}

const data::Question* QuestionIndex::find(const Transcript& row, std::string& why) const {
  if (const auto found = by_id_.find(row.id); found != by_id_.end()) return found->second;
  const Questions* questions = by_whole_text(row.question);
  for (const std::string& text : row.texts) {
    if (questions == nullptr) questions = by_whole_text(text);
  }
  if (questions == nullptr) questions = last_inside(row.question);
  if (questions == nullptr) {
    why = fmt::format("no question of the suite has the id \"{}\" or this text", row.id);
    return nullptr;
  }
  if (questions->size() > 1) {
    why = fmt::format("{} questions of the suite have this text ({}, {}, …): give their ids",
                      questions->size(), (*questions)[0]->id, (*questions)[1]->id);
    return nullptr;
  }
  return questions->front();
}

}  // namespace candor::runner
