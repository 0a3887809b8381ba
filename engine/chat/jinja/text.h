// A string of the template language that remembers which of its bytes came from outside. Text of
// the template itself is trusted; text of the messages is not, however it was cut, joined or
// stripped on its way to the prompt. Immutable and cheap to copy; counted against the render's
// budget.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chat/jinja/limits.h"

namespace candor::engine::jinja {

// Untrusted bytes [begin, end) of a text. The ranges of a text are sorted, not empty and do not
// touch.
struct Taint {
  std::uint32_t begin;
  std::uint32_t end;
};

class Text {
 public:
  Text() = default;
  // A literal of the template: trusted, and not counted (it lives as long as the template).
  static Text literal(std::string bytes);

  std::string_view view() const { return body_ ? std::string_view(body_->bytes) : ""; }
  std::size_t size() const { return body_ ? body_->bytes.size() : 0; }
  bool empty() const { return size() == 0; }
  std::size_t length() const { return body_ ? body_->length : 0; }  // characters
  bool is_ascii() const { return length() == size(); }
  bool tainted() const { return body_ && !body_->untrusted.empty(); }
  std::span<const Taint> untrusted() const {
    return body_ ? std::span<const Taint>(body_->untrusted) : std::span<const Taint>();
  }

 private:
  friend class TextBuilder;
  struct Body {
    ~Body() {
      if (budget != nullptr) budget->give(charged);
    }
    std::string bytes;
    std::vector<Taint> untrusted;
    std::size_t length = 0;
    Budget* budget = nullptr;
    std::size_t charged = 0;
  };
  std::shared_ptr<const Body> body_;
};

// Puts a text together from pieces and keeps the taint of each. One text a builder.
class TextBuilder {
 public:
  explicit TextBuilder(Budget& budget) : budget_(&budget) {}
  TextBuilder(TextBuilder&& other) noexcept;
  TextBuilder& operator=(TextBuilder&&) = delete;
  ~TextBuilder();

  void append(std::string_view bytes, bool untrusted);
  void append(const Text& text) { append(text, 0, text.size()); }
  void append(const Text& text, std::size_t begin, std::size_t end);  // a range of bytes
  std::string_view view() const { return bytes_; }
  std::span<const Taint> untrusted() const { return untrusted_; }
  Text finish();

 private:
  void charge(std::size_t bytes);
  void mark(std::size_t begin, std::size_t end);

  Budget* budget_;
  std::string bytes_;
  std::vector<Taint> untrusted_;
  std::size_t charged_ = 0;
};

Text make_text(Budget& budget, std::string_view bytes, bool untrusted);
Text cut(Budget& budget, const Text& text, std::size_t begin, std::size_t end);  // a range of bytes

}  // namespace candor::engine::jinja
