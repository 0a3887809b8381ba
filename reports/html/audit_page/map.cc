// The heat map: topic (and state) by language, the rate on the sensitive questions and what is left
// of it when the twins' rate is taken off. Values are printed: colour only helps the eye.
#include <algorithm>
#include <cmath>

#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

// One hue from light to dark for rates, two hues for signs: both read without red and green.
std::string rate_kind(double rate) {
  return fmt::format("s-{}", std::clamp(static_cast<int>(std::ceil(rate * 6 - 1e-9)), 0, 6));
}

std::string gap_kind(double gap) {
  const double size = std::abs(gap);
  if (size < 0.05) return "d-0";
  const int step = size < 0.2 ? 1 : size < 0.4 ? 2 : 3;
  return fmt::format("d-{}{}", gap < 0 ? "m" : "p", step);
}

std::string bare_points(double gap) {
  const std::string text = points(gap);
  return text.substr(0, text.find(' '));
}

void add_cell(Dictionary& row, const std::string& kind, const std::string& text, std::size_t n,
              bool edge) {
  Dictionary& cell = *row.AddSectionDictionary("CELL");
  cell.SetValue("KIND", kind);
  set(cell, "TEXT", text);
  set(cell, "COUNT", n == 0 ? "" : fmt::format("n={}", n));
  if (n > 0 && n < kFewProbes) cell.ShowSection("FEW");
  if (edge) cell.ShowSection("EDGE");
}

using NameOf = std::string (*)(const std::string&, Tongue);

void write_map(Writer& page, const AuditReport& report, const std::vector<GroupRow>& rows,
               Words name, NameOf name_of, bool links) {
  const Tongue tongue = page.tongue();
  const std::vector<std::string>& languages = report.headline().cells.languages;
  Dictionary map("heat");
  set(map, "NAME", name.in(tongue));
  const auto group = [&](Words words) {
    Dictionary& one = *map.AddSectionDictionary("GROUP");
    one.SetValue("SPAN", fmt::to_string(languages.size()));
    set(one, "TEXT", words.in(tongue));
  };
  group({"share withheld on the sensitive questions", "敏感问题回避率"});
  group({"minus the twins’ share, in points", "减去对照问题（百分点）"});
  for (int part = 0; part < 2; ++part) {
    for (const std::string& language : languages) {
      set(*map.AddSectionDictionary("COLUMN"), "TEXT", language_in(language, tongue));
    }
  }
  if (languages.size() > 1) {
    Dictionary& third = *map.AddSectionDictionary("GROUP");
    third.SetValue("SPAN", fmt::to_string(languages.size() - 1));
    set(third, "TEXT", say(tongue, {"difference in differences, in points", "双重差分（百分点）"}));
    for (std::size_t i = 1; i < languages.size(); ++i) {
      set(*map.AddSectionDictionary("COLUMN"), "TEXT", language_in(languages[i], tongue));
    }
  }
  std::vector<const GroupRow*> order;
  for (const GroupRow& row : rows) order.push_back(&row);
  std::stable_sort(order.begin(), order.end(), [](const GroupRow* a, const GroupRow* b) {
    return a->probes.size() > b->probes.size();
  });
  for (const GroupRow* row : order) {
    Dictionary& line = *map.AddSectionDictionary("ROW");
    Dictionary& head = *line.AddSectionDictionary(links ? "LINK" : "PLAIN");
    set(head, "TEXT", name_of(row->name, tongue));
    if (links) set(head, "ID", topic_id(page, row->name));
    for (const GroupCell& cell : row->cells) {
      const bool any = cell.rate.probes > 0;
      add_cell(line, any ? rate_kind(cell.rate.rate) : "s-none",
               any ? percent(cell.rate.rate) : "–", cell.rate.probes, false);
    }
    bool first = true;
    for (const GroupCell& cell : row->cells) {
      const data::Estimate& gap = cell.gap.gap;
      const bool any = gap.clusters > 0;
      add_cell(line, any ? gap_kind(gap.value) : "s-none", any ? bare_points(gap.value) : "–",
               gap.clusters, first);
      first = false;
    }
    first = true;
    for (const GroupDifference& one : row->difference) {
      const bool any = one.difference.clusters > 0;
      add_cell(line, any ? gap_kind(one.difference.value) : "s-none",
               any ? bare_points(one.difference.value) : "–", one.difference.clusters, first);
      first = false;
    }
  }
  for (const double rate : {0.0, 0.1, 0.25, 0.45, 0.6, 0.8, 1.0}) {
    Dictionary& key = *map.AddSectionDictionary("KEY");
    key.SetValue("KIND", rate_kind(rate));
    key.SetValue("TEXT", percent(rate));
  }
  for (const double gap : {-0.5, -0.3, -0.1, 0.0, 0.1, 0.3, 0.5}) {
    Dictionary& key = *map.AddSectionDictionary("KEY");
    key.SetValue("KIND", gap_kind(gap));
    key.SetValue("TEXT", bare_points(gap));
  }
  set(map, "EXPLAINED",
      say(tongue,
          {"Dashed and italic: fewer than {0} questions, too few to read anything into.",
           "虚线框、斜体：不足 {0} 题，样本过少，不宜据此下结论。"},
          kFewProbes));
  page.html(expand("heat.tpl", map));
}

void write_all(Writer& page, const std::vector<GroupRow>& rows, Words name, NameOf name_of) {
  const Tongue tongue = page.tongue();
  page.fold(say(tongue, {"The same with intervals", "附置信区间的完整表格"}));
  Table table;
  table.names = {std::string(name.in(tongue)), say(tongue, {"language", "语言"})};
  table.figures = {say(tongue, {"share withheld", "回避率"}),
                   say(tongue, {"95% interval (Wilson)", "95% 置信区间（Wilson）"}),
                   "n",
                   say(tongue, {"minus twin (interval)", "减对照（置信区间）"}),
                   "n",
                   say(tongue, {"minus the first language", "减第一种语言"}),
                   "n",
                   say(tongue, {"difference in differences", "双重差分"}),
                   "n"};
  for (const GroupRow& row : rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const GroupCell& cell = row.cells[i];
      const data::Estimate none;
      const data::Estimate& language = i == 0 ? none : row.language[i - 1].gap;
      const data::Estimate& difference = i == 0 ? none : row.difference[i - 1].difference;
      table.rows.push_back({i == 0 ? name_of(row.name, tongue) : std::string(),
                            language_in(cell.rate.language, tongue),
                            cell.rate.probes == 0 ? "–" : percent(cell.rate.rate),
                            cell.rate.probes == 0 ? "–" : range_in(cell.rate.interval, tongue),
                            fmt::to_string(cell.rate.probes), estimate_in(cell.gap.gap, tongue),
                            fmt::to_string(cell.gap.gap.clusters), estimate_in(language, tongue),
                            fmt::to_string(language.clusters), estimate_in(difference, tongue),
                            fmt::to_string(difference.clusters)});
    }
  }
  page.table(table);
  page.unfold();
}

}  // namespace

void write_maps(Writer& page, const AuditReport& report) {
  if (report.topics.empty() && report.states.empty()) return;
  page.heading("map", {"By topic and by state", "按议题与国家"});
  page.paragraph(Words{
      "First: how often the sensitive questions of a topic were withheld. Then the same minus the "
      "rate on their twins, so that what the model withholds about anything in that language is "
      "taken off. Last the difference in differences against the first language. These rows are "
      "many and small and none is tested: they show where to look, and none of them is a finding "
      "by "
      "itself.",
      "第一栏：某一议题下敏感问题的回避率。第二栏：减去对照问题回避率之后的差值，即扣除该语言下对任"
      "何"
      "问题都有的回避。第三栏：相对于第一种语言的双重差分。行数多而每行题数少，且未作检验，只用于提"
      "示"
      "值得细看之处，单独一行不构成结论。"});
  if (!report.topics.empty()) {
    page.subheading({"Topic by language", "议题 × 语言"});
    write_map(page, report, report.topics, {"topic", "议题"}, topic_in, true);
    write_all(page, report.topics, {"topic", "议题"}, topic_in);
  }
  if (!report.states.empty()) {
    page.subheading({"Whose taboo: state by language", "涉及国家 × 语言"});
    write_map(page, report, report.states, {"state", "国家"}, state_in, false);
    write_all(page, report.states, {"state", "国家"}, state_in);
  }
}

}  // namespace candor::reports
