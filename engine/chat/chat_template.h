// The checkpoint's own chat template, rendered by our Jinja engine with the settings of the
// reference (trim_blocks, lstrip_blocks, sandboxed): messages to a prompt.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/records/question.h"
#include "engine/tokenizer/tokenizer.h"

namespace candor::engine {

struct ChatInput {
  // Each an object with "role", "content" and whatever else the template reads.
  boost::json::array messages;
  bool add_generation_prompt = true;
  boost::json::object variables;  // further names the template may read (enable_thinking, tools, …)
  std::string bos_token;
  std::string eos_token;
  // What strftime_now shows. Fixed, so that a prompt does not change with the day it is made.
  std::chrono::sys_seconds now{};
};

class ChatTemplate {
 public:
  // Throws Error with line and what is wrong when the source cannot be parsed.
  explicit ChatTemplate(std::string source);
  ~ChatTemplate();
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;

  // Throws Error (line, what) when the template raises or a limit on steps, output or depth is hit.
  std::string render(const ChatInput& input) const;
  // The same text cut into what the template wrote (trusted) and what came from the messages.
  std::vector<Segment> render_segments(const ChatInput& input) const;

  const std::string& source() const;
  const std::string& sha256() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

ChatInput chat_input(std::span<const data::Message> messages);

}  // namespace candor::engine
