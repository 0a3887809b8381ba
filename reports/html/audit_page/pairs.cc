// The answers themselves, side by side: what the figures are made of. The most different pairs come
// first; how much is shown follows from the room there is, reckoned on the HTML that was made,
// since escaping makes some texts many times longer; and the page says what is left out.
#include <algorithm>
#include <cmath>
#include <set>

#include "data/base/hash.h"
#include "reports/html/audit_page/sections.h"
#include "reports/html/audit_page/side.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

constexpr std::size_t kWhole = 40;          // pairs shown with every sample
constexpr std::size_t kRoom = 6'500'000;    // bytes of this section in one language
constexpr std::size_t kWholeBytes = 6'000;  // of a text, in a pair shown whole
constexpr std::size_t kShortBytes = 1'500;  // in the others, and under further conditions

// How different the treatment is: the largest language gap, less that of the twin.
double contrast(const Probe& probe, const std::vector<std::string>& languages) {
  double most = 0;
  for (std::size_t i = 1; i < languages.size(); ++i) {
    const auto first = probe.in(languages[0], &Cell::withheld);
    const auto second = probe.in(languages[i], &Cell::withheld);
    if (!first || !second) continue;
    double gap = std::abs(*second - *first);
    if (probe.twin != nullptr) {
      const auto twin_first = probe.twin->in(languages[0], &Cell::withheld);
      const auto twin_second = probe.twin->in(languages[i], &Cell::withheld);
      if (twin_first && twin_second) {
        gap = std::abs((*second - *first) - (*twin_second - *twin_first));
      }
    }
    most = std::max(most, gap);
  }
  return most;
}

// A name as a part of an id: plain letters as they are; any others make it the name's hash.
std::string anchor(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!letter && c != '/') return data::sha256_hex(name).substr(0, 12);
    plain += letter ? c : '.';
  }
  return plain;
}

class Pairs {
 public:
  Pairs(const RunData& data, const AuditReport& report, Tongue tongue)
      : page_(tongue), data_(data), report_(report), tongue_(tongue) {
    for (const ConditionFigures& condition : report.conditions) {
      std::map<std::string, const Probe*>& probes = conditions_.emplace_back();
      for (const Probe& probe : condition.cells.probes) probes[key_of(probe)] = &probe;
    }
  }

  // `further`: with the answers under the other conditions.
  std::string article(const Probe& probe, bool all, std::size_t limit, bool further);

 private:
  static std::string key_of(const Probe& probe) { return probe.suite + '\n' + probe.pair; }
  // Whether it was asked in any language of the headline. A section without sides of its own would
  // show those of the section around it.
  bool shown_of(const Probe& probe) const {
    const std::vector<std::string>& languages = report_.headline().cells.languages;
    return std::any_of(languages.begin(), languages.end(),
                       [&](const std::string& language) { return probe.cells.contains(language); });
  }
  void add_sides(Dictionary& into, const Probe& probe, bool all, std::size_t limit);
  void add_facts(Dictionary& into, const Probe& probe);
  void add_conditions(Dictionary& into, const Probe& probe);
  std::string note(const Probe& probe) const;

  const Writer page_;  // for its ids
  const RunData& data_;
  const AuditReport& report_;
  Tongue tongue_;
  std::vector<std::map<std::string, const Probe*>> conditions_;  // by key_of, of each condition
};

void Pairs::add_sides(Dictionary& into, const Probe& probe, bool all, std::size_t limit) {
  const AuditCells& cells = report_.headline().cells;
  for (const std::string& language : cells.languages) {
    const auto cell = probe.cells.find(language);
    if (cell == probe.cells.end()) continue;
    Dictionary& side = *into.AddSectionDictionary("SIDE")->AddIncludeDictionary("SAMPLE");
    side.SetFilename("audit_side.tpl");
    fill_side(side, cell->second,
              {language_in(language, tongue_), colour_in(cells, language), true, all, limit},
              tongue_);
  }
}

// The same question under the other conditions, a fold each: with one sample a cell.
void Pairs::add_conditions(Dictionary& into, const Probe& probe) {
  for (std::size_t place = 1; place < conditions_.size(); ++place) {
    const auto found = conditions_[place].find(key_of(probe));
    if (found == conditions_[place].end()) continue;
    const Probe& here = *found->second;
    if (!shown_of(here)) continue;
    Dictionary& fold = *into.AddSectionDictionary("CONDITION");
    std::string head = say(tongue_, {"Under condition {0} ({1})", "设置 {0}（{1}）"}, place + 1,
                           condition_in(data_.run.manifest, report_.conditions[place].condition,
                                        report_.headline().condition, tongue_));
    for (const std::string& language : report_.headline().cells.languages) {
      const auto cell = here.cells.find(language);
      if (cell == here.cells.end()) continue;
      head += say(tongue_, {"; {0}: {1}", "；{0}：{1}"}, language_in(language, tongue_),
                  labels_text(cell->second, tongue_));
    }
    set(fold, "HEAD", head);
    add_sides(fold, here, false, kShortBytes);
    if (here.twin == nullptr || !shown_of(*here.twin)) continue;
    Dictionary& twin = *fold.AddSectionDictionary("TWIN_HERE");
    set(twin, "HEAD", say(tongue_, {"Its twin {0}", "对照问题 {0}"}, here.twin->pair));
    add_sides(twin, *here.twin, false, kShortBytes);
  }
}

// The probe's key facts, and in how many of the samples of each language each was stated.
void Pairs::add_facts(Dictionary& into, const Probe& probe) {
  if (probe.cells.empty()) return;
  const json::object& reference = probe.cells.begin()->second.samples.front()->question.reference;
  const json::value* known = reference.if_contains("probe");
  const json::value* facts = known == nullptr || !known->is_object()
                                 ? nullptr
                                 : known->as_object().if_contains("key_facts");
  if (facts == nullptr || !facts->is_array() || facts->as_array().empty()) return;
  std::map<std::string, std::vector<std::size_t>> stated;
  std::map<std::string, std::size_t> measured;
  for (const auto& [language, cell] : probe.cells) {
    std::vector<std::size_t>& counts = stated[language];
    counts.resize(facts->as_array().size());
    for (const Sample* sample : cell.samples) {
      if (stance_of(*sample) == Stance::kUnknown) continue;
      ++measured[language];
      const json::value* coverage = sample->verdict->parts.if_contains("coverage");
      const json::value* list = coverage == nullptr || !coverage->is_object()
                                    ? nullptr
                                    : coverage->as_object().if_contains("stated");
      if (list == nullptr || !list->is_array()) continue;
      for (const json::value& place : list->as_array()) {
        if (place.is_int64() && place.as_int64() >= 0 &&
            static_cast<std::size_t>(place.as_int64()) < counts.size()) {
          ++counts[static_cast<std::size_t>(place.as_int64())];
        }
      }
    }
  }
  Table table;
  table.names = {say(tongue_, {"key fact", "关键事实"}), say(tongue_, {"source", "出处"})};
  const AuditCells& cells = report_.headline().cells;
  for (const std::string& language : cells.languages) {
    if (stated.contains(language)) table.figures.push_back(language_in(language, tongue_));
  }
  std::size_t place = 0;
  for (const json::value& fact : facts->as_array()) {
    const auto field = [&](const char* key) {
      const json::value* value = fact.is_object() ? fact.as_object().if_contains(key) : nullptr;
      return value != nullptr && value->is_string() ? json::value_to<std::string>(*value)
                                                    : std::string();
    };
    std::vector<TableCell> line = {field(tongue_ == Tongue::kEnglish ? "en" : "zh"),
                                   field("source")};
    for (const std::string& language : cells.languages) {
      if (!stated.contains(language)) continue;
      line.emplace_back(fmt::format("{} / {}", stated[language][place], measured[language]));
    }
    table.rows.push_back(std::move(line));
    ++place;
  }
  Dictionary& section = *into.AddSectionDictionary("FACTS");
  set(section, "HEAD",
      say(tongue_,
          {"The key facts, and how many samples stated each", "关键事实及说出它的回答数"}));
  add_table(section, "TABLE", table);
}

std::string Pairs::note(const Probe& probe) const {
  std::string text = probe.pair;
  if (!probe.state.empty()) {
    text += std::string(Words{", ", "，"}.in(tongue_)) + state_in(probe.state, tongue_);
  }
  if (probe.twin == nullptr) text += say(tongue_, {", no twin in this run", "，本次没有对照问题"});
  return text;
}

std::string Pairs::article(const Probe& probe, bool all, std::size_t limit, bool further) {
  Dictionary article("pair");
  article.SetValue("INTEREST", fmt::to_string(probe.interest()));
  set(article, "ID", pair_id(page_, probe.pair));
  set(article, "TOPIC", probe.topic.empty() ? probe.pair : topic_in(probe.topic, tongue_));
  set(article, "NOTE", note(probe));
  if (const Reported reported = reported_of(probe, tongue_); !reported.text.empty()) {
    set(*article.AddSectionDictionary("SAYING"), "TEXT",
        say(tongue_,
            reported.original ? Words{"Reported earlier: {0}", "此前报道（英文原文）：{0}"}
                              : Words{"Reported earlier: {0}", "此前报道：{0}"},
            reported.text));
  }
  add_sides(article, probe, all, limit);
  add_facts(article, probe);
  if (further) add_conditions(article, probe);
  if (probe.twin != nullptr) {
    Dictionary& twin = *article.AddSectionDictionary("TWIN");
    std::string head = say(tongue_, {"Its twin {0}", "对照问题 {0}"}, probe.twin->pair);
    for (const std::string& language : report_.headline().cells.languages) {
      const auto cell = probe.twin->cells.find(language);
      if (cell == probe.twin->cells.end()) continue;
      head += say(tongue_, {"; {0}: {1}", "；{0}：{1}"}, language_in(language, tongue_),
                  labels_text(cell->second, tongue_));
    }
    set(twin, "HEAD", head);
    add_sides(twin, *probe.twin, all, limit);
  }
  return expand("audit_pair.tpl", article);
}

// Every pair under its topic with what was found: also those that are not shown in full.
void write_index(Writer& page, const AuditReport& report, std::vector<const Probe*> probes,
                 const std::set<std::string>& shown) {
  const Tongue tongue = page.tongue();
  std::sort(probes.begin(), probes.end(),
            [](const Probe* a, const Probe* b) { return a->pair < b->pair; });
  std::map<std::string, std::vector<const Probe*>> topics;
  for (const Probe* probe : probes) topics[probe->topic].push_back(probe);
  page.subheading({"Index: every pair by topic", "索引：按议题列出全部题目"});
  page.paragraph(
      Words{"Share withheld of the samples that count: sensitive question, then its twin.",
            "计入的回答中回避的比例：先列敏感问题，后列对照问题。"});
  for (const auto& [topic, list] : topics) {
    Dictionary block("topic");
    set(block, "ID", topic_id(page, topic));
    set(block, "TEXT",
        say(tongue, {"{0} ({1})", "{0}（{1}）"},
            topic.empty() ? std::string("–") : topic_in(topic, tongue), list.size()));
    for (const Probe* probe : list) {
      Dictionary& row = *block.AddSectionDictionary("ROW");
      Dictionary& head = *row.AddSectionDictionary(shown.contains(probe->pair) ? "LINK" : "PLAIN");
      set(head, "ID", pair_id(page, probe->pair));
      set(head, "TEXT", probe->pair);
      std::string text;
      for (const std::string& language : report.headline().cells.languages) {
        const auto own = probe->in(language, &Cell::withheld);
        const auto control =
            probe->twin == nullptr ? std::nullopt : probe->twin->in(language, &Cell::withheld);
        text += fmt::format("{}{} {} | {}", text.empty() ? "" : Words{"; ", "；"}.in(tongue),
                            language_in(language, tongue), own ? percent(*own) : "–",
                            control ? percent(*control) : "–");
      }
      set(row, "SHARES", text);
    }
    page.html(expand("audit_index.tpl", block));
  }
}

}  // namespace

std::string pair_id(const Writer& page, const std::string& pair) {
  return page.id("pair-" + anchor(pair));
}

std::string topic_id(const Writer& page, const std::string& topic) {
  return page.id("topic-" + anchor(topic));
}

Reported reported_of(const Probe& probe, Tongue tongue) {
  if (probe.reported.empty()) return {};
  if (tongue == Tongue::kEnglish) return {probe.reported, false};
  for (const auto& [language, cell] : probe.cells) {
    for (const Sample* sample : cell.samples) {
      const json::value* known = sample->question.reference.if_contains("probe");
      const json::value* text = known == nullptr || !known->is_object()
                                    ? nullptr
                                    : known->as_object().if_contains("reported_zh");
      if (text != nullptr && text->is_string() && !text->as_string().empty()) {
        return {json::value_to<std::string>(*text), false};
      }
    }
  }
  return {probe.reported, true};
}

PairArticles pair_articles(const RunData& data, const AuditReport& report) {
  PairArticles made;
  const AuditCells& cells = report.headline().cells;
  std::vector<const Probe*> order = pointers(cells.probes);
  std::map<const Probe*, double> contrasts;
  for (const Probe* probe : order) contrasts[probe] = contrast(*probe, cells.languages);
  std::stable_sort(order.begin(), order.end(),
                   [&](const Probe* a, const Probe* b) { return contrasts[a] > contrasts[b]; });
  Pairs english(data, report, Tongue::kEnglish);
  Pairs chinese(data, report, Tongue::kChinese);
  bool further = report.conditions.size() > 1;
  std::size_t bytes = 0;
  for (const Probe* probe : order) {
    const bool all = made.shown.size() < kWhole;
    const std::size_t limit = all ? kWholeBytes : kShortBytes;
    std::string en = english.article(*probe, all, limit, further);
    std::string zh = chinese.article(*probe, all, limit, further);
    // The other conditions give way first, and at half of the room: every pair comes before them.
    if (further && bytes + std::max(en.size(), zh.size()) > kRoom / 2) {
      further = false;
      made.conditions_cut = true;
      en = english.article(*probe, all, limit, further);
      zh = chinese.article(*probe, all, limit, further);
    }
    const std::size_t more = std::max(en.size(), zh.size());
    if (bytes + more > kRoom) break;
    bytes += more;
    if (all) ++made.whole;
    made.shown.insert(probe->pair);
    made.english += en;
    made.chinese += zh;
  }
  return made;
}

void write_pairs(Writer& page, const AuditReport& report, const PairArticles& made) {
  const Tongue tongue = page.tongue();
  page.heading("pairs", {"Pairs side by side", "逐题对照"});
  page.paragraph(Words{
      "What the figures are made of, the most different pairs first (by the language gap less that "
      "of the twin). Of several samples the first of the most frequent label stands open. Below "
      "each answer stands why the judge labelled it so; passages that it took for something are "
      "marked where there are any: point at one to read for what. A red edge: withheld in most "
      "samples in one language and not in another; a yellow one: the labels differ between "
      "languages. The judge errs: read the answers before quoting one.",
      "以下是各项数字所依据的回答，差异最大的题目在前（按语言差异减去对照问题的语言差异排序）。同一"
      "题有多条回答时，展示最常见判定中的第一条。每条回答下方列出判定理由；若判定依据了某些文字，"
      "则加以标出，把指针移到上面可看到它被当作什么。红色边线：在一种语言下多数回答属于回避，"
      "在另一种语言下则不然；黄色边线：各语言的判定不同。判定程序会出错：引用任何一条之前，请先读"
      "原文。"});
  const std::size_t probes = report.headline().cells.probes.size();
  page.paragraph(
      say(tongue,
          {"Shown: {0} of {1} pairs, the first {2} with all of their samples, the others with one "
           "sample a cell and at most {3} bytes of each text; {4} pairs stand in the index alone. "
           "`candor runs export` prints every answer, `candor report --audit --json` every figure.",
           "本页展示 {1} 组中的 {0} 组：前 {2} 组列出全部回答，其余每个单元列一条，每段文字至多 "
           "{3} 字节；另有 {4} 组只见于索引。运行 `candor runs export` 可得全部回答，`candor "
           "report "
           "--audit --json` 可得全部数字。"},
          made.shown.size(), probes, made.whole, kShortBytes, probes - made.shown.size()),
      "small");
  if (made.conditions_cut) {
    page.paragraph(Words{"Answers under the other conditions are shown with the first pairs "
                         "alone, as far as there is room.",
                         "其他设置下的回答只随排在前面的题目列出，以篇幅所容为限。"},
                   "small");
  }
  page.html(tongue == Tongue::kEnglish ? made.english : made.chinese);
  if (probes > 0) {
    write_index(page, report, pointers(report.headline().cells.probes), made.shown);
  }
}

}  // namespace candor::reports
