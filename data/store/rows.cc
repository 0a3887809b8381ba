#include "data/store/rows.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "data/base/error.h"
#include "data/base/hash.h"
#include "data/store/exact_json.h"

namespace candor::data {

namespace json = boost::json;

namespace {

// SHA-256 over fields, each with its length before it so that no two rows give the same bytes.
class Digest {
 public:
  Digest& add(std::string_view text) {
    hash_.update(fmt::format("{}:", text.size()));
    hash_.update(text);
    return *this;
  }
  Digest& add(std::int64_t value) { return add(std::string_view(fmt::format("{}", value))); }
  Digest& add(double value) {
    return add(static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(value)));
  }
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

template <typename Value>
std::string pack_words(const std::vector<Value>& values) {
  std::string blob(values.size() * 4, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto word = std::bit_cast<std::uint32_t>(values[i]);
    for (std::size_t byte = 0; byte < 4; ++byte) {
      blob[4 * i + byte] = static_cast<char>(word >> (8 * byte) & 0xff);
    }
  }
  return blob;
}

template <typename Value>
std::vector<Value> unpack_words(const std::string& blob) {
  std::vector<Value> values(blob.size() / 4);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t word = 0;
    for (std::size_t byte = 0; byte < 4; ++byte) {
      word |= static_cast<std::uint32_t>(static_cast<unsigned char>(blob[4 * i + byte]))
              << (8 * byte);
    }
    values[i] = std::bit_cast<Value>(word);
  }
  return values;
}

// Boost.JSON's text is UTF-8 or whatever bytes the record held: both come back as they were.
json::array messages_json(const std::vector<Message>& messages) {
  json::array array;
  for (const Message& message : messages) {
    array.push_back(json::object{{"role", message.role}, {"content", message.content}});
  }
  return array;
}

[[noreturn]] void damaged(const Database& database, std::string_view what, std::string_view which) {
  fail("{}: {} {} does not match its checksum: the file is damaged; use a backup",
       database.path().string(), what, which);
}

json::object parse_json_object(const std::string& text, const std::string& where) {
  json::value value = parse_exact(text, where);
  if (!value.is_object()) fail("{}: expected a JSON object", where);
  return std::move(value.get_object());
}

}  // namespace

std::string pack(const std::vector<std::int32_t>& values) { return pack_words(values); }
std::string pack(const std::vector<float>& values) { return pack_words(values); }
std::vector<std::int32_t> unpack_tokens(const std::string& blob) {
  return unpack_words<std::int32_t>(blob);
}
std::vector<float> unpack_floats(const std::string& blob) { return unpack_words<float>(blob); }

std::string digest(std::int64_t run, const Generation& generation) {
  return Digest()
      .add(run)
      .add(generation.sample.question_hash)
      .add(generation.sample.condition_hash)
      .add(static_cast<std::int64_t>(generation.sample.repeat))
      .add(generation.prompt)
      .add(generation.reasoning)
      .add(generation.answer)
      .add(static_cast<std::int64_t>(generation.reasoning_closed))
      .add(std::string_view(name(generation.finish)))
      .add(generation.delivery)
      .add(generation.error)
      .add(pack(generation.prompt_tokens))
      .add(pack(generation.tokens))
      .add(pack(generation.log_probabilities))
      .add(generation.seconds)
      .hex();
}

std::string digest(std::int64_t generation_id, const Verdict& verdict) {
  return Digest()
      .add(generation_id)
      .add(verdict.judge)
      .add(verdict.version)
      .add(std::string_view(name(verdict.outcome)))
      .add(static_cast<std::int64_t>(verdict.truncated))
      .add(static_cast<std::int64_t>(verdict.value.has_value()))
      .add(verdict.value.value_or(0))
      .add(verdict.extracted)
      .add(verdict.reason)
      .add(verdict.delivery)
      .add(verdict.content)
      .add(serialize_exact(verdict.parts, "parts of a verdict"))
      .add(serialize_exact(to_json(verdict.spans), "spans of a verdict"))
      .hex();
}

void insert_question(const Database& database, const Question& question) {
  const std::string where = fmt::format("question {}", question.id);
  const std::string messages = serialize_exact(messages_json(question.messages), where);
  const std::string reference = serialize_exact(question.reference, where);
  const std::string hash = question.hash();
  Statement(database,
            "INSERT INTO questions (hash, id, suite, language, level, topic, role, pair, twin,"
            " messages, judge, reference) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT (hash) DO NOTHING")
      .bind(1, hash)
      .bind(2, question.id)
      .bind(3, question.suite)
      .bind(4, question.language)
      .bind(5, question.level)
      .bind(6, question.topic)
      .bind(7, question.role)
      .bind(8, question.pair)
      .bind(9, question.twin)
      .bind(10, messages)
      .bind(11, question.judge)
      .bind(12, reference)
      .execute();
  if (question.follows.empty()) return;
  Statement(database,
            "INSERT INTO turns (question, follows) SELECT number, ?2 FROM questions WHERE hash = ?1"
            " ON CONFLICT (question) DO NOTHING")
      .bind(1, hash)
      .bind(2, question.follows)
      .execute();
}

void insert_condition(const Database& database, const Condition& condition) {
  const std::string content = serialize_exact(to_json(condition), "condition");
  const std::string hash = condition.hash();
  Statement(database,
            "INSERT INTO conditions (hash, content) VALUES (?,?) ON CONFLICT (hash) DO NOTHING")
      .bind(1, hash)
      .bind(2, content)
      .execute();
}

std::int64_t run_number(const Database& database, const std::string& id) {
  Statement find(database, "SELECT number FROM runs WHERE id = ?");
  find.bind(1, id);
  if (!find.step()) fail_usage("{}: there is no run {}", database.path().string(), id);
  return find.integer(0);
}

std::vector<Run> read_runs(const Database& database, const char* tail,
                           const std::string& argument) {
  Statement list(database, fmt::format("SELECT id, plan_hash, status, created_utc, finished_utc,"
                                       " manifest FROM runs {}",
                                       tail));
  if (!argument.empty()) list.bind(1, argument);
  std::vector<Run> runs;
  while (list.step()) {
    Run run;
    run.id = list.bytes(0);
    run.status = list.bytes(2);
    run.created_utc = list.bytes(3);
    run.finished_utc = list.bytes(4);
    const std::string where =
        fmt::format("{}: manifest of run {}", database.path().string(), run.id);
    run.manifest = manifest_from_json(parse_json_object(list.bytes(5), where), where);
    if (run.manifest.plan_hash() != list.bytes(1)) damaged(database, "the plan of run", run.id);
    runs.push_back(std::move(run));
  }
  return runs;
}

std::string newest_digest(const Database& database, std::int64_t generation_id,
                          const std::string& judge) {
  Statement find(database,
                 "SELECT digest FROM verdicts WHERE generation = ? AND judge = ?"
                 " ORDER BY id DESC LIMIT 1");
  find.bind(1, generation_id).bind(2, judge);
  return find.step() ? find.bytes(0) : std::string();
}

namespace {

std::int64_t schema_version(const Database& database) {
  Statement version(database, "PRAGMA user_version");
  version.step();
  return version.integer(0);
}

}  // namespace

SampleRows::SampleRows(const Database& database)
    : database_(database),
      has_turns_(schema_version(database) >= 2),
      generation_(database,
                  "SELECT question, condition, repeat, prompt, reasoning, answer, reasoning_closed,"
                  " finish, delivery, error, prompt_tokens, tokens, log_probabilities, seconds,"
                  " digest, run FROM generations WHERE id = ?"),
      verdicts_(database,
                "SELECT judge, version, outcome, truncated, value, extracted, reason, delivery,"
                " content, parts, spans, digest FROM verdicts AS v WHERE generation = ?1 AND id ="
                " (SELECT max(id) FROM verdicts WHERE generation = ?1 AND judge = v.judge)"
                " ORDER BY judge") {}

const Question& SampleRows::question(std::int64_t number) {
  const auto known = questions_.find(number);
  if (known != questions_.end()) return known->second.second;
  Statement find(
      database_,
      "SELECT hash, id, suite, language, level, topic, role, pair, twin, messages, judge,"
      " reference FROM questions WHERE number = ?");
  find.bind(1, number);
  if (!find.step()) damaged(database_, "question", fmt::to_string(number));
  Question question;
  question.id = find.bytes(1);
  question.suite = find.bytes(2);
  question.language = find.bytes(3);
  question.level = static_cast<int>(find.integer(4));
  question.topic = find.bytes(5);
  question.role = find.bytes(6);
  question.pair = find.bytes(7);
  question.twin = find.bytes(8);
  const std::string where = fmt::format("{}: question {}", database_.path().string(), question.id);
  const json::value messages = parse_exact(find.bytes(9), where);
  if (!messages.is_array()) damaged(database_, "question", question.id);
  for (const json::value& value : messages.get_array()) {
    const json::object* message = value.if_object();
    const json::value* role = message != nullptr ? message->if_contains("role") : nullptr;
    const json::value* content = message != nullptr ? message->if_contains("content") : nullptr;
    if (role == nullptr || !role->is_string() || content == nullptr || !content->is_string()) {
      damaged(database_, "question", question.id);
    }
    question.messages.push_back(
        {std::string(role->get_string()), std::string(content->get_string())});
  }
  question.judge = find.bytes(10);
  question.reference = parse_json_object(find.bytes(11), where);
  if (has_turns_) {
    Statement turn(database_, "SELECT follows FROM turns WHERE question = ?");
    turn.bind(1, number);
    if (turn.step()) question.follows = turn.bytes(0);
  }
  std::string hash = find.bytes(0);
  if (question.hash() != hash) damaged(database_, "question", question.id);
  return questions_.emplace(number, std::pair(std::move(hash), std::move(question)))
      .first->second.second;
}

const Condition& SampleRows::condition(std::int64_t number) {
  const auto known = conditions_.find(number);
  if (known != conditions_.end()) return known->second.second;
  Statement find(database_, "SELECT hash, content FROM conditions WHERE number = ?");
  find.bind(1, number);
  if (!find.step()) damaged(database_, "condition", fmt::to_string(number));
  std::string hash = find.bytes(0);
  const std::string where = fmt::format("{}: condition {}", database_.path().string(), hash);
  Condition condition = condition_from_json(parse_json_object(find.bytes(1), where), where);
  if (condition.hash() != hash) damaged(database_, "condition", hash);
  return conditions_.emplace(number, std::pair(std::move(hash), std::move(condition)))
      .first->second.second;
}

SampleRow SampleRows::read(std::int64_t generation_id) {
  Statement& row = generation_;
  row.reset();
  row.bind(1, generation_id);
  if (!row.step()) damaged(database_, "generation", fmt::to_string(generation_id));
  SampleRow sample;
  sample.generation_id = generation_id;
  sample.question = question(row.integer(0));
  sample.condition = condition(row.integer(1));
  Generation& generation = sample.generation;
  generation.sample = {questions_.at(row.integer(0)).first, conditions_.at(row.integer(1)).first,
                       static_cast<int>(row.integer(2))};
  generation.prompt = row.bytes(3);
  generation.reasoning = row.bytes(4);
  generation.answer = row.bytes(5);
  generation.reasoning_closed = row.integer(6) != 0;
  generation.finish = finish_reason_by_name(row.bytes(7)).value_or(FinishReason::kError);
  generation.delivery = row.bytes(8);
  generation.error = row.bytes(9);
  generation.prompt_tokens = unpack_tokens(row.bytes(10));
  generation.tokens = unpack_tokens(row.bytes(11));
  generation.log_probabilities = unpack_floats(row.bytes(12));
  generation.seconds = row.real(13);
  if (digest(row.integer(15), generation) != row.bytes(14)) {
    damaged(database_, "generation", fmt::to_string(generation_id));
  }
  row.reset();

  Statement& found = verdicts_;
  found.reset();
  found.bind(1, generation_id);
  while (found.step()) {
    const std::string where = fmt::format("{}: verdict of {} on generation {}",
                                          database_.path().string(), found.bytes(0), generation_id);
    Verdict verdict;
    verdict.judge = found.bytes(0);
    verdict.version = found.bytes(1);
    verdict.outcome = outcome_by_name(found.bytes(2)).value_or(Outcome::kError);
    verdict.truncated = found.integer(3) != 0;
    if (!found.is_null(4)) verdict.value = found.real(4);
    verdict.extracted = found.bytes(5);
    verdict.reason = found.bytes(6);
    verdict.delivery = found.bytes(7);
    verdict.content = found.bytes(8);
    verdict.parts = parse_json_object(found.bytes(9), where);
    const json::value spans = parse_exact(found.bytes(10), where);
    if (!spans.is_array()) fail("{}: spans: expected a JSON array", where);
    verdict.spans = spans_from_json(spans.get_array());
    if (digest(generation_id, verdict) != found.bytes(11)) {
      damaged(database_, "a verdict on generation", fmt::to_string(generation_id));
    }
    sample.verdicts.push_back(std::move(verdict));
  }
  found.reset();
  return sample;
}

std::vector<std::int64_t> generation_ids(const Database& database, std::int64_t run, Which which,
                                         const std::string& judge, const std::string& version) {
  const char* filter = "";
  if (which == Which::kLackOwnJudge) {
    filter =
        " AND NOT EXISTS (SELECT 1 FROM verdicts AS v WHERE v.generation = g.id"
        " AND v.judge = q.judge)";
  } else if (which == Which::kLackJudge) {
    filter =
        " AND NOT EXISTS (SELECT 1 FROM verdicts AS v WHERE v.generation = g.id"
        " AND v.judge = ?2 AND v.version = ?3)";
  }
  Statement list(database, fmt::format("SELECT g.id FROM generations AS g"
                                       " JOIN questions AS q ON q.number = g.question"
                                       " JOIN conditions AS c ON c.number = g.condition"
                                       " WHERE g.run = ?1{}"
                                       " ORDER BY q.suite, q.id, q.hash, c.hash, g.repeat",
                                       filter));
  list.bind(1, run);
  if (which == Which::kLackJudge) list.bind(2, judge).bind(3, version);
  std::vector<std::int64_t> ids;
  while (list.step()) ids.push_back(list.integer(0));
  return ids;
}

}  // namespace candor::data
