#include "engine/chat/jinja/text.h"

#include <algorithm>

#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {

Text Text::literal(std::string bytes) {
  Text text;
  if (bytes.empty()) return text;
  auto body = std::make_shared<Body>();
  body->length = count_characters(bytes);
  body->bytes = std::move(bytes);
  text.body_ = std::move(body);
  return text;
}

TextBuilder::TextBuilder(TextBuilder&& other) noexcept
    : budget_(other.budget_),
      bytes_(std::move(other.bytes_)),
      untrusted_(std::move(other.untrusted_)),
      charged_(std::exchange(other.charged_, 0)) {}

TextBuilder::~TextBuilder() { budget_->give(charged_); }

void TextBuilder::charge(std::size_t bytes) {
  budget_->take(bytes);
  charged_ += bytes;
}

void TextBuilder::mark(std::size_t begin, std::size_t end) {
  if (begin == end) return;
  if (!untrusted_.empty() && untrusted_.back().end == begin) {
    untrusted_.back().end = static_cast<std::uint32_t>(end);
    return;
  }
  charge(sizeof(Taint));
  untrusted_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
}

void TextBuilder::append(std::string_view bytes, bool untrusted) {
  Budget::check_text(bytes_.size() + bytes.size());
  budget_->pass(bytes.size());
  charge(bytes.size());
  const std::size_t begin = bytes_.size();
  bytes_.append(bytes);
  if (untrusted) mark(begin, bytes_.size());
}

void TextBuilder::append(const Text& text, std::size_t begin, std::size_t end) {
  const std::size_t shift = bytes_.size();
  append(text.view().substr(begin, end - begin), false);
  const auto ranges = text.untrusted();
  auto range = std::lower_bound(ranges.begin(), ranges.end(), begin,
                                [](const Taint& taint, std::size_t at) { return taint.end <= at; });
  for (; range != ranges.end() && range->begin < end; ++range) {
    budget_->step();
    mark(shift + std::max<std::size_t>(range->begin, begin) - begin,
         shift + std::min<std::size_t>(range->end, end) - begin);
  }
}

Text TextBuilder::finish() {
  Text text;
  if (bytes_.empty()) return text;
  constexpr std::size_t kOverhead = sizeof(Text::Body) + 32;
  charge(kOverhead);
  auto body = std::make_shared<Text::Body>();
  body->length = count_characters(bytes_);
  bytes_.shrink_to_fit();
  body->bytes = std::move(bytes_);
  body->untrusted = std::move(untrusted_);
  body->budget = budget_;
  body->charged = std::exchange(charged_, 0);
  text.body_ = std::move(body);
  return text;
}

Text make_text(Budget& budget, std::string_view bytes, bool untrusted) {
  TextBuilder builder(budget);
  builder.append(bytes, untrusted);
  return builder.finish();
}

Text cut(Budget& budget, const Text& text, std::size_t begin, std::size_t end) {
  if (begin == 0 && end == text.size()) return text;
  TextBuilder builder(budget);
  builder.append(text, begin, end);
  return builder.finish();
}

}  // namespace candor::engine::jinja
