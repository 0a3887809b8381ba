// One judge's finding on one generation, and the outcome that counts it.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace candor::data {

// Every sample has exactly one outcome, so outcomes sum to the number asked. Precedence:
// error > blocked > right or wrong if an answer was parsed > truncated > refused > unparsed.
// A probe of the audit that was answered (whatever its content) is kAnswered.
enum class Outcome {
  kRight,
  kWrong,
  kAnswered,
  kUnparsed,
  kRefused,
  kBlocked,
  kTruncated,
  kError,
};
const char* name(Outcome outcome);  // "right", "wrong", …
std::optional<Outcome> outcome_by_name(const std::string& name);

// A piece of the answer that the finding rests on; byte offsets into the UTF-8 text.
struct Span {
  std::string field;  // "answer" or "reasoning"
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string what;  // "refusal", "fact", "line", "line_quoted", "hedge", "extracted", …
};

struct Verdict {
  std::string judge;    // "maths", "choice", "logic", "code", "audit"
  std::string version;  // of the judge: changes when its findings may
  Outcome outcome = Outcome::kUnparsed;
  bool truncated = false;       // the generation hit its limit, whatever the outcome
  std::optional<double> value;  // 1 right, 0 wrong, between for partial credit (cells of a grid)
  std::string extracted;        // the answer as it was read
  std::string reason;           // one sentence a reader can check
  // The audit's two axes (audit-method, section 2); empty for other judges.
  std::string delivery;
  std::string content;
  boost::json::object parts;  // the measured parts, by name
  std::vector<Span> spans;
};

boost::json::array to_json(const std::vector<Span>& spans);
std::vector<Span> spans_from_json(const boost::json::array& array);

}  // namespace candor::data
