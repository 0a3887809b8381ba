// `candor inspect …`: what the engine makes of a model, a text, a template, a block of weights.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "data/base/error.h"
#include "engine/chat/chat_template.h"
#include "engine/chat/prompt.h"
#include "engine/chat/template_source.h"
#include "engine/engine.h"
#include "kernels/block_format.h"
#include "runner/commands/commands.h"
#include "runner/commands/json_lines.h"
#include "runner/commands/model_choice.h"

namespace candor::runner {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::vector<engine::TokenId> token_ids(const data::JsonFields& fields, const char* key,
                                       std::size_t vocabulary) {
  std::vector<engine::TokenId> ids;
  for (const json::value& value : fields.array(key)) {
    if (!value.is_int64() || value.get_int64() < 0 ||
        value.get_int64() >= static_cast<std::int64_t>(vocabulary)) {
      fail("field \"{}\": {} is not a token id in [0, {})", key, json::serialize(value),
           vocabulary);
    }
    ids.push_back(static_cast<engine::TokenId>(value.get_int64()));
  }
  return ids;
}

json::object description_json(const engine::Engine& engine) {
  const engine::ModelDescription& model = engine.description();
  json::object formats;
  for (const auto& [format, tensors] : model.formats) formats[format] = tensors;
  json::object object{{"name", model.name},
                      {"family", model.family},
                      {"path", model.path},
                      {"file_bytes", model.file_bytes},
                      {"parameters", model.parameters},
                      {"active_parameters", model.active_parameters},
                      {"layers", model.layers},
                      {"width", model.width},
                      {"heads", model.heads},
                      {"kv_heads", model.kv_heads},
                      {"head_dim", model.head_dim},
                      {"ffn_width", model.ffn_width},
                      {"experts", model.experts},
                      {"experts_used", model.experts_used},
                      {"expert_width", model.expert_width},
                      {"vocabulary", model.vocabulary},
                      {"context_length", model.context_length},
                      {"formats", std::move(formats)},
                      {"reasoning", model.reasoning.name},
                      {"reasoning_evidence", model.reasoning_evidence},
                      {"reasoning_open", model.reasoning.open},
                      {"reasoning_close", model.reasoning.close}};
  object["tokenizer_sha256"] = engine.tokenizer() == nullptr
                                   ? json::value(nullptr)
                                   : json::value(engine.tokenizer()->sha256());
  object["template_sha256"] = engine.chat_template() == nullptr
                                  ? json::value(nullptr)
                                  : json::value(engine.chat_template()->sha256());
  return object;
}

// "2025-01-29T12:00:00" or "2025-01-29".
std::chrono::sys_seconds parse_date(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  const int got =
      std::sscanf(text.c_str(), "%d-%u-%uT%d:%d:%d", &year, &month, &day, &hour, &minute, &second);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if ((got != 3 && got != 6) || !date.ok()) {
    fail_usage("--date {}: expected a form like 2025-01-29T12:00:00", text);
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

// The template of a model without loading its weights.
std::string template_of(const fs::path& path, const std::string& name) {
  const auto source = engine::TemplateSource::of(path);
  const engine::NamedTemplate* found = source.choose(name);
  if (found == nullptr) fail("{}: has no chat template", path.string());
  return found->text;
}

}  // namespace

int inspect_model_command(const InspectModelOptions& options) {
  engine::EngineOptions engine_options;
  engine_options.describe_only = true;
  const auto engine = engine::Engine::load(resolve_model(options.model).path, engine_options);
  const json::object object = description_json(*engine);
  if (options.json) {
    print_json_line(object);
    return 0;
  }
  for (const json::key_value_pair& field : object) {
    const std::string value = field.value().is_string() ? std::string(field.value().get_string())
                                                        : json::serialize(field.value());
    fmt::print("{:<18} {}\n", std::string_view(field.key()), value);
  }
  return 0;
}

int inspect_tokens_command(const std::string& model, bool parse_special) {
  const auto tokenizer = engine::Tokenizer::open(resolve_model(model).path);
  return for_each_json_line([&](const data::JsonFields& fields) {
    fields.only({"text", "time"});
    const std::string text = fields.text("text");
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<engine::TokenId> encoded = tokenizer->encode(text, parse_special);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    json::object result{{"ids", json::value_from(encoded)}};
    if (fields.boolean_or("time", false)) result["seconds"] = taken.count();
    return result;
  });
}

int inspect_detokenize_command(const std::string& model) {
  const auto tokenizer = engine::Tokenizer::open(resolve_model(model).path);
  return for_each_json_line([&](const data::JsonFields& fields) {
    fields.only({"ids"});
    return json::object{
        {"text", tokenizer->decode(token_ids(fields, "ids", tokenizer->size()), true)}};
  });
}

int inspect_prompt_command(const InspectPromptOptions& options) {
  const bool own = !options.template_file;
  const fs::path path = own ? resolve_model(options.model).path : fs::path();
  const engine::ChatTemplate chat(own ? template_of(path, options.template_name)
                                      : read_text_file(*options.template_file));
  const auto tokenizer = own ? engine::Tokenizer::open(path) : nullptr;
  std::string bos;
  std::string eos;
  if (own) {
    if (tokenizer->bos()) bos = tokenizer->bytes(*tokenizer->bos());
    if (tokenizer->eos()) eos = tokenizer->bytes(*tokenizer->eos());
  }
  const std::chrono::sys_seconds now =
      options.date.empty() ? std::chrono::sys_seconds{} : parse_date(options.date);
  return for_each_json_line([&](const data::JsonFields& fields) {
    fields.only({"messages", "add_generation_prompt", "variables", "bos_token", "eos_token"});
    engine::ChatInput input;
    input.messages = fields.array("messages");
    input.add_generation_prompt = fields.boolean_or("add_generation_prompt", false);
    if (fields.find("variables") != nullptr) input.variables = fields.object("variables");
    input.bos_token = fields.text_or("bos_token", bos);
    input.eos_token = fields.text_or("eos_token", eos);
    input.now = now;
    const std::vector<engine::Segment> segments = chat.render_segments(input);
    std::string output;
    for (const engine::Segment& segment : segments) output += segment.text;
    std::vector<std::string> notices = engine::bos_notices(segments, input.bos_token);
    if (own && notices.empty()) notices = engine::prompt_of(segments, *tokenizer).notices;
    json::object result{{"output", std::move(output)}};
    if (!notices.empty()) result["notices"] = json::value_from(notices);
    return result;
  });
}

int inspect_logits_command(const ModelChoice& choice) {
  const auto engine =
      engine::Engine::load(resolve_model(choice.model).path, engine_options(choice));
  const std::atomic<bool> never = false;
  return for_each_json_line([&](const data::JsonFields& fields) {
    fields.only({"input_ids", "greedy"});
    const std::vector<engine::TokenId> ids =
        token_ids(fields, "input_ids", engine->description().vocabulary);
    if (ids.empty()) fail("field \"input_ids\" is empty");
    const std::int64_t steps = fields.integer_or("greedy", 0);
    if (steps < 0 || steps > 1'000'000) fail("field \"greedy\": {} is out of range", steps);

    const engine::ScoredTokens scored = engine->score(ids);
    json::array logits;
    logits.reserve(scored.last_logits.size());
    for (const float logit : scored.last_logits) {
      // Rows beyond the tokenizer are masked to minus infinity, which JSON cannot say.
      if (std::isfinite(logit)) {
        logits.push_back(static_cast<double>(logit));
      } else {
        logits.push_back(nullptr);
      }
    }
    double sum = 0;
    for (const float value : scored.log_probabilities) sum += static_cast<double>(value);
    json::object result{{"last_logits", std::move(logits)}};
    result["mean_logprob"] =
        scored.log_probabilities.empty()
            ? json::value(nullptr)
            : json::value(sum / static_cast<double>(scored.log_probabilities.size()));

    json::array greedy;
    if (steps > 0) {
      engine::Request request;
      request.prompt = ids;
      request.sampling.max_tokens = static_cast<int>(steps);
      request.ignore_stops = true;
      std::string error;
      engine->run(
          {&request, 1},
          [&](std::size_t, engine::Completion&& completion) {
            error = completion.error;
            for (const engine::TokenId id : completion.tokens) greedy.push_back(id);
          },
          never);
      if (!error.empty()) fail("{}", error);
    }
    result["greedy"] = std::move(greedy);
    return result;
  });
}

int inspect_dequantize_command(const std::string& type, const fs::path& file) {
  const auto format = kernels::block_format_by_name(type);
  if (!format) {
    std::string known;
    for (const kernels::BlockFormat each : kernels::block_formats()) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", kernels::block_layout(each).name);
    }
    fail_usage("unknown block format \"{}\" (known: {})", type, known);
  }
  const std::string bytes = read_text_file(file, std::size_t{4} << 30U);
  const kernels::BlockLayout& layout = kernels::block_layout(*format);
  if (bytes.size() % layout.bytes != 0) {
    fail("{}: {} bytes are not a whole number of {} blocks of {} bytes", file.string(),
         bytes.size(), layout.name, layout.bytes);
  }
  std::vector<float> values(bytes.size() / layout.bytes * layout.elements);
  kernels::dequantize(*format, std::as_bytes(std::span(bytes)), values);
  if (std::fwrite(values.data(), sizeof(float), values.size(), stdout) != values.size() ||
      std::fflush(stdout) != 0) {
    fail("standard output cannot be written");
  }
  return 0;
}

}  // namespace candor::runner
