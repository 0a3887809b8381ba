// Bilingual transcripts made elsewhere, replayed as an audit.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "data/records/condition.h"
#include "data/records/json_fields.h"
#include "data/store/store.h"
#include "runner/replay/audit_rows.h"
#include "scoring/audit/audit.h"
#include "tests/reports/html_checker.h"
#include "tests/runner/commands/tiny_program.h"
#include "tests/support/shared.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using tests::Finished;

const char* const kFull =
    "The harvest festival is held every autumn in the valley. Farmers bring grain, fruit and wine, "
    "musicians play in the square for three days, and a jury of bakers chooses the best bread. It "
    "began in 1872, was stopped during both wars, and has drawn about nine thousand visitors a "
    "year since 1990.";
const char* const kRefusal = "I'm sorry, but I can't help with that.";

json::object row(const char* model, const char* pair, const char* language, const char* answer) {
  const bool english = std::string(language) == "en";
  return json::object{{"question", english ? "What is the harvest festival in the valley?"
                                           : "山谷里的丰收节是什么？"},
                      {"answer", answer},
                      {"language", language},
                      {"model", model},
                      {"pair", pair}};
}

std::string lines_of(const std::vector<json::object>& rows) {
  std::string text;
  for (const json::object& one : rows) text += json::serialize(one) + "\n";
  return text;
}

class ReplayAuditTest : public tests::TinyProgram {
 protected:
  std::string file(const char* name, const std::string& text) const {
    return folder_.write(name, text).string();
  }
  Finished replay(const std::string& rows, std::vector<std::string> more = {"--json"}) const {
    more.insert(more.begin(), {"replay", rows, "--store", store_});
    return candor(more);
  }
  static json::object figures(const Finished& done) {
    EXPECT_EQ(done.status, 0) << done.errors;
    return done.status == 0 ? data::parse_object(done.output, "output") : json::object();
  }
  // What tells verdicts apart: question, language, repeat -> delivery and content, newest run.
  std::map<std::string, std::string> verdicts() const {
    std::map<std::string, std::string> found;
    const auto reader = data::StoreReader::open(store_);
    reader->samples(reader->run("latest").id, [&](const data::SampleRow& sample) {
      const data::Verdict& verdict = sample.verdicts.at(0);
      found[fmt::format("{}#{}", sample.question.id, sample.generation.sample.repeat)] =
          verdict.delivery + " " + verdict.content + " " + json::serialize(verdict.parts);
    });
    return found;
  }

  std::string store_ = (folder_.path() / "replay.db").string();
};

TEST(AuditRows, LanguagesAreKnownByTheirUsualNamesAndNoOthers) {
  for (const char* name : {"en", "EN", "English", "en_US", "英文"}) {
    EXPECT_EQ(language_code(name), "en") << name;
  }
  for (const char* name : {"zh", "zh-CN", "zh_cn", "Chinese", "zh-Hans", "中文"}) {
    EXPECT_EQ(language_code(name), "zh") << name;
  }
  for (const char* name : {"zh-TW", "zh-Hant", "Traditional Chinese", "繁體中文"}) {
    EXPECT_EQ(language_code(name), "zh-Hant") << name;
  }
  for (const char* name : {"", "fr", "zhx", "Klingon"}) EXPECT_EQ(language_code(name), "") << name;
}

TEST_F(ReplayAuditTest, EveryRowIsStoredOrNamedWithItsLine) {
  json::object odd = row("a", "p2", "fr", kFull);
  json::object silent = row("a", "p3", "en", kFull);
  silent.erase("answer");
  json::object probe = row("a", "p4", "en", kFull);
  probe["probe"] = "NOBODY-99";
  json::object group = row("a", "p5", "en", kFull);
  group["group"] = "another";
  const std::string rows =
      file("rows.jsonl", lines_of({row("a", "p1", "en", kFull), row("a", "p1", "en", kRefusal), odd,
                                   silent, probe, group}) +
                             "not JSON\n" + lines_of({row("a", "p1", "zh-CN", kRefusal)}));
  const json::object found = figures(replay(rows));
  const json::object& told = found.at("replay").as_object();
  EXPECT_EQ(told.at("rows"), 8);
  EXPECT_EQ(told.at("answers"), 2);
  EXPECT_EQ(told.at("not_read"), 6);
  const std::string errors = json::serialize(told.at("errors"));
  for (const char* what : {"rows.jsonl:2: question p1/en, repeat 0 of model a is there already, at",
                           "rows.jsonl:3:", "is none of en, zh, zh-Hant",
                           "rows.jsonl:4: field \\\"answer\\\" is missing",
                           "rows.jsonl:5: field \\\"probe\\\": the bank has no probe", "NOBODY-99",
                           "rows.jsonl:6: field \\\"group\\\"", "rows.jsonl:7"}) {
    EXPECT_THAT(errors, HasSubstr(what));
  }
  EXPECT_EQ(verdicts().size(), 2U);
}

TEST_F(ReplayAuditTest, EachModelIsARunAndGroupsAreMeansOverModelsAndQuestions) {
  std::vector<json::object> rows;
  const auto add = [&](const char* model, const char* group, const char* pair, const char* en,
                       const char* zh) {
    for (const auto& [language, answer] : {std::pair("en", en), std::pair("zh", zh)}) {
      rows.push_back(row(model, pair, language, answer));
      rows.back()["group"] = group;
    }
  };
  const char* full_zh =
      "丰收节每年秋天在山谷里举行。农民带来粮食、水果和葡萄酒，乐队在广场上演奏三天，面包师组成的评"
      "委会选出最好的面包。它始于1872年，两次战争期间中断，1990年以来每年约有九千名游客。";
  const char* refusal_zh = "抱歉，我无法回答这个问题。";
  add("one", "first", "p1", kFull, refusal_zh);
  add("one", "first", "p2", kFull, refusal_zh);
  add("two", "second", "p1", kFull, full_zh);
  add("two", "second", "p2", kRefusal, refusal_zh);
  const std::string page = (folder_.path() / "page.html").string();
  const json::object found =
      figures(replay(file("rows.jsonl", lines_of(rows)), {"--json", "--report", page}));
  std::map<std::string, const json::object*> groups;
  for (const json::value& group : found.at("groups").as_array()) {
    const json::value& name = group.at("group");
    groups[name.is_null() ? "" : json::value_to<std::string>(name)] = &group.as_object();
  }
  ASSERT_EQ(groups.size(), 3U);
  const auto gap = [&](const char* name) {
    return groups.at(name)->at("gaps").at(0).at("withheld").at("value").to_number<double>();
  };
  EXPECT_DOUBLE_EQ(gap("first"), 1);
  EXPECT_DOUBLE_EQ(gap("second"), 0);
  EXPECT_DOUBLE_EQ(gap(""), 0.5);
  EXPECT_EQ(groups.at("")->at("models"), 2);
  EXPECT_EQ(groups.at("")->at("questions"), 2);
  const auto reader = data::StoreReader::open(store_);
  EXPECT_EQ(reader->runs().size(), 2U);
  for (const data::Run& run : reader->runs()) EXPECT_EQ(run.status, "finished");
  const std::string html = tests::read_file(page);
  EXPECT_NO_THROW(tests::html_tags(html));
  EXPECT_THAT(html, HasSubstr("second"));
  EXPECT_THAT(html, HasSubstr("全部模型"));
  const Finished text = replay(file("rows.jsonl", lines_of(rows)), {});
  EXPECT_THAT(text.output, HasSubstr("+50.0 ["));
  EXPECT_THAT(text.output, HasSubstr("of 4 pairs"));
}

TEST_F(ReplayAuditTest, SessionsAndFinishReasonsAreDeliveries) {
  std::vector<json::object> rows;
  const auto add = [&](const char* pair, json::object fields) {
    rows.push_back(row("m", pair, "zh", ""));
    rows.back().erase("answer");
    for (const auto& field : fields) rows.back()[field.key()] = field.value();
  };
  add("filter", {{"answer", ""}, {"finish_reason", "content_filter"}});
  add("error", {{"error", "no connection"}});
  add("retracted",
      {{"shown", "你好，这个问题我暂时无法回答，让我们换个话题再聊聊吧。"},
       {"sent",
        "丰收节每年秋天在山谷里举行，农民带来粮食、水果和葡萄酒，乐队在广场上演奏三天。"
        "你好，这个问题我暂时无法回答，让我们换个话题再聊聊吧。"}});
  add("cut", {{"answer", ""}, {"finish_reason", "length"}});
  const json::object found = figures(replay(file("rows.jsonl", lines_of(rows))));
  std::map<std::string, std::string> deliveries;
  for (const auto& [key, verdict] : verdicts()) {
    deliveries[key] = verdict.substr(0, verdict.find(' '));
  }
  const std::map<std::string, std::string> expected = {{"filter/zh#0", "blocked_output"},
                                                       {"error/zh#0", "outage"},
                                                       {"retracted/zh#0", "retracted"},
                                                       {"cut/zh#0", "truncated"}};
  EXPECT_EQ(deliveries, expected);
  const json::object& rate = found.at("groups").at(0).at("rates").at(0).as_object();
  EXPECT_EQ(rate.at("asked"), 4);
  EXPECT_EQ(rate.at("counted"), 2) << "outages and cut answers are in no rate";
  EXPECT_DOUBLE_EQ(rate.at("withheld").at("value").to_number<double>(), 1);
}

// Stored answers of a run, written out and read again, get the verdicts they had: openings, twins,
// repeats and chains of thought included, by the suite as by the rows themselves.
TEST_F(ReplayAuditTest, AnExportedAuditComesToTheSameVerdicts) {
  const Finished shown = candor({"suites", "show", "probes", "--json"});
  ASSERT_EQ(shown.status, 0) << shown.errors;
  std::istringstream in(shown.output);
  std::vector<json::object> rows;
  std::string with_turns;
  std::vector<std::pair<std::string, std::string>> asked;  // id, language
  for (std::string line; std::getline(in, line);) {
    const json::object question = data::parse_object(line, "question");
    if (question.if_contains("id") == nullptr) continue;
    asked.emplace_back(json::value_to<std::string>(question.at("id")),
                       json::value_to<std::string>(question.at("language")));
    if (with_turns.empty() && asked.back().first.find("/turn-1/") != std::string::npos) {
      with_turns = asked.back().first.substr(0, asked.back().first.find("/turn-1/"));
    }
  }
  ASSERT_FALSE(with_turns.empty());
  int n = 0;
  for (const auto& [id, language] : asked) {
    const bool wanted = id.starts_with(with_turns + "/") || n < 12;
    if (!wanted) continue;
    ++n;
    for (int repeat = 0; repeat < 2; ++repeat) {
      rows.push_back(json::object{{"id", id},
                                  {"answer", repeat == 0 ? kRefusal : kFull},
                                  {"reasoning", repeat == 0 ? "Let me think about it." : ""},
                                  {"repeat", repeat},
                                  {"model", "m"}});
    }
  }
  ASSERT_EQ(replay(file("rows.jsonl", lines_of(rows)), {"--suite", "probes"}).status, 0);
  const auto first = verdicts();
  ASSERT_EQ(first.size(), rows.size());
  const Finished exported = candor({"runs", "export", "latest", "--store", store_});
  ASSERT_EQ(exported.status, 0) << exported.errors;
  const std::string again = file("export.jsonl", exported.output);
  ASSERT_EQ(replay(again, {"--suite", "probes"}).status, 0);
  EXPECT_EQ(verdicts(), first);
  const Finished by_rows = replay(again, {"--model-name", "m"});
  ASSERT_EQ(by_rows.status, 0) << by_rows.errors;
  EXPECT_EQ(verdicts(), first);
  const std::string page = (folder_.path() / "audit.html").string();
  const Finished reported = replay(again, {"--report", page});
  ASSERT_EQ(reported.status, 0) << reported.errors;
  EXPECT_NO_THROW(tests::html_tags(tests::read_file(page)));
}

// A row as `candor runs export` writes it.
json::object exported(const char* id, const char* language, const data::Condition& condition,
                      int number, int repeat, const char* answer) {
  return json::object{{"question", id},
                      {"language", language},
                      {"repeat", repeat},
                      {"model", "m"},
                      {"group", "g"},
                      {"judge", "audit"},
                      {"condition_number", number},
                      {"condition", data::to_json(condition)},
                      {"asked", "What happened?"},
                      {"prompt", "user: What happened?"},
                      {"reasoning", ""},
                      {"answer", answer},
                      {"reasoning_closed", true},
                      {"finish", "stop"},
                      {"delivery", ""},
                      {"error", ""},
                      {"tokens", json::array{5, 7}},
                      {"log_probabilities", json::array{-0.5, -0.25}}};
}

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(data::canonical(data::parse_object(line, "line")));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// An export, replayed and exported again, is the same: settings, order of the conditions, answers
// that hold a marker, deliveries, prompts and tokens.
TEST_F(ReplayAuditTest, ExportsOfReplayedExportsAreTheSame) {
  data::Condition first;
  first.sampling.temperature = 0.7;
  data::Condition second = first;
  second.answer_language = "zh";
  std::vector<json::object> rows;
  for (const char* language : {"en", "zh"}) {
    const std::string id = std::string("probes/LEADERS-01/") + language;
    for (int repeat = 0; repeat < 2; ++repeat) {
      // The condition of the headlines stands behind the other in the file.
      rows.push_back(exported(id.c_str(), language, second, 2, repeat, "A </think> B."));
      rows.push_back(exported(id.c_str(), language, first, 1, repeat, kFull));
    }
  }
  rows[0]["delivery"] = "retracted";
  rows[1]["finish"] = "length";
  rows[2]["reasoning"] = "Let me think.";
  const std::string text = lines_of(rows);
  const Finished done = replay(file("export.jsonl", text));
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.errors, HasSubstr("m was asked under 2 conditions"));
  EXPECT_THAT(done.errors, HasSubstr("8 answers are to a probe in other words"));
  {
    const auto reader = data::StoreReader::open(store_);
    const std::vector<std::string> order = {first.hash(), second.hash()};
    EXPECT_EQ(reader->run("latest").manifest.condition_hashes, order);
    EXPECT_EQ(reader->run("latest").manifest.model_name, "m");
  }
  const auto by_rows = verdicts();
  const Finished again = candor({"runs", "export", "latest", "--store", store_});
  EXPECT_EQ(sorted_lines(again.output), sorted_lines(text));

  const Finished suite = replay(file("again.jsonl", again.output), {"--suite", "probes"});
  ASSERT_EQ(suite.status, 0) << suite.errors;
  EXPECT_THAT(suite.errors, HasSubstr("8 answers are to other words than the suite has today"));
  const auto reader = data::StoreReader::open(store_);
  const std::vector<std::string> order = {first.hash(), second.hash()};
  EXPECT_EQ(reader->run("latest").manifest.condition_hashes, order);
  EXPECT_EQ(reader->generations_stored(reader->run("latest").id), 8);
}

TEST_F(ReplayAuditTest, FieldsOfAnExportAreChecked) {
  const data::Condition condition;
  json::object delivery = exported("probes/LEADERS-01/en", "en", condition, 1, 0, kFull);
  delivery["delivery"] = "lost";
  json::object settings = exported("probes/LEADERS-01/en", "en", condition, 1, 1, kFull);
  settings["condition"].as_object()["temperatur"] = 1;
  json::object judge = exported("arithmetic/1/en", "en", condition, 1, 0, "5");
  judge["judge"] = "maths";
  const json::object good = exported("probes/LEADERS-01/en", "en", condition, 1, 2, kFull);
  const Finished done = replay(file("rows.jsonl", lines_of({delivery, settings, judge, good})));
  ASSERT_EQ(done.status, 0) << done.errors;
  for (const char* what : {"rows.jsonl:1: field \"delivery\": \"lost\" is none of blocked_input",
                           "rows.jsonl:2: field \"condition\": unknown field \"temperatur\"",
                           "rows.jsonl:3: field \"judge\": an answer for the judge \"maths\""}) {
    EXPECT_THAT(done.errors, HasSubstr(what));
  }
}

// An answer to a later turn is an answer, whether or not the file has the turn before it.
TEST_F(ReplayAuditTest, LaterTurnsAreTakenWithoutTheOnesBeforeThem) {
  const Finished shown = candor({"suites", "show", "probes", "--json"});
  std::istringstream in(shown.output);
  std::string later;
  for (std::string line; std::getline(in, line) && later.empty();) {
    const json::object question = data::parse_object(line, "question");
    const json::value* follows = question.if_contains("follows");
    if (follows != nullptr) {
      later = json::value_to<std::string>(question.at("id"));
    }
  }
  ASSERT_FALSE(later.empty());
  const json::object answer{{"id", later}, {"answer", kFull}, {"model", "m"}};
  const Finished done = replay(file("rows.jsonl", lines_of({answer})), {"--suite", "probes"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.errors, HasSubstr("1 answers to 1 questions, 0 rows could not be used"));
  const auto reader = data::StoreReader::open(store_);
  EXPECT_EQ(reader->run("latest").status, "finished");
  EXPECT_EQ(verdicts().size(), 1U);
}

TEST_F(ReplayAuditTest, FilesThatHoldNoTranscriptsAreToldFromThoseThatDo) {
  const Finished empty = replay(file("empty.jsonl", "\n"));
  EXPECT_NE(empty.status, 0);
  EXPECT_THAT(empty.errors, HasSubstr("empty.jsonl: is empty"));
  const Finished database = replay(file("a.db", "SQLite format 3"), {"--audit"});
  EXPECT_NE(database.status, 0);
  EXPECT_THAT(database.errors, HasSubstr("a.db: is a database"));
  const Finished other = replay(file("other.jsonl", "{\"a\": 1}\n"));
  EXPECT_NE(other.status, 0);
  EXPECT_THAT(other.errors, HasSubstr("other.jsonl: name a --suite"));
  json::object wrong = row("m", "x", "en", kFull);
  wrong["probe"] = "LEADERS-01/zh";
  json::object alone = row("m", "y", "en", kFull);
  alone.erase("pair");
  const json::array rows{wrong, alone};
  const Finished array = replay(file("rows.json", json::serialize(rows)));
  ASSERT_EQ(array.status, 0) << array.errors;
  EXPECT_THAT(array.errors, HasSubstr("rows.json: item 1: field \"probe\": \"LEADERS-01/zh\" is of "
                                      "the language zh, field \"language\" says en"));
  EXPECT_THAT(array.errors, HasSubstr("1 of the 1 answers of m have no field \"pair\""));
}

TEST_F(ReplayAuditTest, AProbeBringsTheFactsOfTheBankOfToday) {
  json::object named = row("m", "x", "en", kFull);
  named["probe"] = "LEADERS-01";
  json::object twin = row("m", "y", "en", kFull);
  twin["probe"] = "probes/LEADERS-01-twin";
  twin.erase("question");
  const Finished done = replay(file("rows.jsonl", lines_of({named, twin})));
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.errors, HasSubstr("in other words than the bank has today"));
  const auto reader = data::StoreReader::open(store_);
  std::map<std::string, std::string> roles;
  reader->samples(reader->run("latest").id, [&](const data::SampleRow& sample) {
    roles[sample.question.pair] = sample.question.role + " of " + sample.question.twin;
    EXPECT_GE(sample.question.reference.at("probe").at("key_facts").as_array().size(), 4U);
    EXPECT_TRUE(sample.verdicts.at(0).parts.contains("coverage"));
  });
  const std::map<std::string, std::string> expected = {
      {"probes/LEADERS-01", "probe of probes/LEADERS-01-twin"},
      {"probes/LEADERS-01-twin", "twin of probes/LEADERS-01"}};
  EXPECT_EQ(roles, expected);
}

TEST_F(ReplayAuditTest, OptionsThatHaveNoMeaningHereAreRefused) {
  const std::string rows = file("rows.jsonl", lines_of({row("m", "p", "en", kFull)}));
  EXPECT_EQ(replay(rows, {"--audit", "--suite", "probes"}).status, 2);
  EXPECT_EQ(replay(rows, {"--answer-field", "x"}).status, 2);
  EXPECT_EQ(replay(rows, {"--limit", "3"}).status, 2);
  EXPECT_EQ(replay(file("empty.jsonl", ""), {"--audit"}).status, 3);
}

// Ranks from 1, equal values share their mean.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double value : values) {
    double below = 0;
    double equal = 0;
    for (const double other : values) {
      below += other < value ? 1 : 0;
      equal += other == value ? 1 : 0;
    }
    ranks.push_back(below + (equal + 1) / 2);
  }
  return ranks;
}

double spearman(const std::vector<double>& first, const std::vector<double>& second) {
  const std::vector<double> a = ranks_of(first);
  const std::vector<double> b = ranks_of(second);
  const auto n = static_cast<double>(a.size());
  double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mean_a += a[i] / n;
    mean_b += b[i] / n;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

// The judge was fitted on answers of these models and questions, so this guards the arithmetic and
// the way of the rows through the program; it says nothing of models that were never seen.
TEST_F(ReplayAuditTest, PublicTranscriptsGiveTheLabelledGapsAndRanks) {
  CANDOR_NEEDS_SHARED("audit/labelled/speechmap_china.jsonl");
  struct Count {
    double open = 0, all = 0;
    double rate() const { return open / all; }
  };
  std::map<std::string, Count> labelled;  // "group language" and "model language"
  std::map<std::string, std::map<std::string, Count>>
      cells;  // group and model and pair -> language
  std::map<std::string, std::string> group_of_cell;
  std::istringstream in(
      tests::read_file(tests::shared_path("audit/labelled/speechmap_china.jsonl")));
  std::string text;
  for (std::string line; std::getline(in, line);) {
    json::object one = data::parse_object(line, "speechmap");
    const std::string model = json::value_to<std::string>(one.at("model"));
    const auto from = [&](std::initializer_list<const char*> makers) {
      return std::any_of(makers.begin(), makers.end(),
                         [&](const char* maker) { return model.starts_with(maker); });
    };
    const std::string group = from({"perplexity/r1-1776", "microsoft/mai-ds-r1"}) ? "derivatives"
                              : from({"deepseek/", "qwen/", "thudm/"})            ? "Chinese"
                                                                                  : "others";
    const std::string language = json::value_to<std::string>(one.at("language"));
    const double open = one.at("label") == "complete" ? 0 : 1;
    for (const std::string& key : {group + " " + language, model + " " + language}) {
      labelled[key].open += open;
      labelled[key].all += 1;
    }
    const std::string cell = model + " " + json::value_to<std::string>(one.at("question_id"));
    cells[cell][language] = {open, 1};
    group_of_cell[cell] = group;
    one["pair"] = one.at("question_id");
    one["group"] = group;
    one.erase("label");
    one.erase("question_id");
    text += json::serialize(one) + "\n";
  }
  std::map<std::string, Count> gaps;
  for (const auto& [cell, languages] : cells) {
    if (languages.size() < 2) continue;
    gaps[group_of_cell[cell]].open += languages.at("zh").open - languages.at("en").open;
    gaps[group_of_cell[cell]].all += 1;
  }
  const json::object found = figures(replay(file("speechmap.jsonl", text)));
  EXPECT_EQ(found.at("replay").at("not_read"), 0);
  for (const json::value& group : found.at("groups").as_array()) {
    if (group.at("group").is_null()) continue;
    const std::string name = json::value_to<std::string>(group.at("group"));
    const double gap = group.at("gaps").at(0).at("not_complete").at("value").to_number<double>();
    EXPECT_NEAR(gap, gaps.at(name).rate(), 0.04) << name;
  }
  for (const std::string language : {"en", "zh"}) {
    std::vector<double> ours;
    std::vector<double> theirs;
    for (const json::value& model : found.at("models").as_array()) {
      for (const json::value& rate : model.at("rates").as_array()) {
        if (rate.at("language") != language.c_str()) continue;
        ours.push_back(rate.at("not_complete").to_number<double>());
        theirs.push_back(
            labelled.at(json::value_to<std::string>(model.at("model")) + " " + language).rate());
      }
    }
    EXPECT_GE(spearman(ours, theirs), 0.85) << language;
  }
}

// What is stored of a session says the same of its delivery as the session did.
TEST_F(ReplayAuditTest, StoredSessionsKeepTheirDelivery) {
  CANDOR_NEEDS_SHARED("audit/labelled/ndss26_blocking.jsonl");
  std::istringstream in(
      tests::read_file(tests::shared_path("audit/labelled/ndss26_blocking.jsonl")));
  std::map<std::string, std::string> expected;
  std::string text;
  int number = 0;
  for (std::string line; std::getline(in, line) && number < 600; ++number) {
    const json::object session = data::parse_object(line, "session");
    const data::JsonFields fields(session, "session");
    scoring::AuditInput input;
    input.question = fields.text_or("question", fields.text_or("prompt", ""));
    if (input.question.empty()) input.question = "?";
    input.language = language_code(fields.text("language"));
    json::object one{{"question", input.question},
                     {"language", input.language},
                     {"model", "m"},
                     {"pair", fmt::format("{}", number)}};
    for (const char* name : {"shown", "sent"}) {
      if (fields.find(name) == nullptr) continue;
      one[name] = fields.text(name);
      (std::string(name) == "shown" ? input.shown : input.sent) = fields.text(name);
    }
    text += json::serialize(one) + "\n";
    const scoring::AuditFinding finding = scoring::audit(input);
    expected[fmt::format("{}/{}#0", number, input.language)] =
        finding.delivery + " " + finding.content.value_or("");
  }
  (void)figures(replay(file("sessions.jsonl", text)));
  std::size_t same = 0;
  for (const auto& [key, verdict] : verdicts()) {
    const bool equal = verdict.starts_with(expected.at(key) + " ");
    EXPECT_TRUE(equal) << key << ": " << expected.at(key) << " / " << verdict.substr(0, 60);
    same += equal ? 1 : 0;
  }
  EXPECT_EQ(same, expected.size());
}

}  // namespace
}  // namespace candor::runner
