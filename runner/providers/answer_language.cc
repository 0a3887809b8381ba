#include "runner/providers/answer_language.h"

#include <algorithm>
#include <array>

#include "data/base/error.h"

namespace candor::runner {

namespace {

struct Request {
  const char* asked;   // language of the question
  const char* answer;  // that of the answer
  const char* text;
};

constexpr std::array<Request, 9> kRequests = {{
    {"en", "en", " Please answer in English."},
    {"en", "zh", " Please answer in Simplified Chinese."},
    {"en", "zh-Hant", " Please answer in Traditional Chinese."},
    {"zh", "en", "请用英语回答。"},
    {"zh", "zh", "请用简体中文回答。"},
    {"zh", "zh-Hant", "请用繁体中文回答。"},
    {"zh-Hant", "en", "請用英語回答。"},
    {"zh-Hant", "zh", "請用簡體中文回答。"},
    {"zh-Hant", "zh-Hant", "請用繁體中文回答。"},
}};

}  // namespace

void add_answer_language(const std::string& question_language, const data::Condition& condition,
                         std::vector<data::Message>& messages) {
  if (condition.answer_language.empty()) return;
  const auto* const found =
      std::find_if(kRequests.begin(), kRequests.end(), [&](const Request& request) {
        return request.asked == question_language && request.answer == condition.answer_language;
      });
  if (found == kRequests.end() || messages.empty()) {
    fail("no words to ask for an answer in {} behind a question in {}: use en, zh or zh-Hant",
         condition.answer_language, question_language);
  }
  messages.back().content += found->text;
}

}  // namespace candor::runner
