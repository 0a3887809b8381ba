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

// Of OpenCompass (opencompass.cc).
std::optional<std::string> opencompass_first_option(std::string_view text,
                                                    std::string_view options);
std::optional<std::string> opencompass_non_reasoning(std::string_view text, std::string_view);
std::optional<std::string> opencompass_non_reasoning_option(std::string_view text,
                                                            std::string_view options);
std::optional<std::string> opencompass_last_capital(std::string_view text, std::string_view);
std::optional<std::string> opencompass_gsm8k(std::string_view text, std::string_view);
std::string opencompass_gsm8k_form(std::string_view text);

// LaTeX (mathematics.cc). The gold forms take the content of a worked solution's last box.
std::optional<std::string> hendrycks_math(std::string_view text, std::string_view);
std::optional<std::string> lm_eval_aime(std::string_view text, std::string_view);
std::optional<std::string> minerva_math(std::string_view text, std::string_view);
std::optional<std::string> simple_evals_math(std::string_view text, std::string_view);
std::string hendrycks_form(std::string_view text);
std::string hendrycks_gold_form(std::string_view text);
std::string minerva_form(std::string_view text);
std::string minerva_gold_form(std::string_view text);

// What follows a phrase (phrases.cc).
std::optional<std::string> bbh_few_shot(std::string_view text, std::string_view);
std::optional<std::string> bbh_zero_shot(std::string_view text, std::string_view);
std::optional<std::string> mmlu_flan_cot(std::string_view text, std::string_view);
std::optional<std::string> mmlu_generative(std::string_view text, std::string_view);
std::string as_written(std::string_view text);
std::string without_case_and_marks(std::string_view text);

}  // namespace candor::scoring::rules
