#include "engine/sample/stop_rules.h"

#include <algorithm>
#include <utility>

namespace candor::engine {

StopFollower::StopFollower(const StopTokens& tokens, const data::Sampling& sampling,
                           bool ignore_stops, bool reasoning_opened)
    : tokens_(tokens),
      sampling_(sampling),
      ignore_stops_(ignore_stops),
      reasoning_opened_(reasoning_opened) {
  if (tokens.tokenizer != nullptr) decoder_.emplace(*tokens.tokenizer);
}

std::optional<data::FinishReason> StopFollower::push(TokenId token) {
  ++generated_;
  const bool is_stop = std::binary_search(tokens_.ids.begin(), tokens_.ids.end(), token);
  if (is_stop && !ignore_stops_) return data::FinishReason::kStop;
  if (decoder_) {
    const std::size_t before = text_.size();
    text_ += decoder_->push(token);
    if (!ignore_stops_ && text_.size() > before && stop_string_reached(before)) {
      return data::FinishReason::kStop;
    }
  }
  if (generated_ >= sampling_.max_tokens) return data::FinishReason::kLength;
  return std::nullopt;
}

bool StopFollower::stop_string_reached(std::size_t scanned_before) {
  for (const std::string& stop : sampling_.stop) {
    if (stop.empty() || candidate_) continue;
    const std::size_t from = scanned_before - std::min(scanned_before, stop.size() - 1);
    candidate_ = text_.find(stop, from) != std::string::npos;
  }
  if (!candidate_) return false;
  for (const std::string& stop : sampling_.stop) {
    if (stop.empty()) continue;
    const std::size_t at = find_stop(text_, tokens_.markers, reasoning_opened_, stop);
    if (at != std::string::npos) cut_ = std::min(cut_.value_or(at), at);
  }
  return cut_.has_value();
}

std::string StopFollower::take_text() {
  if (decoder_ && !cut_) {
    const std::size_t before = text_.size();
    text_ += decoder_->finish();
    if (!ignore_stops_ && text_.size() > before) stop_string_reached(before);
  }
  if (cut_) text_.resize(*cut_);
  return std::move(text_);
}

}  // namespace candor::engine
