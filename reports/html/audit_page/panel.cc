// How far other models that judged the same answers agree with the audit judge and with each other.
#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::string name_in(const std::string& member, Tongue tongue) {
  return member == kAuditJudge ? say(tongue, {"the audit judge", "本报告的判定程序"})
                               : visible(member);
}

std::string class_in(const std::string& name, Tongue tongue) {
  if (name == "undecided") return say(tongue, {"undecided", "未作判定"});
  return label_name(name, tongue);
}

std::string kappa_text(const data::Kappa& kappa, Tongue tongue) {
  if (!kappa.value) return "–";
  return fmt::format("{:.2f} ({:.2f}{}{:.2f})", *kappa.value, kappa.interval.low,
                     Words{" to ", " 至 "}.in(tongue), kappa.interval.high);
}

void write_agreements(Writer& page, const PanelFigures& figures) {
  const Tongue tongue = page.tongue();
  Table table;
  table.names = {say(tongue, {"judges", "裁判"}), say(tongue, {"on", "对象"})};
  table.figures = {say(tongue, {"κ (95% interval)", "κ（95% 置信区间）"}),
                   say(tongue, {"alike", "一致"}), "n"};
  for (const PanelAgreement& row : figures.agreements) {
    const std::string language = language_in(row.language, tongue);
    const std::string on =
        row.line ? say(tongue, {"whether an official position is asserted", "是否陈述官方立场"})
        : row.language.empty() ? say(tongue, {"class, all answers", "类别，全部回答"})
        : row.by_rubric ? say(tongue, {"class, rubric in {0}", "类别，评分说明为{0}"}, language)
                        : say(tongue, {"class, asked in {0}", "类别，提问语言为{0}"}, language);
    table.rows.push_back({name_in(row.first, tongue) + " / " + name_in(row.second, tongue), on,
                          kappa_text(row.kappa, tongue), fmt::to_string(row.kappa.agreed),
                          fmt::to_string(row.kappa.items)});
  }
  page.table(table);
}

void write_classes(Writer& page, const PanelClasses& classes) {
  const Tongue tongue = page.tongue();
  std::set<std::string> found;
  for (const auto& [audit, given] : classes.given) {
    for (const auto& [content, count] : given) found.insert(content);
  }
  Table table;
  table.names = {say(tongue, {"the audit judge says", "本报告判为"})};
  for (const std::string& content : found) {
    table.figures.push_back(say(tongue, {"{0}: {1}", "{0}：{1}"}, name_in(classes.member, tongue),
                                class_in(content, tongue)));
  }
  for (const auto& [audit, given] : classes.given) {
    std::vector<TableCell> line = {class_in(audit, tongue)};
    for (const std::string& content : found) {
      const auto count = given.find(content);
      line.emplace_back(fmt::to_string(count == given.end() ? 0 : count->second));
    }
    table.rows.push_back(std::move(line));
  }
  page.table(table);
}

}  // namespace

void write_panel(Writer& page, const PanelFigures& figures) {
  const Tongue tongue = page.tongue();
  page.heading("panel", {"Other judges on the same answers", "其他裁判对同样回答的判定"});
  page.paragraph(say(
      tongue,
      {"{0} of these answers were also judged by other models, which saw the question and the "
       "answer and nothing else. This is agreement beyond chance (Cohen’s κ, intervals resample "
       "probes), not truth: none of them is taken to be right. What a model would not decide is "
       "left out of its row and counted here.",
       "其中 {0} "
       "条回答另由其他模型判定，它们只看到问题和回答。下表是扣除偶然一致后的一致程度（Cohen "
       "κ，置信区间按题目重复抽样），并不表示谁判得对。模型不肯判定的回答不计入一致程度，另列如下"
       "。"},
      figures.answers));
  std::vector<std::pair<std::string, std::string>> members;
  for (const PanelMember& member : figures.members) {
    members.emplace_back(name_in(member.name, tongue) + std::string(Words{":", "："}.in(tongue)),
                         say(tongue, {"decided {0} of {1}.", "{1} 条中判定了 {0} 条。"},
                             member.decided, member.asked));
  }
  page.list(members);
  write_agreements(page, figures);
  if (figures.classes.empty()) return;
  page.fold(say(tongue, {"Class by class", "逐类对照"}));
  for (const PanelClasses& classes : figures.classes) write_classes(page, classes);
  page.unfold();
}

}  // namespace candor::reports
