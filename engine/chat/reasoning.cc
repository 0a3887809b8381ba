#include "engine/chat/reasoning.h"

#include <algorithm>
#include <optional>

namespace candor::engine {
namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";
constexpr auto kNowhere = std::string_view::npos;
constexpr std::string_view kChannelToken = "<|channel|>";

std::string_view left_trimmed(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
}

std::string_view right_trimmed(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kSpace) + 1);  // npos + 1 is 0: nothing is left
}

class PairReader final : public ReasoningReader {
 public:
  PairReader(const ReasoningMarkers& markers, bool opened)
      : open_(markers.open), close_(markers.close), opened_(opened) {}

  void push_text(std::string_view text) override {
    text_ += text;
    read_opening(false);
    read_closing();
  }

  void push_token(std::string_view token) override { push_text(token); }

  void end() override {
    read_opening(true);
    read_closing();
  }

  std::string_view answer() const override {
    if (closed_at_) return std::string_view(text_).substr(answer_begin_);
    return opened_ || !begun_ ? std::string_view() : std::string_view(text_);
  }

  std::size_t answer_part() const override { return closed_at_ ? 1 : 0; }

  void cut_answer(std::size_t at) override {
    text_.resize(static_cast<std::size_t>(answer().data() - text_.data()) + at);
  }

  ReasoningSplit take() override {
    ReasoningSplit split;
    if (!opened_ && !closed_at_) {
      split.answer = std::move(text_);
      return split;
    }
    const std::string_view text = text_;
    std::string_view reasoning =
        text.substr(reasoning_begin_, closed_at_.value_or(text.size()) - reasoning_begin_);
    if (opened_) reasoning = left_trimmed(reasoning);
    if (closed_at_) reasoning = right_trimmed(reasoning);
    split.reasoning = reasoning;
    split.closed = closed_at_.has_value();
    split.marked = true;
    if (closed_at_) split.answer = text.substr(answer_begin_);
    return split;
  }

 private:
  // Whether the text begins with the marker; a model may repeat the one that the prompt has
  // written.
  void read_opening(bool at_end) {
    if (begun_) return;
    const std::size_t start = std::min(text_.find_first_not_of(kSpace), text_.size());
    if (!open_.empty() && text_.compare(start, open_.size(), open_) == 0) {
      opened_ = true;
      reasoning_begin_ = start + open_.size();
    } else if (!at_end && !open_.empty() &&
               open_.compare(0, text_.size() - start, text_, start) == 0) {
      return;
    }
    begun_ = true;
    searched_ = reasoning_begin_;
  }

  void read_closing() {
    if (!begun_ || close_.empty()) return;
    if (!closed_at_) {
      const std::size_t overlap = std::min(searched_ - reasoning_begin_, close_.size() - 1);
      const std::size_t at = text_.find(close_, searched_ - overlap);
      searched_ = text_.size();
      if (at == kNowhere) return;
      closed_at_ = at;
      answer_begin_ = at + close_.size();
    }
    if (answer_started_) return;
    // White space between the marker and the answer belongs to neither.
    const std::size_t first = text_.find_first_not_of(kSpace, answer_begin_);
    answer_started_ = first != kNowhere;
    answer_begin_ = answer_started_ ? first : text_.size();
  }

  std::string open_;
  std::string close_;
  std::string text_;
  bool opened_;
  bool begun_ = false;  // it is known whether the text begins with the opening marker
  std::size_t reasoning_begin_ = 0;
  std::size_t searched_ = 0;  // up to here no closing marker begins and ends
  std::optional<std::size_t> closed_at_;
  std::size_t answer_begin_ = 0;
  bool answer_started_ = false;
};

class ChannelReader final : public ReasoningReader {
 public:
  explicit ChannelReader(bool opened) {
    if (!opened) return;
    place_ = Place::kMessage;
    channel_ = Channel::kAnalysis;
    marked_ = true;
  }

  void push_text(std::string_view text) override {
    switch (place_) {
      case Place::kStart:
      case Place::kMessage:
        message_ += text;
        break;
      case Place::kRole:
        role_ += text;
        break;
      case Place::kChannel:
        name_ += text;
        break;
      case Place::kBetween:  // a content type, or text that belongs to no message
        break;
    }
  }

  void push_token(std::string_view token) override {
    if (token == "<|message|>") {
      if (place_ == Place::kStart) role_ = std::move(message_);
      if (place_ == Place::kMessage) finish_message();
      begin_message();
    } else if (token == kChannelToken) {
      // Before the first message its text was a head: the role's rest, a recipient.
      if (place_ == Place::kStart) role_ = std::move(message_);
      if (place_ == Place::kMessage) finish_message();
      message_.clear();
      name_.clear();
      place_ = Place::kChannel;
      head_open_ = true;
    } else if (token == "<|constrain|>") {
      if (place_ != Place::kMessage && place_ != Place::kStart) place_ = Place::kBetween;
    } else {  // <|start|>, <|end|>, <|return|>, <|call|>
      finish_message();
      role_.clear();
      name_.clear();
      place_ = token == "<|start|>" ? Place::kRole : Place::kBetween;
      head_open_ = token == "<|start|>";
    }
  }

  void end() override {}

  std::string_view answer() const override {
    const bool is_answer =
        place_ == Place::kStart || (place_ == Place::kMessage && channel_ == Channel::kFinal);
    return is_answer ? std::string_view(message_) : std::string_view();
  }

  std::size_t answer_part() const override { return part_; }
  void cut_answer(std::size_t at) override { message_.resize(at); }

  ReasoningSplit take() override {
    const bool in_head = place_ != Place::kMessage && head_open_;
    const bool in_reasoning = place_ == Place::kMessage && channel_ == Channel::kAnalysis;
    finish_message();
    ReasoningSplit split;
    split.reasoning = right_trimmed(left_trimmed(reasoning_));
    split.closed = !in_reasoning && (!in_head || has_final_);
    // What was said before a call is no answer while the model is still thinking.
    if (has_final_) {
      split.answer = std::move(final_);
    } else if (split.closed) {
      split.answer = std::move(commentary_);
    }
    split.marked = marked_;
    return split;
  }

 private:
  enum class Place { kStart, kRole, kChannel, kMessage, kBetween };
  enum class Channel { kAnalysis, kFinal, kCommentary, kToolCall };

  void begin_message() {
    const std::string_view name = right_trimmed(left_trimmed(name_));
    const std::string_view word = name.substr(0, name.find_first_of(kSpace));
    if (role_.find(" to=") != kNowhere || name.find(" to=") != kNowhere) {
      channel_ = Channel::kToolCall;
    } else if (word == "analysis") {
      channel_ = Channel::kAnalysis;
      marked_ = true;
    } else if (word == "commentary") {
      channel_ = Channel::kCommentary;
    } else {  // "final", or a message without a channel
      channel_ = Channel::kFinal;
    }
    message_.clear();
    head_open_ = false;
    ++part_;
    place_ = Place::kMessage;
  }

  void finish_message() {
    if (place_ == Place::kStart || (place_ == Place::kMessage && channel_ == Channel::kFinal)) {
      has_final_ = has_final_ || place_ == Place::kMessage || !message_.empty();
      append(final_);
    } else if (place_ == Place::kMessage && channel_ == Channel::kAnalysis) {
      append(reasoning_);
    } else if (place_ == Place::kMessage && channel_ == Channel::kCommentary) {
      append(commentary_);
    }
    message_.clear();
    ++part_;
  }

  void append(std::string& to) const {
    if (!to.empty() && !message_.empty()) to += "\n\n";
    to += message_;
  }

  Place place_ = Place::kStart;
  Channel channel_ = Channel::kFinal;
  std::string role_;     // behind <|start|>
  std::string name_;     // behind <|channel|>
  std::string message_;  // the one that is being read
  std::string reasoning_;
  std::string final_;
  std::string commentary_;
  bool head_open_ = false;  // a message was announced whose text has not begun
  bool has_final_ = false;
  bool marked_ = false;
  std::size_t part_ = 0;
};

// Cuts a text at everything that spells a token of the channels.
void push_spelled(ReasoningReader& reader, std::string_view text) {
  const std::span<const std::string_view> tokens = channel_tokens();
  std::size_t done = 0;
  for (std::size_t at = text.find("<|"); at != kNowhere; at = text.find("<|", at)) {
    const auto token = std::find_if(tokens.begin(), tokens.end(), [&](std::string_view candidate) {
      return text.substr(at).starts_with(candidate);
    });
    if (token == tokens.end()) {
      at += 2;
      continue;
    }
    if (at > done) reader.push_text(text.substr(done, at - done));
    reader.push_token(*token);
    at += token->size();
    done = at;
  }
  if (done < text.size()) reader.push_text(text.substr(done));
}

}  // namespace

std::unique_ptr<ReasoningReader> ReasoningReader::make(const ReasoningMarkers& markers,
                                                       bool opened_by_prompt) {
  if (markers.channels) return std::make_unique<ChannelReader>(opened_by_prompt);
  return std::make_unique<PairReader>(markers, opened_by_prompt);
}

ReasoningSplit split_reasoning(std::string_view text, const ReasoningMarkers& markers,
                               bool opened_by_prompt) {
  const auto reader = ReasoningReader::make(markers, opened_by_prompt);
  if (markers.channels) {
    push_spelled(*reader, text);
  } else {
    reader->push_text(text);
  }
  reader->end();
  return reader->take();
}

bool prompt_opens_reasoning(std::span<const Segment> prompt, const ReasoningMarkers& markers) {
  std::string tail;
  for (const Segment& segment : prompt) {
    if (!segment.trusted && !segment.text.empty()) tail.clear();
    if (segment.trusted) tail += segment.text;
  }
  return !markers.open.empty() && right_trimmed(tail).ends_with(markers.open);
}

bool reasoning_open_after(std::string_view begun, const ReasoningMarkers& markers, bool opened) {
  if (markers.open.empty() || markers.close.empty()) return opened;
  const std::size_t open = begun.rfind(markers.open);
  const std::size_t close = begun.rfind(markers.close);
  if (close != kNowhere && (open == kNowhere || open < close)) return false;
  return open != kNowhere || opened;
}

std::string_view head_of_answer(std::string_view begun, const ReasoningMarkers& markers) {
  return begun.find(kChannelToken) == kNowhere ? std::string_view(markers.answer_start)
                                               : std::string_view();
}

}  // namespace candor::engine
