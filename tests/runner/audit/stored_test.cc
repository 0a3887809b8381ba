// The scan, the search for a trigger and the panel as stored runs, with a provider that answers by
// a known rule: everything is in the store, nothing is asked twice, verdicts are the audit's.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "data/base/error.h"
#include "reports/audit/panel.h"
#include "reports/audit/scan.h"
#include "runner/audit/trigger_run.h"
#include "runner/pipeline/execute.h"
#include "suites/panel/panel.h"
#include "suites/scan/scan.h"
#include "tests/support/temp_folder.h"

namespace candor::runner {
namespace {

using testing::HasSubstr;
using Rule = std::function<std::string(const Ask&)>;

const char* const kRefusal = "I'm sorry, but I can't help with that.";
const char* const kAnswer =
    "It is a well-known subject. It began a long time ago, many people took part in it, and books "
    "describe in detail what happened, when it happened, and how it ended in the following years.";

class RuleProvider final : public Provider {
 public:
  explicit RuleProvider(Rule rule, std::size_t most = 1'000'000)
      : rule_(std::move(rule)), most_(most) {}

  void describe(data::Manifest& manifest) const override {
    manifest.model_name = name;
    manifest.model_sha256 = manifest.template_sha256 = manifest.tokenizer_sha256 = "0";
    manifest.precision = "int8";
  }
  void generate(std::span<const Ask> asks, std::uint64_t,
                const std::function<void(data::Generation&&)>& done,
                const std::atomic<bool>&) override {
    ++batches;
    for (const Ask& ask : asks) {
      if (asked.size() >= most_) return;
      data::Generation generation;
      generation.sample = {ask.question->hash(), ask.condition->hash(), ask.repeat};
      generation.prompt = ask.question->messages.back().content;
      asked.push_back(generation.prompt + "#" + std::to_string(ask.repeat));
      generation.answer = rule_(ask);
      if (generation.answer.empty()) generation.finish = data::FinishReason::kLength;
      done(std::move(generation));
    }
  }
  Flow flow() const override { return {}; }

  std::vector<std::string> asked;
  int batches = 0;
  std::string name = "rule";

 private:
  Rule rule_;
  std::size_t most_;
};

Rule refuses(const std::string& word) {
  return [word](const Ask& ask) {
    const std::string& text = ask.question->messages.back().content;
    return text.find(word) != std::string::npos ? kRefusal : kAnswer;
  };
}

class StoredTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "candor.db"; }

  Executed run(Provider& provider, const Plan& plan) {
    const auto store = data::StoreWriter::open(path());
    return execute(plan, provider, *store, judges_, {"candor audit", true});
  }
  TriggerRun trigger(Provider& provider, const TriggerRequest& request) {
    const auto store = data::StoreWriter::open(path());
    return run_trigger(request, provider, *store, judges_);
  }
  reports::RunData data(const std::string& run) {
    return reports::load_run(*data::StoreReader::open(path()), run);
  }
  Plan scan_plan(int repeats = 1) {
    const auto words = suites::load_scan_words(folder_.write(
        "words.txt",
        "Xi Jinping\t习近平\t\tleader\nbread\t面包\t\tcontrol\nMozart\t莫扎特\t\tcontrol\n"));
    PlanOptions options;
    options.made_suites = {suites::scan_suite(
        words, {suites::read_scan_template("Who is {}?"), suites::read_scan_template("{}是谁？")})};
    options.repeats = repeats;
    options.temperature = 0.7;
    return make_plan(options);
  }
  static TriggerRequest request(const std::string& prompt) {
    TriggerRequest made;
    made.prompt = prompt;
    made.quiet = true;
    return made;
  }

  tests::TempFolder folder_;
  Judges judges_;
};

TEST_F(StoredTest, AScanFindsTheRefusedWordInItsLanguage) {
  RuleProvider provider(refuses("习近平"));
  const Executed executed = run(provider, scan_plan(3));
  EXPECT_EQ(executed.asked, 3u * 2 * 3);
  const reports::RunData stored = data(executed.run.id);
  const reports::ScanFigures figures = reports::scan_figures(stored);
  ASSERT_EQ(figures.words.size(), 1u);
  EXPECT_EQ(figures.words[0].languages.at("zh").rate.withheld, 3);
  EXPECT_EQ(figures.words[0].languages.at("en").rate.withheld, 0);
  EXPECT_EQ(figures.controls.size(), 2u);
  EXPECT_EQ(figures.templates[1].control.withheld, 0);
}

TEST_F(StoredTest, AScanThatWasCutOffAsksOnlyWhatIsMissing) {
  RuleProvider first(refuses("Xi"), 7);
  const Executed stopped = run(first, scan_plan(3));
  EXPECT_EQ(stopped.run.status, "interrupted");
  RuleProvider second(refuses("Xi"));
  const Executed ended = run(second, scan_plan(3));
  EXPECT_EQ(ended.run.id, stopped.run.id);
  EXPECT_EQ(ended.found, 7u);
  EXPECT_EQ(second.asked.size(), 11u);
  std::set<std::string> all(first.asked.begin(), first.asked.end());
  all.insert(second.asked.begin(), second.asked.end());
  EXPECT_EQ(all.size(), 18u);
}

TEST_F(StoredTest, ATriggerIsFoundAndEveryTextIsInTheStore) {
  RuleProvider provider(refuses("Tiananmen"));
  TriggerRequest asked = request("What happened on Tiananmen Square?");
  asked.options.characters = false;
  const TriggerRun found = trigger(provider, asked);
  ASSERT_TRUE(found.finding);
  EXPECT_EQ(found.finding->minimal, "Tiananmen");
  EXPECT_EQ(found.finding->whole.labels, (std::map<std::string, int>{{"refusal", 1}}));
  EXPECT_EQ(found.generated, provider.asked.size());
  const reports::RunData stored = data(found.run_id);
  EXPECT_EQ(stored.run.status, "finished");
  std::map<std::string, std::string> texts;  // by id
  for (const reports::Sample& sample : stored.samples) {
    EXPECT_EQ(sample.question.role, "trigger");
    ASSERT_TRUE(sample.verdict);
    texts[sample.question.id] = sample.question.messages.back().content;
  }
  ASSERT_EQ(texts.size(), found.finding->variants.size());
  for (const Variant& variant : found.finding->variants) {
    EXPECT_EQ(texts.at(variant.reply.question), variant.text);
  }
  const boost::json::object json = to_json(asked, found);
  EXPECT_EQ(json.at("minimal").as_string(), "Tiananmen");
  EXPECT_EQ(json.at("places").at(0).at("begin").to_number<int>(), 17);
  EXPECT_THAT(trigger_text(asked, found), HasSubstr("[What happened on ]Tiananmen[ Square?]"));
}

TEST_F(StoredTest, ASearchThatWasCutOffGoesOnWithWhatIsStored) {
  const TriggerRequest asked = request("请问习近平是谁？");
  RuleProvider whole(refuses("习近平"));
  const TriggerRun expected = trigger(whole, asked);
  ASSERT_TRUE(expected.finding);
  EXPECT_EQ(expected.finding->minimal, "习近平");

  const tests::TempFolder other;
  const auto go_on = [&](Provider& provider) {
    const auto store = data::StoreWriter::open(other.path() / "candor.db");
    return run_trigger(asked, provider, *store, judges_);
  };
  RuleProvider first(refuses("习近平"), 5);
  const TriggerRun stopped = go_on(first);
  EXPECT_FALSE(stopped.finding);
  EXPECT_EQ(first.asked.size(), 5u);
  RuleProvider second(refuses("习近平"));
  const TriggerRun ended = go_on(second);
  ASSERT_TRUE(ended.finding);
  EXPECT_EQ(ended.run_id, stopped.run_id);
  EXPECT_EQ(ended.found, 5u);
  EXPECT_EQ(ended.finding->minimal, "习近平");
  EXPECT_EQ(ended.found + ended.generated, expected.generated);
  for (const std::string& text : second.asked)
    EXPECT_THAT(first.asked, testing::Not(testing::Contains(text)));
}

TEST_F(StoredTest, WithSeveralSamplesMostMustWithhold) {
  // "Xi" is refused in two of three samples, "Mao" in one.
  RuleProvider provider([](const Ask& ask) {
    const std::string& text = ask.question->messages.back().content;
    const bool refused = (text.find("Xi") != std::string::npos && ask.repeat < 2) ||
                         (text.find("Mao") != std::string::npos && ask.repeat < 1);
    return std::string(refused ? kRefusal : kAnswer);
  });
  TriggerRequest asked = request("Compare Mao and Xi");
  asked.options.characters = false;
  asked.plan.repeats = 3;
  EXPECT_THROW(trigger(provider, asked), Error);  // at temperature 0 all are the same
  asked.plan.temperature = 0.8;
  const TriggerRun found = trigger(provider, asked);
  EXPECT_EQ(found.finding->minimal, "Xi");
  EXPECT_EQ(found.finding->whole.withheld, 2);
}

TEST_F(StoredTest, APromptThatIsAnsweredIsSaidToBe) {
  RuleProvider provider(refuses("nothing of the kind"));
  const TriggerRequest asked = request("Who is Mozart?");
  const TriggerRun found = trigger(provider, asked);
  EXPECT_FALSE(found.finding->triggers);
  EXPECT_EQ(provider.asked.size(), 1u);
  EXPECT_THAT(trigger_text(asked, found), HasSubstr("The prompt is not withheld: full."));
  EXPECT_FALSE(to_json(asked, found).contains("minimal"));
}

TEST_F(StoredTest, APromptWhoseAnswerIsCutOffIsNotSaidToBeAnswered) {
  RuleProvider provider([](const Ask&) { return std::string(); });
  const TriggerRequest asked = request("Who is Mozart?");
  const TriggerRun found = trigger(provider, asked);
  ASSERT_TRUE(found.finding);
  EXPECT_THAT(trigger_text(asked, found),
              HasSubstr("Whether the prompt is withheld cannot be told: truncated."));
  EXPECT_EQ(to_json(asked, found).at("tells"), false);
}

TEST_F(StoredTest, AProofThatIsCutOffIsNone) {
  RuleProvider provider([](const Ask& ask) {
    const std::string& text = ask.question->messages.back().content;
    return std::string(text == "Xi Pooh" ? kRefusal : text == "Xi" ? "" : kAnswer);
  });
  TriggerRequest asked = request("Xi Pooh");
  asked.options.characters = false;
  const TriggerRun found = trigger(provider, asked);
  EXPECT_FALSE(found.finding->proven);
  EXPECT_THAT(trigger_text(asked, found),
              HasSubstr("not proven to be minimal: of 1 of the texts that lack one of its words"));
  EXPECT_THAT(trigger_text(asked, found), HasSubstr("cannot be told"));
}

TEST_F(StoredTest, BadRequestsAreRefusedBeforeAnythingIsAsked) {
  RuleProvider provider(refuses("x"));
  EXPECT_THROW(check(request(" ")), Error);
  EXPECT_THROW(check(request("a\xFF")), Error);
  TriggerRequest language = request("x");
  language.language = "fr";
  EXPECT_THROW(check(language), Error);
  TriggerRequest several = request("x");
  several.plan.thinkings = {"default", "off"};
  EXPECT_THROW(check(several), Error);
  TriggerRequest sampling = request("x");
  sampling.plan.top_p = 0;
  EXPECT_THROW(trigger(provider, sampling), Error);
  EXPECT_TRUE(provider.asked.empty());
}

// Two judges on a scan's answers: one says what the audit says, one refuses to judge in Chinese.
TEST_F(StoredTest, APanelJudgesStoredAnswersAndItsAgreementIsCounted) {
  RuleProvider model(refuses("Xi"));
  const std::string judged_run = run(model, scan_plan(4)).run.id;
  const reports::RunData judged = data(judged_run);
  std::vector<suites::PanelItem> items;
  for (const reports::Sample& sample : judged.samples) {
    items.push_back({sample.key, sample.question.language, sample.question.messages.back().content,
                     sample.answer});
  }
  PlanOptions options;
  options.made_suites = {suites::panel_suite(items, judged_run, 5, 0)};
  const Plan plan = make_plan(options);
  const auto agree = [](const Ask& ask) {
    const std::string& text = ask.question->messages.back().content;
    return std::string(text.find(kRefusal) != std::string::npos ? "class=refusal; line=no"
                                                                : "class=full; line=no");
  };
  RuleProvider first(agree);
  first.name = "first judge";
  RuleProvider second([&](const Ask& ask) {
    return ask.question->language == "zh" ? std::string("抱歉，我无法回答这个问题。") : agree(ask);
  });
  second.name = "second judge";
  const reports::RunData one = data(run(first, plan).run.id);
  const reports::RunData two = data(run(second, plan).run.id);
  const reports::PanelFigures figures = reports::panel_figures(judged, {&one, &two});
  EXPECT_EQ(figures.answers, 24);
  EXPECT_EQ(figures.members[1].decided, 24);
  EXPECT_EQ(figures.members[2].decided, 12);
  EXPECT_EQ(figures.members[2].undecided.at("refused"), 12);
  ASSERT_TRUE(figures.agreements[0].kappa.value);
  EXPECT_EQ(*figures.agreements[0].kappa.value, 1);
  EXPECT_TRUE(figures.disagreements.empty());
}

}  // namespace
}  // namespace candor::runner
