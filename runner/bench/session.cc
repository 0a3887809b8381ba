#include "runner/bench/session.h"

#include <atomic>
#include <fstream>
#include <sstream>

#include "data/base/error.h"
#include "engine/chat/prompt.h"
#include "engine/chat/reasoning.h"
#include "engine/device/machine.h"
#include "runner/bench/shapes.h"
#include "runner/commands/model_choice.h"
#include "runner/terminal/progress.h"

namespace candor::runner {

namespace json = boost::json;

Session open_session(const ModelChoice& choice, bool quiet) {
  std::optional<Shape> shape;
  if (!choice.shape.empty()) shape = find_shape(choice.shape);
  const ResolvedModel model = shape ? ResolvedModel{shape->name, {}} : resolve_model(choice.model);
  engine::EngineOptions options = engine_options(choice);
  std::atomic<double> share = 0;
  options.progress = [&share](double done) { share = done; };
  const Progress progress([&] { return fmt::format("{} loading {}", bar(share, 24), model.name); },
                          quiet);
  Session session;
  session.threads = options.threads > 0 ? options.threads : engine::usable_processors();
  const auto start = std::chrono::steady_clock::now();
  session.engine = shape ? engine::Engine::load_shape(shape->name, shape->config, options)
                         : engine::Engine::load(model.path, options);
  session.load_s = seconds_since(start);
  session.batch = session.engine->description().batch;
  return session;
}

std::uint64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("VmHWM:")) continue;
    std::istringstream words(line.substr(6));
    std::uint64_t kibibytes = 0;
    if (words >> kibibytes) return kibibytes * 1024;
  }
  fail("/proc/self/status: has no VmHWM: the memory held cannot be measured on this system");
}

void for_each_line(
    const std::filesystem::path& path, std::size_t limit,
    const std::function<void(const data::JsonFields&, std::size_t, const std::string&)>& use) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 30U;
  const std::string text = read_text_file(path, kMostBytes);
  std::size_t number = 0;
  std::size_t used = 0;
  for (std::size_t begin = 0; begin < text.size() && (limit == 0 || used < limit);) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    ++used;
    const std::string where = fmt::format("{}:{}", path.string(), number);
    const json::object object = data::parse_object(line, where);
    use(data::JsonFields(object, where), number, where);
  }
  if (used == 0) fail("{}: has no line to work on", path.string());
}

const engine::Tokenizer& PromptReader::tokenizer(const std::string& where, const char* key) const {
  if (engine_.tokenizer() == nullptr) {
    fail("{}: field \"{}\": the model has no tokenizer: give token ids", where, key);
  }
  return *engine_.tokenizer();
}

void PromptReader::put_bos(std::vector<engine::TokenId>& ids) const {
  const engine::Tokenizer& words = *engine_.tokenizer();
  if (!words.adds_bos() || !words.bos()) return;
  if (ids.empty() || ids.front() != *words.bos()) ids.insert(ids.begin(), *words.bos());
}

std::vector<engine::TokenId> PromptReader::tokens(const data::JsonFields& fields,
                                                  const std::string& where, const char* key,
                                                  bool opens) const {
  const json::value* value = fields.find(key);
  std::vector<engine::TokenId> ids;
  if (value != nullptr && value->is_string()) {
    ids = tokenizer(where, key).encode(value->get_string(), true);
    if (opens) put_bos(ids);
  } else if (value != nullptr && value->is_array()) {
    const auto vocabulary = static_cast<std::int64_t>(engine_.description().vocabulary);
    for (const json::value& id : value->get_array()) {
      if (!id.is_int64() || id.get_int64() < 0 || id.get_int64() >= vocabulary) {
        fail("{}: field \"{}\": {} is not a token id in [0, {})", where, key, json::serialize(id),
             vocabulary);
      }
      ids.push_back(static_cast<engine::TokenId>(id.get_int64()));
    }
  } else {
    fail("{}: field \"{}\"{}: expected a text or an array of token ids", where, key,
         value == nullptr ? " is missing" : "");
  }
  if (ids.empty()) fail("{}: field \"{}\": has no tokens", where, key);
  return ids;
}

PromptReader::Chat PromptReader::chat(const data::JsonFields& fields,
                                      const std::string& where) const {
  std::vector<data::Message> messages;
  for (const json::value& value : fields.array("messages")) {
    if (!value.is_object()) fail("{}: field \"messages\": expected objects", where);
    const data::JsonFields message(value.get_object(), where);
    message.only({"role", "content"});
    messages.push_back({message.text("role"), message.text("content")});
  }
  if (messages.empty()) fail("{}: field \"messages\": has no message", where);
  const engine::Tokenizer& words = tokenizer(where, "messages");
  const engine::ChatTemplate* chat_template = engine_.chat_template();
  if (chat_template == nullptr) {
    fail("{}: field \"messages\": the model has no chat template: give one with --template FILE",
         where);
  }
  engine::ChatInput input = engine::chat_input(messages);
  if (words.bos()) input.bos_token = words.bytes(*words.bos());
  if (words.eos()) input.eos_token = words.bytes(*words.eos());
  const std::vector<engine::Segment> segments = chat_template->render_segments(input);
  Chat chat;
  chat.reasoning_opened = engine::prompt_opens_reasoning(segments, engine_.description().reasoning);
  chat.tokens = engine::prompt_of(segments, words).tokens;
  if (chat.tokens.empty()) fail("{}: field \"messages\": the prompt is empty", where);
  return chat;
}

}  // namespace candor::runner
