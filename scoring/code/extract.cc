#include <optional>

#include "scoring/code/code.h"

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

// Fences of three or more back-ticks or tildes (CommonMark 0.30, section 4.5): a block ends at a line
// of at least as many of the same kind and nothing else.
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
  return mark == language || (language == "python" && (mark == "py" || mark == "python3"));
}

bool reads_as_code(std::string_view answer) {
  bool found = false;
  for_each_line(answer, [&](std::string_view line) {
    for (const std::string_view word : {"def ", "class ", "import ", "from "}) {
      if (line.starts_with(word)) found = true;
    }
  });
  return found;
}

}  // namespace

ExtractedCode extract_code(std::string_view answer, std::string_view language) {
  const std::vector<Fence> found = fences(answer);
  for (const Fence& fence : found) {
    if (marked(fence, language)) return {fence.code, fence.closed};
  }
  if (!found.empty()) return {found.front().code, found.front().closed};
  if (reads_as_code(answer)) return {std::string(answer), true};
  return {};
}

}  // namespace candor::scoring
