#include "engine/sample/stop_rules.h"

#include <algorithm>
#include <utility>

namespace candor::engine {

StopFollower::StopFollower(const StopTokens& tokens, const data::Sampling& sampling,
                           bool ignore_stops, bool reasoning_opened)
    : tokens_(tokens),
      sampling_(sampling),
      ignore_stops_(ignore_stops),
      reader_(ReasoningReader::make(tokens.markers, reasoning_opened)) {
  if (tokens.tokenizer != nullptr) decoder_.emplace(*tokens.tokenizer);
}

void StopFollower::append(std::string_view piece) {
  text_ += piece;
  reader_->push_text(piece);
}

std::optional<data::FinishReason> StopFollower::push(TokenId token) {
  ++generated_;
  const auto is_in = [token](const std::vector<TokenId>& sorted) {
    return std::binary_search(sorted.begin(), sorted.end(), token);
  };
  if (is_in(tokens_.ids) && !ignore_stops_) return data::FinishReason::kStop;
  if (decoder_) {
    if (is_in(tokens_.markers_as_tokens)) {
      append(decoder_->finish());
      const std::string_view name = tokens_.tokenizer->bytes(token);
      text_ += name;
      reader_->push_token(name);
    } else {
      append(decoder_->push(token));
    }
    if (!ignore_stops_ && stop_string_reached()) return data::FinishReason::kStop;
  }
  if (generated_ >= sampling_.max_tokens) return data::FinishReason::kLength;
  return std::nullopt;
}

bool StopFollower::stop_string_reached() {
  const std::string_view answer = reader_->answer();
  if (part_ != reader_->answer_part()) {
    part_ = reader_->answer_part();
    scanned_ = 0;
  }
  std::size_t first = std::string_view::npos;
  for (const std::string& stop : sampling_.stop) {
    if (stop.empty()) continue;
    const std::size_t overlap = std::min(scanned_, stop.size() - 1);
    first = std::min(first, answer.find(stop, scanned_ - overlap));
  }
  scanned_ = answer.size();
  if (first == std::string_view::npos) return false;
  // The answer is the end of the text: what is taken from one is taken from the other.
  text_.resize(text_.size() - (answer.size() - first));
  reader_->cut_answer(first);
  cut_ = true;
  return true;
}

StopFollower::Result StopFollower::take() {
  if (decoder_ && !cut_) append(decoder_->finish());
  reader_->end();
  if (decoder_ && !cut_ && !ignore_stops_) stop_string_reached();
  return {std::move(text_), reader_->take()};
}

}  // namespace candor::engine
