#include "scoring/rules/rules.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "data/base/error.h"
#include "scoring/rules/readers.h"

namespace candor::scoring {

namespace {

using Form = std::string (*)(std::string_view text);

struct Entry {
  Rule rule;
  rules::Read read;
  Form form;
};

const std::vector<Entry>& entries() {
  static const auto* list = [] {
    using std::nullopt;
    constexpr char kInvalid[] = "[invalid]";  // what lm-eval's filter puts where nothing matched
    auto* made = new std::vector<Entry>{
        {{"agieval-fewshot-en", "AGIEval, post_process.py, few-shot, English questions",
          "the first A-G after \"answer is \" in the last line", nullopt},
         rules::agieval_few_shot_en,
         rules::letter_form},
        {{"agieval-fewshot-zh", "AGIEval, post_process.py, few-shot, Chinese questions",
          "the first A-G after 答案是 in the last line", nullopt},
         rules::agieval_few_shot_zh,
         rules::letter_form},
        {{"agieval-multi", "AGIEval, post_process.py, questions with several right options",
          "every capital A-F, in order", nullopt, true},
         rules::agieval_several,
         rules::letter_form},
        {{"agieval-zeroshot-first-capital", "AGIEval, post_process.py, zero-shot",
          "the first capital A-F", ""},
         rules::agieval_zero_shot,
         rules::letter_form},
        {{"gsm8k-cot-strict", "lm-eval 0.4, gsm8k-cot.yaml, strict-match",
          "\"The answer is N\" and one more character", kInvalid},
         rules::gsm8k_cot_strict,
         rules::lm_eval_gsm8k_form},
        {{"gsm8k-flexible", "lm-eval 0.4, gsm8k.yaml, flexible-extract",
          "the last run of digits, $, comma and point", kInvalid},
         rules::gsm8k_flexible,
         rules::lm_eval_gsm8k_form},
        {{"gsm8k-openai-2021", "openai/grade-school-math, example_model_solutions.jsonl",
          "what follows the last \"A: \", without commas", kInvalid},
         rules::gsm8k_openai,
         rules::openai_gsm8k_form},
        {{"gsm8k-strict", "lm-eval 0.4, gsm8k.yaml, strict-match", "the first \"#### N\"",
          kInvalid},
         rules::gsm8k_strict,
         rules::lm_eval_gsm8k_form},
        {{"mgsm-en", "openai/simple-evals, mgsm_eval.py",
          "the last unsigned number after the last \"Answer\"", ""},
         rules::mgsm_en,
         rules::mgsm_form},
        {{"mgsm-lm-eval-en", "lm-eval 0.4, mgsm native_cot, get-answer",
          "the first \"The answer is N\"", kInvalid},
         rules::mgsm_lm_eval_en,
         rules::lm_eval_mgsm_form},
        {{"mgsm-lm-eval-flexible", "lm-eval 0.4, mgsm, flexible-extract",
          "the last run of digits, $, comma and point", kInvalid},
         rules::gsm8k_flexible,
         rules::lm_eval_mgsm_form},
        {{"mgsm-lm-eval-zh", "lm-eval 0.4, mgsm native_cot zh, get-answer", "the first 答案是 N。",
          kInvalid},
         rules::mgsm_lm_eval_zh,
         rules::lm_eval_mgsm_form},
        {{"mgsm-zh", "openai/simple-evals, mgsm_eval.py",
          "the last unsigned number after the last 答案", ""},
         rules::mgsm_zh,
         rules::mgsm_form},
        {{"mmlu-pro-l1", "TIGER-AI-Lab/MMLU-Pro, compute_accuracy.py, level 1",
          "the first \"answer is (X)\"; no random guess where it is missing", nullopt},
         rules::mmlu_pro_level1,
         rules::letter_form},
        {{"mmlu-pro-l2", "TIGER-AI-Lab/MMLU-Pro, compute_accuracy.py, level 2",
          "level 1, else \"Answer: X\", else the last lone A-J; no random guess", nullopt},
         rules::mmlu_pro_level2,
         rules::letter_form},
        {{"opencompass-first-capital", "OpenCompass, text_postprocessors.py, first-capital",
          "the first capital letter of any alphabet", ""},
         rules::first_capital,
         rules::letter_form},
        {{"opencompass-last-option", "OpenCompass, text_postprocessors.py, last-option",
          "the last option letter", ""},
         rules::last_option,
         rules::letter_form},
        {{"simple-evals-mc", "openai/simple-evals, common.py, multiple choice in English",
          "the first \"Answer: X\", X of A-D, any case", nullopt},
         rules::simple_evals_choice,
         rules::letter_form},
        {{"simple-evals-multilingual",
          "openai/simple-evals, common.py, multiple choice in several languages",
          "the first letter after a word for \"answer\" (here: English and Chinese)", nullopt},
         rules::simple_evals_multilingual,
         rules::letter_form},
        {{"zeroeval", "WildEval/ZeroEval, math_eval.py",
          "\"answer\" of the first JSON object; its first number is compared", nullopt},
         rules::zeroeval,
         rules::zeroeval_form},
    };
    for (Entry& entry : *made) entry.rule.choices = entry.form == rules::letter_form;
    return made;
  }();
  return *list;
}

const Entry& entry_of(const Rule& rule) {
  for (const Entry& entry : entries()) {
    if (entry.rule.name == rule.name) return entry;
  }
  fail_usage("there is no rule \"{}\"", rule.name);
}

// Other names people use.
constexpr std::pair<const char*, const char*> kAliases[] = {
    {"gsm8k", "gsm8k-strict"},
    {"gsm8k-strict-match", "gsm8k-strict"},
    {"gsm8k-flexible-extract", "gsm8k-flexible"},
    {"gsm8k-cot", "gsm8k-cot-strict"},
    {"strict-match-gsm8k", "gsm8k-strict"},
    {"strict-match-gsm8k-cot", "gsm8k-cot-strict"},
    {"flexible-extract", "gsm8k-flexible"},
    {"openai-gsm8k-2021", "gsm8k-openai-2021"},
    {"mgsm-lm-eval", "mgsm-lm-eval-flexible"},
    {"mmlu-pro", "mmlu-pro-l1"},
    {"zeroeval-gsm", "zeroeval"},
    {"zeroeval-math", "zeroeval"},
    {"zeroeval-math-l5", "zeroeval"},
};

}  // namespace

const std::vector<Rule>& published_rules() {
  static const auto* list = [] {
    auto* made = new std::vector<Rule>;
    for (const Entry& entry : entries()) made->push_back(entry.rule);
    return made;
  }();
  return *list;
}

const Rule& published_rule(std::string_view name, std::string_view language) {
  std::string plain;
  for (const char c : name) {
    plain += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (plain == "mgsm") plain = language.starts_with("zh") ? "mgsm-zh" : "mgsm-en";
  for (const auto& [alias, meant] : kAliases) {
    if (plain == alias) plain = meant;
  }
  std::vector<std::string> names;
  for (const Rule& rule : published_rules()) {
    if (rule.name == plain) return rule;
    names.push_back(rule.name);
  }
  fail_usage("there is no rule \"{}\": there are mgsm, {}", name, fmt::join(names, ", "));
}

RuleReading read_by_rule(const Rule& rule, std::string_view text, std::string_view options) {
  const Entry& entry = entry_of(rule);
  const std::optional<std::string> found = entry.read(text, options);
  if (!found) return {};
  return {true, *found, entry.form(*found)};
}

bool right_by_rule(const Rule& rule, const RuleReading& reading, std::string_view gold) {
  if (!reading.found) return false;
  const std::string wanted = entry_of(rule).form(gold);
  return !wanted.empty() && reading.normalised == wanted;
}

}  // namespace candor::scoring
