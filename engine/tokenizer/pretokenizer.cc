#include "engine/tokenizer/pretokenizer.h"

#include <array>
#include <utility>

#include "engine/files/utf8.h"
#include "engine/tokenizer/scanners.h"

namespace candor::engine {
namespace {

struct Named {
  std::string_view name;
  std::array<Scanner, 6> passes;  // null from the first unused one on
};

// Names in GGUF files. Those of one line cut text alike; they differ in other settings of the
// model.
constexpr Named kNamed[] = {
    {"llama-bpe", {scanners::llama3}},
    {"llama3", {scanners::llama3}},
    {"llama-v3", {scanners::llama3}},
    {"dbrx", {scanners::llama3}},
    {"smaug-bpe", {scanners::llama3}},
    {"qwen2", {scanners::qwen2}},
    {"deepseek-r1-qwen", {scanners::qwen2}},
    {"stablelm2", {scanners::qwen2}},
    {"qwen35", {scanners::qwen35}},
    {"seed-coder", {scanners::seed_coder}},
    {"gpt-4o", {scanners::gpt4o}},
    {"kimi-k2", {scanners::kimi_k2}},
    {"gpt-2", {scanners::gpt2}},
    {"mpt", {scanners::gpt2}},
    {"olmo", {scanners::gpt2}},
    {"phi-2", {scanners::gpt2}},
    {"smollm", {scanners::one_number, scanners::gpt2}},
    {"starcoder", {scanners::one_number, scanners::gpt2}},
    {"refact", {scanners::one_number, scanners::gpt2}},
    {"command-r", {scanners::one_number, scanners::gpt2}},
    {"codeshell", {scanners::one_number, scanners::gpt2}},
    {"falcon", {scanners::falcon_punctuation, scanners::gpt2, scanners::ascii_triple}},
    {"deepseek-v3", {scanners::three_numbers, scanners::han_and_kana, scanners::deepseek_v3_words}},
    {"deepseek-coder",
     {scanners::newline, scanners::letters, scanners::punctuation, scanners::east_asian,
      scanners::one_number}},
    {"deepseek-llm",
     {scanners::newline, scanners::cased_letters, scanners::deepseek_punctuation,
      scanners::space_at_end, scanners::east_asian, scanners::one_number}},
};

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

// Line ends and tabs stand in some files as themselves, in others as escapes.
std::string with_escapes(std::string_view regex) {
  std::string out;
  for (const char c : regex) {
    switch (c) {
      case '\r':
        out += "\\r";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
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

std::vector<Scanner> PreTokenizer::passes_by_name(std::string_view name) {
  std::vector<Scanner> passes;
  for (const Named& named : kNamed) {
    if (named.name != name) continue;
    for (const Scanner pass : named.passes) {
      if (pass != nullptr) passes.push_back(pass);
    }
    break;
  }
  return passes;
}

std::string PreTokenizer::known_names() {
  std::string names;
  for (const Named& named : kNamed) {
    if (!names.empty()) names += ", ";
    names += named.name;
  }
  return names;
}

Scanner PreTokenizer::for_regex(std::string_view regex) {
  const std::string wanted = with_escapes(regex);
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

void PreTokenizer::split(std::string_view text, std::vector<std::uint32_t>& ends) const {
  ends.clear();
  if (text.empty()) return;
  CodePoints points;
  points.assign(text);
  // Piece ends as code point indices, refined pass by pass.
  std::vector<std::uint32_t> pieces = {static_cast<std::uint32_t>(points.values.size())};
  std::vector<std::uint32_t> refined;
  for (const Scanner pass : passes_) {
    refined.clear();
    std::size_t at = 0;
    for (const std::uint32_t end : pieces) {
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
    std::swap(pieces, refined);
  }
  ends.reserve(pieces.size());
  for (const std::uint32_t piece : pieces) ends.push_back(points.offsets[piece]);
}

}  // namespace candor::engine
