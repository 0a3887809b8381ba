#include "engine/chat/jinja/text_operations.h"

#include <string.h>

#include <algorithm>

#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

constexpr auto kNowhere = std::string_view::npos;

bool strips(char32_t code, std::string_view bytes, const Text* characters) {
  return characters == nullptr ? is_space(code) : characters->view().find(bytes) != kNowhere;
}

bool ends_line(char32_t code) {
  return (code >= 10 && code <= 13) || (code >= 0x1C && code <= 0x1E) || code == 0x85 ||
         code == 0x2028 || code == 0x2029;
}

struct Piece {
  std::size_t begin;
  std::size_t end;
};

// Each piece becomes a text of its own, of 100 bytes and more: stops while they are still few.
template <typename T>
void add(std::vector<T>& pieces, T piece) {
  constexpr std::size_t kMost = kLimits.memory / 96;
  if (pieces.size() >= kMost) problem("a text is split into more than {} pieces", kMost);
  pieces.push_back(std::move(piece));
}

std::vector<Piece> words(std::string_view text, std::int64_t limit) {
  std::vector<Piece> pieces;
  std::size_t begin = kNowhere;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = decode(text, at);
    if (!is_space(character.code)) {
      if (begin == kNowhere) {
        begin = at;
        if (limit >= 0 && pieces.size() == static_cast<std::size_t>(limit)) {
          add(pieces, Piece{begin, text.size()});  // the rest as it is
          return pieces;
        }
      }
    } else if (begin != kNowhere) {
      add(pieces, Piece{begin, at});
      begin = kNowhere;
    }
    at += character.size;
  }
  if (begin != kNowhere) add(pieces, Piece{begin, text.size()});
  return pieces;
}

// The words from the right; with a limit the first piece is the rest, stripped on its right.
std::vector<Piece> words_from_right(std::string_view text, std::int64_t limit) {
  std::vector<Piece> all = words(text, -1);
  if (limit < 0 || all.size() <= static_cast<std::size_t>(limit) + 1) return all;
  const std::size_t merged = all.size() - static_cast<std::size_t>(limit);
  std::vector<Piece> pieces = {{0, all[merged - 1].end}};
  pieces.insert(pieces.end(), all.begin() + static_cast<std::ptrdiff_t>(merged), all.end());
  return pieces;
}

std::vector<Piece> parts(Runtime& runtime, std::string_view text, std::string_view separator,
                         std::int64_t limit) {
  if (separator.empty()) problem("empty separator");
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  while (limit < 0 || pieces.size() < static_cast<std::size_t>(limit)) {
    const std::size_t found = find_text(runtime, text, separator, begin);
    if (found == kNowhere) break;
    add(pieces, Piece{begin, found});
    begin = found + separator.size();
  }
  add(pieces, Piece{begin, text.size()});
  return pieces;
}

// A text written backwards, byte for byte: what is last in it becomes first.
class Backwards {
 public:
  Backwards(Runtime& runtime, std::string_view text)
      : charge_(runtime.budget, text.size()), bytes_(text.rbegin(), text.rend()) {
    runtime.budget.pass(text.size());
  }
  std::string_view view() const { return bytes_; }

 private:
  Charge charge_;
  std::string bytes_;
};

std::vector<Piece> parts_from_right(Runtime& runtime, std::string_view text,
                                    std::string_view separator, std::int64_t limit) {
  const Backwards reversed(runtime, text);
  const Backwards reversed_separator(runtime, separator);
  auto pieces = parts(runtime, reversed.view(), reversed_separator.view(), limit);
  std::reverse(pieces.begin(), pieces.end());
  for (Piece& piece : pieces) piece = {text.size() - piece.end, text.size() - piece.begin};
  return pieces;
}

}  // namespace

// By memmem, which is linear.
std::size_t find_text(Runtime& runtime, std::string_view text, std::string_view part,
                      std::size_t from) {
  runtime.budget.step();
  if (from > text.size() || part.size() > text.size() - from) return kNowhere;
  const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  const std::size_t at =
      found == nullptr ? kNowhere
                       : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
  runtime.budget.pass((found == nullptr ? text.size() : at) - from + part.size());
  return at;
}

std::size_t find_last(Runtime& runtime, std::string_view text, std::string_view part) {
  constexpr std::size_t kShort = 64;  // a bound on what each position may cost
  if (part.size() <= kShort) {
    runtime.budget.pass(text.size());
    return text.rfind(part);
  }
  const Backwards reversed(runtime, text);
  const Backwards reversed_part(runtime, part);
  const std::size_t found = find_text(runtime, reversed.view(), reversed_part.view());
  return found == kNowhere ? kNowhere : text.size() - found - part.size();
}

Text strip(Runtime& runtime, const Text& text, const Text* characters, Side side) {
  // Looking through many characters for each one stripped counts, one or a few do not.
  const std::size_t step = characters == nullptr ? 0 : characters->size() / 16;
  runtime.budget.pass(text.size());
  const std::string_view view = text.view();
  std::size_t begin = 0;
  std::size_t end = view.size();
  while (side != Side::kRight && begin < end) {
    const Character first = decode(view, begin);
    runtime.budget.step(step);
    if (!strips(first.code, view.substr(begin, first.size), characters)) break;
    begin += first.size;
  }
  while (side != Side::kLeft && end > begin) {
    const Character last = decode_back(view, end);
    runtime.budget.step(step);
    if (!strips(last.code, view.substr(end - last.size, last.size), characters)) break;
    end -= last.size;
  }
  return cut(runtime.budget, text, begin, end);
}

Text replace(Runtime& runtime, const Text& text, const Text& from, const Text& to,
             std::int64_t limit) {
  const std::string_view view = text.view();
  runtime.budget.pass(view.size());
  TextBuilder out(runtime.budget);
  std::size_t done = 0;
  // An empty text is found before every character and at the end.
  std::size_t search = 0;
  for (std::int64_t count = 0; limit < 0 || count < limit; ++count) {
    const std::size_t found = find_text(runtime, view, from.view(), search);
    if (found == kNowhere) break;
    runtime.budget.step();
    out.append(text, done, found);
    out.append(to);
    done = found + from.size();
    search = !from.empty() ? done : found + (found < view.size() ? decode(view, found).size : 1);
  }
  if (done == 0 && out.view().empty()) return text;
  out.append(text, done, view.size());
  return out.finish();
}

std::vector<Value> split(Runtime& runtime, const Text& text, const Text* separator,
                         std::int64_t limit, bool from_right) {
  runtime.budget.pass(text.size());
  const std::string_view view = text.view();
  std::vector<Piece> pieces;
  if (separator == nullptr) {
    pieces = from_right ? words_from_right(view, limit) : words(view, limit);
  } else {
    pieces = from_right ? parts_from_right(runtime, view, separator->view(), limit)
                        : parts(runtime, view, separator->view(), limit);
  }
  std::vector<Value> values;
  for (const Piece& piece : pieces) {
    runtime.budget.step();
    values.push_back(cut(runtime.budget, text, piece.begin, piece.end));
  }
  return values;
}

std::vector<Value> split_lines(Runtime& runtime, const Text& text, bool keep_ends) {
  const std::string_view view = text.view();
  runtime.budget.pass(view.size());
  std::vector<Value> lines;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < view.size();) {
    const Character character = decode(view, at);
    std::size_t next = at + character.size;
    if (ends_line(character.code)) {
      if (view[at] == '\r' && next < view.size() && view[next] == '\n') ++next;
      runtime.budget.step();
      add(lines, Value(cut(runtime.budget, text, begin, keep_ends ? next : at)));
      begin = next;
    }
    at = next;
  }
  if (begin < view.size()) add(lines, Value(cut(runtime.budget, text, begin, view.size())));
  return lines;
}

Text join(Runtime& runtime, const Text& separator, const std::vector<Value>& pieces) {
  TextBuilder out(runtime.budget);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    runtime.budget.step();
    if (i != 0) out.append(separator);
    out.append(to_text(runtime, pieces[i]));
  }
  return out.finish();
}

Text repeat(Runtime& runtime, const Text& text, std::int64_t times) {
  if (times <= 0 || text.empty()) return {};
  Budget::check_text(text.size(), static_cast<std::size_t>(times));
  TextBuilder out(runtime.budget);
  constexpr std::size_t kBlock = 4096;
  const auto in_block = static_cast<std::int64_t>(kBlock / text.size());
  if (in_block > 1 && times > in_block) {
    const Text block = repeat(runtime, text, in_block);
    for (; times >= in_block; times -= in_block) out.append(block);
  }
  for (; times > 0; --times) out.append(text);
  return out.finish();
}

Text pad(Runtime& runtime, const Text& text, std::int64_t width, std::string_view fill, Side side) {
  const auto length = static_cast<std::int64_t>(text.length());
  if (width <= length) return text;
  const std::int64_t missing = width - length;
  Budget::check_text(fill.size(), static_cast<std::size_t>(missing));
  // Where both sides cannot be equal, str.center gives the left one more when the width is odd.
  std::int64_t left = side == Side::kLeft ? missing : 0;
  if (side == Side::kBoth) left = missing / 2 + (missing & width & 1);
  const Text filling = runtime.text(fill).text()[0];
  TextBuilder out(runtime.budget);
  out.append(repeat(runtime, filling, left));
  out.append(text);
  out.append(repeat(runtime, filling, missing - left));
  return out.finish();
}

Text mapped(Runtime& runtime, const Text& text, std::string_view result) {
  runtime.budget.pass(text.size() * 4);
  return make_text(runtime.budget, result, text.tainted());
}

}  // namespace candor::engine::jinja
