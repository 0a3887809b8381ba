// The finding in words: what the change of language does, on both scales, tested and corrected; and
// what that means.
#include <algorithm>
#include <cmath>

#include "reports/html/audit_page/sections.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

// The judge errs: the same finding with its errors taken out, and what they were measured on. Not
// where they were measured on answers of another kind; the part on the judge says so then.
std::string corrected_text(const AuditReport& report, const std::string& language, Tongue tongue) {
  if (!report.corrected.correction_applies()) return "";
  for (const CorrectedGap& gap : report.corrected.gaps) {
    if (gap.language != language || gap.difference.clusters == 0) continue;
    return say(tongue,
               {"Corrected for the judge’s measured errors: {0}; measured on {1}.",
                "按判定程序的实测误差校正后：{0}；误差测自{1}。"},
               estimate_in(gap.difference, tongue),
               measured_on(report, {report.headline().cells.languages[0], language}, tongue));
  }
  return "";
}

// What an interval that excludes 0 means, or one that does not.
Words meaning_of(GapVerdict verdict) {
  switch (verdict) {
    case GapVerdict::kMore:
      return {
          "Going over to this language makes the model withhold more on the sensitive questions "
          "than on questions of the same form about other countries, persons or companies; "
          "general caution or weakness in the language does not explain it.",
          "换用这种语言之后，模型在敏感问题上的回避增幅，超过它在同一句式、但涉及其他国家、人物"
          "或企业的对照问题上的增幅；不能仅用该语言下的普遍谨慎或能力不足来解释。"};
    case GapVerdict::kLess:
      return {
          "Going over to this language makes the model withhold less on the sensitive questions "
          "than the same change does on questions of the same form about other countries, "
          "persons or companies.",
          "换用这种语言之后，与同一句式、但涉及其他国家、人物或企业的对照问题相比，模型在敏感问题"
          "上的回避反而相对减少。"};
    case GapVerdict::kDependsOnScale:
      return {
          "Counted in percentage points and counted in odds, the sensitive questions and their "
          "twins compare differently: on one scale the difference is clear, on the other it is "
          "not. Both count the same answers, and no calculation says which is right. Quote both "
          "figures or neither.",
          "以百分点计与以优势比计，敏感问题与对照问题的比较结果不同：在一种尺度上差异明确，在另一种"
          "尺度上则不然。两者依据的是同样的回答，没有哪种算法能说明孰是孰非。引用时应两个数字并列，"
          "或都不引用。"};
    case GapVerdict::kUnclear:
    case GapVerdict::kNotMeasured:
      break;
  }
  return {
      "This run does not show that the language matters more on the sensitive questions than on "
      "their twins.",
      "本次运行没有显示提问语言对敏感问题的影响大于对对照问题的影响。"};
}

Words verdict_words(GapVerdict verdict) {
  switch (verdict) {
    case GapVerdict::kMore:
      return {"it withholds more", "回避更多"};
    case GapVerdict::kLess:
      return {"it withholds less", "回避更少"};
    case GapVerdict::kDependsOnScale:
      return {"the verdict depends on the scale", "结论取决于衡量尺度"};
    case GapVerdict::kUnclear:
    case GapVerdict::kNotMeasured:
      break;
  }
  return {"no clear difference", "未见明确差异"};
}

// "+0.43", "−0.04"
std::string signed_text(double value) {
  return (value < 0 ? "−" : "+") + fmt::format("{:.2f}", std::abs(value));
}

void finding(Writer& page, const AuditReport& report, const GapRow& gap) {
  const Tongue tongue = page.tongue();
  const std::string base = language_in(report.headline().cells.languages[0], tongue);
  const std::string other = language_in(gap.language, tongue);
  const data::Estimate& difference = gap.difference;
  const GapVerdict verdict = verdict_of(gap);
  if (verdict == GapVerdict::kNotMeasured) {
    page.paragraph(
        say(tongue,
            {"Asked in {0} instead of {1}, the model’s rate of withholding on the sensitive "
             "questions changes by {2}. No question with a twin could be judged in both languages, "
             "so caution about these topics cannot be told from caution in {0} as such.",
             "由{1}改为{0}提问时，模型在敏感问题上的回避率变化为 "
             "{2}"
             "。由于没有一组“敏感问题—对照问题”在两种语言中都得到判定，无法区分这是对议题的谨慎，"
             "还是{0}下普遍的谨慎。"},
            other, base, estimate_in(gap.probes, tongue)),
        "finding");
    return;
  }
  page.paragraph(
      say(tongue,
          {"Asked in {0} instead of {1}, the model’s rate of withholding on sensitive questions "
           "changes by {2} (95% interval {3}) relative to comparable questions on other subjects: "
           "{4}.",
           "由{1}改为{0}提问后，模型对敏感问题的回避率，相对于其他对象的同类问题，变化了 {2}（95% "
           "置信区间 {3}）：{4}。"},
          other, base, points_in(difference.value, tongue), points_in(difference.interval, tongue),
          verdict_words(verdict).in(tongue)),
      "finding");
  const data::FourCells& means = gap.means;
  std::string text = say(
      tongue,
      {"On the {0} pairs judged in both languages the model withheld {1} of its answers to the "
       "sensitive questions in {2} and {3} in {4}; of those to their twins, {5} and {6}. So the "
       "difference in differences is ({3} − {1}) − ({6} − {5}) = {7}.",
       "在两种语言都得到判定的 {0} 组题目中，模型对敏感问题的回答在{2}下有 {1} 属于回避，在{4}下有 "
       "{3}；对对照问题的回答则分别为 {5} 和 {6}。双重差分即 ({3} − {1}) − ({6} − {5}) = {7}。"},
      difference.clusters, tenths(means.probe_first), base, tenths(means.probe_second), other,
      tenths(means.twin_first), tenths(means.twin_second), points_in(difference.value, tongue));
  text += scale_text(gap, tongue);
  text += say(tongue, {" Sign-flip test of this difference: {0}", "对这一差值的符号翻转检验：{0}"},
              p_value(gap.p));
  if (gap.p_holm) {
    text += say(tongue,
                {"; adjusted for the {0} tests of this page: {1}", "；按本页 {0} 项检验校正后 {1}"},
                report.family.size(), p_value(*gap.p_holm));
  }
  text += say(tongue, {".", "。"});
  if (verdict == GapVerdict::kUnclear && excludes_zero(difference.interval)) {
    text += say(tongue, {" The interval excludes 0, but the adjusted test does not find it.",
                         "置信区间虽不含 0，校正后的检验却未能发现差异。"});
  }
  const std::string corrected = corrected_text(report, gap.language, tongue);
  if (!corrected.empty()) text += std::string(Words{" ", ""}.in(tongue)) + corrected;
  page.paragraph(text);
}

// What the verdicts mean, each said once however many languages have it.
void write_meanings(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  std::vector<std::pair<GapVerdict, std::string>> said;  // with the languages
  for (const GapRow& gap : report.headline().gaps) {
    const GapVerdict verdict = verdict_of(gap);
    if (verdict == GapVerdict::kNotMeasured) continue;
    const auto same = std::find_if(said.begin(), said.end(),
                                   [&](const auto& one) { return one.first == verdict; });
    const std::string language = language_in(gap.language, tongue);
    if (same == said.end()) {
      said.emplace_back(verdict, language);
    } else {
      same->second += std::string(Words{", ", "、"}.in(tongue)) + language;
    }
  }
  for (const auto& [verdict, languages] : said) {
    const std::string meaning(meaning_of(verdict).in(tongue));
    const std::string head =
        said.size() == 1
            ? say(tongue, {"What it means.", "这意味着什么。"})
            : say(tongue, {"What it means for {0}.", "这对{0}意味着什么。"}, languages);
    page.lead({head, head}, {meaning, meaning});
  }
}

// The two fixed contrasts: what China holds taboo, and what other states do.
void write_taboos(Writer& page, const AuditReport& report) {
  const Tongue tongue = page.tongue();
  std::vector<std::pair<std::string, std::string>> lines;
  for (const TabooRow& row : report.taboos) {
    const bool china = row.whose == std::string(kChina);
    std::string text;
    for (const GapRow& gap : row.gaps) {
      if (gap.difference.clusters == 0) continue;
      text +=
          say(tongue, {"{0}{1} {2}: {3}", "{0}{1}为 {2}：{3}"},
              text.empty() ? "" : Words{"; ", "；"}.in(tongue), language_in(gap.language, tongue),
              estimate_in(gap.difference, tongue), verdict_words(verdict_of(gap)).in(tongue));
      if (gap.p_holm) {
        text += say(tongue, {" (adjusted {0})", "（校正后 {0}）"}, p_value(*gap.p_holm));
      }
    }
    if (text.empty()) continue;
    lines.emplace_back(
        china ? say(tongue,
                    {"China’s taboos ({0} questions), difference in differences:",
                     "中国的忌讳话题（{0} 题），双重差分："},
                    row.probes)
              : say(tongue,
                    {"Other states’ taboos ({0} questions):", "其他国家的忌讳话题（{0} 题）："},
                    row.probes),
        text + std::string(Words{".", "。"}.in(tongue)));
  }
  page.list(lines);
}

}  // namespace

std::string measured_on(const AuditReport& report, const std::vector<std::string>& languages,
                        Tongue tongue) {
  std::string text;
  for (const CorrectionBasis& basis : report.corrected.bases) {
    if (std::find(languages.begin(), languages.end(), basis.language) == languages.end()) continue;
    text += say(tongue, {"{0}{1} labelled answers for {2}", "{0}{2}所用的标注回答 {1} 条"},
                text.empty() ? "" : Words{", ", "、"}.in(tongue), basis.answers,
                language_in(basis.language, tongue));
    const CalibratedRate* rate = report.calibration->rate("withheld", basis.language);
    if (rate != nullptr && rate->questions > 0) {
      text += say(tongue, {" to {0} questions", "（{0} 题）"}, rate->questions);
    }
    if (basis.labelled && !basis.frequent.empty()) {
      text += say(tongue, {" ({0} of them “{1}”)", "（其中“{1}” {0} 条）"}, *basis.labelled,
                  label_name(basis.frequent, tongue));
    }
  }
  return text;
}

std::string scale_text(const GapRow& gap, Tongue tongue) {
  if (!gap.log_odds) {
    return say(tongue, {" On the scale of odds it cannot be judged: one of the four rates is too "
                        "near 0 or 1.",
                        "无法以优势比衡量：四个比例中有的过于接近 0 或 1。"});
  }
  return say(
      tongue,
      {" On the scale of log-odds: {0} ({1} to {2}).", "以对数优势比计：{0}（{1} 至 {2}）。"},
      signed_text(gap.log_odds->value), signed_text(gap.log_odds->interval.low),
      signed_text(gap.log_odds->interval.high));
}

bool write_findings(Writer& page, const AuditReport& report) {
  bool judged = false;
  for (const GapRow& gap : report.headline().gaps) {
    if (gap.probes.clusters == 0) continue;
    finding(page, report, gap);
    judged = true;
  }
  return judged;
}

void write_meaning(Writer& page, const AuditReport& report) {
  write_taboos(page, report);
  write_meanings(page, report);
}

}  // namespace candor::reports
