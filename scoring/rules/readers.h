// The readers behind the names in rules.h. None: the rule finds nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace candor::scoring::rules {

using Read = std::optional<std::string> (*)(std::string_view text, std::string_view options);

// Numbers (numbers.cc).
std::optional<std::string> gsm8k_strict(std::string_view text, std::string_view);
std::optional<std::string> gsm8k_cot_strict(std::string_view text, std::string_view);
std::optional<std::string> gsm8k_flexible(std::string_view text, std::string_view);
std::optional<std::string> gsm8k_openai(std::string_view text, std::string_view);
std::optional<std::string> mgsm_en(std::string_view text, std::string_view);
std::optional<std::string> mgsm_zh(std::string_view text, std::string_view);
std::optional<std::string> mgsm_lm_eval_en(std::string_view text, std::string_view);
std::optional<std::string> mgsm_lm_eval_zh(std::string_view text, std::string_view);
std::optional<std::string> zeroeval(std::string_view text, std::string_view);

// What each compares (numbers.cc).
std::string lm_eval_gsm8k_form(std::string_view text);
std::string lm_eval_mgsm_form(std::string_view text);
std::string openai_gsm8k_form(std::string_view text);
std::string mgsm_form(std::string_view text);
std::string zeroeval_form(std::string_view text);

// Option letters (letters.cc).
std::optional<std::string> simple_evals_choice(std::string_view text, std::string_view);
std::optional<std::string> simple_evals_multilingual(std::string_view text, std::string_view);
std::optional<std::string> mmlu_pro_level1(std::string_view text, std::string_view);
std::optional<std::string> mmlu_pro_level2(std::string_view text, std::string_view);
std::optional<std::string> first_capital(std::string_view text, std::string_view);
std::optional<std::string> last_option(std::string_view text, std::string_view options);
std::optional<std::string> agieval_zero_shot(std::string_view text, std::string_view);
std::optional<std::string> agieval_few_shot_en(std::string_view text, std::string_view);
std::optional<std::string> agieval_few_shot_zh(std::string_view text, std::string_view);
std::optional<std::string> agieval_several(std::string_view text, std::string_view);
std::string letter_form(std::string_view text);

}  // namespace candor::scoring::rules
