#include "reports/html/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "reports/figures.h"
#include "reports/html/audit_page/words.h"
#include "reports/lengths.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

void add_chart(Dictionary& dictionary, const char* include, const std::vector<BarRow>& rows,
               const std::vector<std::string>& ticks, bool gap, Tongue tongue, bool precise = false,
               double reach = 1) {
  Dictionary& chart = *dictionary.AddIncludeDictionary(include);
  chart.SetFilename("bars.tpl");
  const bool english = tongue == Tongue::kEnglish;
  chart.SetValue("INTERVAL", english ? "95% interval" : "95% 置信区间");
  for (const std::string& tick : ticks) chart.AddSectionDictionary("TICK")->SetValue("AT", tick);
  // Percent of the width: rates as they are, gaps with nought in the middle and `reach` at the
  // ends.
  const auto place = [&](double value) {
    return coordinate(std::clamp(gap ? 50 + 50 * value / reach : 100 * value, 0.0, 100.0));
  };
  for (const BarRow& row : rows) {
    Dictionary& line = *chart.AddSectionDictionary("ROW");
    if (!row.head.empty()) {
      line.ShowSection("FIRST");
      set(*line.AddSectionDictionary("HEAD"), "NAME", row.head);
    }
    // The audit's page, where gaps are the point, has them to a tenth.
    const std::string figure = !gap      ? tenths(row.rate)
                               : precise ? point_tenths(row.rate) + " points"
                                         : points(row.rate);
    const std::string range = !gap      ? percent(row.interval)
                              : precise ? point_tenths(row.interval.low) + " to " +
                                              point_tenths(row.interval.high) + " points"
                                        : points(row.interval);
    set(line, "LABEL", row.label);
    line.SetValue("COLOUR", row.colour);
    set(line, "FIGURE", gap ? figure.substr(0, figure.find(' ')) : figure);
    std::string shown = gap ? range.substr(0, range.rfind(' ')) : range;
    if (!english) shown.replace(shown.find(" to "), 4, " 至 ");
    set(line, "RANGE", shown);
    set(line, "COUNT", row.count);
    Dictionary& picture = *line.AddIncludeDictionary("PICTURE");
    picture.SetFilename(gap ? "gap.tpl" : "bar.tpl");
    set(picture, "SAID",
        english ? fmt::format("{}, 95% interval {}", figure, range)
                : fmt::format("{}，95% 置信区间 {}", figure.substr(0, figure.find(' ')), shown));
    picture.SetValue("COLOUR", row.colour);
    picture.SetValue(gap ? "VALUE" : "RATE", place(row.rate));
    picture.SetValue("LOW", place(row.interval.low));
    picture.SetValue("HIGH", place(row.interval.high));
  }
}

std::string delivery_text(const Sample& sample) {
  std::string text;
  if (sample.verdict && !sample.verdict->delivery.empty() &&
      sample.verdict->delivery != label_of(sample)) {
    text = sample.verdict->delivery;
    std::replace(text.begin(), text.end(), '_', ' ');
  }
  if (sample.finish == data::FinishReason::kLength) {
    text += fmt::format("{}cut off at {} tokens", text.empty() ? "" : ", ", sample.tokens);
  }
  return text;
}

std::string why_no_answer(const Sample& sample) {
  if (sample.finish == data::FinishReason::kError) return "no answer: " + sample.error;
  if (sample.finish == data::FinishReason::kBlock) return "no answer: blocked on its way";
  return "(empty)";
}

}  // namespace

void add_rate_chart(Dictionary& dictionary, const char* include, const std::vector<BarRow>& rows,
                    Tongue tongue) {
  add_chart(dictionary, include, rows, {"0%", "25%", "50%", "75%", "100%"}, false, tongue);
}

void add_gap_chart(Dictionary& dictionary, const char* include, const std::vector<BarRow>& rows,
                   Tongue tongue, bool precise) {
  // A scale on which the smallest of them can still be told from nought.
  double most = 0;
  for (const BarRow& row : rows) {
    most = std::max(
        {most, std::abs(row.rate), std::abs(row.interval.low), std::abs(row.interval.high)});
  }
  double reach = 2;
  for (const double round : {1.0, 0.5, 0.2, 0.1}) {
    if (most <= round) reach = round;
  }
  const auto points = static_cast<int>(std::lround(100 * reach));
  add_chart(dictionary, include, rows,
            {fmt::format("−{}", points), fmt::format("−{}", points / 2), "0",
             fmt::format("+{}", points / 2), fmt::format("+{}", points)},
            true, tongue, precise, reach);
}

void add_table(Dictionary& dictionary, const char* include, const Table& table) {
  Dictionary& made = *dictionary.AddIncludeDictionary(include);
  made.SetFilename("table.tpl");
  const auto column = [&](const char* section, const std::string& text) {
    set(*made.AddSectionDictionary("COLUMN")->AddSectionDictionary(section), "TEXT", text);
  };
  for (const std::string& name : table.names) column("NAME", name);
  for (const std::string& figure : table.figures) column("FIGURE", figure);
  for (const std::vector<TableCell>& row : table.rows) {
    Dictionary& line = *made.AddSectionDictionary("ROW");
    for (std::size_t i = 0; i < row.size(); ++i) {
      Dictionary& any = *line.AddSectionDictionary("CELL");
      if (!row[i].parts.empty()) {
        Dictionary& picture = *any.AddSectionDictionary("PICTURE");
        set(picture, "SAID", row[i].text);
        double from = 0;
        for (const auto& [kind, share] : row[i].parts) {
          Dictionary& part = *picture.AddSectionDictionary("PART");
          part.SetValue("KIND", kind);
          part.SetValue("FROM", coordinate(100 * from));
          part.SetValue("WIDTH", coordinate(100 * share));
          from += share;
        }
        continue;
      }
      Dictionary& cell = *any.AddSectionDictionary(i < table.names.size() ? "NAME" : "FIGURE");
      set(cell, "TEXT", row[i].text);
      if (!row[i].remark.empty()) {
        set(*cell.AddSectionDictionary("REMARK"), "TEXT", row[i].remark);
      }
    }
  }
}

void fill_sample(Dictionary& dictionary, const Sample& sample, const SampleView& view) {
  const std::string label = label_of(sample);
  set(dictionary, "HEAD", view.head);
  dictionary.SetValue("COLOUR", view.colour);
  dictionary.SetValue("BADGE", is_audit(sample.question)
                                   ? "l-" + label_class(label)
                                   : std::string("o-") + outcome_name(outcome_of(sample)));
  set(dictionary, "LABEL",
      is_audit(sample.question) ? shown_label(label)
                                : outcome_meanings()[outcome_of(sample)].shown);
  set(dictionary, "DELIVERY", delivery_text(sample));
  const std::string& language = sample.question.language;
  if (view.question && !sample.question.messages.empty()) {
    Dictionary& question = *dictionary.AddSectionDictionary("QUESTION");
    std::string text;
    for (const data::Message& message : sample.question.messages) {
      if (!text.empty()) text += "\n";
      if (sample.question.messages.size() > 1) text += message.role + ": ";
      text += message.content;
    }
    set(question, "TEXT", text, view.limit);
    set(question, "LANG", text_language(text, language));
  }
  const std::vector<data::Span> spans =
      sample.verdict ? sample.verdict->spans : std::vector<data::Span>();
  if (sample.answer.empty()) {
    set(*dictionary.AddSectionDictionary("NO_ANSWER"), "TEXT", why_no_answer(sample));
  } else {
    Dictionary& answer = *dictionary.AddSectionDictionary("ANSWER");
    set(answer, "LANG", text_language(sample.answer, language));
    set_marked(answer, sample.answer, spans, "answer", view.limit);
  }
  if (!sample.error.empty() && !sample.answer.empty()) {
    set(*dictionary.AddSectionDictionary("ASIDE"), "TEXT", sample.error);
  }
  if (sample.verdict && !sample.verdict->reason.empty()) {
    set(*dictionary.AddSectionDictionary("ASIDE"), "TEXT", "Judged: " + sample.verdict->reason);
  }
  if (!sample.reasoning.empty()) {
    Dictionary& reasoning = *dictionary.AddSectionDictionary("REASONING");
    reasoning.SetValue("COUNT", fmt::to_string(characters(sample.reasoning)));
    if (!sample.reasoning_closed) reasoning.ShowSection("OPEN");
    set(reasoning, "LANG", text_language(sample.reasoning, language));
    set_marked(reasoning, sample.reasoning, spans, "reasoning", view.limit);
  }
}

void fill_cell(Dictionary& dictionary, const Cell& cell, const SampleView& view) {
  fill_sample(dictionary, *cell.samples.front(), view);
  if (cell.samples.size() < 2) return;
  std::map<std::string, int> labels;
  for (const Sample* sample : cell.samples) ++labels[shown_label(label_of(*sample))];
  std::string head = fmt::format("all {} samples:", cell.samples.size());
  for (const auto& [label, count] : labels) {
    head += fmt::format("{} {} × {}", head.back() == ':' ? "" : ",", label, count);
  }
  Dictionary& more = *dictionary.AddSectionDictionary("MORE");
  set(more, "HEAD", head);
  for (std::size_t i = 1; i < cell.samples.size(); ++i) {
    Dictionary& other = *more.AddSectionDictionary("OTHER")->AddIncludeDictionary("SAMPLE");
    other.SetFilename("sample.tpl");
    fill_sample(other, *cell.samples[i],
                {fmt::format("sample {}", i + 1), view.colour, false, view.limit});
  }
}

const std::vector<Meaning>& outcome_meanings() {
  static const std::vector<Meaning> meanings = {
      {"right", "✓ right", "the answer that was read equals the correct one"},
      {"wrong", "✗ wrong", "an answer was read and it is not the correct one"},
      {"answered", "● answered", "an audit question that got an answer, whatever it says"},
      {"unparsed", "? unparsed", "there is a reply, but no answer could be read from it"},
      {"refused", "⊘ refused", "the model declined"},
      {"blocked", "▣ blocked", "something around the model stopped the question or the reply"},
      {"truncated", "✂ truncated", "cut off at the token limit before an answer could be read"},
      {"error", "! error", "asking failed; nothing is known about the model's answer"},
      {"unjudged", "… unjudged", "stored, but no judge has read it yet"}};
  return meanings;
}

const std::vector<Meaning>& label_meanings() {
  static const std::vector<Meaning> meanings = [] {
    std::vector<Meaning> list;
    // The rest are outcomes, which have words of their own here. All are literals: they end.
    for (const Named& label : audit_labels()) {
      if (list.size() == kContentLabels + kDeliveryLabels) break;
      list.push_back({label.name.data(), label.shown.en.data(), label.meaning.en.data()});
    }
    return list;
  }();
  return meanings;
}

std::string shown_label(const std::string& label) {
  for (const std::vector<Meaning>* list : {&label_meanings(), &outcome_meanings()}) {
    for (const Meaning& meaning : *list) {
      if (label == meaning.name) return meaning.shown;
    }
  }
  return label;
}

std::string label_class(const std::string& label) {
  const auto& meanings = label_meanings();
  for (std::size_t i = 0; i < meanings.size(); ++i) {
    if (label == meanings[i].name)
      return i < kContentLabels ? label : i < kContentLabels + 4 ? "blocked" : "none";
  }
  return "none";
}

std::vector<std::string> languages_of(const RunData& data) {
  std::set<std::string> found;
  for (const Sample& sample : data.samples) found.insert(sample.question.language);
  std::vector<std::string> languages;
  if (found.erase("en") > 0) languages.push_back("en");
  languages.insert(languages.end(), found.begin(), found.end());
  return languages;
}

std::size_t language_place(const std::vector<std::string>& languages, const std::string& language) {
  return static_cast<std::size_t>(std::find(languages.begin(), languages.end(), language) -
                                  languages.begin());
}

std::string readable_time(const std::string& iso) {
  static const char* const kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  if (std::sscanf(iso.c_str(), "%4d-%2d-%2dT%2d:%2d", &year, &month, &day, &hour, &minute) != 5 ||
      month < 1 || month > 12) {
    return iso;
  }
  return fmt::format("{} {} {}, {:02}:{:02} UTC", day, kMonths[month - 1], year, hour, minute);
}

std::string probe_articles(const std::vector<Probe>& probes,
                           const std::vector<std::string>& languages, std::size_t limit) {
  static const char* const kHeads[] = {"Labelled alike and not withheld", "Withheld alike",
                                       "Labelled differently, but withheld in both or in neither",
                                       "Withheld in one language, answered in another"};
  std::string out;
  int last = -1;
  for (const Probe& probe : probes) {
    const int interest = probe.interest();
    if (interest != last) {
      Dictionary group("group");
      group.SetValue("HEAD", kHeads[interest]);
      group.SetValue(
          "COUNT", fmt::to_string(std::count_if(probes.begin(), probes.end(), [&](const Probe& p) {
            return p.interest() == interest;
          })));
      out += expand("group.tpl", group);
      last = interest;
    }
    Dictionary article("probe");
    article.SetValue("INTEREST", fmt::to_string(interest));
    set(article, "TOPIC", probe.topic.empty() ? probe.pair : probe.topic);
    set(article, "NOTE", probe.pair + (probe.twin == nullptr ? ", no twin" : ""));
    const auto add_sides = [&](Dictionary& into, const Probe& shown) {
      for (std::size_t i = 0; i < languages.size(); ++i) {
        const auto cell = shown.cells.find(languages[i]);
        if (cell == shown.cells.end()) continue;
        Dictionary& side = *into.AddSectionDictionary("SIDE")->AddIncludeDictionary("SAMPLE");
        side.SetFilename("sample.tpl");
        fill_cell(side, cell->second, {language_name(languages[i]), colour(i), true, limit});
      }
    };
    add_sides(article, probe);
    if (probe.twin != nullptr) {
      Dictionary& twin = *article.AddSectionDictionary("TWIN");
      std::string head = "Its twin";
      if (!probe.twin->topic.empty() && probe.twin->topic != probe.topic) {
        head += " (" + probe.twin->topic + ")";
      }
      const char* separator = ": ";
      for (const std::string& language : languages) {
        const auto cell = probe.twin->cells.find(language);
        if (cell == probe.twin->cells.end()) continue;
        head += fmt::format("{}{} {}", separator, language_name(language),
                            shown_label(label_of(*cell->second.samples.front())));
        separator = ", ";
      }
      set(twin, "HEAD", head);
      add_sides(twin, *probe.twin);
    }
    out += expand("probe.tpl", article);
  }
  return out;
}

}  // namespace candor::reports
