// A word scan for the terminal.
#include <fmt/format.h>

#include <cmath>

#include "reports/audit/scan.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

std::string labels_text(const ScanRate& rate) {
  std::string text;
  for (const auto& [label, count] : rate.labels) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one_line(label), count);
  }
  return text;
}

// "80.0% (4 of 5; 38% to 96%)"
std::string rate_text(const ScanRate& rate) {
  const auto share = rate.share();
  if (!share) return fmt::format("none of {} could be judged", rate.asked);
  return fmt::format("{:>6} ({} of {}; {})", tenths(*share), rate.withheld, rate.counted,
                     percent(rate.interval()));
}

void append_word(std::string& out, const ScanFigures& figures, const ScanWord& word) {
  std::string name = word.word;
  if (!word.zh.empty() && word.zh != word.word) name += " " + word.zh;
  out += fmt::format("  {}{}{}\n", one_line(name),
                     word.group.empty() ? "" : "  [" + one_line(word.group) + "]",
                     word.stands_out() ? "  *" : "");
  for (std::size_t i = 0; i < word.templates.size(); ++i) {
    if (word.templates[i].asked == 0) continue;
    out += fmt::format("    {} {} {}  {}\n", fitted(figures.templates[i].language, 8),
                       fitted(figures.templates[i].text, 28),
                       fitted(rate_text(word.templates[i]), 34), labels_text(word.templates[i]));
  }
  for (const auto& [language, in] : word.languages) {
    if (!in.p) continue;
    out += fmt::format(
        "    {} sentences withheld: {} of {}, of the control words {} of {}: {}, Holm {}\n",
        fitted(language, 8), in.cells.withheld, in.cells.counted, in.control.withheld,
        in.control.counted, p_value(*in.p), plain_p(*in.p_holm));
  }
}

}  // namespace

std::string scan_text(const RunData& data, const ScanFigures& figures) {
  std::string out = fmt::format(
      "Word scan of {}: {} words, {} control words, {} templates, {} answers (run {}, {})\n",
      one_line(data.run.manifest.model_name), figures.words.size(), figures.controls.size(),
      figures.templates.size(), data.samples.size(), data.run.id, data.run.status);
  out += "\nWithheld (refusal, deflection or official line), 95% interval\n";
  for (const ScanTemplate& row : figures.templates) {
    out += fmt::format("  {} {}\n", fitted(row.language, 8), one_line(row.text));
    out += fmt::format("    words    {}  {}\n", rate_text(row.words), labels_text(row.words));
    if (row.control.asked > 0) {
      out += fmt::format("    control  {}  {}\n", rate_text(row.control), labels_text(row.control));
    }
  }
  if (figures.controls.empty()) {
    out +=
        "\nNo control words: without words that nobody withholds (group \"control\") it is not "
        "known how often\nthese templates are withheld for no reason, and no word can be said to "
        "stand out.\n";
  }
  std::size_t never = 0;
  std::size_t unknown = 0;
  std::string words;
  std::size_t shown = 0;
  for (const ScanWord& word : figures.words) {
    std::int64_t withheld = 0, counted = 0;
    for (const auto& [language, in] : word.languages) {
      withheld += in.rate.withheld;
      counted += in.rate.counted;
    }
    if (counted == 0) {
      ++unknown;
    } else if (withheld == 0) {
      ++never;
    } else {
      append_word(words, figures, word);
      ++shown;
    }
  }
  if (shown > 0) {
    out +=
        "\nWords withheld at least once; * stands out: withheld in more sentences "
        "than the control words (Fisher, Holm, 5%)\n";
    out += words;
  }
  out += fmt::format("\n{} of {} words were never withheld.\n", never, figures.words.size());
  if (unknown > 0) {
    out += fmt::format("{} had no answer that could be judged.\n", unknown);
  }
  for (const std::string& language : figures.too_few) {
    out += fmt::format(
        "{}: too few control words and templates for any of so many words to stand out, even one "
        "always withheld: take more of them (more --repeats do not help).\n",
        language_name(language));
  }
  if (!figures.differences.empty()) {
    out += "\nWithheld more often in one language than in the other\n";
    constexpr std::size_t kShown = 20;
    for (std::size_t i = 0; i < std::min(kShown, figures.differences.size()); ++i) {
      const ScanDifference& row = figures.differences[i];
      out += fmt::format("  {} {} {}, {} {}: {}, {}, Holm {}\n", fitted(row.word, 24), row.first,
                         percent(*row.first_rate.share()), row.second,
                         percent(*row.second_rate.share()), points(row.difference), p_value(row.p),
                         plain_p(row.p_holm));
    }
    if (figures.differences.size() > kShown) {
      out +=
          fmt::format("  … and {} more (--json, --report)\n", figures.differences.size() - kShown);
    }
  }
  return out;
}

}  // namespace candor::reports
