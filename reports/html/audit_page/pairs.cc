// The answers themselves, side by side: what the figures are made of. The most different pairs come
// first; how much is shown follows from the room there is, and the page says what is left out.
#include <algorithm>
#include <cmath>
#include <set>

#include "data/base/hash.h"
#include "reports/html/audit_page/sections.h"
#include "reports/lengths.h"
#include "reports/text.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

constexpr std::size_t kWhole = 40;          // pairs shown with every sample
constexpr std::size_t kRoom = 6'500'000;    // bytes of this section in one language
constexpr std::size_t kWholeBytes = 6'000;  // of a text, in a pair shown whole
constexpr std::size_t kShortBytes = 1'500;  // in the others
constexpr std::size_t kMarkup = 700;        // about what surrounds one answer

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

// The first sample of the label that most samples of the cell have.
const Sample& typical(const Cell& cell) {
  std::map<std::string, std::size_t> counts;
  for (const Sample* sample : cell.samples) ++counts[label_of(*sample)];
  const Sample* best = cell.samples.front();
  for (const Sample* sample : cell.samples) {
    if (counts[label_of(*sample)] > counts[label_of(*best)]) best = sample;
  }
  return *best;
}

std::string labels_text(const Cell& cell, Tongue tongue) {
  std::map<std::string, std::size_t> counts;
  for (const Sample* sample : cell.samples) ++counts[label_of(*sample)];
  std::string text;
  for (const Named& label : audit_labels()) {
    const auto count = counts.find(std::string(label.name));
    if (count == counts.end()) continue;
    text +=
        fmt::format("{}{} × {}", text.empty() ? "" : ", ", label.shown.in(tongue), count->second);
  }
  return text;
}

std::string measured_text(const Sample& sample, Tongue tongue) {
  std::string text;
  if (!sample.verdict) return text;
  const json::value* coverage = sample.verdict->parts.if_contains("coverage");
  if (coverage != nullptr && coverage->is_object()) {
    const auto count = [&](const char* key) {
      const json::value* value = coverage->as_object().if_contains(key);
      return value != nullptr && value->is_int64() ? value->as_int64() : 0;
    };
    text = say(tongue,
               {"Key facts stated: {0} of {1}; propositions of the official line asserted: {2}.",
                "说出关键事实 {0} 项，共 {1} 项；自述官方口径 {2} 处。"},
               count("covered"), count("facts"), count("line_asserted"));
  }
  if (sample.finish == data::FinishReason::kLength) {
    text += say(tongue, {" Cut off at {0} tokens.", "在第 {0} 个词元处截断。"}, sample.tokens);
  }
  return text;
}

std::string why_none(const Sample& sample, Tongue tongue) {
  if (sample.finish == data::FinishReason::kError) {
    return say(tongue, {"no answer: {0}", "没有回答：{0}"}, sample.error);
  }
  if (sample.finish == data::FinishReason::kBlock) {
    return say(tongue, {"no answer: blocked on its way", "没有回答：在途中被拦截"});
  }
  return say(tongue, {"(empty)", "（空）"});
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

struct SideView {
  std::string head;
  std::string colour;
  bool question = true;
  bool all = true;  // every sample, or the typical one
  std::size_t limit = kWholeBytes;
};

class Pairs {
 public:
  Pairs(Writer& page, const AuditReport& report)
      : page_(page), report_(report), tongue_(page.tongue()) {}

  void write();

 private:
  void fill(Dictionary& side, const Sample& sample, const SideView& view);
  void fill(Dictionary& side, const Cell& cell, const SideView& view);
  void add_sides(Dictionary& into, const Probe& probe, bool all, std::size_t limit);
  void add_facts(Dictionary& into, const Probe& probe);
  std::string article(const Probe& probe, bool all, std::size_t limit);
  void index(const std::vector<const Probe*>& probes, const std::set<std::string>& shown);
  std::string note(const Probe& probe) const;

  Writer& page_;
  const AuditReport& report_;
  Tongue tongue_;
};

void Pairs::fill(Dictionary& side, const Sample& sample, const SideView& view) {
  set(side, "HEAD", view.head);
  side.SetValue("COLOUR", view.colour);
  const std::string label = label_of(sample);
  Dictionary& badge = *side.AddSectionDictionary("LABEL");
  badge.SetValue("KIND", label_class(label));
  set(badge, "TEXT", label_name(label, tongue_));
  std::string remark;
  if (sample.verdict && !sample.verdict->delivery.empty() &&
      sample.verdict->delivery != "answered" && sample.verdict->delivery != label) {
    remark = label_name(sample.verdict->delivery, tongue_);
  }
  set(side, "REMARK", remark);
  const std::string& language = sample.question.language;
  if (view.question && !sample.question.messages.empty()) {
    Dictionary& question = *side.AddSectionDictionary("QUESTION");
    const std::string& text = sample.question.messages.back().content;
    set(question, "TEXT", text, view.limit);
    set(question, "LANG", text_language(text, language));
  }
  const std::vector<data::Span> spans =
      sample.verdict ? sample.verdict->spans : std::vector<data::Span>();
  if (sample.answer.empty()) {
    set(*side.AddSectionDictionary("NO_ANSWER"), "TEXT", why_none(sample, tongue_));
  } else {
    Dictionary& answer = *side.AddSectionDictionary("ANSWER");
    set(answer, "LANG", text_language(sample.answer, language));
    set_marked(answer, sample.answer, spans, "answer", view.limit, tongue_);
  }
  if (const std::string measured = measured_text(sample, tongue_); !measured.empty()) {
    set(*side.AddSectionDictionary("ASIDE"), "TEXT", measured);
  }
  if (sample.reasoning.empty()) return;
  Dictionary& reasoning = *side.AddSectionDictionary("REASONING");
  std::string head = say(tongue_, {"Chain of thought: {0} characters", "思维链：{0} 个字符"},
                         characters(sample.reasoning));
  for (const Named& state : thought_states()) {
    if (thought_of(sample) == state.name) {
      head += say(tongue_, {", {0}", "，{0}"}, state.shown.in(tongue_));
    }
  }
  if (!sample.reasoning_closed) {
    head += say(tongue_, {", not finished at the limit", "，到长度上限仍未结束"});
  }
  set(reasoning, "HEAD", head);
  set(reasoning, "LANG", text_language(sample.reasoning, language));
  set_marked(reasoning, sample.reasoning, spans, "reasoning", view.limit, tongue_);
}

void Pairs::fill(Dictionary& side, const Cell& cell, const SideView& view) {
  const Sample& first = typical(cell);
  fill(side, first, view);
  if (cell.samples.size() < 2) return;
  const std::string head = say(tongue_, {"all {0} samples: {1}", "全部 {0} 条回答：{1}"},
                               cell.samples.size(), labels_text(cell, tongue_));
  if (!view.all) {
    set(*side.AddSectionDictionary("ASIDE"), "TEXT", head);
    return;
  }
  Dictionary& more = *side.AddSectionDictionary("MORE");
  set(more, "HEAD", head);
  for (std::size_t i = 0; i < cell.samples.size(); ++i) {
    if (cell.samples[i] == &first) continue;
    Dictionary& other = *more.AddSectionDictionary("OTHER")->AddIncludeDictionary("SAMPLE");
    other.SetFilename("audit_side.tpl");
    fill(other, *cell.samples[i],
         {say(tongue_, {"sample {0}", "第 {0} 条"}, i + 1), view.colour, false, true, view.limit});
  }
}

void Pairs::add_sides(Dictionary& into, const Probe& probe, bool all, std::size_t limit) {
  const AuditCells& cells = report_.headline().cells;
  for (const std::string& language : cells.languages) {
    const auto cell = probe.cells.find(language);
    if (cell == probe.cells.end()) continue;
    Dictionary& side = *into.AddSectionDictionary("SIDE")->AddIncludeDictionary("SAMPLE");
    side.SetFilename("audit_side.tpl");
    fill(side, cell->second,
         {language_in(language, tongue_), colour_in(cells, language), true, all, limit});
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

std::string Pairs::article(const Probe& probe, bool all, std::size_t limit) {
  Dictionary article("pair");
  article.SetValue("INTEREST", fmt::to_string(probe.interest()));
  set(article, "ID", pair_id(page_, probe.pair));
  set(article, "TOPIC", probe.topic.empty() ? probe.pair : topic_in(probe.topic, tongue_));
  set(article, "NOTE", note(probe));
  if (!probe.reported.empty()) {
    set(*article.AddSectionDictionary("SAYING"), "TEXT",
        say(tongue_, {"Reported earlier: {0}", "此前报道（英文原文）：{0}"}, probe.reported));
  }
  add_sides(article, probe, all, limit);
  add_facts(article, probe);
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

std::size_t weight(const Probe& probe, bool all, std::size_t limit) {
  std::size_t bytes = kMarkup;
  for (const Probe* one : {&probe, probe.twin}) {
    if (one == nullptr) continue;
    for (const auto& [language, cell] : one->cells) {
      for (const Sample* sample : cell.samples) {
        bytes += kMarkup + std::min(limit, sample->answer.size()) +
                 std::min(limit, sample->reasoning.size());
        if (!all) break;
      }
    }
  }
  return bytes;
}

// Every pair under its topic with what was found: also those that are not shown in full.
void Pairs::index(const std::vector<const Probe*>& probes, const std::set<std::string>& shown) {
  std::map<std::string, std::vector<const Probe*>> topics;
  for (const Probe* probe : probes) topics[probe->topic].push_back(probe);
  page_.subheading({"Index: every pair by topic", "索引：按议题列出全部题目"});
  page_.paragraph(
      Words{"Share withheld of the samples that count: sensitive question, then its twin.",
            "计入的回答中回避的比例：先列敏感问题，后列对照问题。"});
  const std::vector<std::string>& languages = report_.headline().cells.languages;
  for (auto& [topic, list] : topics) {
    std::sort(list.begin(), list.end(),
              [](const Probe* a, const Probe* b) { return a->pair < b->pair; });
    Dictionary block("topic");
    set(block, "ID", topic_id(page_, topic));
    set(block, "TEXT",
        say(tongue_, {"{0} ({1})", "{0}（{1}）"},
            topic.empty() ? std::string("–") : topic_in(topic, tongue_), list.size()));
    for (const Probe* probe : list) {
      Dictionary& row = *block.AddSectionDictionary("ROW");
      const std::string id = pair_id(page_, probe->pair);
      Dictionary& head = *row.AddSectionDictionary(shown.contains(probe->pair) ? "LINK" : "PLAIN");
      set(head, "ID", id);
      set(head, "TEXT", probe->pair);
      std::string text;
      for (const std::string& language : languages) {
        const auto own = probe->in(language, &Cell::withheld);
        const auto control =
            probe->twin == nullptr ? std::nullopt : probe->twin->in(language, &Cell::withheld);
        text +=
            fmt::format("{}{} {} | {}", text.empty() ? "" : "; ", language_in(language, tongue_),
                        own ? percent(*own) : "–", control ? percent(*control) : "–");
      }
      set(row, "SHARES", text);
    }
    page_.html(expand("audit_index.tpl", block));
  }
}

void Pairs::write() {
  const AuditCells& cells = report_.headline().cells;
  page_.heading("pairs", {"Pairs side by side", "逐题对照"});
  std::vector<const Probe*> order = pointers(cells.probes);
  std::map<const Probe*, double> contrasts;
  for (const Probe* probe : order) contrasts[probe] = contrast(*probe, cells.languages);
  std::stable_sort(order.begin(), order.end(),
                   [&](const Probe* a, const Probe* b) { return contrasts[a] > contrasts[b]; });
  page_.paragraph(Words{
      "What the figures are made of, the most different pairs first (by the language gap less that "
      "of the twin). Of several samples the first of the most frequent label stands open. Marked "
      "passages are what the judge’s label rests on; point at one to read what it was taken for. "
      "The judge errs: read the answers before quoting one.",
      "以下是各项数字所依据的回答，差异最大的题目在前（按语言差异减去对照问题的语言差异排序）。同一"
      "题有"
      "多条回答时，展示最常见判定中的第一条。标出的文字是判定的依据，把指针移到上面可看到它被当作什"
      "么。"
      "判定程序会出错：引用任何一条之前，请先读原文。"});
  std::set<std::string> shown;
  std::size_t bytes = 0;
  std::size_t whole = 0;
  std::vector<std::string> articles;
  for (const Probe* probe : order) {
    const bool all = shown.size() < kWhole;
    const std::size_t limit = all ? kWholeBytes : kShortBytes;
    const std::size_t more = weight(*probe, all, limit);
    if (bytes + more > kRoom) break;
    bytes += more;
    if (all) ++whole;
    shown.insert(probe->pair);
    articles.push_back(article(*probe, all, limit));
  }
  const std::size_t outside = order.size() - shown.size();
  page_.paragraph(
      say(tongue_,
          {"Shown: {0} of {1} pairs, the first {2} with all of their samples, the others with one "
           "sample a cell and at most {3} bytes of each text; {4} pairs stand in the index alone. "
           "`candor runs export` prints every answer, `candor report --audit --json` every figure.",
           "本页展示 {1} 组中的 {0} 组：前 {2} 组列出全部回答，其余每个单元列一条，每段文字至多 "
           "{3} "
           "字节；另有 {4} 组只见于索引。运行 `candor runs export` 可得全部回答，`candor report "
           "--audit --json` 可得全部数字。"},
          shown.size(), order.size(), whole, kShortBytes, outside),
      "small");
  for (const std::string& one : articles) page_.html(one);
  if (!order.empty()) index(order, shown);
}

}  // namespace

std::string pair_id(const Writer& page, const std::string& pair) {
  return page.id("pair-" + anchor(pair));
}

std::string topic_id(const Writer& page, const std::string& topic) {
  return page.id("topic-" + anchor(topic));
}

void write_pairs(Writer& page, const AuditReport& report) { Pairs(page, report).write(); }

}  // namespace candor::reports
