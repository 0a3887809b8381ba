#include "suites/suites.h"

#include <functional>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "suites/bundled.h"
#include "suites/files/described.h"
#include "suites/protocols/protocol.h"

namespace candor::suites {
namespace {

struct Bundled {
  SuiteInfo info;
  int max_tokens;  // room for short reasoning before the answer
  std::vector<data::Question> (*questions)(const SuiteOptions&);
};

// A version is part of a suite's identity in reports: it changes when the questions of a given seed
// do. The hash of the questions finds out whatever a forgotten version would hide.
const std::vector<Bundled>& bundled() {
  static const std::vector<Bundled> kSuites = {
      {{"arithmetic",
        "2",
        "Maths word problems of several steps, generated from the seed",
        {"en", "zh"},
        false,
        ""},
       512,
       arithmetic_questions},
      {{"logic",
        "2",
        "Knights and knaves, orderings and who-owns-what grids, each with one solution",
        {"en", "zh"},
        false,
        ""},
       512,
       logic_questions},
      {{"code",
        "2",
        "Short Python functions with hidden tests, generated from the seed",
        {"en", "zh"},
        true,
        ""},
       512,
       code_questions},
      {{"algebra",
        "1",
        "Equations, systems and polynomials, generated from the seed",
        {"en", "zh"},
        false,
        ""},
       512,
       algebra_questions},
      {{"counting",
        "1",
        "Number theory and counting, generated from the seed",
        {"en", "zh"},
        false,
        ""},
       512,
       counting_questions},
      {{"deduction",
        "1",
        "What follows from what is given: yes, no, or not known",
        {"en", "zh"},
        false,
        ""},
       512,
       deduction_questions},
      {{"tracking",
        "1",
        "What is where after many steps: swaps, boxes, walks, programs",
        {"en", "zh"},
        false,
        ""},
       512,
       tracking_questions},
      {{"probes",
        "1",
        "The probe bank: sensitive questions, each with a structural twin",
        {"en", "zh", "zh-Hant"},
        false,
        ""},
       256,
       probe_questions},
      {{"seed-probes",
        "2",
        "The probes of the essays, each with a twin",
        {"en", "zh", "zh-Hant"},
        false,
        ""},
       256,
       essay_probe_questions},
      {{"knowledge",
        "1",
        "What a model holds likely of the probe bank: facts against false variants, the official "
        "line, the openings of refusals; nothing is generated",
        {"en", "zh", "zh-Hant"},
        false,
        ""},
       1,
       knowledge_questions},
  };
  return kSuites;
}

}  // namespace

std::string Suite::hash() const {
  data::Sha256 sha;
  for (const data::Question& question : questions) sha.update(question.hash() + "\n");
  return sha.hex();
}

std::pair<int, int> read_levels(const std::string& text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '1' && text[i] <= '9'; };
  const auto level = [&](std::size_t i) { return text[i] - '0'; };
  if (text.size() == 1 && digit(0)) return {level(0), level(0)};
  if (text.size() == 3 && digit(0) && text[1] == '-' && digit(2) && level(0) <= level(2)) {
    return {level(0), level(2)};
  }
  fail_usage("levels \"{}\": expected one level (3) or the first and the last (1-3)",
             printable(text));
}

std::vector<SuiteInfo> bundled_suites() {
  std::vector<SuiteInfo> infos;
  for (const Bundled& suite : bundled()) infos.push_back(suite.info);
  return infos;
}

Suite load_suite(const std::string& name, const SuiteOptions& options) {
  std::vector<std::string> known;
  for (const Bundled& candidate : bundled()) {
    known.push_back(candidate.info.name);
    if (candidate.info.name != name) continue;
    Suite suite;
    suite.info = candidate.info;
    suite.questions = candidate.questions(options);
    suite.condition.sampling.max_tokens = candidate.max_tokens;
    // The texts stand where the answer begins, with no thinking before them.
    if (name == "knowledge") suite.condition.thinking = "off";
    if (options.protocol && !suite.questions.empty()) {
      options.protocol->refuse_own_wording(name, suite.questions[0].judge);
      options.protocol->apply(name, suite.questions[0].judge, suite.condition);
    }
    return suite;
  }
  const std::size_t slash = name.find('/');
  std::vector<std::string> public_names;
  for (const Description& description : bundled_descriptions()) {
    public_names.push_back(description.suite);
    if (description.suite != name.substr(0, slash)) continue;
    SuiteOptions chosen = options;
    if (slash != std::string::npos) chosen.part = name.substr(slash + 1);
    return described_suite(description, chosen);
  }
  std::vector<std::string> all = known;
  all.insert(all.end(), public_names.begin(), public_names.end());
  fail_usage(
      "there is no suite \"{}\"{}; the bundled ones are: {}; public ones (`candor suites pull`): "
      "{}. A file of questions is given with --suite-file",
      printable(name), nearest_hint(name, all), fmt::join(known, ", "),
      fmt::join(public_names, ", "));
}

}  // namespace candor::suites
