#include <re2/re2.h>

#include <unordered_map>

#include "data/text/unicode.h"
#include "scoring/maths/lexer.h"

namespace candor::scoring::maths {

namespace {

// What NFKC would destroy (a superscript would become a plain digit) or leave as a symbol.
const std::unordered_map<char32_t, std::string_view>& replacements() {
  static const auto* map =
      new std::unordered_map<char32_t, std::string_view>{{U'⁰', "^{0}"},
                                                         {U'¹', "^{1}"},
                                                         {U'²', "^{2}"},
                                                         {U'³', "^{3}"},
                                                         {U'⁴', "^{4}"},
                                                         {U'⁵', "^{5}"},
                                                         {U'⁶', "^{6}"},
                                                         {U'⁷', "^{7}"},
                                                         {U'⁸', "^{8}"},
                                                         {U'⁹', "^{9}"},
                                                         {U'ⁿ', "^{n}"},
                                                         {U'½', " \\frac{1}{2}"},
                                                         {U'⅓', " \\frac{1}{3}"},
                                                         {U'⅔', " \\frac{2}{3}"},
                                                         {U'¼', " \\frac{1}{4}"},
                                                         {U'¾', " \\frac{3}{4}"},
                                                         {U'⅕', " \\frac{1}{5}"},
                                                         {U'⅛', " \\frac{1}{8}"},
                                                         {U'−', "-"},
                                                         {U'–', "-"},
                                                         {U'×', "\\times "},
                                                         {U'÷', "\\div "},
                                                         {U'·', "\\cdot "},
                                                         {U'⋅', "\\cdot "},
                                                         {U'∙', "\\cdot "},
                                                         {U'√', " sqrt "},
                                                         {U'∛', " cbrt "},
                                                         {U'∣', "|"},
                                                         {U'｜', "|"},
                                                         {U'＋', "+"},
                                                         {U'π', "\\pi "},
                                                         {U'∞', "\\infty "},
                                                         {U'≤', "\\le "},
                                                         {U'≥', "\\ge "},
                                                         {U'⩽', "\\le "},
                                                         {U'⩾', "\\ge "},
                                                         {U'≠', "\\ne "},
                                                         {U'≈', "\\approx "},
                                                         {U'∪', "\\cup "},
                                                         {U'∩', "\\cap "},
                                                         {U'∈', "\\in "},
                                                         {U'∅', "\\emptyset "},
                                                         {U'°', "^{\\circ}"},
                                                         {U'±', "\\pm "},
                                                         {U'θ', "\\theta "},
                                                         {U'α', "\\alpha "},
                                                         {U'β', "\\beta "},
                                                         {U'γ', "\\gamma "},
                                                         {U'λ', "\\lambda "},
                                                         {U'∠', "\\angle "},
                                                         {U'、', ","},
                                                         {U'℃', "^{\\circ}"},
                                                         {U'ℝ', "\\mathbb{R}"},
                                                         {U'→', "\\to "},
                                                         {U'。', "."},
                                                         {U'％', "%"},
                                                         {U'￥', "\\$"},
                                                         {U'¥', "\\$"},
                                                         {U'€', "\\$"},
                                                         {U'£', "\\$"},
                                                         {U'′', "'"},
                                                         {U'\u200B', ""},
                                                         {U'\uFEFF', ""},
                                                         {U'∖', "\\setminus "}};
  return *map;
}

}  // namespace

std::string plain_notation(std::string_view text) {
  if (data::is_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const char32_t c = data::code_point_at(text, at, length);
    const auto found = replacements().find(c);
    if (found != replacements().end()) {
      out += found->second;
    } else {
      out += text.substr(at, length);
    }
  }
  out = data::nfkc(out);
  if (!data::has_han(out)) return out;
  static const RE2 percent("百分之\\s*([0-9]+(?:\\.[0-9]+)?)");
  static const RE2 fraction("([0-9]+)\\s*分之\\s*([0-9]+)");
  RE2::GlobalReplace(&out, percent, "\\1%");
  RE2::GlobalReplace(&out, fraction, "\\2/\\1");
  return out;
}

}  // namespace candor::scoring::maths
