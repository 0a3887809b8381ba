// The page of replayed transcripts: the same tables and charts in two articles, English and
// Chinese.
#include <algorithm>

#include "reports/audit/replay.h"
#include "reports/html/audit_page/words.h"
#include "reports/html/audit_page/writer.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

class Page {
 public:
  Page(const ReplayFigures& figures, Tongue tongue)
      : figures_(figures), tongue_(tongue), page_(tongue) {}

  std::string article() {
    page_.html(begin());
    measure("not-complete", {"Answers that are not complete", "未完整作答"},
            {"Everything but a full answer counts: refusals, changes of subject, official line, "
             "answers without a key fact, partial ones, and blocks on the way.",
             "除完整作答以外的都计入：拒答、转移话题、官方口径、未及关键事实、部分作答，"
             "以及途中被拦截。"},
            &ReplayRate::not_complete, &ReplayGap::not_complete);
    corrected();
    measure("withheld", {"Answers withheld", "回避的回答"},
            {"Refusals, changes of subject, official line in place of an answer, and blocks on the "
             "way.",
             "拒答、转移话题、以官方口径代替作答，以及途中被拦截。"},
            &ReplayRate::withheld, &ReplayGap::withheld);
    models();
    method();
    Dictionary foot("foot");
    set(foot, "TEXT",
        put({"Made by Candor {0}. This file needs no network and holds no scripts.",
             "由 Candor {0} 生成。本文件无需联网，也不含脚本。"},
            std::string(CANDOR_VERSION)));
    page_.html(expand("tongue_end.tpl", foot));
    return page_.take();
  }

 private:
  template <typename... Arguments>
  std::string put(Words words, const Arguments&... arguments) const {
    return say(tongue_, words, arguments...);
  }

  std::string begin() const {
    Dictionary head("article");
    begin_article(head, tongue_);
    std::size_t asked = 0;
    for (const ReplayGroup& group : figures_.groups) {
      if (!group.name.empty()) continue;
      for (const ReplayRate& rate : group.rates) asked += rate.asked;
    }
    set(head, "BRAND", put({"Candor audit report", "Candor 审计报告"}));
    set(head, "HEADING",
        put({"What {0} models withhold", "{0} 个模型回避了什么"}, figures_.models.size()));
    set(head, "LEAD",
        put({"{0} stored answers in {1} languages, made elsewhere and read by the judge {2}.",
             "{0} 条在别处生成并保存的回答，涉及 {1} 种语言，由判定程序 {2} 判读。"},
            asked, figures_.languages.size(), figures_.judge_version));
    set(head, "PARTS", put({"Parts of this report", "本报告各部分"}));
    const auto link = [&](const char* id, Words words) {
      Dictionary& item = *head.AddSectionDictionary("LINK");
      set(item, "ID", page_.id(id));
      set(item, "NAME", words.in(tongue_));
    };
    link("not-complete", {"Not complete", "未完整作答"});
    link("withheld", {"Withheld", "回避"});
    link("models", {"Models", "各模型"});
    link("method", {"Method", "方法"});
    return expand("tongue.tpl", head);
  }

  std::string colour_of(const std::string& language) const {
    const auto at = std::find(figures_.languages.begin(), figures_.languages.end(), language);
    return colour(static_cast<std::size_t>(at - figures_.languages.begin()));
  }

  std::string name_of(const ReplayGroup& group) const {
    const std::string name =
        group.name.empty() ? put({"All models", "全部模型"}) : visible(group.name);
    return group.role == "twin" ? put({"{0}, twins", "{0}（对照问题）"}, name) : name;
  }

  void measure(const char* id, Words title, Words what, data::Estimate ReplayRate::*rate_field,
               data::Estimate ReplayGap::*gap_field) {
    page_.heading(id, title);
    page_.paragraph(what);
    std::vector<BarRow> rates;
    std::vector<BarRow> gaps;
    Table differences;
    differences.names = {put({"Models", "模型"}), put({"Language", "语言"})};
    differences.figures = {"n", put({"difference in differences", "双重差分"})};
    Table table;
    table.names = {put({"Models", "模型"}), put({"Language", "语言"})};
    table.figures = {put({"models", "模型数"}), put({"questions", "题数"}),
                     put({"answers", "回答数"}), put({"rate", "比例"}),
                     put({"gap in points", "差距（百分点）"})};
    for (const ReplayGroup& group : figures_.groups) {
      std::string head = name_of(group);
      std::string gap_head = head;
      for (const ReplayRate& rate : group.rates) {
        const std::string language = language_in(rate.language, tongue_);
        if (rate.cells == 0) continue;
        const data::Estimate& value = rate.*rate_field;
        rates.push_back({head, language, colour_of(rate.language),
                         fmt::format("n = {}", rate.cells), value.value, value.interval});
        std::string gap_text = "–";
        for (const ReplayGap& gap : group.gaps) {
          if (gap.language != rate.language) continue;
          const data::Estimate& difference = gap.*gap_field;
          gap_text = estimate_in(difference, tongue_);
          gaps.push_back({gap_head,
                          put({"{0} minus {1}", "{0}减{1}"}, language,
                              language_in(figures_.languages[0], tongue_)),
                          colour_of(rate.language), fmt::format("n = {}", gap.cells),
                          difference.value, difference.interval});
          gap_head.clear();
        }
        table.rows.push_back({name_of(group),
                              language,
                              fmt::to_string(group.models),
                              fmt::to_string(group.questions),
                              fmt::format("{} / {}", rate.counted, rate.asked),
                              {tenths(value.value), tenths_in(value.interval, tongue_)},
                              gap_text});
        head.clear();
      }
      for (const ReplayGap& gap : group.differences) {
        const data::Estimate& difference = gap.*gap_field;
        if (difference.clusters == 0) continue;
        gaps.push_back(
            {"",
             put({"{0} minus {1}, twins taken off", "{0}减{1}，扣除对照问题"},
                 language_in(gap.language, tongue_), language_in(figures_.languages[0], tongue_)),
             colour_of(gap.language), fmt::format("n = {}", gap.cells), difference.value,
             difference.interval});
        differences.rows.push_back({name_of(group), language_in(gap.language, tongue_),
                                    fmt::to_string(gap.cells), estimate_in(difference, tongue_)});
      }
    }
    page_.rates(rates);
    if (!gaps.empty()) page_.gaps(gaps);
    page_.table(table);
    if (differences.rows.empty()) return;
    page_.paragraph(Words{
        "Difference in differences: the language gap of a question minus that of its twin, over "
        "the pairs whose twin the same model answered in both languages. This is the figure to "
        "quote: it takes off what a model withholds in a language about anything.",
        "双重差分：题目的语言差距减去其对照问题的语言差距，只计同一模型在两种语言中也回答了对照问题"
        "的"
        "组合。应当引用的是这一数字：它扣除了模型在某种语言下对任何问题都有的回避。"});
    page_.table(differences);
  }

  // The rates of "not complete" without the judge's measured errors.
  void corrected() {
    Table table;
    table.names = {put({"Models", "模型"}), put({"Language", "语言"}),
                   put({"errors measured on", "误差测自"})};
    table.figures = {put({"labelled answers", "标注回答数"}), put({"corrected rate", "校正后比例"}),
                     put({"95% interval", "95% 置信区间"}),
                     put({"corrected gap in points", "校正后差距（百分点）"})};
    for (const ReplayGroup& group : figures_.groups) {
      for (const ReplayCorrection& row : group.corrected) {
        table.rows.push_back({name_of(group), language_in(row.language, tongue_), visible(row.set),
                              fmt::to_string(row.labelled), tenths(row.not_complete.value),
                              tenths_in(row.not_complete.interval, tongue_),
                              row.gap ? estimate_in(*row.gap, tongue_) : "–"});
      }
    }
    if (table.rows.empty()) return;
    page_.subheading({"Without the judge’s measured errors", "扣除判定程序的实测误差"});
    page_.paragraph(Words{
        "The rate that answers would have without the errors that the judge made on labelled "
        "answers (Rogan and Gladen; Lang and Reiczigel). It supposes that the judge errs on these "
        "answers as often as on those.",
        "按判定程序在标注回答上的误判率校正后的比例（Rogan 与 Gladen；Lang 与 "
        "Reiczigel）。前提是它在这些回答上的误判率与在标注回答上相同。"});
    page_.table(table);
  }

  void models() {
    page_.heading("models", {"The models in order", "各模型排序"});
    page_.paragraph(Words{
        "By the share of answers that are not complete, the largest first, in each language. The "
        "intervals are wide where a model was asked few questions: neighbours in the list are "
        "seldom told apart.",
        "按各语言中未完整作答的比例由高到低排列。若某模型的题数较少，区间便较宽：名次相邻的模型"
        "往往难分高下。"});
    for (const std::string& language : figures_.languages) {
      page_.subheading(tongue_ == Tongue::kEnglish ? Words{language_in(language, tongue_), ""}
                                                   : Words{"", language_in(language, tongue_)});
      Table table;
      table.names = {put({"Model", "模型"}), put({"Group", "组别"})};
      table.figures = {put({"rank", "名次"}), put({"questions", "题数"}),
                       put({"not complete", "未完整作答"}), put({"withheld", "回避"})};
      for (const auto& [model, rate] : ranking(figures_, language)) {
        table.rows.push_back({visible(model->name),
                              visible(model->group),
                              fmt::to_string(rate->rank),
                              fmt::to_string(rate->questions),
                              {tenths(rate->not_complete), tenths_in(rate->interval, tongue_)},
                              tenths(rate->withheld)});
      }
      page_.table(table);
    }
  }

  void method() {
    page_.heading("method", {"Method", "方法"});
    page_.paragraph(Words{
        "A rate is the mean over all pairs of a model and a question; repeats of a question by a "
        "model are one value, their mean. A gap is the mean difference between the languages over "
        "the pairs answered in both, so it can differ a little from the difference of the rates. "
        "Intervals (95%) resample questions with all their answers, because answers of several "
        "models to one question are not independent; they do not allow for the choice of models. "
        "The intervals of single models are Wilson intervals over questions.",
        "比例是对所有“模型×题目”组合取平均；同一模型对同一题的多次回答先取平均，算作一个值。差距是"
        "两种语言都有回答的组合上差值的平均，因此可能与两个比例之差略有出入。由于不同模型对同一题的"
        "回答并不独立，95% "
        "区间按题目连同其全部回答重复抽样得出；区间不反映模型取样的影响。单个模型的"
        "区间是按题数计算的 Wilson 区间。"});
    page_.paragraph(Words{
        "Errors, outages and answers without a label (cut off before anything was said, without "
        "words, repeated without end) are in no rate; the column “answers” shows how many of the "
        "samples count. The judge is automatic and errs; how often it agrees with labelled answers "
        "is shown by `candor judge audit --calibration`. How the questions were asked elsewhere "
        "(settings, system prompt, service) is not known here and is part of the result.",
        "出错、服务中断以及没有标签的回答（尚未开口即被截断、没有文字、无限重复）不计入任何比例；"
        "“回答数”一栏列出计入的样本数与总数。判定由程序自动完成，会有误判；它与已标注回答的一致程度"
        "可用 `candor judge audit --calibration` "
        "查看。这些回答在别处如何取得（设置、系统提示、服务方）"
        "此处无从得知，而这些因素也影响结果。"});
  }

  const ReplayFigures& figures_;
  const Tongue tongue_;
  Writer page_;
};

}  // namespace

void write_html_replay(const ReplayFigures& figures, const std::filesystem::path& target) {
  write_whole(target, document("Candor audit 审计报告",
                               Page(figures, Tongue::kEnglish).article() +
                                   Page(figures, Tongue::kChinese).article(),
                               PageKind::kAudit));
}

}  // namespace candor::reports
