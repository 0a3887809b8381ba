#include "runner/audit/trigger_run.h"

#include <fmt/format.h>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/text/unicode.h"
#include "reports/audit_figures.h"
#include "runner/pipeline/adaptive_run.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace {

namespace json = boost::json;

struct Stopped {};  // the program is being stopped

std::string language_of(const TriggerRequest& request) {
  const std::string& language = request.language;
  if (language.empty()) return data::has_han(request.prompt) ? "zh" : "en";
  if (language != "en" && language != "zh" && language != "zh-Hant") {
    fail_usage("--language {}: known are en, zh and zh-Hant", language);
  }
  return language;
}

// The id is made of the text, which no two questions of a search share.
data::Question question_of(const TriggerRequest& request, const std::string& text) {
  data::Question question;
  question.suite = "trigger";
  question.id = "trigger/" + data::sha256_hex(text).substr(0, 16);
  question.pair = question.id;
  question.language = language_of(request);
  question.role = "trigger";
  question.messages = {{"user", text}};
  question.judge = "audit";
  question.reference = {
      {"trigger", json::object{{"search", "ddmin-1"},
                               {"prompt", request.prompt},
                               {"units", request.options.characters ? "characters" : "words"}}}};
  return question;
}

Plan plan_of(const TriggerRequest& request) {
  suites::Suite suite;
  suite.info.name = "trigger";
  suite.info.version = "1";
  suite.info.title = "parts of one prompt";
  suite.info.languages = {language_of(request)};
  suite.condition.sampling.max_tokens = 128;
  suite.questions = {question_of(request, std::string(data::trimmed(request.prompt)))};
  PlanOptions options = request.plan;
  options.made_suites = {std::move(suite)};
  return make_plan(options);
}

Reply reply_of(const data::Question& question, const std::vector<JudgedAnswer>& answers) {
  Reply reply;
  reply.question = question.id;
  for (const JudgedAnswer& answer : answers) {
    reports::Sample sample;
    sample.question = question;
    sample.verdict = answer.verdict;
    const reports::Stance stance = reports::stance_of(sample);
    ++reply.asked;
    if (stance == reports::Stance::kWithheld) ++reply.withheld;
    if (stance == reports::Stance::kUnknown) ++reply.unknown;
    ++reply.labels[reports::label_of(sample)];
  }
  return reply;
}

}  // namespace

void check(const TriggerRequest& request) {
  const std::string& prompt = request.prompt;
  if (data::trimmed(prompt).empty()) fail_usage("the prompt is empty");
  for (std::size_t at = 0, length = 0; at < prompt.size(); at += length) {
    if (data::code_point_at(prompt, at, length) == 0xFFFD && length == 1) {
      fail_usage("the prompt is not UTF-8 (byte {})", at);
    }
  }
  refuse_several_conditions(request.plan, "audit trigger");
  if (request.plan.repeats > 1 && !(request.plan.temperature.value_or(0) > 0)) {
    fail_usage("--samples {} needs a --temperature above 0: at 0 every sample is the same answer",
               request.plan.repeats);
  }
  plan_of(request);
}

TriggerRun run_trigger(const TriggerRequest& request, Provider& provider, data::StoreWriter& store,
                       const Judges& judges) {
  check(request);
  AdaptiveRun stored(plan_of(request), provider, store, judges, request.command);
  std::atomic<std::size_t> texts = 0;
  const auto ask = [&](const std::vector<std::string>& asked) {
    std::vector<data::Question> questions;
    for (const std::string& text : asked) questions.push_back(question_of(request, text));
    const auto answers = stored.ask(questions);
    if (!answers) throw Stopped();
    texts += asked.size();
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      replies.push_back(reply_of(questions[i], (*answers)[i]));
    }
    return replies;
  };
  TriggerRun result;
  result.run_id = stored.run().id;
  try {
    const Progress progress(
        [&] {
          const Flow flow = provider.flow();
          return fmt::format("{} texts asked, {} in flight", texts.load(), flow.in_flight);
        },
        request.quiet);
    result.finding = find_trigger(request.prompt, request.options, ask);
  } catch (const Stopped&) {
  }
  if (result.finding) stored.finish();
  result.found = stored.found();
  result.generated = stored.generated();
  return result;
}

}  // namespace candor::runner
