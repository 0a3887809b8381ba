// What can be wrong with a question, whatever file it came from.
#include <algorithm>

#include "data/base/error.h"
#include "data/records/code_reference.h"
#include "data/records/knowledge_reference.h"
#include "suites/files/description.h"

namespace candor::suites {

namespace json = boost::json;

std::vector<std::string> question_problems(const data::Question& q) {
  std::vector<std::string> problems;
  const auto note = [&](std::string text) { problems.push_back(std::move(text)); };
  if (q.id.empty()) note("field \"id\" is empty");
  if (q.language.empty()) note("field \"language\" is empty");
  if (q.level < 0 || q.level > kMaxLevel) {
    note(fmt::format("field \"level\": expected a whole number from 0 to {}", kMaxLevel));
  }
  if (q.role != "item" && q.role != "probe" && q.role != "twin" && q.role != "opening") {
    note("field \"role\": expected item, probe, twin or opening");
  }
  for (const data::Message& message : q.messages) {
    if (message.role != "system" && message.role != "user" && message.role != "assistant") {
      note(fmt::format("field \"role\" of a message: \"{}\" is not system, user or assistant",
                       printable(message.role)));
    }
    if (message.content.empty()) note("field \"content\" of a message is empty");
  }
  if (!q.messages.empty() && q.messages.back().role != "user") {
    note("field \"messages\": the last message must be the user's");
  }
  if (std::find(judge_names().begin(), judge_names().end(), q.judge) == judge_names().end()) {
    note(fmt::format("field \"judge\": \"{}\" is not a judge{}", printable(q.judge),
                     nearest_hint(q.judge, judge_names())));
    return problems;
  }
  std::vector<std::string> needed;
  if (q.judge == "maths") needed = {"answer"};
  if (q.judge == "choice") needed = {"options", "answer"};
  if (q.judge == "exact") needed = {"answer"};
  if (q.judge == "likelihood") needed = {"options", "answer"};
  for (const std::string& key : needed) {
    const json::value* value = q.reference.if_contains(key);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) {
      note(fmt::format("field \"reference\": the judge \"{}\" needs \"{}\" as a text", q.judge,
                       key));
    }
  }
  if (q.judge == "knowledge" && problems.empty()) {
    try {
      const std::string where = "field \"reference\"";
      (void)data::read_knowledge_reference(data::JsonFields(q.reference, where), where);
    } catch (const Error& error) {
      note(printable(error.what()));
    }
  }
  if (q.judge == "code" && problems.empty()) {
    try {
      const std::string where = "field \"reference\"";
      const data::CodeReference code =
          data::read_code_reference(data::JsonFields(q.reference, where), where);
      if (code.language != "python" && code.language != "cpp") {
        note(fmt::format("field \"reference\": \"{}\" is not a language that is run (python, cpp)",
                         printable(code.language)));
      }
    } catch (const Error& error) {
      note(printable(error.what()));
    }
  }
  if ((q.judge == "choice" || q.judge == "likelihood") && problems.empty()) {
    const std::string options(q.reference.at("options").get_string());
    const std::string answer(q.reference.at("answer").get_string());
    std::size_t next = 0;
    for (const char letter : answer) {
      const std::size_t at = options.find(letter, next);
      if (at == std::string::npos) {
        note(
            fmt::format("field \"reference\": the answer \"{}\" is not among the options \"{}\", "
                        "in their order",
                        printable(answer), printable(options)));
        break;
      }
      next = at + 1;
    }
  }
  if (q.judge == "logic") {
    const json::value* cells = q.reference.if_contains("cells");
    if (cells == nullptr || !cells->is_object() || cells->get_object().empty()) {
      note("field \"reference\": the judge \"logic\" needs \"cells\" with names and values");
    }
  }
  return problems;
}

}  // namespace candor::suites
