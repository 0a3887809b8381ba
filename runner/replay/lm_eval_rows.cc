// Rows of lm-evaluation-harness --log_samples (observed in 0.4.x): one a document and filter, with
// "resps" as answers of each request, or [log-probability, is greedy] of each option.
#include <cmath>
#include <cstdlib>

#include "data/base/error.h"
#include "runner/replay/formats.h"

namespace candor::runner {

namespace json = boost::json;
using data::JsonFields;

namespace {

// The requests of a row: {"gen_args_0": {"arg_0": prompt, "arg_1": …}, …}, or older [[prompt, …],
// …].
std::vector<std::pair<const json::value*, const json::value*>> requests_of(
    const JsonFields& fields) {
  std::vector<std::pair<const json::value*, const json::value*>> requests;
  const json::value* arguments = fields.find("arguments");
  if (arguments == nullptr) return requests;
  if (const json::object* named = arguments->if_object()) {
    for (std::size_t i = 0; i < named->size(); ++i) {
      const json::value* one = named->if_contains("gen_args_" + std::to_string(i));
      const json::object* parts = one == nullptr ? nullptr : one->if_object();
      if (parts == nullptr) break;
      requests.emplace_back(parts->if_contains("arg_0"), parts->if_contains("arg_1"));
    }
  } else if (const json::array* list = arguments->if_array()) {
    for (const json::value& one : *list) {
      const json::array* parts = one.if_array();
      if (parts == nullptr || parts->empty()) break;
      requests.emplace_back(&(*parts)[0], parts->size() > 1 ? &(*parts)[1] : nullptr);
    }
  }
  return requests;
}

double number_of(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return NAN;
  const std::string text = json::value_to<std::string>(value);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' ? number : NAN;
}

// [["-1.5", "False"]] of one option.
double log_probability(const json::value& answers, const std::string& place, std::size_t option) {
  const json::array* repeats = answers.if_array();
  const json::array* pair =
      repeats != nullptr && repeats->size() == 1 ? (*repeats)[0].if_array() : nullptr;
  if (pair == nullptr || pair->size() != 2) {
    fail("{}: field \"resps\": option {}: expected one pair of log-probability and truth value",
         place, option + 1);
  }
  const double value = number_of((*pair)[0]);
  if (!std::isfinite(value) || value > 0) {
    fail("{}: field \"resps\": option {}: the log-probability is not a finite number up to 0",
         place, option + 1);
  }
  return value;
}

bool scores_options(const json::array& requests) {
  const json::array* first = requests[0].if_array();
  return first != nullptr && !first->empty() && (*first)[0].is_array();
}

void read_scores(const JsonFields& fields, const json::array& requests, Transcript row,
                 Transcripts& out) {
  const auto asked = requests_of(fields);
  if (asked.size() != requests.size()) {
    fail("{}: field \"arguments\": {} requests, but \"resps\" has {}", row.place, asked.size(),
         requests.size());
  }
  if (requests.size() < 2) {
    fail("{}: field \"resps\": the log-probability of one text: there is no option to choose",
         row.place);
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto continuation = plain(asked[i].second);
    if (!continuation) {
      fail("{}: field \"arguments\": option {} has no continuation (arg_1)", row.place, i + 1);
    }
    row.scores.push_back({*continuation, 0, log_probability(requests[i], row.place, i)});
  }
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  row.options = letters.substr(0, row.scores.size());
  // The target of such a row is the number of an option, from 0.
  for (std::string& gold : row.golds) {
    const bool number = !gold.empty() && gold.size() <= 2 &&
                        gold.find_first_not_of("0123456789") == std::string::npos;
    if (number && std::stoul(gold) < row.options.size()) {
      gold = std::string(1, row.options[std::stoul(gold)]);
    }
  }
  out.rows.push_back(std::move(row));
}

void read_answers(const json::array& requests, Transcript row, Transcripts& out) {
  const json::array* answers = requests[0].if_array();
  if (requests.size() != 1 || answers == nullptr || answers->empty()) {
    fail("{}: field \"resps\": expected one list of answers, or a pair for each option", row.place);
  }
  for (const json::value& answer : *answers) {
    if (!answer.is_string()) {
      fail(
          "{}: field \"resps\": neither answers in words nor pairs of log-probability and truth "
          "value: there is nothing to judge",
          row.place);
    }
  }
  for (const json::value& answer : *answers) {
    Transcript one = row;
    one.answer = json::value_to<std::string>(answer);
    split_reasoning(one);
    out.rows.push_back(std::move(one));
    ++row.repeat;
    row.marks.clear();  // of the document, not of each answer
  }
}

// The values of the metrics that the row names: "exact_match,strict-match".
void read_marks(const JsonFields& fields, const std::string& filter, Transcript& row) {
  for (const std::string& metric : plains(fields.find("metrics"), row.place, "metrics")) {
    const json::value* value = fields.find(metric);
    if (value == nullptr) continue;
    const double number = value->is_bool() ? (value->get_bool() ? 1.0 : 0.0) : number_of(*value);
    if (std::isfinite(number)) row.marks[metric + "," + filter] = number;
  }
}

}  // namespace

void LmEvalRows::add(const json::object& object, const std::string& place, Transcripts& out) {
  const JsonFields fields(object, place);
  Transcript row;
  row.place = place;
  row.listed = true;
  row.id = plain(fields.find("doc_id")).value_or("");
  if (row.id.empty()) fail("{}: field \"doc_id\" is missing", place);
  const json::array& requests = fields.array("resps");
  if (requests.empty() || !requests[0].is_array()) {
    fail("{}: field \"resps\": expected a list of lists", place);
  }
  const std::string filter = fields.text_or("filter", "none");
  const std::string answers = json::serialize(requests);
  Seen& seen = seen_[row.id];
  if (!seen.filters.emplace(filter, place).second) {
    fail(
        "{}: document {} with the filter \"{}\" is there already, at {}: judge each task's file "
        "alone",
        place, row.id, filter, seen.filters[filter]);
  }
  read_marks(fields, filter, row);
  if (seen.filters.size() > 1) {
    if (seen.answers != answers) {
      fail("{}: field \"resps\": other answers than those of document {} under another filter",
           place, row.id);
    }
    if (seen.row < out.rows.size()) out.rows[seen.row].marks.merge(row.marks);
    return;
  }
  seen.answers = answers;
  seen.row = SIZE_MAX;
  row.golds = plains(fields.find("target"), place, "target");
  const auto asked = requests_of(fields);
  if (!asked.empty()) row.question = last_text(asked[0].first);
  if (const json::value* doc = fields.find("doc"); doc != nullptr && doc->is_object()) {
    for (const auto& field : doc->get_object()) {
      if (field.value().is_string()) row.texts.push_back(*plain(&field.value()));
    }
  }
  const std::size_t first = out.rows.size();
  if (scores_options(requests)) {
    read_scores(fields, requests, std::move(row), out);
  } else {
    read_answers(requests, std::move(row), out);
  }
  seen.row = first;
}

}  // namespace candor::runner
