// The readers of the formats that read_transcripts knows, and what they share. Each throws Error
// with the row's place for a row it cannot read; the caller keeps the message.
#pragma once

#include <boost/json.hpp>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/json_fields.h"
#include "runner/replay/transcripts.h"

namespace candor::runner {

// Text, or a number or truth value as it is written; of a list its only entry.
std::optional<std::string> plain(const boost::json::value* value);
// All entries of a list, or the value itself; none for an object. Throws Error with place and field
// where an entry of a list is neither.
std::vector<std::string> plains(const boost::json::value* value, const std::string& place,
                                const char* name);
// The first of the names that has such a value.
std::optional<std::string> first_of(const data::JsonFields& fields,
                                    std::initializer_list<const char*> names);
// The value of the first of the names that is there. Throws Error with place and field where it is
// neither text nor number.
std::optional<std::string> id_of(const data::JsonFields& fields, const std::string& place,
                                 std::initializer_list<const char*> names);
// By the names that files use, in any case: "length", "max_tokens", "model_length",
// "content_filter", "refusal", "error", "timeout", …; anything else is an ordinary end.
data::FinishReason finish_of(std::string_view reason);
// The text of a message: a text, or a list of parts of which reasoning goes to `reasoning`.
std::string content_of(const boost::json::value* content, std::string* reasoning);
// The last message of a conversation, the text itself, or the text of a list with a JSON text of
// messages in it (lm-eval's chats).
std::string last_text(const boost::json::value* input);
// "<think>…</think>answer" in one text, where the file keeps no reasoning of its own.
void split_reasoning(Transcript& row);
// The choices of a chat completion: answer, reasoning and finish of the first.
void read_choices(const boost::json::array& choices, Transcript& row);
// Keeps the model's name. Throws Error with place and field where rows before are of another.
void set_model(const std::string& model, const std::string& place, const char* field,
               Transcripts& out);
// Token numbers, where "tokens" is a list and not a count, and their log-probabilities where the
// row has them. Throws Error with place and field.
void read_tokens(const data::JsonFields& fields, const std::string& place,
                 std::vector<std::int32_t>& ids, std::vector<float>& log_probabilities);
// A whole number from 0 to `most`.
int count_of(const data::JsonFields& fields, const std::string& place, const char* name,
             int fallback, int most);

// Rows of `candor runs export`: their "question" is its id, and the answer is already without its
// reasoning.
bool is_export(const data::JsonFields& fields);
// Of an export; nothing of another row. Throws Error with place and field.
Asked asked_of(const data::JsonFields& fields, const std::string& place);

void read_plain_row(const boost::json::object& row, const std::string& place,
                    const TranscriptFields& named, Transcripts& out);

// Rows of several filters over the same answers are one transcript with a mark for each.
class LmEvalRows {
 public:
  void add(const boost::json::object& row, const std::string& place, Transcripts& out);

 private:
  struct Seen {
    std::size_t row = 0;                         // the first of its answers in out.rows
    std::map<std::string, std::string> filters;  // -> place
    std::string answers;                         // as JSON
  };
  std::map<std::string, Seen> seen_;  // by doc_id
};

// `sample` of an Inspect log; `place` names it.
void read_inspect_sample(const boost::json::object& sample, const std::string& place,
                         Transcripts& out);
// The head of an Inspect log: the fields "eval" and "status".
void read_inspect_head(const std::string& name, const boost::json::value& value,
                       const std::string& file, Transcripts& out);
void read_inspect_json(const std::filesystem::path& file, Transcripts& out);
void read_inspect_archive(const std::filesystem::path& file, Transcripts& out);

// Events of one sample are joined by "sample_id": the answer from "sampling", the gold from
// "match". A sampling whose prompt holds the answer before it is a further turn, and its answer
// counts; one that does not is another's (a grader's), and the first stays.
class EvalsEvents {
 public:
  void add(const boost::json::object& event, const std::string& place, Transcripts& out);
  void finish(const std::string& file, Transcripts& out);

 private:
  struct Sample {
    Transcript row;
    std::vector<std::string> answers;
    std::string name;
    bool answered = false;
  };
  std::map<std::pair<std::string, std::string>, Sample> samples_;  // by run and sample
  std::vector<std::pair<std::string, std::string>> order_;
  std::map<std::string, int> runs_;  // -> which one it is in the file
  std::size_t others_ = 0;           // samplings that are another's
};

void read_evalscope_row(const boost::json::object& row, const std::string& place, Transcripts& out);
void read_opencompass_entry(const std::string& name, const boost::json::object& entry,
                            const std::string& place, Transcripts& out);

}  // namespace candor::runner
