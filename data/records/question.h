// One item or probe in one language: what is asked, what it is paired with, and what a judge needs.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

struct Message {
  std::string role;  // "system", "user" or "assistant"
  std::string content;

  bool operator==(const Message&) const = default;
};

struct Question {
  std::string id;        // stable and readable, unique in its suite: "arithmetic/2/0007/zh"
  std::string suite;     // the name of its suite
  std::string language;  // "en", "zh" (Simplified), "zh-Hant"; BCP 47
  int level = 0;         // difficulty from 1, 0 where a suite has none
  std::string topic;     // free text, groups the rows of a report; may be empty
  std::string role;      // "item", "probe" (sensitive), "twin" (its structural control), "opening"
                         // (a turn before a probe or a twin), "scan" (a word in a sentence),
                         // "trigger" (a part of a prompt), "panel" (an answer to be judged)
  std::string pair;      // shared by the same question in other languages: "arithmetic/2/0007"
  std::string twin;      // a probe's twin or a twin's probe: the other one's `pair`; else empty
  std::vector<Message> messages;  // what is asked, oldest first; the last one is the user's
  // The id of the question of the same suite that is asked first: its messages and the model's
  // answer to it, under the same condition and repeat, come before `messages`. Usually empty.
  std::string follows;

  // Which judge answers for it: "maths", "choice", "logic", "code", "audit" or "panel", and what
  // that judge compares with. The fields of `reference` are documented in scoring/README.md, one
  // table a judge.
  std::string judge;
  boost::json::object reference;

  // SHA-256 of the content above (id included): editing one question touches that question alone.
  std::string hash() const;
};

// The lines of `reference["proof"]`: why the answer is right, for a reader. No judge reads it.
// Empty where there is none or where it is no list of texts.
std::vector<std::string> proof_of(const Question& question);

// The question as JSON and back; `from_json` throws Error naming `where` (file and line) and field.
boost::json::object to_json(const Question& question);
Question question_from_json(const boost::json::object& object, std::string_view where);

}  // namespace candor::data
