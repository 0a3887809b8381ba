#include "suites/probes/probes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "data/base/data_dir.h"
#include "data/base/error.h"
#include "suites/suites.h"
#include "tests/support/shared.h"

namespace candor::suites {
namespace {

TEST(SeedProbesTest, EveryProbeHasTwoLanguagesAndATwin) {
  const Suite suite = load_suite("seed-probes", {});
  std::map<std::string, std::set<std::string>> languages;  // by pair
  std::map<std::string, std::string> twin, role;
  for (const data::Question& question : suite.questions) {
    languages[question.pair].insert(question.language);
    twin[question.pair] = question.twin;
    role[question.pair] = question.role;
    EXPECT_EQ(question.judge, "audit");
    EXPECT_EQ(question.level, 0);
    ASSERT_EQ(question.messages.size(), 1u);
  }
  EXPECT_EQ(languages.size(), 66u) << "33 probes and as many twins";
  for (const auto& [pair, known] : languages) {
    EXPECT_EQ(known, (std::set<std::string>{"en", "zh"})) << pair;
    ASSERT_TRUE(role.contains(twin[pair])) << pair;
    EXPECT_EQ(twin[twin[pair]], pair);
    EXPECT_NE(role[twin[pair]], role[pair]);
  }
  EXPECT_EQ(twin["seed-probes/S1-04"], "seed-probes/S1-03");
}

TEST(SeedProbesTest, ReferencesHaveTheShapeThatTheAuditReads) {
  for (const data::Question& question : load_suite("seed-probes", {}).questions) {
    const boost::json::object& probe = question.reference.at("probe").as_object();
    EXPECT_TRUE(question.pair.ends_with(probe.at("id").as_string())) << question.pair;
    EXPECT_FALSE(probe.at("key_facts").as_array().empty()) << question.id;
    for (const char* list : {"key_facts", "line"}) {
      for (const boost::json::value& fact : probe.at(list).as_array()) {
        EXPECT_FALSE(fact.at("en").as_string().empty());
        EXPECT_FALSE(fact.at("zh").as_string().empty());
        EXPECT_FALSE(fact.at("aliases_en").as_array().empty()) << question.id;
        EXPECT_FALSE(fact.at("aliases_zh").as_array().empty()) << question.id;
      }
    }
    EXPECT_FALSE(probe.at("entities").at("en").as_array().empty());
    EXPECT_FALSE(probe.at("entities").at("zh").as_array().empty());
    EXPECT_EQ(probe.at("reported").as_string().empty(),
              question.role == "twin" && question.pair != "seed-probes/S1-03")
        << question.id;
  }
}

// Every text an answer is searched for must be a finding: not in the question, in the language of
// its list.
TEST(SeedProbesTest, AliasesAreOfTheirLanguage) {
  const auto has_han = [](const std::string& text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte >= 0xe4 && byte <= 0xe9) return true;
    }
    return false;
  };
  for (const Probe& probe : load_probes(data::data_file("sets/seed_probes.yaml"))) {
    for (const ProbeText* text : {&probe.probe, &probe.twin}) {
      EXPECT_TRUE(has_han(text->question.zh)) << text->id;
      EXPECT_FALSE(has_han(text->question.en)) << text->id;
      for (const auto* list : {&text->facts, &text->line}) {
        for (const Proposition& one : *list) {
          EXPECT_FALSE(has_han(one.text.en)) << one.text.en;
          for (const std::string& alias : one.aliases_en) EXPECT_FALSE(has_han(alias)) << alias;
        }
      }
    }
  }
}

TEST(SeedProbesTest, AsksEveryAskableRowOfTheEssaysAsItStands) {
  CANDOR_NEEDS_SHARED("audit/seed_probes.jsonl");
  std::map<std::string, std::string> asked;  // "S0-01/en" -> text
  for (const data::Question& question : load_suite("seed-probes", {}).questions) {
    asked[question.id.substr(question.id.find('/') + 1)] = question.messages[0].content;
  }
  // The project's file is typeset: straight quotation marks became Chinese ones.
  const auto plain = [](std::string text) {
    for (const std::string mark : {"“", "”"}) {
      for (std::size_t at; (at = text.find(mark)) != std::string::npos;) {
        text.replace(at, mark.size(), "\"");
      }
    }
    return text;
  };
  std::ifstream file(tests::shared_path("audit/seed_probes.jsonl"));
  int askable = 0, left_out = 0;
  for (std::string line; std::getline(file, line);) {
    const boost::json::value row = boost::json::parse(line);
    const std::string id(row.at("id").as_string());
    static const std::set<std::string> kNoQuestions = {"marker", "access", "operational", "script",
                                                       "generalisation"};
    if (kNoQuestions.contains(std::string(row.at("kind").as_string()))) {
      EXPECT_FALSE(asked.contains(id + "/en")) << id;
      ++left_out;
      continue;
    }
    ++askable;
    for (const std::string language : {"en", "zh"}) {
      EXPECT_EQ(plain(asked[id + "/" + language]), std::string(row.at(language).as_string())) << id;
    }
  }
  EXPECT_EQ(askable, 34);
  EXPECT_EQ(left_out, 7);
}

std::string problems_of(const std::string& yaml) {
  const auto path = std::filesystem::path(testing::TempDir()) / "candor_probes.yaml";
  std::ofstream(path) << yaml;
  try {
    (void)load_probes(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

const char* const kGood = R"(
- id: X1
  topic: a river
  en: How long is the Rhine?
  zh: 莱茵河有多长？
  entities_en: [Rhine]
  entities_zh: [莱茵河]
  reported: nothing
  facts:
    - {en: 1233 km, zh: 1233公里, aliases_en: ["1233"], aliases_zh: ["1233"]}
  twin:
    topic: another river
    en: How long is the Elbe?
    zh: 易北河有多长？
    entities_en: [Elbe]
    entities_zh: [易北河]
    facts:
      - {en: 1094 km, zh: 1094公里, aliases_en: ["1094"], aliases_zh: ["1094"]}
)";

std::string changed(const std::string& from, const std::string& to) {
  std::string yaml = kGood;
  yaml.replace(yaml.find(from), from.size(), to);
  return problems_of(yaml);
}

TEST(ProbesFileTest, NamesLineAndFieldOfEveryMistake) {
  EXPECT_EQ(problems_of(kGood), "");
  EXPECT_NE(changed("  zh: 莱茵河有多长？\n", "").find(":2: field \"zh\": is missing"),
            std::string::npos);
  EXPECT_NE(changed("[\"1233\"]", "[Rhine]").find("stands in the question"), std::string::npos);
  EXPECT_NE(changed("aliases_zh: [\"1233\"]", "aliases_zh: []").find("aliases_zh"),
            std::string::npos);
  EXPECT_NE(
      changed("entities_zh: [莱茵河]", "entitys_zh: [莱茵河]").find("did you mean \"entities_zh\""),
      std::string::npos);
  EXPECT_NE(changed("- id: X1", "- id: [X1]").find("field \"id\""), std::string::npos);
  EXPECT_NE(problems_of(std::string(kGood) + kGood).find("is there twice"), std::string::npos);
  EXPECT_NE(problems_of("a: [b").find("not valid YAML"), std::string::npos);
  EXPECT_NE(problems_of("a: b").find("expected a list"), std::string::npos);
  EXPECT_NE(problems_of("- just text").find("expected fields"), std::string::npos);
}

TEST(DataDirTest, MissingDataNamesThePathAndTheVariable) {
  try {
    (void)data::data_file("sets/no_such_file.yaml");
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("no_such_file.yaml"), std::string::npos);
    EXPECT_NE(text.find("CANDOR_DATA"), std::string::npos);
  }
}

}  // namespace
}  // namespace candor::suites
