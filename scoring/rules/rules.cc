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
  Form gold_form = nullptr;  // of the gold answer, where it is another
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
        {{"bbh-fewshot", "lm-eval 0.4, bbh/cot_fewshot, get-answer",
          "what follows the first \"the answer is \" in its line, without its last character",
          kInvalid},
         rules::bbh_few_shot,
         rules::as_written},
        {{"bbh-zeroshot", "lm-eval 0.4, bbh/cot_zeroshot, strict-match",
          "the same, also after \"The answer: \" and \"The final answer: \"", kInvalid},
         rules::bbh_zero_shot,
         rules::as_written},
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
        {{"gsm8k-opencompass", "OpenCompass, datasets/gsm8k.py",
          "the last number before \"Question:\"; commas end it", "NULL"},
         rules::opencompass_gsm8k,
         rules::opencompass_gsm8k_form},
        {{"gsm8k-strict", "lm-eval 0.4, gsm8k.yaml, strict-match", "the first \"#### N\"",
          kInvalid},
         rules::gsm8k_strict,
         rules::lm_eval_gsm8k_form},
        {{"math-hendrycks", "lm-eval 0.4, hendrycks_math/utils.py",
          "what stands between the first and the last dollar sign, else all; as normalised text",
          nullopt},
         rules::hendrycks_math,
         rules::hendrycks_form,
         rules::hendrycks_gold_form},
        {{"math-lm-eval-aime", "lm-eval 0.4, aime/utils.py",
          "the last box, else between the dollar signs, else all; as normalised text", nullopt},
         rules::lm_eval_aime,
         rules::hendrycks_form,
         rules::hendrycks_gold_form},
        {{"math-minerva", "lm-eval 0.4, minerva_math/utils.py",
          "\"Final Answer: The final answer is … I hope it is correct.\"; as normalised text, "
          "where "
          "the harness also asks SymPy",
          "[invalidanswer]"},
         rules::minerva_math,
         rules::minerva_form,
         rules::minerva_gold_form},
        {{"math-simple-evals", "openai/simple-evals, math_eval.py",
          "the line after the first \"Answer:\"; as text, where the harness asks a model", nullopt},
         rules::simple_evals_math,
         rules::letter_form},
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
        {{"mmlu-flan-cot", "lm-eval 0.4, mmlu/flan_cot_zeroshot, strict-match",
          "what follows \"answer is \" and the like in its line, without its last character",
          kInvalid},
         rules::mmlu_flan_cot,
         rules::without_case_and_marks},
        {{"mmlu-generative", "lm-eval 0.4, mmlu/generative, get_response", "the first line",
          nullopt},
         rules::mmlu_generative,
         rules::without_case_and_marks},
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
        {{"opencompass-first-option", "OpenCompass, text_postprocessors.py, first_option",
          "the first of 52 patterns that fits; at last the first option letter", ""},
         rules::opencompass_first_option,
         rules::letter_form},
        {{"opencompass-last-capital", "OpenCompass, text_postprocessors.py, last-capital",
          "the last capital letter of any alphabet", ""},
         rules::opencompass_last_capital,
         rules::letter_form},
        {{"opencompass-last-option", "OpenCompass, text_postprocessors.py, last-option",
          "the last option letter", ""},
         rules::last_option,
         rules::letter_form},
        {{"opencompass-nonreasoning",
          "OpenCompass, text_postprocessors.py, extract-non-reasoning-content",
          "all but the reasoning; other rules read it", nullopt},
         rules::opencompass_non_reasoning,
         rules::letter_form},
        {{"opencompass-nonreasoning-first-option",
          "OpenCompass, the models' extract-non-reasoning-content, then first_option",
          "first-option on all but the reasoning", ""},
         rules::opencompass_non_reasoning_option,
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
    for (Entry& entry : *made) {
      entry.rule.choices =
          (entry.form == rules::letter_form && !entry.rule.name.starts_with("math")) ||
          entry.rule.name.starts_with("mmlu");
    }
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
    {"aime", "math-lm-eval-aime"},
    {"bbh", "bbh-fewshot"},
    {"gsm8k", "gsm8k-strict"},
    {"gsm8k-strict-match", "gsm8k-strict"},
    {"gsm8k-flexible-extract", "gsm8k-flexible"},
    {"gsm8k-cot", "gsm8k-cot-strict"},
    {"strict-match-gsm8k", "gsm8k-strict"},
    {"strict-match-gsm8k-cot", "gsm8k-cot-strict"},
    {"flexible-extract", "gsm8k-flexible"},
    {"openai-gsm8k-2021", "gsm8k-openai-2021"},
    {"hendrycks-math", "math-hendrycks"},
    {"mgsm-lm-eval", "mgsm-lm-eval-flexible"},
    {"minerva-math", "math-minerva"},
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
  const Entry& entry = entry_of(rule);
  const std::string wanted = entry.gold_form != nullptr ? entry.gold_form(gold) : entry.form(gold);
  return !wanted.empty() && reading.normalised == wanted;
}

}  // namespace candor::scoring
