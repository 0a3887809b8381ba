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

bool QuestionIndex::by_texts(const Transcript& row, Questions& found, std::string& why) const {
  const auto narrow = [&](std::string_view text) {
    const Questions* of_text = by_whole_text(text);
    if (of_text == nullptr) return true;
    if (found.empty()) {
      found = *of_text;
      return true;
    }
    Questions both;
    for (const data::Question* question : found) {
      if (std::find(of_text->begin(), of_text->end(), question) != of_text->end()) {
        both.push_back(question);
      }
    }
    if (both.empty()) {
      why = fmt::format("its texts are of different questions, {} and {}", found[0]->id,
                        of_text->front()->id);
      return false;
    }
    found = std::move(both);
    return true;
  };
  return narrow(row.question) && std::all_of(row.texts.begin(), row.texts.end(), narrow);
}

const data::Question* QuestionIndex::find(const Transcript& row, std::string& why) const {
  Questions questions;
  if (!by_texts(row, questions, why)) return nullptr;
  const auto found = by_id_.find(row.id);
  const data::Question* named = found == by_id_.end() ? nullptr : found->second;
  if (named != nullptr && !row.listed) {
    if (questions.empty() ||
        std::find(questions.begin(), questions.end(), named) != questions.end()) {
      return named;
    }
    why = fmt::format("its id is that of question {}, its text that of {}", named->id,
                      questions[0]->id);
    return nullptr;
  }
  if (questions.empty()) {
    if (const Questions* inside = last_inside(row.question)) questions = *inside;
  }
  if (questions.empty()) {
    why = row.listed
              ? fmt::format(
                    "no question of the suite has this text (\"{}\" is its place "
                    "in the file's list, which tells nothing alone)",
                    row.id)
              : fmt::format("no question of the suite has the id \"{}\" or this text", row.id);
    return nullptr;
  }
  if (questions.size() == 1) return questions.front();
  if (std::find(questions.begin(), questions.end(), named) != questions.end()) return named;
  why = fmt::format("{} questions of the suite have this text ({}, {}, …): give their ids",
                    questions.size(), questions[0]->id, questions[1]->id);
  return nullptr;
}

}  // namespace candor::runner
