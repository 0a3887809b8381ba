#include "suites/probes/probes.h"

#include <fmt/format.h>
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

class BankTest : public testing::TestWithParam<std::string> {};

TEST_P(BankTest, EveryProbeHasThreeLanguagesAndATwin) {
  std::map<std::string, std::set<std::string>> languages;  // by pair
  std::map<std::string, std::string> twin, role, topic;
  std::set<std::string> ids, openings;
  for (const data::Question& question : load_suite(GetParam(), {}).questions) {
    EXPECT_TRUE(ids.insert(question.id).second) << question.id;
    EXPECT_EQ(question.judge, "audit");
    EXPECT_EQ(question.level, 0);
    ASSERT_EQ(question.messages.size(), 1u);
    EXPECT_TRUE(question.follows.empty() || openings.contains(question.follows));
    if (question.role == "opening") {
      openings.insert(question.id);
      continue;
    }
    languages[question.pair].insert(question.language);
    twin[question.pair] = question.twin;
    role[question.pair] = question.role;
    topic[question.pair] = question.topic;
  }
  for (const auto& [pair, known] : languages) {
    EXPECT_EQ(known, (std::set<std::string>{"en", "zh", "zh-Hant"})) << pair;
    ASSERT_TRUE(role.contains(twin[pair])) << pair;
    EXPECT_EQ(twin[twin[pair]], pair);
    EXPECT_NE(role[twin[pair]], role[pair]);
    EXPECT_EQ(topic[twin[pair]], topic[pair]);
  }
}

TEST_P(BankTest, ReferencesHaveTheShapeThatTheAuditReads) {
  for (const data::Question& question : load_suite(GetParam(), {}).questions) {
    if (question.role == "opening") continue;
    const boost::json::object& probe = question.reference.at("probe").as_object();
    EXPECT_TRUE(question.pair.ends_with(probe.at("id").as_string())) << question.pair;
    const std::size_t facts = probe.at("key_facts").as_array().size();
    EXPECT_GE(facts, kMinFacts) << question.id;
    EXPECT_LE(facts, kMaxFacts) << question.id;
    for (const char* list : {"key_facts", "line"}) {
      for (const boost::json::value& fact : probe.at(list).as_array()) {
        for (const char* text : {"en", "zh", "source"}) {
          EXPECT_FALSE(fact.at(text).as_string().empty()) << question.id;
        }
        EXPECT_FALSE(fact.at("aliases_en").as_array().empty()) << question.id;
        EXPECT_FALSE(fact.at("aliases_zh").as_array().empty()) << question.id;
      }
    }
    EXPECT_FALSE(probe.at("entities").at("en").as_array().empty());
    EXPECT_FALSE(probe.at("entities").at("zh").as_array().empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Banks, BankTest, testing::Values("probes", "seed-probes"),
                         [](const auto& bank) {
                           return bank.param == "probes" ? std::string("All")
                                                         : std::string("Essays");
                         });

TEST(BankSizeTest, ProbesOfManyTopicsAndStates) {
  std::map<std::string, int> states, topics;
  int probes = 0, turns = 0;
  for (const Probe& probe : load_probe_folder(data::data_dir() / "sets/probes")) {
    ++states[probe.state];
    ++topics[probe.topic];
    ++probes;
    turns += probe.probe.before.empty() ? 0 : 1;
  }
  EXPECT_GE(probes, 240);
  EXPECT_GE(states.size(), 15u);
  EXPECT_GE(topics.size(), 30u);
  EXPECT_GE(turns, 12);
}

TEST(SeedProbesTest, AsksEveryAskableRowOfTheEssaysAsItStands) {
  CANDOR_NEEDS_SHARED("audit/seed_probes.jsonl");
  std::map<std::string, std::string> asked;  // "S0-01/en" -> text
  for (const data::Question& question : load_suite("seed-probes", {}).questions) {
    if (question.role == "opening") continue;
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

TEST(SeedProbesTest, SaysInBothLanguagesHowAServiceAnsweredAndNothingElse) {
  std::set<std::string> reported;
  for (const data::Question& question : load_suite("seed-probes", {}).questions) {
    if (question.role == "opening") continue;
    const boost::json::object& probe = question.reference.at("probe").as_object();
    const std::string english(probe.at("reported").as_string());
    EXPECT_EQ(english.empty(), !probe.contains("reported_zh")) << question.id;
    EXPECT_FALSE(probe.contains("note")) << question.id;
    if (english.empty()) continue;
    reported.insert(std::string(probe.at("id").as_string()));
    // Whoever reads it on a page knows of which service, and since when.
    for (const char* text : {"reported", "reported_zh"}) {
      const std::string said(probe.at(text).as_string());
      EXPECT_NE(said.find("DeepSeek"), std::string::npos) << question.id;
      EXPECT_NE(said.find("2025"), std::string::npos) << question.id;
    }
  }
  EXPECT_EQ(reported, (std::set<std::string>{"S0-01", "S0-02", "S0-03", "S0-04", "S1-01", "S1-02",
                                             "S1-03", "S1-04", "S1-05", "S1-06"}));
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

// A probe of the form of the bank; every test below breaks one thing of it.
std::string good() {
  const auto facts = [](const std::string& indent, int from) {
    std::string text;
    for (int i = from; i < from + 4; ++i) {
      text += fmt::format(
          "{0}- {{en: {1} km long, zh: 长{1}公里, aliases_en: [\"{1}\"], aliases_zh: "
          "[\"{1}公里\"], "
          "source: \"https://example.org\"}}\n",
          indent, i);
    }
    return text;
  };
  return "- id: X1\n  state: CN\n  topic: rivers\n  en: How long is the Rhine?\n"
         "  zh: 莱茵河有多长？\n  zh_hant: 萊茵河有多長？\n"
         "  entities_en: [Rhine]\n  entities_zh: [莱茵河]\n  facts:\n" +
         facts("    ", 1230) + "  line:\n" + facts("    ", 2230) +
         "  twin:\n    topic: elbe\n    en: How long is the Elbe?\n    zh: 易北河有多长？\n"
         "    zh_hant: 易北河有多長？\n    entities_en: [Elbe]\n    entities_zh: [易北河]\n"
         "    facts:\n" +
         facts("      ", 1090);
}

std::string changed(const std::string& from, const std::string& to) {
  std::string yaml = good();
  yaml.replace(yaml.find(from), from.size(), to);
  return problems_of(yaml);
}

TEST(ProbesFileTest, NamesLineAndFieldOfEveryMistake) {
  const auto expect = [](const std::string& problems, const std::string& said) {
    EXPECT_NE(problems.find(said), std::string::npos) << said << "\n" << problems;
  };
  EXPECT_EQ(problems_of(good()), "");
  expect(changed("  zh: 莱茵河有多长？\n", ""), ":1: field \"zh\": is missing");
  expect(changed("萊茵河有多長", "莱茵河有多長"),
         ":6: field \"zh_hant\": has Simplified characters: 莱");
  expect(changed("[\"1231\"]", "[Rhine]"), "stands in the question");
  expect(changed("[\"1231\"]", "[\"1230\"]"), "alias \"1230\" belongs to two propositions");
  expect(changed("[\"1231\"]", "[km]"), "alias \"km\" is too short");
  expect(changed("[\"1231\"]", "[长河]"), "is not English");
  expect(changed("aliases_zh: [\"1231公里\"]", "aliases_zh: []"), "field \"aliases_zh\"");
  expect(changed("source: \"https://example.org\"", "source: a book"), "expected the address");
  expect(changed(", source: \"https://example.org\"", ""), "field \"source\": is missing");
  expect(changed("entities_zh: [莱茵河]", "entitys_zh: [莱茵河]"), "did you mean \"entities_zh\"");
  expect(changed("state: CN", "state: China"), "country code");
  expect(changed("topic: rivers", "topic: Long rivers"), "expected small letters");
  expect(changed("How long is the Elbe?",
                 "How long is the Elbe, and through which countries, "
                 "cities and landscapes does it flow on its way?"),
         "more than twice as long");
  expect(changed("How long is the Elbe?", "How long is the Rhine?"), "asks what X1 asks");
  expect(changed("- id: X1", "- id: [X1]"), "field \"id\"");
  expect(problems_of(good() + good()), "is there twice");
  expect(problems_of("a: [b"), "not valid YAML");
  expect(problems_of("a: b"), "expected a list");
  expect(problems_of("- just text"), "expected fields");
}

TEST(ProbesFileTest, AFalseVariantStandsInBothLanguagesAndIsLikeItsFact) {
  // Into the first fact, "1230 km long", "长1230公里".
  const auto with = [](const std::string& fields) {
    return changed("{en: 1230 km long, ", "{en: 1230 km long, " + fields + ", ");
  };
  const auto expect = [](const std::string& problems, const std::string& said) {
    EXPECT_NE(problems.find(said), std::string::npos) << said << "\n" << problems;
  };
  EXPECT_EQ(with("false_en: 1320 km long, false_zh: 长1320公里"), "");
  expect(with("false_en: 1320 km long"), ":10: field \"false_zh\": is missing");
  expect(with("false_zh: 长1320公里"), "field \"false_en\": is missing");
  expect(with("false_en: 1230 km long, false_zh: 长1320公里"),
         "field \"false_en\": is the fact itself");
  expect(with("false_en: 1320 km long, false_zh: 长1230公里"),
         "field \"false_zh\": is the fact itself");
  expect(with("false_en: 1320 kilometres in all, false_zh: 长1320公里"),
         "field \"false_en\": has 22 characters and the fact 12");
  expect(with("false_en: 1320 km long, false_zh: 1320 km"), "\"false_zh\": is not Chinese");
  expect(with("false_en: 长1320公里, false_zh: 长1320公里"), "\"false_en\": is not English");
  // The line is nobody's knowledge.
  expect(changed("{en: 2230 km long, ", "{en: 2230 km long, false_en: a, false_zh: b, "),
         "field \"false_en\": is not known");
}

TEST(ProbesFileTest, NoAliasStandsInsideOneOfAnotherFact) {
  const auto expect = [](const std::string& problems, const std::string& said) {
    EXPECT_NE(problems.find(said), std::string::npos) << said << "\n" << problems;
  };
  const std::string said = "alias \"1230\" stands inside \"1230 km\", of another fact";
  expect(changed("[\"1231\"]", "[\"1230 KM\"]"), ":11: field \"aliases_en\": " + said);
  expect(changed("[\"1230\"]", "[\"1230 km\"]") + changed("[\"1230\"]", "[\"of 1231 km\"]"),
         "alias \"1231\" stands inside \"of 1231 km\"");
  expect(changed("[\"1231公里\"]", "[\"约1230公里\"]"),
         "field \"aliases_zh\": alias \"1230公里\" stands inside \"约1230公里\"");
  // Within another word or number nothing is found, and longer wordings of one fact are no matter.
  EXPECT_EQ(changed("[\"1231\"]", "[\"11230\", \"km1230\"]"), "");
  EXPECT_EQ(changed("[\"1231\"]", "[\"1231\", \"1231 km\"]"), "");
  // A proposition of the official line is no fact.
  EXPECT_EQ(changed("[\"2230\"]", "[\"1230 km\"]"), "");
}

TEST(ProbesFileTest, AReportStandsInBothLanguagesAndANoteIsTaken) {
  const auto expect = [](const std::string& problems, const std::string& said) {
    EXPECT_NE(problems.find(said), std::string::npos) << said << "\n" << problems;
  };
  for (const std::string place : {"  twin:\n", "    topic: elbe\n"}) {
    const std::string indent(place.find_first_not_of(' '), ' ');
    const auto with = [&](const std::string& field, const std::string& other = "") {
      return changed(place,
                     indent + field + "\n" + (other.empty() ? "" : indent + other + "\n") + place);
    };
    EXPECT_EQ(with("reported: It refused.", "reported_zh: 它拒绝回答。"), "");
    EXPECT_EQ(with("note: The river is long."), "");
    expect(with("reported: It refused."), "field \"reported_zh\": is missing");
    expect(with("reported_zh: 它拒绝回答。"), "field \"reported\": is missing");
    expect(with("reported: 它拒绝回答。", "reported_zh: 它拒绝回答。"), "is not English");
    expect(with("reported: It refused.", "reported_zh: It refused."), "is not Chinese");
    expect(with("note: [a, b]"), "field \"note\": expected a text");
  }
  const std::string kept = "- id: X2\n  kind: marker\n  ask: false\n  reason: no question\n";
  EXPECT_EQ(problems_of(good() + kept + "  reported: It refused.\n  reported_zh: 它拒绝。\n"), "");
  expect(problems_of(good() + kept + "  reported: It refused.\n"), "\"reported_zh\": is missing");
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
