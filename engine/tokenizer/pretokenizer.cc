#include "engine/tokenizer/pretokenizer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/files/utf8.h"
#include "engine/tokenizer/scanners.h"

namespace candor::engine {
namespace {

// Names in GGUF files. Those that cut text alike differ in other settings of the model.
const std::vector<NamedPreTokenizer>& named_pre_tokenizers() {
  using namespace scanners;
  const std::vector<Scanner> digits_and_words = {one_number, scanners::gpt2};
  static const std::vector<NamedPreTokenizer> list = {
      {"llama-bpe", {llama3}, true, true},
      {"llama3", {llama3}, true, true},
      {"llama-v3", {llama3}, true, true},
      {"falcon3", {llama3}, true, true},
      {"falcon-h1", {llama3}, true, true},
      {"pixtral", {llama3}, true, true},
      {"tekken", {tekken}, true, true},
      {"dbrx", {llama3}},
      {"smaug-bpe", {llama3}},
      {"glm4", {llama3}},
      {"chatglm-bpe", {llama3}},
      {"qwen2", {qwen2}},
      {"deepseek-r1-qwen", {qwen2}},
      {"stablelm2", {qwen2}},
      {"megrez", {qwen2}},
      {"qwen35", {qwen35}},
      {"seed-coder", {seed_coder}},
      {"gpt-4o", {gpt4o}},
      {"llama4", {gpt4o}},
      {"kimi-k2", {kimi_k2}},
      {"gpt-2", {scanners::gpt2}},
      {"mpt", {scanners::gpt2}},
      {"olmo", {scanners::gpt2}},
      {"phi-2", {scanners::gpt2}},
      {"gigachat", {scanners::gpt2}},
      {"smollm", digits_and_words},
      {"starcoder", digits_and_words},
      {"refact", digits_and_words},
      {"command-r", digits_and_words},
      {"codeshell", digits_and_words},
      {"exaone", digits_and_words},
      {"minerva-7b", digits_and_words},
      {"falcon", {falcon_punctuation, scanners::gpt2, ascii_triple}},
      {"deepseek-v3", {three_numbers, han_and_kana, deepseek_v3_words}},
      {"deepseek-coder", {newline, letters, punctuation, east_asian, one_number}},
      {"deepseek-llm",
       {newline, cased_letters, deepseek_punctuation, space_at_end, east_asian, one_number}},
  };
  return list;
}

struct Published {
  std::string_view regex;
  Scanner scanner;
};

// As they stand in tokenizer.json files, after JSON unescaping.
constexpr Published kPublished[] = {
    {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
     "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     scanners::llama3},
    {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
     "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     scanners::qwen2},
    {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| "
     "?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     scanners::qwen35},
    {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
     "?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     scanners::seed_coder},
    {"[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
     "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
     "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| "
     "?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     scanners::gpt4o},
    {"[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]*"
     "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
     "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]+"
     "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| "
     "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     scanners::kimi_k2},
    {"[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
     "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
     "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|"
     "\\s+(?!\\S)|\\s+",
     scanners::tekken},
    {"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
     scanners::gpt2},
    {"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
     scanners::gpt2},
    {"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?"
     "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     scanners::deepseek_v3_words},
    {"\\p{N}{1,3}", scanners::three_numbers},
    {"\\p{N}+", scanners::numbers},
    {"\\p{N}", scanners::one_number},
    {"[0-9][0-9][0-9]", scanners::ascii_triple},
    {"[\\r\\n]", scanners::newline},
    {"\\s+$", scanners::space_at_end},
    {"\\s?\\p{L}+", scanners::letters},
    {"\\s?\\p{P}+", scanners::punctuation},
    {"[一-龥\u3040-ゟ゠-ヿ]+", scanners::han_and_kana},
    {"\\s?[!-/:-~！-／：-～‘-‟　-。]+", scanners::deepseek_punctuation},
    {"[一-龥ࠀ-一가-\uD7FF]+", scanners::east_asian},
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// Code points written as \uXXXX or \x{XXXX} become characters.
std::string without_code_points(std::string_view regex) {
  std::string out;
  for (std::size_t at = 0; at < regex.size();) {
    std::string_view digits;
    std::size_t length = 0;
    if (regex.substr(at, 2) == "\\u" && at + 6 <= regex.size()) {
      digits = regex.substr(at + 2, 4);
      length = 6;
    } else if (regex.substr(at, 3) == "\\x{" && regex.find('}', at) != regex.npos) {
      digits = regex.substr(at + 3, regex.find('}', at) - at - 3);
      length = digits.size() + 4;
    }
    std::uint32_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (length > 0 && error == std::errc() && stop == end && value <= 0x10FFFF) {
      append_utf8(out, value);
      at += length;
    } else {
      out += regex[at++];
    }
  }
  return out;
}

// One spelling for what files write in several ways. Possessive quantifiers ("++") take nothing
// back; where they stand below there is nothing to give back, so that the match is the same.
std::string in_one_spelling(std::string_view regex) {
  std::string out = without_code_points(regex);
  static constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
      {"\r", "\\r"},
      {"\n", "\\n"},
      {"'(?i:[sdmt]|ll|ve|re)", "(?i:'s|'t|'re|'ve|'m|'ll|'d)"},
      {"'(?:[sdmt]|ll|ve|re)", "'s|'t|'re|'ve|'m|'ll|'d"},
      {"[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+", "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"},
      {"\\p{L}++", "\\p{L}+"},
      {"\\p{N}{1,3}+", "\\p{N}{1,3}"},
      {"\\p{N}++", "\\p{N}+"},
      {"[^\\s\\p{L}\\p{N}]++", "[^\\s\\p{L}\\p{N}]+"},
      {"[\\r\\n]*+", "[\\r\\n]*"},
  };
  for (const auto& [from, to] : kSpellings) replace_all(out, from, to);
  return out;
}

}  // namespace

void CodePoints::assign(std::string_view text) {
  const UnicodeClasses& table = UnicodeClasses::instance();
  values.clear();
  classes.clear();
  offsets.clear();
  values.reserve(text.size());
  classes.reserve(text.size());
  offsets.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    values.push_back(c.value);
    classes.push_back(table[c.value]);
    offsets.push_back(static_cast<std::uint32_t>(i));
    i += c.length;
  }
  offsets.push_back(static_cast<std::uint32_t>(text.size()));
}

const NamedPreTokenizer* PreTokenizer::by_name(std::string_view name) {
  const auto& list = named_pre_tokenizers();
  const auto found = std::ranges::find(list, name, &NamedPreTokenizer::name);
  return found == list.end() ? nullptr : &*found;
}

std::string PreTokenizer::known_names() {
  std::string names;
  for (const NamedPreTokenizer& named : named_pre_tokenizers()) {
    if (!names.empty()) names += ", ";
    names += named.name;
  }
  return names;
}

Scanner PreTokenizer::for_regex(std::string_view regex) {
  const std::string wanted = in_one_spelling(regex);
  for (const Published& published : kPublished) {
    if (published.regex == wanted) return published.scanner;
  }
  return wanted == scanners::cased_letters_regex() ? scanners::cased_letters : nullptr;
}

Scanner PreTokenizer::gpt2() { return scanners::gpt2; }

Scanner PreTokenizer::digits(bool single) {
  return single ? scanners::one_number : scanners::numbers;
}

Scanner PreTokenizer::punctuation_runs() { return scanners::punctuation_runs; }

void PreTokenizer::Memory::shrink(std::size_t bytes) {
  if (points.values.capacity() * sizeof(char32_t) > bytes) points = {};
  if (refined.capacity() * sizeof(std::uint32_t) > bytes) refined = {};
}

void PreTokenizer::split(std::string_view text, Memory& memory,
                         std::vector<std::uint32_t>& ends) const {
  ends.clear();
  if (text.empty()) return;
  CodePoints& points = memory.points;
  points.assign(text);
  // Piece ends as code point indices, refined pass by pass.
  ends.push_back(static_cast<std::uint32_t>(points.values.size()));
  std::vector<std::uint32_t>& refined = memory.refined;
  for (const Scanner pass : passes_) {
    refined.clear();
    std::size_t at = 0;
    for (const std::uint32_t end : ends) {
      points.piece_begin = at;
      bool in_gap = false;  // between matches
      while (at < end) {
        const std::size_t stop = pass(points, at, end);
        if (stop == at) {
          in_gap = true;
          ++at;
          continue;
        }
        if (in_gap) refined.push_back(static_cast<std::uint32_t>(at));
        in_gap = false;
        refined.push_back(static_cast<std::uint32_t>(stop));
        at = stop;
      }
      if (in_gap) refined.push_back(end);
    }
    std::swap(ends, refined);
  }
  for (std::uint32_t& end : ends) end = points.offsets[end];
}

}  // namespace candor::engine
