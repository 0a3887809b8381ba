// `candor judge …`: one judge by itself, for people who want to check it or to use it elsewhere.
#include "data/base/error.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/pipeline/judges.h"
#include "scoring/audit/audit.h"
#include "scoring/choice/choice.h"
#include "scoring/maths/maths.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

// The id is echoed as it came: text, number, or nothing.
json::value id_of(const data::JsonFields& fields) {
  const json::value* id = fields.find("id");
  return id == nullptr ? json::value(nullptr) : *id;
}

}  // namespace

int judge_maths_command() {
  return for_each_json_line([](const data::JsonFields& fields) {
    const scoring::MathsVerdict verdict =
        scoring::judge_maths(fields.text("answer"), fields.text("gold"));
    return json::object{{"id", id_of(fields)},
                        {"verdict", verdict.verdict},
                        {"extracted", verdict.extracted},
                        {"reason", verdict.reason}};
  });
}

int judge_choice_command() {
  return for_each_json_line([](const data::JsonFields& fields) {
    const std::string options = fields.text_or("options", "ABCD");
    const auto choice = scoring::read_choice(fields.text("answer"), options);
    return json::object{{"id", id_of(fields)},
                        {"choice", choice ? json::value(*choice) : json::value(nullptr)}};
  });
}

int judge_code_command() {
  const Judges judges;
  return for_each_json_line([&](const data::JsonFields& fields) {
    scoring::CodeTask task;
    task.language = fields.text_or("language", "python");
    task.prompt = fields.text_or("prompt", "");
    task.completion = fields.text("completion");
    task.test = fields.text("test");
    task.entry_point = fields.text_or("entry_point", "");
    const scoring::CodeVerdict verdict = judges.judge_code(task);
    return json::object{
        {"id", id_of(fields)}, {"verdict", verdict.verdict}, {"reason", verdict.reason}};
  });
}

int judge_audit_command() {
  return for_each_json_line([](const data::JsonFields& fields) {
    scoring::AuditInput input;
    input.question = fields.text_or("question", "");
    input.answer = fields.text_or("answer", "");
    input.reasoning = fields.text_or("reasoning", "");
    input.language = fields.text_or("language", "");
    if (fields.find("probe") != nullptr) input.probe = fields.object("probe");
    if (fields.find("shown") != nullptr) input.shown = fields.text("shown");
    if (fields.find("sent") != nullptr) input.sent = fields.text("sent");
    const scoring::AuditFinding finding = scoring::audit(input);
    return json::object{
        {"id", id_of(fields)},
        {"delivery", finding.delivery},
        {"content", finding.content ? json::value(*finding.content) : json::value(nullptr)},
        {"thought", finding.thought},
        {"parts", finding.parts},
        {"spans", data::to_json(finding.spans)}};
  });
}

}  // namespace candor::runner
