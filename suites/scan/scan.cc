#include "suites/scan/scan.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "data/base/error.h"
#include "data/text/unicode.h"
#include "suites/files/problems.h"

namespace candor::suites {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxWordBytes = 400;
const std::vector<std::string> kLanguages = {"en", "zh", "zh-Hant"};

bool known_language(std::string_view language) {
  return std::find(kLanguages.begin(), kLanguages.end(), language) != kLanguages.end();
}

std::string read_list(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!file || std::filesystem::is_directory(path) || !(bytes << file.rdbuf())) {
    // An empty file sets the failure of the stream without an error of the system.
    if (file.is_open() && std::filesystem::is_regular_file(path)) return "";
    fail_usage("{}: cannot be read: {}", path.string(),
               errno == 0 ? "not a file" : std::strerror(errno));
  }
  return bytes.str();
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(mark);
    parts.push_back(data::trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// What is wrong with a text that is to stand in a question; empty: nothing.
std::string wrong_text(std::string_view text) {
  if (text.size() > kMaxWordBytes) return fmt::format("is longer than {} bytes", kMaxWordBytes);
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const char32_t c = data::code_point_at(text, at, length);
    if (c == 0xFFFD && length == 1) return "is not UTF-8";
    if (c < 0x20 || c == 0x7f)
      return fmt::format("has a control character (U+{:04X})", unsigned{c});
  }
  return "";
}

class ListReader {
 public:
  explicit ListReader(std::string name) : name_(std::move(name)) {}

  void line(std::string_view text, std::size_t number) {
    number_ = number;
    const std::vector<std::string_view> columns = split(text, '\t');
    if (columns.size() > 5) {
      return problem(
          fmt::format("{} columns; known are word, Chinese form, languages, group, "
                      "Traditional form",
                      columns.size()));
    }
    const auto column = [&](std::size_t i) {
      return i >= columns.size() || columns[i] == "-" ? std::string() : std::string(columns[i]);
    };
    ScanWord word{column(0), column(1), column(4), {}, column(3), number};
    if (word.text.empty()) return problem("the first column, the word, is empty");
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (const std::string wrong = wrong_text(columns[i]); !wrong.empty()) {
        return problem(fmt::format("column {}: \"{}\" {}", i + 1, printable(columns[i]), wrong));
      }
    }
    if (const std::string languages = column(2); !languages.empty()) {
      for (const std::string_view language : split(languages, ',')) {
        if (!known_language(language)) {
          return problem(fmt::format("column 3: unknown language \"{}\": known are en, zh, zh-Hant",
                                     printable(language)));
        }
        word.languages.emplace_back(language);
      }
    }
    bool twice = false;
    for (const std::string& language : kLanguages) {
      if (!word.asked_in(language) || twice) continue;
      const auto [found, fresh] = first_.try_emplace({language, word.in(language)}, number);
      if (fresh) continue;
      twice = true;
      problem(fmt::format("\"{}\" stands on line {} already", printable(word.in(language)),
                          found->second));
    }
    words_.push_back(std::move(word));
  }

  std::vector<ScanWord> finish() {
    if (words_.empty() && problems_.count() == 0) problems_.add(name_ + ": has no words");
    problems_.throw_any(Error::Kind::kUsage);
    return std::move(words_);
  }

 private:
  void problem(const std::string& what) {
    problems_.add(fmt::format("{}:{}: {}", name_, number_, what));
  }

  std::string name_;
  std::size_t number_ = 0;
  std::vector<ScanWord> words_;
  std::map<std::pair<std::string, std::string>, std::size_t> first_;  // language, form -> line
  Problems problems_;
};

}  // namespace

const std::string& ScanWord::in(std::string_view language) const {
  if (language == "zh-Hant" && !zh_hant.empty()) return zh_hant;
  return language == "en" || zh.empty() ? text : zh;
}

bool ScanWord::asked_in(std::string_view language) const {
  return languages.empty() ||
         std::find(languages.begin(), languages.end(), language) != languages.end();
}

std::string ScanTemplate::with(std::string_view word) const {
  const std::size_t at = text.find("{}");
  return text.substr(0, at) + std::string(word) + text.substr(at + 2);
}

std::vector<ScanWord> load_scan_words(const std::filesystem::path& path) {
  const std::string bytes = read_list(path);
  std::string_view rest = bytes;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  ListReader reader(path.string());
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const std::string_view text = data::trimmed(line); text.empty() || text[0] == '#') continue;
    reader.line(line, number);
  }
  return reader.finish();
}

ScanTemplate read_scan_template(const std::string& text) {
  ScanTemplate made{data::has_han(text) ? "zh" : "en", text};
  for (const std::string& language : kLanguages) {
    if (text.starts_with(language + ":")) made = {language, text.substr(language.size() + 1)};
  }
  made.text = std::string(data::trimmed(made.text));
  if (const std::string wrong = wrong_text(made.text); !wrong.empty()) {
    fail_usage("--template \"{}\" {}", printable(text), wrong);
  }
  const std::size_t at = made.text.find("{}");
  if (at == std::string::npos) {
    fail_usage("--template \"{}\" has no {{}}, where the word goes", printable(text));
  }
  if (made.text.find("{}", at + 2) != std::string::npos) {
    fail_usage("--template \"{}\" has more than one {{}}", printable(text));
  }
  return made;
}

Suite scan_suite(const std::vector<ScanWord>& words, const std::vector<ScanTemplate>& templates) {
  if (templates.empty()) fail_usage("no --template: give one as \"Who is {{}}?\"");
  Suite suite;
  suite.info.name = "scan";
  suite.info.version = "1";
  suite.info.title = "words of a list, one by one";
  suite.condition.sampling.max_tokens = 128;
  std::map<std::string, int> numbers;
  std::set<std::pair<std::string, std::string>> known;
  std::set<std::size_t> asked;
  for (const ScanTemplate& put : templates) {
    if (!known.insert({put.language, put.text}).second) {
      fail_usage("--template \"{}\" is given twice", printable(put.text));
    }
    const int number = ++numbers[put.language];
    if (number == 1) suite.info.languages.push_back(put.language);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const ScanWord& word = words[i];
      if (!word.asked_in(put.language)) continue;
      asked.insert(i);
      data::Question question;
      question.suite = suite.info.name;
      question.language = put.language;
      question.topic = word.group;
      question.role = "scan";
      question.pair = fmt::format("scan/{}/{}", number, word.text);
      question.id = question.pair + "/" + put.language;
      question.messages = {{"user", put.with(word.in(put.language))}};
      question.judge = "audit";
      question.reference = {{"scan", json::object{{"word", word.text},
                                                  {"zh", word.zh},
                                                  {"group", word.group},
                                                  {"template", put.text},
                                                  {"number", number}}}};
      suite.questions.push_back(std::move(question));
    }
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (asked.contains(i)) continue;
    fail_usage("word \"{}\" (line {}) is asked in no --template of its languages",
               printable(words[i].text), words[i].line);
  }
  return suite;
}

}  // namespace candor::suites
