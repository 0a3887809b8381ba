// A vocabulary of bytes and a few named tokens, for tests of what is decided by tokens.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

// Token n < 256 is the byte n; named tokens follow. Byte 0 ends the text.
class SmallTokenizer final : public Tokenizer {
 public:
  struct Named {
    std::string text;
    bool special = true;
  };
  explicit SmallTokenizer(std::vector<Named> named = {}) : named_(std::move(named)) {
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      bytes_[i] = std::string(1, static_cast<char>(i));
    }
  }

  std::vector<TokenId> encode(std::string_view text, bool parse_special) const override {
    const Segment segment{std::string(text), parse_special};
    return encode(std::span(&segment, 1));
  }
  std::vector<TokenId> encode(std::span<const Segment> segments) const override {
    std::vector<TokenId> ids;
    for (const Segment& segment : segments) {
      const std::string_view text = segment.text;
      for (std::size_t at = 0; at < text.size();) {
        const auto found = std::find_if(named_.begin(), named_.end(), [&](const Named& one) {
          return segment.trusted && text.substr(at).starts_with(one.text);
        });
        if (found == named_.end()) {
          ids.push_back(static_cast<unsigned char>(text[at++]));
        } else {
          ids.push_back(static_cast<TokenId>(256 + (found - named_.begin())));
          at += found->text.size();
        }
      }
    }
    return ids;
  }
  std::string_view bytes(TokenId id) const override {
    const auto place = static_cast<std::size_t>(id);
    return place < 256 ? std::string_view(bytes_.at(place)) : named_.at(place - 256).text;
  }
  bool adds_space_after(std::optional<TokenId>) const override { return false; }
  bool is_special(TokenId id) const override {
    return id == 0 || (id >= 256 && named_.at(static_cast<std::size_t>(id) - 256).special);
  }
  std::size_t size() const override { return 256 + named_.size(); }
  std::optional<TokenId> id_of(std::string_view token) const override {
    for (std::size_t i = 0; i < named_.size(); ++i) {
      if (named_[i].text == token) return static_cast<TokenId>(256 + i);
    }
    return std::nullopt;
  }
  std::optional<TokenId> bos() const override { return id_of("<s>"); }
  std::optional<TokenId> eos() const override { return 0; }
  bool adds_bos() const override { return adds_bos_; }
  std::vector<TokenId> stops() const override { return stops_; }
  const std::string& sha256() const override { return hash_; }

  bool adds_bos_ = false;
  std::vector<TokenId> stops_ = {0};

 private:
  std::vector<Named> named_;
  std::array<std::string, 256> bytes_;
  std::string hash_;
};

}  // namespace candor::engine
