#include "reports/calibration.h"

#include <gtest/gtest.h>

#include <fstream>

#include "data/base/error.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::tests {
namespace {

using reports::Calibration;

constexpr const char* kFile = R"({"version": "audit-2", "judge": "audit",
  "fitted_on": ["a", "b"], "fitted_answers": 20, "penalty": 0.1, "fitted_models": ["m"],
  "thresholds": [{"name": "full", "value": 0.6, "what": "from here on"}],
  "intervals": "95 %",
  "sets": [{"name": "China", "what": "answers", "language": "zh", "labels_by": "people",
            "held_out": "questions", "n": 11, "kappa": 0.8, "low": 0.7, "high": 0.9,
            "labels": ["denial", "evasive", "complete"],
            "confusion": [[4, 0, 1], [0, 0, 0], [0, 0, 5]],
            "classes": [{"label": "denial", "precision": 1, "recall": 0.6667, "n": 6},
                        {"label": "evasive", "precision": null, "recall": null, "n": 0},
                        {"label": "complete", "precision": 0.8333, "recall": 1.0, "n": 5}],
            "curve_of": "probability", "curve": [{"threshold": 0.25, "precision": 1, "recall": 0.8},
                                                 {"threshold": 0.5, "precision": 1, "recall": 0.4}]}],
  "rates": [{"estimand": "withheld", "language": "en", "set": "World", "true_positive": 90,
             "false_negative": 10, "false_positive": 10, "true_negative": 91}]})";

// What is said of the file with `from` replaced; "read" where nothing is.
std::string message(const std::string& from, const std::string& to) {
  std::string text = kFile;
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return "no such text: " + from;
  text.replace(at, from.size(), to);
  try {
    reports::read_calibration(text, "audit.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

TEST(CalibrationTest, EveryFieldIsRead) {
  const Calibration calibration = reports::read_calibration(kFile, "audit.json");
  EXPECT_EQ(calibration.version, "audit-2");
  EXPECT_EQ(calibration.fitted_on.size(), 2U);
  EXPECT_EQ(calibration.fitted_answers, 20);
  EXPECT_EQ(calibration.thresholds.at(0).value, 0.6);
  const reports::CalibratedSet& set = calibration.sets.at(0);
  EXPECT_EQ(set.labels_by, "people");
  EXPECT_EQ(set.kappa, 0.8);
  EXPECT_EQ(set.interval.high, 0.9);
  EXPECT_EQ(set.confusion.at(0).at(2), 1);
  EXPECT_EQ(set.classes.at(0).recall, 0.6667);
  EXPECT_EQ(set.curve.at(1).recall, 0.4);
  EXPECT_EQ(calibration.rates.at(0).errors.true_negative, 91);
  EXPECT_EQ(calibration.rates.at(0).questions, 0);
  std::string text = kFile;
  text.replace(text.find("\"true_negative\": 91"), 0, "\"questions\": 17, ");
  EXPECT_EQ(reports::read_calibration(text, "audit.json").rates.at(0).questions, 17);
}

TEST(CalibrationTest, AClassThatIsNeverFoundOrNeverLabelledHasNoShare) {
  const Calibration calibration = reports::read_calibration(kFile, "audit.json");
  EXPECT_FALSE(calibration.sets.at(0).classes.at(1).precision.has_value());
  EXPECT_FALSE(calibration.sets.at(0).classes.at(1).recall.has_value());
  const std::string text = reports::calibration_text(calibration);
  EXPECT_NE(text.find("2 evasive"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
}

// 8 labelled denial and 7 said so, 5 of both, of 20: agreement 15/20, by chance (8*7 + 12*13)/400.
TEST(CalibrationTest, KappaOfAClassIsThatAgainstAllOthers) {
  reports::CalibratedSet set;
  set.n = 20;
  set.labels = {"denial", "evasive", "complete"};
  // One denial and one complete answer that the judge gave no content: in no column.
  set.confusion = {{5, 1, 1}, {1, 3, 0}, {1, 0, 6}};
  set.classes = {{"denial", 5 / 7.0, 5 / 8.0, 8},
                 {"evasive", 0.75, 0.75, 4},
                 {"complete", 6 / 7.0, 6 / 8.0, 8}};
  EXPECT_NEAR(*reports::class_kappa(set, 0), (0.75 - 0.53) / 0.47, 1e-12);
  set.confusion = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
  set.classes[1].n = 0;
  EXPECT_FALSE(reports::class_kappa(set, 1).has_value());
}

struct Mistake {
  const char* from;
  const char* to;
  const char* place;
  const char* field;
};

TEST(CalibrationTest, MistakesAreNamedByFilePlaceFieldAndRemedy) {
  const Mistake mistakes[] = {
      {"{\"version\"", "[\"version\"", "audit.json", ""},
      {"\"version\": \"audit-2\"", "\"version\": \"\"", "audit.json", "\"version\""},
      {"\"version\": \"audit-2\"", "\"version\": 2", "audit.json", "\"version\""},
      {"\"judge\": \"audit\"", "\"judge\": \"maths\"", "audit.json", "\"judge\""},
      {"\"penalty\": 0.1", "\"penalty\": 0", "audit.json", "\"penalty\""},
      {"\"fitted_answers\": 20", "\"answers\": 20", "audit.json", "answers"},
      {"\"value\": 0.6", "\"value\": 6", "thresholds[0]", "\"value\""},
      {"\"language\": \"zh\"", "\"language\": \"chinese\"", "sets[0]", "\"language\""},
      {"\"held_out\": \"questions\"", "\"held_out\": \"\"", "sets[0]", "\"held_out\""},
      {"\"n\": 11", "\"n\": -1", "sets[0]", "\"n\""},
      {"\"n\": 11", "\"n\": 12", "sets[0]", "\"n\""},
      {"\"kappa\": 0.8", "\"kappa\": 8", "sets[0]", "\"kappa\""},
      {"\"kappa\": 0.8", "\"kappa\": 0.5", "sets[0]", "\"kappa\""},
      {"\"kappa\": 0.8", "\"kappa\": null", "sets[0]", "\"kappa\""},
      {"\"labels\": [\"denial\"", "\"labels\": [\"complete\"", "sets[0]", "\"labels\""},
      {"[[4, 0, 1], ", "[", "sets[0]", "\"confusion\""},
      {"[4, 0, 1]", "[4, 1]", "sets[0]", "\"confusion\""},
      {"[4, 0, 1]", "[4, 0, 1.5]", "sets[0]", "\"confusion\""},
      {"[4, 0, 1]", "[4, 0, -1]", "sets[0]", "\"confusion\""},
      {"[4, 0, 1]", "[4, 0, 9]", "sets[0]: classes[0]", "\"n\""},
      {"{\"label\": \"denial\"", "{\"label\": \"refusal\"", "sets[0]: classes[0]", "\"label\""},
      {"\"recall\": 0.6667", "\"recall\": 0.8", "sets[0]: classes[0]", "\"recall\""},
      {"\"recall\": 0.6667", "\"recall\": null", "sets[0]: classes[0]", "\"recall\""},
      {"\"precision\": null", "\"precision\": 1", "sets[0]: classes[1]", "\"precision\""},
      {"\"threshold\": 0.5", "\"threshold\": 0.2", "sets[0]: curve[1]", "\"threshold\""},
      {"\"curve_of\": \"probability\"", "\"curve_of\": \"\"", "sets[0]", "\"curve_of\""},
      {"\"estimand\": \"withheld\"", "\"estimand\": \"silence\"", "rates[0]", "\"estimand\""},
      {"\"true_positive\": 90", "\"true_positive\": -9", "rates[0]", "\"true_positive\""},
      {"\"true_positive\": 90,\n             \"false_negative\": 10",
       "\"true_positive\": 0, \"false_negative\": 0", "rates[0]", "\"true_positive\""},
      {"\"true_negative\": 91}", "\"true_negative\": \"91\"}", "rates[0]", "\"true_negative\""},
  };
  for (const Mistake& mistake : mistakes) {
    const std::string said = message(mistake.from, mistake.to);
    EXPECT_EQ(said.find("audit.json"), 0U) << mistake.to << ": " << said;
    EXPECT_NE(said.find(mistake.place), std::string::npos) << mistake.to << ": " << said;
    EXPECT_NE(said.find(mistake.field), std::string::npos) << mistake.to << ": " << said;
    EXPECT_NE(said.find("tests/audit/fit.py"), std::string::npos) << mistake.to << ": " << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
}

TEST(CalibrationTest, ARateThatIsThereTwiceIsAMistake) {
  const std::string rate = R"({"estimand": "withheld", "language": "en", "set": "Other",
      "true_positive": 1, "false_negative": 1, "false_positive": 1, "true_negative": 1})";
  const std::string said = message("\"rates\": [", "\"rates\": [" + rate + ", ");
  EXPECT_NE(said.find("rates[1]: field \"estimand\""), std::string::npos) << said;
}

TEST(CalibrationTest, FilesCutShortAreMistakes) {
  const std::string whole = kFile;
  for (std::size_t size = 0; size < whole.size(); size += 61) {
    EXPECT_THROW(reports::read_calibration(whole.substr(0, size), "audit.json"), Error) << size;
  }
}

TEST(CalibrationTest, AMissingFileIsNoneAndAFolderIsAMistake) {
  const TempFolder folder;
  EXPECT_FALSE(reports::load_calibration(folder.path() / "audit.json").has_value());
  EXPECT_THROW(reports::load_calibration(folder.path()), Error);
  std::ofstream(folder.path() / "audit.json") << kFile;
  const auto calibration = reports::load_calibration(folder.path() / "audit.json");
  ASSERT_TRUE(calibration.has_value());
  EXPECT_EQ(calibration->sets.at(0).confusion.at(2).at(2), 5);
}

TEST(CalibrationTest, TheOneThatShipsHasErrorRatesOfBothLanguages) {
  const auto shipped = reports::load_calibration(source_path("data/sets/judges/audit.json"));
  ASSERT_TRUE(shipped.has_value());
  EXPECT_FALSE(shipped->sets.empty());
  for (const char* language : {"en", "zh", "zh-Hant"}) {
    const reports::CalibratedRate* rate = shipped->rate("withheld", language);
    ASSERT_NE(rate, nullptr) << language;
    EXPECT_TRUE(rate->errors.informative()) << language;
  }
}

}  // namespace
}  // namespace candor::tests
