// `candor judge …`: one judge by itself, for people who want to check it or to use it elsewhere.
#include <fstream>
#include <iterator>
#include <sstream>

#include "data/base/data_dir.h"
#include "data/base/error.h"
#include "data/records/delivery.h"
#include "reports/calibration.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/pipeline/judges.h"
#include "runner/replay/formats.h"
#include "scoring/audit/audit.h"
#include "scoring/choice/choice.h"
#include "scoring/logic/grid.h"
#include "scoring/logic/knights.h"
#include "scoring/logic/logic.h"
#include "scoring/maths/maths.h"
#include "scoring/rules/rules.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

// The id is echoed as it came: text, number, or nothing.
json::value id_of(const data::JsonFields& fields) {
  const json::value* id = fields.find("id");
  return id == nullptr ? json::value(nullptr) : *id;
}

// The answer under any of the names that files of answers use.
std::string answer_of(const data::JsonFields& fields) {
  for (const char* key : {"answer", "text", "output", "completion"}) {
    if (fields.find(key) != nullptr) return fields.text(key);
  }
  return fields.text("answer");
}

json::value extracted_by(const scoring::Rule& rule, const scoring::RuleReading& reading) {
  if (rule.letters) {
    json::array letters;
    for (const char c : reading.extracted) letters.push_back(json::string(1, c));
    return letters;
  }
  if (reading.found) return json::string(reading.extracted);
  return rule.nothing ? json::value(json::string(*rule.nothing)) : json::value(nullptr);
}

// How the answer ended, as `candor replay` takes it from the same fields.
void read_ending(const data::JsonFields& fields, scoring::AuditInput& input) {
  const data::FinishReason finish =
      finish_of(first_of(fields, {"finish_reason", "finish", "stop_reason"}).value_or("stop"));
  input.truncated = finish == data::FinishReason::kLength;
  input.known_delivery = fields.text_or("delivery", "");
  if (!input.known_delivery.empty() && !data::is_known_delivery(input.known_delivery)) {
    fail("the line: field \"delivery\": \"{}\" is none that a provider can know: {}",
         input.known_delivery, fmt::join(data::known_deliveries(), ", "));
  }
  if (finish == data::FinishReason::kBlock && input.known_delivery.empty()) {
    input.known_delivery = "blocked_output";
  }
  if (finish == data::FinishReason::kError || !fields.text_or("error", "").empty()) {
    input.known_delivery = "outage";
  }
}

}  // namespace

int judge_maths_command() {
  return for_each_json_line([](const data::JsonFields& fields) {
    const json::value* stated = fields.find("tolerance");
    const scoring::Tolerance tolerance =
        stated == nullptr ? scoring::Tolerance() : scoring::tolerance_of(*stated, "the line");
    const scoring::MathsVerdict verdict =
        scoring::judge_maths(answer_of(fields), fields.text("gold"), tolerance);
    return json::object{{"id", id_of(fields)},
                        {"verdict", verdict.verdict},
                        {"extracted", verdict.extracted},
                        {"reason", verdict.reason}};
  });
}

int judge_choice_command() {
  return for_each_json_line([](const data::JsonFields& fields) {
    const std::string options = fields.text_or("options", "ABCD");
    const auto choice = scoring::read_choice(answer_of(fields), options);
    return json::object{{"id", id_of(fields)},
                        {"choice", choice ? json::value(*choice) : json::value(nullptr)}};
  });
}

int judge_extract_command(const std::string& name) {
  scoring::published_rule(name);  // an unknown name is wrong usage, not an error of every line
  return for_each_json_line([&](const data::JsonFields& fields) {
    const std::string language = fields.text_or("language", fields.text_or("lang", "en"));
    const scoring::Rule& rule = scoring::published_rule(name, language);
    const scoring::RuleReading reading =
        scoring::read_by_rule(rule, answer_of(fields), fields.text_or("options", "ABCD"));
    json::object result{{"id", id_of(fields)},
                        {"rule", rule.name},
                        {"found", reading.found},
                        {"extracted", extracted_by(rule, reading)},
                        {"normalised", reading.found ? json::value(json::string(reading.normalised))
                                                     : json::value(nullptr)}};
    if (fields.find("gold") != nullptr) {
      result["right"] = scoring::right_by_rule(rule, reading, fields.text("gold"));
    }
    return result;
  });
}

int judge_rules_command(bool as_json) {
  for (const scoring::Rule& rule : scoring::published_rules()) {
    if (as_json) {
      print_json_line(
          json::object{{"rule", rule.name}, {"source", rule.source}, {"reads", rule.reads}});
    } else {
      fmt::print("{:<32}{}\n{:<32}  {}\n", rule.name, rule.reads, "", rule.source);
    }
  }
  return 0;
}

int judge_grid_command() {
  return for_each_json_line([](const data::JsonFields& fields) {
    const std::string answer = answer_of(fields);
    const json::object& solution = fields.object("solution");
    const scoring::GridScore score = scoring::score_grid(answer, solution, "the line");
    json::object result{{"id", id_of(fields)},
                        {"parsed", score.parsed},
                        {"correct_cells", score.correct},
                        {"total_cells", score.total},
                        {"solved", score.solved()}};
    // Our own reader beside the published rule; it reads tables and sentences as well.
    if (!solution.contains("rows")) {
      const scoring::CellsRead read = scoring::read_cells(answer, solution, {});
      result["own"] = json::object{{"cells_read", read.read.size()},
                                   {"correct_cells", read.right},
                                   {"solved", read.all_right()}};
    }
    return result;
  });
}

int judge_knights_command() {
  return for_each_json_line([](const data::JsonFields& fields) {
    const auto solutions = scoring::solve_knights(fields.array("statements"), "the line");
    json::array list;
    for (const std::vector<bool>& solution : solutions) {
      json::array one;
      for (const bool knight : solution) one.push_back(json::value(knight));
      list.push_back(std::move(one));
    }
    const bool unique = list.size() == 1;
    json::object result{{"id", id_of(fields)},
                        {"n_solutions", list.size()},
                        {"solution", unique ? list.front() : json::value(nullptr)},
                        {"solutions", list}};
    // An answer is compared with the one solution, as the logic judge reads it.
    const bool answered = fields.find("answer") != nullptr;
    if (!answered || !unique) return result;
    const std::vector<std::string> names = fields.texts_or_empty("names");
    if (names.size() != solutions.front().size()) {
      fail("the line: field \"names\": expected {} names, one a statement",
           solutions.front().size());
    }
    json::object cells;
    for (std::size_t i = 0; i < names.size(); ++i) {
      cells[names[i]] = solutions.front()[i] ? "knight" : "knave";
    }
    const scoring::CellsRead read =
        scoring::read_cells(fields.text("answer"), cells,
                            json::object{{"knight", json::array{"truth-teller", "骑士", "老实人"}},
                                         {"knave", json::array{"liar", "无赖", "骗子", "说谎者"}}});
    result["correct"] = read.right;
    result["total"] = read.total;
    result["solved"] = read.all_right();
    return result;
  });
}

int judge_code_command() {
  const Judges judges;
  const auto judge_line = [&](const data::JsonFields& fields) {
    // The code itself, or an answer that has it somewhere.
    scoring::CodeTask task = scoring::code_task(fields, "the line");
    const bool as_it_is = fields.find("completion") != nullptr || fields.find("answer") == nullptr;
    task.completion =
        as_it_is
            ? fields.text("completion")
            : scoring::extract_code(fields.text("answer"), task.language, task.entry_point).code;
    const scoring::CodeVerdict verdict = judges.judge_code(task);
    json::object result{
        {"id", id_of(fields)}, {"verdict", verdict.verdict}, {"reason", verdict.reason}};
    if (verdict.retried) result["retried"] = true;
    return result;
  };
  return for_each_json_line(judge_line, Judges::code_workers());
}

int judge_audit_command(const std::filesystem::path& weights) {
  scoring::ContentModel model = scoring::fitted_model();
  if (!weights.empty()) {
    std::ifstream file(weights);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) fail("{}: cannot be read", weights.string());
    model = scoring::read_model(data::parse_object(text.str(), weights.string()), weights.string());
  }
  return for_each_json_line([&](const data::JsonFields& fields) {
    scoring::AuditInput input;
    input.question = fields.text_or("question", "");
    input.answer = fields.text_or("answer", "");
    input.reasoning = fields.text_or("reasoning", "");
    input.language = fields.text_or("language", "");
    input.answer_language = fields.text_or("answer_language", "");
    if (fields.find("probe") != nullptr) input.probe = fields.object("probe");
    if (fields.find("shown") != nullptr) input.shown = fields.text("shown");
    if (fields.find("sent") != nullptr) input.sent = fields.text("sent");
    read_ending(fields, input);
    const scoring::AuditFinding finding = scoring::audit(input, model);
    return json::object{
        {"id", id_of(fields)},
        {"delivery", finding.delivery},
        {"content", finding.content ? json::value(*finding.content) : json::value(nullptr)},
        {"thought", finding.thought},
        {"reason", finding.reason},
        {"version", scoring::audit_version()},
        {"parts", finding.parts},
        {"spans", data::to_json(finding.spans)}};
  });
}

int judge_calibration_command(bool as_json) {
  const std::filesystem::path path = data::data_file("sets/judges/audit.json");
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const reports::Calibration calibration = reports::read_calibration(text, path.string());
  if (calibration.version != scoring::audit_version()) {
    fail(
        "{}: measured of the judge's version {}, and this program has {}: fit and measure it again "
        "(scoring/audit/README.md)",
        path.string(), calibration.version, scoring::audit_version());
  }
  fmt::print("{}", as_json ? text : reports::calibration_text(calibration));
  return 0;
}

}  // namespace candor::runner
