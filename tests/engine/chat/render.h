// What the tests of the template language share: rendering a source with a few variables.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "data/base/error.h"
#include "engine/chat/chat_template.h"

namespace candor::engine {

struct Case {
  std::string_view source;
  std::string_view expected;  // made with Jinja 3.1.6 in the settings of the reference
};

inline ChatInput test_input() {
  ChatInput input;
  input.bos_token = "<s>";
  input.eos_token = "</s>";
  using namespace std::chrono;
  input.now = sys_days(2025y / January / 29) + 12h;
  input.variables = boost::json::parse(R"json({
    "x": 5, "y": 2.5, "s": "Hello World", "l": [3, 1, 2], "d": {"b": 1, "A": 2, "c": 0}, "e": [],
    "u": "straße ΑΣ", "words": ["b", "A", "a", "B"], "multi": "a\nb\n\n  c\n",
    "rows": [{"n": "x", "v": 2}, {"n": "y", "v": 1}, {"n": "X"}], "odd": {"items": 1, "get": 2}
  })json")
                        .as_object();
  return input;
}

inline void expect_cases(std::span<const Case> cases) {
  const ChatInput input = test_input();
  for (const Case& one : cases) {
    SCOPED_TRACE(one.source);
    try {
      EXPECT_EQ(ChatTemplate(std::string(one.source)).render(input), one.expected);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

// The error that parsing or rendering gives; empty (and a failure) when there is none.
inline std::string error_of(std::string source, const ChatInput& input = test_input()) {
  try {
    const std::string output = ChatTemplate(std::move(source)).render(input);
    ADD_FAILURE() << "no error but " << output.size() << " bytes: " << output.substr(0, 100);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace candor::engine
