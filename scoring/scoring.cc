#include "scoring/scoring.h"

#include <fmt/format.h>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/audit/audit.h"
#include "scoring/audit/refusal.h"
#include "scoring/choice/choice.h"
#include "scoring/logic/logic.h"
#include "scoring/maths/maths.h"
#include "scoring/panel/panel.h"

namespace candor::scoring {

namespace {

using data::Generation;
using data::Outcome;
using data::Question;
using data::Verdict;

// A judge's version changes when its findings may; stored verdicts name it.
constexpr char kMathsVersion[] = "maths-4";
constexpr char kChoiceVersion[] = "choice-3";
constexpr char kLogicVersion[] = "logic-2";

// What the model said to the user. While it was still thinking it had not said anything.
std::string answer_of(const Generation& generation) {
  return generation.reasoning_closed ? generation.answer : std::string();
}

bool cut_off(const Generation& generation) {
  return generation.finish == data::FinishReason::kLength;
}

std::string place(const Question& question) {
  return fmt::format("question {}: reference", question.id);
}

Verdict by_maths(const Question& question, const Generation& generation) {
  const std::string where = place(question);
  const data::JsonFields reference(question.reference, where);
  const std::string gold = reference.text("answer");
  const boost::json::value* stated = reference.find("tolerance");
  const Tolerance tolerance = stated == nullptr ? Tolerance() : tolerance_of(*stated, where);
  const std::string answer = answer_of(generation);
  const MathsVerdict finding = judge_maths(answer, gold, tolerance);
  Verdict verdict;
  verdict.version = kMathsVersion;
  verdict.extracted = finding.extracted;
  verdict.reason = fmt::format("{}: {}", finding.verdict, finding.reason);
  const bool right = finding.verdict == "equal";
  const bool refused = !right && is_refusal(answer, question.language);
  // A refusal is no answer, though its words may be all there is to extract. Neither is what a cut
  // text happened to end with: only an answer that was marked as one counts there.
  bool parsed = !finding.extracted.empty() && (right || !refused);
  if (cut_off(generation) && !maths::has_marked_answer(answer)) parsed = false;
  verdict.outcome = decide_outcome(generation, parsed, right, refused);
  if (parsed) verdict.value = right ? 1.0 : 0.0;
  verdict.parts["equality"] = finding.verdict;
  // Equal answers in different words have one value; votes are counted by it.
  if (parsed) verdict.parts["value"] = maths::value_of(finding.extracted);
  return verdict;
}

Verdict by_choice(const Question& question, const Generation& generation) {
  const std::string where = place(question);
  const data::JsonFields reference(question.reference, where);
  const std::string gold = reference.text("answer");
  const std::string options = reference.text_or("options", "ABCD");
  const std::string answer = answer_of(generation);
  const auto read = read_choice(answer, options);
  Verdict verdict;
  verdict.version = kChoiceVersion;
  verdict.extracted = read.value_or("");
  const bool right = read == gold;
  verdict.reason = read ? fmt::format("{} was chosen, {} is right", *read, gold)
                        : std::string("no choice could be read");
  const bool refused = !read && is_refusal(answer, question.language);
  verdict.outcome = decide_outcome(generation, read.has_value(), right, refused);
  if (read) verdict.value = right ? 1.0 : 0.0;
  return verdict;
}

Verdict by_logic(const Question& question, const Generation& generation) {
  const std::string where = place(question);
  const data::JsonFields reference(question.reference, where);
  const boost::json::object& cells = reference.object("cells");
  const boost::json::value* aliases = reference.find("aliases");
  const std::string answer = answer_of(generation);
  const CellsRead found = read_cells(
      answer, cells, aliases == nullptr ? boost::json::object() : reference.object("aliases"));
  Verdict verdict;
  verdict.version = kLogicVersion;
  for (const auto& [cell, value] : found.read) {
    if (!verdict.extracted.empty()) verdict.extracted += "; ";
    verdict.extracted += cell + ": " + value;
  }
  verdict.reason =
      fmt::format("{} of {} cells read, {} right", found.read.size(), found.total, found.right);
  // A cut answer counts as given only when it had already stated every cell.
  const bool parsed = cut_off(generation) ? found.all_read() : !found.read.empty();
  const bool refused = found.read.empty() && is_refusal(answer, question.language);
  verdict.outcome = decide_outcome(generation, parsed, found.all_right(), refused);
  if (parsed) verdict.value = found.accuracy();
  verdict.parts["cells"] = found.total;
  verdict.parts["cells_read"] = found.read.size();
  verdict.parts["cells_right"] = found.right;
  return verdict;
}

}  // namespace

data::Verdict judge(const Question& question, const Generation& generation) {
  if (question.judge == "audit") return judge_audit(question, generation);
  Verdict verdict;
  if (question.judge == "maths") {
    verdict = by_maths(question, generation);
  } else if (question.judge == "choice") {
    verdict = by_choice(question, generation);
  } else if (question.judge == "logic") {
    verdict = by_logic(question, generation);
  } else if (question.judge == "panel") {
    verdict = judge_panel(question, generation);
  } else if (question.judge == "code") {
    fail("question {}: judge \"code\" runs in a sandbox: use judge_code_answer", question.id);
  } else {
    fail(
        "question {}: field \"judge\": there is no judge \"{}\" (maths, choice, logic, code, "
        "audit, panel)",
        question.id, question.judge);
  }
  verdict.judge = question.judge;
  verdict.truncated = cut_off(generation);
  if (verdict.outcome != Outcome::kRight && verdict.outcome != Outcome::kWrong) {
    verdict.value.reset();
  }
  return verdict;
}

Outcome decide_outcome(const Generation& generation, bool parsed, bool right, bool refused) {
  if (generation.finish == data::FinishReason::kError || generation.delivery == "outage") {
    return Outcome::kError;
  }
  const bool blocked = generation.finish == data::FinishReason::kBlock ||
                       generation.delivery == "blocked_input" ||
                       generation.delivery == "blocked_output" ||
                       generation.delivery == "retracted" || generation.delivery == "host_text";
  if (blocked) return Outcome::kBlocked;
  if (parsed) return right ? Outcome::kRight : Outcome::kWrong;
  if (cut_off(generation)) return Outcome::kTruncated;
  if (refused) return Outcome::kRefused;
  return Outcome::kUnparsed;
}

bool is_refusal(const std::string& answer, const std::string& language) {
  return is_refusal_act(answer, language);
}

}  // namespace candor::scoring
