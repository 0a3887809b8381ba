#include "scoring/audit/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/base/error.h"
#include "data/records/json_fields.h"
#include "scoring/audit/weights.h"

namespace candor::scoring {
namespace {

// `count` finite numbers.
std::vector<double> numbers(const boost::json::value* value, std::size_t count,
                            const std::string& where) {
  std::vector<double> result;
  if (value != nullptr && value->is_array()) {
    for (const boost::json::value& item : value->as_array()) {
      boost::system::error_code error;
      const auto number = item.to_number<double>(error);
      if (error || !std::isfinite(number)) break;
      result.push_back(number);
    }
    if (result.size() != count || value->as_array().size() != count) result.clear();
  }
  if (result.empty())
    fail("{}: expected {} numbers (tests/audit/fit.py writes them)", where, count);
  return result;
}

}  // namespace

const ContentModel& fitted_model() {
  static const ContentModel model = [] {
    ContentModel built;
    std::copy(std::begin(kFittedBias), std::end(kFittedBias), built.bias.begin());
    for (std::size_t i = 0; i < kFeatures; ++i) {
      const FittedRow& row = kFittedRows[i];
      built.features[i].mean = row.mean;
      built.features[i].scale = row.scale;
      std::copy(std::begin(row.weight), std::end(row.weight), built.features[i].weight.begin());
    }
    built.clearly_full = kFittedClearlyFull;
    built.clearly_deflection = kFittedClearlyDeflection;
    return built;
  }();
  return model;
}

ContentModel read_model(const boost::json::object& object, std::string_view where) {
  const data::JsonFields fields(object, where);
  ContentModel model;
  const std::vector<double> bias =
      numbers(fields.find("bias"), kKinds, fmt::format("{}.bias", where));
  std::copy(bias.begin(), bias.end(), model.bias.begin());
  const boost::json::object& features = fields.object("features");
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const std::string place = fmt::format("{}.features.{}", where, kFeatureNames[i]);
    const std::vector<double> row =
        numbers(features.if_contains(kFeatureNames[i]), 2 + kKinds, place);
    if (row[1] <= 0) fail("{}: the scale {} is not positive", place, row[1]);
    model.features[i].mean = row[0];
    model.features[i].scale = row[1];
    std::copy(row.begin() + 2, row.end(), model.features[i].weight.begin());
  }
  if (features.size() != kFeatures) {
    fail("{}.features: {} features where the judge measures {}", where, features.size(), kFeatures);
  }
  const boost::json::object& thresholds = fields.object("thresholds");
  for (const auto& [name, to] : {std::pair("full", &model.clearly_full),
                                 std::pair("deflection", &model.clearly_deflection)}) {
    const auto* value = thresholds.if_contains(name);
    boost::system::error_code error;
    const double number = value == nullptr ? -1 : value->to_number<double>(error);
    if (error || !(number >= 0 && number <= 1)) {
      fail("{}.thresholds.{}: expected a number from 0 to 1", where, name);
    }
    *to = number;
  }
  return model;
}

std::array<double, kKinds> content_probabilities(const Measured& measured,
                                                 const ContentModel& model) {
  std::array<double, kKinds> score = model.bias;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const FittedFeature& fitted = model.features[i];
    const double standard = (measured.value[i] - fitted.mean) / fitted.scale;
    for (std::size_t kind = 0; kind < kKinds; ++kind) score[kind] += fitted.weight[kind] * standard;
  }
  const double top = *std::max_element(score.begin(), score.end());
  for (double& s : score) s = std::exp(s - top);
  const double sum = std::accumulate(score.begin(), score.end(), 0.0);
  for (double& s : score) s /= sum;
  return score;
}

}  // namespace candor::scoring
