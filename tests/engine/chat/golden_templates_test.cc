// The chat templates of published models against what the reference implementation of the template
// language made of them.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "data/base/error.h"
#include "engine/chat/chat_template.h"
#include "tests/support/shared.h"

namespace candor::engine {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

ChatInput input_of(const boost::json::object& golden) {
  ChatInput input;
  input.messages = golden.at("messages").as_array();
  input.add_generation_prompt = golden.at("add_generation_prompt").as_bool();
  input.variables = golden.at("variables").as_object();
  input.bos_token = golden.at("bos_token").as_string();
  input.eos_token = golden.at("eos_token").as_string();
  using namespace std::chrono;
  input.now = sys_days(2025y / January / 29) + 12h;  // as the golden files were made
  return input;
}

TEST(GoldenTemplates, EveryCaseRendersToTheByteAndErrorsAreErrors) {
  CANDOR_NEEDS_SHARED("golden/chat_templates");
  std::size_t cases = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(tests::shared_path("golden/chat_templates"))) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const auto golden = boost::json::parse(read_file(entry.path())).as_object();
    const std::string name(golden.at("template").as_string());
    const ChatTemplate chat(read_file(entry.path().parent_path() / name));
    for (const auto& value : golden.at("cases").as_array()) {
      const auto& object = value.as_object();
      const ChatInput input = input_of(object);
      ++cases;
      if (object.contains("error")) {
        EXPECT_THROW(chat.render(input), Error) << value;
        continue;
      }
      try {
        const std::string output = chat.render(input);
        EXPECT_EQ(output, std::string(object.at("output").as_string()));
        std::string joined;
        for (const Segment& segment : chat.render_segments(input)) joined += segment.text;
        EXPECT_EQ(joined, output) << "the segments are the output";
      } catch (const Error& error) {
        ADD_FAILURE() << error.what() << " for " << value;
      }
    }
  }
  EXPECT_GE(cases, 232u);
}

}  // namespace
}  // namespace candor::engine
