// Which of an answer's blocks is the program. Answers show the function, its use, earlier attempts
// and helpers in any order, so the block that defines what was asked for is looked for:
//   1. blocks marked with the language; where none defines it, all blocks
//   2. of those the last that defines the function (a later version replaces an earlier one)
//   3. with blocks that define or import what it uses and does not define itself
// A program that is tested by its input and output is the last block that reads input.
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <set>

#include "scoring/code/code.h"
#include "scoring/code/cpp_source.h"

namespace candor::scoring {

namespace {

struct Fence {
  std::string mark;  // what stands behind the opening back-ticks
  std::string code;
  bool closed = false;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Calls body(line) for each line, without its end.
template <typename Body>
void for_each_line(std::string_view text, Body body) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    body(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

// Fences of three or more back-ticks or tildes (CommonMark 0.30, section 4.5): a block ends at a
// line of at least as many of the same kind and nothing else.
std::vector<Fence> fences(std::string_view answer) {
  std::vector<Fence> found;
  std::string fence;  // of the open block
  std::size_t indent = 0;
  for_each_line(answer, [&](std::string_view line) {
    const std::string_view bare = trimmed(line);
    const char kind = bare.empty() ? '\0' : bare.front();
    const std::size_t run =
        kind == '`' || kind == '~' ? std::min(bare.find_first_not_of(kind), bare.size()) : 0;
    if (fence.empty()) {
      if (run < 3) return;
      const std::string_view mark = trimmed(bare.substr(run));
      if (kind == '`' && mark.find('`') != std::string_view::npos) return;  // inline code
      fence.assign(run, kind);
      indent = line.find(kind);
      found.push_back({std::string(mark.substr(0, mark.find_first_of(" \t{"))), "", false});
      return;
    }
    if (run >= fence.size() && kind == fence.front() && run == bare.size()) {
      found.back().closed = true;
      fence.clear();
      return;
    }
    // A block inside a list is indented as a whole: its own indentation is not the code's.
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    found.back().code += line.substr(std::min(indent, blanks));
    found.back().code += '\n';
  });
  return found;
}

bool marked(const Fence& fence, std::string_view language) {
  std::string mark = fence.mark;
  for (char& c : mark) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  static const RE2 kPython("(?:i?python|py)[0-9.]*");
  static const RE2 kCpp("(?:c\\+\\+|cpp|cxx|cc|gnu\\+\\+|hpp)[0-9a-z]*");
  if (language == "python") return RE2::FullMatch(mark, kPython);
  if (language == "cpp") return RE2::FullMatch(mark, kCpp);
  return mark == language;
}

bool block_defines(std::string_view code, std::string_view language, const std::string& name) {
  if (language == "cpp") return defines_cpp_function(code, name);
  const std::string quoted = RE2::QuoteMeta(name);
  return RE2::PartialMatch(code, "(?m)^(?:async +)?(?:def|class) +" + quoted + "\\b|^" + quoted +
                                     "\\s*(?::[^=\\n]+)?=[^=]");
}

bool reads_input(std::string_view code, std::string_view language) {
  static const RE2 kPython("\\binput\\s*\\(|\\bstdin\\b|\\bopen\\s*\\(\\s*0");
  static const RE2 kCpp("\\bcin\\b|\\bscanf\\b|\\bgetline\\b|\\bgetchar\\b|\\bint\\s+main\\b");
  return RE2::PartialMatch(code, language == "cpp" ? kCpp : kPython);
}

// The names that a block of Python makes at its top level.
std::set<std::string> names_made(std::string_view code) {
  static const RE2 kDefined("(?m)^(?:async +)?(?:def|class) +(\\w+)|^(\\w+)\\s*=[^=]");
  static const RE2 kImported("(?m)^(?:from +[\\w.]+ +)?import +([^#\\n(]+|\\([^)]*\\))");
  static const RE2 kLastWord("(\\w+)\\s*(?:,|\\)|$)");
  std::set<std::string> names;
  re2::StringPiece rest(code);
  std::string defined, assigned;
  while (RE2::FindAndConsume(&rest, kDefined, &defined, &assigned)) {
    names.insert(defined.empty() ? assigned : defined);
  }
  rest = re2::StringPiece(code);
  for (std::string list; RE2::FindAndConsume(&rest, kImported, &list);) {
    re2::StringPiece words(list);
    for (std::string word; RE2::FindAndConsume(&words, kLastWord, &word);) names.insert(word);
  }
  return names;
}

bool uses_any(std::string_view code, const std::set<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return RE2::PartialMatch(code, "\\b" + RE2::QuoteMeta(name) + "\\b");
  });
}

// The block breaks off where more must come.
bool goes_on(std::string_view code) {
  const std::size_t last = code.find_last_not_of(" \t\r\n");
  return last != std::string_view::npos &&
         std::string_view(":,([{\\").find(code[last]) != std::string_view::npos;
}

bool begins_indented(std::string_view code) {
  const std::size_t first = code.find_first_not_of("\r\n");
  return first != std::string_view::npos && (code[first] == ' ' || code[first] == '\t');
}

// The chosen block of Python with what it needs of the others, in the order of the answer.
ExtractedCode with_helpers(const std::vector<Fence>& blocks, std::size_t chosen,
                           const std::string& entry_point) {
  std::string code = blocks[chosen].code;
  bool closed = blocks[chosen].closed;
  for (std::size_t i = chosen + 1;
       i < blocks.size() && goes_on(code) && begins_indented(blocks[i].code); ++i) {
    code += blocks[i].code;
    closed = blocks[i].closed;
  }
  const std::set<std::string> own = names_made(code);
  std::string before;
  std::string after;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string& other = blocks[i].code;
    if (i == chosen || !blocks[i].closed) continue;
    std::set<std::string> offered = names_made(other);
    for (const std::string& name : own) offered.erase(name);
    // Blocks that use the function show it; blocks that define it are earlier attempts.
    if (!uses_any(code, offered) || uses_any(other, {entry_point})) continue;
    (i < chosen ? before : after) += other;
  }
  return {before + code + after, closed};
}

constexpr char kBeginsCode[] =
    "(?:import|from) +[\\w.]+(?: +import\\b.*| +as\\b.*|\\s*,.*|\\s*)|"
    "(?:async +)?def +\\w+ *\\(.*|class +\\w+ *[(:].*|@\\w.*";

// Lines that can be Python at the top level.
bool is_code_line(std::string_view line) {
  static const RE2 kCode(std::string(kBeginsCode) +
                         "|#.*|[\\w.\\[\\]\"', ]+ *[-+*/]?= *\\S.*|[\\w.]+\\(.*|"
                         "(?:if|for|while|with|try|else|elif|except|finally)\\b.*:|"
                         "(?:assert|return|print)\\b.*[\\w)\\]\"']|[\\])}].*|\"\"\".*|'''.*");
  return RE2::FullMatch(line, kCode);
}

// An answer without fences: from its first line of code to the first that is none; or, when it
// begins with an indented line, the body that continues the prompt.
std::string python_in_text(std::string_view answer) {
  static const RE2 kBegin(kBeginsCode);
  std::string code;
  bool begun = begins_indented(answer);
  bool ended = false;
  for_each_line(answer, [&](std::string_view line) {
    const std::string_view bare = trimmed(line);
    const bool top = !bare.empty() && line.front() != ' ' && line.front() != '\t';
    begun = begun || RE2::FullMatch(bare, kBegin);
    ended = ended || (begun && top && !is_code_line(bare));
    if (!begun || ended) return;
    code += line;
    code += '\n';
  });
  return code;
}

std::string cpp_in_text(std::string_view answer, const std::string& entry_point) {
  static const RE2 kBegin("(?m)^\\s*#\\s*include\\b");
  re2::StringPiece rest(answer);
  if (RE2::FindAndConsume(&rest, kBegin)) {
    const std::size_t line = answer.rfind('#', answer.size() - rest.size());
    return std::string(answer.substr(line));
  }
  const bool whole = !entry_point.empty() && defines_cpp_function(answer, entry_point);
  return whole || begins_indented(answer) ? std::string(answer) : std::string();
}

// The last block that is what was asked for; nothing when none is.
std::optional<std::size_t> last_asked_for(const std::vector<Fence>& blocks,
                                          std::string_view language,
                                          const std::string& entry_point) {
  for (std::size_t i = blocks.size(); i-- > 0;) {
    if (entry_point.empty() ? reads_input(blocks[i].code, language)
                            : block_defines(blocks[i].code, language, entry_point)) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

ExtractedCode extract_code(std::string_view answer, std::string_view language,
                           std::string_view entry_point) {
  const std::string name(entry_point);
  const std::vector<Fence> all = fences(answer);
  if (all.empty()) {
    return {language == "cpp" ? cpp_in_text(answer, name) : python_in_text(answer), true};
  }
  std::vector<Fence> in_language;
  for (const Fence& fence : all) {
    if (marked(fence, language)) in_language.push_back(fence);
  }
  for (const std::vector<Fence>& blocks : {in_language, all}) {
    const auto found = last_asked_for(blocks, language, name);
    if (!found) continue;
    if (language == "python" && !name.empty()) return with_helpers(blocks, *found, name);
    return {blocks[*found].code, blocks[*found].closed};
  }
  const Fence& first = in_language.empty() ? all.front() : in_language.front();
  return {first.code, first.closed};
}

}  // namespace candor::scoring
