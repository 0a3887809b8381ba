#include "engine/chat/chat_template.h"

#include "data/base/error.h"
#include "data/base/hash.h"
#include "engine/chat/jinja/evaluator.h"
#include "engine/chat/jinja/json.h"
#include "engine/chat/jinja/parser.h"
#include "engine/chat/jinja/unicode.h"

namespace candor::engine {
namespace {

constexpr std::size_t kLongestMessage = 1000;  // bytes

// A template may raise any text, that of a message included: what is shown is short, valid UTF-8
// and without control characters.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (out.size() > kLongestMessage) return out + "…";
    const jinja::Character character = jinja::decode(text, at);
    if (character.code == ' ' || jinja::is_printable(character.code)) {
      out += text.substr(at, character.size);
    } else {
      for (const char c : text.substr(at, character.size)) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
    at += character.size;
  }
  return out;
}

[[noreturn]] void report(const jinja::Problem& problem, int line) {
  fail("chat template: line {}: {}", problem.line() > 0 ? problem.line() : line,
       printable(problem.what()));
}

using Variables = std::vector<std::pair<std::string_view, jinja::Value>>;

Variables variables_of(jinja::Runtime& runtime, const ChatInput& input) {
  std::vector<jinja::Value> messages;
  for (const auto& message : input.messages) {
    messages.push_back(jinja::from_json(runtime, message));
  }
  Variables variables;
  variables.emplace_back("messages", runtime.list(std::move(messages)));
  variables.emplace_back("add_generation_prompt",
                         jinja::Value::boolean(input.add_generation_prompt));
  variables.emplace_back("bos_token", runtime.text(input.bos_token));
  variables.emplace_back("eos_token", runtime.text(input.eos_token));
  // The reference always defines these two, as none where nothing was given, and there are
  // templates that ask only whether they are none.
  variables.emplace_back("tools", jinja::Value());
  variables.emplace_back("documents", jinja::Value());
  for (const auto& [name, value] : input.variables) {
    const std::string_view key = name;
    if (key == "messages" || key == "add_generation_prompt") {
      fail("chat template: variables: '{}' has a place of its own in the input", key);
    }
    variables.emplace_back(key, jinja::from_json(runtime, value));
  }
  return variables;
}

std::vector<Segment> segments_of(const jinja::Text& text) {
  std::vector<Segment> segments;
  std::size_t done = 0;
  const auto add = [&](std::size_t end, bool trusted) {
    if (end > done)
      segments.push_back({std::string(text.view().substr(done, end - done)), trusted});
    done = end;
  };
  for (const jinja::Taint& taint : text.untrusted()) {
    add(taint.begin, true);
    add(taint.end, false);
  }
  add(text.size(), true);
  return segments;
}

// Renders and hands the text, which ends with the render's budget, to `use`.
template <typename Use>
auto render_with(const jinja::Body& body, const ChatInput& input, const Use& use) {
  jinja::Runtime runtime(input.now);
  jinja::Evaluator evaluator(runtime);
  try {
    return use(evaluator.render(body, variables_of(runtime, input)));
  } catch (const jinja::Problem& problem) {
    report(problem, evaluator.line());
  }
}

}  // namespace

struct ChatTemplate::State {
  std::string source;
  std::string sha256;
  jinja::Body body;
};

ChatTemplate::ChatTemplate(std::string source) : state_(std::make_unique<State>()) {
  try {
    state_->body = jinja::parse(source);
  } catch (const jinja::Problem& problem) {
    report(problem, 1);
  }
  state_->sha256 = data::sha256_hex(source);
  state_->source = std::move(source);
}

ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;

std::string ChatTemplate::render(const ChatInput& input) const {
  return render_with(state_->body, input,
                     [](const jinja::Text& text) { return std::string(text.view()); });
}

std::vector<Segment> ChatTemplate::render_segments(const ChatInput& input) const {
  return render_with(state_->body, input, segments_of);
}

const std::string& ChatTemplate::source() const { return state_->source; }
const std::string& ChatTemplate::sha256() const { return state_->sha256; }

ChatInput chat_input(std::span<const data::Message> messages) {
  ChatInput input;
  for (const data::Message& message : messages) {
    input.messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  return input;
}

}  // namespace candor::engine
