#include "scoring/logic/logic.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "data/base/error.h"
#include "data/text/unicode.h"

namespace candor::scoring {

namespace {

namespace json = boost::json;

constexpr std::size_t kTail = 40'000;  // bytes of a long answer that are read: the solution ends it

// One form for comparison: plain width, lower case, no markup, single blanks.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : data::lower_case(data::nfkc(text))) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '_';
    if (c == '*' || c == '`' || c == '"' || c == '$') continue;
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return std::string(data::trimmed(out));
}

struct Word {
  std::string spelling;   // in plain form
  std::string canonical;  // the cell or value it stands for, as the reference writes it
};

using Words = std::vector<Word>;

struct Table {
  std::map<std::string, std::string> cells;  // cell -> value
  Words cell_words;                          // longest spelling first
  Words value_words;
};

void add_words(Words& words, const std::string& canonical, const json::object& aliases) {
  words.push_back({plain(canonical), canonical});
  const auto found = aliases.find(canonical);
  if (found == aliases.end()) return;
  const json::array* list = found->value().if_array();
  if (list == nullptr) fail("reference field \"aliases\": {}: expected a list", canonical);
  for (const json::value& alias : *list) {
    if (!alias.is_string()) fail("reference field \"aliases\": {}: expected strings", canonical);
    words.push_back({plain(std::string(alias.as_string())), canonical});
  }
}

void sort_words(Words& words) {
  std::stable_sort(words.begin(), words.end(), [](const Word& a, const Word& b) {
    return a.spelling.size() > b.spelling.size();
  });
}

Table table_of(const json::object& cells, const json::object& aliases) {
  Table table;
  std::set<std::string> values;
  const auto add = [&](const std::string& cell, const json::value& value) {
    if (!value.is_string()) fail("reference field \"cells\": {}: expected a string", cell);
    table.cells.emplace(cell, std::string(value.as_string()));
    values.insert(std::string(value.as_string()));
  };
  for (const auto& [name, value] : cells) {
    if (const json::object* row = value.if_object()) {
      for (const auto& [column, cell] : *row) {
        add(std::string(name) + "/" + std::string(column), cell);
      }
    } else {
      add(std::string(name), value);
      add_words(table.cell_words, std::string(name), aliases);
    }
  }
  if (table.cells.empty()) fail("reference field \"cells\": there are none");
  // An aliased word that names no cell is a value, even one that no cell has here.
  for (const auto& [word, list] : aliases) {
    if (!cells.contains(word)) values.insert(std::string(word));
  }
  for (const std::string& value : values) add_words(table.value_words, value, aliases);
  sort_words(table.cell_words);
  sort_words(table.value_words);
  return table;
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether `word` stands at `at` as a word of its own. Chinese has no blanks: no boundary is asked.
bool stands_at(std::string_view text, std::size_t at, std::string_view word) {
  if (!text.substr(at).starts_with(word)) return false;
  const std::size_t end = at + word.size();
  if (is_word_byte(word.front()) && at > 0 && is_word_byte(text[at - 1])) return false;
  return !is_word_byte(word.back()) || end >= text.size() || !is_word_byte(text[end]);
}

const Word* word_at(std::string_view text, std::size_t at, const Words& words) {
  for (const Word& word : words) {
    if (!word.spelling.empty() && stands_at(text, at, word.spelling)) return &word;
  }
  return nullptr;
}

struct Stated {
  std::optional<std::string> value;
  bool open = false;  // "knight or knave", "knight / knave": named, but not settled on
};

// The word that a text begins with, plural or not, and what follows it.
const Word* value_before(std::string_view text, const Words& values, std::string_view& after) {
  for (const Word& word : values) {
    if (word.spelling.empty() || !text.starts_with(word.spelling)) continue;
    after = text.substr(word.spelling.size());
    if (after.starts_with('s') && is_word_byte(word.spelling.back())) after.remove_prefix(1);
    const bool longer =
        is_word_byte(word.spelling.back()) && !after.empty() && is_word_byte(after.front());
    if (!longer) return &word;
  }
  return nullptr;
}

// The value that a piece of text states: the value itself after articles, plural or not. Another
// one behind "or" or a stroke leaves it open; a second name for the same one does not, and a stroke
// before something else ("Alice: knight / Bob: knave") only parts.
Stated value_in(std::string_view text, const Words& values) {
  static const RE2 opening(
      R"(^(?:\s|[-:=>|(（]|→|：|a\b|an\b|the\b|is\b|was\b|是|为|一名|一个|一位)*)");
  static const RE2 alternative(
      R"(^[\s)）,]*(?:[(（]\s*)?(?:(\bor\b|或者?|还是)|/)\s*(?:(?:an?|the|possibly|maybe)\b\s*)*)");
  re2::StringPiece rest(text.data(), text.size());
  RE2::Consume(&rest, opening);
  std::string_view after;
  const Word* word = value_before({rest.data(), rest.size()}, values, after);
  if (word == nullptr) return {};
  re2::StringPiece behind(after.data(), after.size());
  re2::StringPiece joined;
  if (RE2::Consume(&behind, alternative, &joined)) {
    std::string_view last;
    const Word* other = value_before({behind.data(), behind.size()}, values, last);
    if (other == nullptr ? !joined.empty() : other->canonical != word->canonical) {
      return {std::nullopt, true};
    }
  }
  return {word->canonical, false};
}

class Reading {
 public:
  explicit Reading(const Table& table) : table_(table) {}

  void set(const std::string& cell, std::string value) { read_[cell] = std::move(value); }
  const std::map<std::string, std::string>& cells() const { return read_; }

  // "Alice: knight", "| Alice | knight |", "- Alice = knight"; and the other way round, "Knights:
  // Alice, Bob". `colon`: a separator is required, so that prose is left to sentences().
  void line(std::string_view text) {
    static const RE2 item(
        R"(^(?:[-+•#>|\s]|[0-9]+[.)、]\s)*)"
        R"((?:(?:(?:so|thus|therefore|hence),? )?(?:the )?(?:final )?(?:answer|solution|conclusion)(?: is)?:\s*|(?:最终)?(?:答案|结论)[是为]?:\s*)?)");
    re2::StringPiece rest(text.data(), text.size());
    RE2::Consume(&rest, item);
    const std::string_view stated(rest.data(), rest.size());
    if (const Word* cell = word_at(stated, 0, table_.cell_words)) {
      if (const auto after = behind_separator(stated.substr(cell->spelling.size()))) {
        const Stated found = value_in(*after, table_.value_words);
        const std::string_view raw = data::trimmed(after->substr(0, after->find_first_of("|,;.}")));
        if (found.open) return;
        if (found.value) {
          set(cell->canonical, *found.value);
        } else if (!raw.empty() && raw.size() <= 40 && !read_.contains(cell->canonical)) {
          set(cell->canonical, std::string(raw));
        }
        return;
      }
    }
    std::string_view after;
    const Word* value = value_before(without_article(stated), table_.value_words, after);
    if (value == nullptr) return;
    const auto names = behind_separator(after);
    // "Knights: Alice or Bob" says of neither what it is.
    static const RE2 open(R"(\bor\b|或)");
    if (!names || RE2::PartialMatch(re2::StringPiece(names->data(), names->size()), open)) return;
    for (std::size_t at = 0; at < names->size(); ++at) {
      if (const Word* cell = word_at(*names, at, table_.cell_words)) {
        set(cell->canonical, value->canonical);
        at += cell->spelling.size() - 1;
      }
    }
  }

  // "Alice is a knight and Bob is a knave", unless the sentence supposes or quotes.
  void sentence(std::string_view text) {
    static const RE2 unsure(
        R"(\bif\b|\bsuppose|\bassum|\bwould\b|\bcould\b|\bsays?\b|\bsaid\b|\bclaim|\bstate[sd]?\b|\bwhether\b|\beither\b|\bor\b)"
        R"(|\bcontradict|\?|如果|假设|假如|若|说|声称|是否|或者|矛盾|？)");
    if (RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), unsure)) return;
    static const RE2 verb(
        R"(^\s*(?:(?:is|must be|are|was|has to be)\b\s*(?:also\s+)?|必须是|一定是|就是|是|为))");
    for (std::size_t at = 0; at < text.size(); ++at) {
      const Word* cell = word_at(text, at, table_.cell_words);
      if (cell == nullptr) continue;
      at += cell->spelling.size() - 1;
      re2::StringPiece rest(text.data() + at + 1, text.size() - at - 1);
      if (!RE2::Consume(&rest, verb)) continue;
      const Stated found = value_in({rest.data(), rest.size()}, table_.value_words);
      if (found.value) set(cell->canonical, *found.value);
    }
    turned(text);
  }

  // Objects in the answer, flat or nested; keys match cells, whatever object holds them.
  void object(const json::object& value, const std::string& row) {
    for (const auto& [key, entry] : value) {
      const std::string name = plain(std::string(key));
      if (const json::object* inner = entry.if_object()) {
        object(*inner, name);
        continue;
      }
      const std::string said =
          entry.is_string() ? plain(std::string(entry.as_string())) : plain(json::serialize(entry));
      for (const auto& [cell, right] : table_.cells) {
        const std::string wanted = plain(cell);
        const bool match = wanted == row + "/" + name || wanted == name;
        if (match && !entry.is_null()) set(cell, exact_value(said));
      }
      for (const Word& word : table_.cell_words) {
        if (word.spelling == name && !entry.is_null()) set(word.canonical, exact_value(said));
      }
    }
  }

 private:
  // "The knights are Alice and Carol": the value first, then who has it.
  void turned(std::string_view text) {
    static const RE2 verb(
        R"(^\s*(?:(?:is|are|was|were|must be|has to be|have to be)\b|是|为|有)[\s:]*)");
    static const RE2 joint(R"(^\s*(?:,\s*and\b|,|and\b|&|、|和|与|及|以及)\s*)");
    static const RE2 subject(R"(^\s*(?:is|are|was|were|must|has|cannot|can|也?是|为)\b?)");
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string_view after;
      if (at > 0 && is_word_byte(text[at]) && is_word_byte(text[at - 1])) continue;
      const Word* value = value_before(text.substr(at), table_.value_words, after);
      if (value == nullptr) continue;
      at += value->spelling.size() - 1;
      re2::StringPiece rest(after.data(), after.size());
      if (!RE2::Consume(&rest, verb)) continue;
      while (const Word* cell = word_at({rest.data(), rest.size()}, 0, table_.cell_words)) {
        rest.remove_prefix(cell->spelling.size());
        // "The knight is Alice and Bob is a knave": Bob begins the next clause.
        if (RE2::PartialMatch(rest, subject)) break;
        set(cell->canonical, value->canonical);
        if (!RE2::Consume(&rest, joint)) break;
      }
    }
  }

  static std::string_view without_article(std::string_view text) {
    return text.starts_with("the ") ? text.substr(4) : text;
  }

  static std::optional<std::string_view> behind_separator(std::string_view text) {
    static const RE2 separator(R"(^[\s)）]*(?:[:=|]|->|=>|→|–|—|\s-\s|\t)[\s:=>|-]*)");
    re2::StringPiece rest(text.data(), text.size());
    if (!RE2::Consume(&rest, separator)) return std::nullopt;
    return std::string_view(rest.data(), rest.size());
  }

  // The known value that the text is, else the text itself.
  std::string exact_value(const std::string& said) const {
    const auto value = value_in(said, table_.value_words).value;
    if (!value) return said;
    for (const Word& word : table_.value_words) {
      if (word.spelling == said) return word.canonical;
    }
    return said.size() <= value->size() + 4 ? *value : said;
  }

  const Table& table_;
  std::map<std::string, std::string> read_;
};

// The JSON objects of a text, outermost, in order.
std::vector<json::object> objects_in(std::string_view text) {
  std::vector<json::object> found;
  std::size_t begin = text.find('{');
  int tries = 0;
  while (begin != std::string_view::npos && ++tries <= 20) {
    int depth = 0;
    bool quoted = false;
    std::size_t end = begin;
    for (; end < text.size(); ++end) {
      const char c = text[end];
      if (c == '\\' && quoted) {
        ++end;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '{') {
        ++depth;
      } else if (!quoted && c == '}' && --depth == 0) {
        break;
      }
    }
    if (end >= text.size()) {
      begin = text.find('{', begin + 1);
      continue;
    }
    json::error_code error;
    const json::value value =
        json::parse(json::string_view(text.data() + begin, end + 1 - begin), error);
    if (!error && value.is_object()) found.push_back(value.as_object());
    begin = text.find('{', end + 1);
  }
  return found;
}

// Tables with a header: each cell is "row/column", for nested references.
void grid(std::string_view text, const Table& table, Reading& reading) {
  std::vector<std::string> header;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = data::trimmed(text.substr(at, end - at));
    at = end + 1;
    if (!line.starts_with('|')) {
      header.clear();
      continue;
    }
    std::vector<std::string> row;
    line.remove_prefix(1);
    while (!line.empty()) {
      const std::size_t bar = line.find('|');
      row.push_back(plain(line.substr(0, bar)));
      line = bar == std::string_view::npos ? std::string_view() : line.substr(bar + 1);
    }
    if (header.empty()) {
      header = row;
      continue;
    }
    for (std::size_t column = 1; column < std::min(row.size(), header.size()); ++column) {
      for (const auto& [cell, right] : table.cells) {
        const std::string wanted = plain(cell);
        if (wanted == row[0] + "/" + header[column] ||
            wanted == "house " + row[0] + "/" + header[column]) {
          reading.set(cell, row[column]);
        }
      }
    }
  }
}

std::vector<std::string> sentences_of(const std::string& line) {
  std::vector<std::string> out(1);
  for (std::size_t at = 0, length = 0; at < line.size(); at += length) {
    const char32_t c = data::code_point_at(line, at, length);
    const bool stop = c == U'。' || c == U'；' || c == U'!' || c == U'！' || c == U';' ||
                      (c == U'.' && (at + 1 == line.size() || line[at + 1] == ' '));
    out.back().append(line, at, length);
    if (stop) out.emplace_back();
  }
  return out;
}

// The text with a line of its own for what stands in a box, without the commands around words.
std::string unboxed(std::string_view answer) {
  static const RE2 box(R"(\\(?:boxed|fbox)\s*\{)");
  static const RE2 command(R"(\\(?:text|textbf|mathrm|mathbf|quad|qquad|[,;: ])\s*\{?)");
  std::string text(answer);
  if (text.find('\\') == std::string::npos) return text;
  RE2::GlobalReplace(&text, R"(\\(?:begin|end)\{[a-z]+\*?\})", " ");
  RE2::GlobalReplace(&text, box, "\n");
  RE2::GlobalReplace(&text, R"(\\\\)", "\n");
  RE2::GlobalReplace(&text, command, " ");
  return text;
}

}  // namespace

CellsRead read_cells(std::string_view answer, const json::object& cells,
                     const json::object& aliases) {
  const Table table = table_of(cells, aliases);
  if (const std::size_t end = answer.rfind("</think>"); end != std::string_view::npos) {
    answer.remove_prefix(end + 8);
  }
  if (answer.size() > kTail) answer.remove_prefix(answer.size() - kTail);

  // Sentences first, stated lines over them, JSON over both: the stricter the form, the surer.
  Reading in_sentences(table);
  Reading reading(table);
  const std::string text = unboxed(answer);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = plain(std::string_view(text).substr(at, end - at));
    at = end + 1;
    for (const std::string& sentence : sentences_of(line)) in_sentences.sentence(sentence);
    // "Alice: knight, Bob: knave" on one line, after the line as a whole.
    reading.line(line);
    for (std::size_t comma = line.find_first_of(",;"); comma != std::string::npos;
         comma = line.find_first_of(",;", comma + 1)) {
      reading.line(data::trimmed(std::string_view(line).substr(comma + 1)));
    }
  }
  grid(answer, table, reading);
  for (const json::object& object : objects_in(answer)) reading.object(object, "");

  CellsRead result;
  result.total = table.cells.size();
  result.read = reading.cells();
  for (const auto& [cell, value] : in_sentences.cells()) result.read.emplace(cell, value);
  for (const auto& [cell, right] : table.cells) {
    const auto found = result.read.find(cell);
    if (found != result.read.end() && plain(found->second) == plain(right)) ++result.right;
  }
  return result;
}

}  // namespace candor::scoring
