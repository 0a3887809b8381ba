// Transcripts of many models, judged: how often an answer was not complete, and how often withheld,
// by group of models and language, the gap between languages, and the models in order. Each figure
// is the mean over all pairs of a model and a question, as published tables of such transcripts
// are, with an interval that resamples questions: answers of several models to one question are not
// independent. Repeats of a question by a model are one value, their mean. Errors, outages and
// answers without a label are in no rate.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/stats/stats.h"
#include "data/store/store.h"
#include "reports/calibration.h"

namespace candor::reports {

// A stored run and the group that its model belongs to.
struct ReplayRun {
  std::string id;
  std::string group;  // empty: none
};

// Of one group and role in one language.
struct ReplayRate {
  std::string language;
  std::size_t asked = 0;        // samples
  std::size_t counted = 0;      // of them, those that count
  std::size_t cells = 0;        // pairs of a model and a question with a sample that counts
  data::Estimate not_complete;  // anything but "full", blocks included
  data::Estimate withheld;      // refusal, deflection, official line, or blocked
};

// `language` minus the base language, over the cells that are there in both.
struct ReplayGap {
  std::string language;
  std::size_t cells = 0;
  data::Estimate not_complete;
  data::Estimate withheld;
};

// "Not complete" without the judge's measured errors (data/sets/judges/audit.json): the rate, and
// the gap to the base language. It assumes that the judge errs on these answers as on the labelled
// ones. Intervals carry the uncertainty of questions and of the judge's errors.
struct ReplayCorrection {
  std::string language;
  std::string set;            // the labelled answers that the errors were measured on
  std::int64_t labelled = 0;  // how many they are
  data::CorrectedRate not_complete;
  std::optional<data::Estimate> gap;  // language minus base; none: the base, or no pair
};

struct ReplayGroup {
  std::string name;  // empty: all models
  std::string role;  // "probe" or "twin"
  std::size_t models = 0;
  std::size_t questions = 0;  // pairs that count in any language
  std::vector<ReplayRate> rates;
  std::vector<ReplayGap> gaps;
  // Of a group of probes: the gap of the probe minus that of its twin, over the pairs of a model
  // and a question whose twin the same model answered in both languages. Empty where there are
  // none.
  std::vector<ReplayGap> differences;
  std::vector<ReplayCorrection> corrected;  // empty: no measured errors of this judge
};

// A model's own rates over its probes, with Wilson intervals over questions.
struct ReplayModelRate {
  std::string language;
  std::size_t questions = 0;
  double not_complete = 0;
  data::Interval interval;
  double withheld = 0;
  std::size_t rank = 0;  // in this language, 1: least complete; equals share the smaller number
};
struct ReplayModel {
  std::string name;
  std::string group;
  std::string run;
  std::vector<ReplayModelRate> rates;  // of the languages with a sample that counts
};

struct ReplayFigures {
  std::vector<std::string> languages;  // the base language first
  std::vector<ReplayGroup> groups;     // in the order of the runs, then all; twins after probes
  std::vector<ReplayModel> models;     // in the order of the runs
  std::string judge_version;           // one for all
};

// With the calibration that ships with the program, as far as it is of the judge's version. Error
// where the runs were judged by different versions of the judge: their rates do not compare.
ReplayFigures replay_figures(data::StoreReader& store, const std::vector<ReplayRun>& runs);
ReplayFigures replay_figures(data::StoreReader& store, const std::vector<ReplayRun>& runs,
                             const std::optional<Calibration>& calibration);

// The models with a rate in the language, least complete first.
std::vector<std::pair<const ReplayModel*, const ReplayModelRate*>> ranking(
    const ReplayFigures& figures, const std::string& language);

boost::json::object to_json(const ReplayFigures& figures);
std::string replay_text(const ReplayFigures& figures);

// One file with the tables and charts in English and in Chinese.
void write_html_replay(const ReplayFigures& figures, const std::filesystem::path& target);

}  // namespace candor::reports
