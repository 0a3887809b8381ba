// Readers of OpenCompass (opencompass/utils/text_postprocessors.py, datasets/gsm8k.py).
#include <fmt/format.h>
#include <unicode/uchar.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "data/text/unicode.h"
#include "scoring/rules/readers.h"
#include "scoring/rules/text.h"

namespace candor::scoring::rules {

namespace {

// The patterns of first-option in their order, "@" for the class of the option letters. White space
// is that of Unicode, "." matches a line break. The pattern with two classes is one in the source,
// too: two of its lines have no comma between them.
constexpr const char* kFirstOption[] = {
    R"(答案是?S*(@))",
    R"(答案是?S*：S*(@))",
    R"(答案是?S*:S*(@))",
    R"(答案选项应?该?是S*(@))",
    R"(答案选项应?该?为S*(@))",
    R"(答案应该?是S*(@))",
    R"(答案应该?选S*(@))",
    R"(答案选项为?S*：S*(@))",
    R"(答案选项为?S+\(?\*?\*?(@)\*?\*?\)?)",
    R"(答案选项是?S*:S*(@))",
    R"(答案为S*(@))",
    R"(答案选S*(@))",
    R"(选择?S*(@))",
    R"(故选?S*(@)只有选?项?S?(@)S?是?对)",
    R"(只有选?项?S?(@)S?是?错)",
    R"(只有选?项?S?(@)S?不?正确)",
    R"(只有选?项?S?(@)S?错误)",
    R"(说法不?对选?项?的?是S?(@))",
    R"(说法不?正确选?项?的?是S?(@))",
    R"(说法错误选?项?的?是S?(@))",
    R"((@)S?是正确的)",
    R"((@)S?是正确答案)",
    R"(选项S?(@)S?正确)",
    R"(所以答S?(@))",
    R"(所以S?(@[.。$]?$))",
    R"(所有S?(@[.。$]?$))",
    R"((?:S|[，：:,])(@)[。，,.]?$)",
    R"((?:S|[，,：:])[故即](@)[。.]?$)",
    R"((?:S|[，,：:])因此(@)[。.]?$)",
    R"([是为。]S?(@)[。.]?$)",
    R"(因此S?(@)[。.]?$)",
    R"(显然S?(@)[。.]?$)",
    R"(答案是S?(N+)(?:。|$))",
    R"(答案应该是S?(N+)(?:。|$))",
    R"(答案为S?(N+)(?:。|$))",
    R"((?i)ANSWERS*:S*(@))",
    R"([Tt]he answer is:?S+\(?(@)\)?)",
    R"([Tt]he answer is:?S+\(?\*?\*?(@)\*?\*?\)?)",
    R"([Tt]he answer is option:?S+\(?(@)\)?)",
    R"([Tt]he correct answer is:?S+\(?(@)\)?)",
    R"([Tt]he correct answer is option:?S+\(?(@)\)?)",
    R"([Tt]he correct answer is:?.*?boxed\{(@)\})",
    R"([Tt]he correct option is:?.*?boxed\{(@)\})",
    R"([Tt]he correct answer option is:?.*?boxed\{(@)\})",
    R"([Tt]he answer to the question is:?S+\(?(@)\)?)",
    R"(^选项S?(@))",
    R"(^(@)S?选?项)",
    R"((S|^)@(?:S|[。，,：:.$]))",
    R"(1.S?(.*?)$)",
    R"(1.S?(@)[.。$]?$)",
    R"((@):)",
    R"((@))",
};

using Patterns = std::vector<std::unique_ptr<RE2>>;

std::unique_ptr<RE2> compiled(std::string_view pattern, const std::string& letters) {
  std::string text = "(?s)";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool answer = pattern.substr(i).starts_with("ANSWER");
    if (answer) {
      text += "ANSWER";
      i += 5;
    } else if (pattern[i] == '@') {
      text += letters;
    } else if (pattern[i] == 'S') {
      text += "[" CANDOR_RULE_SPACE "]";
    } else if (pattern[i] == 'N') {
      text += "[^" CANDOR_RULE_SPACE "]";
    } else {
      text += pattern[i];
    }
  }
  return std::make_unique<RE2>(text, RE2::Quiet);
}

// Compiled once for each set of options; there are few.
const Patterns& patterns_for(std::string_view options) {
  static std::mutex mutex;
  static auto* known = new std::map<std::string, Patterns, std::less<>>;
  const std::lock_guard lock(mutex);
  const auto found = known->find(options);
  if (found != known->end()) return found->second;
  std::string letters = "[";
  for (const char c : options) letters += RE2::QuoteMeta(re2::StringPiece(&c, 1));
  letters += ']';
  Patterns made;
  for (const char* pattern : kFirstOption) made.push_back(compiled(pattern, letters));
  return known->emplace(std::string(options), std::move(made)).first->second;
}

}  // namespace

std::optional<std::string> opencompass_first_option(std::string_view text,
                                                    std::string_view options) {
  constexpr std::size_t kMostOptions = 26;
  if (options.empty() || options.size() > kMostOptions) return std::nullopt;
  const std::string_view plain = stripped(text);
  for (const auto& pattern : patterns_for(options)) {
    re2::StringPiece groups[2];
    if (!pattern->Match(re2::StringPiece(plain.data(), plain.size()), 0, plain.size(),
                        RE2::UNANCHORED, groups, 2)) {
      continue;
    }
    const re2::StringPiece& said = groups[1].empty() ? groups[0] : groups[1];
    for (const char option : options) {
      if (std::string_view(said.data(), said.size()).find(option) != std::string_view::npos) {
        return std::string(1, option);
      }
    }
  }
  return std::nullopt;
}

// Without a beginning of the reasoning, what follows the last end of it; else all but what stands
// between beginnings and ends.
std::optional<std::string> opencompass_non_reasoning(std::string_view text, std::string_view) {
  constexpr std::string_view kBegin = "<think>";
  constexpr std::string_view kEnd = "</think>";
  const std::size_t end = text.rfind(kEnd);
  if (text.find(kBegin) == std::string_view::npos && end != std::string_view::npos) {
    return std::string(stripped(text.substr(end + kEnd.size())));
  }
  std::string kept;
  while (true) {
    const std::size_t begin = text.find(kBegin);
    const std::size_t close = begin == std::string_view::npos
                                  ? std::string_view::npos
                                  : text.find(kEnd, begin + kBegin.size());
    if (close == std::string_view::npos) break;
    kept += text.substr(0, begin);
    text.remove_prefix(close + kEnd.size());
  }
  kept += text;
  return std::string(stripped(kept));
}

std::optional<std::string> opencompass_non_reasoning_option(std::string_view text,
                                                            std::string_view options) {
  return opencompass_first_option(*opencompass_non_reasoning(text, options), options);
}

std::optional<std::string> opencompass_last_capital(std::string_view text, std::string_view) {
  std::optional<std::string> last;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const char32_t c = data::code_point_at(text, at, length);
    if (u_isUUppercase(static_cast<UChar32>(c)) != 0) last = std::string(text.substr(at, length));
  }
  return last;
}

std::optional<std::string> opencompass_gsm8k(std::string_view text, std::string_view) {
  static const RE2 number(R"(-?\p{Nd}+\.\p{Nd}+|-?\p{Nd}+)");
  const auto numbers = all_matches(text.substr(0, text.find("Question:")), number);
  if (numbers.empty()) return std::nullopt;
  return numbers.back();
}

// Equal as texts, or a number within 1e-6 of the gold integer.
std::string opencompass_gsm8k_form(std::string_view text) {
  if (const std::size_t at = text.find("#### "); at != std::string_view::npos) {
    text.remove_prefix(at + 5);
    text = text.substr(0, text.find("#### "));
  }
  const std::string plain = data::nfkc(stripped(without(text, ",")));
  char* end = nullptr;
  const double value = std::strtod(plain.c_str(), &end);
  const bool whole = end != plain.c_str() && *end == '\0' && std::abs(value) < 1e15 &&
                     std::abs(value - std::round(value)) < 1e-6;
  if (!whole) return plain;
  return fmt::format("{:.0f}", std::round(value) == 0 ? 0.0 : std::round(value));
}

}  // namespace candor::scoring::rules
